// SPDX-License-Identifier: GPL-2.0-only
/* All sections of a guest, and what their tree says about itself. */
#include "bpf_world.h"
#include "fake_sched.h"
#include "host/inspect/guest_state.h"
#include "kselftest_harness.h"

FIXTURE(state)
{
	struct fake_sched *fs;
	struct guest_state *s;
	struct vtree *t;
	u32 nr_cpu_ids;
};

static u32 ops_type;

static void bpf_types(struct fs_types *t)
{
	fix_add_types(t->btf, NULL, &ops_type);
}

FIXTURE_SETUP(state)
{
	self->fs = fake_sched_new(bpf_types);
	ASSERT_NE(NULL, self->fs->btf);
	self->nr_cpu_ids = FS_CPUS;
	fake_symbol(&self->fs->gk, "nr_cpu_ids",
		    fake_map(&self->fs->gk, 0xffffffff84000000, &self->nr_cpu_ids, 4));
	self->s = guest_state_new(&self->fs->gk, self->fs->btf, self->fs->in.scx, FS_CPUS, NULL);
	ASSERT_NE(NULL, self->s);
}

FIXTURE_TEARDOWN(state)
{
	vtree_free(self->t);
	guest_state_free(self->s);
	fake_sched_free(self->fs);
}

static void take(FIXTURE_DATA(state) * self, u64 budget_ns)
{
	vtree_free(self->t);
	self->t = guest_state_take(self->s, 0, budget_ns);
}

/* What a member of the root says, or @none. */
static u64 said(const FIXTURE_DATA(state) * self, const char *name, u64 none)
{
	u64 v;

	return value_u64(value_get(vtree_root(self->t), name, NULL), &v) ? v : none;
}

TEST_F(state, each_section_is_there_or_why_it_is_not)
{
	char name[64];
	u32 i;

	guest_state_warm(self->s);
	take(self, 0);
	for (i = 0; i < GUEST_SECTIONS; i++) {
		const struct value *v;

		snprintf(name, sizeof(name), "%s_unavailable", guest_section_name(i));
		v = value_get(vtree_root(self->t), name, NULL);
		EXPECT_NE(!v, !value_get(vtree_root(self->t), guest_section_name(i), NULL));
		EXPECT_TRUE(!v || *value_text(v));
	}
	EXPECT_TRUE(self->s->ready & 1U << GUEST_TASKS);
	EXPECT_FALSE(self->s->ready & 1U << GUEST_DOMAINS);
	/* no map_idr, no sched_domain: something is missing */
	EXPECT_EQ(0, said(self, "complete", 9));
}

/* What the kernel was built without is not missing; what every kernel has is. */
TEST_F(state, only_optional_sections_may_lack)
{
	EXPECT_FALSE(self->s->ready & 1U << GUEST_DOMAINS);
	EXPECT_TRUE(self->s->lacking & 1U << GUEST_DOMAINS);
	EXPECT_FALSE(self->s->ready & 1U << GUEST_MAPS);
	EXPECT_FALSE(self->s->lacking & 1U << GUEST_MAPS);
	EXPECT_FALSE(self->s->ready & 1U << GUEST_PROGS);
	EXPECT_FALSE(self->s->lacking & 1U << GUEST_PROGS);
	EXPECT_EQ(0, self->s->ready & self->s->lacking);
}

TEST_F(state, a_budget_that_is_used_up_is_said)
{
	take(self, 1);
	EXPECT_NE(~0ULL, said(self, "dump_truncated_at_us", ~0ULL));
	EXPECT_EQ(0, said(self, "complete", 9));
	take(self, 0);
	EXPECT_EQ(~0ULL, said(self, "dump_truncated_at_us", ~0ULL));
}

TEST_F(state, G8_more_cpus_than_the_machine_has_are_quoted)
{
	take(self, 0);
	EXPECT_EQ(~0ULL, said(self, "nr_cpu_ids", ~0ULL));
	self->nr_cpu_ids = 0xffffffff;
	take(self, 0);
	EXPECT_EQ(0xffffffff, said(self, "nr_cpu_ids", 9));
	EXPECT_EQ(FS_CPUS, value_count(value_get(vtree_root(self->t), "rq_scx_states", NULL)));
	self->nr_cpu_ids = 0;
	take(self, 0);
	EXPECT_EQ(0, said(self, "nr_cpu_ids", 9));
}

TEST_HARNESS_MAIN
