// SPDX-License-Identifier: GPL-2.0-only
/* Ops on cgroups. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"

static u64 limit_of(const struct op_job *job)
{
	return min(job->limit_ns, job->begin_ns + ACTION_CGROUP_NS);
}

/* Return: OP_BUSY, with the time of the next look; or that it took too long. */
static int look_again(struct op_job *job, const char *what)
{
	if (job->now_ns >= limit_of(job))
		return action_failed(job, -ETIMEDOUT, ": %s after %llu ms", what,
				     (unsigned long long)(job->now_ns - job->begin_ns) /
					     NSEC_PER_MSEC);
	job->wake_ns = job->now_ns + ACTION_RECHECK_NS;
	return OP_BUSY;
}

static int add_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	struct ktstr_err err;
	int ret = cgroup_add(&g->cgroups, job->op->cgroup, &err);

	return ret ? action_failed(job, ret, ": %.480s", err.msg) : OP_DONE;
}

const struct op_action action_cgroup_add = { .begin = add_begin };

static bool is_freeze(const struct scenario_op *op)
{
	return !strcmp(op->to, "cgroup.freeze");
}

static int set_step(void *ctx, struct op_job *job)
{
	bool wanted = job->op->value[0] == '1';
	struct guest *g = ctx;
	struct ktstr_err err;
	int ret = cgroup_event(&g->cgroups, job->op->cgroup, "frozen", &err);

	if (ret < 0)
		return action_failed(job, ret, ": %.480s", err.msg);
	if (ret == wanted)
		return OP_DONE;
	return look_again(job, wanted ? "it is not frozen" : "it is still frozen");
}

static int set_begin(void *ctx, struct op_job *job)
{
	const struct scenario_op *op = job->op;
	struct guest *g = ctx;
	struct ktstr_err err;
	int ret = cgroup_set(&g->cgroups, op->cgroup, op->to, op->value, &err);

	if (ret)
		return action_failed(job, ret, ": %.480s", err.msg);
	if (!is_freeze(op))
		return OP_DONE;
	g->froze |= op->value[0] == '1';
	return set_step(ctx, job);
}

const struct op_action action_cgroup_set = { .begin = set_begin, .step = set_step };

enum remove_stage { REMOVE_STOP, REMOVE_EMPTY };

/* What is left when its workers have reported. */
static int remove_rest(struct guest *g, struct op_job *job)
{
	const char *path = job->op->cgroup;
	struct ktstr_err err;
	int ret = cgroup_event(&g->cgroups, path, "populated", &err);

	if (ret > 0)
		return look_again(job, "there are still processes in it");
	if (!ret)
		ret = cgroup_remove(&g->cgroups, path, &err);
	/* the kernel may be a moment behind */
	if (ret == -EBUSY && job->now_ns < limit_of(job))
		return look_again(job, "busy");
	return ret ? action_failed(job, ret, ": %.480s", err.msg) : OP_DONE;
}

static int remove_step(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	struct ktstr_err err;
	int ret;

	if (job->stage == REMOVE_STOP) {
		job->wake_ns = groups_collect(&g->groups, job->now_ns, GROUPS_STOP_NS,
					      job->limit_ns, g->start_ns);
		if (groups_stopping(&g->groups, GROUPS_ALL))
			return OP_BUSY;
		job->stage = REMOVE_EMPTY;
		/* the wait for workers was not the kernel's */
		job->begin_ns = job->now_ns;
		ret = cgroup_kill(&g->cgroups, job->op->cgroup, &err);
		if (ret)
			return action_failed(job, ret, ": %.480s", err.msg);
	}
	return remove_rest(g, job);
}

static int remove_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;

	if (g->froze)
		cgroup_thaw(&g->cgroups, job->op->cgroup);
	groups_stop_within(&g->groups, job->op->cgroup, job->now_ns);
	payloads_kill_within(&g->payloads, job->op->cgroup, job->now_ns);
	return remove_step(ctx, job);
}

const struct op_action action_cgroup_remove = { .begin = remove_begin, .step = remove_step };

/* The workload alone, not what else is in the root of all cgroups. */
static int move_own(struct guest *g, struct op_job *job, struct ktstr_err *err)
{
	const struct scenario_op *op = job->op;
	u32 i, k;
	int ret = 0;

	for (i = 0; i < g->groups.nr && !ret; i++) {
		const struct group_run *r = g->groups.run[i];

		for (k = 0; !*r->cgroup && k < r->g.procs && !ret; k++)
			if (r->g.pid[k])
				ret = cgroup_put(&g->cgroups, op->to, r->g.pid[k], err);
	}
	for (i = 0; i < g->payloads.nr && !ret; i++) {
		const struct payload *p = g->payloads.list[i];

		if (!*p->cgroup && p->program.running)
			ret = cgroup_put(&g->cgroups, op->to, p->program.pid, err);
	}
	return ret;
}

static int move_step(void *ctx, struct op_job *job)
{
	const struct scenario_op *op = job->op;
	struct guest *g = ctx;
	struct ktstr_err err;
	int ret;

	if (*op->cgroup)
		ret = cgroup_move(&g->cgroups, op->cgroup, op->to, &err);
	else
		ret = move_own(g, job, &err);
	if (ret < 0)
		return action_failed(job, ret, ": %.480s", err.msg);
	if (ret)
		return look_again(job, "new processes come faster than they can be moved");
	groups_moved(&g->groups, op->cgroup, op->to);
	payloads_moved(&g->payloads, op->cgroup, op->to);
	return OP_DONE;
}

const struct op_action action_move = { .begin = move_step, .step = move_step };

static void send_text(struct outputs *o, const char *tag, const char *text, size_t len, u8 *frame)
{
	struct rout_view end = { .end = WIRE_RUN_EXITED, .bytes = len, .data = "" };
	size_t at, piece;

	outputs_start(o, tag);
	for (at = 0; at < len; at += piece) {
		piece = min_t(size_t, len - at, PROGRAM_PIECE);
		memcpy(frame + sizeof(struct wire_rout), text + at, piece);
		outputs_data(o, frame, piece);
	}
	outputs_end(o, &end);
}

static int procs_begin(void *ctx, struct op_job *job)
{
	struct guest *g = ctx;
	struct ktstr_err err;
	char *text;
	size_t len;
	u8 *frame;

	text = cgroup_procs(&g->cgroups, job->op->cgroup, &len, &err);
	if (!text)
		return action_failed(job, -errno, ": %.480s", err.msg);
	frame = malloc(sizeof(struct wire_rout) + PROGRAM_PIECE);
	if (frame)
		send_text(&g->outputs, job->op->tag, text, len, frame);
	free(frame);
	free(text);
	return frame ? OP_DONE : action_failed(job, -ENOMEM, ": no memory");
}

const struct op_action action_cgroup_procs = { .begin = procs_begin };
