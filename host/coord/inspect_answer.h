/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_INSPECT_ANSWER_H
#define KTSTR_HOST_COORD_INSPECT_ANSWER_H

#include "host/coord/inspector.h"

struct lookout;

/**
 * inspect_answer_start() - let a run's lookout answer questions
 * @l: the lookout; must outlive @i
 * @i: initialised
 * @loop: of the coordinator
 *
 * Every command of host/inspect/query.h, and WIRE_INQ_RELEASE, which ends a hold.
 * The guest runs meanwhile, unless WIRE_INQ_FROZEN says otherwise. A run that
 * does not hold its guest has nobody to answer.
 *
 * Return: 0 or negative errno.
 */
int inspect_answer_start(struct lookout *l, struct inspector *i, struct event_loop *loop);

#endif /* KTSTR_HOST_COORD_INSPECT_ANSWER_H */
