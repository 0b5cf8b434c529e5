// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/periodic.h"
#include "host/harness/carry.h"
#include "host/harness/plan_kop.h"
#include "host/harness/plan_ops.h"
#include "host/harness/plan_run.h"
#include "lib/util.h"

/* One operation at most; more than this many is a workload, not an observation. */
#define COUNT_MAX 1000000
/* What an operation may take: far above what it does, because it only delays a timeout. */
#define STOP_NS (50 * (u64)NSEC_PER_MSEC)
#define HOT_NS	(5 * (u64)NSEC_PER_MSEC)
/* Gigabytes to a slow disk. */
#define MEMORY_NS (60 * (u64)NSEC_PER_SEC)

static u32 op_count(const struct ktstr_op *op)
{
	return op->count ?: 1;
}

static int check_name(const struct ktstr_op *op, size_t i, struct ktstr_err *err)
{
	bool symbol = op->kind == SCENARIO_OP_WATCH || op->kind == SCENARIO_OP_UNWATCH;
	const char *what = symbol ? "kernel symbol" : "tag";
	size_t len = op->name ? strlen(op->name) : 0;

	if (!len)
		return ktstr_err_set(err, -EINVAL, "op %zu (%s): give it a %s in .name", i,
				     scenario_op_name(op->kind), what);
	if (len > WIRE_SNAP_TAG_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (%s): its %s has %zu bytes; shorten it to %u", i,
				     scenario_op_name(op->kind), what, len, WIRE_SNAP_TAG_MAX);
	if (op->entries || op->nr_entries)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (%s): entries belong to SCENARIO_OP_KERNEL; drop them",
				     i, scenario_op_name(op->kind));
	return 0;
}

static int check_op(const struct ktstr_op *op, size_t i, u32 duration_ms, struct ktstr_err *err)
{
	/* those behind it are the harness' own: plan_ops_end() */
	if (!op->kind || op->kind > SCENARIO_OP_RUN)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu: kind %u does not exist; use an enum scenario_op_kind",
				     i, op->kind);
	if (op->at_ms >= duration_ms)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (%s): due after %u ms, but the workload ends after %u ms: raise duration_ms",
				     i, scenario_op_name(op->kind), op->at_ms, duration_ms);
	if (op->count > COUNT_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (%s): %u times; at most %u, or use several ops", i,
				     scenario_op_name(op->kind), op->count, COUNT_MAX);
	if (op->kind != SCENARIO_OP_RUN && (op->argv[0] || op->timeout_ms))
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (%s): argv and timeout_ms belong to KTSTR_OP_RUN; drop them",
				     i, scenario_op_name(op->kind));
	if (op->kind == SCENARIO_OP_RUN && plan_run_check(op, i, err))
		return -EINVAL;
	if (op->kind == SCENARIO_OP_KERNEL)
		return 0;
	return check_name(op, i, err);
}

static u64 op_budget(const struct ktstr_op *op)
{
	bool hot = op->kind == SCENARIO_OP_UNWATCH ||
		   (op->kind == SCENARIO_OP_KERNEL && op->mode == WIRE_KOP_HOT);

	if (op->kind == SCENARIO_OP_RUN)
		return op_count(op) * plan_run_budget(op);
	return op_count(op) * (hot ? HOT_NS : STOP_NS);
}

static int add_op(const struct ktstr_op *op, size_t i, struct plan_ops *out, struct ktstr_err *err)
{
	struct scenario_op *to = &out->ops[i];
	void *korq = NULL;
	int ret;

	to->kind = op->kind;
	to->at_ms = op->at_ms;
	to->count = op->count;
	to->flags = op->may_fail ? SCENARIO_OP_MAY_FAIL : 0;
	out->nr_ops++;
	out->requests += op_count(op);
	out->budget_ns += op_budget(op);
	if (op->kind != SCENARIO_OP_KERNEL)
		to->tag = op->name;
	if (op->kind == SCENARIO_OP_RUN)
		return plan_run_make(op, i, to, err);
	if (op->kind != SCENARIO_OP_KERNEL)
		return 0;
	ret = plan_kop_encode(op, i, &korq, &to->korq_len, err);
	to->korq = korq;
	return ret;
}

int plan_ops_make(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *out,
		  struct ktstr_err *err)
{
	size_t i;
	int ret;

	memset(out, 0, sizeof(*out));
	if (test->nr_ops > KTSTR_OPS_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "%zu ops; a test has at most %u: use .count, or split it",
				     test->nr_ops, KTSTR_OPS_MAX);
	if (!test->nr_ops)
		return 0;
	if (!test->ops)
		return ktstr_err_set(err, -EINVAL, "%zu ops are announced, but .ops is NULL",
				     test->nr_ops);
	out->ops = calloc(test->nr_ops, sizeof(*out->ops));
	if (!out->ops)
		return ktstr_err_set(err, -ENOMEM, "out of memory for %zu ops", test->nr_ops);
	for (i = 0; i < test->nr_ops; i++) {
		const struct ktstr_op *op = &test->ops[i];

		ret = check_op(op, i, duration_ms, err);
		if (ret)
			return ret;
		if (op->kind == SCENARIO_OP_CAPTURE)
			out->captures += op_count(op);
		if (out->captures > KTSTR_SNAPSHOTS_MAX)
			return ktstr_err_set(err, -EINVAL,
					     "op %zu (capture): %llu snapshots asked for so far; a run keeps at most %u: lower .count",
					     i, (unsigned long long)out->captures,
					     KTSTR_SNAPSHOTS_MAX);
		if (op->kind == SCENARIO_OP_RUN)
			out->runs += op_count(op);
		if (out->runs > KTSTR_OUTPUTS_MAX)
			return ktstr_err_set(err, -EINVAL,
					     "op %zu (run): %llu programs so far; a run has at most %u: lower .count",
					     i, (unsigned long long)out->runs, KTSTR_OUTPUTS_MAX);
		ret = add_op(op, i, out, err);
		if (ret)
			return ret;
	}
	return 0;
}

static int check_end(const struct ktstr_test *test, struct ktstr_err *err)
{
	if (test->hold_ms > KTSTR_HOLD_MAX_MS)
		return ktstr_err_set(err, -EINVAL, "hold_ms: %u ms; a day is the most: %u",
				     test->hold_ms, KTSTR_HOLD_MAX_MS);
	if (test->hold_ms && test->timeout_ms)
		return ktstr_err_set(err, -EINVAL,
				     "hold_ms and timeout_ms exclude each other: a hold has its own limit");
	return 0;
}

int plan_ops_end(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *out,
		 struct ktstr_err *err)
{
	/* the last thing that is due within the workload */
	struct scenario_op op = { .at_ms = duration_ms - 1 };
	struct scenario_op *ops;
	int ret = check_end(test, err);

	if (ret || (!test->save_memory && !test->hold_ms))
		return ret;
	ops = realloc(out->ops, (out->nr_ops + 2) * sizeof(*ops));
	if (!ops)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	out->ops = ops;
	if (test->save_memory) {
		op.kind = SCENARIO_OP_MEMORY;
		op.tag = "memory";
		/* what came of it is in a record of its own */
		op.flags = SCENARIO_OP_MAY_FAIL;
		ops[out->nr_ops++] = op;
		out->requests++;
		out->budget_ns += MEMORY_NS;
	}
	if (test->hold_ms) {
		op.kind = SCENARIO_OP_HOLD;
		op.tag = "hold";
		op.flags = 0;
		op.timeout_ms = test->hold_ms;
		ops[out->nr_ops++] = op;
		out->requests++;
		out->budget_ns += test->hold_ms * (u64)NSEC_PER_MSEC;
	}
	return 0;
}

void plan_ops_free(struct plan_ops *ops)
{
	u32 i;

	for (i = 0; i < ops->nr_ops; i++) {
		free((void *)ops->ops[i].korq);
		free((void *)ops->ops[i].path);
	}
	free(ops->ops);
	memset(ops, 0, sizeof(*ops));
}

int plan_ops_carry(const struct plan_ops *ops, struct initramfs *fs, struct ktstr_err *err)
{
	u32 i;
	int ret = 0;

	for (i = 0; i < ops->nr_ops && !ret; i++)
		if (ops->ops[i].kind == SCENARIO_OP_RUN)
			ret = carry_file(fs, ops->ops[i].path, err);
	return ret;
}

int plan_periodic(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *ops,
		  struct ktstr_err *err)
{
	if (!test->periodic)
		return 0;
	if (test->no_observe)
		return ktstr_err_set(err, -EINVAL,
				     "periodic and no_observe exclude each other: drop one");
	if (periodic_check(test->periodic, duration_ms * (u64)NSEC_PER_MSEC, err))
		return -EINVAL;
	if (ops->captures + test->periodic > KTSTR_SNAPSHOTS_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "%u periodic snapshots, and %llu that the ops ask for: a run keeps at most %u: ask for fewer",
				     test->periodic, (unsigned long long)ops->captures,
				     KTSTR_SNAPSHOTS_MAX);
	ops->budget_ns += test->periodic * STOP_NS;
	return 0;
}

int plan_map_writes(const struct ktstr_test *test, u32 duration_ms, struct coord_map_write *out,
		    struct ktstr_err *err)
{
	size_t i;

	if (test->nr_map_writes > COORD_MAP_WRITES_MAX)
		return ktstr_err_set(err, -EINVAL, "%zu map writes; a test has at most %u",
				     test->nr_map_writes, COORD_MAP_WRITES_MAX);
	if (test->nr_map_writes && !test->map_writes)
		return ktstr_err_set(err, -EINVAL,
				     "%zu map writes are announced, but .map_writes is NULL",
				     test->nr_map_writes);
	for (i = 0; i < test->nr_map_writes; i++) {
		const struct ktstr_map_write *w = &test->map_writes[i];

		if (!w->map || !*w->map || !w->variable || !*w->variable)
			return ktstr_err_set(err, -EINVAL,
					     "map write %zu: name the map (\".bss\") and a variable in it",
					     i);
		if (w->after_ms >= duration_ms)
			return ktstr_err_set(err, -EINVAL,
					     "map write %zu (%s): due after %u ms, but the workload ends after %u ms: raise duration_ms",
					     i, w->variable, w->after_ms, duration_ms);
		out[i] = (struct coord_map_write){
			.map = w->map,
			.variable = w->variable,
			.value = w->value,
			.after_ns = w->after_ms * (u64)NSEC_PER_MSEC,
		};
	}
	return 0;
}
