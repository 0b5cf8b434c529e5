/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_IMAGE_MUTATE_H
#define SELFTESTS_IMAGE_MUTATE_H

/*
 * Damage to a saved guest's memory, most of it where something will look, and
 * its repair.
 */
#include "host/vmm/gmem.h"
#include "image_random.h"
#include "image_trace.h"

/* Bytes that one mutation may change. */
#define MUTATION_MAX 65536U

/**
 * struct image_mutator - a guest that is being damaged
 * @ram: its memory, private to this process
 * @all: what is read of it, by phase
 * @map_base: kernel address of guest physical 0
 * @random: decides
 * @gpas: address of each byte that was changed, in the order of that
 * @old: what was there
 * @nr: how many
 */
struct image_mutator {
	const struct gmem *ram;
	const struct image_accesses *all;
	u64 map_base;
	struct image_random random;
	u64 gpas[MUTATION_MAX];
	u8 old[MUTATION_MAX];
	u32 nr;
};

/**
 * image_mutate() - change a few places
 * @m: nothing is damaged
 * @phases: bitmask: what is read in one of these
 *
 * One to eight of: bits, absurd numbers, numbers nearly right, pointers to
 * themselves, to one another, to anywhere; pages of zeroes, of noise, of other
 * pages. Or, seldom, bits anywhere in memory.
 */
void image_mutate(struct image_mutator *m, u32 phases);

/**
 * image_repair() - put back what was there
 * @m: the mutator
 */
void image_repair(struct image_mutator *m);

#endif /* SELFTESTS_IMAGE_MUTATE_H */
