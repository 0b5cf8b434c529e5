/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_WIRE_INSPECT_H
#define KTSTR_LIB_WIRE_INSPECT_H

/*
 * How `ktstr inspect --live` asks a run: over a stream socket, one question and
 * one answer a connection. Whoever connects may send anything.
 *
 *   question	struct wire_inq, then its words, each with a NUL at its end
 *   answer	struct wire_ina, then text: what was asked for, or why not
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "lib/err.h"

#define WIRE_INSPECT_VERSION 1
#define WIRE_INQ_MAGIC	     0x3151544bU /* "KTQ1" */
#define WIRE_INA_MAGIC	     0x3141544bU /* "KTA1" */

/* Words of a question, their bytes, and bytes of an answer. */
#define WIRE_INQ_WORDS_MAX 4
#define WIRE_INQ_BYTES_MAX 1024
#define WIRE_INA_TEXT_MAX  ((u32)SZ_64M)

#define WIRE_INQ_JSON	BIT(0)
#define WIRE_INQ_FROZEN BIT(1)

/* The word of a question that lets a held guest go on. */
#define WIRE_INQ_RELEASE "release"

/* Where the run inside an emulated host listens; its PID 1 brings questions there. */
#define WIRE_INSPECT_INNER "/run/ktstr-inspect"

/**
 * struct wire_inq - head of a question
 * @magic: WIRE_INQ_MAGIC
 * @version: WIRE_INSPECT_VERSION
 * @flags: WIRE_INQ_JSON: an answer in JSON; WIRE_INQ_FROZEN: stop the guest for
 *         the walk
 * @words: 1 to WIRE_INQ_WORDS_MAX
 * @len: bytes that follow, at most WIRE_INQ_BYTES_MAX
 */
struct wire_inq {
	__le32 magic;
	__le32 version;
	__le32 flags;
	__le32 words;
	__le32 len;
} __packed;
static_assert(sizeof(struct wire_inq) == 20);
#define WIRE_INQ_MAX (sizeof(struct wire_inq) + WIRE_INQ_BYTES_MAX)

/**
 * struct wire_ina - head of an answer
 * @magic: WIRE_INA_MAGIC
 * @version: WIRE_INSPECT_VERSION
 * @status: 0, or the errno (positive) that the text explains
 * @len: bytes of text that follow, at most WIRE_INA_TEXT_MAX
 */
struct wire_ina {
	__le32 magic;
	__le32 version;
	__le32 status;
	__le32 len;
} __packed;
static_assert(sizeof(struct wire_ina) == 16);

/**
 * struct inq_view - a question
 * @flags: WIRE_INQ_*
 * @argc: words
 * @argv: them; of a decoded question they lie in its payload
 */
struct inq_view {
	u32 flags;
	u32 argc;
	const char *argv[WIRE_INQ_WORDS_MAX];
};

/**
 * inq_encode() - a question as bytes
 * @v: the question
 * @buf: filled in
 * @len: set to the bytes
 * @err: says what is too much
 *
 * Return: 0, or -E2BIG.
 */
int inq_encode(const struct inq_view *v, u8 buf[WIRE_INQ_MAX], size_t *len, struct ktstr_err *err);

/**
 * inq_need() - how many bytes a question has
 * @buf: what came so far
 * @len: how many
 * @err: says what is wrong, or NULL
 *
 * Return: bytes in all, above @len when some are missing and then at most
 * WIRE_INQ_MAX; or -EBADMSG, -EPROTO for another version.
 */
int inq_need(const void *buf, size_t len, struct ktstr_err *err);

/**
 * inq_decode() - read a question
 * @buf: all of it
 * @len: how many bytes
 * @v: filled in on success; points into @buf
 * @err: says what is wrong, or NULL
 *
 * Return: 0, or -EBADMSG, -EPROTO.
 */
int inq_decode(const void *buf, size_t len, struct inq_view *v, struct ktstr_err *err);

/**
 * ina_encode() - head of an answer
 * @status: 0 or a positive errno
 * @len: bytes of its text
 * @w: filled in
 */
void ina_encode(u32 status, u32 len, struct wire_ina *w);

/**
 * ina_decode() - read the head of an answer
 * @w: the bytes
 * @status: set on success
 * @len: likewise; at most WIRE_INA_TEXT_MAX
 * @err: says what is wrong, or NULL
 *
 * Return: 0, or -EBADMSG, -EPROTO.
 */
int ina_decode(const struct wire_ina *w, u32 *status, u32 *len, struct ktstr_err *err);

#endif /* KTSTR_LIB_WIRE_INSPECT_H */
