// SPDX-License-Identifier: GPL-2.0-only
/* A cgroup of a test with all that belongs into it. */
#include "host/harness/scenario_planner.h"
#include "lib/util.h"

#define WEIGHT_MAX 10000
/* cpu.max is in microseconds of each 100 ms. */
#define QUOTA_PERIOD  100000
#define QUOTA_PER_PCT (QUOTA_PERIOD / 100)

static int set_number(struct planner *pl, u32 index, const char *file, u64 value)
{
	return planner_cgroup_set(pl, index, file,
				  pool_printf(&pl->p->ops.pool, "%llu", (unsigned long long)value));
}

static int set_weight(struct planner *pl, u32 index, const char *file, const char *member,
		      u32 weight)
{
	if (weight > WEIGHT_MAX)
		return planner_refuse(pl, "%s of %u: use 1 to %u, or 0 to leave it alone", member,
				      weight, WEIGHT_MAX);
	return set_number(pl, index, file, weight);
}

static int set_memory(struct planner *pl, u32 index, const struct ktstr_cgroup *def)
{
	int ret = 0;

	if (def->memory_max_mib)
		ret = set_number(pl, index, "memory.max", (u64)def->memory_max_mib << 20);
	if (!ret && def->memory_high_mib)
		ret = set_number(pl, index, "memory.high", (u64)def->memory_high_mib << 20);
	if (!ret && def->memory_low_mib)
		ret = set_number(pl, index, "memory.low", (u64)def->memory_low_mib << 20);
	return ret;
}

static int set_controllers(struct planner *pl, u32 index, const struct ktstr_cgroup *def)
{
	int ret = 0;

	if (def->cpu_quota_pct)
		ret = planner_cgroup_set(pl, index, "cpu.max",
					 pool_printf(&pl->p->ops.pool, "%llu %u",
						     (unsigned long long)def->cpu_quota_pct *
							     QUOTA_PER_PCT,
						     QUOTA_PERIOD));
	if (!ret && def->cpu_weight)
		ret = set_weight(pl, index, "cpu.weight", "cpu_weight", def->cpu_weight);
	if (!ret)
		ret = set_memory(pl, index, def);
	if (!ret && def->pids_max)
		ret = set_number(pl, index, "pids.max", def->pids_max);
	if (!ret && def->io_weight)
		ret = set_weight(pl, index, "io.weight", "io_weight", def->io_weight);
	return ret;
}

static int fill(struct planner *pl, u32 index, const struct ktstr_cgroup *def)
{
	size_t i;
	int ret = 0;

	if (def->mems)
		ret = planner_mems_set(pl, index, def->mems);
	if (!ret && def->cpuset.kind != KTSTR_CPUS_INHERIT)
		ret = planner_cpus_set(pl, index, &def->cpuset);
	if (!ret)
		ret = set_controllers(pl, index, def);
	for (i = 0; i < ARRAY_SIZE(def->workers) && !ret; i++)
		if (planner_workers_given(&def->workers[i]))
			ret = planner_spawn(pl, &def->workers[i], index);
	if (!ret && def->payload)
		ret = planner_payload_start(pl, def->payload, index);
	return ret;
}

int planner_setup(struct planner *pl, const struct ktstr_cgroup *def)
{
	u32 index;
	int ret = planner_cgroup_add(pl, def->name, &index);

	if (ret)
		return ret;
	return planner_within(pl, fill(pl, index, def), "cgroup \"%s\"", def->name);
}
