/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_MONITOR_H
#define KTSTR_HOST_COORD_MONITOR_H

/*
 * The monitor's clockwork: a timer on the coordinator's loop that samples the
 * running guest and writes what it read into the run log. The guest is never
 * stopped for it. Coordinator thread.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/coord/event.h"
#include "host/coord/runlog.h"
#include "host/inspect/monitor_sample.h"
#include "lib/wire_monitor.h"

struct guest_kernel;
struct kbtf;
struct scx_layout;
struct vm;

#define MONITOR_PERIOD_NS 100000000ULL

/**
 * struct monitor_view - how a guest kernel can be looked at
 * @gk: memory and symbols
 * @btf: types, or NULL
 * @scx: sched_ext, or NULL
 *
 * Everything outlives the monitor.
 */
struct monitor_view {
	const struct guest_kernel *gk;
	const struct kbtf *btf;
	const struct scx_layout *scx;
};

/**
 * struct monitor_ring - the samples that are written at the end
 * @slots: @nr of them, @size bytes each, a WIRE_MONS payload; NULL before the
 *         first one
 * @size: see there
 * @nr: see there
 * @put: samples put so far; the newest @nr of them are there
 */
struct monitor_ring {
	u8 *slots;
	size_t size;
	u32 nr;
	u64 put;
};

/**
 * struct monitor - the monitor of one run
 * @timer: event: a sample is due
 * @log: where samples go
 * @start_ns: of the run, mono_ns()
 * @vm: the machine, from monitor_start() on
 * @view: asked for before the first sample, see monitor_start()
 * @ctx: passed to it
 * @info: what can be seen; valid once @looked
 * @looked: the view was there, and the layout is made or cannot be
 * @layout: valid when @info.error is empty
 * @v: the view
 * @sample: the next one; @sample.cpus are its own
 * @payload: room for the frame of one
 * @head_max: samples written at once; as many newer ones are in @ring
 * @ring: the newest samples, after the first @head_max
 * @missed: ticks since the last sample that brought none
 */
struct monitor {
	struct event timer;
	struct runlog *log;
	u64 start_ns;
	const struct vm *vm;
	bool (*view)(void *ctx, struct monitor_view *v);
	void *ctx;
	struct monitor_info info;
	bool looked;
	struct monitor_layout layout;
	struct monitor_view v;
	struct monitor_sample sample;
	void *payload;
	u32 head_max;
	struct monitor_ring ring;
	u32 missed;
};

/**
 * monitor_init() - no machine yet
 * @m: filled in; monitor_destroy() it, also after an error
 * @log: where samples go; must outlive @m
 * @start_ns: of the run, mono_ns()
 *
 * Return: 0 or negative errno of timerfd_create(2).
 */
int monitor_init(struct monitor *m, struct runlog *log, u64 start_ns);

/**
 * monitor_start() - a machine is about to run
 * @m: initialised
 * @vm: the machine
 * @loop: gets the timer
 * @view: asked at every tick until it says true: the kernel can be looked at
 * @ctx: passed to @view
 *
 * Nothing is sampled before monitor_guest_ready().
 *
 * Return: 0 or negative errno.
 */
int monitor_start(struct monitor *m, const struct vm *vm, struct event_loop *loop,
		  bool (*view)(void *ctx, struct monitor_view *v), void *ctx);

/**
 * monitor_guest_ready() - the guest is up: sample from now on
 * @m: started; the first time counts
 */
void monitor_guest_ready(struct monitor *m);

/**
 * monitor_stop() - the machine has ended: write the samples that are left
 * @m: started, or not
 */
void monitor_stop(struct monitor *m);

/**
 * monitor_destroy() - release everything
 * @m: initialised, half of it at least
 */
void monitor_destroy(struct monitor *m);

#endif /* KTSTR_HOST_COORD_MONITOR_H */
