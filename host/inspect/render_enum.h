/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_RENDER_ENUM_H
#define KTSTR_HOST_INSPECT_RENDER_ENUM_H

#include <stdbool.h>
#include <linux/types.h>

struct btf;
struct btf_type;

/**
 * enum_is_signed() - are an enum's numbers signed
 * @t: a BTF_KIND_ENUM or _ENUM64
 */
bool enum_is_signed(const struct btf_type *t);

/**
 * enum_name() - the enumerator with a value
 * @btf: has the names
 * @t: a BTF_KIND_ENUM or _ENUM64
 * @value: extended by the enum's sign
 * @steps: added to: enumerators looked at; or NULL
 *
 * One step for an enum that counts upwards from its first enumerator, as most
 * do; else all of them.
 *
 * Return: the name, owned by @btf, or NULL.
 */
const char *enum_name(const struct btf *btf, const struct btf_type *t, s64 value, u32 *steps);

#endif /* KTSTR_HOST_INSPECT_RENDER_ENUM_H */
