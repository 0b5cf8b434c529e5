// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <string.h>

#include "compare_report.h"
#include "host/inspect/json_text.h"

#define COMPARE_JSON_FORMAT 1

static void put_double(json_writer_t *w, const char *name, double v)
{
	if (isfinite(v))
		jsonw_float_field_fmt(w, name, "%.9g", v);
	else
		jsonw_null_field(w, name);
}

static void put_stat(json_writer_t *w, const char *name, const struct sample_stat *s)
{
	if (!s->n) {
		jsonw_null_field(w, name);
		return;
	}
	json_start(w, name);
	jsonw_uint_field(w, "n", s->n);
	put_double(w, "mean", s->mean);
	put_double(w, "median", s->median);
	put_double(w, "variance", s->var);
	put_double(w, "min", s->min);
	put_double(w, "max", s->max);
	jsonw_end_object(w);
}

static void put_info(json_writer_t *w, const struct stats_info *info)
{
	json_text_field(w, "name", info->name);
	json_text_field(w, "unit", info->unit);
	jsonw_string_field(w, "kind", stats_kind_name(info->kind));
	jsonw_string_field(w, "better", stats_better_name(info->better));
	put_double(w, "abs_gate", info->abs_gate);
}

static void put_metric(json_writer_t *w, const struct compare_metric *m)
{
	jsonw_start_object(w);
	put_info(w, &m->info);
	put_double(w, "rel_gate", m->rel_gate);
	jsonw_string_field(w, "outcome", compare_outcome_name(m->outcome));
	jsonw_bool_field(w, "must_fail", m->must_fail);
	put_stat(w, "a", &m->a);
	put_stat(w, "b", &m->b);
	put_double(w, "delta", m->delta);
	put_double(w, "relative", m->rel);
	put_double(w, "p", m->p);
	jsonw_bool_field(w, "disjoint", m->disjoint);
	jsonw_end_object(w);
}

static void put_verdicts(json_writer_t *w, const char *name, const u32 counts[COMPARE_VERDICTS])
{
	u32 i;

	json_start(w, name);
	for (i = 0; i < COMPARE_VERDICTS; i++)
		jsonw_uint_field(w, ktstr_verdict_name(i), counts[i]);
	jsonw_end_object(w);
}

static void put_note(json_writer_t *w, const char *name, const char *note)
{
	json_text_field(w, name, note[0] ? note : NULL);
}

static void put_test(json_writer_t *w, const struct compare_test *t)
{
	size_t i;

	jsonw_start_object(w);
	json_text_field(w, "test", t->test);
	json_text_field(w, "topology", t->topology);
	json_text_field(w, "scheduler", t->scheduler);
	put_verdicts(w, "verdicts_a", t->verdicts[0]);
	put_verdicts(w, "verdicts_b", t->verdicts[1]);
	jsonw_string_field(w, "verdict", compare_outcome_name(t->verdict));
	put_note(w, "not_comparable", t->not_comparable);
	put_note(w, "warning", t->warning);
	jsonw_name(w, "metrics");
	jsonw_start_array(w);
	for (i = 0; i < t->nr_metrics; i++)
		put_metric(w, &t->metrics[i]);
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void put_side(json_writer_t *w, const char *name, const struct compare_look *l, u32 side)
{
	json_start(w, name);
	json_text_field(w, "from", l->name[side]);
	jsonw_uint_field(w, "runs", l->runs[side]);
	jsonw_end_object(w);
}

static void put_counts(json_writer_t *w, const struct compare *c, const struct compare_look *l)
{
	static const char *const names[] = {
		[COMPARE_OK] = "ok",
		[COMPARE_REGRESSED] = "regressed",
		[COMPARE_NOTHING] = "nothing compared",
	};
	char line[200];

	jsonw_string_field(w, "status", names[c->status]);
	jsonw_uint_field(w, "exit_status", c->status);
	json_text_field(w, "conclusion",
			compare_conclusion(c, l->fail_threshold, line, sizeof(line)));
	jsonw_uint_field(w, "compared", c->compared);
	jsonw_uint_field(w, "regressions", c->regressions);
	jsonw_uint_field(w, "verdict_regressions", c->verdict_regressions);
	jsonw_uint_field(w, "must_fail", c->must_fail);
	jsonw_uint_field(w, "improvements", c->improvements);
	jsonw_uint_field(w, "missing", c->missing);
	jsonw_uint_field(w, "added", c->added);
}

int compare_json(FILE *out, const struct compare *c, const struct compare_look *l)
{
	json_writer_t *w = jsonw_new(out);
	size_t i;

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_object(w);
	jsonw_uint_field(w, "format", COMPARE_JSON_FORMAT);
	put_counts(w, c, l);
	put_side(w, "a", l, 0);
	put_side(w, "b", l, 1);
	jsonw_name(w, "tests");
	jsonw_start_array(w);
	for (i = 0; i < c->nr_tests; i++)
		put_test(w, &c->tests[i]);
	jsonw_end_array(w);
	jsonw_end_object(w);
	jsonw_destroy(&w);
	return ferror(out) ? -EIO : 0;
}

int compare_json_metrics(FILE *out)
{
	json_writer_t *w = jsonw_new(out);
	u32 i;

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_array(w);
	for (i = 0; i < STATS_NR; i++) {
		jsonw_start_object(w);
		put_info(w, stats_info(i));
		put_double(w, "rel_gate", stats_info(i)->rel_gate);
		json_text_field(w, "what", stats_info(i)->what);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_destroy(&w);
	return ferror(out) ? -EIO : 0;
}
