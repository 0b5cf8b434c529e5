// SPDX-License-Identifier: GPL-2.0-only
/* Programs that run side by side, and whose outputs come one after the other. */
#include <fcntl.h>
#include <sys/mman.h>

#include "guest-init/cgroup.c"
#include "guest-init/forward.c"
#include "guest-init/outputs.c"
#include "guest-init/payload.c"
#include "guest-init/program.c"
#include "guest-init/spawn.c"
#include "kselftest_harness.h"

#define START	 (1000 * NSEC_PER_SEC)
#define SEEN_MAX 8

/* An output as the host has it. */
struct seen {
	char tag[WIRE_OUTPUT_TAG_MAX + 1];
	char text[64];
	u32 end;
	u32 id;
};

FIXTURE(payload)
{
	int port;
	off_t read;
	struct wire_writer writer;
	struct outputs outputs;
	struct payloads ps;
	struct wire_assembler rx;
	struct seen seen[SEEN_MAX];
	u32 nr;
	bool open;
	struct ktstr_err err;
};

FIXTURE_SETUP(payload)
{
	memset(self, 0, sizeof(*self));
	self->port = memfd_create("port", MFD_CLOEXEC);
	ASSERT_LE(0, self->port);
	wire_writer_init(&self->writer, self->port);
	outputs_init(&self->outputs, &self->writer);
	payloads_init(&self->ps, &self->outputs);
	wire_asm_init(&self->rx, WIRE_FRAME_MAX);
}

FIXTURE_TEARDOWN(payload)
{
	u32 i;

	for (i = 0; i < self->ps.nr; i++) {
		struct program *p = &self->ps.list[i]->program;

		if (!p->running)
			continue;
		kill(-p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	payloads_free(&self->ps);
	wire_asm_free(&self->rx);
	wire_writer_free(&self->writer);
	close(self->port);
}

static void take_frame(FIXTURE_DATA(payload) * self, const struct wire_frame *f)
{
	struct rout_view v;
	struct seen *s;

	if (f->type != WIRE_ROUT)
		return;
	if (wire_rout_decode(f->payload, f->len, &v))
		abort();
	if (v.kind == WIRE_ROUT_START) {
		if (self->open || self->nr == SEEN_MAX)
			abort();
		s = &self->seen[self->nr++];
		s->id = v.id;
		self->open = true;
		memcpy(s->tag, v.data, v.len);
		return;
	}
	s = &self->seen[self->nr - 1];
	if (!self->open || v.id != s->id)
		abort();
	if (v.kind == WIRE_ROUT_DATA) {
		memcpy(s->text, v.data, min(v.len, sizeof(s->text) - 1));
	} else {
		s->end = v.end;
		self->open = false;
	}
}

static void take(void *ctx, const struct wire_frame *f)
{
	take_frame(ctx, f);
}

static void drain(FIXTURE_DATA(payload) * self)
{
	char buf[4096];
	ssize_t n;

	while ((n = pread(self->port, buf, sizeof(buf), self->read)) > 0) {
		wire_asm_feed(&self->rx, buf, n, take, self);
		self->read += n;
	}
}

static char *argvs[SEEN_MAX][4];

static struct scenario_op script(u32 i, const char *tag, char *text, u32 timeout_ms)
{
	argvs[i][0] = "sh";
	argvs[i][1] = "-c";
	argvs[i][2] = text;
	return (struct scenario_op){
		.kind = SCENARIO_OP_PAYLOAD,
		.tag = tag,
		.path = "/bin/sh",
		.argv = argvs[i],
		.timeout_ms = timeout_ms,
	};
}

/* Until payload @tag has ended and been reaped, at most. */
static void live(FIXTURE_DATA(payload) * self, const char *tag, u64 now_ns)
{
	struct pollfd p[PAYLOADS_MAX * PAYLOAD_FDS];
	int status;
	pid_t pid;

	while (payloads_running(&self->ps, tag)) {
		poll(p, payloads_pollfds(&self->ps, p), 10);
		payloads_pump(&self->ps);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
			if (!payloads_reaped(&self->ps, pid, status))
				abort();
		payloads_step(&self->ps, now_ns);
	}
	drain(self);
}

TEST_F(payload, side_by_side_and_in_the_order_they_end)
{
	struct scenario_op slow =
		script(0, "slow", "echo one; read x < /dev/null; sleep 1000", 60000);
	struct scenario_op quick = script(1, "quick", "echo two", 60000);

	ASSERT_EQ(0, payloads_start(&self->ps, &slow, -1, START, &self->err));
	ASSERT_EQ(0, payloads_start(&self->ps, &quick, -1, START, &self->err));
	live(self, "quick", START);
	EXPECT_TRUE(payloads_running(&self->ps, "slow"));
	EXPECT_TRUE(payloads_running(&self->ps, NULL));
	ASSERT_EQ(1, self->nr);
	EXPECT_STREQ("quick", self->seen[0].tag);
	EXPECT_STREQ("two\n", self->seen[0].text);
	EXPECT_EQ(WIRE_RUN_EXITED, self->seen[0].end);
	/* its step is over */
	payloads_kill(&self->ps, "slow", START);
	live(self, "slow", START);
	ASSERT_EQ(2, self->nr);
	EXPECT_STREQ("slow", self->seen[1].tag);
	EXPECT_STREQ("one\n", self->seen[1].text);
	EXPECT_EQ(WIRE_RUN_CANCELLED, self->seen[1].end);
	EXPECT_FALSE(payloads_failed(&self->ps, &self->err));
	EXPECT_EQ(UINT64_MAX, payloads_step(&self->ps, START));
	EXPECT_EQ(0, self->ps.nr);
}

TEST_F(payload, one_that_takes_too_long_fails_the_run)
{
	struct scenario_op op = script(0, "long", "sleep 1000", 20);

	ASSERT_EQ(0, payloads_start(&self->ps, &op, -1, START, &self->err));
	EXPECT_EQ(START + 20 * NSEC_PER_MSEC, payloads_step(&self->ps, START));
	EXPECT_FALSE(payloads_failed(&self->ps, &self->err));
	live(self, "long", START + 20 * NSEC_PER_MSEC);
	EXPECT_EQ(WIRE_RUN_TIMED_OUT, self->seen[0].end);
	EXPECT_TRUE(payloads_failed(&self->ps, &self->err));
	EXPECT_STREQ("payload 'long': sh was killed: it had not ended after 20 ms", self->err.msg);
	/* said once */
	EXPECT_FALSE(payloads_failed(&self->ps, &self->err));
}

TEST_F(payload, one_that_crashes_fails_the_run)
{
	struct scenario_op op = script(0, "bad", "kill -SEGV $$", 60000);

	ASSERT_EQ(0, payloads_start(&self->ps, &op, -1, START, &self->err));
	live(self, "bad", START);
	EXPECT_EQ(WIRE_RUN_SIGNALED, self->seen[0].end);
	EXPECT_TRUE(payloads_failed(&self->ps, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "signal 11"));
}

TEST_F(payload, one_that_is_not_there_fails_the_run)
{
	struct scenario_op op = script(0, "none", "", 60000);

	op.path = "/nonexistent/sh";
	ASSERT_EQ(0, payloads_start(&self->ps, &op, -1, START, &self->err));
	EXPECT_FALSE(payloads_running(&self->ps, "none"));
	payloads_step(&self->ps, START);
	drain(self);
	ASSERT_EQ(1, self->nr);
	EXPECT_EQ(WIRE_RUN_NOT_STARTED, self->seen[0].end);
	EXPECT_TRUE(payloads_failed(&self->ps, &self->err));
	EXPECT_STREQ("payload 'none': sh cannot execute /nonexistent/sh: No such file or directory",
		     self->err.msg);
}

TEST_F(payload, one_that_may_fail)
{
	struct scenario_op op = script(0, "may", "kill -SEGV $$", 60000);

	op.flags = SCENARIO_OP_MAY_FAIL;
	ASSERT_EQ(0, payloads_start(&self->ps, &op, -1, START, &self->err));
	live(self, "may", START);
	EXPECT_FALSE(payloads_failed(&self->ps, &self->err));
}

/* What it exits with is for the host to judge. */
TEST_F(payload, any_exit_status_is_an_end)
{
	struct scenario_op op = script(0, "three", "exit 3", 60000);

	ASSERT_EQ(0, payloads_start(&self->ps, &op, -1, START, &self->err));
	live(self, "three", START);
	EXPECT_EQ(WIRE_RUN_EXITED, self->seen[0].end);
	EXPECT_FALSE(payloads_failed(&self->ps, &self->err));
}

TEST_F(payload, its_output_waits_for_that_of_a_program_that_is_waited_for)
{
	struct scenario_op op = script(0, "late", "echo text", 60000);
	struct rout_view end = { .end = WIRE_RUN_EXITED, .data = "" };

	outputs_start(&self->outputs, "program");
	ASSERT_EQ(0, payloads_start(&self->ps, &op, -1, START, &self->err));
	live(self, "late", START);
	EXPECT_EQ(1, self->nr);
	outputs_end(&self->outputs, &end);
	payloads_step(&self->ps, START);
	drain(self);
	ASSERT_EQ(2, self->nr);
	EXPECT_STREQ("late", self->seen[1].tag);
	EXPECT_EQ(self->seen[0].id + 1, self->seen[1].id);
}

TEST_F(payload, those_of_a_cgroup_and_those_below_it)
{
	struct scenario_op ops[] = {
		script(0, "a", "sleep 1000", 60000),
		script(1, "b", "sleep 1000", 60000),
		script(2, "c", "sleep 1000", 60000),
	};
	u32 i;

	ops[0].cgroup = "top/x";
	ops[1].cgroup = "other";
	ops[2].cgroup = "other";
	for (i = 0; i < ARRAY_SIZE(ops); i++)
		ASSERT_EQ(0, payloads_start(&self->ps, &ops[i], -1, START, &self->err));
	payloads_kill_within(&self->ps, "top", START);
	live(self, "a", START);
	EXPECT_TRUE(payloads_running(&self->ps, "b"));
	payloads_moved(&self->ps, "other", "top");
	payloads_kill_within(&self->ps, "top", START);
	live(self, NULL, START);
	EXPECT_EQ(3, self->nr);
}

TEST_F(payload, cancelled_all_at_once)
{
	struct scenario_op one = script(0, "one", "sleep 1000", 60000);
	struct scenario_op two = script(1, "two", "sleep 1000", 60000);

	ASSERT_EQ(0, payloads_start(&self->ps, &one, -1, START, &self->err));
	ASSERT_EQ(0, payloads_start(&self->ps, &two, -1, START, &self->err));
	payloads_cancel(&self->ps, START + 1);
	drain(self);
	ASSERT_EQ(2, self->nr);
	EXPECT_EQ(WIRE_RUN_CANCELLED, self->seen[1].end);
	EXPECT_FALSE(payloads_running(&self->ps, NULL));
	EXPECT_FALSE(payloads_failed(&self->ps, &self->err));
	while (wait(NULL) > 0)
		;
}

TEST_F(payload, not_more_than_there_is_room_for)
{
	struct scenario_op op = script(0, "many", "exit 0", 60000);
	u32 i;

	op.path = "/nonexistent/sh";
	for (i = 0; i < PAYLOADS_MAX; i++)
		ASSERT_EQ(0, payloads_start(&self->ps, &op, -1, START, &self->err));
	EXPECT_EQ(-E2BIG, payloads_start(&self->ps, &op, -1, START, &self->err));
	EXPECT_STREQ("64 payloads are running, more cannot", self->err.msg);
}

TEST_HARNESS_MAIN
