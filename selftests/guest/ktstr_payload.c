// SPDX-License-Identifier: GPL-2.0-only
/* Well-behaved load of the tests: measures, waits, and tells how the guest looks. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/types.h>

#define EXIT_USAGE 2
#define BLOCK	   4096

#ifndef SCHED_DEADLINE
#define SCHED_DEADLINE 6
#endif

static const char help[] =
	"Usage: ktstr_payload COMMAND\n"
	"  measure          write JSON with metrics\n"
	"  sleep MS         wait, then write JSON that says for how long\n"
	"  cat FILE...      write \"FILE: its first line\" of each\n"
	"  put FILE TEXT    write it to a file that exists\n"
	"  fill DIR         leave no room in a file system\n"
	"  tasks NAME...    write how the threads of these names are scheduled, one a line\n";

/* The kernel's first version of it: libc need not know one. */
struct attr {
	u32 size;
	u32 policy;
	u64 flags;
	s32 nice;
	u32 priority;
	u64 runtime;
	u64 deadline;
	u64 period;
};

static int fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return 1;
}

static int measure(void)
{
	puts("{ \"total\": 42, \"jobs\": [ { \"rps\": 1500.5, \"p99_us\": 120 },");
	puts("  { \"rps\": 900 } ], \"note\": \"no number\" }");
	return 0;
}

static u64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int sleep_ms(unsigned long ms)
{
	const struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	u64 start = now_ms();

	if (nanosleep(&ts, NULL))
		return fail("nanosleep");
	printf("{ \"slept_ms\": %llu }\n", (unsigned long long)(now_ms() - start));
	return 0;
}

static bool first_line(const char *path, char *line, size_t room)
{
	FILE *f = fopen(path, "re");

	line[0] = '\0';
	if (!f)
		return false;
	if (!fgets(line, room, f))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(f);
	return true;
}

static int cat(char **path)
{
	char line[512];

	for (; *path; path++) {
		if (!first_line(*path, line, sizeof(line)))
			return fail(*path);
		printf("%s: %s\n", *path, line);
	}
	return 0;
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return fail(path);
	if (write(fd, text, strlen(text)) < 0)
		ret = fail(path);
	close(fd);
	return ret;
}

/* Allocated, not written: pages nobody looks at need no contents. */
static int fill(const char *dir)
{
	struct statvfs fs;
	char path[256];
	off_t at = 0, step;
	int fd;

	snprintf(path, sizeof(path), "%s/full", dir);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || fstatvfs(fd, &fs))
		return fail(path);
	for (step = (off_t)fs.f_bavail * fs.f_bsize / BLOCK * BLOCK; step >= BLOCK;) {
		if (!fallocate(fd, 0, at, step)) {
			at += step;
			continue;
		}
		if (errno != ENOSPC)
			return fail(path);
		step = step / 2 / BLOCK * BLOCK;
	}
	printf("%lld bytes\n", (long long)at);
	return 0;
}

static void put_cpus(const cpu_set_t *set)
{
	const char *sep = "";
	int cpu, last;

	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, set))
			continue;
		for (last = cpu; last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, set);)
			last++;
		printf(cpu == last ? "%s%d" : "%s%d-%d", sep, cpu, last);
		sep = ",";
		cpu = last;
	}
}

static void tell_task(int pid, int tid, const char *comm)
{
	char path[64], cgroup[512], leader[32];
	struct attr a = { .size = sizeof(a) };
	cpu_set_t set;

	/* Without the policy there is nothing to tell: it has ended. */
	if (syscall(SYS_sched_getattr, tid, &a, sizeof(a), 0) ||
	    sched_getaffinity(tid, sizeof(set), &set))
		return;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	first_line(path, cgroup, sizeof(cgroup));
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	first_line(path, leader, sizeof(leader));
	printf("%s policy=%u prio=%u nice=%d ", comm, a.policy, a.priority, a.nice);
	/* That of other policies is the kernel's business. */
	if (a.policy == SCHED_DEADLINE)
		printf("us=%llu/%llu/%llu ", (unsigned long long)a.runtime / 1000,
		       (unsigned long long)a.deadline / 1000, (unsigned long long)a.period / 1000);
	printf("cpus=");
	put_cpus(&set);
	printf(" leader=%s cgroup=%s\n", leader, cgroup);
}

static bool is_among(const char *comm, char **names)
{
	for (; *names; names++)
		if (!strcmp(comm, *names))
			return true;
	return false;
}

static void tell_process(int pid, char **names)
{
	char path[64], comm[32];
	struct dirent *de;
	DIR *d;
	int tid;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	while (d && (de = readdir(d))) {
		tid = atoi(de->d_name);
		snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, tid);
		if (tid > 0 && first_line(path, comm, sizeof(comm)) && is_among(comm, names))
			tell_task(pid, tid, comm);
	}
	if (d)
		closedir(d);
}

static int tasks(char **names)
{
	DIR *d = opendir("/proc");
	struct dirent *de;

	if (!d)
		return fail("/proc");
	while ((de = readdir(d)))
		if (atoi(de->d_name) > 0)
			tell_process(atoi(de->d_name), names);
	closedir(d);
	return 0;
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	int ret = EXIT_USAGE;

	if (!strcmp(command, "measure"))
		ret = measure();
	else if (!strcmp(command, "sleep") && argc == 3)
		ret = sleep_ms(strtoul(argv[2], NULL, 10));
	else if (!strcmp(command, "cat"))
		ret = cat(argv + 2);
	else if (!strcmp(command, "put") && argc == 4)
		ret = put(argv[2], argv[3]);
	else if (!strcmp(command, "fill") && argc == 3)
		ret = fill(argv[2]);
	else if (!strcmp(command, "tasks"))
		ret = tasks(argv + 2);
	else
		fputs(help, stderr);
	return fflush(stdout) ? 1 : ret;
}
