// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "host/inspect/cfs.h"
#include "host/inspect/insp.h"
#include "host/inspect/klist.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

enum {
	NR_QUEUED,
	H_NR_QUEUED,
	H_NR_IDLE,
	MIN_VRUNTIME,
	ZERO_VRUNTIME,
	CURR,
	TIMELINE,
	QUEUE_FIELDS,
};

static const struct kfield queue_fields[QUEUE_FIELDS] = {
	[NR_QUEUED] = { "nr_queued", "nr_running", "nr_queued", KFIELD_UINT, true },
	[H_NR_QUEUED] = { "h_nr_queued", "h_nr_running", "h_nr_queued", KFIELD_UINT },
	[H_NR_IDLE] = { "h_nr_idle", "idle_h_nr_running", "h_nr_idle", KFIELD_UINT },
	/* 79f3f9bedd14 ("sched/eevdf: Fix min_vruntime vs avg_vruntime") */
	[MIN_VRUNTIME] = { "min_vruntime", NULL, "min_vruntime", KFIELD_UINT },
	[ZERO_VRUNTIME] = { "zero_vruntime", NULL, "zero_vruntime", KFIELD_UINT },
	[CURR] = { "curr", NULL, NULL, KFIELD_HEX },
	[TIMELINE] = { "tasks_timeline.rb_root.rb_node", NULL, NULL, KFIELD_PLACE, true },
};

enum {
	VRUNTIME,
	DEADLINE,
	SLICE,
	VLAG,
	LOAD_WEIGHT,
	SCHED_DELAYED,
	MY_Q,
	ENTITY_FIELDS,
};

static const struct kfield entity_fields[ENTITY_FIELDS] = {
	[VRUNTIME] = { "vruntime", NULL, "vruntime", KFIELD_UINT, true },
	[DEADLINE] = { "deadline", NULL, "deadline", KFIELD_UINT },
	[SLICE] = { "slice", NULL, "slice", KFIELD_UINT },
	[VLAG] = { "vlag", NULL, "vlag", KFIELD_INT },
	[LOAD_WEIGHT] = { "load.weight", NULL, "weight", KFIELD_UINT },
	[SCHED_DELAYED] = { "sched_delayed", NULL, "sched_delayed", KFIELD_BOOL },
	[MY_Q] = { "my_q", NULL, NULL, KFIELD_HEX },
};

int cfs_layout_init(struct cfs_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	int ret = kstruct_init(&l->queue, "cfs_rq", queue_fields, QUEUE_FIELDS, btf, err);

	if (!ret)
		ret = kstruct_init(&l->entity, "sched_entity", entity_fields, ENTITY_FIELDS, btf,
				   err);
	if (!ret)
		ret = krbtree_layout_init(&l->tree, btf, err);
	if (!ret)
		ret = kmember_need(btf, "sched_entity", "run_node", &l->run_node, err);
	if (!ret)
		ret = kmember_need(btf, "task_struct", "se", &l->se, err);
	return ret;
}

/**
 * struct walk - over a queue and those in it
 * @in: guest
 * @l: layout
 * @task: layout of tasks
 * @steps: entities that may still be looked at
 */
struct walk {
	struct insp *in;
	const struct cfs_layout *l;
	const struct task_layout *task;
	u32 *steps;
};

static void show_queue(struct walk *w, u64 kva, u32 depth, struct value *to);

static void show_task(struct walk *w, u64 kva, struct value *to)
{
	struct task_id id;

	if (task_id_read(w->task, w->in->gk, kva, &id)) {
		value_unsupported(w->in->tree, to, "task", "no task in memory at 0x%llx",
				  (unsigned long long)kva);
		return;
	}
	value_add_int(w->in->tree, to, "pid", id.pid);
	value_add_text(w->in->tree, to, "comm", id.comm);
}

/* A group has a queue of its own, my_q; what has none is a task. */
static void show_entity(struct walk *w, u64 kva, u32 depth, struct value *to)
{
	const struct kstruct *s = &w->l->entity;
	struct kcopy c;
	u64 group;

	if (kstruct_read(s, w->in->gk, kva, &c)) {
		value_unsupported(w->in->tree, to, "unreadable", "no entity in memory at 0x%llx",
				  (unsigned long long)kva);
		return;
	}
	group = kstruct_u64(s, &c, MY_Q);
	if (!group)
		show_task(w, kva - w->l->se, to);
	kstruct_show(w->in, s, &c, 0, ENTITY_FIELDS, to);
	if (group && depth + 1 < CFS_DEPTH_MAX) {
		show_queue(w, group, depth + 1, value_add_struct(w->in->tree, to, "group"));
	} else if (group) {
		value_add_ptr(w->in->tree, to, "group", group, "groups too deep in groups");
		vtree_gap(w->in->tree);
	}
}

static void show_queued(struct walk *w, u64 root, u32 depth, struct value *to)
{
	struct value *queued = value_add_array(w->in->tree, to, "queued");
	u32 seen = 0, shown = 0;
	bool late = false;
	struct krbtree t;
	u64 node;

	krbtree_begin(&t, &w->l->tree, w->in->gk, root, *w->steps);
	while (!late && krbtree_next(&t, &node)) {
		seen++;
		--*w->steps;
		if (shown < CFS_SHOWN_MAX) {
			shown++;
			show_entity(w, node - w->l->run_node, depth,
				    value_add_struct(w->in->tree, queued, NULL));
		}
		/* Groups that were gone into have had their part of it. */
		t.max = t.steps + *w->steps;
		late = seen % 256 == 0 && insp_late(w->in);
	}
	if (seen > shown || late)
		value_cut(queued, seen, shown);
	if (t.end) {
		value_add_text(w->in->tree, to, "incomplete", klist_reason(t.end));
		vtree_gap(w->in->tree);
	}
}

static void show_queue(struct walk *w, u64 kva, u32 depth, struct value *to)
{
	const struct kstruct *s = &w->l->queue;
	struct kcopy c;
	u64 curr;

	value_add_hex(w->in->tree, to, "kva", kva);
	if (kstruct_read(s, w->in->gk, kva, &c)) {
		value_unsupported(w->in->tree, to, "unreadable", "no queue in memory at 0x%llx",
				  (unsigned long long)kva);
		return;
	}
	kstruct_show(w->in, s, &c, 0, QUEUE_FIELDS, to);
	curr = kstruct_u64(s, &c, CURR);
	if (curr && *w->steps) {
		--*w->steps;
		show_entity(w, curr, depth, value_add_struct(w->in->tree, to, "curr"));
	}
	show_queued(w, kstruct_place(s, kva, TIMELINE), depth, to);
}

void cfs_show(struct insp *in, const struct cfs_layout *l, const struct task_layout *task, u64 kva,
	      u32 *steps, struct value *to)
{
	struct walk w = { .in = in, .l = l, .task = task, .steps = steps };

	show_queue(&w, kva, 0, to);
}
