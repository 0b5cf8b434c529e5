/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_VERIFIER_LOG_H
#define KTSTR_HOST_HARNESS_VERIFIER_LOG_H

/*
 * The log of the BPF verifier, made readable: a loop that it walks through once
 * for each round is in there once for each round, with other register states.
 */
#include <stddef.h>
#include <linux/types.h>

/* Lines that are looked at; of a longer log, those at its end. */
#define VERIFIER_LOG_LINES_MAX (1024 * 1024)
/* What repeats has so many lines at least, and is there so many times. */
#define VERIFIER_LOG_PERIOD_MIN 5
#define VERIFIER_LOG_ROUNDS_MIN 3
/* Loops in loops: the inner ones go first. */
#define VERIFIER_LOG_PASSES 5

/**
 * struct verifier_log - what came of one
 * @text: NUL-terminated, from malloc(3); bytes of the log as they were
 * @len: of it
 * @lines_in: of the log
 * @lines_out: of @text
 * @passes: that found something
 */
struct verifier_log {
	char *text;
	size_t len;
	size_t lines_in;
	size_t lines_out;
	u32 passes;
};

/**
 * verifier_log_same_len() - the part of a line that is compared
 * @line: any bytes
 * @len: how many
 *
 * A line is cut where register or stack states begin ("R1_w=...", "fp-8=..."): an
 * instruction, and where it is, are left.
 *
 * Return: bytes from its beginning.
 */
size_t verifier_log_same_len(const char *line, size_t len);

/**
 * verifier_log_collapse() - show repeated rounds once
 * @log: any bytes, such as what libbpf printed around a verifier's log
 * @len: how many
 * @v: filled in; verifier_log_free() it
 *
 * The first of the rounds stays; those after it, VERIFIER_LOG_ROUNDS_MIN - 1 at
 * least, become one line "... (N more rounds of the M lines above)". A log of more
 * than VERIFIER_LOG_LINES_MAX lines begins with "... (N lines left out)". The time it
 * takes is proportional to the length, whatever the bytes; a log made to
 * exhaust that stays as it is. Any thread.
 *
 * Return: 0, or -ENOMEM with @v zeroed.
 */
int verifier_log_collapse(const char *log, size_t len, struct verifier_log *v);

/**
 * verifier_log_free() - release the text
 * @v: filled in or zeroed; zeroed afterwards
 */
void verifier_log_free(struct verifier_log *v);

#endif /* KTSTR_HOST_HARNESS_VERIFIER_LOG_H */
