/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_KERNEL_H
#define KTSTR_SELFTESTS_UNIT_FAKE_KERNEL_H

/*
 * A guest kernel of a test's own: symbols and pieces of memory at any address,
 * behind the calls of host/kernel/guest_kernel.h. To be included once in a
 * test program, which then does not link the real one.
 */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

#define FAKE_SYMBOLS 32
#define FAKE_REGIONS 4096

struct fake_region {
	u64 kva;
	void *mem;
	size_t len;
};

struct fake_symbol {
	const char *name;
	u64 kva;
};

/**
 * struct guest_kernel - the guest
 * @symbols: its symbols
 * @nr_symbols: how many
 * @regions: its memory
 * @nr_regions: how many
 * @runs: called before each read, may change memory: a vCPU that runs; or NULL
 * @runs_ctx: for @runs
 */
struct guest_kernel {
	struct fake_symbol symbols[FAKE_SYMBOLS];
	unsigned int nr_symbols;
	struct fake_region regions[FAKE_REGIONS];
	unsigned int nr_regions;
	void (*runs)(void *ctx);
	void *runs_ctx;
};

static inline void fake_symbol(struct guest_kernel *gk, const char *name, u64 kva)
{
	gk->symbols[gk->nr_symbols++] = (struct fake_symbol){ name, kva };
}

/* Memory of the test's at an address of the guest's, which it returns. */
static inline u64 fake_map(struct guest_kernel *gk, u64 kva, void *mem, size_t len)
{
	gk->regions[gk->nr_regions++] = (struct fake_region){ kva, mem, len };
	return kva;
}

static inline void *fake_hva(const struct guest_kernel *gk, u64 kva, size_t len)
{
	unsigned int i;

	for (i = 0; i < gk->nr_regions; i++) {
		const struct fake_region *r = &gk->regions[i];

		if (kva >= r->kva && kva - r->kva <= r->len && len <= r->len - (kva - r->kva))
			return (u8 *)r->mem + (kva - r->kva);
	}
	return NULL;
}

bool gk_symbol(const struct guest_kernel *gk, const char *name, u64 *kva)
{
	unsigned int i;

	for (i = 0; i < gk->nr_symbols; i++) {
		if (strcmp(gk->symbols[i].name, name) == 0) {
			*kva = gk->symbols[i].kva;
			return true;
		}
	}
	return false;
}

const char *gk_symbolise(const struct guest_kernel *gk, u64 kva, char *buf, size_t len)
{
	unsigned int i;

	buf[0] = '\0';
	for (i = 0; gk && i < gk->nr_symbols; i++)
		if (kva >= gk->symbols[i].kva && kva - gk->symbols[i].kva < 0x100)
			snprintf(buf, len, "%s+0x%llx", gk->symbols[i].name,
				 (unsigned long long)(kva - gk->symbols[i].kva));
	return buf;
}

int gk_read(const struct guest_kernel *gk, u64 kva, void *buf, size_t len)
{
	void *hva = fake_hva(gk, kva, len);

	if (gk->runs)
		gk->runs(gk->runs_ctx);
	if (!hva)
		return -EFAULT;
	memcpy(buf, hva, len);
	return 0;
}

/* Bytes from @kva to the end of the region it is in. */
static inline size_t fake_left(const struct guest_kernel *gk, u64 kva)
{
	unsigned int i;

	for (i = 0; i < gk->nr_regions; i++) {
		const struct fake_region *r = &gk->regions[i];

		if (kva >= r->kva && kva - r->kva < r->len)
			return r->len - (kva - r->kva);
	}
	return 0;
}

/* Regions side by side are one piece of memory here. */
int gk_read_fault(const struct guest_kernel *gk, u64 kva, void *buf, size_t len, u64 *fault)
{
	size_t done, n;

	for (done = 0; done < len; done += n) {
		n = fake_left(gk, kva + done);
		n = n < len - done ? n : len - done;
		if (!n || gk_read(gk, kva + done, (u8 *)buf + done, n)) {
			*fault = kva + done;
			return -EFAULT;
		}
	}
	return 0;
}

void *gk_hva(const struct guest_kernel *gk, u64 kva, u64 len)
{
	return len <= 4096 - kva % 4096 ? fake_hva(gk, kva, len) : NULL;
}

int gk_read_u64(const struct guest_kernel *gk, u64 kva, u64 *v)
{
	return gk_read(gk, kva, v, sizeof(*v));
}

int gk_read_u32(const struct guest_kernel *gk, u64 kva, u32 *v)
{
	return gk_read(gk, kva, v, sizeof(*v));
}

int gk_read_str(const struct guest_kernel *gk, u64 kva, char *buf, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i++) {
		if (gk_read(gk, kva + i, buf + i, 1)) {
			buf[i] = '\0';
			return -EFAULT;
		}
		if (!buf[i])
			return i;
	}
	buf[i] = '\0';
	return i;
}

int gk_write(const struct guest_kernel *gk, u64 kva, const void *buf, size_t len)
{
	void *hva = fake_hva(gk, kva, len);

	if (!hva)
		return -EFAULT;
	memcpy(hva, buf, len);
	return 0;
}

int gk_percpu(const struct guest_kernel *gk, u64 base, u32 cpu, u64 *kva)
{
	u64 offsets, offset;

	if (cpu >= GK_CPUS_MAX)
		return -ERANGE;
	if (!gk_symbol(gk, "__per_cpu_offset", &offsets))
		return -ENOENT;
	if (gk_read_u64(gk, offsets + (u64)cpu * sizeof(offset), &offset))
		return -EFAULT;
	*kva = base + offset;
	return 0;
}

int gk_nr_cpu_ids(const struct guest_kernel *gk, u32 *nr)
{
	u64 kva;

	return gk_symbol(gk, "nr_cpu_ids", &kva) ? gk_read_u32(gk, kva, nr) : -ENOENT;
}

u32 gk_nr_cpus(const struct guest_kernel *gk, u32 max)
{
	u32 nr;

	return gk_nr_cpu_ids(gk, &nr) || !nr || nr > max ? max : nr;
}

void gk_cache_begin(struct guest_kernel *gk)
{
}

void gk_cache_end(struct guest_kernel *gk)
{
}

/* One member of a struct of the test's own, for fake_struct(). */
struct fake_member {
	const char *name;
	int type;
	u32 offset;
};

#define FAKE_MEMBER(s, m, t) { #m, t, offsetof(s, m) }

static inline int fake_struct(struct btf *btf, const char *name, u32 size,
			      const struct fake_member *m, unsigned int nr)
{
	int id = btf__add_struct(btf, name, size);
	unsigned int i;

	for (i = 0; i < nr; i++)
		btf__add_field(btf, m[i].name, m[i].type, m[i].offset * 8, 0);
	return id;
}

/* What libbpf has built, read back by ours. */
static inline struct kbtf *fake_kbtf(struct btf *btf, const struct kbtf *base)
{
	const void *raw;
	struct kbtf *b;
	u32 len;

	raw = btf__raw_data(btf, &len);
	b = raw ? kbtf_from_raw(raw, len, base, NULL) : NULL;
	btf__free(btf);
	return b;
}

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_KERNEL_H */
