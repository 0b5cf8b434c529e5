// SPDX-License-Identifier: GPL-2.0-only
/*
 * What pointers in maps lead to in an arena, as any process sees it that maps
 * the arena: at the address that its pointers are made for.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "ktstr_oracle.h"

#define ARENAS_MAX 16
#define BYTES_MAX  4096

/**
 * struct follow - which pointers
 * @map: name of the map they are in, as the kernel cuts it
 * @offset: in a value
 * @len: bytes of what they lead to
 */
static struct follow {
	char map[BPF_OBJ_NAME_LEN];
	unsigned int offset;
	unsigned int len;
} follow;

static struct arena {
	uintptr_t start;
	size_t len;
} arenas[ARENAS_MAX];
static unsigned int nr_arenas;

static void map_arena(int fd, const struct bpf_map_info *info)
{
	size_t len = (size_t)info->max_entries * getpagesize();
	void *at;

	if (!info->map_extra || nr_arenas == ARENAS_MAX) {
		printf("skip map=%u: an arena at no address of its own, or one too many\n",
		       info->id);
		return;
	}
	at = mmap((void *)(uintptr_t)info->map_extra, len, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
	if (at == MAP_FAILED) {
		oracle_fail(errno, "map id=%u mmap", info->id);
		return;
	}
	arenas[nr_arenas++] = (struct arena){ (uintptr_t)at, len };
}

static void map_by_id(__u32 id)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);
	int fd = bpf_map_get_fd_by_id(id);

	if (fd < 0)
		return;
	if (!bpf_map_get_info_by_fd(fd, &info, &len) && info.type == BPF_MAP_TYPE_ARENA)
		map_arena(fd, &info);
	close(fd);
}

bool oracle_follow(const char *spec)
{
	size_t name = strcspn(spec, ",");
	__u32 id = 0;

	if (name >= sizeof(follow.map) ||
	    sscanf(spec + name, ",%u,%u", &follow.offset, &follow.len) != 2 ||
	    follow.len > BYTES_MAX)
		return false;
	memcpy(follow.map, spec, name);
	follow.map[name] = '\0';
	while (!bpf_map_get_next_id(id, &id))
		map_by_id(id);
	return true;
}

/* No page but those in use is touched: that would make it one. */
static bool is_mapped(uintptr_t ptr)
{
	unsigned int i;

	for (i = 0; i < nr_arenas; i++)
		if (ptr >= arenas[i].start && ptr - arenas[i].start < arenas[i].len &&
		    follow.len <= arenas[i].len - (ptr - arenas[i].start))
			return true;
	return false;
}

void oracle_followed(const struct bpf_map_info *info, const void *value)
{
	__u64 ptr;

	if (strcmp(info->name, follow.map) || follow.offset + sizeof(ptr) > info->value_size)
		return;
	memcpy(&ptr, (const char *)value + follow.offset, sizeof(ptr));
	if (!is_mapped(ptr))
		return;
	printf("slot map=%u at=0x%llx data=", info->id, (unsigned long long)ptr);
	oracle_hex((const void *)(uintptr_t)ptr, follow.len);
	putchar('\n');
}
