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

/* NR_CPUS of a kernel is at most this (arch/x86/Kconfig: NR_CPUS_RANGE_END). */
#define GK_CPUS_MAX 8192

/**
 * struct gk_config - what is known about a guest
 * @ram: its memory; must outlive the guest_kernel
 * @vmcoreinfo_gpa: of WIRE_VMCI; counts only when @vmcoreinfo_size is not 0
 * @vmcoreinfo_size: bytes of the note, 0 = not sent
 * @vmcoreinfo: the note itself, where it was saved apart from memory: counts
 *              instead of @vmcoreinfo_gpa; only gk_new() reads it; NULL = in
 *              guest memory
 * @vmcoreinfo_len: bytes of @vmcoreinfo
 * @kadr_phys_base: of WIRE_KADR, biased by 1, 0 = not sent
 * @kadr_text: of WIRE_KADR, biased by 1, 0 = not sent
 * @image: the kernel file the guest was booted from, a bzImage or an ELF; only
 *         gk_new() reads it; NULL = none
 * @ttbr1: arm64: TTBR1_EL1 of any vCPU; counts only with @tcr_el1
 * @tcr_el1: arm64: TCR_EL1 of any vCPU; 0 = the guest is an x86 one
 */
struct gk_config {
	const struct gmem *ram;
	u64 vmcoreinfo_gpa;
	u64 vmcoreinfo_size;
	const void *vmcoreinfo;
	size_t vmcoreinfo_len;
	u64 kadr_phys_base;
	u64 kadr_text;
	const struct kernel_image *image;
	u64 ttbr1;
	u64 tcr_el1;
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
 * do, EBADMSG for data that makes no sense, sources of the slide that disagree
 * or an ELF image whose build ID is not the guest's, ENOMEM.
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
 * gk_symbol_each() - call a function for every symbol of the kernel's image
 * @gk: the kernel
 * @fn: called with a name of @len bytes, NUL-terminated, and what gk_symbol()
 *      would give; also for each symbol of a name that there is several times.
 *      In no order. A name is the guest's text: escape it
 * @ctx: passed to @fn
 *
 * Those of kallsyms, or where it cannot be had those of the image. Any thread.
 *
 * Return: 0, or -ENODATA when there are only link addresses and the slide is
 * not known; @fn was not called then.
 */
int gk_symbol_each(const struct guest_kernel *gk,
		   void (*fn)(void *ctx, const char *name, size_t len, u64 kva), void *ctx);

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
 * gk_memory() - the memory behind it
 * @gk: the kernel
 *
 * Any thread. Return: gk_config.ram.
 */
const struct gmem *gk_memory(const struct guest_kernel *gk);

/**
 * gk_vmcoreinfo() - the guest's VMCOREINFO note, as it was in gk_new()
 * @gk: the kernel
 * @len: set to its bytes, ELF note header included
 *
 * For host/kernel/vmcoreinfo.h. Any thread.
 *
 * Return: the note, good as long as @gk; NULL when there was none that could
 * be read.
 */
const void *gk_vmcoreinfo(const struct guest_kernel *gk, size_t *len);

/**
 * gk_map_base() - where guest physical address 0 would be in the direct map
 * @gk: the kernel
 * @kva: set on success
 *
 * Any thread. Return: true when it is known.
 */
bool gk_map_base(const struct guest_kernel *gk, u64 *kva);

/**
 * gk_image() - where the kernel's image is mapped
 * @gk: the kernel
 * @kva: set on success: its first address
 * @len: set on success: its bytes, all neighbours in guest memory, though not
 *       said to be in RAM
 *
 * Any thread. Return: true when it is known.
 */
bool gk_image(const struct guest_kernel *gk, u64 *kva, u64 *len);

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
 * gk_read_fault() - gk_read() that says how far it came
 * @gk: the kernel
 * @kva: from where; any value
 * @buf: where to; has the bytes before @fault
 * @len: bytes
 * @fault: on -EFAULT set to the first address that is not mapped or not RAM
 *
 * Any thread. Return: 0 or -EFAULT.
 */
int gk_read_fault(const struct guest_kernel *gk, u64 kva, void *buf, size_t len, u64 *fault);

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

/**
 * gk_percpu() - a CPU's copy of a per-CPU object
 * @gk: the kernel
 * @base: address of a per-CPU symbol by gk_symbol(), or a __percpu pointer
 *        read from memory; any value
 * @cpu: any value; one that gk_nr_cpus() does not count leads nowhere sensible
 * @kva: set on success; not said to be mapped
 *
 * @base + __per_cpu_offset[@cpu], as per_cpu_ptr() of include/linux/
 * percpu-defs.h. Any thread.
 *
 * Return: 0, -ERANGE for a CPU from GK_CPUS_MAX on, -ENOENT for a kernel
 * without __per_cpu_offset (CONFIG_SMP=n), -EFAULT when it cannot be read.
 */
int gk_percpu(const struct guest_kernel *gk, u64 base, u32 cpu, u64 *kva);

/**
 * gk_nr_cpu_ids() - what the guest says about its number of CPUs
 * @gk: the kernel
 * @nr: set on success: its nr_cpu_ids (kernel/smp.c), any value
 *
 * Any thread. Return: 0, -ENOENT without such a symbol, -EFAULT.
 */
int gk_nr_cpu_ids(const struct guest_kernel *gk, u32 *nr);

/**
 * gk_nr_cpus() - how many CPUs to look at
 * @gk: the kernel
 * @max: how many the machine has
 *
 * Any thread. A caller that finds gk_nr_cpu_ids() above @max says so.
 *
 * Return: nr_cpu_ids; @max where that is larger, 0 or cannot be read.
 */
u32 gk_nr_cpus(const struct guest_kernel *gk, u32 max);

/**
 * gk_cache_begin() - remember translations from here on
 * @gk: the kernel; its guest stands still, or is a saved image
 *
 * The calling thread's translations come from a cache until gk_cache_end();
 * other threads walk the page tables as before. Begins empty each time: what
 * was remembered does not outlive a freeze. One thread at a time.
 */
void gk_cache_begin(struct guest_kernel *gk);

/**
 * gk_cache_end() - forget translations
 * @gk: the kernel; without gk_cache_begin() nothing happens
 *
 * The thread of gk_cache_begin(), before the guest runs again.
 */
void gk_cache_end(struct guest_kernel *gk);

#endif /* KTSTR_HOST_KERNEL_GUEST_KERNEL_H */
