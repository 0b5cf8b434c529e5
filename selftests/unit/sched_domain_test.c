// SPDX-License-Identifier: GPL-2.0-only
/* Scheduling domains, and chains of them that have no end. */
#include "fake_sched.h"
#include "host/inspect/sched_domain.h"
#include "kselftest_harness.h"

#define DOMAINS	   0xffff888020000000ULL
#define NR_DOMAINS 4

struct domain {
	u64 parent;
	u32 flags;
	s32 level;
	u32 lb_count[3];
	u32 alb_count;
	u64 name;
	u64 span_weight;
	/* behind the struct */
	u64 span;
	char text[8];
};

#define DOMAIN_SIZE offsetof(struct domain, span)

static void domain_types(struct fs_types *t)
{
	int counts = fs_array(t, t->u32_id, 3);

	btf__add_enum(t->btf, "cpu_idle_type", 4);
	btf__add_enum_value(t->btf, "CPU_IDLE", 0);
	btf__add_enum_value(t->btf, "CPU_NOT_IDLE", 1);
	btf__add_enum_value(t->btf, "CPU_NEWLY_IDLE", 2);
	btf__add_struct(t->btf, "sched_domain", DOMAIN_SIZE);
	btf__add_field(t->btf, "parent", t->u64_id, 0, 0);
	btf__add_field(t->btf, "flags", t->u32_id, 8 * 8, 0);
	btf__add_field(t->btf, "level", t->s32_id, 12 * 8, 0);
	btf__add_field(t->btf, "lb_count", counts, 16 * 8, 0);
	btf__add_field(t->btf, "alb_count", t->u32_id, 28 * 8, 0);
	btf__add_field(t->btf, "name", t->u64_id, 32 * 8, 0);
	btf__add_field(t->btf, "span_weight", t->u64_id, 40 * 8, 0);
}

FIXTURE(domain)
{
	struct fake_sched *fs;
	struct sched_domain_layout l;
	struct domain d[NR_DOMAINS];
};

static u64 domain_of(u32 i)
{
	return DOMAINS + i * sizeof(struct domain);
}

FIXTURE_SETUP(domain)
{
	static const char *const names[NR_DOMAINS] = { "SMT", "MC", "PKG", "NUMA" };
	u32 i;

	self->fs = fake_sched_new(domain_types);
	ASSERT_EQ(0, sched_domain_layout_init(&self->l, &self->fs->gk, self->fs->btf, NULL));
	fake_map(&self->fs->gk, DOMAINS, self->d, sizeof(self->d));
	for (i = 0; i < NR_DOMAINS; i++) {
		struct domain *d = &self->d[i];

		d->parent = i + 1 < NR_DOMAINS ? domain_of(i + 1) : 0;
		d->level = i;
		d->span_weight = i + 1;
		d->span = 3;
		d->name = domain_of(i) + offsetof(struct domain, text);
		snprintf(d->text, sizeof(d->text), "%s", names[i]);
	}
	self->fs->cpus[0].rq.sd = domain_of(0);
	self->fs->cpus[1].rq.sd = domain_of(2);
}

FIXTURE_TEARDOWN(domain)
{
	fake_sched_free(self->fs);
}

static void walk(FIXTURE_DATA(domain) * self)
{
	struct fake_sched *fs = self->fs;

	sched_domain_walk(&fs->in, &self->l, value_add_array(fs->in.tree, fs->root, "cpus"));
}

TEST_F(domain, levels_of_each_cpu)
{
	struct fake_sched *fs = self->fs;

	walk(self);
	ASSERT_EQ(2, fs_count(fs, "cpus"));
	ASSERT_EQ(4, fs_count(fs, "cpus[0].domains"));
	EXPECT_STREQ("SMT", fs_text(fs, "cpus[0].domains[0].name"));
	EXPECT_EQ(3, fs_u64(fs, "cpus[0].domains[3].level"));
	EXPECT_EQ(VALUE_CPULIST, value_kind(value_get(fs->root, "cpus[0].domains[0].span", NULL)));
	ASSERT_EQ(2, fs_count(fs, "cpus[1].domains"));
	EXPECT_STREQ("PKG", fs_text(fs, "cpus[1].domains[0].name"));
}

/* The number of an idle type has changed, its name has not. */
TEST_F(domain, balance_by_idle_type)
{
	struct fake_sched *fs = self->fs;

	self->d[0].lb_count[0] = 10;
	self->d[0].lb_count[1] = 11;
	self->d[0].lb_count[2] = 12;
	self->d[0].alb_count = 5;
	walk(self);
	EXPECT_EQ(10, fs_u64(fs, "cpus[0].domains[0].balance.lb_count.idle"));
	EXPECT_EQ(11, fs_u64(fs, "cpus[0].domains[0].balance.lb_count.not_idle"));
	EXPECT_EQ(12, fs_u64(fs, "cpus[0].domains[0].balance.lb_count.newly_idle"));
	EXPECT_EQ(5, fs_u64(fs, "cpus[0].domains[0].balance.alb_count"));
	EXPECT_FALSE(fs_has(fs, "cpus[0].domains[0].balance.lb_failed"));
}

TEST_F(domain, cpu_without_domains)
{
	self->fs->cpus[0].rq.sd = 0;
	walk(self);
	EXPECT_EQ(0, fs_count(self->fs, "cpus[0].domains"));
	EXPECT_FALSE(fs_has(self->fs, "cpus[0].incomplete"));
}

TEST_F(domain, chain_without_an_end)
{
	self->d[3].parent = domain_of(0);
	walk(self);
	EXPECT_EQ(SCHED_DOMAIN_LEVELS_MAX, fs_count(self->fs, "cpus[0].domains"));
	EXPECT_TRUE(fs_has(self->fs, "cpus[0].incomplete"));
}

TEST_F(domain, wild_pointers)
{
	struct fake_sched *fs = self->fs;

	self->d[1].parent = FS_POISON;
	self->d[0].name = FS_NOWHERE;
	fs->cpus[1].rq.sd = 8;
	fs->in.nr_cpus = 3;
	walk(self);
	EXPECT_EQ(2, fs_count(fs, "cpus[0].domains"));
	EXPECT_EQ(VALUE_UNSUPPORTED,
		  value_kind(value_get(fs->root, "cpus[0].domains[0].name", NULL)));
	EXPECT_TRUE(fs_has(fs, "cpus[0].incomplete"));
	EXPECT_TRUE(fs_has(fs, "cpus[1].incomplete"));
	EXPECT_TRUE(fs_has(fs, "cpus[2].unreadable"));
}

TEST_F(domain, missing_member_is_named)
{
	struct kbtf *btf = fs_types(NULL);
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, sched_domain_layout_init(&self->l, &self->fs->gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "sched_domain.level"));
	kbtf_free(btf);
}

TEST_HARNESS_MAIN
