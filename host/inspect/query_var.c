// SPDX-License-Identifier: GPL-2.0-only
/* Variables of the kernel, by name and type. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/guest_state.h"
#include "host/inspect/query_internal.h"
#include "host/inspect/render.h"
#include "host/inspect/type_name.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

#define NAME_MAX_LEN QUERY_ARG_MAX

/**
 * struct variable - what was asked for
 * @name: of the symbol
 * @kva: its address; of a per-CPU one what a CPU's offset is added to
 * @typed: @type is known
 * @type: see there
 * @size: bytes that are read
 * @percpu: it is a per-CPU variable, as far as is known
 * @known: that much is known
 */
struct variable {
	char name[NAME_MAX_LEN + 1];
	u64 kva;
	bool typed;
	struct type_name type;
	u64 size;
	bool percpu;
	bool known;
};

static void suggest_symbol(void *ctx, const char *name, size_t len, u64 kva)
{
	suggest_add(ctx, name);
}

static int no_symbol(const struct guest_kernel *gk, const char *name, struct ktstr_err *err)
{
	char shown[QUERY_SHOWN_MAX];
	struct suggestions names;

	suggest_init(&names, name);
	gk_symbol_each(gk, suggest_symbol, &names);
	names.begins = false;
	gk_symbol_each(gk, suggest_symbol, &names);
	return ktstr_err_set(err, -ENOENT, "no symbol '%s' among the kernel's %" PRIu64 "%s%s",
			     query_shown(shown, name), gk_symbol_count(gk),
			     names.text[0] ? "; there are: " : "; see 'symbols'", names.text);
}

/**
 * struct above - where a symbol ends
 * @kva: of the symbol
 * @next: the lowest address above it
 */
struct above {
	u64 kva;
	u64 next;
};

static void note_above(void *ctx, const char *name, size_t len, u64 kva)
{
	struct above *a = ctx;

	if (kva > a->kva && kva < a->next)
		a->next = kva;
}

/* Up to the symbol behind it, as there is nothing better. */
static u64 untyped_size(const struct guest_kernel *gk, u64 kva)
{
	struct above a = { kva, UINT64_MAX };

	gk_symbol_each(gk, note_above, &a);
	return min_t(u64, a.next - kva, QUERY_UNTYPED_MAX);
}

/* The linker's word for it, where BTF has none (include/asm-generic/vmlinux.lds.h). */
static void ask_linker(const struct guest_kernel *gk, struct variable *v)
{
	u64 start, end;

	if (!gk_symbol(gk, "__per_cpu_start", &start) || !gk_symbol(gk, "__per_cpu_end", &end))
		return;
	v->known = true;
	v->percpu = v->kva >= start && v->kva < end;
}

static int find(const struct insp *in, const char *arg, struct variable *v, struct ktstr_err *err)
{
	const char *colon = strchr(arg, ':');
	char shown[QUERY_SHOWN_MAX];
	bool percpu = false;
	u32 id;
	int ret;

	memset(v, 0, sizeof(*v));
	snprintf(v->name, sizeof(v->name), "%.*s", (int)(colon ? colon - arg : strlen(arg)), arg);
	if (!v->name[0])
		return ktstr_err_set(err, -EINVAL, "'%s' names no symbol: write NAME or NAME:TYPE",
				     query_shown(shown, arg));
	if (!gk_symbol(in->gk, v->name, &v->kva))
		return no_symbol(in->gk, v->name, err);
	if (!type_name_variable(in->btf, v->name, &id, &percpu)) {
		v->typed = !kbtf_type_size(in->btf, id, &v->type.size) && v->type.size;
		v->type.id = id;
		v->percpu = percpu;
		v->known = percpu;
	}
	if (!v->known)
		ask_linker(in->gk, v);
	if (colon) {
		ret = type_name_parse(in->btf, colon + 1, &v->type, err);
		if (ret)
			return ret;
		v->typed = true;
	}
	v->size = v->typed ? v->type.size * max_t(u64, v->type.count, 1) :
			     untyped_size(in->gk, v->kva);
	return 0;
}

/* Bytes that could be read; says what could not. */
static u64 read_bytes(const struct insp *in, u64 kva, u64 size, u8 *buf, struct value *to)
{
	u64 len = min_t(u64, size, QUERY_BYTES_MAX), fault;

	if (!gk_read_fault(in->gk, kva, buf, len, &fault))
		return len;
	value_unsupported(in->tree, to, "unreadable", "0x%" PRIx64 " is not mapped", fault);
	return fault - kva;
}

static void show_untyped(const struct insp *in, const u8 *buf, u64 len, struct value *to)
{
	u64 v = 0;

	memcpy(&v, buf, min_t(u64, len, sizeof(v)));
	if (len == 1 || len == 2 || len == 4 || len == 8) {
		value_add_hex(in->tree, to, "value", v);
		return;
	}
	if (len > sizeof(v))
		value_add_hex(in->tree, to, "as_u64", v);
	value_add_bytes(in->tree, to, "value", buf, len);
}

static void show_elements(const struct insp *in, const struct variable *v,
			  const struct render_env *env, const u8 *buf, u64 len, struct value *to)
{
	struct value *array;
	u32 i, nr = min_t(u64, v->type.count, len / v->type.size);

	if (!strcmp(kbtf_type_name(in->btf, v->type.id), "char")) {
		value_add_string(in->tree, to, "value", (const char *)buf, nr);
		return;
	}
	array = value_add_array(in->tree, to, "value");
	for (i = 0; i < nr && !vtree_full(in->tree); i++)
		value_render(in->tree, array, NULL, env, in->btf, v->type.id,
			     buf + i * v->type.size, v->type.size);
	if (i < v->type.count)
		value_cut(array, v->type.count, i);
}

static void show_value(const struct insp *in, const struct variable *v, u64 kva, u8 *buf,
		       struct value *to)
{
	const struct render_env env = { .gk = in->gk, .nr_cpus = in->nr_cpus };
	u64 len = read_bytes(in, kva, v->size, buf, to);

	if (!len)
		return;
	if (!v->typed)
		show_untyped(in, buf, len, to);
	else if (v->type.count)
		show_elements(in, v, &env, buf, len, to);
	else
		value_render(in->tree, to, "value", &env, in->btf, v->type.id, buf, len);
}

static void show_type(const struct insp *in, const struct variable *v, struct value *to)
{
	char text[TYPE_SPELLED_MAX];

	if (v->typed)
		value_add_text(in->tree, to, "type",
			       type_name_spell(in->btf, v->type.id, v->type.count, text));
	value_add_uint(in->tree, to, "size", v->size);
	if (!v->typed)
		value_add_text(in->tree, to, "note",
			       "no type is known: up to the next symbol; NAME:TYPE gives it one");
}

static void show_percpu(const struct insp *in, const struct variable *v, u8 *buf, struct value *to)
{
	struct value *cpus = value_add_array(in->tree, to, "cpus"), *node;
	u64 kva;
	u32 cpu;

	for (cpu = 0; cpu < in->nr_cpus && !vtree_full(in->tree); cpu++) {
		node = value_add_struct(in->tree, cpus, NULL);
		value_add_uint(in->tree, node, "cpu", cpu);
		if (gk_percpu(in->gk, v->kva, cpu, &kva)) {
			value_unsupported(in->tree, node, "unreadable",
					  "its __per_cpu_offset cannot be read");
			continue;
		}
		value_add_hex(in->tree, node, "address", kva);
		show_value(in, v, kva, buf, node);
	}
}

static int check_percpu(const struct variable *v, bool percpu, struct ktstr_err *err)
{
	char shown[QUERY_SHOWN_MAX];

	if (!v->known || v->percpu == percpu)
		return 0;
	query_shown(shown, v->name);
	return percpu ? ktstr_err_set(err, -EINVAL,
				      "'%s' is no per-CPU variable: ask for 'symbol %s'", shown,
				      shown) :
			ktstr_err_set(err, -EINVAL,
				      "'%s' is a per-CPU variable: ask for 'percpu %s'", shown,
				      shown);
}

int query_variable(struct guest_state *s, const char *arg, bool percpu, struct value *to,
		   struct ktstr_err *err)
{
	struct insp *in = &s->in;
	struct variable v;
	struct value *node;
	u8 *buf;
	int ret = find(in, arg, &v, err);

	if (!ret)
		ret = check_percpu(&v, percpu, err);
	if (ret)
		return ret;
	buf = malloc(min_t(u64, v.size, QUERY_BYTES_MAX) + 1);
	if (!buf)
		return ktstr_err_set(err, -ENOMEM, "no memory for '%s'", v.name);
	node = value_add_struct(in->tree, to, percpu ? "percpu" : "symbol");
	value_add_text(in->tree, node, "name", v.name);
	value_add_hex(in->tree, node, "address", v.kva);
	show_type(in, &v, node);
	if (percpu)
		show_percpu(in, &v, buf, node);
	else
		show_value(in, &v, v.kva, buf, node);
	free(buf);
	return 0;
}
