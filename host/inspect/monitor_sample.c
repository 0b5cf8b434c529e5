// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/build_bug.h>

#include "host/inspect/monitor_sample.h"
#include "host/inspect/scx.h"
#include "host/kernel/kernel_hz.h"

/* One list in two places: lib/ must not know host/inspect/. */
static_assert((int)SCX_EVENTS_NR == WIRE_MON_EVENTS);
static_assert((int)SCX_EVENT_SELECT_CPU_FALLBACK == (int)MONITOR_SELECT_CPU_FALLBACK);
static_assert((int)SCX_EVENT_DISPATCH_KEEP_LAST == (int)MONITOR_DISPATCH_KEEP_LAST);
static_assert((int)SCX_EVENT_REFILL_SLICE_DFL == (int)MONITOR_REFILL_SLICE_DFL);
static_assert((int)SCX_EVENT_BYPASS_DURATION == (int)MONITOR_BYPASS_DURATION);
static_assert((int)SCX_EVENT_SUB_BYPASS_DISPATCH == (int)MONITOR_SUB_BYPASS_DISPATCH);

static void say(char text[WIRE_MON_TEXT_MAX], const char *why)
{
	snprintf(text, WIRE_MON_TEXT_MAX, "%s", why);
}

static void init_events(struct monitor_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, struct monitor_info *info)
{
	struct ktstr_err err = { "" };

	if (!l->scx)
		say(info->no_events, "the host does not know this kernel's sched_ext");
	else if (scx_events_layout_init(&l->events, gk, btf, &err))
		say(info->no_events, err.msg);
	else if (l->events.where == SCX_EVENTS_NONE)
		say(info->no_events, "this kernel does not count events of sched_ext");
	else
		l->has_events = true;
}

static void init_stats(struct monitor_layout *l, const struct guest_kernel *gk,
		       const struct kbtf *btf, struct monitor_info *info)
{
	struct ktstr_err err = { "" };

	if (schedstat_layout_init(&l->stats, gk, btf, &err)) {
		say(info->no_stats, err.msg);
		return;
	}
	if (!l->stats.compiled) {
		say(info->no_stats, "this kernel has no schedstats (CONFIG_SCHEDSTATS)");
		return;
	}
	l->has_stats = true;
	if (!schedstat_enabled(&l->stats, gk))
		say(info->no_stats,
		    "kernel.sched_schedstats is 0: only run_delay and pcount are counted");
}

int monitor_layout_init(struct monitor_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, const struct scx_layout *scx,
			struct monitor_info *info)
{
	struct ktstr_err err = { "" };
	int ret;

	memset(l, 0, sizeof(*l));
	memset(info, 0, sizeof(*info));
	l->scx = scx;
	if (kernel_hz(gk, btf, &info->hz, NULL)) {
		info->hz = MONITOR_HZ_DEFAULT;
		info->hz_assumed = true;
	}
	if (btf)
		ret = rq_layout_init(&l->rq, gk, btf, &err);
	else
		ret = ktstr_err_set(&err, -EOPNOTSUPP, "the kernel's types are not known");
	if (ret) {
		say(info->error, err.msg);
		return -EOPNOTSUPP;
	}
	init_events(l, gk, btf, info);
	init_stats(l, gk, btf, info);
	return 0;
}

static void read_rq(const struct monitor_layout *l, const struct guest_kernel *gk, u32 cpu,
		    struct monitor_cpu *c)
{
	struct rq_state st;

	if (rq_state_read(&l->rq, gk, cpu, &st))
		return;
	c->nr_running = st.nr_running;
	c->scx_nr_running = st.scx_nr_running;
	c->local_dsq_depth = st.local_dsq_depth;
	c->scx_flags = st.scx_flags;
	c->rq_clock = st.clock;
	c->flags |= MONITOR_CPU_RQ;
}

static void read_stats(const struct monitor_layout *l, const struct guest_kernel *gk, u32 cpu,
		       struct monitor_cpu *c)
{
	struct schedstat st;

	if (!l->has_stats || schedstat_read(&l->stats, gk, cpu, &st))
		return;
	c->stats[MONITOR_RUN_DELAY] = st.run_delay;
	c->stats[MONITOR_PCOUNT] = st.pcount;
	c->stats[MONITOR_YLD_COUNT] = st.yld_count;
	c->stats[MONITOR_SCHED_COUNT] = st.sched_count;
	c->stats[MONITOR_SCHED_GOIDLE] = st.sched_goidle;
	c->stats[MONITOR_TTWU_COUNT] = st.ttwu_count;
	c->stats[MONITOR_TTWU_LOCAL] = st.ttwu_local;
	c->flags |= MONITOR_CPU_STATS;
}

static void read_events(const struct monitor_layout *l, const struct guest_kernel *gk,
			struct monitor_sample *s)
{
	u64 events[SCX_EVENTS_NR];
	u32 i;

	if (!l->scx || scx_root_read(l->scx, gk, &s->sched_kva) || !s->sched_kva || !l->has_events)
		return;
	if (scx_events_read(&l->events, gk, s->sched_kva, s->nr_cpus, events))
		return;
	for (i = 0; i < SCX_EVENTS_NR; i++)
		s->events[i] = events[i];
	s->flags |= MONITOR_SAMPLE_EVENTS;
}

void monitor_sample_read(const struct monitor_layout *l, const struct guest_kernel *gk,
			 struct monitor_sample *s)
{
	u32 i;

	s->flags = 0;
	s->sched_kva = 0;
	memset(s->events, 0, sizeof(s->events));
	for (i = 0; i < s->nr_cpus; i++) {
		u64 vcpu_ns = s->cpus[i].vcpu_ns;

		s->cpus[i] = (struct monitor_cpu){ .vcpu_ns = vcpu_ns };
		read_rq(l, gk, i, &s->cpus[i]);
		read_stats(l, gk, i, &s->cpus[i]);
	}
	read_events(l, gk, s);
}
