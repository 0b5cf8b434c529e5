// SPDX-License-Identifier: GPL-2.0-only
/*
 * host/arch/x86/acpi: what the tables say of every preset and of machines with
 * nodes of their own, read the way the kernel reads it (drivers/acpi/numa).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "acpi_tables.h"
#include "kselftest_harness.h"
#include "host/arch/x86/acpi.h"
#include "lib/preset.h"

#define TEST_TIMEOUT 120
#define MIB(n)	     ((u64)(n) << 20)

/* DRAM, slower DRAM, and memory alone behind a cache; figures that no unit fits */
static const struct topology_node tiered[] = {
	{ .llcs = 1, .mem_mib = 2048 },
	{ .llcs = 2, .latency_ns = 130, .bandwidth_mbs = 38400 },
	{
		.mem_mib = 512,
		.side_cache_mib = 128,
		.side_cache_ways = 1,
		.side_cache_write = TOPOLOGY_WRITE_BACK,
		.side_cache_line = 256,
	},
};

static const u8 tiered_distance[] = {
	10, 21, 30, /**/
	21, 10, 40, /**/
	30, 40, 10,
};

/* Memory first, and more bandwidth than 16 bits of MB/s */
static const struct topology_node memory_first[] = {
	{ .latency_ns = 70, .bandwidth_mbs = 1000003, .side_cache_mib = 16, .side_cache_ways = 8 },
	{ .llcs = 2 },
};

static const struct {
	const char *name;
	u32 mem_mib;
	struct topology topo;
} machines[] = {
	{ "tiered", 4096, { 3, 3, 2, 2, tiered, tiered_distance } },
	{ "memory_first", 1024, { 2, 2, 3, 1, memory_first, NULL } },
	{ "sixteen_nodes", 8192, { 16, 16, 16, 2, NULL, NULL } },
};

#define NR_MACHINES (PRESETS_NR + ARRAY_SIZE(machines))

FIXTURE(machine)
{
	const char *name;
	struct topology t;
	struct gmem_slot slots[GMEM_SLOTS_MAX];
	unsigned int nr_slots;
	struct acpi_tables found;
};

FIXTURE_SETUP(machine)
{
	self->found.buf = malloc(LAYOUT_ACPI_SIZE);
	ASSERT_NE(NULL, self->found.buf);
}

FIXTURE_TEARDOWN(machine)
{
	free(self->found.buf);
}

/* The tables of machine @n, with memory on both sides of the gap */
static bool build(FIXTURE_DATA(machine) * self, u32 n)
{
	const bool preset = n < PRESETS_NR;
	struct acpi_params p = { .topology = &self->t, .virtio_slots = 7, .memory = self->slots };
	struct gmem m = { .nr = 2, .size = MIB(16 << 10) };
	struct ktstr_err err;

	self->name = preset ? presets[n].name : machines[n - PRESETS_NR].name;
	self->t = preset ? presets[n].topo : machines[n - PRESETS_NR].topo;
	if (!preset)
		m.size = MIB(machines[n - PRESETS_NR].mem_mib);
	m.regions[0].len = min_t(u64, m.size, LAYOUT_MMIO_GAP);
	m.regions[1].gpa = LAYOUT_MMIO_GAP_END;
	m.regions[1].len = m.size - m.regions[0].len;
	if (topology_check(&self->t, NULL) || topology_check_mem(&self->t, m.size >> 20, NULL))
		return false;
	self->nr_slots = gmem_slots(&m, &self->t, self->slots);
	p.nr_memory = self->nr_slots;
	memset(self->found.buf, 0, LAYOUT_ACPI_SIZE);
	return !acpi_build(&p, self->found.buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI,
			   &self->found.rsdp_gpa, &err) &&
	       acpi_walk(&self->found);
}

TEST_F(machine, madt_lists_every_cpu)
{
	u32 n, cpu;

	for (n = 0; n < NR_MACHINES; n++) {
		const struct acpi_table_madt *madt;
		const u8 *p, *end;

		ASSERT_TRUE(build(self, n));
		madt = acpi_find(&self->found, "APIC");
		ASSERT_NE(NULL, madt);
		end = (const u8 *)madt + madt->header.length;
		cpu = 0;
		for (p = (const u8 *)(madt + 1); p < end; p += p[1]) {
			const struct acpi_madt_local_x2apic *x2apic = (const void *)p;
			u32 id = topology_apic_id(&self->t, cpu);

			ASSERT_GE(p[1], 6);
			if (p[0] == ACPI_MADT_TYPE_LOCAL_APIC) {
				ASSERT_EQ(id, p[3]);
				ASSERT_LT(id, 255);
				cpu++;
			} else if (p[0] == ACPI_MADT_TYPE_LOCAL_X2APIC) {
				ASSERT_EQ(id, x2apic->local_apic_id);
				ASSERT_EQ(cpu, x2apic->uid);
				ASSERT_GE(id, 255);
				cpu++;
			}
		}
		EXPECT_EQ(topology_cpus(&self->t), cpu);
	}
}

/* LLCs in the order of nodes, worked out without lib/topology */
static u32 node_of_llc(const struct topology *t, u32 llc)
{
	u32 node = 0, before = 0;

	if (!t->node)
		return llc / (t->llcs / t->nodes);
	while (node + 1 < t->nodes && before + t->node[node].llcs <= llc)
		before += t->node[node++].llcs;
	return node;
}

TEST_F(machine, srat_has_every_cpu_and_every_slot)
{
	u32 n, cpu, slot;

	for (n = 0; n < NR_MACHINES; n++) {
		const struct acpi_table_srat *srat;
		const u8 *p, *end;

		ASSERT_TRUE(build(self, n));
		srat = acpi_find(&self->found, "SRAT");
		ASSERT_NE(NULL, srat);
		EXPECT_EQ(3, srat->header.revision);
		end = (const u8 *)srat + srat->header.length;
		cpu = 0;
		slot = 0;
		for (p = (const u8 *)(srat + 1); p < end; p += p[1]) {
			u32 id = topology_apic_id(&self->t, cpu);
			u32 node = node_of_llc(&self->t, cpu / self->t.threads / self->t.cores);

			ASSERT_GE(p[1], 16);
			if (p[0] == ACPI_SRAT_TYPE_CPU_AFFINITY) {
				const struct acpi_srat_cpu_affinity *e = (const void *)p;

				ASSERT_EQ(id, e->apic_id);
				ASSERT_LT(id, 255);
				ASSERT_EQ(node, e->proximity_domain_lo);
				ASSERT_EQ(0, e->proximity_domain_hi[0]);
				ASSERT_EQ(1, e->flags);
				cpu++;
			} else if (p[0] == ACPI_SRAT_TYPE_X2APIC_CPU_AFFINITY) {
				const struct acpi_srat_x2apic_cpu_affinity *e = (const void *)p;

				ASSERT_EQ(id, e->apic_id);
				ASSERT_GE(id, 255);
				ASSERT_EQ(node, e->proximity_domain);
				ASSERT_EQ(1, e->flags);
				cpu++;
			} else {
				const struct acpi_srat_mem_affinity *e = (const void *)p;

				ASSERT_EQ(ACPI_SRAT_TYPE_MEMORY_AFFINITY, p[0]);
				ASSERT_LT(slot, self->nr_slots);
				EXPECT_EQ(self->slots[slot].gpa, e->base_address);
				EXPECT_EQ(self->slots[slot].len, e->length);
				EXPECT_EQ(self->slots[slot].node, e->proximity_domain);
				EXPECT_EQ(ACPI_SRAT_MEM_ENABLED, e->flags);
				slot++;
			}
		}
		EXPECT_EQ(topology_cpus(&self->t), cpu);
		EXPECT_EQ(self->nr_slots, slot);
	}
}

TEST_F(machine, slit_has_the_distances)
{
	u32 n, i;

	for (n = 0; n < NR_MACHINES; n++) {
		const struct acpi_table_slit *slit;
		u32 nodes;

		ASSERT_TRUE(build(self, n));
		nodes = self->t.nodes;
		slit = acpi_find(&self->found, "SLIT");
		ASSERT_NE(NULL, slit);
		ASSERT_EQ(nodes, slit->locality_count);
		ASSERT_EQ(sizeof(*slit) + nodes * nodes, slit->header.length);
		for (i = 0; i < nodes * nodes; i++) {
			u32 equal = i / nodes == i % nodes ? 10 : 20;

			EXPECT_EQ(self->t.distance ? self->t.distance[i] : equal, slit->entry[i]);
		}
	}
}

/**
 * struct hmat - an HMAT, read
 * @attached: bit n: node n says that it has CPUs of its own
 * @domains: nodes described
 * @unit: of latency (ps) and bandwidth (MB/s)
 * @value: the same, initiators by targets, in these units
 * @initiators: in how many rows
 * @cache: side cache structures, by node; length 0 = none
 */
struct hmat {
	u32 attached;
	u32 domains;
	u64 unit[2];
	u64 value[2][TOPOLOGY_MAX_NODES][TOPOLOGY_MAX_NODES];
	u32 initiators;
	struct acpi_hmat_cache cache[TOPOLOGY_MAX_NODES];
};

static bool read_locality(struct hmat *out, const struct acpi_hmat_locality *e)
{
	const u32 from = e->number_of_initiator_Pds, to = e->number_of_target_Pds;
	const bool bandwidth = e->data_type == ACPI_HMAT_ACCESS_BANDWIDTH;
	const u8 *list = (const u8 *)(e + 1), *cell = list + (from + to) * sizeof(u32);
	u32 i, j, node;
	u16 v;

	if ((!bandwidth && e->data_type != ACPI_HMAT_ACCESS_LATENCY) || e->flags ||
	    e->header.length != sizeof(*e) + (from + to) * sizeof(u32) + from * to * sizeof(u16))
		return false;
	out->initiators = from;
	out->unit[bandwidth] = e->entry_base_unit;
	for (i = 0; i < from; i++) {
		memcpy(&node, list + i * sizeof(node), sizeof(node));
		if (node >= TOPOLOGY_MAX_NODES)
			return false;
		for (j = 0; j < to; j++) {
			memcpy(&v, cell + (i * to + j) * sizeof(v), sizeof(v));
			/* What the kernel takes for nothing, and what overflows there */
			if (!v || v == 0xffff || e->entry_base_unit > 0xffffffff / v)
				return false;
			out->value[bandwidth][node][j] = v * e->entry_base_unit;
		}
	}
	return true;
}

static bool read_hmat(const struct acpi_table_header *h, struct hmat *out)
{
	const u8 *p = (const u8 *)h + sizeof(struct acpi_table_hmat), *end = (const u8 *)h;
	struct acpi_hmat_structure s;

	memset(out, 0, sizeof(*out));
	for (end += h->length; p < end; p += s.length) {
		const struct acpi_hmat_proximity_domain *d = (const void *)p;
		const struct acpi_hmat_cache *c = (const void *)p;

		if ((size_t)(end - p) < sizeof(s))
			return false;
		memcpy(&s, p, sizeof(s));
		if (s.length < sizeof(s) || s.length > end - p)
			return false;
		if (s.type == ACPI_HMAT_TYPE_PROXIMITY) {
			if (d->memory_PD != out->domains++)
				return false;
			if (d->flags == ACPI_HMAT_PROCESSOR_PD_VALID)
				out->attached |= BIT(d->processor_PD);
		} else if (s.type == ACPI_HMAT_TYPE_LOCALITY) {
			if (!read_locality(out, (const void *)p))
				return false;
		} else if (s.type == ACPI_HMAT_TYPE_CACHE && c->memory_PD < TOPOLOGY_MAX_NODES) {
			out->cache[c->memory_PD] = *c;
		} else {
			return false;
		}
	}
	return true;
}

TEST_F(machine, hmat_is_there_for_several_nodes)
{
	struct hmat hmat;
	u32 n, i, j;

	for (n = 0; n < PRESETS_NR; n++) {
		const struct acpi_table_header *h;

		ASSERT_TRUE(build(self, n));
		h = acpi_find(&self->found, "HMAT");
		ASSERT_EQ(self->t.nodes > 1, !!h);
		if (!h)
			continue;
		ASSERT_EQ(2, h->revision);
		ASSERT_TRUE(read_hmat(h, &hmat));
		EXPECT_EQ(self->t.nodes, hmat.domains);
		EXPECT_EQ(self->t.nodes, hmat.initiators);
		EXPECT_EQ(BIT(self->t.nodes) - 1, hmat.attached);
		/* The unit that everybody uses carries these, but for the half of five */
		EXPECT_EQ(100000, hmat.unit[0]);
		EXPECT_EQ(5120, hmat.unit[1]);
		for (i = 0; i < self->t.nodes; i++) {
			for (j = 0; j < self->t.nodes; j++) {
				EXPECT_EQ(i == j ? 100000 : 200000, hmat.value[0][i][j]);
				EXPECT_EQ(i == j ? 51200 : 25600, hmat.value[1][i][j]);
			}
			EXPECT_EQ(0, hmat.cache[i].header.length);
		}
	}
}

TEST_F(machine, hmat_of_tiered_memory)
{
	/* To each node, in ns and MB/s, from nodes 0 and 1 */
	static const u32 ns[2][3] = { { 100, 273, 300 }, { 210, 130, 400 } };
	static const u32 mbs[2][3] = { { 51200, 18285, 20480 }, { 24380, 38400, 15360 } };
	const struct acpi_hmat_cache *c;
	struct hmat hmat;
	u32 i, j;

	ASSERT_TRUE(build(self, PRESETS_NR));
	ASSERT_STREQ("tiered", self->name);
	ASSERT_TRUE(read_hmat(acpi_find(&self->found, "HMAT"), &hmat));
	EXPECT_EQ(3, hmat.domains);
	EXPECT_EQ(2, hmat.initiators);
	EXPECT_EQ(3, hmat.attached);
	EXPECT_EQ(1000, hmat.unit[0]);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < 3; j++) {
			EXPECT_EQ(ns[i][j] * 1000ULL, hmat.value[0][i][j]);
			EXPECT_EQ(mbs[i][j], hmat.value[1][i][j]);
		}
		EXPECT_EQ(0, hmat.cache[i].header.length);
	}
	c = &hmat.cache[2];
	EXPECT_EQ(sizeof(*c), c->header.length);
	EXPECT_EQ(MIB(128), c->cache_size);
	EXPECT_EQ(256U << 16 | 1 << 12 | 1 << 8 | 1 << 4 | 1, c->cache_attributes);
	EXPECT_EQ(0, c->number_of_SMBIOShandles);
}

/* Too large for an exact unit: as close as 16 bits come */
TEST_F(machine, hmat_of_memory_first)
{
	struct hmat hmat;

	ASSERT_TRUE(build(self, PRESETS_NR + 1));
	ASSERT_STREQ("memory_first", self->name);
	ASSERT_TRUE(read_hmat(acpi_find(&self->found, "HMAT"), &hmat));
	EXPECT_EQ(1, hmat.initiators);
	EXPECT_EQ(2, hmat.attached);
	/* Its own figures are those of the nearest CPUs, however far these are */
	EXPECT_EQ(70000, hmat.value[0][1][0]);
	EXPECT_EQ(100000, hmat.value[0][1][1]);
	EXPECT_LE(hmat.value[1][1][0], 1000003);
	EXPECT_GT(hmat.value[1][1][0], 1000003 - 16);
	EXPECT_EQ(MIB(16), hmat.cache[0].cache_size);
	EXPECT_EQ(64U << 16 | 2 << 8 | 1 << 4 | 1, hmat.cache[0].cache_attributes);
}

TEST_F_TIMEOUT(machine, iasl_reads_the_same, TEST_TIMEOUT)
{
	char dir[] = "/tmp/ktstr-acpi-XXXXXX", cmd[64];
	size_t i;
	u32 n;

	if (!iasl_is_there())
		SKIP(return, "iasl is not installed");
	ASSERT_NE(NULL, mkdtemp(dir));
	for (n = 0; n < NR_MACHINES; n++) {
		ASSERT_TRUE(build(self, n));
		for (i = 0; i < self->found.nr; i++)
			EXPECT_EQ(0, iasl_round_trip(dir, self->found.table[i], true))
			{
				TH_LOG("%s: table %.4s", self->name,
				       self->found.table[i]->signature);
			}
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	EXPECT_EQ(0, system(cmd));
}

TEST_HARNESS_MAIN
