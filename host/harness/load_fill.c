// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "lib/wire_worker.h"
#include "load_internal.h"
#include "scenario_plan.h"

static void damage(struct evidence *e, const char *what)
{
	if (!e->load_damage)
		e->load_damage = what;
}

static int copy_groups(struct ktstr_load *load, const struct scenario_plan *plan)
{
	size_t i;

	if (!plan || !plan->nr_groups)
		return 0;
	load->groups = calloc(plan->nr_groups, sizeof(*load->groups));
	if (!load->groups)
		return -ENOMEM;
	for (i = 0; i < plan->nr_groups; i++) {
		struct ktstr_group *g = &load->groups[i];

		*g = plan->groups[i];
		g->name = strdup(g->name ?: "");
		g->cgroup = strdup(g->cgroup ?: "");
		load->nr_groups++;
		if (!g->name || !g->cgroup)
			return -ENOMEM;
	}
	return 0;
}

/**
 * struct roll - who has reported
 * @first: of each group, index of its first worker among all
 * @seen: of all workers, whether it has
 * @nr: workers that were planned
 */
struct roll {
	u32 *first;
	bool *seen;
	u32 nr;
};

static int roll_make(struct roll *r, const struct ktstr_load *load)
{
	size_t i;

	*r = (struct roll){ .first = calloc(load->nr_groups + 1, sizeof(*r->first)) };
	for (i = 0; r->first && i < load->nr_groups; i++) {
		r->first[i] = r->nr;
		r->nr += load->groups[i].workers;
	}
	r->seen = calloc(r->nr + 1, sizeof(*r->seen));
	return r->first && r->seen ? 0 : -ENOMEM;
}

static void roll_free(struct roll *r)
{
	free(r->first);
	free(r->seen);
}

static bool roll_call(struct roll *r, const struct ktstr_load *load, const struct worker_view *w)
{
	const struct ktstr_group *g;
	u32 at;

	if (w->group >= load->nr_groups)
		return false;
	g = &load->groups[w->group];
	if (w->index >= g->workers || w->step != g->step)
		return false;
	at = r->first[w->group] + w->index;
	if (r->seen[at])
		return false;
	r->seen[at] = true;
	return true;
}

static int add_worker(struct ktstr_load *load, const struct worker_view *v, size_t *room)
{
	struct worker_view *bigger;

	if (load->nr_workers == *room) {
		*room = *room ? *room * 2 : 16;
		bigger = reallocarray(load->workers, *room, sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		load->workers = bigger;
	}
	load->workers[load->nr_workers++] = *v;
	return 0;
}

static int take_reports(struct ktstr_load *load, const struct verdict_input *in, struct roll *r,
			struct evidence *e)
{
	struct worker_view v;
	size_t i, room = 0;
	int ret = 0;

	for (i = 0; i < in->nr_frames && !ret; i++) {
		const struct wire_frame *f = &in->frames[i];

		if (f->type != WIRE_WREP || !f->crc_ok || worker_decode(f->payload, f->len, &v))
			continue;
		if (roll_call(r, load, &v))
			ret = add_worker(load, &v, &room);
		else if (in->load)
			damage(e, "a worker has reported that was not planned, or twice");
	}
	return ret;
}

static int fill_workers(struct ktstr_load *load, const struct verdict_input *in, struct evidence *e)
{
	struct roll r;
	int ret = roll_make(&r, load);

	if (!ret)
		ret = take_reports(load, in, &r, e);
	roll_free(&r);
	return ret;
}

static void fill_contention(struct ktstr_contention *c, const struct vmm_report *r)
{
	c->dilation = 1;
	if (!r || !r->contention_known || !r->on_cpu_ns)
		return;
	c->known = true;
	c->worst_wait_ns = r->worst_wait_ns;
	c->run_delay_ns = r->run_delay_ns;
	c->on_cpu_ns = r->on_cpu_ns;
	c->dilation = 1 + (double)r->run_delay_ns / (double)r->on_cpu_ns;
}

/* Of a guest that says it went all the way, every step must be known. */
static void check_steps(const struct verdict_input *in, struct evidence *e)
{
	if (in->load && e->results && !e->result.error && e->result.stage == WIRE_STAGE_DONE &&
	    e->steps.begun != in->load->sc.nr_steps + 1)
		damage(e, "steps are missing, or there are too many");
}

int load_fill(struct ktstr_result *res, const struct verdict_input *in, struct evidence *e)
{
	struct ktstr_load *load = &res->load;
	int ret;

	fill_contention(&load->contention, in->report);
	check_steps(in, e);
	ret = copy_groups(load, in->load);
	if (!ret)
		ret = fill_workers(load, in, e);
	if (!ret)
		ret = load_fill_cgroups(load, in->topo);
	return ret ? ret : load_fill_phases(load, in);
}
