/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_RESULT_H
#define KTSTR_LIB_WIRE_RESULT_H

/*
 * The two payloads a verdict rests on: what the guest says about its run
 * (WIRE_TEST) and what the VMM process saw of it from outside (WIRE_VMMR).
 * Both carry a version; a reader takes no other.
 */
#include <stddef.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "lib/wire.h"

#define WIRE_RESULT_VERSION	2
#define WIRE_RESULT_WORKERS_MAX 65536

#define WIRE_RESULT_ATTACHED_START BIT(0)
#define WIRE_RESULT_ATTACHED_END   BIT(1)
#define WIRE_RESULT_SCHED_ALIVE	   BIT(2)
#define WIRE_RESULT_WORKERS_DONE   BIT(3)

#define WIRE_WORKER_COMPLETED BIT(0)

/**
 * struct wire_worker - one worker in a WIRE_TEST payload
 * @tid: thread id in the guest
 * @flags: WIRE_WORKER_COMPLETED when it reported at the end
 * @work_units: done
 * @cpu_ns: CPU time it got
 * @wall_ns: from its release to its stop
 */
struct wire_worker {
	__le32 tid;
	__le32 flags;
	__le64 work_units;
	__le64 cpu_ns;
	__le64 wall_ns;
} __packed;
static_assert(sizeof(struct wire_worker) == 32);

/**
 * struct wire_result - WIRE_TEST
 * @version: WIRE_RESULT_VERSION
 * @flags: WIRE_RESULT_*: attached before the first worker ran, still attached
 *         after the last stopped, the scheduler process alive then, every
 *         worker reported
 * @nonce: of the scenario
 * @stage: enum wire_stage where the guest stopped; WIRE_STAGE_DONE when all
 *         of it was done
 * @error: 0 or a negative errno
 * @nr_workers: workers that follow, at most WIRE_RESULT_WORKERS_MAX
 * @sched_status: wait status of the scheduler, 0 while it runs
 * @nr_reports: WIRE_WREP frames sent before, no more than @nr_workers
 * @ops: name of the attached ops, NUL-terminated, empty without one
 * @reason: what failed, NUL-terminated, empty when nothing did
 * @workers: @nr_workers of them; the payload ends with the last one
 */
struct wire_result {
	__le32 version;
	__le32 flags;
	__le64 nonce;
	__le32 stage;
	__le32 error;
	__le32 nr_workers;
	__le32 sched_status;
	__le32 nr_reports;
	char ops[64];
	char reason[256];
	struct wire_worker workers[];
} __packed;
static_assert(sizeof(struct wire_result) == 356);

/**
 * struct wire_worker_view - struct wire_worker in host byte order
 * @tid: thread id in the guest
 * @flags: WIRE_WORKER_*
 * @work_units: done
 * @cpu_ns: CPU time
 * @wall_ns: wall time
 */
struct wire_worker_view {
	u32 tid;
	u32 flags;
	u64 work_units;
	u64 cpu_ns;
	u64 wall_ns;
};

/**
 * struct wire_result_view - struct wire_result in host byte order
 * @flags: WIRE_RESULT_*
 * @nonce: of the scenario
 * @stage: enum wire_stage, checked
 * @error: 0 or a negative errno
 * @nr_workers: workers
 * @sched_status: wait status
 * @nr_reports: WIRE_WREP frames that were sent before it
 * @ops: NUL-terminated
 * @reason: NUL-terminated
 * @workers: decoding: the raw array inside the payload, read it with
 *           wire_result_worker(); encoding: ignored
 */
struct wire_result_view {
	u32 flags;
	u64 nonce;
	u32 stage;
	s32 error;
	u32 nr_workers;
	u32 sched_status;
	u32 nr_reports;
	char ops[64];
	char reason[256];
	const u8 *workers;
};

/**
 * wire_result_encode() - build a WIRE_TEST payload
 * @v: the result
 * @workers: @v->nr_workers of them, may be NULL when 0
 * @buf: set to the payload; the caller frees it
 * @len: set to its size
 *
 * Return: 0, -EINVAL for too many workers or more reports than workers, or
 * -ENOMEM.
 */
int wire_result_encode(const struct wire_result_view *v, const struct wire_worker_view *workers,
		       void **buf, size_t *len);

/**
 * wire_result_decode() - check a WIRE_TEST payload and read it
 * @payload: the bytes
 * @len: how many
 * @v: filled in on success; points into @payload
 *
 * Return: 0, -EPROTO for an unknown version, or -EBADMSG when the length does
 * not fit the number of workers, there are more reports than workers, a stage or
 * flag does not exist, a text has no NUL, or @error is positive.
 */
int wire_result_decode(const void *payload, size_t len, struct wire_result_view *v);

/**
 * wire_result_worker() - one worker of a decoded result
 * @v: from wire_result_decode()
 * @i: 0..@v->nr_workers - 1
 * @w: filled in
 */
void wire_result_worker(const struct wire_result_view *v, u32 i, struct wire_worker_view *w);

/**
 * enum vmm_exit - how a VM ended; 0 is never valid
 * @VMM_EXIT_SHUTDOWN: the guest powered off or reset itself by its own
 *                     interface (i8042, PSCI); the only clean end
 * @VMM_EXIT_TRIPLE_FAULT: KVM_EXIT_SHUTDOWN on x86
 * @VMM_EXIT_FATAL: KVM_EXIT_FAIL_ENTRY or KVM_EXIT_INTERNAL_ERROR
 * @VMM_EXIT_RUN_ERROR: KVM_RUN itself failed
 * @VMM_EXIT_GUEST_PANIC: the console showed a panic or an oops
 * @VMM_EXIT_KILLED: the kill flag was set (WIRE_SCDX, or a stop from outside)
 * @VMM_EXIT_TIMEOUT: the watchdog ended it
 * @VMM_EXIT_INTERNAL: a failure of the VMM itself; the reason says which
 * @VMM_EXIT_NR: one more than the last
 */
enum vmm_exit {
	VMM_EXIT_SHUTDOWN = 1,
	VMM_EXIT_TRIPLE_FAULT,
	VMM_EXIT_FATAL,
	VMM_EXIT_RUN_ERROR,
	VMM_EXIT_GUEST_PANIC,
	VMM_EXIT_KILLED,
	VMM_EXIT_TIMEOUT,
	VMM_EXIT_INTERNAL,
	VMM_EXIT_NR,
};

/**
 * vmm_exit_name() - an exit as a short text
 * @exit: any value; an unknown one gives "unknown exit"
 */
const char *vmm_exit_name(u32 exit);

/**
 * enum vmm_kvm_stat - KVM's own counters, summed over vCPUs
 * @VMM_KVM_EXITS: times KVM came out of the guest
 * @VMM_KVM_HALT_EXITS: for a CPU that had nothing to do
 * @VMM_KVM_HALT_POLL_OK: polls for its wake-up that saw one
 * @VMM_KVM_HALT_POLLS: polls for it
 * @VMM_KVM_HALT_WAIT_NS: how long such a CPU was asleep
 * @VMM_KVM_PREEMPTED: times the guest was told that a vCPU was taken off its CPU
 * @VMM_KVM_SIGNALS: exits for a signal
 * @VMM_KVM_HYPERCALLS: calls the guest made
 * @VMM_KVM_STATS: how many there are
 */
enum vmm_kvm_stat {
	VMM_KVM_EXITS,
	VMM_KVM_HALT_EXITS,
	VMM_KVM_HALT_POLL_OK,
	VMM_KVM_HALT_POLLS,
	VMM_KVM_HALT_WAIT_NS,
	VMM_KVM_PREEMPTED,
	VMM_KVM_SIGNALS,
	VMM_KVM_HYPERCALLS,
	VMM_KVM_STATS,
};

/**
 * vmm_kvm_stat_name() - a counter by its name in KVM
 * @s: any value; an unknown one gives "unknown"
 */
const char *vmm_kvm_stat_name(u32 s);

#define WIRE_VMM_REPORT_VERSION 4

/**
 * struct vmm_report - what the VMM process knows at the end of a run
 * @exit_reason: enum vmm_exit
 * @kvm_exit_reason: KVM_EXIT_* behind it, 0 when there is none
 * @stage: enum wire_stage the coordinator had reached
 * @watchdog_tier: 1..3 for VMM_EXIT_TIMEOUT, else 0
 * @console_kind: enum conscan_kind, the worst the console showed
 * @error: negative errno behind VMM_EXIT_RUN_ERROR or _INTERNAL, else 0
 * @frames: guest frames assembled
 * @crc_errors: of those, with a wrong CRC
 * @oversize: frames above the cap
 * @resyncs: times the assembler lost its place
 * @dropped_bytes: bytes of the bulk port that never became a frame, with the
 *                 residual at the end and whatever the device dropped
 * @unknown_frames: frames with a tag no guest may send
 * @log_dropped: frames the verdict log had no room for
 * @device_resets: resets of the console device after DRIVER_OK and before
 *                 WIRE_EXIT arrived (Linux resets it once more on its way
 *                 down, and that one is no fault)
 * @device_errors: times a device went to NEEDS_RESET
 * @unhandled_io: accesses to ports or MMIO nobody claims
 * @console_dropped: console bytes that the capture ring let go (harmless)
 * @t_start_ns: when the VMM process began, CLOCK_MONOTONIC; the next ones are
 *              relative to it, 0 when not reached
 * @t_first_run_ns: first entry into the guest
 * @t_srdy_ns: WIRE_SRDY
 * @t_attach_ns: WIRE_LIFE_SCHED_ATTACHED
 * @t_scenario_ns: first WIRE_SCST
 * @t_end_ns: the last vCPU stopped
 * @kvm_exits_at_srdy: KVM exits of all vCPUs until then
 * @kvm_exits: until the end
 * @freezes: times all vCPUs were made to stand still
 * @frozen_ns: sum of how long they did
 * @contention_known: 1 when the next three were measured, else 0
 * @run_delay_ns: how long vCPU threads waited for a CPU of the host from the
 *                first WIRE_SCST to the last WIRE_SCEN, in sum
 * @on_cpu_ns: their CPU time meanwhile, in sum
 * @worst_wait_ns: longest that one of them waited between two looks at it
 * @kvm_stats_known: bit N: @kvm_stats[N] is there; not every KVM has all of them
 * @kvm_stats: by enum vmm_kvm_stat, at the end
 * @reason: NUL-terminated: a sentence for the user, may be empty
 * @console_line: NUL-terminated: the console line that set @console_kind
 */
struct vmm_report {
	u32 exit_reason;
	u32 kvm_exit_reason;
	u32 stage;
	u32 watchdog_tier;
	u32 console_kind;
	s32 error;
	u64 frames;
	u64 crc_errors;
	u64 oversize;
	u64 resyncs;
	u64 dropped_bytes;
	u64 unknown_frames;
	u64 log_dropped;
	u64 device_resets;
	u64 device_errors;
	u64 unhandled_io;
	u64 console_dropped;
	u64 t_start_ns;
	u64 t_first_run_ns;
	u64 t_srdy_ns;
	u64 t_attach_ns;
	u64 t_scenario_ns;
	u64 t_end_ns;
	u64 kvm_exits_at_srdy;
	u64 kvm_exits;
	u64 freezes;
	u64 frozen_ns;
	u64 contention_known;
	u64 run_delay_ns;
	u64 on_cpu_ns;
	u64 worst_wait_ns;
	u64 kvm_stats_known;
	u64 kvm_stats[VMM_KVM_STATS];
	char reason[256];
	char console_line[256];
};

#define WIRE_VMM_REPORT_U32S 6
#define WIRE_VMM_REPORT_U64S 34

/**
 * struct wire_vmm_report - WIRE_VMMR: struct vmm_report on the wire
 * @version: WIRE_VMM_REPORT_VERSION
 * @pad: 0
 * @u32s: exit_reason .. error, in the order of struct vmm_report
 * @u64s: frames .. kvm_stats, in that order
 * @reason: NUL-terminated
 * @console_line: NUL-terminated
 */
struct wire_vmm_report {
	__le32 version;
	__le32 pad;
	__le32 u32s[WIRE_VMM_REPORT_U32S];
	__le64 u64s[WIRE_VMM_REPORT_U64S];
	char reason[256];
	char console_line[256];
} __packed;
static_assert(sizeof(struct wire_vmm_report) == 816);

/**
 * wire_vmm_report_encode() - to the wire
 * @r: the report
 * @w: filled in
 */
void wire_vmm_report_encode(const struct vmm_report *r, struct wire_vmm_report *w);

/**
 * wire_vmm_report_decode() - check a WIRE_VMMR payload and read it
 * @payload: the bytes
 * @len: how many
 * @r: filled in on success
 *
 * Return: 0, -EPROTO for an unknown version, or -EBADMSG for another length,
 * an exit reason, a stage or a counter of KVM that does not exist, a contention that
 * is neither known nor unknown, or a text without NUL.
 */
int wire_vmm_report_decode(const void *payload, size_t len, struct vmm_report *r);

#endif /* KTSTR_LIB_WIRE_RESULT_H */
