/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_CANARY_H
#define KTSTR_GUEST_CANARY_H

#include <linux/types.h>

/**
 * canary_addr() - what the host is to watch
 *
 * Return: the address of a 4-byte word of this program that only canary_write()
 * ever writes to.
 */
u64 canary_addr(void);

/**
 * canary_write() - write the word once on each CPU
 *
 * Moves the calling thread from CPU to CPU, and lets it run everywhere again.
 * A CPU that cannot be had (it went offline) is left out.
 *
 * Return: on how many CPUs, 0 when the CPUs could not be learnt.
 */
u32 canary_write(void);

#endif /* KTSTR_GUEST_CANARY_H */
