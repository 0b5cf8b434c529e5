// SPDX-License-Identifier: GPL-2.0-only
#include "actions.h"

const struct op_action *const guest_actions[SCENARIO_OP_NR] = {
	[SCENARIO_OP_CAPTURE] = &action_request,
	[SCENARIO_OP_WATCH] = &action_request,
	[SCENARIO_OP_UNWATCH] = &action_request,
	[SCENARIO_OP_KERNEL] = &action_request,
	[SCENARIO_OP_RUN] = &action_run,
	[SCENARIO_OP_MEMORY] = &action_request,
	[SCENARIO_OP_HOLD] = &action_request,
	[SCENARIO_OP_CGROUP_ADD] = &action_cgroup_add,
	[SCENARIO_OP_CGROUP_SET] = &action_cgroup_set,
	[SCENARIO_OP_CGROUP_REMOVE] = &action_cgroup_remove,
	[SCENARIO_OP_SPAWN] = &action_spawn,
	[SCENARIO_OP_STOP] = &action_stop,
	[SCENARIO_OP_AFFINITY] = &action_affinity,
	[SCENARIO_OP_MOVE] = &action_move,
	[SCENARIO_OP_PAYLOAD] = &action_payload,
	[SCENARIO_OP_PAYLOAD_WAIT] = &action_payload_wait,
	[SCENARIO_OP_PAYLOAD_KILL] = &action_payload_kill,
	[SCENARIO_OP_SCHED_ATTACH] = &action_sched_attach,
	[SCENARIO_OP_SCHED_DETACH] = &action_sched_detach,
	[SCENARIO_OP_CGROUP_PROCS] = &action_cgroup_procs,
};
