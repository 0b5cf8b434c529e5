/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_CRASH_H
#define KTSTR_GUEST_CRASH_H

#include <linux/compiler.h>

/* What the host looks for on the crash channel (COM2). */
#define CRASH_PREFIX "PANIC: "

/**
 * crash_report() - tell the host why, on the way that needs no virtio
 * @stage: where it happened, one word
 * @text: what happened
 *
 * One line on the second serial port, which carries crash text only, and one
 * in the kernel log. For failures before the bulk port is open, or of the port
 * itself. Needs devtmpfs; without it the console gets the line. Does not
 * block on a port nobody reads.
 */
void crash_report(const char *stage, const char *text);

/**
 * crash_power_off() - end the machine
 *
 * Resets it, without asking drivers or CPUs, of which nothing is wanted any
 * more: with ``reboot=k`` the kernel pulses the keyboard controller's
 * reset line, which is what the VMM takes for a clean end. Should the kernel
 * refuse, PID 1 exits, so that the panic ends the run at once.
 */
void __noreturn crash_power_off(void);

#endif /* KTSTR_GUEST_CRASH_H */
