// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/klist.h"
#include "host/inspect/task.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* Room for the CPUs of an affinity mask. */
#define CPUS_MAX 8192

/* What is shown of a task, in the groups in which it is shown. */
enum {
	PID,
	TGID,
	COMM,
	FLAGS,
	PRIO,
	STATIC_PRIO,
	NORMAL_PRIO,
	RT_PRIORITY,
	CPU,
	ON_CPU,
	ON_RQ,
	NR_CPUS_ALLOWED,
	MIGRATION_DISABLED,
	NVCSW,
	NIVCSW,
	UTIME,
	STIME,
	START_TIME,
	GENERAL_END,

	SE_LOAD_WEIGHT = GENERAL_END,
	SE_VRUNTIME,
	SE_DEADLINE,
	SE_VLAG,
	SE_SLICE,
	SE_SUM_EXEC_RUNTIME,
	SE_NR_MIGRATIONS,
	SE_END,

	INFO_RUN_DELAY = SE_END,
	INFO_PCOUNT,
	INFO_LAST_ARRIVAL,
	INFO_LAST_QUEUED,
	INFO_END,

	SCX_FLAGS = INFO_END,
	SCX_WEIGHT,
	SCX_STICKY_CPU,
	SCX_HOLDING_CPU,
	SCX_SELECTED_CPU,
	SCX_OPS_STATE,
	SCX_DDSP_DSQ_ID,
	SCX_DDSP_ENQ_FLAGS,
	SCX_DSQ_FLAGS,
	SCX_DSQ_SEQ,
	SCX_RUNNABLE_AT,
	SCX_SLICE,
	SCX_DSQ_VTIME,
	SCX_DISALLOW,
	SCX_TID,
	SCX_DSQ,
	SCX_END,

	STATE = SCX_END,
	EXIT_STATE,
	POLICY,
	SCHED_CLASS,
	REAL_PARENT,
	SIGNAL,
	CPUS_PTR,
	TASKS,
	THREAD_NODE,
	FIELDS,
};

static const struct kfield fields[FIELDS] = {
	[PID] = { "pid", NULL, "pid", KFIELD_INT, true },
	[TGID] = { "tgid", NULL, "tgid", KFIELD_INT, true },
	[COMM] = { "comm", NULL, "comm", KFIELD_TEXT, true },
	[FLAGS] = { "flags", NULL, "flags", KFIELD_HEX },
	[PRIO] = { "prio", NULL, "prio", KFIELD_INT },
	[STATIC_PRIO] = { "static_prio", NULL, "static_prio", KFIELD_INT },
	[NORMAL_PRIO] = { "normal_prio", NULL, "normal_prio", KFIELD_INT },
	[RT_PRIORITY] = { "rt_priority", NULL, "rt_priority", KFIELD_UINT },
	/* bcf9033e5449 ("sched: move CPU field back into thread_info if ...") */
	[CPU] = { "thread_info.cpu", "cpu", "cpu", KFIELD_UINT },
	[ON_CPU] = { "on_cpu", NULL, "on_cpu", KFIELD_BOOL },
	[ON_RQ] = { "on_rq", NULL, "on_rq", KFIELD_UINT },
	[NR_CPUS_ALLOWED] = { "nr_cpus_allowed", NULL, "nr_cpus_allowed", KFIELD_INT },
	[MIGRATION_DISABLED] = { "migration_disabled", NULL, "migration_disabled", KFIELD_UINT },
	[NVCSW] = { "nvcsw", NULL, "nvcsw", KFIELD_UINT },
	[NIVCSW] = { "nivcsw", NULL, "nivcsw", KFIELD_UINT },
	[UTIME] = { "utime", NULL, "utime", KFIELD_UINT },
	[STIME] = { "stime", NULL, "stime", KFIELD_UINT },
	[START_TIME] = { "start_time", NULL, "start_time", KFIELD_UINT },

	[SE_LOAD_WEIGHT] = { "se.load.weight", NULL, "load_weight", KFIELD_UINT },
	[SE_VRUNTIME] = { "se.vruntime", NULL, "vruntime", KFIELD_UINT },
	[SE_DEADLINE] = { "se.deadline", NULL, "deadline", KFIELD_UINT },
	[SE_VLAG] = { "se.vlag", NULL, "vlag", KFIELD_INT },
	[SE_SLICE] = { "se.slice", NULL, "slice", KFIELD_UINT },
	[SE_SUM_EXEC_RUNTIME] = { "se.sum_exec_runtime", NULL, "sum_exec_runtime", KFIELD_UINT },
	[SE_NR_MIGRATIONS] = { "se.nr_migrations", NULL, "nr_migrations", KFIELD_UINT },

	[INFO_RUN_DELAY] = { "sched_info.run_delay", NULL, "run_delay", KFIELD_UINT },
	[INFO_PCOUNT] = { "sched_info.pcount", NULL, "pcount", KFIELD_UINT },
	[INFO_LAST_ARRIVAL] = { "sched_info.last_arrival", NULL, "last_arrival", KFIELD_UINT },
	[INFO_LAST_QUEUED] = { "sched_info.last_queued", NULL, "last_queued", KFIELD_UINT },

	[SCX_FLAGS] = { "scx.flags", NULL, "flags", KFIELD_HEX },
	[SCX_WEIGHT] = { "scx.weight", NULL, "weight", KFIELD_UINT },
	[SCX_STICKY_CPU] = { "scx.sticky_cpu", NULL, "sticky_cpu", KFIELD_INT },
	[SCX_HOLDING_CPU] = { "scx.holding_cpu", NULL, "holding_cpu", KFIELD_INT },
	[SCX_SELECTED_CPU] = { "scx.selected_cpu", NULL, "selected_cpu", KFIELD_INT },
	[SCX_OPS_STATE] = { "scx.ops_state.counter", NULL, "ops_state", KFIELD_HEX },
	[SCX_DDSP_DSQ_ID] = { "scx.ddsp_dsq_id", NULL, "ddsp_dsq_id", KFIELD_HEX },
	[SCX_DDSP_ENQ_FLAGS] = { "scx.ddsp_enq_flags", NULL, "ddsp_enq_flags", KFIELD_HEX },
	[SCX_DSQ_FLAGS] = { "scx.dsq_flags", NULL, "dsq_flags", KFIELD_HEX },
	[SCX_DSQ_SEQ] = { "scx.dsq_seq", NULL, "dsq_seq", KFIELD_UINT },
	[SCX_RUNNABLE_AT] = { "scx.runnable_at", NULL, "runnable_at", KFIELD_UINT },
	[SCX_SLICE] = { "scx.slice", NULL, "slice", KFIELD_UINT },
	[SCX_DSQ_VTIME] = { "scx.dsq_vtime", NULL, "dsq_vtime", KFIELD_UINT },
	[SCX_DISALLOW] = { "scx.disallow", NULL, "disallow", KFIELD_BOOL },
	[SCX_TID] = { "scx.tid", NULL, "tid", KFIELD_UINT },
	[SCX_DSQ] = { "scx.dsq", NULL, NULL, KFIELD_HEX },

	/* 2f064a59a11f ("sched: Change task_struct::state") */
	[STATE] = { "__state", "state", NULL, KFIELD_HEX },
	[EXIT_STATE] = { "exit_state", NULL, NULL, KFIELD_HEX },
	[POLICY] = { "policy", NULL, NULL, KFIELD_UINT },
	[SCHED_CLASS] = { "sched_class", NULL, NULL, KFIELD_HEX },
	[REAL_PARENT] = { "real_parent", NULL, NULL, KFIELD_HEX },
	[SIGNAL] = { "signal", NULL, NULL, KFIELD_HEX },
	[CPUS_PTR] = { "cpus_ptr", NULL, NULL, KFIELD_HEX },
	[TASKS] = { "tasks", NULL, NULL, KFIELD_PLACE },
	[THREAD_NODE] = { "thread_node", NULL, NULL, KFIELD_PLACE },
};

enum {
	BRIEF_PID,
	BRIEF_COMM,
	BRIEF_CPU,
	BRIEF_WEIGHT,
	BRIEF_SLICE,
	BRIEF_DSQ_VTIME,
	BRIEF_DSQ_SEQ,
	BRIEF_FLAGS,
	BRIEF_RUNNABLE_AT,
	BRIEF_FIELDS,
};

static const struct kfield brief_fields[BRIEF_FIELDS] = {
	[BRIEF_PID] = { "pid", NULL, "pid", KFIELD_INT, true },
	[BRIEF_COMM] = { "comm", NULL, "comm", KFIELD_TEXT, true },
	[BRIEF_CPU] = { "thread_info.cpu", "cpu", "cpu", KFIELD_UINT },
	[BRIEF_WEIGHT] = { "scx.weight", NULL, "weight", KFIELD_UINT },
	[BRIEF_SLICE] = { "scx.slice", NULL, "slice", KFIELD_UINT },
	[BRIEF_DSQ_VTIME] = { "scx.dsq_vtime", NULL, "dsq_vtime", KFIELD_UINT },
	[BRIEF_DSQ_SEQ] = { "scx.dsq_seq", NULL, "dsq_seq", KFIELD_UINT },
	[BRIEF_FLAGS] = { "scx.flags", NULL, "flags", KFIELD_HEX },
	[BRIEF_RUNNABLE_AT] = { "scx.runnable_at", NULL, "runnable_at", KFIELD_UINT },
};

/* include/asm-generic/vmlinux.lds.h, SCHED_DATA */
static const struct {
	const char *symbol;
	const char *name;
} classes[TASK_CLASSES] = {
	{ "fair_sched_class", "fair" }, { "ext_sched_class", "ext" },
	{ "rt_sched_class", "rt" },	{ "dl_sched_class", "dl" },
	{ "stop_sched_class", "stop" }, { "idle_sched_class", "idle" },
};

int task_layout_init(struct task_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		     struct ktstr_err *err)
{
	u32 i;
	int ret;

	memset(l, 0, sizeof(*l));
	ret = kstruct_init(&l->s, "task_struct", fields, FIELDS, btf, err);
	if (!ret)
		ret = kstruct_init(&l->brief, "task_struct", brief_fields, BRIEF_FIELDS, btf, err);
	if (!ret)
		ret = cgroup_layout_init(&l->cgroup, btf, err);
	if (ret)
		return ret;
	for (i = 0; i < TASK_CLASSES; i++)
		l->classes[i] = ksymbol_want(gk, classes[i].symbol);
	l->pid = l->s.offset[PID];
	l->tasks = l->s.offset[TASKS];
	l->signal = l->s.offset[SIGNAL];
	l->thread_node = l->s.offset[THREAD_NODE];
	l->init_task = kstruct_has(&l->s, TASKS) ? ksymbol_want(gk, "init_task") : 0;
	l->has_threads = kstruct_has(&l->s, SIGNAL) && kstruct_has(&l->s, THREAD_NODE) &&
			 kbtf_member(btf, "signal_struct", "thread_head", &l->thread_head, NULL) ==
				 0;
	l->has_dsq_id = kbtf_member(btf, "scx_dispatch_q", "id", &l->dsq_id, NULL) == 0;
	return 0;
}

int task_id_read(const struct task_layout *l, const struct guest_kernel *gk, u64 kva,
		 struct task_id *id)
{
	struct kcopy c;

	memset(id, 0, sizeof(*id));
	id->kva = kva;
	if (kstruct_read(&l->brief, gk, kva, &c))
		return -EFAULT;
	id->pid = kstruct_s64(&l->brief, &c, BRIEF_PID);
	kstruct_text(&l->brief, &c, BRIEF_COMM, id->comm, sizeof(id->comm));
	return 0;
}

static void unreadable(struct insp *in, struct value *to, u64 kva)
{
	value_unsupported(in->tree, to, "unreadable", "no task in memory at 0x%llx",
			  (unsigned long long)kva);
}

void task_show_brief(struct insp *in, const struct task_layout *l, u64 kva, struct value *to)
{
	struct kcopy c;

	value_add_hex(in->tree, to, "kva", kva);
	if (kstruct_read(&l->brief, in->gk, kva, &c))
		unreadable(in, to, kva);
	else
		kstruct_show(in, &l->brief, &c, 0, BRIEF_FIELDS, to);
}

/* task_state_to_char(), include/linux/sched.h: what ps shows. */
static void show_state(struct insp *in, const struct task_layout *l, const struct kcopy *c,
		       struct value *to)
{
	static const char letters[] = "RSDTtXZP";
	u64 state = kstruct_u64(&l->s, c, STATE);
	u64 bits = (state | kstruct_u64(&l->s, c, EXIT_STATE)) & 0x7f;
	char text[2] = { letters[bits ? 64 - __builtin_clzl(bits) : 0] };

	/* TASK_UNINTERRUPTIBLE | TASK_NOLOAD */
	if ((state & 0x402) == 0x402)
		text[0] = 'I';
	value_add_text(in->tree, to, "state", text);
	value_add_hex(in->tree, to, "state_bits", state);
}

static void show_class(struct insp *in, const struct task_layout *l, const struct kcopy *c,
		       struct value *to)
{
	/* include/uapi/linux/sched.h */
	static const char *const policies[] = { "SCHED_NORMAL",	  "SCHED_FIFO", "SCHED_RR",
						"SCHED_BATCH",	  NULL,		"SCHED_IDLE",
						"SCHED_DEADLINE", "SCHED_EXT" };
	u64 policy = kstruct_u64(&l->s, c, POLICY), class = kstruct_u64(&l->s, c, SCHED_CLASS);
	u32 i;

	value_add_enum(in->tree, to, "policy", policy,
		       policy < ARRAY_SIZE(policies) ? policies[policy] : NULL);
	for (i = 0; i < TASK_CLASSES; i++) {
		if (class && class == l->classes[i]) {
			value_add_text(in->tree, to, "class", classes[i].name);
			return;
		}
	}
	value_add_hex(in->tree, to, "class", class);
}

static void show_cpus(struct insp *in, const struct task_layout *l, const struct kcopy *c,
		      struct value *to)
{
	u64 bits[CPUS_MAX / 64];
	u32 nr = min_t(u32, in->nr_cpus, CPUS_MAX);
	u64 kva = kstruct_u64(&l->s, c, CPUS_PTR);

	if (!kva)
		return;
	if (gk_read(in->gk, kva, bits, (nr + 63) / 64 * sizeof(bits[0])))
		value_unsupported(in->tree, to, "cpus_allowed", "no memory at 0x%llx",
				  (unsigned long long)kva);
	else
		value_add_cpulist(in->tree, to, "cpus_allowed", bits, nr);
}

static void show_scx(struct insp *in, const struct task_layout *l, const struct kcopy *c,
		     struct value *to)
{
	u64 dsq = kstruct_u64(&l->s, c, SCX_DSQ), id;

	if (!kstruct_has(&l->s, SCX_FLAGS))
		return;
	to = value_add_struct(in->tree, to, "scx");
	kstruct_show(in, &l->s, c, SCX_FLAGS, SCX_END, to);
	if (!dsq) {
		value_add_null(in->tree, to, "dsq");
		return;
	}
	value_add_hex(in->tree, to, "dsq", dsq);
	if (l->has_dsq_id && gk_read_u64(in->gk, dsq + l->dsq_id, &id) == 0)
		value_add_hex(in->tree, to, "dsq_id", id);
}

static void show_relations(struct insp *in, const struct task_layout *l, const struct kcopy *c,
			   struct value *to)
{
	u64 parent = kstruct_u64(&l->s, c, REAL_PARENT);
	char path[CGROUP_PATH_MAX];
	struct task_id id;
	int ret;

	ret = cgroup_path_of_task(&l->cgroup, in->gk, c->kva, path, sizeof(path));
	if (ret == 0)
		value_add_text(in->tree, to, "cgroup", path);
	else if (ret != -EOPNOTSUPP)
		value_unsupported(in->tree, to, "cgroup", "leads to where there is no memory");
	if (!parent)
		return;
	ret = task_id_read(l, in->gk, parent, &id);
	to = value_add_struct(in->tree, to, "parent");
	if (ret) {
		unreadable(in, to, parent);
		return;
	}
	value_add_int(in->tree, to, "pid", id.pid);
	value_add_text(in->tree, to, "comm", id.comm);
}

void task_show(struct insp *in, const struct task_layout *l, u64 kva, struct value *to)
{
	struct kcopy c;

	value_add_hex(in->tree, to, "kva", kva);
	if (kstruct_read(&l->s, in->gk, kva, &c)) {
		unreadable(in, to, kva);
		return;
	}
	kstruct_show(in, &l->s, &c, 0, GENERAL_END, to);
	show_state(in, l, &c, to);
	show_class(in, l, &c, to);
	show_cpus(in, l, &c, to);
	show_scx(in, l, &c, to);
	kstruct_show(in, &l->s, &c, SE_LOAD_WEIGHT, SE_END, value_add_struct(in->tree, to, "se"));
	if (kstruct_has(&l->s, INFO_RUN_DELAY))
		kstruct_show(in, &l->s, &c, INFO_RUN_DELAY, INFO_END,
			     value_add_struct(in->tree, to, "sched_info"));
	show_relations(in, l, &c, to);
}
