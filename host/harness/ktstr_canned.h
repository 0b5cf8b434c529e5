/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_CANNED_H
#define KTSTR_HOST_HARNESS_KTSTR_CANNED_H

/*
 * Scenarios that need not be written: loads and changes that every scheduler should
 * cope with, by name. A test takes one with ktstr_canned_fill(), or its parts:
 *
 *	struct ktstr_test t = { .topology = "tiny-2llc", .scheduler = "scx_simple" };
 *
 *	ktstr_canned_fill(ktstr_canned_find("cpuset_resize", NULL), &t);
 *	ktstr_run(&t, &r);
 *
 * Their steps take fractions of the test's duration. Everything here is constant:
 * any thread may use it.
 */
#include "host/harness/ktstr.h"
#include "lib/err.h"
#include "lib/preset.h"

/**
 * struct ktstr_canned - a scenario with a name
 * @name: [a-z_], unique
 * @brief: one line for people
 * @backdrop: as in struct ktstr_test
 * @steps: likewise; NULL where all that happens is the backdrop's load
 * @checks: what may be held against any good scheduler
 * @bounds: presets on which it makes sense
 * @min_ms: a test that is shorter says little, as not every worker gets its turn;
 *          0 = any will do
 */
struct ktstr_canned {
	const char *name;
	const char *brief;
	const struct ktstr_cgroup *backdrop;
	const struct ktstr_step *steps;
	struct ktstr_checks checks;
	struct preset_bounds bounds;
	u32 min_ms;
};

/**
 * ktstr_canned_at() - one after the other
 * @i: from 0
 *
 * Return: the scenario, or NULL behind the last one.
 */
const struct ktstr_canned *ktstr_canned_at(size_t i);

/**
 * ktstr_canned_find() - a scenario by its name
 * @name: the name
 * @err: lists what there is, or NULL
 *
 * Return: the scenario, or NULL with errno ENOENT.
 */
const struct ktstr_canned *ktstr_canned_find(const char *name, struct ktstr_err *err);

/**
 * ktstr_canned_fill() - make a test of it
 * @c: the scenario, or NULL: nothing is done
 * @test: gets its backdrop and its steps, and its checks where the test itself says
 *        nothing. One without a topology gets that of the smallest preset on which
 *        the scenario makes sense, one without a duration the least
 */
void ktstr_canned_fill(const struct ktstr_canned *c, struct ktstr_test *test);

#endif /* KTSTR_HOST_HARNESS_KTSTR_CANNED_H */
