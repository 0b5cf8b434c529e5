// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "sdt_resolve.h"

/**
 * struct slot - one object
 * @key: number of its arena above the low 32 bits of its address
 * @owner: number of its allocator
 */
struct slot {
	u64 key;
	u32 owner;
};

/**
 * struct sdt_index - objects by address
 * @slots: SDT_SLOTS_MAX, @nr in use
 * @nr: of @slots
 * @dropped: objects without room
 * @sorted: @slots is in order of its keys
 * @windows: kern_vm_start of each arena, at the place of its number
 * @nr_windows: how many
 * @owners: allocators
 * @nr_owners: how many
 */
struct sdt_index {
	struct slot *slots;
	u32 nr;
	u32 dropped;
	bool sorted;
	u64 windows[SDT_OWNERS_MAX];
	u32 nr_windows;
	struct sdt_owner owners[SDT_OWNERS_MAX];
	u32 nr_owners;
};

struct sdt_index *sdt_index_new(void)
{
	struct sdt_index *x = calloc(1, sizeof(*x));

	if (!x)
		return NULL;
	x->slots = malloc(SDT_SLOTS_MAX * sizeof(*x->slots));
	if (!x->slots) {
		free(x);
		errno = ENOMEM;
		return NULL;
	}
	/* Every page is there before the guest stands still. */
	memset(x->slots, 0xff, SDT_SLOTS_MAX * sizeof(*x->slots));
	sdt_index_reset(x);
	return x;
}

void sdt_index_free(struct sdt_index *x)
{
	if (!x)
		return;
	free(x->slots);
	free(x);
}

void sdt_index_reset(struct sdt_index *x)
{
	if (!x)
		return;
	x->nr = 0;
	x->dropped = 0;
	x->sorted = true;
	x->nr_windows = 0;
	x->nr_owners = 0;
}

static int window_find(const struct sdt_index *x, u64 kern_vm_start)
{
	u32 i;

	for (i = 0; i < x->nr_windows; i++)
		if (x->windows[i] == kern_vm_start)
			return i;
	return -ENOENT;
}

int sdt_index_owner(struct sdt_index *x, const struct sdt_owner *o)
{
	if (!x || x->nr_owners == SDT_OWNERS_MAX)
		return -ENOSPC;
	if (window_find(x, o->arena.kern_vm_start) < 0)
		x->windows[x->nr_windows++] = o->arena.kern_vm_start;
	x->owners[x->nr_owners] = *o;
	return x->nr_owners++;
}

static u64 key_of(u32 window, u32 addr)
{
	return (u64)window << 32 | addr;
}

void sdt_index_add(struct sdt_index *x, int owner, u32 addr)
{
	struct slot *s;

	if (!x)
		return;
	if (owner < 0 || x->nr == SDT_SLOTS_MAX) {
		x->dropped++;
		return;
	}
	s = &x->slots[x->nr];
	s->key = key_of(window_find(x, x->owners[owner].arena.kern_vm_start), addr);
	s->owner = owner;
	if (x->nr && s->key < s[-1].key)
		x->sorted = false;
	x->nr++;
}

u32 sdt_index_count(const struct sdt_index *x)
{
	return x ? x->nr : 0;
}

u32 sdt_index_dropped(const struct sdt_index *x)
{
	return x ? x->dropped : 0;
}

static int by_key(const void *a, const void *b)
{
	const struct slot *l = a, *r = b;

	return l->key < r->key ? -1 : l->key > r->key;
}

/* The last slot whose key is not above @key, or NULL. */
static const struct slot *slot_before(const struct sdt_index *x, u64 key)
{
	u32 low = 0, high = x->nr, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (x->slots[mid].key <= key)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? &x->slots[low - 1] : NULL;
}

const struct sdt_owner *sdt_index_find(struct sdt_index *x, const struct arena *a, u32 addr,
				       u32 *offset)
{
	const struct slot *s;
	u64 key;
	int window;

	window = x ? window_find(x, a->kern_vm_start) : -ENOENT;
	if (window < 0)
		return NULL;
	if (!x->sorted)
		qsort(x->slots, x->nr, sizeof(*x->slots), by_key);
	x->sorted = true;
	key = key_of(window, addr);
	s = slot_before(x, key);
	if (!s || key - s->key >= x->owners[s->owner].elem_size)
		return NULL;
	/* The start may be in the window before: addresses near its end. */
	if (s->key >> 32 != window)
		return NULL;
	*offset = key - s->key;
	return &x->owners[s->owner];
}

static const struct arena *arena_of(const struct sdt_resolver *r, u64 ptr)
{
	u32 i;

	for (i = 0; i < min_t(u32, r->nr_arenas, SDT_ARENAS_MAX); i++)
		if (arena_owns(&r->arenas[i], ptr))
			return &r->arenas[i];
	return NULL;
}

bool sdt_resolver_owns(const struct sdt_resolver *r, u64 ptr)
{
	return arena_of(r, ptr);
}

/* What a pointer says itself about its target: a type with a size, or 0. */
static u32 declared(const struct kbtf *b, u32 id, u64 *size)
{
	const struct btf *btf = kbtf_btf(b);
	const struct btf_type *t;
	int i, body;

	for (i = 0; id && i < RENDER_PEEL_MAX; i++) {
		t = btf__type_by_id(btf, id);
		if (!t)
			return 0;
		if (btf_is_fwd(t)) {
			body = kbtf_find(b, kbtf_type_name(b, id),
					 btf_kflag(t) ? BTF_KIND_UNION : BTF_KIND_STRUCT);
			id = body > 0 ? body : 0;
			break;
		}
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			break;
		id = t->type;
	}
	return id && kbtf_type_size(b, id, size) == 0 && *size ? id : 0;
}

static const char *load(struct sdt_resolver *r, const struct arena *a, u64 ptr, u32 offset, u64 len,
			struct render_target *to)
{
	to->bytes = r->buf;
	to->len = arena_read(a, r->gk, ptr, offset, r->buf, min_t(u64, len, sizeof(r->buf)));
	return to->len ? NULL : "memory of an arena that is not there";
}

static const char *load_payload(struct sdt_resolver *r, const struct sdt_owner *o, u64 ptr,
				u32 offset, struct render_target *to)
{
	to->btf = o->btf;
	to->type_id = o->type_id;
	to->note = "sdt_alloc";
	return load(r, &o->arena, ptr, offset, o->elem_size - o->header, to);
}

const char *sdt_resolve(void *ctx, u64 ptr, const struct kbtf *btf, u32 pointee,
			struct render_target *to)
{
	struct sdt_resolver *r = ctx;
	const struct sdt_owner *o;
	const struct arena *a;
	u32 offset = 0;
	u64 size = 0;

	a = arena_of(r, ptr);
	if (!a)
		return "not in an arena";
	o = sdt_index_find(r->index, a, ptr, &offset);
	if (o && !offset)
		return load_payload(r, o, ptr, o->header, to);
	to->type_id = btf ? declared(btf, pointee, &size) : 0;
	if (to->type_id) {
		to->btf = btf;
		to->note = o && offset == o->header ? "sdt_alloc" : "arena";
		return load(r, a, ptr, 0, size, to);
	}
	if (o && offset == o->header)
		return load_payload(r, o, ptr, 0, to);
	return o ? "inside of an object of an allocator" : "memory of an arena of unknown type";
}
