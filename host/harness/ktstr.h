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

#include "host/harness/ktstr_checks.h"
#include "host/harness/ktstr_claim.h"
#include "host/harness/ktstr_monitor.h"
#include "host/harness/ktstr_op.h"
#include "host/harness/ktstr_output.h"
#include "host/harness/ktstr_scenario.h"
#include "host/harness/ktstr_series.h"
#include "lib/scenario.h"
#include "lib/topology.h"
#include "lib/wire.h"
#include "lib/wire_dump.h"
#include "lib/wire_ops.h"
#include "lib/wire_result.h"
#include "lib/wire_symbols.h"

struct run_context;
struct vtree;

/* Bounds of one test; more is refused before anything starts. */
#define KTSTR_OPS_MAX	    256 /* without steps */
#define KTSTR_SNAPSHOTS_MAX 64
/* Of the workload, unless the test says otherwise. */
#define KTSTR_DURATION_MS 1000
/* A guest is held for a day at most. */
#define KTSTR_HOLD_MAX_MS (24U * 60 * 60 * 1000)

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
 * @KTSTR_REASON_WATCH_UNSUPPORTED: the watchpoints' own canary did not fire:
 *                                  nothing can be said about what they missed
 * @KTSTR_REASON_NOT_FROZEN: a snapshot was taken with a vCPU still running
 * @KTSTR_REASON_MAP_NOT_WRITTEN: the host could not write a BPF map's variable
 * @KTSTR_REASON_OBSERVER_BLIND: a request was refused because the host cannot
 *                               read this kernel's memory
 * @KTSTR_REASON_SNAPSHOTS_MISSING: not every periodic snapshot was taken
 * @KTSTR_REASON_MONITOR_FAILED: the monitor's limits were not kept, and count
 * @KTSTR_REASON_MONITOR_INCONCLUSIVE: the monitor cannot tell, and counts
 * @KTSTR_REASON_CHECK_FAILED: a limit of struct ktstr_checks was not kept
 * @KTSTR_REASON_CHECK_INCONCLUSIVE: it cannot be told whether it was
 * @KTSTR_REASON_STEP_FAILED: an op of a step could not be carried out
 * @KTSTR_REASON_PAYLOAD_FAILED: a payload failed, hung or lacks a metric
 * @KTSTR_REASON_NO_SCX_ERROR: the scheduler should have failed, and did not as
 *                             expected
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
	KTSTR_REASON_WATCH_UNSUPPORTED,
	KTSTR_REASON_NOT_FROZEN,
	KTSTR_REASON_MAP_NOT_WRITTEN,
	KTSTR_REASON_OBSERVER_BLIND,
	KTSTR_REASON_SNAPSHOTS_MISSING,
	KTSTR_REASON_MONITOR_FAILED,
	KTSTR_REASON_MONITOR_INCONCLUSIVE,
	KTSTR_REASON_CHECK_FAILED,
	KTSTR_REASON_CHECK_INCONCLUSIVE,
	KTSTR_REASON_STEP_FAILED,
	KTSTR_REASON_PAYLOAD_FAILED,
	KTSTR_REASON_NO_SCX_ERROR,
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
 * enum ktstr_host_fault - what the host side shall break, in a test of ktstr
 * @KTSTR_HOST_FAULT_NONE: nothing
 * @KTSTR_HOST_FAULT_DEAF_WATCH: no vCPU ever arms its debug registers
 * @KTSTR_HOST_FAULT_STUCK_VCPU: the guest's CPU 1 never stands still; it is
 *                               waited for two seconds each time
 */
enum ktstr_host_fault {
	KTSTR_HOST_FAULT_NONE,
	KTSTR_HOST_FAULT_DEAF_WATCH,
	KTSTR_HOST_FAULT_STUCK_VCPU,
};

/**
 * struct ktstr_map_write - a variable of a BPF map the host sets from outside
 * @map: end of the name of an ARRAY map: ".bss"
 * @variable: 4 bytes by the map's own types
 * @value: what to write
 * @after_ms: when, after scenario start
 */
struct ktstr_map_write {
	const char *map;
	const char *variable;
	u32 value;
	u32 after_ms;
};

/**
 * struct ktstr_scheduler - a scheduler, and what is always asked of it
 * @name: for reports; NULL = the last part of @program
 * @program: name or path, as @scheduler of struct ktstr_test
 * @args: its arguments without argv[0], NULL-terminated; NULL = none
 * @expect_ops: name of the ops that must be attached; NULL = any
 * @checks: limits of its workers, below those of a test
 * @monitor: limits of its run queues, which a test's replace when it has any
 */
struct ktstr_scheduler {
	const char *name;
	const char *program;
	const char *const *args;
	const char *expect_ops;
	struct ktstr_checks checks;
	struct ktstr_monitor_limits monitor;
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
 * @sched: a scheduler with all that belongs to it, instead of @scheduler,
 *         @sched_args and @expect_ops; or NULL
 * @duration_ms: how long the workers run; 0 = KTSTR_DURATION_MS
 * @workers: how many do @work outside of all cgroups, without @steps; 0 = one per
 *           CPU, or none with a @backdrop
 * @work: what they do; zeroed = they spin
 * @backdrop: cgroups that live through all steps, ended by one without a name; or
 *            NULL
 * @steps: what happens, one after the other, ended by one of zeroes; or NULL. Then
 *         @workers, @work and @ops must be empty
 * @seed: what random CPUs (KTSTR_AFFINITY_RANDOM) are drawn from; 0 = drawn anew
 *        for each run, the report says which
 * @checks: what must hold of the workers
 * @expect_scx_error: text that must be in what the scheduler is ejected for: the
 *                    test passes when it is, and fails without such an end; NULL =
 *                    it must not be ejected
 * @expect_scx_error_match: the same, an extended regular expression (regex(7))
 * @timeout_ms: deadline of the whole run on the host's clock; 0 = computed
 *              from @duration_ms, the CPUs and the host's speed
 * @attach_ms: how long the scheduler may take to attach; 0 = 30 s, more on a
 *             slow host
 * @fault: what the guest shall break in itself
 * @fault_after_ms: when, counted from scenario start
 * @ops: what the guest asks of the host meanwhile, @nr_ops of them; or NULL
 * @nr_ops: at most KTSTR_OPS_MAX
 * @map_writes: what the host writes into BPF maps; or NULL
 * @nr_map_writes: at most COORD_MAP_WRITES_MAX of host/coord/coord.h
 * @timecheck: the guest compares its clocks during the workload
 * @observe_first: wait for the observer before the scheduler is started, not
 *                 only before the workload: nothing of the attach is missed
 * @no_observe: do not wait for the observer and run no canary of the
 *              watchpoints; without it a test with a scheduler, with @ops or
 *              with @periodic does both
 * @dual_snapshot: snapshot also when a runnable task has waited for half the
 *                 scheduler's watchdog
 * @periodic: snapshots at equal distances between 10 % and 90 % of the workload,
 *            at least 100 ms apart; together with those that @ops ask for at
 *            most KTSTR_SNAPSHOTS_MAX. They are called periodic_000 and so on
 * @symbol_digest: have the host say what all symbols it knows come to:
 *                 ktstr_symbol_digest(); the guest then waits for the observer,
 *                 as with @ops
 * @dump_raw: show keys and values of BPF maps in snapshots also as the bytes
 *            they are: members "key_raw", "value_raw" and "values_raw"
 * @host_fault: what the host side shall break in itself
 * @fallback_map: end of the name of the map with @fallback_flag; NULL = none
 * @fallback_flag: variable the scheduler sets to say that it has failed
 * @monitor: what the run queues of the guest must keep to, and whether that
 *           counts; the guest then waits for the observer, as with @ops
 * @extra_cmdline: appended to the guest kernel's command line; NULL = nothing
 * @verbose: guest console on standard error, loglevel 7
 * @out_dir: directory for artifacts, created when missing; NULL =
 *           $KTSTR_OUT/PROGRAM (out_dir.h), or none where that is not set. There
 *           a run gets a name of its own: @name, or what it ran on and with, and
 *           a number where that is taken
 * @save_memory: file for the guest's memory and registers, an ELF vmcore that
 *               `ktstr inspect`, drgn and crash open: as they were when the
 *               scheduler failed, else at the end of the workload, else when the
 *               machine ended; NULL = none. Without it a run that passed does
 *               not
 * @hold_ms: keep the guest running at the end of the workload, load and all, so
 *           that `ktstr inspect --live` can look at it, for so long at most;
 *           0 = do not. Goes with no @timeout_ms
 * @release: asked like @stop; true ends a hold, also one that is still to come;
 *           NULL = never
 * @stop: asked every 100 ms at least from the calling thread; true ends the
 *        run at once; NULL = never
 * @stop_ctx: passed to @stop and @release
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
	const struct ktstr_scheduler *sched;
	u32 duration_ms;
	u32 workers;
	struct work work;
	const struct ktstr_cgroup *backdrop;
	const struct ktstr_step *steps;
	u64 seed;
	struct ktstr_checks checks;
	const char *expect_scx_error;
	const char *expect_scx_error_match;
	u32 timeout_ms;
	u32 attach_ms;
	enum scenario_fault fault;
	u32 fault_after_ms;
	const struct ktstr_op *ops;
	size_t nr_ops;
	const struct ktstr_map_write *map_writes;
	size_t nr_map_writes;
	bool timecheck;
	bool observe_first;
	bool no_observe;
	bool dual_snapshot;
	u32 periodic;
	bool symbol_digest;
	bool dump_raw;
	enum ktstr_host_fault host_fault;
	const char *fallback_map;
	const char *fallback_flag;
	struct ktstr_monitor_limits monitor;
	const char *extra_cmdline;
	bool verbose;
	const char *out_dir;
	const char *save_memory;
	u32 hold_ms;
	bool (*release)(void *ctx);
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
 * @cleanup_ns: from there until the VMM process was gone
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
	u64 cleanup_ns;
};

/**
 * struct ktstr_snapshot - one standstill of the machine, as recorded
 * @v: the figures; texts as the guest gave them: escape before printing.
 *     @v.json is @json, @v.json_len its length
 * @json: the dump's text, NUL-terminated
 * @path: file it was written to, or NULL without an out_dir
 * @step: in which step of the scenario it was taken, 0 = the baseline, or
 *        KTSTR_NO_STEP
 * @tree: what ktstr_snapshot_value() has made of @json
 */
struct ktstr_snapshot {
	struct dump_view v;
	char *json;
	char *path;
	u32 step;
	struct vtree **tree;
};

/**
 * struct ktstr_timecheck - what the guest's clocks did (struct wire_timc)
 * @samples: pairs of CLOCK_MONOTONIC and TSC read
 * @elapsed_ns: of CLOCK_MONOTONIC between the first and the last
 * @backwards: times either clock went back
 * @max_step_ns: longest step of CLOCK_MONOTONIC between two pairs
 * @max_drift_ns: furthest that the two clocks came apart
 * @tsc_khz: ticks of the TSC a millisecond, as measured
 */
struct ktstr_timecheck {
	u64 samples;
	u64 elapsed_ns;
	u64 backwards;
	u64 max_step_ns;
	u64 max_drift_ns;
	u64 tsc_khz;
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
 * @dump_path: file of the failure dump, or NULL
 * @memory_path: file of the guest's memory, or NULL
 * @nr_snapshots: dumps the VMM process left, in the order they were taken
 * @snapshots: them, or NULL
 * @snapshots_evicted: of more than KTSTR_SNAPSHOTS_MAX with a name, the older
 *                     ones, which are not kept
 * @nr_op_results: records of requests, watches and the host's own acts
 * @op_results: them, in order, each with a copy of its data; texts escaped
 *              only when printed
 * @nr_outputs: programs the guest was told to run and began to
 * @outputs: what they wrote, in order, or NULL
 * @timecheck_seen: @timecheck was sent
 * @timecheck: what the guest's clocks did
 * @observer_seen: the VMM process said whether it could read the kernel
 * @observer_ok: it could
 * @observer_text: how, or why not; printable ASCII, or empty
 * @monitor: what the monitor saw; its verdict is KTSTR_MONITOR_INCONCLUSIVE
 *           without samples
 * @load: workers, cgroups, steps, checks
 * @emulated: the run took place in the emulated host
 * @context: when and where, for the JSON result; or NULL
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
	char *memory_path;
	size_t nr_snapshots;
	struct ktstr_snapshot *snapshots;
	u64 snapshots_evicted;
	size_t nr_op_results;
	struct op_view *op_results;
	size_t nr_outputs;
	struct ktstr_output *outputs;
	bool timecheck_seen;
	struct ktstr_timecheck timecheck;
	bool observer_seen;
	bool observer_ok;
	char observer_text[512];
	struct ktstr_monitor monitor;
	struct ktstr_load load;
	bool emulated;
	struct run_context *context;
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
 * ktstr_snapshot_find() - the first snapshot with a tag
 * @res: the result
 * @tag: the tag, or the watched symbol; "" is the failure dump's
 *
 * Return: it, valid as long as @res, or NULL.
 */
const struct ktstr_snapshot *ktstr_snapshot_find(const struct ktstr_result *res, const char *tag);

/**
 * ktstr_op_find() - the first record of an operation
 * @res: the result
 * @op: what it was about
 * @tag: its tag, symbol or map; NULL = any
 *
 * Return: it, valid as long as @res, or NULL.
 */
const struct op_view *ktstr_op_find(const struct ktstr_result *res, enum wire_op op,
				    const char *tag);

/**
 * ktstr_symbol_digest() - what the symbols of the guest's kernel come to
 * @res: result of a test with symbol_digest
 * @d: filled in on success: of every symbol of the kernel's image, with the
 *     address it had while the guest ran
 *
 * Return: 0, -ENODATA when the host has not told, or -EPROTO or -EBADMSG for
 * what is no digest.
 */
int ktstr_symbol_digest(const struct ktstr_result *res, struct sym_digest *d);

/**
 * ktstr_op_value() - a number a kernel operation read
 * @op: record of a WIRE_OP_KERNEL
 * @index: of the entry, from 0
 * @value: set to it
 *
 * Return: 0, -ENOENT when @index is past the values that came back, -ERANGE
 * for a value of more than 8 bytes or none, or -EBADMSG when the record is no
 * reply to a kernel operation.
 */
int ktstr_op_value(const struct op_view *op, size_t index, u64 *value);

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
