/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_TOPOLOGY_H
#define KTSTR_LIB_TOPOLOGY_H

#include <stddef.h>
#include <linux/types.h>
#include "err.h"

/* MADT, CPUID and the guest's NR_CPUS all carry more; this is our own bound. */
#define TOPOLOGY_MAX_CPUS 512

#define TOPOLOGY_MAX_NODES     16
#define TOPOLOGY_DISTANCE_SELF 10
#define TOPOLOGY_DISTANCE_FAR  20 /* between any two nodes, unless said */

/* What a node needs for the kernel to take it for one (NODE_MIN_SIZE and more) */
#define TOPOLOGY_NODE_MEM_MIN_MIB 32
#define TOPOLOGY_LATENCY_MAX_NS	  100000

/**
 * enum topology_write - how a memory-side cache writes
 * @TOPOLOGY_WRITE_NONE: not said
 * @TOPOLOGY_WRITE_BACK: back
 * @TOPOLOGY_WRITE_THROUGH: through
 */
enum topology_write {
	TOPOLOGY_WRITE_NONE,
	TOPOLOGY_WRITE_BACK,
	TOPOLOGY_WRITE_THROUGH,
};

/**
 * struct topology_node - a NUMA node of its own making
 * @llcs: last-level caches, 0 = memory only
 * @mem_mib: memory, an even number; 0 = an equal share of what no node says
 * @latency_ns: of its memory to its own CPUs (HMAT); 0 = 100, memory-only 300
 * @bandwidth_mbs: likewise; 0 = 50 GB/s, memory-only 20 GB/s
 * @side_cache_mib: memory-side cache (HMAT), 0 = none
 * @side_cache_ways: 0 = not said, 1 = direct mapped, more = complex
 * @side_cache_write: how it writes
 * @side_cache_line: bytes of a line, 0 = 64
 */
struct topology_node {
	u32 llcs;
	u32 mem_mib;
	u32 latency_ns;
	u32 bandwidth_mbs;
	u32 side_cache_mib;
	u32 side_cache_ways;
	enum topology_write side_cache_write;
	u32 side_cache_line;
};

/**
 * struct topology - the machine a guest sees
 * @nodes: NUMA nodes; without @node 1..llcs
 * @llcs: last-level caches of the whole machine, without @node a multiple of
 *        @nodes
 * @cores: cores per LLC
 * @threads: hardware threads per core (1 or 2 on x86)
 * @node: @nodes of them, whose LLCs add up to @llcs; or NULL: nodes are equal.
 *        Borrowed
 * @distance: @nodes * @nodes, row by row: 10 on the diagonal, more elsewhere,
 *            symmetric; NULL = 10 and 20. Borrowed
 */
struct topology {
	u32 nodes;
	u32 llcs;
	u32 cores;
	u32 threads;
	const struct topology_node *node;
	const u8 *distance;
};

/**
 * topology_parse() - read the notation ``1n2l4c2t``, or a preset's name
 * @spec: nodes, LLCs, cores per LLC, threads per core, in this order; or what
 *        preset_find() knows
 * @t: filled in on success; without explicit nodes and distances
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

/**
 * topology_cpu_llc() - LLC of a CPU
 * @t: the topology
 * @cpu: 0..topology_cpus() - 1
 */
static inline u32 topology_cpu_llc(const struct topology *t, u32 cpu)
{
	return cpu / t->threads / t->cores;
}

/**
 * topology_llc_node() - node of an LLC
 * @t: the topology
 * @llc: 0..llcs - 1; LLCs are numbered node by node
 */
u32 topology_llc_node(const struct topology *t, u32 llc);

/**
 * topology_node_llcs() - LLCs of a node, 0 for one of memory only
 * @t: the topology
 * @node: 0..nodes - 1
 */
u32 topology_node_llcs(const struct topology *t, u32 node);

/**
 * topology_node_mem() - memory of a node
 * @t: the topology
 * @node: 0..nodes - 1
 * @mem_mib: memory of the machine
 *
 * What nodes do not say is shared equally among them, in pieces of 2 MiB; the
 * last of them has the rest.
 *
 * Return: MiB.
 */
u32 topology_node_mem(const struct topology *t, u32 node, u32 mem_mib);

/**
 * topology_check_mem() - does a machine's memory go round
 * @t: a checked topology
 * @mem_mib: memory of the machine
 * @err: says which node has too little, or NULL
 *
 * Return: 0, or -EINVAL when one of several nodes has less than
 * TOPOLOGY_NODE_MEM_MIN_MIB, or when they have more or less than the machine.
 */
int topology_check_mem(const struct topology *t, u32 mem_mib, struct ktstr_err *err);

/**
 * topology_distance() - ACPI distance of two nodes
 * @t: the topology
 * @from: a node
 * @to: another, or the same
 *
 * Return: 10 and more; 255 for a node that does not exist.
 */
u32 topology_distance(const struct topology *t, u32 from, u32 to);

#endif /* KTSTR_LIB_TOPOLOGY_H */
