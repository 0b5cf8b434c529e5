/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_KOP_TARGET_H
#define KTSTR_HOST_INSPECT_KOP_TARGET_H

/*
 * What a kernel operation is about: from a target on the wire to an address in
 * the guest's kernel, or to the reason why there is none.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/wire_ops.h"

struct guest_kernel;
struct kbtf;

/* Lowest address that WIRE_KOP_KVA takes: the kernel's half with 5 levels. */
#define KOP_KVA_MIN 0xff00000000000000ULL

/* Processes looked at to find a task, and threads likewise. */
#define KOP_TASKS_MAX 65536

/* Links followed for one request, so that many entries cannot take minutes. */
#define KOP_LINKS_MAX SZ_2M

/**
 * struct kop_mem - what operations need of a guest kernel
 * @ctx: given to each function
 * @nr_cpus: of the machine
 * @read: copy from kernel memory; 4 and 8 aligned bytes in one piece; 0 or
 *        -EFAULT
 * @write: copy to kernel memory, likewise; -EFAULT with nothing written
 * @symbol: address of a symbol
 * @percpu: address of a CPU's copy, as gk_percpu()
 * @direct: whether an address is in the direct map of RAM
 * @member: offset and size of a struct's member, as kbtf_member()
 *
 * kop_mem_init() fills it in for a real guest; tests have their own.
 */
struct kop_mem {
	void *ctx;
	u32 nr_cpus;
	int (*read)(void *ctx, u64 kva, void *buf, size_t len);
	int (*write)(void *ctx, u64 kva, const void *buf, size_t len);
	bool (*symbol)(void *ctx, const char *name, u64 *kva);
	int (*percpu)(void *ctx, u64 base, u32 cpu, u64 *kva);
	bool (*direct)(void *ctx, u64 kva);
	int (*member)(void *ctx, const char *type, const char *member, u32 *offset, u32 *size);
};

/**
 * struct kop_guest - the guest behind a struct kop_mem
 * @gk: symbols and memory
 * @kbtf: types, or NULL: then there are no fields
 */
struct kop_guest {
	const struct guest_kernel *gk;
	const struct kbtf *kbtf;
};

/**
 * kop_mem_init() - operate on a guest
 * @m: filled in
 * @guest: must outlive @m
 * @nr_cpus: of the machine
 */
void kop_mem_init(struct kop_mem *m, struct kop_guest *guest, u32 nr_cpus);

/**
 * struct kop_task_layout - where a task keeps what is looked at
 * @init_task: the list's first task, which is not in it
 * @ext_class: address of ext_sched_class
 * @thread_head: in struct signal_struct
 *
 * All others are members of struct task_struct: their offset, and the size
 * where it is not that of a pointer.
 */
struct kop_task_layout {
	u64 init_task;
	u64 ext_class;
	u32 thread_head;
	u32 tasks;
	u32 signal;
	u32 thread_node;
	u32 pid;
	u32 start_time;
	u32 start_boottime;
	u32 state;
	u32 on_rq;
	u32 on_rq_size;
	u32 dsq;
	u32 runnable_node;
	u32 sched_class;
	u32 policy;
};

/**
 * struct kop_batch - what the entries of one request share; starts zeroed
 * @links: followed so far, of KOP_LINKS_MAX
 * @has_layout: @layout is valid
 * @layout: of tasks
 */
struct kop_batch {
	u32 links;
	bool has_layout;
	struct kop_task_layout layout;
};

/**
 * kop_target_resolve() - where is it
 * @m: the guest's kernel
 * @b: of the request
 * @e: the entry, from korq_next()
 * @kva: set on success; not said to be mapped
 * @err: what is wrong with the target, and what to do about it
 *
 * A number must have the size of the field it is for, bytes must fit into it,
 * and so must the four of an OR. Allocates nothing, so it may run in a freeze.
 *
 * Return: 0, -ENOENT for a symbol, struct, member or task that does not exist,
 * -ERANGE for an address or CPU that is none, -EMSGSIZE for a value that does
 * not fit, -EOPNOTSUPP for a bit field or a per-CPU symbol whose type is not
 * known, -EBUSY for a task that must not be touched now, -ESTALE for another
 * task under the same pid, -ELOOP for a task list without end, -EFAULT for one
 * that leads nowhere, -EINVAL for a name that cannot be one.
 */
int kop_target_resolve(const struct kop_mem *m, struct kop_batch *b, const struct kop_entry_view *e,
		       u64 *kva, struct ktstr_err *err);

/**
 * kop_field_fits() - hold a value against the field it is for
 * @e: the entry
 * @type: of the struct, for messages
 * @field: its member, for messages
 * @size: of the field
 * @err: says what does not fit
 *
 * Return: 0 or -EMSGSIZE.
 */
int kop_field_fits(const struct kop_entry_view *e, const char *type, const char *field, u32 size,
		   struct ktstr_err *err);

/**
 * kop_member() - kop_mem.member() with a reason
 * @m: the guest's kernel
 * @type: a struct
 * @member: dotted path
 * @offset: set on success
 * @size: set on success, or NULL
 * @err: names both
 *
 * Return: 0, -ENOENT or -EOPNOTSUPP.
 */
int kop_member(const struct kop_mem *m, const char *type, const char *member, u32 *offset,
	       u32 *size, struct ktstr_err *err);

/**
 * kop_task_find() - a task that can be changed without the scheduler noticing
 * @m: the guest's kernel
 * @b: of the request
 * @pid: its own, as thread, in the first PID namespace; not 0
 * @start_time_ns: its task_struct.start_time
 * @task: address of its task_struct, set on success
 * @err: which condition does not hold
 *
 * Eight must: the pid, the start time (or the pid is somebody else's by now),
 * not TASK_DEAD, not on a run queue, neither on a dispatch queue nor on the
 * list of runnable tasks, the class of sched_ext, its policy, and a boot time
 * (a task that is still being forked has none).
 *
 * Return: as kop_target_resolve().
 */
int kop_task_find(const struct kop_mem *m, struct kop_batch *b, u32 pid, u64 start_time_ns,
		  u64 *task, struct ktstr_err *err);

#endif /* KTSTR_HOST_INSPECT_KOP_TARGET_H */
