// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "timecheck.h"

#define SAMPLE_NS (10 * NSEC_PER_MSEC)
#define PAUSE_NS  NSEC_PER_MSEC /* between readings, for the sake of the load */
#define TRIES	  16

struct timecheck_shared {
	u32 stop;
	u32 done; /* written last: the report is whole */
	struct wire_timc report;
	struct timecheck_log log;
};

static void keep(struct timecheck_log *log, const struct timecheck_sample *s)
{
	u32 i;

	if (log->nr == TIMECHECK_SAMPLES_MAX) {
		for (i = 0; i < log->nr / 2; i++)
			log->sample[i] = log->sample[2 * i];
		log->nr /= 2;
		log->interval_ns *= 2;
	}
	log->sample[log->nr++] = *s;
}

void timecheck_add(struct timecheck_log *log, const struct timecheck_sample *s)
{
	const struct timecheck_sample *last = &log->last;

	if (!log->pairs++) {
		log->interval_ns = SAMPLE_NS;
		keep(log, s);
	} else {
		log->backwards += s->tsc < last->tsc || s->mono_ns < last->mono_ns;
		if (s->mono_ns > last->mono_ns)
			log->max_step_ns = max(log->max_step_ns, s->mono_ns - last->mono_ns);
	}
	log->last = *s;
	if (s->mono_ns >= log->sample[log->nr - 1].mono_ns + log->interval_ns)
		keep(log, s);
}

/* How far @s lies off the line through @first with the slope @ns / @ticks. */
static u64 deviation(const struct timecheck_sample *first, const struct timecheck_sample *s,
		     u64 ticks, u64 ns)
{
	/* 128 bits: a day of ticks times a day of nanoseconds is above 64 */
	__int128 want = (__int128)(s64)(s->tsc - first->tsc) * ns / ticks;
	__int128 off = (__int128)(s64)(s->mono_ns - first->mono_ns) - want;

	if (off < 0)
		off = -off;
	return off > (__int128)INT64_MAX ? INT64_MAX : off;
}

void timecheck_analyse(const struct timecheck_log *log, struct wire_timc *out)
{
	const struct timecheck_sample *first = &log->sample[0];
	const struct timecheck_sample *last = &log->sample[log->nr ? log->nr - 1 : 0];
	u64 drift = 0, khz = 0, ticks, ns;
	u32 i;

	ticks = last->tsc - first->tsc;
	ns = last->mono_ns - first->mono_ns;
	if (log->nr >= 3 && (s64)ticks > 0 && (s64)ns > 0) {
		khz = (__int128)ticks * NSEC_PER_MSEC / ns;
		for (i = 1; i < log->nr - 1; i++)
			drift = max(drift, deviation(first, &log->sample[i], ticks, ns));
	}
	out->samples = cpu_to_le64(log->pairs);
	out->elapsed_ns = cpu_to_le64(log->pairs ? log->last.mono_ns - log->sample[0].mono_ns : 0);
	out->backwards = cpu_to_le64(log->backwards);
	out->max_step_ns = cpu_to_le64(log->max_step_ns);
	out->max_drift_ns = cpu_to_le64(drift);
	out->tsc_khz = cpu_to_le64(khz);
}

#if defined(__x86_64__)
static bool counter_exists(void)
{
	return true;
}

/* Neither earlier nor later than the code around it. */
static u64 counter_read(void)
{
	u32 lo, hi;

	asm volatile("lfence; rdtsc; lfence" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}
#else
static bool counter_exists(void)
{
	return false;
}

static u64 counter_read(void)
{
	return 0;
}
#endif

/*
 * Both clocks at one moment, as far as that can be had: the counter is read on
 * both sides, and a reading that was interrupted in between is taken again.
 * @shortest is the quickest one so far, which only ever gets shorter.
 */
static bool read_clocks(struct timecheck_log *log, struct timecheck_sample *s, u64 *shortest)
{
	u64 best = UINT64_MAX, before, mono, after;
	int i;

	for (i = 0; i < TRIES && best / 2 > *shortest; i++) {
		before = counter_read();
		mono = mono_ns();
		after = counter_read();
		log->backwards += after < before;
		if (after < before || after - before >= best)
			continue;
		best = after - before;
		s->mono_ns = mono;
		s->tsc = before + best / 2;
	}
	*shortest = min(*shortest, best);
	return best != UINT64_MAX;
}

static void __noreturn timecheck_main(struct timecheck_shared *sh)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	u64 shortest = UINT64_MAX / 4;
	struct timecheck_sample s;

	setpgid(0, 0);
	/* The port among them: the host learns of its closing from the last copy. */
	close_range(0, UINT_MAX, 0);
	while (!__atomic_load_n(&sh->stop, __ATOMIC_RELAXED)) {
		if (read_clocks(&sh->log, &s, &shortest))
			timecheck_add(&sh->log, &s);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	timecheck_analyse(&sh->log, &sh->report);
	__atomic_store_n(&sh->done, 1, __ATOMIC_RELEASE);
	_exit(0);
}

int timecheck_start(struct timecheck *t, struct ktstr_err *err)
{
	void *p;

	if (!counter_exists())
		return 0;
	p = mmap(NULL, sizeof(*t->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		 0);
	if (p == MAP_FAILED)
		return ktstr_err_set(err, -errno, "cannot map memory for the clock check: %s",
				     strerror(errno));
	t->shared = p;
	t->pid = fork();
	if (!t->pid)
		timecheck_main(t->shared);
	if (t->pid > 0)
		return 0;
	t->pid = 0;
	return ktstr_err_set(err, -errno, "cannot fork the clock check: %s", strerror(errno));
}

void timecheck_stop(struct timecheck *t)
{
	if (t->shared)
		__atomic_store_n(&t->shared->stop, 1, __ATOMIC_RELAXED);
}

bool timecheck_reaped(struct timecheck *t, pid_t pid)
{
	if (!t->pid || t->pid != pid)
		return false;
	t->pid = 0;
	return true;
}

bool timecheck_report(const struct timecheck *t, struct wire_timc *out)
{
	if (!t->shared || !__atomic_load_n(&t->shared->done, __ATOMIC_ACQUIRE))
		return false;
	*out = t->shared->report;
	return true;
}

void timecheck_free(struct timecheck *t)
{
	if (t->pid)
		kill(t->pid, SIGKILL);
	if (t->shared)
		munmap(t->shared, sizeof(*t->shared));
	t->pid = 0;
	t->shared = NULL;
}
