// SPDX-License-Identifier: GPL-2.0-only
#include "verdict_judge.h"

/* Last of all: a test that failed by itself says more than its run queues. */
void judge_monitor(struct judge *j)
{
	const struct ktstr_result *res = j->res;
	const struct ktstr_monitor *m = &res->monitor;
	const char *but = j->noted ? "" : "passed scenario but ";

	if (!m->enforced || m->verdict == KTSTR_MONITOR_PASS)
		judge_proved(j, PROOF_MONITOR);
	else if (m->verdict == KTSTR_MONITOR_FAIL)
		judge_fail(j, MONITOR_FAILED, "%smonitor failed: %s", but, m->text);
	else if (res->observer_seen && !res->observer_ok)
		judge_infra(j, OBSERVER_BLIND, "%smonitor has %s", but, m->text);
	else
		judge_doubt(j, MONITOR_INCONCLUSIVE, "%smonitor is inconclusive: %s", but, m->text);
}
