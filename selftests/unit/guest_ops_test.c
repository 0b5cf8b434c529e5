// SPDX-License-Identifier: GPL-2.0-only
/* Questions to the host, and the ops of a scenario that are made of them. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "guest-init/act_host.c"
#include "guest-init/forward.c"
#include "guest-init/ops.c"
#include "guest-init/outputs.c"
#include "guest-init/program.c"
#include "guest-init/request.c"
#include "guest-init/spawn.c"
#include "kselftest_harness.h"

#define START (1000 * NSEC_PER_SEC)

/* A KORQ as decoded from a scenario: ours to write to. */
static u8 korq[] = "\1\0\0\0\1\0\0\0\2\1\4\0\1\0\0\0"
		   "tick\1\2\12\0\10\0\0\0jiffies_64";

static struct scenario_op list[] = {
	{ .kind = SCENARIO_OP_CAPTURE, .tag = "first" },
	{ .kind = SCENARIO_OP_KERNEL, .count = 3, .korq = korq, .korq_len = sizeof(korq) - 1 },
	{ .kind = SCENARIO_OP_WATCH, .at_ms = 50, .tag = "sym", .flags = SCENARIO_OP_MAY_FAIL },
	{ .kind = SCENARIO_OP_UNWATCH, .at_ms = 20, .tag = "sym" },
};

static const struct op_action *const actions[SCENARIO_OP_NR] = {
	[SCENARIO_OP_CAPTURE] = &action_request, [SCENARIO_OP_WATCH] = &action_request,
	[SCENARIO_OP_UNWATCH] = &action_request, [SCENARIO_OP_KERNEL] = &action_request,
	[SCENARIO_OP_MEMORY] = &action_request,	 [SCENARIO_OP_HOLD] = &action_request,
	[SCENARIO_OP_RUN] = &action_run,
};

/* The guest on one end of a socket pair, the host on the other. */
FIXTURE(ops)
{
	int fds[2];
	struct guest g;
	struct ops ops;
	struct ktstr_err err;
};

static void run_list(FIXTURE_DATA(ops) * self, const struct scenario_op *ops, u32 nr)
{
	ops_run(&self->ops, ops, nr, START);
}

FIXTURE_SETUP(ops)
{
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, self->fds));
	fcntl(self->fds[1], F_SETFL, O_NONBLOCK);
	memset(&self->g, 0, sizeof(self->g));
	wire_writer_init(&self->g.writer, self->fds[0]);
	requests_init(&self->g.rq, &self->g.writer, self->fds[0]);
	outputs_init(&self->g.outputs, &self->g.writer);
	program_init(&self->g.program, &self->g.outputs, false);
	memset(&self->err, 0, sizeof(self->err));
	ops_init(&self->ops, actions, &self->g);
	run_list(self, list, ARRAY_SIZE(list));
}

FIXTURE_TEARDOWN(ops)
{
	program_free(&self->g.program);
	requests_free(&self->g.rq);
	wire_writer_free(&self->g.writer);
	close(self->fds[0]);
	close(self->fds[1]);
}

struct seen {
	u32 frames;
	u32 type;
	u8 payload[256];
	size_t len;
};

static void take(void *ctx, const struct wire_frame *f)
{
	struct seen *s = ctx;

	if (!f->crc_ok || f->len > sizeof(s->payload))
		abort();
	s->frames++;
	s->type = f->type;
	s->len = f->len;
	memcpy(s->payload, f->payload, f->len);
}

/* What the guest sent since the last look; the last frame of it. */
static void look(int fd, struct seen *s)
{
	u8 buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	memset(s, 0, sizeof(*s));
	if (n > 0 && wire_parse(buf, n, take, s))
		abort();
}

static void reply_snap(int fd, u32 id, u32 status, const char *reason)
{
	struct wire_snrp w = { .id = cpu_to_le32(id), .status = cpu_to_le32(status) };

	memcpy(w.reason, reason, strlen(reason));
	if (wire_send(fd, WIRE_SNRP, &w, sizeof(w)))
		abort();
}

static void reply_kernel(int fd, u32 id, bool success, const char *reason)
{
	struct kop_value_view value = { WIRE_KOP_U64, 8, "12345678" };
	size_t len;
	void *buf;

	if (korp_encode(id, success, reason, &value, success, &buf, &len) ||
	    wire_send(fd, WIRE_KORP, buf, len))
		abort();
	free(buf);
}

TEST_F(ops, questions_have_ids_from_one)
{
	struct wire_snrq q;
	struct wire_obsq o;
	struct seen s;

	ASSERT_EQ(0, request_snap(&self->g.rq, WIRE_SNAP_WATCH, "jiffies_64"));
	look(self->fds[1], &s);
	ASSERT_EQ(1, s.frames);
	ASSERT_EQ(WIRE_SNRQ, s.type);
	ASSERT_EQ(sizeof(q), s.len);
	memcpy(&q, s.payload, sizeof(q));
	EXPECT_EQ(1, le32_to_cpu(q.id));
	EXPECT_EQ(WIRE_SNAP_WATCH, le32_to_cpu(q.kind));
	EXPECT_STREQ("jiffies_64", q.tag);
	ASSERT_EQ(0, request_observer(&self->g.rq, WIRE_OBS_CANARY_DONE, 0x1234, 4));
	look(self->fds[1], &s);
	ASSERT_EQ(WIRE_OBSQ, s.type);
	ASSERT_EQ(sizeof(o), s.len);
	memcpy(&o, s.payload, sizeof(o));
	EXPECT_EQ(2, le32_to_cpu(o.id));
	EXPECT_EQ(0x1234, le64_to_cpu(o.addr));
	EXPECT_EQ(4, le32_to_cpu(o.count));
	EXPECT_EQ(0, o.pad);
}

TEST_F(ops, a_tag_may_use_every_byte)
{
	char tag[WIRE_SNAP_TAG_MAX + 9];
	struct wire_snrq q;
	struct seen s;

	memset(tag, 't', sizeof(tag));
	tag[sizeof(tag) - 1] = '\0';
	ASSERT_EQ(0, request_snap(&self->g.rq, WIRE_SNAP_CAPTURE, tag));
	look(self->fds[1], &s);
	memcpy(&q, s.payload, sizeof(q));
	EXPECT_EQ(0, memcmp(q.tag, tag, sizeof(q.tag)));
}

TEST_F(ops, only_the_awaited_reply_counts)
{
	EXPECT_EQ(-1, request_fd(&self->g.rq, START));
	ASSERT_EQ(0, request_snap(&self->g.rq, WIRE_SNAP_CAPTURE, "x"));
	EXPECT_EQ(self->fds[0], request_fd(&self->g.rq, START));
	reply_snap(self->fds[1], 7, WIRE_SNAP_OK, "");
	reply_snap(self->fds[1], 1, 3, "");
	reply_snap(self->fds[1], 0, WIRE_SNAP_OK, "");
	reply_kernel(self->fds[1], 1, true, NULL);
	wire_send(self->fds[1], WIRE_SNRP, "short", 5);
	wire_send(self->fds[1], WIRE_TEST, "", 0);
	request_pump(&self->g.rq);
	EXPECT_EQ(REQUEST_PENDING, self->g.rq.state);
	EXPECT_EQ(6, self->g.rq.strays);
	reply_snap(self->fds[1], 1, WIRE_SNAP_OK, "");
	request_pump(&self->g.rq);
	EXPECT_EQ(REQUEST_OK, self->g.rq.state);
	EXPECT_EQ(-1, request_fd(&self->g.rq, START));
	/* The same again is one too many. */
	reply_snap(self->fds[1], 1, WIRE_SNAP_ERR, "late");
	request_pump(&self->g.rq);
	EXPECT_EQ(REQUEST_OK, self->g.rq.state);
	EXPECT_EQ(7, self->g.rq.strays);
}

TEST_F(ops, a_reply_may_come_in_pieces_and_a_reason_fill_its_field)
{
	struct wire_snrp w = { .id = cpu_to_le32(1), .status = cpu_to_le32(WIRE_SNAP_ERR) };
	struct wire_hdr h;
	size_t i;

	memset(w.reason, 'r', sizeof(w.reason));
	wire_hdr_init(&h, WIRE_SNRP, &w, sizeof(w));
	ASSERT_EQ(0, request_snap(&self->g.rq, WIRE_SNAP_CAPTURE, "x"));
	for (i = 0; i < sizeof(h); i++) {
		ASSERT_EQ(1, write(self->fds[1], (u8 *)&h + i, 1));
		request_pump(&self->g.rq);
	}
	for (i = 0; i < sizeof(w); i++) {
		EXPECT_EQ(REQUEST_PENDING, self->g.rq.state);
		ASSERT_EQ(1, write(self->fds[1], (u8 *)&w + i, 1));
		request_pump(&self->g.rq);
	}
	EXPECT_EQ(REQUEST_REFUSED, self->g.rq.state);
	EXPECT_EQ(sizeof(self->g.rq.reason) - 1, strlen(self->g.rq.reason));
}

TEST_F(ops, a_closed_port_is_not_polled_all_the_time)
{
	u64 now = mono_ns();

	ASSERT_EQ(0, request_snap(&self->g.rq, WIRE_SNAP_CAPTURE, "x"));
	shutdown(self->fds[1], SHUT_WR);
	request_pump(&self->g.rq);
	EXPECT_EQ(REQUEST_PENDING, self->g.rq.state);
	EXPECT_EQ(-1, request_fd(&self->g.rq, now));
	EXPECT_EQ(self->fds[0], request_fd(&self->g.rq, self->g.rq.deaf_until_ns));
}

TEST_F(ops, in_order_each_at_its_time_as_often_as_asked)
{
	struct korq_view v;
	struct seen s;
	u32 i;

	EXPECT_EQ(START, ops_wake_ns(&self->ops));
	ASSERT_EQ(0, ops_step(&self->ops, START - 1, &self->err));
	look(self->fds[1], &s);
	EXPECT_EQ(0, s.frames);
	ASSERT_EQ(0, ops_step(&self->ops, START, &self->err));
	EXPECT_TRUE(self->ops.busy);
	EXPECT_EQ(START + ACTION_HOST_NS, ops_wake_ns(&self->ops));
	look(self->fds[1], &s);
	EXPECT_EQ(WIRE_SNRQ, s.type);
	reply_snap(self->fds[1], 1, WIRE_SNAP_OK, "");
	for (i = 0; i < 3; i++) {
		/* The answer and the next question, in one step. */
		request_pump(&self->g.rq);
		ASSERT_EQ(0, ops_step(&self->ops, START + 1, &self->err));
		look(self->fds[1], &s);
		ASSERT_EQ(1, s.frames);
		ASSERT_EQ(WIRE_KORQ, s.type);
		ASSERT_EQ(0, korq_decode(s.payload, s.len, &v));
		EXPECT_EQ(2 + i, v.id);
		reply_kernel(self->fds[1], v.id, true, NULL);
	}
	request_pump(&self->g.rq);
	ASSERT_EQ(0, ops_step(&self->ops, START + 2, &self->err));
	look(self->fds[1], &s);
	EXPECT_EQ(0, s.frames);
	EXPECT_FALSE(self->ops.busy);
	EXPECT_EQ(START + 50 * NSEC_PER_MSEC, ops_wake_ns(&self->ops));
	/* A refusal that is allowed; then one whose time is long past. */
	ASSERT_EQ(0, ops_step(&self->ops, ops_wake_ns(&self->ops), &self->err));
	reply_snap(self->fds[1], 5, WIRE_SNAP_ERR, "no such symbol");
	request_pump(&self->g.rq);
	ASSERT_EQ(0, ops_step(&self->ops, START + 50 * NSEC_PER_MSEC, &self->err));
	EXPECT_TRUE(self->ops.busy);
	EXPECT_EQ(-ECANCELED, ops_unfinished(&self->ops, &self->err));
	EXPECT_STREQ("op 4 unwatch 'sym' was carried out 0 of 1 times when its step ended",
		     self->err.msg);
	reply_snap(self->fds[1], 6, WIRE_SNAP_OK, "");
	request_pump(&self->g.rq);
	ASSERT_EQ(0, ops_step(&self->ops, START + 51 * NSEC_PER_MSEC, &self->err));
	EXPECT_EQ(UINT64_MAX, ops_wake_ns(&self->ops));
	EXPECT_EQ(0, ops_unfinished(&self->ops, &self->err));
}

TEST_F(ops, what_is_due_before_the_end_keeps_the_scenario_going)
{
	self->ops.op = &list[2];
	EXPECT_FALSE(ops_pending(&self->ops, START + 50 * NSEC_PER_MSEC));
	EXPECT_TRUE(ops_pending(&self->ops, START + 51 * NSEC_PER_MSEC));
	ASSERT_EQ(0, ops_step(&self->ops, START + 50 * NSEC_PER_MSEC, &self->err));
	EXPECT_TRUE(ops_pending(&self->ops, START));
	/* What may fail may also not happen. */
	self->ops.end = &list[3];
	EXPECT_EQ(0, ops_unfinished(&self->ops, &self->err));
	self->ops.op = &list[3];
	EXPECT_FALSE(ops_pending(&self->ops, UINT64_MAX));
}

TEST_F(ops, a_refusal_names_op_and_reason)
{
	ASSERT_EQ(0, ops_step(&self->ops, START, &self->err));
	reply_snap(self->fds[1], 1, WIRE_SNAP_ERR, "all slots are taken");
	request_pump(&self->g.rq);
	EXPECT_EQ(-EOPNOTSUPP, ops_step(&self->ops, START, &self->err));
	EXPECT_STREQ("op 1 capture 'first' refused: all slots are taken", self->err.msg);
	/* Whether it goes on is not for the op to say. */
	EXPECT_TRUE(ops_pending(&self->ops, UINT64_MAX));
	ops_cancel(&self->ops, START);
	EXPECT_FALSE(ops_pending(&self->ops, UINT64_MAX));
	EXPECT_EQ(0, ops_step(&self->ops, START, &self->err));
}

TEST_F(ops, a_kernel_op_is_named_by_its_tag)
{
	self->ops.op = &list[1];
	ASSERT_EQ(0, ops_step(&self->ops, START, &self->err));
	reply_kernel(self->fds[1], 1, false, "no such symbol");
	request_pump(&self->g.rq);
	EXPECT_EQ(-EOPNOTSUPP, ops_step(&self->ops, START, &self->err));
	EXPECT_STREQ("op 2 kernel-op 'tick' refused: no such symbol", self->err.msg);
}

TEST_F(ops, T1_silence_has_an_end)
{
	self->ops.op = &list[2];
	ASSERT_EQ(0, ops_step(&self->ops, START + NSEC_PER_SEC, &self->err));
	EXPECT_EQ(0, ops_step(&self->ops, START + NSEC_PER_SEC + ACTION_HOST_NS - 1, &self->err));
	EXPECT_EQ(-ETIMEDOUT,
		  ops_step(&self->ops, START + NSEC_PER_SEC + ACTION_HOST_NS, &self->err));
	EXPECT_STREQ("op 3 watch 'sym': the host did not answer", self->err.msg);
	EXPECT_EQ(&list[3], self->ops.op);
	EXPECT_EQ(-1, request_fd(&self->g.rq, START));
}

/* A host that holds has so much more time. */
TEST_F(ops, a_hold_takes_as_long_as_it_may)
{
	struct scenario_op ends[] = {
		{ .kind = SCENARIO_OP_MEMORY, .tag = "memory", .flags = SCENARIO_OP_MAY_FAIL },
		{ .kind = SCENARIO_OP_HOLD, .tag = "hold", .timeout_ms = 60000 },
	};
	u64 now = START + NSEC_PER_SEC, over = now + ACTION_HOST_NS + 60 * NSEC_PER_SEC;
	struct wire_snrq w;
	struct seen s;

	run_list(self, ends, ARRAY_SIZE(ends));
	ASSERT_EQ(0, ops_step(&self->ops, now, &self->err));
	look(self->fds[1], &s);
	memcpy(&w, s.payload, sizeof(w));
	EXPECT_EQ(WIRE_SNAP_MEMORY, le32_to_cpu(w.kind));
	reply_snap(self->fds[1], le32_to_cpu(w.id), WIRE_SNAP_ERR, "the disk is full");
	request_pump(&self->g.rq);
	ASSERT_EQ(0, ops_step(&self->ops, now, &self->err));
	look(self->fds[1], &s);
	memcpy(&w, s.payload, sizeof(w));
	EXPECT_EQ(WIRE_SNAP_HOLD, le32_to_cpu(w.kind));
	EXPECT_TRUE(ops_pending(&self->ops, now));
	EXPECT_EQ(over, ops_wake_ns(&self->ops));
	EXPECT_EQ(0, ops_step(&self->ops, over - 1, &self->err));
	EXPECT_EQ(-ETIMEDOUT, ops_step(&self->ops, over, &self->err));
}

static char *true_argv[] = { "true", NULL };
static char *three_argv[] = { "sh", "-c", "echo oh >&2; exit 3", NULL };
static char *sleep_argv[] = { "sleep", "1000", NULL };

static struct scenario_op programs[] = {
	{ .kind = SCENARIO_OP_RUN,
	  .tag = "ok",
	  .path = "/bin/true",
	  .argv = true_argv,
	  .timeout_ms = 60000 },
	{ .kind = SCENARIO_OP_RUN,
	  .flags = SCENARIO_OP_MAY_FAIL,
	  .tag = "may",
	  .path = "/bin/sh",
	  .argv = three_argv,
	  .timeout_ms = 60000 },
	{ .kind = SCENARIO_OP_RUN,
	  .tag = "must",
	  .path = "/bin/sh",
	  .argv = three_argv,
	  .timeout_ms = 60000 },
	{ .kind = SCENARIO_OP_RUN,
	  .tag = "long",
	  .path = "/bin/sleep",
	  .argv = sleep_argv,
	  .timeout_ms = 5 },
	{ .kind = SCENARIO_OP_CAPTURE, .tag = "behind" },
};

static void reap(struct program *p)
{
	int status;
	pid_t pid = waitpid(p->pid, &status, 0);

	if (!program_reaped(p, pid, status))
		abort();
}

TEST_F(ops, a_program_that_must_not_fail)
{
	run_list(self, programs, ARRAY_SIZE(programs));
	ASSERT_EQ(0, ops_step(&self->ops, START, &self->err));
	EXPECT_TRUE(self->ops.busy);
	EXPECT_EQ(START + 60 * NSEC_PER_SEC, ops_wake_ns(&self->ops));
	EXPECT_TRUE(ops_pending(&self->ops, START));
	EXPECT_EQ(-ECANCELED, ops_unfinished(&self->ops, &self->err));
	EXPECT_STREQ("op 1 run 'ok' was carried out 0 of 1 times when its step ended",
		     self->err.msg);
	reap(&self->g.program);
	/* its end and the start of the next, in one step */
	ASSERT_EQ(0, ops_step(&self->ops, START + 1, &self->err));
	EXPECT_EQ(2, self->g.outputs.id);
	reap(&self->g.program);
	ASSERT_EQ(0, ops_step(&self->ops, START + 2, &self->err));
	EXPECT_EQ(3, self->g.outputs.id);
	reap(&self->g.program);
	EXPECT_EQ(-EREMOTEIO, ops_step(&self->ops, START + 3, &self->err));
	EXPECT_STREQ("op 3 run 'must': sh exited with status 3; standard error: oh", self->err.msg);
}

TEST_F(ops, a_program_has_a_deadline_of_its_own)
{
	run_list(self, programs, ARRAY_SIZE(programs));
	self->ops.op = &programs[3];
	ASSERT_EQ(0, ops_step(&self->ops, START, &self->err));
	ASSERT_EQ(0, ops_step(&self->ops, START + 4 * NSEC_PER_MSEC, &self->err));
	EXPECT_EQ(START + 5 * NSEC_PER_MSEC, ops_wake_ns(&self->ops));
	ASSERT_EQ(0, ops_step(&self->ops, START + 5 * NSEC_PER_MSEC, &self->err));
	EXPECT_EQ(START + 5 * NSEC_PER_MSEC + PROGRAM_KILL_NS, ops_wake_ns(&self->ops));
	reap(&self->g.program);
	EXPECT_EQ(-EREMOTEIO, ops_step(&self->ops, START + 6 * NSEC_PER_MSEC, &self->err));
	EXPECT_STREQ("op 4 run 'long': sleep was killed: it had not ended after 5 ms",
		     self->err.msg);
}

TEST_F(ops, what_is_cancelled_is_killed)
{
	int status;

	run_list(self, programs, ARRAY_SIZE(programs));
	self->ops.op = &programs[3];
	ASSERT_EQ(0, ops_step(&self->ops, START, &self->err));
	ops_cancel(&self->ops, START + 1);
	EXPECT_EQ(WIRE_RUN_CANCELLED, self->g.program.end);
	ASSERT_EQ(self->g.program.pid, waitpid(self->g.program.pid, &status, 0));
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_FALSE(program_reaped(&self->g.program, self->g.program.pid, status));
}

/* Those that clean up, and no other. */
TEST_F(ops, only_what_cleans_up)
{
	struct scenario_op some[] = {
		{ .kind = SCENARIO_OP_CAPTURE, .tag = "a" },
		{ .kind = SCENARIO_OP_UNWATCH, .tag = "b", .flags = SCENARIO_OP_CLEANUP },
		{ .kind = SCENARIO_OP_CAPTURE, .tag = "c" },
		{ .kind = SCENARIO_OP_UNWATCH, .tag = "d", .flags = SCENARIO_OP_CLEANUP },
	};

	run_list(self, some, ARRAY_SIZE(some));
	ops_only_cleanup(&self->ops, START + 5);
	EXPECT_EQ(&some[1], self->ops.op);
	ASSERT_EQ(0, ops_step(&self->ops, START, &self->err));
	EXPECT_EQ(START + 5, self->ops.job.limit_ns);
	reply_snap(self->fds[1], 1, WIRE_SNAP_ERR, "no");
	request_pump(&self->g.rq);
	EXPECT_EQ(-EOPNOTSUPP, ops_step(&self->ops, START, &self->err));
	EXPECT_EQ(&some[3], self->ops.op);
	run_list(self, some, 1);
	EXPECT_FALSE(ops_pending(&self->ops, UINT64_MAX));
}

TEST_F(ops, a_broken_port_is_an_error)
{
	int gone = dup(self->fds[0]);

	signal(SIGPIPE, SIG_IGN);
	close(gone);
	self->g.writer.fd = gone;
	EXPECT_EQ(-EBADF, ops_step(&self->ops, START, &self->err));
	EXPECT_STREQ("op 1 capture 'first': cannot write to the port", self->err.msg);
}

TEST_HARNESS_MAIN
