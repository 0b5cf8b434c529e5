// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timerfd.h>

#include "host/coord/lookout.h"
#include "lib/log.h"
#include "lib/util.h"

/* @ns: 0 switches it off. */
static void arm(struct hold *h, u64 ns)
{
	struct itimerspec spec = {
		.it_value = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC },
	};

	timerfd_settime(h->timer.fd, 0, &spec, NULL);
}

static void on_timer(struct event *ev)
{
	struct lookout *l = ev->ctx;

	event_clear(ev);
	hold_end(l, "its time is over");
}

static void on_release(struct event *ev)
{
	struct lookout *l = ev->ctx;

	event_clear(ev);
	hold_end(l, "it was interrupted");
}

int hold_init(struct lookout *l)
{
	l->hold.timer = (struct event){ timer_open(NSEC_PER_SEC, 0), on_timer, l };
	if (l->hold.timer.fd < 0)
		return l->hold.timer.fd;
	arm(&l->hold, 0);
	return 0;
}

int hold_start(struct lookout *l, struct event_loop *loop)
{
	int ret;

	if (!l->cfg->hold_ns)
		return 0;
	ret = event_loop_add(loop, &l->hold.timer);
	if (ret || l->cfg->release_fd < 0)
		return ret;
	l->hold.release = (struct event){ l->cfg->release_fd, on_release, l };
	return event_loop_add(loop, &l->hold.release);
}

int hold_begin(struct lookout *l, u32 id, struct ktstr_err *err)
{
	struct hold *h = &l->hold;
	u64 s = l->cfg->hold_ns / NSEC_PER_SEC;

	if (!l->cfg->hold_ns)
		return ktstr_err_set(err, -EINVAL, "the run was not told to hold its guest");
	if (h->active)
		return ktstr_err_set(err, -EBUSY, "the guest is held already");
	h->active = true;
	h->id = id;
	h->since_ns = mono_ns();
	if (h->over) {
		hold_end(l, "it was interrupted");
		return 0;
	}
	arm(h, l->cfg->hold_ns);
	pr_warn("the guest is held for up to %llu s: look at it with 'ktstr inspect --live COMMAND'; 'ktstr inspect --live release' or Ctrl-C lets it go on",
		(unsigned long long)s);
	return 0;
}

bool hold_end(struct lookout *l, const char *why)
{
	struct hold *h = &l->hold;
	char text[160];

	h->over = true;
	if (!h->active)
		return false;
	h->active = false;
	arm(h, 0);
	snprintf(text, sizeof(text), "held for %llu ms, until %s",
		 (unsigned long long)((mono_ns() - h->since_ns) / NSEC_PER_MSEC), why);
	lookout_record(l, WIRE_OP_HOLD, h->id, "hold", 0, text);
	request_answer(l, h->id, 0, "");
	return true;
}
