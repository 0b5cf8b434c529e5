/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HOST_IMAGE_H
#define KTSTR_HOST_HOST_IMAGE_H

#include <stddef.h>
#include "host/harness/emulated.h"
#include "lib/err.h"

/**
 * host_image_build() - the initramfs of the emulated host
 * @argv: of the program
 * @host_kernel: kernel of the emulated host; its modules go in
 * @opts: what else to take along
 * @len: set to its size
 * @err: names what is missing, or NULL
 *
 * guest-init as /init, the scenario, modules, the running program with its
 * libraries and what LD_PRELOAD names, the loader's cache, the carried files.
 * In the scenario, argv[0] is the file to execute and the program's own argv
 * follows, for the two may differ.
 *
 * Return: a memfd that the caller closes, or negative errno.
 */
int host_image_build(char **argv, const char *host_kernel, const struct emulated_opts *opts,
		     size_t *len, struct ktstr_err *err);

#endif /* KTSTR_HOST_HOST_IMAGE_H */
