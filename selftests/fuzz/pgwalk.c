// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables of both architectures. Input: what and how, the root, TCR_EL1, an
 * address, then entries by their place in memory.
 */
#include <linux/bits.h>
#include <linux/sizes.h>

#include "fuzz.h"
#include "host/arch/pgwalk.h"

#define RAM_SIZE SZ_1M
#define ARM64	 BIT(0)
#define LEVELS_5 BIT(1)

static void walk(const struct gmem *ram, struct fuzz_in *in)
{
	u8 how = fuzz_u8(in);
	u64 root = fuzz_u64(in), tcr = fuzz_u64(in), gva = fuzz_u64(in), gpa = 0;
	int ret;

	if (how & ARM64)
		ret = arm64_pgwalk(ram, root, tcr, gva, &gpa);
	else
		ret = x86_pgwalk(ram, root, how & LEVELS_5, gva, &gpa);
	FUZZ_ASSERT(ret <= 0);
	if (ret)
		return;
	FUZZ_ASSERT(gmem_hva(ram, gpa, 1));
	FUZZ_ASSERT((gpa ^ gva) % SZ_4K == 0);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_in in = { data, len }, entries = in;
	static u8 *mem;
	struct gmem ram;
	u64 value;
	u8 head[25];
	u32 at;

	if (!mem)
		mem = calloc(1, RAM_SIZE);
	gmem_wrap(&ram, mem, RAM_SIZE);
	fuzz_take(&entries, head, sizeof(head));
	for (in.len = 0; entries.len;) {
		at = fuzz_u16(&entries) % (RAM_SIZE / 8) * 8;
		value = fuzz_u64(&entries);
		memcpy(mem + at, &value, sizeof(value));
	}
	in = (struct fuzz_in){ data, len };
	walk(&ram, &in);
	/* as zero as it was, without clearing all of it */
	entries = (struct fuzz_in){ data, len };
	fuzz_take(&entries, head, sizeof(head));
	while (entries.len) {
		at = fuzz_u16(&entries) % (RAM_SIZE / 8) * 8;
		fuzz_u64(&entries);
		memset(mem + at, 0, 8);
	}
	return 0;
}
