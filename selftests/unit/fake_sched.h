/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_SCHED_H
#define KTSTR_SELFTESTS_UNIT_FAKE_SCHED_H

/*
 * A machine of two CPUs with run queues, tasks and a sched_ext scheduler, as
 * far as the walks over them look. Tests damage it where they like. To be
 * included once in a test program.
 */
#include <stdlib.h>

#include "fake_sched_types.h"
#include "host/inspect/insp.h"
#include "host/inspect/scx.h"
#include "host/inspect/value.h"

#define FS_CPUS	 2
#define FS_TASKS 64
#define FS_DSQS	 8

#define FS_PERCPU      0x1000ULL /* what a per-CPU symbol says */
#define FS_AREA	       0xffff888007c00000ULL
#define FS_AREA_STRIDE 0x100000ULL
#ifndef FS_TASK_KVA
#define FS_TASK_KVA 0xffff888010000000ULL
#endif
#define FS_DSQ_KVA     0xffff888011000000ULL
#define FS_STATIC_KVA  0xffffffff83000000ULL
#define FS_OFFSETS_KVA 0xffffffff82400000ULL
#define FS_SCHED_KVA   0xffff888012000000ULL
#define FS_NOWHERE     0xffffc90000001000ULL
#define FS_POISON      0xdead000000000100ULL

/* One CPU's per-CPU memory. */
struct fs_area {
	struct fs_rq rq;
	struct fs_sched_pcpu pcpu;
	u64 times[4];
	u64 irqs_sum;
	u32 softirqs[10];
};

/* The kernel's variables, at FS_STATIC_KVA. */
struct fs_statics {
	u64 scx_root;
	u32 nr_node_ids;
	u32 enable_state;
	u32 schedstats;
	u32 pad;
	u64 nr_rejected;
	u64 pnodes[2];
	struct fs_dsq global[2];
	struct fs_table table;
	struct fs_signal signals[FS_TASKS];
	u64 cpumask;
	struct fs_group groups[3];
};

struct fake_sched {
	struct guest_kernel gk;
	struct kbtf *btf;
	struct scx_layout scx;
	struct fs_area cpus[FS_CPUS];
	struct fs_task tasks[FS_TASKS];
	struct fs_dsq dsqs[FS_DSQS];
	struct fs_scx_sched sched;
	struct fs_statics st;
	u64 offsets[FS_CPUS];
	struct insp in;
	struct value *root;
};

#define FS_STATIC(m) (FS_STATIC_KVA + offsetof(struct fs_statics, m))
#define FS_PCPU(m)   (FS_PERCPU + offsetof(struct fs_area, m))

static inline u64 fs_area(u32 cpu)
{
	return FS_AREA + cpu * FS_AREA_STRIDE;
}

static inline u64 fs_task(u32 i)
{
	return FS_TASK_KVA + i * sizeof(struct fs_task);
}

static inline u64 fs_dsq(u32 i)
{
	return FS_DSQ_KVA + i * sizeof(struct fs_dsq);
}

static inline u64 fs_task_node(u32 i)
{
	return fs_task(i) + offsetof(struct fs_task, scx.dsq_list.node);
}

static inline void fs_list_init(struct fs_list *list, u64 kva)
{
	list->next = kva;
	list->prev = kva;
}

static inline void fs_symbols(struct fake_sched *fs)
{
	struct guest_kernel *gk = &fs->gk;

	fake_symbol(gk, "runqueues", FS_PCPU(rq));
	fake_symbol(gk, "__per_cpu_offset", FS_OFFSETS_KVA);
	fake_symbol(gk, "scx_root", FS_STATIC(scx_root));
	fake_symbol(gk, "nr_node_ids", FS_STATIC(nr_node_ids));
	fake_symbol(gk, "scx_enable_state_var", FS_STATIC(enable_state));
	fake_symbol(gk, "scx_nr_rejected", FS_STATIC(nr_rejected));
	fake_symbol(gk, "init_task", fs_task(0));
	fake_symbol(gk, "ext_sched_class", 0xffffffff82300100ULL);
	fake_symbol(gk, "fair_sched_class", 0xffffffff82300000ULL);
}

static inline void fs_memory(struct fake_sched *fs)
{
	u32 i;

	for (i = 0; i < FS_CPUS; i++)
		fake_map(&fs->gk, fs_area(i), &fs->cpus[i], sizeof(fs->cpus[i]));
	fake_map(&fs->gk, FS_TASK_KVA, fs->tasks, sizeof(fs->tasks));
	fake_map(&fs->gk, FS_DSQ_KVA, fs->dsqs, sizeof(fs->dsqs));
	fake_map(&fs->gk, FS_SCHED_KVA, &fs->sched, sizeof(fs->sched));
	fake_map(&fs->gk, FS_OFFSETS_KVA, fs->offsets, sizeof(fs->offsets));
	fake_map(&fs->gk, FS_STATIC_KVA, &fs->st, sizeof(fs->st));
}

/* The local queue of a CPU lies in its run queue. */
static inline u64 fs_local_dsq(u32 cpu)
{
	return fs_area(cpu) + offsetof(struct fs_area, rq.scx.local_dsq);
}

static inline void fs_cpu_init(struct fake_sched *fs, u32 cpu)
{
	struct fs_area *a = &fs->cpus[cpu];

	fs->offsets[cpu] = fs_area(cpu) - FS_PERCPU;
	a->rq.curr = fs_task(cpu);
	a->rq.idle = fs_task(cpu);
	a->rq.clock = 1000000 + cpu;
	a->rq.scx.flags = 1;
	a->rq.scx.local_dsq.id = 0x8000000000000002ULL;
	fs_list_init(&a->rq.scx.local_dsq.list, fs_local_dsq(cpu) + offsetof(struct fs_dsq, list));
	fs_list_init(&a->rq.scx.runnable_list,
		     fs_area(cpu) + offsetof(struct fs_area, rq.scx.runnable_list));
	fs_list_init(&a->pcpu.bypass_dsq.list,
		     fs_area(cpu) + offsetof(struct fs_area, pcpu.bypass_dsq.list));
}

static inline void fs_tasks_init(struct fake_sched *fs)
{
	u32 i;

	for (i = 0; i < FS_TASKS; i++) {
		struct fs_task *p = &fs->tasks[i];

		p->pid = i;
		p->tgid = i;
		snprintf(p->comm, sizeof(p->comm), "task-%u", i);
		p->real_parent = fs_task(0);
		p->scx.weight = 100;
		p->tasks.next = fs_task((i + 1) % FS_TASKS) + offsetof(struct fs_task, tasks);
		p->tasks.prev =
			fs_task((i + FS_TASKS - 1) % FS_TASKS) + offsetof(struct fs_task, tasks);
		p->signal = FS_STATIC(signals[i]);
		p->cpus_ptr = FS_STATIC(cpumask);
		fs_list_init(&fs->st.signals[i].thread_head,
			     fs_task(i) + offsetof(struct fs_task, thread_node));
		fs_list_init(&p->thread_node, FS_STATIC(signals[i].thread_head));
	}
	fs->st.cpumask = 3;
}

/* /, /outer and /outer/inner; all tasks are in the last. */
static inline void fs_groups_init(struct fake_sched *fs)
{
	static const char *const names[] = { "", "outer", "inner" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct fs_group *g = &fs->st.groups[i];

		g->dfl_cgrp = FS_STATIC(groups[i]);
		g->kn = FS_STATIC(groups[i]);
		g->parent = i ? FS_STATIC(groups[i - 1]) : 0;
		g->name = FS_STATIC(groups[i].text);
		snprintf(g->text, sizeof(g->text), "%s", names[i]);
	}
	for (i = 0; i < FS_TASKS; i++)
		fs->tasks[i].cgroups = FS_STATIC(groups[2]);
}

static inline void fs_sched_init(struct fake_sched *fs)
{
	u32 i;

	fs->st.scx_root = FS_SCHED_KVA;
	fs->st.nr_node_ids = 2;
	snprintf(fs->sched.ops_name, sizeof(fs->sched.ops_name), "fake");
	fs->sched.dsq_hash = FS_STATIC(table);
	fs->sched.pcpu = FS_PCPU(pcpu);
	fs->sched.pnode = FS_STATIC(pnodes);
	fs->st.table.size = 4;
	for (i = 0; i < 2; i++) {
		fs->st.pnodes[i] = FS_STATIC(global[i]);
		fs_list_init(&fs->st.global[i].list, FS_STATIC(global[i].list));
	}
	for (i = 0; i < FS_DSQS; i++) {
		fs->dsqs[i].id = i;
		fs_list_init(&fs->dsqs[i].list, fs_dsq(i) + offsetof(struct fs_dsq, list));
	}
}

/**
 * fake_sched_new() - the machine, with all idle
 * @extra: adds types, or NULL
 */
static inline struct fake_sched *fake_sched_new(void (*extra)(struct fs_types *t))
{
	struct fake_sched *fs = calloc(1, sizeof(*fs));
	u32 i;

	fs->btf = fs_types(extra);
	fs_symbols(fs);
	fs_memory(fs);
	for (i = 0; i < FS_CPUS; i++)
		fs_cpu_init(fs, i);
	fs_tasks_init(fs);
	fs_groups_init(fs);
	fs_sched_init(fs);
	fs->in.gk = &fs->gk;
	fs->in.btf = fs->btf;
	fs->in.nr_cpus = FS_CPUS;
	fs->in.tree = vtree_new(16 << 20);
	fs->root = vtree_root(fs->in.tree);
	if (fs->btf && scx_layout_init(&fs->scx, &fs->gk, fs->btf, NULL) == 0)
		fs->in.scx = &fs->scx;
	return fs;
}

static inline void fake_sched_free(struct fake_sched *fs)
{
	vtree_free(fs->in.tree);
	kbtf_free(fs->btf);
	free(fs);
}

/* Append a task to a queue of the test's, the list and the count. */
static inline void fs_enqueue(struct fake_sched *fs, struct fs_dsq *q, u64 q_kva, u32 task)
{
	u64 head = q_kva + offsetof(struct fs_dsq, list), node = fs_task_node(task);
	struct fs_list *last = fake_hva(&fs->gk, q->list.prev, sizeof(*last));

	fs->tasks[task].scx.dsq_list.node = (struct fs_list){ head, q->list.prev };
	fs->tasks[task].scx.dsq = q_kva;
	last->next = node;
	q->list.prev = node;
	q->nr++;
}

/* Into the table of user queues. */
static inline void fs_hash(struct fake_sched *fs, u32 dsq)
{
	u64 *bucket = &fs->st.table.buckets[dsq % 4];

	fs->dsqs[dsq].hash_node = *bucket;
	*bucket = fs_dsq(dsq) + offsetof(struct fs_dsq, hash_node);
}

/* What a path of the tree says; a number that no test expects when nothing. */
static inline u64 fs_u64(const struct fake_sched *fs, const char *path)
{
	u64 v;

	return value_u64(value_get(fs->root, path, NULL), &v) ? v : 0xbadbadbadULL;
}

static inline const char *fs_text(const struct fake_sched *fs, const char *path)
{
	return value_text(value_get(fs->root, path, NULL)) ?: "(nothing)";
}

static inline u64 fs_count(const struct fake_sched *fs, const char *path)
{
	const struct value *v = value_get(fs->root, path, NULL);

	return v ? value_count(v) : 0xbadbadbadULL;
}

static inline bool fs_has(const struct fake_sched *fs, const char *path)
{
	return value_get(fs->root, path, NULL);
}

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_SCHED_H */
