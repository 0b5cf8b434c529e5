// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/value.h"
#include "lib/text.h"
#include "lib/util.h"
#include "result_snapshot.h"

static int fill_snapshots(struct ktstr_result *res, const struct verdict_input *in)
{
	size_t i;

	res->snapshots_evicted = in->dumps_evicted;
	if (!in->nr_dumps)
		return 0;
	res->snapshots = calloc(in->nr_dumps, sizeof(*res->snapshots));
	if (!res->snapshots)
		return -ENOMEM;
	for (i = 0; i < in->nr_dumps; i++) {
		struct ktstr_snapshot *s = &res->snapshots[i];

		s->json = mem_copy(in->dumps[i].json, in->dumps[i].json_len);
		s->tree = calloc(1, sizeof(*s->tree));
		res->nr_snapshots++;
		if (!s->json || !s->tree)
			return -ENOMEM;
		s->v = in->dumps[i];
		s->v.json = s->json;
	}
	return 0;
}

static int fill_ops(struct ktstr_result *res, const struct verdict_input *in)
{
	size_t i;

	if (!in->nr_ops)
		return 0;
	res->op_results = calloc(in->nr_ops, sizeof(*res->op_results));
	if (!res->op_results)
		return -ENOMEM;
	for (i = 0; i < in->nr_ops; i++) {
		void *data = mem_copy(in->ops[i].data, in->ops[i].data_len);

		if (!data)
			return -ENOMEM;
		res->op_results[i] = in->ops[i];
		res->op_results[i].data = data;
		res->nr_op_results++;
	}
	return 0;
}

int result_snapshot_fill(struct ktstr_result *res, const struct verdict_input *in)
{
	const struct op_view *observer;
	int ret;

	ret = fill_snapshots(res, in);
	if (!ret)
		ret = fill_ops(res, in);
	observer = ktstr_op_find(res, WIRE_OP_OBSERVER, NULL);
	if (observer) {
		res->observer_seen = true;
		res->observer_ok = observer->status == WIRE_SNAP_OK;
		text_escape_line(res->observer_text, sizeof(res->observer_text), observer->reason,
				 strlen(observer->reason));
	}
	return ret;
}

void result_snapshot_steps(struct ktstr_result *res)
{
	size_t i;

	for (i = 0; i < res->nr_snapshots; i++) {
		const struct ktstr_phase *p = ktstr_phase_at(&res->load, res->snapshots[i].v.t_ns);

		res->snapshots[i].step = p ? p->step : KTSTR_NO_STEP;
	}
}

void result_snapshot_free(struct ktstr_result *res)
{
	size_t i;

	for (i = 0; i < res->nr_snapshots; i++) {
		free(res->snapshots[i].json);
		free(res->snapshots[i].path);
		if (res->snapshots[i].tree)
			vtree_free(*res->snapshots[i].tree);
		free(res->snapshots[i].tree);
	}
	free(res->snapshots);
	for (i = 0; i < res->nr_op_results; i++)
		free((void *)res->op_results[i].data);
	free(res->op_results);
}

struct ktstr_snapshot *result_failure_dump(const struct ktstr_result *res)
{
	size_t i;

	for (i = 0; i < res->nr_snapshots; i++) {
		u32 kind = res->snapshots[i].v.kind;

		if (kind == WIRE_DUMP_FAILURE || kind == WIRE_DUMP_FALLBACK)
			return &res->snapshots[i];
	}
	return NULL;
}

/*
 * enum scx_exit_kind of sched_ext. Its values are what a
 * scheduler's user space sees, so they stay; the dump itself has the name that
 * the kernel's own types give.
 */
const char *result_exit_kind(u32 kind)
{
	static const struct {
		u32 kind;
		const char *name;
	} names[] = {
		{ 0, "SCX_EXIT_NONE" },		{ 1, "SCX_EXIT_DONE" },
		{ 64, "SCX_EXIT_UNREG" },	{ 65, "SCX_EXIT_UNREG_BPF" },
		{ 66, "SCX_EXIT_UNREG_KERN" },	{ 67, "SCX_EXIT_SYSRQ" },
		{ 68, "SCX_EXIT_PARENT" },	{ 1024, "SCX_EXIT_ERROR" },
		{ 1025, "SCX_EXIT_ERROR_BPF" }, { 1026, "SCX_EXIT_ERROR_STALL" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "unknown";
}

const struct ktstr_snapshot *ktstr_snapshot_find(const struct ktstr_result *res, const char *tag)
{
	size_t i;

	for (i = 0; i < res->nr_snapshots; i++)
		if (!strcmp(res->snapshots[i].v.tag, tag))
			return &res->snapshots[i];
	return NULL;
}

const struct op_view *ktstr_op_find(const struct ktstr_result *res, enum wire_op op,
				    const char *tag)
{
	size_t i;

	for (i = 0; i < res->nr_op_results; i++) {
		const struct op_view *v = &res->op_results[i];

		if (v->op == op && (!tag || !strcmp(v->tag, tag)))
			return v;
	}
	return NULL;
}

int ktstr_symbol_digest(const struct ktstr_result *res, struct sym_digest *d)
{
	const struct op_view *op = ktstr_op_find(res, WIRE_OP_OBSERVER, NULL);

	if (!op || !op->data_len)
		return -ENODATA;
	return wire_symd_decode(op->data, op->data_len, d);
}

int ktstr_op_value(const struct op_view *op, size_t index, u64 *value)
{
	struct kop_value_view v;
	struct korp_view reply;
	const u8 *bytes;
	size_t pos = 0, i;
	u64 sum = 0;

	if (op->op != WIRE_OP_KERNEL || korp_decode(op->data, op->data_len, &reply))
		return -EBADMSG;
	for (i = 0; i <= index; i++)
		if (!korp_next(&reply, &pos, &v))
			return -ENOENT;
	if (!v.len || v.len > sizeof(*value))
		return -ERANGE;
	bytes = v.data;
	for (i = 0; i < v.len; i++)
		sum |= (u64)bytes[i] << (8 * i);
	*value = sum;
	return 0;
}
