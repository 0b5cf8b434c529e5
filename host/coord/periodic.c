// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/util.h"
#include "periodic.h"

static u64 add_saturated(u64 a, u64 b)
{
	u64 sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

/* a * num / den without overflow, for num <= den and a small den. */
static u64 part_of(u64 a, u32 num, u32 den)
{
	return a / den * num + a % den * num / den;
}

int periodic_check(u32 nr, u64 duration_ns, struct ktstr_err *err)
{
	u64 gap, needed;

	if (nr > PERIODIC_MAX)
		return ktstr_err_set(err, -E2BIG, "%u periodic snapshots: a run stores at most %d",
				     nr, PERIODIC_MAX);
	gap = part_of(duration_ns, 8, 10) / (nr + 1);
	if (!nr || gap >= PERIODIC_MIN_GAP_NS)
		return 0;
	needed = (nr + 1) * PERIODIC_MIN_GAP_NS / 8 * 10;
	return ktstr_err_set(err, -ERANGE,
			     "%u periodic snapshots in a workload of %" PRIu64 " ms are %" PRIu64
			     " ms apart, less than %llu ms: ask for fewer, or run for %" PRIu64
			     " ms",
			     nr, (u64)(duration_ns / NSEC_PER_MSEC), (u64)(gap / NSEC_PER_MSEC),
			     PERIODIC_MIN_GAP_NS / NSEC_PER_MSEC, (u64)(needed / NSEC_PER_MSEC));
}

u32 periodic_start(struct periodic *p, u32 nr, u64 duration_ns, u64 anchor_ns, u64 ready_ns,
		   u64 end_ns)
{
	u64 begin = add_saturated(anchor_ns, part_of(duration_ns, 1, 10));
	u64 end = add_saturated(begin, part_of(duration_ns, 8, 10));
	u32 i;

	memset(p, 0, sizeof(*p));
	begin = max(begin, ready_ns);
	end = min(end, end_ns);
	if (begin >= end)
		return 0;
	p->nr = nr < PERIODIC_MAX ? nr : PERIODIC_MAX;
	for (i = 0; i < p->nr; i++)
		p->boundary_ns[i] = begin + part_of(end - begin, i + 1, p->nr + 1);
	return p->nr;
}

u64 periodic_next_ns(const struct periodic *p, u64 paused_ns)
{
	if (p->abandoned || p->next >= p->nr)
		return UINT64_MAX;
	return add_saturated(add_saturated(p->boundary_ns[p->next], p->shift_ns), paused_ns);
}

bool periodic_due(const struct periodic *p, u64 now_ns, u64 paused_ns, bool pause_open)
{
	u64 next = periodic_next_ns(p, paused_ns);

	return !pause_open && next != UINT64_MAX && now_ns >= next;
}

u32 periodic_done(struct periodic *p, bool timed_out)
{
	p->timeouts = timed_out ? p->timeouts + 1 : 0;
	if (p->timeouts >= PERIODIC_TIMEOUTS_MAX)
		p->abandoned = true;
	return p->next++;
}

void periodic_shift(struct periodic *p, u64 frozen_ns)
{
	p->shift_ns = add_saturated(p->shift_ns, frozen_ns);
}

const char *periodic_tag(u32 i, char tag[PERIODIC_TAG_MAX])
{
	snprintf(tag, PERIODIC_TAG_MAX, "periodic_%03u", i % 1000);
	return tag;
}
