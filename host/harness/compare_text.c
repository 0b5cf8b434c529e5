// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <string.h>

#include "compare_report.h"
#include "lib/text.h"
#include "lib/util.h"

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* As many digits as tell runs apart. */
static const char *number(char buf[24], double v)
{
	double size = fabs(v);

	if (size >= 1000 && size < 1e12)
		snprintf(buf, 24, "%.0f", v);
	else
		snprintf(buf, 24, "%.4g", v);
	return buf;
}

static const char *mean(char buf[24], const struct sample_stat *s)
{
	return s->n ? number(buf, s->mean) : "-";
}

static const char *change(char buf[24], const struct compare_metric *m)
{
	if (!m->a.n || !m->b.n)
		return "-";
	if (!m->delta)
		return "0 %";
	if (isinf(m->rel))
		return m->rel > 0 ? "from 0" : "below 0";
	if (fabs(m->rel) >= 100)
		snprintf(buf, 24, "x %.4g", m->rel + 1);
	else
		snprintf(buf, 24, "%+.1f %%", 100 * m->rel);
	return buf;
}

static const char *chance(char buf[24], const struct compare_metric *m)
{
	if (isnan(m->p))
		return "-";
	if (m->p < 0.001)
		return "<0.001";
	snprintf(buf, 24, "%.3f", m->p);
	return buf;
}

static const char *arrow(const struct compare_metric *m, bool utf8)
{
	if (!m->a.n || !m->b.n || !m->delta)
		return " ";
	if (m->delta > 0)
		return utf8 ? "↑" : "^";
	return utf8 ? "↓" : "v";
}

static const char *word(const struct compare_metric *m)
{
	if (!m->a.n)
		return "only in B";
	if (!m->b.n)
		return "only in A";
	switch (m->outcome) {
	case COMPARE_WORSE:
		return m->must_fail ? "worse (must fail)" : "worse";
	case COMPARE_BETTER:
		return "better";
	case COMPARE_SAME:
		return "same";
	default:
		return m->info.better == KTSTR_BETTER_UNKNOWN ? "not judged" : "not comparable";
	}
}

/* The unit, unless the name ends in it. */
static const char *with_unit(char *buf, size_t room, const struct stats_info *info)
{
	size_t name = strlen(info->name), unit = strlen(info->unit);
	bool said = unit < name && info->name[name - unit - 1] == '_' &&
		    !strcmp(info->name + name - unit, info->unit);

	if (!unit || said)
		return info->name;
	snprintf(buf, room, "%s (%s)", info->name, info->unit);
	return buf;
}

static void print_metric(FILE *out, const struct compare_metric *m, const struct compare_look *l)
{
	char a[24], b[24], by[24], p[24], n[48], name[1100];

	snprintf(n, sizeof(n), "%zu/%zu", m->a.n, m->b.n);
	fprintf(out, "  %-34s %12s %12s %s %10s %7s %7s  %s\n",
		with_unit(name, sizeof(name), &m->info), mean(a, &m->a), mean(b, &m->b),
		arrow(m, l->arrows), change(by, m), n, chance(p, m), word(m));
}

/* Without --all what did not change is not shown, unless it could not be judged. */
static bool shown(const struct compare_test *t, const struct compare_metric *m,
		  const struct compare_look *l)
{
	return l->all || (m->outcome != COMPARE_SAME && !t->not_comparable[0]);
}

static void print_metrics(FILE *out, const struct compare_test *t, const struct compare_look *l)
{
	size_t i, hidden = 0, visible = 0;

	for (i = 0; i < t->nr_metrics; i++) {
		if (!shown(t, &t->metrics[i], l)) {
			hidden++;
			continue;
		}
		if (!visible++)
			fprintf(out, "  %-34s %12s %12s   %10s %7s %7s\n", "metric", "A", "B",
				"change", "n", "p");
		print_metric(out, &t->metrics[i], l);
	}
	if (hidden && t->not_comparable[0])
		fprintf(out, "  %zu metric%s: --all shows them\n", hidden, plural(hidden));
	else if (hidden)
		fprintf(out, "  %zu %smetric%s without a change that counts: --all shows them\n",
			hidden, visible ? "other " : "", plural(hidden));
}

/* "PASS", or "PASS 2, FAIL 1". */
static void print_verdicts(FILE *out, const u32 counts[COMPARE_VERDICTS])
{
	u32 i, kinds = 0, nr = 0;

	for (i = 0; i < COMPARE_VERDICTS; i++)
		kinds += !!counts[i];
	for (i = COMPARE_VERDICTS; i-- > 0;) {
		if (!counts[i])
			continue;
		fprintf(out, "%s%s", nr++ ? ", " : "", ktstr_verdict_name(i));
		if (kinds > 1)
			fprintf(out, " %u", counts[i]);
	}
}

static void print_verdict(FILE *out, const struct compare_test *t)
{
	fputs("  verdict: ", out);
	print_verdicts(out, t->verdicts[0]);
	fputs(" -> ", out);
	print_verdicts(out, t->verdicts[1]);
	if (t->verdict == COMPARE_WORSE || t->verdict == COMPARE_BETTER)
		fprintf(out, ", %s", compare_outcome_name(t->verdict));
	else if (t->no_verdict)
		fputs(", B has none any more", out);
	fputc('\n', out);
}

static void print_test(FILE *out, const struct compare_test *t, const struct compare_look *l)
{
	fprintf(out, "\n%s, %s, %s: %u run%s of A, %u of B\n", t->test,
		t->topology[0] ? t->topology : "unknown topology", t->scheduler, t->nr[0],
		plural(t->nr[0]), t->nr[1]);
	print_verdict(out, t);
	if (t->not_comparable[0])
		fprintf(out, "  not comparable: %s\n", t->not_comparable);
	if (t->warning[0])
		fprintf(out, "  careful: %s\n", t->warning);
	print_metrics(out, t, l);
}

static void print_alone(FILE *out, const struct compare *c, u32 side)
{
	bool first = true;
	size_t i;

	for (i = 0; i < c->nr_tests; i++) {
		const struct compare_test *t = &c->tests[i];

		if (t->nr[!side])
			continue;
		if (first)
			fprintf(out, "\nonly in %s:\n", side ? "B" : "A");
		fprintf(out, "  %s, %s, %s\n", t->test, t->topology, t->scheduler);
		first = false;
	}
}

const char *compare_conclusion(const struct compare *c, u32 fail_threshold, char *buf, size_t room)
{
	size_t n = c->regressions, v = c->verdict_regressions;

	if (c->status == COMPARE_REGRESSED && !n && !v)
		snprintf(buf, room, "regressed: %zu test%s missing from B", c->missing,
			 plural(c->missing));
	else if (c->status == COMPARE_REGRESSED)
		snprintf(buf, room, "regressed: %zu metric%s, %zu verdict%s", n, plural(n), v,
			 plural(v));
	else if (c->uncompared)
		snprintf(buf, room,
			 "nothing compared: no test has %.80s on both sides to compare it by",
			 c->uncompared);
	else if (c->status == COMPARE_NOTHING && !c->both)
		snprintf(buf, room, "nothing compared: no test is on both sides");
	else if (c->status == COMPARE_NOTHING)
		snprintf(buf, room,
			 "nothing compared: no test passed on both sides with figures that can be compared");
	else if (n)
		snprintf(buf, room, "no regression: %zu metric%s worse, --fail-threshold is %u", n,
			 plural(n), fail_threshold);
	else
		snprintf(buf, room, "no regression");
	return buf;
}

static void print_side(FILE *out, const struct compare_look *l, u32 side)
{
	char name[300];

	text_escape_line(name, sizeof(name), l->name[side], strlen(l->name[side]));
	fprintf(out, "%c: %s, %zu run%s\n", 'A' + side, name, l->runs[side], plural(l->runs[side]));
}

void compare_print(FILE *out, const struct compare *c, const struct compare_look *l)
{
	char line[200];
	size_t i;

	print_side(out, l, 0);
	print_side(out, l, 1);
	for (i = 0; i < c->nr_tests; i++)
		if (c->tests[i].nr[0] && c->tests[i].nr[1])
			print_test(out, &c->tests[i], l);
	print_alone(out, c, 0);
	print_alone(out, c, 1);
	fprintf(out, "\n%zu metric%s of %zu test%s compared: %zu worse, %zu better\n", c->compared,
		plural(c->compared), c->both, plural(c->both), c->regressions, c->improvements);
	fprintf(out, "%s\n", compare_conclusion(c, l->fail_threshold, line, sizeof(line)));
}

static void print_info(FILE *out, const struct stats_info *info)
{
	char gate[32];

	snprintf(gate, sizeof(gate), "%g%s%s", info->abs_gate, info->unit[0] ? " " : "",
		 info->unit);
	fprintf(out, "%-32s %-12s %-6s %9s %5.0f %%  %s\n", info->name, stats_kind_name(info->kind),
		stats_better_name(info->better), gate, 100 * info->rel_gate, info->what);
}

void compare_print_metrics(FILE *out)
{
	u32 i;

	fprintf(out, "%-32s %-12s %-6s %9s %7s  %s\n", "metric", "kind", "better", "abs gate",
		"rel", "what");
	for (i = 0; i < STATS_NR; i++)
		print_info(out, stats_info(i));
	fprintf(out,
		"Numbers of payloads are called PAYLOAD.path; relative gate %.0f %%, and those of\n"
		"which nobody said which way is better are only shown.\n",
		100 * STATS_PAYLOAD_REL_GATE);
}
