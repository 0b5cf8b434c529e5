// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/types.h>

#include "canary.h"
#include "lib/util.h"

/* More than any kernel is configured for; glibc's cpu_set_t has 1024. */
#define CPUS_MAX 8192

/* Read by nobody: an ordinary store to it the compiler would leave out. */
static u32 word;

u64 canary_addr(void)
{
	return (uintptr_t)&word;
}

static bool run_on(unsigned int cpu)
{
	unsigned long one[CPUS_MAX / BITS_PER_LONG] = { 0 };

	one[cpu / BITS_PER_LONG] = 1UL << cpu % BITS_PER_LONG;
	return !sched_setaffinity(0, sizeof(one), (cpu_set_t *)one);
}

u32 canary_write(void)
{
	unsigned long all[CPUS_MAX / BITS_PER_LONG] = { 0 };
	unsigned int cpu;
	u32 count = 0;

	if (sched_getaffinity(0, sizeof(all), (cpu_set_t *)all))
		return 0;
	for (cpu = 0; cpu < CPUS_MAX; cpu++) {
		if (!(all[cpu / BITS_PER_LONG] & 1UL << cpu % BITS_PER_LONG) || !run_on(cpu))
			continue;
		__atomic_store_n(&word, ++count, __ATOMIC_RELAXED);
	}
	sched_setaffinity(0, sizeof(all), (cpu_set_t *)all);
	return count;
}
