/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_GUEST_KERNEL_H
#define KTSTR_HOST_KERNEL_GUEST_KERNEL_H

/*
 * A running guest kernel, seen from outside: its symbols, where KASLR put it,
 * and its memory by kernel virtual address.
 *
 * Symbols come from kallsyms in guest memory, found through VMCOREINFO, so a
 * stripped kernel will do; an ELF symbol table serves where that is missing.
 * Everything read is the guest's word: bounded, checked, never followed blindly.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/kernel/image.h"
#include "host/vmm/gmem.h"
#include "lib/err.h"

/* Room for what gk_symbolise() writes about any symbol of a kernel. */
#define GK_SYMBOLISE_MAX 600

/**
 * struct gk_config - what is known about a guest
 * @ram: its memory; must outlive the guest_kernel
 * @vmcoreinfo_gpa: of WIRE_VMCI; counts only when @vmcoreinfo_size is not 0
 * @vmcoreinfo_size: bytes of the note, 0 = not sent
 * @kadr_phys_base: of WIRE_KADR, biased by 1, 0 = not sent
 * @kadr_text: of WIRE_KADR, biased by 1, 0 = not sent
 * @image: the kernel file the guest was booted from, a bzImage or an ELF; only
 *         gk_new() reads it; NULL = none
 */
struct gk_config {
	const struct gmem *ram;
	u64 vmcoreinfo_gpa;
	u64 vmcoreinfo_size;
	u64 kadr_phys_base;
	u64 kadr_text;
	const struct kernel_image *image;
};

struct guest_kernel;

/**
 * gk_new() - find symbols, slide and page tables of a guest kernel
 * @cfg: what is known; copied but for the memory
 * @err: says what is missing, or what contradicts what
 *
 * Any thread; takes tens of milliseconds. The guest must be past its boot
 * (WIRE_SRDY), and may run meanwhile.
 *
 * Return: the kernel, to be freed with gk_free(); or NULL with errno set:
 * ENODATA when neither VMCOREINFO nor an ELF symbol table with WIRE_KADR will
 * do, EBADMSG for data that makes no sense or sources of the slide that
 * disagree, ENOMEM.
 */
struct guest_kernel *gk_new(const struct gk_config *cfg, struct ktstr_err *err);

/**
 * gk_free() - forget it
 * @gk: the kernel, or NULL; no thread may use it any more
 */
void gk_free(struct guest_kernel *gk);

/**
 * gk_check_entry() - hold the slide against a vCPU's registers
 * @gk: the kernel
 * @entry: MSR_LSTAR of any vCPU that has set it up (x86)
 * @err: names both addresses
 *
 * The one function that changes @gk: no other thread may use it meanwhile.
 * Gives the slide where nothing else did. After -ERANGE and -EBADMSG the slide
 * counts as unknown for good, and gk_symbol() finds only what kallsyms says.
 *
 * Return: 0, -ENOENT when the kernel has no symbol for its entry point or
 * @entry is 0 (nothing was checked), -ERANGE for an address that no kernel
 * can be at, -EBADMSG for a disagreement.
 */
int gk_check_entry(struct guest_kernel *gk, u64 entry, struct ktstr_err *err);

/**
 * gk_slide() - how far KASLR moved the kernel
 * @gk: the kernel
 * @slide: runtime minus link address, set when known; may be NULL
 *
 * Any thread. Return: true when it is known.
 */
bool gk_slide(const struct guest_kernel *gk, u64 *slide);

/**
 * gk_symbol() - the address of a symbol in the running kernel
 * @gk: the kernel
 * @name: in full
 * @kva: set on success. For a per-CPU variable what __per_cpu_offset[cpu] is
 *       added to
 *
 * Any thread, constant time. Return: true when the symbol is known.
 */
bool gk_symbol(const struct guest_kernel *gk, const char *name, u64 *kva);

/**
 * gk_symbol_link() - the address a symbol was linked at
 * @gk: the kernel
 * @name: in full
 * @link_kva: set on success
 *
 * Any thread. Return: true when the symbol is known, and its slide too if need
 * be.
 */
bool gk_symbol_link(const struct guest_kernel *gk, const char *name, u64 *link_kva);

/**
 * gk_symbol_count() - how many symbols are known
 * @gk: the kernel
 */
u64 gk_symbol_count(const struct guest_kernel *gk);

/**
 * gk_symbolise() - name an address of the kernel image
 * @gk: the kernel, or NULL
 * @kva: any value
 * @buf: where to; "name", "name+0x1f", or "" for an address outside of the
 *       image (a module, a BPF program, user space). The name is the guest's
 *       text: escape it.
 * @len: room, at least 1; a longer text is cut
 *
 * Any thread. Return: @buf.
 */
const char *gk_symbolise(const struct guest_kernel *gk, u64 kva, char *buf, size_t len);

/**
 * gk_direct_map() - whether an address is in the kernel's map of all RAM
 * @gk: the kernel
 * @kva: any value
 *
 * Such an address needs no page tables, and neighbours in it are neighbours in
 * guest memory. Any thread.
 */
bool gk_direct_map(const struct guest_kernel *gk, u64 kva);

/**
 * gk_gpa() - translate a kernel virtual address
 * @gk: the kernel
 * @kva: any value
 * @gpa: set on success; it lies in RAM
 *
 * The image by phys_base, the direct map by page_offset_base, all else by a
 * walk of the kernel's own page tables. Any thread.
 *
 * Return: 0, or -EFAULT.
 */
int gk_gpa(const struct guest_kernel *gk, u64 kva, u64 *gpa);

/**
 * gk_hva() - where the host has it mapped
 * @gk: the kernel
 * @kva: any value
 * @len: bytes, all within one page of 4 KiB
 *
 * Any thread. The bytes change while a vCPU runs.
 *
 * Return: the host address, good as long as the guest's memory, or NULL.
 */
void *gk_hva(const struct guest_kernel *gk, u64 kva, u64 len);

/**
 * gk_read() - copy from kernel memory
 * @gk: the kernel
 * @kva: from where; any value
 * @buf: where to
 * @len: bytes
 *
 * Translated page by page. Any thread.
 *
 * Return: 0, or -EFAULT when a byte is not mapped; @buf is then undefined.
 */
int gk_read(const struct guest_kernel *gk, u64 kva, void *buf, size_t len);

/**
 * gk_read_u64() - read one value
 * @gk: the kernel
 * @kva: from where
 * @v: set on success; read in one piece when aligned
 *
 * Return: as gk_read().
 */
int gk_read_u64(const struct guest_kernel *gk, u64 kva, u64 *v);

/**
 * gk_read_u32() - read one value
 * @gk: the kernel
 * @kva: from where
 * @v: set on success; read in one piece when aligned
 *
 * Return: as gk_read().
 */
int gk_read_u32(const struct guest_kernel *gk, u64 kva, u32 *v);

/**
 * gk_read_str() - read a string
 * @gk: the kernel
 * @kva: from where
 * @buf: where to; NUL-terminated whatever happens; the guest's bytes as they are
 * @len: room, at least 1; a longer string is cut
 *
 * Return: strlen(@buf), or -EFAULT when memory ends before the string does;
 * @buf then has what came before.
 */
int gk_read_str(const struct guest_kernel *gk, u64 kva, char *buf, size_t len);

/**
 * gk_write() - change kernel memory
 * @gk: the kernel
 * @kva: where to; any value
 * @buf: the bytes
 * @len: how many
 *
 * Aligned 4 and 8 bytes are written in one piece. Page protection of the
 * guest's own does not count. Any thread.
 *
 * Return: 0, or -EFAULT with nothing written, unless the guest takes a page
 * away in the middle of it.
 */
int gk_write(const struct guest_kernel *gk, u64 kva, const void *buf, size_t len);

#endif /* KTSTR_HOST_KERNEL_GUEST_KERNEL_H */
