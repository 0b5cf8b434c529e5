/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_OBSERVE_H
#define KTSTR_GUEST_OBSERVE_H

#include "run.h"

/**
 * observe() - let the host get ready to watch, and prove to it that it can
 * @g: the run; nothing happens unless its scenario asks for it
 *
 * Waits until the host can read this kernel, or says that it cannot; then
 * writes a word on every CPU while the host has its watchpoints on it. What
 * does not work is a note on standard error: the host knows, and judges. Every
 * wait has an end.
 */
void observe(struct guest *g);

#endif /* KTSTR_GUEST_OBSERVE_H */
