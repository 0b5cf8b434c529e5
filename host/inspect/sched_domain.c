// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/sched_domain.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* Room for a name ("PKG", "NUMA") and the CPUs of a span. */
#define NAME_LEN 32
#define CPUS_MAX 8192

enum {
	LEVEL,
	FLAGS,
	SPAN_WEIGHT,
	MIN_INTERVAL,
	MAX_INTERVAL,
	BUSY_FACTOR,
	IMBALANCE_PCT,
	CACHE_NICE_TRIES,
	LAST_BALANCE,
	BALANCE_INTERVAL,
	NR_BALANCE_FAILED,
	MAX_NEWIDLE_LB_COST,
	NEWIDLE_CALL,
	NEWIDLE_SUCCESS,
	NEWIDLE_RATIO,
	GENERAL_END,

	ALB_COUNT = GENERAL_END,
	ALB_FAILED,
	ALB_PUSHED,
	SBE_COUNT,
	SBE_BALANCED,
	SBE_PUSHED,
	SBF_COUNT,
	SBF_BALANCED,
	SBF_PUSHED,
	TTWU_WAKE_REMOTE,
	TTWU_MOVE_AFFINE,
	TTWU_MOVE_BALANCE,
	STATS_END,

	PARENT = STATS_END,
	NAME,
	FIELDS,
};

static const struct kfield fields[FIELDS] = {
	[LEVEL] = { "level", NULL, "level", KFIELD_INT, true },
	[FLAGS] = { "flags", NULL, "flags", KFIELD_HEX, true },
	[SPAN_WEIGHT] = { "span_weight", NULL, "span_weight", KFIELD_UINT, true },
	[MIN_INTERVAL] = { "min_interval", NULL, "min_interval", KFIELD_UINT },
	[MAX_INTERVAL] = { "max_interval", NULL, "max_interval", KFIELD_UINT },
	[BUSY_FACTOR] = { "busy_factor", NULL, "busy_factor", KFIELD_UINT },
	[IMBALANCE_PCT] = { "imbalance_pct", NULL, "imbalance_pct", KFIELD_UINT },
	[CACHE_NICE_TRIES] = { "cache_nice_tries", NULL, "cache_nice_tries", KFIELD_UINT },
	[LAST_BALANCE] = { "last_balance", NULL, "last_balance", KFIELD_UINT },
	[BALANCE_INTERVAL] = { "balance_interval", NULL, "balance_interval", KFIELD_UINT },
	[NR_BALANCE_FAILED] = { "nr_balance_failed", NULL, "nr_balance_failed", KFIELD_UINT },
	[MAX_NEWIDLE_LB_COST] = { "max_newidle_lb_cost", NULL, "max_newidle_lb_cost", KFIELD_UINT },
	/* 33cf66d88306 ("sched/fair: Proportional newidle balance") */
	[NEWIDLE_CALL] = { "newidle_call", NULL, "newidle_call", KFIELD_UINT },
	[NEWIDLE_SUCCESS] = { "newidle_success", NULL, "newidle_success", KFIELD_UINT },
	[NEWIDLE_RATIO] = { "newidle_ratio", NULL, "newidle_ratio", KFIELD_UINT },

	[ALB_COUNT] = { "alb_count", NULL, "alb_count", KFIELD_UINT },
	[ALB_FAILED] = { "alb_failed", NULL, "alb_failed", KFIELD_UINT },
	[ALB_PUSHED] = { "alb_pushed", NULL, "alb_pushed", KFIELD_UINT },
	[SBE_COUNT] = { "sbe_count", NULL, "sbe_count", KFIELD_UINT },
	[SBE_BALANCED] = { "sbe_balanced", NULL, "sbe_balanced", KFIELD_UINT },
	[SBE_PUSHED] = { "sbe_pushed", NULL, "sbe_pushed", KFIELD_UINT },
	[SBF_COUNT] = { "sbf_count", NULL, "sbf_count", KFIELD_UINT },
	[SBF_BALANCED] = { "sbf_balanced", NULL, "sbf_balanced", KFIELD_UINT },
	[SBF_PUSHED] = { "sbf_pushed", NULL, "sbf_pushed", KFIELD_UINT },
	[TTWU_WAKE_REMOTE] = { "ttwu_wake_remote", NULL, "ttwu_wake_remote", KFIELD_UINT },
	[TTWU_MOVE_AFFINE] = { "ttwu_move_affine", NULL, "ttwu_move_affine", KFIELD_UINT },
	[TTWU_MOVE_BALANCE] = { "ttwu_move_balance", NULL, "ttwu_move_balance", KFIELD_UINT },

	[PARENT] = { "parent", NULL, NULL, KFIELD_HEX, true },
	[NAME] = { "name", NULL, NULL, KFIELD_HEX },
};

/* One number for each idle type; lb_imbalance was split into four. */
static const char *const lb_names[SCHED_DOMAIN_LB_NR] = {
	"lb_count",	     "lb_failed",	  "lb_balanced",       "lb_imbalance",
	"lb_imbalance_load", "lb_imbalance_util", "lb_imbalance_task", "lb_imbalance_misfit",
	"lb_gained",	     "lb_hot_gained",	  "lb_nobusyg",	       "lb_nobusyq",
};

/* The order was another before __CPU_NOT_IDLE, so the kernel's types decide. */
static const char *idle_name(const struct kbtf *btf, u32 type)
{
	static const struct {
		const char *kernel;
		const char *name;
	} known[] = {
		{ "__CPU_NOT_IDLE", "not_idle" },
		{ "CPU_NOT_IDLE", "not_idle" },
		{ "CPU_IDLE", "idle" },
		{ "CPU_NEWLY_IDLE", "newly_idle" },
	};
	const char *name = kbtf_enum_name(btf, "cpu_idle_type", type);
	u32 i;

	for (i = 0; name && i < ARRAY_SIZE(known); i++)
		if (strcmp(name, known[i].kernel) == 0)
			return known[i].name;
	return NULL;
}

static void balance_layout(struct sched_domain_layout *l, const struct kbtf *btf)
{
	u32 i, size;

	for (i = 0; i < SCHED_DOMAIN_IDLE_TYPES; i++) {
		l->idle_names[i] = idle_name(btf, i);
		if (!l->idle_names[i])
			return;
	}
	for (i = 0; i < SCHED_DOMAIN_LB_NR; i++)
		if (kbtf_member(btf, "sched_domain", lb_names[i], &l->lb[i], &size) == 0 &&
		    size == SCHED_DOMAIN_IDLE_TYPES * sizeof(u32))
			l->lb_present |= 1U << i;
}

int sched_domain_layout_init(struct sched_domain_layout *l, const struct guest_kernel *gk,
			     const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = ksymbol_need(gk, "runqueues", &l->runqueues, err);
	if (!ret)
		ret = kmember_need(btf, "rq", "sd", &l->sd, err);
	if (!ret)
		ret = kstruct_init(&l->s, "sched_domain", fields, FIELDS, btf, err);
	/* Without the member the bits are behind the struct: sched_domain_span(). */
	if (!ret && kbtf_member(btf, "sched_domain", "span", &l->span, NULL))
		ret = kbtf_struct_size(btf, "sched_domain", &l->span);
	if (!ret)
		balance_layout(l, btf);
	return ret;
}

static void show_name(struct insp *in, u64 kva, struct value *to)
{
	char name[NAME_LEN];

	if (!kva)
		return;
	if (gk_read_str(in->gk, kva, name, sizeof(name)) < 0)
		value_unsupported(in->tree, to, "name", "no memory at 0x%llx",
				  (unsigned long long)kva);
	else
		value_add_text(in->tree, to, "name", name);
}

static void show_span(struct insp *in, const struct sched_domain_layout *l, u64 kva,
		      struct value *to)
{
	u32 nr = min_t(u32, in->nr_cpus, CPUS_MAX);
	u64 bits[CPUS_MAX / 64];

	if (gk_read(in->gk, kva + l->span, bits, (nr + 63) / 64 * sizeof(bits[0])))
		value_unsupported(in->tree, to, "span", "no memory behind the domain");
	else
		value_add_cpulist(in->tree, to, "span", bits, nr);
}

static void show_balance(struct insp *in, const struct sched_domain_layout *l,
			 const struct kcopy *c, struct value *to)
{
	u32 counts[SCHED_DOMAIN_IDLE_TYPES], i, type;
	struct value *one;

	if (!l->lb_present && !kstruct_has(&l->s, ALB_COUNT))
		return;
	to = value_add_struct(in->tree, to, "balance");
	for (i = 0; i < SCHED_DOMAIN_LB_NR; i++) {
		if (!(l->lb_present & 1U << i) ||
		    gk_read(in->gk, c->kva + l->lb[i], counts, sizeof(counts)))
			continue;
		one = value_add_struct(in->tree, to, lb_names[i]);
		for (type = 0; type < SCHED_DOMAIN_IDLE_TYPES; type++)
			value_add_uint(in->tree, one, l->idle_names[type], counts[type]);
	}
	kstruct_show(in, &l->s, c, ALB_COUNT, STATS_END, to);
}

static void end_early(struct insp *in, struct value *to, const char *why)
{
	value_add_text(in->tree, to, "incomplete", why);
	vtree_gap(in->tree);
}

static void show_cpu(struct insp *in, const struct sched_domain_layout *l, u32 cpu,
		     struct value *to)
{
	struct value *domains, *one;
	struct kcopy c;
	u64 rq, sd;
	u32 levels;

	value_add_uint(in->tree, to, "cpu", cpu);
	if (gk_percpu(in->gk, l->runqueues, cpu, &rq) || gk_read_u64(in->gk, rq + l->sd, &sd)) {
		value_unsupported(in->tree, to, "unreadable", "no run queue in memory");
		return;
	}
	domains = value_add_array(in->tree, to, "domains");
	for (levels = 0; sd; levels++) {
		if (levels == SCHED_DOMAIN_LEVELS_MAX) {
			end_early(in, to, "domains without an end");
			return;
		}
		if (kstruct_read(&l->s, in->gk, sd, &c)) {
			end_early(in, to, "leads to where there is no memory");
			return;
		}
		one = value_add_struct(in->tree, domains, NULL);
		show_name(in, kstruct_u64(&l->s, &c, NAME), one);
		show_span(in, l, sd, one);
		kstruct_show(in, &l->s, &c, 0, GENERAL_END, one);
		show_balance(in, l, &c, one);
		sd = kstruct_u64(&l->s, &c, PARENT);
	}
}

void sched_domain_walk(struct insp *in, const struct sched_domain_layout *l, struct value *to)
{
	u32 cpu;

	for (cpu = 0; cpu < in->nr_cpus && !insp_late(in); cpu++)
		show_cpu(in, l, cpu, value_add_struct(in->tree, to, NULL));
	if (cpu < in->nr_cpus)
		value_cut(to, in->nr_cpus, cpu);
}
