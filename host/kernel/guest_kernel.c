// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <linux/compiler.h>
#include <linux/sizes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/arch/pgwalk.h"
#include "host/kernel/elf_syms.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kallsyms.h"
#include "host/kernel/kaslr.h"
#include "host/kernel/symtab.h"
#include "host/kernel/vmcoreinfo.h"
#include "lib/util.h"

#define PAGE SZ_4K

/* Documentation/arch/x86/x86_64/mm.rst */
#define X86_KERNEL_MAP	    0xffffffff80000000ULL
#define X86_KERNEL_MAP_SIZE ((u64)SZ_1G)
#define X86_DIRECT_MAP_L4   0xffff888000000000ULL
#define X86_DIRECT_MAP_L5   0xff11000000000000ULL
/* What WIRE_KADR takes off the address of _text, whatever the configuration says. */
#define X86_KADR_LINK_PHYS ((u64)SZ_16M)
#define X86_ENTRY	   "entry_SYSCALL_64"

/**
 * struct guest_kernel - see gk_new()
 * @ram: guest memory
 * @ram_end: first address above all of it
 * @live: symbols of kallsyms, addresses at run time; or NULL
 * @linked: symbols of the image, addresses as linked; or NULL
 * @ev: what is known about the slide
 * @slide_known: @slide counts
 * @slide: runtime minus link address
 * @text_gpa: of _text, by WIRE_KADR; 0 = not sent
 * @phys_known: @phys_base counts
 * @phys_base: the kernel's own variable: of an image address, gpa - kva +
 *             X86_KERNEL_MAP
 * @image_start: addresses from here
 * @image_end: to below here are translated by @phys_base
 * @map_base: where the direct map begins
 * @root: gpa of the kernel's page tables
 * @root_known: @root counts
 * @five_levels: they have five levels
 */
struct guest_kernel {
	const struct gmem *ram;
	u64 ram_end;
	struct symtab *live;
	struct symtab *linked;
	struct kaslr_evidence ev;
	bool slide_known;
	u64 slide;
	u64 text_gpa;
	bool phys_known;
	u64 phys_base;
	u64 image_start;
	u64 image_end;
	u64 map_base;
	u64 root;
	bool root_known;
	bool five_levels;
};

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

bool gk_slide(const struct guest_kernel *gk, u64 *slide)
{
	if (gk->slide_known && slide)
		*slide = gk->slide;
	return gk->slide_known;
}

static bool in_image(const struct guest_kernel *gk, u64 kva)
{
	return kva >= gk->image_start && kva < gk->image_end;
}

const char *gk_symbolise(const struct guest_kernel *gk, u64 kva, char *buf, size_t len)
{
	const char *name = NULL;
	u64 offset = 0;

	if (gk && in_image(gk, kva)) {
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

/* Memory. */

bool gk_direct_map(const struct guest_kernel *gk, u64 kva)
{
	return gk->map_base && kva >= gk->map_base && kva - gk->map_base < gk->ram_end;
}

/* Translates @kva; up to @run bytes from there on are neighbours in guest memory, if in RAM. */
static int find_run(const struct guest_kernel *gk, u64 kva, u64 *gpa, u64 *run)
{
	if (gk->phys_known && in_image(gk, kva)) {
		*gpa = kva - X86_KERNEL_MAP + gk->phys_base;
		*run = gk->image_end - kva;
	} else if (gk_direct_map(gk, kva)) {
		*gpa = kva - gk->map_base;
		*run = gk->ram_end - *gpa;
	} else {
		*run = PAGE - kva % PAGE;
		if (!gk->root_known || x86_pgwalk(gk->ram, gk->root, gk->five_levels, kva, gpa))
			return -EFAULT;
	}
	return gmem_hva(gk->ram, *gpa, 1) ? 0 : -EFAULT;
}

/* The largest piece of [kva, kva + len) that is contiguous, at least a page's rest; or NULL. */
static void *find_piece(const struct guest_kernel *gk, u64 kva, size_t len, size_t *piece)
{
	u64 gpa, run;
	void *p;

	if (find_run(gk, kva, &gpa, &run))
		return NULL;
	*piece = min_t(u64, len, run);
	p = gmem_hva(gk->ram, gpa, *piece);
	if (p)
		return p;
	*piece = min(*piece, (size_t)(PAGE - gpa % PAGE));
	return gmem_hva(gk->ram, gpa, *piece);
}

int gk_gpa(const struct guest_kernel *gk, u64 kva, u64 *gpa)
{
	u64 run;

	return find_run(gk, kva, gpa, &run);
}

void *gk_hva(const struct guest_kernel *gk, u64 kva, u64 len)
{
	u64 gpa, run;

	if (len > PAGE - kva % PAGE || find_run(gk, kva, &gpa, &run))
		return NULL;
	return len <= run ? gmem_hva(gk->ram, gpa, len) : NULL;
}

/* For kallsyms_load(), too: returns how many bytes could be read. */
static size_t read_some(void *ctx, u64 kva, void *buf, size_t len)
{
	const struct guest_kernel *gk = ctx;
	size_t done = 0, n;

	while (done < len) {
		const void *p = find_piece(gk, kva + done, len - done, &n);

		if (!p)
			break;
		memcpy((char *)buf + done, p, n);
		done += n;
	}
	return done;
}

int gk_read(const struct guest_kernel *gk, u64 kva, void *buf, size_t len)
{
	return read_some((void *)gk, kva, buf, len) == len ? 0 : -EFAULT;
}

int gk_read_u64(const struct guest_kernel *gk, u64 kva, u64 *v)
{
	const u64 *p = kva % sizeof(*v) ? NULL : gk_hva(gk, kva, sizeof(*v));

	if (!p)
		return gk_read(gk, kva, v, sizeof(*v));
	*v = READ_ONCE(*p);
	return 0;
}

int gk_read_u32(const struct guest_kernel *gk, u64 kva, u32 *v)
{
	const u32 *p = kva % sizeof(*v) ? NULL : gk_hva(gk, kva, sizeof(*v));

	if (!p)
		return gk_read(gk, kva, v, sizeof(*v));
	*v = READ_ONCE(*p);
	return 0;
}

int gk_read_str(const struct guest_kernel *gk, u64 kva, char *buf, size_t len)
{
	size_t done = 0, n, got;

	while (done < len - 1) {
		const char *p =
			find_piece(gk, kva + done,
				   min(len - 1 - done, (size_t)(PAGE - (kva + done) % PAGE)), &n);

		if (!p) {
			buf[done] = '\0';
			return -EFAULT;
		}
		memcpy(buf + done, p, n);
		got = strnlen(buf + done, n);
		done += got;
		if (got < n)
			return done;
	}
	buf[done] = '\0';
	return done;
}

static void store(void *p, const void *buf, size_t len)
{
	u64 v64;
	u32 v32;

	if (len == sizeof(v64) && !((uintptr_t)p % sizeof(v64))) {
		memcpy(&v64, buf, len);
		WRITE_ONCE(*(u64 *)p, v64);
	} else if (len == sizeof(v32) && !((uintptr_t)p % sizeof(v32))) {
		memcpy(&v32, buf, len);
		WRITE_ONCE(*(u32 *)p, v32);
	} else {
		memcpy(p, buf, len);
	}
}

int gk_write(const struct guest_kernel *gk, u64 kva, const void *buf, size_t len)
{
	size_t done, n;

	for (done = 0; done < len; done += n)
		if (!find_piece(gk, kva + done, len - done, &n))
			return -EFAULT;
	for (done = 0; done < len; done += n) {
		void *p = find_piece(gk, kva + done, len - done, &n);

		if (!p)
			return -EFAULT;
		store(p, (const char *)buf + done, n);
	}
	return 0;
}

/* Setting up. */

static int update_slide(struct guest_kernel *gk, struct ktstr_err *err)
{
	int ret = kaslr_slide(&gk->ev, &gk->slide, err);

	gk->slide_known = !ret;
	return ret == -ENODATA ? 0 : ret;
}

/* Narrows what phys_base is good for down to the image: modules lie right above it. */
static void find_image(struct guest_kernel *gk)
{
	u64 start, end, max = X86_KERNEL_MAP + X86_KERNEL_MAP_SIZE;

	gk->image_start = X86_KERNEL_MAP;
	gk->image_end = max;
	if (gk_symbol(gk, "_text", &start) && gk_symbol(gk, "_end", &end) &&
	    start >= X86_KERNEL_MAP && start < end && end <= max) {
		gk->image_start = start;
		gk->image_end = end;
	}
}

static void find_direct_map(struct guest_kernel *gk)
{
	u64 kva, base;

	gk->map_base = gk->five_levels ? X86_DIRECT_MAP_L5 : X86_DIRECT_MAP_L4;
	if (gk_symbol(gk, "page_offset_base", &kva) && !gk_read_u64(gk, kva, &base) &&
	    base >= X86_DIRECT_MAP_L5 && base < X86_KERNEL_MAP - gk->ram_end && !(base % PAGE))
		gk->map_base = base;
}

static void find_page_tables(struct guest_kernel *gk)
{
	u64 kva;
	u32 shift;

	if (!gk_symbol(gk, "init_top_pgt", &kva) && !gk_symbol(gk, "swapper_pg_dir", &kva))
		return;
	gk->root_known = !gk_gpa(gk, kva, &gk->root);
	/* 39 or 48: what the kernel itself goes by, arch/x86/kernel/head64.c */
	if (gk_symbol(gk, "pgdir_shift", &kva) && !gk_read_u32(gk, kva, &shift))
		gk->five_levels = shift == 48;
}

/* Once symbols and slide are there: everything that translation needs. */
static void find_memory(struct guest_kernel *gk)
{
	u64 text;

	find_image(gk);
	if (!gk->phys_known && gk->text_gpa && gk_symbol(gk, "_text", &text)) {
		gk->phys_base = gk->text_gpa - (text - X86_KERNEL_MAP);
		gk->phys_known = true;
	}
	if (!gk->phys_known)
		return;
	find_page_tables(gk);
	find_direct_map(gk);
}

static int load_kallsyms(struct guest_kernel *gk, const struct vmcoreinfo *v, u64 stext,
			 struct ktstr_err *err)
{
	struct kallsyms_src src = { .read = read_some, .ctx = gk, .stext = stext };
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
	s64 phys_base, l5 = 0;
	u64 stext, slide;

	if (!vmcoreinfo_number(v, "phys_base", &phys_base) ||
	    !vmcoreinfo_symbol(v, "_stext", &stext))
		return ktstr_err_set(err, -EBADMSG,
				     "VMCOREINFO has no usable NUMBER(phys_base) and SYMBOL(_stext)");
	gk->phys_base = phys_base;
	gk->phys_known = true;
	find_image(gk);
	if (vmcoreinfo_number(v, "pgtable_l5_enabled", &l5))
		gk->five_levels = l5 == 1;
	if (vmcoreinfo_slide(v, &slide))
		kaslr_add(&gk->ev, "KERNELOFFSET of VMCOREINFO", stext - slide, stext);
	return load_kallsyms(gk, v, stext, err);
}

/* All that VMCOREINFO is good for. A failure leaves no traces. */
static int from_vmcoreinfo(struct guest_kernel *gk, const struct gk_config *cfg,
			   struct ktstr_err *err)
{
	size_t size = min_t(u64, cfg->vmcoreinfo_size, VMCOREINFO_MAX);
	struct vmcoreinfo v;
	void *note;
	int ret;

	if (!size)
		return ktstr_err_set(err, -ENODATA, "the guest told of no VMCOREINFO");
	note = malloc(size);
	if (!note)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	if (gmem_read(gk->ram, cfg->vmcoreinfo_gpa, note, size))
		ret = ktstr_err_set(err, -EBADMSG,
				    "VMCOREINFO: %zu bytes at 0x%" PRIx64
				    " are not in guest memory",
				    size, cfg->vmcoreinfo_gpa);
	else
		ret = vmcoreinfo_parse(note, size, &v, err);
	if (!ret)
		ret = use_vmcoreinfo(gk, &v, err);
	free(note);
	if (ret) {
		gk->phys_known = false;
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

	if (!gk->phys_known || !gk->text_gpa || !gk_symbol(gk, "_text", &text))
		return 0;
	gpa = text - X86_KERNEL_MAP + gk->phys_base;
	if (gpa == gk->text_gpa)
		return 0;
	return ktstr_err_set(err, -EBADMSG,
			     "_text is at guest physical 0x%" PRIx64
			     " by VMCOREINFO, but at 0x%" PRIx64 " by frame KADR",
			     gpa, gk->text_gpa);
}

struct guest_kernel *gk_new(const struct gk_config *cfg, struct ktstr_err *err)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	unsigned int i;
	int ret;

	if (!gk) {
		ktstr_err_set(err, 0, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	gk->ram = cfg->ram;
	gk->ev.slide_max = KASLR_SLIDE_MAX_X86;
	for (i = 0; i < gk->ram->nr; i++)
		gk->ram_end = max(gk->ram_end, gk->ram->regions[i].gpa + gk->ram->regions[i].len);
	if (cfg->kadr_phys_base)
		gk->text_gpa = cfg->kadr_phys_base - 1 + X86_KADR_LINK_PHYS;
	ret = find_symbols(gk, cfg, err);
	if (!ret)
		ret = add_evidence(gk, cfg, err);
	if (!ret)
		ret = check_phys_base(gk, err);
	if (!ret) {
		find_memory(gk);
		return gk;
	}
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
		find_memory(gk);
	return ret;
}

void gk_free(struct guest_kernel *gk)
{
	if (!gk)
		return;
	symtab_free(gk->live);
	symtab_free(gk->linked);
	free(gk);
}
