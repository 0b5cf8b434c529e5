// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/schedstat.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

enum {
	RUN_DELAY,
	PCOUNT,
	RQ_CPU_TIME,
	YLD_COUNT,
	SCHED_COUNT,
	SCHED_GOIDLE,
	TTWU_COUNT,
	TTWU_LOCAL,
	FIELDS,
};

static const struct kfield fields[FIELDS] = {
	[RUN_DELAY] = { "rq_sched_info.run_delay", NULL, "run_delay", KFIELD_UINT, true },
	[PCOUNT] = { "rq_sched_info.pcount", NULL, "pcount", KFIELD_UINT, true },
	[RQ_CPU_TIME] = { "rq_cpu_time", NULL, "rq_cpu_time", KFIELD_UINT },
	[YLD_COUNT] = { "yld_count", NULL, "yld_count", KFIELD_UINT, true },
	[SCHED_COUNT] = { "sched_count", NULL, "sched_count", KFIELD_UINT, true },
	[SCHED_GOIDLE] = { "sched_goidle", NULL, "sched_goidle", KFIELD_UINT, true },
	[TTWU_COUNT] = { "ttwu_count", NULL, "ttwu_count", KFIELD_UINT, true },
	[TTWU_LOCAL] = { "ttwu_local", NULL, "ttwu_local", KFIELD_UINT, true },
};

int schedstat_layout_init(struct schedstat_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf, struct ktstr_err *err)
{
	u32 key;
	int ret;

	memset(l, 0, sizeof(*l));
	ret = ksymbol_need(gk, "runqueues", &l->runqueues, err);
	if (ret || !kbtf_has(btf, "rq", "rq_sched_info"))
		return ret;
	ret = kstruct_init(&l->s, "rq", fields, FIELDS, btf, err);
	if (ret)
		return ret;
	l->compiled = true;
	l->enabled_kva = ksymbol_want(gk, "sched_schedstats");
	if (kbtf_member(btf, "static_key_false", "key.enabled", &key, NULL))
		l->enabled_kva = 0;
	else if (l->enabled_kva)
		l->enabled_kva += key;
	return 0;
}

int schedstat_enabled(const struct schedstat_layout *l, const struct guest_kernel *gk)
{
	u32 enabled;

	if (!l->compiled || !l->enabled_kva || gk_read_u32(gk, l->enabled_kva, &enabled))
		return -ENODATA;
	return enabled != 0;
}

static int copy_cpu(const struct schedstat_layout *l, const struct guest_kernel *gk, u32 cpu,
		    struct kcopy *c)
{
	u64 rq;

	if (!l->compiled)
		return -ENODATA;
	if (gk_percpu(gk, l->runqueues, cpu, &rq))
		return -EFAULT;
	return kstruct_read(&l->s, gk, rq, c);
}

int schedstat_read(const struct schedstat_layout *l, const struct guest_kernel *gk, u32 cpu,
		   struct schedstat *st)
{
	struct kcopy c;
	int ret;

	memset(st, 0, sizeof(*st));
	ret = copy_cpu(l, gk, cpu, &c);
	if (ret)
		return ret;
	st->run_delay = kstruct_u64(&l->s, &c, RUN_DELAY);
	st->pcount = kstruct_u64(&l->s, &c, PCOUNT);
	st->rq_cpu_time = kstruct_u64(&l->s, &c, RQ_CPU_TIME);
	st->yld_count = kstruct_u64(&l->s, &c, YLD_COUNT);
	st->sched_count = kstruct_u64(&l->s, &c, SCHED_COUNT);
	st->sched_goidle = kstruct_u64(&l->s, &c, SCHED_GOIDLE);
	st->ttwu_count = kstruct_u64(&l->s, &c, TTWU_COUNT);
	st->ttwu_local = kstruct_u64(&l->s, &c, TTWU_LOCAL);
	return 0;
}

static void show_cpu(struct insp *in, const struct schedstat_layout *l, u32 cpu, struct value *to)
{
	struct kcopy c;

	value_add_uint(in->tree, to, "cpu", cpu);
	if (copy_cpu(l, in->gk, cpu, &c))
		value_unsupported(in->tree, to, "unreadable", "no run queue in memory");
	else
		kstruct_show(in, &l->s, &c, 0, FIELDS, to);
}

void schedstat_walk(struct insp *in, const struct schedstat_layout *l, struct value *to)
{
	int enabled = schedstat_enabled(l, in->gk);
	struct value *cpus;
	u32 cpu;

	if (!l->compiled) {
		value_add_text(in->tree, to, "unavailable",
			       "this kernel is without CONFIG_SCHEDSTATS");
		return;
	}
	if (enabled >= 0)
		value_add_bool(in->tree, to, "enabled", enabled);
	cpus = value_add_array(in->tree, to, "cpus");
	for (cpu = 0; cpu < in->nr_cpus && !insp_late(in); cpu++)
		show_cpu(in, l, cpu, value_add_struct(in->tree, cpus, NULL));
	if (cpu < in->nr_cpus)
		value_cut(cpus, in->nr_cpus, cpu);
}
