// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/kstruct.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

int ksymbol_need(const struct guest_kernel *gk, const char *name, u64 *kva, struct ktstr_err *err)
{
	if (gk_symbol(gk, name, kva))
		return 0;
	*kva = 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "this kernel has no symbol %s", name);
}

u64 ksymbol_want(const struct guest_kernel *gk, const char *name)
{
	u64 kva;

	return gk_symbol(gk, name, &kva) ? kva : 0;
}

int kmember_need(const struct kbtf *btf, const char *type, const char *member, u32 *offset,
		 struct ktstr_err *err)
{
	if (kbtf_member(btf, type, member, offset, NULL) == 0)
		return 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "this kernel's types have no %s.%s", type, member);
}

/* What cannot be a number, or would not fit, says so here and not in a walk. */
static int check_size(const struct kstruct *s, const struct kfield *f, u32 size,
		      struct ktstr_err *err)
{
	bool good;

	if (f->form == KFIELD_PLACE)
		return 0;
	if (f->form == KFIELD_TEXT)
		good = size && size <= KSTRUCT_SPAN_MAX;
	else
		good = size == 1 || size == 2 || size == 4 || size == 8;
	if (good)
		return 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "in this kernel %s.%s has %u bytes", s->type,
			     f->member, size);
}

static int lookup(struct kstruct *s, u32 i, const struct kbtf *btf, struct ktstr_err *err)
{
	const struct kfield *f = &s->fields[i];
	u32 offset, size;
	int ret;

	ret = kbtf_member(btf, s->type, f->member, &offset, &size);
	if (ret && f->other)
		ret = kbtf_member(btf, s->type, f->other, &offset, &size);
	if (ret && !f->need)
		return 0;
	if (ret)
		return ktstr_err_set(err, -EOPNOTSUPP, "this kernel's types have no %s.%s", s->type,
				     f->member);
	ret = check_size(s, f, size, err);
	if (ret)
		return ret;
	s->offset[i] = offset;
	s->has |= 1ULL << i;
	if (f->form == KFIELD_PLACE)
		return 0;
	s->size[i] = size;
	s->lo = min(s->lo, offset);
	s->hi = max(s->hi, offset + size);
	return 0;
}

int kstruct_init(struct kstruct *s, const char *type, const struct kfield *fields, u32 nr,
		 const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;
	u32 i;

	memset(s, 0, sizeof(*s));
	s->type = type;
	s->fields = fields;
	s->nr = nr;
	s->lo = UINT32_MAX;
	if (nr > KSTRUCT_FIELDS_MAX)
		return ktstr_err_set(err, -EOPNOTSUPP, "%u members of %s, more than %u", nr, type,
				     KSTRUCT_FIELDS_MAX);
	for (i = 0; i < nr; i++) {
		ret = lookup(s, i, btf, err);
		if (ret)
			return ret;
	}
	if (s->lo > s->hi)
		s->lo = s->hi;
	/* So that what is aligned in the guest is aligned in the copy. */
	s->lo &= ~7U;
	if (s->hi - s->lo > KSTRUCT_SPAN_MAX)
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "in this kernel the members of %s span %u bytes, more than %u",
				     type, s->hi - s->lo, KSTRUCT_SPAN_MAX);
	return 0;
}

int kstruct_read(const struct kstruct *s, const struct guest_kernel *gk, u64 kva, struct kcopy *c)
{
	c->kva = kva;
	return gk_read(gk, kva + s->lo, c->bytes, s->hi - s->lo) ? -EFAULT : 0;
}

u64 kstruct_u64(const struct kstruct *s, const struct kcopy *c, u32 field)
{
	u64 v = 0;

	if (!kstruct_has(s, field) || s->size[field] > sizeof(v))
		return 0;
	/* The guest is little endian, as every host this runs on. */
	memcpy(&v, c->bytes + s->offset[field] - s->lo, s->size[field]);
	return v;
}

s64 kstruct_s64(const struct kstruct *s, const struct kcopy *c, u32 field)
{
	u32 unused = 64 - 8 * s->size[field];
	u64 v = kstruct_u64(s, c, field);

	return unused < 64 ? (s64)(v << unused) >> unused : 0;
}

void kstruct_text(const struct kstruct *s, const struct kcopy *c, u32 field, char *buf, u32 len)
{
	u32 n = 0;

	if (kstruct_has(s, field)) {
		const char *text = (const char *)c->bytes + s->offset[field] - s->lo;

		n = strnlen(text, min_t(u32, s->size[field], len - 1));
		memcpy(buf, text, n);
	}
	buf[n] = '\0';
}

static void show_text(struct insp *in, const struct kstruct *s, const struct kcopy *c, u32 field,
		      struct value *to)
{
	char text[256];

	kstruct_text(s, c, field, text, sizeof(text));
	value_add_text(in->tree, to, s->fields[field].name, text);
}

void kstruct_show(struct insp *in, const struct kstruct *s, const struct kcopy *c, u32 first,
		  u32 end, struct value *to)
{
	u32 i;

	for (i = first; i < min(end, s->nr); i++) {
		const struct kfield *f = &s->fields[i];

		if (!f->name || !kstruct_has(s, i))
			continue;
		switch (f->form) {
		case KFIELD_UINT:
			value_add_uint(in->tree, to, f->name, kstruct_u64(s, c, i));
			break;
		case KFIELD_INT:
			value_add_int(in->tree, to, f->name, kstruct_s64(s, c, i));
			break;
		case KFIELD_HEX:
			value_add_hex(in->tree, to, f->name, kstruct_u64(s, c, i));
			break;
		case KFIELD_BOOL:
			value_add_bool(in->tree, to, f->name, kstruct_u64(s, c, i));
			break;
		case KFIELD_TEXT:
			show_text(in, s, c, i, to);
			break;
		case KFIELD_PLACE:
			break;
		}
	}
}

void kflags_show(struct insp *in, struct value *to, const char *name, const char *type, u64 flags)
{
	char text[512];
	size_t at = 0;
	u64 unnamed = 0;
	u32 bit;

	text[0] = '\0';
	for (bit = 0; bit < 64; bit++) {
		const char *one;

		if (!(flags >> bit & 1))
			continue;
		one = kbtf_enum_name(in->btf, type, (s64)(1ULL << bit));
		if (one && at + strlen(one) + sizeof("|0x0123456789abcdef|") < sizeof(text))
			at += sprintf(text + at, "%s%s", at ? "|" : "", one);
		else
			unnamed |= 1ULL << bit;
	}
	if (unnamed)
		sprintf(text + at, "%s0x%llx", at ? "|" : "", (unsigned long long)unnamed);
	value_add_text(in->tree, to, name, text);
}
