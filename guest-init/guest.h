/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_GUEST_H
#define KTSTR_GUEST_GUEST_H

/**
 * guest_main() - be PID 1 of a guest: one scenario from start to result
 *
 * Frames, in order; what is in brackets only with a scheduler::
 *
 *   LIFE init-started, KADR, SRDY, [SCLG..., LIFE scheduler-attached,]
 *   LIFE payload-starting, LIFE workload-dispatched, SCST, STIM of the baseline,
 *   for each step STIM, [SCLG...] SOUT... SERR... ROUT... WREP..., STEN, then
 *   WREP..., SCEN, TEST, EXIT
 *
 * A scheduler that is started on the way is announced by SSWN and another LIFE
 * scheduler-attached.
 *
 * When the scheduler ends or is thrown out by the kernel during the run, LIFE
 * scheduler-died stands before TEST, and SCDX is the very last frame: the host
 * ends the run on it. It is not sent when the scheduler may end. A failure sends
 * LIFE scheduler-not-attached if it is one, then TEST with stage, error and reason,
 * and EXIT 1. Before the port is open, the reason travels as crash text instead.
 *
 * The caller ends the machine afterwards, whatever happened. Must not be
 * called in any process but PID 1 of a machine of its own.
 */
void guest_main(void);

#endif /* KTSTR_GUEST_GUEST_H */
