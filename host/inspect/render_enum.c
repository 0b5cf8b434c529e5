// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>

#include "render_enum.h"

bool enum_is_signed(const struct btf_type *t)
{
	return btf_kflag(t);
}

static s64 enumerator(const struct btf_type *t, u32 i)
{
	if (btf_is_enum64(t))
		return btf_enum64_value(&btf_enum64(t)[i]);
	return btf_kflag(t) ? (s64)btf_enum(t)[i].val : (s64)(u32)btf_enum(t)[i].val;
}

static const char *name_of(const struct btf *btf, const struct btf_type *t, u32 i)
{
	u32 off = btf_is_enum64(t) ? btf_enum64(t)[i].name_off : btf_enum(t)[i].name_off;

	return btf__name_by_offset(btf, off);
}

const char *enum_name(const struct btf *btf, const struct btf_type *t, s64 value, u32 *steps)
{
	u32 i, nr = btf_vlen(t);
	u64 guess;

	if (!nr)
		return NULL;
	guess = (u64)value - (u64)enumerator(t, 0);
	if (guess < nr && enumerator(t, guess) == value)
		return name_of(btf, t, guess);
	for (i = 0; i < nr && enumerator(t, i) != value; i++)
		;
	if (steps)
		*steps += i;
	return i < nr ? name_of(btf, t, i) : NULL;
}
