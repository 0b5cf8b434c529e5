/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_DISCOVER_H
#define KTSTR_HOST_DISCOVER_H

/*
 * Where the pieces of a run are. Every function returns a path from malloc(3),
 * or NULL with errno set (ENOENT when the piece is nowhere) and a message that
 * lists where it was looked for and what brings it in. A variable that is set
 * is the only place looked at: a typo must not end in another kernel.
 *
 * CACHE is $KTSTR_CACHE_DIR, else $XDG_CACHE_HOME/ktstr, else
 * $HOME/.cache/ktstr; scripts/setup fills it.
 */
#include <stddef.h>
#include "lib/err.h"

/**
 * discover_exe() - the running program
 * @err: why, or NULL
 */
char *discover_exe(struct ktstr_err *err);

/**
 * discover_cache_dir() - CACHE; it need not exist
 * @err: why, or NULL
 */
char *discover_cache_dir(struct ktstr_err *err);

/**
 * discover_kernel() - the kernel under test
 * @kernel: what the caller was told, or NULL
 * @err: where it was looked for, or NULL
 *
 * @kernel, $KTSTR_KERNEL, $KDIR/arch/ARCH/boot/IMAGE, CACHE/kernel/vmlinuz.
 */
char *discover_kernel(const char *kernel, struct ktstr_err *err);

/**
 * discover_host_kernel() - a kernel for the emulated host
 * @err: where it was looked for, or NULL
 *
 * $KTSTR_HOST_KERNEL, CACHE/kernel/vmlinux (no decompression, no boot loader:
 * the fastest start), CACHE/kernel/vmlinuz. It needs KVM, as a module or built
 * in, which the kernel under test need not have.
 */
char *discover_host_kernel(struct ktstr_err *err);

/**
 * discover_release() - the ``uname -r`` text of a kernel file
 * @kernel: path of the kernel
 * @release: filled in; "" when unknown
 * @len: size of @release
 *
 * From the header of a bzImage, else from a file "release" beside it
 * (CACHE/kernel) or "include/config/kernel.release" (a build tree).
 */
void discover_release(const char *kernel, char *release, size_t len);

/**
 * discover_guest_init() - PID 1 of guests and of the emulated host
 * @err: where it was looked for, or NULL
 *
 * $KTSTR_GUEST_INIT, "guest-init" beside the program or one directory above.
 */
char *discover_guest_init(struct ktstr_err *err);

/**
 * discover_scheduler() - a scheduler's program
 * @name: a path if it contains a slash, else a name such as "scx_simple"
 * @err: where it was looked for and what is there, or NULL
 *
 * $KTSTR_SCHED_DIR/NAME, or sched_ext/bin/NAME beside the program or one
 * directory above.
 */
char *discover_scheduler(const char *name, struct ktstr_err *err);

/**
 * discover_scheduler_dir() - the directory schedulers are looked for in
 * @err: where it was looked for, or NULL
 */
char *discover_scheduler_dir(struct ktstr_err *err);

/**
 * discover_program() - a program to run inside a guest
 * @name: a path if it contains a slash, else a name such as "ktstr_oracle"
 * @err: where it was looked for and what is there, or NULL
 *
 * $KTSTR_PROGRAM_DIR/NAME, or selftests/guest/NAME beside the program or one
 * directory above, or guest/NAME there, which is where it is installed.
 */
char *discover_program(const char *name, struct ktstr_err *err);

/**
 * discover_program_dir() - the directory such programs are looked for in
 * @err: where it was looked for, or NULL
 */
char *discover_program_dir(struct ktstr_err *err);

/**
 * discover_qemu() - a QEMU that emulates a machine in which KVM works
 * @err: where it was looked for, or NULL
 *
 * $KTSTR_QEMU, PATH when it is new enough (QEMU_VERSION_MIN), then CACHE/qemu.
 */
char *discover_qemu(struct ktstr_err *err);

/*
 * Before 10, VMRUN does not load DR7: watchpoints in nested guests are lost.
 * 10.0 crashes one nested guest of four CPUs in ten.
 */
#define QEMU_VERSION_MIN 11

/**
 * qemu_version_major() - read the major version out of ``--version``
 * @text: what QEMU printed
 *
 * Return: the number, or -1 when the text does not say.
 */
int qemu_version_major(const char *text);

#endif /* KTSTR_HOST_DISCOVER_H */
