/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_OUTPUT_H
#define KTSTR_HOST_HARNESS_KTSTR_OUTPUT_H

/* What programs in the guest wrote; part of ktstr.h. */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/wire_output.h"

/* Programs of one run. */
#define KTSTR_OUTPUTS_MAX 256

struct ktstr_result;

/**
 * struct ktstr_output - what a program wrote in the guest, and how it ended
 * @tag: of the operation, NUL-terminated; the guest's bytes
 * @text: its standard output, bytes as they came: escape before printing;
 *        NUL-terminated, never NULL
 * @len: bytes of it
 * @end: how the program ended; 0 when the guest ended before it said so
 * @code: exit status, signal or errno, as @end says
 * @truncated: @text ends before the program's output did: together, the
 *             programs of a run may write WIRE_OUTPUT_MAX bytes; or the guest
 *             ended
 * @bytes: it wrote, as far as the guest said; @len without that
 * @elapsed_ns: from its start to its end, on the guest's clock; 0 without an end
 * @reason: how it ended in words, with the last it said on standard error;
 *          printable ASCII
 */
struct ktstr_output {
	char tag[72];
	char *text;
	size_t len;
	enum wire_run_end end;
	u32 code;
	bool truncated;
	u64 bytes;
	u64 elapsed_ns;
	char reason[WIRE_OUTPUT_REASON_MAX + 1];
};

/**
 * ktstr_output_find() - the first output with a tag
 * @res: the result
 * @tag: the tag
 *
 * Return: it, valid as long as @res, or NULL.
 */
const struct ktstr_output *ktstr_output_find(const struct ktstr_result *res, const char *tag);

/**
 * ktstr_output_ok() - did the program exit with 0, with all its output here
 * @o: an output, or NULL, which is not
 */
bool ktstr_output_ok(const struct ktstr_output *o);

#endif /* KTSTR_HOST_HARNESS_KTSTR_OUTPUT_H */
