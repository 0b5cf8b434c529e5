// SPDX-License-Identifier: GPL-2.0-only
/* Groups of workers of a plan. */
#include <errno.h>
#include <string.h>

#include "host/harness/affinity.h"
#include "host/harness/plan.h"
#include "host/harness/scenario_planner.h"
#include "lib/names.h"
#include "lib/util.h"

/* Of a process; TASK_COMM_LEN less its NUL. */
#define COMM_MAX 15
/* What starting and stopping takes, at most, where nothing is wrong. */
#define GROUP_MS	100
#define WORKERS_PER_MS	2
#define STOP_TIMEOUT_MS 5000
/* 0.1 * 10 is a little above 1. */
#define ROUNDING 0.000000001

bool planner_workers_given(const struct ktstr_workers *w)
{
	return w->nr || w->per_cpu != 0 || w->name || w->work.type || w->policy ||
	       w->affinity.kind || w->comm || w->pcomm || w->threads;
}

static int count(struct planner *pl, const struct ktstr_workers *w, u32 cgroup, u32 *nr)
{
	struct cpulist cpus;
	double want;

	if (w->nr && w->per_cpu != 0)
		return planner_refuse(pl, ".nr and .per_cpu exclude each other: drop one");
	if (!w->nr && w->per_cpu == 0)
		return planner_refuse(pl, "how many workers? Set .nr or .per_cpu");
	planner_cpus(pl, cgroup, &cpus);
	want = w->nr ?: w->per_cpu * cpulist_count(&cpus);
	/* not a number is no number of workers */
	if (!(want > 0 && want <= SCENARIO_WORKERS_MAX))
		return planner_refuse(pl, "%g workers: a run has 1 to %u", want,
				      SCENARIO_WORKERS_MAX);
	*nr = want + 1 - ROUNDING;
	if (*nr > SCENARIO_WORKERS_MAX - pl->p->nr_workers)
		return planner_refuse(pl,
				      "%u workers, with %u of other groups: a run has at most %u",
				      *nr, pl->p->nr_workers, SCENARIO_WORKERS_MAX);
	return 0;
}

static int check_comm(struct planner *pl, const char *member, const char *comm)
{
	if (comm && (!*comm || strlen(comm) > COMM_MAX))
		return planner_refuse(pl, "%s \"%.40s\": a process has a name of 1 to %u bytes",
				      member, comm, COMM_MAX);
	return 0;
}

static int check_work(struct planner *pl, const struct scenario_group *g)
{
	bool threads = g->flags & SCENARIO_GROUP_THREADS;
	char topo[32];
	int ret = work_check(&g->work, g->workers, threads, &pl->err);

	if (ret)
		return ret;
	if (work_info(g->work.type)->smt && pl->topo->threads < 2)
		return planner_refuse(pl,
				      "%s needs cores of two threads, and %s has cores of one: use a topology with 2t",
				      work_info(g->work.type)->name,
				      topology_format(pl->topo, topo, sizeof(topo)));
	return 0;
}

static int check_user(struct planner *pl, const struct ktstr_workers *w)
{
	if (w->uid == (u32)-1 || w->gid == (u32)-1)
		return planner_refuse(pl, "%u is no user and no group", (u32)-1);
	return 0;
}

static int set_affinity(struct planner *pl, const struct ktstr_affinity *a, u32 cgroup, u32 workers,
			char *const **lists)
{
	struct cpulist cpus;
	struct affinity_ctx ctx = { pl->topo, &cpus, workers, &pl->draw };

	planner_cpus(pl, cgroup, &cpus);
	return affinity_lists(a, &ctx, &pl->p->ops.pool, lists, &pl->err);
}

static int fill(struct planner *pl, const struct ktstr_workers *w, u32 cgroup,
		struct scenario_group *g)
{
	struct pool *pool = &pl->p->ops.pool;
	int ret;

	g->step = pl->step;
	g->work = w->work;
	g->flags = w->threads || w->pcomm ? SCENARIO_GROUP_THREADS : 0;
	g->uid = w->uid;
	g->gid = w->gid;
	g->cgroup = planner_cgroup_name(pl, cgroup);
	g->comm = pool_strdup(pool, w->comm);
	g->pcomm = pool_strdup(pool, w->pcomm);
	if (!g->comm != !w->comm || !g->pcomm != !w->pcomm)
		return planner_nomem(pl);
	ret = count(pl, w, cgroup, &g->workers);
	if (!ret)
		ret = check_comm(pl, ".comm", w->comm);
	if (!ret)
		ret = check_comm(pl, ".pcomm", w->pcomm);
	if (!ret)
		ret = check_user(pl, w);
	if (!ret)
		ret = check_work(pl, g);
	if (!ret)
		ret = planner_policy(pl, w, cgroup, g);
	return ret ?: set_affinity(pl, &w->affinity, cgroup, g->workers, &g->cpus);
}

/* Groups without a name of their own share that of their cgroup. */
static int check_name(struct planner *pl, const struct ktstr_workers *w, const char *name,
		      u32 cgroup)
{
	size_t i;

	for (i = 0; i < pl->p->nr_groups; i++)
		if (pl->groups[i].alive && !strcmp(pl->p->groups[i].name, name) &&
		    (w->name || pl->groups[i].cgroup != cgroup))
			return planner_refuse(pl,
					      "there are workers of that name already: set another .name");
	return 0;
}

static int can_start(struct planner *pl, const struct ktstr_workers *w, const char *name,
		     u32 cgroup)
{
	u32 frozen = planner_cgroup_frozen(pl, cgroup);

	if (pl->round)
		return planner_refuse(pl,
				      "a step that loops cannot start workers in each round: put them into its .setup");
	if (frozen != PLANNER_OUTSIDE)
		return planner_refuse(pl,
				      "cgroup \"%s\" is frozen, workers could not start: unfreeze it first",
				      pl->cgroups[frozen].name);
	if (pl->p->nr_groups == SCENARIO_GROUPS_MAX)
		return planner_refuse(pl, "more than %u groups of workers: split the test",
				      SCENARIO_GROUPS_MAX);
	return check_name(pl, w, name, cgroup);
}

static int spawn(struct planner *pl, const struct ktstr_workers *w, const char *name, u32 cgroup)
{
	struct scenario_plan *p = pl->p;
	u32 i = p->nr_groups;
	struct scenario_group *g = &p->sc.groups[i];
	struct scenario_op op = { .kind = SCENARIO_OP_SPAWN, .group = i };
	int ret = can_start(pl, w, name, cgroup);

	if (!ret)
		ret = fill(pl, w, cgroup, g);
	if (ret)
		return ret;
	p->groups[i] = (struct ktstr_group){
		.name = pool_strdup(&p->ops.pool, name),
		.cgroup = pool_strdup(&p->ops.pool, g->cgroup ?: ""),
		.work = work_info(g->work.type)->name,
		.step = pl->step,
		.workers = g->workers,
	};
	if (!p->groups[i].name || !p->groups[i].cgroup)
		return planner_nomem(pl);
	pl->groups[i] = (struct planner_group){ .cgroup = cgroup, .alive = true };
	p->nr_groups++;
	p->sc.nr_groups++;
	p->nr_workers += g->workers;
	planner_cpus_seen(pl);
	return planner_put(pl, &op, GROUP_MS + g->workers / WORKERS_PER_MS);
}

int planner_spawn(struct planner *pl, const struct ktstr_workers *w, u32 cgroup)
{
	const char *name = w->name ?: planner_cgroup_name(pl, cgroup) ?: "workers";

	return planner_within(pl, spawn(pl, w, name, cgroup), "workers \"%.80s\"", name);
}

int planner_stop(struct planner *pl, u32 group)
{
	struct scenario_op op = {
		.kind = SCENARIO_OP_STOP,
		.group = group,
		.timeout_ms = STOP_TIMEOUT_MS * plan_slowdown(),
	};

	pl->groups[group].alive = false;
	return planner_put(pl, &op, GROUP_MS + pl->p->groups[group].workers / WORKERS_PER_MS);
}

static int no_such_workers(struct planner *pl, const char *name)
{
	struct names names;
	size_t i;

	names_init(&names, name);
	for (i = 0; i < pl->p->nr_groups; i++)
		if (pl->groups[i].alive)
			names_add(&names, pl->p->groups[i].name);
	return planner_refuse(pl, "workers \"%.80s\" do not exist here; %sthere are: %s", name,
			      names.hint, names_list(&names));
}

/* Said of workers that run, "nothing" takes back what was said before. */
static int new_cpus(struct planner *pl, const struct ktstr_affinity *a, u32 group,
		    char *const **lists)
{
	static const struct ktstr_affinity any = { .kind = KTSTR_AFFINITY_CROSS_CGROUP };

	if (pl->p->sc.groups[group].period_ns)
		return planner_refuse(pl,
				      "a worker with a deadline must be allowed on all CPUs: leave its affinity alone");
	return set_affinity(pl, a->kind == KTSTR_AFFINITY_INHERIT ? &any : a,
			    pl->groups[group].cgroup, pl->p->groups[group].workers, lists);
}

int planner_affinity(struct planner *pl, const char *name, const struct ktstr_affinity *a)
{
	struct scenario_op op = { .kind = SCENARIO_OP_AFFINITY };
	bool found = false;
	int ret = 0;

	for (; op.group < pl->p->nr_groups && !ret; op.group++) {
		if (!pl->groups[op.group].alive || strcmp(pl->p->groups[op.group].name, name))
			continue;
		found = true;
		ret = new_cpus(pl, a, op.group, &op.cpus);
		if (!ret)
			ret = planner_put(pl, &op, GROUP_MS);
	}
	return ret || found ? ret : no_such_workers(pl, name);
}
