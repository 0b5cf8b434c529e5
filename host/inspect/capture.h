/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_CAPTURE_H
#define KTSTR_HOST_INSPECT_CAPTURE_H

/*
 * What is copied out of a machine while it stands still. Copies only:
 * everything that takes time, names above all, is done after the thaw from
 * the copy (host/inspect/dump.h).
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/scx.h"
#include "host/vmm/freeze.h"

struct guest_kernel;
struct guest_state;
struct vcpu;
struct vtree;

#define CAPTURE_TAG_MAX 71

/**
 * struct capture_watch - what a watched address was about
 * @symbol: NUL-terminated
 * @kva: watched address, 0 = this snapshot is not about a watch
 * @len: bytes watched, 4 or 8
 * @old_value: when it was armed
 * @new_value: after the store that trapped
 * @writes: traps counted until the standstill
 */
struct capture_watch {
	char symbol[CAPTURE_TAG_MAX + 1];
	u64 kva;
	u32 len;
	u64 old_value;
	u64 new_value;
	u64 writes;
};

/**
 * struct capture_src - what to copy
 * @kind: enum wire_dump_kind
 * @tag: name of the snapshot, "" for the failure dump; cut at CAPTURE_TAG_MAX
 * @vcpus: the machine's, of which the parked ones are looked at
 * @nr_vcpus: how many
 * @slots: bitmask of the watchpoint slots that had fired
 * @vcpu: whose store it was, or WIRE_DUMP_NO_VCPU
 * @exit_kind: the exit kind that latched, 0 = none
 * @sched_kva: scheduler whose exit kind that was; 0 = look now
 * @watch: @watch->kva 0 or NULL: not about a watch
 * @gk: the guest's memory, or NULL: registers only
 * @scx: layout of its sched_ext, or NULL
 * @jiffies_kva: address of jiffies_64, 0 = unknown
 * @state: everything else that can be looked at, warmed, or NULL
 * @state_budget_ns: how long that may take
 */
struct capture_src {
	u32 kind;
	const char *tag;
	const struct vcpu *vcpus;
	u32 nr_vcpus;
	u32 slots;
	u32 vcpu;
	u32 exit_kind;
	u64 sched_kva;
	const struct capture_watch *watch;
	const struct guest_kernel *gk;
	const struct scx_layout *scx;
	u64 jiffies_kva;
	struct guest_state *state;
	u64 state_budget_ns;
};

/**
 * struct capture_vcpu - one vCPU
 * @parked: it stood still, @regs is of then
 * @regs: its registers
 */
struct capture_vcpu {
	bool parked;
	struct vcpu_regs regs;
};

/**
 * struct capture - a standstill, copied
 * @kind: as in struct capture_src
 * @tag: NUL-terminated
 * @vcpus: @nr_vcpus of them
 * @nr_vcpus: how many
 * @frozen: how many of them stood still
 * @slots: as in struct capture_src
 * @vcpu: the same
 * @exit_kind: the one that latched, else the one in memory
 * @watch: @watch.kva 0 = none
 * @has_scx: the members below were looked for
 * @sched_kva: the scheduler, 0 = none attached
 * @live_exit_kind: exit kind in memory
 * @ops_name: raw guest bytes, NUL-terminated
 * @has_watchdog: @watchdog is valid
 * @watchdog: jiffies a runnable task may wait
 * @has_jiffies: @jiffies is valid
 * @jiffies: guest time
 * @state: from guest_state_take(), or NULL
 */
struct capture {
	u32 kind;
	char tag[CAPTURE_TAG_MAX + 1];
	struct capture_vcpu *vcpus;
	u32 nr_vcpus;
	u32 frozen;
	u32 slots;
	u32 vcpu;
	u32 exit_kind;
	struct capture_watch watch;
	bool has_scx;
	u64 sched_kva;
	u32 live_exit_kind;
	char ops_name[SCX_NAME_MAX + 1];
	bool has_watchdog;
	u64 watchdog;
	bool has_jiffies;
	u64 jiffies;
	struct vtree *state;
};

/**
 * capture_take() - copy
 * @c: filled in; capture_free() it, also after an error
 * @src: what
 *
 * Coordinator thread, between freeze_begin() and freeze_end(), also when not
 * every vCPU parked. One allocation, fewer than ten reads of guest memory; what
 * cannot be read is marked as not there.
 *
 * Return: 0 or -ENOMEM.
 */
int capture_take(struct capture *c, const struct capture_src *src);

/**
 * capture_free() - forget
 * @c: taken, or zeroed
 */
void capture_free(struct capture *c);

#endif /* KTSTR_HOST_INSPECT_CAPTURE_H */
