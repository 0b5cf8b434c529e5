/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_QEMU_H
#define KTSTR_HOST_QEMU_H

#include <sys/types.h>
#include "host/harness/strv.h"
#include "lib/err.h"

/**
 * struct qemu_config - one emulated machine
 * @qemu: the program
 * @kernel: kernel file
 * @initrd: descriptor of the initramfs; borrowed
 * @mem_mib: memory
 * @cpus: CPUs
 * @port: name of the virtio port
 * @params: further kernel parameters, or NULL
 */
struct qemu_config {
	const char *qemu;
	const char *kernel;
	int initrd;
	unsigned int mem_mib;
	unsigned int cpus;
	const char *port;
	const struct strv *params;
};

/**
 * struct qemu - a running one
 * @pid: its process; 0 when there is none
 * @pidfd: readable when it has ended
 * @port: our end of the virtio port, a stream socket
 * @console: what it and its serial port print; a pipe
 * @wait_status: as of waitpid(2), once reaped
 */
struct qemu {
	pid_t pid;
	int pidfd;
	int port;
	int console;
	int wait_status;
};

/**
 * qemu_start() - start an emulated machine
 * @q: filled in
 * @cfg: what to start
 * @err: why, or NULL
 *
 * QEMU gets a session of its own, no terminal, standard input from /dev/null,
 * no descriptor of ours but the three it needs, and dies with the calling
 * thread. An exec that fails shows as an exit with status 127 and a line on the
 * console.
 *
 * Return: 0, or the negative errno of pipe2(2), socketpair(2), fork(2),
 * pidfd_open(2); nothing is left behind.
 */
int qemu_start(struct qemu *q, const struct qemu_config *cfg, struct ktstr_err *err);

/**
 * qemu_stop() - kill it, reap it, close everything
 * @q: after qemu_start(), whatever that returned; stopping again does nothing
 *
 * Sets @wait_status. What QEMU held is gone when this returns.
 */
void qemu_stop(struct qemu *q);

#endif /* KTSTR_HOST_QEMU_H */
