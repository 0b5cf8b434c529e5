/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_OPS_H
#define KTSTR_HOST_HARNESS_PLAN_OPS_H

#include "host/coord/coord.h"
#include "host/harness/initramfs.h"
#include "host/harness/ktstr.h"
#include "lib/err.h"
#include "lib/scenario.h"

/**
 * struct plan_ops - what the guest will ask of the host, checked and encoded
 * @ops: for struct scenario; its tags are the test's own
 * @nr_ops: how many
 * @requests: sum of their counts
 * @captures: snapshots among them
 * @runs: programs among them; the paths of @ops are absolute, the same on this
 *        side as in the guest
 * @budget_ns: wall time they may take beside the workload, which runs on the
 *             guest's clock and so does not see a standstill; hardware's speed
 *
 * Owned by the caller: plan_ops_free().
 */
struct plan_ops {
	struct scenario_op *ops;
	u32 nr_ops;
	u64 requests;
	u64 captures;
	u64 runs;
	u64 budget_ns;
};

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
 * plan_ops_make() - check a test's operations and encode them
 * @test: the test
 * @duration_ms: of its workload
 * @out: filled in, also after a failure
 * @err: names the operation by its index, what is wrong and the way out, or NULL
 *
 * Return: 0, -EINVAL, -ENOMEM, or as discover_program().
 */
int plan_ops_make(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *out,
		  struct ktstr_err *err);

/**
 * plan_ops_end() - add what the guest asks for at the end of its workload
 * @test: the test; its memory is saved, its guest is held
 * @duration_ms: of its workload
 * @ops: from plan_ops_make(), grows
 * @err: what is wrong and the way out, or NULL
 *
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int plan_ops_end(const struct ktstr_test *test, u32 duration_ms, struct plan_ops *ops,
		 struct ktstr_err *err);

/**
 * plan_ops_free() - release everything; takes a zeroed or half-made one
 * @ops: what plan_ops_make() filled in
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
