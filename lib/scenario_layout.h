/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_SCENARIO_LAYOUT_H
#define KTSTR_LIB_SCENARIO_LAYOUT_H

/* Do the parts of a scenario fit each other; for lib/scenario.c. */
#include "lib/scenario.h"

/**
 * scenario_layout_wrong() - do steps, ops and groups fit each other
 * @s: the scenario; each of them is good by itself
 *
 * Return: what does not fit, a constant text, or NULL when all does.
 */
const char *scenario_layout_wrong(const struct scenario *s);

#endif /* KTSTR_LIB_SCENARIO_LAYOUT_H */
