/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_PERIODIC_H
#define KTSTR_HOST_COORD_PERIODIC_H

/*
 * Snapshots at fixed points of the workload: N boundaries that cut the part
 * between 10 % and 90 % of it into N + 1 equal gaps. Arithmetic only; times
 * are nanoseconds since the start of the run. Coordinator thread.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

/* As many as a snapshot store keeps. */
#define PERIODIC_MAX	    64
#define PERIODIC_MIN_GAP_NS 100000000ULL
/* Rendezvous in a row that may time out before the rest is given up. */
#define PERIODIC_TIMEOUTS_MAX 2
#define PERIODIC_TAG_MAX      16

/**
 * struct periodic - the boundaries of one run
 * @boundary_ns: @nr of them, ascending, as if nothing ever paused
 * @nr: how many
 * @next: the first one still to come
 * @shift_ns: how far freezes have moved what is still to come
 * @timeouts: rendezvous that timed out in a row
 * @abandoned: too many did: nothing is due any more
 */
struct periodic {
	u64 boundary_ns[PERIODIC_MAX];
	u32 nr;
	u32 next;
	u64 shift_ns;
	u32 timeouts;
	bool abandoned;
};

/**
 * periodic_check() - can a test have that many
 * @nr: boundaries wanted, 0 = none
 * @duration_ns: length of the workload
 * @err: names the number or the gap refused, and what would do, or NULL
 *
 * Return: 0; -E2BIG above PERIODIC_MAX; -ERANGE when the gaps would be shorter
 * than PERIODIC_MIN_GAP_NS.
 */
int periodic_check(u32 nr, u64 duration_ns, struct ktstr_err *err);

/**
 * periodic_start() - lay out the boundaries
 * @p: filled in
 * @nr: passed periodic_check() with @duration_ns
 * @duration_ns: length of the workload
 * @anchor_ns: first scenario start
 * @ready_ns: when the host could read the kernel, as if nothing had paused; the
 *            window starts no earlier
 * @end_ns: when the workload ends at the latest; the window ends no later
 *
 * Boundary i lies at anchor + 0.1 d + (i + 1) * 0.8 d / (N + 1). When the
 * window is cut at either end, its boundaries are laid out anew between the
 * ends that are left.
 *
 * Return: boundaries; 0 when nothing of the window is left.
 */
u32 periodic_start(struct periodic *p, u32 nr, u64 duration_ns, u64 anchor_ns, u64 ready_ns,
		   u64 end_ns);

/**
 * periodic_next_ns() - when the next boundary is
 * @p: the boundaries
 * @paused_ns: sum of all pauses that ended
 *
 * Return: the time, or UINT64_MAX when there is none.
 */
u64 periodic_next_ns(const struct periodic *p, u64 paused_ns);

/**
 * periodic_due() - has the next boundary passed
 * @p: the boundaries
 * @now_ns: now
 * @paused_ns: sum of all pauses that ended
 * @pause_open: a pause is going on: nothing is due, its end moves the rest
 */
bool periodic_due(const struct periodic *p, u64 now_ns, u64 paused_ns, bool pause_open);

/**
 * periodic_done() - the next boundary was served
 * @p: the boundaries
 * @timed_out: not all vCPUs stood still; PERIODIC_TIMEOUTS_MAX in a row give
 *             the rest up
 *
 * Return: index of the boundary, for periodic_tag().
 */
u32 periodic_done(struct periodic *p, bool timed_out);

/**
 * periodic_shift() - a freeze held the workload up
 * @p: the boundaries
 * @frozen_ns: for how long
 */
void periodic_shift(struct periodic *p, u64 frozen_ns);

/**
 * periodic_tag() - "periodic_000"
 * @i: the boundary
 * @tag: filled in
 *
 * Return: @tag.
 */
const char *periodic_tag(u32 i, char tag[PERIODIC_TAG_MAX]);

#endif /* KTSTR_HOST_COORD_PERIODIC_H */
