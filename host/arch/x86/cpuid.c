// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID of a vCPU: KVM's supported list with the machine's topology written
 * into it. Registers are those of Intel SDM vol. 2 (CPUID) and AMD APM vol. 3,
 * appendix E.
 */
#include <asm/kvm_para.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <linux/bits.h>
#include <linux/kernel.h>

#include "cpuid.h"

/* Leaf 1 */
#define CPUID_1_EBX_COUNT      GENMASK(23, 16)
#define CPUID_1_EBX_APIC_ID    GENMASK(31, 24)
#define CPUID_1_ECX_VMX	       BIT(5)
#define CPUID_1_ECX_X2APIC     BIT(21)
#define CPUID_1_ECX_DEADLINE   BIT(24)
#define CPUID_1_ECX_HYPERVISOR BIT(31)
#define CPUID_1_EDX_HTT	       BIT(28)

/* Leaf 6: the APIC timer never stops */
#define CPUID_6_EAX_ARAT BIT(2)

/* Leaf 7, subleaf 0 */
#define CPUID_7_EBX_SGX	   BIT(2)
#define CPUID_7_ECX_SGX_LC BIT(30)

/* Leaf 0x80000001 */
#define CPUID_8_1_ECX_CMP_LEGACY BIT(1)
#define CPUID_8_1_ECX_SVM	 BIT(2)
#define CPUID_8_1_ECX_TOPOEXT	 BIT(22)

/* Leaf 0x80000008 */
#define CPUID_8_8_ECX_COUNT   GENMASK(7, 0)
#define CPUID_8_8_ECX_ID_BITS GENMASK(15, 12)

/* Leaves 4 and 0x8000001D */
#define CACHE_EAX_TYPE	  GENMASK(4, 0)
#define CACHE_EAX_LEVEL	  GENMASK(7, 5)
#define CACHE_EAX_SHARING GENMASK(25, 14)
#define CACHE_EAX_CORES	  GENMASK(31, 26)
#define CACHE_MAX	  8

/* Leaves 0xB and 0x1F */
#define LEVEL_TYPE_SMT	1
#define LEVEL_TYPE_CORE 2

enum cache_type {
	CACHE_NONE,
	CACHE_DATA,
	CACHE_INSTRUCTION,
	CACHE_UNIFIED,
};

/**
 * struct guest_cpu - one vCPU while its CPUID is made
 * @out: the entries so far
 * @room: how many fit
 * @t: the machine
 * @index: number of the vCPU
 * @apic_id: its APIC id
 * @amd: the host says AuthenticAMD or HygonGenuine
 * @hide_l3: see cpuid_build()
 * @full: an entry did not fit
 */
struct guest_cpu {
	struct kvm_cpuid2 *out;
	u32 room;
	const struct topology *t;
	u32 index;
	u32 apic_id;
	bool amd;
	bool hide_l3;
	bool full;
};

/**
 * struct cache_shape - a cache for hosts that do not describe theirs
 * @type: enum cache_type
 * @level: 1..3
 * @ways: associativity
 * @sets: number of sets of 64-byte lines
 */
struct cache_shape {
	u32 type;
	u32 level;
	u32 ways;
	u32 sets;
};

/* 32 KiB, 32 KiB, 512 KiB, 16 MiB */
static const struct cache_shape default_caches[] = {
	{ CACHE_DATA, 1, 8, 64 },
	{ CACHE_INSTRUCTION, 1, 8, 64 },
	{ CACHE_UNIFIED, 2, 8, 1024 },
	{ CACHE_UNIFIED, 3, 16, 16384 },
};

/* The same caches in the encoding of leaves 0x80000005 and 0x80000006 */
#define DEFAULT_8_5_L1 0x20080140
#define DEFAULT_8_6_L2 0x02006140
#define DEFAULT_8_6_L3 (32U << 18 | 0x8140)

/* Leaf 0x80000008 EAX: 48 virtual and 40 physical address bits */
#define DEFAULT_8_8_WIDTHS 0x3028

#define CACHE_LINE 64

static u32 field(u32 mask, u32 value)
{
	return value << __builtin_ctz(mask) & mask;
}

static u32 get_field(u32 mask, u32 reg)
{
	return (reg & mask) >> __builtin_ctz(mask);
}

static void set_field(u32 *reg, u32 mask, u32 value)
{
	*reg = (*reg & ~mask) | field(mask, value);
}

/* For counts: what does not fit reads as the largest value */
static void set_field_max(u32 *reg, u32 mask, u32 value)
{
	set_field(reg, mask, min(value, get_field(mask, mask)));
}

/* Position of an entry in a list, or -1 */
static int position(const struct kvm_cpuid2 *list, u32 function, u32 index)
{
	u32 i;

	for (i = 0; i < list->nent; i++)
		if (list->entries[i].function == function && list->entries[i].index == index)
			return i;
	return -1;
}

static struct kvm_cpuid_entry2 *find(struct guest_cpu *g, u32 function, u32 index)
{
	int at = position(g->out, function, index);

	return at < 0 ? NULL : &g->out->entries[at];
}

/*
 * The entry, added if it is not there. Never NULL: when there is no room, the
 * last entry is a scratch pad and the whole result is thrown away.
 */
static struct kvm_cpuid_entry2 *entry(struct guest_cpu *g, u32 function, u32 index, u32 flags)
{
	struct kvm_cpuid_entry2 *e = find(g, function, index);

	if (e)
		return e;
	if (g->out->nent == g->room) {
		g->full = true;
		return &g->out->entries[g->room - 1];
	}
	e = &g->out->entries[g->out->nent++];
	*e = (struct kvm_cpuid_entry2){
		.function = function,
		.index = index,
		.flags = flags,
	};
	return e;
}

static struct kvm_cpuid_entry2 *leaf(struct guest_cpu *g, u32 function)
{
	return entry(g, function, 0, 0);
}

static struct kvm_cpuid_entry2 *subleaf(struct guest_cpu *g, u32 function, u32 index)
{
	return entry(g, function, index, KVM_CPUID_FLAG_SIGNIFCANT_INDEX);
}

static bool is_amd(const struct kvm_cpuid_entry2 *leaf0)
{
	char vendor[12];

	memcpy(vendor, &leaf0->ebx, 4);
	memcpy(vendor + 4, &leaf0->edx, 4);
	memcpy(vendor + 8, &leaf0->ecx, 4);
	return !memcmp(vendor, "AuthenticAMD", 12) || !memcmp(vendor, "HygonGenuine", 12);
}

/* The guest kernel would, on this CPU */
static bool derives_llc_from_apic_id(const struct kvm_cpuid_entry2 *leaf0,
				     const struct kvm_cpuid_entry2 *leaf1)
{
	u32 family = leaf1->eax >> 8 & 0xf, model = leaf1->eax >> 4 & 0xf;

	if (!memcmp(&leaf0->ebx, "Hygo", 4))
		return true;
	if (family == 0xf) {
		family += leaf1->eax >> 20 & 0xff;
		model |= leaf1->eax >> 12 & 0xf0;
	}
	return family == 0x17 && model <= 0x1f;
}

/* Leaves that are rebuilt from nothing, or describe what the guest must not have */
static bool is_dropped(u32 function)
{
	switch (function) {
	case 0xb:
	case 0x1f:
	case 0x12: /* SGX */
	case 0x8000000a: /* SVM */
	case 0x8000001e:
	case 0x8000001f: /* SEV */
	case 0x80000026:
		return true;
	default:
		return false;
	}
}

static int copy_supported(struct guest_cpu *g, const struct kvm_cpuid2 *supported)
{
	u32 i;

	g->out->nent = 0;
	for (i = 0; i < supported->nent; i++) {
		if (is_dropped(supported->entries[i].function))
			continue;
		if (g->out->nent == g->room)
			return -E2BIG;
		g->out->entries[g->out->nent++] = supported->entries[i];
	}
	return 0;
}

static u32 cpus_per_llc(const struct topology *t)
{
	return t->cores * t->threads;
}

static void set_max_leaf(struct guest_cpu *g, u32 base, u32 at_least)
{
	struct kvm_cpuid_entry2 *e = leaf(g, base);

	e->eax = max(e->eax, at_least);
}

static void set_features(struct guest_cpu *g)
{
	struct kvm_cpuid_entry2 *e = leaf(g, 1);
	u32 ids = 1U << topology_llc_bits(g->t);

	set_field(&e->ebx, CPUID_1_EBX_APIC_ID, g->apic_id);
	set_field_max(&e->ebx, CPUID_1_EBX_COUNT, ids);
	e->ecx &= ~CPUID_1_ECX_VMX;
	e->ecx |= CPUID_1_ECX_X2APIC | CPUID_1_ECX_DEADLINE | CPUID_1_ECX_HYPERVISOR;
	e->edx &= ~CPUID_1_EDX_HTT;
	if (ids > 1)
		e->edx |= CPUID_1_EDX_HTT;

	/* Without it the kernel wants a PIT to stand in for the timer in idle */
	leaf(g, 6)->eax |= CPUID_6_EAX_ARAT;

	e = subleaf(g, 7, 0);
	e->ebx &= ~CPUID_7_EBX_SGX;
	e->ecx &= ~CPUID_7_ECX_SGX_LC;
}

/* Leaf 0xB and its successor: one subleaf per level, then an empty one */
static void set_levels(struct guest_cpu *g, u32 function)
{
	const struct {
		u32 shift, cpus, type;
	} levels[] = {
		{ topology_thread_bits(g->t), g->t->threads, LEVEL_TYPE_SMT },
		{ topology_llc_bits(g->t), cpus_per_llc(g->t), LEVEL_TYPE_CORE },
		{ 0, 0, 0 },
	};
	struct kvm_cpuid_entry2 *e;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		e = subleaf(g, function, i);
		e->eax = levels[i].shift;
		e->ebx = levels[i].cpus;
		e->ecx = levels[i].type << 8 | i;
		e->edx = g->apic_id;
	}
}

static bool has_l3(struct guest_cpu *g, u32 function)
{
	struct kvm_cpuid_entry2 *e;
	u32 i;

	for (i = 0; i < CACHE_MAX; i++) {
		e = find(g, function, i);
		if (!e || !get_field(CACHE_EAX_TYPE, e->eax))
			return false;
		if (get_field(CACHE_EAX_LEVEL, e->eax) == 3)
			return true;
	}
	return false;
}

static void make_up_caches(struct guest_cpu *g, u32 function)
{
	struct kvm_cpuid_entry2 *e;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(default_caches); i++) {
		const struct cache_shape *c = &default_caches[i];

		e = subleaf(g, function, i);
		/* bit 8: no software initialisation needed */
		e->eax = field(CACHE_EAX_TYPE, c->type) | field(CACHE_EAX_LEVEL, c->level) | BIT(8);
		e->ebx = (c->ways - 1) << 22 | (CACHE_LINE - 1);
		e->ecx = c->sets - 1;
		e->edx = 0;
	}
	e = subleaf(g, function, i);
	e->eax = 0;
	e->ebx = 0;
	e->ecx = 0;
	e->edx = 0;
	if (!g->amd)
		return;
	e = leaf(g, 0x80000005);
	e->ecx = DEFAULT_8_5_L1;
	e->edx = DEFAULT_8_5_L1;
	e = leaf(g, 0x80000006);
	e->ecx = DEFAULT_8_6_L2;
	e->edx = DEFAULT_8_6_L3;
}

/* L1 and L2 belong to a core, L3 to an LLC */
static void share_caches(struct guest_cpu *g, u32 function)
{
	const struct topology *t = g->t;
	struct kvm_cpuid_entry2 *e;
	u32 i, level, sharing;

	for (i = 0; i < CACHE_MAX; i++) {
		e = find(g, function, i);
		if (!e || !get_field(CACHE_EAX_TYPE, e->eax))
			return;
		level = get_field(CACHE_EAX_LEVEL, e->eax);
		/* Intel counts APIC ids, holes included, AMD counts CPUs */
		if (g->amd)
			sharing = level < 3 ? t->threads : cpus_per_llc(t);
		else
			sharing = 1U
				  << (level < 3 ? topology_thread_bits(t) : topology_llc_bits(t));
		set_field_max(&e->eax, CACHE_EAX_SHARING, sharing - 1);
		if (!g->amd)
			set_field_max(&e->eax, CACHE_EAX_CORES,
				      (1U << (topology_llc_bits(t) - topology_thread_bits(t))) - 1);
		if (level == 3 && g->hide_l3)
			e->eax = 0;
	}
}

static void set_caches(struct guest_cpu *g)
{
	u32 function = g->amd ? 0x8000001d : 4;

	if (!has_l3(g, function))
		make_up_caches(g, function);
	share_caches(g, function);
	if (g->hide_l3)
		leaf(g, 0x80000006)->edx = 0;
}

static void set_amd_topology(struct guest_cpu *g)
{
	const struct topology *t = g->t;
	struct kvm_cpuid_entry2 *e;

	set_max_leaf(g, 0x80000000, 0x8000001e);

	e = leaf(g, 0x80000001);
	e->ecx |= CPUID_8_1_ECX_TOPOEXT;
	e->ecx &= ~CPUID_8_1_ECX_CMP_LEGACY;
	if (cpus_per_llc(t) > 1)
		e->ecx |= CPUID_8_1_ECX_CMP_LEGACY;

	e = leaf(g, 0x80000008);
	if (!e->eax)
		e->eax = DEFAULT_8_8_WIDTHS;
	set_field_max(&e->ecx, CPUID_8_8_ECX_COUNT, cpus_per_llc(t) - 1);
	set_field_max(&e->ecx, CPUID_8_8_ECX_ID_BITS, topology_llc_bits(t));

	/*
	 * A package is one node of its own: families before 17h take the node
	 * number (ECX bits 7..0, machine-wide) for the LLC number.
	 */
	e = leaf(g, 0x8000001e);
	e->eax = g->apic_id;
	e->ebx = (t->threads - 1) << 8 | (g->index / t->threads % t->cores & 0xff);
	e->ecx = g->index / cpus_per_llc(t) & 0xff;
	e->edx = 0;
}

int cpuid_build(const struct kvm_cpuid2 *supported, const struct topology *t, u32 vcpu,
		struct kvm_cpuid2 *out, struct ktstr_err *err)
{
	struct guest_cpu g = { .out = out, .room = out->nent, .t = t, .index = vcpu };
	int leaf0 = position(supported, 0, 0), leaf1 = position(supported, 1, 0);
	struct kvm_cpuid_entry2 *e;

	if (leaf0 < 0 || leaf1 < 0)
		return ktstr_err_set(err, -EINVAL,
				     "KVM's list of supported CPUID leaves lacks leaf %d; the host's KVM is unusable",
				     leaf0 < 0 ? 0 : 1);
	g.apic_id = topology_apic_id(t, vcpu);
	g.amd = is_amd(&supported->entries[leaf0]);
	g.hide_l3 = g.amd && derives_llc_from_apic_id(&supported->entries[leaf0],
						      &supported->entries[leaf1]);

	if (!g.room || copy_supported(&g, supported))
		goto full;
	set_max_leaf(&g, 0, 0xb);
	set_features(&g);
	set_levels(&g, 0xb);
	if (leaf(&g, 0)->eax >= 0x1f)
		set_levels(&g, 0x1f);
	if (g.amd)
		set_amd_topology(&g);
	set_caches(&g);
	e = find(&g, 0x80000001, 0);
	if (e)
		e->ecx &= ~CPUID_8_1_ECX_SVM;
	if (!g.full)
		return 0;
full:
	return ktstr_err_set(err, -E2BIG,
			     "CPUID: the host's leaves and the guest's topology need more than %u entries",
			     g.room);
}

void cpuid_extend_dest(struct kvm_cpuid2 *out)
{
	int at = position(out, KVM_CPUID_FEATURES, 0);

	if (at >= 0)
		out->entries[at].eax |= BIT(KVM_FEATURE_MSI_EXT_DEST_ID);
}
