/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HOST_SESSION_H
#define KTSTR_HOST_HOST_SESSION_H

#include <linux/types.h>
#include "host/harness/emulated.h"
#include "host/harness/qemu.h"
#include "lib/err.h"

/**
 * host_session_run() - run an emulated host to its end
 * @cfg: the machine
 * @opts: artifacts, session, save, held and timeout_ms count
 * @status: set to what to exit with when 0 is returned
 * @err: why, or NULL
 *
 * Frames of the port: WIRE_SOUT and WIRE_SERR go out as they come, in their
 * order; WIRE_HFIL and WIRE_HSAV become files; WIRE_EXIT ends it: the machine has nothing
 * left to say and is killed rather than shut down. WIRE_LIFE shows that its
 * PID 1 runs, WIRE_DMSG carries the reason when that gives up. Signals as in
 * ktstr_host_enter().
 *
 * Return: 0 when the program ended, or a signal or the timeout ended it;
 * -EPROTO when the machine ended first, or its frames are damaged; -ETIMEDOUT
 * when it gave no sign of life within EMULATED_BOOT_MS; or what qemu_start(),
 * artifact_piece() or a system call said.
 */
int host_session_run(const struct qemu_config *cfg, const struct emulated_opts *opts, int *status,
		     struct ktstr_err *err);

#endif /* KTSTR_HOST_HOST_SESSION_H */
