/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_WATCHDOG_H
#define KTSTR_HOST_COORD_WATCHDOG_H

/*
 * Ends a run that gets nowhere, and says in which stage it got stuck. Pure:
 * the caller brings the time and the CPU clocks of the vCPU threads, about ten
 * times a second. Chatter is no progress: only stages and deadlines move it.
 *
 * Three tiers:
 *  1. spin: the busiest vCPU used up the CPU budget of its stage;
 *  2. idle wedge: in a stage where ktstr itself has something to do, the
 *     vCPUs get next to no CPU time, because nothing in the guest is runnable;
 *  3. deadman: the deadline passed, whatever the guest does.
 *
 * All times are nanoseconds since the start of the run. Coordinator thread
 * only.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/topology.h"
#include "lib/wire.h"

/* At most this often the deadman lets a guest go on that still gets CPU. */
#define WATCHDOG_WINDOWS   2
#define WATCHDOG_WINDOW_NS 10000000000ULL
/* A pause that is never resumed holds the deadman off no longer than this. */
#define WATCHDOG_PAUSE_MAX_NS 60000000000ULL

/**
 * enum watchdog_source - who set the deadline in force
 * @WATCHDOG_SOURCE_NONE: nobody since the start
 * @WATCHDOG_SOURCE_ATTACH_LATCH: the scheduler's root was seen in memory
 * @WATCHDOG_SOURCE_ATTACH_CONFIRM: the guest said it attached
 * @WATCHDOG_SOURCE_SCENARIO: scenario start or end
 * @WATCHDOG_SOURCE_FREEZE: extended by a freeze
 * @WATCHDOG_SOURCE_GRACE: a grace period for results in flight
 * @WATCHDOG_SOURCE_NR: how many there are
 */
enum watchdog_source {
	WATCHDOG_SOURCE_NONE,
	WATCHDOG_SOURCE_ATTACH_LATCH,
	WATCHDOG_SOURCE_ATTACH_CONFIRM,
	WATCHDOG_SOURCE_SCENARIO,
	WATCHDOG_SOURCE_FREEZE,
	WATCHDOG_SOURCE_GRACE,
	WATCHDOG_SOURCE_NR,
};

/**
 * struct watchdog_config - what the limits follow from
 * @vcpus: 1..TOPOLOGY_MAX_CPUS
 * @slowdown: how much slower than a usual machine this host boots a guest;
 *            stretches the boot headroom and what depends on it; 0 = 1
 * @watchdog_ns: workload watchdog of the test, 0 = none
 * @duration_ns: planned workload
 * @attach_ns: how long the guest lets a scheduler take to attach; 0 =
 *             SCENARIO_ATTACH_MS. The guest knows more, so it shall be the one
 *             to give up
 * @grace_ns: time after a deadline that a frame has set until the deadman
 *            acts; 0 = the boot headroom
 * @pmu: CPU times come from the PMU; else from the threads' own clocks, which
 *       also count time in KVM, so budgets grow by half
 */
struct watchdog_config {
	u32 vcpus;
	u32 slowdown;
	u64 watchdog_ns;
	u64 duration_ns;
	u64 attach_ns;
	u64 grace_ns;
	bool pmu;
};

/**
 * struct watchdog_evidence - what the host sees of the guest now
 * @live: @cpu_ns can be trusted; false disables tiers 1 and 2
 * @cpu_ns: CPU time of each vCPU since the start, @nr of them
 * @nr: at most TOPOLOGY_MAX_CPUS
 * @runnable: the caller knows of something runnable; keeps tier 2 away
 * @paused: the guest announced a pause; holds tier 3 off for a while
 */
struct watchdog_evidence {
	bool live;
	const u64 *cpu_ns;
	u32 nr;
	bool runnable;
	bool paused;
};

/**
 * struct watchdog_verdict - why the run has to end
 * @tier: 1..3
 * @stage: where it got stuck
 * @text: "stage boot: ...", NUL-terminated
 */
struct watchdog_verdict {
	unsigned int tier;
	enum wire_stage stage;
	char text[200];
};

/**
 * struct watchdog - the state; private to watchdog.c but for reading
 * @cfg: the limits' origin
 * @headroom_ns: time a boot may take
 * @stage: the current stage
 * @stage_entered_ns: when it began
 * @deadline_ns: when the deadman acts
 * @source: who set it
 * @windows: times it was put off
 * @base_valid: @base_ns was taken in this stage
 * @base_ns: CPU times at the first look in this stage
 * @window_start_ns: start of the current service window, 0 = none
 * @window_service_ns: CPU time of all vCPUs then
 * @idle: the last complete window of this stage got next to no CPU
 */
struct watchdog {
	struct watchdog_config cfg;
	u64 headroom_ns;
	enum wire_stage stage;
	u64 stage_entered_ns;
	u64 deadline_ns;
	enum watchdog_source source;
	unsigned int windows;
	bool base_valid;
	u64 base_ns[TOPOLOGY_MAX_CPUS];
	u64 window_start_ns;
	u64 window_service_ns;
	bool idle;
};

/**
 * watchdog_boot_headroom() - time a boot may take
 * @vcpus: how many
 * @slowdown: of the host, 0 = 1
 *
 * Return: (10 s + 150 ms per vCPU, at most 90 s) times @slowdown.
 */
u64 watchdog_boot_headroom(u32 vcpus, u32 slowdown);

/**
 * watchdog_init() - stage boot, the first deadline
 * @w: the watchdog
 * @cfg: copied
 */
void watchdog_init(struct watchdog *w, const struct watchdog_config *cfg);

/**
 * watchdog_stage() - a stage was reached
 * @w: the watchdog
 * @stage: the stage; one that is not ahead of the current is ignored
 * @now: the time
 *
 * Return: true when the stage changed.
 */
bool watchdog_stage(struct watchdog *w, enum wire_stage stage, u64 now);

/**
 * watchdog_reset() - a new deadline
 * @w: the watchdog
 * @deadline_ns: the guest shall be done by then; the grace comes on top
 * @source: who says so
 */
void watchdog_reset(struct watchdog *w, u64 deadline_ns, enum watchdog_source source);

/**
 * watchdog_extend() - time that does not count, such as a freeze
 * @w: the watchdog
 * @ns: how long
 */
void watchdog_extend(struct watchdog *w, u64 ns);

/**
 * watchdog_check() - does the run have to end?
 * @w: the watchdog
 * @now: the time
 * @ev: what the host sees
 * @out: filled in when it does
 *
 * Return: 0, or the tier.
 */
unsigned int watchdog_check(struct watchdog *w, u64 now, const struct watchdog_evidence *ev,
			    struct watchdog_verdict *out);

/**
 * watchdog_source_name() - a source as one lower-case word
 * @source: any value; an unknown one gives "unknown"
 */
const char *watchdog_source_name(u32 source);

#endif /* KTSTR_HOST_COORD_WATCHDOG_H */
