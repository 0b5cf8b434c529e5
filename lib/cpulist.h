/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_CPULIST_H
#define KTSTR_LIB_CPULIST_H

/* Sets of CPUs or nodes, and the kernel's notation for them: "0-3,8". */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/topology.h"

/* Any set of TOPOLOGY_MAX_CPUS CPUs fits, with its NUL. */
#define CPULIST_TEXT_MAX 2048

/**
 * struct cpulist - a set of CPUs
 * @bits: one each, little-endian: CPU c is bit c % 8 of byte c / 8
 */
struct cpulist {
	u8 bits[TOPOLOGY_MAX_CPUS / 8];
};

/**
 * cpulist_set() - put a CPU in
 * @l: the set
 * @cpu: below TOPOLOGY_MAX_CPUS
 */
static inline void cpulist_set(struct cpulist *l, u32 cpu)
{
	l->bits[cpu / 8] |= 1U << cpu % 8;
}

/**
 * cpulist_has() - is a CPU in it
 * @l: the set
 * @cpu: any number
 */
static inline bool cpulist_has(const struct cpulist *l, u32 cpu)
{
	return cpu < TOPOLOGY_MAX_CPUS && l->bits[cpu / 8] >> cpu % 8 & 1;
}

/**
 * cpulist_count() - how many are in it
 * @l: the set
 */
u32 cpulist_count(const struct cpulist *l);

/**
 * cpulist_nth() - the CPU at a place of the set
 * @l: the set
 * @n: from 0
 *
 * Return: it, or TOPOLOGY_MAX_CPUS when there are no more than @n.
 */
u32 cpulist_nth(const struct cpulist *l, u32 n);

/**
 * cpulist_within() - is every CPU of a set in another one
 * @l: the set
 * @other: the other one
 */
bool cpulist_within(const struct cpulist *l, const struct cpulist *other);

/**
 * cpulist_parse() - read the notation, strictly
 * @text: "0-3,8"; "" is the empty set. No blanks, ascending within a range
 * @cpus: numbers must be below
 * @l: filled in on success
 * @err: quotes what is wrong, or NULL
 *
 * Return: 0, -EINVAL for what is no list, or -ERANGE for a CPU there is not.
 */
int cpulist_parse(const char *text, u32 cpus, struct cpulist *l, struct ktstr_err *err);

/**
 * cpulist_format() - write the notation
 * @l: the set
 * @buf: where to
 * @len: room, CPULIST_TEXT_MAX is always enough
 *
 * Return: @buf.
 */
char *cpulist_format(const struct cpulist *l, char *buf, size_t len);

#endif /* KTSTR_LIB_CPULIST_H */
