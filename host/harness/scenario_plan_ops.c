// SPDX-License-Identifier: GPL-2.0-only
/* Ops of a step: what each kind needs, and what it comes to. */
#include <errno.h>
#include <string.h>

#include "host/harness/scenario_planner.h"
#include "lib/util.h"

#define OP_MS 50

/* Members of struct ktstr_op that not every kind has. */
#define HAS_NAME     BIT(0)
#define HAS_ARGV     BIT(1)
#define HAS_TIMEOUT  BIT(2)
#define HAS_CGROUP   BIT(3)
#define HAS_TO	     BIT(4)
#define HAS_CPUSET   BIT(5)
#define HAS_DEF	     BIT(6)
#define HAS_WORKERS  BIT(7)
#define HAS_AFFINITY BIT(8)
#define HAS_PAYLOAD  BIT(9)
#define HAS_EXPECT   BIT(10)
#define HAS_ENTRIES  BIT(11)
#define NR_MEMBERS   12

static const char *const members[NR_MEMBERS] = {
	"name", "argv",	   "timeout_ms", "cgroup",  "to",	  "cpuset",
	"def",	"workers", "affinity",	 "payload", "expect_ops", "entries",
};

/* Up to KTSTR_OP_RUN the first four are for plan_ops_add() to judge. */
#define OLD (HAS_NAME | HAS_ARGV | HAS_TIMEOUT | HAS_ENTRIES)

static const struct op_rule {
	const char *name;
	u32 must;
	u32 may;
} rules[KTSTR_OP_NR] = {
	[KTSTR_OP_CAPTURE] = { "capture", 0, OLD },
	[KTSTR_OP_WATCH] = { "watch", 0, OLD },
	[KTSTR_OP_UNWATCH] = { "unwatch", 0, OLD },
	[KTSTR_OP_KERNEL] = { "kernel", 0, OLD },
	[KTSTR_OP_RUN] = { "run", 0, OLD },
	[KTSTR_OP_ADD_CGROUP] = { "add_cgroup", HAS_DEF, 0 },
	[KTSTR_OP_REMOVE_CGROUP] = { "remove_cgroup", HAS_CGROUP, 0 },
	[KTSTR_OP_SET_CPUSET] = { "set_cpuset", HAS_CGROUP | HAS_CPUSET, 0 },
	[KTSTR_OP_CLEAR_CPUSET] = { "clear_cpuset", HAS_CGROUP, 0 },
	[KTSTR_OP_SWAP_CPUSETS] = { "swap_cpusets", HAS_CGROUP | HAS_TO, 0 },
	[KTSTR_OP_SPAWN] = { "spawn", HAS_WORKERS, HAS_CGROUP },
	[KTSTR_OP_STOP_CGROUP] = { "stop_cgroup", HAS_CGROUP, 0 },
	[KTSTR_OP_SET_AFFINITY] = { "set_affinity", HAS_NAME, HAS_AFFINITY },
	[KTSTR_OP_MOVE_ALL_TASKS] = { "move_all_tasks", HAS_CGROUP | HAS_TO, 0 },
	[KTSTR_OP_RUN_PAYLOAD] = { "run_payload", HAS_PAYLOAD, HAS_CGROUP },
	[KTSTR_OP_WAIT_PAYLOAD] = { "wait_payload", HAS_NAME, HAS_TIMEOUT },
	[KTSTR_OP_KILL_PAYLOAD] = { "kill_payload", HAS_NAME, 0 },
	[KTSTR_OP_FREEZE_CGROUP] = { "freeze_cgroup", HAS_CGROUP, 0 },
	[KTSTR_OP_UNFREEZE_CGROUP] = { "unfreeze_cgroup", HAS_CGROUP, 0 },
	[KTSTR_OP_ATTACH_SCHEDULER] = { "attach_scheduler", HAS_ARGV, HAS_TIMEOUT | HAS_EXPECT },
	[KTSTR_OP_DETACH_SCHEDULER] = { "detach_scheduler", 0, HAS_TIMEOUT },
	[KTSTR_OP_RESTART_SCHEDULER] = { "restart_scheduler", 0, HAS_TIMEOUT | HAS_EXPECT },
	[KTSTR_OP_REPLACE_SCHEDULER] = { "replace_scheduler", HAS_ARGV, HAS_TIMEOUT | HAS_EXPECT },
	[KTSTR_OP_CAPTURE_PROCS] = { "capture_procs", HAS_NAME | HAS_CGROUP, 0 },
};

static u32 members_of(const struct ktstr_op *op)
{
	return (op->name && *op->name ? HAS_NAME : 0) | (op->argv[0] ? HAS_ARGV : 0) |
	       (op->timeout_ms ? HAS_TIMEOUT : 0) | (op->cgroup ? HAS_CGROUP : 0) |
	       (op->to ? HAS_TO : 0) | (op->cpuset.kind ? HAS_CPUSET : 0) |
	       (op->def ? HAS_DEF : 0) | (op->workers ? HAS_WORKERS : 0) |
	       (op->affinity.kind ? HAS_AFFINITY : 0) | (op->payload ? HAS_PAYLOAD : 0) |
	       (op->expect_ops ? HAS_EXPECT : 0) |
	       (op->entries || op->nr_entries ? HAS_ENTRIES : 0);
}

static int check_members(struct planner *pl, const struct ktstr_op *op)
{
	const struct op_rule *rule = &rules[op->kind];
	u32 has = members_of(op), missing = rule->must & ~has;
	u32 extra = has & ~(rule->must | rule->may);

	if (missing)
		return planner_refuse(pl, "it needs .%s", members[__builtin_ctz(missing)]);
	if (extra)
		return planner_refuse(pl, "it has no .%s; drop it", members[__builtin_ctz(extra)]);
	if (has & HAS_NAME && strlen(op->name) > WIRE_SNAP_TAG_MAX)
		return planner_refuse(pl, "its name has %zu bytes; shorten it to %u",
				      strlen(op->name), WIRE_SNAP_TAG_MAX);
	return 0;
}

static int check(struct planner *pl, const struct ktstr_op *op)
{
	if (op->at_ms >= pl->span.end_ms)
		return planner_refuse(pl, "due after %u ms, but %s ends after %u ms: raise %s",
				      op->at_ms, pl->span.what, pl->span.end_ms, pl->span.way_out);
	if (op->count > 1)
		return planner_refuse(pl, "%u times: it is carried out once; drop .count",
				      op->count);
	return 0;
}

static int set_cpuset(struct planner *pl, const struct ktstr_op *op)
{
	u32 a, b;
	int ret = planner_cgroup_find(pl, op->cgroup, &a);

	if (ret)
		return ret;
	if (op->kind == KTSTR_OP_SET_CPUSET)
		return planner_cpus_set(pl, a, &op->cpuset);
	if (op->kind == KTSTR_OP_CLEAR_CPUSET)
		return planner_cpus_clear(pl, a);
	ret = planner_cgroup_find(pl, op->to, &b);
	return ret ?: planner_cpus_swap(pl, a, b);
}

static int spawn(struct planner *pl, const struct ktstr_op *op)
{
	u32 cgroup;
	int ret = planner_cgroup_place(pl, op->cgroup, &cgroup);

	return ret ?: planner_spawn(pl, op->workers, cgroup);
}

static int run_payload(struct planner *pl, const struct ktstr_op *op)
{
	u32 cgroup;
	int ret = planner_cgroup_place(pl, op->cgroup, &cgroup);

	return ret ?: planner_payload_start(pl, op->payload, cgroup);
}

static int kill_payload(struct planner *pl, const struct ktstr_op *op)
{
	u32 index;
	int ret = planner_payload_find(pl, op->name, &index);

	return ret ?: planner_payload_kill(pl, index);
}

static int stop_cgroup(struct planner *pl, const struct ktstr_op *op)
{
	u32 cgroup, frozen, i;
	bool found = false;
	int ret = planner_cgroup_find(pl, op->cgroup, &cgroup);

	if (ret)
		return ret;
	frozen = planner_cgroup_frozen(pl, cgroup);
	if (frozen != PLANNER_OUTSIDE)
		return planner_refuse(pl,
				      "cgroup \"%s\" is frozen, its workers cannot stop: unfreeze it first",
				      pl->cgroups[frozen].name);
	for (i = 0; i < pl->p->nr_groups && !ret; i++) {
		if (!pl->groups[i].alive || pl->groups[i].cgroup != cgroup)
			continue;
		found = true;
		ret = planner_stop(pl, i);
	}
	if (!found)
		return planner_refuse(pl, "no workers run in cgroup \"%s\"", op->cgroup);
	return ret;
}

static void moved(struct planner *pl, u32 from, u32 to)
{
	size_t i;

	for (i = 0; i < pl->p->nr_groups; i++)
		if (pl->groups[i].cgroup == from)
			pl->groups[i].cgroup = to;
	for (i = 0; i < pl->p->nr_payloads; i++)
		if (pl->payloads[i].cgroup == from)
			pl->payloads[i].cgroup = to;
	planner_cpus_seen(pl);
}

static int move_all_tasks(struct planner *pl, const struct ktstr_op *op)
{
	struct scenario_op to = { .kind = SCENARIO_OP_MOVE };
	u32 a, b;
	int ret = planner_cgroup_find(pl, op->cgroup, &a);

	if (!ret)
		ret = planner_cgroup_place(pl, op->to, &b);
	if (ret)
		return ret;
	if (a == b)
		return planner_refuse(pl, "from cgroup \"%s\" to itself: name two", op->cgroup);
	if (b != PLANNER_OUTSIDE && pl->cgroups[b].step && !pl->cgroups[a].step)
		return planner_refuse(pl,
				      "tasks of \"%s\", which is the backdrop's, cannot go to \"%s\", which ends with its step: put that into the backdrop too",
				      op->cgroup, op->to);
	moved(pl, a, b);
	to.cgroup = planner_cgroup_name(pl, a);
	to.to = planner_cgroup_name(pl, b) ?: "";
	return planner_put(pl, &to, OP_MS);
}

static int remove_or_freeze(struct planner *pl, const struct ktstr_op *op)
{
	u32 cgroup;
	int ret = planner_cgroup_find(pl, op->cgroup, &cgroup);

	if (ret)
		return ret;
	if (op->kind == KTSTR_OP_REMOVE_CGROUP)
		return planner_cgroup_remove(pl, cgroup);
	return planner_cgroup_freeze(pl, cgroup, op->kind == KTSTR_OP_FREEZE_CGROUP);
}

static int capture_procs(struct planner *pl, const struct ktstr_op *op)
{
	struct scenario_op to = {
		.kind = SCENARIO_OP_CGROUP_PROCS,
		.tag = pool_strdup(&pl->p->ops.pool, op->name),
	};
	u32 cgroup;
	int ret = planner_cgroup_find(pl, op->cgroup, &cgroup);

	if (ret)
		return ret;
	if (!to.tag)
		return planner_nomem(pl);
	if (!pl->dry)
		pl->p->ops.runs += pl->round ? pl->span.rounds : 1;
	if (pl->p->ops.runs > KTSTR_OUTPUTS_MAX)
		return planner_refuse(pl, "%llu outputs so far; a run has at most %u",
				      (unsigned long long)pl->p->ops.runs, KTSTR_OUTPUTS_MAX);
	to.cgroup = planner_cgroup_name(pl, cgroup);
	return planner_put(pl, &to, OP_MS);
}

static int replace(struct planner *pl, const struct ktstr_op *op)
{
	int ret = planner_sched_detach(pl, op);

	return ret ?: planner_sched_attach(pl, op);
}

static int lay_out(struct planner *pl, const struct ktstr_op *op)
{
	switch (op->kind) {
	case KTSTR_OP_ADD_CGROUP:
		return planner_setup(pl, op->def);
	case KTSTR_OP_REMOVE_CGROUP:
	case KTSTR_OP_FREEZE_CGROUP:
	case KTSTR_OP_UNFREEZE_CGROUP:
		return remove_or_freeze(pl, op);
	case KTSTR_OP_SET_CPUSET:
	case KTSTR_OP_CLEAR_CPUSET:
	case KTSTR_OP_SWAP_CPUSETS:
		return set_cpuset(pl, op);
	case KTSTR_OP_SPAWN:
		return spawn(pl, op);
	case KTSTR_OP_STOP_CGROUP:
		return stop_cgroup(pl, op);
	case KTSTR_OP_SET_AFFINITY:
		return planner_affinity(pl, op->name, &op->affinity);
	case KTSTR_OP_MOVE_ALL_TASKS:
		return move_all_tasks(pl, op);
	case KTSTR_OP_RUN_PAYLOAD:
		return run_payload(pl, op);
	case KTSTR_OP_WAIT_PAYLOAD:
		return planner_payload_wait(pl, op->name, op->timeout_ms);
	case KTSTR_OP_KILL_PAYLOAD:
		return kill_payload(pl, op);
	case KTSTR_OP_ATTACH_SCHEDULER:
		return planner_sched_attach(pl, op);
	case KTSTR_OP_DETACH_SCHEDULER:
		return planner_sched_detach(pl, op);
	case KTSTR_OP_RESTART_SCHEDULER:
		return planner_sched_restart(pl, op);
	case KTSTR_OP_REPLACE_SCHEDULER:
		return replace(pl, op);
	}
	return capture_procs(pl, op);
}

static int watch(struct planner *pl, const char *symbol)
{
	u32 i;

	for (i = 0; i < pl->nr_watched; i++)
		if (!strcmp(pl->watched[i], symbol))
			return 0;
	if (pl->nr_watched == WATCH_USER_SLOTS)
		return planner_refuse(pl,
				      "Op::WatchSnapshot cap exceeded: scenario already registered %u watchpoints: %s, %s, %s; give one back with KTSTR_OP_UNWATCH",
				      WATCH_USER_SLOTS, pl->watched[0], pl->watched[1],
				      pl->watched[2]);
	pl->watched[pl->nr_watched++] = symbol;
	return 0;
}

static void unwatch(struct planner *pl, const char *symbol)
{
	u32 i;

	for (i = 0; i < pl->nr_watched; i++)
		if (!strcmp(pl->watched[i], symbol)) {
			pl->watched[i] = pl->watched[--pl->nr_watched];
			return;
		}
}

/* A question to the host, or a program: as in a test without steps. */
static int ask(struct planner *pl, const struct ktstr_op *op, size_t i)
{
	struct plan_ops_span span = pl->span;
	int ret = 0;

	if (!pl->round)
		span.rounds = 1;
	if (!pl->dry)
		ret = plan_ops_add(op, i, &span, &pl->p->ops, &pl->err);
	/* whether the host has a slot left for one that may fail is for it to say */
	if (!ret && op->kind == KTSTR_OP_WATCH && !op->may_fail)
		ret = planner_within(pl, watch(pl, op->name), "op %zu (watch)", i);
	if (!ret && op->kind == KTSTR_OP_UNWATCH)
		unwatch(pl, op->name);
	return ret;
}

int planner_op_check(struct planner *pl, const struct ktstr_op *op, size_t i)
{
	if (op->kind >= KTSTR_OP_NR || !rules[op->kind].name)
		return planner_refuse(pl,
				      "op %zu: kind %u does not exist; use an enum ktstr_op_kind",
				      i, op->kind);
	if (op->kind > KTSTR_OP_RUN && !pl->test->steps)
		return planner_refuse(pl, "op %zu (%s): only in a step: use .steps instead of .ops",
				      i, rules[op->kind].name);
	return planner_within(pl, check_members(pl, op), "op %zu (%s)", i, rules[op->kind].name);
}

int planner_op(struct planner *pl, const struct ktstr_op *op, size_t i)
{
	int ret = planner_op_check(pl, op, i);

	if (ret)
		return ret;
	if (op->kind <= KTSTR_OP_RUN)
		return ask(pl, op, i);
	pl->at_ms = op->at_ms;
	pl->flags = op->may_fail ? SCENARIO_OP_MAY_FAIL : 0;
	ret = check(pl, op);
	if (!ret)
		ret = lay_out(pl, op);
	pl->at_ms = 0;
	pl->flags = 0;
	return planner_within(pl, ret, "op %zu (%s)%s", i, rules[op->kind].name,
			      pl->dry ? " in the second round" : "");
}
