// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

#include "bpf_obj.h"
#include "bpfmap.h"
#include "host/kernel/guest_btf.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/text.h"
#include "lib/util.h"

/**
 * struct var_layout - offsets in the kernel's structs
 * @obj: of maps
 * @array_map: of the map in struct bpf_array, include/linux/bpf.h
 * @array_value: of the values in it; behind the union's own alignment
 */
struct var_layout {
	struct bpf_obj_layout obj;
	u32 array_map;
	u32 array_value;
};

#define VAR_MEMBER(s, m, at) { s, m, offsetof(struct var_layout, at), false }

static const struct bpf_member var_members[] = {
	VAR_MEMBER("bpf_array", "map", array_map),
	VAR_MEMBER("bpf_array", "value", array_value),
};

static int layout_init(struct var_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		       struct ktstr_err *err)
{
	const struct bpf_member *missing;
	int ret;

	ret = bpf_obj_layout_init(&l->obj, gk, btf, err);
	if (ret)
		return ret;
	missing = bpf_members_find(btf, var_members, ARRAY_SIZE(var_members), l);
	if (missing)
		return ktstr_err_set(err, -EOPNOTSUPP, "this kernel's types have no %s.%s",
				     missing->type, missing->member);
	return 0;
}

/*
 * A map of a data section is called after the object and the section, and an
 * object's name has no dot (tools/lib/bpf/libbpf.c, internal_map_name()).
 */
static int find_variable(const struct guest_kernel *gk, const struct kbtf *btf,
			 const struct bpf_map_view *map, const char *variable, u32 *offset,
			 u32 *size, struct ktstr_err *err)
{
	char name[TEXT_ESCAPED_MAX(BPF_OBJ_NAME_LEN)];
	struct guest_btf *types;
	const struct kbtf *own;
	int ret;

	text_escape_line(name, sizeof(name), map->name, strlen(map->name));
	if (!map->btf)
		return ktstr_err_set(err, -EINVAL, "BPF map \"%s\" came without types", name);
	types = guest_btf_new(gk, btf, err);
	own = types ? guest_btf_get(types, map->btf, err) : NULL;
	ret = own ? kbtf_variable(own, strchr(map->name, '.'), variable, offset, size) : -errno;
	guest_btf_free(types);
	if (own && ret)
		ktstr_err_set(err, -ENOENT, "BPF map \"%s\" has no variable \"%s\"", name,
			      variable);
	return ret;
}

int bpfmap_find_var(const struct guest_kernel *gk, const struct kbtf *btf, const char *map,
		    const char *variable, u64 *kva, u32 *size, struct ktstr_err *err)
{
	struct bpf_map_view view;
	struct var_layout l;
	u32 offset, bytes;
	int ret;

	ret = layout_init(&l, gk, btf, err);
	if (!ret)
		ret = bpf_obj_find_map(&l.obj, gk, map, &view, err);
	if (ret)
		return ret;
	if (view.type != BPF_MAP_TYPE_ARRAY)
		return ktstr_err_set(err, -EOPNOTSUPP, "BPF map \"%s\" has type %u, not ARRAY", map,
				     view.type);
	ret = find_variable(gk, btf, &view, variable, &offset, &bytes, err);
	if (ret)
		return ret;
	if (offset > view.value_size || bytes > view.value_size - offset)
		return ktstr_err_set(err, -EINVAL,
				     "BPF map \"%s\": variable \"%s\" lies outside of its value",
				     map, variable);
	*kva = view.kva - l.array_map + l.array_value + offset;
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
