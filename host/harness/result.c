// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "ktstr.h"
#include "lib/util.h"
#include "load.h"
#include "output.h"
#include "result_monitor.h"
#include "result_snapshot.h"

void ktstr_result_free(struct ktstr_result *res)
{
	if (!res)
		return;
	result_snapshot_free(res);
	result_monitor_free(res);
	output_free(res);
	load_free(&res->load);
	free(res->workers);
	free(res->sched_log);
	free(res->console);
	free(res->artifact_dir);
	free(res->dump_path);
	free(res->memory_path);
	free(res->context);
	memset(res, 0, sizeof(*res));
}

const char *ktstr_verdict_name(enum ktstr_verdict v)
{
	switch (v) {
	case KTSTR_INCONCLUSIVE:
		return "INCONCLUSIVE";
	case KTSTR_SKIP:
		return "SKIP";
	case KTSTR_FAIL:
		return "FAIL";
	case KTSTR_PASS:
		return "PASS";
	}
	return "UNKNOWN";
}

static int weight(enum ktstr_verdict v)
{
	switch (v) {
	case KTSTR_SKIP:
		return 0;
	case KTSTR_PASS:
		return 1;
	case KTSTR_INCONCLUSIVE:
		return 2;
	case KTSTR_FAIL:
		return 3;
	}
	/* what is no verdict proves nothing */
	return 2;
}

enum ktstr_verdict ktstr_verdict_worse(enum ktstr_verdict a, enum ktstr_verdict b)
{
	return weight(b) > weight(a) ? b : a;
}

const char *ktstr_reason_name(enum ktstr_reason r)
{
	static const char *const names[KTSTR_REASON_NR] = {
		[KTSTR_REASON_NONE] = "none",
		[KTSTR_REASON_PASS] = "pass",
		[KTSTR_REASON_GUEST_CRASHED] = "guest_crashed",
		[KTSTR_REASON_TIMED_OUT] = "timed_out",
		[KTSTR_REASON_SCHED_NOT_ATTACHED] = "sched_not_attached",
		[KTSTR_REASON_SCHED_DIED] = "sched_died",
		[KTSTR_REASON_SCHED_EJECTED] = "sched_ejected",
		[KTSTR_REASON_SCHED_WRONG_OPS] = "sched_wrong_ops",
		[KTSTR_REASON_GUEST_FAILED] = "guest_failed",
		[KTSTR_REASON_GUEST_VANISHED] = "guest_vanished",
		[KTSTR_REASON_NO_PROGRESS] = "no_progress",
		[KTSTR_REASON_WORKER_LOST] = "worker_lost",
		[KTSTR_REASON_PLAN_MISMATCH] = "plan_mismatch",
		[KTSTR_REASON_NO_RESULT] = "no_result",
		[KTSTR_REASON_BAD_RESULT] = "bad_result",
		[KTSTR_REASON_STALE_RESULT] = "stale_result",
		[KTSTR_REASON_DUPLICATE_RESULT] = "duplicate_result",
		[KTSTR_REASON_CHANNEL_DAMAGED] = "channel_damaged",
		[KTSTR_REASON_STOPPED] = "stopped",
		[KTSTR_REASON_VMM_DIED] = "vmm_died",
		[KTSTR_REASON_VMM_ERROR] = "vmm_error",
		[KTSTR_REASON_SETUP] = "setup",
		[KTSTR_REASON_SKIPPED] = "skipped",
		[KTSTR_REASON_WATCH_UNSUPPORTED] = "watch_unsupported",
		[KTSTR_REASON_NOT_FROZEN] = "not_frozen",
		[KTSTR_REASON_MAP_NOT_WRITTEN] = "map_not_written",
		[KTSTR_REASON_OBSERVER_BLIND] = "observer_blind",
		[KTSTR_REASON_SNAPSHOTS_MISSING] = "snapshots_missing",
		[KTSTR_REASON_MONITOR_FAILED] = "monitor_failed",
		[KTSTR_REASON_MONITOR_INCONCLUSIVE] = "monitor_inconclusive",
		[KTSTR_REASON_CHECK_FAILED] = "check_failed",
		[KTSTR_REASON_CHECK_INCONCLUSIVE] = "check_inconclusive",
		[KTSTR_REASON_STEP_FAILED] = "step_failed",
		[KTSTR_REASON_PAYLOAD_FAILED] = "payload_failed",
		[KTSTR_REASON_NO_SCX_ERROR] = "no_scx_error",
	};

	return (u32)r < KTSTR_REASON_NR ? names[r] : "unknown";
}

int ktstr_exit_code(const struct ktstr_result *res)
{
	if (res->verdict == KTSTR_FAIL)
		return 1;
	/* whatever was proved, a broken machine is not a pass */
	if (res->infra)
		return 3;
	switch (res->verdict) {
	case KTSTR_PASS:
		return 0;
	case KTSTR_SKIP:
		return 4;
	default:
		return 2;
	}
}
