// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf_obj.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/names.h"
#include "lib/text.h"
#include "lib/util.h"

const struct bpf_member *bpf_members_find(const struct kbtf *btf, const struct bpf_member *m,
					  u32 nr, void *layout)
{
	u32 i, offset;

	for (i = 0; i < nr; i++) {
		if (kbtf_member(btf, m[i].type, m[i].member, &offset, NULL)) {
			if (!m[i].optional)
				return &m[i];
			offset = BPF_NO_MEMBER;
		}
		memcpy((char *)layout + m[i].at, &offset, sizeof(offset));
	}
	return NULL;
}

/* Members of struct bpf_map, in the order of map_fields[]. */
enum map_field {
	MAP_TYPE,
	MAP_NAME,
	MAP_KEY_SIZE,
	MAP_VALUE_SIZE,
	MAP_MAX_ENTRIES,
	MAP_FLAGS,
	MAP_ID,
	MAP_BTF,
	MAP_BTF_KEY,
	MAP_BTF_VALUE,
	MAP_BTF_VMLINUX,
	MAP_FROZEN,
};

static const struct kfield map_fields[] = {
	[MAP_TYPE] = { .member = "map_type", .need = true },
	[MAP_NAME] = { .member = "name", .form = KFIELD_TEXT, .need = true },
	[MAP_KEY_SIZE] = { .member = "key_size", .need = true },
	[MAP_VALUE_SIZE] = { .member = "value_size", .need = true },
	[MAP_MAX_ENTRIES] = { .member = "max_entries", .need = true },
	[MAP_FLAGS] = { .member = "map_flags", .need = true },
	[MAP_ID] = { .member = "id", .need = true },
	[MAP_BTF] = { .member = "btf", .form = KFIELD_HEX, .need = true },
	[MAP_BTF_KEY] = { .member = "btf_key_type_id", .need = true },
	[MAP_BTF_VALUE] = { .member = "btf_value_type_id", .need = true },
	[MAP_BTF_VMLINUX] = { .member = "btf_vmlinux_value_type_id" },
	[MAP_FROZEN] = { .member = "frozen", .form = KFIELD_BOOL },
};

int bpf_obj_layout_init(struct bpf_obj_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	l->map_idr = ksymbol_want(gk, "map_idr");
	l->prog_idr = ksymbol_want(gk, "prog_idr");
	if (!l->map_idr && !l->prog_idr)
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "no symbols map_idr and prog_idr: the kernel needs CONFIG_BPF_SYSCALL and CONFIG_KALLSYMS_ALL");
	ret = xa_layout_init(&l->xa, btf, err);
	if (!ret)
		ret = kmember_need(btf, "idr", "idr_rt.xa_head", &l->idr_head, err);
	if (!ret)
		ret = kstruct_init(&l->map, "bpf_map", map_fields, ARRAY_SIZE(map_fields), btf,
				   err);
	return ret;
}

int bpf_map_read(const struct bpf_obj_layout *l, const struct guest_kernel *gk, u64 kva,
		 struct bpf_map_view *view)
{
	const struct kstruct *s = &l->map;
	struct kcopy c;

	memset(view, 0, sizeof(*view));
	view->kva = kva;
	if (kstruct_read(s, gk, kva, &c))
		return -EFAULT;
	view->own_id = kstruct_u64(s, &c, MAP_ID);
	view->id = view->own_id;
	view->type = kstruct_u64(s, &c, MAP_TYPE);
	view->key_size = kstruct_u64(s, &c, MAP_KEY_SIZE);
	view->value_size = kstruct_u64(s, &c, MAP_VALUE_SIZE);
	view->max_entries = kstruct_u64(s, &c, MAP_MAX_ENTRIES);
	view->flags = kstruct_u64(s, &c, MAP_FLAGS);
	view->btf = kstruct_u64(s, &c, MAP_BTF);
	view->key_type = kstruct_u64(s, &c, MAP_BTF_KEY);
	view->value_type = kstruct_u64(s, &c, MAP_BTF_VALUE);
	view->vmlinux_type = kstruct_u64(s, &c, MAP_BTF_VMLINUX);
	view->frozen = kstruct_u64(s, &c, MAP_FROZEN);
	kstruct_text(s, &c, MAP_NAME, view->name, sizeof(view->name));
	return 0;
}

/**
 * struct map_iter - passes maps on
 * @l: layout
 * @gk: memory
 * @fn: takes them
 * @ctx: its own
 */
struct map_iter {
	const struct bpf_obj_layout *l;
	const struct guest_kernel *gk;
	int (*fn)(void *ctx, const struct bpf_map_view *view, bool readable);
	void *ctx;
};

static int pass_map(void *ctx, u64 index, u64 kva)
{
	struct map_iter *it = ctx;
	struct bpf_map_view view;
	bool readable;

	readable = bpf_map_read(it->l, it->gk, kva, &view) == 0;
	/* idr_alloc_cyclic() gives an int; a larger index is no map's. */
	view.id = min_t(u64, index, 0xffffffffU);
	return it->fn(it->ctx, &view, readable);
}

int bpf_map_for_each(const struct bpf_obj_layout *l, const struct guest_kernel *gk,
		     int (*fn)(void *ctx, const struct bpf_map_view *view, bool readable),
		     void *ctx)
{
	struct map_iter it = { .l = l, .gk = gk, .fn = fn, .ctx = ctx };

	if (!l->map_idr)
		return -EOPNOTSUPP;
	return xa_for_each(&l->xa, gk, l->map_idr + l->idr_head, pass_map, &it);
}

int bpf_prog_for_each(const struct bpf_obj_layout *l, const struct guest_kernel *gk,
		      int (*fn)(void *ctx, u64 id, u64 prog), void *ctx)
{
	if (!l->prog_idr)
		return -EOPNOTSUPP;
	return xa_for_each(&l->xa, gk, l->prog_idr + l->idr_head, fn, ctx);
}

/**
 * struct search - for one map
 * @name: whole name or end of it
 * @id: looked for instead of a name when @by_id
 * @by_id: see @id
 * @best: the best match so far
 * @exact: its whole name matches
 * @matches: as good as it
 * @found: their names, for the message
 * @others: other names, for the message
 */
struct search {
	const char *name;
	u32 id;
	bool by_id;
	struct bpf_map_view best;
	bool exact;
	u32 matches;
	struct names found;
	struct names others;
};

static bool name_fits(const struct search *s, const char *name, bool *exact)
{
	size_t len = strlen(name), want = strlen(s->name);

	*exact = strcmp(name, s->name) == 0;
	return len >= want && strcmp(name + len - want, s->name) == 0 && (*exact || !s->exact);
}

static int search_map(void *ctx, const struct bpf_map_view *view, bool readable)
{
	struct search *s = ctx;
	bool exact = s->by_id;

	if (!readable)
		return 0;
	if (s->by_id ? view->id != s->id : !name_fits(s, view->name, &exact)) {
		if (*view->name)
			names_add(&s->others, view->name);
		return 0;
	}
	if (exact && !s->exact) {
		s->exact = true;
		s->matches = 0;
		names_init(&s->found, NULL);
	}
	s->best = *view;
	s->matches++;
	names_add(&s->found, view->name);
	return 0;
}

static int search_result(const struct search *s, bool complete, struct ktstr_err *err)
{
	const char *partial = complete ? "" : "; map_idr could not be read to its end";

	if (s->matches > 1)
		return ktstr_err_set(err, -ENOTUNIQ,
				     "BPF map \"%s\": %u maps fit: %s; give the whole name",
				     s->name, s->matches, names_list(&s->found));
	if (!s->matches)
		return ktstr_err_set(err, -ENOENT, "no BPF map \"%s\": %sthere are %s%s", s->name,
				     s->others.hint, names_list(&s->others), partial);
	return 0;
}

/* "#7"; no object's name has such a character, bpf_obj_name_cpy(). */
static bool name_is_id(const char *name, u32 *id)
{
	unsigned long long v;
	char *end;

	if (name[0] != '#' || name[1] < '0' || name[1] > '9')
		return false;
	errno = 0;
	v = strtoull(name + 1, &end, 10);
	if (*end || errno || v > 0xffffffffU)
		return false;
	*id = v;
	return true;
}

int bpf_obj_find_map(const struct bpf_obj_layout *l, const struct guest_kernel *gk,
		     const char *name, struct bpf_map_view *view, struct ktstr_err *err)
{
	struct search s = { .name = name };
	int ret;

	names_init(&s.found, NULL);
	names_init(&s.others, name);
	memset(view, 0, sizeof(*view));
	s.by_id = name_is_id(name, &s.id);
	ret = bpf_map_for_each(l, gk, search_map, &s);
	if (ret == -EOPNOTSUPP)
		return ktstr_err_set(err, ret, "this kernel has no symbol map_idr");
	ret = search_result(&s, ret == 0, err);
	if (!ret)
		*view = s.best;
	return ret;
}
