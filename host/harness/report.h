/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_REPORT_H
#define KTSTR_HOST_HARNESS_REPORT_H

/*
 * A result on paper: a report for people, JSON for programs. Both carry guest
 * text only as guest_text.h makes it.
 */
#include <stdio.h>
#include "host/harness/ktstr.h"

/* Lines of the scheduler's log in the report, and after a pass. */
#define REPORT_LINES	  40
#define REPORT_LINES_PASS 5
/* Of the console; after a pass, none. */
#define REPORT_LINES_CONSOLE 20

/**
 * struct report_units - work units over all workers
 * @completed: workers that reported at the end
 * @min: the fewest work units of a worker
 * @max: the most
 * @avg: mean
 * @spread_pct: (@max - @min) in percent of @avg; 0 when nobody did anything
 */
struct report_units {
	u32 completed;
	u64 min;
	u64 max;
	double avg;
	double spread_pct;
};

/**
 * report_units() - sum up what the workers of a run did
 * @res: the result
 * @u: filled in; zeroes without workers
 */
void report_units(const struct ktstr_result *res, struct report_units *u);

/**
 * struct report_counter - something of the VM that was counted
 * @name: its key in JSON; in the report underscores become spaces
 * @offset: of the u64 in struct vmm_report
 */
struct report_counter {
	const char *name;
	size_t offset;
};

extern const struct report_counter report_counters[];

/**
 * report_counter() - the value of a counter
 * @r: the report of the VMM process
 * @c: an element of report_counters, which ends with a NULL name
 */
u64 report_counter(const struct vmm_report *r, const struct report_counter *c);

/**
 * report_topology() - the topology of a test in its notation
 * @test: the test
 * @buf: filled in, printable ASCII
 * @len: size of @buf; 32 suffice for a valid one
 *
 * Return: @buf.
 */
const char *report_topology(const struct ktstr_test *test, char *buf, size_t len);

/**
 * ktstr_report_print() - write a readable report
 * @out: where to
 * @test: what was run, for the first line; NULL when that is not known
 * @res: the result
 *
 * The first line is a summary: verdict, scheduler (or EEVDF), topology, reason;
 * of a failure, and of what stays open by the test's own doing, it begins with
 * "BUG SUMMARY: " and has the scheduler's error. Every other line is indented, in
 * the order in which they are best read: checks, the workers' figures, the steps,
 * the scheduler and its log, diagnostics with the end of the console, snapshots and
 * the dump, the monitor, files.
 */
void ktstr_report_print(FILE *out, const struct ktstr_test *test, const struct ktstr_result *res);

/**
 * ktstr_result_json() - write a result as one JSON object
 * @out: where to
 * @test: what was run, or NULL: then the member "test" is null
 * @res: the result
 *
 * Members: format (counts up when another one changes its meaning or goes),
 * verdict, exit_status, infra, reason, reason_text, stage, emulated, test,
 * test_name, topology, passed, skipped, inconclusive, work_types[], run_id,
 * timestamp, run_source ("ci" where $CI is set, or "local"), kernel_version, kargs[],
 * sysctls[] (those of the kernel's command line), scheduler_commit, project_commit,
 * vcpus, cpu_budget (CPUs of the host it might use), host, cleanup_duration_ms,
 * kvm_stats, verifier_stats[] (null without a snapshot that has programs),
 * timings_ns, work_units, workers[], scheduler {ops, wait_status, log_cut,
 * log[]}, console {kind, line, log[]}, vm (null without a report of the VMM
 * process), snapshots[] (path, tag, kind, frozen, vcpus and the other figures of
 * struct dump_view; addresses and values as hexadecimal strings), ops_total,
 * ops[] (the first 512 records), observer (null when it said nothing),
 * timecheck (null when there was none), monitor {verdict, text, limits, checked[],
 * violations[], guest, summary, events, schedstats, series {samples_per_point, t_ns[],
 * nr_running[], local_dsq_depth[]} (a row for each CPU, at most 600 points: the
 * largest of samples in a row), samples_total, samples[] (the first 512)}, outputs[],
 * load {seed, contention (null when it is not known), findings[], groups[], cgroups[]
 * (a cgroup and step each; null where there was nothing to measure; histogram_ns[] of
 * a latency: where a bucket begins, and how many are in it), phases[], metrics[],
 * workers_total, workers[] (the first 4096)}, artifact_dir, dump_path. Logs are arrays
 * of lines.
 *
 * Return: 0, -ENOMEM, or -EIO when @out does not take it.
 */
int ktstr_result_json(FILE *out, const struct ktstr_test *test, const struct ktstr_result *res);

#endif /* KTSTR_HOST_HARNESS_REPORT_H */
