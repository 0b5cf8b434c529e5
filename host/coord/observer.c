// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/coord/observer.h"
#include "host/inspect/guest_state.h"
#include "lib/log.h"
#include "lib/util.h"

static int load(struct observer *o)
{
	int ret;

	o->gk = gk_new(&o->cfg, &o->error);
	if (!o->gk)
		return -errno;
	o->kbtf = kbtf_new(o->gk, o->cfg.image, &o->error);
	if (!o->kbtf)
		return -errno;
	/* a kernel without sched_ext can still be looked at */
	ret = scx_layout_init(&o->scx, o->gk, o->kbtf, &o->error);
	o->has_scx = !ret;
	o->view =
		guest_state_new(o->gk, o->kbtf, o->has_scx ? &o->scx : NULL, o->nr_cpus, &o->error);
	return 0;
}

static void *observer_thread(void *arg)
{
	static const u64 one = 1;
	struct observer *o = arg;
	u64 start = mono_ns();

	pthread_setname_np(pthread_self(), "observer");
	o->ret = load(o);
	o->load_ns = mono_ns() - start;
	if (write(o->done_evt, &one, sizeof(one)) < 0)
		pr_err("observer: cannot signal: %s", strerror(errno));
	return NULL;
}

int observer_init(struct observer *o)
{
	memset(o, 0, sizeof(*o));
	o->done_evt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return o->done_evt < 0 ? -errno : 0;
}

void observer_start(struct observer *o, const struct gk_config *cfg)
{
	int ret;

	o->cfg = *cfg;
	ret = pthread_create(&o->thread, NULL, observer_thread, o);
	o->state = ret ? OBSERVER_FAILED : OBSERVER_LOADING;
	if (ret)
		ktstr_err_set(&o->error, -ret, "observer thread: %s", strerror(ret));
}

void observer_finish(struct observer *o)
{
	if (o->state != OBSERVER_LOADING)
		return;
	pthread_join(o->thread, NULL);
	o->state = o->ret ? OBSERVER_FAILED : OBSERVER_READY;
}

void observer_destroy(struct observer *o)
{
	observer_finish(o);
	guest_state_free(o->view);
	kbtf_free(o->kbtf);
	gk_free(o->gk);
	o->view = NULL;
	o->kbtf = NULL;
	o->gk = NULL;
	close_fd(&o->done_evt);
}
