// SPDX-License-Identifier: GPL-2.0-only
/* "ktstr compare" over directories of results: what it prints, and how it exits. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cmd.h"
#include "compare_opts.h"
#include "fake_results.h"
#include "host/harness/stats_json.h"
#include "json_reader.h"
#include "kselftest_harness.h"
#include "text_check.h"

#define CANNOT_READ 3

FIXTURE(results)
{
	char dir[64];
	char a[80];
	char b[80];
	char *out;
	char *errors;
};

FIXTURE_SETUP(results)
{
	struct stats_set set = { 0 };
	struct stats_run *run = stats_set_add(&set);
	int ret = stats_json_parse(run, "x", "{\"verdict\": \"PASS\"}", 19, NULL);

	stats_set_free(&set);
	if (ret == -EOPNOTSUPP)
		SKIP(return, "this build is without json-c");
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-compare.XXXXXX");
	ASSERT_NE(mkdtemp(self->dir), NULL);
	snprintf(self->a, sizeof(self->a), "%s/a", self->dir);
	snprintf(self->b, sizeof(self->b), "%s/b", self->dir);
	mkdir(self->a, 0755);
	mkdir(self->b, 0755);
}

FIXTURE_TEARDOWN(results)
{
	if (self->dir[0])
		fake_clean(self->dir);
	free(self->out);
	free(self->errors);
}

static int redirect(int fd, const char *path)
{
	int saved = dup(fd), file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	dup2(file, fd);
	close(file);
	return saved;
}

static void restore(int fd, int saved)
{
	dup2(saved, fd);
	close(saved);
}

static char *text_of(const char *path)
{
	size_t len;

	return file_read(path, 1 << 20, &len);
}

/* "compare" and the words of @line, %a and %b being the two directories. */
static int run(FIXTURE_DATA(results) * self, const char *line)
{
	char out[100], errors[100], words[2048], *argv[32] = { "ktstr", "compare" }, *save, *word;
	int argc = 2, saved_out, saved_err, status;
	size_t len = 0;

	for (; *line; line++) {
		if (*line == '%')
			len += snprintf(words + len, sizeof(words) - len, "%s",
					*++line == 'a' ? self->a : self->b);
		else
			words[len++] = *line;
	}
	words[len] = '\0';
	for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	snprintf(out, sizeof(out), "%s/out", self->dir);
	snprintf(errors, sizeof(errors), "%s/errors", self->dir);
	fflush(stdout);
	saved_out = redirect(STDOUT_FILENO, out);
	saved_err = redirect(STDERR_FILENO, errors);
	status = cmd_compare.main(argc, argv);
	fflush(stdout);
	restore(STDOUT_FILENO, saved_out);
	restore(STDERR_FILENO, saved_err);
	free(self->out);
	free(self->errors);
	self->out = text_of(out);
	self->errors = text_of(errors);
	return status;
}

static void put(FIXTURE_DATA(results) * self, const char *side, const char *name,
		const struct fake_result *r)
{
	fake_result_file(*side == 'a' ? self->a : self->b, name, r);
}

static const struct fake_result usual = { .iterations = 1000, .p99_us = 100 };
static const struct fake_result slow = { .iterations = 600, .p99_us = 300 };

TEST_F(results, no_regression)
{
	put(self, "a", "run.result.json", &usual);
	put(self, "b", "run.result.json", &usual);
	EXPECT_EQ(run(self, "%a %b"), 0);
	has(_metadata, self->out, "steady, 1n1l2c1t, EEVDF: 1 run of A, 1 of B\n");
	has(_metadata, self->out, "  verdict: PASS -> PASS\n");
	has(_metadata, self->out, "metrics without a change that counts: --all shows them\n");
	has(_metadata, self->out, "\nno regression\n");
	EXPECT_EQ(strstr(self->out, "total_iterations"), NULL);
	EXPECT_EQ(run(self, "%a %b --all"), 0);
	has(_metadata, self->out, "total_iterations");
	has(_metadata, self->out, "  worst_gap_ms  ");
	has(_metadata, self->out, "  0 %     1/1       -  same\n");
}

TEST_F(results, regressions)
{
	put(self, "a", "run.result.json", &usual);
	put(self, "b", "run.result.json", &slow);
	unsetenv("LC_ALL");
	unsetenv("LC_CTYPE");
	setenv("LANG", "C", 1);
	EXPECT_EQ(run(self, "%a %b"), 1);
	has(_metadata, self->out, "worst_p99_wake (us)");
	has(_metadata, self->out, "^   +200.0 %");
	has(_metadata, self->out, "v    -40.0 %");
	has(_metadata, self->out, "regressed: 4 metrics, 0 verdicts\n");
	EXPECT_LT(strstr(self->out, "worst_p99_wake"), strstr(self->out, "total_iterations"));
	setenv("LANG", "en_US.UTF-8", 1);
	EXPECT_EQ(run(self, "%a %b"), 1);
	has(_metadata, self->out, "↓");
	EXPECT_EQ(run(self, "%b %a"), 0);
	has(_metadata, self->out, "4 better\n");
}

TEST_F(results, nothing_comparable)
{
	struct fake_result other = { .topology = "1n2l2c1t" }, emulated = { .emulated = true };

	put(self, "a", "run.result.json", &usual);
	put(self, "b", "run.result.json", &other);
	EXPECT_EQ(run(self, "%a %b"), 2);
	has(_metadata, self->out, "only in A:\n  steady, 1n1l2c1t, EEVDF\n");
	has(_metadata, self->out, "only in B:\n  steady, 1n2l2c1t, EEVDF\n");
	has(_metadata, self->out, "nothing compared: no test is on both sides\n");
	EXPECT_EQ(run(self, "--strict %a %b"), 1);
	has(_metadata, self->out, "regressed: 1 test missing from B\n");
	put(self, "b", "run.result.json", &emulated);
	EXPECT_EQ(run(self, "%a %b"), 2);
	has(_metadata, self->out, "not comparable: 0 of 1 runs of A were emulated");
	EXPECT_EQ(run(self, "%a %b --force"), 0);
	has(_metadata, self->out, "careful: 0 of 1 runs of A were emulated");
}

TEST_F(results, a_failure_is_a_regression)
{
	struct fake_result failed = { .verdict = "FAIL" };

	put(self, "a", "run.result.json", &usual);
	put(self, "b", "run.result.json", &failed);
	EXPECT_EQ(run(self, "%a %b --fail-threshold 99"), 1);
	has(_metadata, self->out, "  verdict: PASS -> FAIL, worse\n");
	has(_metadata, self->out, "regressed: 0 metrics, 1 verdict\n");
}

TEST_F(results, directories_and_lists_of_them)
{
	char line[400];

	put(self, "a", "1/run.result.json", &usual);
	put(self, "a", "2/run.result.json", &usual);
	put(self, "a", "2/run.report.txt", &usual);
	put(self, "a", "2/deep/run.result.json", &usual);
	put(self, "b", "x:y/run.result.json", &usual);
	put(self, "b", "run.result.json", &slow);
	EXPECT_EQ(run(self, "%a %b --all"), 0);
	has(_metadata, self->out, "2 runs of A, 2 of B\n");
	EXPECT_EQ(run(self, "%a/1:%a/2 %b/x:y"), 0);
	has(_metadata, self->out, "3 runs of A, 1 of B\n");
	EXPECT_EQ(run(self, "%a/1/run.result.json %b/run.result.json"), 1);
	has(_metadata, self->out, "1 run of A, 1 of B\n");
	snprintf(line, sizeof(line), "%%a %%b/x:%s/none", self->dir);
	EXPECT_EQ(run(self, line), CANNOT_READ);
	has(_metadata, self->errors, "/b/x: No such file");
}

TEST_F(results, several_runs_tell_noise)
{
	static const double a[] = { 100, 320, 150 }, b[] = { 310, 140, 330 };
	struct fake_result r = { 0 };
	char name[32];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(a); i++) {
		snprintf(name, sizeof(name), "%u/run.result.json", i);
		r.p99_us = a[i];
		put(self, "a", name, &r);
		r.p99_us = b[i];
		put(self, "b", name, &r);
	}
	EXPECT_EQ(run(self, "%a %b --metric worst_p99_wake --all"), 0);
	has(_metadata, self->out, "3/3");
	has(_metadata, self->out, "  0.4");
	has(_metadata, self->out, "same\n");
	EXPECT_EQ(run(self, "%a/0 %b/0 --metric worst_p99_wake"), 1);
}

TEST_F(results, metrics_by_name)
{
	put(self, "a", "run.result.json", &usual);
	put(self, "b", "run.result.json", &slow);
	EXPECT_EQ(run(self, "%a %b --metric worst_gap_ms"), 0);
	EXPECT_EQ(run(self, "%a %b --metric worst_gap_ms --must-fail worst_p99_wake"), 1);
	has(_metadata, self->out, "worse (must fail)");
	EXPECT_EQ(run(self, "%a %b --fail-threshold 5"), 0);
	has(_metadata, self->out, "no regression: 4 metrics worse, --fail-threshold is 5\n");
	EXPECT_EQ(run(self, "%a %b --metric worst_run_delay"), 2);
	has(_metadata, self->out, "no test has worst_run_delay on both sides");
	EXPECT_EQ(run(self, "%a %b --metric iteration_rate --threshold 45"), 0);
	EXPECT_EQ(run(self, "%a %b --metric wrost_gap_ms"), EXIT_USAGE);
	has(_metadata, self->errors, "no metric 'wrost_gap_ms'; did you mean worst_gap_ms?");
	EXPECT_EQ(run(self, "%a %b --must-fail nonsense"), EXIT_USAGE);
	has(_metadata, self->errors, "there are worst_spread");
}

TEST_F(results, payloads)
{
	struct fake_result r = { .metrics = "{ \"payload\": \"bench\", \"name\": \"rps\",\n"
					    "\"value\": 100, \"better\": \"higher\" },\n"
					    "{ \"payload\": \"bench\", \"name\": \"odd\",\n"
					    "\"value\": 1, \"better\": null }" };

	put(self, "a", "run.result.json", &r);
	r.metrics = "{ \"payload\": \"bench\", \"name\": \"rps\", \"value\": 50 },\n"
		    "{ \"payload\": \"bench\", \"name\": \"odd\", \"value\": 9 }";
	put(self, "b", "run.result.json", &r);
	EXPECT_EQ(run(self, "%a %b"), 1);
	has(_metadata, self->out, "bench.rps");
	has(_metadata, self->out, "bench.odd");
	has(_metadata, self->out, "not judged\n");
	has(_metadata, self->out, "regressed: 1 metric, 0 verdicts\n");
	EXPECT_EQ(run(self, "%a %b --metric bench.odd"), 0);
	EXPECT_EQ(run(self, "%a %b --must-fail bench.rsp"), EXIT_USAGE);
	has(_metadata, self->errors, "did you mean bench.rps");
}

TEST_F(results, as_json)
{
	struct fake_result only = { .test = "new \\\"one\\\"" };

	put(self, "a", "run.result.json", &usual);
	put(self, "b", "run.result.json", &slow);
	put(self, "b", "new.result.json", &only);
	EXPECT_EQ(run(self, "--json %a %b"), 1);
	EXPECT_TRUE(is_json(self->out)) TH_LOG("%s", self->out);
	has(_metadata, self->out, "\"status\": \"regressed\"");
	has(_metadata, self->out, "\"exit_status\": 1");
	has(_metadata, self->out, "\"name\": \"worst_p99_wake\"");
	has(_metadata, self->out, "\"outcome\": \"worse\"");
	has(_metadata, self->out, "\"new \\\"one\\\"\"");
	EXPECT_EQ(run(self, "--list-metrics --json"), 0);
	EXPECT_TRUE(is_json(self->out));
	has(_metadata, self->out, "\"name\": \"worst_page_locality\"");
}

TEST_F(results, damage_is_not_passed_over)
{
	put(self, "a", "run.result.json", &usual);
	put(self, "b", "run.result.json", &usual);
	fake_file(self->b, "torn.result.json", "{ \"verdict\": \"PASS\", ");
	EXPECT_EQ(run(self, "%a %b"), CANNOT_READ);
	has(_metadata, self->errors, "/b/torn.result.json: malformed JSON");
	EXPECT_EQ(run(self, "%a %b/nowhere"), CANNOT_READ);
	has(_metadata, self->errors, "/b/nowhere: No such file");
	fake_clean(self->b);
	mkdir(self->b, 0755);
	EXPECT_EQ(run(self, "%a %b"), CANNOT_READ);
	has(_metadata, self->errors, "no *.result.json in it");
}

TEST_F(results, usage)
{
	static const struct {
		const char *line;
		const char *says;
	} cases[] = {
		{ "", "two directories of results, A and B" },
		{ "%a", "two directories of results, A and B" },
		{ "%a %b %a", "unexpected argument '/tmp/" },
		{ "%a %b --threshold", "--threshold needs a value" },
		{ "%a %b --threshold ten", "--threshold: 'ten'" },
		{ "%a %b --threshold -5", "--threshold: '-5'" },
		{ "%a %b --fail-threshold 0", "--fail-threshold: '0'" },
		{ "%a %b --fail-threshold 1.5", "--fail-threshold: '1.5'" },
		{ "%a %b --metric=", "--metric needs the name of a metric" },
		{ "%a %b --must-fial x", "no option '--must-fial'" },
		{ "--list-metrics %a", "unexpected argument" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_EQ(run(self, cases[i].line), EXIT_USAGE) TH_LOG("%s", cases[i].line);
		has(_metadata, self->errors, cases[i].says);
		has(_metadata, self->errors, "See 'ktstr compare --help'");
	}
	EXPECT_EQ(run(self, "--help --nonsense"), 0);
	has(_metadata, self->out, "exit status: 0 no regression, 1 regressions, 2 nothing");
	EXPECT_EQ(run(self, "--list-metrics"), 0);
	has(_metadata, self->out,
	    "worst_p99_wake                   distribution lower      50 us    25 %");
}

TEST(options)
{
	struct compare_args args;

	ASSERT_EQ(compare_args_parse(15,
				     (char *[]){ "compare", "--metric", "a", "x", "--metric", "b",
						 "--strict", "--threshold=12.5", "--json",
						 "--must-fail", "c", "--all", "y",
						 "--fail-threshold", "7", NULL },
				     &args, NULL),
		  0);
	EXPECT_EQ(args.task, COMPARE_TASK_COMPARE);
	EXPECT_STREQ(args.place[0], "x");
	EXPECT_STREQ(args.place[1], "y");
	EXPECT_EQ(args.opts.metrics.nr, 2);
	EXPECT_STREQ(args.opts.must_fail.v[0], "c");
	EXPECT_EQ(args.opts.threshold, 0.125);
	EXPECT_EQ(args.opts.fail_threshold, 7);
	EXPECT_TRUE(args.opts.strict);
	EXPECT_TRUE(args.json);
	EXPECT_TRUE(args.all);
	compare_args_free(&args);
	ASSERT_EQ(compare_args_parse(3, (char *[]){ "compare", "x", "y", NULL }, &args, NULL), 0);
	EXPECT_LT(args.opts.threshold, 0);
	EXPECT_EQ(args.opts.fail_threshold, 1);
	EXPECT_FALSE(args.opts.strict);
	compare_args_free(&args);
}

TEST_HARNESS_MAIN
