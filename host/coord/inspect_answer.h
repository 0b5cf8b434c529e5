/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_INSPECT_ANSWER_H
#define KTSTR_HOST_COORD_INSPECT_ANSWER_H

#include "host/coord/inspector.h"

struct lookout;

/**
 * inspect_answer_ops() - how a run's lookout answers questions
 * @l: the lookout; must outlive who asks
 * @ops: filled in
 *
 * Every command of host/inspect/query.h, and WIRE_INQ_RELEASE, which ends a hold.
 * The guest runs meanwhile, unless WIRE_INQ_FROZEN says otherwise.
 */
void inspect_answer_ops(struct lookout *l, struct inspector_ops *ops);

#endif /* KTSTR_HOST_COORD_INSPECT_ANSWER_H */
