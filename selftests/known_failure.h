/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_KNOWN_FAILURE_H
#define SELFTESTS_KNOWN_FAILURE_H

/*
 * Schedulers of tools/sched_ext that cannot do in a guest what is asked of them,
 * for reasons that are not the tested kernel's fault. The run's own verdict says
 * which: no version of anything is looked at.
 */
#include <string.h>

#include "ktstr_test.h"
#include "lib/util.h"

/**
 * struct known_failure - what is wrong with a scheduler, not with the kernel
 * @name: the scheduler
 * @texts: one of these is in the verdict when it fails for this reason
 * @code: KSFT_XFAIL: the scheduler is broken; KSFT_SKIP: it is made for other
 *        kernels
 * @why: what to print
 */
struct known_failure {
	const char *name;
	const char *texts[5];
	int code;
	const char *why;
};

static const struct known_failure known_failures[] = {
	{
		/*
		 * clang 19 loses the address space of an arena pointer on the
		 * way through qmap_fifo_remove(): the verifier sees a scalar.
		 */
		.name = "scx_qmap",
		.texts = { "verifier, program qmap_dequeue: R7 invalid mem access 'scalar'" },
		.code = KSFT_XFAIL,
		.why = "its arena pointer is compiled to a scalar",
	},
	{
		.name = "scx_qmap",
		.texts = { "sched_ext_ops_cid is not found in kernel BTF" },
		.code = KSFT_SKIP,
		.why = "the kernel has no operations by cid",
	},
	{
		/* it frees and allocates from an arena with a spin lock held */
		.name = "scx_sdt",
		.texts = { "function calls are not allowed while holding a lock" },
		.code = KSFT_SKIP,
		.why = "the verifier of the kernel allows no calls under a lock",
	},
	{
		/*
		 * Every unbound task waits for its process, kernel threads such
		 * as rcu_preempt too, and on a quiet machine that process stops
		 * soon after it attached: no worker runs, RCU stalls, SIGINT is
		 * not acted on. It does the same in a VM of QEMU.
		 */
		.name = "scx_userland",
		.texts = { "made no progress", "did not report", "rcu_preempt",
			   "did not end within" },
		.code = KSFT_XFAIL,
		.why = "it leaves tasks unscheduled",
	},
};

/**
 * known_failure() - is a run's failure a known one
 * @name: the scheduler
 * @res: what came of it
 *
 * Return: which, or NULL.
 */
static inline const struct known_failure *known_failure(const char *name,
							const struct ktstr_result *res)
{
	const struct known_failure *k;
	const char *const *text;

	for (k = known_failures; k < known_failures + ARRAY_SIZE(known_failures); k++) {
		if (strcmp(k->name, name) || res->verdict != KTSTR_FAIL)
			continue;
		for (text = k->texts; *text; text++)
			if (strstr(res->reason_text, *text))
				return k;
	}
	return NULL;
}

#endif /* SELFTESTS_KNOWN_FAILURE_H */
