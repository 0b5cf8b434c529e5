/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_VARIANTS_H
#define KTSTR_HOST_HARNESS_KTSTR_VARIANTS_H

/*
 * One test on many machines, under several schedulers. Which, is said in bounds on
 * the presets of lib/preset.h; what is outside of them is not among the variants.
 * selftests/ktstr_author.h makes kselftest variants of them.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/preset.h"
#include "lib/topology.h"

#define KTSTR_VARIANT_TOPOLOGIES_MAX 16
#define KTSTR_VARIANT_SCHEDULERS_MAX 16
/* Room for the name of a variant, NUL included. */
#define KTSTR_VARIANT_NAME_MAX 96

/* In a list of schedulers: the kernel's own. */
#define KTSTR_EEVDF "eevdf"

/* Largest machine of a variant that is run; 0 = all. */
#define KTSTR_MAX_VCPUS_ENV "KTSTR_MAX_VCPUS"
/* Unless said, in an emulated host, where each CPU takes its share of one. */
#define KTSTR_MAX_VCPUS_EMULATED 8

/**
 * struct ktstr_variants - machines and schedulers that a test is for
 * @presets: bounds on the presets of lib/preset.h; zeroed = 15 of them, of one node
 *           each
 * @topologies: instead: these, in any notation of topology_parse(); the first NULL
 *              ends them
 * @schedulers: names or paths, or KTSTR_EEVDF; each machine is there once for each
 *              of them. None = the test says itself
 * @run_ms: about how long the workload of a test takes, for the budget; 0 =
 *          KTSTR_DURATION_MS
 */
struct ktstr_variants {
	struct preset_bounds presets;
	const char *topologies[KTSTR_VARIANT_TOPOLOGIES_MAX + 1];
	const char *schedulers[KTSTR_VARIANT_SCHEDULERS_MAX + 1];
	u32 run_ms;
};

/**
 * struct ktstr_variant - one of them
 * @name: of the machine, and of the scheduler where there are some:
 *        "smt-2llc-scx_simple"; [A-Za-z0-9_-]
 * @topology: for struct ktstr_test: the preset's name, or what the test said
 * @scheduler: likewise; NULL = EEVDF
 * @cpus: CPUs of the machine
 * @topo: the machine
 */
struct ktstr_variant {
	char name[KTSTR_VARIANT_NAME_MAX];
	const char *topology;
	const char *scheduler;
	u32 cpus;
	struct topology topo;
};

/**
 * ktstr_variants_make() - all variants of a test
 * @v: what the test is for; NULL = as zeroed
 * @out: set to an array, the machines in the order of the presets or of
 *       @v->topologies, each with all schedulers. free(3) it; its strings are @v's
 * @nr: set to how many
 * @err: names the topology, or the bounds that leave nothing, or NULL
 *
 * Any thread. On arm64 there are no presets with SMT.
 *
 * Return: 0, -EINVAL, or -ENOMEM.
 */
int ktstr_variants_make(const struct ktstr_variants *v, struct ktstr_variant **out, size_t *nr,
			struct ktstr_err *err);

/**
 * ktstr_max_vcpus() - the largest machine of a variant that is to be run
 * @max: set to its CPUs; 0 = there is no bound
 * @err: names $KTSTR_MAX_VCPUS when it is no number, or NULL
 *
 * $KTSTR_MAX_VCPUS, else KTSTR_MAX_VCPUS_EMULATED in an emulated host, else none.
 *
 * Return: 0 or -EINVAL.
 */
int ktstr_max_vcpus(u32 *max, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_KTSTR_VARIANTS_H */
