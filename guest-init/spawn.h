/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_SPAWN_H
#define KTSTR_GUEST_SPAWN_H

#include <sys/types.h>

/**
 * spawn_program() - execute a program in a process group of its own
 * @path: the binary
 * @argv: its argument vector, argv[0] included
 * @out: its standard output; stays the caller's
 * @errout: its standard error; likewise
 * @cgroup_fd: directory of its cgroup, -1 = that of the caller; likewise
 * @pid: set to the process, on success only
 *
 * Standard input is /dev/null, no signal is blocked. Returns after execve(2)
 * succeeded or failed.
 *
 * Return: 0, or the negative errno of pipe2(2), fork(2), dup2(2), execve(2) or of
 * entering the cgroup; -ENOENT for a binary that is there means that its
 * interpreter is not.
 */
int spawn_program(const char *path, char *const *argv, int out, int errout, int cgroup_fd,
		  pid_t *pid);

#endif /* KTSTR_GUEST_SPAWN_H */
