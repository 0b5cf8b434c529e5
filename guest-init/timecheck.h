/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_TIMECHECK_H
#define KTSTR_GUEST_TIMECHECK_H

/*
 * Does time in here flow as if nobody had ever stopped the machine? A child
 * compares CLOCK_MONOTONIC with the processor's own counter (x86: the TSC).
 */
#include <stdbool.h>
#include <sys/types.h>

#include "lib/err.h"
#include "lib/util.h"
#include "lib/wire.h"

#define TIMECHECK_SAMPLES_MAX 16384

/**
 * struct timecheck_sample - both clocks at one moment
 * @tsc: ticks of the counter
 * @mono_ns: CLOCK_MONOTONIC
 */
struct timecheck_sample {
	u64 tsc;
	u64 mono_ns;
};

/**
 * struct timecheck_log - what was seen so far
 * @pairs: readings taken
 * @backwards: times either clock went back
 * @max_step_ns: longest step of CLOCK_MONOTONIC between two readings
 * @last: the reading before
 * @nr: samples kept
 * @interval_ns: distance at which a sample is kept; doubles when there is no
 *               room, and every other one goes
 * @sample: the samples, oldest first
 */
struct timecheck_log {
	u64 pairs;
	u64 backwards;
	u64 max_step_ns;
	struct timecheck_sample last;
	u32 nr;
	u64 interval_ns;
	struct timecheck_sample sample[TIMECHECK_SAMPLES_MAX];
};

/**
 * timecheck_add() - take one reading
 * @log: zeroed before the first one
 * @s: both clocks
 */
void timecheck_add(struct timecheck_log *log, const struct timecheck_sample *s);

/**
 * timecheck_analyse() - sum up
 * @log: the readings
 * @out: filled in. The rate is that of the line through the first and the last
 *       sample, so that no error of a calibration adds up over the run; the
 *       drift is the furthest any sample lies off that line. Both are 0 with
 *       fewer than three samples, or a counter that did not move
 */
void timecheck_analyse(const struct timecheck_log *log, struct wire_timc *out);

struct timecheck_shared;

/**
 * struct timecheck - the child
 * @pid: its process id; 0 when there is none, or it was reaped
 * @shared: memory shared with it, or NULL
 *
 * One thread. Zeroed means "none".
 */
struct timecheck {
	pid_t pid;
	struct timecheck_shared *shared;
};

/**
 * timecheck_start() - start the child
 * @t: the object, zeroed
 * @err: the call that failed, or NULL
 *
 * It runs at normal priority, so the scheduler under test has it, and keeps no
 * descriptor. Where the processor has no counter to compare with, none is
 * started.
 *
 * Return: 0, or the negative errno of mmap(2) or fork(2).
 */
int timecheck_start(struct timecheck *t, struct ktstr_err *err);

/**
 * timecheck_stop() - ask the child for its report; it ends a few ms later
 * @t: the object
 */
void timecheck_stop(struct timecheck *t);

/**
 * timecheck_reaped() - take note that a child has ended
 * @t: the object
 * @pid: what waitpid(2) returned
 *
 * Return: true when it was this one.
 */
bool timecheck_reaped(struct timecheck *t, pid_t pid);

/**
 * timecheck_report() - what the child found
 * @t: the object
 * @out: filled in on success
 *
 * Return: false when there is no whole report.
 */
bool timecheck_report(const struct timecheck *t, struct wire_timc *out);

/**
 * timecheck_free() - kill a child that still runs, release the memory
 * @t: the object, or a zeroed one
 */
void timecheck_free(struct timecheck *t);

#endif /* KTSTR_GUEST_TIMECHECK_H */
