// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/dsq.h"
#include "host/inspect/insp.h"
#include "host/inspect/scx.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* include/linux/sched/ext.h */
#define SCX_DSQ_LNODE_ITER_CURSOR 1U
#define SCX_TASK_DSQ_ON_PRIQ	  1U

enum {
	ID,
	NR,
	SEQ,
	LIST,
	FIELDS,
};

static const struct kfield fields[FIELDS] = {
	[ID] = { "id", NULL, "id", KFIELD_HEX, true },
	[NR] = { "nr", NULL, "nr", KFIELD_UINT, true },
	[SEQ] = { "seq", NULL, "seq", KFIELD_UINT },
	[LIST] = { "list", NULL, NULL, KFIELD_PLACE, true },
};

static bool has_member(const struct kbtf *btf, const char *type, const char *member, u32 *offset)
{
	return kbtf_member(btf, type, member, offset, NULL) == 0;
}

/* pnode, before it global_dsqs, and before struct scx_sched a static variable. */
static void global_layout(struct dsq_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf)
{
	l->has_global = has_member(btf, "scx_sched", "pnode", &l->global) &&
			has_member(btf, "scx_sched_pnode", "global_dsq", &l->global_dsq);
	if (l->has_global)
		return;
	l->global_dsq = 0;
	l->has_global = has_member(btf, "scx_sched", "global_dsqs", &l->global);
	if (l->has_global)
		return;
	l->global_kva = ksymbol_want(gk, "global_dsqs");
	l->has_global = l->global_kva;
}

static void hash_layout(struct dsq_layout *l, const struct guest_kernel *gk, const struct kbtf *btf)
{
	l->has_hash = has_member(btf, "scx_sched", "dsq_hash", &l->hash);
	if (l->has_hash)
		return;
	l->hash_kva = ksymbol_want(gk, "dsq_hash");
	l->has_hash = l->hash_kva;
}

int dsq_layout_init(struct dsq_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		    struct ktstr_err *err)
{
	u32 flags = 0;
	int ret;

	memset(l, 0, sizeof(*l));
	ret = kstruct_init(&l->s, "scx_dispatch_q", fields, FIELDS, btf, err);
	if (!ret)
		ret = kmember_need(btf, "task_struct", "scx.dsq_list.node", &l->list_node, err);
	if (!ret)
		ret = kmember_need(btf, "task_struct", "scx.dsq_list.flags", &flags, err);
	if (!ret)
		ret = kmember_need(btf, "task_struct", "scx.dsq_flags", &l->dsq_flags, err);
	if (!ret)
		ret = kmember_need(btf, "scx_dispatch_q", "hash_node", &l->hash_node, err);
	if (!ret)
		ret = krhash_layout_init(&l->rhash, btf, err);
	if (!ret)
		ret = ksymbol_need(gk, "runqueues", &l->runqueues, err);
	if (!ret)
		ret = task_layout_init(&l->task, gk, btf, err);
	if (ret)
		return ret;
	l->list_flags = flags - l->list_node;
	hash_layout(l, gk, btf);
	global_layout(l, gk, btf);
	l->has_bypass = has_member(btf, "scx_sched", "pcpu", &l->pcpu) &&
			has_member(btf, "scx_sched_pcpu", "bypass_dsq", &l->bypass_dsq);
	l->has_rq_bypass = has_member(btf, "rq", "scx.bypass_dsq", &l->rq_bypass);
	l->nr_node_ids = ksymbol_want(gk, "nr_node_ids");
	return 0;
}

u64 dsq_sched_kva(const struct insp *in)
{
	u64 kva = in->sched_kva;

	if (!kva && in->scx && scx_root_read(in->scx, in->gk, &kva))
		kva = 0;
	return kva;
}

/**
 * struct members - what was seen in one queue
 * @shown: tasks added
 * @seen: tasks
 * @priq: of them in the order of their vtime
 * @cursors: no tasks, but iterators
 * @late: the walk ended for want of time
 */
struct members {
	u32 shown;
	u32 seen;
	u32 priq;
	u32 cursors;
	bool late;
};

static void show_member(struct insp *in, const struct dsq_layout *l, u64 node, struct members *m,
			struct value *tasks)
{
	u64 task = node - l->list_node;
	u32 flags;

	if (gk_read_u32(in->gk, node + l->list_flags, &flags) == 0 &&
	    (flags & SCX_DSQ_LNODE_ITER_CURSOR)) {
		m->cursors++;
		return;
	}
	m->seen++;
	if (gk_read_u32(in->gk, task + l->dsq_flags, &flags) == 0 && (flags & SCX_TASK_DSQ_ON_PRIQ))
		m->priq++;
	if (m->shown == DSQ_TASKS_MAX)
		return;
	m->shown++;
	task_show_brief(in, &l->task, task, value_add_struct(in->tree, tasks, NULL));
}

static const char *kind(const struct members *m)
{
	if (!m->seen)
		return "empty";
	if (!m->priq)
		return "fifo";
	return m->priq == m->seen ? "priq" : "mixed";
}

void dsq_show(struct insp *in, const struct dsq_layout *l, u64 kva, u32 *links, struct value *to)
{
	struct members m = {};
	struct value *tasks;
	struct klist k;
	struct kcopy c;
	u64 node;

	value_add_hex(in->tree, to, "kva", kva);
	if (kstruct_read(&l->s, in->gk, kva, &c)) {
		value_unsupported(in->tree, to, "unreadable", "no queue in memory at 0x%llx",
				  (unsigned long long)kva);
		return;
	}
	kstruct_show(in, &l->s, &c, 0, FIELDS, to);
	tasks = value_add_array(in->tree, to, "tasks");
	klist_begin(&k, in->gk, KLIST_RING, kstruct_place(&l->s, kva, LIST), *links);
	while (!m.late && klist_next(&k, &node)) {
		show_member(in, l, node, &m, tasks);
		m.late = k.steps % 256 == 0 && insp_late(in);
	}
	*links -= k.steps;
	if (m.seen > m.shown || m.late)
		value_cut(tasks, max_t(u64, m.seen, kstruct_u64(&l->s, &c, NR)), m.shown);
	value_add_text(in->tree, to, "kind", kind(&m));
	if (m.cursors)
		value_add_uint(in->tree, to, "cursors", m.cursors);
	if (m.seen != kstruct_u64(&l->s, &c, NR))
		value_add_uint(in->tree, to, "tasks_seen", m.seen);
	klist_finish(in, &k, to);
}

/**
 * struct walk - over the queues of a scheduler
 * @in: guest
 * @l: layout
 * @to: array that they are added to
 * @links: that may be followed
 * @seen: queues
 * @shown: of them added
 */
struct walk {
	struct insp *in;
	const struct dsq_layout *l;
	struct value *to;
	u32 links;
	u32 seen;
	u32 shown;
};

static int show_user(void *ctx, u64 node)
{
	struct walk *w = ctx;

	w->seen++;
	if (w->shown == DSQ_SHOWN_MAX || insp_late(w->in))
		return 0;
	w->shown++;
	dsq_show(w->in, w->l, node - w->l->hash_node, &w->links,
		 value_add_struct(w->in->tree, w->to, NULL));
	return 0;
}

static void walk_user(struct walk *w, u64 sched_kva, struct value *to)
{
	const struct dsq_layout *l = w->l;
	int ret;

	if (!l->has_hash) {
		value_unsupported(w->in->tree, to, "user",
				  "this kernel has neither scx_sched.dsq_hash nor dsq_hash");
		return;
	}
	w->to = value_add_array(w->in->tree, to, "user");
	ret = krhash_for_each(&l->rhash, w->in->gk, l->hash_kva ?: sched_kva + l->hash, show_user,
			      w);
	if (w->seen > w->shown)
		value_cut(w->to, w->seen, w->shown);
	if (ret) {
		value_add_text(w->in->tree, to, "user_incomplete", klist_reason(ret));
		vtree_gap(w->in->tree);
	}
}

/* One of the queues that always are there: most of them are empty. */
static void show_builtin(struct walk *w, const char *index, u32 nr, int ret, u64 kva, u32 *empty)
{
	struct value *one;
	struct kcopy c;

	if (!ret && kstruct_read(&w->l->s, w->in->gk, kva, &c) == 0 &&
	    !kstruct_u64(&w->l->s, &c, NR)) {
		++*empty;
		return;
	}
	one = value_add_struct(w->in->tree, w->to, NULL);
	value_add_uint(w->in->tree, one, index, nr);
	if (ret)
		value_unsupported(w->in->tree, one, "unreadable", "no memory behind the pointer");
	else
		dsq_show(w->in, w->l, kva, &w->links, one);
}

static void walk_global(struct walk *w, u64 sched_kva, struct value *to)
{
	const struct dsq_layout *l = w->l;
	const struct guest_kernel *gk = w->in->gk;
	u32 nodes = 1, node, empty = 0;
	u64 array, one = 0;
	int ret;

	if (!l->has_global) {
		value_unsupported(w->in->tree, to, "global",
				  "this kernel has neither scx_sched.pnode nor global_dsqs");
		return;
	}
	if (gk_read_u64(gk, l->global_kva ?: sched_kva + l->global, &array)) {
		value_unsupported(w->in->tree, to, "global", "no memory behind the pointer");
		return;
	}
	if (!l->nr_node_ids || gk_read_u32(gk, l->nr_node_ids, &nodes))
		nodes = 1;
	w->to = value_add_array(w->in->tree, to, "global");
	for (node = 0; node < min_t(u32, nodes, DSQ_NODES_MAX) && !insp_late(w->in); node++) {
		ret = gk_read_u64(gk, array + node * sizeof(one), &one);
		/* A node without memory has none. */
		if (ret || one)
			show_builtin(w, "node", node, ret, one + l->global_dsq, &empty);
	}
	if (node < nodes)
		value_cut(w->to, nodes, node);
	value_add_uint(w->in->tree, to, "global_empty", empty);
}

static void walk_bypass(struct walk *w, u64 sched_kva, struct value *to)
{
	const struct dsq_layout *l = w->l;
	u64 base = l->runqueues, kva = 0;
	u32 cpu, empty = 0;
	int ret = 0;

	if (!l->has_bypass && !l->has_rq_bypass)
		return;
	if (l->has_bypass)
		ret = gk_read_u64(w->in->gk, sched_kva + l->pcpu, &base);
	w->to = value_add_array(w->in->tree, to, "bypass");
	for (cpu = 0; cpu < w->in->nr_cpus && !insp_late(w->in); cpu++) {
		ret = ret ?: gk_percpu(w->in->gk, base, cpu, &kva);
		show_builtin(w, "cpu", cpu, ret,
			     kva + (l->has_bypass ? l->bypass_dsq : l->rq_bypass), &empty);
	}
	if (cpu < w->in->nr_cpus)
		value_cut(w->to, w->in->nr_cpus, cpu);
	value_add_uint(w->in->tree, to, "bypass_empty", empty);
}

void dsq_walk(struct insp *in, const struct dsq_layout *l, struct value *to)
{
	struct walk w = { .in = in, .l = l, .links = DSQ_LINKS_MAX };
	u64 sched_kva = dsq_sched_kva(in);

	if (!sched_kva) {
		value_add_text(in->tree, to, "unavailable", "no scheduler is attached");
		return;
	}
	walk_user(&w, sched_kva, to);
	walk_global(&w, sched_kva, to);
	walk_bypass(&w, sched_kva, to);
}
