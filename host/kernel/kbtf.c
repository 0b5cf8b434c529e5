// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/btf.h>
#include <linux/kernel.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "btf_check.h"
#include "kbtf.h"
#include "kbtf_load.h"
#include "lib/util.h"

/* No kernel type nests or aliases half as deep. */
#define DEPTH_MAX 32
/* Members looked at to find one; task_struct and all within have 1,000. */
#define VISITS_MAX   65536
#define NAME_MAX_LEN 256

/**
 * struct kbtf - types and their index
 * @btf: libbpf's
 * @as_base: what a split one that continues it is checked against
 * @slots: @mask + 1 type ids by hash of name and kind, 0 = free
 * @mask: a power of two minus 1
 * @seed: of the hash: names are a guest's, they shall not be made to collide
 */
struct kbtf {
	struct btf *btf;
	struct btf_check_base as_base;
	u32 *slots;
	u32 mask;
	u64 seed;
};

static bool indexed(u32 kind)
{
	switch (kind) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_DATASEC:
		return true;
	default:
		return false;
	}
}

static const char *type_name(const struct btf *btf, const struct btf_type *t)
{
	return btf__name_by_offset(btf, t->name_off) ?: "";
}

static u32 name_hash(u64 h, const char *name)
{
	for (; *name; name++) {
		h = (h ^ (u8)*name) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 29;
	}
	return h ^ h >> 32;
}

/* The slot of a name and kind, or the free one where it belongs. */
static u32 *slot_of(const struct kbtf *b, const char *name, u32 kind)
{
	u32 i = name_hash(b->seed + kind, name) & b->mask;
	const struct btf_type *t;

	while (b->slots[i]) {
		t = btf__type_by_id(b->btf, b->slots[i]);
		if (btf_kind(t) == kind && strcmp(type_name(b->btf, t), name) == 0)
			break;
		i = (i + 1) & b->mask;
	}
	return &b->slots[i];
}

/* At most two thirds of the slots are taken, and of one name only the first. */
static int index_build(struct kbtf *b, u32 first)
{
	u32 nr = btf__type_cnt(b->btf), size = 64, id;
	const struct btf_type *t;
	const char *name;
	u32 *slot;

	while (size / 3 * 2 < nr - first + 1)
		size *= 2;
	b->slots = calloc(size, sizeof(*b->slots));
	if (!b->slots)
		return -ENOMEM;
	b->mask = size - 1;
	if (getrandom(&b->seed, sizeof(b->seed), GRND_NONBLOCK) != sizeof(b->seed))
		b->seed = mono_ns();
	for (id = first; id < nr; id++) {
		t = btf__type_by_id(b->btf, id);
		if (!indexed(btf_kind(t)))
			continue;
		name = type_name(b->btf, t);
		if (!*name)
			continue;
		slot = slot_of(b, name, btf_kind(t));
		if (!*slot)
			*slot = id;
	}
	return 0;
}

static struct kbtf *fail(struct kbtf *b, int ret)
{
	kbtf_free(b);
	errno = -ret;
	return NULL;
}

struct kbtf *kbtf_from_raw(const void *data, size_t len, const struct kbtf *base,
			   struct ktstr_err *err)
{
	struct kbtf *b;
	u32 first = 1;
	int ret;

	if (len > KBTF_MAX)
		return fail(NULL, ktstr_err_set(err, -EFBIG,
						"BTF of %zu bytes, more than the %u accepted", len,
						KBTF_MAX));
	ret = btf_check(data, len, base ? &base->as_base : NULL, err);
	if (ret)
		return fail(NULL, ret);
	b = calloc(1, sizeof(*b));
	if (!b)
		return fail(NULL, ktstr_err_set(err, -ENOMEM, "no memory for BTF"));
	/* It would explain itself on standard error, with the guest's words. */
	libbpf_set_print(NULL);
	if (base) {
		first = btf__type_cnt(base->btf);
		b->btf = btf__new_split(data, len, base->btf);
	} else {
		b->btf = btf__new(data, len);
	}
	if (!b->btf && errno != ENOMEM)
		return fail(b, ktstr_err_set(err, -EINVAL, "libbpf takes no such BTF (%zu bytes)",
					     len));
	/* libbpf would else find it out later, in an object many threads read. */
	if (!b->btf || btf__set_pointer_size(b->btf, 8) || index_build(b, first) ||
	    btf_check_base_init(&b->as_base, b->btf, base ? &base->as_base : NULL))
		return fail(b, ktstr_err_set(err, -ENOMEM, "no memory for BTF"));
	return b;
}

struct kbtf *kbtf_new(const struct guest_kernel *gk, const struct kernel_image *img,
		      struct ktstr_err *err)
{
	struct kbtf *b;
	void *data;
	size_t len;

	data = kbtf_load(gk, img, &len, err);
	if (!data)
		return NULL;
	b = kbtf_from_raw(data, len, NULL, err);
	free(data);
	return b;
}

void kbtf_free(struct kbtf *b)
{
	if (!b)
		return;
	btf__free(b->btf);
	free(b->slots);
	free(b);
}

const struct btf *kbtf_btf(const struct kbtf *b)
{
	return b->btf;
}

int kbtf_find(const struct kbtf *b, const char *name, u32 kind)
{
	u32 id;

	if (!*name || !indexed(kind))
		return -ENOENT;
	id = *slot_of(b, name, kind);
	return id ? (int)id : -ENOENT;
}

/* What a type is behind its typedefs and qualifiers, NULL if there is no end. */
static const struct btf_type *peel(const struct btf *btf, u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int i;

	for (i = 0; t && i < DEPTH_MAX; i++) {
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return t;
		t = btf__type_by_id(btf, t->type);
	}
	return NULL;
}

static const struct btf_type *find_composite(const struct kbtf *b, const char *name)
{
	static const u32 kinds[] = { BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_TYPEDEF };
	const struct btf_type *t;
	unsigned int i;
	int id;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		id = kbtf_find(b, name, kinds[i]);
		t = id < 0 ? NULL : peel(b->btf, id);
		if (t && btf_is_composite(t))
			return t;
	}
	return NULL;
}

/**
 * struct walk - the search for one member
 * @btf: types
 * @name: what is searched for, @len bytes
 * @len: of @name
 * @visits: members looked at so far
 * @bits: offset of what was found, in bits
 * @type: its type
 * @bitfield: it is one
 */
struct walk {
	const struct btf *btf;
	const char *name;
	size_t len;
	u32 visits;
	u64 bits;
	u32 type;
	bool bitfield;
};

static int walk_members(struct walk *w, const struct btf_type *t, u64 bits, int depth);

static int walk_anonymous(struct walk *w, u32 type, u64 bits, int depth)
{
	const struct btf_type *inner = peel(w->btf, type);

	if (!inner || !btf_is_composite(inner))
		return -ENOENT;
	return walk_members(w, inner, bits, depth + 1);
}

static int walk_members(struct walk *w, const struct btf_type *t, u64 bits, int depth)
{
	const struct btf_member *m = btf_members(t);
	u32 i, nr = btf_vlen(t);
	const char *name;
	u64 at;
	int ret;

	if (depth >= DEPTH_MAX)
		return -ELOOP;
	for (i = 0; i < nr; i++, m++) {
		if (w->visits++ >= VISITS_MAX)
			return -ELOOP;
		at = bits + btf_member_bit_offset(t, i);
		name = btf__name_by_offset(w->btf, m->name_off) ?: "";
		if (!*name) {
			ret = walk_anonymous(w, m->type, at, depth);
			if (ret != -ENOENT)
				return ret;
		} else if (strncmp(name, w->name, w->len) == 0 && !name[w->len]) {
			w->bits = at;
			w->type = m->type;
			w->bitfield = btf_member_bitfield_size(t, i) || at % 8;
			return 0;
		}
	}
	return -ENOENT;
}

/* One step of a path; @w->type and @w->bits then are those of the member. */
static int walk_step(struct walk *w, const struct btf_type *t, const char *name, size_t len)
{
	if (!len || len > NAME_MAX_LEN)
		return -ENOENT;
	w->name = name;
	w->len = len;
	return walk_members(w, t, w->bits, 0);
}

static int walk_result(const struct walk *w, u32 *offset, u32 *size)
{
	s64 bytes;

	if (w->bitfield)
		return -EOPNOTSUPP;
	bytes = btf__resolve_size(w->btf, w->type);
	if (bytes < 0 || bytes > UINT32_MAX || w->bits / 8 > UINT32_MAX)
		return -EINVAL;
	if (offset)
		*offset = w->bits / 8;
	if (size)
		*size = bytes;
	return 0;
}

int kbtf_member(const struct kbtf *b, const char *type, const char *member, u32 *offset, u32 *size)
{
	const struct btf_type *t = find_composite(b, type);
	struct walk w = { .btf = b->btf };
	const char *dot;
	int ret, depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		if (!t || !btf_is_composite(t))
			return -ENOENT;
		dot = strchrnul(member, '.');
		ret = walk_step(&w, t, member, dot - member);
		if (ret)
			return ret;
		if (!*dot)
			return walk_result(&w, offset, size);
		member = dot + 1;
		t = peel(b->btf, w.type);
	}
	return -ELOOP;
}

bool kbtf_has(const struct kbtf *b, const char *type, const char *member)
{
	int ret;

	if (!member)
		return find_composite(b, type);
	ret = kbtf_member(b, type, member, NULL, NULL);
	return ret == 0 || ret == -EOPNOTSUPP;
}

int kbtf_struct_size(const struct kbtf *b, const char *type, u32 *size)
{
	const struct btf_type *t = find_composite(b, type);

	if (!t)
		return -ENOENT;
	*size = t->size;
	return 0;
}

int kbtf_type_size(const struct kbtf *b, u32 id, u64 *size)
{
	s64 bytes;

	if (!btf__type_by_id(b->btf, id))
		return -ENOENT;
	bytes = btf__resolve_size(b->btf, id);
	if (bytes < 0)
		return -EINVAL;
	*size = bytes;
	return 0;
}

const char *kbtf_type_name(const struct kbtf *b, u32 id)
{
	const struct btf_type *t = btf__type_by_id(b->btf, id);

	return t ? type_name(b->btf, t) : "";
}

static const char *enum32_name(const struct btf *btf, const struct btf_type *t, s64 value)
{
	const struct btf_enum *e = btf_enum(t);
	u32 i, nr = btf_vlen(t);

	for (i = 0; i < nr; i++, e++)
		if ((btf_kflag(t) ? (s64)e->val : (s64)(u32)e->val) == value)
			return btf__name_by_offset(btf, e->name_off);
	return NULL;
}

static const char *enum64_name(const struct btf *btf, const struct btf_type *t, s64 value)
{
	const struct btf_enum64 *e = btf_enum64(t);
	u32 i, nr = btf_vlen(t);

	for (i = 0; i < nr; i++, e++)
		if (btf_enum64_value(e) == (u64)value)
			return btf__name_by_offset(btf, e->name_off);
	return NULL;
}

const char *kbtf_enum_name(const struct kbtf *b, const char *name, s64 value)
{
	int id = kbtf_find(b, name, BTF_KIND_ENUM);

	if (id >= 0)
		return enum32_name(b->btf, btf__type_by_id(b->btf, id), value);
	id = kbtf_find(b, name, BTF_KIND_ENUM64);
	if (id >= 0)
		return enum64_name(b->btf, btf__type_by_id(b->btf, id), value);
	return NULL;
}

static int section_variable(const struct btf *btf, const struct btf_type *sec, const char *name,
			    u32 *offset, u32 *size)
{
	const struct btf_var_secinfo *v = btf_var_secinfos(sec);
	u32 i, nr = btf_vlen(sec);
	const struct btf_type *t;

	for (i = 0; i < nr; i++, v++) {
		t = btf__type_by_id(btf, v->type);
		if (!t || !btf_is_var(t) || strcmp(type_name(btf, t), name) != 0)
			continue;
		*offset = v->offset;
		*size = v->size;
		return 0;
	}
	return -ENOENT;
}

int kbtf_variable(const struct kbtf *b, const char *section, const char *variable, u32 *offset,
		  u32 *size)
{
	u32 i, nr = btf__type_cnt(b->btf);
	const struct btf_type *t;
	int id;

	if (section) {
		id = kbtf_find(b, section, BTF_KIND_DATASEC);
		if (id < 0)
			return id;
		return section_variable(b->btf, btf__type_by_id(b->btf, id), variable, offset,
					size);
	}
	for (i = 1; i < nr; i++) {
		t = btf__type_by_id(b->btf, i);
		if (btf_is_datasec(t) && section_variable(b->btf, t, variable, offset, size) == 0)
			return 0;
	}
	return -ENOENT;
}
