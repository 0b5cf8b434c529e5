/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_PRESET_H
#define KTSTR_LIB_PRESET_H

/*
 * Machines with a name, for tests that run on many: small ones, odd counts,
 * with and without SMT, up to the largest, and NUMA. A test says in struct
 * preset_bounds which of them make sense for it.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "err.h"
#include "names.h"
#include "topology.h"

#define PRESETS_NR 24

/* For a maximum of struct preset_bounds: as many as there are */
#define PRESET_ANY 0xffffffffU

/**
 * struct preset - a machine with a name
 * @name: [a-z0-9-], unique
 * @topo: the machine; nodes are equal
 */
struct preset {
	const char *name;
	struct topology topo;
};

/**
 * struct preset_bounds - on which machines a test makes sense
 * @min_llcs: fewest LLCs of the whole machine
 * @max_llcs: most; 0 = 12, PRESET_ANY = no bound
 * @min_nodes: fewest NUMA nodes
 * @max_nodes: most; 0 = 1, or @min_nodes if that is more; PRESET_ANY = no bound
 * @min_cpus: fewest CPUs
 * @max_cpus: most; 0 = 192, PRESET_ANY = no bound
 * @requires_smt: only with two threads per core
 *
 * All zero: 15 of the presets, one node each.
 */
struct preset_bounds {
	u32 min_llcs;
	u32 max_llcs;
	u32 min_nodes;
	u32 max_nodes;
	u32 min_cpus;
	u32 max_cpus;
	bool requires_smt;
};

/* All of them, by rising size within each kind. */
extern const struct preset presets[PRESETS_NR];

/**
 * preset_smt() - do its cores have two threads
 * @p: the preset
 *
 * arm64 has no such machine.
 */
static inline bool preset_smt(const struct preset *p)
{
	return p->topo.threads > 1;
}

/**
 * preset_find() - a preset by its name
 * @name: the name
 * @err: lists what there is, or NULL
 *
 * Any thread. Return: the preset, or NULL with errno ENOENT.
 */
const struct preset *preset_find(const char *name, struct ktstr_err *err);

/**
 * preset_names() - every name
 * @names: initialised; they are added
 */
void preset_names(struct names *names);

/**
 * preset_fits() - is a machine within bounds
 * @p: the preset
 * @b: the bounds, or NULL for the default ones
 *
 * Any thread. Return: whether every bound is kept.
 */
bool preset_fits(const struct preset *p, const struct preset_bounds *b);

/**
 * preset_bounds_check() - refuse bounds that no preset is in
 * @b: the bounds
 * @err: says which bounds contradict each other, or that no preset is left
 *
 * Return: 0, or -EINVAL.
 */
int preset_bounds_check(const struct preset_bounds *b, struct ktstr_err *err);

#endif /* KTSTR_LIB_PRESET_H */
