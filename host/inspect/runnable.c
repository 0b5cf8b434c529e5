// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "runnable.h"

static int need_symbol(const struct guest_kernel *gk, const char *name, u64 *kva,
		       struct ktstr_err *err)
{
	if (gk_symbol(gk, name, kva))
		return 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "this kernel has no symbol %s", name);
}

static int need_member(const struct kbtf *btf, const char *type, const char *member, u32 *offset,
		       struct ktstr_err *err)
{
	if (kbtf_member(btf, type, member, offset, NULL) == 0)
		return 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "this kernel's types have no %s.%s", type, member);
}

int runnable_layout_init(struct runnable_layout *l, const struct guest_kernel *gk,
			 const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = need_symbol(gk, "runqueues", &l->runqueues, err);
	if (!ret)
		ret = need_symbol(gk, "__per_cpu_offset", &l->per_cpu_offset, err);
	if (!ret)
		ret = need_symbol(gk, "jiffies_64", &l->jiffies, err);
	if (!ret)
		ret = need_member(btf, "rq", "scx.runnable_list", &l->list, err);
	if (!ret)
		ret = need_member(btf, "task_struct", "scx.runnable_node", &l->node, err);
	if (!ret)
		ret = need_member(btf, "task_struct", "scx.runnable_at", &l->at, err);
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

/*
 * Loops that do not lead through the head are found by Brent's method: a node
 * met twice since the last power of two ends the walk.
 */
static int scan_list(const struct runnable_layout *l, const struct guest_kernel *gk, u32 cpu,
		     u64 head, struct runnable_scan *out)
{
	u64 node, seen = 0;
	u32 steps, power = 1;

	if (gk_read_u64(gk, head, &node))
		return -EFAULT;
	for (steps = 0; node != head; steps++) {
		if (node == seen || steps >= RUNNABLE_TASKS_MAX)
			return -ELOOP;
		if (steps == power) {
			seen = node;
			power *= 2;
		}
		if (scan_task(l, gk, cpu, node - l->node, out) || gk_read_u64(gk, node, &node))
			return -EFAULT;
	}
	return 0;
}

static int scan_cpu(const struct runnable_layout *l, const struct guest_kernel *gk, u32 cpu,
		    struct runnable_scan *out)
{
	u64 offset;

	if (gk_read_u64(gk, l->per_cpu_offset + cpu * sizeof(offset), &offset))
		return -EFAULT;
	return scan_list(l, gk, cpu, l->runqueues + offset + l->list, out);
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
			out->cut++;
			break;
		default:
			out->unreadable++;
			break;
		}
	}
	return 0;
}
