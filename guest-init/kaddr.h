/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_KADDR_H
#define KTSTR_GUEST_KADDR_H

#include "lib/util.h"
#include "lib/wire.h"

/**
 * struct kaddr_iomem - what /proc/iomem says about the kernel image
 * @ram_start: first byte of the first "System RAM" range
 * @code_start: first byte of "Kernel code", that is the physical address of
 *              _text; 0 when the line is missing or hidden
 */
struct kaddr_iomem {
	u64 ram_start;
	u64 code_start;
};

/**
 * kaddr_parse_iomem() - take one line of /proc/iomem
 * @line: NUL-terminated, without its newline
 * @out: zeroed before the first line
 *
 * Return: true when @out is complete: this was the "Kernel code" line.
 */
bool kaddr_parse_iomem(const char *line, struct kaddr_iomem *out);

/**
 * kaddr_parse_symbol() - match one line of /proc/kallsyms
 * @line: NUL-terminated, without its newline
 * @name: the symbol to look for
 * @addr: set to its address on a match
 *
 * Module symbols ("name [module]") never match.
 *
 * Return: true when the line is about @name.
 */
bool kaddr_parse_symbol(const char *line, const char *name, u64 *addr);

/**
 * kaddr_phys_base() - the KADR value for an image loaded at @iomem
 * @iomem: where the kernel lies
 *
 * x86: the physical address of _text minus the 16 MiB at which the image is
 * linked, so that for a link-time address
 * ``gpa = kva - __START_KERNEL_map + phys_base``. The kernel's own variable of
 * this name also carries the virtual slide of KASLR; this value does not.
 * arm64: _text minus the start of RAM.
 */
u64 kaddr_phys_base(const struct kaddr_iomem *iomem);

/**
 * kaddr_read() - collect the kernel addresses the host asks for
 * @out: filled in; an address that cannot be learnt is left "not sent" (0)
 *
 * Needs /proc. Both files are read in small pieces and only as far as needed:
 * the kernel formats every one of the 200,000 lines of /proc/kallsyms on
 * demand, which would be the slowest part of the boot, and _text stands among
 * the first. The address of page_offset_base stands far behind and is sent as
 * 0, which tells the host to derive it from its symbol table and the slide.
 */
void kaddr_read(struct wire_kadr *out);

/**
 * kaddr_parse_vmcoreinfo() - read the line of /sys/kernel/vmcoreinfo
 * @line: NUL-terminated, without its newline: address and size, both in hex
 * @out: filled in on success
 *
 * Return: false when the line is not like that.
 */
bool kaddr_parse_vmcoreinfo(const char *line, struct wire_vmci *out);

/**
 * kaddr_read_vmcoreinfo() - where the kernel's VMCOREINFO note is
 * @out: filled in on success
 *
 * Needs /sys. Return: false when this kernel has none (CONFIG_VMCORE_INFO).
 */
bool kaddr_read_vmcoreinfo(struct wire_vmci *out);

#endif /* KTSTR_GUEST_KADDR_H */
