/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_PROCESS_SCAN_H
#define SELFTESTS_PROCESS_SCAN_H

/*
 * What /proc says about the processes of a run, and who holds what was theirs.
 * Processes end while they are looked at; one that is gone is passed over.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VMM_COMM "ktstr-vmm"
#define VM_FD	 "anon_inode:kvm-vm"
#define RAM_FD	 "/memfd:ktstr-guest-ram"

/* The next entry of a directory of numbers, or -1. */
static inline int next_number(DIR *dir)
{
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (isdigit((unsigned char)d->d_name[0]))
			return atoi(d->d_name);
	return -1;
}

static inline bool is_child_named(pid_t pid, pid_t parent, const char *comm)
{
	char path[64], line[512], *end = NULL;
	int ppid = -1;
	FILE *f;

	/* "123 (comm) S 122 ...", and a comm may have brackets of its own */
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(line, sizeof(line), f))
		end = strrchr(line, ')');
	fclose(f);
	if (!end || sscanf(end, ") %*c %d", &ppid) != 1)
		return false;
	*end = '\0';
	return ppid == parent && !strcmp(strchr(line, '(') + 1, comm);
}

/**
 * process_find() - the child of a process by its name
 * @parent: whose child
 * @comm: its name
 *
 * Return: its pid, or 0.
 */
static inline pid_t process_find(pid_t parent, const char *comm)
{
	DIR *dir = opendir("/proc");
	int pid;

	do {
		pid = next_number(dir);
	} while (pid >= 0 && !is_child_named(pid, parent, comm));
	if (dir)
		closedir(dir);
	return pid > 0 ? pid : 0;
}

static inline bool fd_is(pid_t pid, int fd, const char *prefix, struct stat *st)
{
	char path[64], link[256];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	n = readlink(path, link, sizeof(link) - 1);
	if (n < 0 || stat(path, st))
		return false;
	link[n] = '\0';
	return !strncmp(link, prefix, strlen(prefix));
}

/**
 * process_holds() - does a process have a kind of file open?
 * @pid: the process
 * @prefix: how /proc/PID/fd/N names it
 * @like: NULL, or the very file it has to be
 * @st: set to the file when there is one
 */
static inline bool process_holds(pid_t pid, const char *prefix, const struct stat *like,
				 struct stat *st)
{
	bool found = false;
	char path[64];
	DIR *dir;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	while (!found && (fd = next_number(dir)) >= 0)
		found = fd_is(pid, fd, prefix, st) &&
			(!like || (like->st_dev == st->st_dev && like->st_ino == st->st_ino));
	if (dir)
		closedir(dir);
	return found;
}

/**
 * holder_find() - who has a kind of file open
 * @prefix: as above
 * @like: as above
 *
 * Return: a pid, or 0.
 */
static inline pid_t holder_find(const char *prefix, const struct stat *like)
{
	DIR *dir = opendir("/proc");
	struct stat st;
	int pid;

	do {
		pid = next_number(dir);
	} while (pid >= 0 && !process_holds(pid, prefix, like, &st));
	if (dir)
		closedir(dir);
	return pid > 0 ? pid : 0;
}

#endif /* SELFTESTS_PROCESS_SCAN_H */
