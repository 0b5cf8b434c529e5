/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_IMAGE_GUEST_H
#define KTSTR_HOST_INSPECT_IMAGE_GUEST_H

/*
 * A guest that was saved in a file (host/kernel/vmcore.h), opened so that every
 * walk of this directory works on it as on one that stands still.
 */
#include <stdbool.h>

#include "host/inspect/scx.h"
#include "lib/err.h"

struct guest_kernel;
struct guest_state;
struct kbtf;
struct kernel_image;
struct vmcore;

/**
 * struct image_guest - a saved guest, and all that is found in it
 * @core: the file
 * @image: the kernel's own file, or NULL
 * @gk: symbols and addresses
 * @btf: types of the kernel
 * @scx: its sched_ext, valid with @has_scx
 * @has_scx: it has one
 * @state: all walks
 *
 * One thread at a time.
 */
struct image_guest {
	struct vmcore *core;
	struct kernel_image *image;
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct scx_layout scx;
	bool has_scx;
	struct guest_state *state;
};

/**
 * image_guest_open() - open a saved guest
 * @path: of the vmcore
 * @kernel: path of the kernel it ran, a bzImage or vmlinux, for what the file
 *          itself does not have: the types, if the guest has damaged them.
 *          NULL = what is in guest memory must do
 * @err: names the file and the step that failed, with the way out
 *
 * Symbols come from kallsyms in the saved memory, types from the .BTF in it, so
 * @kernel is rarely needed. It is refused when its build ID is another one.
 * The guest is warmed: guest_state_warm().
 *
 * Any thread; takes tenths of a second.
 *
 * Return: the guest, the caller's (image_guest_close()), or NULL with errno set
 * as vmcore_open(), kernel_image_open(), gk_new(), kbtf_new() or
 * guest_state_new().
 */
struct image_guest *image_guest_open(const char *path, const char *kernel, struct ktstr_err *err);

/**
 * image_guest_close() - forget it; no tree that it made may be used any more
 * @g: the guest, half opened, or NULL
 */
void image_guest_close(struct image_guest *g);

#endif /* KTSTR_HOST_INSPECT_IMAGE_GUEST_H */
