/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_VMCORE_H
#define KTSTR_HOST_KERNEL_VMCORE_H

/*
 * A guest in a file: its memory and registers as an ELF vmcore, the format of
 * /proc/vmcore (fs/proc/vmcore.c), so that crash and drgn open it too.
 *
 * Program headers: one PT_NOTE, then PT_LOADs in ascending order of p_paddr,
 * each page-aligned in the file, with p_vaddr in the kernel's direct map; the
 * last one is the kernel's image once more, where it is mapped. Notes:
 * VMCOREINFO unchanged, NT_PRSTATUS of each CPU, and one of ours with what
 * NT_PRSTATUS has no room for.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/kernel/guest_kernel.h"
#include "host/vmm/freeze.h"
#include "host/vmm/gmem.h"
#include "lib/err.h"

/**
 * struct vmcore_src - a guest to be saved
 * @ram: its memory
 * @machine: EM_X86_64 or EM_AARCH64: whose registers @regs are
 * @regs: of each CPU, by number; NULL with @nr_cpus 0
 * @nr_cpus: at most GK_CPUS_MAX. A CPU whose registers are not valid is saved
 *           as such: all its registers are 0
 * @vmcoreinfo: the ELF note in full, or NULL when there is none
 * @vmcoreinfo_len: bytes of it
 * @vmcoreinfo_gpa: as in struct gk_config, for whoever opens the file
 * @vmcoreinfo_size: likewise
 * @kadr_phys_base: likewise
 * @kadr_text: likewise
 * @map_base: direct map's address of guest physical 0; 0 = not known: then
 *            p_vaddr is p_paddr
 * @image_kva: where the kernel's image is mapped
 * @image_gpa: where it lies
 * @image_len: bytes of it, whole pages; 0 = not known: then readers need
 *             @map_base and page tables to find them
 */
struct vmcore_src {
	const struct gmem *ram;
	u16 machine;
	const struct vcpu_regs *regs;
	u32 nr_cpus;
	const void *vmcoreinfo;
	size_t vmcoreinfo_len;
	u64 vmcoreinfo_gpa;
	u64 vmcoreinfo_size;
	u64 kadr_phys_base;
	u64 kadr_text;
	u64 map_base;
	u64 image_kva;
	u64 image_gpa;
	u64 image_len;
};

/**
 * struct vmcore_stats - what vmcore_write() did
 * @memory: bytes of guest memory the file stands for
 * @written: bytes of it that are in the file: pages that are not all zeroes
 */
struct vmcore_stats {
	u64 memory;
	u64 written;
};

/**
 * vmcore_src_init() - all of a guest but its registers
 * @src: filled in; good as long as @gk
 * @cfg: what the guest told: addresses are taken from here
 * @gk: what became of it, or NULL: then there is no note of VMCOREINFO, only
 *      its address, and p_vaddr is not of the direct map
 *
 * Any thread. @src->machine is that of @cfg.
 */
void vmcore_src_init(struct vmcore_src *src, const struct gk_config *cfg,
		     const struct guest_kernel *gk);

/**
 * vmcore_write() - save a guest
 * @src: the guest; stands still, or the file is of no one moment
 * @fd: a regular file, open for writing; what was in it is lost, its offset
 *      is not used
 * @stats: filled in on success, or NULL
 * @err: names the step that failed
 *
 * Pages of zeroes become holes in the file. Takes as long as the memory in use
 * is large: do not hold a freeze for it that has a time limit. Any thread.
 *
 * Return: 0, -EINVAL for a @src that cannot be, -ENOMEM, or the negative errno
 * of a write (-ENOSPC, -EFBIG); then the file is of no use.
 */
int vmcore_write(const struct vmcore_src *src, int fd, struct vmcore_stats *stats,
		 struct ktstr_err *err);

/**
 * struct vmcore - an open vmcore
 * @ram: memory, mapped privately: gk_write() changes this process' copy only,
 *       never the file
 * @machine: EM_X86_64 or EM_AARCH64
 * @regs: of each CPU
 * @nr_cpus: how many; 0 for a file without NT_PRSTATUS
 * @vmcoreinfo: the ELF note in full, or NULL
 * @vmcoreinfo_len: bytes of it
 * @ours: vmcore_write() made the file: the page table roots, the system call
 *        entry, and the addresses below are valid
 * @vmcoreinfo_gpa: as in struct gk_config
 * @vmcoreinfo_size: likewise
 * @kadr_phys_base: likewise
 * @kadr_text: likewise
 *
 * Read-only, but for the memory; any thread.
 */
struct vmcore {
	struct gmem *ram;
	u16 machine;
	struct vcpu_regs *regs;
	u32 nr_cpus;
	void *vmcoreinfo;
	size_t vmcoreinfo_len;
	bool ours;
	u64 vmcoreinfo_gpa;
	u64 vmcoreinfo_size;
	u64 kadr_phys_base;
	u64 kadr_text;
};

/**
 * vmcore_open() - open a saved guest
 * @path: of a file by vmcore_write(), or another vmcore with p_paddr whose
 *        memory is at most GMEM_REGIONS_MAX runs, page-aligned in the file.
 *        Memory that is in the file once may be mapped again
 * @err: names the file and what is wrong with it, in which header or note
 *
 * Nothing of the file is trusted. It must not be made shorter as long as it is
 * open: reading what is gone is a SIGBUS.
 *
 * Return: the vmcore, to be given to vmcore_close(); or NULL with errno set: of
 * open(2), ENOEXEC for a file that is no vmcore or one that contradicts itself,
 * EOPNOTSUPP for a vmcore that is not of such a form, ENOMEM.
 */
struct vmcore *vmcore_open(const char *path, struct ktstr_err *err);

/**
 * vmcore_config() - what gk_new() wants to know about a saved guest
 * @core: the vmcore, which must outlive the guest_kernel
 * @cfg: filled in, but for the image: NULL
 */
void vmcore_config(const struct vmcore *core, struct gk_config *cfg);

/**
 * vmcore_close() - unmap and forget
 * @core: the vmcore, or NULL; no thread may use its memory any more
 */
void vmcore_close(struct vmcore *core);

#endif /* KTSTR_HOST_KERNEL_VMCORE_H */
