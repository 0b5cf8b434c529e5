// SPDX-License-Identifier: GPL-2.0-only
/* host/harness/variants: one test on many machines, under several schedulers */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>

#include "host/harness/emulated.h"
#include "host/harness/ktstr_variants.h"
#include "kselftest_harness.h"
#include "lib/util.h"

FIXTURE(variants)
{
	struct ktstr_variant *v;
	size_t nr;
	struct ktstr_err err;
};

FIXTURE_SETUP(variants)
{
	unsetenv(KTSTR_MAX_VCPUS_ENV);
	unsetenv(EMULATED_ENV);
}

FIXTURE_TEARDOWN(variants)
{
	free(self->v);
}

TEST_F(variants, of_bounds_are_the_presets_within)
{
	const struct ktstr_variants v = { .presets = { .min_llcs = 2, .max_cpus = 8 } };

	ASSERT_EQ(ktstr_variants_make(&v, &self->v, &self->nr, &self->err), 0);
	ASSERT_EQ(self->nr, 2);
	EXPECT_STREQ(self->v[0].name, "tiny-2llc");
	EXPECT_STREQ(self->v[0].topology, "tiny-2llc");
	EXPECT_EQ(self->v[0].cpus, 4);
	EXPECT_EQ(self->v[0].scheduler, NULL);
	EXPECT_STREQ(self->v[1].name, "smt-2llc");
	EXPECT_EQ(self->v[1].topo.threads, 2);
}

TEST_F(variants, of_nothing_are_the_default_presets)
{
	ASSERT_EQ(ktstr_variants_make(NULL, &self->v, &self->nr, &self->err), 0);
	EXPECT_EQ(self->nr, 15);
}

TEST_F(variants, are_there_once_for_each_scheduler)
{
	const struct ktstr_variants v = {
		.topologies = { "1n1l2c1t", "tiny-1llc" },
		.schedulers = { KTSTR_EEVDF, "scx_simple", "/some/where/scx_my.bin" },
	};

	ASSERT_EQ(ktstr_variants_make(&v, &self->v, &self->nr, &self->err), 0);
	ASSERT_EQ(self->nr, 6);
	EXPECT_STREQ(self->v[0].name, "1n1l2c1t-eevdf");
	EXPECT_EQ(self->v[0].scheduler, NULL);
	EXPECT_STREQ(self->v[1].name, "1n1l2c1t-scx_simple");
	EXPECT_STREQ(self->v[1].scheduler, "scx_simple");
	EXPECT_STREQ(self->v[2].name, "1n1l2c1t-scx_my-bin");
	EXPECT_STREQ(self->v[2].scheduler, "/some/where/scx_my.bin");
	EXPECT_STREQ(self->v[3].topology, "tiny-1llc");
}

TEST_F(variants, that_cannot_be_are_refused)
{
	const struct ktstr_variants none = { .presets = { .min_llcs = 9, .max_llcs = 3 } };
	const struct ktstr_variants typo = { .topologies = { "tiny-2lcc" } };
	const struct ktstr_variants twice = { .topologies = { "1n1l1c1t", "1n1l1c1t" } };

	EXPECT_EQ(ktstr_variants_make(&none, &self->v, &self->nr, &self->err), -EINVAL);
	EXPECT_NE(strstr(self->err.msg, "min_llcs 9"), NULL);
	EXPECT_EQ(ktstr_variants_make(&typo, &self->v, &self->nr, &self->err), -EINVAL);
	EXPECT_NE(strstr(self->err.msg, "tiny-2lcc"), NULL);
	EXPECT_EQ(ktstr_variants_make(&twice, &self->v, &self->nr, &self->err), -EINVAL);
	EXPECT_NE(strstr(self->err.msg, "twice"), NULL);
	EXPECT_EQ(self->v, NULL);
	EXPECT_EQ(self->nr, 0);
}

TEST_F(variants, all_fit_in_their_array)
{
	struct ktstr_variants v = { .presets = { .max_llcs = PRESET_ANY,
						 .max_nodes = PRESET_ANY,
						 .max_cpus = PRESET_ANY } };
	char names[KTSTR_VARIANT_SCHEDULERS_MAX][8];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(names[i], sizeof(names[i]), "scx_%zu", i);
		v.schedulers[i] = names[i];
	}
	ASSERT_EQ(ktstr_variants_make(&v, &self->v, &self->nr, &self->err), 0);
	EXPECT_EQ(self->nr, PRESETS_NR * KTSTR_VARIANT_SCHEDULERS_MAX);
}

TEST_F(variants, are_not_run_where_the_machine_is_too_large)
{
	u32 max = 1;

	EXPECT_EQ(ktstr_max_vcpus(&max, &self->err), 0);
	EXPECT_EQ(max, 0);
	setenv(EMULATED_ENV, "1", 1);
	EXPECT_EQ(ktstr_max_vcpus(&max, &self->err), 0);
	EXPECT_EQ(max, KTSTR_MAX_VCPUS_EMULATED);
	setenv(KTSTR_MAX_VCPUS_ENV, "16", 1);
	EXPECT_EQ(ktstr_max_vcpus(&max, &self->err), 0);
	EXPECT_EQ(max, 16);
	setenv(KTSTR_MAX_VCPUS_ENV, "0", 1);
	EXPECT_EQ(ktstr_max_vcpus(&max, &self->err), 0);
	EXPECT_EQ(max, 0);
	setenv(KTSTR_MAX_VCPUS_ENV, "many", 1);
	EXPECT_EQ(ktstr_max_vcpus(&max, &self->err), -EINVAL);
	EXPECT_NE(strstr(self->err.msg, KTSTR_MAX_VCPUS_ENV), NULL);
}

TEST_HARNESS_MAIN
