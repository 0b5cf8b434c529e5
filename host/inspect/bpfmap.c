// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpfmap.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/text.h"
#include "lib/util.h"
#include "xarray.h"

/**
 * struct map_layout - offsets in the kernel's structs
 * @idr_head: of the tree in struct idr, include/linux/idr.h
 * @map_type: in struct bpf_map, include/linux/bpf.h
 * @map_name: the same
 * @map_value_size: the same
 * @map_btf: the same
 * @array_map: of the map in struct bpf_array
 * @array_value: of the values in it; behind the union's own alignment
 * @btf_data: in struct btf, kernel/bpf/btf.c
 * @btf_size: the same
 */
struct map_layout {
	u32 idr_head;
	u32 map_type;
	u32 map_name;
	u32 map_value_size;
	u32 map_btf;
	u32 array_map;
	u32 array_value;
	u32 btf_data;
	u32 btf_size;
};

static int layout_init(struct map_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	const struct {
		const char *type;
		const char *member;
		u32 *offset;
	} needed[] = {
		{ "idr", "idr_rt.xa_head", &l->idr_head },
		{ "bpf_map", "map_type", &l->map_type },
		{ "bpf_map", "name", &l->map_name },
		{ "bpf_map", "value_size", &l->map_value_size },
		{ "bpf_map", "btf", &l->map_btf },
		{ "bpf_array", "map", &l->array_map },
		{ "bpf_array", "value", &l->array_value },
		{ "btf", "data", &l->btf_data },
		{ "btf", "data_size", &l->btf_size },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		if (kbtf_member(btf, needed[i].type, needed[i].member, needed[i].offset, NULL))
			return ktstr_err_set(err, -EOPNOTSUPP, "this kernel's types have no %s.%s",
					     needed[i].type, needed[i].member);
	}
	return 0;
}

/**
 * struct search - for one map
 * @gk: memory
 * @l: layout
 * @name: whole name or end of it
 * @kva: struct bpf_map of the best match so far
 * @best: its name
 * @exact: its whole name matches
 * @matches: as good as it
 * @found: their names, for the message
 * @others: other names, for the message
 */
struct search {
	const struct guest_kernel *gk;
	const struct map_layout *l;
	const char *name;
	u64 kva;
	char best[BPF_OBJ_NAME_LEN + 1];
	bool exact;
	u32 matches;
	char found[256];
	char others[256];
};

static void list_add(char *list, size_t room, const char *name)
{
	size_t used = strlen(list);
	char safe[TEXT_ESCAPED_MAX(BPF_OBJ_NAME_LEN)];

	text_escape_line(safe, sizeof(safe), name, strlen(name));
	if (used + strlen(safe) + 8 < room)
		snprintf(list + used, room - used, "%s%s", used ? ", " : "", safe);
	else if (used + 4 < room && list[used - 1] != '.')
		snprintf(list + used, room - used, "...");
}

static int search_map(void *ctx, u64 index, u64 kva)
{
	char name[BPF_OBJ_NAME_LEN + 1] = "";
	struct search *s = ctx;
	size_t len, want = strlen(s->name);
	bool exact;

	if (gk_read(s->gk, kva + s->l->map_name, name, BPF_OBJ_NAME_LEN))
		return 0;
	name[BPF_OBJ_NAME_LEN] = '\0';
	len = strlen(name);
	exact = strcmp(name, s->name) == 0;
	if (len < want || strcmp(name + len - want, s->name) != 0 || (s->exact && !exact)) {
		if (len)
			list_add(s->others, sizeof(s->others), name);
		return 0;
	}
	if (exact && !s->exact) {
		s->exact = true;
		s->matches = 0;
		s->found[0] = '\0';
	}
	s->kva = kva;
	memcpy(s->best, name, sizeof(name));
	s->matches++;
	list_add(s->found, sizeof(s->found), name);
	return 0;
}

static int search_result(const struct search *s, bool complete, struct ktstr_err *err)
{
	const char *partial = complete ? "" : "; map_idr could not be read to its end";

	if (s->matches > 1)
		return ktstr_err_set(err, -ENOTUNIQ,
				     "BPF map \"%s\": %u maps fit: %s; give the whole name",
				     s->name, s->matches, s->found);
	if (!s->matches)
		return ktstr_err_set(err, -ENOENT, "no BPF map \"%s\": there are %s%s", s->name,
				     *s->others ? s->others : "none", partial);
	return 0;
}

static int find_map(struct search *s, const struct kbtf *btf, struct ktstr_err *err)
{
	struct xa_layout xa;
	u64 idr;
	int ret;

	if (!gk_symbol(s->gk, "map_idr", &idr))
		return ktstr_err_set(err, -EOPNOTSUPP, "this kernel has no symbol map_idr");
	ret = xa_layout_init(&xa, btf, err);
	if (ret)
		return ret;
	ret = xa_for_each(&xa, s->gk, idr + s->l->idr_head, search_map, s);
	return search_result(s, ret == 0, err);
}

/* The BTF a map came with, copied out and checked. */
static struct kbtf *map_btf(const struct guest_kernel *gk, const struct map_layout *l, u64 map,
			    struct ktstr_err *err)
{
	struct kbtf *b = NULL;
	u64 btf, data;
	void *blob;
	u32 size;

	if (gk_read_u64(gk, map + l->map_btf, &btf) || !btf ||
	    gk_read_u64(gk, btf + l->btf_data, &data) ||
	    gk_read_u32(gk, btf + l->btf_size, &size)) {
		errno = -ktstr_err_set(err, -EINVAL, "a BPF map without readable BTF");
		return NULL;
	}
	if (size > KBTF_MAX) {
		errno = -ktstr_err_set(err, -EFBIG, "a BPF map with %u bytes of BTF", size);
		return NULL;
	}
	blob = malloc(size ?: 1);
	if (!blob)
		errno = -ktstr_err_set(err, -ENOMEM, "no memory for a BPF map's BTF");
	else if (gk_read(gk, data, blob, size))
		errno = -ktstr_err_set(err, -EFAULT, "cannot read a BPF map's BTF at 0x%llx",
				       (unsigned long long)data);
	else
		b = kbtf_from_raw(blob, size, NULL, err);
	free(blob);
	return b;
}

/*
 * A map of a data section is called after the object and the section, and an
 * object's name has no dot (tools/lib/bpf/libbpf.c, internal_map_name()).
 */
static int find_variable(const struct search *s, const char *variable, u32 *offset, u32 *size,
			 struct ktstr_err *err)
{
	struct kbtf *b = map_btf(s->gk, s->l, s->kva, err);
	int ret;

	if (!b)
		return -errno;
	ret = kbtf_variable(b, strchr(s->best, '.'), variable, offset, size);
	kbtf_free(b);
	if (ret)
		return ktstr_err_set(err, -ENOENT, "BPF map \"%s\" has no variable \"%s\"", s->name,
				     variable);
	return 0;
}

int bpfmap_find_var(const struct guest_kernel *gk, const struct kbtf *btf, const char *map,
		    const char *variable, u64 *kva, u32 *size, struct ktstr_err *err)
{
	u32 type, value_size, offset, bytes;
	struct map_layout l;
	struct search s = { .gk = gk, .l = &l, .name = map };
	int ret;

	ret = layout_init(&l, btf, err);
	if (!ret)
		ret = find_map(&s, btf, err);
	if (ret)
		return ret;
	if (gk_read_u32(gk, s.kva + l.map_type, &type) ||
	    gk_read_u32(gk, s.kva + l.map_value_size, &value_size))
		return ktstr_err_set(err, -EFAULT, "cannot read BPF map \"%s\"", map);
	if (type != BPF_MAP_TYPE_ARRAY)
		return ktstr_err_set(err, -EOPNOTSUPP, "BPF map \"%s\" has type %u, not ARRAY", map,
				     type);
	ret = find_variable(&s, variable, &offset, &bytes, err);
	if (ret)
		return ret;
	if (offset > value_size || bytes > value_size - offset)
		return ktstr_err_set(err, -EINVAL,
				     "BPF map \"%s\": variable \"%s\" lies outside of its value",
				     map, variable);
	*kva = s.kva - l.array_map + l.array_value + offset;
	*size = bytes;
	return 0;
}

int bpfmap_write_u32(const struct guest_kernel *gk, const struct kbtf *btf, const char *map,
		     const char *variable, u32 value, struct ktstr_err *err)
{
	u64 kva;
	u32 size;
	int ret;

	ret = bpfmap_find_var(gk, btf, map, variable, &kva, &size, err);
	if (ret)
		return ret;
	if (size != sizeof(value))
		return ktstr_err_set(err, -EINVAL,
				     "BPF map \"%s\": variable \"%s\" has %u bytes, not 4", map,
				     variable, size);
	if (gk_write(gk, kva, &value, sizeof(value)))
		return ktstr_err_set(err, -EFAULT,
				     "BPF map \"%s\": variable \"%s\" at 0x%llx is not mapped", map,
				     variable, (unsigned long long)kva);
	return 0;
}
