/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_ATTACH_H
#define KTSTR_GUEST_ATTACH_H

/* The scheduler under test: in, watched, and out again. */
#include "run.h"

/**
 * attach_scheduler() - start it and wait until it is attached
 * @g: the run; without a scheduler in its scenario nothing happens
 *
 * Any failure becomes the run's.
 */
void attach_scheduler(struct guest *g);

/**
 * attach_is_well() - is the scheduler what it is to be
 * @g: the run, its scenario started
 *
 * When it is not, that becomes the run's failure; unless it may end: then it is
 * noted, and nobody looks any more.
 *
 * Return: true when it is, or nothing is wanted of it.
 */
bool attach_is_well(struct guest *g);

/**
 * attach_end() - ask the scheduler to go, and see it gone
 * @g: the run
 */
void attach_end(struct guest *g);

#endif /* KTSTR_GUEST_ATTACH_H */
