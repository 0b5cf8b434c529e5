/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_FUZZ_GUEST_H
#define KTSTR_SELFTESTS_FUZZ_GUEST_H

/*
 * A guest kernel whose memory is the rest of the input, at FUZZ_KVA: a pointer
 * into it is an address that a mutation finds. To be included once in a target,
 * which then does not link the real guest_kernel.c.
 */
#include "fuzz.h"
#include "selftests/unit/fake_kernel.h"

#define FUZZ_KVA 0xffff888000000000ULL

/**
 * struct fuzz_guest - a guest out of an input
 * @gk: for the calls under test; fake_symbol() gives it symbols
 * @mem: its memory
 * @len: bytes of it
 */
struct fuzz_guest {
	struct guest_kernel *gk;
	void *mem;
	size_t len;
};

/* Empty but for the rest of @in; to be freed with fuzz_guest_free(). */
static inline void fuzz_guest_init(struct fuzz_guest *g, struct fuzz_in *in)
{
	static struct guest_kernel gk;

	/* the table of regions is large; what is not in use needs no clearing */
	gk.nr_symbols = 0;
	gk.nr_regions = 0;
	g->gk = &gk;
	g->mem = fuzz_rest(in, &g->len);
	fake_map(g->gk, FUZZ_KVA, g->mem, g->len);
}

static inline void fuzz_guest_free(struct fuzz_guest *g)
{
	free(g->mem);
}

#endif /* KTSTR_SELFTESTS_FUZZ_GUEST_H */
