/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_INSPECT_SOCKET_H
#define KTSTR_HOST_HARNESS_INSPECT_SOCKET_H

/*
 * Where runs with a held guest are found: $XDG_RUNTIME_DIR/ktstr, or
 * /tmp/ktstr-UID, in which nobody else may look, has one socket for each, called
 * by the number of its process.
 */
#include <stdbool.h>
#include <sys/types.h>
#include <linux/types.h>

#include "host/harness/strv.h"
#include "lib/err.h"

/**
 * struct inspect_socket - where one run listens
 * @fd: listening, or -1
 * @path: of the socket, malloc()ed, or NULL
 */
struct inspect_socket {
	int fd;
	char *path;
};

/**
 * inspect_socket_listen() - make oneself known
 * @s: filled in, also after an error; inspect_socket_close() it
 * @inside: this process runs in an emulated host, whose PID 1 is the only one to
 *          ask: it knows one place, WIRE_INSPECT_INNER
 * @err: names the directory or the socket and what is wrong, or NULL
 *
 * Return: 0, -EPERM for a directory that is somebody else's or that others may
 * write to, -ENAMETOOLONG, or the negative errno of a system call.
 */
int inspect_socket_listen(struct inspect_socket *s, bool inside, struct ktstr_err *err);

/**
 * inspect_socket_close() - be gone
 * @s: listening, or not
 */
void inspect_socket_close(struct inspect_socket *s);

/**
 * inspect_socket_runs() - the runs that listen
 * @pids: appended to: their numbers, as text, in no order
 * @err: names the directory that cannot be read
 *
 * Sockets of processes that are gone are removed.
 *
 * Return: 0, also when there is no directory yet; -EPERM as above, or negative
 * errno.
 */
int inspect_socket_runs(struct strv *pids, struct ktstr_err *err);

/**
 * inspect_socket_connect() - go and ask a run
 * @pid: its number, or 0 for the only one there is
 * @err: names it, and the runs there are
 *
 * Return: a blocking stream socket, the caller's; -ENOENT when there is none,
 * -ENOTUNIQ when @pid is 0 and there are several, -ECONNREFUSED when it does
 * not listen any more, or negative errno.
 */
int inspect_socket_connect(pid_t pid, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_INSPECT_SOCKET_H */
