/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_KSTRUCT_H
#define KTSTR_HOST_INSPECT_KSTRUCT_H

/*
 * A struct of the kernel, as a table of the members that are of interest: where
 * they lie is looked up once, an object of it is copied in one piece, and each
 * byte of the guest is so read once.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

#define KSTRUCT_FIELDS_MAX 64
/* Bytes from the first member to the end of the last; task_struct needs 6,000. */
#define KSTRUCT_SPAN_MAX 16384

/**
 * enum kfield_form - what a member is, and how it is shown
 * @KFIELD_UINT: unsigned, of 1, 2, 4 or 8 bytes
 * @KFIELD_INT: signed, of as many
 * @KFIELD_HEX: an address or bits
 * @KFIELD_BOOL: true unless 0
 * @KFIELD_TEXT: an array of char
 * @KFIELD_PLACE: only its address counts: a list's head, a struct in the struct
 */
enum kfield_form {
	KFIELD_UINT,
	KFIELD_INT,
	KFIELD_HEX,
	KFIELD_BOOL,
	KFIELD_TEXT,
	KFIELD_PLACE,
};

/**
 * struct kfield - a member of interest
 * @member: its name, or a path: "scx.flags"
 * @other: what other kernels call it, or NULL
 * @name: under which kstruct_show() shows it, NULL = it does not
 * @form: what it is
 * @need: a kernel without it is none that the struct can be read of
 */
struct kfield {
	const char *member;
	const char *other;
	const char *name;
	enum kfield_form form;
	bool need;
};

/**
 * struct kstruct - where the members lie in this kernel
 * @type: name of the struct
 * @fields: the table
 * @nr: its length
 * @lo: offset of the first byte that is copied
 * @hi: offset behind the last
 * @offset: of each member
 * @size: its bytes; valid where @has is set
 * @has: which members there are
 *
 * Does not change after kstruct_init(), so any thread may read it.
 */
struct kstruct {
	const char *type;
	const struct kfield *fields;
	u32 nr;
	u32 lo;
	u32 hi;
	u32 offset[KSTRUCT_FIELDS_MAX];
	u16 size[KSTRUCT_FIELDS_MAX];
	u64 has;
};

/**
 * struct kcopy - an object, copied
 * @kva: where it is in the guest
 * @bytes: from @lo to @hi of its struct
 */
struct kcopy {
	u64 kva;
	u8 bytes[KSTRUCT_SPAN_MAX];
};

/**
 * kstruct_init() - find out where this kernel has the members
 * @s: filled in
 * @type: name of the struct; must outlive @s
 * @fields: the table; the same
 * @nr: its length, at most KSTRUCT_FIELDS_MAX
 * @btf: types of the kernel
 * @err: names the member that is missing, or NULL
 *
 * Return: 0, or -EOPNOTSUPP when a needed member is missing, a member has a
 * size that its form cannot have, or all of them span KSTRUCT_SPAN_MAX.
 */
int kstruct_init(struct kstruct *s, const char *type, const struct kfield *fields, u32 nr,
		 const struct kbtf *btf, struct ktstr_err *err);

/**
 * kstruct_has() - has this kernel the member
 * @s: the struct
 * @field: index into its table
 */
static inline bool kstruct_has(const struct kstruct *s, u32 field)
{
	return s->has >> field & 1;
}

/**
 * kstruct_read() - copy an object
 * @s: the struct
 * @gk: memory
 * @kva: where it is; any value
 * @c: filled in
 *
 * Return: 0, or -EFAULT when a byte of it is not mapped.
 */
int kstruct_read(const struct kstruct *s, const struct guest_kernel *gk, u64 kva, struct kcopy *c);

/**
 * kstruct_u64() - a member as an unsigned number
 * @s: the struct
 * @c: from kstruct_read()
 * @field: index into its table; neither KFIELD_TEXT nor KFIELD_PLACE
 *
 * Return: the number, 0 when this kernel does not have the member.
 */
u64 kstruct_u64(const struct kstruct *s, const struct kcopy *c, u32 field);

/**
 * kstruct_s64() - a member as a signed number
 * @s: as for kstruct_u64()
 * @c: the same
 * @field: the same
 */
s64 kstruct_s64(const struct kstruct *s, const struct kcopy *c, u32 field);

/**
 * kstruct_text() - a member that is an array of char
 * @s: the struct
 * @c: from kstruct_read()
 * @field: a KFIELD_TEXT
 * @buf: raw guest bytes up to a NUL, NUL-terminated; "" when there is no such
 *       member
 * @len: its size, at least 1
 */
void kstruct_text(const struct kstruct *s, const struct kcopy *c, u32 field, char *buf, u32 len);

/**
 * kstruct_place() - the address of a member
 * @s: the struct
 * @kva: of the object
 * @field: index into its table
 *
 * Return: the address, 0 when this kernel does not have the member.
 */
static inline u64 kstruct_place(const struct kstruct *s, u64 kva, u32 field)
{
	return kstruct_has(s, field) ? kva + s->offset[field] : 0;
}

/**
 * kstruct_show() - add members that have a name
 * @in: its tree
 * @s: the struct
 * @c: from kstruct_read()
 * @first: index of the first one
 * @end: index behind the last one
 * @to: gets a member for each that this kernel has
 */
void kstruct_show(struct insp *in, const struct kstruct *s, const struct kcopy *c, u32 first,
		  u32 end, struct value *to);

/**
 * kflags_show() - add the names of bits that are set
 * @in: its tree and types
 * @to: gets a text, "SCX_RQ_ONLINE|SCX_RQ_IN_WAKEUP"; bits without a name as one
 *      hex number behind the others
 * @name: of the member
 * @type: the enum that names them
 * @flags: the bits
 */
void kflags_show(struct insp *in, struct value *to, const char *name, const char *type, u64 flags);

/**
 * ksymbol_need() - a symbol without which nothing works
 * @gk: the guest
 * @name: of the symbol
 * @kva: set to its address, 0 when there is none
 * @err: names it, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int ksymbol_need(const struct guest_kernel *gk, const char *name, u64 *kva, struct ktstr_err *err);

/**
 * ksymbol_want() - a symbol that a kernel may be without
 * @gk: the guest
 * @name: of the symbol
 *
 * Return: its address, or 0.
 */
u64 ksymbol_want(const struct guest_kernel *gk, const char *name);

/**
 * kmember_need() - a member without which nothing works
 * @btf: types of the kernel
 * @type: of the struct
 * @member: its name, or a path
 * @offset: set to where it lies
 * @err: names it, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int kmember_need(const struct kbtf *btf, const char *type, const char *member, u32 *offset,
		 struct ktstr_err *err);

#endif /* KTSTR_HOST_INSPECT_KSTRUCT_H */
