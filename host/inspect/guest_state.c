// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/guest_state.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_btf.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kernel_hz.h"

static int init_scx(struct guest_state *s, struct ktstr_err *err)
{
	return scx_state_layout_init(&s->scx, s->in.gk, s->in.btf, err);
}

static int init_events(struct guest_state *s, struct ktstr_err *err)
{
	return scx_events_layout_init(&s->events, s->in.gk, s->in.btf, err);
}

static int init_sdt(struct guest_state *s, struct ktstr_err *err)
{
	return sdt_state_init(&s->sdt, s->in.gk, s->in.btf, err);
}

static int init_maps(struct guest_state *s, struct ktstr_err *err)
{
	return bpf_maps_layout_init(&s->maps, s->in.gk, s->in.btf, err);
}

static int init_progs(struct guest_state *s, struct ktstr_err *err)
{
	return bpf_progs_layout_init(&s->progs, s->in.gk, s->in.btf, err);
}

static int init_rq(struct guest_state *s, struct ktstr_err *err)
{
	return rq_layout_init(&s->rq, s->in.gk, s->in.btf, err);
}

static int init_dsq(struct guest_state *s, struct ktstr_err *err)
{
	return dsq_layout_init(&s->dsq, s->in.gk, s->in.btf, err);
}

static int init_task(struct guest_state *s, struct ktstr_err *err)
{
	return task_layout_init(&s->task, s->in.gk, s->in.btf, err);
}

static int init_cpustat(struct guest_state *s, struct ktstr_err *err)
{
	return cpustat_layout_init(&s->cpustat, s->in.gk, s->in.btf, err);
}

static int init_schedstat(struct guest_state *s, struct ktstr_err *err)
{
	return schedstat_layout_init(&s->schedstat, s->in.gk, s->in.btf, err);
}

static int init_domain(struct guest_state *s, struct ktstr_err *err)
{
	return sched_domain_layout_init(&s->domain, s->in.gk, s->in.btf, err);
}

static void walk_scx(struct guest_state *s, struct value *to)
{
	scx_state_walk(&s->in, &s->scx, to);
}

static void walk_events(struct guest_state *s, struct value *to)
{
	scx_events_walk(&s->in, &s->events, to);
}

static void walk_sdt(struct guest_state *s, struct value *to)
{
	sdt_state_walk(&s->sdt, &s->in, to);
}

static void walk_maps(struct guest_state *s, struct value *to)
{
	bpf_maps_walk(&s->in, &s->maps, to);
}

static void walk_progs(struct guest_state *s, struct value *to)
{
	bpf_progs_walk(&s->in, &s->progs, to);
}

static void walk_rqs(struct guest_state *s, struct value *to)
{
	rq_walk(&s->in, &s->rq, to);
}

static void walk_dsqs(struct guest_state *s, struct value *to)
{
	dsq_walk(&s->in, &s->dsq, to);
}

static void walk_tasks(struct guest_state *s, struct value *to)
{
	task_walk(&s->in, &s->task, to);
}

static void walk_cpustat(struct guest_state *s, struct value *to)
{
	cpustat_walk(&s->in, &s->cpustat, to);
}

static void walk_schedstat(struct guest_state *s, struct value *to)
{
	schedstat_walk(&s->in, &s->schedstat, to);
}

static void walk_domains(struct guest_state *s, struct value *to)
{
	sched_domain_walk(&s->in, &s->domain, to);
}

/**
 * struct section - one of them
 * @name: in the tree
 * @array: a VALUE_ARRAY, not a VALUE_STRUCT
 * @optional: there are kernels that were built without it
 * @init: finds its layout
 * @walk: shows it
 */
struct section {
	const char *name;
	bool array;
	bool optional;
	int (*init)(struct guest_state *s, struct ktstr_err *err);
	void (*walk)(struct guest_state *s, struct value *to);
};

/* Pointers in maps lead into allocators, so those come first. */
static const struct section sections[GUEST_SECTIONS] = {
	[GUEST_SCX] = { "scx_state", false, true, init_scx, walk_scx },
	[GUEST_EVENTS] = { "scx_events", false, true, init_events, walk_events },
	[GUEST_SDT] = { "sdt_allocations", true, true, init_sdt, walk_sdt },
	[GUEST_MAPS] = { "maps", true, false, init_maps, walk_maps },
	[GUEST_PROGS] = { "prog_runtime_stats", true, false, init_progs, walk_progs },
	[GUEST_RQS] = { "rq_scx_states", true, false, init_rq, walk_rqs },
	[GUEST_DSQS] = { "dsq_states", false, true, init_dsq, walk_dsqs },
	[GUEST_TASKS] = { "task_enrichments", false, false, init_task, walk_tasks },
	[GUEST_CPUSTAT] = { "per_cpu_time", true, false, init_cpustat, walk_cpustat },
	[GUEST_SCHEDSTAT] = { "schedstats", false, true, init_schedstat, walk_schedstat },
	[GUEST_DOMAINS] = { "sched_domains", true, true, init_domain, walk_domains },
};

const char *guest_section_name(enum guest_section section)
{
	return sections[section].name;
}

struct guest_state *guest_state_new(struct guest_kernel *gk, const struct kbtf *btf,
				    const struct scx_layout *scx, u32 max_cpus,
				    struct ktstr_err *err)
{
	struct guest_state *s = calloc(1, sizeof(*s));
	struct ktstr_err why;
	int ret;
	u32 i;

	if (!s) {
		ktstr_err_set(err, -ENOMEM, "no memory to look at a guest");
		return NULL;
	}
	s->gk = gk;
	s->max_cpus = max_cpus;
	if (kernel_hz(gk, btf, &s->hz, NULL))
		s->hz = 0;
	s->in = (struct insp){
		.gk = gk,
		.btf = btf,
		.scx = scx,
		.nr_cpus = gk_nr_cpus(gk, max_cpus),
		.btfs = guest_btf_new(gk, btf, err),
	};
	if (!s->in.btfs) {
		i = errno;
		free(s);
		errno = i;
		return NULL;
	}
	for (i = 0; i < GUEST_SECTIONS; i++) {
		why.msg[0] = '\0';
		ret = sections[i].init(s, &why);
		if (!ret)
			s->ready |= BIT(i);
		else
			snprintf(s->why[i], sizeof(s->why[i]), "%.*s", (int)sizeof(s->why[i]) - 1,
				 why.msg);
		if (ret == -EOPNOTSUPP && sections[i].optional)
			s->lacking |= BIT(i);
	}
	if (s->ready & BIT(GUEST_SDT))
		s->maps.env = &s->sdt.env;
	return s;
}

void guest_state_free(struct guest_state *s)
{
	if (!s)
		return;
	sdt_state_free(&s->sdt);
	guest_btf_free(s->in.btfs);
	free(s);
}

void guest_state_warm(struct guest_state *s)
{
	if (s->ready & BIT(GUEST_SDT))
		sdt_state_warm(&s->sdt, &s->in);
	if (s->ready & BIT(GUEST_MAPS))
		bpf_maps_warm(&s->in, &s->maps);
	if (s->ready & BIT(GUEST_PROGS))
		bpf_progs_warm(&s->in, &s->progs);
}

void guest_state_show(struct guest_state *s, enum guest_section section, struct value *to)
{
	const struct section *sec = &sections[section];
	char name[64];

	if (s->ready & BIT(section)) {
		sec->walk(s, sec->array ? value_add_array(s->in.tree, to, sec->name) :
					  value_add_struct(s->in.tree, to, sec->name));
		return;
	}
	snprintf(name, sizeof(name), "%s_unavailable", sec->name);
	value_add_text(s->in.tree, to, vtree_strdup(s->in.tree, name), s->why[section]);
	if (!(s->lacking & BIT(section)))
		vtree_gap(s->in.tree);
}

/* More CPUs than the machine has, or none: what kernels never say. */
static void check_cpus(struct guest_state *s, struct value *root)
{
	u32 nr;

	if (gk_nr_cpu_ids(s->gk, &nr) || (nr && nr <= s->max_cpus))
		return;
	value_add_uint(s->in.tree, root, "nr_cpu_ids", nr);
	vtree_gap(s->in.tree);
}

void guest_state_last_words(struct guest_state *s, const char *late, u64 start_ns)
{
	struct vtree *t = s->in.tree;
	struct value *root = vtree_root(t);

	vtree_last_words(t);
	check_cpus(s, root);
	if (s->in.late)
		value_add_uint(t, root, late, (mono_ns() - start_ns) / 1000);
	if (vtree_full(t))
		value_add_bool(t, root, "tree_full", true);
	value_add_bool(t, root, "complete", !s->in.late && vtree_complete(t));
	s->in.tree = NULL;
}

struct vtree *guest_state_take(struct guest_state *s, u64 sched_kva, u64 budget_ns)
{
	u64 start = mono_ns();
	struct vtree *t = vtree_new(GUEST_STATE_MAX);
	struct value *root;
	u32 i;

	if (!t)
		return NULL;
	root = vtree_root(t);
	s->in.tree = t;
	s->in.sched_kva = sched_kva;
	s->in.deadline_ns = budget_ns ? start + budget_ns : 0;
	s->in.late = false;
	if (s->hz)
		value_add_uint(t, root, "hz", s->hz);
	gk_cache_begin(s->gk);
	for (i = 0; i < GUEST_SECTIONS; i++)
		guest_state_show(s, i, root);
	guest_state_last_words(s, "dump_truncated_at_us", start);
	gk_cache_end(s->gk);
	return t;
}
