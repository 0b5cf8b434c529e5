// SPDX-License-Identifier: GPL-2.0-only
/* How workers of a plan are scheduled, and where their memory is. */
#include <sched.h>

#include "host/harness/scenario_planner.h"
#include "lib/util.h"

/* Numbers are the kernel's; a C library need not know them. */
#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif
#ifndef SCHED_EXT
#define SCHED_EXT 7
#endif

#define RT_PRIORITY_MAX 99
#define NICE_MIN	(-20)
#define NICE_MAX	19
/* The kernel keeps 5 % of all CPUs free of SCHED_DEADLINE. */
#define DEADLINE_SHARE 0.95
/* And takes no period outside of these. */
#define PERIOD_US_MIN 100
#define PERIOD_US_MAX 4194304

/* Whether a scheduler is ever there: without one SCHED_EXT is as SCHED_OTHER. */
static bool has_scheduler(const struct ktstr_test *test)
{
	const struct ktstr_step *s;
	const struct ktstr_op *op;

	if (test->scheduler || test->sched)
		return true;
	for (s = test->steps; s && planner_step_given(s); s++)
		for (op = s->ops; op && op->kind; op++)
			if (op->kind == KTSTR_OP_ATTACH_SCHEDULER)
				return true;
	return false;
}

static int policy_number(const struct ktstr_test *test, u32 policy)
{
	switch (policy) {
	case KTSTR_POLICY_AUTO:
		return has_scheduler(test) ? SCHED_EXT : SCHED_OTHER;
	case KTSTR_POLICY_NORMAL:
		return SCHED_OTHER;
	case KTSTR_POLICY_BATCH:
		return SCHED_BATCH;
	case KTSTR_POLICY_IDLE:
		return SCHED_IDLE;
	case KTSTR_POLICY_FIFO:
		return SCHED_FIFO;
	case KTSTR_POLICY_RR:
		return SCHED_RR;
	case KTSTR_POLICY_DEADLINE:
		return SCHED_DEADLINE;
	case KTSTR_POLICY_EXT:
		return SCHED_EXT;
	}
	return -1;
}

/* What sched_setattr(2) would refuse only in the guest. */
static int check_admission(struct planner *pl, const struct ktstr_workers *w, u32 cgroup,
			   u32 workers)
{
	double share = (double)w->runtime_us / w->period_us * workers;
	u32 cpus = topology_cpus(pl->topo);
	struct cpulist l;

	planner_cpus(pl, cgroup, &l);
	if (w->affinity.kind != KTSTR_AFFINITY_INHERIT || cpulist_count(&l) < cpus)
		return planner_refuse(pl,
				      "a worker with a deadline must be allowed on all CPUs: drop its affinity and its cgroup's cpuset");
	if (share > DEADLINE_SHARE * cpus)
		return planner_refuse(pl,
				      "%u deadlines of %llu us every %llu us need %.1f CPUs; the kernel gives them 95 %% of %u",
				      workers, (unsigned long long)w->runtime_us,
				      (unsigned long long)w->period_us, share, cpus);
	return 0;
}

static int set_deadline(struct planner *pl, const struct ktstr_workers *w, u32 cgroup,
			struct scenario_group *g)
{
	if (!w->runtime_us || w->runtime_us > w->deadline_us || w->deadline_us > w->period_us)
		return planner_refuse(pl,
				      "deadline: runtime_us of %llu, deadline_us of %llu, period_us of %llu: each must be set, and none above the next",
				      (unsigned long long)w->runtime_us,
				      (unsigned long long)w->deadline_us,
				      (unsigned long long)w->period_us);
	if (w->period_us < PERIOD_US_MIN || w->period_us > PERIOD_US_MAX)
		return planner_refuse(pl, "deadline: period_us of %llu: use %u to %u",
				      (unsigned long long)w->period_us, PERIOD_US_MIN,
				      PERIOD_US_MAX);
	g->runtime_ns = w->runtime_us * 1000;
	g->deadline_ns = w->deadline_us * 1000;
	g->period_ns = w->period_us * 1000;
	return check_admission(pl, w, cgroup, g->workers);
}

static int set_policy(struct planner *pl, const struct ktstr_workers *w, u32 cgroup,
		      struct scenario_group *g)
{
	bool rt = w->policy == KTSTR_POLICY_FIFO || w->policy == KTSTR_POLICY_RR;
	int policy = policy_number(pl->test, w->policy);

	if (policy < 0)
		return planner_refuse(pl, "policy %u does not exist; use an enum ktstr_policy",
				      w->policy);
	if (rt && (!w->priority || w->priority > RT_PRIORITY_MAX))
		return planner_refuse(pl, "priority of %u: SCHED_FIFO and SCHED_RR take 1 to %u",
				      w->priority, RT_PRIORITY_MAX);
	if (!rt && w->priority)
		return planner_refuse(pl,
				      "priority of %u belongs to KTSTR_POLICY_FIFO and KTSTR_POLICY_RR",
				      w->priority);
	if (w->nice < NICE_MIN || w->nice > NICE_MAX)
		return planner_refuse(pl, "nice of %d: use %d to %d", w->nice, NICE_MIN, NICE_MAX);
	g->policy = policy;
	g->priority = w->priority;
	g->nice = w->nice;
	if (w->policy == KTSTR_POLICY_DEADLINE)
		return set_deadline(pl, w, cgroup, g);
	if (w->runtime_us || w->deadline_us || w->period_us)
		return planner_refuse(pl,
				      "runtime_us, deadline_us and period_us belong to KTSTR_POLICY_DEADLINE");
	return 0;
}

static int set_memory(struct planner *pl, const struct ktstr_workers *w, u32 cgroup,
		      struct scenario_group *g)
{
	bool none = w->mem == SCENARIO_MEM_DEFAULT || w->mem == SCENARIO_MEM_LOCAL;
	char want[PLANNER_CPUS_TEXT], have[PLANNER_CPUS_TEXT];
	u32 mems = planner_mems(pl, cgroup);

	if ((u32)w->mem >= SCENARIO_MEM_NR)
		return planner_refuse(pl,
				      "memory policy %u does not exist; use an enum scenario_mem",
				      w->mem);
	if (none && w->mem_nodes)
		return planner_refuse(pl,
				      "mem_nodes belong to a memory policy that names nodes, such as SCENARIO_MEM_BIND");
	if (!none && !w->mem_nodes)
		return planner_refuse(pl,
				      "its memory policy needs nodes: set .mem_nodes, one bit each");
	if (w->mem == SCENARIO_MEM_PREFERRED && w->mem_nodes & (w->mem_nodes - 1))
		return planner_refuse(pl,
				      "SCENARIO_MEM_PREFERRED takes one node; use SCENARIO_MEM_PREFERRED_MANY");
	if (w->mem_nodes & ~mems)
		return planner_refuse(pl, "mem_nodes %s: its cgroup has memory of nodes %s",
				      planner_mems_text(w->mem_nodes, want),
				      planner_mems_text(mems, have));
	g->mem = w->mem;
	g->nodes = w->mem_nodes;
	return 0;
}

int planner_policy(struct planner *pl, const struct ktstr_workers *w, u32 cgroup,
		   struct scenario_group *g)
{
	int ret = set_policy(pl, w, cgroup, g);

	return ret ?: set_memory(pl, w, cgroup, g);
}
