// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest_text.h"
#include "host/inspect/value.h"
#include "ktstr_value.h"
#include "lib/text.h"
#include "lib/util.h"
#include "sweep.h"
#include "verifier_log.h"

/* When the programs are read, after scenario start. */
#define LOOK_AT_MS 200
/* Values of prog_runtime_stats that are looked at. */
#define VALUES_MAX 8192

int sweep_init(struct sweep *s)
{
	u32 i, per_sched = s->nr_kernels * s->nr_machines;

	s->nr_cells = s->nr_scheds * per_sched;
	s->cells = calloc(s->nr_cells, sizeof(*s->cells));
	if (!s->cells)
		return -ENOMEM;
	for (i = 0; i < s->nr_cells; i++) {
		s->cells[i].sched = i / per_sched;
		s->cells[i].kernel = i % per_sched / s->nr_machines;
		s->cells[i].machine = i % s->nr_machines;
	}
	return 0;
}

void sweep_cell_free(struct sweep_cell *c)
{
	free(c->progs);
	free(c->log);
	free(c->raw);
	memset(c, 0, sizeof(*c));
}

void sweep_free(struct sweep *s)
{
	u32 i;

	for (i = 0; s->cells && i < s->nr_cells; i++)
		sweep_cell_free(&s->cells[i]);
	free(s->cells);
	s->cells = NULL;
	s->nr_cells = 0;
}

const char *sweep_sched_name(const struct sweep *s, u32 sched)
{
	const char *slash = strrchr(s->scheds[sched], '/');

	return slash ? slash + 1 : s->scheds[sched];
}

const char *sweep_cell_name(const struct sweep *s, const struct sweep_cell *c, char *buf,
			    size_t len)
{
	snprintf(buf, len, "verifier/%s/%s/%s", sweep_sched_name(s, c->sched),
		 s->kernels[c->kernel].label, s->machines[c->machine].name);
	return buf;
}

/* The number of the cell makes unique what two names come to. */
const char *sweep_cell_file(const struct sweep *s, const struct sweep_cell *c, char *buf,
			    size_t len)
{
	bool several = s->nr_kernels > 1;
	char *p;

	snprintf(buf, len, "verifier-%.32s-%.16s-%.*s%s%u", sweep_sched_name(s, c->sched),
		 s->machines[c->machine].name, several ? 24 : 0, s->kernels[c->kernel].label,
		 several ? "-" : "", (u32)(c - s->cells) + 1);
	for (p = buf; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			*p = '-';
	return buf;
}

static const struct ktstr_op look_op[] = {
	{ .kind = KTSTR_OP_CAPTURE, .at_ms = LOOK_AT_MS, .tag = SWEEP_TAG },
};

void sweep_run_cell(struct sweep *s, struct sweep_cell *c, bool (*stop)(void *ctx), void *stop_ctx)
{
	char name[128];
	const struct ktstr_test test = {
		.name = sweep_cell_file(s, c, name, sizeof(name)),
		.kernel = s->kernels[c->kernel].path,
		.topo = s->machines[c->machine].topo,
		.scheduler = s->scheds[c->sched],
		/* spinning workers, one for each CPU, SCHED_EXT under a scheduler */
		.duration_ms = SWEEP_DURATION_MS,
		.attach_ms = SWEEP_ATTACH_MS,
		.ops = look_op,
		.nr_ops = ARRAY_SIZE(look_op),
		.out_dir = s->out_dir,
		.stop = stop,
		.stop_ctx = stop_ctx,
	};
	struct ktstr_result res;

	ktstr_run(&test, &res);
	sweep_cell_fill(c, &res);
	ktstr_result_free(&res);
}

/* The full name of its function where its types say, else the first 15 characters. */
static bool prog_fill(struct sweep_prog *p, const struct value *v)
{
	const char *ops = value_text(ktstr_value_get(v, "struct_ops", NULL));
	const char *name = value_text(ktstr_value_get(v, "func", NULL));
	const char *attach = value_text(ktstr_value_get(v, "attach", NULL));

	if (!name)
		name = value_text(ktstr_value_get(v, "name", NULL));
	if (!ops || !*ops || !name ||
	    !value_u64(ktstr_value_get(v, "verified_insns", NULL), &p->verified_insns))
		return false;
	guest_line(p->name, sizeof(p->name), name, strlen(name));
	guest_line(p->attach, sizeof(p->attach), attach ?: "", attach ? strlen(attach) : 0);
	return p->name[0];
}

static int by_name(const void *a, const void *b)
{
	const struct sweep_prog *p = a, *q = b;
	int diff = strcmp(p->name, q->name);

	if (diff)
		return diff;
	return p->verified_insns < q->verified_insns ? -1 : p->verified_insns > q->verified_insns;
}

static void fill_progs(struct sweep_cell *c, const struct value *all)
{
	const struct value *v = value_first(all);
	u32 looked;

	c->progs = calloc(SWEEP_PROGS_MAX, sizeof(*c->progs));
	for (looked = 0; c->progs && v && looked < VALUES_MAX; looked++, v = value_next(v))
		if (c->nr_progs < SWEEP_PROGS_MAX && prog_fill(&c->progs[c->nr_progs], v))
			c->nr_progs++;
	if (c->nr_progs) {
		qsort(c->progs, c->nr_progs, sizeof(*c->progs), by_name);
		return;
	}
	free(c->progs);
	c->progs = NULL;
}

/* The standstill that was asked for, else one of a scheduler that failed before it. */
static void find_progs(struct sweep_cell *c, const struct ktstr_result *res, struct ktstr_err *err)
{
	const struct ktstr_snapshot *asked = ktstr_snapshot_find(res, SWEEP_TAG);
	const struct value *all = ktstr_snapshot_value(asked, "prog_runtime_stats", err);
	size_t i;

	if (all)
		fill_progs(c, all);
	for (i = 0; !c->nr_progs && i < res->nr_snapshots; i++) {
		all = ktstr_snapshot_value(&res->snapshots[i], "prog_runtime_stats", NULL);
		if (all)
			fill_progs(c, all);
	}
}

static bool all_progressed(const struct ktstr_result *res)
{
	u32 i;

	for (i = 0; i < res->nr_workers; i++)
		if (!res->workers[i].work_units)
			return false;
	return res->nr_workers;
}

static void fill_log(struct sweep_cell *c, const struct ktstr_result *res)
{
	struct verifier_log v;

	if (res->verdict != KTSTR_FAIL || !res->sched_log || !res->sched_log_len)
		return;
	c->raw = strndup(res->sched_log, res->sched_log_len);
	if (!verifier_log_collapse(res->sched_log, res->sched_log_len, &v))
		c->log = v.text;
}

void sweep_cell_fill(struct sweep_cell *c, const struct ktstr_result *res)
{
	struct ktstr_err err = { "" };

	c->done = true;
	c->verdict = res->verdict;
	c->infra = res->infra;
	c->reason = res->reason;
	text_escape_line(c->text, sizeof(c->text), res->reason_text, strlen(res->reason_text));
	text_escape_line(c->ops, sizeof(c->ops), res->ops, strlen(res->ops));
	c->attached = res->timings.attach_ns && res->ops[0];
	c->workers = res->nr_workers;
	c->elapsed_ns = res->timings.total_ns;
	c->dispatched = c->attached && all_progressed(res) &&
			res->reason != KTSTR_REASON_SCHED_DIED &&
			res->reason != KTSTR_REASON_SCHED_EJECTED;
	find_progs(c, res, &err);
	fill_log(c, res);
	if (c->verdict != KTSTR_PASS || (c->nr_progs && c->attached && c->dispatched))
		return;
	c->verdict = KTSTR_INCONCLUSIVE;
	c->reason = KTSTR_REASON_OBSERVER_BLIND;
	if (!c->attached || !c->dispatched)
		snprintf(c->text, sizeof(c->text), "no proof that it %s",
			 c->attached ? "dispatched" : "attached");
	else
		snprintf(c->text, sizeof(c->text),
			 "attached, but no struct_ops program was seen in the guest: %.500s",
			 err.msg[0] ? err.msg : res->observer_text);
}

int sweep_exit_code(const struct sweep *s)
{
	bool failed = false, infra = false, open = false, passed = false;
	u32 i;

	for (i = 0; i < s->nr_cells; i++) {
		const struct sweep_cell *c = &s->cells[i];

		if (!c->done)
			open = true;
		else if (c->infra)
			infra = true;
		else if (c->verdict == KTSTR_FAIL)
			failed = true;
		else if (c->verdict == KTSTR_INCONCLUSIVE)
			open = true;
		else if (c->verdict == KTSTR_PASS)
			passed = true;
	}
	if (failed)
		return 1;
	if (infra)
		return 3;
	if (open)
		return 2;
	return passed ? 0 : 4;
}
