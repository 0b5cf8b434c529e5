/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_MAP_LAYOUT_H
#define KTSTR_HOST_INSPECT_MAP_LAYOUT_H

/*
 * Offsets by kind of BPF map. "missing" of a kind names the first member that
 * a kernel does not have; NULL means the kind can be walked.
 */
#include <linux/types.h>

struct bpf_member;

/* Kinds of arrays of pointers to kernel objects. */
#define MAP_FD_KINDS 9

/**
 * struct map_array_layout - struct bpf_array, include/linux/bpf.h
 * @missing: see above
 * @map: of the map in it
 * @value: of values, pointers and per-CPU pointers; behind the alignment
 */
struct map_array_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 value;
};

/**
 * struct map_hash_layout - struct bpf_htab, bucket, htab_elem, kernel/bpf/hashtab.c
 * @missing: see above
 * @map: of the map in struct bpf_htab
 * @buckets: of the pointer to the buckets
 * @n_buckets: of their number
 * @bucket_first: of the first element's address in struct bucket
 * @next: of the next element's address in struct htab_elem
 * @hash: of its hash
 * @key: of the key in it; the value follows, aligned to 8
 * @bucket_size: bytes of struct bucket
 */
struct map_hash_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 buckets;
	u32 n_buckets;
	u32 bucket_first;
	u32 next;
	u32 hash;
	u32 key;
	u32 bucket_size;
};

/**
 * struct map_local_layout - include/linux/bpf_local_storage.h
 * @missing: see above
 * @map: of the map in struct bpf_local_storage_map
 * @buckets: of the pointer to the buckets
 * @bucket_log: of the binary logarithm of their number
 * @bucket_first: of the first element's address in a bucket
 * @bucket_size: bytes of a bucket
 * @next: of the next element's address in struct bpf_local_storage_elem
 * @storage: of the pointer to the storage of the owner
 * @smap: of the pointer to the map
 * @data: of the value
 * @owner: of the pointer to the owner in struct bpf_local_storage
 * @task_pid: in struct task_struct, or BPF_NO_MEMBER
 * @task_comm: the same
 * @cgroup_kn: of the pointer to struct kernfs_node in struct cgroup, or
 *             BPF_NO_MEMBER
 * @kn_id: in struct kernfs_node, or BPF_NO_MEMBER
 * @kn_name: the same
 * @inode_ino: in struct inode, or BPF_NO_MEMBER
 */
struct map_local_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 buckets;
	u32 bucket_log;
	u32 bucket_first;
	u32 bucket_size;
	u32 next;
	u32 storage;
	u32 smap;
	u32 data;
	u32 owner;
	u32 task_pid;
	u32 task_comm;
	u32 cgroup_kn;
	u32 kn_id;
	u32 kn_name;
	u32 inode_ino;
};

/**
 * struct map_fd_layout - an array of pointers to kernel objects
 * @missing: see above
 * @map: of the map in its struct
 * @slots: of the pointers, or of the pointer to them
 */
struct map_fd_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 slots;
};

/**
 * struct map_objects_layout - what such pointers lead to
 * @missing: see above
 * @prog_aux: of the pointer to struct bpf_prog_aux in struct bpf_prog
 * @aux_id: in struct bpf_prog_aux
 * @aux_name: the same
 */
struct map_objects_layout {
	const struct bpf_member *missing;
	u32 prog_aux;
	u32 aux_id;
	u32 aux_name;
};

/**
 * struct map_ring_layout - struct bpf_ringbuf_map and bpf_ringbuf, kernel/bpf/ringbuf.c
 * @missing: see above
 * @map: of the map in struct bpf_ringbuf_map
 * @rb: of the pointer to struct bpf_ringbuf
 * @mask: in struct bpf_ringbuf
 * @consumer: the same
 * @producer: the same
 * @pending: the same, or BPF_NO_MEMBER
 * @overwrite: the same, or BPF_NO_MEMBER
 */
struct map_ring_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 rb;
	u32 mask;
	u32 consumer;
	u32 producer;
	u32 pending;
	u32 overwrite;
};

/**
 * struct map_stack_layout - struct bpf_stack_map, stack_map_bucket, kernel/bpf/stackmap.c
 * @missing: see above
 * @map: of the map in struct bpf_stack_map
 * @n_buckets: of their number
 * @buckets: of the pointers to them
 * @hash: in struct stack_map_bucket
 * @nr: the same
 * @data: the same
 * @build_id_type: struct bpf_stack_build_id, 0 = none
 */
struct map_stack_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 n_buckets;
	u32 buckets;
	u32 hash;
	u32 nr;
	u32 data;
	u32 build_id_type;
};

/**
 * struct map_queue_layout - struct bpf_queue_stack, kernel/bpf/queue_stack_maps.c
 * @missing: see above
 * @map: of the map
 * @head: of the index the next element goes to
 * @tail: of the index of the oldest element
 * @size: of the number of elements there is room for, and one
 * @elements: of the elements
 */
struct map_queue_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 head;
	u32 tail;
	u32 size;
	u32 elements;
};

/**
 * struct map_ops_layout - struct bpf_struct_ops_map, kernel/bpf/bpf_struct_ops.c
 * @missing: see above
 * @map: of the map
 * @btf: of the pointer to the types of the value, or BPF_NO_MEMBER
 * @kvalue: of the value that is registered
 * @uvalue: of the pointer to the value with programs by id, or BPF_NO_MEMBER
 */
struct map_ops_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 btf;
	u32 kvalue;
	u32 uvalue;
};

/**
 * struct map_arena_layout - struct bpf_arena, kernel/bpf/arena.c
 * @missing: see above
 * @map: of the map
 * @user_start: of user_vm_start
 * @user_end: of user_vm_end
 * @kern_vm: of the pointer to struct vm_struct
 * @vm_addr: of the address in struct vm_struct
 */
struct map_arena_layout {
	const struct bpf_member *missing;
	u32 map;
	u32 user_start;
	u32 user_end;
	u32 kern_vm;
	u32 vm_addr;
};

/**
 * struct map_layout - all kinds
 * @array: ARRAY, PERCPU_ARRAY and what is built on struct bpf_array
 * @hash: all hashes
 * @local: all local storages
 * @fd: arrays of pointers, in the order of map_fd_kinds[]
 * @objects: what is behind them
 * @ring: ring buffers
 * @stack: stack traces
 * @queue: queues and stacks
 * @ops: struct_ops
 * @arena: arenas
 *
 * Does not change after map_layout_init().
 */
struct map_layout {
	struct map_array_layout array;
	struct map_hash_layout hash;
	struct map_local_layout local;
	struct map_fd_layout fd[MAP_FD_KINDS];
	struct map_objects_layout objects;
	struct map_ring_layout ring;
	struct map_stack_layout stack;
	struct map_queue_layout queue;
	struct map_ops_layout ops;
	struct map_arena_layout arena;
};

#endif /* KTSTR_HOST_INSPECT_MAP_LAYOUT_H */
