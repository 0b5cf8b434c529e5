// SPDX-License-Identifier: GPL-2.0-only
#include <linux/types.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "schedlog.h"

struct line {
	const char *p;
	size_t len;
};

static bool next_line(const char **at, const char *end, struct line *l)
{
	const char *eol;

	if (*at >= end)
		return false;
	eol = memchr(*at, '\n', end - *at);
	l->p = *at;
	l->len = (eol ? eol : end) - *at;
	*at = eol ? eol + 1 : end;
	return true;
}

static const char *find(const struct line *l, const char *what)
{
	return memmem(l->p, l->len, what, strlen(what));
}

static bool starts(const struct line *l, const char *what)
{
	return l->len >= strlen(what) && !memcmp(l->p, what, strlen(what));
}

/* "libbpf: prog 'simple_init': -- BEGIN PROG LOAD LOG --" */
static void program_name(const struct line *l, char *dst, size_t room)
{
	const char *p = find(l, "prog '");
	const char *end;

	dst[0] = '\0';
	if (!p)
		return;
	p += strlen("prog '");
	end = memchr(p, '\'', l->p + l->len - p);
	if (end)
		text_escape_line(dst, room, p, end - p);
}

static bool verifier_line(const char *log, size_t len, char *dst, size_t room)
{
	const char *at = log, *end = log + len;
	struct line l, last = {}, word = {};
	char prog[64] = "", word_prog[64] = "", text[400];

	while (next_line(&at, end, &l)) {
		if (find(&l, "-- BEGIN PROG LOAD LOG --")) {
			program_name(&l, prog, sizeof(prog));
			last.len = 0;
		} else if ((starts(&l, "processed ") && find(&l, " insns")) ||
			   find(&l, "-- END PROG LOAD LOG --")) {
			if (last.len) {
				word = last;
				memcpy(word_prog, prog, sizeof(prog));
			}
			last.len = 0;
		} else if (l.len) {
			last = l;
		}
	}
	if (!word.len)
		return false;
	text_escape_line(text, sizeof(text), word.p, word.len);
	if (word_prog[0])
		snprintf(dst, room, "verifier, program %s: %s", word_prog, text);
	else
		snprintf(dst, room, "verifier: %s", text);
	return true;
}

bool schedlog_load_error(const char *log, size_t len, char *dst, size_t room)
{
	static const char *const words[] = {
		"not found", "failed", "incompatible", "invalid",     "can't",
		"cannot",    "error",  "unknown",      "unsupported",
	};
	const char *at = log, *end = log + len;
	struct line l;
	size_t i;

	if (verifier_line(log, len, dst, room))
		return true;
	while (next_line(&at, end, &l)) {
		if (!starts(&l, "libbpf: "))
			continue;
		for (i = 0; i < ARRAY_SIZE(words); i++) {
			if (find(&l, words[i])) {
				text_escape_line(dst, room, l.p, l.len);
				return true;
			}
		}
	}
	return false;
}

bool schedlog_exit(const char *log, size_t len, char *dst, size_t room)
{
	const char *at = log, *end = log + len;
	struct line l, last = {};

	while (next_line(&at, end, &l))
		if (starts(&l, "EXIT: "))
			last = l;
	if (!last.len || find(&last, "unregistered from user space"))
		return false;
	text_escape_line(dst, room, last.p + strlen("EXIT: "), last.len - strlen("EXIT: "));
	return true;
}
