/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_SCENARIO_PART_H
#define KTSTR_LIB_SCENARIO_PART_H

/*
 * What the frames of a scenario are made of: bytes that grow, strings with a NUL
 * at their end, lists of them. Between the files of lib/scenario*.c.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/scenario.h"

/**
 * struct scenario_buf - bytes that grow
 * @data: them; free() it in the end
 * @len: how many
 * @room: how many fit
 * @err: 0, or the first failure: -E2BIG above SCENARIO_FILE_MAX, -ENOMEM, or
 *       what a user of it set; nothing is added then
 */
struct scenario_buf {
	u8 *data;
	size_t len;
	size_t room;
	int err;
};

/**
 * scenario_buf_put() - add bytes
 * @b: zeroed at first
 * @data: the bytes; may be NULL when @len is 0
 * @len: how many
 */
void scenario_buf_put(struct scenario_buf *b, const void *data, size_t len);

/**
 * scenario_buf_put_string() - add a string and its NUL
 * @b: see there
 * @s: the string, or NULL for nothing
 */
void scenario_buf_put_string(struct scenario_buf *b, const char *s);

/**
 * scenario_buf_put_strings() - add strings, each with its NUL
 * @b: see there
 * @list: NULL-terminated, or NULL for nothing
 */
void scenario_buf_put_strings(struct scenario_buf *b, char *const *list);

/**
 * struct scenario_rest - what of a payload is not yet read
 * @p: next byte
 * @len: how many are left
 */
struct scenario_rest {
	const u8 *p;
	size_t len;
};

/**
 * scenario_take() - read a fixed part
 * @r: moved on
 * @to: filled in
 * @len: bytes of it
 *
 * Return: false when less is left; nothing is read then.
 */
bool scenario_take(struct scenario_rest *r, void *to, size_t len);

/**
 * scenario_take_string() - read a string up to its NUL
 * @r: moved on
 * @s: set to a copy, the caller frees it; unchanged after a failure
 *
 * Return: 0, -EBADMSG without a NUL, or -ENOMEM.
 */
int scenario_take_string(struct scenario_rest *r, const char **s);

/**
 * scenario_take_strings() - read strings
 * @r: moved on
 * @nr: how many
 * @list: set to a NULL-terminated list, also of those before a failure; NULL when
 *        @nr is 0. Release it with scenario_strings_free()
 *
 * Return: as scenario_take_string().
 */
int scenario_take_strings(struct scenario_rest *r, u32 nr, char *const **list);

/**
 * scenario_strings_count() - strings of a list
 * @list: NULL-terminated, or NULL
 */
size_t scenario_strings_count(char *const *list);

/**
 * scenario_strings_free() - release a list and its strings
 * @list: NULL-terminated, or NULL
 */
void scenario_strings_free(char *const *list);

/**
 * scenario_cgroup_ok() - can a cgroup be called this
 * @path: below the workload's root; "" = the root
 *
 * Refuses what would leave the root ("..", "/" at either end), and names that no
 * directory has.
 */
bool scenario_cgroup_ok(const char *path);

/**
 * scenario_cpus_ok() - are these lists of CPUs
 * @cpus: NULL-terminated
 *
 * At least one list, none of them empty, SCENARIO_STRINGS_MAX at most.
 */
bool scenario_cpus_ok(char *const *cpus);

#endif /* KTSTR_LIB_SCENARIO_PART_H */
