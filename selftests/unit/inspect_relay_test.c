// SPDX-License-Identifier: GPL-2.0-only
/*
 * A question on its way through an emulated host: from a socket outside, over a
 * port, to the socket of the run inside, and the answer back. Both ends of the
 * port are the real ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <linux/sizes.h>

#include "host/harness/session_inspect.h"
#include "inspect_client.h"
#include "kselftest_harness.h"

/* The one place that is known inside; not of this machine. */
#undef WIRE_INSPECT_INNER
#define WIRE_INSPECT_INNER "ktstr-relay-test"
#include "guest-init/relay.c"

#define LARGE SZ_1M

/**
 * struct way - all of it
 * @dir: working directory
 * @outer: outside
 * @inner: inside
 * @writer: frames to the outside
 * @frames: the outside's end
 * @port: both ends
 * @listen: of the run
 * @run: the run's end of a connection, or -1
 * @client: who asks, or -1
 */
struct way {
	char dir[64];
	struct session_inspect outer;
	struct relay inner;
	struct wire_writer writer;
	struct wire_assembler frames;
	int port[2];
	int listen;
	int run;
	int client;
};

FIXTURE(way)
{
	struct way w;
	char text[512];
};

static int listen_inside(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = WIRE_INSPECT_INNER };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 4))
		close_fd(&fd);
	return fd;
}

FIXTURE_SETUP(way)
{
	struct way *w = &self->w;

	snprintf(w->dir, sizeof(w->dir), "/tmp/ktstr-way.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(w->dir));
	ASSERT_EQ(0, chdir(w->dir));
	setenv("XDG_RUNTIME_DIR", w->dir, 1);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, w->port));
	wire_writer_init(&w->writer, w->port[1]);
	wire_asm_init(&w->frames, WIRE_FRAME_MAX);
	relay_init(&w->inner, &w->writer, w->port[1]);
	session_inspect_init(&w->outer);
	ASSERT_EQ(0, session_inspect_open(&w->outer, NULL));
	w->listen = listen_inside();
	ASSERT_LE(0, w->listen);
	w->run = -1;
	w->client = -1;
}

FIXTURE_TEARDOWN(way)
{
	struct way *w = &self->w;
	char cmd[128];

	close_fd(&w->client);
	close_fd(&w->run);
	close_fd(&w->listen);
	session_inspect_close(&w->outer);
	relay_free(&w->inner);
	wire_asm_free(&w->frames);
	wire_writer_free(&w->writer);
	close_fd(&w->port[0]);
	close_fd(&w->port[1]);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", w->dir);
	EXPECT_EQ(0, system(cmd));
}

static void take_outside(void *ctx, const struct wire_frame *f)
{
	struct way *w = ctx;

	if (f->crc_ok && f->type == WIRE_INSA)
		session_inspect_answer(&w->outer, f->payload, f->len);
}

/* Everything that can go on without waiting, on both sides. */
static void go(struct way *w)
{
	static u8 buf[65536];
	int idle = 0;

	while (idle < 3) {
		struct pollfd p[SESSION_INSPECT_FDS + 3];
		bool busy = false;
		ssize_t n;

		session_inspect_poll(&w->outer, p);
		p[2] = (struct pollfd){ .fd = w->port[0], .events = POLLIN };
		p[3] = (struct pollfd){ .fd = w->port[1], .events = POLLIN };
		p[4] = (struct pollfd){ .fd = w->inner.run, .events = POLLIN };
		poll(p, ARRAY_SIZE(p), 5);
		busy = p[0].revents || p[1].revents;
		session_inspect_work(&w->outer, p, w->port[0]);
		if (p[2].revents & POLLIN) {
			n = read(w->port[0], buf, sizeof(buf));
			wire_asm_feed(&w->frames, buf, n, take_outside, w);
			busy = true;
		}
		if (p[3].revents & POLLIN) {
			relay_pump_port(&w->inner);
			busy = true;
		}
		if (p[4].revents) {
			relay_pump_run(&w->inner);
			busy = true;
		}
		if (w->run < 0)
			w->run = accept4(w->listen, NULL, NULL, SOCK_CLOEXEC);
		idle = busy ? 0 : idle + 1;
	}
}

static void connect_outside(struct way *w)
{
	close_fd(&w->client);
	w->client = client_connect(w->outer.socket.path);
}

/* The run answers what it was asked. */
static bool answer_inside(struct way *w, const void *text, size_t len)
{
	u8 buf[WIRE_INQ_MAX];
	struct wire_ina head;
	ssize_t n;

	if (w->run < 0)
		return false;
	n = recv(w->run, buf, sizeof(buf), MSG_DONTWAIT);
	if (n <= 0 || inq_need(buf, n, NULL) != n)
		return false;
	ina_encode(0, len, &head);
	n = send(w->run, &head, sizeof(head), MSG_NOSIGNAL);
	while (n > 0 && len) {
		n = send(w->run, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n > 0) {
			text = (const char *)text + n;
			len -= n;
		} else if (errno == EAGAIN) {
			go(w);
			n = 1;
		}
	}
	close_fd(&w->run);
	return !len;
}

TEST_F(way, a_question_and_its_answer)
{
	struct way *w = &self->w;
	int i;

	for (i = 0; i < 3; i++) {
		connect_outside(w);
		ASSERT_TRUE(client_ask(w->client, "maps"));
		go(w);
		ASSERT_TRUE(answer_inside(w, "six maps", 8));
		go(w);
		EXPECT_EQ(0, client_answer(w->client, self->text, sizeof(self->text)));
		EXPECT_STREQ("six maps", self->text);
		EXPECT_EQ(0, read_full(w->client, self->text, 1));
	}
}

TEST_F(way, without_a_run_inside_there_is_a_reason)
{
	struct way *w = &self->w;

	close_fd(&w->listen);
	connect_outside(w);
	ASSERT_TRUE(client_ask(w->client, "maps"));
	go(w);
	EXPECT_EQ(ESRCH, client_answer(w->client, self->text, sizeof(self->text)));
	EXPECT_NE(NULL, strstr(self->text, "no guest to look at"));
	w->listen = listen_inside();
}

TEST_F(way, a_run_that_ends_in_the_middle_is_seen)
{
	struct way *w = &self->w;

	connect_outside(w);
	ASSERT_TRUE(client_ask(w->client, "maps"));
	go(w);
	ASSERT_LE(0, w->run);
	close_fd(&w->run);
	go(w);
	EXPECT_EQ(-1, client_answer(w->client, self->text, sizeof(self->text)));
}

TEST_F(way, a_large_answer_comes_whole)
{
	struct way *w = &self->w;
	char *text = malloc(LARGE), *got = calloc(1, LARGE + 1);
	ssize_t n = 0, more;

	ASSERT_TRUE(text && got);
	memset(text, 'x', LARGE);
	connect_outside(w);
	fcntl(w->client, F_SETFL, O_NONBLOCK);
	ASSERT_TRUE(client_ask(w->client, "symbols"));
	go(w);
	ASSERT_TRUE(answer_inside(w, text, LARGE));
	do {
		go(w);
		more = read(w->client, got, LARGE);
		n += more > 0 ? more : 0;
	} while (more > 0);
	EXPECT_EQ(0, more);
	EXPECT_EQ(LARGE + sizeof(struct wire_ina), n);
	free(text);
	free(got);
}

TEST_F(way, nonsense_is_refused_outside)
{
	struct way *w = &self->w;

	connect_outside(w);
	ASSERT_EQ(40, send(w->client, "this is no question, and there is more..", 40, 0));
	go(w);
	EXPECT_EQ(EBADMSG, client_answer(w->client, self->text, sizeof(self->text)));
	EXPECT_EQ(-1, w->run);
}

/* Nobody else's answer comes to the next one. */
TEST_F(way, who_leaves_takes_the_answer_along)
{
	struct way *w = &self->w;

	connect_outside(w);
	ASSERT_TRUE(client_ask(w->client, "maps"));
	go(w);
	close_fd(&w->client);
	go(w);
	connect_outside(w);
	ASSERT_TRUE(client_ask(w->client, "tasks"));
	go(w);
	ASSERT_TRUE(answer_inside(w, "of the first", 12));
	go(w);
	ASSERT_TRUE(answer_inside(w, "of the second", 13));
	go(w);
	EXPECT_EQ(0, client_answer(w->client, self->text, sizeof(self->text)));
	EXPECT_STREQ("of the second", self->text);
}

TEST_F(way, answers_that_nobody_asked_for_are_nothing)
{
	struct way *w = &self->w;

	session_inspect_answer(&w->outer, "boo", 3);
	session_inspect_answer(&w->outer, NULL, 0);
	EXPECT_FALSE(w->outer.complete);
	EXPECT_EQ(NULL, w->outer.answer);
	connect_outside(w);
	go(w);
	session_inspect_answer(&w->outer, "boo", 3);
	session_inspect_answer(&w->outer, NULL, 0);
	ASSERT_TRUE(client_ask(w->client, "maps"));
	go(w);
	ASSERT_TRUE(answer_inside(w, "fine", 4));
	go(w);
	EXPECT_EQ(0, client_answer(w->client, self->text, sizeof(self->text)));
	EXPECT_STREQ("fine", self->text);
}

TEST_F(way, an_endless_answer_ends)
{
	struct way *w = &self->w;
	char *piece = calloc(1, SZ_1M);
	u32 i;

	ASSERT_NE(NULL, piece);
	connect_outside(w);
	ASSERT_TRUE(client_ask(w->client, "maps"));
	go(w);
	for (i = 0; i < 66; i++)
		session_inspect_answer(&w->outer, piece, SZ_1M);
	EXPECT_EQ(-1, w->outer.client);
	EXPECT_EQ(NULL, w->outer.answer);
	session_inspect_answer(&w->outer, NULL, 0);
	EXPECT_FALSE(w->outer.asked);
	free(piece);
}

TEST_F(way, signals_are_the_programs)
{
	struct wire_code c = { .code = cpu_to_le32(SIGTERM) };
	struct way *w = &self->w;
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	ASSERT_EQ(0, wire_send(w->port[0], WIRE_HSIG, &c, sizeof(c)));
	/* nobody to get it yet */
	go(w);
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG));
	w->inner.pid = pid;
	c.code = cpu_to_le32(SIGSTOP);
	ASSERT_EQ(0, wire_send(w->port[0], WIRE_HSIG, &c, sizeof(c)));
	ASSERT_EQ(0, wire_send(w->port[0], WIRE_HSIG, &c, 1));
	go(w);
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG | WUNTRACED));
	c.code = cpu_to_le32(SIGTERM);
	ASSERT_EQ(0, wire_send(w->port[0], WIRE_HSIG, &c, sizeof(c)));
	go(w);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

TEST_F(way, runs_are_found_by_their_number)
{
	struct strv runs = { 0 };
	struct ktstr_err err;
	char text[80];
	int fd;

	snprintf(text, sizeof(text), "%d", getpid());
	/* of a process that is gone, and what is none */
	ASSERT_EQ(0,
		  system("touch ktstr/999999999.sock ktstr/x.sock ktstr/12.sock.x ktstr/0.sock"));
	ASSERT_EQ(0, inspect_socket_runs(&runs, NULL));
	EXPECT_EQ(1, runs.nr);
	EXPECT_TRUE(strv_has(&runs, text));
	strv_free(&runs);
	EXPECT_NE(0, access("ktstr/999999999.sock", F_OK));
	fd = inspect_socket_connect(0, &err);
	EXPECT_LE(0, fd);
	close_fd(&fd);
	fd = inspect_socket_connect(getpid(), &err);
	EXPECT_LE(0, fd);
	close_fd(&fd);
	EXPECT_EQ(-ENOENT, inspect_socket_connect(1, &err));
	EXPECT_NE(NULL, strstr(err.msg, text));
	ASSERT_EQ(0, system("touch ktstr/1.sock"));
	EXPECT_EQ(-ENOTUNIQ, inspect_socket_connect(0, &err));
	EXPECT_NE(NULL, strstr(err.msg, "run:1"));
	session_inspect_close(&self->w.outer);
	ASSERT_EQ(0, unlink("ktstr/1.sock"));
	EXPECT_EQ(-ENOENT, inspect_socket_connect(0, &err));
	EXPECT_NE(NULL, strstr(err.msg, "--hold"));
}

TEST_F(way, a_directory_that_others_may_enter_is_refused)
{
	struct inspect_socket s;
	struct ktstr_err err;
	char other[80];

	ASSERT_EQ(0, chmod("ktstr", 0755));
	EXPECT_EQ(-EPERM, inspect_socket_listen(&s, false, &err));
	EXPECT_NE(NULL, strstr(err.msg, "chmod 700"));
	EXPECT_EQ(-EPERM, inspect_socket_connect(0, &err));
	ASSERT_EQ(0, chmod("ktstr", 0700));
	snprintf(other, sizeof(other), "%s/other", self->w.dir);
	ASSERT_EQ(0, mkdir(other, 0700));
	ASSERT_EQ(0, symlink("../ktstr", "other/ktstr"));
	setenv("XDG_RUNTIME_DIR", other, 1);
	EXPECT_EQ(-EPERM, inspect_socket_listen(&s, false, &err));
}

TEST_HARNESS_MAIN
