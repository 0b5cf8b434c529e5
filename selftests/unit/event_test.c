// SPDX-License-Identifier: GPL-2.0-only
/* The coordinator's event loop and the bound of its verdict log. */
#include <endian.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "host/coord/event.h"
#include "host/coord/runlog.h"
#include "lib/util.h"

FIXTURE(loop)
{
	struct event_loop loop;
	struct event ev[3];
	int order[16];
	int n;
	int stop_after;
};

static void note(FIXTURE_DATA(loop) * self, struct event *ev)
{
	event_clear(ev);
	self->order[self->n++] = ev - self->ev;
	if (self->n == self->stop_after)
		event_loop_stop(&self->loop);
}

static void record(struct event *ev)
{
	note(ev->ctx, ev);
}

FIXTURE_SETUP(loop)
{
	int i;

	memset(self, 0, sizeof(*self));
	ASSERT_EQ(0, event_loop_init(&self->loop));
	for (i = 0; i < 3; i++) {
		self->ev[i] = (struct event){ eventfd(0, EFD_NONBLOCK), record, self };
		ASSERT_EQ(0, event_loop_add(&self->loop, &self->ev[i]));
	}
}

FIXTURE_TEARDOWN(loop)
{
	int i;

	event_loop_close(&self->loop);
	event_loop_close(&self->loop);
	for (i = 0; i < 3; i++)
		close(self->ev[i].fd);
}

static void fire(struct event *ev)
{
	eventfd_write(ev->fd, 1);
}

TEST_F(loop, every_source_reaches_its_own_handler)
{
	int i, seen = 0;

	for (i = 0; i < 3; i++)
		fire(&self->ev[i]);
	self->stop_after = 3;
	ASSERT_EQ(0, event_loop_run(&self->loop));
	for (i = 0; i < 3; i++)
		seen |= 1 << self->order[i];
	EXPECT_EQ(7, seen);
}

TEST_F(loop, stop_leaves_the_other_events_pending)
{
	int i;

	for (i = 0; i < 3; i++)
		fire(&self->ev[i]);
	self->stop_after = 1;
	ASSERT_EQ(0, event_loop_run(&self->loop));
	EXPECT_EQ(1, self->n);
	/* and a second run goes on with them */
	self->loop.stopped = 0;
	self->stop_after = 3;
	ASSERT_EQ(0, event_loop_run(&self->loop));
	EXPECT_EQ(3, self->n);
}

TEST_F(loop, several_edges_are_one_event)
{
	fire(&self->ev[1]);
	fire(&self->ev[1]);
	EXPECT_EQ(2, event_clear(&self->ev[1]));
	EXPECT_EQ(0, event_clear(&self->ev[1]));
}

TEST_F(loop, same_descriptor_twice_is_refused)
{
	EXPECT_GT(0, event_loop_add(&self->loop, &self->ev[0]));
}

TEST_F(loop, timer_comes_again)
{
	struct event timer = { timer_open(1, NSEC_PER_MSEC), record, self };

	ASSERT_LE(0, timer.fd);
	self->ev[2].handle = record;
	timer.ctx = self;
	ASSERT_EQ(0, event_loop_add(&self->loop, &timer));
	self->stop_after = 3;
	EXPECT_EQ(0, event_loop_run(&self->loop));
	EXPECT_EQ(3, self->n);
	close(timer.fd);
}

FIXTURE(runlog)
{
	struct runlog log;
	unsigned int frames;
	struct wire_frame last;
};

FIXTURE_SETUP(runlog)
{
	memset(self, 0, sizeof(*self));
	self->log.fd = memfd_create("runlog", 0);
	ASSERT_LE(0, self->log.fd);
}

FIXTURE_TEARDOWN(runlog)
{
	close(self->log.fd);
}

static void keep(FIXTURE_DATA(runlog) * self, const struct wire_frame *f)
{
	self->frames++;
	self->last = *f;
}

static void count(void *ctx, const struct wire_frame *f)
{
	keep(ctx, f);
}

TEST_F(runlog, frame_is_wrapped_with_its_tag_and_crc_state)
{
	struct wire_frame f = {
		.type = WIRE_SOUT,
		.crc_ok = false,
		.payload = (const u8 *)"text",
		.len = 4,
	};
	struct wire_gfrm g;
	u8 buf[256];
	ssize_t n;

	runlog_frame(&self->log, &f, 0x1122334455667788);
	EXPECT_EQ(0, runlog_own(&self->log, WIRE_CONS, "c", 1));
	n = pread(self->log.fd, buf, sizeof(buf), 0);
	ASSERT_LT(0, n);
	ASSERT_EQ(0, wire_parse(buf, n - WIRE_HDR_SIZE - 1, count, self));
	EXPECT_EQ(1, self->frames);
	EXPECT_EQ(WIRE_GFRM, self->last.type);
	ASSERT_EQ(sizeof(g) + 4, self->last.len);
	memcpy(&g, self->last.payload, sizeof(g));
	EXPECT_EQ(WIRE_SOUT, le32toh(g.type));
	EXPECT_EQ(0, le32toh(g.crc_ok));
	EXPECT_EQ(0x1122334455667788, le64toh(g.t_ns));
	EXPECT_EQ(0, memcmp("text", self->last.payload + sizeof(g), 4));
}

TEST_F(runlog, V10_what_finds_no_room_is_counted)
{
	struct wire_frame f = { .type = WIRE_SOUT, .crc_ok = true, .len = 2 };

	f.payload = (const u8 *)"ab";
	self->log.bytes = RUNLOG_MAX - 1;
	runlog_frame(&self->log, &f, 0);
	EXPECT_EQ(1, self->log.dropped);
	f.len = 1;
	runlog_frame(&self->log, &f, 0);
	EXPECT_EQ(1, self->log.dropped);
	EXPECT_EQ(RUNLOG_MAX, self->log.bytes);
}

TEST_F(runlog, V10_what_cannot_be_written_is_counted)
{
	struct wire_frame f = { .type = WIRE_SOUT, .crc_ok = true, .payload = NULL, .len = 0 };

	close(self->log.fd);
	self->log.fd = open("/dev/full", O_WRONLY);
	ASSERT_LE(0, self->log.fd);
	runlog_frame(&self->log, &f, 0);
	EXPECT_EQ(1, self->log.dropped);
	EXPECT_GT(0, runlog_own(&self->log, WIRE_CONS, "c", 1));
}

TEST_HARNESS_MAIN
