/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_ACTIONS_H
#define KTSTR_GUEST_ACTIONS_H

/*
 * How each kind of op is carried out in a guest. The context of all of them is its
 * struct guest.
 */
#include "ops.h"
#include "run.h"

/* How long the host may take over one request. */
#define ACTION_HOST_NS (30 * NSEC_PER_SEC)
/* How long the kernel may take to freeze, to empty or to move a cgroup. */
#define ACTION_CGROUP_NS (5 * NSEC_PER_SEC)
/* How often to look at what changes without a notice. */
#define ACTION_RECHECK_NS (5 * NSEC_PER_MSEC)

/**
 * guest_actions - how each kind of op is carried out, SCENARIO_OP_NR of them
 */
extern const struct op_action *const guest_actions[];

/* What the table is made of; by subject, a file each. */
extern const struct op_action action_request, action_run;
extern const struct op_action action_cgroup_add, action_cgroup_set, action_cgroup_remove;
extern const struct op_action action_move, action_cgroup_procs;
extern const struct op_action action_spawn, action_stop, action_affinity;
extern const struct op_action action_payload, action_payload_wait, action_payload_kill;
extern const struct op_action action_sched_attach, action_sched_detach;

/**
 * action_failed() - why an op failed
 * @job: the op
 * @code: negative errno
 * @fmt: printf format of what follows the op's name
 *
 * Return: @code.
 */
#define action_failed(job, code, fmt, ...) ktstr_err_set(&(job)->err, code, fmt, ##__VA_ARGS__)

#endif /* KTSTR_GUEST_ACTIONS_H */
