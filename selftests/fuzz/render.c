// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any types and any bytes as values, which are written as JSON and text, and
 * read back. Input: how, 2 bytes of length, BTF of that length, bytes.
 */
#include <bpf/btf.h>
#include <linux/bits.h>
#include <stdio.h>

#include "fuzz.h"
#include "host/inspect/render.h"
#include "host/inspect/value.h"
#include "host/inspect/value_json.h"
#include "host/inspect/value_parse.h"
#include "host/inspect/value_text.h"
#include "host/kernel/kbtf.h"

#define JSON_DEPTH_MAX 4096
#include "selftests/unit/json_check.h"

#define TREE_BYTES (256U << 10)
#define TYPES_MAX  64
#define NR_CPUS	   130

#define HOW_CHASE BIT(0)
#define HOW_CPUS  BIT(1)
#define HOW_TEXT  BIT(2)
#define HOW_PARSE BIT(3)

/**
 * struct world - what one input is
 * @btf: types
 * @bytes: all that there is of memory, from address 0 on
 * @len: of it
 */
struct world {
	struct kbtf *btf;
	u8 *bytes;
	size_t len;
};

/* Into the same bytes, so that they may well be circles. */
static const char *resolve(void *ctx, u64 ptr, const struct kbtf *btf, u32 pointee,
			   struct render_target *to)
{
	const struct world *w = ctx;

	if (ptr >= w->len)
		return "not in memory";
	*to = (struct render_target){
		.btf = btf,
		.type_id = pointee,
		.bytes = w->bytes + ptr,
		.len = w->len - ptr,
		.note = "fuzz",
	};
	return NULL;
}

static char *as_json(const struct value *v, size_t *len)
{
	char *text = NULL;
	FILE *out = open_memstream(&text, len);
	json_writer_t *w = jsonw_new(out);

	value_json(w, v);
	jsonw_destroy(&w);
	fclose(out);
	return text;
}

static void as_text(const struct value *v)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	FUZZ_ASSERT(value_text_print(out, v, NULL) == 0);
	fclose(out);
	FUZZ_ASSERT(strlen(text) == len);
	free(text);
}

/* A build without json-c has no reader. */
static void read_back(const char *json, size_t len)
{
	struct ktstr_err err = { "" };
	struct vtree *t = value_parse(json, len, &err);

	FUZZ_ASSERT(t || strstr(err.msg, "json-c"));
	vtree_free(t);
}

static void render(const struct world *w, u32 id, u8 how)
{
	const struct render_env env = {
		.resolve = resolve,
		.ctx = (void *)w,
		.chase = how & HOW_CHASE ? RENDER_CHASE_MAX : 1,
		.nr_cpus = how & HOW_CPUS ? NR_CPUS : 0,
	};
	struct vtree *t = vtree_new(TREE_BYTES);
	size_t len;
	char *json;

	value_render(t, vtree_root(t), "v", &env, w->btf, id, w->bytes, w->len);
	/* what a tree is limited to, and the chunk it ends in */
	FUZZ_ASSERT(vtree_bytes(t) <= TREE_BYTES + 4096);
	json = as_json(vtree_root(t), &len);
	FUZZ_ASSERT(json_valid(json, len));
	if (how & HOW_TEXT)
		as_text(vtree_root(t));
	if (how & HOW_PARSE)
		read_back(json, len);
	free(json);
	vtree_free(t);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_in in = { data, len };
	struct world w = {};
	u8 how = fuzz_u8(&in);
	u16 size = fuzz_u16(&in);
	void *blob;
	u32 id;

	if (size > in.len)
		return 0;
	blob = malloc(size + 1);
	fuzz_take(&in, blob, size);
	w.btf = kbtf_from_raw(blob, size, NULL, NULL);
	w.bytes = fuzz_rest(&in, &w.len);
	for (id = 0; w.btf && id < btf__type_cnt(kbtf_btf(w.btf)) && id < TYPES_MAX; id++)
		render(&w, id, how);
	kbtf_free(w.btf);
	free(w.bytes);
	free(blob);
	return 0;
}
