/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_SCENARIO_GROUP_H
#define KTSTR_LIB_SCENARIO_GROUP_H

/*
 * One group of workers of a scenario as bytes; between lib/scenario.c and
 * lib/scenario_group.c.
 */
#include "lib/scenario.h"
#include "lib/scenario_part.h"

/* TASK_COMM_LEN of the kernel, without its NUL. */
#define SCENARIO_COMM_MAX 15

/**
 * scenario_group_encode() - add a group as the payload of a SGRP frame
 * @g: the group
 * @b: where to; its @err becomes -EINVAL for a group that would not decode again
 */
void scenario_group_encode(const struct scenario_group *g, struct scenario_buf *b);

/**
 * scenario_group_decode() - read the payload of a SGRP frame
 * @g: zeroed; release it with scenario_group_free() whatever comes back
 * @payload: the bytes
 * @len: how many
 * @why: set to what is wrong with them, a constant text, after -EBADMSG
 *
 * Its step is not looked up.
 *
 * Return: 0, -EBADMSG or -ENOMEM.
 */
int scenario_group_decode(struct scenario_group *g, const void *payload, size_t len,
			  const char **why);

/**
 * scenario_group_free() - release what a decoded group points to
 * @g: as of scenario_group_decode(), also after a failure
 */
void scenario_group_free(struct scenario_group *g);

#endif /* KTSTR_LIB_SCENARIO_GROUP_H */
