// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which exit kind slot 0 watches. While no scheduler is attached it watches the
 * store that attaches one; the machine stands still from there until every vCPU
 * can arm itself with the new address, so not even an error in the very next
 * instruction is missed. The scan does the same, later, where a trap is lost.
 */
#include <errno.h>

#include "host/coord/lookout.h"
#include "host/coord/slot0.h"
#include "host/coord/watch_publish.h"
#include "lib/log.h"
#include "lib/util.h"

static int resolve(void *ctx, u64 kva, const u32 **p)
{
	struct lookout *l = ctx;

	*p = gk_hva(l->obs.gk, kva, sizeof(**p));
	return *p ? 0 : -EFAULT;
}

/* The early snapshot of a scheduler that left cleanly goes out by itself. */
static void release_early(struct lookout *l)
{
	struct capture_reports reports;

	if (l->late_seen || !l->state.early_held)
		return;
	if (!capture_step(&l->state, CAPTURE_EV_LATE_SUPPRESSED, &reports) && reports.nr) {
		snap_write(l, &l->early, reports.report[0].tag, NULL, NULL);
		snap_free(&l->early);
	}
}

static enum watch_publish_outcome publish(struct lookout *l, u64 sched_kva)
{
	const struct scx_layout *scx = &l->obs.scx;
	struct watch_resolve r = { .hva = resolve, .ctx = l };
	struct watchpoint_arm *w = &l->vm->watch;
	enum watch_publish_outcome what;
	struct watch_published out;

	if (scx->variant == SCX_VARIANT_STATIC)
		what = watch_publish_static(w, scx->anchor, l->sched_kva, &r, &out);
	else
		what = watch_publish(w, sched_kva, l->sched_kva, scx->exit_kind, &r, &out);
	l->sched_kva = out.last;
	if (what != WATCH_UNCHANGED && what != WATCH_PUBLISH_DEFERRED)
		pr_debug("slot 0: %s, scheduler %#llx, exit kind at %#llx",
			 watch_publish_name(what), (unsigned long long)sched_kva,
			 (unsigned long long)out.exit_kind_kva);
	return what;
}

/* Everybody stands still, and arms itself before it runs on. */
static bool publish_frozen(struct lookout *l)
{
	enum watch_publish_outcome what = WATCH_UNCHANGED;
	struct rendezvous r;
	u64 sched_kva;

	if (lookout_freeze(l, &r) != -ECANCELED &&
	    !scx_root_read(&l->obs.scx, l->obs.gk, &sched_kva)) {
		/* whose farewell that was is not attached any more */
		atomic_store(&l->vm->watch.left, false);
		what = publish(l, sched_kva);
		if (what == WATCH_REBIND_DISARMED)
			what = publish(l, sched_kva);
	}
	lookout_thaw(l, &r);
	l->warm_due |= what == WATCH_PUBLISHED;
	return what == WATCH_PUBLISHED;
}

/* Worth a freeze only when there is something to publish. */
static bool is_new(const struct lookout *l, u64 sched_kva)
{
	const struct scx_layout *scx = &l->obs.scx;

	return scx->variant == SCX_VARIANT_ROOT && sched_kva && sched_kva != l->sched_kva &&
	       gk_hva(l->obs.gk, sched_kva + scx->exit_kind, sizeof(u32));
}

bool slot0_follow(struct lookout *l, u64 sched_kva)
{
	enum watch_publish_outcome what;

	if (!sched_kva)
		l->left_kva = 0;
	/* it ends, and can end but once */
	if (sched_kva == l->left_kva)
		sched_kva = 0;
	/* a vCPU that still watches A must not trap for B */
	if (is_new(l, sched_kva))
		return publish_frozen(l);
	what = publish(l, sched_kva);
	if (what == WATCH_DETACHED)
		release_early(l);
	watch_publish_attach(&l->vm->watch);
	/* who was told and has not armed is told again */
	if (!lookout_all_armed(l))
		vm_kick_all(l->vm);
	return what == WATCH_PUBLISHED;
}

void slot0_expect(struct lookout *l)
{
	const struct scx_layout *scx = &l->obs.scx;
	struct watchpoint_arm *w = &l->vm->watch;

	if (scx->variant != SCX_VARIANT_ROOT)
		return;
	w->attach_host_ptr = gk_hva(l->obs.gk, scx->anchor, sizeof(u64));
	if (w->attach_host_ptr && scx->anchor % sizeof(u64) == 0)
		w->attach_kva = scx->anchor;
}

bool slot0_changed(struct lookout *l)
{
	struct watchpoint_arm *w = &l->vm->watch;
	bool left = atomic_exchange(&w->left, false);

	if (atomic_exchange(&w->attached, false)) {
		l->left_kva = 0;
		publish_frozen(l);
		return true;
	}
	if (left && l->sched_kva && l->obs.scx.variant == SCX_VARIANT_ROOT) {
		l->left_kva = l->sched_kva;
		slot0_follow(l, 0);
	}
	return left;
}
