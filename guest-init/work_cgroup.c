// SPDX-License-Identifier: GPL-2.0-only
/* Cgroups a worker makes, and moves itself between. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "work_ops.h"
#include "work_tools.h"

#define CGROUPS_MAX 64
#define CGROUP_NAME "%s/ktstr-storm-%u-%u-%u%s" /* home, group, worker, number, file */

static char *attach_path(char *buf, const char *home, u32 group, u32 index, u32 nr,
			 const char *file)
{
	snprintf(buf, PATH_MAX, CGROUP_NAME, home, group, index, nr, file);
	return buf;
}

static char *mount_point(void)
{
	char type[32], dir[PATH_MAX], *found = NULL;
	FILE *f = fopen("/proc/self/mounts", "re");

	if (!f)
		return NULL;
	while (!found && fscanf(f, "%*s %4095s %31s %*[^\n]", dir, type) == 2)
		if (!strcmp(type, "cgroup2"))
			found = strdup(dir);
	fclose(f);
	return found;
}

/* The line "0::/path" is that of cgroup2. */
static char *own_cgroup(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	size_t room = 0;
	char *line = NULL, *found = NULL;

	if (!f)
		return NULL;
	while (!found && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "0::/", 4))
			found = strdup(line[4] ? line + 3 : "");
	}
	free(line);
	fclose(f);
	return found;
}

char *work_cgroup_path(int fd)
{
	char link[32], dir[PATH_MAX], *mount, *own, *path = NULL;
	ssize_t len;

	if (fd >= 0) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		len = readlink(link, dir, sizeof(dir) - 1);
		return len > 0 ? strndup(dir, len) : NULL;
	}
	mount = mount_point();
	own = own_cgroup();
	if (mount && own && asprintf(&path, "%s%s", mount, own) < 0)
		path = NULL;
	free(mount);
	free(own);
	return path;
}

void work_cgroup_clean(const char *home, u32 group, u32 index)
{
	char path[PATH_MAX];
	u32 i;

	for (i = 0; i < CGROUPS_MAX; i++)
		if (rmdir(attach_path(path, home, group, index, i, "")) && errno == ENOENT)
			break;
}

/* What it moves between: number @nr is its home. */
static int attach_open(struct work_run *r, u32 i, u32 nr)
{
	int *fds = r->mem;
	char path[PATH_MAX];

	if (i < nr) {
		attach_path(path, r->home, r->report->view.group, r->index, i, "");
		if (mkdir(path, 0755) && errno != EEXIST)
			return work_fail(r, -errno, "mkdir of a cgroup");
		attach_path(path, r->home, r->report->view.group, r->index, i, "/cgroup.procs");
	} else {
		snprintf(path, sizeof(path), "%s/cgroup.procs", r->home);
	}
	/* As root: what the worker becomes later may not. */
	fds[i] = open(path, O_WRONLY | O_CLOEXEC);
	if (fds[i] < 0)
		return work_fail(r, -errno, "open of cgroup.procs");
	return 0;
}

static int attach_prepare(struct work_run *r)
{
	u32 i, nr = work_arg(r, 0);
	int ret;

	if (!*r->home)
		return work_fail(r, -ENODEV, "no cgroup2 is mounted");
	ret = work_alloc(r, (nr + 1) * sizeof(int));
	for (i = 0; i <= nr && !ret; i++)
		ret = attach_open(r, i, nr);
	return ret;
}

static int move_to(struct work_run *r, u32 i)
{
	int *fds = r->mem;

	if (write(fds[i], "0", 1) == 1 || errno == EINTR)
		return 0;
	return work_fail(r, -errno, "write of cgroup.procs");
}

static int attach_storm(struct work_run *r)
{
	u64 interval = work_arg(r, 1) * NSEC_PER_USEC;
	u32 nr = work_arg(r, 0), i;
	int ret = 0;

	for (i = 0; !work_stopping(r) && !ret; i = (i + 1) % nr) {
		ret = move_to(r, i);
		work_step(r, 1);
		work_sleep_until(r, mono_ns() + interval);
	}
	if (!ret)
		ret = move_to(r, nr);
	if (!ret)
		work_cgroup_clean(r->home, r->report->view.group, r->index);
	return ret;
}

const struct work_ops work_cgroup_attach_storm_ops = {
	.run = attach_storm,
	.prepare = attach_prepare,
	.flags = WORK_BLOCKS,
};
