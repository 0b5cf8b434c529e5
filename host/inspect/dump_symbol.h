/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_DUMP_SYMBOL_H
#define KTSTR_HOST_INSPECT_DUMP_SYMBOL_H

/*
 * Names for addresses in a dump: those of the kernel's image, and of code that
 * was made at run time, which only the state of the guest knows.
 */
#include <stddef.h>
#include <linux/types.h>

struct guest_kernel;
struct vtree;

/**
 * dump_symbolise() - name an address
 * @gk: the kernel, or NULL
 * @state: the tree of the standstill, or NULL
 * @kva: any value
 * @buf: where to; what gk_symbolise() writes; for the machine code of a BPF
 *       program "name+0x1f [bpf]"; for the code that leads from a callback of a
 *       struct_ops to its program "map.callback+0x1f [bpf]"; "" for an address
 *       that is none of these. Names are the guest's text: escape it
 * @len: room, at least 1; a longer text is cut; GK_SYMBOLISE_MAX is enough
 *
 * Any thread. Return: @buf.
 */
const char *dump_symbolise(const struct guest_kernel *gk, const struct vtree *state, u64 kva,
			   char *buf, size_t len);

#endif /* KTSTR_HOST_INSPECT_DUMP_SYMBOL_H */
