/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_VALUE_PARSE_H
#define KTSTR_HOST_INSPECT_VALUE_PARSE_H

/*
 * Values out of a dump's JSON, so that a saved dump can be printed and asked by
 * path. Made with json-c; a build without it has the function all the same.
 */
#include <stddef.h>

#include "lib/err.h"

struct vtree;

/* A longer text is refused. */
#define VALUE_PARSE_MAX (256U << 20)

/**
 * value_parse() - read JSON back into a tree
 * @json: one JSON value; an object's members become those of the root,
 *        anything else the root's member "value"
 * @len: bytes
 * @err: says where it is malformed, or what is missing; or NULL
 *
 * Reads what value_json() writes, so every kind comes back but those that have
 * no form of their own in JSON: a VALUE_CPULIST is a VALUE_STRING, a positive
 * VALUE_INT a VALUE_UINT, a long number a VALUE_HEX, a NULL pointer a
 * VALUE_NULL. A struct that has just the members of a kind's form is taken for
 * that kind.
 *
 * Return: the tree, the caller's (vtree_free()), or NULL with errno EINVAL
 * (no JSON), EFBIG (VALUE_PARSE_MAX), ENOMEM, or EOPNOTSUPP when this build is
 * without json-c.
 */
struct vtree *value_parse(const char *json, size_t len, struct ktstr_err *err);

#endif /* KTSTR_HOST_INSPECT_VALUE_PARSE_H */
