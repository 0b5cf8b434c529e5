// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/bits.h>

#include "host/inspect/query_internal.h"
#include "host/inspect/type_name.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

#define NAME_MAX_LEN 255
/* Pointers, arrays and qualifiers around one type. */
#define PEEL_MAX 16
/* What pahole puts per-CPU variables in, whatever the linker script calls it. */
#define PERCPU_SECTION ".data..percpu"

/**
 * struct spelling - a type as it was written
 * @kinds: bits of BTF_KIND_*, those of @name that will do
 * @name: without struct, union, enum, stars and brackets
 * @stars: how many
 * @count: between brackets, 0 = none
 */
struct spelling {
	u32 kinds;
	char name[NAME_MAX_LEN + 1];
	u32 stars;
	u32 count;
};

static size_t trim(const char *text, size_t len)
{
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return len;
}

/* "[4]" at the end. */
static int take_count(const char *text, size_t *len, u32 *count)
{
	const char *open;
	unsigned long v;
	char *end;

	*count = 0;
	if (!*len || text[*len - 1] != ']')
		return 0;
	open = memchr(text, '[', *len);
	if (!open || !isdigit((unsigned char)open[1]))
		return -EINVAL;
	v = strtoul(open + 1, &end, 10);
	if (end != text + *len - 1 || !v || v > TYPE_COUNT_MAX)
		return -EINVAL;
	*count = v;
	*len = trim(text, open - text);
	return 0;
}

static int spell(const char *text, struct spelling *s)
{
	static const struct {
		const char *word;
		u32 kinds;
	} words[] = {
		{ "struct ", BIT(BTF_KIND_STRUCT) },
		{ "union ", BIT(BTF_KIND_UNION) },
		{ "enum ", BIT(BTF_KIND_ENUM) | BIT(BTF_KIND_ENUM64) },
	};
	size_t len, i;

	memset(s, 0, sizeof(*s));
	while (isspace((unsigned char)*text))
		text++;
	len = trim(text, strlen(text));
	if (take_count(text, &len, &s->count))
		return -EINVAL;
	while (len && text[len - 1] == '*') {
		len = trim(text, len - 1);
		s->stars++;
	}
	s->kinds = BIT(BTF_KIND_STRUCT) | BIT(BTF_KIND_UNION) | BIT(BTF_KIND_TYPEDEF) |
		   BIT(BTF_KIND_ENUM) | BIT(BTF_KIND_ENUM64) | BIT(BTF_KIND_INT) |
		   BIT(BTF_KIND_FLOAT);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i].word);

		if (len > n && !strncmp(text, words[i].word, n)) {
			s->kinds = words[i].kinds;
			text += n;
			len -= n;
			break;
		}
	}
	if (!len || len > NAME_MAX_LEN || s->stars > 1)
		return -EINVAL;
	memcpy(s->name, text, len);
	return 0;
}

static u32 find_named(const struct btf *btf, const struct spelling *s)
{
	u32 id, nr = btf__type_cnt(btf);

	for (id = 1; id < nr; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name;

		if (!(s->kinds & BIT(btf_kind(t))))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (name && !strcmp(name, s->name))
			return id;
	}
	return 0;
}

static u32 find_pointer(const struct btf *btf, u32 to)
{
	u32 id, nr = btf__type_cnt(btf);

	for (id = 1; id < nr; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_ptr(t) && t->type == to)
			return id;
	}
	return 0;
}

static void suggest(const struct btf *btf, const struct spelling *s, struct suggestions *to)
{
	u32 id, nr = btf__type_cnt(btf);

	for (id = 1; id < nr && !suggest_full(to); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name;

		if (!(s->kinds & BIT(btf_kind(t))))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (name)
			suggest_add(to, name);
	}
}

static int not_found(const struct btf *btf, const struct spelling *s, const char *text,
		     struct ktstr_err *err)
{
	struct suggestions names;
	char shown[QUERY_SHOWN_MAX];

	suggest_init(&names, s->name);
	suggest(btf, s, &names);
	names.begins = false;
	suggest(btf, s, &names);
	return ktstr_err_set(err, -ENOENT, "no type '%s' in the kernel's BTF%s%s",
			     query_shown(shown, text), names.text[0] ? "; there are: " : "",
			     names.text);
}

int type_name_parse(const struct kbtf *b, const char *text, struct type_name *t,
		    struct ktstr_err *err)
{
	const struct btf *btf = kbtf_btf(b);
	char shown[QUERY_SHOWN_MAX];
	struct spelling s;

	memset(t, 0, sizeof(*t));
	if (spell(text, &s))
		return ktstr_err_set(err, -EINVAL,
				     "'%s' is no type: write u64, 'struct rq', 'struct rq *' or u32[4] (at most %u)",
				     query_shown(shown, text), TYPE_COUNT_MAX);
	t->id = find_named(btf, &s);
	if (t->id && s.stars) {
		t->id = find_pointer(btf, t->id);
		if (!t->id)
			return ktstr_err_set(err, -ENOENT,
					     "this kernel's BTF has no pointer to '%s': ask for u64",
					     query_shown(shown, s.name));
	}
	if (!t->id)
		return not_found(btf, &s, text, err);
	t->count = s.count;
	if (kbtf_type_size(b, t->id, &t->size) || !t->size)
		return ktstr_err_set(err, -EINVAL, "type '%s' has no size",
				     query_shown(shown, text));
	return 0;
}

static const char *kind_word(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
		return "struct ";
	case BTF_KIND_UNION:
		return "union ";
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return "enum ";
	}
	return "";
}

const char *type_name_spell(const struct kbtf *b, u32 id, u32 count, char buf[TYPE_SPELLED_MAX])
{
	const struct btf *btf = kbtf_btf(b);
	char stars[PEEL_MAX + 2] = "", dims[48] = "", name[QUERY_SHOWN_MAX];
	const struct btf_type *t = btf__type_by_id(btf, id);
	u32 depth, nr = 0;

	if (count)
		snprintf(dims, sizeof(dims), "[%u]", count);
	for (depth = 0; t && depth < PEEL_MAX; depth++) {
		if (btf_is_array(t)) {
			snprintf(dims + strlen(dims), sizeof(dims) - strlen(dims), "[%u]",
				 btf_array(t)->nelems);
			t = btf__type_by_id(btf, btf_array(t)->type);
			continue;
		}
		if (btf_is_ptr(t))
			stars[nr++] = '*';
		else if (!btf_is_mod(t) && !btf_is_type_tag(t))
			break;
		t = btf__type_by_id(btf, t->type);
	}
	if (t && btf_is_func_proto(t))
		snprintf(name, sizeof(name), "function");
	else
		query_shown(name, t && t->name_off     ? btf__name_by_offset(btf, t->name_off) :
				  t && !btf_is_void(t) ? "{...}" :
							 "void");
	snprintf(buf, TYPE_SPELLED_MAX, "%s%s%s%s%s", t ? kind_word(t) : "", name, nr ? " " : "",
		 stars, dims);
	return buf;
}

static bool in_section(const struct btf_type *section, u32 var)
{
	const struct btf_var_secinfo *info = btf_var_secinfos(section);
	u32 i, nr = btf_vlen(section);

	for (i = 0; i < nr; i++)
		if (info[i].type == var)
			return true;
	return false;
}

static bool is_percpu(const struct btf *btf, u32 var)
{
	u32 id, nr = btf__type_cnt(btf);

	for (id = 1; id < nr; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name;

		if (!btf_is_datasec(t))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		if (name && !strncmp(name, PERCPU_SECTION, strlen(PERCPU_SECTION)) &&
		    in_section(t, var))
			return true;
	}
	return false;
}

int type_name_variable(const struct kbtf *b, const char *name, u32 *id, bool *percpu)
{
	struct spelling var = { .kinds = BIT(BTF_KIND_VAR) };
	const struct btf *btf = kbtf_btf(b);
	u32 at;

	if (strlen(name) > NAME_MAX_LEN)
		return -ENOENT;
	snprintf(var.name, sizeof(var.name), "%s", name);
	at = find_named(btf, &var);
	if (!at)
		return -ENOENT;
	*id = btf__type_by_id(btf, at)->type;
	*percpu = is_percpu(btf, at);
	return 0;
}
