// SPDX-License-Identifier: GPL-2.0-only
/* Work that needs nothing but a CPU. */
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/cpulist.h"
#include "work_ops.h"
#include "work_tools.h"

#define ALU_ROUNDS  (4 * WORK_BATCH)
#define ALU_CHAINS  8
#define COLD_BYTES  (8U << 20) /* more than a second-level cache */
#define COLD_LINES  (COLD_BYTES / 64)
#define SIBLINGS    "/sys/devices/system/cpu/cpu%u/topology/thread_siblings_list"
#define SIBLING_LEN 64

static int spin(struct work_run *r)
{
	while (!work_stopping(r)) {
		work_spin(WORK_BATCH);
		work_step(r, WORK_BATCH);
	}
	return 0;
}

static int yield(struct work_run *r)
{
	while (!work_stopping(r)) {
		sched_yield();
		work_step(r, 1);
	}
	return 0;
}

static int mixed(struct work_run *r)
{
	while (!work_stopping(r)) {
		work_spin(WORK_BATCH);
		sched_yield();
		work_step(r, WORK_BATCH);
	}
	return 0;
}

u64 work_alu(u32 rounds, u64 seed)
{
	u64 chain[ALU_CHAINS], sum = 0;
	u32 i;

	for (i = 0; i < ALU_CHAINS; i++)
		chain[i] = seed + 2 * i + 1;
	while (rounds--) {
		for (i = 0; i < ALU_CHAINS; i++)
			chain[i] *= 0x2545f4914f6cdd1d;
		/* Or the compiler finds out what it comes to. */
		asm volatile("" : "+r"(chain[0]), "+r"(chain[1]), "+r"(chain[2]), "+r"(chain[3]));
		asm volatile("" : "+r"(chain[4]), "+r"(chain[5]), "+r"(chain[6]), "+r"(chain[7]));
	}
	for (i = 0; i < ALU_CHAINS; i++)
		sum += chain[i];
	return sum;
}

static int alu(struct work_run *r)
{
	u64 seed = r->index;

	while (!work_stopping(r)) {
		seed = work_alu(ALU_ROUNDS, seed);
		work_step(r, ALU_ROUNDS);
	}
	return 0;
}

/* The first two threads of a core the worker may use, for the first of them. */
static bool core_of(u32 cpu, const cpu_set_t *allowed, u32 *threads)
{
	char path[sizeof(SIBLINGS) + 16], text[SIBLING_LEN];
	struct cpulist l;
	FILE *f;
	bool ok;

	snprintf(path, sizeof(path), SIBLINGS, cpu);
	f = fopen(path, "re");
	if (!f)
		return false;
	ok = fscanf(f, "%63s", text) == 1 && !cpulist_parse(text, TOPOLOGY_MAX_CPUS, &l, NULL);
	fclose(f);
	if (!ok || cpulist_count(&l) < 2 || cpulist_nth(&l, 0) != cpu)
		return false;
	threads[0] = cpu;
	threads[1] = cpulist_nth(&l, 1);
	return CPU_ISSET(threads[0], allowed) && CPU_ISSET(threads[1], allowed);
}

/* The n-th core, going round when there are fewer. */
static bool find_core(u32 n, u32 *threads)
{
	u32 cpus = min_t(long, sysconf(_SC_NPROCESSORS_CONF), TOPOLOGY_MAX_CPUS);
	u32 cpu, found = 0;
	cpu_set_t allowed;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return false;
	for (cpu = 0; cpu < cpus; cpu++)
		if (core_of(cpu, &allowed, threads) && found++ == n)
			return true;
	return found && find_core(n % found, threads);
}

/* Affinities of the group come later and win. */
static int smt_prepare(struct work_run *r)
{
	u32 threads[2];
	cpu_set_t set;

	if (!find_core(r->index / 2, threads)) {
		work_note(r, "no core has two threads: not placed on siblings");
		return 0;
	}
	CPU_ZERO(&set);
	CPU_SET(threads[r->member], &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		work_note(r, "not placed on siblings: sched_setaffinity: %m");
	return 0;
}

static int smt_spin(struct work_run *r)
{
	u32 i;

	while (!work_stopping(r)) {
		/* Here the pause is the point: it leaves the core to the other thread. */
		for (i = 0; i < WORK_BATCH; i++) {
#if defined(__x86_64__)
			__builtin_ia32_pause();
#elif defined(__aarch64__)
			asm volatile("yield" : : : "memory");
#else
			asm volatile("" : : : "memory");
#endif
		}
		work_step(r, WORK_BATCH);
	}
	return 0;
}

static int ipc_prepare(struct work_run *r)
{
	return work_alloc(r, COLD_BYTES);
}

/*
 * Loads of which each needs the one before: what is in the line is 0, but only
 * the memory knows.
 */
static u64 cold_loads(struct work_run *r, u64 nr)
{
	const u64 *mem = r->mem;
	u64 sum = 0;

	while (nr--)
		sum += __atomic_load_n(&mem[(work_random(r) + sum) % COLD_LINES * 8],
				       __ATOMIC_RELAXED);
	return sum;
}

static int ipc(struct work_run *r)
{
	u64 hot = work_arg(r, 0), cold = work_arg(r, 1), period = work_arg(r, 2);
	u64 seed = r->index, round;

	for (round = 1; !work_stopping(r); round++) {
		seed = work_alu(hot / ALU_CHAINS + 1, seed);
		seed += cold_loads(r, cold);
		if (round % period)
			work_tick(r, hot + cold);
		else
			work_step(r, hot + cold);
	}
	return 0;
}

const struct work_ops work_spin_ops = { .run = spin };

const struct work_ops work_yield_ops = { .run = yield, .flags = WORK_YIELDS };
const struct work_ops work_mixed_ops = { .run = mixed, .flags = WORK_YIELDS };

const struct work_ops work_alu_ops = { .run = alu, .flags = WORK_COSTS };
const struct work_ops work_smt_spin_ops = {
	.run = smt_spin,
	.prepare = smt_prepare,
	.flags = WORK_COSTS,
};

const struct work_ops work_ipc_ops = { .run = ipc, .prepare = ipc_prepare, .flags = WORK_COSTS };
