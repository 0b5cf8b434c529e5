// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "work_ops.h"
#include "work_run.h"

#define TARGET_NS_MIN 10000
#define TARGET_NS_MAX NSEC_PER_MSEC
/* A checkpoint may take one part in so many of the time between two. */
#define TARGET_RATIO 150
#define PROBES	     16
#define STRIDE_MAX   1048576
/*
 * Iterations that may each take a time slice: a row of them between two
 * checkpoints would pass for a gap.
 */
#define STRIDE_YIELDS 16

static u64 thread_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* The clock is not equally cheap on all machines: ask it. */
static u64 choose_target(void)
{
	u64 cost = TARGET_NS_MAX, before, now = mono_ns();
	unsigned int i;

	/* The least, because others run meanwhile. */
	for (i = 0; i < PROBES; i++) {
		before = now;
		sched_getcpu();
		now = mono_ns();
		cost = min(cost, now - before);
	}
	return max(min(cost * TARGET_RATIO, (u64)TARGET_NS_MAX), (u64)TARGET_NS_MIN);
}

static u32 choose_stride_max(u32 flags)
{
	if (flags & WORK_BLOCKS)
		return 1;
	return flags & WORK_YIELDS ? STRIDE_YIELDS : STRIDE_MAX;
}

static int make_reservoirs(struct work_run *r)
{
	struct reservoir **const res[] = { &r->wake, &r->timer, &r->cost };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(res); i++) {
		if (!(r->ops->flags & (WORK_WAKES << i)))
			continue;
		*res[i] = reservoir_new(r->index + 1);
		if (!*res[i])
			return -ENOMEM;
	}
	return 0;
}

int work_init(struct work_run *r, const struct scenario_group *sg, struct work_shared *shared,
	      u32 index)
{
	u32 size = work_group_size(&sg->work);

	*r = (struct work_run){
		.work = &sg->work,
		.ops = work_ops(sg->work.type),
		.shared = shared,
		.slot = &shared->slot[index],
		.team = &shared->team[index / size],
		.report = &shared->report[index],
		.tid = gettid(),
		.index = index,
		.member = index % size,
		.members = size,
		.in = -1,
		.out = -1,
		.home = "",
		.stride = 1,
		.left = 1,
		.cpu = -1,
		.fd = -1,
		.rng = 0x9e3779b97f4a7c15 * (index + 1),
	};
	r->stride_max = choose_stride_max(r->ops->flags);
	r->target_ns = choose_target();
	__atomic_store_n(&r->slot->tid, r->tid, __ATOMIC_RELAXED);
	return make_reservoirs(r);
}

void work_begin(struct work_run *r)
{
	/* From the release on, not from here: that it ran late is part of the picture. */
	r->last_ns = r->shared->release_ns;
	r->begin_cpu_ns = thread_cpu_ns();
	work_proc_begin(r);
	work_gap(r, mono_ns());
}

static void write_latencies(struct work_run *r)
{
	struct worker_view *v = &r->report->view;

	/* Untouched pages of the report cost nothing. */
	if (r->wake && r->wake->total)
		reservoir_sum(r->wake, &v->wake);
	if (r->timer && r->timer->total)
		reservoir_sum(r->timer, &v->timer);
	if (r->cost && r->cost->total)
		reservoir_sum(r->cost, &v->cost);
}

void work_end(struct work_run *r)
{
	struct worker_view *v = &r->report->view;
	u64 now = mono_ns();

	work_gap(r, now);
	v->cpu_ns = thread_cpu_ns() - r->begin_cpu_ns;
	v->wall_ns = now - r->shared->release_ns;
	v->work_units = r->units;
	v->iterations = r->iterations;
	v->flags |= WORKER_COMPLETED;
	if (r->ops->flags & WORK_LEADS && !r->member)
		v->flags |= WORKER_MESSENGER;
	work_proc_end(r);
	write_latencies(r);
	__atomic_store_n(&r->slot->state, WORK_DONE, __ATOMIC_RELEASE);
}

void work_free(struct work_run *r)
{
	reservoir_free(r->wake);
	reservoir_free(r->timer);
	reservoir_free(r->cost);
	r->wake = NULL;
	r->timer = NULL;
	r->cost = NULL;
	close_fd(&r->fd);
}

void work_note(struct work_run *r, const char *fmt, ...)
{
	char *info = r->report->view.info;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(info, WORKER_INFO_MAX, fmt, ap);
	va_end(ap);
}

int work_fail(struct work_run *r, int ret, const char *what)
{
	work_note(r, "%s: %s", what, strerror(-ret));
	r->slot->error = ret;
	__atomic_store_n(&r->slot->state, WORK_FAILED, __ATOMIC_RELEASE);
	return ret;
}

/* Once for each migration, so that it may cost a little more. */
static void take_move(struct work_run *r, u32 cpu)
{
	struct worker_view *v = &r->report->view;
	unsigned int now_on, node;

	if (getcpu(&now_on, &node) || now_on >= TOPOLOGY_MAX_CPUS)
		return;
	if (r->cpu >= 0 && now_on != r->cpu) {
		v->migrations++;
		v->cross_node += node != r->node;
	}
	r->cpu = now_on;
	r->node = node;
	v->cpus[now_on / 8] |= 1U << now_on % 8;
}

void work_gap(struct work_run *r, u64 now)
{
	struct worker_view *v = &r->report->view;
	u64 gap = now > r->last_ns ? now - r->last_ns : 0;
	int cpu = sched_getcpu();

	if (cpu != r->cpu)
		take_move(r, cpu);
	if (gap > v->max_gap_ns) {
		v->max_gap_ns = gap;
		v->max_gap_cpu = max(r->cpu, 0);
		r->report->gap_end_ns = now;
	}
	r->last_ns = now;
}

void work_checkpoint(struct work_run *r)
{
	u64 since = r->last_ns, took;

	work_gap(r, mono_ns());
	took = r->last_ns - since;
	if (r->cost)
		reservoir_add(r->cost, took / r->stride);
	if (took < r->target_ns && r->stride < r->stride_max)
		r->stride *= 2;
	else if (took > 4 * r->target_ns && r->stride > 1)
		r->stride /= 2;
	r->left = r->stride;
}

u64 work_sleep_until(struct work_run *r, u64 when)
{
	struct timespec ts = { .tv_sec = when / NSEC_PER_SEC, .tv_nsec = when % NSEC_PER_SEC };
	u64 now;

	work_gap(r, mono_ns());
	while (!work_stopping(r) &&
	       clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
	now = mono_ns();
	r->last_ns = min(now, when);
	work_gap(r, now);
	return now > when && !work_stopping(r) ? now - when : 0;
}

int work_idle(struct work_run *r)
{
	while (!work_stopping(r))
		work_sleep_until(r, mono_ns() + NSEC_PER_SEC);
	return 0;
}

void work_burst(struct work_run *r, u64 ns)
{
	u64 end = mono_ns() + ns;

	/* The checkpoints look at the clock often enough. */
	while (r->last_ns < end && !work_stopping(r)) {
		work_spin(WORK_BATCH);
		work_tick(r, WORK_BATCH);
	}
}

u64 work_spin_cost(u32 batches, bool measured)
{
	const struct scenario_group sg = { .workers = 1 };
	struct work_slot slot = { 0 };
	struct work_team team = { 0 };
	struct work_report report = { 0 };
	struct work_shared shared = { .slot = &slot, .team = &team, .report = &report };
	struct work_run r;
	u64 start;
	u32 i;

	if (work_init(&r, &sg, &shared, 0))
		return 0;
	shared.release_ns = mono_ns();
	work_begin(&r);
	if (!measured)
		r.left = UINT32_MAX;
	start = mono_ns();
	for (i = 0; i < batches && !work_stopping(&r); i++) {
		work_spin(WORK_BATCH);
		work_step(&r, WORK_BATCH);
	}
	start = mono_ns() - start;
	work_free(&r);
	return start;
}
