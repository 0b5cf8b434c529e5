// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "host/inspect/dump_symbol.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "lib/util.h"

/* struct_ops have their code in images of a page, kernel/bpf/bpf_struct_ops.c */
#define OPS_CODE_MAX 4096

/* Without the error text of value_get(): most of what is asked is not there. */
static const struct value *member(const struct value *v, const char *name)
{
	const struct value *m;

	if (!v || value_kind(v) != VALUE_STRUCT)
		return NULL;
	for (m = value_first(v); m; m = value_next(m))
		if (strcmp(value_name(m), name) == 0)
			return m;
	return NULL;
}

static const struct value *first_of(const struct value *v)
{
	return v && value_kind(v) == VALUE_ARRAY ? value_first(v) : NULL;
}

static bool in_code(const struct value *v, u64 kva, u64 *offset)
{
	u64 start, bytes;

	if (!value_u64(member(v, "bpf_func"), &start) ||
	    !value_u64(member(v, "jited_bytes"), &bytes) || kva < start || kva - start >= bytes)
		return false;
	*offset = kva - start;
	return true;
}

static void name_bpf(char *buf, size_t len, const char *name, u64 offset)
{
	if (offset)
		snprintf(buf, len, "%s+0x%llx [bpf]", name, (unsigned long long)offset);
	else
		snprintf(buf, len, "%s [bpf]", name);
}

static const char *text_of(const struct value *v, const char *name)
{
	return value_text(member(v, name));
}

static bool find_prog(const struct value *progs, u64 kva, char *buf, size_t len)
{
	const struct value *prog, *sub;
	u64 offset;

	for (prog = first_of(progs); prog; prog = value_next(prog)) {
		if (in_code(prog, kva, &offset)) {
			name_bpf(buf, len,
				 text_of(prog, "func")	       ?:
					 text_of(prog, "name") ?:
								 "?",
				 offset);
			return true;
		}
		for (sub = first_of(member(prog, "subprogs")); sub; sub = value_next(sub)) {
			if (!in_code(sub, kva, &offset))
				continue;
			name_bpf(buf, len, text_of(sub, "func") ?: "?", offset);
			return true;
		}
	}
	return false;
}

/* The callback whose code begins next below @kva. */
static const struct value *find_callback(const struct value *maps, u64 kva, u64 *offset,
					 const struct value **ops)
{
	const struct value *map, *m, *found = NULL;
	u64 start;

	for (map = first_of(maps); map; map = value_next(map)) {
		m = member(member(map, "value"), "data");
		if (!m || strcmp(text_of(map, "type_name") ?: "", "STRUCT_OPS") != 0)
			continue;
		for (m = value_kind(m) == VALUE_STRUCT ? value_first(m) : NULL; m;
		     m = value_next(m)) {
			if (value_kind(m) != VALUE_PTR || !value_u64(m, &start) || !start ||
			    start > kva || kva - start >= OPS_CODE_MAX)
				continue;
			if (found && kva - start >= *offset)
				continue;
			found = m;
			*offset = kva - start;
			*ops = map;
		}
	}
	return found;
}

const char *dump_symbolise(const struct guest_kernel *gk, const struct vtree *state, u64 kva,
			   char *buf, size_t len)
{
	const struct value *root, *callback, *ops = NULL;
	char name[128];
	u64 offset = 0;

	if (*gk_symbolise(gk, kva, buf, len) || !state)
		return buf;
	root = vtree_root(state);
	if (find_prog(member(root, "prog_runtime_stats"), kva, buf, len))
		return buf;
	callback = find_callback(member(root, "maps"), kva, &offset, &ops);
	if (callback) {
		snprintf(name, sizeof(name), "%s.%s", text_of(ops, "name") ?: "?",
			 value_name(callback));
		name_bpf(buf, len, name, offset);
	}
	return buf;
}
