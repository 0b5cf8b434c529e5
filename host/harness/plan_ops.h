/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_OPS_H
#define KTSTR_HOST_HARNESS_PLAN_OPS_H

#include "host/coord/coord.h"
#include "host/harness/initramfs.h"
#include "host/harness/ktstr.h"
#include "host/harness/pool.h"
#include "lib/err.h"
#include "lib/scenario.h"

/**
 * struct plan_ops - what is done in the guest, checked and encoded
 * @ops: for struct scenario
 * @nr_ops: how many
 * @requests: questions to the host and programs, with their counts and rounds
 * @captures: snapshots among them
 * @runs: outputs of programs that the host keeps
 * @budget_ns: wall time they may take beside the workload, which runs on the
 *             guest's clock and so does not see a standstill; hardware's speed
 * @pool: what the members of @ops point to
 *
 * Zeroed memory has no ops. Owned by the caller: plan_ops_free().
 */
struct plan_ops {
	struct scenario_op *ops;
	u32 nr_ops;
	u64 requests;
	u64 captures;
	u64 runs;
	u64 budget_ns;
	struct pool pool;
};

/**
 * struct plan_ops_span - the time in which an op can be due
 * @end_ms: it must be due before this
 * @rounds: how often it is carried out, at least 1
 * @what: ends then, for messages: "the workload"
 * @way_out: what to raise
 */
struct plan_ops_span {
	u32 end_ms;
	u32 rounds;
	const char *what;
	const char *way_out;
};

/**
 * plan_ops_add() - check an operation of a test and encode it
 * @op: one of those up to KTSTR_OP_RUN
 * @i: its index, for messages
 * @span: when it may be due
 * @out: grows
 * @err: names the operation by its index, what is wrong and the way out, or NULL
 *
 * Return: 0, -EINVAL, -E2BIG, -ENOMEM, or as discover_program().
 */
int plan_ops_add(const struct ktstr_op *op, size_t i, const struct plan_ops_span *span,
		 struct plan_ops *out, struct ktstr_err *err);

/**
 * plan_ops_make() - add all operations of a test without steps
 * @test: the test
 * @duration_ms: of its workload
 * @out: grows
 * @err: as of plan_ops_add()
 *
 * Return: as plan_ops_add().
 */
int plan_ops_make(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *out,
		  struct ktstr_err *err);

/**
 * plan_ops_carry() - take the programs along
 * @ops: planned
 * @fs: the guest's archive
 * @err: names the program or the library that is missing, or NULL
 *
 * Return: as carry_file().
 */
int plan_ops_carry(const struct plan_ops *ops, struct initramfs *fs, struct ktstr_err *err);

/**
 * plan_ops_put() - add an operation as the guest is told
 * @out: grows
 * @op: copied; what it points to must live as long as @out
 * @err: what is wrong, or NULL
 *
 * Return: it, valid until the next one is added; or NULL with errno E2BIG above
 * SCENARIO_OPS_MAX, or ENOMEM.
 */
struct scenario_op *plan_ops_put(struct plan_ops *out, const struct scenario_op *op,
				 struct ktstr_err *err);

/**
 * plan_ops_end() - add what the guest asks for at the end of its workload
 * @test: the test; its memory is saved, its guest is held
 * @duration_ms: of its last step
 * @ops: grows
 * @err: what is wrong and the way out, or NULL
 *
 * Return: 0, -EINVAL, -E2BIG, or -ENOMEM.
 */
int plan_ops_end(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *ops,
		 struct ktstr_err *err);

/**
 * plan_ops_free() - release everything; takes a zeroed or half-made one
 * @ops: the operations
 */
void plan_ops_free(struct plan_ops *ops);

/**
 * plan_periodic() - check a test's periodic snapshots
 * @test: the test
 * @duration_ms: of its workload
 * @ops: planned; the time the snapshots may take is added to its budget
 * @err: names the number or the distance, and what would do, or NULL
 *
 * Return: 0 or -EINVAL.
 */
int plan_periodic(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *ops,
		  struct ktstr_err *err);

/**
 * plan_map_writes() - check a test's writes into BPF maps
 * @test: the test
 * @duration_ms: of its workload
 * @out: room for COORD_MAP_WRITES_MAX; its strings are the test's own
 * @err: names the write by its index, or NULL
 *
 * Return: 0 or -EINVAL.
 */
int plan_map_writes(const struct ktstr_test *test, u32 duration_ms, struct coord_map_write *out,
		    struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_PLAN_OPS_H */
