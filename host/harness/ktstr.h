/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_H
#define KTSTR_HOST_HARNESS_KTSTR_H

/*
 * What a test author calls. A test describes one run in a struct ktstr_test,
 * zero-initialised except for what it cares about, and calls ktstr_run():
 *
 *	struct ktstr_test t = {
 *		.topology = "1n2l2c1t",
 *		.scheduler = "scx_simple",
 *		.duration_ms = 3000,
 *	};
 *	struct ktstr_result r;
 *
 *	ktstr_run(&t, &r);
 *	EXPECT_EQ(r.verdict, KTSTR_PASS);
 *	ktstr_result_free(&r);
 */
#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

#include "lib/scenario.h"
#include "lib/topology.h"
#include "lib/wire.h"
#include "lib/wire_result.h"

/**
 * enum ktstr_verdict - what a run proved
 * @KTSTR_INCONCLUSIVE: nothing: evidence is missing, damaged or contradictory
 * @KTSTR_SKIP: it did not run, and for this machine that is right
 * @KTSTR_FAIL: something under test is broken
 * @KTSTR_PASS: every condition has positive evidence
 *
 * A zeroed object says "inconclusive".
 */
enum ktstr_verdict {
	KTSTR_INCONCLUSIVE,
	KTSTR_SKIP,
	KTSTR_FAIL,
	KTSTR_PASS,
};

/**
 * enum ktstr_reason - why, for programs; the text beside it is for people
 * @KTSTR_REASON_NONE: nothing was evaluated
 * @KTSTR_REASON_PASS: all evidence is there
 * @KTSTR_REASON_GUEST_CRASHED: panic, oops, lockup, stall, hung task, triple
 *                              fault or a KVM exit that says so
 * @KTSTR_REASON_TIMED_OUT: the watchdog or the deadline ended the run
 * @KTSTR_REASON_SCHED_NOT_ATTACHED: the scheduler never attached
 * @KTSTR_REASON_SCHED_DIED: it attached, and its process ended by itself
 * @KTSTR_REASON_SCHED_EJECTED: it attached, and was detached at the end
 * @KTSTR_REASON_SCHED_WRONG_OPS: other ops than the expected ones are attached
 * @KTSTR_REASON_GUEST_FAILED: guest-init reports an error or a nonzero exit
 * @KTSTR_REASON_GUEST_VANISHED: the guest went down before it was done
 * @KTSTR_REASON_NO_PROGRESS: a worker did no work
 * @KTSTR_REASON_WORKER_LOST: a worker did not report
 * @KTSTR_REASON_PLAN_MISMATCH: other than the planned number of workers
 * @KTSTR_REASON_NO_RESULT: the guest ended well but no result arrived
 * @KTSTR_REASON_BAD_RESULT: a result arrived that cannot be read
 * @KTSTR_REASON_STALE_RESULT: a result of another run (nonce)
 * @KTSTR_REASON_DUPLICATE_RESULT: more than one result, or frames out of order
 * @KTSTR_REASON_CHANNEL_DAMAGED: frames lost or damaged on the verdict channel
 * @KTSTR_REASON_STOPPED: stopped from outside
 * @KTSTR_REASON_VMM_DIED: the VMM process crashed or gave no report
 * @KTSTR_REASON_VMM_ERROR: KVM or the VMM failed
 * @KTSTR_REASON_SETUP: the run could not be started
 * @KTSTR_REASON_SKIPPED: a requirement is not met
 * @KTSTR_REASON_NR: how many there are
 */
enum ktstr_reason {
	KTSTR_REASON_NONE,
	KTSTR_REASON_PASS,
	KTSTR_REASON_GUEST_CRASHED,
	KTSTR_REASON_TIMED_OUT,
	KTSTR_REASON_SCHED_NOT_ATTACHED,
	KTSTR_REASON_SCHED_DIED,
	KTSTR_REASON_SCHED_EJECTED,
	KTSTR_REASON_SCHED_WRONG_OPS,
	KTSTR_REASON_GUEST_FAILED,
	KTSTR_REASON_GUEST_VANISHED,
	KTSTR_REASON_NO_PROGRESS,
	KTSTR_REASON_WORKER_LOST,
	KTSTR_REASON_PLAN_MISMATCH,
	KTSTR_REASON_NO_RESULT,
	KTSTR_REASON_BAD_RESULT,
	KTSTR_REASON_STALE_RESULT,
	KTSTR_REASON_DUPLICATE_RESULT,
	KTSTR_REASON_CHANNEL_DAMAGED,
	KTSTR_REASON_STOPPED,
	KTSTR_REASON_VMM_DIED,
	KTSTR_REASON_VMM_ERROR,
	KTSTR_REASON_SETUP,
	KTSTR_REASON_SKIPPED,
	KTSTR_REASON_NR,
};

/**
 * enum ktstr_boot - how the kernel is started
 * @KTSTR_BOOT_AUTO: as the image asks: a bzImage with KASLR, a vmlinux without
 * @KTSTR_BOOT_BZIMAGE: only as a bzImage
 * @KTSTR_BOOT_VMLINUX: direct 64-bit entry, without KASLR; the payload of a
 *                      bzImage is unpacked once and cached
 */
enum ktstr_boot {
	KTSTR_BOOT_AUTO,
	KTSTR_BOOT_BZIMAGE,
	KTSTR_BOOT_VMLINUX,
};

/**
 * struct ktstr_test - one run
 * @name: for reports and file names, [A-Za-z0-9_-]; NULL = "run"
 * @kernel: bzImage or vmlinux; NULL = $KTSTR_KERNEL, the tree's, the cache's
 * @topology: "1n2l4c2t" (lib/topology.h); NULL = @topo
 * @topo: the topology when @topology is NULL; zeroed = 1n1l1c1t
 * @boot: how the kernel is started
 * @no_kaslr: boot a bzImage with nokaslr
 * @mem_mib: guest memory; 0 = max(CPUs * 64, 512)
 * @scheduler: name or path of a sched_ext scheduler; NULL = EEVDF
 * @sched_args: its arguments without argv[0], NULL-terminated; NULL = none
 * @expect_ops: name of the ops that must be attached; NULL = any
 * @duration_ms: how long the workers run; 0 = 1000
 * @workers: spinning workers; 0 = one per CPU
 * @timeout_ms: deadline of the whole run on the host's clock; 0 = computed
 *              from @duration_ms, the CPUs and the host's speed
 * @attach_ms: how long the scheduler may take to attach; 0 = 30 s, more on a
 *             slow host
 * @fault: what the guest shall break in itself
 * @fault_after_ms: when, counted from scenario start
 * @extra_cmdline: appended to the guest kernel's command line; NULL = nothing
 * @verbose: guest console on standard error, loglevel 7
 * @out_dir: directory for artifacts, created when missing; NULL = none
 * @stop: asked every 100 ms at least from the calling thread; true ends the
 *        run at once; NULL = never
 * @stop_ctx: passed to @stop
 *
 * Everything is borrowed for the duration of the call.
 */
struct ktstr_test {
	const char *name;
	const char *kernel;
	const char *topology;
	struct topology topo;
	enum ktstr_boot boot;
	bool no_kaslr;
	u32 mem_mib;
	const char *scheduler;
	const char *const *sched_args;
	const char *expect_ops;
	u32 duration_ms;
	u32 workers;
	u32 timeout_ms;
	u32 attach_ms;
	enum scenario_fault fault;
	u32 fault_after_ms;
	const char *extra_cmdline;
	bool verbose;
	const char *out_dir;
	bool (*stop)(void *ctx);
	void *stop_ctx;
};

/**
 * struct ktstr_timings - when things happened
 * @total_ns: from the call of ktstr_run() to its return
 * @first_run_ns: from the start of the VMM to the first guest instruction
 * @ready_ns: from the start of the VMM to guest-ready (WIRE_SRDY)
 * @attach_ns: to the scheduler being attached
 * @scenario_ns: to the first scenario start
 * @end_ns: to the stop of the last vCPU
 *
 * 0 = not reached.
 */
struct ktstr_timings {
	u64 total_ns;
	u64 first_run_ns;
	u64 ready_ns;
	u64 attach_ns;
	u64 scenario_ns;
	u64 end_ns;
};

/**
 * struct ktstr_result - what came of a run
 * @verdict: what it proved
 * @infra: the machine or ktstr itself is at fault, not what was tested
 * @reason: why, for programs
 * @reason_text: why, for people: one line, printable ASCII
 * @stage: how far the run came
 * @console_kind: enum conscan_kind, the worst the guest console showed
 * @console_line: the line that says so, printable ASCII, or empty
 * @nr_workers: workers that reported
 * @workers: their reports, or NULL
 * @exit_seen: the guest sent an exit code
 * @exit_code: the last one
 * @ops: name of the attached ops, printable ASCII, or empty
 * @sched_status: wait status of the scheduler, 0 while it ran
 * @sched_log: its output, NUL-terminated, printable ASCII; or NULL
 * @sched_log_len: bytes of it
 * @sched_log_cut: the beginning was dropped
 * @console: guest console, head and tail, NUL-terminated, printable; or NULL
 * @console_len: bytes of it
 * @report_valid: @report was filled in by the VMM process
 * @report: what the VMM process saw; zeroed without one
 * @timings: when things happened
 * @nr_frames: frames in the verdict log
 * @artifact_dir: where files were left, or NULL
 * @dump_path: failure dump, or NULL
 * @emulated: the run took place in the emulated host
 *
 * The owner of the struct releases what it points to: ktstr_result_free().
 */
struct ktstr_result {
	enum ktstr_verdict verdict;
	bool infra;
	enum ktstr_reason reason;
	char reason_text[768];
	enum wire_stage stage;
	u32 console_kind;
	char console_line[256];
	u32 nr_workers;
	struct wire_worker_view *workers;
	bool exit_seen;
	s32 exit_code;
	char ops[64];
	u32 sched_status;
	char *sched_log;
	size_t sched_log_len;
	bool sched_log_cut;
	char *console;
	size_t console_len;
	bool report_valid;
	struct vmm_report report;
	struct ktstr_timings timings;
	size_t nr_frames;
	char *artifact_dir;
	char *dump_path;
	bool emulated;
};

/**
 * ktstr_run() - boot a VM, run the test in it, judge it
 * @test: what to do
 * @res: filled in whatever happens; release it with ktstr_result_free()
 *
 * Blocks until every process and thread of the run is gone. One call per
 * process at a time; the caller may have other threads.
 *
 * Return: 0 when @res holds a verdict, which may be any, or a negative errno
 * when the run could not be started (then @res says why, with @infra set).
 */
int ktstr_run(const struct ktstr_test *test, struct ktstr_result *res);

/**
 * ktstr_result_free() - release what a result points to and zero it
 * @res: the result, or NULL; twice is fine
 */
void ktstr_result_free(struct ktstr_result *res);

/**
 * ktstr_result_print() - write a readable report
 * @out: where to
 * @res: the result
 */
void ktstr_result_print(FILE *out, const struct ktstr_result *res);

/**
 * ktstr_verdict_name() - a verdict as one upper-case word
 * @v: any value; an unknown one gives "UNKNOWN"
 */
const char *ktstr_verdict_name(enum ktstr_verdict v);

/**
 * ktstr_verdict_worse() - the one of two verdicts that decides
 * @a: a verdict
 * @b: another
 *
 * Fail over Inconclusive over Pass over Skip.
 */
enum ktstr_verdict ktstr_verdict_worse(enum ktstr_verdict a, enum ktstr_verdict b);

/**
 * ktstr_reason_name() - a reason as one lower-case word, for files
 * @r: any value; an unknown one gives "unknown"
 */
const char *ktstr_reason_name(enum ktstr_reason r);

/**
 * ktstr_exit_code() - exit status of a program that reports one result
 * @res: the result
 *
 * Return: 0 pass, 1 fail, 2 inconclusive, 3 infra, 4 skip.
 */
int ktstr_exit_code(const struct ktstr_result *res);

#endif /* KTSTR_HOST_HARNESS_KTSTR_H */
