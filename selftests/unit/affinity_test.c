// SPDX-License-Identifier: GPL-2.0-only
/* Affinity intents as lists of CPUs. */
#include <errno.h>
#include <string.h>

#include "host/harness/affinity.h"
#include "host/harness/cpuset_spec.h"
#include "kselftest_harness.h"
#include "lib/util.h"

FIXTURE(affinity)
{
	struct topology topo;
	struct cpulist cpuset;
	u64 seed;
	struct affinity_ctx ctx;
	struct pool pool;
	struct ktstr_err err;
	char *const *lists;
};

FIXTURE_SETUP(affinity)
{
	memset(self, 0, sizeof(*self));
	/* cores of two threads: 0-1, 2-3, ... in LLCs 0-3 and 4-7 */
	self->topo = (struct topology){ .nodes = 1, .llcs = 2, .cores = 2, .threads = 2 };
	cpuset_all(&self->topo, &self->cpuset);
	self->seed = 42;
	self->ctx = (struct affinity_ctx){ &self->topo, &self->cpuset, 8, &self->seed };
}

FIXTURE_TEARDOWN(affinity)
{
	pool_free(&self->pool);
}

static int make(FIXTURE_DATA(affinity) * self, struct ktstr_affinity a)
{
	return affinity_lists(&a, &self->ctx, &self->pool, &self->lists, &self->err);
}

/* The lists, one behind the other. */
static const char *made(FIXTURE_DATA(affinity) * self, struct ktstr_affinity a)
{
	static char all[4096];
	size_t used = 0, i;

	all[0] = '\0';
	if (make(self, a))
		return self->err.msg;
	for (i = 0; self->lists && self->lists[i]; i++)
		used += snprintf(all + used, sizeof(all) - used, "%s%s", i ? " " : "",
				 self->lists[i]);
	return all;
}

static void set_cpuset(FIXTURE_DATA(affinity) * self, const char *cpus)
{
	cpulist_parse(cpus, TOPOLOGY_MAX_CPUS, &self->cpuset, NULL);
}

TEST_F(affinity, nothing_is_said)
{
	ASSERT_EQ(0, make(self, (struct ktstr_affinity){}));
	EXPECT_EQ(NULL, self->lists);
}

TEST_F(affinity, one_cpu_each_of_the_cpuset)
{
	struct ktstr_affinity single = { .kind = KTSTR_AFFINITY_SINGLE };

	EXPECT_STREQ("0 1 2 3 4 5 6 7", made(self, single));
	set_cpuset(self, "2,5-6");
	EXPECT_STREQ("2 5 6", made(self, single));
	single.from = KTSTR_LLC(1);
	EXPECT_STREQ("5 6", made(self, single));
	self->ctx.workers = 1;
	EXPECT_STREQ("5", made(self, single));
}

TEST_F(affinity, one_llc_each)
{
	struct ktstr_affinity llc = { .kind = KTSTR_AFFINITY_LLC };

	EXPECT_STREQ("0-3 4-7", made(self, llc));
	set_cpuset(self, "2,5-6");
	EXPECT_STREQ("2 5-6", made(self, llc));
}

TEST_F(affinity, threads_of_one_core)
{
	struct ktstr_affinity pair = { .kind = KTSTR_AFFINITY_SMT_PAIR };

	EXPECT_STREQ("0 1 2 3 4 5 6 7", made(self, pair));
	set_cpuset(self, "1-4");
	EXPECT_STREQ("2 3", made(self, pair));
	set_cpuset(self, "1-2");
	EXPECT_EQ(-EINVAL, make(self, pair));
	EXPECT_STREQ("affinity to SMT pairs: CPUs 1-2 have no core with both its threads",
		     self->err.msg);
	self->topo.threads = 1;
	EXPECT_EQ(-EINVAL, make(self, pair));
	EXPECT_NE(NULL, strstr(self->err.msg, "use a topology with 2t"));
}

TEST_F(affinity, all_cpus_whatever_the_cpuset)
{
	set_cpuset(self, "1");
	EXPECT_STREQ("0-7", made(self, (struct ktstr_affinity){ KTSTR_AFFINITY_CROSS_CGROUP }));
}

TEST_F(affinity, exactly_those)
{
	struct ktstr_affinity exact = { .kind = KTSTR_AFFINITY_EXACT, .from = KTSTR_EXACT("0,7") };

	EXPECT_STREQ("0,7", made(self, exact));
	set_cpuset(self, "3-7");
	EXPECT_STREQ("7", made(self, exact));
	set_cpuset(self, "3-4");
	EXPECT_EQ(-EINVAL, make(self, exact));
	EXPECT_STREQ("affinity to CPUs 0,7, of which the cpuset 3-4 has none", self->err.msg);
	exact.from = (struct ktstr_cpuset){};
	EXPECT_EQ(-EINVAL, make(self, exact));
	EXPECT_NE(NULL, strstr(self->err.msg, ".from"));
}

TEST_F(affinity, drawn_again_from_the_same_seed)
{
	struct ktstr_affinity random = { .kind = KTSTR_AFFINITY_RANDOM, .count = 3 };
	char first[4096];

	snprintf(first, sizeof(first), "%s", made(self, random));
	EXPECT_STRNE(first, made(self, random));
	self->seed = 42;
	EXPECT_STREQ(first, made(self, random));
}

TEST_F(affinity, drawn_without_repeats_out_of_the_cpuset)
{
	struct ktstr_affinity random = { .kind = KTSTR_AFFINITY_RANDOM, .count = 3 };
	struct cpulist l;
	u32 i;

	set_cpuset(self, "1-4,6");
	self->ctx.workers = 100;
	ASSERT_EQ(0, make(self, random));
	for (i = 0; i < 100; i++) {
		ASSERT_NE(NULL, self->lists[i]);
		ASSERT_EQ(0, cpulist_parse(self->lists[i], 8, &l, NULL));
		EXPECT_EQ(3, cpulist_count(&l));
		EXPECT_TRUE(cpulist_within(&l, &self->cpuset));
	}
	EXPECT_EQ(NULL, self->lists[100]);
}

TEST_F(affinity, no_more_lists_than_are_useful)
{
	struct ktstr_affinity random = { .kind = KTSTR_AFFINITY_RANDOM, .count = 1 };
	u32 n = 0;

	self->ctx.workers = 60000;
	ASSERT_EQ(0, make(self, random));
	while (self->lists[n])
		n++;
	EXPECT_EQ(AFFINITY_LISTS_MAX, n);
}

TEST_F(affinity, more_than_there_are)
{
	struct ktstr_affinity random = { .kind = KTSTR_AFFINITY_RANDOM, .count = 3 };

	set_cpuset(self, "1-2");
	EXPECT_EQ(-EINVAL, make(self, random));
	EXPECT_STREQ("random affinity to 3 CPUs: .count can be 1 to 2, as there are 1-2",
		     self->err.msg);
	random.count = 0;
	EXPECT_EQ(-EINVAL, make(self, random));
}

TEST_F(affinity, what_cannot_be)
{
	struct ktstr_affinity bad = { .kind = 99 };

	EXPECT_EQ(-EINVAL, make(self, bad));
	EXPECT_NE(NULL, strstr(self->err.msg, "enum ktstr_affinity_kind"));
	bad = (struct ktstr_affinity){ .kind = KTSTR_AFFINITY_SINGLE, .from = KTSTR_LLC(2) };
	EXPECT_EQ(-EINVAL, make(self, bad));
	EXPECT_NE(NULL, strstr(self->err.msg, "LLC 2: the machine has 2"));
}

TEST_HARNESS_MAIN
