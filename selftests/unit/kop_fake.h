/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_KOP_FAKE_H
#define KTSTR_SELFTESTS_UNIT_KOP_FAKE_H

/* A kernel of a few symbols, structs and tasks, behind struct kop_mem. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "host/inspect/kop_target.h"

#define FAKE_BASE 0xffff888000000000ULL
#define FAKE_SIZE SZ_64K
#define FAKE_CPUS 4
/* Where FAKE_BASE + FAKE_WORD and so on lie; tasks begin at FAKE_TASKS. */
#define FAKE_WORD	0x100
#define FAKE_OFFSETS	0x200
#define FAKE_RUNQUEUES	0x1000
#define FAKE_CPU_STRIDE 0x400
#define FAKE_EXT_CLASS	0x300
#define FAKE_TASKS	0x4000
#define FAKE_STRIDE	0x200

/* Of the fake's task_struct, and of the signal_struct right behind it. */
enum fake_offsets {
	T_TASKS = 0x10,
	T_SIGNAL = 0x20,
	T_THREAD_NODE = 0x28,
	T_PID = 0x38,
	T_START = 0x40,
	T_BOOT = 0x48,
	T_STATE = 0x50,
	T_ON_RQ = 0x54,
	T_ON_CPU = 0x55,
	T_DSQ = 0x58,
	T_RUNNABLE = 0x60,
	T_CLASS = 0x70,
	T_POLICY = 0x78,
	T_SLICE = 0x80,
	T_FLAGS = 0x88,
	T_COMM = 0x90,
	T_SIZE = 0x100,
	S_THREAD_HEAD = 0x8,
};

struct fake_member {
	const char *type;
	const char *member;
	u32 offset;
	u32 size;
	int ret;
};

static const struct fake_member fake_members[] = {
	{ "rq", "nr_running", 0x8, 4 },
	{ "rq", "clock", 0x10, 8 },
	{ "rq", "scx.flags", 0x18, 4 },
	{ "rq", "bits", 0, 0, -EOPNOTSUPP },
	{ "kernel_cpustat", "cpustat", 0, 80 },
	{ "kernel_stat", "irqs_sum", 0, 8 },
	{ "tick_sched", "idle_jiffies", 0x20, 8 },
	{ "signal_struct", "thread_head", S_THREAD_HEAD, 16 },
	{ "task_struct", "tasks", T_TASKS, 16 },
	{ "task_struct", "signal", T_SIGNAL, 8 },
	{ "task_struct", "thread_node", T_THREAD_NODE, 16 },
	{ "task_struct", "pid", T_PID, 4 },
	{ "task_struct", "start_time", T_START, 8 },
	{ "task_struct", "start_boottime", T_BOOT, 8 },
	{ "task_struct", "__state", T_STATE, 4 },
	{ "task_struct", "on_rq", T_ON_RQ, 1 },
	{ "task_struct", "scx.dsq", T_DSQ, 8 },
	{ "task_struct", "scx.runnable_node", T_RUNNABLE, 16 },
	{ "task_struct", "sched_class", T_CLASS, 8 },
	{ "task_struct", "policy", T_POLICY, 4 },
	{ "task_struct", "scx.slice", T_SLICE, 8 },
	{ "task_struct", "scx.flags", T_FLAGS, 4 },
	{ "task_struct", "comm", T_COMM, 16 },
};

static const struct {
	const char *name;
	u64 offset;
} fake_symbols[] = {
	{ "word", FAKE_WORD },
	{ "__per_cpu_offset", FAKE_OFFSETS },
	{ "runqueues", FAKE_RUNQUEUES },
	{ "kernel_cpustat", FAKE_RUNQUEUES },
	{ "kstat", FAKE_RUNQUEUES },
	{ "tick_cpu_sched", FAKE_RUNQUEUES },
	{ "some_percpu", FAKE_RUNQUEUES },
	{ "init_task", FAKE_TASKS },
	{ "ext_sched_class", FAKE_EXT_CLASS },
	{ "unmapped", SZ_1G },
};

/**
 * struct fake - the kernel
 * @mem: its memory, at FAKE_BASE
 * @size: bytes of it
 * @nr_tasks: made so far, init_task among them
 * @writes: calls of write()
 * @missing: a symbol or member that this kernel does not have
 * @on_rq_size: bytes of task_struct.on_rq
 * @no_btf: no types at all
 * @kop: to be given to the code under test
 */
struct fake {
	u8 *mem;
	size_t size;
	u32 nr_tasks;
	u32 writes;
	const char *missing;
	u32 on_rq_size;
	bool no_btf;
	struct kop_mem kop;
};

static inline void *fake_at(struct fake *f, u64 kva, size_t len)
{
	if (kva < FAKE_BASE || kva - FAKE_BASE >= f->size || len > f->size - (kva - FAKE_BASE))
		return NULL;
	return f->mem + (kva - FAKE_BASE);
}

static inline int fake_read(void *ctx, u64 kva, void *buf, size_t len)
{
	const void *p = fake_at(ctx, kva, len);

	if (!p)
		return -EFAULT;
	memcpy(buf, p, len);
	return 0;
}

static inline int fake_write(void *ctx, u64 kva, const void *buf, size_t len)
{
	struct fake *f = ctx;
	void *p = fake_at(f, kva, len);

	f->writes++;
	if (!p)
		return -EFAULT;
	memcpy(p, buf, len);
	return 0;
}

static inline bool fake_symbol(void *ctx, const char *name, u64 *kva)
{
	struct fake *f = ctx;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fake_symbols); i++) {
		if (strcmp(fake_symbols[i].name, name) || (f->missing && !strcmp(f->missing, name)))
			continue;
		*kva = FAKE_BASE + fake_symbols[i].offset;
		return true;
	}
	return false;
}

static inline int fake_percpu(void *ctx, u64 base, u32 cpu, u64 *kva)
{
	u64 offsets, offset;

	if (!fake_symbol(ctx, "__per_cpu_offset", &offsets))
		return -ENOENT;
	if (fake_read(ctx, offsets + cpu * sizeof(offset), &offset, sizeof(offset)))
		return -EFAULT;
	*kva = base + offset;
	return 0;
}

static inline bool fake_direct(void *ctx, u64 kva)
{
	return fake_at(ctx, kva, 1);
}

static inline int fake_member(void *ctx, const char *type, const char *member, u32 *offset,
			      u32 *size)
{
	struct fake *f = ctx;
	unsigned int i;

	if (f->no_btf)
		return -ENODATA;
	for (i = 0; i < ARRAY_SIZE(fake_members); i++) {
		const struct fake_member *m = &fake_members[i];

		if (strcmp(m->type, type) || strcmp(m->member, member) ||
		    (f->missing && !strcmp(f->missing, member)))
			continue;
		*offset = m->offset;
		*size = m->offset == T_ON_RQ && f->on_rq_size ? f->on_rq_size : m->size;
		return m->ret;
	}
	return -ENOENT;
}

static inline void fake_put64(struct fake *f, u64 kva, u64 v)
{
	memcpy(f->mem + (kva - FAKE_BASE), &v, sizeof(v));
}

static inline void fake_put32(struct fake *f, u64 kva, u32 v)
{
	memcpy(f->mem + (kva - FAKE_BASE), &v, sizeof(v));
}

static inline u64 fake_get64(struct fake *f, u64 kva)
{
	u64 v;

	memcpy(&v, f->mem + (kva - FAKE_BASE), sizeof(v));
	return v;
}

static inline u32 fake_get32(struct fake *f, u64 kva)
{
	u32 v;

	memcpy(&v, f->mem + (kva - FAKE_BASE), sizeof(v));
	return v;
}

/* Insert @node before @head, as list_add_tail() does; only next is looked at. */
static inline void fake_list_add(struct fake *f, u64 head, u64 node)
{
	u64 last = fake_get64(f, head + 8);

	fake_put64(f, node, head);
	fake_put64(f, node + 8, last);
	fake_put64(f, last, node);
	fake_put64(f, head + 8, node);
}

static inline void fake_list_init(struct fake *f, u64 head)
{
	fake_put64(f, head, head);
	fake_put64(f, head + 8, head);
}

/* A task that may be changed: asleep, and sched_ext's. */
static inline u64 fake_task_new(struct fake *f, u32 pid)
{
	u64 task = FAKE_BASE + FAKE_TASKS + (u64)f->nr_tasks++ * FAKE_STRIDE;

	fake_list_init(f, task + T_TASKS);
	fake_list_init(f, task + T_RUNNABLE);
	fake_list_init(f, task + T_SIZE + S_THREAD_HEAD);
	fake_put32(f, task + T_PID, pid);
	fake_put64(f, task + T_START, pid * 1000ULL);
	fake_put64(f, task + T_BOOT, pid * 1000ULL + 7);
	fake_put32(f, task + T_STATE, 1);
	fake_put64(f, task + T_CLASS, FAKE_BASE + FAKE_EXT_CLASS);
	fake_put32(f, task + T_POLICY, 7);
	return task;
}

static inline u64 fake_thread_add(struct fake *f, u64 leader, u32 pid)
{
	u64 task = fake_task_new(f, pid);

	fake_put64(f, task + T_SIGNAL, leader + T_SIZE);
	fake_list_add(f, leader + T_SIZE + S_THREAD_HEAD, task + T_THREAD_NODE);
	return task;
}

static inline u64 fake_process_add(struct fake *f, u32 pid)
{
	u64 task = fake_task_new(f, pid);

	fake_put64(f, task + T_SIGNAL, task + T_SIZE);
	fake_list_add(f, task + T_SIZE + S_THREAD_HEAD, task + T_THREAD_NODE);
	fake_list_add(f, FAKE_BASE + FAKE_TASKS + T_TASKS, task + T_TASKS);
	return task;
}

static inline int fake_init(struct fake *f, size_t size)
{
	u32 cpu;

	*f = (struct fake){ .size = size, .mem = calloc(1, size) };
	if (!f->mem)
		return -ENOMEM;
	f->kop = (struct kop_mem){
		.ctx = f,
		.nr_cpus = FAKE_CPUS,
		.read = fake_read,
		.write = fake_write,
		.symbol = fake_symbol,
		.percpu = fake_percpu,
		.direct = fake_direct,
		.member = fake_member,
	};
	for (cpu = 0; cpu < FAKE_CPUS; cpu++)
		fake_put64(f, FAKE_BASE + FAKE_OFFSETS + cpu * 8, cpu * FAKE_CPU_STRIDE);
	fake_task_new(f, 0);
	return 0;
}

#endif /* KTSTR_SELFTESTS_UNIT_KOP_FAKE_H */
