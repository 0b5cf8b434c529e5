/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_UNIT_KALLSYMS_FIXTURE_H
#define KTSTR_UNIT_KALLSYMS_FIXTURE_H

/*
 * Makes kallsyms tables as scripts/kallsyms.c of the kernel does, with a fixed
 * token table: for unit tests and for the bench.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/align.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "host/kernel/kallsyms.h"

/* What the bytes that no name has stand for. */
static const char *const kt_token[] = {
	"__",	 "_init", "sched", "_probe", "_show", "_store", "ops",	  "__func__.", "reg",
	"dev",	 "_get",  "_set",  "ext4_",  "net",   "tcp_",	"page",	  "alloc",     "free",
	"_read", "write", "bpf_",  "_lock",  "trace", "event",	"cgroup", "in",	       "er",
	"re",	 "st",	  "at",	   "on",     "ate",   "or",	"en",	  "ti",	       "_s",
	"_p",	 "_c",	  "de",	   "co",     "T__",   "Tsched", "Tbpf_",  "scx_",
};

/* Byte of the first of them; all below stand for themselves. */
#define KT_TOKEN 0x80
/* A token longer than any register: 24 bytes. */
#define KT_LONG_TOKEN 0x7f
#define KT_LONG_TEXT  "a_rather_long_piece_of_a"

enum kt_encoding {
	KT_SLOT,
	KT_BASE,
	KT_PERCPU,
};

/**
 * struct kt_symbol - one symbol
 * @name: its name
 * @addr: its address
 */
struct kt_symbol {
	const char *name;
	u64 addr;
};

/**
 * struct kt_table - tables in "guest memory"
 * @mem: the memory; free() it
 * @len: bytes
 * @kva: address of its first byte
 * @src: where what is; its ctx is this struct
 */
struct kt_table {
	u8 *mem;
	size_t len;
	u64 kva;
	struct kallsyms_src src;
};

static inline size_t kt_read(void *ctx, u64 kva, void *buf, size_t len)
{
	const struct kt_table *t = ctx;
	u64 at = kva - t->kva;

	if (at >= t->len)
		return 0;
	len = min(len, (size_t)(t->len - at));
	memcpy(buf, t->mem + at, len);
	return len;
}

/* Text of a token. */
static inline const char *kt_text(unsigned int byte, char single[2])
{
	if (byte >= KT_TOKEN)
		return byte - KT_TOKEN < ARRAY_SIZE(kt_token) ? kt_token[byte - KT_TOKEN] : "";
	if (byte == KT_LONG_TOKEN)
		return KT_LONG_TEXT;
	single[0] = byte;
	single[1] = '\0';
	return single;
}

/* The longest token that @text begins with; the byte that stands for it. */
static inline unsigned int kt_match(const char *text, size_t *len)
{
	unsigned int byte = (u8)text[0], i;
	char single[2];

	*len = 1;
	for (i = KT_LONG_TOKEN; i < KT_TOKEN + ARRAY_SIZE(kt_token); i++) {
		const char *token = kt_text(i, single);
		size_t n;

		if (token[0] != text[0])
			continue;
		n = strlen(token);
		if (n > *len && !strncmp(token, text, n)) {
			*len = n;
			byte = i;
		}
	}
	return byte;
}

/* Appends one compressed name with its type 'T'; returns its bytes. */
static inline size_t kt_put_name(u8 *to, const char *name)
{
	u8 code[KALLSYMS_NAME_MAX + 2];
	char text[KALLSYMS_NAME_MAX + 2];
	size_t n = 0, len, head, i;

	snprintf(text, sizeof(text), "T%s", name);
	for (i = 0; text[i]; i += len)
		code[n++] = kt_match(text + i, &len);
	head = n > 0x7f ? 2 : 1;
	to[0] = n > 0x7f ? (n & 0x7f) | 0x80 : n;
	if (head == 2)
		to[1] = n >> 7;
	memcpy(to + head, code, n);
	return head + n;
}

static inline void kt_put32(u8 *to, u32 v)
{
	memcpy(to, &v, sizeof(v));
}

static inline size_t kt_put_tokens(struct kt_table *t, size_t pos)
{
	u8 index[512];
	size_t start = pos;
	unsigned int i;
	char single[2];

	t->src.token_table = t->kva + pos;
	for (i = 0; i < 256; i++) {
		const char *text = kt_text(i, single);

		index[2 * i] = pos - start;
		index[2 * i + 1] = (pos - start) >> 8;
		memcpy(t->mem + pos, text, strlen(text) + 1);
		pos += strlen(text) + 1;
	}
	pos = ALIGN(pos, 4);
	t->src.token_index = t->kva + pos;
	memcpy(t->mem + pos, index, sizeof(index));
	return pos + sizeof(index);
}

static inline size_t kt_put_offsets(struct kt_table *t, size_t pos, const struct kt_symbol *sym,
				    u32 nr, enum kt_encoding enc)
{
	u64 base = t->src.stext;
	u32 i;

	t->src.offsets = t->kva + pos;
	for (i = 0; i < nr; i++, pos += 4) {
		if (enc == KT_SLOT)
			kt_put32(t->mem + pos, sym[i].addr - (t->kva + pos));
		else if (enc == KT_BASE)
			kt_put32(t->mem + pos, sym[i].addr - base);
		else
			kt_put32(t->mem + pos,
				 sym[i].addr < base ? sym[i].addr : base - 1 - sym[i].addr);
	}
	pos = ALIGN(pos, 8);
	if (enc != KT_SLOT)
		memcpy(t->mem + pos, &base, sizeof(base));
	return pos + sizeof(base);
}

/**
 * kt_build() - make the tables
 * @t: filled in
 * @kva: where they shall be, a multiple of 8
 * @stext: address of _stext, which should be among @sym; the base, too
 * @sym: symbols by address
 * @nr: how many
 * @enc: how addresses are written
 */
static inline void kt_build(struct kt_table *t, u64 kva, u64 stext, const struct kt_symbol *sym,
			    u32 nr, enum kt_encoding enc)
{
	size_t room = SZ_4K, pos = 4;
	u32 i;

	for (i = 0; i < nr; i++)
		room += strlen(sym[i].name) + 3 + 4;
	memset(t, 0, sizeof(*t));
	t->mem = calloc(1, room);
	t->kva = kva;
	t->src.read = kt_read;
	t->src.ctx = t;
	t->src.stext = stext;
	t->src.num_syms = kva;
	t->src.names = kva + pos;
	kt_put32(t->mem, nr);
	for (i = 0; i < nr; i++)
		pos += kt_put_name(t->mem + pos, sym[i].name);
	pos = kt_put_tokens(t, ALIGN(pos, 4));
	t->len = kt_put_offsets(t, pos, sym, nr, enc);
}

#endif /* KTSTR_UNIT_KALLSYMS_FIXTURE_H */
