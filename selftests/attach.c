// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every scheduler that was built from tools/sched_ext is tried, one result for
 * each: it attaches, a load makes progress under it, it is attached to the end.
 * Which there are is known only here, so the results are not harness tests.
 */
#include <dirent.h>

#include "known_failure.h"
#include "ktstr_test.h"
#include "lib/util.h"

#define DURATION_MS 1000
/* scx_central and scx_pair are about more than one CPU. */
#define TOPOLOGY "1n1l2c1t"

static void report(const char *name)
{
	struct ktstr_test test = {
		.name = name,
		.scheduler = name,
		.topology = TOPOLOGY,
		.duration_ms = DURATION_MS,
	};
	const struct known_failure *known;
	struct ktstr_result res;

	ktstr_run(&test, &res);
	test_summary(&res);
	known = known_failure(name, &res);
	if (res.verdict == KTSTR_PASS && res.ops[0]) {
		ksft_print_msg("ops %s, attached at %llu ms\n", res.ops,
			       (unsigned long long)res.timings.attach_ns / NSEC_PER_MSEC);
		ktstr_test_result(KSFT_PASS, name, NULL);
	} else if (known) {
		ktstr_test_result(known->code, name, "%s", known->why);
	} else {
		test_report(&res);
		ktstr_test_result(KSFT_FAIL, name, NULL);
	}
	ktstr_result_free(&res);
}

static int is_scheduler(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	struct ktstr_err err = { "" };
	struct dirent **list;
	char *dir;
	int i, n;

	test_enter(argc, argv);
	dir = discover_scheduler_dir(&err);
	if (!dir)
		test_lacks("no schedulers built", &err);
	n = scandir(dir, &list, is_scheduler, alphasort);
	if (n <= 0) {
		ktstr_err_set(&err, 0, "%s: %s", dir, n ? strerror(errno) : "empty");
		test_lacks("no schedulers built", &err);
	}
	ksft_print_header();
	ksft_set_plan(n);
	for (i = 0; i < n; i++) {
		report(list[i]->d_name);
		free(list[i]);
	}
	free(list);
	free(dir);
	ksft_finished();
}
