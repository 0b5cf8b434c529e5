/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SESSION_INSPECT_H
#define KTSTR_HOST_HARNESS_SESSION_INSPECT_H

/*
 * The outer end of `ktstr inspect --live` for a run in an emulated host: takes
 * questions on the socket where a native run would listen, and sends them on as
 * frames. Nothing here waits; one question at a time is under way.
 */
#include <poll.h>
#include <stdbool.h>
#include <linux/types.h>

#include "host/harness/inspect_socket.h"
#include "lib/err.h"
#include "lib/wire_inspect.h"

/* Whoever has not asked by then is hung up on, or has not taken the answer. */
#define SESSION_INSPECT_MS 60000
/* Descriptors of session_inspect_poll(). */
#define SESSION_INSPECT_FDS 2

/**
 * struct session_inspect - who asks, and how far it is
 * @socket: where it listens; closed = nobody may ask
 * @client: who asks, or -1
 * @deadline_ns: mono_ns() when @client is hung up on
 * @question: what it has sent so far
 * @got: bytes of it
 * @asked: sent on, and the answer is not complete; @client may be gone by then
 * @complete: the whole answer is in @answer
 * @answer: what came of it
 * @len: bytes of it
 * @room: of @answer
 * @sent: of it to @client
 */
struct session_inspect {
	struct inspect_socket socket;
	int client;
	u64 deadline_ns;
	u8 question[WIRE_INQ_MAX];
	size_t got;
	bool asked;
	bool complete;
	u8 *answer;
	size_t len;
	size_t room;
	size_t sent;
};

/**
 * session_inspect_init() - nobody may ask
 * @s: filled in
 */
void session_inspect_init(struct session_inspect *s);

/**
 * session_inspect_open() - listen
 * @s: initialised
 * @err: see inspect_socket_listen()
 *
 * Return: 0 or negative errno.
 */
int session_inspect_open(struct session_inspect *s, struct ktstr_err *err);

/**
 * session_inspect_poll() - what to wait for
 * @s: initialised
 * @p: filled in; a descriptor of -1 is nothing
 */
void session_inspect_poll(const struct session_inspect *s, struct pollfd p[SESSION_INSPECT_FDS]);

/**
 * session_inspect_timeout() - how long poll(2) may wait
 * @s: initialised
 * @ms: how long it may for other reasons; -1 = for ever
 *
 * Return: milliseconds, or -1.
 */
int session_inspect_timeout(const struct session_inspect *s, int ms);

/**
 * session_inspect_work() - after poll(2)
 * @s: initialised
 * @p: what session_inspect_poll() filled in
 * @port: where a question is sent on as a frame; the write does not block
 */
void session_inspect_work(struct session_inspect *s, const struct pollfd p[SESSION_INSPECT_FDS],
			  int port);

/**
 * session_inspect_answer() - a WIRE_INSA frame
 * @s: initialised
 * @data: a piece of the answer, from somebody who is not trusted
 * @len: bytes; 0 ends it
 */
void session_inspect_answer(struct session_inspect *s, const void *data, size_t len);

/**
 * session_inspect_close() - hang up, and be gone
 * @s: initialised
 */
void session_inspect_close(struct session_inspect *s);

#endif /* KTSTR_HOST_HARNESS_SESSION_INSPECT_H */
