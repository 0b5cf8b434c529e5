/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_SCHED_DOMAIN_H
#define KTSTR_HOST_INSPECT_SCHED_DOMAIN_H

/*
 * Scheduling domains of each CPU, from the smallest up (struct sched_domain,
 * include/linux/sched/topology.h), and what balancing in them has done.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/kstruct.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* Levels of one CPU; more are a loop. */
#define SCHED_DOMAIN_LEVELS_MAX 32

/* Kinds of idleness that are counted apart, and counters of each. */
#define SCHED_DOMAIN_IDLE_TYPES 3
#define SCHED_DOMAIN_LB_NR	12

/**
 * struct sched_domain_layout - addresses and offsets, looked up once
 * @s: struct sched_domain
 * @runqueues: the per-CPU symbol
 * @sd: offset of the pointer to the smallest domain in struct rq
 * @span: offset of the bits of its CPUs
 * @idle_names: of the idle types; constants
 * @lb: offsets of the arrays lb_count and so on
 * @lb_present: bit n is set for those that this kernel has
 *
 * Does not change after sched_domain_layout_init().
 */
struct sched_domain_layout {
	struct kstruct s;
	u64 runqueues;
	u32 sd;
	u32 span;
	const char *idle_names[SCHED_DOMAIN_IDLE_TYPES];
	u32 lb[SCHED_DOMAIN_LB_NR];
	u32 lb_present;
};

/**
 * sched_domain_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * A kernel without CONFIG_SCHEDSTATS has no counters; they are left out.
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int sched_domain_layout_init(struct sched_domain_layout *l, const struct guest_kernel *gk,
			     const struct kbtf *btf, struct ktstr_err *err);

/**
 * sched_domain_walk() - the domains of every CPU
 * @in: the guest
 * @l: the layout
 * @to: an array; gets a struct for each CPU: cpu, domains [{name, level, span,
 *      flags, ..., balance {lb_count: {not_idle, idle, newly_idle}, ...}}],
 *      "incomplete": the reason when they do not end
 *
 * The idle types are named by the kernel's enum cpu_idle_type.
 */
void sched_domain_walk(struct insp *in, const struct sched_domain_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_SCHED_DOMAIN_H */
