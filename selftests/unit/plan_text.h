/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_PLAN_TEXT_H
#define KTSTR_SELFTESTS_UNIT_PLAN_TEXT_H

/* A scenario in words, one line for each op and each group. */
#include <stdio.h>

#include "host/harness/scenario_plan.h"
#include "lib/util.h"

static inline void put_list(FILE *f, const char *before, char *const *list)
{
	if (list)
		fputs(before, f);
	for (; list && *list; list++)
		fprintf(f, " %s", *list);
}

static inline void put_op(FILE *f, const struct scenario_op *op)
{
	fprintf(f, "%u %s", op->at_ms, scenario_op_name(op->kind));
	switch (op->kind) {
	case SCENARIO_OP_CGROUP_ADD:
	case SCENARIO_OP_CGROUP_REMOVE:
		fprintf(f, " %s", op->cgroup);
		break;
	case SCENARIO_OP_CGROUP_SET:
		fprintf(f, " %s %s=%s", op->cgroup, op->to, *op->value == '\n' ? "" : op->value);
		break;
	case SCENARIO_OP_MOVE:
		fprintf(f, " %s to %s", op->cgroup, *op->to ? op->to : "the outside");
		break;
	case SCENARIO_OP_SPAWN:
	case SCENARIO_OP_STOP:
	case SCENARIO_OP_AFFINITY:
		fprintf(f, " group %u", op->group);
		put_list(f, " cpus", op->cpus);
		break;
	case SCENARIO_OP_SCHED_ATTACH:
		put_list(f, "", op->argv);
		if (op->to)
			fprintf(f, " as %s", op->to);
		break;
	default:
		if (op->tag)
			fprintf(f, ": %s", op->tag);
		put_list(f, ":", op->argv);
		if (op->cgroup)
			fprintf(f, ", in %s", op->cgroup);
	}
	fprintf(f, "%s%s\n", op->flags & SCENARIO_OP_MAY_FAIL ? ", may fail" : "",
		op->flags & SCENARIO_OP_CLEANUP ? ", clean-up" : "");
}

static inline void put_group(FILE *f, u32 i, const struct scenario_group *g)
{
	fprintf(f, "group %u: step %u, %u of %s, policy %u", i, g->step, g->workers,
		work_info(g->work.type)->name, g->policy);
	if (g->priority)
		fprintf(f, ", priority %u", g->priority);
	if (g->nice)
		fprintf(f, ", nice %d", g->nice);
	if (g->period_ns)
		fprintf(f, ", %llu of %llu every %llu ns", (unsigned long long)g->runtime_ns,
			(unsigned long long)g->deadline_ns, (unsigned long long)g->period_ns);
	if (g->mem)
		fprintf(f, ", mem %u of %#x", g->mem, g->nodes);
	if (g->uid || g->gid)
		fprintf(f, ", as %u:%u", g->uid, g->gid);
	if (g->cgroup)
		fprintf(f, ", in %s", g->cgroup);
	if (g->comm)
		fprintf(f, ", comm %s", g->comm);
	if (g->flags & SCENARIO_GROUP_THREADS)
		fprintf(f, ", threads of %s", g->pcomm ?: "one");
	put_list(f, ", cpus", g->cpus);
	fputc('\n', f);
}

static inline const struct scenario_op *put_step(FILE *f, u32 number, const struct scenario_step *s,
						 const struct scenario_op *op)
{
	u32 i;

	fprintf(f, "step %u: %u ms", number, s->hold_ms);
	if (s->loop_ms)
		fprintf(f, ", rounds of %u ms", s->loop_ms);
	fputc('\n', f);
	for (i = 0; i < s->nr_ops; i++) {
		if (s->loop_ms && i == s->loop_from)
			fputs("each round:\n", f);
		if (i == s->nr_ops - s->nr_end)
			fputs("end of step:\n", f);
		put_op(f, op++);
	}
	if (!s->nr_end)
		fputs("end of step:\n", f);
	return op;
}

/* From malloc(3). */
static inline char *plan_text(const struct scenario *sc)
{
	const struct scenario_op *op = sc->ops;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	u32 i;

	if (sc->nr_backdrop)
		fputs("backdrop:\n", f);
	for (i = 0; i < sc->nr_backdrop; i++)
		put_op(f, op++);
	for (i = 0; i < sc->nr_steps; i++)
		op = put_step(f, i + 1, &sc->steps[i], op);
	if (sc->nr_end)
		fputs("end:\n", f);
	for (i = 0; i < sc->nr_end; i++)
		put_op(f, op++);
	for (i = 0; i < sc->nr_groups; i++)
		put_group(f, i, &sc->groups[i]);
	fclose(f);
	return text;
}

#endif /* KTSTR_SELFTESTS_UNIT_PLAN_TEXT_H */
