// SPDX-License-Identifier: GPL-2.0-only
/* Kernel operations on a real guest. */
#include <errno.h>
#include <string.h>

#include "host/inspect/kop_target.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"

static int mem_read(void *ctx, u64 kva, void *buf, size_t len)
{
	const struct kop_guest *g = ctx;
	u64 v64;
	u32 v32;
	int ret;

	if (len == sizeof(v32)) {
		ret = gk_read_u32(g->gk, kva, &v32);
		if (!ret)
			memcpy(buf, &v32, sizeof(v32));
		return ret;
	}
	if (len == sizeof(v64)) {
		ret = gk_read_u64(g->gk, kva, &v64);
		if (!ret)
			memcpy(buf, &v64, sizeof(v64));
		return ret;
	}
	return gk_read(g->gk, kva, buf, len);
}

static int mem_write(void *ctx, u64 kva, const void *buf, size_t len)
{
	const struct kop_guest *g = ctx;

	return gk_write(g->gk, kva, buf, len);
}

static bool mem_symbol(void *ctx, const char *name, u64 *kva)
{
	const struct kop_guest *g = ctx;

	return gk_symbol(g->gk, name, kva);
}

static int mem_percpu(void *ctx, u64 base, u32 cpu, u64 *kva)
{
	const struct kop_guest *g = ctx;

	return gk_percpu(g->gk, base, cpu, kva);
}

static bool mem_direct(void *ctx, u64 kva)
{
	const struct kop_guest *g = ctx;

	return gk_direct_map(g->gk, kva);
}

static int mem_member(void *ctx, const char *type, const char *member, u32 *offset, u32 *size)
{
	const struct kop_guest *g = ctx;

	return g->kbtf ? kbtf_member(g->kbtf, type, member, offset, size) : -ENODATA;
}

void kop_mem_init(struct kop_mem *m, struct kop_guest *guest, u32 nr_cpus)
{
	*m = (struct kop_mem){
		.ctx = guest,
		.nr_cpus = nr_cpus,
		.read = mem_read,
		.write = mem_write,
		.symbol = mem_symbol,
		.percpu = mem_percpu,
		.direct = mem_direct,
		.member = mem_member,
	};
}
