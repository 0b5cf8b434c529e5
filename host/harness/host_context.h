/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_HOST_CONTEXT_H
#define KTSTR_HOST_HARNESS_HOST_CONTEXT_H

/* The machine a run took place on, for its result. */
#include <linux/types.h>

/**
 * struct host_context - what is worth knowing of a machine beside its load
 * @cpu_model: as /proc/cpuinfo has it, "" = unknown; so with all texts, which are
 *             the machine's own bytes
 * @cpu_vendor: likewise
 * @mem_total_kib: memory, 0 = unknown; so with all numbers
 * @mem_available_kib: of it, what could be had
 * @hugepages_total: of the default size
 * @hugepages_free: of them
 * @hugepage_kib: that size
 * @thp: policy of transparent huge pages, one word
 * @online_cpus: list such as "0-3"
 * @nr_online: CPUs in it
 * @allowed_cpus: those this thread may run on
 * @numa_nodes: list of nodes
 * @nr_nodes: nodes in it
 * @governor: of CPU 0's frequency
 * @release: of the kernel
 * @arch: of the machine
 * @cmdline: of the kernel
 */
struct host_context {
	char cpu_model[128];
	char cpu_vendor[64];
	u64 mem_total_kib;
	u64 mem_available_kib;
	u64 hugepages_total;
	u64 hugepages_free;
	u64 hugepage_kib;
	char thp[32];
	char online_cpus[256];
	u32 nr_online;
	u32 allowed_cpus;
	char numa_nodes[256];
	u32 nr_nodes;
	char governor[32];
	char release[128];
	char arch[65];
	char cmdline[1024];
};

/**
 * host_context_read() - look at this machine
 * @h: filled in
 * @root: in front of /proc and /sys: "" for the machine itself
 *
 * Cheap: some small files. What cannot be read is unknown.
 */
void host_context_read(struct host_context *h, const char *root);

#endif /* KTSTR_HOST_HARNESS_HOST_CONTEXT_H */
