// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "btf_check_int.h"
#include "lib/util.h"

/* Up to and with str_len: what every header has. */
#define HEADER_MIN offsetof(struct btf_header, layout_off)

static const char *kind_name(u32 kind)
{
	static const char *const names[NR_BTF_KINDS] = {
		[BTF_KIND_INT] = "INT",		  [BTF_KIND_PTR] = "PTR",
		[BTF_KIND_ARRAY] = "ARRAY",	  [BTF_KIND_STRUCT] = "STRUCT",
		[BTF_KIND_UNION] = "UNION",	  [BTF_KIND_ENUM] = "ENUM",
		[BTF_KIND_FWD] = "FWD",		  [BTF_KIND_TYPEDEF] = "TYPEDEF",
		[BTF_KIND_VOLATILE] = "VOLATILE", [BTF_KIND_CONST] = "CONST",
		[BTF_KIND_RESTRICT] = "RESTRICT", [BTF_KIND_FUNC] = "FUNC",
		[BTF_KIND_FUNC_PROTO] = "PROTO",  [BTF_KIND_VAR] = "VAR",
		[BTF_KIND_DATASEC] = "DATASEC",	  [BTF_KIND_FLOAT] = "FLOAT",
		[BTF_KIND_DECL_TAG] = "DECL_TAG", [BTF_KIND_TYPE_TAG] = "TYPE_TAG",
		[BTF_KIND_ENUM64] = "ENUM64",
	};

	return kind < NR_BTF_KINDS && names[kind] ? names[kind] : "of an unknown kind";
}

int btf_blob_bad(const struct btf_blob *b, u32 id, const char *fmt, ...)
{
	char what[160];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	return ktstr_err_set(b->err, -EINVAL, "malformed BTF: type %u (%s) %s", id,
			     kind_name(b->kinds[id - b->first]), what);
}

int btf_check_base_init(struct btf_check_base *out, const struct btf *btf,
			const struct btf_check_base *base)
{
	struct btf_header h = {};
	const u8 *raw;
	u32 len;

	raw = btf__raw_data(btf, &len);
	if (!raw)
		return -ENOMEM;
	memcpy(&h, raw, HEADER_MIN);
	if (h.hdr_len >= sizeof(h))
		memcpy(&h, raw, sizeof(h));
	*out = (struct btf_check_base){ .btf = btf, .strings = h.str_len };
	if (base) {
		out->strings += base->strings;
		out->layout = base->layout;
		out->layout_nr = base->layout_nr;
	}
	if (h.layout_len) {
		out->layout = raw + h.hdr_len + h.layout_off;
		out->layout_nr = h.layout_len / sizeof(struct btf_layout);
	}
	return 0;
}

/* Within @room, 4-byte aligned if it is read as words. */
static bool section_ok(u64 off, u64 len, u64 room, u32 align)
{
	return off <= room && len <= room - off && !(off % align) && !(len % align);
}

static int check_sections(struct btf_blob *b, const struct btf_header *h, const u8 *data,
			  size_t room)
{
	if (!section_ok(h->str_off, h->str_len, room, 1))
		return ktstr_err_set(b->err, -EINVAL,
				     "malformed BTF: strings at %u+%u of %zu bytes", h->str_off,
				     h->str_len, room);
	if (!section_ok(h->type_off, h->type_len, h->str_off, 4))
		return ktstr_err_set(b->err, -EINVAL,
				     "malformed BTF: types at %u+%u, strings from %u", h->type_off,
				     h->type_len, h->str_off);
	if (h->layout_len && (!section_ok(h->layout_off, h->layout_len, h->str_off, 4) ||
			      h->layout_off < h->type_off + h->type_len))
		return ktstr_err_set(b->err, -EINVAL,
				     "malformed BTF: layout at %u+%u between %u and %u",
				     h->layout_off, h->layout_len, h->type_off + h->type_len,
				     h->str_off);
	b->types = data + h->type_off;
	b->types_len = h->type_len;
	b->strings = (const char *)data + h->str_off;
	b->strings_len = h->str_len;
	if (h->layout_len) {
		b->layout = data + h->layout_off;
		b->layout_nr = h->layout_len / sizeof(struct btf_layout);
	}
	return 0;
}

static int check_header(struct btf_blob *b, const u8 *data, size_t len)
{
	struct btf_header h = {};

	if (len < HEADER_MIN)
		return ktstr_err_set(b->err, -EINVAL, "malformed BTF: %zu bytes are no header",
				     len);
	memcpy(&h, data, HEADER_MIN);
	if (h.magic != BTF_MAGIC || h.version != BTF_VERSION || h.flags)
		return ktstr_err_set(b->err, -EINVAL,
				     "malformed BTF: begins with magic 0x%x, version %u, flags 0x%x",
				     h.magic, h.version, h.flags);
	if (h.hdr_len < HEADER_MIN || h.hdr_len > len || h.hdr_len % 4)
		return ktstr_err_set(b->err, -EINVAL, "malformed BTF: a header of %u bytes in %zu",
				     h.hdr_len, len);
	/* A shorter header has no layout section, a longer one has more after it. */
	if (h.hdr_len >= sizeof(h))
		memcpy(&h, data, sizeof(h));
	return check_sections(b, &h, data + h.hdr_len, len - h.hdr_len);
}

/* Source lines are here too (.BTF.ext): long ones, but nobody's name. */
static bool all_short(const char *s, size_t len)
{
	const char *end = s + len, *nul;

	for (; s < end; s = nul + 1) {
		nul = memchr(s, '\0', end - s);
		if (!nul || nul - s > BTF_CHECK_NAME_MAX)
			return false;
	}
	return true;
}

static int check_strings(struct btf_blob *b)
{
	u32 len = b->strings_len;

	if (!len && b->base)
		return 0;
	if (!len || b->strings[len - 1] || (!b->base && b->strings[0]) ||
	    len > UINT32_MAX - b->strings_base)
		return ktstr_err_set(b->err, -EINVAL,
				     "malformed BTF: %u bytes of strings without \"\" or an end",
				     len);
	b->short_names = all_short(b->strings, len);
	return 0;
}

/* Of a kind this file does not know: what the layout section says about it. */
static u64 unknown_size(const struct btf_blob *b, u32 kind, u32 vlen)
{
	struct btf_layout l;

	if (!kind || kind >= b->layout_nr)
		return 0;
	memcpy(&l, b->layout + kind * sizeof(l), sizeof(l));
	if (l.info_sz % 4 || l.elem_sz % 4)
		return 0;
	return sizeof(struct btf_type) + l.info_sz + (u64)vlen * l.elem_sz;
}

/* Bytes of a type with all that follows it; 0 = unknown. */
static u64 type_size(const struct btf_blob *b, u32 kind, u32 vlen)
{
	const u64 head = sizeof(struct btf_type);

	switch (kind) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return head;
	case BTF_KIND_INT:
		return head + sizeof(u32);
	case BTF_KIND_ARRAY:
		return head + sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return head + (u64)vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return head + (u64)vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return head + (u64)vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return head + (u64)vlen * sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return head + sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return head + (u64)vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return head + sizeof(struct btf_decl_tag);
	default:
		return unknown_size(b, kind, vlen);
	}
}

/* One step over the type section; sets @b->end. */
static int index_types(struct btf_blob *b, u32 room)
{
	u32 at = 0, nr, kind;
	struct btf_type t;
	u64 size;

	for (nr = 0; at < b->types_len; nr++) {
		if (nr == room)
			return ktstr_err_set(b->err, -EINVAL, "malformed BTF: more than %u types",
					     BTF_CHECK_TYPES_MAX);
		if (b->types_len - at < sizeof(t))
			return ktstr_err_set(b->err, -EINVAL,
					     "malformed BTF: %u bytes behind the last type",
					     b->types_len - at);
		memcpy(&t, b->types + at, sizeof(t));
		kind = BTF_INFO_KIND(t.info);
		size = type_size(b, kind, BTF_INFO_VLEN(t.info));
		if (!size)
			return ktstr_err_set(b->err, -EOPNOTSUPP,
					     "BTF with a type of unknown kind %u (type %u)", kind,
					     b->first + nr);
		b->offs[nr] = at;
		b->kinds[nr] = kind;
		b->end = b->first + nr + 1;
		if (size > b->types_len - at)
			return btf_blob_bad(b, b->first + nr,
					    "with %u elements ends behind the types",
					    BTF_INFO_VLEN(t.info));
		at += size;
	}
	b->end = b->first + nr;
	return 0;
}

static int check_types(struct btf_blob *b)
{
	u32 room = b->types_len / sizeof(struct btf_type) + 1;
	int ret;

	if (b->first > BTF_CHECK_TYPES_MAX)
		return ktstr_err_set(b->err, -EINVAL, "malformed BTF: its base has %u types",
				     b->first);
	room = min(room, BTF_CHECK_TYPES_MAX - b->first + 1);
	b->offs = malloc(room * sizeof(*b->offs));
	b->kinds = malloc(room);
	if (!b->offs || !b->kinds)
		return ktstr_err_set(b->err, -ENOMEM, "no memory to check BTF");
	ret = index_types(b, room);
	ret = ret ?: btf_check_types(b);
	return ret ?: btf_check_graph(b);
}

int btf_check(const void *data, size_t len, const struct btf_check_base *base,
	      struct ktstr_err *err)
{
	struct btf_blob b = { .base = base, .first = 1, .err = err };
	int ret;

	if (base) {
		b.first = btf__type_cnt(base->btf);
		b.strings_base = base->strings;
		b.layout = base->layout;
		b.layout_nr = base->layout_nr;
	}
	ret = check_header(&b, data, len);
	ret = ret ?: check_strings(&b);
	ret = ret ?: check_types(&b);
	free(b.offs);
	free(b.kinds);
	return ret;
}
