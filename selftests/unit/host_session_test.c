// SPDX-License-Identifier: GPL-2.0-only
/*
 * The outer half of the emulated host, with this very program as its QEMU: run
 * with FAKE_QEMU in the environment it finds the port on descriptor 3 and plays
 * one of the parts below.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/harness/host_session.h"
#include "host/harness/emulated.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "kselftest_harness.h"

#define FAKE_PORT 3

static void send_exit(u32 code)
{
	struct wire_code c = { .code = cpu_to_le32(code) };

	wire_send(FAKE_PORT, WIRE_EXIT, &c, sizeof(c));
}

static void send_file(const char *path, const char *text)
{
	struct wire_hfil h = {
		.flags = cpu_to_le32(WIRE_HFIL_FIRST | WIRE_HFIL_LAST),
		.mode = cpu_to_le32(0644),
		.path_len = cpu_to_le16(strlen(path)),
	};
	u8 buf[256];

	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), path, strlen(path));
	memcpy(buf + sizeof(h) + strlen(path), text, strlen(text));
	wire_send(FAKE_PORT, WIRE_HFIL, buf, sizeof(h) + strlen(path) + strlen(text));
}

static void play_good(void)
{
	wire_send(FAKE_PORT, WIRE_LIFE, "\1", 1);
	wire_send(FAKE_PORT, WIRE_SOUT, "out\0\377\n", 6);
	wire_send(FAKE_PORT, WIRE_SERR, "err\n", 4);
	wire_send(FAKE_PORT, WIRE_SOUT, "more", 4);
	send_file("sub/log", "artifact");
	send_exit(7);
	pause();
}

static void send_saved(u64 offset, const char *text, u32 last)
{
	struct wire_hsav h = { .offset = cpu_to_le64(offset), .last = cpu_to_le32(last) };
	u8 buf[64];

	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), text, strlen(text));
	wire_send(FAKE_PORT, WIRE_HSAV, buf, sizeof(h) + strlen(text));
}

/* Three pieces of a mebibyte, and then whatever else comes back. */
static void play_saved(u64 at)
{
	wire_send(FAKE_PORT, WIRE_LIFE, "\1", 1);
	send_saved(0, "begin", 0);
	send_saved(at, "middle", 0);
	send_saved(1 << 20, "", 1);
	send_file("sub/log", "artifact");
	send_exit(0);
	pause();
}

static void take_signal_frame(void *ctx, const struct wire_frame *f)
{
	struct wire_code c;

	if (f->type != WIRE_HSIG || f->len != sizeof(c))
		return;
	memcpy(&c, f->payload, sizeof(c));
	*(u32 *)ctx = le32_to_cpu(c.code);
}

/* The program inside gets the signal and ends well; it says which one it was. */
static void play_held(void)
{
	struct wire_assembler rx;
	u32 sig = 0;
	u8 buf[256];
	ssize_t n;

	wire_asm_init(&rx, 4096);
	wire_send(FAKE_PORT, WIRE_LIFE, "\1", 1);
	while (!sig && (n = read(FAKE_PORT, buf, sizeof(buf))) > 0)
		wire_asm_feed(&rx, buf, n, take_signal_frame, &sig);
	send_exit(sig);
	pause();
}

static void play_damaged(void)
{
	struct wire_hdr h;

	wire_hdr_init(&h, WIRE_SOUT, "abcd", 4);
	if (write(FAKE_PORT, &h, sizeof(h)) + write(FAKE_PORT, "abcX", 4) < 0)
		_exit(1);
	send_exit(0);
	pause();
}

static void play_garbage(void)
{
	if (write(FAKE_PORT, "this is not a frame at all, nor is this", 39) < 0)
		_exit(1);
	send_exit(0);
}

static void play_endless(void)
{
	char buf[4096];

	memset(buf, 'x', sizeof(buf));
	while (!wire_send(FAKE_PORT, WIRE_SOUT, buf, sizeof(buf)))
		;
	pause();
}

__attribute__((constructor)) static void fake_qemu(void)
{
	const char *part = getenv("FAKE_QEMU");

	if (!part)
		return;
	if (!strcmp(part, "good"))
		play_good();
	else if (!strcmp(part, "saved"))
		play_saved(4096);
	else if (!strcmp(part, "saved-nowhere"))
		play_saved(1ULL << 63);
	else if (!strcmp(part, "held"))
		play_held();
	else if (!strcmp(part, "damaged"))
		play_damaged();
	else if (!strcmp(part, "garbage"))
		play_garbage();
	else if (!strcmp(part, "endless"))
		play_endless();
	else if (!strcmp(part, "escape"))
		send_file("../escaped", "x");
	else if (!strcmp(part, "reason"))
		wire_send(FAKE_PORT, WIRE_DMSG, "loading modules: no\033", 20);
	else if (!strcmp(part, "panic"))
		dprintf(1, "[    1.0] Kernel panic - not syncing: test\n");
	else if (!strcmp(part, "short-exit"))
		wire_send(FAKE_PORT, WIRE_EXIT, "x", 1);
	else if (!strcmp(part, "silent"))
		pause();
	_exit(5);
}

struct box {
	char dir[64];
	struct qemu_config cfg;
	struct ktstr_err err;
	int status;
	int out;
	int saved;
	const char *save;
	bool held;
};

static const struct emulated_opts none;

FIXTURE(session)
{
	struct box box;
};

FIXTURE_SETUP(session)
{
	snprintf(self->box.dir, sizeof(self->box.dir), "/tmp/ktstr-session.XXXXXX");
	ASSERT_NE(mkdtemp(self->box.dir), NULL);
	self->box.cfg = (struct qemu_config){
		.qemu = "/proc/self/exe",
		.kernel = "none",
		.mem_mib = 1,
		.cpus = 1,
		.port = EMULATED_PORT,
	};
	self->box.cfg.initrd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	self->box.status = -1;
	self->box.saved = -1;
}

FIXTURE_TEARDOWN(session)
{
	char cmd[128];

	close(self->box.cfg.initrd);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->box.dir);
	unsetenv("FAKE_QEMU");
	EXPECT_EQ(system(cmd), 0);
}

/* Runs one part; what it wrote to standard output ends up in dir/stdout. */
static int play(struct box *box, const char *part, u32 timeout_ms)
{
	char path[96], art[96];
	struct emulated_opts opts = { .artifacts = art, .timeout_ms = timeout_ms };
	int ret, saved, fd;

	opts.save = box->save;
	opts.held = box->held;
	snprintf(path, sizeof(path), "%s/stdout", box->dir);
	snprintf(art, sizeof(art), "%s/art", box->dir);
	setenv("FAKE_QEMU", part, 1);
	fflush(stdout);
	saved = dup(1);
	fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
	dup2(fd, 1);
	ret = host_session_run(&box->cfg, &opts, &box->status, &box->err);
	dup2(saved, 1);
	close(fd);
	close(saved);
	unsetenv("FAKE_QEMU");
	return ret;
}

static bool holds(struct box *box, const char *name, const void *data, size_t len)
{
	char path[128], *text;
	size_t size;
	bool same;

	snprintf(path, sizeof(path), "%s/%s", box->dir, name);
	text = file_read(path, 1 << 20, &size);
	same = text && size == len && !memcmp(text, data, len);
	free(text);
	return same;
}

TEST_F(session, output_artifact_and_status_come_through)
{
	ASSERT_EQ(play(&self->box, "good", 0), 0)
	TH_LOG("%s", self->box.err.msg);
	EXPECT_EQ(self->box.status, 7);
	EXPECT_TRUE(holds(&self->box, "stdout", "out\0\377\nmore", 10));
	EXPECT_TRUE(holds(&self->box, "art/sub/log", "artifact", 8));
	/* It was reaped. */
	EXPECT_EQ(waitpid(-1, NULL, WNOHANG), -1);
	EXPECT_EQ(errno, ECHILD);
}

TEST_F(session, damaged_frame_is_no_success)
{
	EXPECT_EQ(play(&self->box, "damaged", 0), -EPROTO);
	EXPECT_TRUE(holds(&self->box, "stdout", "", 0));
}

TEST_F(session, lost_bytes_are_no_success)
{
	EXPECT_EQ(play(&self->box, "garbage", 0), -EPROTO);
}

TEST_F(session, file_outside_is_refused)
{
	EXPECT_EQ(play(&self->box, "escape", 0), -EBADMSG);
	EXPECT_NE(strstr(self->box.err.msg, "../escaped"), NULL);
	EXPECT_FALSE(holds(&self->box, "escaped", "x", 1));
}

TEST_F(session, end_without_exit_says_why)
{
	EXPECT_EQ(play(&self->box, "reason", 0), -EPROTO);
	EXPECT_NE(strstr(self->box.err.msg, "loading modules: no "), NULL);
	EXPECT_EQ(play(&self->box, "panic", 0), -EPROTO);
	EXPECT_NE(strstr(self->box.err.msg, "Kernel panic - not syncing: test"), NULL);
	EXPECT_EQ(play(&self->box, "nothing", 0), -EPROTO);
	EXPECT_NE(strstr(self->box.err.msg, "status 5"), NULL);
	EXPECT_EQ(play(&self->box, "short-exit", 0), -EPROTO);
}

TEST_F(session, no_such_qemu)
{
	self->box.cfg.qemu = "/nonexistent/qemu";
	EXPECT_EQ(play(&self->box, "good", 0), -EPROTO);
	EXPECT_NE(strstr(self->box.err.msg, "status 127"), NULL);
}

TEST_F(session, timeout_ends_it)
{
	u64 start = mono_ns();

	EXPECT_EQ(play(&self->box, "silent", 300), 0);
	EXPECT_EQ(self->box.status, EMULATED_TIMEOUT_STATUS);
	EXPECT_LT(mono_ns() - start, 10 * NSEC_PER_SEC);
}

TEST_F(session, L7_signal_ends_it)
{
	pid_t pid = fork();
	int ws;

	if (!pid) {
		play(&self->box, "silent", 0);
		_exit(self->box.status);
	}
	usleep(200000);
	ASSERT_EQ(kill(pid, SIGTERM), 0);
	ASSERT_EQ(waitpid(pid, &ws, 0), pid);
	ASSERT_TRUE(WIFEXITED(ws));
	EXPECT_EQ(WEXITSTATUS(ws), 128 + SIGTERM);
}

/* Nobody reads our output, so the writer is stuck; a signal still gets through. */
TEST_F(session, L7_signal_while_output_is_stuck)
{
	int fds[2], ws;
	pid_t pid;

	ASSERT_EQ(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		setenv("FAKE_QEMU", "endless", 1);
		dup2(fds[1], 1);
		host_session_run(&self->box.cfg, &none, &self->box.status, NULL);
		_exit(self->box.status);
	}
	usleep(300000);
	ASSERT_EQ(kill(pid, SIGINT), 0);
	ASSERT_EQ(waitpid(pid, &ws, 0), pid);
	ASSERT_TRUE(WIFEXITED(ws));
	EXPECT_EQ(WEXITSTATUS(ws), 128 + SIGINT);
}

TEST_F(session, reader_that_goes_away_is_a_sigpipe)
{
	int fds[2], ws;
	pid_t pid;

	ASSERT_EQ(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		setenv("FAKE_QEMU", "endless", 1);
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		host_session_run(&self->box.cfg, &none, &self->box.status, NULL);
		_exit(self->box.status);
	}
	close(fds[0]);
	close(fds[1]);
	ASSERT_EQ(waitpid(pid, &ws, 0), pid);
	ASSERT_TRUE(WIFEXITED(ws));
	EXPECT_EQ(WEXITSTATUS(ws), 128 + SIGPIPE);
}

TEST_F(session, a_saved_file_comes_back_with_its_holes)
{
	struct box *box = &self->box;
	char path[96], text[8] = "";
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/saved", box->dir);
	box->save = path;
	ASSERT_EQ(play(box, "saved", 0), 0);
	EXPECT_EQ(box->status, 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_GE(fd, 0);
	ASSERT_EQ(fstat(fd, &st), 0);
	EXPECT_EQ(st.st_size, 1 << 20);
	EXPECT_LE(st.st_blocks * 512, 64 << 10);
	EXPECT_EQ(st.st_mode & 0777, 0600);
	EXPECT_EQ(pread(fd, text, 6, 4096), 6);
	EXPECT_STREQ(text, "middle");
	close(fd);
	EXPECT_TRUE(holds(box, "art/sub/log", "artifact", 8));
}

TEST_F(session, a_saved_file_that_is_lost_loses_nothing_else)
{
	struct box *box = &self->box;
	char path[96];

	snprintf(path, sizeof(path), "%s/saved", box->dir);
	box->save = path;
	ASSERT_EQ(play(box, "saved-nowhere", 0), 0);
	EXPECT_EQ(box->status, EMULATED_INFRA_STATUS);
	EXPECT_NE(access(path, F_OK), 0);
	EXPECT_TRUE(holds(box, "art/sub/log", "artifact", 8));
}

TEST_F(session, a_saved_file_nobody_asked_for_is_refused)
{
	ASSERT_EQ(play(&self->box, "saved", 0), 0);
	EXPECT_EQ(self->box.status, EMULATED_INFRA_STATUS);
}

TEST_F(session, a_saved_file_needs_its_directory)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/none/saved", self->box.dir);
	self->box.save = path;
	EXPECT_EQ(play(&self->box, "saved", 0), -ENOENT);
	EXPECT_NE(strstr(self->box.err.msg, "none/saved"), NULL);
}

/* Whether it comes before or after the sign of life, the end is one of the two. */
TEST_F(session, the_first_signal_is_for_who_holds_a_guest)
{
	int ws, status;
	pid_t pid;

	setenv("XDG_RUNTIME_DIR", self->box.dir, 1);
	pid = fork();
	if (!pid) {
		self->box.held = true;
		if (play(&self->box, "held", 0))
			_exit(99);
		_exit(self->box.status);
	}
	usleep(300000);
	ASSERT_EQ(kill(pid, SIGINT), 0);
	ASSERT_EQ(waitpid(pid, &ws, 0), pid);
	ASSERT_TRUE(WIFEXITED(ws));
	status = WEXITSTATUS(ws);
	EXPECT_TRUE(status == SIGINT || status == 128 + SIGINT);
}

TEST_HARNESS_MAIN
