// SPDX-License-Identifier: GPL-2.0-only
/*
 * Boot by Documentation/arch/x86/boot.rst: a bzImage at its 64-bit entry, or a
 * vmlinux at its ELF entry with the same zero page.
 */
#include <asm/bootparam.h>
#include <elf.h>
#include <errno.h>
#include <linux/align.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/arch/arch.h"
#include "host/arch/x86/acpi.h"
#include "host/arch/x86/layout.h"
#include "host/kernel/image.h"
#include "host/vmm/gmem_slot.h"
#include "host/vmm/vm.h"
#include "lib/util.h"

#define SETUP_HEADER_OFFSET 0x1f1
#define LOADER_UNDEFINED    0xff
#define INITRD_ALIGN	    (2UL << 20)
#define RNG_SEED_LEN	    32

/**
 * struct boot - what loading has found out so far
 * @vm: the machine
 * @zero_page: boot_params under construction
 * @entry: where the boot CPU starts
 * @kernel_end: first byte the kernel does not claim for itself while starting
 */
struct boot {
	struct vm *vm;
	struct boot_params zero_page;
	u64 entry;
	u64 kernel_end;
};

static int too_small(const struct boot *b, const char *what, u64 end, struct ktstr_err *err)
{
	return ktstr_err_set(err, -E2BIG,
			     "guest memory ends before the %s, which needs it up to %llu MiB; give the VM more",
			     what, (unsigned long long)(end >> 20) + 1);
}

/* Straight from the image into guest memory. */
static int load_image(struct boot *b, const struct kernel_image *img, size_t offset, u64 gpa,
		      size_t len, struct ktstr_err *err)
{
	void *hva = gmem_hva(b->vm->ram, gpa, len);
	int ret;

	if (!hva)
		return too_small(b, "kernel", gpa + len, err);
	ret = kernel_image_read(img, offset, hva, len);
	return ret ? ktstr_err_set(err, ret, "%s: %s", img->path, strerror(-ret)) : 0;
}

static int load_bzimage(struct boot *b, const struct kernel_image *img, struct ktstr_err *err)
{
	struct setup_header *hdr = &b->zero_page.hdr;
	u8 sector[512 * 2];
	size_t setup, hdr_len;
	int ret;

	ret = kernel_image_read(img, 0, sector, sizeof(sector));
	if (ret)
		return ktstr_err_set(err, -ENOEXEC, "%s: bzImage is truncated", img->path);
	setup = (sector[SETUP_HEADER_OFFSET] ?: 4) * 512UL + 512;
	/* the header ends where its own jump instruction leads to */
	hdr_len = sector[0x201] + 0x202UL - SETUP_HEADER_OFFSET;
	memcpy(hdr, sector + SETUP_HEADER_OFFSET, min(hdr_len, sizeof(*hdr)));
	if (hdr->version < 0x20c || !(hdr->xloadflags & XLF_KERNEL_64))
		return ktstr_err_set(err, -ENOEXEC, "%s: no 64-bit entry (boot protocol %#x)",
				     img->path, hdr->version);
	b->entry = LAYOUT_KERNEL + LAYOUT_KERNEL_ENTRY64;
	b->kernel_end = max_t(u64, hdr->pref_address, LAYOUT_KERNEL) + hdr->init_size;
	return load_image(b, img, setup, LAYOUT_KERNEL, img->size - setup, err);
}

static int load_elf_segment(struct boot *b, const struct kernel_image *img, const Elf64_Phdr *ph,
			    struct ktstr_err *err)
{
	if (ph->p_offset > img->size || ph->p_filesz > img->size - ph->p_offset ||
	    ph->p_filesz > ph->p_memsz)
		return ktstr_err_set(err, -ENOEXEC, "%s: a program segment is outside the file",
				     img->path);
	if (ph->p_paddr < LAYOUT_HIMEM || ph->p_memsz > LAYOUT_MMIO_GAP)
		return ktstr_err_set(err, -ENOEXEC, "%s: a program segment loads at %#llx",
				     img->path, (unsigned long long)ph->p_paddr);
	if (!gmem_hva(b->vm->ram, ph->p_paddr, ph->p_memsz))
		return too_small(b, "kernel", ph->p_paddr + ph->p_memsz, err);
	/* guest memory is fresh from the memfd, so .bss is zero already */
	b->kernel_end = max_t(u64, b->kernel_end, ph->p_paddr + ph->p_memsz);
	return load_image(b, img, ph->p_offset, ph->p_paddr, ph->p_filesz, err);
}

static int load_elf(struct boot *b, const struct kernel_image *img, struct ktstr_err *err)
{
	struct setup_header *hdr = &b->zero_page.hdr;
	Elf64_Ehdr eh;
	Elf64_Phdr ph;
	int i, ret;

	ret = kernel_image_read(img, 0, &eh, sizeof(eh));
	for (i = 0; !ret && i < eh.e_phnum; i++) {
		ret = kernel_image_read(img, eh.e_phoff + i * sizeof(ph), &ph, sizeof(ph));
		if (!ret && ph.p_type == PT_LOAD && ph.p_memsz) {
			ret = load_elf_segment(b, img, &ph, err);
			if (ret)
				return ret;
		}
	}
	if (ret || !b->kernel_end || eh.e_entry >= b->kernel_end)
		return ktstr_err_set(err, -ENOEXEC,
				     "%s: truncated, or its entry point is in no segment",
				     img->path);
	b->entry = eh.e_entry;
	/* what the kernel checks of a header no boot sector brought */
	hdr->boot_flag = 0xaa55;
	memcpy(&hdr->header, "HdrS", 4);
	hdr->version = 0x20f;
	hdr->kernel_alignment = 16 << 20;
	return 0;
}

static int load_initrd(struct boot *b, const struct vm_config *cfg, struct ktstr_err *err)
{
	struct setup_header *hdr = &b->zero_page.hdr;
	u64 gpa = max_t(u64, LAYOUT_INITRD, ALIGN(b->kernel_end, INITRD_ALIGN));

	if (!cfg->initrd_len)
		return 0;
	/* not enough room above: then right behind the kernel */
	if (!gmem_hva(b->vm->ram, gpa, cfg->initrd_len))
		gpa = ALIGN(b->kernel_end, INITRD_ALIGN);
	if (gpa + cfg->initrd_len > UINT32_MAX ||
	    gmem_write(b->vm->ram, gpa, cfg->initrd, cfg->initrd_len))
		return too_small(b, "initramfs", gpa + cfg->initrd_len, err);
	hdr->ramdisk_image = gpa;
	hdr->ramdisk_size = cfg->initrd_len;
	return 0;
}

/*
 * What every guest is told: do not look for what is not there, do not spend
 * time on what a test has no use for. A test's own words come behind these and
 * win.
 */
static const char *const cmdline_words[] = {
	/*
	 * The console is a UART whose every byte costs exits: while booting it
	 * speaks of what is worse than an error, and says all of an oops or a
	 * panic (console_verbose()). guest-init lets errors (stalls, hung
	 * tasks) through as soon as the host has heard of it.
	 */
	"console=ttyS0",
	"loglevel=3",
	/* a broken guest ends at once, by the i8042 reset port */
	"oops=panic",
	"panic=-1",
	"reboot=k",
	/* nothing there to be probed */
	"pci=off",
	"8250.nr_uarts=2",
	/* KVM's clocks need no watchdog, its CPUs no pause before they start */
	"tsc=reliable",
	"cpu_init_udelay=0",
	/* almost half of a distribution kernel's instructions until init */
	"cryptomgr.notests=1",
	/* cost on every path of the kernel, and nobody to protect */
	"mitigations=off",
	"init_on_alloc=0",
	"lsm=",
	"audit=0",
	/* shorter waits */
	"rcupdate.rcu_expedited=1",
	"random.trust_cpu=on",
	"rdinit=/init",
};

/*
 * Pages that wander from node to node disturb what a test measures, unless
 * there is memory that only wandering brings to use.
 */
static const char *numa_word(const struct topology *t)
{
	u32 node;

	if (t->nodes == 1)
		return "";
	for (node = 0; node < t->nodes; node++)
		if (!topology_node_llcs(t, node))
			return "numa_balancing=enable ";
	return "numa_balancing=disable ";
}

static int load_cmdline(struct boot *b, const struct vm_config *cfg, struct ktstr_err *err)
{
	char line[LAYOUT_CMDLINE_MAX];
	size_t i, n = 0;

	for (i = 0; i < ARRAY_SIZE(cmdline_words); i++)
		n += snprintf(line + n, sizeof(line) - n, "%s ", cmdline_words[i]);
	n += snprintf(line + n, sizeof(line) - n, "%s%s", numa_word(&b->vm->topo),
		      cfg->cmdline ?: "");
	if (n >= sizeof(line))
		return ktstr_err_set(err, -E2BIG, "kernel command line of %zu bytes; %zu fit", n,
				     sizeof(line) - 1);
	b->zero_page.hdr.cmd_line_ptr = LAYOUT_CMDLINE;
	b->zero_page.hdr.cmdline_size = n;
	return gmem_write(b->vm->ram, LAYOUT_CMDLINE, line, n + 1);
}

static void add_e820(struct boot *b, u64 start, u64 end, u32 type)
{
	struct boot_e820_entry *e = &b->zero_page.e820_table[b->zero_page.e820_entries];

	if (start >= end || b->zero_page.e820_entries >= E820_MAX_ENTRIES_ZEROPAGE)
		return;
	e->addr = start;
	e->size = end - start;
	e->type = type;
	b->zero_page.e820_entries++;
}

static void set_memory_map(struct boot *b)
{
	enum { RAM = 1, RESERVED = 2 };
	const struct gmem *ram = b->vm->ram;
	unsigned int i;

	add_e820(b, 0, LAYOUT_LOWMEM_END, RAM);
	add_e820(b, LAYOUT_ACPI, LAYOUT_ACPI + LAYOUT_ACPI_SIZE, RESERVED);
	for (i = 0; i < ram->nr; i++)
		add_e820(b, max_t(u64, ram->regions[i].gpa, LAYOUT_HIMEM),
			 ram->regions[i].gpa + ram->regions[i].len, RAM);
}

/*
 * A seed for the guest's random pool (struct setup_data, SETUP_RNG_SEED), so
 * that nothing in it waits for entropy. It lies behind the zero page.
 */
static int set_rng_seed(struct boot *b)
{
	struct {
		struct setup_data head;
		u8 seed[RNG_SEED_LEN];
	} data = { .head = { .type = SETUP_RNG_SEED, .len = RNG_SEED_LEN } };

	if (getrandom(data.seed, sizeof(data.seed), 0) != sizeof(data.seed))
		return -EIO;
	b->zero_page.hdr.setup_data = LAYOUT_BOOT_PARAMS + LAYOUT_PAGE;
	return gmem_write(b->vm->ram, LAYOUT_BOOT_PARAMS + LAYOUT_PAGE, &data, sizeof(data));
}

static int add_acpi(struct boot *b, struct ktstr_err *err)
{
	struct acpi_params p = {
		.topology = &b->vm->topo,
		.virtio_slots = 1 << LAYOUT_VIRTIO_CONSOLE,
	};
	void *buf = gmem_hva(b->vm->ram, LAYOUT_ACPI, LAYOUT_ACPI_SIZE);
	struct gmem_slot slots[GMEM_SLOTS_MAX];
	u64 rsdp = 0;
	int ret;

	if (!buf)
		return too_small(b, "ACPI tables", LAYOUT_ACPI + LAYOUT_ACPI_SIZE, err);
	p.memory = slots;
	p.nr_memory = gmem_slots(b->vm->ram, p.topology, slots);
	ret = acpi_build(&p, buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI, &rsdp, err);
	b->zero_page.acpi_rsdp_addr = rsdp;
	return ret;
}

int arch_load(struct vm *vm, const struct vm_config *cfg, u64 *entry, struct ktstr_err *err)
{
	struct boot b = { .vm = vm };
	int ret;

	ret = cfg->kernel->format == KERNEL_ELF ? load_elf(&b, cfg->kernel, err) :
						  load_bzimage(&b, cfg->kernel, err);
	if (!ret)
		ret = load_initrd(&b, cfg, err);
	if (!ret)
		ret = load_cmdline(&b, cfg, err);
	if (!ret)
		ret = set_rng_seed(&b);
	if (!ret)
		ret = add_acpi(&b, err);
	if (ret)
		return ret;
	set_memory_map(&b);
	b.zero_page.hdr.type_of_loader = LOADER_UNDEFINED;
	if (gmem_write(vm->ram, LAYOUT_BOOT_PARAMS, &b.zero_page, sizeof(b.zero_page)))
		return too_small(&b, "zero page", LAYOUT_BOOT_PARAMS, err);
	*entry = b.entry;
	return 0;
}
