/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_TOPOLOGY_NODE_H
#define KTSTR_LIB_TOPOLOGY_NODE_H

#include "topology.h"

/**
 * topology_check_nodes() - the part of topology_check() about nodes
 * @t: the topology; no count is 0
 * @err: says which node and why, or NULL
 *
 * Pure. Return: 0, or -EINVAL.
 */
int topology_check_nodes(const struct topology *t, struct ktstr_err *err);

#endif /* KTSTR_LIB_TOPOLOGY_NODE_H */
