/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_BTF_WORDS_H
#define KTSTR_SELFTESTS_UNIT_BTF_WORDS_H

/*
 * BTF written down word by word, as the format has it: also such that no tool
 * would write.
 */
#include <errno.h>
#include <linux/btf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/btf_check.h"
#include "lib/util.h"

#define INFO(kind, vlen)    (BTF_KIND_##kind << 24 | (vlen))
#define KFLAG		    0x80000000U
#define BITFIELD(bits, bit) ((bits) << 24 | (bit))

/* What stands in front of each test's types: a u32, a u64. */
enum {
	VOID,
	U32,
	U64,
	FIRST,
};

static const u32 two_ints[] = { 0, INFO(INT, 0), 4, 32, 0, INFO(INT, 0), 8, 64 };

/* Offset of the one name there is. */
#define NAME 1
static const char strings[] = "\0name";

/**
 * struct blob - BTF under construction
 * @hdr: its header
 * @words: layout and type section
 * @nr: of them
 * @strings: string section
 * @strings_len: bytes of it
 */
struct blob {
	struct btf_header hdr;
	const u32 *words;
	u32 nr;
	const char *strings;
	u32 strings_len;
};

static inline void blob_init(struct blob *b, const u32 *words, u32 nr)
{
	memset(b, 0, sizeof(*b));
	b->words = words;
	b->nr = nr;
	b->strings = strings;
	b->strings_len = sizeof(strings);
	b->hdr.magic = BTF_MAGIC;
	b->hdr.version = BTF_VERSION;
	b->hdr.hdr_len = sizeof(b->hdr);
	b->hdr.type_len = nr * sizeof(u32);
	b->hdr.str_off = b->hdr.type_len;
	b->hdr.str_len = b->strings_len;
}

/* In memory of exactly its size, so that a byte too far is seen. */
static inline void *blob_build(const struct blob *b, size_t *len)
{
	size_t words = b->nr * sizeof(u32);
	u8 *raw;

	*len = sizeof(b->hdr) + words + b->strings_len;
	raw = malloc(*len);
	memcpy(raw, &b->hdr, sizeof(b->hdr));
	memcpy(raw + sizeof(b->hdr), b->words, words);
	memcpy(raw + sizeof(b->hdr) + words, b->strings, b->strings_len);
	return raw;
}

static inline int blob_check(const struct blob *b, const struct btf_check_base *base,
			     struct ktstr_err *err)
{
	size_t len;
	void *raw = blob_build(b, &len);
	int ret;

	memset(err, 0, sizeof(*err));
	ret = btf_check(raw, len, base, err);
	free(raw);
	return ret;
}

static inline int words_check(const u32 *words, u32 nr, const struct btf_check_base *base,
			      struct ktstr_err *err)
{
	struct blob b;

	blob_init(&b, words, nr);
	return blob_check(&b, base, err);
}

/* Types behind the first two. */
static inline int types_check(const u32 *words, u32 nr, struct ktstr_err *err)
{
	u32 *all = malloc(sizeof(two_ints) + nr * sizeof(u32));
	int ret;

	memcpy(all, two_ints, sizeof(two_ints));
	memcpy(all + ARRAY_SIZE(two_ints), words, nr * sizeof(u32));
	ret = words_check(all, ARRAY_SIZE(two_ints) + nr, NULL, err);
	free(all);
	return ret;
}

/* Refused, and for the reason that is meant. */
static inline bool refused(int ret, const struct ktstr_err *err, const char *reason)
{
	if (ret == -EINVAL && strstr(err->msg, reason))
		return true;
	printf("# %d \"%s\", and not \"%s\"\n", ret, err->msg, reason);
	return false;
}

#define WORDS(...)	 ((const u32[]){ __VA_ARGS__ })
#define CHECK(...)	 types_check(WORDS(__VA_ARGS__), ARRAY_SIZE(WORDS(__VA_ARGS__)), &self->err)
#define GOOD(...)	 EXPECT_EQ(0, CHECK(__VA_ARGS__))
#define BAD(reason, ...) EXPECT_TRUE(refused(CHECK(__VA_ARGS__), &self->err, reason))

#endif /* KTSTR_SELFTESTS_UNIT_BTF_WORDS_H */
