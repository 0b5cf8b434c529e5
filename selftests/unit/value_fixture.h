/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_VALUE_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_VALUE_FIXTURE_H

/* Values as the text a test compares, and the types most of them are made of. */
#include <bpf/btf.h>
#include <json_writer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/value.h"
#include "host/inspect/value_json.h"
#include "host/inspect/value_text.h"
#include "kselftest_harness.h"

#define TREE_MAX (16U << 20)

/* The JSON of a value on one line, to be freed. */
static inline char *value_as_json(const struct value *v)
{
	json_writer_t *w;
	char *text;
	size_t len;
	FILE *out;

	out = open_memstream(&text, &len);
	w = jsonw_new(out);
	value_json(w, v);
	jsonw_destroy(&w);
	fclose(out);
	if (len)
		text[len - 1] = '\0';
	return text;
}

/* What people see of it, to be freed. */
static inline char *value_as_text(const struct value *v, const struct value_text_opts *o)
{
	char *text;
	size_t len;
	FILE *out;

	out = open_memstream(&text, &len);
	value_text_print(out, v, o);
	fclose(out);
	return text;
}

/* As a test writes JSON: with ' for ", and newlines that do not count. To be freed. */
static inline char *json_expected(const char *text)
{
	char *json = malloc(strlen(text) + 1), *p = json;

	for (; *text; text++)
		if (*text != '\n')
			*p++ = *text == '\'' ? '"' : *text;
	*p = '\0';
	return json;
}

#define EXPECT_JSON(json, v)                            \
	do {                                            \
		char *json_want_ = json_expected(json); \
		char *json_text_ = value_as_json(v);    \
		EXPECT_STREQ(json_want_, json_text_);   \
		free(json_want_);                       \
		free(json_text_);                       \
	} while (0)

#define EXPECT_TEXT(text, v, o)                          \
	do {                                             \
		char *value_text_ = value_as_text(v, o); \
		EXPECT_STREQ(text, value_text_);         \
		free(value_text_);                       \
	} while (0)

/**
 * struct ids - types to build on
 * @u8: unsigned char
 * @u16: unsigned short
 * @u32: unsigned int
 * @u64: unsigned long
 * @s32: int
 * @s64: long
 * @ch: char
 * @flag: _Bool
 */
struct ids {
	int u8;
	int u16;
	int u32;
	int u64;
	int s32;
	int s64;
	int ch;
	int flag;
};

static inline struct btf *btf_start(struct ids *id)
{
	struct btf *btf = btf__new_empty();

	id->u8 = btf__add_int(btf, "unsigned char", 1, 0);
	id->u16 = btf__add_int(btf, "unsigned short", 2, 0);
	id->u32 = btf__add_int(btf, "unsigned int", 4, 0);
	id->u64 = btf__add_int(btf, "unsigned long", 8, 0);
	id->s32 = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	id->s64 = btf__add_int(btf, "long", 8, BTF_INT_SIGNED);
	id->ch = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	id->flag = btf__add_int(btf, "_Bool", 1, BTF_INT_BOOL);
	return btf;
}

/*
 * libbpf's types as the renderer takes them: a test that includes this does not
 * link host/kernel/kbtf.o, whose checks would keep what is hostile from it.
 */
#ifdef VALUE_FIXTURE_RAW_TYPES

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

/* The only one of the kernel: scx_enqueue. */
#define VALUE_FIXTURE_SYMBOL 0xffffffff81000000ULL

const char *gk_symbolise(const struct guest_kernel *gk, u64 kva, char *buf, size_t len)
{
	snprintf(buf, len, "%s", kva == VALUE_FIXTURE_SYMBOL + 4 ? "scx_enqueue+0x4" : "");
	return buf;
}

const struct btf *kbtf_btf(const struct kbtf *b)
{
	return (const struct btf *)b;
}

#endif

#endif /* KTSTR_SELFTESTS_UNIT_VALUE_FIXTURE_H */
