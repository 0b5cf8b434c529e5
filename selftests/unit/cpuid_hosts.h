/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_CPUID_HOSTS_H
#define KTSTR_SELFTESTS_UNIT_CPUID_HOSTS_H

/* For tests of CPUID: made-up hosts, and the CPUID of every CPU of a machine */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kvm.h>
#include <linux/types.h>

#include "host/arch/x86/cpuid.h"
#include "lib/topology.h"

#define INDEXED KVM_CPUID_FLAG_SIGNIFCANT_INDEX

/* A server with L3 and SMT of its own, which must not shine through */
static const struct kvm_cpuid_entry2 __maybe_unused intel_server[] = {
	{ 0x0, 0, 0, 0x20, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 0x1, 0, 0, 0x000806f8, 0x55400800, 0x77fefbff, 0xbfebfbff },
	{ 0x4, 0, INDEXED, 0xfc004121, 0x02c0003f, 0x3f, 0 },
	{ 0x4, 1, INDEXED, 0xfc004122, 0x01c0003f, 0x3f, 0 },
	{ 0x4, 2, INDEXED, 0xfc004143, 0x03c0003f, 0x7ff, 0 },
	{ 0x4, 3, INDEXED, 0xfc1fc163, 0x0380003f, 0x1bfff, 4 },
	{ 0x4, 4, INDEXED, 0, 0, 0, 0 },
	{ 0x7, 0, INDEXED, 2, 0xf1bf07ef, 0x5b415f6e, 0xbc014412 },
	{ 0xb, 0, INDEXED, 0, 0, 0, 0x55 },
	{ 0x12, 0, INDEXED, 1, 0, 0, 0 },
	{ 0x1f, 0, INDEXED, 0, 0, 0, 0x55 },
	{ 0x40000000, 0, 0, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d },
	{ 0x40000001, 0, 0, 0x01007efb, 0, 0, 0 },
	{ 0x80000000, 0, 0, 0x80000008, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0, 0, 0x121, 0x2c100800 },
	{ 0x80000008, 0, 0, 0x3034, 0, 0, 0 },
};

/* Old enough to have none of the leaves */
static const struct kvm_cpuid_entry2 __maybe_unused intel_bare[] = {
	{ 0x0, 0, 0, 0x2, 0x756e6547, 0x6c65746e, 0x49656e69 },
	{ 0x1, 0, 0, 0x000006f1, 0x00010800, 0x20000021, 0x1fcbfbff },
	{ 0x80000000, 0, 0, 0x80000001, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0, 0, 1, 0x20100800 },
};

/* Zen 3, with SEV */
static const struct kvm_cpuid_entry2 __maybe_unused amd_zen3[] = {
	{ 0x0, 0, 0, 0x10, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 0x1, 0, 0, 0x00a00f11, 0x1c400800, 0xfef83203, 0x178bfbff },
	{ 0x7, 0, INDEXED, 0, 0x219c97a9, 0x40069c, 0xc000010 },
	{ 0xb, 0, INDEXED, 0, 0, 0, 0x1c },
	{ 0x40000000, 0, 0, 0x40000001, 0x4b4d564b, 0x564b4d56, 0x4d },
	{ 0x40000001, 0, 0, 0x01007efb, 0, 0, 0 },
	{ 0x80000000, 0, 0, 0x80000023, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0x00a00f11, 0x40000000, 0x75c237ff, 0x2fd3fbff },
	{ 0x80000005, 0, 0, 0xff40ff40, 0xff40ff40, 0x20080140, 0x20080140 },
	{ 0x80000006, 0, 0, 0x48002200, 0x68004200, 0x02006140, 0x08009140 },
	{ 0x80000008, 0, 0, 0x00303030, 0x111ef657, 0x0000603f, 0 },
	{ 0x8000000a, 0, 0, 1, 8, 0, 0x119b9cff },
	{ 0x8000001d, 0, INDEXED, 0x00004121, 0x01c0003f, 0x3f, 0 },
	{ 0x8000001d, 1, INDEXED, 0x00004122, 0x01c0003f, 0x3f, 0 },
	{ 0x8000001d, 2, INDEXED, 0x00004143, 0x01c0003f, 0x3ff, 2 },
	{ 0x8000001d, 3, INDEXED, 0x0003c163, 0x03c0003f, 0x7fff, 1 },
	{ 0x8000001d, 4, INDEXED, 0, 0, 0, 0 },
	{ 0x8000001e, 0, INDEXED, 0, 0, 0, 0 },
	{ 0x8000001f, 0, 0, 0x1780f, 0x16f, 0x1fd, 1 },
};

/* Zen 1: same leaves, another family and model */
static const struct kvm_cpuid_entry2 __maybe_unused amd_zen1[] = {
	{ 0x0, 0, 0, 0xd, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 0x1, 0, 0, 0x00800f12, 0x1c400800, 0xfef83203, 0x178bfbff },
	{ 0x80000000, 0, 0, 0x8000001f, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0x00800f12, 0x40000000, 0x35c233ff, 0x2fd3fbff },
	{ 0x80000006, 0, 0, 0x26006400, 0x66006400, 0x02006140, 0x02009140 },
	{ 0x80000008, 0, 0, 0x3030, 0x1007, 0x603f, 0 },
	{ 0x8000001d, 0, INDEXED, 0x00004121, 0x01c0003f, 0x3f, 0 },
	{ 0x8000001d, 1, INDEXED, 0x00004122, 0x00c0003f, 0xff, 0 },
	{ 0x8000001d, 2, INDEXED, 0x00004143, 0x01c0003f, 0x3ff, 2 },
	{ 0x8000001d, 3, INDEXED, 0x0001c163, 0x03c0003f, 0x1fff, 1 },
	{ 0x8000001d, 4, INDEXED, 0, 0, 0, 0 },
};

/* Zen 5, whose extended topology leaf KVM might pass on one day */
static const struct kvm_cpuid_entry2 __maybe_unused amd_zen5[] = {
	{ 0x0, 0, 0, 0x10, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 0x1, 0, 0, 0x00b00f21, 0x1c400800, 0xfef83203, 0x178bfbff },
	{ 0xb, 0, INDEXED, 0, 0, 0, 0x1c },
	{ 0x80000000, 0, 0, 0x80000028, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0x00b00f21, 0x40000000, 0x75c237ff, 0x2fd3fbff },
	{ 0x80000005, 0, 0, 0xff60ff60, 0xff60ff60, 0x300c0140, 0x20080140 },
	{ 0x80000006, 0, 0, 0x5c002200, 0x6c004200, 0x04009140, 0x08009140 },
	{ 0x80000008, 0, 0, 0x00303030, 0x111ef657, 0x0000603f, 0 },
	{ 0x8000001d, 0, INDEXED, 0x00004121, 0x02c0003f, 0x3f, 0 },
	{ 0x8000001d, 1, INDEXED, 0x00004122, 0x01c0003f, 0x3f, 0 },
	{ 0x8000001d, 2, INDEXED, 0x00004143, 0x03c0003f, 0x3ff, 2 },
	{ 0x8000001d, 3, INDEXED, 0x0003c163, 0x03c0003f, 0x7fff, 1 },
	{ 0x8000001d, 4, INDEXED, 0, 0, 0, 0 },
	{ 0x80000026, 0, INDEXED, 1, 2, 0x100, 0x1c },
	{ 0x80000026, 1, INDEXED, 4, 16, 0x201, 0x1c },
	{ 0x80000026, 2, INDEXED, 6, 64, 0x302, 0x1c },
};

static const struct kvm_cpuid_entry2 __maybe_unused hygon[] = {
	{ 0x0, 0, 0, 0xd, 0x6f677948, 0x656e6975, 0x6e65476e },
	{ 0x1, 0, 0, 0x00900f02, 0x1c400800, 0xfef83203, 0x178bfbff },
	{ 0x80000000, 0, 0, 0x8000001f, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0x00900f02, 0, 0x35c233ff, 0x2fd3fbff },
	{ 0x80000008, 0, 0, 0x3030, 0x1007, 0x603f, 0 },
};

/* An emulated AMD CPU: SVM, but no cache or topology leaves */
static const struct kvm_cpuid_entry2 __maybe_unused amd_emulated[] = {
	{ 0x0, 0, 0, 0xd, 0x68747541, 0x444d4163, 0x69746e65 },
	{ 0x1, 0, 0, 0x00060fb1, 0x00010800, 0xfed8320b, 0x0f8bfbff },
	{ 0x80000000, 0, 0, 0x8000000a, 0, 0, 0 },
	{ 0x80000001, 0, 0, 0x00060fb1, 0, 0x00000165, 0x2c93fbff },
	{ 0x8000000a, 0, 0, 1, 8, 0, 0xd },
};

static inline struct kvm_cpuid2 *cpuid_new(u32 room)
{
	struct kvm_cpuid2 *c = calloc(1, sizeof(*c) + room * sizeof(c->entries[0]));

	if (c)
		c->nent = room;
	return c;
}

/* What KVM would answer there; the caller frees it */
static inline struct kvm_cpuid2 *cpuid_host(const struct kvm_cpuid_entry2 *host, u32 nr)
{
	struct kvm_cpuid2 *c = cpuid_new(nr);

	if (c)
		memcpy(c->entries, host, nr * sizeof(*host));
	return c;
}

static inline void cpuid_free_all(struct kvm_cpuid2 **cpu, u32 cpus)
{
	while (cpu && cpus)
		free(cpu[--cpus]);
	free(cpu);
}

/* CPUID of every CPU of a machine; to be freed also when this fails */
static inline int cpuid_build_all(struct kvm_cpuid2 *host, const struct topology *t,
				  struct kvm_cpuid2 ***cpu, u32 *cpus)
{
	u32 i;
	int ret;

	*cpus = 0;
	*cpu = calloc(topology_cpus(t), sizeof(**cpu));
	if (!*cpu)
		return -ENOMEM;
	for (i = 0; i < topology_cpus(t); i++) {
		(*cpu)[i] = cpuid_new(CPUID_MAX_ENTRIES);
		if (!(*cpu)[i])
			return -ENOMEM;
		*cpus = i + 1;
		ret = cpuid_build(host, t, i, (*cpu)[i], NULL);
		if (ret)
			return ret;
	}
	return 0;
}

static const struct kvm_cpuid_entry2 cpuid_none;

/* As the CPUID instruction: a leaf that is not there reads as zero */
static inline const struct kvm_cpuid_entry2 *cpuid_get(const struct kvm_cpuid2 *c, u32 function,
						       u32 index)
{
	u32 i;

	for (i = 0; i < c->nent; i++)
		if (c->entries[i].function == function && c->entries[i].index == index)
			return &c->entries[i];
	return &cpuid_none;
}

static inline u32 cpuid_order(u32 count)
{
	return count > 1 ? 32 - __builtin_clz(count - 1) : 0;
}

#endif /* KTSTR_SELFTESTS_UNIT_CPUID_HOSTS_H */
