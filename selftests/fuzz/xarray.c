// SPDX-License-Identifier: GPL-2.0-only
/* A tree of the kernel's. Input: 16 or 64 slots, the head, then memory of nodes. */
#include <linux/sizes.h>

#include "fuzz_guest.h"
#include "host/inspect/xarray.h"

static int see(void *ctx, u64 index, u64 ptr)
{
	u32 *nr = ctx;

	FUZZ_ASSERT(ptr && !(ptr & 3));
	FUZZ_ASSERT(++*nr <= XA_ENTRIES_MAX);
	return 0;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_in in = { data, len };
	const struct xa_layout l = {
		.shift = 0,
		.slots = 8,
		.chunk = fuzz_u8(&in) & 1 ? 64 : 16,
	};
	u64 head = fuzz_u64(&in);
	struct fuzz_guest g;
	u32 nr = 0;
	int ret;

	fuzz_guest_init(&g, &in);
	fake_map(g.gk, FUZZ_KVA - SZ_4K, &head, sizeof(head));
	ret = xa_for_each(&l, g.gk, FUZZ_KVA - SZ_4K, see, &nr);
	FUZZ_ASSERT(ret == 0 || ret == -EFAULT || ret == -EINVAL || ret == -E2BIG);
	fuzz_guest_free(&g);
	return 0;
}
