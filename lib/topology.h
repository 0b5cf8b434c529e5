/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_TOPOLOGY_H
#define KTSTR_LIB_TOPOLOGY_H

#include <stddef.h>
#include <linux/types.h>
#include "err.h"

/* MADT, CPUID and the guest's NR_CPUS all carry more; this is our own bound. */
#define TOPOLOGY_MAX_CPUS 512

/**
 * struct topology - the machine a guest sees
 * @nodes: NUMA nodes, 1..llcs
 * @llcs: last-level caches of the whole machine, a multiple of @nodes
 * @cores: cores per LLC
 * @threads: hardware threads per core (1 or 2 on x86)
 */
struct topology {
	u32 nodes;
	u32 llcs;
	u32 cores;
	u32 threads;
};

/**
 * topology_parse() - read the notation ``1n2l4c2t``
 * @spec: nodes, LLCs, cores per LLC, threads per core, in this order
 * @t: filled in on success
 * @err: names what is wrong in @spec, or NULL
 *
 * Return: 0, or -EINVAL.
 */
int topology_parse(const char *spec, struct topology *t, struct ktstr_err *err);

/**
 * topology_check() - refuse a machine that cannot be built
 * @t: the topology
 * @err: says which number is wrong and why, or NULL
 *
 * Return: 0, or -EINVAL.
 */
int topology_check(const struct topology *t, struct ktstr_err *err);

/**
 * topology_format() - write the notation back
 * @t: the topology
 * @buf: where to
 * @len: room; 32 bytes are always enough
 *
 * Return: @buf.
 */
char *topology_format(const struct topology *t, char *buf, size_t len);

/**
 * topology_cpus() - CPUs in the machine
 * @t: the topology
 */
static inline u32 topology_cpus(const struct topology *t)
{
	return t->llcs * t->cores * t->threads;
}

/**
 * topology_apic_id() - x86 APIC id of a CPU
 * @t: the topology
 * @cpu: 0..topology_cpus() - 1, numbered threads first, then cores, then LLCs
 *
 * Each level gets its own power-of-two field, as CPUID leaf 0xB/0x1F demands
 * (Intel SDM vol. 3, 11.9.1), so ids have holes when a count is no power of 2.
 */
u32 topology_apic_id(const struct topology *t, u32 cpu);

/**
 * topology_thread_bits() - bits of the APIC id below the core number
 * @t: the topology
 */
u32 topology_thread_bits(const struct topology *t);

/**
 * topology_llc_bits() - bits of the APIC id below the LLC number
 * @t: the topology
 */
u32 topology_llc_bits(const struct topology *t);

#endif /* KTSTR_LIB_TOPOLOGY_H */
