// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "lib/names.h"
#include "lib/text.h"
#include "lib/util.h"
#include "metrics_json.h"
#include "payload.h"

/* In a finding, beside the name that is not there. */
#define NAMES_ROOM 60
#define NAME_LEN   64

static int check_metric(const char *name, const struct ktstr_metric *m, struct ktstr_err *err)
{
	if (!m->name[0] || strlen(m->name) > METRICS_JSON_PATH_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "payload \"%.64s\": a metric's name has 1 to %u bytes", name,
				     METRICS_JSON_PATH_MAX);
	if ((u32)m->polarity > KTSTR_BETTER_LOWER)
		return ktstr_err_set(err, -EINVAL,
				     "payload \"%.64s\": metric %.100s has polarity %u; use an enum ktstr_polarity",
				     name, m->name, m->polarity);
	if ((m->has_min && isnan(m->min)) || (m->has_max && isnan(m->max)) ||
	    (m->has_min && m->has_max && m->min > m->max))
		return ktstr_err_set(err, -EINVAL,
				     "payload \"%.64s\": nothing lies between the limits %g and %g of metric %.100s",
				     name, m->has_min ? m->min : -INFINITY,
				     m->has_max ? m->max : INFINITY, m->name);
	return 0;
}

static int check_payload(const char *name, const struct ktstr_payload *p, struct ktstr_err *err)
{
	struct ktstr_err why = { "" };
	const struct ktstr_metric *m;
	int ret = 0;

	if (p->exit_code < 0 || p->exit_code > 255)
		return ktstr_err_set(err, -EINVAL,
				     "payload \"%.64s\": no program exits with %d; use 0 to 255",
				     name, p->exit_code);
	if (p->metrics && p->metrics->name && !p->json)
		return ktstr_err_set(err, -EINVAL,
				     "payload \"%.64s\" has metrics and no json: set .json, and have it write JSON",
				     name);
	if (p->json && metrics_json_usable(&why))
		return ktstr_err_set(err, -EOPNOTSUPP, "payload \"%.64s\": %.400s", name, why.msg);
	for (m = p->metrics; m && m->name && !ret; m++)
		ret = check_metric(name, m, err);
	return ret;
}

int payload_check(const struct scenario_plan *plan, struct ktstr_err *err)
{
	size_t i, k;
	int ret = 0;

	for (i = 0; i < plan->nr_payloads && !ret; i++) {
		const struct scenario_payload *p = &plan->payloads[i];

		ret = check_payload(p->name, p->payload, err);
		for (k = 0; k < i && !ret; k++)
			if (p->payload != plan->payloads[k].payload &&
			    !strcmp(p->name, plan->payloads[k].name))
				ret = ktstr_err_set(err, -EINVAL,
						    "two payloads are called \"%.64s\": give one a .name of its own",
						    p->name);
	}
	return ret;
}

/* A payload that is judged, and where; one that may fail is only noted. */
struct trial {
	struct ktstr_result *res;
	const struct scenario_payload *sp;
	const struct ktstr_payload *p;
	bool may_fail;
	int err;
};

static void __printf(5, 6) tell(struct trial *t, enum ktstr_finding_kind kind, double value,
				double limit, const char *fmt, ...)
{
	struct ktstr_finding f = {
		.check = KTSTR_CHECK_PAYLOAD,
		.kind = t->may_fail ? min_t(u32, kind, KTSTR_FINDING_NOTE) : kind,
		.step = t->sp->step,
		.value = value,
		.limit = limit,
	};
	char text[sizeof(f.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!t->err)
		t->err = finding_add(&t->res->load, &f, "%s", text);
}

/* How it ended. Return: did it end by itself, as it should? */
static bool eval_end(struct trial *t, const struct ktstr_output *o)
{
	switch (o->end) {
	case WIRE_RUN_EXITED:
		if (o->code == t->p->exit_code)
			return true;
		tell(t, KTSTR_FINDING_FAIL, o->code, t->p->exit_code,
		     "payload %.64s exited with %u, expected %d: %.100s", t->sp->name, o->code,
		     t->p->exit_code, o->reason);
		return false;
	case WIRE_RUN_CANCELLED:
		tell(t, KTSTR_FINDING_NOTE, NAN, NAN, "payload %.64s ran until it was stopped",
		     t->sp->name);
		return false;
	case WIRE_RUN_TIMED_OUT:
		tell(t, KTSTR_FINDING_FAIL, o->elapsed_ns / (double)NSEC_PER_MSEC, t->p->timeout_ms,
		     "payload %.64s hung: it did not end within %u ms: %.100s", t->sp->name,
		     t->p->timeout_ms, o->reason);
		return false;
	case WIRE_RUN_SIGNALED:
		tell(t, KTSTR_FINDING_FAIL, o->code, NAN,
		     "payload %.64s was killed by signal %u: %.100s", t->sp->name, o->code,
		     o->reason);
		return false;
	case WIRE_RUN_NOT_STARTED:
		tell(t, KTSTR_FINDING_FAIL, o->code, NAN,
		     "payload %.64s could not be started: %.150s", t->sp->name, o->reason);
		return false;
	default:
		tell(t, KTSTR_FINDING_INCONCLUSIVE, NAN, NAN, "payload %.64s: %.150s", t->sp->name,
		     o->reason);
		return false;
	}
}

static const struct metric_leaf *find_leaf(const struct metric_leaves *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->nr; i++)
		if (!strcmp(l->leaf[i].path, name))
			return &l->leaf[i];
	return NULL;
}

static void metric_missing(struct trial *t, const struct metric_leaves *l, const char *name)
{
	struct names names;
	size_t i;

	names_init(&names, name);
	names.room = NAMES_ROOM;
	for (i = 0; i < l->nr; i++)
		names_add(&names, l->leaf[i].path);
	if (!l->nr)
		tell(t, KTSTR_FINDING_FAIL, NAN, NAN,
		     "payload %.40s has no metric %.80s: its output has no numbers", t->sp->name,
		     name);
	else
		tell(t, KTSTR_FINDING_FAIL, NAN, NAN,
		     "payload %.40s has no metric %.40s; %.80sthere are %s", t->sp->name, name,
		     names.hint, names_list(&names));
}

static void eval_metric(struct trial *t, const struct ktstr_metric *m, double value)
{
	bool low = m->has_min && !(value >= m->min);
	bool high = m->has_max && !(value <= m->max);
	double limit = NAN;
	char text[64] = "";

	if (low || (!high && m->has_min))
		limit = m->min;
	else if (m->has_max)
		limit = m->max;
	if (low || high)
		snprintf(text, sizeof(text), ", %s %.9g", low ? "below" : "above", limit);
	tell(t, low || high ? KTSTR_FINDING_FAIL : KTSTR_FINDING_PASS, value, limit,
	     "payload %.40s: %.80s is %.9g%s%.16s%s", t->sp->name, m->name, value,
	     m->unit ? " " : "", m->unit ?: "", text);
}

static void eval_metrics(struct trial *t, const struct metric_leaves *l)
{
	const struct ktstr_metric *m;

	for (m = t->p->metrics; m && m->name; m++) {
		const struct metric_leaf *leaf = find_leaf(l, m->name);

		if (leaf)
			eval_metric(t, m, leaf->value);
		else
			metric_missing(t, l, m->name);
	}
}

static const struct ktstr_metric *declared(const struct ktstr_payload *p, const char *name)
{
	const struct ktstr_metric *m;

	for (m = p->metrics; m && m->name; m++)
		if (!strcmp(m->name, name))
			return m;
	return NULL;
}

static int keep_metrics(struct trial *t, struct metric_leaves *l)
{
	struct ktstr_load *load = &t->res->load;
	struct ktstr_metric_value *to;
	size_t i;

	if (!l->nr)
		return 0;
	to = reallocarray(load->metrics, load->nr_metrics + l->nr, sizeof(*to));
	if (!to)
		return -ENOMEM;
	load->metrics = to;
	for (i = 0; i < l->nr; i++) {
		const struct ktstr_metric *m = declared(t->p, l->leaf[i].path);

		to = &load->metrics[load->nr_metrics++];
		*to = (struct ktstr_metric_value){
			.payload = strdup(t->sp->name),
			.name = strdup(l->leaf[i].path),
			.value = l->leaf[i].value,
			.polarity = m ? m->polarity : KTSTR_BETTER_UNKNOWN,
			.unit = m && m->unit ? strdup(m->unit) : NULL,
		};
		if (!to->payload || !to->name || (m && m->unit && !to->unit))
			return -ENOMEM;
	}
	return 0;
}

/* One that was stopped may have written nothing yet, unless it had to. */
static void eval_json(struct trial *t, const struct ktstr_output *o, bool ended)
{
	const struct ktstr_metric *m = t->p->metrics;
	struct metric_leaves l;
	struct ktstr_err err = { "" };
	int ret = metrics_json_parse(o->text, o->len, &l, &err);
	bool must = ended || (m && m->name);

	if (ret == -ENOMEM || ret == -EOPNOTSUPP)
		tell(t, KTSTR_FINDING_INCONCLUSIVE, NAN, NAN, "payload %.64s: %.150s", t->sp->name,
		     err.msg);
	else if (ret && o->truncated)
		tell(t, KTSTR_FINDING_INCONCLUSIVE, NAN, NAN,
		     "payload %.64s: only %zu of %llu bytes of its output are here: %.100s",
		     t->sp->name, o->len, (unsigned long long)o->bytes, err.msg);
	else if (ret && must)
		tell(t, KTSTR_FINDING_FAIL, NAN, NAN,
		     "payload %.64s: its output has no metrics: %.150s", t->sp->name, err.msg);
	if (!ret)
		eval_metrics(t, &l);
	if (!ret && !t->err)
		t->err = keep_metrics(t, &l);
	metrics_json_free(&l);
}

static void eval_output(struct trial *t, const struct ktstr_output *o)
{
	size_t before = t->res->load.nr_findings;
	bool ended = eval_end(t, o);

	if (t->p->json && (ended || o->end == WIRE_RUN_CANCELLED))
		eval_json(t, o, ended);
	if (ended && t->res->load.nr_findings == before)
		tell(t, KTSTR_FINDING_PASS, o->code, t->p->exit_code,
		     "payload %.64s exited with %u", t->sp->name, o->code);
}

static bool may_fail(const struct scenario_plan *plan, const char *name)
{
	u32 i;

	for (i = 0; i < plan->sc.nr_ops; i++) {
		const struct scenario_op *op = &plan->sc.ops[i];

		if (op->kind == SCENARIO_OP_PAYLOAD && op->flags & SCENARIO_OP_MAY_FAIL &&
		    op->tag && !strcmp(op->tag, name))
			return true;
	}
	return false;
}

static bool seen_before(const struct scenario_plan *plan, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (!strcmp(plan->payloads[k].name, plan->payloads[i].name))
			return true;
	return false;
}

int payload_eval(struct ktstr_result *res, const struct scenario_plan *plan)
{
	size_t i, k, found;

	for (i = 0; i < plan->nr_payloads; i++) {
		struct trial t = {
			.res = res,
			.sp = &plan->payloads[i],
			.p = plan->payloads[i].payload,
			.may_fail = may_fail(plan, plan->payloads[i].name),
		};

		/* started more than once: all of its outputs are judged at once */
		if (seen_before(plan, i))
			continue;
		for (k = found = 0; k < res->nr_outputs; k++) {
			if (strcmp(res->outputs[k].tag, t.sp->name))
				continue;
			found++;
			eval_output(&t, &res->outputs[k]);
		}
		if (!found)
			tell(&t, KTSTR_FINDING_INCONCLUSIVE, NAN, NAN,
			     "payload %.64s never ran, or nothing of it arrived", t.sp->name);
		if (t.err)
			return t.err;
	}
	return 0;
}

void payload_metrics_free(struct ktstr_load *load)
{
	size_t i;

	for (i = 0; i < load->nr_metrics; i++) {
		free(load->metrics[i].payload);
		free(load->metrics[i].name);
		free(load->metrics[i].unit);
	}
	free(load->metrics);
	load->metrics = NULL;
	load->nr_metrics = 0;
}
