// SPDX-License-Identifier: GPL-2.0-only
/* The HTML report: what is drawn of a run, and that no text of it is more than a text. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/harness/html.h"
#include "host/harness/html_draw.h"
#include "host/harness/html_write.h"
#include "host/harness/report.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "report_opts.h"
#include "text_check.h"

#define HOSTILE \
	"<script>alert('x')</script>\" onload=\"y &amp; \x01\x1b[2J \xff\xfe \xe2\x80\xae end"

static char *text_of(void (*put)(FILE *out, const char *text), const char *text)
{
	char *to = NULL;
	size_t len;
	FILE *f = open_memstream(&to, &len);

	put(f, text);
	fclose(f);
	return to;
}

/* Every element that begins has its end, in the right order; no reference but to itself. */
static const char *not_well_formed(const char *html)
{
	static const char *const single[] = { "meta", "line", "rect", "path", "!DOCTYPE" };
	char open[64][16], name[16];
	const char *p, *end;
	int depth = 0;
	size_t i, len;

	for (p = strchr(html, '<'); p; p = strchr(end, '<')) {
		bool closing = p[1] == '/', alone = false;

		end = p;
		do {
			end += strcspn(end + 1, "\"<>") + 1;
			if (*end == '"') {
				end = strchr(end + 1, '"');
				if (!end)
					return p;
				continue;
			}
		} while (*end == '"');
		if (*end != '>')
			return p;
		len = strcspn(p + 1 + closing, " />\n");
		snprintf(name, sizeof(name), "%.*s", (int)len, p + 1 + closing);
		for (i = 0; i < ARRAY_SIZE(single); i++)
			alone |= !strcmp(name, single[i]);
		if (closing) {
			if (!depth || strcmp(open[--depth], name))
				return p;
		} else if (!alone) {
			if (depth == 64)
				return p;
			memcpy(open[depth++], name, sizeof(name));
		}
	}
	return depth ? open[depth - 1] : NULL;
}

FIXTURE(html)
{
	struct html_runs runs;
	char *page;
};

FIXTURE_SETUP(html)
{
	self->runs.run = calloc(4, sizeof(*self->runs.run));
}

FIXTURE_TEARDOWN(html)
{
	html_runs_free(&self->runs);
	free(self->page);
}

/* JSON in which ` is a quote. */
static int __printf(2, 3) add(FIXTURE_DATA(html) * self, const char *fmt, ...)
{
	char *json, *at;
	va_list ap;
	int ret;

	va_start(ap, fmt);
	if (vasprintf(&json, fmt, ap) < 0)
		abort();
	va_end(ap);
	for (at = strchr(json, '`'); at; at = strchr(at, '`'))
		*at = '"';
	ret = html_run_parse(&self->runs.run[self->runs.nr++], "dir/x.result.json", json,
			     strlen(json), NULL);
	free(json);
	return ret;
}

static const char *page(struct __test_metadata *_metadata, FIXTURE_DATA(html) * self)
{
	const char *wrong;
	size_t len;
	FILE *f;

	free(self->page);
	f = open_memstream(&self->page, &len);
	EXPECT_EQ(0, html_write(f, "dir", &self->runs));
	fclose(f);
	wrong = not_well_formed(self->page);
	EXPECT_EQ(NULL, wrong)
	TH_LOG("not well-formed at: %.300s", wrong);
	return self->page;
}

/* A build without json-c refuses everything, and says what it lacks. */
static bool can_read(struct __test_metadata *_metadata)
{
	struct html_run r = { 0 };
	struct ktstr_err err = { "" };
	int ret = html_run_parse(&r, "x", "{\"verdict\": \"PASS\"}", 19, &err);

	html_run_free(&r);
	if (ret == -EOPNOTSUPP)
		has(_metadata, err.msg, "json-c");
	return ret != -EOPNOTSUPP;
}

TEST(texts_are_texts)
{
	char *t = text_of(html_text, HOSTILE);

	EXPECT_EQ(NULL, strpbrk(t, "<>\"'\x01\x1b\xff\xfe\xe2"));
	has(_metadata, t, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
	has(_metadata, t, "&quot; onload=&quot;y &amp;amp; \\x01\\x1b[2J \\xff\\xfe");
	has(_metadata, t, " \\xe2\\x80\\xae end");
	free(t);
	t = text_of(html_text, "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7");
	EXPECT_STREQ("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7", t);
	free(t);
	/* too long for what it is, a half of a pair, above all, cut */
	t = text_of(html_text, "\xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82");
	EXPECT_STREQ("\\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80 \\xe2\\x82", t);
	free(t);
	t = text_of(html_text, NULL);
	EXPECT_STREQ("", t);
	free(t);
}

static void short_text(FILE *out, const char *text)
{
	html_short(out, text, 4);
}

TEST(cut_texts_are_whole_characters)
{
	char *t = text_of(short_text, "a<\xc3\xbcz");

	EXPECT_STREQ("a&lt;\xc3\xbcz", t);
	free(t);
	t = text_of(short_text, "a<\xc3\xbczz");
	EXPECT_STREQ("a&lt;\xc3\xbc\xe2\x80\xa6", t);
	free(t);
	t = text_of(short_text, "\xff\xff");
	EXPECT_STREQ("\xe2\x80\xa6", t);
	free(t);
	EXPECT_EQ(4, html_length("\xff"));
	EXPECT_EQ(3, html_length("a\xc3\xbc<"));
}

static void put_number(FILE *out, const char *text)
{
	html_number(out, atof(text));
}

static void put_time(FILE *out, const char *text)
{
	html_time(out, atof(text));
}

TEST(numbers_are_short)
{
	static const char *const numbers[][2] = {
		{ "0", "0" },
		{ "12345678", "12345678" },
		{ "1.23456", "1.235" },
		{ "52.55", "52.55" },
		{ "123.456", "123.5" },
		{ "-2.5", "-2.500" },
		{ "nan", "–" },
		{ "inf", "–" },
		{ "1e300", "1.000e+300" },
	};
	static const char *const times[][2] = {
		{ "0.25", "250 ns" },  { "12.34", "12.3 µs" },	{ "999", "999 µs" },
		{ "1500", "1.50 ms" }, { "2500000", "2.50 s" }, { "nan", "–" },
	};
	size_t i;
	char *t;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		t = text_of(put_number, numbers[i][0]);
		EXPECT_STREQ(numbers[i][1], t);
		free(t);
	}
	for (i = 0; i < ARRAY_SIZE(times); i++) {
		t = text_of(put_time, times[i][0]);
		EXPECT_STREQ(times[i][1], t);
		free(t);
	}
}

TEST(axes_are_round)
{
	struct html_axis a;

	html_axis_make(&a, 12, 4, true);
	EXPECT_TRUE(a.step == 5 && a.max == 15 && a.digits == 0);
	html_axis_make(&a, 0.3, 10, false);
	EXPECT_TRUE(a.max >= 0.3 && a.step > 0.01 && a.step < 0.1);
	EXPECT_EQ(2, a.digits);
	html_axis_make(&a, 0, 4, true);
	EXPECT_TRUE(a.max == 1 && a.step == 1);
	html_axis_make(&a, (double)NAN, 4, false);
	EXPECT_TRUE(a.max >= 1);
	html_axis_make(&a, 1e18, 4, true);
	EXPECT_TRUE(a.max >= 1e18 && a.max < 2e18);
}

TEST_F(html, a_page_of_nothing)
{
	const char *text = page(_metadata, self);

	has(_metadata, text, "<!DOCTYPE html>");
	has(_metadata, text, "<html lang=\"en\">");
	has(_metadata, text, "<title>ktstr report: dir</title>");
	has(_metadata, text, "0 runs");
	has(_metadata, text, "prefers-color-scheme:dark");
	lacks(_metadata, text, "<script");
	lacks(_metadata, text, "http:");
	lacks(_metadata, text, "https:");
	lacks(_metadata, text, "url(");
	lacks(_metadata, text, "@import");
}

TEST_F(html, a_run_that_says_nothing_but_its_verdict)
{
	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	ASSERT_EQ(0, add(self, "{`verdict`: `PASS`}"));
	page(_metadata, self);
	has(_metadata, self->page, "x.result.json</a>");
	has(_metadata, self->page, "there is no timeline");
	lacks(_metadata, self->page, "<svg");
	lacks(_metadata, self->page, "nan");
}

TEST_F(html, what_is_no_result_is_refused)
{
	static const char *const bad[] = {
		"", "{", "[]", "null", "{\"verdict\": 1}", "{\"verdict\": \"PASS\"", "\"PASS\"",
	};
	size_t i;

	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, add(self, "%s", bad[i]))
		TH_LOG("%s", bad[i]);
		html_run_free(&self->runs.run[--self->runs.nr]);
	}
}

/* Whatever is in the place of what should be there. */
TEST_F(html, members_of_a_wrong_kind)
{
	static const char *const other[] = { "null", "1",    "\"x\"",  "[]",	  "{}",
					     "[1]",  "[[]]", "[null]", "[\"x\"]", "[{}]" };
	size_t i;

	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	for (i = 0; i < ARRAY_SIZE(other); i++) {
		const char *o = other[i];

		ASSERT_EQ(0,
			  add(self,
			      "{`verdict`: `FAIL`, `test`: %s, `test_name`: %s, `snapshots`: %s,\n"
			      "`ops`: %s, `console`: {`log`: %s}, `load`: {`phases`: %s, `cgroups`: %s,\n"
			      "`findings`: %s}, `monitor`: {`series`: {`t_ns`: [1,2], `nr_running`: %s,\n"
			      "`local_dsq_depth`: %s}}}",
			      o, o, o, o, o, o, o, o, o, o));
		page(_metadata, self);
		html_run_free(&self->runs.run[--self->runs.nr]);
	}
}

TEST_F(html, one_sample)
{
	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	ASSERT_EQ(0, add(self, "{`verdict`: `PASS`, `monitor`: {`series`: {`t_ns`: [3000000000],\n"
			       "`nr_running`: [[2]], `local_dsq_depth`: [[null]]}}}"));
	page(_metadata, self);
	has(_metadata, self->page, "<svg class=\"timeline\" role=\"img\"");
	has(_metadata, self->page, "<path class=\"q2\"");
	lacks(_metadata, self->page, "nan");
	lacks(_metadata, self->page, "inf");
}

TEST_F(html, times_that_run_backwards)
{
	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	ASSERT_EQ(0,
		  add(self, "{`verdict`: `PASS`, `monitor`: {`series`: {`t_ns`: [5, 6, 1, 7],\n"
			    "`nr_running`: [[1, 1, 1, 1]]}}, `load`: {`phases`: [{`from_ns`: 9,\n"
			    "`to_ns`: 2, `ended`: true}, {}]}}"));
	EXPECT_EQ(2, self->runs.run[0].series.nr);
	page(_metadata, self);
	lacks(_metadata, self->page, "nan");
}

/* All of a large machine, in fewer rows, and the page is not endless. */
TEST_F(html, many_cpus)
{
	size_t len, cpu, i;
	char *rows = NULL, *times = NULL;
	FILE *f;

	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	f = open_memstream(&rows, &len);
	for (cpu = 0; cpu < 512; cpu++)
		for (i = 0; i < 600; i++)
			fprintf(f, "%s%zu%s",
				i   ? "," :
				cpu ? ",[" :
				      "[",
				(cpu * 7 + i * 3) % 30, i == 599 ? "]" : "");
	fclose(f);
	f = open_memstream(&times, &len);
	for (i = 0; i < 700; i++)
		fprintf(f, "%s%zu", i ? "," : "", i * 100000000);
	fclose(f);
	ASSERT_EQ(0, add(self,
			 "{`verdict`: `PASS`, `monitor`: {`series`: {`t_ns`: [%s],\n"
			 "`nr_running`: [%s], `local_dsq_depth`: []}}}",
			 times, rows));
	free(times);
	free(rows);
	EXPECT_EQ(512, self->runs.run[0].series.cpus);
	EXPECT_EQ(600, self->runs.run[0].series.nr);
	page(_metadata, self);
	has(_metadata, self->page, ">0–7</text>");
	has(_metadata, self->page, ">456–463</text>");
	has(_metadata, self->page, "512 CPUs");
	EXPECT_LT(strlen(self->page), 2000000);
}

TEST_F(html, hostile_texts_everywhere)
{
	/* the same in JSON */
	const char *h = "<script>alert('x')</script>\\\" onload=\\\"y \\u0001\\u202e";
	const char *at;

	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	ASSERT_EQ(0,
		  add(self,
		      "{`verdict`: `%s`, `reason`: `%s`, `reason_text`: `%s`, `test_name`: `%s`,\n"
		      "`test`: {`scheduler`: `%s`, `topology`: `%s`}, `kernel_version`: `%s`,\n"
		      "`host`: {`cpu_model`: `%s`}, `dump_path`: `%s`,\n"
		      "`snapshots`: [{`kind`: `%s`, `tag`: `%s`, `t_ns`: 5}, {`kind`: `failure`,\n"
		      "`tag`: `%s`, `exit_msg`: `%s`, `t_ns`: 6}], `ops`: [{`op`: `%s`,\n"
		      "`tag`: `%s`, `reason`: `%s`, `t_ns`: 7}], `console`: {`log`: [`%s`]},\n"
		      "`scheduler`: {`log`: [`%s`]}, `load`: {`findings`: [{`check`: `%s`,\n"
		      "`kind`: `%s`, `cgroup`: `%s`, `text`: `%s`}], `phases`: [{`name`: `%s`,\n"
		      "`from_ns`: 1}], `cgroups`: [{`cgroup`: `%s`,\n"
		      "`wake_latency_us`: {`samples`: 1, `p50`: 1, `p99`: 1, `max`: 1,\n"
		      "`histogram_ns`: [[1000, 1]]}}]}, `monitor`: {`series`: {`t_ns`: [1],\n"
		      "`nr_running`: [[1]]}}}",
		      h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h, h));
	page(_metadata, self);
	lacks(_metadata, self->page, "<script");
	lacks(_metadata, self->page, "\" onload=\"");
	lacks(_metadata, self->page, "\xe2\x80\xae");
	for (at = self->page; *at; at++)
		EXPECT_TRUE((unsigned char)*at >= 0x20 || *at == '\n');
}

TEST_F(html, steps_and_what_happened_are_in_the_picture)
{
	static const char *const parts[] = {
		">hot</text>",
		">periodic_000</text>",
		">watch hit jiffies_64</text>",
		">scheduler failed</text>",
		"<td>runnable task stall</td>",
		">p50 2.00 µs</text>",
		">p99 90.0 µs</text>",
		"<b>a</b>, step 1: wake-up latency",
		">1 µs</text>",
		">100 µs</text>",
		"aria-labelledby=\"t0-time-t t0-time-d\"",
		"<title id=\"t0-time-t\">",
		"<desc id=\"t0-time-d\">",
		"did not end",
		"<b>sched_ejected</b>",
		"stuck &lt;here&gt;",
	};
	size_t i;

	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	ASSERT_EQ(0,
		  add(self,
		      "{`verdict`: `FAIL`, `reason`: `sched_ejected`, `test_name`: `t`,\n"
		      "`snapshots`: [{`kind`: `failure`, `t_ns`: 8000000000,\n"
		      "`exit_msg`: `runnable task stall`}, {`kind`: `periodic`,\n"
		      "`tag`: `periodic_000`, `t_ns`: 2000000000}, {`kind`: `watch`,\n"
		      "`tag`: `jiffies_64`, `t_ns`: 4000000000}],\n"
		      "`monitor`: {`series`: {`t_ns`: [1000000000, 4000000000, 7000000000,\n"
		      "9000000000], `nr_running`: [[1, 2, 3, 4], [0, 0, null, 20]],\n"
		      "`local_dsq_depth`: [[0, 0, 0, 0], [0, 0, 0, 9]]}},\n"
		      "`load`: {`findings`: [{`check`: `a`, `kind`: `pass`, `text`: `kept`},\n"
		      "{`check`: `b`, `kind`: `fail`, `text`: `stuck <here>`}],\n"
		      "`phases`: [{`step`: 1, `name`: `hot`, `from_ns`: 1000000000}],\n"
		      "`cgroups`: [{`cgroup`: `a`, `step`: 1, `wake_latency_us`: {`samples`: 100,\n"
		      "`p50`: 2, `p99`: 90, `max`: 100, `histogram_ns`: [[1920, 98], [90112,\n"
		      "2]]}}]}}"));
	page(_metadata, self);
	for (i = 0; i < ARRAY_SIZE(parts); i++)
		has(_metadata, self->page, parts[i]);
	/* what counts comes first */
	EXPECT_LT(strstr(self->page, "stuck &lt;here&gt;"), strstr(self->page, ">kept<"));
}

TEST_F(html, what_failed_comes_first)
{
	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	ASSERT_EQ(0, add(self, "{`verdict`: `PASS`, `test_name`: `good`}"));
	has(_metadata, page(_metadata, self),
	    "1 run: 1 <span class=\"verdict v-PASS\">PASS</span>");
}

FIXTURE(dir)
{
	char path[64];
	struct html_runs runs;
	struct ktstr_err err;
};

FIXTURE_SETUP(dir)
{
	snprintf(self->path, sizeof(self->path), "/tmp/ktstr-html.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->path));
}

FIXTURE_TEARDOWN(dir)
{
	char cmd[128];

	html_runs_free(&self->runs);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", self->path);
	EXPECT_EQ(0, system(cmd));
}

static void put_file(FIXTURE_DATA(dir) * self, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", self->path, name);
	if (file_replace(AT_FDCWD, path, text, strlen(text)))
		abort();
}

TEST_F(dir, results_of_a_directory_and_one_below)
{
	char below[128];

	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	EXPECT_EQ(-ENOENT, html_runs_read(&self->runs, self->path, &self->err));
	has(_metadata, self->err.msg, ".result.json");
	snprintf(below, sizeof(below), "%s/prog", self->path);
	ASSERT_EQ(0, mkdir(below, 0755));
	put_file(self, "a.result.json", "{\"verdict\": \"PASS\", \"test_name\": \"a\"}");
	put_file(self, "b.result.json", "{\"verdict\": \"SKIP\", \"test_name\": \"b\"}");
	put_file(self, "prog/c.result.json", "{\"verdict\": \"FAIL\", \"test_name\": \"c\"}");
	put_file(self, "prog/d.result.json",
		 "{\"verdict\": \"INCONCLUSIVE\", \"test_name\": \"d\"}");
	put_file(self, ".e.result.json", "{");
	put_file(self, "report.html", "{");
	ASSERT_EQ(0, html_runs_read(&self->runs, self->path, &self->err))
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(4, self->runs.nr);
	EXPECT_STREQ("c", self->runs.run[0].name);
	EXPECT_STREQ("d", self->runs.run[1].name);
	EXPECT_STREQ("a", self->runs.run[2].name);
	EXPECT_STREQ("b", self->runs.run[3].name);
	html_runs_free(&self->runs);
	put_file(self, "prog/e.result.json", "{\"verdict\": ");
	EXPECT_EQ(-EINVAL, html_runs_read(&self->runs, self->path, &self->err));
	has(_metadata, self->err.msg, "prog/e.result.json: malformed JSON at byte 12 of 12");
}

/* What the writer of results writes, the reader of this page reads. */
TEST_F(dir, what_a_run_leaves)
{
	struct monitor_cpu cpu = { .flags = MONITOR_CPU_RQ, .nr_running = 3, .local_dsq_depth = 2 };
	struct monitor_sample s = { .t_ns = 2000000000, .nr_cpus = 1, .cpus = &cpu };
	struct ktstr_phase phase = { .step = 1, .name = (char *)"p", .from_ns = 1, .to_ns = 9 };
	struct ktstr_cgroup_stats cgroup = { .cgroup = "g", .step = 1, .wake = { .total = 7 } };
	struct ktstr_test test = { .name = "whole", .scheduler = "/x/scx_simple" };
	struct ktstr_result res = { .verdict = KTSTR_PASS, .reason = KTSTR_REASON_PASS };
	struct html_run *r;
	char *text = NULL;
	size_t len;
	FILE *f;

	if (!can_read(_metadata))
		SKIP(return, "no json-c");
	cgroup.wake.bucket[latency_bucket(5000)] = 7;
	res.monitor.samples = &s;
	res.monitor.nr_samples = 1;
	res.load.phases = &phase;
	res.load.nr_phases = 1;
	res.load.cgroups = &cgroup;
	res.load.nr_cgroups = 1;
	f = open_memstream(&text, &len);
	ASSERT_EQ(0, ktstr_result_json(f, &test, &res));
	fclose(f);
	put_file(self, "whole.result.json", text);
	free(text);
	ASSERT_EQ(0, html_runs_read(&self->runs, self->path, &self->err))
	TH_LOG("%s", self->err.msg);
	r = &self->runs.run[0];
	EXPECT_STREQ("whole", r->name);
	EXPECT_STREQ("PASS", r->verdict);
	EXPECT_STREQ("scx_simple", r->scheduler);
	ASSERT_EQ(1, r->series.nr);
	ASSERT_EQ(1, r->series.cpus);
	EXPECT_TRUE(r->series.running[0] == 3 && r->series.dsq[0] == 2);
	ASSERT_EQ(1, r->nr_phases);
	EXPECT_STREQ("p", r->phases[0].name);
	ASSERT_EQ(1, r->nr_cgroups);
	EXPECT_TRUE(r->cgroups[0].wake.samples == 7);
	EXPECT_TRUE(r->cgroups[0].wake.bucket[latency_bucket(5000)] == 7);
}

static int parse(struct report_opts *o, struct ktstr_err *err, const char *a, const char *b,
		 const char *c)
{
	const char *argv[5] = { "report", a, b, c };
	int argc = 1;

	while (argv[argc])
		argc++;
	return report_opts_parse(argc, (char **)argv, o, err);
}

TEST(options)
{
	struct report_opts o;
	struct ktstr_err err = { "" };
	char title[64], *path;

	ASSERT_EQ(0, parse(&o, &err, "d/e//", NULL, NULL));
	path = report_opts_output(&o);
	EXPECT_STREQ("d/e/report.html", path);
	free(path);
	report_opts_title(&o, title, sizeof(title));
	EXPECT_STREQ("e", title);
	ASSERT_EQ(0, parse(&o, &err, "d", "-o", "x.html"));
	path = report_opts_output(&o);
	EXPECT_STREQ("x.html", path);
	free(path);
	ASSERT_EQ(0, parse(&o, &err, "d/a.result.json", NULL, NULL));
	path = report_opts_output(&o);
	EXPECT_STREQ("d/a.html", path);
	free(path);
	ASSERT_EQ(0, parse(&o, &err, "/", NULL, NULL));
	path = report_opts_output(&o);
	EXPECT_STREQ("//report.html", path);
	free(path);
	ASSERT_EQ(0, parse(&o, &err, "--help", NULL, NULL));
	EXPECT_TRUE(o.help);
	EXPECT_EQ(-EINVAL, parse(&o, &err, NULL, NULL, NULL));
	EXPECT_STREQ("which directory of results?", err.msg);
	EXPECT_EQ(-EINVAL, parse(&o, &err, "a", "b", NULL));
	has(_metadata, err.msg, "'b'");
	EXPECT_EQ(-EINVAL, parse(&o, &err, "a", "--jsn", NULL));
	has(_metadata, err.msg, "--jsn");
	EXPECT_EQ(-EINVAL, parse(&o, &err, "a", "-o", ""));
	EXPECT_EQ(-EINVAL, parse(&o, &err, "a", "-o", NULL));
	has(_metadata, err.msg, "needs a value");
}

TEST_HARNESS_MAIN
