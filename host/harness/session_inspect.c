// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/harness/session_inspect.h"
#include "lib/util.h"
#include "lib/wire.h"

#define ANSWER_MAX (sizeof(struct wire_ina) + WIRE_INA_TEXT_MAX)

void session_inspect_init(struct session_inspect *s)
{
	memset(s, 0, sizeof(*s));
	s->socket.fd = -1;
	s->client = -1;
}

int session_inspect_open(struct session_inspect *s, struct ktstr_err *err)
{
	return inspect_socket_listen(&s->socket, false, err);
}

static void hang_up(struct session_inspect *s)
{
	close_fd(&s->client);
	free(s->answer);
	s->answer = NULL;
	s->got = 0;
	s->len = 0;
	s->room = 0;
	s->sent = 0;
	s->complete = false;
}

static void put_answer(struct session_inspect *s, const void *data, size_t len)
{
	size_t room = s->room ? s->room : 65536;
	u8 *bigger;

	if (len > ANSWER_MAX - s->len) {
		hang_up(s);
		return;
	}
	while (room < s->len + len)
		room *= 2;
	if (room != s->room) {
		bigger = realloc(s->answer, room);
		if (!bigger) {
			hang_up(s);
			return;
		}
		s->answer = bigger;
		s->room = room;
	}
	memcpy(s->answer + s->len, data, len);
	s->len += len;
}

void session_inspect_answer(struct session_inspect *s, const void *data, size_t len)
{
	/* what nobody waits for any more is let go, up to its end */
	if (s->asked && s->client >= 0 && len)
		put_answer(s, data, len);
	if (len)
		return;
	s->complete = s->asked && s->client >= 0;
	s->asked = false;
}

/* Something that is wrong here already, without going inside. */
static void refuse(struct session_inspect *s, int ret, const char *text)
{
	struct wire_ina head;

	ina_encode(-ret, strlen(text), &head);
	put_answer(s, &head, sizeof(head));
	if (s->client >= 0)
		put_answer(s, text, strlen(text));
	s->complete = s->client >= 0;
}

static void send_on(struct session_inspect *s, int port)
{
	int ret = port < 0 ? -EPIPE : wire_send(port, WIRE_INSQ, s->question, s->got);

	if (ret)
		refuse(s, ret, "the emulated host does not take questions any more");
	else
		s->asked = true;
}

static void take_question(struct session_inspect *s, int port)
{
	struct ktstr_err err = { "" };
	int need = inq_need(s->question, s->got, &err);
	ssize_t n;

	n = recv(s->client, s->question + s->got, need - s->got, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(s);
		return;
	}
	s->got += n;
	need = inq_need(s->question, s->got, &err);
	if (need < 0)
		refuse(s, need, err.msg);
	else if (s->got >= sizeof(struct wire_inq) && s->got == (size_t)need)
		send_on(s, port);
}

static void give_answer(struct session_inspect *s)
{
	ssize_t n;

	if (s->sent < s->len) {
		n = send(s->client, s->answer + s->sent, s->len - s->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			hang_up(s);
			return;
		}
		s->sent += n;
	}
	if (s->sent == s->len)
		hang_up(s);
}

static void take_client(struct session_inspect *s)
{
	s->client = accept4(s->socket.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	s->deadline_ns = mono_ns() + SESSION_INSPECT_MS * NSEC_PER_MSEC;
}

void session_inspect_poll(const struct session_inspect *s, struct pollfd p[SESSION_INSPECT_FDS])
{
	bool free = s->client < 0 && !s->asked;

	p[0] = (struct pollfd){ .fd = free ? s->socket.fd : -1, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = s->client };
	if (s->complete)
		p[1].events = POLLOUT;
	else if (!s->asked)
		p[1].events = POLLIN;
}

int session_inspect_timeout(const struct session_inspect *s, int ms)
{
	if (s->client < 0)
		return ms;
	return ms < 0 ? 1000 : min(ms, 1000);
}

void session_inspect_work(struct session_inspect *s, const struct pollfd p[SESSION_INSPECT_FDS],
			  int port)
{
	if (p[0].revents & POLLIN)
		take_client(s);
	if (s->client < 0)
		return;
	if (p[1].fd == s->client && p[1].revents && s->complete)
		give_answer(s);
	else if (p[1].fd == s->client && p[1].revents && !s->asked)
		take_question(s, port);
	else if (p[1].fd == s->client && p[1].revents & (POLLHUP | POLLERR))
		hang_up(s);
	if (s->client >= 0 && mono_ns() > s->deadline_ns)
		hang_up(s);
}

void session_inspect_close(struct session_inspect *s)
{
	hang_up(s);
	s->asked = false;
	inspect_socket_close(&s->socket);
}
