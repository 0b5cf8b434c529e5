/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_SYMBOLS_H
#define KTSTR_LIB_WIRE_SYMBOLS_H

/*
 * What all symbols of a kernel come to, so that two parties can compare the
 * symbols they know without sending them: 200,000 names are 8 MiB, this is 12
 * KiB. It does not depend on the order. Symbols are spread over buckets by
 * their names, and where a bucket differs by one symbol only, the difference is
 * that symbol's hash.
 */
#include <stddef.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define WIRE_SYMD_VERSION  1
#define SYM_DIGEST_BUCKETS 1024

/**
 * struct sym_digest - of a set of symbols, of which some may have one name
 * @nr: how many they are
 * @sum: by bucket: of sym_digest_hash(), modulo 2^64
 * @count: by bucket: how many
 *
 * Zeroed, it is that of no symbols.
 */
struct sym_digest {
	u64 nr;
	u64 sum[SYM_DIGEST_BUCKETS];
	u32 count[SYM_DIGEST_BUCKETS];
};

/**
 * sym_digest_bucket() - where a name belongs
 * @name: need not end in NUL
 * @len: its bytes
 *
 * Return: below SYM_DIGEST_BUCKETS.
 */
u32 sym_digest_bucket(const char *name, size_t len);

/**
 * sym_digest_hash() - of one symbol
 * @name: need not end in NUL
 * @len: its bytes
 * @addr: any value
 *
 * No secret is in it: who chooses the names can make them collide.
 */
u64 sym_digest_hash(const char *name, size_t len, u64 addr);

/**
 * sym_digest_add() - one symbol more
 * @d: zeroed before the first
 * @name: need not end in NUL
 * @len: its bytes
 * @addr: any value
 */
void sym_digest_add(struct sym_digest *d, const char *name, size_t len, u64 addr);

/**
 * struct wire_symd - a struct sym_digest on the wire; its sums must add up
 * @version: WIRE_SYMD_VERSION
 * @nr: symbols
 * @sum: as there
 * @count: as there
 */
struct wire_symd {
	__le32 version;
	__le32 nr;
	__le64 sum[SYM_DIGEST_BUCKETS];
	__le32 count[SYM_DIGEST_BUCKETS];
} __packed;
static_assert(sizeof(struct wire_symd) == 8 + 12 * SYM_DIGEST_BUCKETS);

/**
 * wire_symd_encode() - to the wire
 * @d: the digest
 * @w: filled in
 */
void wire_symd_encode(const struct sym_digest *d, struct wire_symd *w);

/**
 * wire_symd_decode() - check a struct wire_symd and read it
 * @payload: the bytes
 * @len: how many
 * @d: filled in on success
 *
 * Return: 0, -EPROTO for an unknown version, or -EBADMSG for another length or
 * buckets that do not hold as many symbols as it says.
 */
int wire_symd_decode(const void *payload, size_t len, struct sym_digest *d);

#endif /* KTSTR_LIB_WIRE_SYMBOLS_H */
