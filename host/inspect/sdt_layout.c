// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <string.h>

#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "render.h"
#include "sdt_alloc.h"

/* Names of candidates in a reason, and bytes of each: they are the guest's. */
#define NAMES_MAX 3
#define NAME_LEN  32

static const char *name_of(const struct btf *btf, const struct btf_type *t)
{
	return btf__name_by_offset(btf, t->name_off) ?: "";
}

/* Behind typedefs, qualifiers and tags; @name is the innermost there is. */
static const struct btf_type *peel(const struct btf *btf, u32 id, const char **name)
{
	const struct btf_type *t;
	const char *here;
	int i;

	*name = "";
	for (i = 0; i < RENDER_PEEL_MAX; i++) {
		t = id ? btf__type_by_id(btf, id) : NULL;
		if (!t)
			return NULL;
		here = name_of(btf, t);
		if (!btf_is_mod(t) && *here)
			*name = here;
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return t;
		id = t->type;
	}
	return NULL;
}

/* What a pointer leads to, by name: a body may be elsewhere in the types. */
static const char *pointee_name(const struct btf *btf, u32 id)
{
	const struct btf_type *t;
	const char *name;

	t = peel(btf, id, &name);
	if (!t || !btf_is_ptr(t))
		return "";
	t = peel(btf, t->type, &name);
	return t ? name : "";
}

/* The type of a member that stands in the struct itself, or 0. */
static u32 member_type(const struct kbtf *b, const char *type, const char *member)
{
	int id = kbtf_find(b, type, BTF_KIND_STRUCT);
	const struct btf *btf = kbtf_btf(b);
	const struct btf_type *t;
	const char *name;
	u32 i;

	if (id < 0)
		id = kbtf_find(b, type, BTF_KIND_TYPEDEF);
	t = id < 0 ? NULL : peel(btf, id, &name);
	if (!t || !btf_is_struct(t))
		return 0;
	for (i = 0; i < btf_vlen(t); i++) {
		name = btf__name_by_offset(btf, btf_members(t)[i].name_off) ?: "";
		if (strcmp(name, member) == 0)
			return btf_members(t)[i].type;
	}
	return 0;
}

/* A member of @bytes bytes that lies within @max bytes of its type's start. */
static bool member_at(const struct kbtf *b, const char *type, const char *member, u32 bytes,
		      u32 max, u32 *offset)
{
	u32 size;

	return kbtf_member(b, type, member, offset, &size) == 0 && size == bytes && *offset < max &&
	       max - *offset >= bytes;
}

static void own(struct sdt_offsets *o, const struct kbtf *b, const char *name)
{
	int id = kbtf_find(b, name, BTF_KIND_STRUCT);

	if (id < 0)
		id = kbtf_find(b, name, BTF_KIND_TYPEDEF);
	if (id > 0 && o->nr_own < ARRAY_SIZE(o->own))
		o->own[o->nr_own++] = id;
}

static const char *desc_init(struct sdt_offsets *o, const struct kbtf *b, const char *desc)
{
	if (!member_at(b, desc, "allocated", SDT_WORDS * sizeof(u64), SDT_DESC_MAX,
		       &o->allocated) ||
	    !member_at(b, desc, "nr_free", sizeof(u64), SDT_DESC_MAX, &o->nr_free) ||
	    !member_at(b, desc, "chunk", sizeof(u64), SDT_DESC_MAX, &o->chunk))
		return "the types do not say what its descriptors look like";
	o->desc_size = max(max(o->nr_free, o->chunk) + sizeof(u64),
			   o->allocated + SDT_WORDS * sizeof(u64));
	own(o, b, desc);
	return NULL;
}

static const char *chunk_init(struct sdt_offsets *o, const struct kbtf *b, const char *chunk)
{
	const u32 bytes = SDT_ENTS * sizeof(u64);

	if (!kbtf_has(b, chunk, NULL))
		return NULL;
	own(o, b, chunk);
	if (!member_at(b, chunk, "descs", bytes, 2 * bytes, &o->slots))
		return "its chunks are not 512 pointers";
	return NULL;
}

static const char *data_init(struct sdt_offsets *o, const struct kbtf *b)
{
	u32 size;

	o->header = sizeof(u64);
	own(o, b, "sdt_data");
	if (kbtf_member(b, "sdt_data", "payload", &size, NULL) &&
	    kbtf_struct_size(b, "sdt_data", &size) && kbtf_struct_size(b, "sdt_id", &size))
		return NULL;
	if (size < sizeof(u64) || size > SDT_ELEM_MAX)
		return "its objects have a header that cannot be";
	o->header = size;
	return NULL;
}

/* Whether a type is an allocator; @why it cannot be walked although it is. */
static bool offsets_init(struct sdt_offsets *o, const struct kbtf *b, const char *type,
			 const char **why)
{
	const struct btf *btf = kbtf_btf(b);
	const char *desc;

	memset(o, 0, sizeof(*o));
	if (!member_at(b, type, "pool.elem_size", sizeof(u64), UINT32_MAX, &o->elem_size) ||
	    !member_at(b, type, "root", sizeof(u64), UINT32_MAX, &o->root))
		return false;
	desc = pointee_name(btf, member_type(b, type, "root"));
	own(o, b, type);
	own(o, b, "sdt_pool");
	own(o, b, "scx_alloc_stats");
	*why = desc_init(o, b, desc);
	if (!*why)
		*why = chunk_init(o, b, pointee_name(btf, member_type(b, desc, "chunk")));
	if (!*why)
		*why = data_init(o, b);
	return true;
}

static void add_variable(struct sdt_layout *l, u32 section, const struct btf_var_secinfo *info)
{
	const struct btf *btf = kbtf_btf(l->btf);
	const struct btf_type *var = btf__type_by_id(btf, info->type), *t;
	struct sdt_allocator a = { .section = section, .offset = info->offset };
	const char *type;

	if (!var || !btf_is_var(var))
		return;
	t = peel(btf, var->type, &type);
	if (!t || !btf_is_struct(t) || !offsets_init(&a.o, l->btf, type, &a.unusable))
		return;
	if (l->nr == SDT_ALLOCATORS_MAX) {
		l->dropped++;
		return;
	}
	a.name = name_of(btf, var);
	l->at[l->nr++] = a;
}

static u32 types_of(const struct btf *btf)
{
	return min_t(u32, btf__type_cnt(btf), SDT_TYPES_MAX);
}

int sdt_layout_init(struct sdt_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	const struct btf *types = kbtf_btf(btf);
	const struct btf_type *t;
	u32 id, i;

	memset(l, 0, sizeof(*l));
	l->btf = btf;
	for (id = 1; id < types_of(types); id++) {
		t = btf__type_by_id(types, id);
		if (!btf_is_datasec(t))
			continue;
		for (i = 0; i < btf_vlen(t); i++)
			add_variable(l, id, &btf_var_secinfos(t)[i]);
	}
	if (!l->nr)
		return ktstr_err_set(err, -ENOENT,
				     "no variable is an allocator: none has pool.elem_size and root");
	return 0;
}

/**
 * struct search - for the type of a payload
 * @o: whose types do not count
 * @size: bytes it must have
 * @found: structs that do
 * @id: the first of them
 * @name: its name
 * @names: of the first few
 */
struct search {
	const struct sdt_offsets *o;
	u64 size;
	u32 found;
	u32 id;
	const char *name;
	char names[NAMES_MAX * (NAME_LEN + 2) + 4];
};

static bool is_own(const struct sdt_offsets *o, u32 id)
{
	u32 i;

	for (i = 0; i < o->nr_own; i++)
		if (o->own[i] == id)
			return true;
	return false;
}

/* A struct with a name, or a typedef that gives one. */
static bool fits(const struct btf *btf, const struct search *s, u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	if (!*name_of(btf, t) || is_own(s->o, id))
		return false;
	if (btf_is_typedef(t)) {
		t = btf__type_by_id(btf, t->type);
		return t && btf_is_struct(t) && !*name_of(btf, t) && t->size == s->size;
	}
	return btf_is_struct(t) && t->size == s->size;
}

static void remember(struct search *s, u32 id, const char *name)
{
	size_t used = strlen(s->names);

	if (s->found++ == 0) {
		s->id = id;
		s->name = name;
	}
	if (s->found <= NAMES_MAX)
		snprintf(s->names + used, sizeof(s->names) - used, "%s%.*s", used ? ", " : "",
			 NAME_LEN, name);
}

static void conclude(const struct search *s, struct sdt_type *type)
{
	unsigned long long size = s->size;

	if (s->found == 1) {
		type->id = s->id;
		type->name = s->name;
		snprintf(type->reason, sizeof(type->reason), "the only struct of %llu bytes", size);
	} else if (s->found) {
		snprintf(type->reason, sizeof(type->reason),
			 "ambiguous: %u structs of %llu bytes: %s%s", s->found, size, s->names,
			 s->found > NAMES_MAX ? ", ..." : "");
	} else {
		snprintf(type->reason, sizeof(type->reason), "no struct of %llu bytes", size);
	}
}

void sdt_payload_type(const struct kbtf *btf, const struct sdt_offsets *o, u64 size,
		      struct sdt_type *type)
{
	struct search s = { .o = o, .size = size };
	const struct btf *types = kbtf_btf(btf);
	u32 id;

	memset(type, 0, sizeof(*type));
	if (!size) {
		snprintf(type->reason, sizeof(type->reason), "the objects have no payload");
		return;
	}
	for (id = 1; id < types_of(types); id++)
		if (fits(types, &s, id))
			remember(&s, id, name_of(types, btf__type_by_id(types, id)));
	conclude(&s, type);
}
