// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <linux/align.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/kallsyms.h"
#include "lib/util.h"

#define TOKENS 256
/* Tokens up to here are copied in one go, the others byte by byte. */
#define TOKEN_SHORT 16
/* A token is part of a name. */
#define TOKEN_MAX KALLSYMS_NAME_MAX
/* Two bytes of length and what they can say at most. */
#define ENTRY_MAX (2 + (0x7f | 0xff << 7))
#define CHUNK	  SZ_1M

/**
 * struct tokens - the token table, expanded
 * @len: bytes of each token
 * @head: its first bytes
 * @text: all of it, in @table
 * @table: what was read
 */
struct tokens {
	u16 len[TOKENS];
	char head[TOKENS][TOKEN_SHORT];
	const char *text[TOKENS];
	char table[SZ_64K + TOKEN_MAX + 1 + TOKEN_SHORT];
};

/**
 * struct names - the compressed names, copied as far as they were needed
 * @src: where they are
 * @buf: the copy
 * @len: bytes of it
 * @room: bytes allocated
 * @end: there is no more to be had
 * @pos: where the next name begins
 * @name: the last one decoded: its type and then its text; not NUL-terminated
 * @name_len: bytes of it, the type included
 */
struct names {
	const struct kallsyms_src *src;
	u8 *buf;
	size_t len;
	size_t room;
	bool end;
	size_t pos;
	char name[KALLSYMS_NAME_MAX + TOKEN_SHORT];
	size_t name_len;
};

/**
 * enum encoding - what an entry of kallsyms_offsets is
 * @ENC_SLOT: signed, relative to the entry itself (7.x)
 * @ENC_BASE: unsigned, above kallsyms_relative_base
 * @ENC_PERCPU: an absolute address, or the one's complement of what lies above
 *              the base (CONFIG_KALLSYMS_ABSOLUTE_PERCPU)
 */
enum encoding {
	ENC_SLOT,
	ENC_BASE,
	ENC_PERCPU,
	ENC_COUNT,
};

/**
 * struct offsets - the table of addresses
 * @raw: its entries
 * @nr: how many
 * @kva: where it is in the guest
 * @base: value of kallsyms_relative_base, 0 = none
 * @enc: what the entries are
 */
struct offsets {
	__le32 *raw;
	u32 nr;
	u64 kva;
	u64 base;
	enum encoding enc;
};

static u64 decode_address(const struct offsets *o, enum encoding enc, u32 i)
{
	u32 raw = le32_to_cpu(o->raw[i]);

	switch (enc) {
	case ENC_SLOT:
		return o->kva + 4ULL * i + (s64)(s32)raw;
	case ENC_BASE:
		return o->base + raw;
	default:
		return (s32)raw >= 0 ? raw : o->base - 1 - (s64)(s32)raw;
	}
}

static int read_all(const struct kallsyms_src *src, u64 kva, void *buf, size_t len,
		    const char *what, struct ktstr_err *err)
{
	if (src->read(src->ctx, kva, buf, len) == len)
		return 0;
	return ktstr_err_set(err, -EFAULT, "kallsyms: cannot read %s: %zu bytes at 0x%" PRIx64,
			     what, len, kva);
}

static int load_tokens(const struct kallsyms_src *src, struct tokens *t, struct ktstr_err *err)
{
	__le16 index[TOKENS];
	size_t len, i;
	int ret;

	ret = read_all(src, src->token_index, index, sizeof(index), "kallsyms_token_index", err);
	if (ret)
		return ret;
	/* The rest of the buffer stays zero: it may be copied along with a short token. */
	len = src->read(src->ctx, src->token_table, t->table, SZ_64K + TOKEN_MAX + 1);
	for (i = 0; i < TOKENS; i++) {
		size_t at = le16_to_cpu(index[i]);
		const char *end = at < len ? memchr(t->table + at, '\0', len - at) : NULL;

		if (!end || end - (t->table + at) > (ptrdiff_t)TOKEN_MAX)
			return ktstr_err_set(err, -EBADMSG,
					     "kallsyms: token %zu at %zu has no end in the token table (%zu bytes readable)",
					     i, at, len);
		t->text[i] = t->table + at;
		t->len[i] = end - t->text[i];
		memcpy(t->head[i], t->text[i], TOKEN_SHORT);
	}
	return 0;
}

/* Makes more of the names available, if there is more. */
static int names_fill(struct names *n)
{
	size_t want, got;
	u8 *bigger;

	if (n->room - n->len < CHUNK) {
		bigger = realloc(n->buf, n->room + 4 * CHUNK);
		if (!bigger)
			return -ENOMEM;
		n->buf = bigger;
		n->room += 4 * CHUNK;
	}
	want = min((size_t)CHUNK, KALLSYMS_NAMES_MAX - n->len);
	got = n->src->read(n->src->ctx, n->src->names + n->len, n->buf + n->len, want);
	n->len += got;
	n->end = got < (size_t)CHUNK;
	return 0;
}

/* False when the name would be longer than any can be. */
static bool expand(struct names *n, const struct tokens *t, const u8 *code, size_t len)
{
	size_t used = 0;

	for (; len; len--, code++) {
		size_t add = t->len[*code];

		if (unlikely(add > KALLSYMS_NAME_MAX - used))
			return false;
		if (likely(add <= TOKEN_SHORT))
			memcpy(n->name + used, t->head[*code], TOKEN_SHORT);
		else
			memcpy(n->name + used, t->text[*code], add);
		used += add;
	}
	n->name_len = used;
	return true;
}

static int names_next(struct names *n, const struct tokens *t, u32 i, struct ktstr_err *err)
{
	size_t left, head = 1, len;
	const u8 *p;

	if (unlikely(n->len - n->pos < ENTRY_MAX) && !n->end) {
		int ret = names_fill(n);

		if (ret)
			return ktstr_err_set(err, ret, "out of memory");
	}
	p = n->buf + n->pos;
	left = n->len - n->pos;
	len = left ? p[0] : 0;
	if (len & 0x80 && left > 1) {
		len = (len & 0x7f) | (size_t)p[1] << 7;
		head = 2;
	}
	if (head >= left || len > left - head)
		return ktstr_err_set(err, -EBADMSG,
				     "kallsyms: name %u of %zu bytes ends beyond the names (%zu bytes readable)",
				     i, len, n->len);
	/* a type and at least one character */
	if (!expand(n, t, p + head, len) || n->name_len < 2)
		return ktstr_err_set(err, -EBADMSG,
				     "kallsyms: name %u at offset %zu is empty or longer than %u",
				     i, n->pos, KALLSYMS_NAME_MAX);
	n->pos += head + len;
	return 0;
}

static int load_offsets(const struct kallsyms_src *src, struct offsets *o, struct ktstr_err *err)
{
	__le32 count;
	__le64 base;
	u64 base_kva;
	int ret;

	ret = read_all(src, src->num_syms, &count, sizeof(count), "kallsyms_num_syms", err);
	if (ret)
		return ret;
	o->nr = le32_to_cpu(count);
	o->kva = src->offsets;
	if (!o->nr || o->nr > SYMTAB_MAX)
		return ktstr_err_set(err, -EBADMSG, "kallsyms: %u symbols; expected 1 to %u", o->nr,
				     SYMTAB_MAX);
	o->raw = malloc(4ULL * o->nr);
	if (!o->raw)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	base_kva = src->relative_base ?: ALIGN(src->offsets + 4ULL * o->nr, 8);
	if (src->read(src->ctx, base_kva, &base, sizeof(base)) == sizeof(base))
		o->base = le64_to_cpu(base);
	return read_all(src, src->offsets, o->raw, 4ULL * o->nr, "kallsyms_offsets", err);
}

/* Finds the symbol whose address is known, and the encoding that agrees. */
static int find_encoding(struct names *n, const struct tokens *t, struct offsets *o,
			 struct ktstr_err *err)
{
	static const char known[] = "_stext";
	u64 stext = n->src->stext;
	u32 i;

	for (i = 0; i < o->nr; i++) {
		int ret = names_next(n, t, i, err);

		if (ret)
			return ret;
		if (n->name_len == sizeof(known) && !memcmp(n->name + 1, known, sizeof(known) - 1))
			break;
	}
	n->pos = 0;
	if (i == o->nr)
		return ktstr_err_set(err, -EBADMSG, "kallsyms: no _stext among %u symbols", o->nr);
	for (o->enc = 0; o->enc < ENC_COUNT; o->enc++)
		if (decode_address(o, o->enc, i) == stext)
			return 0;
	return ktstr_err_set(err, -EBADMSG,
			     "kallsyms: no encoding gives _stext (entry %u, 0x%x, base 0x%" PRIx64
			     ") its address 0x%" PRIx64,
			     i, le32_to_cpu(o->raw[i]), o->base, stext);
}

static int add_symbols(struct names *n, const struct tokens *t, const struct offsets *o,
		       struct symtab *out, struct ktstr_err *err)
{
	u32 i;

	for (i = 0; i < o->nr; i++) {
		int ret = names_next(n, t, i, err);

		if (ret)
			return ret;
		ret = symtab_add(out, n->name + 1, n->name_len - 1, decode_address(o, o->enc, i));
		if (ret)
			return ktstr_err_set(err, ret == -E2BIG ? -EBADMSG : ret,
					     "kallsyms: symbol %u: %s", i, strerror(-ret));
	}
	return 0;
}

int kallsyms_load(const struct kallsyms_src *src, struct symtab *out, struct ktstr_err *err)
{
	struct tokens *t = calloc(1, sizeof(*t));
	struct names *n = calloc(1, sizeof(*n));
	struct offsets o = { 0 };
	int ret = -ENOMEM;

	if (!t || !n) {
		ktstr_err_set(err, ret, "out of memory");
		goto out;
	}
	n->src = src;
	ret = load_tokens(src, t, err);
	if (!ret)
		ret = load_offsets(src, &o, err);
	if (!ret)
		ret = find_encoding(n, t, &o, err);
	if (!ret)
		ret = add_symbols(n, t, &o, out, err);
out:
	free(o.raw);
	if (n)
		free(n->buf);
	free(n);
	free(t);
	return ret;
}
