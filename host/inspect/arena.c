// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/sizes.h>
#include <string.h>

#include "arena.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "insp.h"
#include "kstruct.h"
#include "value.h"

/* Contents are shown in pieces of this size, whatever the page size is. */
#define PIECE 4096

int arena_layout_init(struct arena_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = kmember_need(btf, "bpf_arena", "map", &l->map, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_arena", "user_vm_start", &l->user_vm_start, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_arena", "kern_vm", &l->kern_vm, err);
	if (!ret)
		ret = kmember_need(btf, "bpf_map", "max_entries", &l->max_entries, err);
	if (!ret)
		ret = kmember_need(btf, "vm_struct", "addr", &l->vm_addr, err);
	if (!ret)
		ret = kmember_need(btf, "vm_struct", "size", &l->vm_size, err);
	return ret;
}

/*
 * GUARD_SZ was 64 KiB at first; commit 517e8a7835e8 ("bpf: Fix softlockup in
 * arena_map_free on 64k page kernel") rounds it up to two pages. Each pair of
 * page and guard makes an area of its own size.
 */
static bool window_of(u64 size, u32 *page_size, u32 *guard)
{
	static const struct {
		u32 page, guard;
	} kernels[] = {
		{ SZ_4K, SZ_64K },
		{ SZ_16K, SZ_64K },
		{ SZ_64K, SZ_64K },
		{ SZ_64K, SZ_128K },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kernels); i++) {
		if (size != ARENA_WINDOW + kernels[i].guard + kernels[i].page)
			continue;
		*page_size = kernels[i].page;
		*guard = kernels[i].guard;
		return true;
	}
	return false;
}

int arena_get(const struct arena_layout *l, const struct guest_kernel *gk, u64 map_kva,
	      struct arena *a, struct ktstr_err *err)
{
	u64 arena = map_kva - l->map, vm, addr, size;
	u32 guard;

	memset(a, 0, sizeof(*a));
	if (gk_read_u64(gk, arena + l->user_vm_start, &a->user_vm_start) ||
	    gk_read_u32(gk, map_kva + l->max_entries, &a->max_pages) ||
	    gk_read_u64(gk, arena + l->kern_vm, &vm) || gk_read_u64(gk, vm + l->vm_addr, &addr) ||
	    gk_read_u64(gk, vm + l->vm_size, &size))
		return ktstr_err_set(err, -EFAULT, "cannot read the arena at 0x%llx",
				     (unsigned long long)map_kva);
	if (!window_of(size, &a->page_size, &guard))
		return ktstr_err_set(err, -EINVAL, "an arena's area of 0x%llx bytes at 0x%llx",
				     (unsigned long long)size, (unsigned long long)addr);
	if (addr % a->page_size || a->max_pages > ARENA_WINDOW / a->page_size)
		return ktstr_err_set(err, -EINVAL, "an arena of %u pages at 0x%llx", a->max_pages,
				     (unsigned long long)addr);
	a->kern_vm_start = addr + guard / 2;
	return 0;
}

bool arena_owns(const struct arena *a, u64 ptr)
{
	u64 bytes = (u64)a->max_pages * a->page_size;

	if (!ptr)
		return false;
	if (ptr >= ARENA_WINDOW)
		return ptr - a->user_vm_start < bytes;
	return (u32)(ptr - a->user_vm_start) < bytes;
}

size_t arena_read(const struct arena *a, const struct guest_kernel *gk, u64 ptr, u32 offset,
		  void *buf, size_t len)
{
	u64 kva = arena_kva(a, ptr) + offset, fault;

	if (gk_read_fault(gk, kva, buf, len, &fault) == 0)
		return len;
	return min_t(u64, fault - kva, len);
}

static u64 page_ptr(const struct arena *a, u32 page)
{
	return (u32)(a->user_vm_start + (u64)page * a->page_size);
}

static bool page_mapped(const struct insp *in, const struct arena *a, u32 page)
{
	u8 byte;

	return gk_read(in->gk, arena_kva(a, page_ptr(a, page)), &byte, 1) == 0;
}

void arena_pages(struct insp *in, const struct arena *a, struct arena_pages *p)
{
	u32 first = min_t(u32, a->max_pages, ARENA_PAGES_MAX), rest = a->max_pages - first;
	u32 probes = min_t(u32, rest, ARENA_PROBES_MAX);

	memset(p, 0, sizeof(*p));
	for (; p->looked < first && !(p->looked % 64 == 0 && insp_late(in)); p->looked++) {
		if (!page_mapped(in, a, p->looked))
			continue;
		p->map[p->looked / 64] |= BIT_ULL(p->looked % 64);
		p->mapped++;
	}
	for (; p->probed < probes && !(p->probed % 64 == 0 && insp_late(in)); p->probed++)
		p->probed_mapped +=
			page_mapped(in, a, first + (u32)((u64)rest * p->probed / probes));
	p->cut = p->looked + p->probed < a->max_pages;
}

static bool is_mapped(const struct arena_pages *p, u32 page)
{
	return page < p->looked && p->map[page / 64] & BIT_ULL(page % 64);
}

static void add_runs(struct insp *in, const struct arena *a, const struct arena_pages *p,
		     struct value *to)
{
	struct value *runs = value_add_array(in->tree, to, "mapped"), *run;
	u32 page, end;

	for (page = 0; page < p->looked; page = end) {
		end = page + 1;
		if (!is_mapped(p, page))
			continue;
		while (is_mapped(p, end))
			end++;
		run = value_add_struct(in->tree, runs, NULL);
		value_add_hex(in->tree, run, "user_addr", page_ptr(a, page));
		value_add_uint(in->tree, run, "pages", end - page);
	}
}

static void add_page(struct insp *in, const struct arena *a, u32 page, struct value *to)
{
	struct value *piece;
	u8 buf[PIECE];
	u32 at;

	for (at = 0; at < a->page_size; at += PIECE) {
		piece = value_add_struct(in->tree, to, NULL);
		value_add_hex(in->tree, piece, "user_addr", page_ptr(a, page) + at);
		value_add_bytes(in->tree, piece, "bytes", buf,
				arena_read(a, in->gk, page_ptr(a, page), at, buf, sizeof(buf)));
	}
}

static void add_contents(struct insp *in, const struct arena *a, const struct arena_pages *p,
			 struct value *to)
{
	struct value *pages = value_add_array(in->tree, to, "pages");
	u32 page, had = 0;

	for (page = 0; page < p->looked; page++) {
		if (!is_mapped(p, page))
			continue;
		if (insp_late(in) || vtree_full(in->tree)) {
			value_cut(pages, p->mapped, had);
			return;
		}
		add_page(in, a, page, pages);
		had++;
	}
}

void arena_walk(struct insp *in, const struct arena *a, bool contents, struct value *to)
{
	struct arena_pages p;

	if (!to)
		return;
	arena_pages(in, a, &p);
	value_add_hex(in->tree, to, "user_vm_start", a->user_vm_start);
	value_add_hex(in->tree, to, "kern_vm_start", a->kern_vm_start);
	value_add_uint(in->tree, to, "page_size", a->page_size);
	value_add_uint(in->tree, to, "max_pages", a->max_pages);
	value_add_uint(in->tree, to, "mapped_pages", p.mapped);
	value_add_uint(in->tree, to, "probed", p.probed);
	value_add_uint(in->tree, to, "probed_mapped", p.probed_mapped);
	value_add_bool(in->tree, to, "truncated", p.cut);
	if (p.cut)
		vtree_gap(in->tree);
	add_runs(in, a, &p, to);
	if (contents)
		add_contents(in, a, &p, to);
}
