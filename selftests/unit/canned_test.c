// SPDX-License-Identifier: GPL-2.0-only
/* The canned scenarios: found by name, and possible wherever they claim to be. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/checks.h"
#include "host/harness/ktstr_canned.h"
#include "host/harness/scenario_plan.h"
#include "kselftest_harness.h"
#include "list_known.h"

TEST(names_are_found_and_lead_back)
{
	const struct ktstr_canned *c;
	struct ktstr_err err;
	size_t i;

	for (i = 0; (c = ktstr_canned_at(i)); i++) {
		EXPECT_EQ(c, ktstr_canned_find(c->name, NULL));
		EXPECT_LT(0, strlen(c->brief));
		EXPECT_NE(NULL, c->backdrop);
		EXPECT_EQ(0, preset_bounds_check(&c->bounds, &err));
		EXPECT_EQ(0, checks_check(&c->checks, &err));
	}
	EXPECT_EQ(16, i);
	EXPECT_EQ(NULL, ktstr_canned_at(i));
}

TEST(a_typo_lists_all)
{
	struct ktstr_err err;
	size_t i;

	errno = 0;
	EXPECT_EQ(NULL, ktstr_canned_find("cpuset_shrink", &err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_NE(NULL, strstr(err.msg, "no scenario 'cpuset_shrink'"));
	for (i = 0; ktstr_canned_at(i); i++)
		EXPECT_NE(NULL, strstr(err.msg, ktstr_canned_at(i)->name));
}

TEST(each_can_be_laid_out_on_every_preset_it_is_for)
{
	const struct ktstr_canned *c;
	struct scenario_plan plan;
	struct ktstr_err err;
	size_t i, p, nr;

	for (i = 0; (c = ktstr_canned_at(i)); i++) {
		struct ktstr_test test = { .duration_ms = 1000 };

		ktstr_canned_fill(c, &test);
		for (p = 0, nr = 0; p < PRESETS_NR; p++) {
			if (!preset_fits(&presets[p], &c->bounds))
				continue;
			nr++;
			EXPECT_EQ(0, scenario_plan_make(&test, &presets[p].topo, 1, &plan, &err))
			TH_LOG("%s on %s: %s", c->name, presets[p].name, err.msg);
			EXPECT_LT(0, plan.nr_workers);
			/* thirds add up to the whole, but for rounding */
			EXPECT_LE(abs((int)plan.sc.duration_ms - 1000), 1);
			scenario_plan_free(&plan);
		}
		EXPECT_LE(2, nr);
	}
}

TEST(a_test_keeps_what_it_says_itself)
{
	const struct ktstr_canned *c = ktstr_canned_find("steady_llc", NULL);
	struct ktstr_test test = {
		.checks = { .max_gap_ms = 300, .isolation = KTSTR_OFF },
	};

	ASSERT_NE(NULL, c);
	ktstr_canned_fill(c, &test);
	EXPECT_EQ(c->backdrop, test.backdrop);
	EXPECT_EQ(NULL, test.steps);
	EXPECT_EQ(1, test.checks.not_stuck);
	EXPECT_EQ(300, test.checks.max_gap_ms);
	EXPECT_EQ(KTSTR_OFF, test.checks.isolation);
	EXPECT_EQ(2, test.topo.llcs);
	EXPECT_EQ(4, topology_cpus(&test.topo));
	test.topo = (struct topology){ 1, 4, 1, 1 };
	ktstr_canned_fill(c, &test);
	EXPECT_EQ(4, test.topo.llcs);
	ktstr_canned_fill(NULL, &test);
	EXPECT_EQ(c->backdrop, test.backdrop);
}

static char *listed(const char *what, bool json)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	list_known(what, json, f, NULL);
	fclose(f);
	return text;
}

TEST(what_there_is_can_be_listed)
{
	struct ktstr_err err;
	char *text = listed("scenarios", false);

	EXPECT_NE(NULL, strstr(text, "rt_storm             real-time workers"));
	free(text);
	text = listed("presets", false);
	EXPECT_NE(NULL, strstr(text, "numa4-12llc          4n12l8c2t\n"));
	free(text);
	text = listed("works", true);
	EXPECT_NE(NULL, strstr(text, "\"name\": \"wake_chain\""));
	EXPECT_NE(NULL, strstr(text, "\"parameters\": \"depth=4 hop_us=100\""));
	free(text);
	EXPECT_EQ(-EINVAL, list_known("workers", false, stdout, &err));
	EXPECT_STREQ("'workers' is not one of schedulers, scenarios, presets, works", err.msg);
}

TEST_HARNESS_MAIN
