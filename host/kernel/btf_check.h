/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_BTF_CHECK_H
#define KTSTR_HOST_KERNEL_BTF_CHECK_H

/*
 * Is a blob of BTF what it claims to be? Asked of every blob before libbpf
 * sees a byte of it, whose authors want no untrusted input. Format:
 * Documentation/bpf/btf.rst of the kernel, include/uapi/linux/btf.h.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

struct btf;

/* Types in all, those of the base included: BTF_MAX_TYPE of the kernel. */
#define BTF_CHECK_TYPES_MAX 0x000fffff
/* Bytes of a name; the kernel's own limit (KSYM_NAME_LEN) is 512. */
#define BTF_CHECK_NAME_MAX 1024
/*
 * Types one inside of the other, qualifiers and typedefs counted, and links of
 * a chain of pointers: a kernel has 20, and takes no program with more than 32
 * (kernel/bpf/btf.c, MAX_RESOLVE_DEPTH).
 */
#define BTF_CHECK_DEPTH_MAX 64
/*
 * Members and array elements' types a value has when each is spelt out once,
 * whatever is shared between them; no type of a kernel has 3,000.
 */
#define BTF_CHECK_MEMBERS_MAX 0x100000U

/**
 * struct btf_check_base - what a split BTF continues
 * @btf: its types, checked before
 * @strings: bytes of its string section, and of its own base's
 * @layout: its layout section, which split ones share; or NULL
 * @layout_nr: kinds in it
 */
struct btf_check_base {
	const struct btf *btf;
	u32 strings;
	const void *layout;
	u32 layout_nr;
};

/**
 * btf_check_base_init() - make types the base of others
 * @out: filled in; good as long as @btf
 * @btf: as libbpf has loaded it and nobody has changed it since
 * @base: its own base, or NULL
 *
 * Not while another thread uses @btf.
 *
 * Return: 0, or -ENOMEM.
 */
int btf_check_base_init(struct btf_check_base *out, const struct btf *btf,
			const struct btf_check_base *base);

/**
 * btf_check() - refuse malformed BTF
 * @data: the blob, any bytes at any alignment
 * @len: how many
 * @base: what a split BTF continues, or NULL
 * @err: names the type and what is wrong with it, or NULL
 *
 * After success these hold, for whoever walks the types later:
 *
 * - header and sections lie within @len, in the order libbpf wants them;
 * - every type is of a known kind, or of one whose size the layout section
 *   tells (222edc843c15 "btf: Add BTF kind layout encoding to UAPI"), and lies whole
 *   within its section;
 * - every name ends within BTF_CHECK_NAME_MAX bytes;
 * - every id is that of a type, of a kind that can stand there: variables and
 *   functions in a section, anything with a value elsewhere;
 * - no type contains itself and no chain of pointers comes back to itself but
 *   through a struct or union, and none is deeper than BTF_CHECK_DEPTH_MAX;
 *   a type of the base counts as one step;
 * - no value has more than BTF_CHECK_MEMBERS_MAX members, elements of an array
 *   counted as one, a type of the base as one;
 * - the size of an array fits in 32 bits, and each member with a size lies
 *   within its struct.
 *
 * Not checked: where a variable lies in its section, because an object's
 * sections have no sizes before libbpf has loaded it.
 *
 * Any thread; linear in @len, some milliseconds for a kernel's 7 MB.
 *
 * Return: 0, -EINVAL for what is malformed, -EOPNOTSUPP for a kind of type
 * that is not known, or -ENOMEM.
 */
int btf_check(const void *data, size_t len, const struct btf_check_base *base,
	      struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_BTF_CHECK_H */
