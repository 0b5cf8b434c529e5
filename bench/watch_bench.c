// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: watch-bench
 *
 * From a debug exit to the latch: what watch_dispatch() takes on the vCPU's
 * thread between the return of KVM_RUN and the edge that wakes the coordinator.
 * And what it takes for a store that is none of an error's. No machine needed.
 *
 * Prints lines for scripts/bench.awk, see figure.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/figure.h"
#include "host/coord/watch_publish.h"
#include "host/vmm/watch.h"
#include "lib/util.h"

#define BATCHES 201
/* A latch flips once: each call of a batch needs watchpoints of its own. */
#define BATCH	 200
#define KIND_KVA 0xffff888004a1c340ULL

/* SDM vol. 3, 17.2.3: slot 0 hit; and slot 0 watches writes of 4 bytes */
static const struct kvm_debug_exit_arch hit = { .exception = 1, .dr6 = 0xffff0ff1, .dr7 = 0xd0703 };

struct sample {
	struct watchpoint_arm w;
	struct watch_state st;
};

static struct sample sample[BATCH];
static u32 exit_kind;

static int resolve(void *ctx, u64 kva, const u32 **p)
{
	*p = &exit_kind;
	return 0;
}

static int publish(struct sample *s)
{
	const struct watch_resolve r = { .hva = resolve };
	struct watch_published out;
	int ret = watch_init(&s->w);

	if (ret)
		return ret;
	if (watch_publish_static(&s->w, KIND_KVA, 0, &r, &out) != WATCH_PUBLISHED)
		return -EPROTO;
	s->st.armed[0] = KIND_KVA;
	return 0;
}

static void rearm(struct sample *s)
{
	u64 edges;

	atomic_store(&s->w.hit, false);
	/* -EAGAIN when there was none */
	if (read(s->w.hit_evt, &edges, sizeof(edges)) < 0 && errno != EAGAIN)
		abort();
}

/* Nanoseconds per call, or 0 when not each call did what it should. */
static double batch(bool latches)
{
	u32 flipped = 0;
	u64 start;
	int i;

	for (i = 0; i < BATCH; i++)
		rearm(&sample[i]);
	exit_kind = latches ? SCX_EXIT_ERROR : 0;
	start = mono_ns();
	for (i = 0; i < BATCH; i++)
		flipped += watch_dispatch(&sample[i].w, &sample[i].st, &hit, 0);
	start = mono_ns() - start;
	return flipped == (latches ? BATCH : 0) ? (double)start / BATCH : 0;
}

static int measure(const char *name, bool latches)
{
	double ns[BATCHES];
	int i;

	for (i = 0; i < BATCHES; i++) {
		ns[i] = batch(latches);
		if (!ns[i])
			return -EPROTO;
	}
	figure_print(name, "ns", ns, BATCHES, 0, NULL);
	return 0;
}

int main(void)
{
	int ret = 0, i;

	for (i = 0; i < BATCH && !ret; i++)
		ret = publish(&sample[i]);
	if (!ret)
		ret = measure("watch.dispatch_ns", true);
	if (!ret)
		ret = measure("watch.dispatch_benign_ns", false);
	if (ret)
		fprintf(stderr, "watch-bench: %s\n", strerror(-ret));
	while (i--)
		watch_destroy(&sample[i].w);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
