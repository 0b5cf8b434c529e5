/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_SCHED_TYPES_H
#define KTSTR_SELFTESTS_UNIT_FAKE_SCHED_TYPES_H

/*
 * Structs of a kernel with sched_ext, as far as the walks over them look, and
 * the BTF that describes them.
 */
#include "fake_kernel.h"
#include "lib/util.h"

struct fs_list {
	u64 next;
	u64 prev;
};

struct fs_dsq {
	u64 lock;
	struct fs_list list;
	u32 nr;
	u32 seq;
	u64 id;
	u64 hash_node;
};

struct fs_lnode {
	struct fs_list node;
	u32 flags;
	u32 priv;
};

struct fs_scx_entity {
	u64 dsq;
	struct fs_lnode dsq_list;
	u32 dsq_seq;
	u32 dsq_flags;
	u32 flags;
	u32 weight;
	struct fs_list runnable_node;
	u64 runnable_at;
	u64 slice;
	u64 dsq_vtime;
};

struct fs_task {
	u32 cpu;
	u32 state;
	s32 prio;
	u32 policy;
	u8 on_rq;
	u8 pad[7];
	u64 vruntime;
	struct fs_scx_entity scx;
	u64 sched_class;
	u64 cpus_ptr;
	struct fs_list tasks;
	s32 pid;
	s32 tgid;
	u64 real_parent;
	struct fs_list thread_node;
	u64 nvcsw;
	char comm[16];
	u64 cgroups;
	u64 signal;
};

struct fs_signal {
	u64 nr_threads;
	struct fs_list thread_head;
};

struct fs_scx_rq {
	struct fs_dsq local_dsq;
	struct fs_list runnable_list;
	u32 nr_running;
	u32 flags;
	u8 cpu_released;
	u8 pad[7];
	u64 clock;
};

struct fs_sched_info {
	u64 pcount;
	u64 run_delay;
};

struct fs_rq {
	u32 nr_running;
	u32 pad;
	u64 curr;
	u64 idle;
	u64 nr_switches;
	struct fs_scx_rq scx;
	u64 clock;
	u64 sd;
	struct fs_sched_info rq_sched_info;
	u32 yld_count;
	u32 sched_count;
	u32 sched_goidle;
	u32 ttwu_count;
	u32 ttwu_local;
};

struct fs_events {
	u64 before;
	s64 fallback;
	s64 keep_last;
	s64 bypass_duration;
};

struct fs_sched_pcpu {
	u64 flags;
	struct fs_events event_stats;
	struct fs_dsq bypass_dsq;
};

struct fs_table {
	u32 size;
	u32 nest;
	u64 future_tbl;
	u64 buckets[4];
};

struct fs_scx_sched {
	u64 ops_flags;
	char ops_name[16];
	u64 dsq_hash;
	u64 pnode;
	u64 pcpu;
	u64 exit_info;
	u32 exit_kind;
	s32 bypass_depth;
	u8 aborting;
	u8 pad[7];
};

/* css_set, cgroup and kernfs_node in one, which is its own group. */
struct fs_group {
	u64 dfl_cgrp;
	u64 kn;
	u64 parent;
	u64 name;
	char text[16];
};

/* Ids of the types that others are made of. */
struct fs_types {
	struct btf *btf;
	int u64_id, u32_id, s32_id, u8_id, char16;
	int list, dsq, lnode, entity, scx_rq, info, events;
};

/* A struct and all its members in one line; @... are struct fake_member. */
#define FS_STRUCT(t, name, type, ...)                                                     \
	({                                                                                \
		const struct fake_member fs_m[] = { __VA_ARGS__ };                        \
		fake_struct((t)->btf, name, sizeof(struct type), fs_m, ARRAY_SIZE(fs_m)); \
	})

static inline int fs_array(struct fs_types *t, int elem, u32 nr)
{
	return btf__add_array(t->btf, t->u32_id, elem, nr);
}

static inline void fs_queue_types(struct fs_types *t)
{
	t->list = FS_STRUCT(t, "list_head", fs_list, FAKE_MEMBER(struct fs_list, next, t->u64_id),
			    FAKE_MEMBER(struct fs_list, prev, t->u64_id));
	t->dsq = FS_STRUCT(t, "scx_dispatch_q", fs_dsq, FAKE_MEMBER(struct fs_dsq, list, t->list),
			   FAKE_MEMBER(struct fs_dsq, nr, t->u32_id),
			   FAKE_MEMBER(struct fs_dsq, seq, t->u32_id),
			   FAKE_MEMBER(struct fs_dsq, id, t->u64_id),
			   FAKE_MEMBER(struct fs_dsq, hash_node, t->u64_id));
	t->lnode = FS_STRUCT(t, "scx_dsq_list_node", fs_lnode,
			     FAKE_MEMBER(struct fs_lnode, node, t->list),
			     FAKE_MEMBER(struct fs_lnode, flags, t->u32_id));
	FS_STRUCT(t, "rhashtable", fs_list, { "tbl", t->u64_id, 0 });
	FS_STRUCT(t, "bucket_table", fs_table, FAKE_MEMBER(struct fs_table, size, t->u32_id),
		  FAKE_MEMBER(struct fs_table, nest, t->u32_id),
		  FAKE_MEMBER(struct fs_table, future_tbl, t->u64_id),
		  FAKE_MEMBER(struct fs_table, buckets, t->u64_id));
}

static inline void fs_task_types(struct fs_types *t)
{
	t->entity = FS_STRUCT(t, "sched_ext_entity", fs_scx_entity,
			      FAKE_MEMBER(struct fs_scx_entity, dsq, t->u64_id),
			      FAKE_MEMBER(struct fs_scx_entity, dsq_list, t->lnode),
			      FAKE_MEMBER(struct fs_scx_entity, dsq_seq, t->u32_id),
			      FAKE_MEMBER(struct fs_scx_entity, dsq_flags, t->u32_id),
			      FAKE_MEMBER(struct fs_scx_entity, flags, t->u32_id),
			      FAKE_MEMBER(struct fs_scx_entity, weight, t->u32_id),
			      FAKE_MEMBER(struct fs_scx_entity, runnable_node, t->list),
			      FAKE_MEMBER(struct fs_scx_entity, runnable_at, t->u64_id),
			      FAKE_MEMBER(struct fs_scx_entity, slice, t->u64_id),
			      FAKE_MEMBER(struct fs_scx_entity, dsq_vtime, t->u64_id));
	FS_STRUCT(t, "task_struct", fs_task, FAKE_MEMBER(struct fs_task, cpu, t->u32_id),
		  { "__state", t->u32_id, offsetof(struct fs_task, state) },
		  FAKE_MEMBER(struct fs_task, prio, t->s32_id),
		  FAKE_MEMBER(struct fs_task, policy, t->u32_id),
		  FAKE_MEMBER(struct fs_task, on_rq, t->u8_id),
		  FAKE_MEMBER(struct fs_task, scx, t->entity),
		  FAKE_MEMBER(struct fs_task, sched_class, t->u64_id),
		  FAKE_MEMBER(struct fs_task, cpus_ptr, t->u64_id),
		  FAKE_MEMBER(struct fs_task, tasks, t->list),
		  FAKE_MEMBER(struct fs_task, pid, t->s32_id),
		  FAKE_MEMBER(struct fs_task, tgid, t->s32_id),
		  FAKE_MEMBER(struct fs_task, real_parent, t->u64_id),
		  FAKE_MEMBER(struct fs_task, thread_node, t->list),
		  FAKE_MEMBER(struct fs_task, nvcsw, t->u64_id),
		  FAKE_MEMBER(struct fs_task, comm, t->char16),
		  FAKE_MEMBER(struct fs_task, cgroups, t->u64_id),
		  FAKE_MEMBER(struct fs_task, signal, t->u64_id));
	FS_STRUCT(t, "signal_struct", fs_signal,
		  FAKE_MEMBER(struct fs_signal, thread_head, t->list));
}

static inline void fs_cgroup_types(struct fs_types *t)
{
	FS_STRUCT(t, "css_set", fs_group, FAKE_MEMBER(struct fs_group, dfl_cgrp, t->u64_id));
	FS_STRUCT(t, "cgroup", fs_group, FAKE_MEMBER(struct fs_group, kn, t->u64_id));
	FS_STRUCT(t, "kernfs_node", fs_group,
		  { "__parent", t->u64_id, offsetof(struct fs_group, parent) },
		  FAKE_MEMBER(struct fs_group, name, t->u64_id));
}

static inline void fs_rq_types(struct fs_types *t)
{
	t->scx_rq = FS_STRUCT(t, "scx_rq", fs_scx_rq,
			      FAKE_MEMBER(struct fs_scx_rq, local_dsq, t->dsq),
			      FAKE_MEMBER(struct fs_scx_rq, runnable_list, t->list),
			      FAKE_MEMBER(struct fs_scx_rq, nr_running, t->u32_id),
			      FAKE_MEMBER(struct fs_scx_rq, flags, t->u32_id),
			      FAKE_MEMBER(struct fs_scx_rq, cpu_released, t->u8_id),
			      FAKE_MEMBER(struct fs_scx_rq, clock, t->u64_id));
	t->info = FS_STRUCT(t, "sched_info", fs_sched_info,
			    FAKE_MEMBER(struct fs_sched_info, pcount, t->u64_id),
			    FAKE_MEMBER(struct fs_sched_info, run_delay, t->u64_id));
	FS_STRUCT(t, "rq", fs_rq, FAKE_MEMBER(struct fs_rq, nr_running, t->u32_id),
		  FAKE_MEMBER(struct fs_rq, curr, t->u64_id),
		  FAKE_MEMBER(struct fs_rq, idle, t->u64_id),
		  FAKE_MEMBER(struct fs_rq, nr_switches, t->u64_id),
		  FAKE_MEMBER(struct fs_rq, scx, t->scx_rq),
		  FAKE_MEMBER(struct fs_rq, clock, t->u64_id),
		  FAKE_MEMBER(struct fs_rq, sd, t->u64_id),
		  FAKE_MEMBER(struct fs_rq, rq_sched_info, t->info),
		  FAKE_MEMBER(struct fs_rq, yld_count, t->u32_id),
		  FAKE_MEMBER(struct fs_rq, sched_count, t->u32_id),
		  FAKE_MEMBER(struct fs_rq, sched_goidle, t->u32_id),
		  FAKE_MEMBER(struct fs_rq, ttwu_count, t->u32_id),
		  FAKE_MEMBER(struct fs_rq, ttwu_local, t->u32_id));
}

static inline void fs_sched_types(struct fs_types *t)
{
	int ops;

	t->events = FS_STRUCT(t, "scx_event_stats", fs_events,
			      { "SCX_EV_SELECT_CPU_FALLBACK", t->u64_id,
				offsetof(struct fs_events, fallback) },
			      { "SCX_EV_DISPATCH_KEEP_LAST", t->u64_id,
				offsetof(struct fs_events, keep_last) },
			      { "SCX_EV_BYPASS_DURATION", t->u64_id,
				offsetof(struct fs_events, bypass_duration) });
	FS_STRUCT(t, "scx_sched_pcpu", fs_sched_pcpu,
		  FAKE_MEMBER(struct fs_sched_pcpu, flags, t->u64_id),
		  FAKE_MEMBER(struct fs_sched_pcpu, event_stats, t->events),
		  FAKE_MEMBER(struct fs_sched_pcpu, bypass_dsq, t->dsq));
	FS_STRUCT(t, "scx_sched_pnode", fs_dsq, { "global_dsq", t->dsq, 0 });
	FS_STRUCT(t, "scx_exit_info", fs_events, { "kind", t->u32_id, 0 },
		  { "exit_code", t->u64_id, 8 }, { "reason", t->u64_id, 8 }, { "bt", t->u64_id, 8 },
		  { "bt_len", t->u32_id, 8 }, { "msg", t->u64_id, 8 });
	ops = btf__add_struct(t->btf, "sched_ext_ops", 24);
	btf__add_field(t->btf, "flags", t->u64_id, 0, 0);
	btf__add_field(t->btf, "name", t->char16, 8 * 8, 0);
	FS_STRUCT(t, "scx_sched", fs_scx_sched, { "ops", ops, 0 },
		  FAKE_MEMBER(struct fs_scx_sched, dsq_hash, t->u64_id),
		  FAKE_MEMBER(struct fs_scx_sched, pnode, t->u64_id),
		  FAKE_MEMBER(struct fs_scx_sched, pcpu, t->u64_id),
		  FAKE_MEMBER(struct fs_scx_sched, exit_info, t->u64_id),
		  FAKE_MEMBER(struct fs_scx_sched, exit_kind, t->u32_id),
		  FAKE_MEMBER(struct fs_scx_sched, bypass_depth, t->s32_id),
		  FAKE_MEMBER(struct fs_scx_sched, aborting, t->u8_id));
}

/* Scalars, and from them what @parts asks for; NULL in between ends it. */
static inline void fs_types_begin(struct fs_types *t)
{
	int ch;

	memset(t, 0, sizeof(*t));
	t->btf = btf__new_empty();
	t->u64_id = btf__add_int(t->btf, "unsigned long", 8, 0);
	t->u32_id = btf__add_int(t->btf, "unsigned int", 4, 0);
	t->s32_id = btf__add_int(t->btf, "int", 4, BTF_INT_SIGNED);
	t->u8_id = btf__add_int(t->btf, "unsigned char", 1, 0);
	ch = btf__add_int(t->btf, "char", 1, BTF_INT_SIGNED);
	t->char16 = btf__add_array(t->btf, t->u32_id, ch, 16);
}

/* The types of a kernel of 7.2, from which @extra, if any, adds others. */
static inline struct kbtf *fs_types(void (*extra)(struct fs_types *t))
{
	struct fs_types t;

	fs_types_begin(&t);
	fs_queue_types(&t);
	fs_task_types(&t);
	fs_cgroup_types(&t);
	fs_rq_types(&t);
	fs_sched_types(&t);
	if (extra)
		extra(&t);
	return fake_kbtf(t.btf, NULL);
}

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_SCHED_TYPES_H */
