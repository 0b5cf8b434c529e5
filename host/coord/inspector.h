/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_INSPECTOR_H
#define KTSTR_HOST_COORD_INSPECTOR_H

/*
 * Answers `ktstr inspect --live`. A thread of its own talks to whoever connects,
 * one after the other, each for a bounded time; guest memory is read by the
 * coordinator thread alone, which is asked through an event.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

#include "host/coord/event.h"
#include "lib/err.h"
#include "lib/wire_inspect.h"

/* Whoever is slower than this is hung up on. */
#define INSPECTOR_ASK_MS    5000
#define INSPECTOR_ANSWER_MS 30000

/**
 * struct inspector_ops - what the coordinator does for it
 * @walk: coordinator thread: find the answer. Returns 0 or a negative errno with
 *        @err filled in; *@answer is @print's
 * @print: inspector thread: the answer as text, malloc()ed, and forget *@answer;
 *         the same
 * @drop: any thread: forget an answer that is not printed
 * @ctx: passed to all of them
 */
struct inspector_ops {
	int (*walk)(void *ctx, const struct inq_view *q, void **answer, struct ktstr_err *err);
	int (*print)(void *ctx, void *answer, char **text, size_t *len, struct ktstr_err *err);
	void (*drop)(void *ctx, void *answer);
	void *ctx;
};

/**
 * struct inspector - the one of a run
 * @ops: the coordinator
 * @listen_fd: where it listens, borrowed
 * @asked: event: a question is there
 * @answered: eventfd: its answer is
 * @stop: eventfd: end
 * @thread: valid while @running
 * @running: see there
 * @question: while it is asked: written by the thread before @asked, read by
 *            the coordinator behind it
 * @view: the same, decoded
 * @answer: written by the coordinator before @answered
 * @ret: the same
 * @err: the same
 */
struct inspector {
	struct inspector_ops ops;
	int listen_fd;
	struct event asked;
	int answered;
	int stop;
	pthread_t thread;
	bool running;
	u8 question[WIRE_INQ_MAX];
	struct inq_view view;
	void *answer;
	int ret;
	struct ktstr_err err;
};

/**
 * inspector_init() - nobody listens yet
 * @i: filled in; inspector_stop() is allowed from here on
 */
void inspector_init(struct inspector *i);

/**
 * inspector_start() - begin to listen
 * @i: initialised
 * @listen_fd: a listening stream socket; must outlive @i
 * @loop: of the coordinator, gets an event
 * @ops: copied
 *
 * Return: 0 or negative errno.
 */
int inspector_start(struct inspector *i, int listen_fd, struct event_loop *loop,
		    const struct inspector_ops *ops);

/**
 * inspector_stop() - hang up, and end the thread
 * @i: initialised; the coordinator thread
 */
void inspector_stop(struct inspector *i);

#endif /* KTSTR_HOST_COORD_INSPECTOR_H */
