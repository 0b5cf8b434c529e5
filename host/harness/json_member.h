/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_JSON_MEMBER_H
#define KTSTR_HOST_HARNESS_JSON_MEMBER_H

/* What is read of results that were written as JSON. Only with json-c. */
struct json_object;

/**
 * json_member() - a member by its path
 * @j: an object, or anything else, or NULL
 * @path: names with dots between them, each of 63 bytes at most
 *
 * Return: it, owned by @j, or NULL when it is not there.
 */
struct json_object *json_member(struct json_object *j, const char *path);

/**
 * json_number() - the value of a number
 * @j: it, or NULL; large ones are hexadecimal strings (host/inspect/json_text.h)
 *
 * Return: the number, NAN for what is none.
 */
double json_number(struct json_object *j);

#endif /* KTSTR_HOST_HARNESS_JSON_MEMBER_H */
