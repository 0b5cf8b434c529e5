// SPDX-License-Identifier: GPL-2.0-only
/* Finding tasks: the list of processes, and each one's list of threads. */
#include <errno.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/klist.h"
#include "host/inspect/task.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "lib/util.h"

/**
 * struct walk - over all tasks
 * @l: layout
 * @gk: memory
 * @fn: takes them; returns not 0 to end the walk
 * @ctx: its own
 * @left: tasks that may still be looked at
 * @bad: the first list that did not end: klist's reason, or 0
 */
struct walk {
	const struct task_layout *l;
	const struct guest_kernel *gk;
	int (*fn)(void *ctx, u64 task);
	void *ctx;
	u32 left;
	int bad;
};

static int give(struct walk *w, u64 task)
{
	w->left -= !!w->left;
	return w->fn(w->ctx, task);
}

/* The leader is in the list of its threads; when that cannot be read, it is shown still. */
static int walk_threads(struct walk *w, u64 leader)
{
	u64 node, signal;
	struct klist k;
	int ret = 0;

	if (!w->l->has_threads)
		return give(w, leader);
	if (gk_read_u64(w->gk, leader + w->l->signal, &signal)) {
		w->bad = w->bad ?: -EFAULT;
		return give(w, leader);
	}
	klist_begin(&k, w->gk, KLIST_RING, signal + w->l->thread_head, w->left);
	while (!ret && klist_next(&k, &node))
		ret = give(w, node - w->l->thread_node);
	w->bad = w->bad ?: k.end;
	return ret || k.steps ? ret : give(w, leader);
}

static int walk_all(struct walk *w)
{
	struct klist k;
	u64 node;
	int ret;

	ret = give(w, w->l->init_task);
	klist_begin(&k, w->gk, KLIST_RING, w->l->init_task + w->l->tasks, TASK_SEARCH_MAX);
	while (!ret && w->left && klist_next(&k, &node))
		ret = walk_threads(w, node - w->l->tasks);
	if (!ret && !w->left)
		w->bad = w->bad ?: -E2BIG;
	w->bad = w->bad ?: k.end;
	return ret;
}

struct search {
	const struct task_layout *l;
	const struct guest_kernel *gk;
	u32 pid;
	u64 task;
};

static int match(void *ctx, u64 task)
{
	struct search *s = ctx;
	u32 pid;

	if (gk_read_u32(s->gk, task + s->l->pid, &pid) || pid != s->pid || !pid)
		return 0;
	s->task = task;
	return 1;
}

int task_find(const struct task_layout *l, const struct guest_kernel *gk, s32 pid, u64 *kva,
	      struct ktstr_err *err)
{
	struct search s = { .l = l, .gk = gk, .pid = pid };
	struct walk w = { .l = l, .gk = gk, .fn = match, .ctx = &s, .left = TASK_SEARCH_MAX };

	*kva = 0;
	if (!l->init_task)
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "this kernel has no symbol init_task: tasks cannot be found");
	if (walk_all(&w)) {
		*kva = s.task;
		return 0;
	}
	if (w.bad)
		return ktstr_err_set(err, w.bad == -EFAULT ? -EFAULT : -ELOOP,
				     "looking for pid %d: a list of tasks %s", pid,
				     klist_reason(w.bad));
	return ktstr_err_set(err, -ENOENT,
			     "no task has pid %d: it has ended, or is in a namespace and has another pid outside",
			     pid);
}

struct show {
	struct insp *in;
	const struct task_layout *l;
	struct value *tasks;
	u32 seen;
	u32 shown;
};

static int show(void *ctx, u64 task)
{
	struct show *s = ctx;

	s->seen++;
	if (s->shown == TASK_SHOWN_MAX || insp_late(s->in))
		return 0;
	s->shown++;
	task_show(s->in, s->l, task, value_add_struct(s->in->tree, s->tasks, NULL));
	return 0;
}

void task_walk(struct insp *in, const struct task_layout *l, struct value *to)
{
	struct show s = { .in = in, .l = l };
	struct walk w = { .l = l, .gk = in->gk, .fn = show, .ctx = &s, .left = TASK_SEARCH_MAX };

	if (!l->init_task) {
		value_add_text(in->tree, to, "unavailable", "this kernel has no symbol init_task");
		vtree_gap(in->tree);
		return;
	}
	s.tasks = value_add_array(in->tree, to, "tasks");
	walk_all(&w);
	if (s.seen > s.shown)
		value_cut(s.tasks, s.seen, s.shown);
	if (w.bad) {
		value_add_text(in->tree, to, "incomplete", klist_reason(w.bad));
		vtree_gap(in->tree);
	}
}
