// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/klist.h"
#include "host/inspect/rq.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

enum {
	NR_RUNNING,
	NR_SWITCHES,
	NR_UNINTERRUPTIBLE,
	NR_IOWAIT,
	CLOCK,
	CLOCK_TASK,
	CPU_CAPACITY,
	AVG_IDLE,
	ONLINE,
	CFS_H_NR_QUEUED,
	RT_NR_RUNNING,
	DL_NR_RUNNING,
	GENERAL_END,

	SCX_NR_RUNNING = GENERAL_END,
	SCX_FLAGS,
	SCX_CLOCK,
	SCX_CPU_RELEASED,
	SCX_CPUPERF_TARGET,
	SCX_NR_IMMED,
	SCX_KICK_SYNC,
	SCX_EXTRA_ENQ_FLAGS,
	SCX_END,

	SCX_LOCAL_NR = SCX_END,
	SCX_LOCAL_DSQ,
	SCX_RUNNABLE_LIST,
	CFS,
	CURR,
	IDLE,
	FIELDS,
};

static const struct kfield fields[FIELDS] = {
	[NR_RUNNING] = { "nr_running", NULL, "nr_running", KFIELD_UINT, true },
	[NR_SWITCHES] = { "nr_switches", NULL, "nr_switches", KFIELD_UINT },
	[NR_UNINTERRUPTIBLE] = { "nr_uninterruptible", NULL, "nr_uninterruptible", KFIELD_INT },
	[NR_IOWAIT] = { "nr_iowait.counter", NULL, "nr_iowait", KFIELD_INT },
	[CLOCK] = { "clock", NULL, "clock", KFIELD_UINT, true },
	[CLOCK_TASK] = { "clock_task", NULL, "clock_task", KFIELD_UINT },
	[CPU_CAPACITY] = { "cpu_capacity", NULL, "cpu_capacity", KFIELD_UINT },
	[AVG_IDLE] = { "avg_idle", NULL, "avg_idle", KFIELD_UINT },
	[ONLINE] = { "online", NULL, "online", KFIELD_BOOL },
	/* 7b8a702d9438 ("sched/fair: Rename h_nr_running into h_nr_queued") */
	[CFS_H_NR_QUEUED] = { "cfs.h_nr_queued", "cfs.h_nr_running", "fair_nr_queued",
			      KFIELD_UINT },
	[RT_NR_RUNNING] = { "rt.rt_nr_running", NULL, "rt_nr_running", KFIELD_UINT },
	[DL_NR_RUNNING] = { "dl.dl_nr_running", NULL, "dl_nr_running", KFIELD_UINT },

	[SCX_NR_RUNNING] = { "scx.nr_running", NULL, "nr_running", KFIELD_UINT },
	[SCX_FLAGS] = { "scx.flags", NULL, "flags", KFIELD_HEX },
	[SCX_CLOCK] = { "scx.clock", NULL, "clock", KFIELD_UINT },
	[SCX_CPU_RELEASED] = { "scx.cpu_released", NULL, "cpu_released", KFIELD_BOOL },
	[SCX_CPUPERF_TARGET] = { "scx.cpuperf_target", NULL, "cpuperf_target", KFIELD_UINT },
	[SCX_NR_IMMED] = { "scx.nr_immed", NULL, "nr_immed", KFIELD_UINT },
	[SCX_KICK_SYNC] = { "scx.kick_sync", "scx.pnt_seq", "kick_sync", KFIELD_UINT },
	[SCX_EXTRA_ENQ_FLAGS] = { "scx.extra_enq_flags", NULL, "extra_enq_flags", KFIELD_HEX },

	[SCX_LOCAL_NR] = { "scx.local_dsq.nr", NULL, NULL, KFIELD_UINT },
	[SCX_LOCAL_DSQ] = { "scx.local_dsq", NULL, NULL, KFIELD_PLACE },
	[SCX_RUNNABLE_LIST] = { "scx.runnable_list", NULL, NULL, KFIELD_PLACE },
	[CFS] = { "cfs", NULL, NULL, KFIELD_PLACE },
	[CURR] = { "curr", NULL, NULL, KFIELD_HEX, true },
	[IDLE] = { "idle", NULL, NULL, KFIELD_HEX },
};

static int scx_layout(struct rq_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		      struct ktstr_err *err)
{
	int ret;

	if (!kbtf_has(btf, "rq", "scx"))
		return 0;
	if (!kstruct_has(&l->s, SCX_NR_RUNNING) || !kstruct_has(&l->s, SCX_LOCAL_NR) ||
	    !kstruct_has(&l->s, SCX_FLAGS) || !kstruct_has(&l->s, SCX_RUNNABLE_LIST))
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "this kernel's types have no rq.scx.nr_running, local_dsq.nr, flags and runnable_list");
	ret = dsq_layout_init(&l->dsq, gk, btf, err);
	if (!ret)
		ret = kmember_need(btf, "task_struct", "scx.runnable_node", &l->runnable_node, err);
	l->has_scx = !ret;
	return ret;
}

int rq_layout_init(struct rq_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		   struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = ksymbol_need(gk, "runqueues", &l->runqueues, err);
	if (!ret)
		ret = kstruct_init(&l->s, "rq", fields, FIELDS, btf, err);
	if (!ret)
		ret = task_layout_init(&l->task, gk, btf, err);
	if (!ret)
		ret = scx_layout(l, gk, btf, err);
	l->has_cfs = !ret && kstruct_has(&l->s, CFS) && cfs_layout_init(&l->cfs, btf, NULL) == 0;
	return ret;
}

static int copy_cpu(const struct rq_layout *l, const struct guest_kernel *gk, u32 cpu,
		    struct kcopy *c)
{
	u64 kva;

	if (gk_percpu(gk, l->runqueues, cpu, &kva))
		return -EFAULT;
	return kstruct_read(&l->s, gk, kva, c);
}

static void fill_scx(const struct kstruct *s, const struct kcopy *c, struct rq_state *st)
{
	st->has_scx = true;
	st->scx_nr_running = kstruct_u64(s, c, SCX_NR_RUNNING);
	st->local_dsq_depth = kstruct_u64(s, c, SCX_LOCAL_NR);
	st->scx_flags = kstruct_u64(s, c, SCX_FLAGS);
	st->scx_clock = kstruct_u64(s, c, SCX_CLOCK);
	st->scx_cpu_released = kstruct_u64(s, c, SCX_CPU_RELEASED);
	st->scx_cpuperf_target = kstruct_u64(s, c, SCX_CPUPERF_TARGET);
	st->scx_nr_immed = kstruct_u64(s, c, SCX_NR_IMMED);
}

int rq_state_read(const struct rq_layout *l, const struct guest_kernel *gk, u32 cpu,
		  struct rq_state *st)
{
	const struct kstruct *s = &l->s;
	struct task_id id;
	struct kcopy c;

	memset(st, 0, sizeof(*st));
	if (copy_cpu(l, gk, cpu, &c))
		return -EFAULT;
	st->kva = c.kva;
	st->nr_running = kstruct_u64(s, &c, NR_RUNNING);
	st->nr_switches = kstruct_u64(s, &c, NR_SWITCHES);
	st->clock = kstruct_u64(s, &c, CLOCK);
	st->clock_task = kstruct_u64(s, &c, CLOCK_TASK);
	st->nr_iowait = kstruct_s64(s, &c, NR_IOWAIT);
	st->curr = kstruct_u64(s, &c, CURR);
	st->idle = st->curr && st->curr == kstruct_u64(s, &c, IDLE);
	if (l->has_scx)
		fill_scx(s, &c, st);
	if (st->curr && task_id_read(&l->task, gk, st->curr, &id) == 0) {
		st->curr_pid = id.pid;
		memcpy(st->curr_comm, id.comm, sizeof(st->curr_comm));
	}
	return 0;
}

static void show_runnable(struct insp *in, const struct rq_layout *l, u64 rq, u32 *links,
			  struct value *to)
{
	struct value *tasks = value_add_array(in->tree, to, "tasks");
	bool late = false;
	struct klist k;
	u32 shown = 0;
	u64 node;

	klist_begin(&k, in->gk, KLIST_RING, kstruct_place(&l->s, rq, SCX_RUNNABLE_LIST), *links);
	while (!late && klist_next(&k, &node)) {
		if (shown < RQ_RUNNABLE_MAX) {
			shown++;
			task_show_brief(in, &l->task, node - l->runnable_node,
					value_add_struct(in->tree, tasks, NULL));
		}
		late = k.steps % 256 == 0 && insp_late(in);
	}
	*links -= k.steps;
	if (k.steps > shown || late)
		value_cut(tasks, k.steps, shown);
	klist_finish(in, &k, to);
}

static void show_scx(struct insp *in, const struct rq_layout *l, const struct kcopy *c, u32 *links,
		     struct value *to)
{
	to = value_add_struct(in->tree, to, "scx");
	kstruct_show(in, &l->s, c, SCX_NR_RUNNING, SCX_END, to);
	kflags_show(in, to, "flag_names", "scx_rq_flags", kstruct_u64(&l->s, c, SCX_FLAGS));
	dsq_show(in, &l->dsq, kstruct_place(&l->s, c->kva, SCX_LOCAL_DSQ), links,
		 value_add_struct(in->tree, to, "local_dsq"));
	show_runnable(in, l, c->kva, links, value_add_struct(in->tree, to, "runnable"));
}

/**
 * struct budget - what one walk may still look at
 * @links: of lists of tasks
 * @entities: of the fair class; apart, so that neither hides the other
 */
struct budget {
	u32 links;
	u32 entities;
};

static void show_cpu(struct insp *in, const struct rq_layout *l, u32 cpu, struct budget *left,
		     struct value *to)
{
	struct kcopy c;
	u64 curr;

	value_add_uint(in->tree, to, "cpu", cpu);
	if (copy_cpu(l, in->gk, cpu, &c)) {
		value_unsupported(in->tree, to, "unreadable", "no run queue in memory");
		return;
	}
	value_add_hex(in->tree, to, "kva", c.kva);
	kstruct_show(in, &l->s, &c, 0, GENERAL_END, to);
	curr = kstruct_u64(&l->s, &c, CURR);
	value_add_bool(in->tree, to, "idle", curr && curr == kstruct_u64(&l->s, &c, IDLE));
	if (curr)
		task_show_brief(in, &l->task, curr, value_add_struct(in->tree, to, "curr"));
	else
		value_add_null(in->tree, to, "curr");
	if (l->has_cfs)
		cfs_show(in, &l->cfs, &l->task, kstruct_place(&l->s, c.kva, CFS), &left->entities,
			 value_add_struct(in->tree, to, "fair"));
	if (l->has_scx)
		show_scx(in, l, &c, &left->links, to);
}

void rq_walk(struct insp *in, const struct rq_layout *l, struct value *to)
{
	struct budget left = { .links = DSQ_LINKS_MAX, .entities = CFS_ENTITIES_MAX };
	u32 cpu;

	for (cpu = 0; cpu < in->nr_cpus && !insp_late(in); cpu++)
		show_cpu(in, l, cpu, &left, value_add_struct(in->tree, to, NULL));
	if (cpu < in->nr_cpus)
		value_cut(to, in->nr_cpus, cpu);
}
