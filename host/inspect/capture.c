// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "host/inspect/guest_state.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/vmm/vcpu.h"

/* A vCPU that has not parked is still running: nothing of it may be read. */
static int take_vcpus(struct capture *c, const struct capture_src *src)
{
	struct capture_vcpu *to;
	u32 i;

	c->vcpus = calloc(src->nr_vcpus ?: 1, sizeof(*c->vcpus));
	if (!c->vcpus)
		return -ENOMEM;
	c->nr_vcpus = src->nr_vcpus;
	for (i = 0; i < src->nr_vcpus; i++) {
		to = &c->vcpus[i];
		to->parked = atomic_load_explicit(&src->vcpus[i].parked, memory_order_acquire);
		if (!to->parked)
			continue;
		to->regs = src->vcpus[i].regs;
		c->frozen++;
	}
	return 0;
}

static void take_scx(struct capture *c, const struct capture_src *src)
{
	c->sched_kva = src->sched_kva;
	if (!c->sched_kva && scx_root_read(src->scx, src->gk, &c->sched_kva))
		return;
	c->has_scx = true;
	if (!c->sched_kva)
		return;
	scx_exit_kind_read(src->scx, src->gk, c->sched_kva, &c->live_exit_kind);
	if (!c->exit_kind)
		c->exit_kind = c->live_exit_kind;
	scx_ops_name_read(src->scx, src->gk, c->sched_kva, c->ops_name, sizeof(c->ops_name));
	c->has_watchdog = scx_watchdog_read(src->scx, src->gk, c->sched_kva, &c->watchdog) == 0;
}

int capture_take(struct capture *c, const struct capture_src *src)
{
	int ret;

	memset(c, 0, sizeof(*c));
	c->kind = src->kind;
	c->slots = src->slots;
	c->vcpu = src->vcpu;
	c->exit_kind = src->exit_kind;
	snprintf(c->tag, sizeof(c->tag), "%s", src->tag ?: "");
	if (src->watch)
		c->watch = *src->watch;
	ret = take_vcpus(c, src);
	if (ret || !src->gk)
		return ret;
	if (src->scx)
		take_scx(c, src);
	if (src->jiffies_kva)
		c->has_jiffies = gk_read_u64(src->gk, src->jiffies_kva, &c->jiffies) == 0;
	if (src->state)
		c->state = guest_state_take(src->state, c->sched_kva, src->state_budget_ns);
	return 0;
}

void capture_free(struct capture *c)
{
	free(c->vcpus);
	vtree_free(c->state);
	memset(c, 0, sizeof(*c));
}
