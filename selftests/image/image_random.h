/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_IMAGE_RANDOM_H
#define SELFTESTS_IMAGE_RANDOM_H

/* Numbers that look random and are the same for the same seed everywhere. */
#include <linux/types.h>

/**
 * struct image_random - where the sequence is
 * @state: a seed, or what became of it
 */
struct image_random {
	u64 state;
};

/* splitmix64: also good for seeds that are neighbours. */
static inline u64 random_u64(struct image_random *r)
{
	u64 z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* Below @n, which is not 0. */
static inline u64 random_below(struct image_random *r, u64 n)
{
	return random_u64(r) % n;
}

/* In @percent of all cases. */
static inline bool random_percent(struct image_random *r, u32 percent)
{
	return random_below(r, 100) < percent;
}

#endif /* SELFTESTS_IMAGE_RANDOM_H */
