// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's symbol table. Input: where each part is, in 16 bits, the address
 * of _stext, then the memory they are in.
 */
#include "fuzz.h"
#include "host/kernel/kallsyms.h"

#define KVA 0xffffffff82589660ULL

/**
 * struct memory - what the tables are in
 * @mem: the bytes, at KVA
 * @len: how many
 */
struct memory {
	u8 *mem;
	size_t len;
};

static size_t memory_read(void *ctx, u64 kva, void *buf, size_t len)
{
	const struct memory *m = ctx;
	u64 at = kva - KVA;

	if (at >= m->len)
		return 0;
	if (len > m->len - at)
		len = m->len - at;
	memcpy(buf, m->mem + at, len);
	return len;
}

static void ask(struct symtab *st, u64 stext)
{
	const char *name;
	u64 addr, offset;

	if (symtab_finish(st))
		return;
	symtab_lookup(st, "_stext", &addr);
	symtab_lookup(st, "", &addr);
	name = symtab_at(st, stext, &offset);
	FUZZ_ASSERT(!name || offset <= stext);
	/* symbols may share a name, so this is not the way back */
	FUZZ_ASSERT(!name || symtab_lookup(st, name, &addr));
	symtab_at(st, UINT64_MAX, &offset);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t len)
{
	struct fuzz_in in = { data, len };
	struct memory m;
	struct kallsyms_src src = { .read = memory_read, .ctx = &m };
	struct ktstr_err err = {};
	struct symtab *st = symtab_new(0);

	if (!st)
		return 0;
	src.num_syms = KVA + fuzz_u16(&in);
	src.names = KVA + fuzz_u16(&in);
	src.token_table = KVA + fuzz_u16(&in);
	src.token_index = KVA + fuzz_u16(&in);
	src.offsets = KVA + fuzz_u16(&in);
	src.relative_base = fuzz_u16(&in);
	if (src.relative_base)
		src.relative_base += KVA;
	src.stext = fuzz_u64(&in);
	m.mem = fuzz_rest(&in, &m.len);
	if (kallsyms_load(&src, st, &err))
		FUZZ_ASSERT(err.msg[0]);
	ask(st, src.stext);
	symtab_free(st);
	free(m.mem);
	return 0;
}
