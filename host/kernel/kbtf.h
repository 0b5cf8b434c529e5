/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_KBTF_H
#define KTSTR_HOST_KERNEL_KBTF_H

/*
 * Types by name: of the kernel under test, or of one of its BPF programs.
 * Checked first (btf_check.h), then read by libbpf; what stands here finds types
 * and members in constant time and never follows a type graph without a limit,
 * because in a guest's memory the graph is whatever the guest makes of it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

struct btf;
struct guest_kernel;
struct kbtf;
struct kernel_image;

/* Larger BTF is refused: the largest kernels have less than a quarter of it. */
#define KBTF_MAX (32U << 20)

/**
 * kbtf_new() - the types of a kernel
 * @gk: its memory, or NULL
 * @img: its image, or NULL
 * @err: names what is missing or malformed, or NULL
 *
 * Takes the section .BTF of an ELF @img that has one, else what lies between
 * the symbols __start_BTF and __stop_BTF in guest memory (include/asm-generic/
 * vmlinux.lds.h, "BTF"). Checked (btf_check()) before libbpf reads it, and
 * copied, so neither must outlive the result. The name index is built here, in
 * one pass: the result does not change any more and any thread may read it.
 *
 * Any thread; takes tens of milliseconds for a kernel's 7 MB.
 *
 * Return: the types, the caller's (kbtf_free()), or NULL with errno ENOENT
 * (no BTF in either place), EFBIG (above KBTF_MAX), EFAULT (guest memory that
 * is not there), EINVAL (malformed), EOPNOTSUPP (a kind of type that is not
 * known), ENOMEM or that of the read.
 */
struct kbtf *kbtf_new(const struct guest_kernel *gk, const struct kernel_image *img,
		      struct ktstr_err *err);

/**
 * kbtf_from_raw() - the types in a blob of BTF
 * @data: the blob, any bytes; copied
 * @len: how many
 * @base: what a split BTF continues, must outlive the result; or NULL
 * @err: says what is wrong with it, or NULL
 *
 * Names of @base are not found through the result, its types are.
 *
 * Return: as kbtf_new(): EFBIG, EINVAL, EOPNOTSUPP or ENOMEM.
 */
struct kbtf *kbtf_from_raw(const void *data, size_t len, const struct kbtf *base,
			   struct ktstr_err *err);

/**
 * kbtf_free() - forget types; takes NULL
 * @b: from kbtf_new() or kbtf_from_raw()
 */
void kbtf_free(struct kbtf *b);

/**
 * kbtf_btf() - for libbpf's own functions
 * @b: the types
 *
 * Return: owned by @b; read-only.
 */
const struct btf *kbtf_btf(const struct kbtf *b);

/**
 * kbtf_find() - a named type
 * @b: the types
 * @name: struct, union, enum, typedef or data section
 * @kind: BTF_KIND_STRUCT, _UNION, _ENUM, _ENUM64, _TYPEDEF or _DATASEC
 *
 * The first one of that name and kind, as the kernel's own tools do.
 *
 * Return: its id, or -ENOENT.
 */
int kbtf_find(const struct kbtf *b, const char *name, u32 kind);

/**
 * kbtf_member() - where a member lies in a struct or union
 * @b: the types
 * @type: name of the struct, union or typedef of one
 * @member: its name, or a path through nested ones: "scx.runnable_at"
 * @offset: set to the bytes in front of it, or NULL
 * @size: set to its own, 0 for a flexible array; or NULL
 *
 * Members of anonymous structs and unions are found like the kernel's C
 * finds them. A pointer is not followed.
 *
 * Return: 0, -ENOENT when type or member do not exist, -EOPNOTSUPP for a
 * bit field, -ELOOP for types nested beyond any kernel's, or -EINVAL for a
 * type without a size.
 */
int kbtf_member(const struct kbtf *b, const char *type, const char *member, u32 *offset, u32 *size);

/**
 * kbtf_has() - is there such a type or member
 * @b: the types
 * @type: as for kbtf_member()
 * @member: the same, or NULL to ask for the type alone
 */
bool kbtf_has(const struct kbtf *b, const char *type, const char *member);

/**
 * kbtf_struct_size() - bytes of a struct, union or typedef of one
 * @b: the types
 * @type: its name
 * @size: filled in
 *
 * Return: 0 or -ENOENT.
 */
int kbtf_struct_size(const struct kbtf *b, const char *type, u32 *size);

/**
 * kbtf_type_size() - bytes of any type
 * @b: the types
 * @id: of the type; any value
 * @size: filled in; a pointer has 8. May be 0: an empty struct, an array
 *        without elements
 *
 * Looks through a limited number of typedefs, qualifiers and arrays.
 *
 * Return: 0, -ENOENT when there is no such type, or -EINVAL when it has no
 * size (void, a function, a forward declaration).
 */
int kbtf_type_size(const struct kbtf *b, u32 id, u64 *size);

/**
 * kbtf_type_name() - what a type is called
 * @b: the types
 * @id: of the type; any value
 *
 * Return: its name without "struct" and the like, owned by @b, at most
 * BTF_CHECK_NAME_MAX bytes of the guest's; "" for a type without one, for
 * void and for an id that does not exist.
 */
const char *kbtf_type_name(const struct kbtf *b, u32 id);

/**
 * kbtf_enum_name() - the enumerator with a value
 * @b: the types
 * @name: of the enum, "scx_exit_kind"
 * @value: its value
 *
 * Return: the name, owned by @b; or NULL when there is no such enum or value.
 */
const char *kbtf_enum_name(const struct kbtf *b, const char *name, s64 value);

/**
 * kbtf_variable() - where a variable lies in a data section
 * @b: types of a BPF object
 * @section: ".bss", ".data", ".rodata", or NULL for whichever has it
 * @variable: its name
 * @offset: set to the bytes in front of it
 * @size: set to its own
 *
 * Return: 0 or -ENOENT.
 */
int kbtf_variable(const struct kbtf *b, const char *section, const char *variable, u32 *offset,
		  u32 *size);

#endif /* KTSTR_HOST_KERNEL_KBTF_H */
