// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/scenario_group.h"
#include "lib/topology.h"
#include "lib/util.h"

/* Its number is the kernel's, from 6.12 on; a C library need not know it. */
#ifndef SCHED_EXT
#define SCHED_EXT 7
#endif
#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif

#define RT_PRIORITY_MAX 99

/*
 * SGRP: the strings whose bits are set in @strings follow, cgroup, comm and pcomm,
 * then the lists of CPUs, each string with its NUL.
 */
struct scenario_group_wire {
	__le32 step;
	__le32 workers;
	__le32 type;
	__le32 flags;
	__le32 policy;
	__le32 priority;
	__le32 nice;
	__le32 mem;
	__le32 nodes;
	__le32 uid;
	__le32 gid;
	__le32 strings;
	__le32 nr_cpus;
	__le32 pad;
	__le64 runtime_ns;
	__le64 deadline_ns;
	__le64 period_ns;
	__le64 arg[WORK_ARGS];
} __packed;
static_assert(sizeof(struct scenario_group_wire) == 80 + 8 * WORK_ARGS);

#define HAS_CGROUP BIT(0)
#define HAS_COMM   BIT(1)
#define HAS_PCOMM  BIT(2)
#define HAS_ALL	   (HAS_CGROUP | HAS_COMM | HAS_PCOMM)

static bool policy_ok(const struct scenario_group *g)
{
	bool deadline = g->policy == SCHED_DEADLINE;
	bool rt = g->policy == SCHED_FIFO || g->policy == SCHED_RR;

	if (!rt && !deadline && g->policy != SCHED_OTHER && g->policy != SCHED_BATCH &&
	    g->policy != SCHED_IDLE && g->policy != SCHED_EXT)
		return false;
	if (rt ? !g->priority || g->priority > RT_PRIORITY_MAX : g->priority)
		return false;
	if (!deadline)
		return !g->runtime_ns && !g->deadline_ns && !g->period_ns;
	return g->runtime_ns && g->runtime_ns <= g->deadline_ns && g->deadline_ns <= g->period_ns &&
	       g->period_ns <= INT64_MAX;
}

static bool mem_ok(const struct scenario_group *g)
{
	u32 nr = __builtin_popcount(g->nodes);

	if (g->mem >= SCENARIO_MEM_NR || g->nodes >> TOPOLOGY_MAX_NODES)
		return false;
	if (g->mem == SCENARIO_MEM_DEFAULT || g->mem == SCENARIO_MEM_LOCAL)
		return !nr;
	return g->mem == SCENARIO_MEM_PREFERRED ? nr == 1 : nr;
}

static bool comm_ok(const char *comm)
{
	return !comm || (*comm && strlen(comm) <= SCENARIO_COMM_MAX);
}

/* What a group must be, on either side; or why it is none. */
static const char *group_wrong(const struct scenario_group *g)
{
	bool threads = g->flags & SCENARIO_GROUP_THREADS;

	if (g->workers > SCENARIO_WORKERS_MAX)
		return "too many workers";
	if (g->flags & ~SCENARIO_GROUP_THREADS)
		return "unknown flags";
	if (work_check(&g->work, g->workers, threads, NULL))
		return "its workers cannot do this work";
	if (!policy_ok(g) || g->nice < -20 || g->nice > 19)
		return "no such scheduling policy";
	if (!mem_ok(g))
		return "no such memory policy";
	if (g->uid == (u32)-1 || g->gid == (u32)-1)
		return "no such user";
	if (g->cgroup && !scenario_cgroup_ok(g->cgroup))
		return "no name of a cgroup";
	if (!comm_ok(g->comm) || !comm_ok(g->pcomm) || (g->pcomm && !threads))
		return "no name of a process";
	if (g->cpus && !scenario_cpus_ok(g->cpus))
		return "no lists of CPUs";
	return NULL;
}

void scenario_group_encode(const struct scenario_group *g, struct scenario_buf *b)
{
	struct scenario_group_wire w = {
		.step = cpu_to_le32(g->step),
		.workers = cpu_to_le32(g->workers),
		.type = cpu_to_le32(g->work.type),
		.flags = cpu_to_le32(g->flags),
		.policy = cpu_to_le32(g->policy),
		.priority = cpu_to_le32(g->priority),
		.nice = cpu_to_le32(g->nice),
		.mem = cpu_to_le32(g->mem),
		.nodes = cpu_to_le32(g->nodes),
		.uid = cpu_to_le32(g->uid),
		.gid = cpu_to_le32(g->gid),
		.nr_cpus = cpu_to_le32(scenario_strings_count(g->cpus)),
		.runtime_ns = cpu_to_le64(g->runtime_ns),
		.deadline_ns = cpu_to_le64(g->deadline_ns),
		.period_ns = cpu_to_le64(g->period_ns),
	};
	unsigned int i;

	for (i = 0; i < WORK_ARGS; i++)
		w.arg[i] = cpu_to_le64(g->work.arg[i]);
	w.strings = cpu_to_le32((g->cgroup ? HAS_CGROUP : 0) | (g->comm ? HAS_COMM : 0) |
				(g->pcomm ? HAS_PCOMM : 0));
	if (!b->err && group_wrong(g))
		b->err = -EINVAL;
	scenario_buf_put(b, &w, sizeof(w));
	scenario_buf_put_string(b, g->cgroup);
	scenario_buf_put_string(b, g->comm);
	scenario_buf_put_string(b, g->pcomm);
	scenario_buf_put_strings(b, g->cpus);
}

static void get_fixed(struct scenario_group *g, const struct scenario_group_wire *w)
{
	unsigned int i;

	g->step = le32_to_cpu(w->step);
	g->workers = le32_to_cpu(w->workers);
	g->work.type = le32_to_cpu(w->type);
	g->flags = le32_to_cpu(w->flags);
	g->policy = le32_to_cpu(w->policy);
	g->priority = le32_to_cpu(w->priority);
	g->nice = le32_to_cpu(w->nice);
	g->mem = le32_to_cpu(w->mem);
	g->nodes = le32_to_cpu(w->nodes);
	g->uid = le32_to_cpu(w->uid);
	g->gid = le32_to_cpu(w->gid);
	g->runtime_ns = le64_to_cpu(w->runtime_ns);
	g->deadline_ns = le64_to_cpu(w->deadline_ns);
	g->period_ns = le64_to_cpu(w->period_ns);
	for (i = 0; i < WORK_ARGS; i++)
		g->work.arg[i] = le64_to_cpu(w->arg[i]);
}

static int get_strings(struct scenario_group *g, const struct scenario_group_wire *w,
		       struct scenario_rest *rest)
{
	u32 strings = le32_to_cpu(w->strings);
	int ret = 0;

	if (strings & ~HAS_ALL)
		return -EBADMSG;
	if (strings & HAS_CGROUP)
		ret = scenario_take_string(rest, &g->cgroup);
	if (!ret && strings & HAS_COMM)
		ret = scenario_take_string(rest, &g->comm);
	if (!ret && strings & HAS_PCOMM)
		ret = scenario_take_string(rest, &g->pcomm);
	if (!ret)
		ret = scenario_take_strings(rest, le32_to_cpu(w->nr_cpus), &g->cpus);
	return !ret && rest->len ? -EBADMSG : ret;
}

int scenario_group_decode(struct scenario_group *g, const void *payload, size_t len,
			  const char **why)
{
	struct scenario_rest rest = { payload, len };
	struct scenario_group_wire w;
	int ret;

	*why = "too short";
	if (!scenario_take(&rest, &w, sizeof(w)))
		return -EBADMSG;
	get_fixed(g, &w);
	*why = "its strings do not fit";
	ret = get_strings(g, &w, &rest);
	if (ret)
		return ret;
	*why = w.pad ? "its padding is not 0" : group_wrong(g);
	return *why ? -EBADMSG : 0;
}

void scenario_group_free(struct scenario_group *g)
{
	free((void *)g->cgroup);
	free((void *)g->comm);
	free((void *)g->pcomm);
	scenario_strings_free(g->cpus);
}
