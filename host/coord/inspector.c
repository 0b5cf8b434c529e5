// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/coord/inspector.h"
#include "lib/log.h"
#include "lib/util.h"

static void ring(int evt)
{
	static const u64 one = 1;

	if (write(evt, &one, sizeof(one)) < 0)
		pr_err("inspector: cannot signal: %s", strerror(errno));
}

/* Return: whether it happened, before @deadline_ns (0 = none) and before the end. */
static bool wait_for(const struct inspector *i, int fd, short events, u64 deadline_ns)
{
	for (;;) {
		struct pollfd p[] = {
			{ .fd = i->stop, .events = POLLIN },
			{ .fd = fd, .events = events },
		};
		u64 now = mono_ns();
		int ms = -1;

		if (deadline_ns && now >= deadline_ns)
			return false;
		if (deadline_ns)
			ms = (deadline_ns - now) / NSEC_PER_MSEC + 1;
		if (poll(p, ARRAY_SIZE(p), ms) < 0 && errno != EINTR)
			return false;
		if (p[0].revents)
			return false;
		if (p[1].revents)
			return true;
	}
}

static bool send_all(const struct inspector *i, int fd, const void *buf, size_t len,
		     u64 deadline_ns)
{
	const char *at = buf;
	ssize_t n;

	while (len && wait_for(i, fd, POLLOUT, deadline_ns)) {
		n = send(fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return false;
		at += n;
		len -= n;
	}
	return !len;
}

static void reply(const struct inspector *i, int fd, u32 status, const char *text, size_t len)
{
	u64 deadline = mono_ns() + INSPECTOR_ANSWER_MS * NSEC_PER_MSEC;
	struct wire_ina head;

	ina_encode(status, len, &head);
	if (send_all(i, fd, &head, sizeof(head), deadline))
		send_all(i, fd, text, len, deadline);
}

static void refuse(const struct inspector *i, int fd, int ret, const struct ktstr_err *err)
{
	reply(i, fd, -ret, err->msg, strlen(err->msg));
}

/* A whole question, or an error; 0 bytes and no error when nobody wants an answer. */
static int read_question(struct inspector *i, int fd, size_t *len, struct ktstr_err *err)
{
	u64 deadline = mono_ns() + INSPECTOR_ASK_MS * NSEC_PER_MSEC;
	size_t got = 0;
	int need;

	*len = 0;
	for (;;) {
		ssize_t n;

		need = inq_need(i->question, got, err);
		if (need < 0)
			return need;
		if (got == (size_t)need && got > sizeof(struct wire_inq))
			break;
		/* a head that says that nothing follows */
		if (got >= (size_t)need)
			return ktstr_err_set(err, -EBADMSG, "an empty question");
		if (!wait_for(i, fd, POLLIN, deadline))
			return ktstr_err_set(err, -ETIMEDOUT, "no whole question came within %d s",
					     INSPECTOR_ASK_MS / 1000);
		n = recv(fd, i->question + got, need - got, MSG_DONTWAIT);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return 0;
		got += n;
	}
	*len = got;
	return 0;
}

static void serve(struct inspector *i, int fd)
{
	struct ktstr_err err = { "" };
	char *text = NULL;
	size_t len;
	u64 count;
	int ret;

	ret = read_question(i, fd, &len, &err);
	if (!ret && !len)
		return;
	if (!ret)
		ret = inq_decode(i->question, len, &i->view, &err);
	if (ret) {
		refuse(i, fd, ret, &err);
		return;
	}
	ring(i->asked.fd);
	/* the coordinator answers, or the run ends */
	if (!wait_for(i, i->answered, POLLIN, 0) ||
	    read(i->answered, &count, sizeof(count)) != sizeof(count))
		return;
	ret = i->ret;
	if (!ret)
		ret = i->ops.print(i->ops.ctx, i->answer, &text, &len, &i->err);
	i->answer = NULL;
	if (!ret && len > WIRE_INA_TEXT_MAX)
		ret = ktstr_err_set(&i->err, -EFBIG, "the answer has %zu bytes; ask for less", len);
	if (ret)
		refuse(i, fd, ret, &i->err);
	else
		reply(i, fd, 0, text, len);
	free(text);
}

/* The directory of the socket lets nobody else in; this is for one that does. */
static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len))
		return false;
	return peer.uid == geteuid() || !peer.uid;
}

static void *inspector_thread(void *arg)
{
	struct inspector *i = arg;
	int fd;

	pthread_setname_np(pthread_self(), "inspector");
	while (wait_for(i, i->listen_fd, POLLIN, 0)) {
		fd = accept4(i->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0)
			continue;
		if (is_ours(fd))
			serve(i, fd);
		close(fd);
	}
	return NULL;
}

static void on_asked(struct event *ev)
{
	struct inspector *i = ev->ctx;

	event_clear(ev);
	i->err.msg[0] = '\0';
	i->answer = NULL;
	i->ret = i->ops.walk(i->ops.ctx, &i->view, &i->answer, &i->err);
	ring(i->answered);
}

void inspector_init(struct inspector *i)
{
	memset(i, 0, sizeof(*i));
	i->listen_fd = -1;
	i->asked.fd = -1;
	i->answered = -1;
	i->stop = -1;
}

static void close_all(struct inspector *i)
{
	close_fd(&i->asked.fd);
	close_fd(&i->answered);
	close_fd(&i->stop);
}

int inspector_start(struct inspector *i, int listen_fd, struct event_loop *loop,
		    const struct inspector_ops *ops)
{
	int ret;

	i->ops = *ops;
	i->listen_fd = listen_fd;
	i->asked = (struct event){ eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), on_asked, i };
	i->answered = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	i->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (i->asked.fd < 0 || i->answered < 0 || i->stop < 0)
		ret = -errno;
	else
		ret = event_loop_add(loop, &i->asked);
	if (!ret)
		ret = -pthread_create(&i->thread, NULL, inspector_thread, i);
	i->running = !ret;
	if (ret)
		close_all(i);
	return ret;
}

void inspector_stop(struct inspector *i)
{
	if (!i->running)
		return;
	ring(i->stop);
	pthread_join(i->thread, NULL);
	i->running = false;
	/* found, and nobody was left to print it */
	if (i->answer)
		i->ops.drop(i->ops.ctx, i->answer);
	i->answer = NULL;
	close_all(i);
}
