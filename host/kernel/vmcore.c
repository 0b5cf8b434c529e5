// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/sizes.h>

#include "host/kernel/vmcore.h"
#include "host/kernel/vmcore_format.h"
#include "lib/util.h"

/* /proc/vmcore has one for each run of memory, QEMU a few dozen. */
#define PHDRS_MAX 256
/* Notes of GK_CPUS_MAX CPUs take a quarter of it. */
#define NOTES_MAX SZ_16M
/* No architecture has more bits of physical address. */
#define GPA_MAX BIT_ULL(52)

/**
 * struct reader - a file that is being opened
 * @path: its name, for messages
 * @fd: it
 * @size: its bytes
 * @core: what is made of it
 * @region: memory found so far
 * @nr_regions: how many
 * @err: of the caller's
 */
struct reader {
	const char *path;
	int fd;
	u64 size;
	struct vmcore *core;
	struct gmem_region region[GMEM_REGIONS_MAX];
	unsigned int nr_regions;
	struct ktstr_err *err;
};

/**
 * struct note - an ELF note
 * @type: its type
 * @name: not NUL-terminated
 * @name_len: bytes, NUL included where there is one
 * @desc: what it holds
 * @desc_len: bytes
 * @raw: the note in full
 * @raw_len: bytes, without padding at the end
 */
struct note {
	u32 type;
	const char *name;
	size_t name_len;
	const u8 *desc;
	size_t desc_len;
	const u8 *raw;
	size_t raw_len;
};

static int __printf(3, 4) refuse(const struct reader *r, int ret, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return ktstr_err_set(r->err, ret, "%s: %s", r->path, why);
}

static int read_at(const struct reader *r, u64 offset, void *buf, size_t len, const char *what)
{
	if (offset > r->size || len > r->size - offset)
		return refuse(r, -ENOEXEC, "%s: %zu bytes at 0x%lx are behind the end of the file",
			      what, len, offset);
	while (len) {
		ssize_t n = pread(r->fd, buf, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return refuse(r, n ? -errno : -EIO, "%s: %s", what,
				      n ? strerror(errno) : "the file has become shorter");
		buf = (u8 *)buf + n;
		offset += n;
		len -= n;
	}
	return 0;
}

static int read_ehdr(struct reader *r, Elf64_Ehdr *eh)
{
	int ret = read_at(r, 0, eh, sizeof(*eh), "ELF header");

	if (ret)
		return ret;
	if (memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 || eh->e_type != ET_CORE)
		return refuse(r, -ENOEXEC, "not an ELF core file");
	if (eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    !vmcore_prstatus_size(eh->e_machine))
		return refuse(r, -ENOEXEC,
			      "ELF machine %u, class %u: vmcores of x86_64 and aarch64 can be read",
			      eh->e_machine, eh->e_ident[EI_CLASS]);
	if (eh->e_phentsize != sizeof(Elf64_Phdr) || !eh->e_phnum || eh->e_phnum > PHDRS_MAX)
		return refuse(r, -ENOEXEC,
			      "%u program headers of %u bytes: 1 to %u of %zu can be read",
			      eh->e_phnum, eh->e_phentsize, PHDRS_MAX, sizeof(Elf64_Phdr));
	return 0;
}

/* Memory that is there already, mapped at another address. */
static bool is_alias(const struct reader *r, const Elf64_Phdr *ph)
{
	unsigned int i;

	for (i = 0; i < r->nr_regions; i++) {
		const struct gmem_region *m = &r->region[i];

		if (ph->p_paddr >= m->gpa && ph->p_paddr - m->gpa < m->len &&
		    ph->p_memsz <= m->len - (ph->p_paddr - m->gpa) &&
		    ph->p_offset - m->offset == ph->p_paddr - m->gpa)
			return true;
	}
	return false;
}

/* Memory that goes on where the last piece ended, in both, is one with it. */
static int add_load(struct reader *r, const Elf64_Phdr *ph)
{
	struct gmem_region *last = r->nr_regions ? &r->region[r->nr_regions - 1] : NULL;
	u64 end = last ? last->gpa + last->len : 0;

	if (ph->p_filesz > r->size || ph->p_offset > r->size - ph->p_filesz)
		return refuse(r, -ENOEXEC,
			      "memory at 0x%lx: %lu bytes at 0x%lx are behind the end of the file",
			      ph->p_paddr, ph->p_filesz, ph->p_offset);
	if (!ph->p_memsz)
		return 0;
	if (ph->p_memsz != ph->p_filesz)
		return refuse(r, -EOPNOTSUPP,
			      "memory at 0x%lx: %lu of %lu bytes are in the file: parts were left out",
			      ph->p_paddr, ph->p_filesz, ph->p_memsz);
	if ((ph->p_paddr | ph->p_offset | ph->p_memsz) % VMCORE_PAGE)
		return refuse(r, -EOPNOTSUPP,
			      "memory at 0x%lx: %lu bytes at 0x%lx of the file: not whole pages",
			      ph->p_paddr, ph->p_memsz, ph->p_offset);
	if (is_alias(r, ph))
		return 0;
	if (ph->p_paddr < end || ph->p_paddr > GPA_MAX || ph->p_memsz > GPA_MAX - ph->p_paddr)
		return refuse(r, -EOPNOTSUPP,
			      "memory at 0x%lx: pieces overlap or are not in order, or have no physical address",
			      ph->p_paddr);
	if (last && ph->p_paddr == end && ph->p_offset == last->offset + last->len) {
		last->len += ph->p_memsz;
		return 0;
	}
	if (r->nr_regions == GMEM_REGIONS_MAX || (last && ph->p_paddr == end))
		return refuse(r, -EOPNOTSUPP, "memory at 0x%lx: in more than %u pieces",
			      ph->p_paddr, GMEM_REGIONS_MAX);
	r->region[r->nr_regions++] = (struct gmem_region){
		.gpa = ph->p_paddr,
		.len = ph->p_memsz,
		.offset = ph->p_offset,
	};
	return 0;
}

/* The note at *@p, which is moved behind it. */
static int next_note(const struct reader *r, const u8 **p, const u8 *end, struct note *n)
{
	size_t left = end - *p, name, desc;
	Elf64_Nhdr nh;

	if (left < sizeof(nh))
		return refuse(r, -ENOEXEC, "notes end in the middle of a header");
	memcpy(&nh, *p, sizeof(nh));
	left -= sizeof(nh);
	name = ALIGN((u64)nh.n_namesz, 4);
	if (name > left || nh.n_descsz > left - name)
		return refuse(r, -ENOEXEC,
			      "note of type %u: name of %u and content of %u bytes, %zu are left",
			      nh.n_type, nh.n_namesz, nh.n_descsz, left);
	*n = (struct note){
		.type = nh.n_type,
		.name = (const char *)*p + sizeof(nh),
		.name_len = nh.n_namesz,
		.desc = *p + sizeof(nh) + name,
		.desc_len = nh.n_descsz,
		.raw = *p,
		.raw_len = sizeof(nh) + name + nh.n_descsz,
	};
	/* the last one may lack its padding */
	desc = min(ALIGN((u64)nh.n_descsz, 4), (u64)(left - name));
	*p += sizeof(nh) + name + desc;
	return 0;
}

static bool is_named(const struct note *n, const char *name)
{
	return n->name_len == strlen(name) + 1 && !memcmp(n->name, name, n->name_len);
}

static bool is_prstatus(const struct note *n)
{
	return n->type == NT_PRSTATUS && is_named(n, "CORE");
}

static int take_vmcoreinfo(struct reader *r, const struct note *n)
{
	struct vmcore *c = r->core;

	if (c->vmcoreinfo)
		return refuse(r, -ENOEXEC, "there are two VMCOREINFO notes");
	c->vmcoreinfo = malloc(n->raw_len);
	if (!c->vmcoreinfo)
		return refuse(r, -ENOMEM, "out of memory");
	memcpy(c->vmcoreinfo, n->raw, n->raw_len);
	c->vmcoreinfo_len = n->raw_len;
	return 0;
}

static int take_prstatus(struct reader *r, const struct note *n, u32 cpu)
{
	size_t size = vmcore_prstatus_size(r->core->machine);

	if (n->desc_len != size)
		return refuse(r, -ENOEXEC, "registers of CPU %u: %zu bytes, there should be %zu",
			      cpu, n->desc_len, size);
	vmcore_prstatus_get(r->core->machine, n->desc, &r->core->regs[cpu]);
	return 0;
}

/* After all registers: this has more of them. */
static int take_ours(struct reader *r, const struct note *n)
{
	struct vmcore *c = r->core;
	struct vmcore_cpu cpu;
	struct vmcore_note head;
	u32 nr, i;

	if (n->desc_len < sizeof(head))
		return refuse(r, -ENOEXEC, "note " VMCORE_NAME ": %zu bytes are too few",
			      n->desc_len);
	memcpy(&head, n->desc, sizeof(head));
	if (le32_to_cpu(head.version) != VMCORE_VERSION)
		return refuse(r, -EOPNOTSUPP,
			      "note " VMCORE_NAME " of version %u: this program reads %u",
			      le32_to_cpu(head.version), VMCORE_VERSION);
	nr = le32_to_cpu(head.nr_cpus);
	if (nr != c->nr_cpus || n->desc_len != sizeof(head) + (u64)nr * sizeof(cpu))
		return refuse(r, -ENOEXEC,
			      "note " VMCORE_NAME ": %u CPUs in %zu bytes, but registers of %u", nr,
			      n->desc_len, c->nr_cpus);
	for (i = 0; i < nr; i++) {
		memcpy(&cpu, n->desc + sizeof(head) + (u64)i * sizeof(cpu), sizeof(cpu));
		vmcore_cpu_get(&cpu, &c->regs[i]);
	}
	c->ours = true;
	c->vmcoreinfo_gpa = le64_to_cpu(head.vmcoreinfo_gpa);
	c->vmcoreinfo_size = le64_to_cpu(head.vmcoreinfo_size);
	c->kadr_phys_base = le64_to_cpu(head.kadr_phys_base);
	c->kadr_text = le64_to_cpu(head.kadr_text);
	return 0;
}

/* How many CPUs there are, which is told by the number of notes alone. */
static int count_cpus(struct reader *r, const u8 *notes, size_t len)
{
	const u8 *p = notes;
	struct note n;

	while (p < notes + len) {
		int ret = next_note(r, &p, notes + len, &n);

		if (ret)
			return ret;
		r->core->nr_cpus += is_prstatus(&n);
	}
	if (r->core->nr_cpus > GK_CPUS_MAX)
		return refuse(r, -ENOEXEC, "registers of %u CPUs: there can be %u",
			      r->core->nr_cpus, GK_CPUS_MAX);
	r->core->regs = calloc(r->core->nr_cpus ?: 1, sizeof(*r->core->regs));
	return r->core->regs ? 0 : refuse(r, -ENOMEM, "out of memory");
}

static int take_notes(struct reader *r, const u8 *notes, size_t len)
{
	int ret = count_cpus(r, notes, len);
	struct note n, ours = {};
	const u8 *p = notes;
	u32 cpu = 0;

	while (!ret && p < notes + len) {
		ret = next_note(r, &p, notes + len, &n);
		if (ret)
			break;
		if (is_prstatus(&n))
			ret = take_prstatus(r, &n, cpu++);
		else if (is_named(&n, "VMCOREINFO"))
			ret = take_vmcoreinfo(r, &n);
		else if (is_named(&n, VMCORE_NAME) && n.type == VMCORE_TYPE)
			ours = n;
	}
	if (!ret && ours.desc)
		ret = take_ours(r, &ours);
	return ret;
}

static int read_notes(struct reader *r, const Elf64_Phdr *ph)
{
	u8 *notes;
	int ret;

	if (r->core->regs)
		return refuse(r, -ENOEXEC, "there are two segments of notes");
	if (ph->p_filesz > NOTES_MAX)
		return refuse(r, -ENOEXEC, "notes of %lu bytes", ph->p_filesz);
	notes = malloc(ph->p_filesz ?: 1);
	if (!notes)
		return refuse(r, -ENOMEM, "out of memory");
	ret = read_at(r, ph->p_offset, notes, ph->p_filesz, "notes");
	if (!ret)
		ret = take_notes(r, notes, ph->p_filesz);
	free(notes);
	return ret;
}

static int read_phdrs(struct reader *r, const Elf64_Ehdr *eh)
{
	int ret = 0;
	u32 i;

	if (eh->e_phoff > r->size)
		return refuse(r, -ENOEXEC, "program headers are behind the end of the file");
	for (i = 0; !ret && i < eh->e_phnum; i++) {
		Elf64_Phdr ph;

		ret = read_at(r, eh->e_phoff + (u64)i * sizeof(ph), &ph, sizeof(ph),
			      "program headers");
		if (!ret && ph.p_type == PT_LOAD)
			ret = add_load(r, &ph);
		else if (!ret && ph.p_type == PT_NOTE)
			ret = read_notes(r, &ph);
	}
	if (!ret && !r->nr_regions)
		ret = refuse(r, -ENOEXEC, "there is no memory in it");
	return ret;
}

static int open_file(struct reader *r)
{
	struct stat st;
	Elf64_Ehdr eh;
	int ret;

	r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (r->fd < 0 || fstat(r->fd, &st))
		return refuse(r, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(r, -ENOEXEC, "not a regular file");
	r->size = st.st_size;
	ret = read_ehdr(r, &eh);
	if (ret)
		return ret;
	r->core->machine = eh.e_machine;
	ret = read_phdrs(r, &eh);
	if (ret)
		return ret;
	r->core->ram = gmem_map_file(r->fd, r->region, r->nr_regions, r->err);
	return r->core->ram ? 0 : -errno;
}

struct vmcore *vmcore_open(const char *path, struct ktstr_err *err)
{
	struct reader r = { .path = path, .fd = -1, .err = err };
	int ret;

	r.core = calloc(1, sizeof(*r.core));
	ret = r.core ? open_file(&r) : ktstr_err_set(err, -ENOMEM, "out of memory");
	close_fd(&r.fd);
	if (!ret)
		return r.core;
	vmcore_close(r.core);
	errno = -ret;
	return NULL;
}

void vmcore_config(const struct vmcore *core, struct gk_config *cfg)
{
	u32 i;

	*cfg = (struct gk_config){
		.ram = core->ram,
		.vmcoreinfo_gpa = core->vmcoreinfo_gpa,
		.vmcoreinfo_size = core->vmcoreinfo_size,
		.vmcoreinfo = core->vmcoreinfo,
		.vmcoreinfo_len = core->vmcoreinfo_len,
		.kadr_phys_base = core->kadr_phys_base,
		.kadr_text = core->kadr_text,
	};
	for (i = 0; i < core->nr_cpus; i++) {
		if (core->regs[i].valid && core->regs[i].has_tcr) {
			cfg->ttbr1 = core->regs[i].pt_root;
			cfg->tcr_el1 = core->regs[i].tcr_el1;
			break;
		}
	}
}

void vmcore_close(struct vmcore *core)
{
	if (!core)
		return;
	gmem_free(core->ram);
	free(core->regs);
	free(core->vmcoreinfo);
	free(core);
}
