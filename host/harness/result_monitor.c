// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor_eval.h"
#include "result_monitor.h"

static int copy_samples(struct ktstr_monitor *m, const struct verdict_input *in)
{
	struct monitor_cpu *cpus;
	size_t i, nr = 0;

	if (!in->nr_samples)
		return 0;
	for (i = 0; i < in->nr_samples; i++)
		nr += in->samples[i].nr_cpus;
	m->samples = calloc(in->nr_samples, sizeof(*m->samples));
	m->cpus = calloc(nr, sizeof(*m->cpus));
	if (!m->samples || !m->cpus)
		return -ENOMEM;
	cpus = m->cpus;
	for (i = 0; i < in->nr_samples; i++) {
		const struct monitor_sample *s = &in->samples[i];

		memcpy(cpus, s->cpus, s->nr_cpus * sizeof(*cpus));
		m->samples[i] = *s;
		m->samples[i].cpus = cpus;
		cpus += s->nr_cpus;
	}
	m->nr_samples = in->nr_samples;
	return 0;
}

static const char *why_none(const struct ktstr_result *res, char *buf, size_t room)
{
	if (!res->observer_seen)
		return "the host was not told to observe the kernel";
	if (res->observer_ok)
		return NULL;
	snprintf(buf, room, "the host cannot observe this kernel: %s", res->observer_text);
	return buf;
}

int result_monitor_fill(struct ktstr_result *res, const struct verdict_input *in)
{
	static const struct ktstr_monitor_limits defaults;
	struct ktstr_monitor *m = &res->monitor;
	char why[600];
	int ret;

	if (in->monitor_info) {
		m->info_seen = true;
		m->info = *in->monitor_info;
	}
	ret = copy_samples(m, in);
	return ret ? ret :
		     monitor_eval(m, in->monitor_limits ?: &defaults,
				  why_none(res, why, sizeof(why)));
}

void result_monitor_free(struct ktstr_result *res)
{
	free(res->monitor.samples);
	free(res->monitor.cpus);
}
