// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "bench/dump.h"
#include "bench/figure.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

#define STACK_PAGES 4
/* With their guard pages, stacks of so many tasks are less than what the cache remembers. */
#define STACKS	700
#define LOOKUPS 1000000
#define WALKS	50000

static u32 next_random(u64 *state)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return *state >> 33;
}

/* Addresses in pages of stacks, in no order. */
static u64 *collect(const struct dump_bench *b, u32 *nr, struct ktstr_err *err)
{
	u64 *kva = calloc(STACKS * STACK_PAGES, sizeof(*kva)), state = 1, stack, tmp;
	u32 offset, i, j;

	*nr = 0;
	if (!kva || kbtf_member(b->g->btf, "task_struct", "stack", &offset, NULL)) {
		ktstr_err_set(err, -ENOENT, "no stacks of tasks to translate");
		free(kva);
		return NULL;
	}
	for (i = 0; i < b->nr_tasks && *nr < STACKS * STACK_PAGES; i++) {
		/* that of the first task is in the kernel's image, without page tables */
		if (gk_read_u64(b->g->gk, b->tasks[i] + offset, &stack) || i == 0)
			continue;
		for (j = 0; j < STACK_PAGES; j++)
			kva[(*nr)++] = stack + j * SZ_4K + next_random(&state) % SZ_4K;
	}
	for (i = *nr; i > 1; i--) {
		j = next_random(&state) % i;
		tmp = kva[i - 1];
		kva[i - 1] = kva[j];
		kva[j] = tmp;
	}
	return kva;
}

static int translate(const struct dump_bench *b, const u64 *kva, u32 nr, u32 times, double *per_s)
{
	double ms = figure_cpu_ms();
	u32 i, at = 0;
	u64 gpa;

	for (i = 0; i < times; i++) {
		if (gk_gpa(b->g->gk, kva[at], &gpa))
			return -EFAULT;
		at = at + 1 == nr ? 0 : at + 1;
	}
	*per_s = times / (figure_cpu_ms() - ms) * 1000;
	return 0;
}

int bench_translate(const struct dump_bench *b, struct ktstr_err *err)
{
	double cached[DUMP_ROUNDS], walks[DUMP_ROUNDS];
	u32 nr, i;
	u64 *kva = collect(b, &nr, err);
	int ret = 0;

	if (!kva)
		return -ENOENT;
	for (i = 0; i < DUMP_ROUNDS && !ret; i++) {
		ret = translate(b, kva, nr, WALKS, &walks[i]);
		gk_cache_begin(b->g->gk);
		/* once through all of them, to fill the cache */
		ret = ret ?: translate(b, kva, nr, nr, &cached[i]);
		ret = ret ?: translate(b, kva, nr, LOOKUPS, &cached[i]);
		gk_cache_end(b->g->gk);
	}
	free(kva);
	if (ret)
		return ktstr_err_set(err, ret, "a task's stack is not mapped");
	figure_print("translate.per_s", "1/s", cached, DUMP_ROUNDS, 0, ">=20000000");
	figure_print("translate.walks_per_s", "1/s", walks, DUMP_ROUNDS, 0, NULL);
	return 0;
}
