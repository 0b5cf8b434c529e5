/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_SCENARIO_H
#define KTSTR_LIB_SCENARIO_H

/*
 * What guest-init is told: one file in the initramfs, read once at start.
 *
 * The file is a run of wire frames (lib/wire.h) with tags of its own: first
 * one SVER with the fixed part, then one frame per string, last one SEND that
 * counts the frames before it, so that a file cut between two frames is
 * noticed. Strings carry no NUL. SARG, HARG, HENV and SOPR repeat, in order.
 *
 *   SVER struct scenario_wire    SPTH scheduler path    SARG its argv[i]
 *   SOPS expected ops name       HARG argv[i]           HENV envp[i]
 *   HCWD working directory       HART artifacts dir     SEND u32 frames
 *   HSAV file to bring back    SOPR one op, as of lib/scenario_op.c
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "lib/err.h"

#define SCENARIO_PATH	     "/ktstr/scenario"
#define SCENARIO_VERSION     4
#define SCENARIO_WORKERS_MAX 65536
#define SCENARIO_ATTACH_MS   30000
/* Bounds on what a decoder accepts; a real file is a few KiB. */
#define SCENARIO_FILE_MAX    (4U << 20)
#define SCENARIO_STRINGS_MAX 65536
#define SCENARIO_OPS_MAX     258 /* those of a test, and the two at its end */
#define SCENARIO_ARGV_MAX    64

/**
 * enum scenario_fault - what the guest does to itself, in a test of the tester
 * @SCENARIO_FAULT_NONE: nothing
 * @SCENARIO_FAULT_PANIC: panic through sysrq c
 * @SCENARIO_FAULT_REBOOT: reset without a result
 * @SCENARIO_FAULT_HANG: spin on every CPU at a real-time priority, without
 *                       ever reporting again
 * @SCENARIO_FAULT_KILL_SCHED: SIGKILL to the scheduler
 * @SCENARIO_FAULT_EXIT_INIT: PID 1 exits, which panics the kernel
 * @SCENARIO_FAULT_SILENT: sleep for ever instead of sending the result
 * @SCENARIO_FAULT_NR: how many there are
 */
enum scenario_fault {
	SCENARIO_FAULT_NONE,
	SCENARIO_FAULT_PANIC,
	SCENARIO_FAULT_REBOOT,
	SCENARIO_FAULT_HANG,
	SCENARIO_FAULT_KILL_SCHED,
	SCENARIO_FAULT_EXIT_INIT,
	SCENARIO_FAULT_SILENT,
	SCENARIO_FAULT_NR,
};

/**
 * enum scenario_op_kind - what the guest asks its host for, or does itself
 * @SCENARIO_OP_CAPTURE: a snapshot, now
 * @SCENARIO_OP_WATCH: a snapshot when a symbol is written
 * @SCENARIO_OP_UNWATCH: no more of that
 * @SCENARIO_OP_KERNEL: kernel memory read or written
 * @SCENARIO_OP_RUN: a program is run in the guest; its output goes to the host
 * @SCENARIO_OP_MEMORY: the host saves the guest's memory
 * @SCENARIO_OP_HOLD: the host answers when somebody has looked long enough
 * @SCENARIO_OP_NR: one more than the last
 */
enum scenario_op_kind {
	SCENARIO_OP_CAPTURE = 1,
	SCENARIO_OP_WATCH,
	SCENARIO_OP_UNWATCH,
	SCENARIO_OP_KERNEL,
	SCENARIO_OP_RUN,
	SCENARIO_OP_MEMORY,
	SCENARIO_OP_HOLD,
	SCENARIO_OP_NR,
};

/* The host may refuse, the program may fail: the scenario goes on. */
#define SCENARIO_OP_MAY_FAIL BIT(0)

/**
 * struct scenario_op - one request of the guest to its host, or one program
 * @kind: enum scenario_op_kind
 * @at_ms: when, counted from scenario start. Ops are carried out one by one in
 *         the order given: one whose time has passed follows its predecessor at
 *         once. All that are due before the scenario's duration is over are
 *         carried out, even if that makes it longer; later ones are not, which
 *         fails the run unless they may fail
 * @count: how often in a row, without a pause; 0 = once
 * @flags: SCENARIO_OP_MAY_FAIL
 * @tag: name of the snapshot or the output, or the symbol to watch, at most
 *       WIRE_SNAP_TAG_MAX bytes; NULL for SCENARIO_OP_KERNEL, whose request
 *       carries its own
 * @korq: SCENARIO_OP_KERNEL: a WIRE_KORQ payload as of korq_encode(), whose id (any
 *        but 0) the guest replaces
 * @korq_len: bytes of it
 * @path: SCENARIO_OP_RUN: the program inside the guest
 * @argv: SCENARIO_OP_RUN: its argv, argv[0] included, NULL-terminated, 1 to
 *        SCENARIO_ARGV_MAX strings
 * @timeout_ms: SCENARIO_OP_RUN: it is killed after this long, at least 1;
 *              SCENARIO_OP_HOLD: it takes no longer than this, at least 1
 */
struct scenario_op {
	u32 kind;
	u32 at_ms;
	u32 count;
	u32 flags;
	const char *tag;
	const void *korq;
	size_t korq_len;
	const char *path;
	char *const *argv;
	u32 timeout_ms;
};

/**
 * struct scenario - one run, as guest-init sees it
 * @nonce: echoed in the result, so that no other run's can stand in for it
 * @duration_ms: how long the workers run
 * @workers: spinning workers, at most SCENARIO_WORKERS_MAX
 * @fault: what to break
 * @fault_after_ms: when, counted from scenario start
 * @attach_ms: how long the scheduler may take to attach; 0 = SCENARIO_ATTACH_MS
 * @timeout_ms: emulated host: end the program after this long; 0 = never
 * @verbose: say more
 * @observe: between the start of the scheduler and its attachment, wait until
 *           the host can read the kernel, and prove that watchpoints fire
 * @observe_first: the same, but before the scheduler is started; implies
 *                 @observe
 * @timecheck: compare the guest's clocks while the scenario runs (x86)
 * @sched_path: scheduler binary inside the guest, or NULL for none (EEVDF)
 * @sched_argv: its argv, argv[0] included, NULL-terminated; NULL without one
 * @sched_ops: name of the ops that must be attached, or NULL for any
 * @argv: emulated host: the program, NULL-terminated, or NULL in a guest
 * @envp: emulated host: its environment, NULL-terminated, or NULL
 * @cwd: emulated host: its working directory, or NULL
 * @artifacts: emulated host: directory whose files are sent back, or NULL
 * @save: emulated host: a file beside them that is sent back, or NULL
 * @ops: requests of the guest and programs it runs, NULL without any
 * @nr_ops: how many, at most SCENARIO_OPS_MAX
 *
 * A decoded object owns every string and array; one that is only encoded may
 * point anywhere.
 */
struct scenario {
	u64 nonce;
	u32 duration_ms;
	u32 workers;
	enum scenario_fault fault;
	u32 fault_after_ms;
	u32 attach_ms;
	u32 timeout_ms;
	bool verbose;
	bool observe;
	bool observe_first;
	bool timecheck;
	char *sched_path;
	char **sched_argv;
	char *sched_ops;
	char **argv;
	char **envp;
	char *cwd;
	char *artifacts;
	char *save;
	struct scenario_op *ops;
	u32 nr_ops;
};

/**
 * scenario_encode() - write the file's contents
 * @s: the scenario
 * @buf: set to the contents; the caller frees it
 * @len: set to their size
 *
 * Return: 0, -EINVAL when a field is out of range or sched_argv comes without
 * sched_path or an op is not one that would decode again, -E2BIG when the
 * whole would not, or -ENOMEM.
 */
int scenario_encode(const struct scenario *s, void **buf, size_t *len);

/**
 * scenario_decode() - read the file's contents
 * @buf: the contents
 * @len: their size
 * @err: says what is wrong, or NULL
 *
 * Refuses a wrong CRC, another version, an unknown or repeated or missing
 * frame, a NUL inside a string, values out of range, and anything left over.
 *
 * Return: the scenario, to be released with scenario_free(); or NULL with
 * errno EBADMSG, EPROTO (version), E2BIG or ENOMEM.
 */
struct scenario *scenario_decode(const void *buf, size_t len, struct ktstr_err *err);

/**
 * scenario_free() - release a decoded scenario
 * @s: the scenario, half-built or NULL
 */
void scenario_free(struct scenario *s);

/**
 * scenario_op_name() - an op as one lower-case word
 * @kind: any value; an unknown one gives NULL
 */
const char *scenario_op_name(u32 kind);

/**
 * scenario_fault_name() - a fault as one lower-case word
 * @fault: any value; an unknown one gives NULL
 */
const char *scenario_fault_name(u32 fault);

#endif /* KTSTR_LIB_SCENARIO_H */
