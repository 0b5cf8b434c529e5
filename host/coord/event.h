/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_EVENT_H
#define KTSTR_HOST_COORD_EVENT_H

#include <linux/types.h>

/**
 * struct event - one thing the coordinator waits for
 * @fd: readable when it happened: an eventfd, a timerfd, a pipe
 * @handle: what to do then; reads the descriptor itself if it has to be read,
 *          see event_clear()
 * @ctx: for @handle
 *
 * The owner keeps it alive as long as it is in a loop. A new source is a new
 * struct; the loop knows none of them by name.
 */
struct event {
	int fd;
	void (*handle)(struct event *ev);
	void *ctx;
};

/**
 * struct event_loop - an epoll instance and its stop flag
 * @epfd: the instance
 * @stopped: set by event_loop_stop()
 *
 * One thread owns a loop and calls everything here.
 */
struct event_loop {
	int epfd;
	int stopped;
};

/**
 * event_loop_init() - an empty loop
 * @loop: filled in; event_loop_close() it even after a failure
 *
 * Return: 0 or negative errno.
 */
int event_loop_init(struct event_loop *loop);

/**
 * event_loop_add() - wait for one more thing
 * @loop: the loop
 * @ev: stays the caller's
 *
 * Return: 0 or negative errno.
 */
int event_loop_add(struct event_loop *loop, struct event *ev);

/**
 * event_loop_run() - dispatch until event_loop_stop()
 * @loop: the loop
 *
 * Return: 0, or negative errno of epoll_wait(); EINTR is retried.
 */
int event_loop_run(struct event_loop *loop);

/**
 * event_loop_stop() - leave event_loop_run() after the current handler
 * @loop: the loop
 */
void event_loop_stop(struct event_loop *loop);

/**
 * event_loop_close() - forget every source
 * @loop: initialised, or zeroed with @epfd -1
 */
void event_loop_close(struct event_loop *loop);

/**
 * event_clear() - read an eventfd or timerfd down
 * @ev: its descriptor is non-blocking
 *
 * Return: the count read, 0 when there was none.
 */
u64 event_clear(struct event *ev);

/**
 * timer_open() - a periodic or single timerfd on CLOCK_MONOTONIC
 * @first_ns: time to the first expiry, at least 1
 * @every_ns: period from then on, 0 for a single shot
 *
 * Return: a non-blocking descriptor, or negative errno.
 */
int timer_open(u64 first_ns, u64 every_ns);

#endif /* KTSTR_HOST_COORD_EVENT_H */
