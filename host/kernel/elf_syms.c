// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/elf_syms.h"
#include "lib/util.h"

/* Documentation/arch/x86/boot.rst; there since protocol 2.10 */
#define BZ_PREF_ADDRESS	  0x258
#define X86_KERNEL_MAP	  0xffffffff80000000ULL
#define X86_LINK_PHYS_MAX ((u64)SZ_1G)

static int corrupt(const struct kernel_image *img, const char *what, int ret, struct ktstr_err *err)
{
	return ktstr_err_set(err, ret, "%s: %s: %s", img->path, what, strerror(-ret));
}

/* Caller frees. Sizes are bounded by that of the file. */
static void *read_part(const struct kernel_image *img, u64 offset, u64 len, int *ret)
{
	void *buf;

	*ret = -ENOEXEC;
	if (!len || offset > img->size || len > img->size - offset)
		return NULL;
	*ret = -ENOMEM;
	buf = malloc(len);
	if (!buf)
		return NULL;
	*ret = kernel_image_read(img, offset, buf, len);
	if (!*ret)
		return buf;
	free(buf);
	return NULL;
}

static Elf64_Shdr *read_sections(const struct kernel_image *img, unsigned int *nr, int *ret)
{
	Elf64_Ehdr eh;

	*ret = kernel_image_read(img, 0, &eh, sizeof(eh));
	if (*ret)
		return NULL;
	*ret = -ENODATA;
	if (!eh.e_shnum || !eh.e_shoff)
		return NULL;
	*nr = eh.e_shnum;
	*ret = -ENOEXEC;
	if (eh.e_shentsize != sizeof(Elf64_Shdr))
		return NULL;
	return read_part(img, eh.e_shoff, (u64)*nr * sizeof(Elf64_Shdr), ret);
}

static int add_symbols(const Elf64_Sym *sym, size_t nr, const char *names, size_t names_len,
		       struct symtab *out)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		unsigned int type = ELF64_ST_TYPE(sym[i].st_info);
		size_t len;
		int ret;

		if (sym[i].st_shndx == SHN_UNDEF || type == STT_FILE || type == STT_SECTION)
			continue;
		if (sym[i].st_name >= names_len)
			return -ENOEXEC;
		len = strnlen(names + sym[i].st_name, names_len - sym[i].st_name);
		if (len == names_len - sym[i].st_name)
			return -ENOEXEC;
		if (!len)
			continue;
		ret = symtab_add(out, names + sym[i].st_name, len, sym[i].st_value);
		if (ret)
			return ret == -E2BIG ? -ENOEXEC : ret;
	}
	return 0;
}

static int load_table(const struct kernel_image *img, const Elf64_Shdr *table,
		      const Elf64_Shdr *strings, struct symtab *out)
{
	Elf64_Sym *sym = NULL;
	char *names;
	int ret;

	if (table->sh_entsize != sizeof(Elf64_Sym))
		return -ENOEXEC;
	names = read_part(img, strings->sh_offset, strings->sh_size, &ret);
	if (names)
		sym = read_part(img, table->sh_offset, table->sh_size, &ret);
	if (sym)
		ret = add_symbols(sym, table->sh_size / sizeof(*sym), names, strings->sh_size, out);
	free(sym);
	free(names);
	return ret;
}

int elf_syms_load(const struct kernel_image *img, struct symtab *out, struct ktstr_err *err)
{
	unsigned int nr = 0, i = 0;
	Elf64_Shdr *sh = NULL;
	int ret = -ENODATA;

	if (img->format == KERNEL_ELF)
		sh = read_sections(img, &nr, &ret);
	if (sh) {
		while (i < nr && sh[i].sh_type != SHT_SYMTAB)
			i++;
		if (i == nr)
			ret = -ENODATA;
		else if (sh[i].sh_link >= nr)
			ret = -ENOEXEC;
		else
			ret = load_table(img, &sh[i], &sh[sh[i].sh_link], out);
	}
	free(sh);
	if (ret == -ENODATA)
		return ktstr_err_set(err, ret,
				     "%s: no ELF symbol table; give an unstripped vmlinux, or a kernel with VMCOREINFO and KALLSYMS_ALL",
				     img->path);
	return ret ? corrupt(img, "ELF symbol table", ret, err) : 0;
}

static int bzimage_link_text(const struct kernel_image *img, u64 *text, struct ktstr_err *err)
{
	__le64 raw;
	int ret = kernel_image_read(img, BZ_PREF_ADDRESS, &raw, sizeof(raw));
	u64 phys = ret ? 0 : le64_to_cpu(raw);

	if (!ret && (!phys || phys > X86_LINK_PHYS_MAX))
		ret = -ENOEXEC;
	if (ret)
		return ktstr_err_set(err, ret,
				     "%s: preferred load address 0x%" PRIx64
				     " of the bzImage is none",
				     img->path, phys);
	*text = X86_KERNEL_MAP + phys;
	return 0;
}

int elf_link_text(const struct kernel_image *img, u64 *text, struct ktstr_err *err)
{
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	unsigned int i;
	int ret;

	if (img->format == KERNEL_BZIMAGE)
		return bzimage_link_text(img, text, err);
	ret = kernel_image_read(img, 0, &eh, sizeof(eh));
	for (i = 0; !ret && i < eh.e_phnum; i++) {
		ret = kernel_image_read(img, eh.e_phoff + (u64)i * sizeof(ph), &ph, sizeof(ph));
		if (!ret && ph.p_type == PT_LOAD) {
			*text = ph.p_vaddr;
			return 0;
		}
	}
	return corrupt(img, "ELF segments", ret ?: -ENOEXEC, err);
}
