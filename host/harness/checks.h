/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_CHECKS_H
#define KTSTR_HOST_HARNESS_CHECKS_H

/*
 * From limits and a measured workload to findings, as pure functions.
 *
 * What cannot be divided is inconclusive, but what a policy was to bring about
 * and did not is a failure. What takes wall time is held against the limit twice:
 * as it is, and with what the host may have added: the longest wait of a vCPU, and
 * the vCPUs' average share of waiting in the time that was measured. What lies
 * between is inconclusive, and never a pass.
 */
#include "host/harness/ktstr.h"
#include "lib/err.h"
#include "lib/topology.h"

struct scenario_plan;

/**
 * checks_check() - can these limits be meant
 * @c: limits as an author wrote them
 * @err: names the member, its value and its range, or NULL
 *
 * Refused are negative numbers but KTSTR_OFF, what is no number, and what no
 * measurement can come to, such as a share above 1.
 *
 * Return: 0 or -EINVAL.
 */
int checks_check(const struct ktstr_checks *c, struct ktstr_err *err);

/**
 * checks_lay_over() - what a layer says replaces what there is
 * @to: limits
 * @layer: of these, those that say something, KTSTR_OFF too; or NULL
 */
void checks_lay_over(struct ktstr_checks *to, const struct ktstr_checks *layer);

/**
 * checks_merge() - the limits that are in effect
 * @to: filled in: 0 = no limit
 * @scheduler: the first layer, or NULL
 * @test: the second one, or NULL
 *
 * Of those that say something about a member the last one counts. Limits that
 * not_stuck brings along are filled in when no layer speaks of them.
 */
void checks_merge(struct ktstr_checks *to, const struct ktstr_checks *scheduler,
		  const struct ktstr_checks *test);

/**
 * checks_of() - the limits of a test, merged
 * @to: filled in
 * @test: the test, or NULL: none
 */
void checks_of(struct ktstr_checks *to, const struct ktstr_test *test);

/**
 * checks_limit() - a limit by its check
 * @c: merged limits
 * @check: KTSTR_CHECK_NOT_STUCK to KTSTR_CHECK_WORK_UNITS
 *
 * Return: the limit, or 0 when there is none.
 */
double checks_limit(const struct ktstr_checks *c, u32 check);

/**
 * struct checks_input - what limits are held against
 * @checks: merged
 * @load: the workload; its findings grow
 * @plan: memory policies of the groups, or NULL when they are not known
 * @topo: which nodes are memory only, or NULL: none is
 */
struct checks_input {
	const struct ktstr_checks *checks;
	struct ktstr_load *load;
	const struct scenario_plan *plan;
	const struct topology *topo;
};

/**
 * checks_eval() - hold a workload against its limits
 * @in: see there
 *
 * Each limit gives one finding at least. Of workers that do not keep it those
 * with the first CHECKS_WORKERS_MAX are told one by one.
 *
 * Return: 0 or -ENOMEM; then findings are missing.
 */
int checks_eval(const struct checks_input *in);

#define CHECKS_WORKERS_MAX 16
/* vCPUs that wait more than this for the host are not isolated from it. */
#define CHECKS_DILATION_MAX 1.5

/**
 * checks_host_ate() - may the host alone be why a worker did nothing
 * @c: of the host
 * @wall_ns: how long the worker was there
 *
 * Return: true when a vCPU had to wait for as long; or when the host's dilation is
 * above CHECKS_DILATION_MAX and what it left of @wall_ns, but for the longest wait,
 * is less than a worker among many waits for its turn.
 */
bool checks_host_ate(const struct ktstr_contention *c, u64 wall_ns);

#endif /* KTSTR_HOST_HARNESS_CHECKS_H */
