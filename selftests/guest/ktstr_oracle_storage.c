// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local storage has no list of its elements: each task and each cgroup is asked
 * whether it has one. The key is a descriptor of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "ktstr_oracle.h"

#define CGROUPS "/sys/fs/cgroup"
#define FTW_FDS 16

/* Since 6.9: a descriptor of a thread, not only of a process. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif
#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434
#endif

/**
 * struct storage - a map of local storage being read
 * @info: of the map
 * @fd: the map
 * @value: room for an element
 */
struct storage {
	const struct bpf_map_info *info;
	int fd;
	void *value;
};

/* nftw(3) passes nothing on. */
static struct storage *walked;

static void print_of(struct storage *s, int owner, const char *what, unsigned long long id)
{
	int ret = bpf_map_lookup_elem(s->fd, &owner, s->value);

	if (ret == -ENOENT)
		return;
	if (ret == -ESRCH) {
		printf("gone map=%u %s=%llu\n", s->info->id, what, id);
		return;
	}
	if (ret) {
		oracle_fail(-ret, "map id=%u %s=%llu lookup", s->info->id, what, id);
		return;
	}
	printf("elem map=%u %s=%llu value=", s->info->id, what, id);
	oracle_hex(s->value, s->info->value_size);
	putchar('\n');
	oracle_followed(s->info, s->value);
}

static void task_elem(void *ctx, int tid, int tgid)
{
	struct storage *s = ctx;
	int fd = syscall(__NR_pidfd_open, tid, tid == tgid ? 0 : PIDFD_THREAD);

	if (fd < 0 && errno == ESRCH)
		printf("gone map=%u task=%d\n", s->info->id, tid);
	else if (fd < 0)
		oracle_fail(errno, "map id=%u task=%d descriptor", s->info->id, tid);
	else
		print_of(s, fd, "task", tid);
	if (fd >= 0)
		close(fd);
}

static int cgroup_elem(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	int fd;

	if (type != FTW_D)
		return 0;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		oracle_fail(errno, "%s", path);
		return 0;
	}
	print_of(walked, fd, "cgroup", st->st_ino);
	close(fd);
	return 0;
}

void oracle_storage(const struct bpf_map_info *info, int fd)
{
	struct storage s = { .info = info, .fd = fd, .value = calloc(1, info->value_size + 8) };

	if (!s.value) {
		oracle_fail(ENOMEM, "map id=%u", info->id);
		return;
	}
	if (info->type == BPF_MAP_TYPE_TASK_STORAGE) {
		oracle_each_task(task_elem, &s);
	} else {
		walked = &s;
		if (nftw(CGROUPS, cgroup_elem, FTW_FDS, FTW_PHYS))
			oracle_fail(errno, "%s", CGROUPS);
		walked = NULL;
	}
	free(s.value);
}
