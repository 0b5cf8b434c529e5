/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_BENCH_VMM_MEMORY_H
#define KTSTR_BENCH_VMM_MEMORY_H

#include <sys/types.h>
#include <linux/types.h>

#include "lib/err.h"

/**
 * struct vmm_memory - memory of a VMM's process
 * @guest_start: where the largest of its mappings is: guest memory
 * @guest_len: bytes of that mapping
 * @extra_kib: resident memory of all others, whoever else shares it
 */
struct vmm_memory {
	u64 guest_start;
	u64 guest_len;
	u64 extra_kib;
};

/**
 * vmm_memory_read() - look at a process (/proc/PID/smaps)
 * @pid: the process
 * @m: filled in on success
 * @err: the file that could not be read, or NULL
 *
 * Return: 0 or negative errno.
 */
int vmm_memory_read(pid_t pid, struct vmm_memory *m, struct ktstr_err *err);

#endif /* KTSTR_BENCH_VMM_MEMORY_H */
