/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_OP_H
#define KTSTR_HOST_HARNESS_KTSTR_OP_H

/* What a test lets its guest do while the workload runs; part of ktstr.h. */
#include <stdbool.h>
#include <stddef.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#include "host/harness/ktstr_scenario.h"
#include "lib/scenario.h"
#include "lib/wire_ops.h"

/* Words of a program's command line. */
#define KTSTR_ARGV_MAX 16
/* What a program in the guest may take, on hardware. */
#define KTSTR_RUN_TIMEOUT_MS 30000

/**
 * struct ktstr_kop - one entry of a kernel operation
 * @target: what it is about; decides which of the next six count
 * @symbol: WIRE_KOP_SYMBOL, WIRE_KOP_PERCPU_FIELD: a kernel symbol
 * @field: WIRE_KOP_PERCPU_FIELD, WIRE_KOP_TASK_FIELD: dotted member path
 * @address: WIRE_KOP_DIRECT, WIRE_KOP_KVA: guest kernel address
 * @cpu: WIRE_KOP_PERCPU_FIELD: which CPU's copy
 * @pid: WIRE_KOP_TASK_FIELD: of the task, in the guest's first PID namespace
 * @start_time_ns: WIRE_KOP_TASK_FIELD: its start time
 * @type: of the value
 * @value: writing a U32, U64 or OR_U32: the value
 * @len: WIRE_KOP_BYTES: how many; 0 for the other types
 * @bytes: writing WIRE_KOP_BYTES: @len bytes; otherwise NULL
 */
struct ktstr_kop {
	enum wire_kop_target target;
	const char *symbol;
	const char *field;
	u64 address;
	u32 cpu;
	u32 pid;
	u64 start_time_ns;
	enum wire_kop_value type;
	u64 value;
	u32 len;
	const void *bytes;
};

/**
 * enum ktstr_op_kind - enum scenario_op_kind, by the names for test authors
 * @KTSTR_OP_CAPTURE: a snapshot, now
 * @KTSTR_OP_WATCH: a snapshot when a symbol is written
 * @KTSTR_OP_UNWATCH: no more of that
 * @KTSTR_OP_KERNEL: kernel memory read or written
 * @KTSTR_OP_RUN: a program is run in the guest: ktstr_output_find()
 * @KTSTR_OP_ADD_CGROUP: @def is set up: the cgroup and what is in it; like all
 *                       that follow, only in a step
 * @KTSTR_OP_REMOVE_CGROUP: @cgroup is removed, with all in it
 * @KTSTR_OP_SET_CPUSET: @cgroup gets the CPUs of @cpuset
 * @KTSTR_OP_CLEAR_CPUSET: @cgroup may run wherever those above it may
 * @KTSTR_OP_SWAP_CPUSETS: @cgroup and @to exchange theirs
 * @KTSTR_OP_SPAWN: @workers[0] are started in @cgroup; NULL or "" = outside of
 *                  all cgroups of the test
 * @KTSTR_OP_STOP_CGROUP: all workers of @cgroup are stopped and report
 * @KTSTR_OP_SET_AFFINITY: the workers called @name get @affinity
 * @KTSTR_OP_MOVE_ALL_TASKS: all tasks of @cgroup go to @to; not from the
 *                           backdrop into a cgroup of a step
 * @KTSTR_OP_RUN_PAYLOAD: @payload is started in @cgroup
 * @KTSTR_OP_WAIT_PAYLOAD: the payload called @name is waited for
 * @KTSTR_OP_KILL_PAYLOAD: it is killed
 * @KTSTR_OP_FREEZE_CGROUP: @cgroup's tasks are stopped (cgroup.freeze)
 * @KTSTR_OP_UNFREEZE_CGROUP: they run again
 * @KTSTR_OP_ATTACH_SCHEDULER: the scheduler @argv is started; none may be attached
 * @KTSTR_OP_DETACH_SCHEDULER: it is ended
 * @KTSTR_OP_RESTART_SCHEDULER: it is ended and started again
 * @KTSTR_OP_REPLACE_SCHEDULER: it is ended and @argv started instead
 * @KTSTR_OP_CAPTURE_PROCS: who is in @cgroup: ktstr_output_find() by @name
 * @KTSTR_OP_NR: above all of them
 */
enum ktstr_op_kind {
	KTSTR_OP_CAPTURE = SCENARIO_OP_CAPTURE,
	KTSTR_OP_WATCH = SCENARIO_OP_WATCH,
	KTSTR_OP_UNWATCH = SCENARIO_OP_UNWATCH,
	KTSTR_OP_KERNEL = SCENARIO_OP_KERNEL,
	KTSTR_OP_RUN = SCENARIO_OP_RUN,
	KTSTR_OP_ADD_CGROUP = 32,
	KTSTR_OP_REMOVE_CGROUP,
	KTSTR_OP_SET_CPUSET,
	KTSTR_OP_CLEAR_CPUSET,
	KTSTR_OP_SWAP_CPUSETS,
	KTSTR_OP_SPAWN,
	KTSTR_OP_STOP_CGROUP,
	KTSTR_OP_SET_AFFINITY,
	KTSTR_OP_MOVE_ALL_TASKS,
	KTSTR_OP_RUN_PAYLOAD,
	KTSTR_OP_WAIT_PAYLOAD,
	KTSTR_OP_KILL_PAYLOAD,
	KTSTR_OP_FREEZE_CGROUP,
	KTSTR_OP_UNFREEZE_CGROUP,
	KTSTR_OP_ATTACH_SCHEDULER,
	KTSTR_OP_DETACH_SCHEDULER,
	KTSTR_OP_RESTART_SCHEDULER,
	KTSTR_OP_REPLACE_SCHEDULER,
	KTSTR_OP_CAPTURE_PROCS,
	KTSTR_OP_NR,
};

static_assert((int)SCENARIO_OP_NR <= (int)KTSTR_OP_ADD_CGROUP);

/**
 * struct ktstr_op - something the guest asks of the host, or does, while it runs
 * @kind: enum ktstr_op_kind, or enum scenario_op_kind
 * @at_ms: when, after scenario start, or after the start of its step;
 *         operations run in the order given, so one with an earlier time than
 *         the one before it runs late
 * @count: how often, back to back; 0 = once
 * @may_fail: a refusal, or a program that fails, is recorded and does not fail
 *            the test
 * @name: tag of a snapshot, kernel operation or output, or the symbol to watch:
 *        the kernel's own name, verbatim (Documentation/watching.rst)
 * @tag: @name, by another name
 * @mode: kernel operation: hot or cold
 * @direction: kernel operation: of all entries
 * @entries: kernel operation: @nr_entries of them
 * @nr_entries: kernel operation: at least 1
 * @argv: program: its command line, NULL-terminated; argv[0] is the program as
 *        discover_program() takes it: a path, or the name of one of the
 *        suite's own. It is taken into the guest with its libraries
 * @timeout_ms: program: killed after this long; 0 = KTSTR_RUN_TIMEOUT_MS, more
 *              on a slow host
 * @cgroup: what the kind says, like the rest
 * @to: see there
 * @cpuset: see there
 * @def: see there
 * @workers: see there; one entry
 * @affinity: see there
 * @payload: see there
 * @expect_ops: name of the ops that must attach; NULL = any
 */
struct ktstr_op {
	u32 kind;
	u32 at_ms;
	u32 count;
	bool may_fail;
	union {
		const char *name;
		const char *tag;
	};
	enum wire_kop_mode mode;
	enum wire_kop_direction direction;
	const struct ktstr_kop *entries;
	size_t nr_entries;
	const char *argv[KTSTR_ARGV_MAX + 1];
	u32 timeout_ms;
	const char *cgroup;
	const char *to;
	struct ktstr_cpuset cpuset;
	const struct ktstr_cgroup *def;
	const struct ktstr_workers *workers;
	struct ktstr_affinity affinity;
	const struct ktstr_payload *payload;
	const char *expect_ops;
};

#endif /* KTSTR_HOST_HARNESS_KTSTR_OP_H */
