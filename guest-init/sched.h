/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_SCHED_H
#define KTSTR_GUEST_SCHED_H

#include <stdbool.h>
#include <sys/types.h>

#include "forward.h"
#include "lib/err.h"

/* Lines of our own around the scheduler's output in the WIRE_SCLG stream. */
#define SCHED_OUTPUT_START "SCHED_OUTPUT_START\n"
#define SCHED_OUTPUT_END   "SCHED_OUTPUT_END\n"

/**
 * struct sched - the scheduler process
 * @pid: its process id and that of its process group; 0 before the start
 * @running: started and not reaped
 * @status: wait status, valid once it was started and is no longer running
 * @log: its standard output and standard error
 * @logged: that is complete
 *
 * One thread. Zeroed means "no scheduler".
 */
struct sched {
	pid_t pid;
	bool running;
	int status;
	struct forward log;
	bool logged;
};

/**
 * sched_start() - execute the scheduler in a process group of its own
 * @s: the object, zeroed
 * @path: the binary
 * @argv: its argument vector, argv[0] included
 * @writer: where its output goes, as WIRE_SCLG
 * @err: tells a missing binary from one that cannot be executed, or NULL
 *
 * Returns after execve(2) succeeded or failed. The caller reaps the process
 * and hands its status to sched_reaped().
 *
 * Return: 0, or the negative errno of access(2), pipe2(2), fork(2) or
 * execve(2).
 */
int sched_start(struct sched *s, const char *path, char *const *argv, struct wire_writer *writer,
		struct ktstr_err *err);

/**
 * sched_reaped() - take note that a child has ended
 * @s: the object
 * @pid: what waitpid(2) returned
 * @status: its wait status
 *
 * Return: true when it was the scheduler.
 */
bool sched_reaped(struct sched *s, pid_t pid, int status);

/**
 * sched_signal() - send a signal to the scheduler's whole process group
 * @s: the object; nothing happens when nothing of it runs
 * @sig: the signal
 */
void sched_signal(const struct sched *s, int sig);

/**
 * sched_left() - has the scheduler ended and left processes behind
 * @s: the object
 *
 * Those of its group, be they dead and not reaped. Return: whether there are any.
 */
bool sched_left(const struct sched *s);

/**
 * sched_log_close() - ship what is left of the output, and the end marker
 * @s: the object; nothing happens when it never started, or the second time
 */
void sched_log_close(struct sched *s);

/**
 * sched_exit_text() - a wait status in words
 * @status: from waitpid(2)
 * @buf: filled in, e.g. "exited with status 1" or "was killed by signal 9"
 * @len: size of @buf
 *
 * Return: @buf.
 */
const char *sched_exit_text(int status, char *buf, size_t len);

/**
 * sched_exit_code() - a wait status as WIRE_SCDX carries it
 * @status: from waitpid(2)
 *
 * Return: the exit status, or minus the signal.
 */
int sched_exit_code(int status);

#endif /* KTSTR_GUEST_SCHED_H */
