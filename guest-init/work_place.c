// SPDX-License-Identifier: GPL-2.0-only
/* Where and how a worker runs; PID 1 decides that, before its release. */
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cpulist.h"
#include "work_birth.h"
#include "work_ops.h"

int work_place_policy(const struct scenario_group *sg, u32 index, pid_t tid)
{
	const struct work_ops *ops = work_ops(sg->work.type);
	struct work_sched s = {
		.policy = sg->policy,
		.nice = sg->nice,
		.priority = sg->priority,
		.runtime = sg->runtime_ns,
		.deadline = sg->deadline_ns,
		.period = sg->period_ns,
	};

	if (ops->role)
		ops->role(&sg->work, index % work_group_size(&sg->work), &s);
	if (s.policy == SCHED_OTHER && !s.nice)
		return 0;
	s.size = sizeof(s);
	return syscall(SYS_sched_setattr, tid, &s, 0) ? -errno : 0;
}

static int set_cpus(const char *list, pid_t tid, struct ktstr_err *err)
{
	u64 mask[TOPOLOGY_MAX_CPUS / 64] = { 0 };
	struct cpulist l;
	u32 cpu;
	int ret;

	ret = cpulist_parse(list, TOPOLOGY_MAX_CPUS, &l, err);
	if (ret)
		return ret;
	for (cpu = 0; cpu < TOPOLOGY_MAX_CPUS; cpu++)
		if (cpulist_has(&l, cpu))
			mask[cpu / 64] |= 1ULL << cpu % 64;
	ret = syscall(SYS_sched_setaffinity, tid, sizeof(mask), mask) ? -errno : 0;
	if (ret)
		ktstr_err_set(err, ret, "sched_setaffinity");
	return ret;
}

int work_place_cpus(char *const *cpus, u32 index, pid_t tid, struct ktstr_err *err)
{
	struct ktstr_err why = { "" };
	const char *list;
	u32 nr = 0;
	int ret;

	while (cpus && cpus[nr])
		nr++;
	if (!nr)
		return 0;
	list = cpus[index % nr];
	ret = set_cpus(list, tid, &why);
	if (ret)
		ktstr_err_set(err, ret, "CPUs \"%.32s\": %.64s", list, why.msg);
	return ret;
}
