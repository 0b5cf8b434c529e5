// SPDX-License-Identifier: GPL-2.0-only
#include "lib/util.h"
#include "watch_publish.h"

void watch_withdraw(struct watchpoint_arm *w)
{
	/*
	 * The address first: a vCPU that arms itself from here on leaves the
	 * slot out. One that has not yet may still trap, and finds no pointer.
	 */
	atomic_store_explicit(&w->request_kva, 0, memory_order_release);
	atomic_store_explicit(&w->kind_host_ptr, NULL, memory_order_release);
	atomic_fetch_add_explicit(&w->gen, 1, memory_order_release);
}

static enum watch_publish_outcome publish(struct watchpoint_arm *w, u64 kva,
					  const struct watch_resolve *r,
					  struct watch_published *out)
{
	const u32 *kind = NULL;

	out->exit_kind_kva = kva;
	if (!kva || kva % WATCH_LEN || r->hva(r->ctx, kva, &kind) || !kind)
		return WATCH_PUBLISH_DEFERRED;
	/* The pointer first: who sees the address must see its pointer too. */
	atomic_store_explicit(&w->kind_host_ptr, kind, memory_order_release);
	atomic_store_explicit(&w->request_kva, kva, memory_order_release);
	watch_mark_armed(w);
	atomic_fetch_add_explicit(&w->gen, 1, memory_order_release);
	return WATCH_PUBLISHED;
}

enum watch_publish_outcome watch_publish(struct watchpoint_arm *w, u64 sched_kva, u64 last, u32 off,
					 const struct watch_resolve *r, struct watch_published *out)
{
	enum watch_publish_outcome outcome;
	u64 kva;

	*out = (struct watch_published){ .last = last, .previous = last };
	if (sched_kva == last)
		return WATCH_UNCHANGED;
	if (last) {
		watch_withdraw(w);
		out->last = 0;
		return sched_kva ? WATCH_REBIND_DISARMED : WATCH_DETACHED;
	}
	if (__builtin_add_overflow(sched_kva, off, &kva)) {
		out->exit_kind_kva = kva;
		return WATCH_PUBLISH_DEFERRED;
	}
	outcome = publish(w, kva, r, out);
	if (outcome == WATCH_PUBLISHED)
		out->last = sched_kva;
	return outcome;
}

enum watch_publish_outcome watch_publish_static(struct watchpoint_arm *w, u64 kind_kva, u64 last,
						const struct watch_resolve *r,
						struct watch_published *out)
{
	enum watch_publish_outcome outcome;

	*out = (struct watch_published){ .last = last, .previous = last };
	if (last || !kind_kva)
		return WATCH_UNCHANGED;
	outcome = publish(w, kind_kva, r, out);
	if (outcome == WATCH_PUBLISHED)
		out->last = kind_kva;
	return outcome;
}

bool watch_publish_attach(struct watchpoint_arm *w)
{
	if (!w->attach_kva || atomic_load_explicit(&w->request_kva, memory_order_relaxed))
		return false;
	atomic_store_explicit(&w->request_kva, w->attach_kva, memory_order_release);
	watch_mark_armed(w);
	atomic_fetch_add_explicit(&w->gen, 1, memory_order_release);
	return true;
}

const char *watch_publish_name(enum watch_publish_outcome outcome)
{
	static const char *const name[] = {
		[WATCH_UNCHANGED] = "unchanged",
		[WATCH_DETACHED] = "detached",
		[WATCH_REBIND_DISARMED] = "rebind-disarmed",
		[WATCH_PUBLISHED] = "published",
		[WATCH_PUBLISH_DEFERRED] = "publish-deferred",
	};

	return outcome < ARRAY_SIZE(name) ? name[outcome] : "unknown";
}
