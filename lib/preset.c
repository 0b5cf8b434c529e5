// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "preset.h"
#include "util.h"

#define DEFAULT_MAX_LLCS  12
#define DEFAULT_MAX_NODES 1
#define DEFAULT_MAX_CPUS  192

#define PRESET(name, nodes, llcs, cores, threads)               \
	{                                                       \
		name,                                           \
		{                                               \
			nodes, llcs, cores, threads, NULL, NULL \
		}                                               \
	}

const struct preset presets[PRESETS_NR] = {
	PRESET("tiny-1llc", 1, 1, 4, 1),	 PRESET("tiny-2llc", 1, 2, 2, 1),
	PRESET("odd-3llc", 1, 3, 3, 1),		 PRESET("odd-5llc", 1, 5, 3, 1),
	PRESET("odd-7llc", 1, 7, 2, 1),		 PRESET("smt-2llc", 1, 2, 2, 2),
	PRESET("smt-3llc", 1, 3, 2, 2),		 PRESET("medium-4llc", 1, 4, 4, 2),
	PRESET("medium-8llc", 1, 8, 4, 2),	 PRESET("large-4llc", 1, 4, 16, 2),
	PRESET("large-8llc", 1, 8, 8, 2),	 PRESET("near-max-llc", 1, 15, 8, 2),
	PRESET("max-cpu", 1, 14, 9, 2),		 PRESET("medium-4llc-nosmt", 1, 4, 8, 1),
	PRESET("medium-8llc-nosmt", 1, 8, 8, 1), PRESET("large-4llc-nosmt", 1, 4, 32, 1),
	PRESET("large-8llc-nosmt", 1, 8, 16, 1), PRESET("near-max-llc-nosmt", 1, 15, 16, 1),
	PRESET("max-cpu-nosmt", 1, 14, 18, 1),	 PRESET("numa2-4llc", 2, 4, 4, 1),
	PRESET("numa2-8llc", 2, 8, 8, 2),	 PRESET("numa2-8llc-nosmt", 2, 8, 16, 1),
	PRESET("numa4-8llc", 4, 8, 4, 1),	 PRESET("numa4-12llc", 4, 12, 8, 2),
};

void preset_names(struct names *names)
{
	size_t i;

	for (i = 0; i < PRESETS_NR; i++)
		names_add(names, presets[i].name);
}

const struct preset *preset_find(const char *name, struct ktstr_err *err)
{
	struct names names;
	size_t i;

	for (i = 0; i < PRESETS_NR; i++)
		if (!strcmp(presets[i].name, name))
			return &presets[i];
	names_init(&names, name);
	preset_names(&names);
	ktstr_err_set(err, -ENOENT, "no preset '%.40s'; %sthere are %s", name, names.hint,
		      names_list(&names));
	errno = ENOENT;
	return NULL;
}

/* What a bound says when it says nothing */
static struct preset_bounds resolve(const struct preset_bounds *b)
{
	struct preset_bounds r = b ? *b : (struct preset_bounds){ 0 };

	r.max_llcs = r.max_llcs ?: DEFAULT_MAX_LLCS;
	r.max_nodes = r.max_nodes ?: max_t(u32, r.min_nodes, DEFAULT_MAX_NODES);
	r.max_cpus = r.max_cpus ?: DEFAULT_MAX_CPUS;
	return r;
}

static bool within(u32 n, u32 at_least, u32 at_most)
{
	return n >= at_least && n <= at_most;
}

bool preset_fits(const struct preset *p, const struct preset_bounds *b)
{
	struct preset_bounds r = resolve(b);

	return within(p->topo.llcs, r.min_llcs, r.max_llcs) &&
	       within(p->topo.nodes, r.min_nodes, r.max_nodes) &&
	       within(topology_cpus(&p->topo), r.min_cpus, r.max_cpus) &&
	       (preset_smt(p) || !r.requires_smt);
}

int preset_bounds_check(const struct preset_bounds *b, struct ktstr_err *err)
{
	struct preset_bounds r = resolve(b);
	const struct {
		const char *what;
		u32 at_least, at_most;
	} bounds[] = {
		{ "llcs", r.min_llcs, r.max_llcs },
		{ "nodes", r.min_nodes, r.max_nodes },
		{ "cpus", r.min_cpus, r.max_cpus },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bounds); i++)
		if (bounds[i].at_least > bounds[i].at_most)
			return ktstr_err_set(err, -EINVAL,
					     "presets: min_%s %u is more than max_%s %u",
					     bounds[i].what, bounds[i].at_least, bounds[i].what,
					     bounds[i].at_most);
	for (i = 0; i < PRESETS_NR; i++)
		if (preset_fits(&presets[i], b))
			return 0;
	return ktstr_err_set(err, -EINVAL,
			     "presets: none has %u to %u LLCs, %u to %u nodes and %u to %u CPUs%s",
			     r.min_llcs, r.max_llcs, r.min_nodes, r.max_nodes, r.min_cpus,
			     r.max_cpus, r.requires_smt ? " with SMT" : "");
}
