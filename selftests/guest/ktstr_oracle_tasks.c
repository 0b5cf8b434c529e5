// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ktstr_oracle.h"

static void each_thread(int tgid, void (*fn)(void *ctx, int tid, int tgid), void *ctx)
{
	char path[64];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", tgid);
	dir = opendir(path);
	/* a process that has just ended has none */
	while (dir && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			fn(ctx, atoi(d->d_name), tgid);
	if (dir)
		closedir(dir);
}

void oracle_each_task(void (*fn)(void *ctx, int tid, int tgid), void *ctx)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;

	if (!dir) {
		oracle_fail(errno, "/proc");
		return;
	}
	while ((d = readdir(dir)))
		if (d->d_name[0] > '0' && d->d_name[0] <= '9')
			each_thread(atoi(d->d_name), fn, ctx);
	closedir(dir);
}

/* A file of a thread, whole, as a text; "" when it is gone. */
static bool read_of(int tid, const char *name, char *buf, size_t len)
{
	char path[64];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	f = fopen(path, "re");
	n = f ? fread(buf, 1, len - 1, f) : 0;
	buf[n] = '\0';
	if (f)
		fclose(f);
	return n;
}

static unsigned long long status_of(const char *status, const char *key)
{
	const char *at = strstr(status, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

/* Fields of proc_pid_stat(5), counted from 1. */
enum {
	STAT_STATE = 3,
	STAT_PPID = 4,
	STAT_PRIO = 18,
	STAT_NICE = 19,
	STAT_START = 22,
	STAT_CPU = 39,
	STAT_POLICY = 41,
	STAT_NR,
};

/* Cuts @stat into fields; the name of the thread may have blanks in it. */
static bool parse_stat(char *stat, char **field)
{
	char *at = strrchr(stat, ')');
	unsigned int i;

	if (at)
		at++;
	for (i = STAT_STATE; i < STAT_NR && at; i++) {
		field[i] = at + strspn(at, " ");
		at = strchr(field[i], ' ');
		if (at)
			*at++ = '\0';
	}
	return i == STAT_NR;
}

static void print_task(void *ctx, int tid, int tgid)
{
	char stat[1024], status[8192], cgroup[4096], comm[64];
	const char *path = cgroup;
	char *f[STAT_NR];

	if (!read_of(tid, "stat", stat, sizeof(stat)) ||
	    !read_of(tid, "status", status, sizeof(status)) ||
	    !read_of(tid, "comm", comm, sizeof(comm))) {
		printf("gone task=%d\n", tid);
		return;
	}
	if (!parse_stat(stat, f)) {
		oracle_fail(EPROTO, "/proc/%d/stat", tid);
		return;
	}
	read_of(tid, "cgroup", cgroup, sizeof(cgroup));
	cgroup[strcspn(cgroup, "\n")] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	if (!strncmp(cgroup, "0::", 3))
		path += 3;
	printf("task tid=%d tgid=%d ppid=%s policy=%s prio=%s nice=%s cpu=%s state=%s", tid, tgid,
	       f[STAT_PPID], f[STAT_POLICY], f[STAT_PRIO], f[STAT_NICE], f[STAT_CPU],
	       f[STAT_STATE]);
	printf(" nvcsw=%llu nivcsw=%llu start_ticks=%s cgroup=",
	       status_of(status, "\nvoluntary_ctxt_switches:"),
	       status_of(status, "\nnonvoluntary_ctxt_switches:"), f[STAT_START]);
	oracle_word(path);
	printf(" comm=");
	oracle_word(comm);
	putchar('\n');
}

void oracle_tasks(void)
{
	oracle_each_task(print_task, NULL);
}
