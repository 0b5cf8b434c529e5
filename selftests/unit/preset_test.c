// SPDX-License-Identifier: GPL-2.0-only
/* lib/preset: machines with a name, and which of them a test wants */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>

#include "kselftest_harness.h"
#include "lib/preset.h"
#include "lib/util.h"

/* Name, notation and CPUs of every preset, written out once more */
static const struct {
	const char *name, *spec;
	u32 cpus;
	bool active;
} expected[] = {
	{ "tiny-1llc", "1n1l4c1t", 4, true },
	{ "tiny-2llc", "1n2l2c1t", 4, true },
	{ "odd-3llc", "1n3l3c1t", 9, true },
	{ "odd-5llc", "1n5l3c1t", 15, true },
	{ "odd-7llc", "1n7l2c1t", 14, true },
	{ "smt-2llc", "1n2l2c2t", 8, true },
	{ "smt-3llc", "1n3l2c2t", 12, true },
	{ "medium-4llc", "1n4l4c2t", 32, true },
	{ "medium-8llc", "1n8l4c2t", 64, true },
	{ "large-4llc", "1n4l16c2t", 128, true },
	{ "large-8llc", "1n8l8c2t", 128, true },
	{ "near-max-llc", "1n15l8c2t", 240, false },
	{ "max-cpu", "1n14l9c2t", 252, false },
	{ "medium-4llc-nosmt", "1n4l8c1t", 32, true },
	{ "medium-8llc-nosmt", "1n8l8c1t", 64, true },
	{ "large-4llc-nosmt", "1n4l32c1t", 128, true },
	{ "large-8llc-nosmt", "1n8l16c1t", 128, true },
	{ "near-max-llc-nosmt", "1n15l16c1t", 240, false },
	{ "max-cpu-nosmt", "1n14l18c1t", 252, false },
	{ "numa2-4llc", "2n4l4c1t", 16, false },
	{ "numa2-8llc", "2n8l8c2t", 128, false },
	{ "numa2-8llc-nosmt", "2n8l16c1t", 128, false },
	{ "numa4-8llc", "4n8l4c1t", 32, false },
	{ "numa4-12llc", "4n12l8c2t", 192, false },
};

TEST(every_preset_is_the_machine_its_name_stands_for)
{
	u32 i, active = 0, smt = 0;
	char buf[32];

	ASSERT_EQ(PRESETS_NR, ARRAY_SIZE(expected));
	for (i = 0; i < ARRAY_SIZE(expected); i++) {
		const struct preset *p = preset_find(expected[i].name, NULL);

		ASSERT_NE(NULL, p);
		EXPECT_EQ(&presets[i], p);
		EXPECT_EQ(0, topology_check(&p->topo, NULL));
		EXPECT_STREQ(expected[i].spec, topology_format(&p->topo, buf, sizeof(buf)));
		EXPECT_EQ(expected[i].cpus, topology_cpus(&p->topo));
		EXPECT_EQ(expected[i].active, preset_fits(p, NULL))
		{
			TH_LOG("%s", p->name);
		}
		active += preset_fits(p, NULL);
		smt += preset_smt(p);
	}
	EXPECT_EQ(15, active);
	/* What is left where no core has two threads */
	EXPECT_EQ(14, PRESETS_NR - smt);
}

TEST(name_stands_where_a_topology_does)
{
	static const struct topology_node node;
	struct topology t = { .node = &node };
	char buf[32];

	ASSERT_EQ(0, topology_parse("numa4-12llc", &t, NULL));
	EXPECT_STREQ("4n12l8c2t", topology_format(&t, buf, sizeof(buf)));
	EXPECT_EQ(NULL, t.node);
}

TEST(typo_lists_every_preset)
{
	struct ktstr_err err;
	struct topology t;
	u32 i;

	errno = 0;
	EXPECT_EQ(NULL, preset_find("tiny-1lcl", &err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_NE(NULL, strstr(err.msg, "'tiny-1lcl'"));
	for (i = 0; i < PRESETS_NR; i++)
		EXPECT_NE(NULL, strstr(err.msg, presets[i].name));

	/* As long a text as there can be */
	EXPECT_EQ(-EINVAL, topology_parse("tiny-tiny-tiny-tiny-tiny-tiny", &t, &err));
	EXPECT_NE(NULL, strstr(err.msg, "1n2l4c2t"));
	for (i = 0; i < PRESETS_NR; i++)
		EXPECT_NE(NULL, strstr(err.msg, presets[i].name));
}

TEST(bounds_select)
{
	static const struct {
		struct preset_bounds bounds;
		u32 count;
	} cases[] = {
		{ { 0 }, 15 },
		{ { .min_llcs = 4 }, 9 + 1 },
		{ { .min_llcs = 4, .max_llcs = 4 }, 4 },
		{ { .max_llcs = PRESET_ANY }, 15 },
		{ { .max_llcs = PRESET_ANY, .max_cpus = PRESET_ANY }, 19 },
		{ { .max_llcs = PRESET_ANY, .max_cpus = PRESET_ANY, .max_nodes = PRESET_ANY }, 24 },
		{ { .requires_smt = true }, 6 },
		{ { .min_cpus = 12, .max_cpus = 32 }, 5 },
		{ { .min_nodes = 2 }, 3 },
		{ { .min_nodes = 2, .max_nodes = 4 }, 5 },
		{ { .min_nodes = 3, .max_nodes = 4 }, 2 },
	};
	u32 i, j, count;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (j = 0, count = 0; j < PRESETS_NR; j++)
			count += preset_fits(&presets[j], &cases[i].bounds);
		EXPECT_EQ(cases[i].count, count)
		{
			TH_LOG("case %u", i);
		}
		EXPECT_EQ(0, preset_bounds_check(&cases[i].bounds, NULL));
	}
}

TEST(bounds_that_leave_nothing_are_refused)
{
	struct preset_bounds b = { .min_llcs = 13 };
	struct ktstr_err err;

	EXPECT_EQ(-EINVAL, preset_bounds_check(&b, &err));
	EXPECT_NE(NULL, strstr(err.msg, "min_llcs 13 is more than max_llcs 12"));
	b = (struct preset_bounds){ .min_cpus = 5, .max_cpus = 7 };
	EXPECT_EQ(-EINVAL, preset_bounds_check(&b, &err));
	EXPECT_NE(NULL, strstr(err.msg, "5 to 7 CPUs"));
	b = (struct preset_bounds){ .max_cpus = 4, .requires_smt = true };
	EXPECT_EQ(-EINVAL, preset_bounds_check(&b, &err));
	EXPECT_NE(NULL, strstr(err.msg, "with SMT"));
}

TEST(every_name_has_room_in_a_message)
{
	struct names names;
	u32 i;

	names_init(&names, NULL);
	preset_names(&names);
	EXPECT_EQ(0, names.more);
	for (i = 0; i < PRESETS_NR; i++)
		EXPECT_NE(NULL, strstr(names_list(&names), presets[i].name));
}

TEST_HARNESS_MAIN
