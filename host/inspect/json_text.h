/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_JSON_TEXT_H
#define KTSTR_HOST_INSPECT_JSON_TEXT_H

/*
 * What the tree's JSON writer does not do: texts of any bytes, and numbers that
 * a reader with doubles does not round. All of it may be called by any thread
 * that has the writer.
 */
#include <json_writer.h>
#include <stddef.h>
#include <linux/types.h>

/* Largest integer a double holds together with all below it. */
#define JSON_EXACT_MAX ((1ULL << 53) - 1)

/**
 * json_line() - a string of one line
 * @w: where a value is due
 * @text: any bytes: see text_escape_line()
 * @len: how many
 *
 * Without memory for the copy: null.
 */
void json_line(json_writer_t *w, const void *text, size_t len);

/**
 * json_string() - a string that keeps its newlines
 * @w: where a value is due
 * @text: any bytes: see text_escape()
 * @len: how many
 */
void json_string(json_writer_t *w, const void *text, size_t len);

/**
 * json_name() - the name of a member that may be any bytes
 * @w: inside an object
 * @name: the name
 */
void json_name(json_writer_t *w, const char *name);

/**
 * json_start() - a member that is an object; to be ended with jsonw_end_object()
 * @w: inside an object
 * @name: of the member
 */
void json_start(json_writer_t *w, const char *name);

/* Values: "0x1f", and numbers that are such a string above JSON_EXACT_MAX. */
void json_hex(json_writer_t *w, u64 v);
void json_u64(json_writer_t *w, u64 v);
void json_s64(json_writer_t *w, s64 v);

/* The same as members; a NULL @text is null. */
void json_text_field(json_writer_t *w, const char *name, const char *text);
void json_hex_field(json_writer_t *w, const char *name, u64 v);
void json_u64_field(json_writer_t *w, const char *name, u64 v);
void json_s64_field(json_writer_t *w, const char *name, s64 v);

#endif /* KTSTR_HOST_INSPECT_JSON_TEXT_H */
