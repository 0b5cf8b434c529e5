// SPDX-License-Identifier: GPL-2.0-only
/* What one look at a guest takes down, and what it says is missing. */
#include <errno.h>
#include <string.h>

#include "host/inspect/monitor_sample.h"
#include "host/inspect/scx.h"
#include "host/kernel/kernel_hz.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define CPUS  3
#define SCHED 0xffff888004000000ULL

/* A guest, as the layers below see it; the real ones are not linked. */
static struct guest {
	u32 hz;
	bool no_rq;
	u32 lost_cpu;
	u64 sched;
	enum scx_events_where where;
	int events_layout;
	int events;
	bool compiled;
	int enabled;
	int stats;
} guest;

int kernel_hz(const struct guest_kernel *gk, const struct kbtf *btf, u32 *hz, struct ktstr_err *err)
{
	*hz = guest.hz;
	return guest.hz ? 0 : ktstr_err_set(err, -ENOENT, "CONFIG_IKCONFIG is not y");
}

int rq_layout_init(struct rq_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		   struct ktstr_err *err)
{
	return guest.no_rq ? ktstr_err_set(err, -EOPNOTSUPP, "no symbol runqueues") : 0;
}

int rq_state_read(const struct rq_layout *l, const struct guest_kernel *gk, u32 cpu,
		  struct rq_state *st)
{
	memset(st, 0, sizeof(*st));
	if (cpu == guest.lost_cpu)
		return -EFAULT;
	st->nr_running = 10 + cpu;
	st->scx_nr_running = 20 + cpu;
	st->local_dsq_depth = 30 + cpu;
	st->scx_flags = 40 + cpu;
	st->clock = 50 + cpu;
	return 0;
}

int scx_root_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 *sched_kva)
{
	*sched_kva = guest.sched;
	return 0;
}

int scx_events_layout_init(struct scx_events_layout *l, const struct guest_kernel *gk,
			   const struct kbtf *btf, struct ktstr_err *err)
{
	l->where = guest.where;
	return guest.events_layout ? ktstr_err_set(err, guest.events_layout, "odd counters") : 0;
}

int scx_events_read(const struct scx_events_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		    u32 nr_cpus, u64 out[SCX_EVENTS_NR])
{
	u32 i;

	for (i = 0; i < SCX_EVENTS_NR; i++)
		out[i] = 100 * nr_cpus + i;
	return guest.events;
}

int schedstat_layout_init(struct schedstat_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf, struct ktstr_err *err)
{
	l->compiled = guest.compiled;
	return 0;
}

int schedstat_enabled(const struct schedstat_layout *l, const struct guest_kernel *gk)
{
	return guest.enabled;
}

int schedstat_read(const struct schedstat_layout *l, const struct guest_kernel *gk, u32 cpu,
		   struct schedstat *st)
{
	*st = (struct schedstat){ .run_delay = 1,
				  .pcount = 2,
				  .rq_cpu_time = 99,
				  .yld_count = 3,
				  .sched_count = 4,
				  .sched_goidle = 5,
				  .ttwu_count = 6,
				  .ttwu_local = 7 + cpu };
	return guest.stats;
}

FIXTURE(sample)
{
	struct monitor_layout l;
	struct monitor_info info;
	struct monitor_cpu cpus[CPUS];
	struct monitor_sample s;
	struct scx_layout scx;
};

FIXTURE_SETUP(sample)
{
	u32 i;

	guest = (struct guest){
		.hz = 1000,
		.lost_cpu = ~0U,
		.sched = SCHED,
		.where = SCX_EVENTS_PCPU,
		.compiled = true,
		.enabled = 1,
	};
	self->s.nr_cpus = CPUS;
	self->s.cpus = self->cpus;
	for (i = 0; i < CPUS; i++)
		self->cpus[i].vcpu_ns = 60 + i;
}

FIXTURE_TEARDOWN(sample)
{
}

/* Types are looked up by the stubs alone, so any address will do. */
static int init(FIXTURE_DATA(sample) * self)
{
	return monitor_layout_init(&self->l, NULL, (void *)&guest, &self->scx, &self->info);
}

static void look(FIXTURE_DATA(sample) * self)
{
	if (init(self))
		abort();
	monitor_sample_read(&self->l, NULL, &self->s);
}

TEST_F(sample, all_of_it)
{
	u32 i;

	look(self);
	EXPECT_STREQ(self->info.error, "");
	EXPECT_STREQ(self->info.no_events, "");
	EXPECT_STREQ(self->info.no_stats, "");
	EXPECT_EQ(self->info.hz, 1000);
	EXPECT_EQ(self->info.hz_assumed, 0);
	EXPECT_EQ(self->s.flags, MONITOR_SAMPLE_EVENTS);
	EXPECT_EQ(self->s.sched_kva, SCHED);
	for (i = 0; i < WIRE_MON_EVENTS; i++)
		EXPECT_EQ(self->s.events[i], 300 + i);
	for (i = 0; i < CPUS; i++) {
		const struct monitor_cpu *c = &self->cpus[i];

		EXPECT_EQ(c->flags, MONITOR_CPU_RQ | MONITOR_CPU_STATS);
		EXPECT_EQ(c->nr_running, 10 + i);
		EXPECT_EQ(c->scx_nr_running, 20 + i);
		EXPECT_EQ(c->local_dsq_depth, 30 + i);
		EXPECT_EQ(c->scx_flags, 40 + i);
		EXPECT_EQ(c->rq_clock, 50 + i);
		EXPECT_EQ(c->vcpu_ns, 60 + i);
		EXPECT_EQ(c->stats[MONITOR_RUN_DELAY], 1);
		EXPECT_EQ(c->stats[MONITOR_PCOUNT], 2);
		EXPECT_EQ(c->stats[MONITOR_YLD_COUNT], 3);
		EXPECT_EQ(c->stats[MONITOR_SCHED_COUNT], 4);
		EXPECT_EQ(c->stats[MONITOR_SCHED_GOIDLE], 5);
		EXPECT_EQ(c->stats[MONITOR_TTWU_COUNT], 6);
		EXPECT_EQ(c->stats[MONITOR_TTWU_LOCAL], 7 + i);
	}
}

TEST_F(sample, nothing_is_left_of_the_one_before)
{
	look(self);
	guest.lost_cpu = 1;
	guest.sched = 0;
	guest.stats = -EFAULT;
	monitor_sample_read(&self->l, NULL, &self->s);
	EXPECT_EQ(self->s.flags, 0);
	EXPECT_EQ(self->s.sched_kva, 0);
	EXPECT_EQ(self->s.events[0], 0);
	EXPECT_EQ(self->cpus[0].flags, MONITOR_CPU_RQ);
	EXPECT_EQ(self->cpus[0].stats[MONITOR_PCOUNT], 0);
	EXPECT_EQ(self->cpus[1].flags, 0);
	EXPECT_EQ(self->cpus[1].nr_running, 0);
	EXPECT_EQ(self->cpus[1].vcpu_ns, 61);
}

TEST_F(sample, kernel_that_does_not_say_what_it_ticks_at)
{
	guest.hz = 0;
	look(self);
	EXPECT_EQ(self->info.hz, 250);
	EXPECT_EQ(self->info.hz_assumed, 1);
}

TEST_F(sample, kernel_without_run_queues)
{
	guest.no_rq = true;
	EXPECT_EQ(init(self), -EOPNOTSUPP);
	EXPECT_STREQ(self->info.error, "no symbol runqueues");
	EXPECT_EQ(self->info.hz, 1000);
}

TEST_F(sample, kernel_without_types)
{
	EXPECT_EQ(monitor_layout_init(&self->l, NULL, NULL, &self->scx, &self->info), -EOPNOTSUPP);
	EXPECT_STRNE(self->info.error, "");
}

TEST_F(sample, kernel_that_does_not_count_events)
{
	guest.where = SCX_EVENTS_NONE;
	look(self);
	EXPECT_STREQ(self->info.no_events, "this kernel does not count events of sched_ext");
	EXPECT_EQ(self->s.flags, 0);
	EXPECT_EQ(self->s.sched_kva, SCHED);
	EXPECT_EQ(self->cpus[0].flags, MONITOR_CPU_RQ | MONITOR_CPU_STATS);
}

TEST_F(sample, counters_that_are_odd)
{
	guest.events_layout = -EOPNOTSUPP;
	look(self);
	EXPECT_STREQ(self->info.no_events, "odd counters");
	EXPECT_EQ(self->s.flags, 0);
}

TEST_F(sample, counters_that_cannot_be_read)
{
	guest.events = -EFAULT;
	look(self);
	EXPECT_EQ(self->s.flags, 0);
	EXPECT_EQ(self->s.events[3], 0);
}

TEST_F(sample, kernel_without_sched_ext)
{
	ASSERT_EQ(monitor_layout_init(&self->l, NULL, (void *)&guest, NULL, &self->info), 0);
	monitor_sample_read(&self->l, NULL, &self->s);
	EXPECT_STRNE(self->info.no_events, "");
	EXPECT_EQ(self->s.flags, 0);
	EXPECT_EQ(self->s.sched_kva, 0);
}

TEST_F(sample, kernel_without_schedstats)
{
	guest.compiled = false;
	look(self);
	EXPECT_STREQ(self->info.no_stats, "this kernel has no schedstats (CONFIG_SCHEDSTATS)");
	EXPECT_EQ(self->cpus[0].flags, MONITOR_CPU_RQ);
}

TEST_F(sample, schedstats_that_are_switched_off)
{
	guest.enabled = 0;
	look(self);
	EXPECT_NE(strstr(self->info.no_stats, "kernel.sched_schedstats is 0"), NULL);
	EXPECT_EQ(self->cpus[0].flags, MONITOR_CPU_RQ | MONITOR_CPU_STATS);
	/* not known is not off */
	guest.enabled = -ENODATA;
	look(self);
	EXPECT_STREQ(self->info.no_stats, "");
}

TEST_HARNESS_MAIN
