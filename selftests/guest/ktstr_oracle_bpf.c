// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "ktstr_oracle.h"

/* Of one map, keys and values; the output of all programs of a run is bounded. */
#define MAP_BYTES_MAX (4UL << 20)
#define PROG_MAPS_MAX 64

/**
 * struct elems - the elements of a map being read
 * @info: of the map
 * @fd: the map
 * @value_len: of what a lookup gives
 * @key: current one
 * @next: the one behind it
 * @value: room for a lookup
 */
struct elems {
	const struct bpf_map_info *info;
	int fd;
	size_t value_len;
	void *key;
	void *next;
	void *value;
};

static bool is_percpu(__u32 type)
{
	return type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_ARRAY ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH || type == BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE;
}

static bool is_of_fds(__u32 type)
{
	return type == BPF_MAP_TYPE_ARRAY_OF_MAPS || type == BPF_MAP_TYPE_HASH_OF_MAPS ||
	       type == BPF_MAP_TYPE_PROG_ARRAY;
}

/* bpf_map_value_size() in kernel/bpf/syscall.c */
static size_t lookup_len(const struct bpf_map_info *info)
{
	int cpus = libbpf_num_possible_cpus();

	if (is_of_fds(info->type))
		return sizeof(__u32);
	if (!is_percpu(info->type))
		return info->value_size;
	return (info->value_size + 7UL) / 8 * 8 * (cpus > 0 ? cpus : 1);
}

/* Why a map has no elements that a system call would list, or NULL. */
static const char *not_listed(__u32 type)
{
	switch (type) {
	case BPF_MAP_TYPE_RINGBUF:
	case BPF_MAP_TYPE_USER_RINGBUF:
		return "a ring buffer is read by its consumer";
	case BPF_MAP_TYPE_ARENA:
		return "an arena is memory of the process that mapped it";
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
	case BPF_MAP_TYPE_BLOOM_FILTER:
		return "it has no keys";
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
		return "its elements belong to open files";
	default:
		return NULL;
	}
}

/* A slot of an array of descriptors that nothing was put into is none. */
static bool print_elem(struct elems *e)
{
	int ret = bpf_map_lookup_elem(e->fd, e->key, e->value);

	if (ret == -ENOENT && is_of_fds(e->info->type))
		return true;
	if (ret == -ENOENT) {
		printf("gone map=%u key=", e->info->id);
		oracle_hex(e->key, e->info->key_size);
		putchar('\n');
		return true;
	}
	if (ret) {
		oracle_fail(-ret, "map id=%u name=%s lookup", e->info->id, e->info->name);
		return false;
	}
	printf("elem map=%u key=", e->info->id);
	oracle_hex(e->key, e->info->key_size);
	printf(" value=");
	oracle_hex(e->value, e->value_len);
	putchar('\n');
	oracle_followed(e->info, e->value);
	return true;
}

static void print_elems(struct elems *e)
{
	size_t each = e->info->key_size + e->value_len, bytes = 0;
	__u64 steps = 0, limit = 2ULL * e->info->max_entries + 16;
	const void *key = NULL;
	int ret;

	/* A key that is deleted under us starts the walk again: bounded. */
	while (!(ret = bpf_map_get_next_key(e->fd, key, e->next))) {
		void *next = e->next;

		if (bytes + each > MAP_BYTES_MAX || steps++ > limit) {
			printf("cut map=%u elems=%llu\n", e->info->id,
			       (unsigned long long)steps - 1);
			return;
		}
		e->next = e->key;
		e->key = next;
		key = next;
		bytes += each;
		if (!print_elem(e))
			return;
	}
	if (ret != -ENOENT)
		oracle_fail(-ret, "map id=%u name=%s next key", e->info->id, e->info->name);
}

static void print_listed(const struct bpf_map_info *info, int fd)
{
	struct elems e = { .info = info, .fd = fd, .value_len = lookup_len(info) };

	/* the kernel rounds some values up to 8 bytes */
	e.key = calloc(1, info->key_size + 8);
	e.next = calloc(1, info->key_size + 8);
	e.value = calloc(1, e.value_len + 8);
	if (e.key && e.next && e.value)
		print_elems(&e);
	else
		oracle_fail(ENOMEM, "map id=%u", info->id);
	free(e.key);
	free(e.next);
	free(e.value);
}

static void print_map(const struct bpf_map_info *info, int fd)
{
	const char *why = not_listed(info->type);

	printf("map id=%u type=%u name=", info->id, info->type);
	oracle_word(info->name);
	printf(" key=%u value=%u max=%u flags=0x%x extra=0x%llx btf=%u btf_key=%u btf_value=%u\n",
	       info->key_size, info->value_size, info->max_entries, info->map_flags,
	       (unsigned long long)info->map_extra, info->btf_id, info->btf_key_type_id,
	       info->btf_value_type_id);
	if (why)
		printf("skip map=%u: %s\n", info->id, why);
	else if (info->type == BPF_MAP_TYPE_TASK_STORAGE || info->type == BPF_MAP_TYPE_CGRP_STORAGE)
		oracle_storage(info, fd);
	else
		print_listed(info, fd);
}

static void map_by_id(__u32 id)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id), ret;

	if (fd == -ENOENT) {
		printf("gone map=%u\n", id);
		return;
	}
	if (fd < 0) {
		oracle_fail(-fd, "map id=%u", id);
		return;
	}
	ret = bpf_map_get_info_by_fd(fd, &info, &len);
	if (ret)
		oracle_fail(-ret, "map id=%u info", id);
	else
		print_map(&info, fd);
	close(fd);
}

void oracle_maps(void)
{
	__u32 id = 0;
	int ret;

	while (!(ret = bpf_map_get_next_id(id, &id)))
		map_by_id(id);
	if (ret != -ENOENT)
		oracle_fail(-ret, "next map id");
}

static void print_prog(const struct bpf_prog_info *info, const __u32 *maps)
{
	__u32 i, nr = info->nr_map_ids < PROG_MAPS_MAX ? info->nr_map_ids : PROG_MAPS_MAX;

	printf("prog id=%u type=%u name=", info->id, info->type);
	oracle_word(info->name);
	printf(" tag=");
	oracle_hex(info->tag, sizeof(info->tag));
	printf(" verified_insns=%u run_cnt=%llu run_time_ns=%llu misses=%llu", info->verified_insns,
	       (unsigned long long)info->run_cnt, (unsigned long long)info->run_time_ns,
	       (unsigned long long)info->recursion_misses);
	printf(" loaded_ns=%llu btf=%u attach_btf_id=%u maps=", (unsigned long long)info->load_time,
	       info->btf_id, info->attach_btf_id);
	for (i = 0; i < nr; i++)
		printf("%s%u", i ? "," : "", maps[i]);
	putchar('\n');
}

static void prog_by_id(__u32 id)
{
	__u32 maps[PROG_MAPS_MAX];
	struct bpf_prog_info info = {
		.nr_map_ids = PROG_MAPS_MAX,
		.map_ids = (unsigned long)maps,
	};
	__u32 len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id), ret;

	if (fd == -ENOENT) {
		printf("gone prog=%u\n", id);
		return;
	}
	if (fd < 0) {
		oracle_fail(-fd, "prog id=%u", id);
		return;
	}
	ret = bpf_prog_get_info_by_fd(fd, &info, &len);
	if (ret)
		oracle_fail(-ret, "prog id=%u info", id);
	else
		print_prog(&info, maps);
	close(fd);
}

void oracle_progs(void)
{
	__u32 id = 0;
	int ret;

	while (!(ret = bpf_prog_get_next_id(id, &id)))
		prog_by_id(id);
	if (ret != -ENOENT)
		oracle_fail(-ret, "next prog id");
}
