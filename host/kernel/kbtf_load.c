// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <linux/sizes.h>
#include <stdlib.h>
#include <string.h>

#include "guest_kernel.h"
#include "image.h"
#include "kbtf.h"
#include "kbtf_load.h"

#define SHSTRTAB_MAX SZ_1M

static void *fail(void *buf, int ret)
{
	free(buf);
	errno = -ret;
	return NULL;
}

/* Part of an image, with a NUL behind it. */
static void *image_part(const struct kernel_image *img, u64 offset, size_t len)
{
	char *buf = calloc(1, len + 1);
	int ret;

	if (!buf)
		return fail(NULL, -ENOMEM);
	ret = kernel_image_read(img, offset, buf, len);
	return ret ? fail(buf, ret) : buf;
}

static const Elf64_Shdr *section_find(const struct kernel_image *img, const Elf64_Ehdr *eh,
				      const Elf64_Shdr *sh, const char *name)
{
	const Elf64_Shdr *strtab, *found = NULL;
	u32 i;
	char *strings;

	if (eh->e_shstrndx >= eh->e_shnum)
		return NULL;
	strtab = &sh[eh->e_shstrndx];
	if (!strtab->sh_size || strtab->sh_size > SHSTRTAB_MAX)
		return NULL;
	strings = image_part(img, strtab->sh_offset, strtab->sh_size);
	if (!strings)
		return NULL;
	for (i = 1; i < eh->e_shnum && !found; i++)
		if (sh[i].sh_type == SHT_PROGBITS && sh[i].sh_name < strtab->sh_size &&
		    strcmp(strings + sh[i].sh_name, name) == 0)
			found = &sh[i];
	free(strings);
	return found;
}

static void *load_section(const struct kernel_image *img, const Elf64_Shdr *s, size_t *len,
			  struct ktstr_err *err)
{
	void *data;

	if (s->sh_size > KBTF_MAX)
		return fail(NULL, ktstr_err_set(err, -EFBIG, "%s: .BTF of %llu bytes", img->path,
						(unsigned long long)s->sh_size));
	data = image_part(img, s->sh_offset, s->sh_size);
	if (!data)
		return fail(NULL, ktstr_err_set(err, -errno, "%s: cannot read its section .BTF",
						img->path));
	*len = s->sh_size;
	return data;
}

/* ENOENT: an image that is no ELF, or has no such section. */
static void *load_image(const struct kernel_image *img, size_t *len, struct ktstr_err *err)
{
	const Elf64_Shdr *s;
	Elf64_Shdr *sh;
	Elf64_Ehdr eh;
	void *data;

	if (img->format != KERNEL_ELF || kernel_image_read(img, 0, &eh, sizeof(eh)) ||
	    eh.e_shentsize != sizeof(*sh) || !eh.e_shnum)
		return fail(NULL, -ENOENT);
	sh = image_part(img, eh.e_shoff, (size_t)eh.e_shnum * sizeof(*sh));
	if (!sh)
		return fail(NULL, errno == ENOMEM ? -ENOMEM : -ENOENT);
	s = section_find(img, &eh, sh, ".BTF");
	if (!s)
		return fail(sh, -ENOENT);
	data = load_section(img, s, len, err);
	free(sh);
	return data;
}

static void *load_memory(const struct guest_kernel *gk, size_t *len, struct ktstr_err *err)
{
	u64 start, stop;
	void *data;

	if (!gk || !gk_symbol(gk, "__start_BTF", &start) || !gk_symbol(gk, "__stop_BTF", &stop))
		return fail(NULL,
			    ktstr_err_set(err, -ENOENT,
					  "no BTF in the kernel: it needs CONFIG_DEBUG_INFO_BTF"));
	if (stop <= start || stop - start > KBTF_MAX)
		return fail(NULL,
			    ktstr_err_set(err, -EFBIG, "BTF in guest memory from 0x%llx to 0x%llx",
					  (unsigned long long)start, (unsigned long long)stop));
	data = malloc(stop - start);
	if (!data)
		return fail(NULL, ktstr_err_set(err, -ENOMEM, "no memory for BTF"));
	if (gk_read(gk, start, data, stop - start))
		return fail(data,
			    ktstr_err_set(err, -EFAULT, "cannot read BTF at 0x%llx in guest memory",
					  (unsigned long long)start));
	*len = stop - start;
	return data;
}

void *kbtf_load(const struct guest_kernel *gk, const struct kernel_image *img, size_t *len,
		struct ktstr_err *err)
{
	void *data;

	if (img) {
		data = load_image(img, len, err);
		if (data || errno != ENOENT)
			return data;
	}
	return load_memory(gk, len, err);
}
