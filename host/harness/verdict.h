/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_VERDICT_H
#define KTSTR_HOST_HARNESS_VERDICT_H

/*
 * From evidence to verdict, as a pure function. A pass needs every one of
 * these, positively:
 *
 *  - exactly one result frame, readable, with our nonce, behind a scenario
 *    that started and ended, and in front of one exit code, which is 0;
 *  - the guest went all the way and reports no error;
 *  - as many workers as planned, each of which reported and did some work;
 *  - the wanted scheduler attached before and after, its process alive, its
 *    ops the expected ones; or none at all when none was wanted;
 *  - a clean, guest-initiated power-off, in a report of the VMM process, which
 *    itself ended well;
 *  - a console without panic, oops, lockup, stall or hung task, at any time;
 *  - of the observer, where there was one: watchpoints that are known to fire,
 *    every vCPU standing still in every snapshot, every periodic snapshot, and
 *    none of a failing scheduler;
 *  - where the monitor counts: enough samples, and every limit kept;
 *  - every limit of the test on its workers held against what they measured, and
 *    kept; every payload ended as it should, and measured what it should;
 *  - a verdict channel on which nothing was lost, damaged or unknown.
 *
 * What speaks against the kernel or the scheduler is a fail, wherever else
 * evidence is missing; what is only missing is inconclusive.
 */
#include "host/coord/conscan.h"
#include "ktstr.h"
#include "lib/err.h"
#include "lib/wire.h"
#include "lib/wire_dump.h"
#include "lib/wire_result.h"

struct scenario_plan;

/**
 * struct verdict_input - everything a verdict rests on
 * @nonce: of the scenario
 * @sched_wanted: a sched_ext scheduler was to attach
 * @expect_ops: name of its ops, or NULL for any
 * @workers: planned, at least 1 or a payload
 * @test: what the author asked for: limits, payloads, an error of the scheduler;
 *        NULL = nothing
 * @load: what was planned for them, or NULL: then nothing is asked of their cgroups
 *        and of payloads
 * @topo: of the machine, or NULL: no node is memory only
 * @frames: the verdict log, in the order the frames came
 * @nr_frames: how many
 * @observed: the guest was to run the watchpoints' canary
 * @map_writes: variables of BPF maps the host was to write
 * @periodic: snapshots the host was to take by itself
 * @dumps: snapshots the VMM process left, @nr_dumps of them, or NULL
 * @nr_dumps: how many
 * @dumps_evicted: and how many more that had to go for them
 * @ops: what came of requests and of the host's own acts, or NULL
 * @nr_ops: how many
 * @monitor_limits: for the monitor; NULL = the defaults, which do not count
 * @monitor_info: what the monitor said it can see, or NULL
 * @samples: of the monitor, @nr_samples of them, or NULL
 * @nr_samples: how many
 * @report: of the VMM process, or NULL when none came or it was unreadable
 * @log_damaged: what the VMM process wrote was torn or made no sense
 * @wait_status: of the VMM process
 * @deadline: the supervisor killed it at the deadline of the run
 * @stopped: the supervisor killed it because it was told to
 * @console: COM1, flushed, or NULL; the report's own finding counts as well
 * @com2: crash text of the guest, raw, or NULL
 * @com2_len: bytes of it
 *
 * Everything is borrowed for the call.
 */
struct verdict_input {
	u64 nonce;
	bool sched_wanted;
	const char *expect_ops;
	u32 workers;
	const struct ktstr_test *test;
	const struct scenario_plan *load;
	const struct topology *topo;
	const struct wire_frame *frames;
	size_t nr_frames;
	bool observed;
	size_t map_writes;
	u32 periodic;
	const struct dump_view *dumps;
	size_t nr_dumps;
	u64 dumps_evicted;
	const struct op_view *ops;
	size_t nr_ops;
	const struct ktstr_monitor_limits *monitor_limits;
	const struct monitor_info *monitor_info;
	const struct monitor_sample *samples;
	size_t nr_samples;
	const struct vmm_report *report;
	bool log_damaged;
	int wait_status;
	bool deadline;
	bool stopped;
	const struct conscan *console;
	const void *com2;
	size_t com2_len;
};

/**
 * verdict_eval() - judge a run
 * @in: the evidence
 * @res: zeroed, then filled in: all but artifact_dir, dump_path, emulated and
 *       timings.total_ns; release it with ktstr_result_free()
 *
 * Return: 0, or -ENOMEM: then the verdict is inconclusive, with infra set.
 */
int verdict_eval(const struct verdict_input *in, struct ktstr_result *res);

/**
 * verdict_check() - can what a test expects of its run be judged
 * @test: the test
 * @load: its plan
 * @err: names the limit, the pattern or the payload and what is wrong, or NULL
 *
 * To be asked when a run is planned.
 *
 * Return: 0, -EINVAL, -EOPNOTSUPP when this build lacks what it takes, or -ENOMEM.
 */
int verdict_check(const struct ktstr_test *test, const struct scenario_plan *load,
		  struct ktstr_err *err);

/**
 * verdict_setup_failed() - the result of a run that never started
 * @res: zeroed, then filled in
 * @why: what is missing and the way out; made printable
 */
void verdict_setup_failed(struct ktstr_result *res, const char *why);

#endif /* KTSTR_HOST_HARNESS_VERDICT_H */
