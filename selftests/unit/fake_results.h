/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_RESULTS_H
#define KTSTR_SELFTESTS_UNIT_FAKE_RESULTS_H

/* Results as runs leave them, with the members that are compared. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/util.h"

/**
 * struct fake_result - what is in a result; what is 0 or NULL is as of most runs
 * @test: "steady"
 * @topology: "1n1l2c1t"
 * @scheduler: JSON of its path, default: null
 * @verdict: "PASS"
 * @emulated: it ran in the emulated host
 * @cpu_budget: CPUs for the vCPUs; 0 = the result does not say
 * @dilation: by the host; 0 = the result does not say
 * @iterations: of 2 workers, 1000
 * @wall_s: how long they ran, 1 s
 * @p99_us: of wake-ups; 0 = there were none
 * @migrations: of both workers
 * @fallback: events
 * @metrics: elements of payloads' metrics
 */
struct fake_result {
	const char *test;
	const char *topology;
	const char *scheduler;
	const char *verdict;
	bool emulated;
	double cpu_budget;
	double dilation;
	double iterations;
	double wall_s;
	double p99_us;
	double migrations;
	double fallback;
	const char *metrics;
};

static inline void fake_result_cgroup(FILE *f, const struct fake_result *r)
{
	double wall_s = r->wall_s ?: 1;

	fprintf(f,
		"{ \"cgroup\": \"a\", \"step\": 1, \"num_workers\": 2, \"spread\": 1.5,\n"
		"  \"max_gap_ms\": 20.0, \"total_migrations\": %.0f, \"wall_ns\": %.0f,\n"
		"  \"total_iterations\": %.0f, \"page_locality\": null",
		r->migrations, wall_s * NSEC_PER_SEC, r->iterations ?: 1000);
	if (r->p99_us)
		fprintf(f, ", \"p99_wake_latency_us\": %.3f, \"median_wake_latency_us\": 10.0",
			r->p99_us);
	fputs(" }", f);
}

static inline void fake_result_load(FILE *f, const struct fake_result *r)
{
	fputs("\"load\": { \"contention\": ", f);
	if (r->dilation)
		fprintf(f, "{ \"dilation\": %.3f }", r->dilation);
	else
		fputs("null", f);
	fputs(",\n\"cgroups\": [ ", f);
	fake_result_cgroup(f, r);
	fprintf(f, " ],\n\"metrics\": [ %s ] },\n", r->metrics ?: "");
}

/* The text, to be freed. */
static inline char *fake_result_json(const struct fake_result *r)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fprintf(f, "{ \"format\": 1, \"verdict\": \"%s\", \"emulated\": %s,\n",
		r->verdict ?: "PASS", r->emulated ? "true" : "false");
	fprintf(f, "\"test\": { \"name\": \"%s\", \"topology\": \"%s\", \"scheduler\": %s },\n",
		r->test ?: "steady", r->topology ?: "1n1l2c1t", r->scheduler ?: "null");
	if (r->cpu_budget)
		fprintf(f, "\"cpu_budget\": %g, \"vcpus\": 2,\n", r->cpu_budget);
	fake_result_load(f, r);
	fprintf(f,
		"\"monitor\": { \"summary\": { \"samples\": 9, \"span_ns\": 1000000000,\n"
		"\"max_imbalance_ratio\": 2.0, \"max_dsq_depth\": 3, \"stuck_count\": 0 },\n"
		"\"events\": { \"over_ns\": 1000000000, \"count\": {\n"
		"\"select_cpu_fallback\": %.0f, \"dispatch_keep_last\": 0 } } } }\n",
		r->fallback);
	fclose(f);
	return text;
}

/* DIR/NAME, directories in it made. */
static inline void fake_file(const char *dir, const char *name, const char *text)
{
	char path[512], *slash;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (slash = strchr(path + strlen(dir) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f))
		abort();
}

static inline void fake_result_file(const char *dir, const char *name, const struct fake_result *r)
{
	char *text = fake_result_json(r);

	fake_file(dir, name, text);
	free(text);
}

static inline int fake_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

static inline void fake_clean(const char *dir)
{
	nftw(dir, fake_remove, 8, FTW_DEPTH | FTW_PHYS);
}

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_RESULTS_H */
