// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "host/harness/plan_machine.h"
#include "lib/util.h"

#define MEM_MIB_PER_CPU 64
#define MEM_MIB_MIN	512
#define MEM_MIB_MAX	(1024U * 1024)

static int plan_topology(const struct ktstr_test *test, struct topology *topo,
			 struct ktstr_err *err)
{
	static const struct topology one = { 1, 1, 1, 1 };
	const struct topology *t = &test->topo;

	if (test->topology)
		return topology_parse(test->topology, topo, err);
	/* the rest of what was declared would be lost without a word */
	if (!t->llcs && (t->nodes || t->cores || t->threads || t->node || t->distance))
		return ktstr_err_set(err, -EINVAL,
				     "the topology has no LLCs: set .topo.llcs to those of all nodes together, or leave all of .topo empty for one CPU");
	*topo = t->llcs ? *t : one;
	return topology_check(topo, err);
}

/* What its nodes ask for, and for each that does not say as much as for others. */
static u64 default_memory(const struct topology *t)
{
	u64 mib = max_t(u32, topology_cpus(t) * MEM_MIB_PER_CPU, MEM_MIB_MIN), said = 0;
	u32 i, silent = t->node ? 0 : t->nodes;

	for (i = 0; t->node && i < t->nodes; i++) {
		said += t->node[i].mem_mib;
		silent += !t->node[i].mem_mib;
	}
	if (said)
		mib = said + silent * max_t(u64, mib / t->nodes, TOPOLOGY_NODE_MEM_MIN_MIB);
	else if (t->nodes > 1)
		mib = max_t(u64, mib, (u64)t->nodes * TOPOLOGY_NODE_MEM_MIN_MIB);
	return round_up(mib, 2);
}

int plan_machine(const struct ktstr_test *test, struct vm_config *vm, struct ktstr_err *err)
{
	int ret = plan_topology(test, &vm->topo, err);
	u64 mib;

	if (ret)
		return ret;
	mib = test->mem_mib ?: default_memory(&vm->topo);
	if (mib < 128 || mib > MEM_MIB_MAX || mib % 2)
		return ktstr_err_set(err, -EINVAL,
				     "guest memory of %llu MiB: use an even number from 128 to %u",
				     (unsigned long long)mib, MEM_MIB_MAX);
	vm->mem_bytes = mib << 20;
	return topology_check_mem(&vm->topo, mib, err);
}
