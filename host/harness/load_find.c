// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "load.h"
#include "payload.h"

const struct ktstr_cgroup_stats *ktstr_load_cgroup(const struct ktstr_load *load,
						   const char *cgroup, u32 step)
{
	size_t i;

	for (i = 0; i < load->nr_cgroups; i++) {
		const struct ktstr_cgroup_stats *c = &load->cgroups[i];

		if (!strcmp(c->cgroup, cgroup) && (!step || c->step == step))
			return c;
	}
	return NULL;
}

const struct ktstr_metric_value *ktstr_load_metric(const struct ktstr_load *load,
						   const char *payload, const char *name)
{
	size_t i;

	for (i = 0; i < load->nr_metrics; i++) {
		const struct ktstr_metric_value *m = &load->metrics[i];

		if (!strcmp(m->name, name) && (!payload || !strcmp(m->payload, payload)))
			return m;
	}
	return NULL;
}

const struct ktstr_phase *ktstr_phase_at(const struct ktstr_load *load, u64 t_ns)
{
	size_t i;

	for (i = 0; i < load->nr_phases; i++) {
		const struct ktstr_phase *p = &load->phases[i];

		if (t_ns >= p->from_ns && (!p->to_ns || t_ns < p->to_ns))
			return p;
	}
	return NULL;
}

void load_free(struct ktstr_load *load)
{
	size_t i;

	for (i = 0; i < load->nr_groups; i++) {
		free(load->groups[i].name);
		free(load->groups[i].cgroup);
	}
	for (i = 0; i < load->nr_phases; i++)
		free(load->phases[i].name);
	free(load->groups);
	free(load->workers);
	free(load->cgroups);
	free(load->phases);
	payload_metrics_free(load);
	finding_free(load);
	memset(load, 0, sizeof(*load));
}
