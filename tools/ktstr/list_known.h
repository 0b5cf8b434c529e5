/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_LIST_KNOWN_H
#define KTSTR_TOOLS_LIST_KNOWN_H

/* What is known by name wherever this was built: 'ktstr list' of it. */
#include <stdbool.h>
#include <stdio.h>

#include "lib/err.h"

/**
 * list_known() - names of a kind, a line each with what there is to say
 * @what: "scenarios", "presets" or "works"
 * @json: as an array of objects
 * @out: where to
 * @err: lists the kinds there are, or NULL
 *
 * Return: 0, -EINVAL for another kind, or -ENOMEM.
 */
int list_known(const char *what, bool json, FILE *out, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_LIST_KNOWN_H */
