// SPDX-License-Identifier: GPL-2.0-only
/* Who looks at a held guest, and who only says so. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "host/coord/inspector.h"
#include "host/harness/inspect_socket.h"
#include "inspect_client.h"
#include "kselftest_harness.h"

#define LARGE (4U << 20)

/**
 * struct desk - an inspector, and a coordinator that answers
 * @i: the one under test
 * @loop: of the coordinator
 * @end: event: stop
 * @thread: the coordinator
 * @socket: where the inspector listens
 * @dir: of the socket
 * @walks: questions that came as far as the coordinator
 * @drops: answers that nobody has printed
 * @quiet: do not answer at all
 */
struct desk {
	struct inspector i;
	struct event_loop loop;
	struct event end;
	pthread_t thread;
	struct inspect_socket socket;
	char dir[64];
	atomic_uint walks;
	atomic_uint drops;
	atomic_bool quiet;
};

static int walk(void *ctx, const struct inq_view *q, void **answer, struct ktstr_err *err)
{
	struct desk *d = ctx;

	atomic_fetch_add(&d->walks, 1);
	if (!strcmp(q->argv[0], "fail"))
		return ktstr_err_set(err, -ENOENT, "there is no '%s'", q->argv[0]);
	*answer = strdup(q->argv[0]);
	return 0;
}

static int print(void *ctx, void *answer, char **text, size_t *len, struct ktstr_err *err)
{
	char *word = answer;
	int ret = 0;

	*text = NULL;
	if (!strcmp(word, "unprintable"))
		ret = ktstr_err_set(err, -EIO, "no paper");
	else if (!strcmp(word, "large"))
		*text = calloc(1, LARGE);
	else
		*text = strdup(word);
	*len = *text ? **text ? strlen(*text) : LARGE : 0;
	free(word);
	return ret;
}

static void drop(void *ctx, void *answer)
{
	struct desk *d = ctx;

	atomic_fetch_add(&d->drops, 1);
	free(answer);
}

static void on_end(struct event *ev)
{
	event_loop_stop(ev->ctx);
}

static void *coordinate(void *arg)
{
	struct desk *d = arg;

	event_loop_run(&d->loop);
	inspector_stop(&d->i);
	return NULL;
}

FIXTURE(desk)
{
	struct desk d;
	char text[256];
};

FIXTURE_SETUP(desk)
{
	struct desk *d = &self->d;
	const struct inspector_ops ops = { walk, print, drop, d };

	snprintf(d->dir, sizeof(d->dir), "/tmp/ktstr-desk.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(d->dir));
	setenv("XDG_RUNTIME_DIR", d->dir, 1);
	ASSERT_EQ(0, inspect_socket_listen(&d->socket, false, NULL));
	ASSERT_EQ(0, event_loop_init(&d->loop));
	d->end = (struct event){ eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), on_end, &d->loop };
	ASSERT_EQ(0, event_loop_add(&d->loop, &d->end));
	inspector_init(&d->i);
	ASSERT_EQ(0, inspector_start(&d->i, d->socket.fd, &d->loop, &ops));
	ASSERT_EQ(0, pthread_create(&d->thread, NULL, coordinate, d));
}

static void end(struct desk *d)
{
	static const u64 one = 1;

	if (write(d->end.fd, &one, sizeof(one)) == sizeof(one))
		pthread_join(d->thread, NULL);
	close_fd(&d->end.fd);
}

FIXTURE_TEARDOWN(desk)
{
	struct desk *d = &self->d;
	char cmd[128];

	if (d->end.fd >= 0)
		end(d);
	event_loop_close(&d->loop);
	inspect_socket_close(&d->socket);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", d->dir);
	EXPECT_EQ(0, system(cmd));
}

TEST_F(desk, one_question_one_answer)
{
	int fd = client_connect(self->d.socket.path);

	ASSERT_LE(0, fd);
	ASSERT_TRUE(client_ask(fd, "hello"));
	EXPECT_EQ(0, client_answer(fd, self->text, sizeof(self->text)));
	EXPECT_STREQ("hello", self->text);
	/* and no more */
	EXPECT_EQ(0, read_full(fd, self->text, 1));
	close(fd);
}

TEST_F(desk, why_not_is_an_answer)
{
	int fd = client_connect(self->d.socket.path);

	ASSERT_TRUE(client_ask(fd, "fail"));
	EXPECT_EQ(ENOENT, client_answer(fd, self->text, sizeof(self->text)));
	EXPECT_STREQ("there is no 'fail'", self->text);
	close(fd);
	fd = client_connect(self->d.socket.path);
	ASSERT_TRUE(client_ask(fd, "unprintable"));
	EXPECT_EQ(EIO, client_answer(fd, self->text, sizeof(self->text)));
	close(fd);
}

TEST_F(desk, a_question_may_come_in_pieces)
{
	int fd = client_connect(self->d.socket.path);
	u8 buf[WIRE_INQ_MAX];
	size_t len = client_question(buf, 0, "slowly", NULL), i;

	for (i = 0; i < len; i++)
		ASSERT_EQ(1, send(fd, buf + i, 1, MSG_NOSIGNAL));
	EXPECT_EQ(0, client_answer(fd, self->text, sizeof(self->text)));
	EXPECT_STREQ("slowly", self->text);
	close(fd);
}

TEST_F(desk, nonsense_gets_no_further_than_the_door)
{
	static const char *const bad[] = {
		"GET / HTTP/1.0\r\n\r\n, and more than the head of a question has",
		"KTQ1\1\0\0\0 and a head that asks for more than there may be",
	};
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		fd = client_connect(self->d.socket.path);
		ASSERT_EQ(40, send(fd, bad[i], 40, MSG_NOSIGNAL));
		EXPECT_LT(0, client_answer(fd, self->text, sizeof(self->text)));
		close(fd);
	}
	EXPECT_EQ(0, self->d.walks);
}

TEST_F(desk, an_empty_question_is_refused)
{
	struct wire_inq h = {
		.magic = cpu_to_le32(WIRE_INQ_MAGIC),
		.version = cpu_to_le32(WIRE_INSPECT_VERSION),
		.words = cpu_to_le32(1),
	};
	int fd = client_connect(self->d.socket.path);

	ASSERT_EQ(sizeof(h), send(fd, &h, sizeof(h), MSG_NOSIGNAL));
	EXPECT_EQ(EBADMSG, client_answer(fd, self->text, sizeof(self->text)));
	close(fd);
	EXPECT_EQ(0, self->d.walks);
}

TEST_F(desk, who_leaves_without_a_word_or_an_answer_is_forgotten)
{
	u8 buf[WIRE_INQ_MAX];
	size_t len = client_question(buf, 0, "half", NULL);
	int fd, i;

	for (i = 0; i < 8; i++) {
		fd = client_connect(self->d.socket.path);
		if (i % 2)
			EXPECT_EQ(len / 2, send(fd, buf, len / 2, MSG_NOSIGNAL));
		close(fd);
		fd = client_connect(self->d.socket.path);
		ASSERT_TRUE(client_ask(fd, "large"));
		close(fd);
	}
	fd = client_connect(self->d.socket.path);
	ASSERT_TRUE(client_ask(fd, "still there"));
	EXPECT_EQ(0, client_answer(fd, self->text, sizeof(self->text)));
	EXPECT_STREQ("still there", self->text);
	close(fd);
}

TEST_F(desk, a_large_answer_comes_whole)
{
	int fd = client_connect(self->d.socket.path);
	char *text = malloc(LARGE + 1);

	ASSERT_NE(NULL, text);
	ASSERT_TRUE(client_ask(fd, "large"));
	EXPECT_EQ(0, client_answer(fd, text, LARGE + 1));
	free(text);
	close(fd);
}

/* Nobody reads, nobody asks: neither keeps the run from ending. */
TEST_F(desk, the_end_waits_for_nobody)
{
	int idle = client_connect(self->d.socket.path), stuck;

	end(&self->d);
	ASSERT_LE(0, idle);
	close(idle);
	stuck = client_connect(self->d.socket.path);
	ASSERT_LE(0, stuck);
	close(stuck);
}

TEST_F(desk, the_end_comes_in_the_middle_of_an_answer)
{
	int fd = client_connect(self->d.socket.path);

	ASSERT_TRUE(client_ask(fd, "large"));
	while (!self->d.walks)
		usleep(1000);
	end(&self->d);
	/* whether it was printed or dropped: the leak checker has the last word */
	EXPECT_GE(1, self->d.drops);
	close(fd);
}

TEST_HARNESS_MAIN
