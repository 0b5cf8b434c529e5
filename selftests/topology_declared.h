/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_TOPOLOGY_DECLARED_H
#define SELFTESTS_TOPOLOGY_DECLARED_H

/*
 * What selftests/guest/ktstr_topology.c must print in a guest, worked out from
 * the declaration of its machine. The firmware tables are those the VMM writes.
 */
#include <stdio.h>
#include <stdlib.h>

#include "host/arch/x86/acpi.h"
#include "host/arch/x86/layout.h"
#include "lib/util.h"

/* Of the first MiB, these pages are no RAM: page 0, and 0x9f000 to 0x100000 */
#define LOW_PAGES_LOST 98
#define PAGES_PER_MIB  256

/**
 * struct declared - a machine, and what follows from nothing but its figures
 * @topo: it
 * @mem_mib: its memory
 * @nearest: the node with CPUs that is nearest to memory without any
 * @side_cache: what is said of a memory-side cache; NULL = there is none
 * @no_l3: the guest's kernel cannot be told of an L3 (cpuid_build())
 */
struct declared {
	struct topology topo;
	u32 mem_mib;
	u32 nearest;
	const char *side_cache;
	bool no_l3;
};

/* "4-7", "4"; an empty set prints nothing */
static inline void declare_range(FILE *f, const char *key, u32 first, u32 nr)
{
	fprintf(f, " %s=", key);
	if (nr)
		fprintf(f, "%u", first);
	if (nr > 1)
		fprintf(f, "-%u", first + nr - 1);
}

static inline u32 declared_llcs(const struct declared *d, u32 node)
{
	return d->topo.node ? d->topo.node[node].llcs : d->topo.llcs / d->topo.nodes;
}

static inline void declare_cpu(FILE *f, const struct declared *d, u32 cpu)
{
	const struct topology *t = &d->topo;
	const u32 per_llc = t->cores * t->threads, llc = cpu / per_llc;
	u32 node = 0, llcs = declared_llcs(d, 0);

	while (llcs <= llc)
		llcs += declared_llcs(d, ++node);
	fprintf(f, "cpu %u node=%u package=%u die=%u core=%u", cpu, node, llc, llc,
		cpu % per_llc / t->threads);
	declare_range(f, "threads", cpu / t->threads * t->threads, t->threads);
	declare_range(f, "package_cpus", llc * per_llc, per_llc);
	if (d->no_l3) {
		fprintf(f, " l3=- l3_cpus=-\n");
		return;
	}
	fprintf(f, " l3=%u", llc);
	declare_range(f, "l3_cpus", llc * per_llc, per_llc);
	fprintf(f, "\n");
}

static inline void declare_access(FILE *f, const struct declared *d, u32 node)
{
	const struct topology_node *n = d->topo.node ? &d->topo.node[node] : NULL;
	const bool cpus = declared_llcs(d, node);
	u32 ns = cpus ? 100 : 300, mbs = cpus ? 51200 : 20480;

	/* There is no HMAT */
	if (d->topo.nodes == 1)
		return;
	if (n && n->latency_ns)
		ns = n->latency_ns;
	if (n && n->bandwidth_mbs)
		mbs = n->bandwidth_mbs;
	fprintf(f,
		"access %u initiators=%u read_latency=%u write_latency=%u read_bandwidth=%u write_bandwidth=%u\n",
		node, cpus ? node : d->nearest, ns, ns, mbs, mbs);
}

static inline void declare_node(FILE *f, const struct declared *d, u32 node, u32 first)
{
	const struct topology *t = &d->topo;
	u32 mib = d->mem_mib / t->nodes, i;

	if (t->node)
		mib = t->node[node].mem_mib;
	fprintf(f, "node %u", node);
	declare_range(f, "cpus", first, declared_llcs(d, node) * t->cores * t->threads);
	fprintf(f, " distance=");
	for (i = 0; i < t->nodes; i++) {
		u32 equal = i == node ? 10 : 20;

		fprintf(f, "%s%u", i ? "," : "",
			t->distance ? t->distance[node * t->nodes + i] : equal);
	}
	fprintf(f, " pages=%u\n", mib * PAGES_PER_MIB - (node ? 0 : LOW_PAGES_LOST));
	declare_access(f, d, node);
	if (t->node && t->node[node].side_cache_mib)
		fprintf(f, "side_cache %u %s\n", node, d->side_cache);
}

static inline void declare_machine(FILE *f, const struct declared *d)
{
	const struct topology *t = &d->topo;
	u32 cpus = t->llcs * t->cores * t->threads, i, first = 0, with_cpus = 0;

	fprintf(f, "cpus");
	declare_range(f, "possible", 0, cpus);
	declare_range(f, "online", 0, cpus);
	fprintf(f, "\n");
	for (i = 0; i < cpus; i++)
		declare_cpu(f, d, i);
	/* In what is tested, nodes without CPUs come last */
	for (i = 0; i < t->nodes; i++)
		with_cpus += !!declared_llcs(d, i);
	fprintf(f, "nodes");
	declare_range(f, "online", 0, t->nodes);
	declare_range(f, "has_cpu", 0, with_cpus);
	declare_range(f, "has_memory", 0, t->nodes);
	fprintf(f, "\n");
	for (i = 0; i < t->nodes; i++) {
		declare_node(f, d, i, first);
		first += declared_llcs(d, i) * t->cores * t->threads;
	}
}

/* The tables as the VMM writes them, at @buf, which the guest sees at LAYOUT_ACPI */
static inline int declared_tables(const struct declared *d, u8 *buf)
{
	const u64 size = (u64)d->mem_mib << 20, below = min_t(u64, size, LAYOUT_MMIO_GAP);
	struct gmem ram = {
		.regions = { { .len = below },
			     { .gpa = LAYOUT_MMIO_GAP_END, .len = size - below } },
		.nr = size > below ? 2 : 1,
		.size = size,
	};
	struct gmem_slot slots[GMEM_SLOTS_MAX];
	struct acpi_params p = {
		.topology = &d->topo,
		.virtio_slots = 1 << LAYOUT_VIRTIO_CONSOLE,
		.memory = slots,
		.nr_memory = gmem_slots(&ram, &d->topo, slots),
	};
	u64 rsdp;

	return acpi_build(&p, buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI, &rsdp, NULL);
}

#endif /* SELFTESTS_TOPOLOGY_DECLARED_H */
