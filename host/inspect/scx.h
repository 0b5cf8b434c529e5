/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SCX_H
#define KTSTR_HOST_INSPECT_SCX_H

/*
 * The guest's sched_ext: is a scheduler attached, has it failed, and why.
 * Sources: kernel/sched/ext/ext.c and internal.h (kernel/sched/ext.c before 7.0).
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/* Sizes of the kernel's own buffers, internal.h and types.h. */
#define SCX_REASON_MAX 64
#define SCX_MSG_MAX    1024
#define SCX_BT_MAX     64
#define SCX_NAME_MAX   128

/* Member that a kernel does not have. */
#define SCX_NO_MEMBER 0xffffffffU

/**
 * enum scx_variant - where a kernel keeps the state of its scheduler
 * @SCX_VARIANT_ROOT: in what the symbol scx_root points to (6.16, commit
 *                    48e1267773866, "sched_ext: Introduce scx_sched")
 * @SCX_VARIANT_STATIC: in static variables, scx_exit_kind among them (6.12 to
 *                      6.15)
 */
enum scx_variant {
	SCX_VARIANT_ROOT = 1,
	SCX_VARIANT_STATIC,
};

/**
 * struct scx_layout - addresses and offsets, looked up once
 * @variant: which of the two
 * @anchor: address of the pointer scx_root, or of the static scx_exit_kind
 * @exit_kind: offset of the exit kind from what scx_root_read() gives
 * @exit_info: SCX_VARIANT_ROOT: offset of the pointer to struct scx_exit_info
 * @exit_info_kva: SCX_VARIANT_STATIC: address of that pointer, 0 = unknown
 * @ops_name: offset of the name in scx_sched, SCX_NO_MEMBER = unknown
 * @ops_name_kva: SCX_VARIANT_STATIC: address of the name, 0 = unknown
 * @watchdog: offset of scx_sched.watchdog_timeout, or SCX_NO_MEMBER
 * @watchdog_kva: address of the static scx_watchdog_timeout when @watchdog is
 *                SCX_NO_MEMBER; 0 = unknown
 * @ei_kind: offset in struct scx_exit_info
 * @ei_exit_cpu: the same, or SCX_NO_MEMBER
 * @ei_exit_code: the same
 * @ei_flags: the same, or SCX_NO_MEMBER
 * @ei_reason: the same
 * @ei_bt: the same
 * @ei_bt_len: the same
 * @ei_msg: the same
 *
 * Does not change after scx_layout_init(), so any thread may read it.
 */
struct scx_layout {
	enum scx_variant variant;
	u64 anchor;
	u32 exit_kind;
	u32 exit_info;
	u64 exit_info_kva;
	u32 ops_name;
	u64 ops_name_kva;
	u32 watchdog;
	u64 watchdog_kva;
	u32 ei_kind;
	u32 ei_exit_cpu;
	u32 ei_exit_code;
	u32 ei_flags;
	u32 ei_reason;
	u32 ei_bt;
	u32 ei_bt_len;
	u32 ei_msg;
};

/**
 * scx_layout_init() - find out how this kernel does it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Decides by symbols and members alone, never by a version.
 *
 * Return: 0, or -EOPNOTSUPP for a kernel without sched_ext or one that keeps
 * its state elsewhere.
 */
int scx_layout_init(struct scx_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		    struct ktstr_err *err);

/**
 * scx_root_read() - the attached scheduler
 * @l: the layout
 * @gk: memory
 * @sched_kva: set to its address, 0 = none is attached
 *
 * SCX_VARIANT_STATIC: there is one set of variables for all schedulers, so
 * this gives @l->anchor unless the exit kind is SCX_EXIT_DONE, which it is
 * from the end of one scheduler to the start of the next.
 * Three reads at most; the guest may run.
 *
 * Return: 0, or -EFAULT with *@sched_kva 0.
 */
int scx_root_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 *sched_kva);

/**
 * scx_exit_kind_kva() - address of a scheduler's exit kind: what slot 0 watches
 * @l: the layout
 * @sched_kva: from scx_root_read(), not 0
 */
u64 scx_exit_kind_kva(const struct scx_layout *l, u64 sched_kva);

/**
 * scx_exit_kind_read() - a scheduler's exit kind now
 * @l: the layout
 * @gk: memory
 * @sched_kva: from scx_root_read(); 0 gives 0
 * @kind: filled in
 *
 * Return: 0, or -EFAULT with *@kind 0.
 */
int scx_exit_kind_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		       u32 *kind);

/**
 * struct scx_exit_info_view - struct scx_exit_info, copied
 * @kind: exit kind it is about, 0 = not filled in yet
 * @has_exit_cpu: this kernel has @exit_cpu
 * @exit_cpu: CPU that initiated the exit, negative = none in particular
 * @exit_code: of a graceful exit
 * @flags: SCX_EFLAG_*
 * @reason: raw guest bytes, NUL-terminated, "" = not there
 * @msg: the same
 * @bt: return addresses, innermost first
 * @bt_len: how many of them
 */
struct scx_exit_info_view {
	u32 kind;
	bool has_exit_cpu;
	s32 exit_cpu;
	s64 exit_code;
	u64 flags;
	char reason[SCX_REASON_MAX];
	char msg[SCX_MSG_MAX];
	u64 bt[SCX_BT_MAX];
	u32 bt_len;
};

/**
 * scx_exit_info_read() - why a scheduler ends
 * @l: the layout
 * @gk: memory
 * @sched_kva: from scx_root_read(); must have been valid in this run, it may
 *             be gone by now
 * @v: filled in; members that could not be read are 0
 *
 * The kernel claims the exit kind first and writes message, kind and reason
 * afterwards (scx_vexit()), so at the store that slot 0 watches there is
 * nothing here yet. Call it again after the thaw until
 * scx_exit_info_complete(). The guest may run meanwhile: everything is
 * bounded, nothing is trusted.
 *
 * Return: 0, -ENOENT when the scheduler has no exit info, or -EFAULT.
 */
int scx_exit_info_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		       struct scx_exit_info_view *v);

/**
 * scx_exit_info_complete() - has the kernel written all of it
 * @v: from scx_exit_info_read()
 * @kind: the exit kind that was latched
 */
bool scx_exit_info_complete(const struct scx_exit_info_view *v, u32 kind);

/**
 * scx_ops_name_read() - name of a scheduler
 * @l: the layout
 * @gk: memory
 * @sched_kva: from scx_root_read()
 * @buf: raw guest bytes, NUL-terminated, "" = unknown
 * @len: size of @buf, SCX_NAME_MAX + 1 is enough
 *
 * Return: 0, -ENOENT when the kernel keeps it elsewhere, or -EFAULT.
 */
int scx_ops_name_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		      char *buf, size_t len);

/**
 * scx_watchdog_kva() - address of the stall watchdog's limit, in jiffies
 * @l: the layout
 * @sched_kva: from scx_root_read()
 *
 * scx_sched.watchdog_timeout where it exists (7.1), else the static
 * scx_watchdog_timeout. An unsigned long.
 *
 * Return: the address, 0 = unknown.
 */
u64 scx_watchdog_kva(const struct scx_layout *l, u64 sched_kva);

/**
 * scx_watchdog_read() - a runnable task may wait this long
 * @l: the layout
 * @gk: memory
 * @sched_kva: from scx_root_read()
 * @jiffies: filled in
 *
 * Return: 0, -ENOENT when the kernel keeps it elsewhere, or -EFAULT.
 */
int scx_watchdog_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		      u64 *jiffies);

/**
 * scx_exit_kind_name() - an exit kind in words
 * @btf: types of the kernel, or NULL for those this program knows
 * @kind: the value
 *
 * Return: "SCX_EXIT_ERROR_STALL", owned by @btf or constant; "unknown".
 */
const char *scx_exit_kind_name(const struct kbtf *btf, u32 kind);

#endif /* KTSTR_HOST_INSPECT_SCX_H */
