/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_TOOLS_INSPECT_LIVE_H
#define KTSTR_TOOLS_INSPECT_LIVE_H

#include <stdio.h>

#include "inspect_opts.h"
#include "lib/err.h"

/**
 * inspect_live() - ask a run
 * @o: what, and which
 * @out: gets the answer as it came: printable ASCII
 * @err: why there is none: what inspect_socket_connect(), or the run, said
 *
 * Return: 0; a positive errno when the run says that there is no such thing; or
 * negative errno: -EPIPE when the run went away in the middle of its answer.
 */
int inspect_live(const struct inspect_opts *o, FILE *out, struct ktstr_err *err);

#endif /* KTSTR_TOOLS_INSPECT_LIVE_H */
