/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_FUZZ_H
#define KTSTR_SELFTESTS_FUZZ_H

/*
 * What fuzz targets share: an input is taken apart from its front, in values of
 * fixed size, zeroes when it has ended; the rest is memory of the guest's.
 *
 * A target is one file, NAME.c, with LLVMFuzzerTestOneInput(), which returns 0
 * and keeps nothing between two inputs; beside it corpus/NAME/ with inputs that
 * reach what matters. Targets that read kernel memory include fuzz_guest.h.
 */
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/types.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

/* A promise of a header's that does not hold: a finding like a crash. */
#define FUZZ_ASSERT(cond)        \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

/**
 * struct fuzz_in - an input that is being taken apart
 * @p: what is left of it
 * @len: bytes
 */
struct fuzz_in {
	const u8 *p;
	size_t len;
};

static inline void fuzz_take(struct fuzz_in *in, void *to, size_t len)
{
	size_t n = len < in->len ? len : in->len;

	memset(to, 0, len);
	if (n)
		memcpy(to, in->p, n);
	in->p += n;
	in->len -= n;
}

static inline u8 fuzz_u8(struct fuzz_in *in)
{
	u8 v;

	fuzz_take(in, &v, sizeof(v));
	return v;
}

static inline u16 fuzz_u16(struct fuzz_in *in)
{
	u16 v;

	fuzz_take(in, &v, sizeof(v));
	return v;
}

static inline u64 fuzz_u64(struct fuzz_in *in)
{
	u64 v;

	fuzz_take(in, &v, sizeof(v));
	return v;
}

/* The rest, in memory of exactly its size, so that a byte too far is seen. */
static inline void *fuzz_rest(struct fuzz_in *in, size_t *len)
{
	void *copy = malloc(in->len ? in->len : 1);

	*len = in->len;
	if (in->len)
		memcpy(copy, in->p, in->len);
	in->p += in->len;
	in->len = 0;
	return copy;
}

#endif /* KTSTR_SELFTESTS_FUZZ_H */
