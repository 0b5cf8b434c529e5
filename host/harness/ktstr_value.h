/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_KTSTR_VALUE_H
#define KTSTR_HOST_HARNESS_KTSTR_VALUE_H

/*
 * What a snapshot shows, by path: for tests that look at a scheduler's own
 * variables, its run queues or its tasks at a standstill.
 *
 *	s = ktstr_snapshot_find(&res, "half");
 *	ASSERT_EQ(ktstr_snapshot_u64(s, "maps[.bss].value.nr_enqueued", &nr, &err), 0);
 *
 * Paths are those of value_get(): see there. The members are described in
 * Documentation/dump.rst. Needs a build with json-c; without it everything here
 * fails with EOPNOTSUPP and says so.
 */
#include <linux/types.h>

#include "lib/err.h"

struct ktstr_snapshot;
struct value;

/**
 * ktstr_snapshot_value() - part of a snapshot
 * @s: from ktstr_snapshot_find(), or NULL
 * @path: "rq_scx_states[0].curr.comm"; NULL or "" = all of it
 * @err: on failure says which part of the path does not exist and what does, or
 *       NULL
 *
 * The first call reads the snapshot's text, which takes milliseconds; the
 * result keeps what it made of it. One thread for each result.
 *
 * Return: the value, valid as long as the result, or NULL with errno ENOENT,
 * ENOTUNIQ, EINVAL (no path, no JSON), ENOMEM or EOPNOTSUPP.
 */
const struct value *ktstr_snapshot_value(const struct ktstr_snapshot *s, const char *path,
					 struct ktstr_err *err);

/**
 * ktstr_value_get() - part of a value
 * @v: from ktstr_snapshot_value(), or NULL
 * @path: from there on: "ctx.weight"
 * @err: see ktstr_snapshot_value()
 *
 * Return: as ktstr_snapshot_value().
 */
const struct value *ktstr_value_get(const struct value *v, const char *path, struct ktstr_err *err);

/**
 * ktstr_snapshot_u64() - a number in a snapshot
 * @s: see ktstr_snapshot_value()
 * @path: the same
 * @out: set on success
 * @err: as there; also says when it is no number
 *
 * Return: 0, or negative errno as ktstr_snapshot_value(), -EINVAL for what is no
 * number.
 */
int ktstr_snapshot_u64(const struct ktstr_snapshot *s, const char *path, u64 *out,
		       struct ktstr_err *err);

/**
 * ktstr_snapshot_text() - a text in a snapshot
 * @s: see ktstr_snapshot_value()
 * @path: the same
 * @err: as there; also says when it is no text
 *
 * Return: the text, valid as long as the result, or NULL with errno as
 * ktstr_snapshot_value(), EINVAL for what is no text.
 */
const char *ktstr_snapshot_text(const struct ktstr_snapshot *s, const char *path,
				struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_KTSTR_VALUE_H */
