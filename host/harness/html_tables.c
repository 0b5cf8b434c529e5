// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <string.h>

#include "html_draw.h"
#include "html_write.h"
#include "lib/util.h"

/* A head that begins with '#' is that of numbers. */
static void begin(FILE *out, const char *caption, const char *const *heads)
{
	fprintf(out, "<div class=\"scroll\"><table>\n<caption>%s</caption>\n<thead><tr>", caption);
	for (; *heads; heads++) {
		bool number = **heads == '#';

		fprintf(out, "<th scope=\"col\"%s>%s</th>", number ? " class=\"n\"" : "",
			*heads + number);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
}

static void end(FILE *out)
{
	fputs("</tbody></table></div>\n", out);
}

static void put_text(FILE *out, const char *text)
{
	fputs("<td>", out);
	html_text(out, text);
	fputs("</td>", out);
}

static void put_number(FILE *out, double v)
{
	fputs("<td class=\"n\">", out);
	html_number(out, v);
	fputs("</td>", out);
}

static void put_time(FILE *out, double us)
{
	fputs("<td class=\"n\">", out);
	html_time(out, us);
	fputs("</td>", out);
}

/* To the millisecond; what is no time is @none. */
static void put_seconds(FILE *out, double s, const char *none)
{
	if (s >= 0)
		fprintf(out, "<td class=\"n\">%.3f</td>", s);
	else
		fprintf(out, "<td class=\"n\">%s</td>", none);
}

static void put_step(FILE *out, u32 step)
{
	if (step)
		fprintf(out, "<td class=\"n\">%u</td>", step);
	else
		fputs("<td class=\"n\">–</td>", out);
}

static void put_cgroup(FILE *out, const char *name)
{
	put_text(out, !name ? "–" : name[0] ? name : "outside of all cgroups");
}

static void put_findings(FILE *out, const struct html_run *r)
{
	static const char *const heads[] = { "result", "check", "cgroup", "#step", "what", NULL };
	size_t i;

	if (!r->nr_findings)
		return;
	begin(out, "Checks", heads);
	for (i = 0; i < r->nr_findings; i++) {
		const struct html_finding *f = &r->findings[i];

		fputs("<tr><td><span class=\"kind k-", out);
		html_text(out, f->kind);
		fputs("\">", out);
		html_text(out, f->kind);
		fputs("</span></td>", out);
		put_text(out, f->check);
		put_cgroup(out, f->cgroup);
		put_step(out, f->step);
		put_text(out, f->text);
		fputs("</tr>\n", out);
	}
	end(out);
}

static void put_phases(FILE *out, const struct html_run *r)
{
	static const char *const heads[] = {
		"#step",       "name",		"#from, s",   "#length, s",	"#workers",
		"#cgroups",    "#iterations/s", "#imbalance", "#tasks per CPU", "#DSQ max",
		"#fallback/s", "#keep_last/s",	NULL,
	};
	size_t i;

	if (!r->nr_phases)
		return;
	begin(out,
	      "Steps <span class=\"faint\">(imbalance: the longest run queue over the shortest, mean; at most)</span>",
	      heads);
	for (i = 0; i < r->nr_phases; i++) {
		const struct html_phase *p = &r->phases[i];

		fputs("<tr>", out);
		put_step(out, p->step);
		put_text(out, p->name);
		put_seconds(out, p->from_s, "–");
		put_seconds(out, p->to_s - p->from_s, isfinite(p->to_s) ? "–" : "did not end");
		put_number(out, p->workers);
		put_number(out, p->cgroups);
		fprintf(out, "<td class=\"n\">");
		html_number(out, isfinite(p->rate) ? (double)(s64)(p->rate + 0.5) : p->rate);
		fputs("</td><td class=\"n\">", out);
		html_number(out, p->imbalance_avg);
		fputs("; ", out);
		html_number(out, p->imbalance_max);
		fputs("</td>", out);
		put_number(out, p->running_avg);
		put_number(out, p->dsq_max);
		put_number(out, p->fallback);
		put_number(out, p->keep_last);
		fputs("</tr>\n", out);
	}
	end(out);
}

static void put_cgroups(FILE *out, const struct html_run *r)
{
	static const char *const heads[] = {
		"cgroup",	"#step",	"#workers",    "#CPUs",	      "#off CPU, %",
		"#spread, %",	"#gap, ms",	"#migrations", "#iterations", "#run delay",
		"#wake-up p50", "#wake-up p99", NULL,
	};
	size_t i;

	if (!r->nr_cgroups)
		return;
	begin(out, "Cgroups", heads);
	for (i = 0; i < r->nr_cgroups; i++) {
		const struct html_cgroup *c = &r->cgroups[i];

		fputs("<tr>", out);
		put_cgroup(out, c->name);
		put_step(out, c->step);
		put_number(out, c->workers);
		put_number(out, c->cpus);
		put_number(out, c->off_cpu);
		put_number(out, c->spread);
		put_number(out, c->gap_ms);
		put_number(out, c->migrations);
		put_number(out, c->iterations);
		put_time(out, c->run_delay_us);
		put_time(out, c->wake.samples > 0 ? c->wake.p50_us : (double)NAN);
		put_time(out, c->wake.samples > 0 ? c->wake.p99_us : (double)NAN);
		fputs("</tr>\n", out);
	}
	end(out);
}

static void put_marks(FILE *out, const struct html_run *r)
{
	static const char *const heads[] = { "#at, s", "what", "name", "in words", NULL };
	size_t i;

	if (!r->nr_marks)
		return;
	begin(out, "What happened", heads);
	for (i = 0; i < r->nr_marks; i++) {
		const struct html_mark *m = &r->marks[i];

		fprintf(out, "<tr><td class=\"n\">%.3f</td>", m->t_s);
		put_text(out, m->kind == HTML_MARK_DEATH ? "scheduler failed" : m->what);
		put_text(out, m->name);
		put_text(out, m->text);
		fputs("</tr>\n", out);
	}
	end(out);
}

static void put_log(FILE *out, const char *what, const char *const *lines, size_t nr)
{
	size_t i;

	if (!nr)
		return;
	fprintf(out, "<details><summary>%s, the last %zu line%s</summary><pre>", what, nr,
		nr == 1 ? "" : "s");
	for (i = 0; i < nr; i++) {
		html_text(out, lines[i]);
		fputc('\n', out);
	}
	fputs("</pre></details>\n", out);
}

void html_tables(FILE *out, const struct html_run *r)
{
	put_findings(out, r);
	put_phases(out, r);
	put_cgroups(out, r);
	put_marks(out, r);
	if (r->left_out)
		fprintf(out,
			"<p class=\"none\">%zu more rows are in the JSON result and not shown here.</p>\n",
			r->left_out);
	put_log(out, "Output of the scheduler", r->sched_log, r->nr_sched_log);
	put_log(out, "Console of the guest", r->console, r->nr_console);
}
