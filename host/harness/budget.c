// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "host/harness/budget.h"
#include "lib/util.h"

/* Where the kinds of configurations begin among the bits. */
enum {
	BIT_ONE_LLC,
	BIT_LLCS,
	BIT_NODES,
	BIT_SMT,
	BIT_NO_SMT,
	BIT_ODD_LLCS,
	BIT_CPUS = 8, /* by powers of two: 1, 2-3, 4-7, ... */
	BIT_NR_LLCS = 20,
	BIT_SCHEDULER = 32,
	BIT_TEST = 96,
	BIT_END = 224,
};

static_assert(BIT_END <= BUDGET_BITS);
static_assert(TOPOLOGY_MAX_CPUS < 1 << (BIT_NR_LLCS - BIT_CPUS));

/* Of a run that is alone on the machine: a start without a CPU, and each CPU. */
#define KVM_BASE_MS	 1500
#define KVM_CPU_MS	 30
#define EMULATED_BASE_MS 7000
#define EMULATED_CPU_MS	 700
/* The guest's time passes more slowly there. */
#define EMULATED_RUN_FACTOR 2

static void set_bit_of(struct budget_set *s, u32 bit)
{
	s->w[bit / 64] |= 1ULL << bit % 64;
}

static u32 power_of_two(u32 n)
{
	return n ? 31 - __builtin_clz(n) : 0;
}

static u32 set_count(const struct budget_set *s, const struct budget_set *without)
{
	u32 nr = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->w); i++)
		nr += __builtin_popcountll(s->w[i] & ~without->w[i]);
	return nr;
}

static void set_add(struct budget_set *s, const struct budget_set *more)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(s->w); i++)
		s->w[i] |= more->w[i];
}

struct budget_set budget_covers(const struct topology *topo, u32 scheduler, u32 test)
{
	struct budget_set s = { 0 };

	set_bit_of(&s, topo->nodes > 1 ? BIT_NODES : topo->llcs > 1 ? BIT_LLCS : BIT_ONE_LLC);
	set_bit_of(&s, topo->threads > 1 ? BIT_SMT : BIT_NO_SMT);
	if (topo->llcs > 1 && topo->llcs % 2)
		set_bit_of(&s, BIT_ODD_LLCS);
	set_bit_of(&s, BIT_CPUS + power_of_two(topology_cpus(topo)));
	set_bit_of(&s, BIT_NR_LLCS + power_of_two(topo->llcs));
	set_bit_of(&s, BIT_SCHEDULER + scheduler % (BIT_TEST - BIT_SCHEDULER));
	set_bit_of(&s, BIT_TEST + test % (BIT_END - BIT_TEST));
	return s;
}

u64 budget_estimate_ms(const struct topology *topo, u32 run_ms, bool emulated)
{
	u64 cpus = topology_cpus(topo);

	return emulated ? EMULATED_BASE_MS + cpus * EMULATED_CPU_MS +
				  (u64)run_ms * EMULATED_RUN_FACTOR :
			  KVM_BASE_MS + cpus * KVM_CPU_MS + run_ms;
}

/* More gain for the time than another: a / b > c / d, for times of less than centuries. */
static bool worth_more(u32 gain, u64 ms, u32 best_gain, u64 best_ms)
{
	return gain * best_ms > best_gain * ms;
}

static struct budget_run *best_of(struct budget_run *runs, size_t nr, u64 left_ms,
				  const struct budget_set *covered)
{
	struct budget_run *best = NULL, *r;
	u32 gain, best_gain = 0;

	for (r = runs; r < runs + nr; r++) {
		if (r->picked || r->ms > left_ms)
			continue;
		gain = set_count(&r->covers, covered);
		if (!gain || (best && !worth_more(gain, max_t(u64, r->ms, 1), best_gain,
						  max_t(u64, best->ms, 1))))
			continue;
		best = r;
		best_gain = gain;
	}
	return best;
}

static struct budget_run *shortest_of(struct budget_run *runs, size_t nr)
{
	struct budget_run *best = NULL, *r;

	for (r = runs; r < runs + nr; r++)
		if (!best || r->ms < best->ms)
			best = r;
	return best;
}

static void pick(struct budget_run *r, struct budget_set *covered, struct budget_set *all,
		 struct budget_sum *sum)
{
	r->picked = true;
	set_add(covered, &r->covers);
	set_add(all, &r->covers);
	sum->picked++;
	sum->used_ms += r->ms;
}

void budget_pick(struct budget_run *runs, size_t nr, u64 budget_ms, struct budget_sum *sum)
{
	static const struct budget_set none;
	struct budget_set covered = none, all = none, exist = none;
	struct budget_run *r;
	size_t i;

	*sum = (struct budget_sum){ .of = nr, .budget_ms = budget_ms };
	for (i = 0; i < nr; i++) {
		runs[i].picked = false;
		set_add(&exist, &runs[i].covers);
	}
	while (sum->used_ms <= budget_ms) {
		r = best_of(runs, nr, budget_ms - sum->used_ms, &covered);
		if (!r) {
			covered = none;
			r = best_of(runs, nr, budget_ms - sum->used_ms, &covered);
		}
		if (!r)
			break;
		pick(r, &covered, &all, sum);
	}
	if (nr && !sum->picked) {
		sum->too_small = true;
		pick(shortest_of(runs, nr), &covered, &all, sum);
	}
	sum->covered = set_count(&all, &none);
	sum->configurations = set_count(&exist, &none);
}

char *budget_text(const struct budget_sum *sum, char *buf, size_t len)
{
	snprintf(buf, len, "%zu/%zu tests, %llu/%llu s, %u of %u configurations covered%s",
		 sum->picked, sum->of, (unsigned long long)(sum->used_ms + 999) / 1000,
		 (unsigned long long)sum->budget_ms / 1000, sum->covered, sum->configurations,
		 sum->too_small ? "; too little time for any, so the shortest runs alone" : "");
	return buf;
}
