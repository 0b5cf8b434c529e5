// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/cpustat.h"
#include "host/inspect/insp.h"
#include "host/inspect/kstruct.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* enum cpu_usage_stat of any kernel has fewer. */
#define INDEX_MAX 32

static const struct {
	const char *kernel;
	const char *name;
} times[CPUSTAT_TIMES] = {
	[CPUSTAT_USER] = { "CPUTIME_USER", "user" },
	[CPUSTAT_NICE] = { "CPUTIME_NICE", "nice" },
	[CPUSTAT_SYSTEM] = { "CPUTIME_SYSTEM", "system" },
	[CPUSTAT_SOFTIRQ] = { "CPUTIME_SOFTIRQ", "softirq" },
	[CPUSTAT_IRQ] = { "CPUTIME_IRQ", "irq" },
	[CPUSTAT_IDLE] = { "CPUTIME_IDLE", "idle" },
	[CPUSTAT_IOWAIT] = { "CPUTIME_IOWAIT", "iowait" },
	[CPUSTAT_STEAL] = { "CPUTIME_STEAL", "steal" },
	[CPUSTAT_GUEST] = { "CPUTIME_GUEST", "guest" },
	[CPUSTAT_GUEST_NICE] = { "CPUTIME_GUEST_NICE", "guest_nice" },
	[CPUSTAT_FORCEIDLE] = { "CPUTIME_FORCEIDLE", "forceidle" },
};

/* kernel/softirq.c, softirq_to_name[] */
static const char *const softirq_names[CPUSTAT_SOFTIRQS] = {
	"hi",	    "timer",   "net_tx", "net_rx",  "block",
	"irq_poll", "tasklet", "sched",	 "hrtimer", "rcu",
};

/* Which index is which, by the kernel's own names for them. */
static int find_indices(struct cpustat_layout *l, const struct kbtf *btf, u32 nr,
			struct ktstr_err *err)
{
	const char *name;
	u32 i, t;

	for (i = 0; i < nr; i++) {
		name = kbtf_enum_name(btf, "cpu_usage_stat", i);
		for (t = 0; name && t < CPUSTAT_TIMES; t++) {
			if (strcmp(name, times[t].kernel) == 0) {
				l->index[t] = i;
				l->present |= 1U << t;
			}
		}
	}
	if (l->present)
		return 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "this kernel's types have no enum cpu_usage_stat");
}

static void softirq_layout(struct cpustat_layout *l, const struct guest_kernel *gk,
			   const struct kbtf *btf)
{
	u32 size;

	if (kbtf_member(btf, "kernel_stat", "softirqs", &l->softirqs, &size) ||
	    kbtf_member(btf, "kernel_stat", "irqs_sum", &l->irqs_sum, NULL))
		return;
	l->kstat = ksymbol_want(gk, "kstat");
	l->nr_softirqs = min_t(u32, (size / sizeof(u32)), CPUSTAT_SOFTIRQS);
}

int cpustat_layout_init(struct cpustat_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, struct ktstr_err *err)
{
	u32 offset, size;
	int ret;

	memset(l, 0, sizeof(*l));
	ret = ksymbol_need(gk, "kernel_cpustat", &l->cpustat, err);
	if (ret)
		return ret;
	if (kbtf_member(btf, "kernel_cpustat", "cpustat", &offset, &size))
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "this kernel's types have no kernel_cpustat.cpustat");
	l->cpustat += offset;
	l->nr_times = min_t(u32, (size / sizeof(u64)), INDEX_MAX);
	ret = find_indices(l, btf, l->nr_times, err);
	if (ret)
		return ret;
	softirq_layout(l, gk, btf);
	if (kbtf_member(btf, "tick_sched", "idle_sleeptime", &l->idle_sleeptime, NULL) == 0 &&
	    kbtf_member(btf, "tick_sched", "iowait_sleeptime", &l->iowait_sleeptime, NULL) == 0)
		l->tick_sched = ksymbol_want(gk, "tick_cpu_sched");
	return 0;
}

static int read_softirqs(const struct cpustat_layout *l, const struct guest_kernel *gk, u32 cpu,
			 struct cpustat *st)
{
	u64 kva;

	if (!l->kstat)
		return 0;
	if (gk_percpu(gk, l->kstat, cpu, &kva) ||
	    gk_read(gk, kva + l->softirqs, st->softirqs, l->nr_softirqs * sizeof(u32)) ||
	    gk_read_u64(gk, kva + l->irqs_sum, &st->irqs))
		return -EFAULT;
	return 0;
}

static int read_sleeptime(const struct cpustat_layout *l, const struct guest_kernel *gk, u32 cpu,
			  struct cpustat *st)
{
	u64 kva;

	if (!l->tick_sched)
		return 0;
	if (gk_percpu(gk, l->tick_sched, cpu, &kva) ||
	    gk_read_u64(gk, kva + l->idle_sleeptime, &st->idle_sleeptime) ||
	    gk_read_u64(gk, kva + l->iowait_sleeptime, &st->iowait_sleeptime))
		return -EFAULT;
	st->has_sleeptime = true;
	return 0;
}

int cpustat_read(const struct cpustat_layout *l, const struct guest_kernel *gk, u32 cpu,
		 struct cpustat *st)
{
	u64 all[INDEX_MAX], kva;
	u32 t;
	int ret;

	memset(st, 0, sizeof(*st));
	if (gk_percpu(gk, l->cpustat, cpu, &kva) ||
	    gk_read(gk, kva, all, l->nr_times * sizeof(u64)))
		return -EFAULT;
	for (t = 0; t < CPUSTAT_TIMES; t++)
		if (l->present & 1U << t)
			st->time[t] = all[l->index[t]];
	ret = read_softirqs(l, gk, cpu, st);
	if (!ret)
		ret = read_sleeptime(l, gk, cpu, st);
	if (ret)
		memset(st, 0, sizeof(*st));
	return ret;
}

static void show_softirqs(struct insp *in, const struct cpustat_layout *l, const struct cpustat *st,
			  struct value *to)
{
	struct value *softirqs;
	u32 i;

	if (!l->kstat)
		return;
	softirqs = value_add_struct(in->tree, to, "softirqs");
	for (i = 0; i < l->nr_softirqs; i++)
		value_add_uint(in->tree, softirqs, softirq_names[i], st->softirqs[i]);
	value_add_uint(in->tree, to, "irqs", st->irqs);
}

static void show_cpu(struct insp *in, const struct cpustat_layout *l, u32 cpu, struct value *to)
{
	struct cpustat st;
	struct value *ns;
	u32 t;

	value_add_uint(in->tree, to, "cpu", cpu);
	if (cpustat_read(l, in->gk, cpu, &st)) {
		value_unsupported(in->tree, to, "unreadable", "no counters in memory");
		return;
	}
	ns = value_add_struct(in->tree, to, "time_ns");
	for (t = 0; t < CPUSTAT_TIMES; t++)
		if (l->present & 1U << t)
			value_add_uint(in->tree, ns, times[t].name, st.time[t]);
	if (st.has_sleeptime) {
		value_add_uint(in->tree, to, "idle_sleeptime_ns", st.idle_sleeptime);
		value_add_uint(in->tree, to, "iowait_sleeptime_ns", st.iowait_sleeptime);
	}
	show_softirqs(in, l, &st, to);
}

void cpustat_walk(struct insp *in, const struct cpustat_layout *l, struct value *to)
{
	u32 cpu;

	for (cpu = 0; cpu < in->nr_cpus && !insp_late(in); cpu++)
		show_cpu(in, l, cpu, value_add_struct(in->tree, to, NULL));
	if (cpu < in->nr_cpus)
		value_cut(to, in->nr_cpus, cpu);
}
