// SPDX-License-Identifier: GPL-2.0-only
/* A guest kernel's memory: addresses translated, bytes read and written. */
#include <errno.h>
#include <linux/compiler.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "host/arch/pgwalk.h"
#include "host/kernel/gk_internal.h"
#include "lib/util.h"

#define PAGE SZ_4K

/* 16 MiB of pages that lie close to one another; 64 KiB of the host's. */
#define CACHE_SLOTS 4096
/* Of a slot that is empty: no page begins there. */
#define NO_PAGE (~0ULL)

/**
 * struct gk_cache - translations by page table that were done before
 * @owner: the thread that may use it, 0 = nobody
 * @slot: by page number
 */
struct gk_cache {
	atomic_ulong owner;
	struct {
		u64 page;
		u64 gpa;
	} slot[CACHE_SLOTS];
};

struct gk_cache *gk_cache_new(void)
{
	return calloc(1, sizeof(struct gk_cache));
}

static unsigned long self(void)
{
	return (unsigned long)pthread_self();
}

void gk_cache_begin(struct guest_kernel *gk)
{
	unsigned int i;

	for (i = 0; i < CACHE_SLOTS; i++)
		gk->cache->slot[i].page = NO_PAGE;
	atomic_store(&gk->cache->owner, self());
}

void gk_cache_end(struct guest_kernel *gk)
{
	atomic_store(&gk->cache->owner, 0);
}

const struct gmem *gk_memory(const struct guest_kernel *gk)
{
	return gk->ram;
}

bool gk_map_base(const struct guest_kernel *gk, u64 *kva)
{
	if (gk->map_known)
		*kva = gk->map_base;
	return gk->map_known;
}

bool gk_image(const struct guest_kernel *gk, u64 *kva, u64 *len)
{
	if (!gk->image_known || gk->image_start >= gk->image_end)
		return false;
	*kva = gk->image_start;
	*len = gk->image_end - gk->image_start;
	return true;
}

bool gk_direct_map(const struct guest_kernel *gk, u64 kva)
{
	return gk->map_known && kva >= gk->map_min && kva - gk->map_base < gk->ram_end;
}

static int walk(const struct guest_kernel *gk, u64 kva, u64 *gpa)
{
	if (!gk->root_known)
		return -EFAULT;
	if (gk->arm64)
		return arm64_pgwalk(gk->ram, gk->root, gk->tcr, kva, gpa) ? -EFAULT : 0;
	return x86_pgwalk(gk->ram, gk->root, gk->five_levels, kva, gpa);
}

static int walk_cached(const struct guest_kernel *gk, u64 kva, u64 *gpa)
{
	struct gk_cache *c = gk->cache;
	u64 page = kva & ~(PAGE - 1ULL);
	unsigned int i = page / PAGE % CACHE_SLOTS;
	int ret;

	if (atomic_load_explicit(&c->owner, memory_order_relaxed) != self())
		return walk(gk, kva, gpa);
	if (c->slot[i].page != page) {
		ret = walk(gk, page, &c->slot[i].gpa);
		c->slot[i].page = ret ? NO_PAGE : page;
		if (ret)
			return ret;
	}
	*gpa = c->slot[i].gpa + kva % PAGE;
	return 0;
}

/* Translates @kva; up to @run bytes from there on are neighbours in guest memory, if in RAM. */
static int find_run(const struct guest_kernel *gk, u64 kva, u64 *gpa, u64 *run)
{
	if (gk->image_known && gk_in_image(gk, kva)) {
		*gpa = kva - gk->image_voff;
		*run = gk->image_end - kva;
	} else if (gk_direct_map(gk, kva)) {
		*gpa = kva - gk->map_base;
		*run = gk->ram_end - *gpa;
	} else {
		*run = PAGE - kva % PAGE;
		if (walk_cached(gk, kva, gpa))
			return -EFAULT;
	}
	return gmem_hva(gk->ram, *gpa, 1) ? 0 : -EFAULT;
}

/* The largest piece of [kva, kva + len) that is contiguous, at least a page's rest; or NULL. */
static void *find_piece(const struct guest_kernel *gk, u64 kva, size_t len, size_t *piece)
{
	u64 gpa, run;
	void *p;

	if (find_run(gk, kva, &gpa, &run))
		return NULL;
	*piece = min_t(u64, len, run);
	p = gmem_hva(gk->ram, gpa, *piece);
	if (p)
		return p;
	*piece = min(*piece, (size_t)(PAGE - gpa % PAGE));
	return gmem_hva(gk->ram, gpa, *piece);
}

int gk_gpa(const struct guest_kernel *gk, u64 kva, u64 *gpa)
{
	u64 run;

	return find_run(gk, kva, gpa, &run);
}

void *gk_hva(const struct guest_kernel *gk, u64 kva, u64 len)
{
	u64 gpa, run;

	if (len > PAGE - kva % PAGE || find_run(gk, kva, &gpa, &run))
		return NULL;
	return len <= run ? gmem_hva(gk->ram, gpa, len) : NULL;
}

size_t gk_read_some(const struct guest_kernel *gk, u64 kva, void *buf, size_t len)
{
	size_t done = 0, n;

	while (done < len) {
		const void *p = find_piece(gk, kva + done, len - done, &n);

		if (!p)
			break;
		memcpy((char *)buf + done, p, n);
		done += n;
	}
	return done;
}

int gk_read(const struct guest_kernel *gk, u64 kva, void *buf, size_t len)
{
	return gk_read_some(gk, kva, buf, len) == len ? 0 : -EFAULT;
}

int gk_read_fault(const struct guest_kernel *gk, u64 kva, void *buf, size_t len, u64 *fault)
{
	size_t done = gk_read_some(gk, kva, buf, len);

	if (done == len)
		return 0;
	*fault = kva + done;
	return -EFAULT;
}

int gk_read_u64(const struct guest_kernel *gk, u64 kva, u64 *v)
{
	const u64 *p = kva % sizeof(*v) ? NULL : gk_hva(gk, kva, sizeof(*v));

	if (!p)
		return gk_read(gk, kva, v, sizeof(*v));
	*v = READ_ONCE(*p);
	return 0;
}

int gk_read_u32(const struct guest_kernel *gk, u64 kva, u32 *v)
{
	const u32 *p = kva % sizeof(*v) ? NULL : gk_hva(gk, kva, sizeof(*v));

	if (!p)
		return gk_read(gk, kva, v, sizeof(*v));
	*v = READ_ONCE(*p);
	return 0;
}

int gk_read_str(const struct guest_kernel *gk, u64 kva, char *buf, size_t len)
{
	size_t done = 0, n, got;

	while (done < len - 1) {
		const char *p =
			find_piece(gk, kva + done,
				   min(len - 1 - done, (size_t)(PAGE - (kva + done) % PAGE)), &n);

		if (!p) {
			buf[done] = '\0';
			return -EFAULT;
		}
		memcpy(buf + done, p, n);
		got = strnlen(buf + done, n);
		done += got;
		if (got < n)
			return done;
	}
	buf[done] = '\0';
	return done;
}

static void store(void *p, const void *buf, size_t len)
{
	u64 v64;
	u32 v32;

	if (len == sizeof(v64) && !((uintptr_t)p % sizeof(v64))) {
		memcpy(&v64, buf, len);
		WRITE_ONCE(*(u64 *)p, v64);
	} else if (len == sizeof(v32) && !((uintptr_t)p % sizeof(v32))) {
		memcpy(&v32, buf, len);
		WRITE_ONCE(*(u32 *)p, v32);
	} else {
		memcpy(p, buf, len);
	}
}

int gk_write(const struct guest_kernel *gk, u64 kva, const void *buf, size_t len)
{
	size_t done, n;

	for (done = 0; done < len; done += n)
		if (!find_piece(gk, kva + done, len - done, &n))
			return -EFAULT;
	for (done = 0; done < len; done += n) {
		void *p = find_piece(gk, kva + done, len - done, &n);

		if (!p)
			return -EFAULT;
		store(p, (const char *)buf + done, n);
	}
	return 0;
}

int gk_percpu(const struct guest_kernel *gk, u64 base, u32 cpu, u64 *kva)
{
	u64 offset;

	if (cpu >= GK_CPUS_MAX)
		return -ERANGE;
	if (!gk->percpu_offsets)
		return -ENOENT;
	if (gk_read_u64(gk, gk->percpu_offsets + (u64)cpu * sizeof(offset), &offset))
		return -EFAULT;
	*kva = base + offset;
	return 0;
}

int gk_nr_cpu_ids(const struct guest_kernel *gk, u32 *nr)
{
	return gk->nr_cpu_ids ? gk_read_u32(gk, gk->nr_cpu_ids, nr) : -ENOENT;
}

u32 gk_nr_cpus(const struct guest_kernel *gk, u32 max)
{
	u32 nr;

	if (gk_nr_cpu_ids(gk, &nr) || !nr)
		return max;
	return min(nr, max);
}
