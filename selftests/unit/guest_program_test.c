// SPDX-License-Identifier: GPL-2.0-only
/* A program of an op: what it writes, and how it ends. */
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>

#include "guest-init/forward.c"
#include "guest-init/outputs.c"
#include "guest-init/program.c"
#include "guest-init/spawn.c"
#include "kselftest_harness.h"

#define START	 (1000 * NSEC_PER_SEC)
#define TEXT_MAX (8 << 20)

/* The host: everything that came, whatever the pieces. */
struct seen {
	struct wire_assembler rx;
	char *text;
	size_t len;
	char errors[4096];
	size_t errors_len;
	unsigned int starts;
	unsigned int ends;
	struct rout_view end;
	char reason[WIRE_OUTPUT_REASON_MAX + 1];
	char tag[WIRE_OUTPUT_TAG_MAX + 1];
};

FIXTURE(program)
{
	int port;
	off_t read;
	struct wire_writer writer;
	struct outputs outputs;
	struct program p;
	struct seen seen;
};

FIXTURE_SETUP(program)
{
	/* never full, unlike a pipe */
	self->port = memfd_create("port", MFD_CLOEXEC);
	ASSERT_LE(0, self->port);
	self->read = 0;
	wire_writer_init(&self->writer, self->port);
	outputs_init(&self->outputs, &self->writer);
	program_init(&self->p, &self->outputs, false);
	memset(&self->seen, 0, sizeof(self->seen));
	self->seen.text = malloc(TEXT_MAX);
	ASSERT_NE(NULL, self->seen.text);
	wire_asm_init(&self->seen.rx, WIRE_FRAME_MAX);
}

FIXTURE_TEARDOWN(program)
{
	wire_asm_free(&self->seen.rx);
	free(self->seen.text);
	program_free(&self->p);
	wire_writer_free(&self->writer);
	close(self->port);
}

static void take_output(struct seen *s, const struct wire_frame *f)
{
	struct rout_view v;

	if (wire_rout_decode(f->payload, f->len, &v))
		abort();
	if (v.kind == WIRE_ROUT_START) {
		s->starts++;
		snprintf(s->tag, sizeof(s->tag), "%.*s", (int)v.len, (const char *)v.data);
	} else if (v.kind == WIRE_ROUT_DATA) {
		if (v.len > TEXT_MAX - s->len)
			abort();
		memcpy(s->text + s->len, v.data, v.len);
		s->len += v.len;
	} else {
		s->ends++;
		s->end = v;
		snprintf(s->reason, sizeof(s->reason), "%.*s", (int)v.len, (const char *)v.data);
	}
}

static void take(void *ctx, const struct wire_frame *f)
{
	struct seen *s = ctx;

	if (!f->crc_ok)
		abort();
	if (f->type == WIRE_ROUT) {
		take_output(s, f);
	} else if (f->type == WIRE_SERR && f->len <= sizeof(s->errors) - s->errors_len) {
		memcpy(s->errors + s->errors_len, f->payload, f->len);
		s->errors_len += f->len;
	} else {
		abort();
	}
}

static void drain(FIXTURE_DATA(program) * self)
{
	static char buf[1 << 16];
	ssize_t n;

	while ((n = pread(self->port, buf, sizeof(buf), self->read)) > 0) {
		wire_asm_feed(&self->seen.rx, buf, n, take, &self->seen);
		self->read += n;
	}
}

static void start_op(FIXTURE_DATA(program) * self, const char *path, char **argv, u32 timeout_ms)
{
	const struct scenario_op op = {
		.kind = SCENARIO_OP_RUN,
		.tag = "tag",
		.path = path,
		.argv = argv,
		.timeout_ms = timeout_ms,
	};

	program_start(&self->p, &op, -1, START);
}

static void shell(FIXTURE_DATA(program) * self, char *script, u32 timeout_ms)
{
	char *argv[4] = { "sh", "-c", script };

	start_op(self, "/bin/sh", argv, timeout_ms);
}

/* As the guest's loop does: pump while it writes, reap when it ends. */
static void live(FIXTURE_DATA(program) * self)
{
	int status;
	pid_t pid;

	do {
		struct pollfd p[] = {
			{ .fd = self->p.out, .events = POLLIN },
			{ .fd = self->p.errs.fd, .events = POLLIN },
		};

		poll(p, ARRAY_SIZE(p), 10);
		program_pump(&self->p);
		drain(self);
		pid = waitpid(self->p.pid, &status, WNOHANG);
	} while (!pid);
	if (!program_reaped(&self->p, pid, status))
		abort();
}

static void finish_at(FIXTURE_DATA(program) * self, u64 now_ns)
{
	if (!program_step(&self->p, now_ns))
		abort();
	drain(self);
}

TEST_F(program, text_status_and_time)
{
	shell(self, "echo hello; exit 3", 60000);
	EXPECT_FALSE(program_step(&self->p, START + 1));
	live(self);
	finish_at(self, START + 77);
	EXPECT_EQ(1, self->seen.starts);
	EXPECT_STREQ("tag", self->seen.tag);
	ASSERT_EQ(6, self->seen.len);
	EXPECT_EQ(0, memcmp(self->seen.text, "hello\n", 6));
	EXPECT_EQ(1, self->seen.ends);
	EXPECT_EQ(WIRE_RUN_EXITED, self->seen.end.end);
	EXPECT_EQ(3, self->seen.end.code);
	EXPECT_EQ(6, self->seen.end.bytes);
	EXPECT_EQ(77, self->seen.end.elapsed_ns);
	EXPECT_STREQ("exited with status 3", self->seen.reason);
	EXPECT_EQ(0, self->outputs.error);
	EXPECT_TRUE(program_step(&self->p, START + 100));
	drain(self);
	EXPECT_EQ(1, self->seen.ends);
}

TEST_F(program, standard_error_goes_its_own_way)
{
	shell(self, "echo no such thing >&2; echo text; exit 1", 60000);
	live(self);
	finish_at(self, START + 1);
	ASSERT_EQ(5, self->seen.len);
	ASSERT_EQ(14, self->seen.errors_len);
	EXPECT_EQ(0, memcmp(self->seen.errors, "no such thing\n", 14));
	EXPECT_STREQ("exited with status 1; standard error: no such thing", self->seen.reason);
}

TEST_F(program, large_output_comes_whole)
{
	char number[24];
	size_t i;

	shell(self, "i=0; while [ $i -lt 400 ]; do printf '%08192d' $i; i=$((i+1)); done", 60000);
	live(self);
	finish_at(self, START + 1);
	EXPECT_EQ(400 * 8192, self->seen.end.bytes);
	ASSERT_EQ(400 * 8192, self->seen.len);
	for (i = 0; i < 400; i++) {
		snprintf(number, sizeof(number), "%04zu", i);
		EXPECT_EQ(0, memcmp(self->seen.text + (i + 1) * 8192 - 4, number, 4));
	}
	EXPECT_EQ(400 * 8192, self->outputs.sent);
}

TEST_F(program, more_than_a_run_may_write_is_counted)
{
	self->outputs.sent = WIRE_OUTPUT_MAX - 4;
	shell(self, "echo 0123456789", 60000);
	live(self);
	finish_at(self, START + 1);
	EXPECT_EQ(11, self->seen.end.bytes);
	ASSERT_EQ(4, self->seen.len);
	EXPECT_EQ(0, memcmp(self->seen.text, "0123", 4));
	shell(self, "echo again", 60000);
	live(self);
	finish_at(self, START + 1);
	EXPECT_EQ(4, self->seen.len);
	EXPECT_EQ(6, self->seen.end.bytes);
}

TEST_F(program, killed_when_its_time_is_over)
{
	shell(self, "trap '' TERM INT; echo here; sleep 1000 & wait", 20);
	EXPECT_FALSE(program_step(&self->p, START + 19 * NSEC_PER_MSEC));
	EXPECT_EQ(START + 20 * NSEC_PER_MSEC, self->p.wake_ns);
	EXPECT_FALSE(program_step(&self->p, START + 20 * NSEC_PER_MSEC));
	live(self);
	finish_at(self, START + 21 * NSEC_PER_MSEC);
	EXPECT_EQ(WIRE_RUN_TIMED_OUT, self->seen.end.end);
	EXPECT_STREQ("was killed: it had not ended after 20 ms", self->seen.reason);
}

TEST_F(program, one_that_survives_is_left_behind)
{
	shell(self, "sleep 1000", 20);
	EXPECT_FALSE(program_step(&self->p, START + NSEC_PER_SEC));
	/* it is dead, but as long as nobody reaps it, it seems not to be */
	finish_at(self, START + NSEC_PER_SEC + PROGRAM_KILL_NS);
	EXPECT_EQ(WIRE_RUN_TIMED_OUT, self->seen.end.end);
	EXPECT_NE(NULL, strstr(self->seen.reason, "nor after SIGKILL"));
	waitpid(self->p.pid, NULL, 0);
	EXPECT_FALSE(program_reaped(&self->p, self->p.pid, 0));
}

TEST_F(program, one_that_dies_of_a_signal)
{
	shell(self, "kill -SEGV $$", 60000);
	live(self);
	finish_at(self, START + 1);
	EXPECT_EQ(WIRE_RUN_SIGNALED, self->seen.end.end);
	EXPECT_EQ(SIGSEGV, self->seen.end.code);
	EXPECT_NE(NULL, strstr(self->seen.reason, "signal 11"));
}

TEST_F(program, what_it_leaves_behind_goes_with_it)
{
	char byte;

	shell(self, "echo text; sleep 1000 & exit 0", 60000);
	live(self);
	/* the pipe ends only when its last writer is gone */
	fcntl(self->p.out, F_SETFL, 0);
	kill(-self->p.pid, SIGKILL);
	EXPECT_EQ(0, read(self->p.out, &byte, 1));
	finish_at(self, START + 1);
	EXPECT_EQ(WIRE_RUN_EXITED, self->seen.end.end);
	EXPECT_EQ(5, self->seen.len);
}

TEST_F(program, one_that_cannot_be_executed)
{
	char *argv[2] = { "none" };

	start_op(self, "/nonexistent/none", argv, 60000);
	finish_at(self, START + 1);
	EXPECT_EQ(1, self->seen.starts);
	EXPECT_EQ(WIRE_RUN_NOT_STARTED, self->seen.end.end);
	EXPECT_EQ(ENOENT, self->seen.end.code);
	EXPECT_STREQ("cannot execute /nonexistent/none: No such file or directory",
		     self->seen.reason);
}

TEST_F(program, cancelled)
{
	shell(self, "sleep 1000", 60000);
	program_cancel(&self->p, START + 5);
	drain(self);
	EXPECT_EQ(WIRE_RUN_CANCELLED, self->seen.end.end);
	EXPECT_TRUE(program_step(&self->p, START + 6));
	waitpid(self->p.pid, NULL, 0);
	program_cancel(&self->p, START + 7);
	drain(self);
	EXPECT_EQ(1, self->seen.ends);
}

TEST_F(program, cancelled_when_it_had_ended)
{
	shell(self, "exit 4", 60000);
	live(self);
	program_cancel(&self->p, START + 5);
	drain(self);
	EXPECT_EQ(WIRE_RUN_EXITED, self->seen.end.end);
	EXPECT_EQ(4, self->seen.end.code);
}

TEST_F(program, killed_because_its_step_is_over)
{
	shell(self, "echo text; sleep 1000", 60000);
	while (!self->p.bytes)
		program_pump(&self->p);
	program_kill(&self->p, START + 5);
	EXPECT_EQ(START + 5 + PROGRAM_KILL_NS, self->p.wake_ns);
	EXPECT_FALSE(program_step(&self->p, START + 6));
	live(self);
	/* gone already */
	program_kill(&self->p, START + 7);
	finish_at(self, START + 8);
	EXPECT_EQ(WIRE_RUN_CANCELLED, self->seen.end.end);
	EXPECT_EQ(0, self->seen.end.code);
	EXPECT_EQ(5, self->seen.len);
	EXPECT_STREQ("was killed: its step ended before it did", self->seen.reason);
}

TEST_F(program, a_late_one_says_nothing_before_it_is_delivered)
{
	self->p.late = true;
	shell(self, "echo some; echo text; exit 2", 60000);
	live(self);
	EXPECT_TRUE(program_step(&self->p, START + 9));
	drain(self);
	EXPECT_EQ(0, self->seen.starts);
	EXPECT_EQ(0, self->seen.len);
	program_deliver(&self->p, "name");
	drain(self);
	EXPECT_EQ(1, self->seen.starts);
	EXPECT_STREQ("name", self->seen.tag);
	ASSERT_EQ(10, self->seen.len);
	EXPECT_EQ(0, memcmp(self->seen.text, "some\ntext\n", 10));
	EXPECT_EQ(WIRE_RUN_EXITED, self->seen.end.end);
	EXPECT_EQ(2, self->seen.end.code);
	EXPECT_EQ(9, self->seen.end.elapsed_ns);
}

/* The program goes on, the host is told how much is missing. */
TEST_F(program, what_a_late_one_writes_is_bounded)
{
	self->p.late = true;
	shell(self, "head -c 3000000 /dev/zero; exit 0", 60000);
	live(self);
	EXPECT_TRUE(program_step(&self->p, START + 9));
	program_deliver(&self->p, "name");
	drain(self);
	EXPECT_EQ(WIRE_RUN_EXITED, self->seen.end.end);
	EXPECT_EQ(PROGRAM_LATE_MAX, self->seen.len);
	EXPECT_EQ(3000000, self->seen.end.bytes);
}

TEST_F(program, a_cgroup_that_takes_no_process)
{
	const struct scenario_op op = {
		.kind = SCENARIO_OP_PAYLOAD,
		.tag = "tag",
		.path = "/bin/true",
		.argv = (char *[]){ "true", NULL },
		.timeout_ms = 60000,
	};
	int fd = open("/dev", O_RDONLY | O_DIRECTORY);

	program_start(&self->p, &op, fd, START);
	close(fd);
	finish_at(self, START + 1);
	EXPECT_EQ(WIRE_RUN_NOT_STARTED, self->seen.end.end);
}

TEST_F(program, a_broken_port_is_remembered)
{
	int gone = dup(self->port);

	close(gone);
	self->writer.fd = gone;
	shell(self, "echo text", 60000);
	live(self);
	EXPECT_TRUE(program_step(&self->p, START + 1));
	EXPECT_EQ(-EBADF, self->outputs.error);
}

TEST_HARNESS_MAIN
