// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "wire_symbols.h"

/* FNV-1a; http://www.isthe.com/chongo/tech/comp/fnv/ */
#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

static u64 name_hash(const char *name, size_t len)
{
	u64 h = FNV_BASIS;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (u8)name[i]) * FNV_PRIME;
	return h;
}

/* The finaliser of splitmix64: each bit of @v changes half of the result's. */
static u64 mix(u64 v)
{
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ULL;
	v = (v ^ v >> 27) * 0x94d049bb133111ebULL;
	return v ^ v >> 31;
}

static u32 bucket_of(u64 name)
{
	return mix(name) % SYM_DIGEST_BUCKETS;
}

static u64 hash_of(u64 name, u64 addr)
{
	return mix(mix(name) + mix(~addr));
}

u32 sym_digest_bucket(const char *name, size_t len)
{
	return bucket_of(name_hash(name, len));
}

u64 sym_digest_hash(const char *name, size_t len, u64 addr)
{
	return hash_of(name_hash(name, len), addr);
}

void sym_digest_add(struct sym_digest *d, const char *name, size_t len, u64 addr)
{
	u64 h = name_hash(name, len);
	u32 bucket = bucket_of(h);

	d->nr++;
	d->sum[bucket] += hash_of(h, addr);
	d->count[bucket]++;
}

void wire_symd_encode(const struct sym_digest *d, struct wire_symd *w)
{
	u32 i;

	w->version = cpu_to_le32(WIRE_SYMD_VERSION);
	w->nr = cpu_to_le32(d->nr);
	for (i = 0; i < SYM_DIGEST_BUCKETS; i++) {
		w->sum[i] = cpu_to_le64(d->sum[i]);
		w->count[i] = cpu_to_le32(d->count[i]);
	}
}

int wire_symd_decode(const void *payload, size_t len, struct sym_digest *d)
{
	struct wire_symd w;
	u64 nr = 0;
	u32 i;

	if (len != sizeof(w))
		return -EBADMSG;
	memcpy(&w, payload, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_SYMD_VERSION)
		return -EPROTO;
	for (i = 0; i < SYM_DIGEST_BUCKETS; i++)
		nr += le32_to_cpu(w.count[i]);
	if (nr != le32_to_cpu(w.nr))
		return -EBADMSG;
	d->nr = nr;
	for (i = 0; i < SYM_DIGEST_BUCKETS; i++) {
		d->sum[i] = le64_to_cpu(w.sum[i]);
		d->count[i] = le32_to_cpu(w.count[i]);
	}
	return 0;
}
