// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "image_mutate.h"

#define PAGE ((u64)SZ_4K)

/* Of bits anywhere in memory, at most: each makes a page of this process' own. */
#define ANYWHERE_MAX 64

static u64 below(struct image_mutator *m, u64 n)
{
	return random_below(&m->random, n);
}

static void store(struct image_mutator *m, u64 gpa, const void *bytes, size_t len)
{
	u8 *p = gmem_hva(m->ram, gpa, len);
	size_t i;

	if (!p || len > MUTATION_MAX - m->nr)
		return;
	for (i = 0; i < len; i++) {
		m->gpas[m->nr] = gpa + i;
		m->old[m->nr++] = p[i];
	}
	memcpy(p, bytes, len);
}

void image_repair(struct image_mutator *m)
{
	/* newest first: a place may have been changed twice */
	while (m->nr) {
		u8 *p = gmem_hva(m->ram, m->gpas[--m->nr], 1);

		*p = m->old[m->nr];
	}
}

static u64 load(const struct image_mutator *m, u64 gpa)
{
	u64 v = 0;

	gmem_read(m->ram, gpa, &v, sizeof(v));
	return v;
}

/* A word of what is read in one of @phases; false when nothing is. */
static bool pick(struct image_mutator *m, u32 phases, u64 *gpa)
{
	const struct image_access *a;
	u32 tries, phase;

	for (tries = 0; tries < 256; tries++) {
		phase = below(m, PHASES);
		if (!(phases & BIT(phase)) || !m->all[phase].nr)
			continue;
		a = &m->all[phase].a[below(m, m->all[phase].nr)];
		*gpa = (a->gpa + below(m, a->len)) & ~7ULL;
		return true;
	}
	return false;
}

static bool is_pointer(u64 v)
{
	return v >> 47 == 0x1ffff && v < 0xffffffffffff0000ULL;
}

/* The same, and a word that looks like a pointer, if one is found soon. */
static bool pick_pointer(struct image_mutator *m, u32 phases, u64 *gpa)
{
	u32 tries;

	for (tries = 0; tries < 32; tries++) {
		if (!pick(m, phases, gpa))
			return false;
		if (is_pointer(load(m, *gpa)))
			return true;
	}
	return true;
}

static u64 anywhere(struct image_mutator *m)
{
	const struct gmem_region *r = &m->ram->regions[below(m, m->ram->nr)];

	return r->gpa + below(m, r->len);
}

static void flip_bits(struct image_mutator *m, u64 gpa)
{
	u64 v = load(m, gpa), nr = 1 + below(m, 4);

	while (nr--)
		v ^= BIT_ULL(below(m, 64));
	store(m, gpa, &v, sizeof(v));
}

/* Of 1, 2, 4 or 8 bytes anywhere in the word. */
static void absurd_number(struct image_mutator *m, u64 gpa)
{
	static const u64 numbers[] = {
		0,
		1,
		2,
		0x7f,
		0x80,
		0xff,
		0x1000,
		0x7fff,
		0x10000,
		0x100000,
		0x7fffffff,
		0x80000000,
		0xfffffff8,
		~0U,
		0x100000000,
		0x7fffffffffffffff,
		0x8000000000000000,
		~0ULL - 7,
		~0ULL,
		0xdead000000000100,
		0xdead000000000122,
	};
	u64 v = numbers[below(m, ARRAY_SIZE(numbers))];
	u64 size = 1ULL << below(m, 4);

	store(m, gpa + below(m, 8 / size) * size, &v, size);
}

static void nearly_right(struct image_mutator *m, u64 gpa)
{
	u64 v = load(m, gpa), by = below(m, 2) ? 1 + below(m, 4) : below(m, 8192);

	v += below(m, 2) ? by : -by;
	store(m, gpa, &v, sizeof(v));
}

/* Where a pointer may lead, of all places. */
static u64 somewhere(struct image_mutator *m, u32 phases, u64 gpa)
{
	const struct gmem_region *r = &m->ram->regions[below(m, m->ram->nr)];
	u64 other;

	switch (below(m, 8)) {
	case 0: /* to itself, as lists do that are empty */
		return m->map_base + gpa;
	case 1: /* near it */
		return m->map_base + gpa - below(m, 512) * 8;
	case 2: /* to what else is read, in the direct map */
		return pick(m, phases, &other) ? m->map_base + other : 0;
	case 3: /* close to where a region ends */
		return m->map_base + r->gpa + r->len - below(m, 64);
	case 4:
		return m->map_base + anywhere(m);
	case 5: /* no RAM, or no address at all */
		return random_u64(&m->random) | (below(m, 2) ? 0xffff800000000000ULL : 0);
	default: /* where another one leads */
		return pick_pointer(m, ~0U, &other) ? load(m, other) : 0;
	}
}

static void wild_pointer(struct image_mutator *m, u32 phases)
{
	u64 gpa, v;

	if (!pick_pointer(m, phases, &gpa))
		return;
	v = somewhere(m, phases, gpa);
	/* xarrays and the like have marks in the lowest bits */
	if (below(m, 8) == 0)
		v |= 1 + below(m, 3);
	store(m, gpa, &v, sizeof(v));
}

static void whole_page(struct image_mutator *m, u64 gpa)
{
	u8 page[PAGE] = {};
	u64 other, kind = below(m, 3), i;

	if (kind == 1 && pick(m, ~0U, &other))
		gmem_read(m->ram, other & ~(PAGE - 1), page, PAGE);
	for (i = 0; kind == 2 && i < PAGE; i += 8) {
		u64 v = random_u64(&m->random);

		memcpy(page + i, &v, sizeof(v));
	}
	store(m, gpa & ~(PAGE - 1), page, PAGE);
}

static void one_change(struct image_mutator *m, u32 phases)
{
	u64 gpa, kind = below(m, 100);

	if (kind < 45) {
		wild_pointer(m, phases);
		return;
	}
	if (!pick(m, phases, &gpa))
		return;
	if (kind < 70)
		absurd_number(m, gpa);
	else if (kind < 83)
		nearly_right(m, gpa);
	else if (kind < 96)
		flip_bits(m, gpa);
	else
		whole_page(m, gpa);
}

void image_mutate(struct image_mutator *m, u32 phases)
{
	u64 nr;

	if (random_percent(&m->random, 4)) {
		for (nr = 1 + below(m, ANYWHERE_MAX); nr; nr--)
			flip_bits(m, anywhere(m) & ~7ULL);
		return;
	}
	for (nr = 1 + below(m, below(m, 4) ? 2 : 8); nr; nr--)
		one_change(m, phases);
}
