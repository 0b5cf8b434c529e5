// SPDX-License-Identifier: GPL-2.0-only
/* BTF, by itself or split off a base, and every question about it. Input: which, then the blob. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>

#include "fuzz.h"
#include "host/kernel/btf_check.h"
#include "host/kernel/kbtf.h"

/* What split ones continue: as little as they can refer to. */
static const struct kbtf *base_types(void)
{
	static struct kbtf *base;
	struct btf *btf;
	u32 len;
	int id;

	if (base)
		return base;
	btf = btf__new_empty();
	id = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	btf__add_struct(btf, "base", 8);
	btf__add_field(btf, "a", id, 0, 0);
	btf__add_field(btf, "b", id, 32, 0);
	btf__add_var(btf, "v", BTF_VAR_STATIC, id);
	btf__add_func_proto(btf, 0);
	base = kbtf_from_raw(btf__raw_data(btf, &len), len, NULL, NULL);
	FUZZ_ASSERT(base);
	btf__free(btf);
	return base;
}

/* Names of members are the guest's: looked up by their name, they are found. */
static void ask_members(const struct kbtf *b, const struct btf_type *t, const char *name)
{
	const struct btf_member *m = btf_members(t);
	u32 i, off, size;
	int ret;

	for (i = 0; i < btf_vlen(t) && i < 8; i++) {
		ret = kbtf_member(b, name, btf__name_by_offset(kbtf_btf(b), m[i].name_off), &off,
				  &size);
		FUZZ_ASSERT(ret <= 0);
	}
	kbtf_member(b, name, "a.b.c.d", &off, &size);
}

static void ask(const struct kbtf *b, u32 id)
{
	const struct btf_type *t = btf__type_by_id(kbtf_btf(b), id);
	const char *name = kbtf_type_name(b, id);
	u32 off, size;
	u64 bytes;

	FUZZ_ASSERT(strlen(name) <= BTF_CHECK_NAME_MAX);
	if (kbtf_type_size(b, id, &bytes) == 0)
		FUZZ_ASSERT(bytes <= UINT32_MAX);
	if (btf_is_composite(t) || btf_is_typedef(t))
		kbtf_struct_size(b, name, &size);
	if (btf_is_composite(t))
		ask_members(b, t, name);
	if (btf_is_any_enum(t))
		kbtf_enum_name(b, name, 1);
	if (btf_is_datasec(t))
		kbtf_variable(b, name, "v", &off, &size);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_in in = { data, len };
	const struct kbtf *base = fuzz_u8(&in) & 1 ? base_types() : NULL;
	struct ktstr_err err = {};
	struct kbtf *b;
	u32 id, nr, off, size;
	void *blob;

	blob = fuzz_rest(&in, &len);
	b = kbtf_from_raw(blob, len, base, &err);
	if (b) {
		nr = btf__type_cnt(kbtf_btf(b));
		for (id = 0; id <= nr; id++)
			if (id && id < nr)
				ask(b, id);
			else
				FUZZ_ASSERT(!*kbtf_type_name(b, id));
		kbtf_variable(b, NULL, "v", &off, &size);
	} else {
		/* whatever passes our check is good enough for libbpf */
		FUZZ_ASSERT(err.msg[0] && !strstr(err.msg, "libbpf"));
	}
	kbtf_free(b);
	free(blob);
	return 0;
}
