// SPDX-License-Identifier: GPL-2.0-only
/* The maps of --maps: each kind gets elements that can be foretold. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <linux/kernel.h>
#include <scx/common.h>

#include "ktstr_fixture.h"
#include "ktstr_fixture_maps.h"

#define PREFIX	 "fx_"
#define ROOT	 PREFIX "arena_root"
#define CGROUP	 "/sys/fs/cgroup"
#define KEY_MAX	 16
#define LPM_BITS 32

#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434
#endif

/**
 * struct filling - a map that is being filled
 * @obj: whose
 * @map: which
 * @fd: the same
 * @type: its kind
 * @cpus: values of a per-CPU element
 * @values: room for those
 */
struct filling {
	struct bpf_object *obj;
	struct bpf_map *map;
	int fd;
	enum bpf_map_type type;
	int cpus;
	char *values;
};

static bool is_ours(const char *name)
{
	return !strncmp(name, PREFIX, strlen(PREFIX));
}

void fixture_maps_ask(struct bpf_object *obj, bool wanted)
{
	struct bpf_program *prog;
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj)
		if (is_ours(bpf_map__name(map)))
			bpf_map__set_autocreate(map, wanted);
	bpf_object__for_each_program(prog, obj)
		if (is_ours(bpf_program__name(prog)))
			bpf_program__set_autoload(prog, wanted);
}

static struct fixture_item item_of(u32 n)
{
	return (struct fixture_item){ .n = n, .inverse = ~n, .tag = FIXTURE_TAG };
}

/* Of any size: the number, both its halves, its inverse. */
static void key_of(const struct filling *f, u32 n, u32 *key)
{
	if (f->type == BPF_MAP_TYPE_LPM_TRIE) {
		key[0] = LPM_BITS;
		key[1] = n;
		return;
	}
	key[0] = n;
	key[1] = n;
	key[2] = ~n;
}

static bool is_percpu(enum bpf_map_type type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static int fill_elements(struct filling *f)
{
	size_t stride = (sizeof(struct fixture_item) + 7) / 8 * 8;
	u32 key[KEY_MAX / 4] = { 0 }, i;
	int cpu, ret = 0;

	for (i = 0; !ret && i < FIXTURE_ITEMS && i < bpf_map__max_entries(f->map); i++) {
		key_of(f, i, key);
		for (cpu = 0; cpu < f->cpus; cpu++) {
			struct fixture_item item = item_of(i + cpu * FIXTURE_PER_CPU);

			memcpy(f->values + cpu * stride, &item, sizeof(item));
			if (!is_percpu(f->type))
				break;
		}
		ret = bpf_map_update_elem(f->fd, key, f->values, BPF_ANY);
	}
	return ret;
}

static int push(struct filling *f, u32 from, u32 nr)
{
	struct fixture_item item;
	int ret = 0;

	for (; !ret && nr; from++, nr--) {
		item = item_of(from);
		ret = bpf_map_update_elem(f->fd, NULL, &item, BPF_ANY);
	}
	return ret;
}

/* So that what is in a queue goes round its end. */
static int fill_queue(struct filling *f)
{
	struct fixture_item item;
	int ret = push(f, 0, FIXTURE_QUEUE_MAX), i;

	for (i = 0; !ret && i < FIXTURE_QUEUE_POPS; i++)
		ret = bpf_map_lookup_and_delete_elem(f->fd, NULL, &item);
	return ret ?: push(f, FIXTURE_QUEUE_MAX, FIXTURE_QUEUE_MORE);
}

static int fill_bloom(struct filling *f)
{
	return push(f, 0, FIXTURE_ITEMS / 2);
}

static int fill_storage(struct filling *f, int owner)
{
	struct fixture_item item = item_of(getpid());
	int ret = owner < 0 ? -errno : bpf_map_update_elem(f->fd, &owner, &item, BPF_ANY);

	if (owner >= 0)
		close(owner);
	return ret;
}

static int fill_task(struct filling *f)
{
	return fill_storage(f, syscall(__NR_pidfd_open, getpid(), 0));
}

static int fill_cgroup(struct filling *f)
{
	return fill_storage(f, open(CGROUP, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/* A slot, one that stays empty, and another. */
static int fill_slots(struct filling *f, int first, int third)
{
	u32 key = 0;
	int ret = bpf_map_update_elem(f->fd, &key, &first, BPF_ANY);

	key = 2;
	return ret ?: bpf_map_update_elem(f->fd, &key, &third, BPF_ANY);
}

static int fill_maps(struct filling *f)
{
	return fill_slots(f, bpf_object__find_map_fd_by_name(f->obj, "fx_inner_a"),
			  bpf_object__find_map_fd_by_name(f->obj, "fx_inner_b"));
}

static int prog_fd(const struct filling *f, const char *name)
{
	return bpf_program__fd(bpf_object__find_program_by_name(f->obj, name));
}

static int fill_progs(struct filling *f)
{
	int fd = prog_fd(f, "fx_fill_ring");

	return fill_slots(f, fd, fd);
}

static int run_prog(const struct filling *f, const char *name)
{
	__u64 args[3] = { 0 };
	struct bpf_test_run_opts run = { .sz = sizeof(run) };
	struct bpf_program *prog = bpf_object__find_program_by_name(f->obj, name);
	int ret;

	if (bpf_program__type(prog) == BPF_PROG_TYPE_RAW_TRACEPOINT) {
		run.ctx_in = args;
		run.ctx_size_in = sizeof(args);
	}
	ret = bpf_prog_test_run_opts(bpf_program__fd(prog), &run);
	return ret ?: (int)run.retval;
}

static int fill_traces(struct filling *f)
{
	return run_prog(f, "fx_fill_traces");
}

static int take_record(void *ctx, void *data, size_t size)
{
	return 0;
}

static int fill_ring(struct filling *f)
{
	struct ring_buffer *rb;
	int ret = run_prog(f, "fx_fill_ring");

	if (ret)
		return ret;
	rb = ring_buffer__new(f->fd, take_record, NULL, NULL);
	if (!rb)
		return -errno;
	ret = ring_buffer__consume_n(rb, FIXTURE_RING_CONSUMED);
	printf("ring: %lu %lu\n", ring__consumer_pos(ring_buffer__ring(rb, 0)),
	       ring__producer_pos(ring_buffer__ring(rb, 0)));
	ring_buffer__free(rb);
	return ret == FIXTURE_RING_CONSUMED ? 0 : ret ?: -ENODATA;
}

static int fill_user_ring(struct filling *f)
{
	struct user_ring_buffer *rb = user_ring_buffer__new(f->fd, NULL);
	struct fixture_item item, *to;
	u32 i;

	if (!rb)
		return -errno;
	for (i = 0; i < FIXTURE_RING_RECORDS; i++) {
		to = user_ring_buffer__reserve(rb, sizeof(item));
		if (!to)
			break;
		item = item_of(i);
		memcpy(to, &item, sizeof(item));
		user_ring_buffer__submit(rb, to);
	}
	user_ring_buffer__free(rb);
	return i == FIXTURE_RING_RECORDS ? 0 : -ENOSPC;
}

static int fill(struct filling *f)
{
	switch (f->type) {
	case BPF_MAP_TYPE_TASK_STORAGE:
		return fill_task(f);
	case BPF_MAP_TYPE_CGRP_STORAGE:
		return fill_cgroup(f);
	case BPF_MAP_TYPE_QUEUE:
	case BPF_MAP_TYPE_STACK:
		return fill_queue(f);
	case BPF_MAP_TYPE_BLOOM_FILTER:
		return fill_bloom(f);
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		return fill_maps(f);
	case BPF_MAP_TYPE_PROG_ARRAY:
		return fill_progs(f);
	case BPF_MAP_TYPE_STACK_TRACE:
		return fill_traces(f);
	case BPF_MAP_TYPE_RINGBUF:
		return fill_ring(f);
	case BPF_MAP_TYPE_USER_RINGBUF:
		return fill_user_ring(f);
	default:
		return fill_elements(f);
	}
}

static int fill_root(const struct bpf_map *map, __u64 head, __u64 nodes)
{
	__u64 root[] = { head, nodes, 0, 0, 0 };
	__u32 key = 0;

	return bpf_map_update_elem(bpf_map__fd(map), &key, root, BPF_ANY);
}

int fixture_maps_fill(struct bpf_object *obj, __u64 head, __u64 nodes)
{
	struct filling f = { .obj = obj, .cpus = libbpf_num_possible_cpus() };
	int ret = 0;

	f.values = f.cpus > 0 ? calloc(f.cpus, sizeof(struct fixture_item) + 8) : NULL;
	if (!f.values) {
		fputs("ktstr_fixture: --maps: no memory, or no CPUs\n", stderr);
		return -1;
	}
	bpf_object__for_each_map(f.map, obj) {
		const char *name = bpf_map__name(f.map);

		if (!is_ours(name) || !bpf_map__autocreate(f.map))
			continue;
		f.fd = bpf_map__fd(f.map);
		f.type = bpf_map__type(f.map);
		ret = strcmp(name, ROOT) ? fill(&f) : fill_root(f.map, head, nodes);
		if (!ret)
			continue;
		fprintf(stderr, "ktstr_fixture: --maps: %s could not be filled: %s\n", name,
			strerror(-ret));
		break;
	}
	free(f.values);
	return ret ? -1 : 0;
}
