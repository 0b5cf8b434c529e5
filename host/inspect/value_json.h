/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_VALUE_JSON_H
#define KTSTR_HOST_INSPECT_VALUE_JSON_H

/*
 * Values as JSON: the form of each kind stands at enum value_kind. All of it
 * is ASCII, whatever the guest has written; what is nested deeper than any
 * value of ours is a VALUE_UNSUPPORTED there.
 */
#include <json_writer.h>

struct value;

/**
 * value_json() - write a value
 * @w: where a value is due
 * @v: the value; NULL is null
 *
 * Any thread, also several at once for the same tree with writers of their
 * own. Errors of writing are those of the writer's file.
 */
void value_json(json_writer_t *w, const struct value *v);

/**
 * value_json_field() - write a value as a member
 * @w: inside an object
 * @name: of the member; NULL = that of @v
 * @v: the value
 */
void value_json_field(json_writer_t *w, const char *name, const struct value *v);

#endif /* KTSTR_HOST_INSPECT_VALUE_JSON_H */
