/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SCX_STATE_H
#define KTSTR_HOST_INSPECT_SCX_STATE_H

/*
 * The scheduler and sched_ext as a whole: struct scx_sched (kernel/sched/ext/
 * internal.h) and the variables beside it.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/kstruct.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* Bits of scx_sched_pcpu.flags; kernel/sched/ext/internal.h */
#define SCX_SCHED_PCPU_BYPASSING 1U

/**
 * struct scx_state_layout - addresses and offsets, looked up once
 * @has_sched: this kernel has struct scx_sched; else @s is not valid and all is
 *             in static variables
 * @s: struct scx_sched
 * @enable_state: address of the state of sched_ext, 0 = unknown, as all below
 * @switching_all: of the flag that all tasks are moved to it
 * @nr_rejected: tasks that it would not take
 * @hotplug_seq: CPUs that came and went
 * @enable_seq: schedulers so far
 * @bypass_depth: where struct scx_sched has none
 * @aborting: the same
 * @ops_flags: of the static scx_ops where there is no struct scx_sched
 * @pcpu_flags: offset in struct scx_sched_pcpu
 * @has_pcpu_flags: @pcpu_flags is known
 *
 * Does not change after scx_state_layout_init().
 */
struct scx_state_layout {
	bool has_sched;
	struct kstruct s;
	u64 enable_state;
	u64 switching_all;
	u64 nr_rejected;
	u64 hotplug_seq;
	u64 enable_seq;
	u64 bypass_depth;
	u64 aborting;
	u64 ops_flags;
	u32 pcpu_flags;
	bool has_pcpu_flags;
};

/**
 * scx_state_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0, or -EOPNOTSUPP for a kernel without sched_ext.
 */
int scx_state_layout_init(struct scx_state_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf, struct ktstr_err *err);

/**
 * scx_state_walk() - the scheduler
 * @in: the guest; @in->sched_kva or the attached scheduler; @in->scx for its
 *      name and exit
 * @l: the layout
 * @to: a struct; gets enable_state, switching_all, nr_rejected, hotplug_seq,
 *      enable_seq, and "sched": kva, name, flags, flag_names, aborting,
 *      bypass_depth, slice_dfl (ns), watchdog_timeout (jiffies), exit_kind,
 *      exit {...}, bypassing_cpus; null when none is attached
 */
void scx_state_walk(struct insp *in, const struct scx_state_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_SCX_STATE_H */
