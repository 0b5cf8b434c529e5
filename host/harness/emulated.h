/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_EMULATED_H
#define KTSTR_HOST_EMULATED_H

/*
 * The emulated host: where KVM is not usable, a program runs itself again
 * inside a machine that QEMU's TCG emulates, in which it is. The program finds
 * the same absolute paths, arguments, environment and working directory there;
 * its output, its exit status and its artifacts come back.
 *
 *	int main(int argc, char **argv)
 *	{
 *		struct emulated_opts opts = { .flags = EMULATED_SUITE };
 *		struct ktstr_err err;
 *		int status, ret;
 *
 *		ret = ktstr_host_enter(argc, argv, &opts, &status, &err);
 *		if (ret < 0)
 *			... print err.msg, exit with EMULATED_INFRA_STATUS
 *		if (ret)
 *			return status;
 *		... KVM is here
 *	}
 */
#include <stdbool.h>
#include <linux/bits.h>
#include <linux/types.h>
#include "lib/err.h"

/* Environment of a program inside: "1", and KTSTR_HOST=kvm with it. */
#define EMULATED_ENV  "KTSTR_IN_EMULATED_HOST"
#define EMULATED_PORT "ktstr-host"
/* What a program exits with when the emulated host failed, not the program. */
#define EMULATED_INFRA_STATUS	3
#define EMULATED_TIMEOUT_STATUS 124
/*
 * TCG with several threads now and then runs stale code of a nested guest, or
 * loses a step of its exceptions: an int3 of code patching that nobody owns, a
 * triple fault. One CPU never did, and most guests are hardly slower on it.
 */
#define EMULATED_CPUS	 1
#define EMULATED_MEM_MIB 1024
/* From starting QEMU to the first sign of life of its PID 1. */
#define EMULATED_BOOT_MS 120000

#define EMULATED_SUITE	 BIT(0)
#define EMULATED_VMLINUX BIT(1)

/**
 * struct emulated_opts - what a program needs inside
 * @carry: files and directories of the host to take along, at the same paths;
 *         ELF files bring their libraries. Ended by NULL, or NULL
 * @artifacts: directory to bring back: it exists inside, and whatever files are
 *             in it at the end are written to the same path outside. NULL = that
 *             of out_dir.h, of which an earlier session's results then go, or none
 * @session: of @artifacts, what an earlier session left (out_dir.h) goes when the
 *           first file comes back: name of this one, or NULL
 * @save: one more file to bring back, of any path; its holes stay holes. One that
 *        is lost on the way, as the disk is full, loses nothing else: it is said,
 *        and a status of 0 becomes EMULATED_INFRA_STATUS. Or NULL
 * @held: the program may hold its guest: who asks this process about it is passed
 *        on (inspect_socket.h), and the first signal that would end it goes to the
 *        program instead
 * @kernel: kernel under test as given on the command line, or NULL; matters for
 *          EMULATED_SUITE only
 * @timeout_ms: end it after this long, with EMULATED_TIMEOUT_STATUS; 0 = never
 * @mem_mib: memory the program and its guests use; 0 = EMULATED_MEM_MIB. What
 *           the emulated host itself needs comes on top
 * @cpus: CPUs of the emulated host; 0 = EMULATED_CPUS. $KTSTR_EMULATED_CPUS
 *        goes before
 * @flags: EMULATED_SUITE takes along what discover.h finds: the kernel under
 *         test with its modules, guest-init and the schedulers;
 *         EMULATED_VMLINUX the uncompressed vmlinux beside that kernel as well
 *         (60 MiB, some 0.3 s)
 *
 * Zeroed memory asks for nothing special.
 */
struct emulated_opts {
	const char *const *carry;
	const char *artifacts;
	const char *session;
	const char *save;
	bool held;
	const char *kernel;
	u32 timeout_ms;
	u32 mem_mib;
	u32 cpus;
	u32 flags;
};

/**
 * ktstr_host_enter() - decide where to run, and run there
 * @argc: of main()
 * @argv: of main()
 * @opts: what the program needs
 * @status: set to what to exit with when 1 is returned
 * @err: why, or NULL
 *
 * $KTSTR_HOST: "kvm" runs here, whatever KVM is worth; "emulated" never does;
 * "auto" (also when unset) asks the canary (canary.h). Inside an emulated host
 * the answer is always "here". That an emulated host is used is said in one line
 * on standard error.
 *
 * To be called first in main(), before any thread exists: it sets $KTSTR_RUN_ID
 * (run_context.h), and for an emulated host $KTSTR_COMMITS (git_commit.h); it forks,
 * and takes SIGTERM, SIGINT, SIGHUP and SIGQUIT (those that are not ignored) while the
 * emulated host runs. Such a signal, or the end of the calling process, ends
 * QEMU at once; nothing is left behind. The terminal is not touched.
 *
 * Return: 0 to go on here; 1 when the program ran and ended, with @status its
 * exit status, 128 + N if signal N killed it or us, or EMULATED_TIMEOUT_STATUS;
 * negative errno when the emulated host failed: -EINVAL for a bad $KTSTR_HOST,
 * -ENOENT for a missing piece or library, -EPROTO when it ended without a
 * result (its console's last lines are logged), -ETIMEDOUT when it did not
 * start, or what a system call said.
 */
int ktstr_host_enter(int argc, char **argv, const struct emulated_opts *opts, int *status,
		     struct ktstr_err *err);

#endif /* KTSTR_HOST_EMULATED_H */
