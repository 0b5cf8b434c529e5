// SPDX-License-Identifier: GPL-2.0-only
/* The event counters of a scheduler, in each place where a kernel has them. */
#include "fake_sched.h"
#include "host/inspect/scx_events.h"
#include "kselftest_harness.h"

FIXTURE(events)
{
	struct fake_sched *fs;
	struct scx_events_layout l;
	u64 out[SCX_EVENTS_NR];
};

FIXTURE_SETUP(events)
{
	u32 cpu;

	self->fs = fake_sched_new(NULL);
	ASSERT_EQ(0, scx_events_layout_init(&self->l, &self->fs->gk, self->fs->btf, NULL));
	for (cpu = 0; cpu < FS_CPUS; cpu++) {
		self->fs->cpus[cpu].pcpu.event_stats = (struct fs_events){
			.before = 0xdead,
			.fallback = 10 + cpu,
			.keep_last = 100,
			.bypass_duration = 5000000000LL,
		};
	}
}

FIXTURE_TEARDOWN(events)
{
	fake_sched_free(self->fs);
}

static int read_all(FIXTURE_DATA(events) * self, u32 nr_cpus)
{
	return scx_events_read(&self->l, &self->fs->gk, FS_SCHED_KVA, nr_cpus, self->out);
}

TEST_F(events, summed_over_cpus)
{
	EXPECT_EQ(SCX_EVENTS_PCPU, self->l.where);
	ASSERT_EQ(0, read_all(self, FS_CPUS));
	EXPECT_EQ(21, self->out[SCX_EVENT_SELECT_CPU_FALLBACK]);
	EXPECT_EQ(200, self->out[SCX_EVENT_DISPATCH_KEEP_LAST]);
	EXPECT_EQ(10000000000ULL, self->out[SCX_EVENT_BYPASS_DURATION]);
	EXPECT_EQ(0, self->out[SCX_EVENT_REENQ_IMMED]);
}

TEST_F(events, only_those_that_the_kernel_has)
{
	EXPECT_EQ(1U << SCX_EVENT_SELECT_CPU_FALLBACK | 1U << SCX_EVENT_DISPATCH_KEEP_LAST |
			  1U << SCX_EVENT_BYPASS_DURATION,
		  self->l.present);
}

TEST_F(events, of_one_cpu)
{
	ASSERT_EQ(0, scx_events_read_cpu(&self->l, &self->fs->gk, FS_SCHED_KVA, 1, self->out));
	EXPECT_EQ(11, self->out[SCX_EVENT_SELECT_CPU_FALLBACK]);
	EXPECT_EQ(-EFAULT,
		  scx_events_read_cpu(&self->l, &self->fs->gk, FS_SCHED_KVA, 9, self->out));
	EXPECT_EQ(0, self->out[SCX_EVENT_SELECT_CPU_FALLBACK]);
}

/* A sum without one of them would look as if counters went backwards. */
TEST_F(events, one_cpu_that_cannot_be_read_spoils_the_sum)
{
	self->fs->offsets[1] = FS_POISON;
	EXPECT_EQ(-EFAULT, read_all(self, FS_CPUS));
	EXPECT_EQ(0, self->out[SCX_EVENT_SELECT_CPU_FALLBACK]);
	EXPECT_EQ(0, read_all(self, 1));
	EXPECT_EQ(10, self->out[SCX_EVENT_SELECT_CPU_FALLBACK]);
}

TEST_F(events, wild_pointers)
{
	static const u64 wild[] = { 0, 1, FS_POISON, ~0ULL };
	u32 i;

	EXPECT_EQ(-ENOENT, scx_events_read(&self->l, &self->fs->gk, 0, FS_CPUS, self->out));
	EXPECT_EQ(-EFAULT,
		  scx_events_read(&self->l, &self->fs->gk, FS_NOWHERE, FS_CPUS, self->out));
	for (i = 0; i < ARRAY_SIZE(wild); i++) {
		self->fs->sched.pcpu = wild[i];
		EXPECT_EQ(-EFAULT, read_all(self, FS_CPUS));
	}
}

TEST_F(events, shown)
{
	struct fake_sched *fs = self->fs;

	fs->cpus[0].pcpu.event_stats = (struct fs_events){};
	fs->cpus[1].pcpu.event_stats.keep_last = -1;
	scx_events_walk(&fs->in, &self->l, fs->root);
	EXPECT_EQ(11, fs_u64(fs, "total.select_cpu_fallback"));
	EXPECT_FALSE(fs_has(fs, "total.reenq_immed"));
	ASSERT_EQ(1, fs_count(fs, "cpus"));
	EXPECT_EQ(1, fs_u64(fs, "cpus[0].cpu"));
	EXPECT_EQ(VALUE_INT, value_kind(value_get(fs->root, "cpus[0].dispatch_keep_last", NULL)));
}

TEST_F(events, shown_without_a_scheduler)
{
	self->fs->st.scx_root = 0;
	scx_events_walk(&self->fs->in, &self->l, self->fs->root);
	EXPECT_STREQ("no scheduler is attached", fs_text(self->fs, "unavailable"));
}

TEST_F(events, shown_as_far_as_it_can_be_read)
{
	self->fs->offsets[0] = FS_POISON;
	scx_events_walk(&self->fs->in, &self->l, self->fs->root);
	EXPECT_TRUE(fs_has(self->fs, "cpus[0].unreadable"));
	EXPECT_EQ(11, fs_u64(self->fs, "cpus[1].select_cpu_fallback"));
	EXPECT_FALSE(fs_has(self->fs, "total.select_cpu_fallback"));
}

/* Counters, of which the last is under its former name, and a struct scx_sched or none. */
static struct kbtf *older_types(bool in_sched)
{
	struct fs_types t;

	fs_types_begin(&t);
	FS_STRUCT(&t, "scx_event_stats", fs_events,
		  { "SCX_EV_SELECT_CPU_FALLBACK", t.u64_id, offsetof(struct fs_events, fallback) },
		  { "SCX_EV_ENQ_SLICE_DFL", t.u64_id, offsetof(struct fs_events, keep_last) });
	if (in_sched)
		FS_STRUCT(&t, "scx_sched", fs_scx_sched,
			  { "event_stats_cpu", t.u64_id, offsetof(struct fs_scx_sched, pcpu) });
	return fake_kbtf(t.btf, NULL);
}

TEST_F(events, pointer_in_the_scheduler)
{
	struct kbtf *btf = older_types(true);

	ASSERT_EQ(0, scx_events_layout_init(&self->l, &self->fs->gk, btf, NULL));
	EXPECT_EQ(SCX_EVENTS_STATS_CPU, self->l.where);
	self->fs->sched.pcpu = FS_PCPU(pcpu.event_stats);
	ASSERT_EQ(0, read_all(self, FS_CPUS));
	EXPECT_EQ(21, self->out[SCX_EVENT_SELECT_CPU_FALLBACK]);
	EXPECT_EQ(200, self->out[SCX_EVENT_REFILL_SLICE_DFL]);
	kbtf_free(btf);
}

TEST_F(events, static_variable)
{
	struct kbtf *btf = older_types(false);

	fake_symbol(&self->fs->gk, "event_stats_cpu", FS_PCPU(pcpu.event_stats));
	ASSERT_EQ(0, scx_events_layout_init(&self->l, &self->fs->gk, btf, NULL));
	EXPECT_EQ(SCX_EVENTS_STATIC, self->l.where);
	ASSERT_EQ(0, read_all(self, FS_CPUS));
	EXPECT_EQ(21, self->out[SCX_EVENT_SELECT_CPU_FALLBACK]);
	kbtf_free(btf);
}

TEST_F(events, counters_that_are_nowhere)
{
	struct kbtf *btf = older_types(false);
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, scx_events_layout_init(&self->l, &self->fs->gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "event_stats_cpu"));
	EXPECT_EQ(-ENOENT, read_all(self, FS_CPUS));
	kbtf_free(btf);
}

TEST_F(events, kernel_that_does_not_count)
{
	struct fs_types t;
	struct kbtf *btf;

	fs_types_begin(&t);
	btf = fake_kbtf(t.btf, NULL);
	ASSERT_EQ(0, scx_events_layout_init(&self->l, &self->fs->gk, btf, NULL));
	EXPECT_EQ(SCX_EVENTS_NONE, self->l.where);
	EXPECT_EQ(-ENOENT, read_all(self, FS_CPUS));
	scx_events_walk(&self->fs->in, &self->l, self->fs->root);
	EXPECT_STREQ("this kernel does not count events", fs_text(self->fs, "unavailable"));
	kbtf_free(btf);
}

TEST(names)
{
	u32 i, j;

	for (i = 0; i < SCX_EVENTS_NR; i++) {
		ASSERT_NE(NULL, scx_event_name(i));
		for (j = 0; j < i; j++)
			EXPECT_STRNE(scx_event_name(i), scx_event_name(j));
	}
	EXPECT_EQ(NULL, scx_event_name(SCX_EVENTS_NR));
}

TEST_HARNESS_MAIN
