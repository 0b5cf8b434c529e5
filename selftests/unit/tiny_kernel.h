/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_TINY_KERNEL_H
#define KTSTR_SELFTESTS_UNIT_TINY_KERNEL_H

/* A kernel of a few bytes, for tests of machines */
#include <elf.h>
#include <stddef.h>
#include <string.h>
#include <linux/types.h>

#define TINY_KERNEL_ADDR 0x200000

/* A vmlinux of one segment. */
struct tiny_kernel {
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	u8 code[256];
};

static inline struct tiny_kernel tiny_kernel(const char *code, size_t len)
{
	struct tiny_kernel k = {
		.eh = {
			.e_ident = ELFMAG,
			.e_type = ET_EXEC,
			.e_machine = EM_X86_64,
			.e_entry = TINY_KERNEL_ADDR,
			.e_phoff = offsetof(struct tiny_kernel, ph),
			.e_phentsize = sizeof(Elf64_Phdr),
			.e_phnum = 1,
		},
		.ph = {
			.p_type = PT_LOAD,
			.p_offset = offsetof(struct tiny_kernel, code),
			.p_paddr = TINY_KERNEL_ADDR,
			.p_filesz = sizeof(k.code),
			.p_memsz = sizeof(k.code),
		},
	};

	k.eh.e_ident[EI_CLASS] = ELFCLASS64;
	memcpy(k.code, code, len);
	return k;
}

#endif /* KTSTR_SELFTESTS_UNIT_TINY_KERNEL_H */
