/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_HOST_H
#define KTSTR_GUEST_HOST_H

/**
 * host_main() - be PID 1 of the emulated host: run one program under KVM
 *
 * The scenario's argv[0] is the file to execute; its own argv follows. Frames
 * on the port "ktstr-host"::
 *
 *   LIFE init-started, SOUT... SERR... in the order the program wrote, as far
 *   as two pipes tell, HFIL... for the files of the artifacts directory, EXIT
 *
 * EXIT carries what a shell would: the exit status, or 128 plus the number of
 * the signal that ended the program. Whoever sits at the other end kills the
 * machine on it. When the program cannot be run, DMSG says at which stage and
 * why, on the console as well, and no EXIT comes.
 *
 * The caller ends the machine afterwards. Must not be called in any process
 * but PID 1 of a machine of its own.
 */
void host_main(void);

#endif /* KTSTR_GUEST_HOST_H */
