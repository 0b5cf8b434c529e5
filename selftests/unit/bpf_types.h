/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_BPF_TYPES_H
#define KTSTR_SELFTESTS_UNIT_BPF_TYPES_H

/*
 * The kernel's structs of BPF maps and programs, shortened, and their types. For
 * bpf_fixture.h.
 */
#include <linux/bpf.h>
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/inspect/xarray.h"
#include "lib/util.h"

#define FIX_MAPS 32
#define FIX_CPUS 2

struct fix_map {
	u32 map_type;
	u32 key_size;
	u32 value_size;
	u32 max_entries;
	u32 map_flags;
	u32 id;
	u32 btf_key_type_id;
	u32 btf_value_type_id;
	u32 btf_vmlinux_value_type_id;
	bool frozen;
	u64 btf;
	char name[BPF_OBJ_NAME_LEN];
};

struct fix_array {
	struct fix_map map;
	u32 elem_size;
	u8 value[] __aligned(8);
};

struct fix_bucket {
	u64 first;
	u64 lock;
};

struct fix_htab {
	struct fix_map map;
	u64 buckets;
	u32 n_buckets;
};

struct fix_elem {
	u64 next;
	u64 pprev;
	u32 hash;
	u8 key[] __aligned(8);
};

struct fix_smap {
	struct fix_map map;
	u64 buckets;
	u32 bucket_log;
};

struct fix_selem {
	u64 next;
	u64 local_storage;
	u64 smap;
	u8 data[];
};

struct fix_task {
	u64 state;
	u32 pid;
	char comm[16];
};

struct fix_ringmap {
	struct fix_map map;
	u64 rb;
};

struct fix_ring {
	u64 mask;
	u64 consumer_pos;
	u64 producer_pos;
};

struct fix_stackmap {
	struct fix_map map;
	u32 n_buckets;
	u64 buckets[4];
};

struct fix_trace {
	u64 fnode;
	u32 hash;
	u32 nr;
	u64 data[4];
};

struct fix_queue {
	struct fix_map map;
	u32 head;
	u32 tail;
	u32 size;
	u32 elements[8];
};

struct fix_ops_value {
	u32 refcnt;
	u32 state;
	struct {
		u64 enqueue;
		u64 dispatch;
		u32 timeout_ms;
	} data;
};

struct fix_opsmap {
	struct fix_map map;
	u64 btf;
	u64 uvalue;
	struct fix_ops_value kvalue;
};

struct fix_arena {
	struct fix_map map;
	u64 user_vm_start;
	u64 user_vm_end;
	u64 kern_vm;
};

struct fix_vm {
	u64 next;
	u64 addr;
	u64 size;
};

struct fix_prog {
	u32 type;
	u32 len;
	u32 jited_len;
	u64 bpf_func;
	u64 stats;
	u64 aux;
};

struct fix_aux {
	u32 id;
	u32 verified_insns;
	u64 attach_func_name;
	u64 st_ops;
	u64 load_time;
	u64 btf;
	u64 func_info;
	u32 func_info_cnt;
	u32 func_cnt;
	u64 func;
	char name[BPF_OBJ_NAME_LEN];
	u64 arena;
};

struct fix_stats {
	u64 cnt;
	u64 nsecs;
	u64 misses;
};

struct fix_node {
	u8 shift;
	u64 slots[XA_CHUNK_MAX];
};

struct fix_btf {
	u64 data;
	u32 data_size;
	u32 id;
};

#define FIX_FIELDS(btf, name, s, ...)                                           \
	({                                                                      \
		const struct fake_member __m[] = { __VA_ARGS__ };               \
		fake_struct(btf, name, sizeof(struct s), __m, ARRAY_SIZE(__m)); \
	})

/* Types that members have, by id. */
struct fix_ids {
	struct btf *b;
	int c;
	int u8;
	int w;
	int d;
	int name;
	int bytes;
	int words;
	int head;
	int node;
	int map;
};

static inline void fix_basic_types(struct fix_ids *t)
{
	struct btf *b = t->b;

	t->c = btf__add_int(b, "char", 1, BTF_INT_SIGNED);
	t->u8 = btf__add_int(b, "unsigned char", 1, 0);
	t->w = btf__add_int(b, "unsigned int", 4, 0);
	t->d = btf__add_int(b, "unsigned long", 8, 0);
	t->name = btf__add_array(b, t->w, t->c, BPF_OBJ_NAME_LEN);
	t->bytes = btf__add_array(b, t->w, t->u8, 0);
	t->words = btf__add_array(b, t->w, t->d, 0);
	t->head = btf__add_struct(b, "hlist_head", 8);
	btf__add_field(b, "first", t->d, 0, 0);
	t->node = btf__add_struct(b, "hlist_node", 16);
	btf__add_field(b, "next", t->d, 0, 0);
}

static inline void fix_tree_types(struct fix_ids *t)
{
	int slots = btf__add_array(t->b, t->w, t->d, XA_CHUNK_MAX);
	int xa = btf__add_struct(t->b, "xarray", 16);

	btf__add_field(t->b, "xa_head", t->d, 64, 0);
	btf__add_struct(t->b, "idr", 24);
	btf__add_field(t->b, "idr_rt", xa, 0, 0);
	FIX_FIELDS(t->b, "xa_node", fix_node, FAKE_MEMBER(struct fix_node, shift, t->u8),
		   FAKE_MEMBER(struct fix_node, slots, slots));
	FIX_FIELDS(t->b, "btf", fix_btf, FAKE_MEMBER(struct fix_btf, data, t->d),
		   FAKE_MEMBER(struct fix_btf, data_size, t->w),
		   FAKE_MEMBER(struct fix_btf, id, t->w));
}

static inline void fix_map_types(struct fix_ids *t)
{
	t->map = FIX_FIELDS(t->b, "bpf_map", fix_map, FAKE_MEMBER(struct fix_map, map_type, t->w),
			    FAKE_MEMBER(struct fix_map, key_size, t->w),
			    FAKE_MEMBER(struct fix_map, value_size, t->w),
			    FAKE_MEMBER(struct fix_map, max_entries, t->w),
			    FAKE_MEMBER(struct fix_map, map_flags, t->w),
			    FAKE_MEMBER(struct fix_map, id, t->w),
			    FAKE_MEMBER(struct fix_map, btf_key_type_id, t->w),
			    FAKE_MEMBER(struct fix_map, btf_value_type_id, t->w),
			    FAKE_MEMBER(struct fix_map, btf_vmlinux_value_type_id, t->w),
			    FAKE_MEMBER(struct fix_map, frozen, t->u8),
			    FAKE_MEMBER(struct fix_map, btf, t->d),
			    FAKE_MEMBER(struct fix_map, name, t->name));
}

static inline void fix_element_types(struct fix_ids *t, const char *without)
{
	FIX_FIELDS(t->b, "bpf_array", fix_array, FAKE_MEMBER(struct fix_array, map, t->map),
		   FAKE_MEMBER(struct fix_array, value, t->bytes),
		   { "ptrs", t->words, offsetof(struct fix_array, value) });
	if (!without || strcmp(without, "bpf_htab") != 0)
		FIX_FIELDS(t->b, "bpf_htab", fix_htab, FAKE_MEMBER(struct fix_htab, map, t->map),
			   FAKE_MEMBER(struct fix_htab, buckets, t->d),
			   FAKE_MEMBER(struct fix_htab, n_buckets, t->w));
	FIX_FIELDS(t->b, "bucket", fix_bucket, { "head", t->head, 0 });
	FIX_FIELDS(t->b, "htab_elem", fix_elem, { "hash_node", t->node, 0 },
		   FAKE_MEMBER(struct fix_elem, hash, t->w),
		   FAKE_MEMBER(struct fix_elem, key, t->bytes));
}

static inline void fix_storage_types(struct fix_ids *t)
{
	int sdata;

	FIX_FIELDS(t->b, "bpf_local_storage_map", fix_smap,
		   FAKE_MEMBER(struct fix_smap, map, t->map),
		   FAKE_MEMBER(struct fix_smap, buckets, t->d),
		   FAKE_MEMBER(struct fix_smap, bucket_log, t->w));
	FIX_FIELDS(t->b, "bpf_local_storage_map_bucket", fix_bucket, { "list", t->head, 0 });
	sdata = btf__add_struct(t->b, "bpf_local_storage_data", 8);
	btf__add_field(t->b, "smap", t->d, 0, 0);
	btf__add_field(t->b, "data", t->bytes, 64, 0);
	FIX_FIELDS(t->b, "bpf_local_storage_elem", fix_selem, { "map_node", t->node, 0 },
		   FAKE_MEMBER(struct fix_selem, local_storage, t->d),
		   { "sdata", sdata, offsetof(struct fix_selem, smap) });
	btf__add_struct(t->b, "bpf_local_storage", 8);
	btf__add_field(t->b, "owner", t->d, 0, 0);
	FIX_FIELDS(t->b, "task_struct", fix_task, FAKE_MEMBER(struct fix_task, pid, t->w),
		   FAKE_MEMBER(struct fix_task, comm, t->name));
}

static inline void fix_misc_types(struct fix_ids *t)
{
	FIX_FIELDS(t->b, "bpf_ringbuf_map", fix_ringmap,
		   FAKE_MEMBER(struct fix_ringmap, map, t->map),
		   FAKE_MEMBER(struct fix_ringmap, rb, t->d));
	FIX_FIELDS(t->b, "bpf_ringbuf", fix_ring, FAKE_MEMBER(struct fix_ring, mask, t->d),
		   FAKE_MEMBER(struct fix_ring, consumer_pos, t->d),
		   FAKE_MEMBER(struct fix_ring, producer_pos, t->d));
	FIX_FIELDS(t->b, "bpf_stack_map", fix_stackmap,
		   FAKE_MEMBER(struct fix_stackmap, map, t->map),
		   FAKE_MEMBER(struct fix_stackmap, n_buckets, t->w),
		   FAKE_MEMBER(struct fix_stackmap, buckets, t->words));
	FIX_FIELDS(t->b, "stack_map_bucket", fix_trace, FAKE_MEMBER(struct fix_trace, hash, t->w),
		   FAKE_MEMBER(struct fix_trace, nr, t->w),
		   FAKE_MEMBER(struct fix_trace, data, t->words));
	FIX_FIELDS(t->b, "bpf_queue_stack", fix_queue, FAKE_MEMBER(struct fix_queue, map, t->map),
		   FAKE_MEMBER(struct fix_queue, head, t->w),
		   FAKE_MEMBER(struct fix_queue, tail, t->w),
		   FAKE_MEMBER(struct fix_queue, size, t->w),
		   FAKE_MEMBER(struct fix_queue, elements, t->bytes));
	FIX_FIELDS(t->b, "bpf_arena", fix_arena, FAKE_MEMBER(struct fix_arena, map, t->map),
		   FAKE_MEMBER(struct fix_arena, user_vm_start, t->d),
		   FAKE_MEMBER(struct fix_arena, user_vm_end, t->d),
		   FAKE_MEMBER(struct fix_arena, kern_vm, t->d));
	FIX_FIELDS(t->b, "vm_struct", fix_vm, FAKE_MEMBER(struct fix_vm, addr, t->d),
		   FAKE_MEMBER(struct fix_vm, size, t->d));
}

static inline u32 fix_ops_types(struct fix_ids *t)
{
	int data, ptr;

	FIX_FIELDS(t->b, "bpf_struct_ops_map", fix_opsmap,
		   FAKE_MEMBER(struct fix_opsmap, map, t->map),
		   FAKE_MEMBER(struct fix_opsmap, btf, t->d),
		   FAKE_MEMBER(struct fix_opsmap, uvalue, t->d),
		   FAKE_MEMBER(struct fix_opsmap, kvalue, t->w));
	ptr = btf__add_ptr(t->b, btf__add_func_proto(t->b, 0));
	data = btf__add_struct(t->b, "some_ops", 24);
	btf__add_field(t->b, "enqueue", ptr, 0, 0);
	btf__add_field(t->b, "dispatch", ptr, 64, 0);
	btf__add_field(t->b, "timeout_ms", t->w, 128, 0);
	return FIX_FIELDS(t->b, "bpf_struct_ops_some_ops", fix_ops_value,
			  FAKE_MEMBER(struct fix_ops_value, refcnt, t->w),
			  FAKE_MEMBER(struct fix_ops_value, state, t->w),
			  FAKE_MEMBER(struct fix_ops_value, data, data));
}

static inline void fix_prog_types(struct fix_ids *t)
{
	FIX_FIELDS(t->b, "bpf_prog", fix_prog, FAKE_MEMBER(struct fix_prog, type, t->w),
		   FAKE_MEMBER(struct fix_prog, len, t->w),
		   FAKE_MEMBER(struct fix_prog, jited_len, t->w),
		   FAKE_MEMBER(struct fix_prog, bpf_func, t->d),
		   FAKE_MEMBER(struct fix_prog, stats, t->d),
		   FAKE_MEMBER(struct fix_prog, aux, t->d));
	FIX_FIELDS(t->b, "bpf_prog_aux", fix_aux, FAKE_MEMBER(struct fix_aux, id, t->w),
		   FAKE_MEMBER(struct fix_aux, verified_insns, t->w),
		   FAKE_MEMBER(struct fix_aux, attach_func_name, t->d),
		   FAKE_MEMBER(struct fix_aux, st_ops, t->d),
		   FAKE_MEMBER(struct fix_aux, load_time, t->d),
		   FAKE_MEMBER(struct fix_aux, btf, t->d),
		   FAKE_MEMBER(struct fix_aux, func_info, t->d),
		   FAKE_MEMBER(struct fix_aux, func_info_cnt, t->w),
		   FAKE_MEMBER(struct fix_aux, func_cnt, t->w),
		   FAKE_MEMBER(struct fix_aux, func, t->d),
		   FAKE_MEMBER(struct fix_aux, name, t->name),
		   FAKE_MEMBER(struct fix_aux, arena, t->d));
	FIX_FIELDS(t->b, "bpf_prog_stats", fix_stats, FAKE_MEMBER(struct fix_stats, cnt, t->d),
		   FAKE_MEMBER(struct fix_stats, nsecs, t->d),
		   FAKE_MEMBER(struct fix_stats, misses, t->d));
	btf__add_struct(t->b, "bpf_struct_ops", 8);
	btf__add_field(t->b, "name", t->d, 0, 0);
}

static inline void fix_enum_types(struct fix_ids *t)
{
	btf__add_enum(t->b, "bpf_map_type", 4);
	btf__add_enum_value(t->b, "BPF_MAP_TYPE_HASH", BPF_MAP_TYPE_HASH);
	btf__add_enum_value(t->b, "BPF_MAP_TYPE_ARRAY", BPF_MAP_TYPE_ARRAY);
	btf__add_enum(t->b, "bpf_prog_type", 4);
	btf__add_enum_value(t->b, "BPF_PROG_TYPE_STRUCT_OPS", BPF_PROG_TYPE_STRUCT_OPS);
}

/* A kernel's types; without those of @without, when it is not NULL. */
static inline void fix_add_types(struct btf *b, const char *without, u32 *ops_type)
{
	struct fix_ids t = { .b = b };

	fix_basic_types(&t);
	fix_tree_types(&t);
	fix_map_types(&t);
	fix_element_types(&t, without);
	fix_storage_types(&t);
	fix_misc_types(&t);
	*ops_type = fix_ops_types(&t);
	fix_prog_types(&t);
	fix_enum_types(&t);
}

static inline struct kbtf *fix_kernel_types(const char *without, u32 *ops_type)
{
	struct btf *b = btf__new_empty();

	fix_add_types(b, without, ops_type);
	return fake_kbtf(b, NULL);
}

#endif /* KTSTR_SELFTESTS_UNIT_BPF_TYPES_H */
