/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SCENARIO_PLANNER_H
#define KTSTR_HOST_HARNESS_SCENARIO_PLANNER_H

/*
 * A plan while it is made, between host/harness/scenario_plan*.c: ops are laid out
 * one by one, and what each of them leaves behind is written down here, so that the
 * next one can be refused when it cannot be. Everything is freed with the plan.
 *
 * Functions return 0, or a negative errno with planner.err filled in.
 */
#include "host/harness/scenario_plan.h"
#include "host/vmm/watch.h"
#include "lib/cpulist.h"

#define PLANNER_CGROUPS_MAX SCENARIO_GROUPS_MAX
/* Each leaves an output. */
#define PLANNER_PAYLOADS_MAX KTSTR_OUTPUTS_MAX
/* More than enough of what there is instead. */
#define PLANNER_CPUS_TEXT 300
/* No cgroup of the test: processes stay where guest-init is. */
#define PLANNER_OUTSIDE UINT32_MAX

/**
 * struct planner_cgroup - a cgroup
 * @name: its path
 * @step: that it ends with, 0 = the backdrop's
 * @parent: the one above it, or PLANNER_OUTSIDE
 * @alive: it is there
 * @implied: it is there because of one below it
 * @frozen: its tasks are stopped
 * @has_cpus: @cpus are its own, else it inherits
 * @has_mems: likewise
 * @cpus: cpuset.cpus
 * @mems: cpuset.mems, one bit each
 */
struct planner_cgroup {
	const char *name;
	u32 step;
	u32 parent;
	bool alive;
	bool implied;
	bool frozen;
	bool has_cpus;
	bool has_mems;
	struct cpulist cpus;
	u32 mems;
};

/**
 * struct planner_group - a group of workers
 * @cgroup: where it is now, or PLANNER_OUTSIDE
 * @alive: it runs
 */
struct planner_group {
	u32 cgroup;
	bool alive;
};

/**
 * struct planner_payload - a program that is part of the load
 * @cgroup: where it is now, or PLANNER_OUTSIDE
 * @alive: it may still run
 */
struct planner_payload {
	u32 cgroup;
	bool alive;
};

/**
 * struct planner - what is planned so far, and what there is at this point of it
 * @test: the test
 * @topo: the machine
 * @p: what comes out
 * @err: why it cannot be
 * @draw: what random CPUs are drawn from next
 * @step: that is laid out, from 1; 0 = the backdrop
 * @round: of a step that loops: ops of the round are laid out
 * @dry: they were laid out already: this is their second round, which leaves
 *       nothing in the plan
 * @at_ms: when the op is due that is laid out
 * @flags: of it
 * @span: when ops of this step may be due
 * @cgroups: all there ever were, those above others first
 * @nr_cgroups: how many
 * @groups: as those of @p
 * @payloads: as those of @p
 * @watched: symbols that are watched
 * @nr_watched: how many
 * @sched_argv: of the scheduler that is attached: its name and arguments; NULL
 *              without one
 * @sched_ops: that it must attach, or NULL
 */
struct planner {
	const struct ktstr_test *test;
	const struct topology *topo;
	struct scenario_plan *p;
	struct ktstr_err err;
	u64 draw;
	u32 step;
	bool round;
	bool dry;
	u32 at_ms;
	u32 flags;
	struct plan_ops_span span;
	struct planner_cgroup *cgroups;
	u32 nr_cgroups;
	struct planner_group *groups;
	struct planner_payload *payloads;
	const char *watched[WATCH_USER_SLOTS];
	u32 nr_watched;
	const char *const *sched_argv;
	const char *sched_ops;
};

/* scenario_planner.c: what all of them need. */

/**
 * planner_step_given() - is that a step, or the end of all of them
 * @s: an entry of a test's steps
 */
static inline bool planner_step_given(const struct ktstr_step *s)
{
	return s->name || s->setup || s->ops || s->hold.frac != 0 || s->hold.ms || s->hold.loop_ms;
}

/**
 * planner_refuse() - say what is wrong
 * @pl: the planner
 * @fmt: what, and the way out
 *
 * Return: -EINVAL.
 */
int __printf(2, 3) planner_refuse(struct planner *pl, const char *fmt, ...);

/**
 * planner_within() - say where it is wrong
 * @pl: the planner
 * @ret: what came of it: nothing is done when it is 0
 * @fmt: the place, which is put in front of the message
 *
 * Return: @ret.
 */
int __printf(3, 4) planner_within(struct planner *pl, int ret, const char *fmt, ...);

/**
 * planner_nomem() - there is no memory
 * @pl: the planner
 *
 * Return: -ENOMEM.
 */
int planner_nomem(struct planner *pl);

/**
 * planner_put() - lay an op out
 * @pl: the planner; its at_ms and flags are the op's
 * @op: the rest of it
 * @budget_ms: what it may take beside the holds, once, on hardware
 */
int planner_put(struct planner *pl, const struct scenario_op *op, u64 budget_ms);

/* scenario_plan_cgroup.c: which cgroups there are. */

/**
 * planner_cgroup_find() - a cgroup by its name
 * @pl: the planner
 * @name: its name
 * @index: set to it
 */
int planner_cgroup_find(struct planner *pl, const char *name, u32 *index);

/**
 * planner_cgroup_place() - where processes go
 * @pl: the planner
 * @name: of a cgroup that has none below it; NULL or "" = outside of all
 * @index: set to it, or to PLANNER_OUTSIDE
 */
int planner_cgroup_place(struct planner *pl, const char *name, u32 *index);

/**
 * planner_cgroup_name() - its name
 * @pl: the planner
 * @index: of a cgroup; PLANNER_OUTSIDE gives NULL
 */
const char *planner_cgroup_name(const struct planner *pl, u32 index);

/**
 * planner_cgroup_has() - is a cgroup another one, or below it
 * @pl: the planner
 * @index: of a cgroup, or PLANNER_OUTSIDE
 * @top: of the other one
 */
bool planner_cgroup_has(const struct planner *pl, u32 index, u32 top);

/**
 * planner_cgroup_frozen() - is a cgroup frozen, or one above it
 * @pl: the planner
 * @index: of a cgroup, or PLANNER_OUTSIDE
 *
 * Return: the frozen one, or PLANNER_OUTSIDE.
 */
u32 planner_cgroup_frozen(const struct planner *pl, u32 index);

/**
 * planner_cgroup_add() - make a cgroup and those above it that are missing
 * @pl: the planner
 * @name: its name
 * @index: set to it
 */
int planner_cgroup_add(struct planner *pl, const char *name, u32 *index);

/**
 * planner_cgroup_set() - write one of its files
 * @pl: the planner
 * @index: of a cgroup
 * @file: which
 * @value: what; must live as long as the plan
 */
int planner_cgroup_set(struct planner *pl, u32 index, const char *file, const char *value);

/**
 * planner_cgroup_remove() - remove a cgroup and all in it: workers report first
 * @pl: the planner
 * @index: of a cgroup
 */
int planner_cgroup_remove(struct planner *pl, u32 index);

/**
 * planner_cgroup_freeze() - stop the tasks of a cgroup, or let them run
 * @pl: the planner
 * @index: of a cgroup
 * @frozen: which of both
 */
int planner_cgroup_freeze(struct planner *pl, u32 index, bool frozen);

/* scenario_plan_cpuset.c: which CPUs and nodes they have. */

/**
 * planner_cpus() - CPUs that processes in a cgroup may run on
 * @pl: the planner
 * @index: of a cgroup, or PLANNER_OUTSIDE
 * @out: set to them
 */
void planner_cpus(const struct planner *pl, u32 index, struct cpulist *out);

/**
 * planner_mems() - nodes they may take memory from
 * @pl: the planner
 * @index: of a cgroup, or PLANNER_OUTSIDE
 *
 * Return: one bit each.
 */
u32 planner_mems(const struct planner *pl, u32 index);

/**
 * planner_mems_text() - a set of nodes for a message
 * @mems: one bit each
 * @buf: where to
 *
 * Return: @buf.
 */
char *planner_mems_text(u32 mems, char buf[PLANNER_CPUS_TEXT]);

/**
 * planner_cpus_seen() - write down where groups may have run
 * @pl: the planner, after a cpuset or a cgroup has changed
 */
void planner_cpus_seen(struct planner *pl);

/**
 * planner_cpus_set() - give a cgroup CPUs
 * @pl: the planner
 * @index: of a cgroup
 * @s: which
 */
int planner_cpus_set(struct planner *pl, u32 index, const struct ktstr_cpuset *s);

/**
 * planner_cpus_clear() - let a cgroup have the CPUs of the one above it
 * @pl: the planner
 * @index: of a cgroup
 */
int planner_cpus_clear(struct planner *pl, u32 index);

/**
 * planner_cpus_swap() - two cgroups exchange their CPUs
 * @pl: the planner
 * @a: of a cgroup
 * @b: of another one
 */
int planner_cpus_swap(struct planner *pl, u32 a, u32 b);

/**
 * planner_mems_set() - give a cgroup nodes
 * @pl: the planner
 * @index: of a cgroup
 * @mems: a list of nodes
 */
int planner_mems_set(struct planner *pl, u32 index, const char *mems);

/* scenario_plan_setup.c */

/**
 * planner_setup() - make a cgroup and all that belongs into it
 * @pl: the planner
 * @def: what the test says
 */
int planner_setup(struct planner *pl, const struct ktstr_cgroup *def);

/* scenario_plan_workers.c */

/**
 * planner_spawn() - start a group of workers
 * @pl: the planner
 * @w: what the test says; no workers at all are refused
 * @cgroup: where, or PLANNER_OUTSIDE
 */
int planner_spawn(struct planner *pl, const struct ktstr_workers *w, u32 cgroup);

/**
 * planner_workers_given() - does a test say anything of a group
 * @w: what it says
 */
bool planner_workers_given(const struct ktstr_workers *w);

/**
 * planner_stop() - stop a group; it reports
 * @pl: the planner
 * @group: index of one that runs
 */
int planner_stop(struct planner *pl, u32 group);

/**
 * planner_affinity() - workers get other CPUs
 * @pl: the planner
 * @name: of their groups
 * @a: which CPUs
 */
int planner_affinity(struct planner *pl, const char *name, const struct ktstr_affinity *a);

/* scenario_plan_policy.c */

/**
 * planner_policy() - how workers are scheduled, and where their memory is
 * @pl: the planner
 * @w: what the test says
 * @cgroup: where they are, or PLANNER_OUTSIDE
 * @g: filled in: policy to period_ns, nice, mem, nodes; @g->workers is read
 */
int planner_policy(struct planner *pl, const struct ktstr_workers *w, u32 cgroup,
		   struct scenario_group *g);

/* scenario_plan_payload.c */

/**
 * planner_payload_start() - start a program
 * @pl: the planner
 * @payload: what the test says
 * @cgroup: where, or PLANNER_OUTSIDE
 */
int planner_payload_start(struct planner *pl, const struct ktstr_payload *payload, u32 cgroup);

/**
 * planner_payload_wait() - wait for a program
 * @pl: the planner
 * @name: of one that may still run
 * @timeout_ms: for so long at most; 0 = KTSTR_RUN_TIMEOUT_MS, more on a slow host
 */
int planner_payload_wait(struct planner *pl, const char *name, u32 timeout_ms);

/**
 * planner_payload_find() - a program that may still run, by its name
 * @pl: the planner
 * @name: its name
 * @index: set to it
 */
int planner_payload_find(struct planner *pl, const char *name, u32 *index);

/**
 * planner_payload_kill() - kill a program
 * @pl: the planner
 * @index: of one that may still run
 */
int planner_payload_kill(struct planner *pl, u32 index);

/* scenario_plan_sched.c */

/**
 * planner_sched_attach() - start a scheduler, when none is attached
 * @pl: the planner
 * @op: names it
 */
int planner_sched_attach(struct planner *pl, const struct ktstr_op *op);

/**
 * planner_sched_detach() - end the one that is attached
 * @pl: the planner
 * @op: says how long that may take
 */
int planner_sched_detach(struct planner *pl, const struct ktstr_op *op);

/**
 * planner_sched_restart() - end the one that is attached and start it again
 * @pl: the planner
 * @op: says how long that may take
 */
int planner_sched_restart(struct planner *pl, const struct ktstr_op *op);

/* scenario_plan_ops.c */

/**
 * planner_op_check() - does an op exist, and has it what its kind needs
 * @pl: the planner
 * @op: the op
 * @i: its index
 */
int planner_op_check(struct planner *pl, const struct ktstr_op *op, size_t i);

/**
 * planner_op() - lay out what a test's op comes to
 * @pl: the planner, in a step
 * @op: the op
 * @i: its index in the step
 */
int planner_op(struct planner *pl, const struct ktstr_op *op, size_t i);

#endif /* KTSTR_HOST_HARNESS_SCENARIO_PLANNER_H */
