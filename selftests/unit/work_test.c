// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of work: names, parameters, who does them together. */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/work.h"

TEST(each_kind_is_found_by_its_name)
{
	enum work_type type;
	u32 i;

	for (i = 0; i < WORK_TYPES; i++) {
		ASSERT_NE(work_info(i), NULL);
		ASSERT_NE(work_info(i)->name, NULL);
		type = WORK_TYPES;
		EXPECT_EQ(work_find(work_info(i)->name, &type, NULL), 0);
		EXPECT_EQ(type, i);
	}
	EXPECT_EQ(work_info(WORK_TYPES), NULL);
	EXPECT_EQ(work_info(0xffffffff), NULL);
	EXPECT_STREQ(work_info(WORK_FUTEX_PING_PONG)->name, "futex_ping_pong");
}

TEST(a_typo_lists_what_there_is)
{
	enum work_type type = WORK_TYPES;
	struct ktstr_err err = {};
	u32 i;

	EXPECT_EQ(work_find("wake-chain", &type, &err), -EINVAL);
	EXPECT_EQ(type, WORK_TYPES);
	EXPECT_NE(strstr(err.msg, "no work 'wake-chain'; did you mean wake_chain? there are "),
		  NULL);
	for (i = 0; i < WORK_TYPES; i++) {
		EXPECT_NE(strstr(err.msg, work_info(i)->name), NULL)
		{
			TH_LOG("%s is missing", work_info(i)->name);
		}
	}
	EXPECT_EQ(work_find("spni", &type, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "did you mean spin?"), NULL);
	EXPECT_EQ(work_find("spinn", &type, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "did you mean spin?"), NULL);
	EXPECT_EQ(work_find("pipes", &type, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "did you mean pipe?"), NULL);
}

TEST(nothing_like_it)
{
	enum work_type type;
	struct ktstr_err err = {};
	char name[2000];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	EXPECT_EQ(work_find(name, &type, &err), -EINVAL);
	EXPECT_EQ(strstr(err.msg, "did you mean"), NULL);
	EXPECT_NE(strstr(err.msg, "timer_latency"), NULL);
	EXPECT_EQ(work_find("", &type, &err), -EINVAL);
	EXPECT_EQ(strstr(err.msg, "did you mean"), NULL);
	EXPECT_EQ(work_find("qq", &type, &err), -EINVAL);
	EXPECT_EQ(strstr(err.msg, "did you mean"), NULL);
	EXPECT_EQ(work_find("io", &type, NULL), -EINVAL);
}

TEST(defaults_are_in_their_range)
{
	u32 i, j;

	for (i = 0; i < WORK_TYPES; i++) {
		const struct work_arg *arg = work_info(i)->args;
		struct work w = { .type = i };

		for (j = 0; arg[j].name; j++) {
			ASSERT_LT(j, WORK_ARGS);
			EXPECT_EQ(work_get(&w, j), arg[j].preset);
			/* a switch is off, and a place that is not used says nothing */
			EXPECT_TRUE(arg[j].preset ? arg[j].preset >= arg[j].min :
						    !arg[j].min && arg[j].max <= 1);
			EXPECT_LE(arg[j].preset, arg[j].max);
		}
		EXPECT_EQ(work_check(&w, work_group_size(&w), false, NULL), 0);
	}
}

/* Names are those of the members of struct work, in their order. */
TEST(parameters_are_where_their_names_say)
{
	struct work w;

	w = (struct work){ WORK_PRIORITY_INVERSION, .inversion.pi = 1 };
	EXPECT_STREQ(work_info(w.type)->args[5].name, "pi");
	EXPECT_EQ(work_get(&w, 5), 1);
	EXPECT_EQ(work_get(&w, 3), 4096);
	w = (struct work){ WORK_FAN_OUT_COMPUTE, .fan = { .kib = 64, .sleep_us = 7 } };
	EXPECT_STREQ(work_info(w.type)->args[2].name, "kib");
	EXPECT_EQ(work_get(&w, 2), 64);
	EXPECT_EQ(work_get(&w, 3), 5);
	EXPECT_STREQ(work_info(w.type)->args[4].name, "sleep_us");
	EXPECT_EQ(work_get(&w, 4), 7);
	w = (struct work){ WORK_RT_STARVATION, .rt.priority = 3 };
	EXPECT_STREQ(work_info(w.type)->args[2].name, "priority");
	EXPECT_EQ(work_get(&w, 2), 3);
	w = (struct work){ WORK_CACHE_PIPE, .pair.kib = 8 };
	EXPECT_STREQ(work_info(w.type)->args[1].name, "kib");
	EXPECT_EQ(work_get(&w, 1), 8);
	w = (struct work){ WORK_PREEMPT_STORM, .storm.sleep_us = 9 };
	EXPECT_STREQ(work_info(w.type)->args[2].name, "sleep_us");
	EXPECT_EQ(work_get(&w, 2), 9);
}

TEST(group_sizes)
{
	static const struct {
		struct work work;
		u32 size;
	} groups[] = {
		{ { WORK_SPIN }, 1 },
		{ { WORK_TIMER_LATENCY }, 1 },
		{ { WORK_SMT_SPIN }, 2 },
		{ { WORK_PIPE }, 2 },
		{ { WORK_FUTEX_PING_PONG }, 2 },
		{ { WORK_CACHE_PIPE }, 2 },
		{ { WORK_FUTEX_FAN_OUT }, 5 },
		{ { WORK_FAN_OUT_COMPUTE, .fan.receivers = 1 }, 2 },
		{ { WORK_MUTEX }, 4 },
		{ { WORK_MUTEX, .mutex.contenders = 9 }, 9 },
		{ { WORK_PRIORITY_INVERSION }, 3 },
		{ { WORK_PRIORITY_INVERSION, .inversion = { 2, 0, 3 } }, 6 },
		{ { WORK_THUNDERING_HERD }, 8 },
		{ { WORK_WAKE_CHAIN }, 4 },
		{ { WORK_WAKE_CHAIN, .chain.depth = 2 }, 2 },
		{ { WORK_PREEMPT_STORM }, 3 },
		{ { WORK_RT_STARVATION }, 2 },
		{ { WORK_RT_STARVATION, .rt = { 2, 3 } }, 5 },
	};
	struct ktstr_err err = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		const struct work *w = &groups[i].work;
		u32 size = groups[i].size;

		EXPECT_EQ(work_group_size(w), size);
		EXPECT_EQ(work_check(w, size, false, NULL), 0);
		EXPECT_EQ(work_check(w, 3 * size, false, NULL), 0);
		EXPECT_EQ(work_check(w, size - 1, false, &err), -EINVAL);
		EXPECT_EQ(work_check(w, 2 * size + 1, false, NULL), size > 1 ? -EINVAL : 0);
	}
	EXPECT_EQ(work_check(&(struct work){ WORK_PIPE }, 3, false, &err), -EINVAL);
	EXPECT_STREQ(err.msg, "pipe requires num_workers divisible by 2, got 3");
	EXPECT_EQ(work_check(&(struct work){ WORK_PIPE }, 0, false, &err), -EINVAL);
}

TEST(parameters_have_a_range)
{
	struct ktstr_err err = {};
	struct work w = { WORK_WAKE_CHAIN, .chain.depth = 1 };
	u32 i, j;

	EXPECT_EQ(work_check(&w, 1, false, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "wake_chain: depth of 1 is not in the range from 2"), NULL);
	for (i = 0; i < WORK_TYPES; i++) {
		const struct work_arg *arg = work_info(i)->args;

		for (j = 0; j < WORK_ARGS && arg[j].name; j++) {
			w = (struct work){ .type = i };
			w.arg[j] = arg[j].max;
			EXPECT_EQ(work_check(&w, work_group_size(&w), false, NULL), 0);
			w.arg[j]++;
			EXPECT_EQ(work_check(&w, 1, false, &err), -EINVAL);
			EXPECT_NE(strstr(err.msg, arg[j].name), NULL);
			w.arg[j] = UINT64_MAX;
			EXPECT_EQ(work_check(&w, 1, false, NULL), -EINVAL);
		}
		for (; j < WORK_ARGS; j++) {
			w = (struct work){ .type = i };
			w.arg[j] = 1;
			EXPECT_EQ(work_check(&w, work_group_size(&w), false, NULL), -EINVAL);
		}
	}
}

TEST(parameters_of_other_work)
{
	struct work w = { WORK_FAN_OUT_COMPUTE, .fan.spins = 1 };
	struct ktstr_err err = {};

	EXPECT_EQ(work_check(&w, 5, false, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "fan_out_compute: it has no parameter spins"), NULL);
	w = (struct work){ WORK_SPIN, .bursty.burst_us = 5 };
	EXPECT_EQ(work_check(&w, 1, false, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "spin: parameter 1 is set to 5"), NULL);
	w = (struct work){ .type = WORK_TYPES };
	EXPECT_EQ(work_check(&w, 1, false, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "does not exist"), NULL);
}

TEST(what_needs_processes)
{
	struct ktstr_err err = {};
	u32 i;

	for (i = 0; i < WORK_TYPES; i++) {
		struct work w = { .type = i };
		bool fork_only = i == WORK_FORK_EXIT || i == WORK_CGROUP_ATTACH_STORM;

		EXPECT_EQ(work_info(i)->fork_only, fork_only);
		EXPECT_EQ(work_check(&w, work_group_size(&w), true, &err), fork_only ? -EINVAL : 0);
	}
	EXPECT_NE(strstr(err.msg, "cgroup_attach_storm cannot be done by threads"), NULL);
	EXPECT_TRUE(work_info(WORK_SMT_SPIN)->smt);
	EXPECT_FALSE(work_info(WORK_SPIN)->smt);
}

TEST(what_measures_wakeups)
{
	EXPECT_TRUE(work_info(WORK_PIPE)->latency);
	EXPECT_TRUE(work_info(WORK_WAKE_CHAIN)->latency);
	EXPECT_TRUE(work_info(WORK_BURSTY)->latency);
	EXPECT_FALSE(work_info(WORK_SPIN)->latency);
	/* timers, which are counted apart */
	EXPECT_FALSE(work_info(WORK_TIMER_LATENCY)->latency);
}

TEST_HARNESS_MAIN
