/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_SCENARIO_H
#define KTSTR_LIB_SCENARIO_H

/*
 * What guest-init is told: one file in the initramfs, read once at start.
 *
 * The file is a run of wire frames (lib/wire.h) with tags of its own: first
 * one SVER with the fixed part, then one frame per string, last one SEND that
 * counts the frames before it, so that a file cut between two frames is
 * noticed. Strings carry no NUL. SARG, HARG, HENV, SGRP, SSTP and SOPR repeat,
 * in order.
 *
 *   SVER struct scenario_wire    SPTH scheduler path    SARG its argv[i]
 *   SOPS expected ops name       HARG argv[i]           HENV envp[i]
 *   HCWD working directory       HART artifacts dir     SEND u32 frames
 *   HSAV file to bring back      SOPR one op, as of lib/scenario_op.c
 *   SGRP one group of workers, as of lib/scenario_group.c
 *   SSTP one step
 *
 * It says nothing twice and decides nothing in the guest: cpusets and affinities
 * are lists of CPUs, what a step leaves behind is removed by ops of its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bits.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/work.h"

#define SCENARIO_PATH	     "/ktstr/scenario"
#define SCENARIO_VERSION     5
#define SCENARIO_WORKERS_MAX 65536
#define SCENARIO_ATTACH_MS   30000
/* Bounds on what a decoder accepts; a real file is a few KiB. */
#define SCENARIO_FILE_MAX    (4U << 20)
#define SCENARIO_STRINGS_MAX 65536
#define SCENARIO_OPS_MAX     8192
#define SCENARIO_GROUPS_MAX  1024
#define SCENARIO_STEPS_MAX   256
#define SCENARIO_PATH_MAX    2048 /* of a cgroup, a file in it, a list of CPUs */
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
 * @SCENARIO_OP_CGROUP_ADD: a cgroup, with those above it that are missing
 * @SCENARIO_OP_CGROUP_SET: one of its files is written
 * @SCENARIO_OP_CGROUP_REMOVE: it is removed, empty or not: what is in it is killed
 * @SCENARIO_OP_SPAWN: a group of workers is started, all at once
 * @SCENARIO_OP_STOP: a group is stopped and its reports are sent
 * @SCENARIO_OP_AFFINITY: workers of a group get other CPUs
 * @SCENARIO_OP_MOVE: all processes of a cgroup go to another one
 * @SCENARIO_OP_PAYLOAD: a program is started and not waited for; its output goes
 *                       to the host when it has ended, as that of
 *                       SCENARIO_OP_RUN does
 * @SCENARIO_OP_PAYLOAD_WAIT: it is waited for
 * @SCENARIO_OP_PAYLOAD_KILL: it is killed
 * @SCENARIO_OP_SCHED_ATTACH: a scheduler is started and must attach
 * @SCENARIO_OP_SCHED_DETACH: it is ended and must detach
 * @SCENARIO_OP_CGROUP_PROCS: who is in a cgroup is sent as an output
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
	SCENARIO_OP_CGROUP_ADD,
	SCENARIO_OP_CGROUP_SET,
	SCENARIO_OP_CGROUP_REMOVE,
	SCENARIO_OP_SPAWN,
	SCENARIO_OP_STOP,
	SCENARIO_OP_AFFINITY,
	SCENARIO_OP_MOVE,
	SCENARIO_OP_PAYLOAD,
	SCENARIO_OP_PAYLOAD_WAIT,
	SCENARIO_OP_PAYLOAD_KILL,
	SCENARIO_OP_SCHED_ATTACH,
	SCENARIO_OP_SCHED_DETACH,
	SCENARIO_OP_CGROUP_PROCS,
	SCENARIO_OP_NR,
};

/* The host may refuse, the program may fail: the scenario goes on. */
#define SCENARIO_OP_MAY_FAIL BIT(0)
/* Part of what a step undoes at its end: carried out even after a failure. */
#define SCENARIO_OP_CLEANUP BIT(1)

/**
 * struct scenario_op - one thing the guest does, or asks its host for
 * @kind: enum scenario_op_kind
 * @at_ms: when, counted from the start of its step, or of the round of a step
 *         that loops. Ops are carried out one by one in the order given: one
 *         whose time has passed follows its predecessor at once. All that are
 *         due before the step's hold is over are carried out, even if that makes
 *         it longer; later ones are not, which fails the run unless they may fail
 * @count: how often in a row, without a pause; 0 = once
 * @flags: SCENARIO_OP_*
 * @tag: name of the snapshot, the output or the payload, or the symbol to watch,
 *       at most WIRE_SNAP_TAG_MAX bytes; NULL for SCENARIO_OP_KERNEL, whose
 *       request carries its own, and for ops without a name
 * @korq: SCENARIO_OP_KERNEL: a WIRE_KORQ payload as of korq_encode(), whose id (any
 *        but 0) the guest replaces
 * @korq_len: bytes of it
 * @path: SCENARIO_OP_RUN, _PAYLOAD, _SCHED_ATTACH: the program inside the guest
 * @argv: of @path: its argv, argv[0] included, NULL-terminated, 1 to
 *        SCENARIO_ARGV_MAX strings
 * @timeout_ms: SCENARIO_OP_RUN, _PAYLOAD: it is killed after this long, at least
 *              1, and has failed; SCENARIO_OP_HOLD, _PAYLOAD_WAIT, _SCHED_ATTACH,
 *              _SCHED_DETACH, _STOP: it takes no longer than this, at least 1
 * @group: SCENARIO_OP_SPAWN, _STOP, _AFFINITY: index into struct scenario.groups
 * @cgroup: SCENARIO_OP_CGROUP_*, _MOVE, _PAYLOAD: below the workload's root,
 *          without "/" at either end, "." and ".."; "" = the root; NULL for other
 *          ops, and for a payload outside of all cgroups
 * @to: SCENARIO_OP_MOVE: where to, as @cgroup; SCENARIO_OP_CGROUP_SET: which
 *      file; SCENARIO_OP_SCHED_ATTACH: name of the ops that must attach, or NULL
 * @value: SCENARIO_OP_CGROUP_SET: what is written
 * @cpus: SCENARIO_OP_AFFINITY: lists of CPUs, worker i gets cpus[i % number];
 *        NULL-terminated, at least one
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
	u32 group;
	const char *cgroup;
	const char *to;
	const char *value;
	char *const *cpus;
};

/**
 * enum scenario_mem - memory policy of workers, set_mempolicy(2)
 * @SCENARIO_MEM_DEFAULT: none
 * @SCENARIO_MEM_BIND: only from the nodes given
 * @SCENARIO_MEM_PREFERRED: first from the one node given
 * @SCENARIO_MEM_INTERLEAVE: by turns
 * @SCENARIO_MEM_LOCAL: where it runs
 * @SCENARIO_MEM_PREFERRED_MANY: first from the nodes given
 * @SCENARIO_MEM_WEIGHTED_INTERLEAVE: by turns, by the nodes' weights
 * @SCENARIO_MEM_NR: how many there are
 */
enum scenario_mem {
	SCENARIO_MEM_DEFAULT,
	SCENARIO_MEM_BIND,
	SCENARIO_MEM_PREFERRED,
	SCENARIO_MEM_INTERLEAVE,
	SCENARIO_MEM_LOCAL,
	SCENARIO_MEM_PREFERRED_MANY,
	SCENARIO_MEM_WEIGHTED_INTERLEAVE,
	SCENARIO_MEM_NR,
};

/* Workers are threads of one process, which leads them. */
#define SCENARIO_GROUP_THREADS BIT(0)

/**
 * struct scenario_group - workers that are started together and do the same
 * @step: 0 = they belong to the whole scenario, else to a step, from 1
 * @workers: how many, at least 1, a multiple of work_group_size(); all groups
 *           together have SCENARIO_WORKERS_MAX at most
 * @work: what they do
 * @flags: SCENARIO_GROUP_*
 * @policy: SCHED_*, as sched_setattr(2) takes it
 * @priority: of SCHED_FIFO and SCHED_RR
 * @nice: -20 to 19
 * @runtime_ns: of SCHED_DEADLINE
 * @deadline_ns: see there
 * @period_ns: see there
 * @mem: enum scenario_mem
 * @nodes: of @mem, one bit each
 * @uid: they run as; 0 = root
 * @gid: see there
 * @cgroup: where they are put before they begin, as struct scenario_op.cgroup;
 *          NULL = they stay outside of all cgroups
 * @comm: their name, at most 15 bytes; NULL = that of the work
 * @pcomm: SCENARIO_GROUP_THREADS: name of the process that leads them, likewise,
 *         or NULL
 * @cpus: lists of CPUs, worker i may run on cpus[i % number]; NULL = anywhere
 */
struct scenario_group {
	u32 step;
	u32 workers;
	struct work work;
	u32 flags;
	u32 policy;
	u32 priority;
	s32 nice;
	u64 runtime_ns;
	u64 deadline_ns;
	u64 period_ns;
	u32 mem;
	u32 nodes;
	u32 uid;
	u32 gid;
	const char *cgroup;
	const char *comm;
	const char *pcomm;
	char *const *cpus;
};

/**
 * struct scenario_step - a part of the scenario
 * @nr_ops: ops of it, those behind the ones of the step before
 * @loop_from: of these, the first one that is carried out in every round
 * @nr_end: of these, the last ones, which clean up when the hold is over
 * @hold_ms: how long it lasts from its start on
 * @loop_ms: distance of its rounds; 0 = there is one
 *
 * It starts when its leading ops, those at 0 ms, have been carried out: however long
 * the guest takes to set it up, its hold is as long as was asked for.
 */
struct scenario_step {
	u32 nr_ops;
	u32 loop_from;
	u32 nr_end;
	u32 hold_ms;
	u32 loop_ms;
};

/**
 * struct scenario - one run, as guest-init sees it
 * @nonce: echoed in the result, so that no other run's can stand in for it
 * @duration_ms: what the holds of all steps come to
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
 * @sched_may_end: scheduler death is what the test is about: it ends no scenario
 * @nr_backdrop: of the ops, the first ones: they set the scene for all steps,
 *               before scenario start
 * @nr_end: of the ops, the last ones: they undo that, behind the last step
 * @sched_path: scheduler binary inside the guest, or NULL for none (EEVDF)
 * @sched_argv: its argv, argv[0] included, NULL-terminated; NULL without one
 * @sched_ops: name of the ops that must be attached, or NULL for any
 * @argv: emulated host: the program, NULL-terminated, or NULL in a guest
 * @envp: emulated host: its environment, NULL-terminated, or NULL
 * @cwd: emulated host: its working directory, or NULL
 * @artifacts: emulated host: directory whose files are sent back, or NULL
 * @save: emulated host: a file beside them that is sent back, or NULL
 * @groups: workers, NULL without any
 * @nr_groups: how many, at most SCENARIO_GROUPS_MAX
 * @steps: parts, NULL without any
 * @nr_steps: how many, at most SCENARIO_STEPS_MAX
 * @ops: what is done: @nr_backdrop, then those of each step, then @nr_end; NULL
 *       without any
 * @nr_ops: how many, at most SCENARIO_OPS_MAX
 *
 * A decoded object owns every string and array; one that is only encoded may
 * point anywhere.
 */
struct scenario {
	u64 nonce;
	u32 duration_ms;
	enum scenario_fault fault;
	u32 fault_after_ms;
	u32 attach_ms;
	u32 timeout_ms;
	bool verbose;
	bool observe;
	bool observe_first;
	bool timecheck;
	bool sched_may_end;
	u32 nr_backdrop;
	u32 nr_end;
	char *sched_path;
	char **sched_argv;
	char *sched_ops;
	char **argv;
	char **envp;
	char *cwd;
	char *artifacts;
	char *save;
	struct scenario_group *groups;
	u32 nr_groups;
	struct scenario_step *steps;
	u32 nr_steps;
	struct scenario_op *ops;
	u32 nr_ops;
};

/**
 * scenario_encode() - write the file's contents
 * @s: the scenario
 * @buf: set to the contents; the caller frees it
 * @len: set to their size
 *
 * Return: 0, -EINVAL when a field is out of range, sched_argv comes without
 * sched_path, a group or an op is not one that would decode again, or groups,
 * steps and ops do not fit each other; -E2BIG when the whole is too large; or
 * -ENOMEM.
 */
int scenario_encode(const struct scenario *s, void **buf, size_t *len);

/**
 * scenario_decode() - read the file's contents
 * @buf: the contents
 * @len: their size
 * @err: says what is wrong, or NULL
 *
 * Refuses a wrong CRC, another version, an unknown or repeated or missing
 * frame, a NUL inside a string, values out of range, work that work_check()
 * refuses, groups, steps and ops that do not fit each other, and anything left
 * over.
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
