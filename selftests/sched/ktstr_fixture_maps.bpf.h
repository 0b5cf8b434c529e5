/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SCHED_KTSTR_FIXTURE_MAPS_BPF_H
#define SELFTESTS_SCHED_KTSTR_FIXTURE_MAPS_BPF_H

/*
 * A map of each kind that can be filled without more than a BPF object: made
 * for --maps only. ktstr_fixture_maps.c fills them by kind, whatever their names.
 */

/* Of 12 bytes, which a hash rounds up in front of its values. */
struct fixture_key {
	u32 n;
	u16 half;
	u16 other_half;
	u32 inverse;
};

struct fixture_lpm_key {
	u32 prefixlen;
	u32 address;
};

#define FIXTURE_MAP(name, kind, key_type, entries, ...) \
	struct {                                        \
		__uint(type, BPF_MAP_TYPE_##kind);      \
		__uint(max_entries, entries);           \
		__type(key, key_type);                  \
		__type(value, struct fixture_item);     \
		__VA_ARGS__                             \
	} name SEC(".maps")

FIXTURE_MAP(fx_array, ARRAY, u32, 256);
FIXTURE_MAP(fx_array_mmap, ARRAY, u32, 200, __uint(map_flags, BPF_F_MMAPABLE););
FIXTURE_MAP(fx_pcpu_array, PERCPU_ARRAY, u32, 7);
FIXTURE_MAP(fx_hash, HASH, struct fixture_key, 512);
FIXTURE_MAP(fx_hash_no_pre, HASH, u32, 300, __uint(map_flags, BPF_F_NO_PREALLOC););
FIXTURE_MAP(fx_lru, LRU_HASH, struct fixture_key, 1024);
FIXTURE_MAP(fx_pcpu_hash, PERCPU_HASH, struct fixture_key, 128);
FIXTURE_MAP(fx_pcpu_lru, LRU_PERCPU_HASH, u32, 1024);
FIXTURE_MAP(fx_task, TASK_STORAGE, int, 0, __uint(map_flags, BPF_F_NO_PREALLOC););
FIXTURE_MAP(fx_cgroup, CGRP_STORAGE, int, 0, __uint(map_flags, BPF_F_NO_PREALLOC););
FIXTURE_MAP(fx_lpm, LPM_TRIE, struct fixture_lpm_key, 128, __uint(map_flags, BPF_F_NO_PREALLOC););

/* Those have no key. */
#define FIXTURE_KEYLESS(name, kind, entries)        \
	struct {                                    \
		__uint(type, BPF_MAP_TYPE_##kind);  \
		__uint(max_entries, entries);       \
		__type(value, struct fixture_item); \
	} name SEC(".maps")

FIXTURE_KEYLESS(fx_queue, QUEUE, FIXTURE_QUEUE_MAX);
FIXTURE_KEYLESS(fx_stack, STACK, FIXTURE_QUEUE_MAX);
FIXTURE_KEYLESS(fx_bloom, BLOOM_FILTER, FIXTURE_ITEMS);

struct fixture_inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, struct fixture_item);
};

struct fixture_inner fx_inner_a SEC(".maps");
struct fixture_inner fx_inner_b SEC(".maps");

#define FIXTURE_OF_MAPS(name, kind)                    \
	struct {                                       \
		__uint(type, BPF_MAP_TYPE_##kind);     \
		__uint(max_entries, 8);                \
		__type(key, u32);                      \
		__array(values, struct fixture_inner); \
	} name SEC(".maps")

FIXTURE_OF_MAPS(fx_array_maps, ARRAY_OF_MAPS);
FIXTURE_OF_MAPS(fx_hash_maps, HASH_OF_MAPS);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 8);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} fx_progs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} fx_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 65536);
} fx_user_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 64);
	__uint(key_size, sizeof(u32));
	__uint(value_size, 32 * sizeof(u64));
} fx_traces SEC(".maps");

/* Both are run by hand, and nothing else runs them. */
SEC("syscall")
int fx_fill_ring(void *ctx)
{
	struct fixture_item item = { .tag = FIXTURE_TAG };
	u32 i;

	bpf_for(i, 0, FIXTURE_RING_RECORDS)
	{
		item.n = i;
		item.inverse = ~i;
		if (bpf_ringbuf_output(&fx_ring, &item, sizeof(item), 0))
			return -ENOSPC;
	}
	return 0;
}

SEC("raw_tp/sched_switch")
int fx_fill_traces(struct bpf_raw_tracepoint_args *ctx)
{
	int id = bpf_get_stackid(ctx, &fx_traces, BPF_F_REUSE_STACKID);

	return id < 0 ? id : 0;
}

#ifdef __BPF_FEATURE_ADDR_SPACE_CAST
/* Where the list of --arena begins; @first is no node of it, but has the type. */
struct fixture_root {
	__arena struct arena_node *head;
	u64 nodes;
	struct arena_node first;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct fixture_root);
} fx_arena_root SEC(".maps");
#endif

#endif /* SELFTESTS_SCHED_KTSTR_FIXTURE_MAPS_BPF_H */
