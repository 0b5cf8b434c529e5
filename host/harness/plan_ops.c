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

static int check_op(const struct ktstr_op *op, size_t i, const struct plan_ops_span *span,
		    struct ktstr_err *err)
{
	/* those behind it are the harness' own: plan_ops_end() */
	if (!op->kind || op->kind > SCENARIO_OP_RUN)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu: kind %u does not exist; use an enum scenario_op_kind",
				     i, op->kind);
	if (op->at_ms >= span->end_ms)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (%s): due after %u ms, but %s ends after %u ms: raise %s",
				     i, scenario_op_name(op->kind), op->at_ms, span->what,
				     span->end_ms, span->way_out);
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

struct scenario_op *plan_ops_put(struct plan_ops *out, const struct scenario_op *op,
				 struct ktstr_err *err)
{
	struct scenario_op *ops = out->ops;

	if (out->nr_ops >= SCENARIO_OPS_MAX) {
		ktstr_err_set(err, -E2BIG,
			      "more than %u ops, with those that clean up behind steps: split the test",
			      SCENARIO_OPS_MAX);
		errno = E2BIG;
		return NULL;
	}
	/* doubled at each power of two */
	if (!(out->nr_ops & (out->nr_ops - 1)))
		ops = realloc(ops, (out->nr_ops ? out->nr_ops * 2 : 1) * sizeof(*ops));
	if (!ops) {
		ktstr_err_set(err, -ENOMEM, "out of memory for %u ops", out->nr_ops);
		errno = ENOMEM;
		return NULL;
	}
	out->ops = ops;
	ops[out->nr_ops] = *op;
	return &ops[out->nr_ops++];
}

static int add_op(const struct ktstr_op *op, size_t i, u32 rounds, struct plan_ops *out,
		  struct ktstr_err *err)
{
	struct scenario_op to = {
		.kind = op->kind,
		.at_ms = op->at_ms,
		.count = op->count,
		.flags = op->may_fail ? SCENARIO_OP_MAY_FAIL : 0,
	};
	void *korq = NULL;
	int ret = 0;

	if (op->kind == SCENARIO_OP_RUN)
		ret = plan_run_make(op, i, &out->pool, &to, err);
	if (op->kind == SCENARIO_OP_KERNEL)
		ret = plan_kop_encode(op, i, &korq, &to.korq_len, err);
	else
		to.tag = pool_strdup(&out->pool, op->name);
	if (ret)
		return ret;
	to.korq = pool_adopt(&out->pool, korq);
	if (!to.tag && !to.korq)
		return ktstr_err_set(err, -ENOMEM, "op %zu: out of memory", i);
	out->requests += (u64)op_count(op) * rounds;
	out->budget_ns += op_budget(op) * rounds;
	return plan_ops_put(out, &to, err) ? 0 : -errno;
}

int plan_ops_add(const struct ktstr_op *op, size_t i, const struct plan_ops_span *span,
		 struct plan_ops *out, struct ktstr_err *err)
{
	int ret = check_op(op, i, span, err);

	if (ret)
		return ret;
	if (op->kind == SCENARIO_OP_CAPTURE)
		out->captures += (u64)op_count(op) * span->rounds;
	if (out->captures > KTSTR_SNAPSHOTS_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (capture): %llu snapshots asked for so far; a run keeps at most %u: lower .count",
				     i, (unsigned long long)out->captures, KTSTR_SNAPSHOTS_MAX);
	if (op->kind == SCENARIO_OP_RUN)
		out->runs += (u64)op_count(op) * span->rounds;
	if (out->runs > KTSTR_OUTPUTS_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (run): %llu programs so far; a run has at most %u: lower .count",
				     i, (unsigned long long)out->runs, KTSTR_OUTPUTS_MAX);
	return add_op(op, i, span->rounds, out, err);
}

int plan_ops_make(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *out,
		  struct ktstr_err *err)
{
	struct plan_ops_span span = { duration_ms, 1, "the workload", "duration_ms" };
	size_t i;
	int ret = 0;

	if (test->nr_ops > KTSTR_OPS_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "%zu ops; a test has at most %u: use .count, or split it",
				     test->nr_ops, KTSTR_OPS_MAX);
	if (test->nr_ops && !test->ops)
		return ktstr_err_set(err, -EINVAL, "%zu ops are announced, but .ops is NULL",
				     test->nr_ops);
	for (i = 0; i < test->nr_ops && !ret; i++)
		ret = plan_ops_add(&test->ops[i], i, &span, out, err);
	return ret;
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

static int add_end(struct plan_ops *out, const struct scenario_op *op, u64 budget_ns,
		   struct ktstr_err *err)
{
	out->requests++;
	out->budget_ns += budget_ns;
	return plan_ops_put(out, op, err) ? 0 : -errno;
}

int plan_ops_end(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *out,
		 struct ktstr_err *err)
{
	/* the last thing that is due within the workload */
	struct scenario_op op = { .at_ms = duration_ms - 1 };
	int ret = check_end(test, err);

	if (!ret && test->save_memory) {
		op.kind = SCENARIO_OP_MEMORY;
		op.tag = "memory";
		/* what came of it is in a record of its own */
		op.flags = SCENARIO_OP_MAY_FAIL;
		ret = add_end(out, &op, MEMORY_NS, err);
	}
	if (!ret && test->hold_ms) {
		op.kind = SCENARIO_OP_HOLD;
		op.tag = "hold";
		op.flags = 0;
		op.timeout_ms = test->hold_ms;
		ret = add_end(out, &op, test->hold_ms * (u64)NSEC_PER_MSEC, err);
	}
	return ret;
}

void plan_ops_free(struct plan_ops *ops)
{
	free(ops->ops);
	pool_free(&ops->pool);
	memset(ops, 0, sizeof(*ops));
}

int plan_ops_carry(const struct plan_ops *ops, struct initramfs *fs, struct ktstr_err *err)
{
	u32 i;
	int ret = 0;

	for (i = 0; i < ops->nr_ops && !ret; i++)
		if (ops->ops[i].path)
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
