/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_H
#define KTSTR_HOST_HARNESS_PLAN_H

#include "host/harness/ktstr.h"
#include "host/harness/scenario_plan.h"
#include "host/harness/vmm_process.h"
#include "lib/err.h"

/**
 * struct plan - a test with every default and path filled in
 * @test: the test, with what its struct ktstr_scheduler says
 * @job: what the VMM process has to do
 * @kernel: the image @job boots
 * @initrd: the initramfs @job boots
 * @cmdline: the test's part of the kernel command line
 * @sched_path: the scheduler's program, or NULL
 * @load: what happens in the guest
 * @map_writes: what @job writes into BPF maps
 * @observe: the guest awaits the observer and runs the watchpoints' canary
 * @nonce: of this run
 *
 * Owned by the caller: plan_free(). Not to be copied or moved: @job points
 * into it.
 */
struct plan {
	struct ktstr_test test;
	struct vmm_job job;
	struct kernel_image *kernel;
	void *initrd;
	char *cmdline;
	char *sched_path;
	struct scenario_plan load;
	struct coord_map_write map_writes[COORD_MAP_WRITES_MAX];
	bool observe;
	u64 nonce;
};

/**
 * plan_make() - turn a test into something that can be run
 * @test: the test
 * @p: filled in, also after a failure
 * @err: names the piece that is missing or wrong and the way out, or NULL
 *
 * Everything that can be refused is refused here, before a VM exists.
 *
 * Return: 0, -EINVAL for a test that cannot be, -ENOENT for a piece that is
 * nowhere, -ENOEXEC for a file that is not what it should be, or others.
 */
int plan_make(const struct ktstr_test *test, struct plan *p, struct ktstr_err *err);

/**
 * plan_free() - release everything; takes a zeroed or half-made plan
 * @p: the plan
 */
void plan_free(struct plan *p);

/**
 * plan_slowdown() - how much slower than hardware this host is
 *
 * Return: 1, or more inside the emulated host.
 */
u32 plan_slowdown(void);

#endif /* KTSTR_HOST_HARNESS_PLAN_H */
