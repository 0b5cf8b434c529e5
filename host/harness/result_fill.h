/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_RESULT_FILL_H
#define KTSTR_HOST_HARNESS_RESULT_FILL_H

#include "evidence.h"
#include "ktstr.h"
#include "verdict.h"

/**
 * result_fill() - everything a reader may want to see, whatever the verdict
 * @res: zeroed; facts, numbers and texts are filled in, but no verdict
 * @in: the evidence as it came
 * @e: and as it was read; its load_damage may be set
 *
 * Return: 0, or -ENOMEM; ktstr_result_free() @res either way.
 */
int result_fill(struct ktstr_result *res, const struct verdict_input *in, struct evidence *e);

#endif /* KTSTR_HOST_HARNESS_RESULT_FILL_H */
