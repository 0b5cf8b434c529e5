// SPDX-License-Identifier: GPL-2.0-only
/* Statistics of run queues, and where CPU time went. */
#include "fake_sched.h"
#include "host/inspect/cpustat.h"
#include "host/inspect/schedstat.h"
#include "kselftest_harness.h"

#define KEY 0xffffffff85000000ULL

static void key_types(struct fs_types *t)
{
	int key = btf__add_struct(t->btf, "static_key", 16);

	btf__add_field(t->btf, "enabled", t->u32_id, 0, 0);
	btf__add_struct(t->btf, "static_key_false", 16);
	btf__add_field(t->btf, "key", key, 0, 0);
}

/* An order of the kinds of time that no kernel has. */
static void extra_types(struct fs_types *t)
{
	struct btf *btf = t->btf;
	int times = fs_array(t, t->u64_id, 4), softirqs = fs_array(t, t->u32_id, 10);

	key_types(t);
	btf__add_enum(btf, "cpu_usage_stat", 4);
	btf__add_enum_value(btf, "CPUTIME_IDLE", 0);
	btf__add_enum_value(btf, "CPUTIME_USER", 1);
	btf__add_enum_value(btf, "CPUTIME_SOMETHING_NEW", 2);
	btf__add_enum_value(btf, "CPUTIME_STEAL", 3);
	btf__add_struct(btf, "kernel_cpustat", 32);
	btf__add_field(btf, "cpustat", times, 0, 0);
	btf__add_struct(btf, "kernel_stat", 48);
	btf__add_field(btf, "irqs_sum", t->u64_id, 0, 0);
	btf__add_field(btf, "softirqs", softirqs, 64, 0);
}

FIXTURE(counters)
{
	struct fake_sched *fs;
	struct schedstat_layout ss;
	struct cpustat_layout cs;
	u32 enabled;
};

FIXTURE_SETUP(counters)
{
	struct guest_kernel *gk;
	struct fs_area *a;

	self->fs = fake_sched_new(extra_types);
	gk = &self->fs->gk;
	fake_symbol(gk, "kernel_cpustat", FS_PCPU(times));
	fake_symbol(gk, "kstat", FS_PCPU(irqs_sum));
	fake_symbol(gk, "sched_schedstats", fake_map(gk, KEY, &self->enabled, 4));
	ASSERT_EQ(0, schedstat_layout_init(&self->ss, gk, self->fs->btf, NULL));
	ASSERT_EQ(0, cpustat_layout_init(&self->cs, gk, self->fs->btf, NULL));
	a = &self->fs->cpus[1];
	a->rq.rq_sched_info = (struct fs_sched_info){ .pcount = 7, .run_delay = 1ULL << 40 };
	a->rq.yld_count = 1;
	a->rq.sched_count = 2;
	a->rq.sched_goidle = 3;
	a->rq.ttwu_count = 0xffffffff;
	a->rq.ttwu_local = 5;
	a->times[0] = 1000;
	a->times[1] = 2000;
	a->times[3] = 4000;
	a->irqs_sum = 99;
	a->softirqs[7] = 77;
}

FIXTURE_TEARDOWN(counters)
{
	fake_sched_free(self->fs);
}

TEST_F(counters, of_a_run_queue)
{
	struct schedstat st;

	EXPECT_TRUE(self->ss.compiled);
	ASSERT_EQ(0, schedstat_read(&self->ss, &self->fs->gk, 1, &st));
	EXPECT_EQ(1ULL << 40, st.run_delay);
	EXPECT_EQ(7, st.pcount);
	EXPECT_EQ(1, st.yld_count);
	EXPECT_EQ(2, st.sched_count);
	EXPECT_EQ(3, st.sched_goidle);
	EXPECT_EQ(0xffffffff, st.ttwu_count);
	EXPECT_EQ(5, st.ttwu_local);
	EXPECT_EQ(-EFAULT, schedstat_read(&self->ss, &self->fs->gk, 5, &st));
	EXPECT_EQ(0, st.pcount);
}

TEST_F(counters, switched_on_or_off)
{
	EXPECT_EQ(0, schedstat_enabled(&self->ss, &self->fs->gk));
	self->enabled = 1;
	EXPECT_EQ(1, schedstat_enabled(&self->ss, &self->fs->gk));
	self->ss.enabled_kva = FS_NOWHERE;
	EXPECT_EQ(-ENODATA, schedstat_enabled(&self->ss, &self->fs->gk));
	self->ss.enabled_kva = 0;
	EXPECT_EQ(-ENODATA, schedstat_enabled(&self->ss, &self->fs->gk));
}

TEST_F(counters, run_queues_shown)
{
	struct fake_sched *fs = self->fs;

	fs->in.nr_cpus = 3;
	schedstat_walk(&fs->in, &self->ss, fs->root);
	EXPECT_EQ(0, fs_u64(fs, "enabled"));
	ASSERT_EQ(3, fs_count(fs, "cpus"));
	EXPECT_EQ(7, fs_u64(fs, "cpus[1].pcount"));
	EXPECT_TRUE(fs_has(fs, "cpus[2].unreadable"));
}

TEST_F(counters, kernel_without_schedstats)
{
	struct schedstat_layout l;
	struct schedstat st;
	struct kbtf *btf;
	struct fs_types t;

	fs_types_begin(&t);
	FS_STRUCT(&t, "rq", fs_rq, FAKE_MEMBER(struct fs_rq, nr_running, t.u32_id));
	btf = fake_kbtf(t.btf, NULL);
	ASSERT_EQ(0, schedstat_layout_init(&l, &self->fs->gk, btf, NULL));
	EXPECT_FALSE(l.compiled);
	EXPECT_EQ(-ENODATA, schedstat_read(&l, &self->fs->gk, 0, &st));
	EXPECT_EQ(-ENODATA, schedstat_enabled(&l, &self->fs->gk));
	schedstat_walk(&self->fs->in, &l, self->fs->root);
	EXPECT_NE(NULL, strstr(fs_text(self->fs, "unavailable"), "CONFIG_SCHEDSTATS"));
	kbtf_free(btf);
}

TEST_F(counters, time_by_the_names_of_the_kernel)
{
	struct cpustat st;

	ASSERT_EQ(0, cpustat_read(&self->cs, &self->fs->gk, 1, &st));
	EXPECT_EQ(1000, st.time[CPUSTAT_IDLE]);
	EXPECT_EQ(2000, st.time[CPUSTAT_USER]);
	EXPECT_EQ(4000, st.time[CPUSTAT_STEAL]);
	EXPECT_EQ(0, st.time[CPUSTAT_SYSTEM]);
	EXPECT_EQ(77, st.softirqs[7]);
	EXPECT_EQ(99, st.irqs);
	EXPECT_FALSE(st.has_sleeptime);
	EXPECT_EQ(1U << CPUSTAT_IDLE | 1U << CPUSTAT_USER | 1U << CPUSTAT_STEAL, self->cs.present);
}

TEST_F(counters, time_that_cannot_be_read)
{
	struct cpustat st;

	EXPECT_EQ(-EFAULT, cpustat_read(&self->cs, &self->fs->gk, 7, &st));
	self->cs.kstat = FS_NOWHERE;
	EXPECT_EQ(-EFAULT, cpustat_read(&self->cs, &self->fs->gk, 1, &st));
	EXPECT_EQ(0, st.time[CPUSTAT_IDLE]);
}

TEST_F(counters, time_shown)
{
	struct fake_sched *fs = self->fs;

	fs->in.nr_cpus = 3;
	cpustat_walk(&fs->in, &self->cs, value_add_array(fs->in.tree, fs->root, "cpus"));
	EXPECT_EQ(2000, fs_u64(fs, "cpus[1].time_ns.user"));
	EXPECT_FALSE(fs_has(fs, "cpus[1].time_ns.system"));
	EXPECT_EQ(77, fs_u64(fs, "cpus[1].softirqs.sched"));
	EXPECT_TRUE(fs_has(fs, "cpus[2].unreadable"));
}

TEST_F(counters, missing_parts_are_named)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct kbtf *btf = fs_types(NULL);
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, schedstat_layout_init(&self->ss, gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "runqueues"));
	EXPECT_EQ(-EOPNOTSUPP, cpustat_layout_init(&self->cs, gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "kernel_cpustat"));
	EXPECT_EQ(-EOPNOTSUPP, cpustat_layout_init(&self->cs, &self->fs->gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "kernel_cpustat.cpustat"));
	kbtf_free(btf);
	free(gk);
}

TEST_HARNESS_MAIN
