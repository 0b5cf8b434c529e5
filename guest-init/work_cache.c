// SPDX-License-Identifier: GPL-2.0-only
/* Work that lives in a cache. */
#include <sched.h>

#include "work_ops.h"
#include "work_tools.h"

u32 work_touch(void *mem, size_t bytes, size_t stride)
{
	u8 *p = mem;
	u32 places = 0;
	size_t i;

	for (i = 0; i < bytes; i += stride, places++)
		__atomic_store_n(&p[i], p[i] + 1, __ATOMIC_RELAXED);
	return places;
}

static int cache_prepare(struct work_run *r)
{
	return work_alloc(r, work_arg(r, 0) * 1024);
}

static int cache(struct work_run *r)
{
	size_t bytes = work_arg(r, 0) * 1024, stride = work_arg(r, 1);

	while (!work_stopping(r))
		work_step(r, work_touch(r->mem, bytes, stride));
	return 0;
}

static int cache_yield(struct work_run *r)
{
	size_t bytes = work_arg(r, 0) * 1024, stride = work_arg(r, 1);
	u32 places;

	while (!work_stopping(r)) {
		places = work_touch(r->mem, bytes, stride);
		sched_yield();
		work_step(r, places);
	}
	return 0;
}

const struct work_ops work_cache_ops = {
	.run = cache,
	.prepare = cache_prepare,
	.flags = WORK_COSTS,
};

const struct work_ops work_cache_yield_ops = {
	.run = cache_yield,
	.prepare = cache_prepare,
	.flags = WORK_YIELDS,
};
