/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_TYPE_NAME_H
#define KTSTR_HOST_INSPECT_TYPE_NAME_H

/*
 * Types as people write them, and the types of variables.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"

struct kbtf;

/* Elements of an array that may be asked for. */
#define TYPE_COUNT_MAX 65536

/**
 * struct type_name - a type somebody has named
 * @id: in the types of the kernel
 * @size: bytes of one element
 * @count: elements of an array of it, 0 = it is none
 */
struct type_name {
	u32 id;
	u64 size;
	u32 count;
};

/**
 * type_name_parse() - find a type
 * @b: the types
 * @text: "u64", "unsigned int", "struct rq", "struct rq *", "struct rq[4]"; of a
 *        name alone the first struct, union, typedef, enum or number of it
 * @t: filled in on success
 * @err: names it, and some types whose names have it in them
 *
 * Return: 0, -ENOENT for a type that is not known, -EINVAL for one without a
 * size or a text that is none.
 */
int type_name_parse(const struct kbtf *b, const char *text, struct type_name *t,
		    struct ktstr_err *err);

/* Room for the name of a type. */
#define TYPE_SPELLED_MAX 200

/**
 * type_name_spell() - write a type as people do
 * @b: the types
 * @id: of it; any value
 * @count: of an array of it, 0 = it is none
 * @buf: filled in; "struct rq *", "u32[4]"; printable
 *
 * Return: @buf.
 */
const char *type_name_spell(const struct kbtf *b, u32 id, u32 count, char buf[TYPE_SPELLED_MAX]);

/**
 * type_name_variable() - the type of a kernel variable
 * @b: the types
 * @name: of the variable
 * @id: set on success
 * @percpu: set on success: it is a per-CPU one
 *
 * Kernels carry the types of their per-CPU variables, few those of others
 * (scripts/Makefile.btf: pahole).
 *
 * Return: 0 or -ENOENT.
 */
int type_name_variable(const struct kbtf *b, const char *name, u32 *id, bool *percpu);

#endif /* KTSTR_HOST_INSPECT_TYPE_NAME_H */
