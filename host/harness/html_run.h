/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_HTML_RUN_H
#define KTSTR_HOST_HARNESS_HTML_RUN_H

/*
 * One run as an HTML report shows it, read out of its result.json. Texts are any
 * bytes but NUL and are the result's own; NULL is what it does not say, and so is NaN
 * among numbers. One thread for each run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/latency.h"

/* Of what a result lists, so many are shown. */
#define HTML_POINTS_MAX	  600
#define HTML_CPUS_MAX	  1024
#define HTML_PHASES_MAX	  256
#define HTML_CGROUPS_MAX  512
#define HTML_FINDINGS_MAX 1024
#define HTML_MARKS_MAX	  256
#define HTML_LINES_MAX	  40

/**
 * struct html_series - queues over time
 * @nr: points
 * @cpus: rows
 * @t_s: when, since the start of the run; never less than the one before
 * @running: tasks on run queues: that of CPU c at point i is [c * @nr + i]
 * @dsq: tasks on local DSQs, likewise
 */
struct html_series {
	size_t nr;
	size_t cpus;
	double *t_s;
	double *running;
	double *dsq;
};

/**
 * struct html_phase - a step
 * @step: from 1, 0 for what came before
 * @name: of it
 * @from_s: since the start of the run
 * @to_s: end, or NaN
 * @ops: carried out
 * @workers: at its end
 * @cgroups: at its end
 * @rate: iterations a second
 * @imbalance_max: longest over shortest run queue
 * @imbalance_avg: mean
 * @dsq_max: tasks on a local DSQ
 * @running_avg: tasks on a run queue
 * @fallback: events a second
 * @keep_last: events a second
 */
struct html_phase {
	u32 step;
	const char *name;
	double from_s;
	double to_s;
	double ops;
	double workers;
	double cgroups;
	double rate;
	double imbalance_max;
	double imbalance_avg;
	double dsq_max;
	double running_avg;
	double fallback;
	double keep_last;
};

/**
 * struct html_latency - latencies of a cgroup's workers
 * @samples: how many, 0 = there are none
 * @p50_us: median
 * @p99_us: 99 % are no longer
 * @max_us: longest
 * @bucket: counts by latency_bucket()
 */
struct html_latency {
	double samples;
	double p50_us;
	double p99_us;
	double max_us;
	double bucket[LATENCY_BUCKETS];
};

/**
 * struct html_cgroup - the workers of a cgroup in a step
 * @name: of it, "" = outside of all
 * @step: 0 = the backdrop
 * @workers: that reported
 * @cpus: they were seen on
 * @off_cpu: mean share of time, percent
 * @spread: of that share
 * @gap_ms: longest
 * @migrations: sum
 * @iterations: sum
 * @run_delay_us: mean
 * @wake: how long wake-ups took
 * @timer: how late timers were
 * @cost: how long an iteration took
 */
struct html_cgroup {
	const char *name;
	u32 step;
	double workers;
	double cpus;
	double off_cpu;
	double spread;
	double gap_ms;
	double migrations;
	double iterations;
	double run_delay_us;
	struct html_latency wake;
	struct html_latency timer;
	struct html_latency cost;
};

/**
 * struct html_finding - what a check came to
 * @check: its name
 * @kind: "pass", "note", "inconclusive", "fail"
 * @cgroup: it is about, or NULL
 * @step: it is about
 * @text: in words
 */
struct html_finding {
	const char *check;
	const char *kind;
	const char *cgroup;
	u32 step;
	const char *text;
};

/**
 * enum html_mark_kind - what happened at a moment
 * @HTML_MARK_SNAPSHOT: the machine was written down
 * @HTML_MARK_WATCH: a watched symbol was written
 * @HTML_MARK_DEATH: the scheduler failed
 * @HTML_MARK_OP: a request of the guest, or an act of the host
 */
enum html_mark_kind {
	HTML_MARK_SNAPSHOT,
	HTML_MARK_WATCH,
	HTML_MARK_DEATH,
	HTML_MARK_OP,
};

/**
 * struct html_mark - something that happened at a moment
 * @t_s: since the start of the run
 * @kind: what it was
 * @name: its tag or symbol, may be ""
 * @what: the name of its kind
 * @text: in words, or NULL
 */
struct html_mark {
	double t_s;
	enum html_mark_kind kind;
	const char *name;
	const char *what;
	const char *text;
};

/**
 * struct html_run - a run
 * @file: where it is from; owned
 * @name: of the test
 * @verdict: in upper case
 * @weight: worse is more: 0 pass and skip, 1 unknown, 2 inconclusive, 3 fail
 * @reason: for programs
 * @text: for people
 * @stage: how far it came
 * @scheduler: its program's name, or "EEVDF"
 * @topology: of the guest
 * @kernel: its version
 * @run_id: of the session
 * @when: timestamp
 * @host_cpu: the host's model
 * @host_kernel: the host's release
 * @commit: of the scheduler's directory
 * @monitor: its verdict
 * @monitor_text: why
 * @dump: path of the failure dump
 * @emulated: in the emulated host
 * @duration_s: of all
 * @vcpus: of the guest
 * @cpu_budget: CPUs of the host
 * @dilation: of the host
 * @series: queues over time
 * @phases: @nr_phases steps
 * @nr_phases: how many
 * @cgroups: @nr_cgroups of them
 * @nr_cgroups: how many
 * @findings: @nr_findings of them, those that count first
 * @nr_findings: how many
 * @marks: @nr_marks of them, in order of time
 * @nr_marks: how many
 * @sched_log: the last lines
 * @nr_sched_log: how many
 * @console: the last lines
 * @nr_console: how many
 * @left_out: elements of lists above their bounds
 * @json: what the texts are in
 */
struct html_run {
	char *file;
	const char *name;
	const char *verdict;
	u32 weight;
	const char *reason;
	const char *text;
	const char *stage;
	const char *scheduler;
	const char *topology;
	const char *kernel;
	const char *run_id;
	const char *when;
	const char *host_cpu;
	const char *host_kernel;
	const char *commit;
	const char *monitor;
	const char *monitor_text;
	const char *dump;
	bool emulated;
	double duration_s;
	double vcpus;
	double cpu_budget;
	double dilation;
	struct html_series series;
	struct html_phase *phases;
	size_t nr_phases;
	struct html_cgroup *cgroups;
	size_t nr_cgroups;
	struct html_finding *findings;
	size_t nr_findings;
	struct html_mark *marks;
	size_t nr_marks;
	const char *sched_log[HTML_LINES_MAX];
	size_t nr_sched_log;
	const char *console[HTML_LINES_MAX];
	size_t nr_console;
	size_t left_out;
	void *json;
};

/**
 * html_run_parse() - read a result
 * @r: zeroed, then filled in, also before a failure: html_run_free()
 * @file: where it is from, for messages and for a run without a name
 * @text: JSON
 * @len: bytes of it
 * @err: names @file and what is wrong with it, or NULL
 *
 * Anything may be missing but the verdict, and what is there may be of any kind.
 *
 * Return: 0, -EINVAL for what is no JSON or has no verdict, -EFBIG, -ENOMEM, or
 * -EOPNOTSUPP when this build is without json-c.
 */
int html_run_parse(struct html_run *r, const char *file, const char *text, size_t len,
		   struct ktstr_err *err);

/**
 * html_run_free() - release a run
 * @r: filled, half-filled or zeroed
 */
void html_run_free(struct html_run *r);

#endif /* KTSTR_HOST_HARNESS_HTML_RUN_H */
