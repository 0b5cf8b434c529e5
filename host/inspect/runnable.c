// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/klist.h"
#include "host/inspect/kstruct.h"
#include "host/kernel/guest_kernel.h"
#include "runnable.h"

int runnable_layout_init(struct runnable_layout *l, const struct guest_kernel *gk,
			 const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = ksymbol_need(gk, "runqueues", &l->runqueues, err);
	if (!ret)
		ret = ksymbol_need(gk, "jiffies_64", &l->jiffies, err);
	if (!ret)
		ret = kmember_need(btf, "rq", "scx.runnable_list", &l->list, err);
	if (!ret)
		ret = kmember_need(btf, "task_struct", "scx.runnable_node", &l->node, err);
	if (!ret)
		ret = kmember_need(btf, "task_struct", "scx.runnable_at", &l->at, err);
	return ret;
}

static int scan_task(const struct runnable_layout *l, const struct guest_kernel *gk, u32 cpu,
		     u64 task, struct runnable_scan *out)
{
	u64 at, age;

	if (gk_read_u64(gk, task + l->at, &at))
		return -EFAULT;
	out->tasks++;
	/* A running guest may be ahead of the jiffies read before. */
	age = (s64)(out->jiffies - at) > 0 ? out->jiffies - at : 0;
	if (age > out->max_age || !out->task) {
		out->max_age = age;
		out->task = task;
		out->cpu = cpu;
	}
	return 0;
}

static int scan_list(const struct runnable_layout *l, const struct guest_kernel *gk, u32 cpu,
		     u64 head, struct runnable_scan *out)
{
	struct klist k;
	u64 node;

	klist_begin(&k, gk, KLIST_RING, head, RUNNABLE_TASKS_MAX);
	while (klist_next(&k, &node))
		if (scan_task(l, gk, cpu, node - l->node, out))
			return -EFAULT;
	return k.end;
}

static int scan_cpu(const struct runnable_layout *l, const struct guest_kernel *gk, u32 cpu,
		    struct runnable_scan *out)
{
	u64 rq;

	if (gk_percpu(gk, l->runqueues, cpu, &rq))
		return -EFAULT;
	return scan_list(l, gk, cpu, rq + l->list, out);
}

/*
 * A task that moves to another run queue under the walk takes it along, and
 * then a list head passes for a task. So a walk counts when it came back.
 */
static void merge(struct runnable_scan *out, const struct runnable_scan *one)
{
	out->tasks += one->tasks;
	if (one->task && (!out->task || one->max_age > out->max_age)) {
		out->max_age = one->max_age;
		out->task = one->task;
		out->cpu = one->cpu;
	}
}

int runnable_oldest(const struct runnable_layout *l, const struct guest_kernel *gk, u32 nr_cpus,
		    struct runnable_scan *out)
{
	struct runnable_scan one;
	u32 cpu;

	memset(out, 0, sizeof(*out));
	if (gk_read_u64(gk, l->jiffies, &out->jiffies))
		return -EFAULT;
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		memset(&one, 0, sizeof(one));
		one.jiffies = out->jiffies;
		switch (scan_cpu(l, gk, cpu, &one)) {
		case 0:
			merge(out, &one);
			break;
		case -ELOOP:
		case -E2BIG:
			out->cut++;
			break;
		default:
			out->unreadable++;
			break;
		}
	}
	return 0;
}
