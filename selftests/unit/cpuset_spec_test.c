// SPDX-License-Identifier: GPL-2.0-only
/* Specifications of CPUs on machines of several shapes: what comes out, what is refused. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "host/harness/cpuset_spec.h"
#include "kselftest_harness.h"
#include "lib/util.h"

static const struct topology two_llcs = { .nodes = 2, .llcs = 2, .cores = 4, .threads = 1 };
static const struct topology_node far_memory[] = { { .llcs = 1 }, { .llcs = 0 } };
static const struct topology memory_only = { .nodes = 2,
					     .llcs = 1,
					     .cores = 2,
					     .threads = 1,
					     .node = far_memory };

static void gives(struct __test_metadata *_metadata, const struct topology *t,
		  struct ktstr_cpuset s, const char *cpus)
{
	struct cpulist above, l;
	char text[CPULIST_TEXT_MAX];
	struct ktstr_err err = {};

	cpuset_all(t, &above);
	EXPECT_EQ(0, cpuset_resolve(&s, t, &above, &l, &err))
	TH_LOG("%s", err.msg);
	EXPECT_STREQ(cpus, cpulist_format(&l, text, sizeof(text)));
}

static void refused(struct __test_metadata *_metadata, const struct topology *t,
		    struct ktstr_cpuset s, const char *why)
{
	struct cpulist above, l;
	struct ktstr_err err = {};
	char whole[512];

	cpuset_all(t, &above);
	snprintf(whole, sizeof(whole), "CpusetSpec validation failed: %s", why);
	EXPECT_EQ(-EINVAL, cpuset_resolve(&s, t, &above, &l, &err));
	EXPECT_STREQ(whole, err.msg);
}

TEST(by_place_in_the_machine)
{
	gives(_metadata, &two_llcs, KTSTR_LLC(0), "0-3");
	gives(_metadata, &two_llcs, KTSTR_LLC(1), "4-7");
	gives(_metadata, &two_llcs, KTSTR_NODE(1), "4-7");
	gives(_metadata, &two_llcs, KTSTR_EXACT("1,6-7"), "1,6-7");
	gives(_metadata, &memory_only, KTSTR_NODE(0), "0-1");
}

TEST(nothing_said_is_what_is_above)
{
	struct ktstr_cpuset s = {};
	struct cpulist above = {}, l;
	char text[CPULIST_TEXT_MAX];

	cpulist_set(&above, 5);
	ASSERT_EQ(0, cpuset_resolve(&s, &two_llcs, &above, &l, NULL));
	EXPECT_STREQ("5", cpulist_format(&l, text, sizeof(text)));
}

TEST(fractions_leave_the_last_cpu_out)
{
	static const struct topology two = { .nodes = 1, .llcs = 1, .cores = 2, .threads = 1 };

	gives(_metadata, &two_llcs, KTSTR_RANGE(0, 1), "0-6");
	gives(_metadata, &two, KTSTR_RANGE(0, 1), "0-1");
	gives(_metadata, &two_llcs, KTSTR_DISJOINT(0, 1), "0-6");
}

TEST(ranges_that_meet_share_no_cpu)
{
	static const struct topology eleven = { .nodes = 1, .llcs = 1, .cores = 11, .threads = 1 };

	gives(_metadata, &eleven, KTSTR_RANGE(0, 0.3), "0-2");
	gives(_metadata, &eleven, KTSTR_RANGE(0.3, 0.7), "3-6");
	gives(_metadata, &eleven, KTSTR_RANGE(0.7, 1), "7-9");
	gives(_metadata, &two_llcs, KTSTR_RANGE(0, 0.5), "0-2");
	gives(_metadata, &two_llcs, KTSTR_RANGE(0.5, 1), "3-6");
}

TEST(parts_are_as_equal_as_can_be)
{
	gives(_metadata, &two_llcs, KTSTR_DISJOINT(0, 2), "0-2");
	gives(_metadata, &two_llcs, KTSTR_DISJOINT(1, 2), "3-6");
	gives(_metadata, &two_llcs, KTSTR_DISJOINT(6, 7), "6");
}

TEST(overlapping_parts_reach_into_the_next_one)
{
	gives(_metadata, &two_llcs, KTSTR_OVERLAP(0, 2, 0), "0-2");
	gives(_metadata, &two_llcs, KTSTR_OVERLAP(0, 2, 0.1), "0-3");
	gives(_metadata, &two_llcs, KTSTR_OVERLAP(0, 2, 1), "0-5");
	gives(_metadata, &two_llcs, KTSTR_OVERLAP(1, 2, 1), "3-6");
}

TEST(places_there_are_not)
{
	refused(_metadata, &two_llcs, KTSTR_LLC(3), "LLC 3: the machine has 2 (0-1)");
	refused(_metadata, &two_llcs, KTSTR_NODE(2), "node 2: the machine has 2 (0-1)");
	refused(_metadata, &memory_only, KTSTR_NODE(1),
		"node 1 has memory only, no CPUs: use another one");
	refused(_metadata, &two_llcs, KTSTR_EXACT("0,8"), "CPUs \"0,8\": the machine has 8 (0-7)");
	refused(_metadata, &two_llcs, KTSTR_EXACT(""),
		"an exact set needs a list of CPUs, such as \"0-7\"");
	refused(_metadata, &two_llcs, KTSTR_EXACT(NULL),
		"an exact set needs a list of CPUs, such as \"0-7\"");
	refused(_metadata, &two_llcs, (struct ktstr_cpuset){ .kind = 99 },
		"kind 99 does not exist; use the macros KTSTR_LLC() to KTSTR_EXACT()");
}

TEST(a_list_that_is_none)
{
	struct ktstr_cpuset s = KTSTR_EXACT("0-x");
	struct ktstr_err err;
	struct cpulist above, l;

	cpuset_all(&two_llcs, &above);
	EXPECT_EQ(-EINVAL, cpuset_resolve(&s, &two_llcs, &above, &l, &err));
	EXPECT_NE(NULL, strstr(err.msg, "CpusetSpec validation failed: '0-x'"))
	TH_LOG("%s", err.msg);
}

TEST(parts_there_are_not)
{
	refused(_metadata, &two_llcs, KTSTR_DISJOINT(2, 2),
		"disjoint part 2 of 2: parts are counted from 0 to 1");
	refused(_metadata, &two_llcs, KTSTR_OVERLAP(5, 3, 0.5),
		"overlapping part 5 of 3: parts are counted from 0 to 2");
	refused(_metadata, &two_llcs, KTSTR_DISJOINT(0, 8),
		"8 disjoint parts of 7 usable CPUs: too few CPUs for so many parts");
	refused(_metadata, &two_llcs, KTSTR_DISJOINT(0, 0),
		"disjoint part 0 of 0: there must be one part at least");
}

TEST(fractions_that_are_none)
{
	refused(_metadata, &two_llcs, KTSTR_RANGE(-0.1, 1),
		"range -0.1-1: its ends are fractions from 0 to 1");
	refused(_metadata, &two_llcs, KTSTR_RANGE(0, 1.5),
		"range 0-1.5: its ends are fractions from 0 to 1");
	refused(_metadata, &two_llcs, KTSTR_RANGE(NAN, 1),
		"range nan-1: its ends are fractions from 0 to 1");
	refused(_metadata, &two_llcs, KTSTR_RANGE(0.5, 0.5),
		"range 0.5-0.5: its end must be above its start");
	refused(_metadata, &two_llcs, KTSTR_RANGE(0.01, 0.02),
		"range 0.01-0.02 is less than one of 7 usable CPUs");
	refused(_metadata, &two_llcs, KTSTR_OVERLAP(0, 2, 2),
		"overlap of 2: use a fraction from 0 to 1");
	refused(_metadata, &two_llcs, KTSTR_OVERLAP(0, 2, NAN),
		"overlap of nan: use a fraction from 0 to 1");
}

TEST_HARNESS_MAIN
