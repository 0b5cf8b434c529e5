/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_KVM_H
#define KTSTR_HOST_VMM_KVM_H

#include <linux/kvm.h>
#include <linux/types.h>
#include "lib/err.h"

/**
 * kvm_ioctl() - the one door to KVM
 * @fd: /dev/kvm, a VM or a vCPU
 * @request: KVM_*
 * @name: the request's name, for messages
 * @arg: its argument
 * @err: filled with the name and the errno on failure, or NULL
 *
 * Any thread; EINTR is the caller's. Use KVM_IOCTL() to get @name.
 *
 * Return: the ioctl's result, or negative errno.
 */
int kvm_ioctl(int fd, unsigned long request, const char *name, void *arg, struct ktstr_err *err);

#define KVM_IOCTL(fd, request, arg, err) kvm_ioctl(fd, request, #request, (void *)(arg), err)

/**
 * struct kvm_cap_need - a capability without which no VM is built
 * @cap: KVM_CAP_*
 * @name: its name
 */
struct kvm_cap_need {
	int cap;
	const char *name;
};

/**
 * kvm_open() - open /dev/kvm and check version and capabilities
 * @needs: list ended by a NULL name
 * @err: names the device problem or every missing capability, and the way out
 *
 * Return: the descriptor, or negative errno: ENOENT/EACCES/... from open,
 * EOPNOTSUPP when the API version or a capability is missing.
 */
int kvm_open(const struct kvm_cap_need *needs, struct ktstr_err *err);

/**
 * struct kvm_stat - one counter of a VM's or vCPU's binary statistics
 * @fd: the statistics descriptor, -1 when there is none
 * @offset: where the counter lies in it
 */
struct kvm_stat {
	int fd;
	u64 offset;
};

/**
 * kvm_stat_open() - find a counter
 * @stat: filled in; @stat->fd is -1 after a failure
 * @fd: VM or vCPU. For a vCPU call this before its thread runs: like every
 *      vCPU ioctl KVM_GET_STATS_FD waits until the vCPU has left KVM_RUN
 * @name: the counter's name, "exits" for one
 *
 * Source: Documentation/virt/kvm/api.rst, 4.133.
 *
 * Return: 0, -ENOENT when there is no such counter, or negative errno.
 */
int kvm_stat_open(struct kvm_stat *stat, int fd, const char *name);

/**
 * kvm_stat_peer() - find another counter of the same VM or vCPU
 * @stat: filled in: a borrowed descriptor, not to be closed
 * @of: from kvm_stat_open(), also after a failure
 * @name: the counter's name
 *
 * Any thread; unlike kvm_stat_open() it waits for no vCPU. All vCPUs of a VM have
 * the counter in the same place.
 *
 * Return: as kvm_stat_open(), -ENOENT also when @of has nothing.
 */
int kvm_stat_peer(struct kvm_stat *stat, const struct kvm_stat *of, const char *name);

/**
 * kvm_stat_read() - the counter now; any thread, waits for nobody
 * @stat: from kvm_stat_open(), also after a failure
 *
 * Return: the value, 0 when it cannot be read.
 */
u64 kvm_stat_read(const struct kvm_stat *stat);

#endif /* KTSTR_HOST_VMM_KVM_H */
