// SPDX-License-Identifier: GPL-2.0-only
/* Finding a task in guest memory, and whether it may be changed. */
#include <errno.h>
#include <string.h>
#include <linux/kernel.h>

#include "host/inspect/kop_target.h"

/* include/linux/sched.h, include/uapi/linux/sched.h */
#define TASK_DEAD 0x80
#define SCHED_EXT 7

static int layout_members(const struct kop_mem *m, struct kop_task_layout *l, struct ktstr_err *err)
{
	const struct {
		const char *type;
		const char *member;
		u32 *offset;
		u32 *size;
	} want[] = {
		{ "signal_struct", "thread_head", &l->thread_head },
		{ "task_struct", "tasks", &l->tasks },
		{ "task_struct", "signal", &l->signal },
		{ "task_struct", "thread_node", &l->thread_node },
		{ "task_struct", "pid", &l->pid },
		{ "task_struct", "start_time", &l->start_time },
		{ "task_struct", "start_boottime", &l->start_boottime },
		{ "task_struct", "__state", &l->state },
		/* an int, or a byte in newer kernels */
		{ "task_struct", "on_rq", &l->on_rq, &l->on_rq_size },
		{ "task_struct", "scx.dsq", &l->dsq },
		{ "task_struct", "scx.runnable_node", &l->runnable_node },
		{ "task_struct", "sched_class", &l->sched_class },
		{ "task_struct", "policy", &l->policy },
	};
	unsigned int i;
	int ret = 0;
	u32 size;

	for (i = 0; i < ARRAY_SIZE(want) && !ret; i++)
		ret = kop_member(m, want[i].type, want[i].member, want[i].offset,
				 want[i].size ?: &size, err);
	if (!ret && l->on_rq_size > sizeof(u64))
		ret = ktstr_err_set(err, -EOPNOTSUPP, "task_struct.on_rq has %u bytes",
				    l->on_rq_size);
	return ret;
}

static int layout_symbol(const struct kop_mem *m, const char *name, u64 *kva, struct ktstr_err *err)
{
	if (m->symbol(m->ctx, name, kva))
		return 0;
	return ktstr_err_set(err, -ENOENT,
			     "no symbol '%s' in this kernel: tasks cannot be looked at", name);
}

static int layout_init(const struct kop_mem *m, struct kop_batch *b, struct ktstr_err *err)
{
	int ret;

	if (b->has_layout)
		return 0;
	ret = layout_members(m, &b->layout, err);
	if (!ret)
		ret = layout_symbol(m, "init_task", &b->layout.init_task, err);
	if (!ret)
		ret = layout_symbol(m, "ext_sched_class", &b->layout.ext_class, err);
	b->has_layout = !ret;
	return ret;
}

static int unreadable(u64 kva, struct ktstr_err *err)
{
	return ktstr_err_set(err, -EFAULT, "the task list leads to 0x%lx, where there is no memory",
			     kva);
}

static int read_ptr(const struct kop_mem *m, u64 kva, u64 *value, struct ktstr_err *err)
{
	return m->read(m->ctx, kva, value, sizeof(*value)) ? unreadable(kva, err) : 0;
}

static int read_u32(const struct kop_mem *m, u64 kva, u32 *value, struct ktstr_err *err)
{
	return m->read(m->ctx, kva, value, sizeof(*value)) ? unreadable(kva, err) : 0;
}

/**
 * struct walk - one search through all tasks
 * @m: the guest's kernel
 * @b: of the request
 * @pid: who is looked for
 * @leaders: processes seen
 * @threads: threads seen
 * @task: found, or 0
 * @err: what ended it
 */
struct walk {
	const struct kop_mem *m;
	struct kop_batch *b;
	u32 pid;
	u32 leaders;
	u32 threads;
	u64 task;
	struct ktstr_err *err;
};

/* Follow one link of a list; @seen counts what is in lists of its kind. */
static int walk_step(struct walk *w, u64 head, u64 *link, u32 *seen)
{
	int ret;

	if (++w->b->links > KOP_LINKS_MAX)
		return ktstr_err_set(w->err, -ELOOP,
				     "this request has followed %u links between tasks: split it",
				     KOP_LINKS_MAX);
	ret = read_ptr(w->m, *link, link, w->err);
	if (ret || *link == head)
		return ret;
	if (++*seen > KOP_TASKS_MAX)
		return ktstr_err_set(w->err, -ELOOP,
				     "the task list has no end within %u tasks: looking for pid %u",
				     KOP_TASKS_MAX, w->pid);
	return 0;
}

/* The threads of a process, the leader among them. */
static int walk_threads(struct walk *w, u64 leader)
{
	const struct kop_task_layout *l = &w->b->layout;
	u64 head, link, task;
	u32 pid;
	int ret;

	ret = read_ptr(w->m, leader + l->signal, &head, w->err);
	if (ret)
		return ret;
	head += l->thread_head;
	for (link = head;;) {
		ret = walk_step(w, head, &link, &w->threads);
		if (ret || link == head)
			return ret;
		task = link - l->thread_node;
		ret = read_u32(w->m, task + l->pid, &pid, w->err);
		if (ret)
			return ret;
		if (pid == w->pid) {
			w->task = task;
			return 0;
		}
	}
}

static int walk_all(struct walk *w)
{
	const struct kop_task_layout *l = &w->b->layout;
	u64 head = l->init_task + l->tasks;
	u64 link = head;
	int ret;

	for (;;) {
		ret = walk_step(w, head, &link, &w->leaders);
		if (ret)
			return ret;
		if (link == head)
			return ktstr_err_set(w->err, -ENOENT,
					     "no task has pid %u: it has ended, or is in a namespace and has another pid outside",
					     w->pid);
		ret = walk_threads(w, link - l->tasks);
		if (ret || w->task)
			return ret;
	}
}

/* A zero-extended member of 1 to 8 bytes. */
static int read_field(const struct kop_mem *m, u64 kva, u32 size, u64 *value, struct ktstr_err *err)
{
	*value = 0;
	return m->read(m->ctx, kva, value, size) ? unreadable(kva, err) : 0;
}

static int gate_identity(const struct kop_mem *m, const struct kop_task_layout *l, u64 task,
			 u32 pid, u64 start_time, struct ktstr_err *err)
{
	u64 started, booted;
	int ret;

	ret = read_ptr(m, task + l->start_time, &started, err);
	if (ret)
		return ret;
	if (started != start_time)
		return ktstr_err_set(err, -ESTALE,
				     "pid %u started at %lu ns, not at %lu: it is another task",
				     pid, started, start_time);
	ret = read_ptr(m, task + l->start_boottime, &booted, err);
	if (!ret && !booted)
		ret = ktstr_err_set(err, -EBUSY, "pid %u is still being forked", pid);
	return ret;
}

static int gate_idle(const struct kop_mem *m, const struct kop_task_layout *l, u64 task, u32 pid,
		     struct ktstr_err *err)
{
	u64 on_rq;
	u32 state;
	int ret;

	ret = read_u32(m, task + l->state, &state, err);
	if (ret)
		return ret;
	if (state & TASK_DEAD)
		return ktstr_err_set(err, -EBUSY, "pid %u is dead", pid);
	ret = read_field(m, task + l->on_rq, l->on_rq_size, &on_rq, err);
	if (!ret && on_rq)
		ret = ktstr_err_set(err, -EBUSY,
				    "pid %u is on a run queue (on_rq %lu): let it sleep", pid,
				    on_rq);
	return ret;
}

static int gate_queued(const struct kop_mem *m, const struct kop_task_layout *l, u64 task, u32 pid,
		       struct ktstr_err *err)
{
	u64 node = task + l->runnable_node;
	u64 dsq, next;
	int ret;

	ret = read_ptr(m, task + l->dsq, &dsq, err);
	if (ret)
		return ret;
	if (dsq)
		return ktstr_err_set(err, -EBUSY, "pid %u is on dispatch queue 0x%lx", pid, dsq);
	ret = read_ptr(m, node, &next, err);
	if (!ret && next != node)
		ret = ktstr_err_set(err, -EBUSY, "pid %u is on a list of runnable tasks", pid);
	return ret;
}

static int gate_class(const struct kop_mem *m, const struct kop_task_layout *l, u64 task, u32 pid,
		      struct ktstr_err *err)
{
	u32 policy;
	u64 class;
	int ret;

	ret = read_ptr(m, task + l->sched_class, &class, err);
	if (ret)
		return ret;
	if (class != l->ext_class)
		return ktstr_err_set(err, -EBUSY,
				     "pid %u is not of the scheduling class of sched_ext", pid);
	ret = read_u32(m, task + l->policy, &policy, err);
	if (!ret && policy != SCHED_EXT)
		ret = ktstr_err_set(err, -EBUSY, "pid %u has policy %u, not SCHED_EXT (%u)", pid,
				    policy, SCHED_EXT);
	return ret;
}

int kop_task_find(const struct kop_mem *m, struct kop_batch *b, u32 pid, u64 start_time_ns,
		  u64 *task, struct ktstr_err *err)
{
	const struct kop_task_layout *l = &b->layout;
	struct walk w = { .m = m, .b = b, .pid = pid, .err = err };
	int ret;

	if (!pid)
		return ktstr_err_set(err, -EINVAL, "pid 0 is every CPU's idle task: name another");
	ret = layout_init(m, b, err);
	if (!ret)
		ret = walk_all(&w);
	if (!ret)
		ret = gate_identity(m, l, w.task, pid, start_time_ns, err);
	if (!ret)
		ret = gate_idle(m, l, w.task, pid, err);
	if (!ret)
		ret = gate_queued(m, l, w.task, pid, err);
	if (!ret)
		ret = gate_class(m, l, w.task, pid, err);
	if (!ret)
		*task = w.task;
	return ret;
}
