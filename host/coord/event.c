// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host/coord/event.h"
#include "lib/util.h"

#define EVENTS_AT_ONCE 16

int event_loop_init(struct event_loop *loop)
{
	loop->stopped = 0;
	loop->epfd = epoll_create1(EPOLL_CLOEXEC);
	return loop->epfd < 0 ? -errno : 0;
}

int event_loop_add(struct event_loop *loop, struct event *ev)
{
	struct epoll_event ee = { .events = EPOLLIN, .data.ptr = ev };

	return epoll_ctl(loop->epfd, EPOLL_CTL_ADD, ev->fd, &ee) ? -errno : 0;
}

int event_loop_run(struct event_loop *loop)
{
	struct epoll_event got[EVENTS_AT_ONCE];

	while (!loop->stopped) {
		int i, n = epoll_wait(loop->epfd, got, ARRAY_SIZE(got), -1);

		if (n < 0 && errno != EINTR)
			return -errno;
		for (i = 0; i < n && !loop->stopped; i++) {
			struct event *ev = got[i].data.ptr;

			ev->handle(ev);
		}
	}
	return 0;
}

void event_loop_stop(struct event_loop *loop)
{
	loop->stopped = 1;
}

void event_loop_close(struct event_loop *loop)
{
	close_fd(&loop->epfd);
}

u64 event_clear(struct event *ev)
{
	u64 n;

	return read(ev->fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

int timer_open(u64 first_ns, u64 every_ns)
{
	struct itimerspec its = {
		.it_value = { first_ns / NSEC_PER_SEC, first_ns % NSEC_PER_SEC },
		.it_interval = { every_ns / NSEC_PER_SEC, every_ns % NSEC_PER_SEC },
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, 0, &its, NULL)) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}
