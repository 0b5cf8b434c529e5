// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/compiler.h>
#include <linux/sizes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bench/monitor_rate.h"
#include "guest-init/work_run.h"
#include "host/coord/monitor.h"
#include "host/vmm/vm.h"
#include "lib/util.h"

#define FIND_MAX 256
#define SLICES	 (RATE_ROUNDS * RATE_SLICES)

/* Of a group's memory: the slots follow its head, and a page is all we follow. */
#define SLOTS_AT  roundup(sizeof(struct work_shared), __alignof__(struct work_slot))
#define SLOTS_MAX ((SZ_4K - SLOTS_AT) / sizeof(struct work_slot))

/**
 * struct candidate - a page that looks like the workers' shared memory
 * @shared: mapped guest memory
 * @units: what the first worker had done
 */
struct candidate {
	const struct work_shared *shared;
	u64 units;
};

/**
 * struct mark - what there was at the beginning of a slice
 * @ns: mono_ns()
 * @work: units of all workers
 * @cpu_ns: of all vCPU threads
 * @seq: samples taken
 */
struct mark {
	u64 ns;
	u64 work;
	u64 cpu_ns;
	u64 seq;
};

/**
 * struct rate - the measurement, in the VMM process
 * @slice: event: a slice is over
 * @m: the monitor
 * @workers: in the guest
 * @out: the result, shared
 * @shared: memory of the workers, NULL = not found yet
 * @found: pages that may be it
 * @nr_found: how many
 * @slices: done
 * @mark: of the slice under way
 * @sum: of the round's slices without, and of those with the monitor
 */
static struct rate {
	struct event slice;
	struct monitor *m;
	u32 workers;
	struct rate_result *out;
	const struct work_shared *shared;
	struct candidate found[FIND_MAX];
	u32 nr_found;
	u32 slices;
	struct mark mark;
	struct sum {
		u64 work;
		u64 cpu_ns;
		u64 ns;
	} sum[2];
} rate;

/* The pointers in it are the guest's. */
static const struct work_slot *slots_of(const struct work_shared *shared)
{
	return (const void *)shared + SLOTS_AT;
}

static u64 units_of(const struct work_shared *shared, u32 worker)
{
	return READ_ONCE(slots_of(shared)[worker].units);
}

static bool works(const struct work_slot *slot)
{
	return READ_ONCE(slot->units) && READ_ONCE(slot->tid) &&
	       READ_ONCE(slot->state) == WORK_READY && !READ_ONCE(slot->error);
}

static bool looks_right(const struct work_shared *shared)
{
	u32 worker;

	if (READ_ONCE(shared->stop) || !READ_ONCE(shared->release_ns) ||
	    READ_ONCE(shared->size) < SLOTS_AT + rate.workers * sizeof(struct work_slot) ||
	    (uintptr_t)READ_ONCE(shared->slot) % SZ_4K != SLOTS_AT)
		return false;
	for (worker = 0; worker < rate.workers; worker++)
		if (!works(&slots_of(shared)[worker]))
			return false;
	return true;
}

static void scan(const u8 *mem, u64 len)
{
	u64 at;

	for (at = 0; at < len && rate.nr_found < FIND_MAX; at += SZ_4K) {
		const struct work_shared *shared = (const void *)(mem + at);

		if (looks_right(shared))
			rate.found[rate.nr_found++] =
				(struct candidate){ shared, units_of(shared, 0) };
	}
}

/* Pages that the guest never touched stay untouched. */
static void scan_memory(const struct gmem *ram)
{
	const struct gmem_region *r;
	off_t data, hole;
	u32 i;

	rate.nr_found = 0;
	for (i = 0; i < ram->nr; i++) {
		r = &ram->regions[i];
		hole = r->offset;
		while (hole < r->offset + r->len) {
			data = lseek(ram->fd, hole, SEEK_DATA);
			if (data < 0 || data >= r->offset + r->len)
				break;
			hole = min_t(u64, lseek(ram->fd, data, SEEK_HOLE), r->offset + r->len);
			scan(r->hva + (data - r->offset), hole - data);
		}
	}
}

/* Of the pages that looked right, the one that has gone on as workers do. */
static void find_page(void)
{
	u32 i;

	for (i = 0; i < rate.nr_found && !rate.shared; i++) {
		const struct candidate *c = &rate.found[i];

		if (looks_right(c->shared) && units_of(c->shared, 0) > c->units)
			rate.shared = c->shared;
	}
	rate.out->found = !!rate.shared;
	if (!rate.shared)
		scan_memory(rate.m->vm->ram);
}

static void set_mark(struct mark *mark)
{
	u32 i;

	*mark = (struct mark){ .ns = mono_ns(), .seq = rate.m->sample.seq };
	for (i = 0; i < rate.workers; i++)
		mark->work += units_of(rate.shared, i);
	for (i = 0; i < rate.m->vm->nr_vcpus; i++)
		mark->cpu_ns += vcpu_cpu_ns(&rate.m->vm->vcpus[i]);
}

/* With, without, without, with: what gets slower meanwhile does so for both. */
static bool monitored(u32 slice)
{
	return slice % 4 == 0 || slice % 4 == 3;
}

static void switch_monitor(bool on)
{
	const struct itimerspec never = {};

	if (on)
		monitor_guest_ready(rate.m);
	else
		timerfd_settime(rate.m->timer.fd, 0, &never, NULL);
}

static void end_round(u32 nr)
{
	const struct sum *on = &rate.sum[true], *off = &rate.sum[false];
	struct rate_round *r = &rate.out->round[nr];
	double work = (double)on->work / off->work;

	r->ratio = work * off->cpu_ns / on->cpu_ns;
	r->wall_ratio = work * off->ns / on->ns;
	r->us_per_vcpu = rate.m->sample.cost_ns / 1000.0 / rate.m->sample.nr_cpus;
	rate.out->nr = nr + 1;
	memset(rate.sum, 0, sizeof(rate.sum));
}

static void end_slice(void)
{
	bool on = monitored(rate.slices);
	struct sum *sum = &rate.sum[on];
	struct mark now;

	set_mark(&now);
	sum->work += now.work - rate.mark.work;
	sum->cpu_ns += now.cpu_ns - rate.mark.cpu_ns;
	sum->ns += now.ns - rate.mark.ns;
	if (on)
		rate.out->samples += now.seq - rate.mark.seq;
	else
		rate.out->stray += now.seq - rate.mark.seq;
	if (++rate.slices % RATE_SLICES == 0)
		end_round(rate.slices / RATE_SLICES - 1);
}

/* Workers that have ended, their page given away, end the measurement. */
static void on_slice(struct event *ev)
{
	if (!event_clear(ev) || !rate.m->vm || !rate.m->sample.seq || rate.slices == SLICES)
		return;
	if (!rate.shared)
		find_page();
	else if (looks_right(rate.shared))
		end_slice();
	else
		rate.slices = SLICES;
	if (!rate.shared)
		return;
	switch_monitor(rate.slices == SLICES || monitored(rate.slices));
	set_mark(&rate.mark);
}

int __wrap_monitor_start(struct monitor *m, const struct vm *vm, struct event_loop *loop,
			 bool (*view)(void *ctx, struct monitor_view *v), void *ctx)
{
	const u64 slice = RATE_SLICE_MS * NSEC_PER_MSEC;
	int ret = __real_monitor_start(m, vm, loop, view, ctx);

	if (ret || !rate.out)
		return ret;
	rate.m = m;
	rate.slice.handle = on_slice;
	rate.slice.fd = timer_open(slice, slice);
	return rate.slice.fd < 0 ? rate.slice.fd : event_loop_add(loop, &rate.slice);
}

const struct rate_result *rate_begin(u32 workers)
{
	rate.workers = min_t(u32, workers, SLOTS_MAX);
	rate.out = mmap(NULL, sizeof(*rate.out), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	if (rate.out == MAP_FAILED)
		rate.out = NULL;
	return rate.out;
}
