/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_UNIT_VMLINUX_FIXTURE_H
#define KTSTR_UNIT_VMLINUX_FIXTURE_H

/* Makes a vmlinux of one empty segment and a symbol table. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

/* Section numbers; 1 is what symbols are in. */
#define VF_SYMTAB   2
#define VF_STRTAB   3
#define VF_SECTIONS 4

/**
 * struct vf_symbol - one ELF symbol
 * @name: its name
 * @value: its address
 * @section: its section, or SHN_*
 * @type: STT_*
 */
struct vf_symbol {
	const char *name;
	u64 value;
	u16 section;
	u8 type;
};

/**
 * vf_build() - make the file
 * @text: address of the segment
 * @sym: symbols
 * @nr: how many
 * @len: set to its bytes; it ends with the names
 *
 * Return: the file, to be freed, or NULL.
 */
static inline u8 *vf_build(u64 text, const struct vf_symbol *sym, size_t nr, size_t *len)
{
	size_t ph = sizeof(Elf64_Ehdr), sh = ph + sizeof(Elf64_Phdr);
	size_t tab = sh + VF_SECTIONS * sizeof(Elf64_Shdr), str = tab + nr * sizeof(Elf64_Sym);
	Elf64_Ehdr eh = {
		.e_ident = ELFMAG,
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phoff = ph,
		.e_phnum = 1,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shoff = sh,
		.e_shnum = VF_SECTIONS,
	};
	Elf64_Shdr sections[VF_SECTIONS] = {
		[1] = { .sh_type = SHT_PROGBITS },
		[VF_SYMTAB] = { .sh_type = SHT_SYMTAB,
				.sh_offset = tab,
				.sh_size = str - tab,
				.sh_link = VF_STRTAB,
				.sh_entsize = sizeof(Elf64_Sym) },
		[VF_STRTAB] = { .sh_type = SHT_STRTAB, .sh_offset = str },
	};
	Elf64_Phdr load = { .p_type = PT_LOAD, .p_vaddr = text };
	size_t names = 1, i;
	u8 *file;

	for (i = 0; i < nr; i++)
		names += strlen(sym[i].name) + 1;
	file = calloc(1, str + names);
	if (!file)
		return NULL;
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	sections[VF_STRTAB].sh_size = names;
	memcpy(file, &eh, sizeof(eh));
	memcpy(file + ph, &load, sizeof(load));
	memcpy(file + sh, sections, sizeof(sections));
	names = 1;
	for (i = 0; i < nr; i++) {
		Elf64_Sym s = {
			.st_name = names,
			.st_info = ELF64_ST_INFO(STB_GLOBAL, sym[i].type),
			.st_shndx = sym[i].section,
			.st_value = sym[i].value,
		};

		memcpy(file + tab + i * sizeof(s), &s, sizeof(s));
		memcpy(file + str + names, sym[i].name, strlen(sym[i].name));
		names += strlen(sym[i].name) + 1;
	}
	*len = str + names;
	return file;
}

#endif /* KTSTR_UNIT_VMLINUX_FIXTURE_H */
