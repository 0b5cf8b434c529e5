// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/kernel/buildid.h"
#include "host/kernel/elf_syms.h"
#include "host/kernel/gk_internal.h"
#include "host/kernel/kallsyms.h"
#include "host/kernel/vmcoreinfo.h"
#include "lib/util.h"

/* What WIRE_KADR takes off the address of _text, whatever the configuration says. */
#define X86_KADR_LINK_PHYS ((u64)SZ_16M)
#define X86_ENTRY	   "entry_SYSCALL_64"

/* Symbols. */

/* Per-CPU variables of x86 kernels up to 6.14 have small addresses that do not move. */
static bool moves(u64 link)
{
	return link >= KASLR_KERNEL_MIN;
}

bool gk_symbol(const struct guest_kernel *gk, const char *name, u64 *kva)
{
	u64 addr;

	if (symtab_lookup(gk->live, name, kva))
		return true;
	if (!symtab_lookup(gk->linked, name, &addr) || (moves(addr) && !gk->slide_known))
		return false;
	*kva = moves(addr) ? addr + gk->slide : addr;
	return true;
}

bool gk_symbol_link(const struct guest_kernel *gk, const char *name, u64 *link_kva)
{
	u64 addr;

	if (symtab_lookup(gk->linked, name, link_kva))
		return true;
	if (!symtab_lookup(gk->live, name, &addr) || (moves(addr) && !gk->slide_known))
		return false;
	*link_kva = moves(addr) ? addr - gk->slide : addr;
	return true;
}

u64 gk_symbol_count(const struct guest_kernel *gk)
{
	return max(symtab_count(gk->live), symtab_count(gk->linked));
}

/**
 * struct slid - symbols on their way to a caller of gk_symbol_each()
 * @fn: of the caller
 * @ctx: see @fn
 * @slide: to add to what moves
 */
struct slid {
	void (*fn)(void *ctx, const char *name, size_t len, u64 kva);
	void *ctx;
	u64 slide;
};

static void pass_slid(void *ctx, const char *name, size_t len, u64 addr)
{
	const struct slid *s = ctx;

	s->fn(s->ctx, name, len, moves(addr) ? addr + s->slide : addr);
}

int gk_symbol_each(const struct guest_kernel *gk,
		   void (*fn)(void *ctx, const char *name, size_t len, u64 kva), void *ctx)
{
	struct slid s = { fn, ctx, gk->slide };

	if (!gk->live && !gk->slide_known)
		return -ENODATA;
	if (gk->live)
		symtab_each(gk->live, fn, ctx);
	else
		symtab_each(gk->linked, pass_slid, &s);
	return 0;
}

const void *gk_vmcoreinfo(const struct guest_kernel *gk, size_t *len)
{
	*len = gk->note_len;
	return gk->note;
}

bool gk_slide(const struct guest_kernel *gk, u64 *slide)
{
	if (gk->slide_known && slide)
		*slide = gk->slide;
	return gk->slide_known;
}

const char *gk_symbolise(const struct guest_kernel *gk, u64 kva, char *buf, size_t len)
{
	const char *name = NULL;
	u64 offset = 0;

	if (gk && gk_in_image(gk, kva)) {
		if (gk->live)
			name = symtab_at(gk->live, kva, &offset);
		else if (gk->slide_known)
			name = symtab_at(gk->linked, kva - gk->slide, &offset);
	}
	if (name && offset)
		snprintf(buf, len, "%s+0x%" PRIx64, name, offset);
	else
		snprintf(buf, len, "%s", name ?: "");
	return buf;
}

/* Setting up. */

static int update_slide(struct guest_kernel *gk, struct ktstr_err *err)
{
	int ret = kaslr_slide(&gk->ev, &gk->slide, err);

	gk->slide_known = !ret;
	return ret == -ENODATA ? 0 : ret;
}

static size_t read_for_kallsyms(void *ctx, u64 kva, void *buf, size_t len)
{
	return gk_read_some(ctx, kva, buf, len);
}

static int load_kallsyms(struct guest_kernel *gk, const struct vmcoreinfo *v, u64 stext,
			 struct ktstr_err *err)
{
	struct kallsyms_src src = { .read = read_for_kallsyms, .ctx = gk, .stext = stext };
	int ret;

	if (!vmcoreinfo_symbol(v, "kallsyms_names", &src.names) ||
	    !vmcoreinfo_symbol(v, "kallsyms_num_syms", &src.num_syms) ||
	    !vmcoreinfo_symbol(v, "kallsyms_token_table", &src.token_table) ||
	    !vmcoreinfo_symbol(v, "kallsyms_token_index", &src.token_index) ||
	    !vmcoreinfo_symbol(v, "kallsyms_offsets", &src.offsets))
		return ktstr_err_set(err, -ENODATA,
				     "VMCOREINFO does not tell where kallsyms is (kernel without CONFIG_KALLSYMS?)");
	vmcoreinfo_symbol(v, "kallsyms_relative_base", &src.relative_base);
	gk->live = symtab_new(0);
	ret = gk->live ? kallsyms_load(&src, gk->live, err) :
			 ktstr_err_set(err, -ENOMEM, "out of memory");
	if (!ret && symtab_finish(gk->live))
		ret = ktstr_err_set(err, -ENOMEM, "out of memory");
	if (ret) {
		symtab_free(gk->live);
		gk->live = NULL;
	}
	return ret;
}

static int use_vmcoreinfo(struct guest_kernel *gk, const struct vmcoreinfo *v,
			  struct ktstr_err *err)
{
	const char *number = gk->arm64 ? "kimage_voffset" : "phys_base";
	u64 stext, slide;

	if (!vmcoreinfo_symbol(v, "_stext", &stext) ||
	    (gk->arm64 ? gk_use_phys_arm64(gk, v, stext) : gk_use_phys(gk, v)))
		return ktstr_err_set(err, -EBADMSG,
				     "VMCOREINFO has no usable NUMBER(%s) and SYMBOL(_stext)",
				     number);
	if (vmcoreinfo_slide(v, &slide))
		kaslr_add(&gk->ev, "KERNELOFFSET of VMCOREINFO", stext - slide, stext);
	return load_kallsyms(gk, v, stext, err);
}

static int read_note(struct guest_kernel *gk, const struct gk_config *cfg, struct ktstr_err *err)
{
	u64 said = cfg->vmcoreinfo ? cfg->vmcoreinfo_len : cfg->vmcoreinfo_size;
	size_t size = min_t(u64, said, VMCOREINFO_MAX);

	if (!size)
		return ktstr_err_set(err, -ENODATA, "the guest told of no VMCOREINFO");
	gk->note = malloc(size);
	if (!gk->note)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	gk->note_len = size;
	if (cfg->vmcoreinfo)
		memcpy(gk->note, cfg->vmcoreinfo, size);
	else if (gmem_read(gk->ram, cfg->vmcoreinfo_gpa, gk->note, size))
		return ktstr_err_set(err, -EBADMSG,
				     "VMCOREINFO: %zu bytes at 0x%" PRIx64
				     " are not in guest memory",
				     size, cfg->vmcoreinfo_gpa);
	return 0;
}

/* All that VMCOREINFO is good for. A note that fails leaves no traces. */
static int from_vmcoreinfo(struct guest_kernel *gk, const struct gk_config *cfg,
			   struct ktstr_err *err)
{
	struct vmcoreinfo v;
	Elf64_Nhdr nh;
	int ret = read_note(gk, cfg, err);

	if (!ret)
		ret = vmcoreinfo_parse(gk->note, gk->note_len, &v, err);
	if (ret) {
		free(gk->note);
		gk->note = NULL;
		gk->note_len = 0;
		return ret;
	}
	memcpy(&nh, gk->note, sizeof(nh));
	gk->note_len = v.text - (const char *)gk->note + nh.n_descsz;
	ret = use_vmcoreinfo(gk, &v, err);
	if (ret) {
		gk->image_known = false;
		gk->map_known = false;
		gk->ev.nr = 0;
	}
	return ret;
}

static int load_image(struct guest_kernel *gk, const struct kernel_image *img,
		      struct ktstr_err *err)
{
	int ret;

	if (!img)
		return ktstr_err_set(err, -ENODATA,
				     "there is no kernel image to read symbols from");
	gk->linked = symtab_new(0);
	ret = gk->linked ? elf_syms_load(img, gk->linked, err) :
			   ktstr_err_set(err, -ENOMEM, "out of memory");
	if (!ret && symtab_finish(gk->linked))
		ret = ktstr_err_set(err, -ENOMEM, "out of memory");
	if (ret) {
		symtab_free(gk->linked);
		gk->linked = NULL;
	}
	return ret;
}

/*
 * Without KALLSYMS_ALL the kernel names its functions only; whether it does is told by a
 * variable that every kernel has.
 */
static int find_symbols(struct guest_kernel *gk, const struct gk_config *cfg, struct ktstr_err *err)
{
	struct ktstr_err live_why = { "" }, image_why = { "" };
	int live = from_vmcoreinfo(gk, cfg, &live_why), ret;
	u64 addr;

	if (!live && symtab_lookup(gk->live, "init_uts_ns", &addr))
		return 0;
	ret = load_image(gk, cfg->image, &image_why);
	if (!ret && live && !cfg->kadr_phys_base)
		ret = ktstr_err_set(&image_why, -ENODATA,
				    "the guest told no kernel addresses (frame KADR)");
	if (!ret || (!live && ret == -ENODATA))
		return 0;
	if (!live)
		return ktstr_err_set(err, ret, "%s", image_why.msg);
	return ktstr_err_set(err, live == -ENODATA ? ret : live,
			     "no kernel symbols: %.220s; and %.220s", live_why.msg, image_why.msg);
}

/* What the image and WIRE_KADR say, held against what is known already. */
static int add_evidence(struct guest_kernel *gk, const struct gk_config *cfg, struct ktstr_err *err)
{
	u64 link, text = cfg->kadr_text - 1, live;
	int ret;

	if (gk->live && gk->linked && symtab_lookup(gk->live, "_text", &live) &&
	    symtab_lookup(gk->linked, "_text", &link))
		kaslr_add(&gk->ev, "kallsyms and the image's symbols", link, live);
	if (cfg->kadr_text && cfg->image) {
		ret = elf_link_text(cfg->image, &link, err);
		if (ret)
			return ret;
		kaslr_add(&gk->ev, "frame KADR and the image", link, text);
	}
	if (cfg->kadr_text && symtab_lookup(gk->live, "_text", &live) && live != text)
		return ktstr_err_set(err, -EBADMSG,
				     "_text is at 0x%" PRIx64 " by kallsyms, but at 0x%" PRIx64
				     " by frame KADR",
				     live, text);
	return update_slide(gk, err);
}

static int check_phys_base(const struct guest_kernel *gk, struct ktstr_err *err)
{
	u64 text, gpa;

	if (!gk->image_known || !gk->text_gpa || !gk_symbol(gk, "_text", &text))
		return 0;
	gpa = text - gk->image_voff;
	if (gpa == gk->text_gpa)
		return 0;
	return ktstr_err_set(err, -EBADMSG,
			     "_text is at guest physical 0x%" PRIx64
			     " by VMCOREINFO, but at 0x%" PRIx64 " by frame KADR",
			     gpa, gk->text_gpa);
}

static int gk_init(struct guest_kernel *gk, const struct gk_config *cfg, struct ktstr_err *err)
{
	unsigned int i;
	int ret;

	gk->cache = gk_cache_new();
	if (!gk->cache)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	gk->ram = cfg->ram;
	for (i = 0; i < gk->ram->nr; i++)
		gk->ram_end = max(gk->ram_end, gk->ram->regions[i].gpa + gk->ram->regions[i].len);
	gk->arm64 = cfg->tcr_el1;
	gk->tcr = cfg->tcr_el1;
	gk->root = gk->arm64 ? cfg->ttbr1 : 0;
	gk->root_known = gk->root;
	gk->ev.slide_max = gk->arm64 ? KASLR_SLIDE_MAX_ARM64 : KASLR_SLIDE_MAX_X86;
	if (cfg->kadr_phys_base && !gk->arm64)
		gk->text_gpa = cfg->kadr_phys_base - 1 + X86_KADR_LINK_PHYS;
	ret = find_symbols(gk, cfg, err);
	if (!ret)
		ret = add_evidence(gk, cfg, err);
	if (!ret)
		ret = check_phys_base(gk, err);
	if (ret)
		return ret;
	gk_mem_init(gk);
	return buildid_check(gk, cfg->image, err);
}

struct guest_kernel *gk_new(const struct gk_config *cfg, struct ktstr_err *err)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	int ret;

	if (!gk) {
		ktstr_err_set(err, 0, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	ret = gk_init(gk, cfg, err);
	if (!ret)
		return gk;
	gk_free(gk);
	errno = -ret;
	return NULL;
}

/* As gk_symbol_link(), but also by a slide that was disputed later. */
static bool entry_link(const struct guest_kernel *gk, u64 *link)
{
	const struct kaslr_fact *first = gk->ev.fact;

	if (symtab_lookup(gk->linked, X86_ENTRY, link))
		return true;
	if (!gk->ev.nr || !symtab_lookup(gk->live, X86_ENTRY, link))
		return false;
	*link -= first->runtime - first->link;
	return true;
}

int gk_check_entry(struct guest_kernel *gk, u64 entry, struct ktstr_err *err)
{
	static const char source[] = "MSR_LSTAR";
	u64 link;
	int ret;

	if (!entry || !entry_link(gk, &link))
		return ktstr_err_set(err, -ENOENT,
				     "KASLR slide: MSR_LSTAR 0x%" PRIx64
				     " cannot be checked: symbol " X86_ENTRY " not known",
				     entry);
	/* What another vCPU said gives way, unless it was in dispute: that stays. */
	if (gk->slide_known && gk->ev.fact[gk->ev.nr - 1].source == source)
		gk->ev.nr--;
	kaslr_add(&gk->ev, source, link, entry);
	ret = update_slide(gk, err);
	if (!ret)
		gk_mem_init(gk);
	return ret;
}

void gk_free(struct guest_kernel *gk)
{
	if (!gk)
		return;
	symtab_free(gk->live);
	symtab_free(gk->linked);
	free(gk->cache);
	free(gk->note);
	free(gk);
}
