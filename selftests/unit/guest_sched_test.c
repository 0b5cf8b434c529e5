// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "guest-init/forward.c"
#include "guest-init/sched.c"
#include "guest-init/spawn.c"
#include "kselftest_harness.h"

FIXTURE(sched)
{
	int fds[2];
	struct wire_writer writer;
	struct sched s;
	struct ktstr_err err;
};

FIXTURE_SETUP(sched)
{
	ASSERT_EQ(0, pipe(self->fds));
	wire_writer_init(&self->writer, self->fds[1]);
	memset(&self->s, 0, sizeof(self->s));
	memset(&self->err, 0, sizeof(self->err));
}

FIXTURE_TEARDOWN(sched)
{
	wire_writer_free(&self->writer);
	close(self->fds[0]);
	close(self->fds[1]);
}

struct seen {
	char text[16384];
	size_t len;
	unsigned int frames;
};

static void take(void *ctx, const struct wire_frame *f)
{
	struct seen *s = ctx;

	if (!f->crc_ok || f->type != WIRE_SCLG || s->len + f->len >= sizeof(s->text))
		abort();
	memcpy(s->text + s->len, f->payload, f->len);
	s->len += f->len;
	s->frames++;
}

static void drain(int fd, struct seen *s)
{
	char buf[65536];
	ssize_t n;

	memset(s, 0, sizeof(*s));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	n = read(fd, buf, sizeof(buf));
	if (n > 0 && wire_parse(buf, n, take, s))
		abort();
}

static void wait_for(struct sched *s)
{
	int status;
	pid_t pid = waitpid(s->pid, &status, 0);

	if (!sched_reaped(s, pid, status))
		abort();
}

TEST_F(sched, output_stands_between_the_markers)
{
	static char *const argv[] = { "sh", "-c", "echo out; echo err >&2; exit 3", NULL };
	struct seen seen;
	char text[64];

	ASSERT_EQ(0, sched_start(&self->s, "/bin/sh", argv, &self->writer, &self->err));
	EXPECT_TRUE(self->s.running);
	EXPECT_EQ(self->s.pid, getpgid(self->s.pid));
	wait_for(&self->s);
	EXPECT_FALSE(self->s.running);
	sched_log_close(&self->s);
	drain(self->fds[0], &seen);
	EXPECT_STREQ(SCHED_OUTPUT_START "out\nerr\n" SCHED_OUTPUT_END, seen.text);
	EXPECT_STREQ("exited with status 3", sched_exit_text(self->s.status, text, sizeof(text)));
	EXPECT_EQ(3, sched_exit_code(self->s.status));
}

TEST_F(sched, killed_with_its_whole_group)
{
	static char *const argv[] = { "sh", "-c", "sleep 100 & wait", NULL };
	char text[64];

	ASSERT_EQ(0, sched_start(&self->s, "/bin/sh", argv, &self->writer, &self->err));
	sched_signal(&self->s, SIGKILL);
	wait_for(&self->s);
	EXPECT_STREQ("was killed by signal 9", sched_exit_text(self->s.status, text, sizeof(text)));
	EXPECT_EQ(-9, sched_exit_code(self->s.status));
	/* The pipe ends only when the grandchild is gone as well. */
	fcntl(self->s.log.fd, F_SETFL, 0);
	EXPECT_EQ(0, read(self->s.log.fd, text, 1));
	sched_log_close(&self->s);
}

TEST_F(sched, what_it_leaves_behind_is_seen_and_can_be_killed)
{
	static char *const argv[] = { "sh", "-c", "trap '' INT; sleep 100 & exit 0", NULL };
	struct seen seen;
	char c;

	ASSERT_EQ(0, prctl(PR_SET_CHILD_SUBREAPER, 1));
	EXPECT_FALSE(sched_left(&self->s));
	ASSERT_EQ(0, sched_start(&self->s, "/bin/sh", argv, &self->writer, &self->err));
	EXPECT_FALSE(sched_left(&self->s));
	wait_for(&self->s);
	EXPECT_TRUE(sched_left(&self->s));
	sched_signal(&self->s, SIGINT);
	EXPECT_TRUE(sched_left(&self->s));
	sched_signal(&self->s, SIGKILL);
	fcntl(self->s.log.fd, F_SETFL, 0);
	EXPECT_EQ(0, read(self->s.log.fd, &c, 1));
	while (wait(NULL) > 0)
		;
	EXPECT_FALSE(sched_left(&self->s));
	sched_log_close(&self->s);
	drain(self->fds[0], &seen);
}

TEST_F(sched, missing_binary)
{
	static char *const argv[] = { "scx_none", NULL };

	EXPECT_EQ(-ENOENT,
		  sched_start(&self->s, "/nonexistent/scx_none", argv, &self->writer, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "/nonexistent/scx_none is missing"));
	EXPECT_FALSE(self->s.running);
	sched_log_close(&self->s);
}

TEST_F(sched, binary_that_cannot_be_executed)
{
	static char *const argv[] = { "passwd", NULL };

	EXPECT_EQ(-EACCES, sched_start(&self->s, "/etc/passwd", argv, &self->writer, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "cannot execute"));
	EXPECT_FALSE(self->s.running);
}

TEST_F(sched, missing_interpreter_is_named_as_such)
{
	char path[] = "/tmp/ktstr-unit-XXXXXX";
	char *const argv[] = { path, NULL };
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, write_full(fd, "#!/nonexistent\n", 15));
	fchmod(fd, 0755);
	close(fd);
	EXPECT_EQ(-ENOENT, sched_start(&self->s, path, argv, &self->writer, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "interpreter"));
	unlink(path);
}

TEST_F(sched, reap_of_another_child_is_not_ours)
{
	EXPECT_FALSE(sched_reaped(&self->s, 0, 0));
	EXPECT_FALSE(sched_reaped(&self->s, 1234, 0));
}

TEST_F(sched, chunks_are_bounded)
{
	struct forward f;
	struct seen seen;
	char buf[8192];
	int w;

	w = forward_open(&f, WIRE_SCLG, &self->writer, NULL);
	ASSERT_LE(0, w);
	memset(buf, 'x', sizeof(buf));
	ASSERT_EQ(0, write_full(w, buf, sizeof(buf)));
	close(w);
	forward_close(&f);
	EXPECT_EQ(-1, f.fd);
	drain(self->fds[0], &seen);
	EXPECT_EQ(sizeof(buf), seen.len);
	EXPECT_EQ(2, seen.frames);
}

TEST_F(sched, T5_a_broken_stream_never_blocks_the_program)
{
	struct forward f;
	char buf[FORWARD_CHUNK];
	int i, w;

	signal(SIGPIPE, SIG_IGN);
	close(self->fds[0]);
	w = forward_open(&f, WIRE_SCLG, &self->writer, NULL);
	ASSERT_LE(0, w);
	memset(buf, 'x', sizeof(buf));
	for (i = 0; i < 64; i++) {
		ASSERT_EQ(0, write_full(w, buf, sizeof(buf)));
		forward_pump(&f);
	}
	EXPECT_EQ(-EPIPE, f.error);
	close(w);
	forward_close(&f);
	self->fds[0] = dup(0);
}

TEST_F(sched, V11_one_pump_is_bounded)
{
	struct forward f;
	char buf[FORWARD_CHUNK];
	int i, w;

	signal(SIGPIPE, SIG_IGN);
	close(self->fds[0]);
	w = forward_open(&f, WIRE_SCLG, &self->writer, NULL);
	ASSERT_LE(0, w);
	ASSERT_LT(0, fcntl(w, F_SETPIPE_SZ, 32 * FORWARD_CHUNK));
	memset(buf, 'x', sizeof(buf));
	for (i = 0; i < 32; i++)
		ASSERT_EQ(0, write_full(w, buf, sizeof(buf)));
	forward_pump(&f);
	EXPECT_EQ(FORWARD_CHUNK, read(f.fd, buf, sizeof(buf)));
	close(w);
	forward_close(&f);
	self->fds[0] = dup(0);
}

TEST(tail_keeps_the_newest_and_stays_printable)
{
	struct forward f = { .fd = -1 };
	char buf[32];
	int i;

	EXPECT_STREQ("(no output)", forward_tail(&f, buf, sizeof(buf)));
	tail_add(&f, "\n\n", 2);
	EXPECT_STREQ("(no output)", forward_tail(&f, buf, sizeof(buf)));
	for (i = 0; i < 1000; i++)
		tail_add(&f, "0123456789", 10);
	EXPECT_EQ(sizeof(f.tail), f.tail_len);
	tail_add(&f, "\nlast\x1b[2J line\n", 15);
	EXPECT_STREQ("last?[2J line", forward_tail(&f, buf, sizeof(buf)));
	tail_add(&f, "two\n", 4);
	EXPECT_STREQ("last?[2J line|two", forward_tail(&f, buf, sizeof(buf)));
}

TEST(tail_of_one_huge_write)
{
	struct forward f = { .fd = -1 };
	char big[2000], buf[8];

	memset(big, 'a', sizeof(big));
	big[sizeof(big) - 1] = 'z';
	tail_add(&f, big, sizeof(big));
	EXPECT_EQ(sizeof(f.tail), f.tail_len);
	EXPECT_STREQ("aaaaaaz", forward_tail(&f, buf, sizeof(buf)));
}

TEST_HARNESS_MAIN
