// SPDX-License-Identifier: GPL-2.0-only
/*
 * host/arch/x86/cpuid on made-up hosts: the topology is read back the way the
 * guest kernel reads it (arch/x86/kernel/cpu/topology_*.c, cacheinfo.c) and
 * must be the one that was asked for.
 */
#include <asm/kvm_para.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bits.h>
#include <linux/kernel.h>

#include "cpuid_hosts.h"
#include "kselftest_harness.h"
#include "host/arch/x86/cpuid.h"
#include "lib/util.h"

FIXTURE(cpuid)
{
	struct topology t;
	struct kvm_cpuid2 *host;
	struct kvm_cpuid2 **cpu;
	u32 cpus;
	struct ktstr_err err;
};

FIXTURE_VARIANT(cpuid)
{
	const struct kvm_cpuid_entry2 *host;
	u32 nr;
	bool amd;
	bool no_l3;
};

FIXTURE_VARIANT_ADD(cpuid, intel_server) {
	.host = intel_server,
	.nr = ARRAY_SIZE(intel_server),
};

FIXTURE_VARIANT_ADD(cpuid, intel_bare) {
	.host = intel_bare,
	.nr = ARRAY_SIZE(intel_bare),
};

FIXTURE_VARIANT_ADD(cpuid, amd_zen3) {
	.host = amd_zen3,
	.nr = ARRAY_SIZE(amd_zen3),
	.amd = true,
};

FIXTURE_VARIANT_ADD(cpuid, amd_zen1) {
	.host = amd_zen1,
	.nr = ARRAY_SIZE(amd_zen1),
	.amd = true,
	.no_l3 = true,
};

FIXTURE_VARIANT_ADD(cpuid, amd_zen5) {
	.host = amd_zen5,
	.nr = ARRAY_SIZE(amd_zen5),
	.amd = true,
};

FIXTURE_VARIANT_ADD(cpuid, hygon) {
	.host = hygon,
	.nr = ARRAY_SIZE(hygon),
	.amd = true,
	.no_l3 = true,
};

FIXTURE_VARIANT_ADD(cpuid, amd_emulated) {
	.host = amd_emulated,
	.nr = ARRAY_SIZE(amd_emulated),
	.amd = true,
};

static const char *const topologies[] = {
	"1n1l1c1t", "1n1l1c2t",	 "1n2l2c1t",   "1n2l4c2t",  "1n3l3c2t",
	"2n4l5c1t", "1n3l50c2t", "1n1l300c1t", "4n16l1c1t",
};

FIXTURE_SETUP(cpuid)
{
	self->host = cpuid_host(variant->host, variant->nr);
	ASSERT_NE(NULL, self->host);
}

FIXTURE_TEARDOWN(cpuid)
{
	cpuid_free_all(self->cpu, self->cpus);
	free(self->host);
}

/* CPUID of every CPU of a topology */
static int build(struct kvm_cpuid2 *host, const char *spec, struct topology *t,
		 struct kvm_cpuid2 ***cpu, u32 *cpus)
{
	int ret;

	cpuid_free_all(*cpu, *cpus);
	*cpu = NULL;
	*cpus = 0;
	ret = topology_parse(spec, t, NULL);
	return ret ? ret : cpuid_build_all(host, t, cpu, cpus);
}

TEST_F(cpuid, no_entry_twice_and_indices_marked)
{
	u32 i, j;

	ASSERT_EQ(0, build(self->host, "1n2l4c2t", &self->t, &self->cpu, &self->cpus));
	for (i = 0; i < self->cpu[3]->nent; i++) {
		const struct kvm_cpuid_entry2 *e = &self->cpu[3]->entries[i];

		if (e->index)
			EXPECT_TRUE(e->flags & INDEXED);
		for (j = 0; j < i; j++)
			EXPECT_FALSE(e->function == self->cpu[3]->entries[j].function &&
				     e->index == self->cpu[3]->entries[j].index);
	}
}

TEST_F(cpuid, virtualization_and_enclaves_are_hidden)
{
	const struct kvm_cpuid2 *c;

	ASSERT_EQ(0, build(self->host, "1n1l2c1t", &self->t, &self->cpu, &self->cpus));
	c = self->cpu[1];
	EXPECT_EQ(0, cpuid_get(c, 1, 0)->ecx & BIT(5));
	EXPECT_EQ(0, cpuid_get(c, 0x80000001, 0)->ecx & BIT(2));
	EXPECT_EQ(&cpuid_none, cpuid_get(c, 0x8000000a, 0));
	EXPECT_EQ(&cpuid_none, cpuid_get(c, 0x8000001f, 0));
	EXPECT_EQ(&cpuid_none, cpuid_get(c, 0x12, 0));
	EXPECT_EQ(0, cpuid_get(c, 7, 0)->ebx & BIT(2));
	EXPECT_EQ(0, cpuid_get(c, 7, 0)->ecx & BIT(30));
}

TEST_F(cpuid, what_the_machine_needs_is_on)
{
	const struct kvm_cpuid2 *c;
	u32 i;

	ASSERT_EQ(0, build(self->host, "1n1l2c1t", &self->t, &self->cpu, &self->cpus));
	c = self->cpu[0];
	EXPECT_TRUE(cpuid_get(c, 1, 0)->ecx & BIT(31));
	EXPECT_TRUE(cpuid_get(c, 1, 0)->ecx & BIT(24));
	EXPECT_TRUE(cpuid_get(c, 1, 0)->ecx & BIT(21));
	EXPECT_TRUE(cpuid_get(c, 6, 0)->eax & BIT(2));
	EXPECT_GE(cpuid_get(c, 0, 0)->eax, 0xb);
	if (variant->amd) {
		EXPECT_GE(cpuid_get(c, 0x80000000, 0)->eax, 0x8000001e);
		EXPECT_TRUE(cpuid_get(c, 0x80000001, 0)->ecx & BIT(22));
		EXPECT_NE(0, cpuid_get(c, 0x80000008, 0)->eax);
	}
	/* What ktstr has no opinion on passes unchanged */
	for (i = 0; i < variant->nr; i++) {
		const struct kvm_cpuid_entry2 *e = &variant->host[i];

		if (e->function >> 8 == 0x400000)
			EXPECT_EQ(0, memcmp(e, cpuid_get(c, e->function, 0), sizeof(*e)));
	}
	EXPECT_EQ(cpuid_get(self->host, 1, 0)->eax, cpuid_get(c, 1, 0)->eax);
	EXPECT_EQ(cpuid_get(self->host, 0, 0)->ebx, cpuid_get(c, 0, 0)->ebx);
}

/* Leaf 0xB or 0x1F: the ids, and who shares a core and an LLC with whom */
static void check_levels(struct __test_metadata *_metadata, FIXTURE_DATA(cpuid) * self,
			 u32 function)
{
	const struct topology *t = &self->t;
	u32 smt = 0, core = 0, i, j;

	for (i = 0; i < self->cpus; i++) {
		const struct kvm_cpuid_entry2 *s = cpuid_get(self->cpu[i], function, 0);
		const struct kvm_cpuid_entry2 *c = cpuid_get(self->cpu[i], function, 1);

		ASSERT_EQ(0x100, s->ecx);
		ASSERT_EQ(0x201, c->ecx);
		EXPECT_EQ(0, cpuid_get(self->cpu[i], function, 2)->ebx);
		EXPECT_EQ(t->threads, s->ebx);
		EXPECT_EQ(t->cores * t->threads, c->ebx);
		EXPECT_EQ(s->edx, c->edx);
		if (!i) {
			smt = s->eax;
			core = c->eax;
		}
		ASSERT_EQ(smt, s->eax);
		ASSERT_EQ(core, c->eax);
		for (j = 0; j < i; j++) {
			u32 a = s->edx, b = cpuid_get(self->cpu[j], function, 0)->edx;

			ASSERT_NE(a, b);
			ASSERT_EQ(i / t->threads == j / t->threads, a >> smt == b >> smt);
			ASSERT_EQ(i / t->threads / t->cores == j / t->threads / t->cores,
				  a >> core == b >> core);
		}
	}
}

TEST_F(cpuid, levels_match_the_topology)
{
	size_t n;

	for (n = 0; n < ARRAY_SIZE(topologies); n++) {
		ASSERT_EQ(0, build(self->host, topologies[n], &self->t, &self->cpu, &self->cpus));
		check_levels(_metadata, self, 0xb);
		if (cpuid_get(self->cpu[0], 0, 0)->eax >= 0x1f)
			check_levels(_metadata, self, 0x1f);
	}
}

/* Every cache: the CPUs that the kernel will put into its shared_cpu_map */
TEST_F(cpuid, caches_match_the_topology)
{
	u32 function = variant->amd ? 0x8000001d : 4, i, j, index, id;
	size_t n;

	for (n = 0; n < ARRAY_SIZE(topologies); n++) {
		const struct topology *t = &self->t;
		u32 l3 = 0;

		ASSERT_EQ(0, build(self->host, topologies[n], &self->t, &self->cpu, &self->cpus));
		for (index = 0; cpuid_get(self->cpu[0], function, index)->eax & 0x1f; index++) {
			u32 eax = cpuid_get(self->cpu[0], function, index)->eax;
			u32 level = eax >> 5 & 7;
			u32 shift = cpuid_order((eax >> 14 & 0xfff) + 1);
			u32 group = level == 3 ? t->cores * t->threads : t->threads;

			ASSERT_LT(index, 4);
			l3 += level == 3;
			for (i = 0; i < self->cpus; i++) {
				id = cpuid_get(self->cpu[i], 0xb, 0)->edx;
				ASSERT_EQ(eax, cpuid_get(self->cpu[i], function, index)->eax);
				for (j = 0; j < i; j++)
					ASSERT_EQ(i / group == j / group,
						  id >> shift ==
							  cpuid_get(self->cpu[j], 0xb, 0)->edx >>
								  shift);
			}
		}
		EXPECT_EQ(variant->no_l3 ? 3 : 4, index);
		EXPECT_EQ(variant->no_l3 ? 0 : 1, l3);
		/* The kernel asks here whether there is an L3 at all */
		if (variant->amd)
			EXPECT_EQ(variant->no_l3, !cpuid_get(self->cpu[0], 0x80000006, 0)->edx);
	}
}

TEST_F(cpuid, old_leaves_agree_with_the_new_ones)
{
	size_t n;
	u32 i;

	for (n = 0; n < ARRAY_SIZE(topologies); n++) {
		const struct topology *t = &self->t;
		u32 per_llc;

		ASSERT_EQ(0, build(self->host, topologies[n], &self->t, &self->cpu, &self->cpus));
		per_llc = t->cores * t->threads;
		for (i = 0; i < self->cpus; i++) {
			const struct kvm_cpuid_entry2 *e = cpuid_get(self->cpu[i], 1, 0);
			u32 id = cpuid_get(self->cpu[i], 0xb, 0)->edx;
			u32 bits = cpuid_get(self->cpu[i], 0xb, 1)->eax;

			ASSERT_EQ(id & 0xff, e->ebx >> 24);
			ASSERT_EQ(min(1U << bits, 255U), e->ebx >> 16 & 0xff);
			ASSERT_EQ(per_llc > 1, !!(e->edx & BIT(28)));
			/* CLFLUSH size is the host's */
			ASSERT_EQ(8, e->ebx >> 8 & 0xff);
			if (!variant->amd)
				continue;
			e = cpuid_get(self->cpu[i], 0x80000008, 0);
			ASSERT_EQ(min(per_llc - 1, 255U), e->ecx & 0xff);
			ASSERT_EQ(bits, e->ecx >> 12 & 0xf);
			e = cpuid_get(self->cpu[i], 0x8000001e, 0);
			ASSERT_EQ(id, e->eax);
			ASSERT_EQ(t->threads - 1, e->ebx >> 8 & 0xff);
			ASSERT_EQ(i / t->threads % t->cores & 0xff, e->ebx & 0xff);
			ASSERT_EQ(i / per_llc, e->ecx);
		}
	}
}

TEST_F(cpuid, host_list_is_not_written)
{
	u32 i;

	ASSERT_EQ(0, build(self->host, "1n3l3c2t", &self->t, &self->cpu, &self->cpus));
	ASSERT_EQ(variant->nr, self->host->nent);
	for (i = 0; i < variant->nr; i++)
		EXPECT_EQ(0, memcmp(&variant->host[i], &self->host->entries[i],
				    sizeof(*variant->host)));
}

/* Whatever the room, either it fits or it is refused (ASan watches the edge) */
TEST_F(cpuid, too_little_room_is_refused)
{
	struct kvm_cpuid2 *c;
	u32 need, room;

	ASSERT_EQ(0, build(self->host, "1n2l2c1t", &self->t, &self->cpu, &self->cpus));
	need = self->cpu[0]->nent;
	for (room = 0; room <= need; room++) {
		c = cpuid_new(room);
		ASSERT_NE(NULL, c);
		EXPECT_EQ(room < need ? -E2BIG : 0,
			  cpuid_build(self->host, &self->t, 0, c, &self->err));
		free(c);
	}
}

TEST(cpuid_needs_leaves_0_and_1)
{
	struct topology t = { 1, 1, 1, 1 };
	struct kvm_cpuid2 *host = cpuid_new(1), *out = cpuid_new(CPUID_MAX_ENTRIES);
	struct ktstr_err err = { "" };

	ASSERT_NE(NULL, host);
	ASSERT_NE(NULL, out);
	host->entries[0] = intel_bare[0];
	EXPECT_EQ(-EINVAL, cpuid_build(host, &t, 0, out, &err));
	EXPECT_NE(NULL, strstr(err.msg, "lacks leaf 1"));
	host->entries[0] = intel_bare[1];
	EXPECT_EQ(-EINVAL, cpuid_build(host, &t, 0, out, &err));
	EXPECT_NE(NULL, strstr(err.msg, "lacks leaf 0"));
	host->nent = 0;
	EXPECT_EQ(-EINVAL, cpuid_build(host, &t, 0, out, NULL));
	free(host);
	free(out);
}

TEST(extended_destinations_are_announced_where_kvm_announces_itself)
{
	struct kvm_cpuid2 *list = cpuid_new(2);

	ASSERT_NE(NULL, list);
	list->entries[0].function = KVM_CPUID_SIGNATURE;
	list->entries[1].function = KVM_CPUID_FEATURES;
	list->entries[1].eax = 1;
	cpuid_extend_dest(list);
	EXPECT_EQ(0, list->entries[0].eax);
	EXPECT_EQ(1 | 1 << 15, list->entries[1].eax);
	list->nent = 1;
	cpuid_extend_dest(list);
	EXPECT_EQ(0, list->entries[0].eax);
	free(list);
}

TEST_HARNESS_MAIN
