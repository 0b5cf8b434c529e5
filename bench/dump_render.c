// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "bench/dump.h"
#include "bench/figure.h"
#include "host/inspect/guest_state.h"
#include "host/inspect/render.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "host/kernel/vmcore.h"

/* Tasks of one round, and the tree they fit in. */
#define TASKS	 200
#define TREE_MAX (64U << 20)

/*
 * Members of structs, and elements that are structs, arrays or pointers. Scalars in
 * arrays do not count: they are copied in one piece. Types bound the depth.
 */
static u64 fields(const struct value *v)
{
	bool array = value_kind(v) == VALUE_ARRAY;
	const struct value *child = value_first(v);
	u64 nr = 1;

	if (array && child && value_kind(child) <= VALUE_STRING)
		return nr;
	for (; child; child = value_next(child))
		nr += fields(child);
	return nr;
}

struct task_type {
	u32 id;
	u32 size;
	u8 *bytes;
};

/* Fields per second of one round. */
static int round_once(const struct dump_bench *b, const struct task_type *type, double *per_s)
{
	const struct render_env env = { .gk = b->g->gk, .nr_cpus = b->g->core->nr_cpus };
	struct vtree *t = vtree_new(TREE_MAX);
	u32 i, nr = b->nr_tasks < TASKS ? b->nr_tasks : TASKS;
	double ms;
	int ret = 0;

	if (!t)
		return -ENOMEM;
	ms = figure_cpu_ms();
	for (i = 0; i < nr && !ret; i++) {
		ret = gk_read(b->g->gk, b->tasks[i], type->bytes, type->size);
		if (!ret)
			value_render(t, vtree_root(t), "task", &env, b->g->btf, type->id,
				     type->bytes, type->size);
	}
	ms = figure_cpu_ms() - ms;
	if (vtree_full(t))
		ret = -ENOSPC;
	*per_s = fields(vtree_root(t)) / ms * 1000;
	vtree_free(t);
	return ret;
}

int bench_render(const struct dump_bench *b, struct ktstr_err *err)
{
	double per_s[DUMP_ROUNDS];
	struct task_type type;
	int i, ret;

	ret = kbtf_find(b->g->btf, "task_struct", BTF_KIND_STRUCT);
	if (ret < 0 || kbtf_struct_size(b->g->btf, "task_struct", &type.size))
		return ktstr_err_set(err, -ENOENT, "no struct task_struct");
	type.id = ret;
	type.bytes = malloc(type.size);
	ret = type.bytes ? 0 : -ENOMEM;
	for (i = 0; i < DUMP_ROUNDS && !ret; i++)
		ret = round_once(b, &type, &per_s[i]);
	free(type.bytes);
	if (ret)
		return ktstr_err_set(err, ret, "rendering tasks: %s", strerror(-ret));
	figure_print("render.fields_per_s", "1/s", per_s, DUMP_ROUNDS, 0, ">=1000000");
	return 0;
}
