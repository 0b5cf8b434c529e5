// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/coord/observer.h"
#include "host/inspect/guest_state.h"
#include "lib/log.h"
#include "lib/util.h"

static void add_symbol(void *ctx, const char *name, size_t len, u64 kva)
{
	sym_digest_add(ctx, name, len, kva);
}

static int digest_symbols(struct observer *o)
{
	struct sym_digest *d = calloc(1, sizeof(*d));

	o->digest = malloc(sizeof(*o->digest));
	if (!d || !o->digest) {
		free(d);
		return ktstr_err_set(&o->error, -ENOMEM, "out of memory");
	}
	if (gk_symbol_each(o->gk, add_symbol, d)) {
		free(o->digest);
		o->digest = NULL;
	} else {
		wire_symd_encode(d, o->digest);
	}
	free(d);
	return 0;
}

static int load(struct observer *o)
{
	int ret;

	o->gk = gk_new(&o->cfg, &o->error);
	if (!o->gk)
		return -errno;
	if (o->want_digest && digest_symbols(o))
		return -ENOMEM;
	o->kbtf = kbtf_new(o->gk, o->cfg.image, &o->error);
	if (!o->kbtf)
		return -errno;
	/* a kernel without sched_ext can still be looked at */
	ret = scx_layout_init(&o->scx, o->gk, o->kbtf, &o->error);
	o->has_scx = !ret;
	o->has_runnable = !runnable_layout_init(&o->runnable, o->gk, o->kbtf, &o->runnable_error);
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
	free(o->digest);
	o->digest = NULL;
	o->view = NULL;
	o->kbtf = NULL;
	o->gk = NULL;
	close_fd(&o->done_evt);
}
