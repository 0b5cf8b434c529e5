// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "html_draw.h"
#include "html_write.h"
#include "lib/util.h"
#include "result_files.h"

/* As much as a result can be. */
#define FILE_MAX (256U << 20)

static int read_run(struct html_runs *runs, const char *path, struct ktstr_err *err)
{
	size_t len;
	char *text = file_read(path, FILE_MAX, &len);
	int ret;

	if (!text)
		return ktstr_err_set(err, -errno, "%.300s: %s", path, strerror(errno));
	ret = html_run_parse(&runs->run[runs->nr++], path, text, len, err);
	free(text);
	return ret;
}

/* Stable: few runs, of four weights. */
static void sort_runs(struct html_runs *runs)
{
	size_t i, at;

	for (i = 1; i < runs->nr; i++) {
		struct html_run one = runs->run[i];

		for (at = i; at && runs->run[at - 1].weight < one.weight; at--)
			runs->run[at] = runs->run[at - 1];
		runs->run[at] = one;
	}
}

int html_runs_read(struct html_runs *runs, const char *place, struct ktstr_err *err)
{
	struct strv files = { 0 };
	int ret = result_files_find(place, &files, err);
	size_t i;

	if (!ret && files.nr > HTML_RUNS_MAX)
		ret = ktstr_err_set(err, -E2BIG,
				    "%.300s: %zu results, more than the %u that fit on a page; name a directory in it",
				    place, files.nr, HTML_RUNS_MAX);
	if (!ret) {
		runs->run = calloc(files.nr, sizeof(*runs->run));
		if (!runs->run)
			ret = ktstr_err_set(err, -ENOMEM, "out of memory");
	}
	for (i = 0; !ret && i < files.nr; i++)
		ret = read_run(runs, files.v[i], err);
	strv_free(&files);
	sort_runs(runs);
	return ret;
}

void html_runs_free(struct html_runs *runs)
{
	size_t i;

	for (i = 0; i < runs->nr; i++)
		html_run_free(&runs->run[i]);
	free(runs->run);
	memset(runs, 0, sizeof(*runs));
}

static void put_verdict(FILE *out, const struct html_run *r)
{
	fputs("<span class=\"verdict v-", out);
	html_text(out, r->verdict);
	fputs("\">", out);
	html_text(out, r->verdict);
	fputs("</span>", out);
}

static void put_count(FILE *out, const struct html_runs *runs, const char *verdict,
		      const char **sep)
{
	size_t i, nr = 0;

	for (i = 0; i < runs->nr; i++)
		nr += !strcmp(runs->run[i].verdict, verdict);
	if (!nr)
		return;
	fprintf(out, "%s%zu <span class=\"verdict v-%s\">%s</span>", *sep, nr, verdict, verdict);
	*sep = ", ";
}

static void put_counts(FILE *out, const struct html_runs *runs)
{
	static const char *const verdicts[] = { "FAIL", "INCONCLUSIVE", "PASS", "SKIP" };
	const char *sep = ": ";
	size_t i;

	fprintf(out, "<p>%zu run%s", runs->nr, runs->nr == 1 ? "" : "s");
	for (i = 0; i < ARRAY_SIZE(verdicts); i++)
		put_count(out, runs, verdicts[i], &sep);
	fputs("</p>\n", out);
}

static void put_cell(FILE *out, const char *text, size_t max)
{
	fputs("<td>", out);
	html_short(out, text ?: "–", max);
	fputs("</td>", out);
}

static void put_index(FILE *out, const struct html_runs *runs)
{
	static const char *const heads[] = { "test", "verdict", "reason", "scheduler", "topology" };
	size_t i;

	if (!runs->nr)
		return;
	fputs("<div class=\"scroll\"><table>\n<caption>Runs</caption>\n<thead><tr>", out);
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		fprintf(out, "<th scope=\"col\">%s</th>", heads[i]);
	fputs("<th scope=\"col\" class=\"n\">duration, s</th></tr></thead>\n<tbody>\n", out);
	for (i = 0; i < runs->nr; i++) {
		const struct html_run *r = &runs->run[i];

		fprintf(out, "<tr><td><a href=\"#t%zu\">", i);
		html_short(out, r->name, 100);
		fputs("</a></td><td>", out);
		put_verdict(out, r);
		fputs("</td>", out);
		put_cell(out, r->reason, 60);
		put_cell(out, r->scheduler, 60);
		put_cell(out, r->topology, 40);
		fputs("<td class=\"n\">", out);
		if (isfinite(r->duration_s))
			fprintf(out, "%.2f", r->duration_s);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_fact(FILE *out, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	fprintf(out, "<div><dt>%s</dt><dd>", name);
	html_short(out, text, 200);
	fputs("</dd></div>\n", out);
}

static void put_figure(FILE *out, const char *name, double v, const char *unit)
{
	if (!isfinite(v))
		return;
	fprintf(out, "<div><dt>%s</dt><dd>", name);
	html_number(out, v);
	fprintf(out, "%s</dd></div>\n", unit);
}

static void put_facts(FILE *out, const struct html_run *r)
{
	fputs("<dl>\n", out);
	put_fact(out, "scheduler", r->scheduler);
	put_fact(out, "topology", r->topology);
	put_figure(out, "guest CPUs", r->vcpus, "");
	put_fact(out, "guest kernel", r->kernel);
	put_fact(out, "stage", r->stage);
	put_figure(out, "took",
		   isfinite(r->duration_s) ? (s64)(r->duration_s * 1000) / 1000.0 : r->duration_s,
		   " s");
	put_fact(out, "monitor", r->monitor);
	put_fact(out, "host", r->emulated ? "emulated: times are not real hardware's" : "KVM");
	put_fact(out, "host CPU", r->host_cpu);
	put_fact(out, "host kernel", r->host_kernel);
	put_figure(out, "host CPUs", r->cpu_budget, "");
	put_figure(out, "dilation", r->dilation, "");
	put_fact(out, "scheduler commit", r->commit);
	put_fact(out, "session", r->run_id);
	put_fact(out, "when", r->when);
	put_fact(out, "dump", r->dump);
	fputs("</dl>\n", out);
}

static void put_run(FILE *out, const struct html_run *r, size_t nr)
{
	char id[32];

	snprintf(id, sizeof(id), "t%zu", nr);
	fprintf(out, "<section id=\"%s\">\n<h2>", id);
	html_short(out, r->name, 200);
	fputc(' ', out);
	put_verdict(out, r);
	fputs("</h2>\n<p class=\"summary\">", out);
	if (r->reason && strcmp(r->reason, "pass")) {
		fputs("<b>", out);
		html_text(out, r->reason);
		fputs("</b>: ", out);
	}
	html_text(out, r->text);
	fputs("</p>\n", out);
	put_facts(out, r);
	html_timeline(out, id, r);
	html_histograms(out, id, r);
	html_tables(out, r);
	fputs("</section>\n", out);
}

static void put_head(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>ktstr report: ",
	      out);
	html_short(out, title, 200);
	fputs("</title>\n", out);
	html_style(out);
	fputs("</head>\n<body>\n<main>\n<h1>ktstr report: ", out);
	html_short(out, title, 200);
	fputs("</h1>\n", out);
}

int html_write(FILE *out, const char *title, const struct html_runs *runs)
{
	size_t i;

	put_head(out, title);
	put_counts(out, runs);
	put_index(out, runs);
	for (i = 0; i < runs->nr; i++)
		put_run(out, &runs->run[i], i);
	fputs("</main>\n</body>\n</html>\n", out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
