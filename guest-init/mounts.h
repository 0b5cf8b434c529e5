/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_MOUNTS_H
#define KTSTR_GUEST_MOUNTS_H

#include "lib/err.h"

/**
 * mounts_early() - mount what the path to guest-ready needs, and no more
 * @err: names the file system that failed, or NULL
 *
 * /proc (kernel addresses), /sys (virtio port names) and devtmpfs on /dev.
 * A file system that is mounted already is left as it is. PID 1 only.
 *
 * Return: 0, or the negative errno of mkdir(2) or mount(2).
 */
int mounts_early(struct ktstr_err *err);

/**
 * mounts_late() - mount what schedulers and workloads expect
 *
 * Directories /tmp and /run, tmpfs on /dev/shm; cgroup2, bpffs, debugfs and
 * tracefs at their usual places. A kernel built without one of them is not an error: whoever
 * needs it says so by itself, so this only logs. PID 1 only.
 */
void mounts_late(void);

#endif /* KTSTR_GUEST_MOUNTS_H */
