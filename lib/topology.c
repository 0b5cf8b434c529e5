// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "preset.h"
#include "topology.h"
#include "topology_node.h"
#include "util.h"

static u32 order_of(u32 n)
{
	u32 bits = 0;

	while ((1U << bits) < n)
		bits++;
	return bits;
}

u32 topology_thread_bits(const struct topology *t)
{
	return order_of(t->threads);
}

u32 topology_llc_bits(const struct topology *t)
{
	return topology_thread_bits(t) + order_of(t->cores);
}

u32 topology_apic_id(const struct topology *t, u32 cpu)
{
	u32 thread = cpu % t->threads;
	u32 core = cpu / t->threads % t->cores;
	u32 llc = cpu / t->threads / t->cores;

	return llc << topology_llc_bits(t) | core << topology_thread_bits(t) | thread;
}

int topology_check(const struct topology *t, struct ktstr_err *err)
{
	if (!t->nodes || !t->llcs || !t->cores || !t->threads)
		return ktstr_err_set(err, -EINVAL,
				     "topology %un%ul%uc%ut: every count must be at least 1",
				     t->nodes, t->llcs, t->cores, t->threads);
	if (t->threads > 2)
		return ktstr_err_set(err, -EINVAL,
				     "topology: %u threads per core; 1 or 2 are supported",
				     t->threads);
	if (t->llcs > TOPOLOGY_MAX_CPUS || t->cores > TOPOLOGY_MAX_CPUS ||
	    (u64)t->llcs * t->cores * t->threads > TOPOLOGY_MAX_CPUS)
		return ktstr_err_set(err, -EINVAL, "topology %un%ul%uc%ut has more than %d CPUs",
				     t->nodes, t->llcs, t->cores, t->threads, TOPOLOGY_MAX_CPUS);
	return topology_check_nodes(t, err);
}

static bool parse_counts(const char *p, struct topology *t)
{
	u32 *fields[] = { &t->nodes, &t->llcs, &t->cores, &t->threads };
	static const char units[] = "nlct";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		unsigned long v = 0;

		if (*p < '0' || *p > '9')
			return false;
		while (*p >= '0' && *p <= '9' && v <= TOPOLOGY_MAX_CPUS)
			v = v * 10 + *p++ - '0';
		if (*p++ != units[i] || v > TOPOLOGY_MAX_CPUS)
			return false;
		*fields[i] = v;
	}
	return !*p;
}

int topology_parse(const char *spec, struct topology *t, struct ktstr_err *err)
{
	const struct preset *preset = preset_find(spec, NULL);
	struct names names;

	if (preset) {
		*t = preset->topo;
		return 0;
	}
	*t = (struct topology){ 0 };
	if (parse_counts(spec, t))
		return topology_check(t, err);
	names_init(&names, spec);
	preset_names(&names);
	return ktstr_err_set(err, -EINVAL,
			     "topology '%.24s' is neither of the form 1n2l4c2t (nodes, LLCs in all, cores each, threads) nor a preset; %sthere are %s",
			     spec, names.hint, names_list(&names));
}

char *topology_format(const struct topology *t, char *buf, size_t len)
{
	snprintf(buf, len, "%un%ul%uc%ut", t->nodes, t->llcs, t->cores, t->threads);
	return buf;
}
