// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "load_internal.h"
#include "scenario_plan.h"

#define NAME_MAX_BYTES 128

/* A step may be called anything by its author, but is printed on one line. */
static char *phase_name(const struct scenario_plan *plan, u32 step)
{
	char name[NAME_MAX_BYTES];
	const char *said = NULL;

	if (!step)
		return strdup("baseline");
	if (plan && plan->step_names && step <= plan->sc.nr_steps)
		said = plan->step_names[step - 1];
	if (said && said[0])
		text_escape_line(name, sizeof(name), said, strlen(said));
	else
		snprintf(name, sizeof(name), "step %u", step);
	return strdup(name);
}

static void phase_end(struct ktstr_phase *p, const struct step_view *v, u64 t_ns)
{
	p->to_ns = t_ns;
	p->to_ms = v->elapsed_ms;
	p->cgroups = v->cgroups;
	p->workers = v->workers;
	p->iterations_to = v->iterations;
}

static int phase_begin(struct ktstr_load *load, const struct verdict_input *in,
		       const struct step_view *v, u64 t_ns)
{
	struct ktstr_phase *p;

	p = reallocarray(load->phases, load->nr_phases + 1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	load->phases = p;
	p += load->nr_phases;
	*p = (struct ktstr_phase){
		.step = v->step,
		.name = phase_name(in->load, v->step),
		.from_ns = t_ns,
		.from_ms = v->elapsed_ms,
		.ops = v->ops,
		.op_kinds = v->op_kinds,
		.cgroups = v->cgroups,
		.workers = v->workers,
		.iterations_from = v->iterations,
		.iterations_to = v->iterations,
	};
	if (!p->name)
		return -ENOMEM;
	load->nr_phases++;
	return 0;
}

static int take_step(struct ktstr_load *load, const struct verdict_input *in,
		     const struct wire_frame *f, struct step_order *o)
{
	struct ktstr_phase *last = load->nr_phases ? &load->phases[load->nr_phases - 1] : NULL;
	bool open = o->open;
	struct step_view v;

	if (!step_decode(f, &v) || !step_next(o, f->type, &v))
		return 0;
	/* only the baseline ends with the beginning of what follows it */
	if (last && open)
		phase_end(last, &v, f->t_ns);
	return f->type == WIRE_STIM ? phase_begin(load, in, &v, f->t_ns) : 0;
}

/* Without any step the baseline is the whole scenario. */
static void take_end(struct ktstr_load *load, const struct wire_frame *f)
{
	struct ktstr_phase *p = load->phases;
	struct wire_scen raw;

	if (load->nr_phases != 1 || p->to_ns || f->len < sizeof(raw))
		return;
	memcpy(&raw, f->payload, sizeof(raw));
	p->to_ns = f->t_ns;
	p->to_ms = le64_to_cpu(raw.elapsed_ms);
	p->iterations_to = le64_to_cpu(raw.total_iterations);
}

static void find_samples(struct ktstr_phase *p, const struct monitor_sample *s, size_t nr)
{
	size_t i = 0;

	while (i < nr && s[i].t_ns < p->from_ns)
		i++;
	p->first_sample = i;
	while (i < nr && (!p->to_ns || s[i].t_ns < p->to_ns))
		i++;
	p->nr_samples = i - p->first_sample;
}

int load_fill_phases(struct ktstr_load *load, const struct verdict_input *in)
{
	struct step_order order = { 0 };
	size_t i;
	int ret = 0;

	for (i = 0; i < in->nr_frames && !ret; i++) {
		const struct wire_frame *f = &in->frames[i];

		if (f->crc_ok && (f->type == WIRE_STIM || f->type == WIRE_STEN))
			ret = take_step(load, in, f, &order);
		else if (f->crc_ok && f->type == WIRE_SCEN)
			take_end(load, f);
	}
	for (i = 0; i < load->nr_phases; i++)
		find_samples(&load->phases[i], in->samples, in->nr_samples);
	return ret;
}
