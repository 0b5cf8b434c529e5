/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_SCENARIO_H
#define KTSTR_HOST_HARNESS_KTSTR_SCENARIO_H

/*
 * How a test says what happens in its guest: cgroups with workers in them, and
 * steps that change them; part of ktstr.h.
 *
 *	.steps = (const struct ktstr_step[]){
 *		{
 *			.setup = (const struct ktstr_cgroup[]){
 *				{ .name = "a", .cpuset = KTSTR_DISJOINT(0, 2),
 *				  .workers = { { .nr = 2 } } },
 *				{ .name = "b", .cpuset = KTSTR_DISJOINT(1, 2),
 *				  .workers = { { .nr = 2, .work = { WORK_BURSTY } } } },
 *				{}
 *			},
 *			.hold = KTSTR_FRAC(0.5),
 *		},
 *		{
 *			.ops = (const struct ktstr_op[]){
 *				{ KTSTR_OP_CAPTURE, .name = "later" },
 *				{}
 *			},
 *			.hold = KTSTR_FRAC(0.5),
 *		},
 *		{}
 *	},
 *
 * Lists end with an entry of zeroes. What a step sets up, ends with it; what the
 * backdrop sets up, lasts for all steps. Everything is checked before a VM is
 * started: a name or a number that cannot be is refused, with those that can.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/scenario.h"
#include "lib/work.h"

#define KTSTR_WORKERS_PER_CGROUP 4
/* A test's cgroups, workers and steps are bounded as struct scenario is. */

/**
 * enum ktstr_cpuset_kind - how CPUs are said
 * @KTSTR_CPUS_INHERIT: nothing is said: those of the cgroup above, or all
 * @KTSTR_CPUS_LLC: those of LLC @index
 * @KTSTR_CPUS_NODE: those of node @index
 * @KTSTR_CPUS_RANGE: the part of the usable CPUs from fraction @from to @to
 * @KTSTR_CPUS_DISJOINT: part @index of @of equal parts of the usable CPUs
 * @KTSTR_CPUS_OVERLAP: the same, each reaching into the next one by @from of its
 *                      size
 * @KTSTR_CPUS_EXACT: the list @list, "0-3,8"
 *
 * Usable are all CPUs, but for the last one of more than two, which is left to
 * what is outside of the test's cgroups.
 */
enum ktstr_cpuset_kind {
	KTSTR_CPUS_INHERIT,
	KTSTR_CPUS_LLC,
	KTSTR_CPUS_NODE,
	KTSTR_CPUS_RANGE,
	KTSTR_CPUS_DISJOINT,
	KTSTR_CPUS_OVERLAP,
	KTSTR_CPUS_EXACT,
};

/**
 * struct ktstr_cpuset - CPUs by specification: use the macros below
 * @kind: how they are said
 * @index: see there
 * @of: see there, at least 1
 * @from: see there, 0 to 1
 * @to: see there, above @from and at most 1
 * @list: see there
 */
struct ktstr_cpuset {
	enum ktstr_cpuset_kind kind;
	u32 index;
	u32 of;
	double from;
	double to;
	const char *list;
};

#define KTSTR_LLC(i)  ((struct ktstr_cpuset){ .kind = KTSTR_CPUS_LLC, .index = (i) })
#define KTSTR_NODE(i) ((struct ktstr_cpuset){ .kind = KTSTR_CPUS_NODE, .index = (i) })
#define KTSTR_RANGE(a, b) \
	((struct ktstr_cpuset){ .kind = KTSTR_CPUS_RANGE, .from = (a), .to = (b) })
#define KTSTR_DISJOINT(i, n) \
	((struct ktstr_cpuset){ .kind = KTSTR_CPUS_DISJOINT, .index = (i), .of = (n) })
#define KTSTR_OVERLAP(i, n, f) \
	((struct ktstr_cpuset){ .kind = KTSTR_CPUS_OVERLAP, .index = (i), .of = (n), .from = (f) })
#define KTSTR_EXACT(l) ((struct ktstr_cpuset){ .kind = KTSTR_CPUS_EXACT, .list = (l) })

/**
 * enum ktstr_affinity_kind - where each worker of a group may run
 * @KTSTR_AFFINITY_INHERIT: wherever its cgroup may
 * @KTSTR_AFFINITY_RANDOM: on @count CPUs drawn out of @from
 * @KTSTR_AFFINITY_LLC: worker i on the CPUs of one LLC, the i-th by turns
 * @KTSTR_AFFINITY_SMT_PAIR: workers 2i and 2i + 1 on the two threads of one core
 * @KTSTR_AFFINITY_CROSS_CGROUP: on all CPUs, whatever its cgroup's cpuset says;
 *                               the kernel keeps it to the cpuset
 * @KTSTR_AFFINITY_SINGLE: worker i on one CPU, the i-th by turns of its cgroup's
 * @KTSTR_AFFINITY_EXACT: on @from
 *
 * Kinds that name no CPUs take them out of the cpuset of the workers' cgroup.
 */
enum ktstr_affinity_kind {
	KTSTR_AFFINITY_INHERIT,
	KTSTR_AFFINITY_RANDOM,
	KTSTR_AFFINITY_LLC,
	KTSTR_AFFINITY_SMT_PAIR,
	KTSTR_AFFINITY_CROSS_CGROUP,
	KTSTR_AFFINITY_SINGLE,
	KTSTR_AFFINITY_EXACT,
};

/**
 * struct ktstr_affinity - affinity intent of a group of workers
 * @kind: which
 * @from: CPUs; KTSTR_CPUS_INHERIT = those of the workers' cgroup
 * @count: KTSTR_AFFINITY_RANDOM: how many for each worker, at least 1
 */
struct ktstr_affinity {
	enum ktstr_affinity_kind kind;
	struct ktstr_cpuset from;
	u32 count;
};

/**
 * enum ktstr_policy - scheduling policy of workers
 * @KTSTR_POLICY_AUTO: SCHED_EXT under a sched_ext scheduler, else SCHED_OTHER
 * @KTSTR_POLICY_NORMAL: SCHED_OTHER
 * @KTSTR_POLICY_BATCH: SCHED_BATCH
 * @KTSTR_POLICY_IDLE: SCHED_IDLE
 * @KTSTR_POLICY_FIFO: SCHED_FIFO, with a priority of 1 to 99
 * @KTSTR_POLICY_RR: SCHED_RR, likewise
 * @KTSTR_POLICY_DEADLINE: SCHED_DEADLINE: runtime <= deadline <= period
 * @KTSTR_POLICY_EXT: SCHED_EXT
 */
enum ktstr_policy {
	KTSTR_POLICY_AUTO,
	KTSTR_POLICY_NORMAL,
	KTSTR_POLICY_BATCH,
	KTSTR_POLICY_IDLE,
	KTSTR_POLICY_FIFO,
	KTSTR_POLICY_RR,
	KTSTR_POLICY_DEADLINE,
	KTSTR_POLICY_EXT,
};

/**
 * struct ktstr_workers - a group of workers
 * @name: by which ops mean it; NULL = the name of its cgroup
 * @nr: how many
 * @per_cpu: instead: so many for each CPU of the cgroup's cpuset, rounded up; may
 *           be above 1
 * @work: what they do
 * @policy: how they are scheduled
 * @priority: KTSTR_POLICY_FIFO, KTSTR_POLICY_RR
 * @runtime_us: KTSTR_POLICY_DEADLINE
 * @deadline_us: see there
 * @period_us: see there
 * @affinity: where they may run
 * @nice: -20 to 19
 * @mem: memory policy
 * @mem_nodes: its nodes, one bit each; none is refused where one is needed
 * @comm: their name, at most 15 bytes; NULL = that of the work
 * @threads: they are threads of one process
 * @pcomm: its name; implies @threads
 * @uid: they run as
 * @gid: see there
 */
struct ktstr_workers {
	const char *name;
	u32 nr;
	double per_cpu;
	struct work work;
	enum ktstr_policy policy;
	u32 priority;
	u64 runtime_us;
	u64 deadline_us;
	u64 period_us;
	struct ktstr_affinity affinity;
	s32 nice;
	enum scenario_mem mem;
	u32 mem_nodes;
	const char *comm;
	bool threads;
	const char *pcomm;
	u32 uid;
	u32 gid;
};

/**
 * enum ktstr_polarity - what is better
 * @KTSTR_BETTER_UNKNOWN: nobody said
 * @KTSTR_BETTER_HIGHER: more
 * @KTSTR_BETTER_LOWER: less
 */
enum ktstr_polarity {
	KTSTR_BETTER_UNKNOWN,
	KTSTR_BETTER_HIGHER,
	KTSTR_BETTER_LOWER,
};

/**
 * struct ktstr_metric - something a payload is expected to measure
 * @name: dotted path of a number in its JSON output, "jobs.0.rps"
 * @polarity: which way is better
 * @unit: for people, or NULL
 * @min: at least this, when @has_min
 * @max: at most this, when @has_max
 * @has_min: see there
 * @has_max: see there
 */
struct ktstr_metric {
	const char *name;
	enum ktstr_polarity polarity;
	const char *unit;
	double min;
	double max;
	bool has_min;
	bool has_max;
};

/**
 * struct ktstr_payload - a program that is part of the load
 * @argv: its command line, NULL-terminated; argv[0] is the program as
 *        discover_program() takes it. Taken into the guest with its libraries
 * @name: of its output and its metrics; NULL = the last part of argv[0]
 * @timeout_ms: killed after this long, which fails the test; 0 = at the end of its
 *              step, which does not
 * @json: its standard output is JSON; all numbers in it become metrics
 * @exit_code: it must exit with this, when it exits by itself
 * @metrics: what must be among them, ended by one without a name; or NULL
 */
struct ktstr_payload {
	const char *const *argv;
	const char *name;
	u32 timeout_ms;
	bool json;
	int exit_code;
	const struct ktstr_metric *metrics;
};

/**
 * struct ktstr_cgroup - a cgroup and what is in it
 * @name: below the root of the test's cgroups; "a/b" is b in a
 * @cpuset: cpuset.cpus
 * @mems: cpuset.mems, a list of nodes; NULL = as above it
 * @cpu_quota_pct: cpu.max in percent of one CPU; 0 = no limit
 * @cpu_weight: cpu.weight, 1 to 10000; 0 = as it is
 * @memory_max_mib: memory.max; 0 = as it is
 * @memory_high_mib: memory.high; 0 = as it is
 * @memory_low_mib: memory.low; 0 = as it is
 * @pids_max: pids.max; 0 = as it is
 * @io_weight: io.weight, 1 to 10000; 0 = as it is
 * @workers: groups of them, as many as have workers
 * @payload: a program in it, or NULL
 */
struct ktstr_cgroup {
	const char *name;
	struct ktstr_cpuset cpuset;
	const char *mems;
	u32 cpu_quota_pct;
	u32 cpu_weight;
	u32 memory_max_mib;
	u32 memory_high_mib;
	u32 memory_low_mib;
	u32 pids_max;
	u32 io_weight;
	struct ktstr_workers workers[KTSTR_WORKERS_PER_CGROUP];
	const struct ktstr_payload *payload;
};

/**
 * struct ktstr_hold - how long a step lasts; use the macros below
 * @frac: of the test's duration, above 0 and at most 1
 * @ms: instead: so long
 * @loop_ms: its ops are carried out at once and each so often again
 */
struct ktstr_hold {
	double frac;
	u32 ms;
	u32 loop_ms;
};

#define KTSTR_FRAC(f)	 ((struct ktstr_hold){ .frac = (f) })
#define KTSTR_HOLD_MS(t) ((struct ktstr_hold){ .ms = (t) })
#define KTSTR_HOLD_FULL	 KTSTR_FRAC(1.0)
/* For the whole duration of the test. */
#define KTSTR_LOOP_MS(t) ((struct ktstr_hold){ .frac = 1.0, .loop_ms = (t) })

/**
 * struct ktstr_step - a part of a test
 * @name: for reports; NULL = "step N"
 * @setup: cgroups that live for this step, ended by one without a name; or NULL
 * @ops: what is done, ended by one of kind 0; or NULL. Those in front that are due at
 *       once come before @setup, the others behind it; in a step that loops all of
 *       them come behind it, in each round
 * @hold: how long; every step needs one
 */
struct ktstr_step {
	const char *name;
	const struct ktstr_cgroup *setup;
	const struct ktstr_op *ops;
	struct ktstr_hold hold;
};

#endif /* KTSTR_HOST_HARNESS_KTSTR_SCENARIO_H */
