// SPDX-License-Identifier: GPL-2.0-only
/* Ops on workers and payloads. */
#include <errno.h>

#include "actions.h"

/* A descriptor of the cgroup, -1 for "stay where we are". */
static int open_cgroup(struct guest *g, const char *path, int *fd, struct ktstr_err *err)
{
	*fd = -1;
	if (!path || !*path)
		return 0;
	*fd = cgroup_open(&g->cgroups, path, err);
	return *fd < 0 ? *fd : 0;
}

static int spawn_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	/* Its index was checked when it was decoded. */
	const char *cgroup = g->sc->groups[job->op->group].cgroup;
	struct ktstr_err err;
	int fd, ret;

	ret = open_cgroup(g, cgroup, &fd, &err);
	if (!ret)
		ret = groups_start(&g->groups, job->op->group, fd, g->out_w, g->errout_w, &err);
	close_fd(&fd);
	if (ret)
		return action_failed(job, ret, " in cgroup '%.80s': %.400s", cgroup ? cgroup : "",
				     err.msg);
	/* Those of the backdrop begin with the scenario. */
	if (g->start_ns)
		groups_release(&g->groups);
	return OP_DONE;
}

const struct op_action action_spawn = { .begin = spawn_begin };

static int stop_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	job->wake_ns = groups_collect(&g->groups, job->now_ns, job->op->timeout_ms * NSEC_PER_MSEC,
				      job->limit_ns, g->start_ns);
	return groups_stopping(&g->groups, job->op->group) ? OP_BUSY : OP_DONE;
}

/* One that cannot move cannot stop either. */
static void thaw(struct guest *g, u32 group)
{
	u32 i;

	for (i = 0; i < g->groups.nr; i++)
		if (group == GROUPS_ALL || g->groups.run[i]->g.index == group)
			cgroup_thaw(&g->cgroups, g->groups.run[i]->cgroup);
}

/* All that are to stop now are told so at once: none works longer than the others. */
static int stop_begin(void *ctx, struct op_job *job)
{
	const struct scenario_op *op = job->op;
	struct guest *g = ctx;

	for (; op < job->end && op->kind == SCENARIO_OP_STOP && op->at_ms <= job->op->at_ms; op++) {
		if (g->froze && op->flags & SCENARIO_OP_CLEANUP)
			thaw(g, op->group);
		groups_stop(&g->groups, op->group, job->now_ns);
	}
	return stop_step(ctx, job);
}

const struct op_action action_stop = { .begin = stop_begin, .step = stop_step };

static int affinity_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	struct ktstr_err err;
	int ret = groups_affinity(&g->groups, job->op->group, job->op->cpus, &err);

	return ret ? action_failed(job, ret, ": %.480s", err.msg) : OP_DONE;
}

const struct op_action action_affinity = { .begin = affinity_begin };

/* That it could not be executed is told by payloads_failed(). */
static int payload_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	struct ktstr_err err;
	int fd, ret;

	ret = open_cgroup(g, job->op->cgroup, &fd, &err);
	if (!ret)
		ret = payloads_start(&g->payloads, job->op, fd, job->now_ns, &err);
	close_fd(&fd);
	return ret ? action_failed(job, ret, ": %.480s", err.msg) : OP_DONE;
}

const struct op_action action_payload = { .begin = payload_begin };

static int wait_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	u64 deadline = job->begin_ns + job->op->timeout_ms * NSEC_PER_MSEC;

	if (!payloads_running(&g->payloads, job->op->tag))
		return OP_DONE;
	job->wake_ns = min(deadline, job->limit_ns);
	if (job->now_ns >= job->wake_ns)
		return action_failed(job, -ETIMEDOUT, ": it had not ended after %llu ms",
				     (unsigned long long)(job->now_ns - job->begin_ns) /
					     NSEC_PER_MSEC);
	return OP_BUSY;
}

const struct op_action action_payload_wait = { .begin = wait_step, .step = wait_step };

/* It goes, or is given up after PROGRAM_KILL_NS: payloads_step() sees to that. */
static int kill_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	job->wake_ns = UINT64_MAX;
	return payloads_running(&g->payloads, job->op->tag) ? OP_BUSY : OP_DONE;
}

static int kill_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	payloads_kill(&g->payloads, job->op->tag, job->now_ns);
	return kill_step(ctx, job);
}

const struct op_action action_payload_kill = { .begin = kill_begin, .step = kill_step };
