// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/sizes.h>

#include "host/kernel/vmcore.h"
#include "host/kernel/vmcore_format.h"
#include "host/kernel/vmcoreinfo.h"
#include "lib/util.h"

/*
 * Readers (drgn: drgn_program_set_core_dump()) take p_paddr for missing when it is 0 everywhere,
 * so memory that is one piece from 0 on is announced as two.
 */
#define FIRST_LOAD ((u64)SZ_1M)
/* Written in one go. */
#define RUN_MAX SZ_1M

/**
 * struct layout - where things go in the file
 * @notes: bytes of notes
 * @note_offset: where they begin
 * @region: where each region of memory begins
 * @nr_loads: program headers for memory
 * @size: bytes of the file
 */
struct layout {
	size_t notes;
	size_t note_offset;
	u64 region[GMEM_REGIONS_MAX];
	u32 nr_loads;
	u64 size;
};

/* Readers look up page tables by their address in the image, before they have page tables. */
static void find_image(struct vmcore_src *src, const struct guest_kernel *gk)
{
	u64 kva, len, gpa;

	if (!gk_image(gk, &kva, &len) || gk_gpa(gk, kva, &gpa) || (kva | gpa) % VMCORE_PAGE)
		return;
	len = ALIGN(len, (u64)VMCORE_PAGE);
	if (!gmem_hva(src->ram, gpa, len))
		return;
	src->image_kva = kva;
	src->image_gpa = gpa;
	src->image_len = len;
}

void vmcore_src_init(struct vmcore_src *src, const struct gk_config *cfg,
		     const struct guest_kernel *gk)
{
	*src = (struct vmcore_src){
		.ram = cfg->ram,
		.machine = cfg->tcr_el1 ? EM_AARCH64 : EM_X86_64,
		.vmcoreinfo_gpa = cfg->vmcoreinfo_gpa,
		.vmcoreinfo_size = cfg->vmcoreinfo_size,
		.kadr_phys_base = cfg->kadr_phys_base,
		.kadr_text = cfg->kadr_text,
	};
	if (!gk)
		return;
	src->vmcoreinfo = gk_vmcoreinfo(gk, &src->vmcoreinfo_len);
	gk_map_base(gk, &src->map_base);
	find_image(src, gk);
}

static int check_src(const struct vmcore_src *src, struct ktstr_err *err)
{
	const struct gmem *m = src->ram;
	unsigned int i;

	if (!vmcore_prstatus_size(src->machine))
		return ktstr_err_set(err, -EINVAL, "vmcore: ELF machine %u: x86_64 and aarch64 do",
				     src->machine);
	if (src->nr_cpus > GK_CPUS_MAX || (src->nr_cpus && !src->regs))
		return ktstr_err_set(err, -EINVAL, "vmcore: registers of %u CPUs: at most %u do",
				     src->nr_cpus, GK_CPUS_MAX);
	if (src->vmcoreinfo_len > VMCOREINFO_MAX)
		return ktstr_err_set(err, -EINVAL, "vmcore: VMCOREINFO note of %zu bytes",
				     src->vmcoreinfo_len);
	if ((src->image_kva | src->image_gpa | src->image_len) % VMCORE_PAGE ||
	    (src->image_len && !gmem_hva(m, src->image_gpa, src->image_len)))
		return ktstr_err_set(err, -EINVAL, "vmcore: the kernel's image is not in memory");
	for (i = 0; i < m->nr; i++)
		if (m->regions[i].gpa % VMCORE_PAGE || m->regions[i].len % VMCORE_PAGE)
			return ktstr_err_set(err, -EINVAL, "vmcore: memory that is no whole pages");
	return 0;
}

static size_t our_note_size(const struct vmcore_src *src)
{
	return sizeof(struct vmcore_note) + src->nr_cpus * sizeof(struct vmcore_cpu);
}

static bool is_split(const struct gmem_region *r)
{
	return !r->gpa && r->len > FIRST_LOAD;
}

static void make_layout(const struct vmcore_src *src, struct layout *l)
{
	unsigned int i;

	memset(l, 0, sizeof(*l));
	l->notes =
		ALIGN(src->vmcoreinfo_len, 4) +
		vmcore_note_size(sizeof(VMCORE_NAME), our_note_size(src)) +
		src->nr_cpus * vmcore_note_size(sizeof("CORE"), vmcore_prstatus_size(src->machine));
	l->nr_loads = src->ram->nr;
	if (l->nr_loads && is_split(&src->ram->regions[0]))
		l->nr_loads++;
	l->nr_loads += !!src->image_len;
	l->note_offset = sizeof(Elf64_Ehdr) + (1 + l->nr_loads) * sizeof(Elf64_Phdr);
	l->size = ALIGN((u64)l->note_offset + l->notes, (u64)VMCORE_PAGE);
	for (i = 0; i < src->ram->nr; i++) {
		l->region[i] = l->size;
		l->size += src->ram->regions[i].len;
	}
}

static void put_ehdr(u8 *p, const struct vmcore_src *src, const struct layout *l)
{
	Elf64_Ehdr eh = {
		.e_ident = ELFMAG,
		.e_type = ET_CORE,
		.e_machine = src->machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(eh),
		.e_ehsize = sizeof(eh),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1 + l->nr_loads,
	};

	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_ident[EI_VERSION] = EV_CURRENT;
	memcpy(p, &eh, sizeof(eh));
}

static u8 *put_load(u8 *p, u64 gpa, u64 len, u64 offset, u64 kva)
{
	Elf64_Phdr ph = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_W | PF_X,
		.p_offset = offset,
		.p_vaddr = kva,
		.p_paddr = gpa,
		.p_filesz = len,
		.p_memsz = len,
		.p_align = VMCORE_PAGE,
	};

	memcpy(p, &ph, sizeof(ph));
	return p + sizeof(ph);
}

static void put_phdrs(u8 *p, const struct vmcore_src *src, const struct layout *l)
{
	Elf64_Phdr note = {
		.p_type = PT_NOTE,
		.p_offset = l->note_offset,
		.p_filesz = l->notes,
		.p_memsz = l->notes,
		.p_align = 4,
	};
	unsigned int i;

	memcpy(p, &note, sizeof(note));
	p += sizeof(note);
	for (i = 0; i < src->ram->nr; i++) {
		const struct gmem_region *r = &src->ram->regions[i];
		u64 kva = src->map_base + r->gpa;
		u64 first = !i && is_split(r) ? FIRST_LOAD : 0;

		if (first)
			p = put_load(p, r->gpa, first, l->region[i], kva);
		p = put_load(p, r->gpa + first, r->len - first, l->region[i] + first, kva + first);
	}
	for (i = 0; src->image_len && i < src->ram->nr; i++) {
		const struct gmem_region *r = &src->ram->regions[i];

		if (src->image_gpa >= r->gpa && src->image_gpa - r->gpa < r->len)
			put_load(p, src->image_gpa, src->image_len,
				 l->region[i] + (src->image_gpa - r->gpa), src->image_kva);
	}
}

/* Puts the head of a note, and returns where its content goes. */
static u8 *put_note(u8 *p, const char *name, u32 type, size_t desc)
{
	Elf64_Nhdr nh = { .n_namesz = strlen(name) + 1, .n_descsz = desc, .n_type = type };

	memcpy(p, &nh, sizeof(nh));
	memcpy(p + sizeof(nh), name, nh.n_namesz);
	return p + sizeof(nh) + ALIGN(nh.n_namesz, 4);
}

static void put_our_note(u8 *p, const struct vmcore_src *src)
{
	struct vmcore_note n = {
		.version = cpu_to_le32(VMCORE_VERSION),
		.nr_cpus = cpu_to_le32(src->nr_cpus),
		.vmcoreinfo_gpa = cpu_to_le64(src->vmcoreinfo_gpa),
		.vmcoreinfo_size = cpu_to_le64(src->vmcoreinfo_size),
		.kadr_phys_base = cpu_to_le64(src->kadr_phys_base),
		.kadr_text = cpu_to_le64(src->kadr_text),
	};
	u32 i;

	p = put_note(p, VMCORE_NAME, VMCORE_TYPE, our_note_size(src));
	memcpy(p, &n, sizeof(n));
	p += sizeof(n);
	for (i = 0; i < src->nr_cpus; i++) {
		struct vmcore_cpu cpu;

		vmcore_cpu_put(&cpu, &src->regs[i]);
		memcpy(p, &cpu, sizeof(cpu));
		p += sizeof(cpu);
	}
}

static void put_notes(u8 *p, const struct vmcore_src *src)
{
	size_t size = vmcore_prstatus_size(src->machine);
	u32 i;

	if (src->vmcoreinfo_len)
		memcpy(p, src->vmcoreinfo, src->vmcoreinfo_len);
	p += ALIGN(src->vmcoreinfo_len, 4);
	for (i = 0; i < src->nr_cpus; i++) {
		u8 *desc = put_note(p, "CORE", NT_PRSTATUS, size);

		vmcore_prstatus_put(src->machine, i, &src->regs[i], desc);
		p += vmcore_note_size(sizeof("CORE"), size);
	}
	put_our_note(p, src);
}

static int write_at(int fd, const void *buf, size_t len, u64 offset)
{
	while (len) {
		ssize_t n = pwrite(fd, buf, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		buf = (const u8 *)buf + n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int write_headers(const struct vmcore_src *src, const struct layout *l, int fd)
{
	u8 *head = calloc(1, l->note_offset + l->notes);
	int ret;

	if (!head)
		return -ENOMEM;
	put_ehdr(head, src, l);
	put_phdrs(head + sizeof(Elf64_Ehdr), src, l);
	put_notes(head + l->note_offset, src);
	ret = write_at(fd, head, l->note_offset + l->notes, 0);
	free(head);
	return ret;
}

static bool is_zero(const u64 *page)
{
	unsigned int i, j;

	/* in blocks: a page that is in use mostly shows it at once */
	for (i = 0; i < VMCORE_PAGE / sizeof(*page); i += 16) {
		u64 any = 0;

		for (j = 0; j < 16; j++)
			any |= page[i + j];
		if (any)
			return false;
	}
	return true;
}

/* [@from, @to) of a region, without its pages of zeroes. */
static int write_used(const struct gmem_region *r, u64 from, u64 to, int fd, u64 offset,
		      u64 *written)
{
	u64 run, at;
	int ret;

	for (at = from; at < to; at += VMCORE_PAGE) {
		if (is_zero((const u64 *)(r->hva + at)))
			continue;
		run = at;
		while (at < to && at - run < RUN_MAX &&
		       (at == run || !is_zero((u64 *)(r->hva + at))))
			at += VMCORE_PAGE;
		ret = write_at(fd, r->hva + run, at - run, offset + run);
		if (ret)
			return ret;
		*written += at - run;
		/* the page that ended the run is of zeroes, or begins the next one */
		at -= VMCORE_PAGE;
	}
	return 0;
}

/*
 * Memory that was never touched is a hole of the memfd: looking at it through the mapping would
 * fill it.
 */
static int write_region(const struct gmem *m, const struct gmem_region *r, int fd, u64 offset,
			u64 *written)
{
	u64 from = 0;
	int ret = 0;

	while (!ret && from < r->len) {
		off_t data = from, hole = r->len;

		if (m->fd >= 0) {
			data = lseek(m->fd, r->offset + from, SEEK_DATA);
			if (data < 0)
				return errno == ENXIO ? 0 : -errno;
			hole = lseek(m->fd, data, SEEK_HOLE);
			if (hole < 0)
				return -errno;
			data -= r->offset;
			hole -= r->offset;
			if ((u64)data >= r->len)
				return 0;
		}
		data &= ~(off_t)(VMCORE_PAGE - 1);
		from = min_t(u64, ALIGN((u64)hole, (u64)VMCORE_PAGE), r->len);
		ret = write_used(r, data, from, fd, offset, written);
	}
	return ret;
}

int vmcore_write(const struct vmcore_src *src, int fd, struct vmcore_stats *stats,
		 struct ktstr_err *err)
{
	int ret = check_src(src, err);
	struct layout l;
	u64 written = 0;
	unsigned int i;

	if (ret)
		return ret;
	make_layout(src, &l);
	if (ftruncate(fd, 0) || ftruncate(fd, l.size))
		return ktstr_err_set(err, -errno, "vmcore: making a file of %lu bytes: %s", l.size,
				     strerror(errno));
	ret = write_headers(src, &l, fd);
	for (i = 0; !ret && i < src->ram->nr; i++)
		ret = write_region(src->ram, &src->ram->regions[i], fd, l.region[i], &written);
	if (ret)
		return ktstr_err_set(err, ret, "vmcore: writing %lu bytes of memory: %s",
				     src->ram->size, strerror(-ret));
	if (stats)
		*stats = (struct vmcore_stats){ src->ram->size, written };
	return 0;
}
