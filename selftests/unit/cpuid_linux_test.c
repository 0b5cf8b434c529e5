// SPDX-License-Identifier: GPL-2.0-only
/*
 * host/arch/x86/cpuid: what a kernel makes of the leaves, for every CPU of
 * every preset. The reading follows arch/x86/kernel/cpu/topology_common.c,
 * topology_ext.c, topology_amd.c, cacheinfo.c and smpboot.c of Linux 7.2.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bits.h>
#include <linux/kernel.h>

#include "cpuid_hosts.h"
#include "kselftest_harness.h"
#include "lib/preset.h"
#include "lib/util.h"

#define CACHES_MAX   4
#define TEST_TIMEOUT 120

/**
 * struct linux_cpu - one CPU as the kernel sees it
 * @apicid: its id
 * @pkg: package
 * @core: core within the package
 * @node: AMD: node within the machine
 * @llc: what last-level cache it has
 * @l2: what second-level cache it has
 * @nr_caches: directories in sysfs
 * @level: of each cache
 * @share: key of each cache: the same for those that share it
 * @id: of each cache
 */
struct linux_cpu {
	u32 apicid;
	u32 pkg;
	u32 core;
	u32 node;
	u32 llc;
	u32 l2;
	u32 nr_caches;
	u32 level[CACHES_MAX];
	u32 share[CACHES_MAX];
	u32 id[CACHES_MAX];
};

/**
 * struct reader - a CPU's CPUID while it is read
 * @c: the leaves
 * @vendor: ebx of leaf 0
 * @family: of leaf 1, extended
 * @model: likewise
 * @smt_shift: of the APIC id, to the core
 * @pkg_shift: to the package
 */
struct reader {
	const struct kvm_cpuid2 *c;
	u32 vendor;
	u32 family;
	u32 model;
	u32 smt_shift;
	u32 pkg_shift;
};

static bool is_intel(const struct reader *r)
{
	return !memcmp(&r->vendor, "Genu", 4);
}

static bool is_hygon(const struct reader *r)
{
	return !memcmp(&r->vendor, "Hygo", 4);
}

/* parse_topology_leaf() */
static bool read_levels(struct reader *r, u32 function, u32 *apicid)
{
	u32 i;

	for (i = 0;; i++) {
		const struct kvm_cpuid_entry2 *e = cpuid_get(r->c, function, i);
		u32 type = e->ecx >> 8 & 0xff;

		if (!(e->ebx & 0xffff) || !type)
			return i;
		if (type == 1)
			r->smt_shift = e->eax & 0x1f;
		/* Every level moves those above it */
		r->pkg_shift = e->eax & 0x1f;
		*apicid = e->edx;
	}
}

static const struct kvm_cpuid_entry2 *cache_leaf(const struct reader *r, u32 i)
{
	return cpuid_get(r->c, is_intel(r) ? 4 : 0x8000001d, i);
}

/* cacheinfo_amd_init_llc_id(), cacheinfo_hygon_init_llc_id(), legacy_set_llc() */
static u32 amd_llc(const struct reader *r, const struct linux_cpu *cpu)
{
	u32 last;

	if (!cpuid_get(r->c, 0x80000006, 0)->edx)
		return cpu->apicid >> r->pkg_shift;
	if (is_hygon(r) || (r->family == 0x17 && r->model <= 0x1f))
		return cpu->apicid >> 3;
	if (r->family < 0x17)
		return cpu->node;
	for (last = 0; cache_leaf(r, last)->eax & 0x1f; last++)
		;
	return cpu->apicid >> cpuid_order((cache_leaf(r, last - 1)->eax >> 14 & 0xfff) + 1);
}

/* populate_cache_leaves(), intel_cacheinfo_0x4() */
static bool read_caches(const struct reader *r, struct linux_cpu *cpu)
{
	u32 i, l2 = ~0U, l3 = ~0U;

	for (i = 0; cache_leaf(r, i)->eax & 0x1f; i++) {
		u32 eax = cache_leaf(r, i)->eax, shared = (eax >> 14 & 0xfff) + 1;

		if (i == CACHES_MAX)
			return false;
		cpu->level[i] = eax >> 5 & 7;
		cpu->id[i] = cpu->apicid >> cpuid_order(shared);
		/* __cache_cpumap_setup() goes by bits, __cache_amd_cpumap_setup() does not */
		cpu->share[i] = cpu->id[i];
		if (!is_intel(r))
			cpu->share[i] = i == 3 ? cpu->llc : cpu->apicid / shared;
		if (cpu->level[i] == 2)
			l2 = cpu->id[i];
		if (cpu->level[i] == 3)
			l3 = cpu->id[i];
	}
	cpu->nr_caches = i;
	cpu->l2 = l2;
	if (is_intel(r))
		cpu->llc = l3 == ~0U ? l2 : l3;
	return true;
}

static bool read_cpu(const struct kvm_cpuid2 *c, struct linux_cpu *cpu)
{
	const struct kvm_cpuid_entry2 *leaf1 = cpuid_get(c, 1, 0);
	struct reader r = {
		.c = c,
		.vendor = cpuid_get(c, 0, 0)->ebx,
		.family = leaf1->eax >> 8 & 0xf,
		.model = leaf1->eax >> 4 & 0xf,
	};
	u32 max_leaf = cpuid_get(c, 0, 0)->eax, id = ~0U;

	if (r.family == 0xf)
		r.family += leaf1->eax >> 20 & 0xff;
	if (r.family >= 6)
		r.model |= leaf1->eax >> 12 & 0xf0;
	/* AMD would prefer leaf 0x80000026 to 0xb */
	if (!is_intel(&r) && cpuid_get(c, 0x80000026, 0)->ebx)
		return false;
	if ((max_leaf < 0x1f || !read_levels(&r, 0x1f, &id)) &&
	    (max_leaf < 0xb || !read_levels(&r, 0xb, &id)))
		return false;
	memset(cpu, 0, sizeof(*cpu));
	cpu->apicid = id;
	cpu->pkg = id >> r.pkg_shift;
	cpu->core = (id & ((1U << r.pkg_shift) - 1)) >> r.smt_shift;
	if (is_intel(&r))
		return read_caches(&r, cpu);
	/* One node a package, or core ids are taken apart again */
	if (cpuid_get(c, 0x8000001e, 0)->ecx >> 8 & 7)
		return false;
	cpu->node = cpuid_get(c, 0x8000001e, 0)->ecx & 0xff;
	cpu->llc = amd_llc(&r, cpu);
	return read_caches(&r, cpu);
}

/* match_smt() */
static bool siblings(const struct linux_cpu *a, const struct linux_cpu *b)
{
	return a->pkg == b->pkg && a->core == b->core && a->llc == b->llc && a->node == b->node;
}

FIXTURE(linux_cpuid)
{
	struct kvm_cpuid2 *host;
	struct kvm_cpuid2 **cpuid;
	u32 cpus;
	struct linux_cpu *cpu;
};

FIXTURE_VARIANT(linux_cpuid)
{
	const struct kvm_cpuid_entry2 *host;
	u32 nr;
	bool no_l3;
};

FIXTURE_VARIANT_ADD(linux_cpuid, intel_server) {
	.host = intel_server,
	.nr = ARRAY_SIZE(intel_server),
};

FIXTURE_VARIANT_ADD(linux_cpuid, intel_bare) {
	.host = intel_bare,
	.nr = ARRAY_SIZE(intel_bare),
};

FIXTURE_VARIANT_ADD(linux_cpuid, amd_zen3) {
	.host = amd_zen3,
	.nr = ARRAY_SIZE(amd_zen3),
};

FIXTURE_VARIANT_ADD(linux_cpuid, amd_zen1) {
	.host = amd_zen1,
	.nr = ARRAY_SIZE(amd_zen1),
	.no_l3 = true,
};

FIXTURE_VARIANT_ADD(linux_cpuid, amd_zen5) {
	.host = amd_zen5,
	.nr = ARRAY_SIZE(amd_zen5),
};

FIXTURE_VARIANT_ADD(linux_cpuid, hygon) {
	.host = hygon,
	.nr = ARRAY_SIZE(hygon),
	.no_l3 = true,
};

FIXTURE_VARIANT_ADD(linux_cpuid, amd_emulated) {
	.host = amd_emulated,
	.nr = ARRAY_SIZE(amd_emulated),
};

FIXTURE_SETUP(linux_cpuid)
{
	self->host = cpuid_host(variant->host, variant->nr);
	self->cpu = calloc(TOPOLOGY_MAX_CPUS, sizeof(*self->cpu));
	ASSERT_NE(NULL, self->host);
	ASSERT_NE(NULL, self->cpu);
}

FIXTURE_TEARDOWN(linux_cpuid)
{
	cpuid_free_all(self->cpuid, self->cpus);
	free(self->host);
	free(self->cpu);
}

static bool read_machine(FIXTURE_DATA(linux_cpuid) * self, const struct topology *t)
{
	u32 i;

	cpuid_free_all(self->cpuid, self->cpus);
	if (cpuid_build_all(self->host, t, &self->cpuid, &self->cpus))
		return false;
	for (i = 0; i < self->cpus; i++)
		if (!read_cpu(self->cpuid[i], &self->cpu[i]))
			return false;
	return true;
}

TEST_F(linux_cpuid, every_cpu_is_where_it_was_declared)
{
	u32 n, i;

	for (n = 0; n < PRESETS_NR; n++) {
		const struct topology *t = &presets[n].topo;

		ASSERT_TRUE(read_machine(self, t));
		ASSERT_EQ(topology_cpus(t), self->cpus);
		for (i = 0; i < self->cpus; i++) {
			const struct linux_cpu *c = &self->cpu[i];
			const struct kvm_cpuid_entry2 *leaf1 = cpuid_get(self->cpuid[i], 1, 0);

			/* As the MADT has it, or the kernel says "firmware bug" */
			ASSERT_EQ(topology_apic_id(t, i), c->apicid);
			ASSERT_EQ(c->apicid & 0xff, leaf1->ebx >> 24);
			ASSERT_EQ(i / t->threads / t->cores, c->pkg);
			ASSERT_EQ(i / t->threads % t->cores, c->core);
			ASSERT_EQ(variant->no_l3 ? 3 : 4, c->nr_caches);
			if (!variant->no_l3)
				ASSERT_EQ(c->pkg, c->id[3]);
		}
	}
}

TEST_F_TIMEOUT(linux_cpuid, cpus_share_what_was_declared, TEST_TIMEOUT)
{
	u32 n, i, j, k;

	for (n = 0; n < PRESETS_NR; n++) {
		const struct topology *t = &presets[n].topo;

		ASSERT_TRUE(read_machine(self, t));
		for (i = 0; i < self->cpus; i++) {
			for (j = 0; j < i; j++) {
				const struct linux_cpu *a = &self->cpu[i], *b = &self->cpu[j];
				bool core = i / t->threads == j / t->threads;
				bool llc = i / t->threads / t->cores == j / t->threads / t->cores;

				ASSERT_EQ(core, siblings(a, b));
				ASSERT_EQ(llc, a->llc == b->llc);
				ASSERT_EQ(core, a->l2 == b->l2);
				for (k = 0; k < a->nr_caches; k++)
					ASSERT_EQ(a->level[k] == 3 ? llc : core,
						  a->share[k] == b->share[k]);
			}
		}
	}
}

TEST_HARNESS_MAIN
