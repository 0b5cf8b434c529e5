/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_UNIT_INSPECT_CLIENT_H
#define KTSTR_UNIT_INSPECT_CLIENT_H

/* Whoever asks a run, well or badly. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/util.h"
#include "lib/wire_inspect.h"

static inline int client_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		close_fd(&fd);
	return fd;
}

/* A question of one or two words, as bytes. */
static inline size_t client_question(u8 buf[WIRE_INQ_MAX], u32 flags, const char *word,
				     const char *arg)
{
	struct inq_view v = { .flags = flags, .argc = arg ? 2 : 1, .argv = { word, arg } };
	size_t len = 0;

	return inq_encode(&v, buf, &len, NULL) ? 0 : len;
}

static inline bool client_ask(int fd, const char *word)
{
	u8 buf[WIRE_INQ_MAX];
	size_t len = client_question(buf, 0, word, NULL);

	return send(fd, buf, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Return: the status, or -1 without a whole answer; its text is NUL-terminated. */
static inline int client_answer(int fd, char *text, size_t room)
{
	struct wire_ina head;
	u32 status, len;

	text[0] = '\0';
	if (read_full(fd, &head, sizeof(head)) != sizeof(head) ||
	    ina_decode(&head, &status, &len, NULL) || len >= room ||
	    read_full(fd, text, len) != (ssize_t)len)
		return -1;
	text[len] = '\0';
	return status;
}

#endif /* KTSTR_UNIT_INSPECT_CLIENT_H */
