// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conscan.h"
#include "lib/text.h"
#include "lib/util.h"

/* A line without end is searched in pieces that overlap by this much. */
#define OVERLAP 128

struct pattern {
	enum conscan_kind kind;
	const char *text;
	const char *also;
	const char *unless;
};

/*
 * The first entry that fits decides, so the lockups that begin with "BUG:"
 * stand before the oopses. The kernel names a fault of user space "traps:".
 */
static const struct pattern patterns[] = {
	{ CONSCAN_PANIC, "Kernel panic - not syncing" },
	{ CONSCAN_LOCKUP, "BUG: soft lockup" },
	{ CONSCAN_LOCKUP, "BUG: workqueue lockup" },
	{ CONSCAN_LOCKUP, "detected hard LOCKUP" },
	{ CONSCAN_LOCKUP, "hard LOCKUP on cpu" },
	{ CONSCAN_RCU_STALL, "INFO: rcu_", "stall" },
	{ CONSCAN_HUNG_TASK, "INFO: task ", "blocked for more than" },
	{ CONSCAN_HUNG_TASK, "INFO: task ", "blocked in I/O wait for more than" },
	{ CONSCAN_OOPS, "BUG: " },
	{ CONSCAN_OOPS, "kernel BUG at " },
	{ CONSCAN_OOPS, "Oops: " },
	{ CONSCAN_OOPS, "general protection fault", NULL, "traps: " },
	{ CONSCAN_OOPS, "PANIC: double fault" },
	{ CONSCAN_OOPS, "Unable to handle kernel " },
	{ CONSCAN_OOPS, "Internal error: " },
	{ CONSCAN_WARN, "WARNING: ", " at " },
	{ CONSCAN_WARN, "WARNING: possible " },
	{ CONSCAN_WARN, "UBSAN: " },
};

const char *conscan_kind_name(u32 kind)
{
	static const char *const names[CONSCAN_NR] = {
		[CONSCAN_NONE] = "nothing",	   [CONSCAN_WARN] = "warning",
		[CONSCAN_HUNG_TASK] = "hung task", [CONSCAN_RCU_STALL] = "RCU stall",
		[CONSCAN_LOCKUP] = "lockup",	   [CONSCAN_OOPS] = "oops",
		[CONSCAN_PANIC] = "panic",
	};

	return kind < CONSCAN_NR ? names[kind] : "unknown";
}

int conscan_init(struct conscan *c, size_t head_cap, size_t tail_cap)
{
	memset(c, 0, sizeof(*c));
	c->head_cap = head_cap;
	c->tail_cap = tail_cap ? tail_cap : 1;
	c->head = malloc(head_cap + 1);
	c->tail = malloc(c->tail_cap);
	return c->head && c->tail ? 0 : -ENOMEM;
}

void conscan_free(struct conscan *c)
{
	if (!c)
		return;
	free(c->head);
	free(c->tail);
	c->head = NULL;
	c->tail = NULL;
	c->head_len = 0;
	c->tail_len = 0;
}

static enum conscan_kind classify(const char *line)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		const struct pattern *p = &patterns[i];

		if (!strstr(line, p->text))
			continue;
		if (p->also && !strstr(line, p->also))
			continue;
		if (p->unless && strstr(line, p->unless))
			continue;
		return p->kind;
	}
	return CONSCAN_NONE;
}

/* "[   12.345678][  T123] text": what is in front of the text */
static size_t stamp_len(const char *line)
{
	size_t n = 0;

	while (line[n] == '[') {
		size_t inside = strspn(line + n + 1, " .0123456789TC");

		if (line[n + 1 + inside] != ']')
			break;
		n += inside + 2;
	}
	return n ? n + strspn(line + n, " ") : 0;
}

static void set_line(char *dst, size_t room, const char *line)
{
	line += stamp_len(line);
	text_escape_line(dst, room, line, strlen(line));
}

static void scan_line(struct conscan *c)
{
	char line[CONSCAN_LINE_MAX + 1];
	enum conscan_kind kind;
	size_t i;

	for (i = 0; i < c->cur_len; i++)
		line[i] = c->cur[i] ? c->cur[i] : ' ';
	line[i] = '\0';
	kind = classify(line);
	if (conscan_crashed(c->kind) && strstr(line, "---[ end "))
		c->trace_ended = true;
	if (kind == CONSCAN_PANIC && !c->panic_line[0])
		set_line(c->panic_line, sizeof(c->panic_line), line);
	if (!conscan_crashed(c->kind) && kind > c->kind)
		set_line(c->line, sizeof(c->line), line);
	if (kind > c->kind)
		c->kind = kind;
}

static void scan_bytes(struct conscan *c, const char *p, size_t len)
{
	while (len) {
		const char *eol = memchr(p, '\n', len);
		size_t n = min((size_t)(eol ? eol - p : len), sizeof(c->cur) - c->cur_len);

		memcpy(c->cur + c->cur_len, p, n);
		c->cur_len += n;
		p += n;
		len -= n;
		if (len && *p == '\n') {
			scan_line(c);
			c->cur_len = 0;
			p++;
			len--;
		} else if (c->cur_len == sizeof(c->cur)) {
			scan_line(c);
			memmove(c->cur, c->cur + sizeof(c->cur) - OVERLAP, OVERLAP);
			c->cur_len = OVERLAP;
		}
	}
}

static void keep_bytes(struct conscan *c, const char *p, size_t len)
{
	size_t n = min(len, c->head_cap - c->head_len);

	memcpy(c->head + c->head_len, p, n);
	c->head_len += n;
	p += n;
	len -= n;
	/* only the last tail_cap bytes can survive */
	if (len > c->tail_cap) {
		p += len - c->tail_cap;
		len = c->tail_cap;
	}
	while (len) {
		n = min(len, c->tail_cap - c->tail_next);
		memcpy(c->tail + c->tail_next, p, n);
		c->tail_next = (c->tail_next + n) % c->tail_cap;
		c->tail_len = min(c->tail_len + n, c->tail_cap);
		p += n;
		len -= n;
	}
}

enum conscan_kind conscan_feed(struct conscan *c, const void *buf, size_t len)
{
	c->total += len;
	keep_bytes(c, buf, len);
	scan_bytes(c, buf, len);
	return c->kind;
}

enum conscan_kind conscan_flush(struct conscan *c)
{
	if (c->cur_len)
		scan_line(c);
	c->cur_len = 0;
	return c->kind;
}

u64 conscan_dropped(const struct conscan *c)
{
	return c->total - c->head_len - c->tail_len;
}

static void copy_tail(const struct conscan *c, char *dst)
{
	size_t first = (c->tail_next + c->tail_cap - c->tail_len) % c->tail_cap;
	size_t n = min(c->tail_len, c->tail_cap - first);

	memcpy(dst, c->tail + first, n);
	memcpy(dst + n, c->tail, c->tail_len - n);
}

char *conscan_text(const struct conscan *c, size_t *len)
{
	char gap[64] = "";
	size_t gap_len = 0;
	char *text;

	if (conscan_dropped(c))
		gap_len = snprintf(gap, sizeof(gap), "\n[... %llu bytes dropped ...]\n",
				   (unsigned long long)conscan_dropped(c));
	*len = c->head_len + gap_len + c->tail_len;
	text = malloc(*len + 1);
	if (!text)
		return NULL;
	memcpy(text, c->head, c->head_len);
	memcpy(text + c->head_len, gap, gap_len);
	copy_tail(c, text + c->head_len + gap_len);
	text[*len] = '\0';
	return text;
}

/* Start of the last @nlines lines of @text. */
static size_t last_lines(const char *text, size_t len, unsigned int nlines)
{
	size_t at = len;

	/* the newline that ends the last line starts no other */
	if (at && text[at - 1] == '\n')
		at--;
	while (nlines && at) {
		if (text[at - 1] == '\n' && !--nlines)
			break;
		at--;
	}
	return nlines ? 0 : at;
}

size_t conscan_tail(const struct conscan *c, unsigned int nlines, char *dst, size_t room)
{
	size_t len, at, used = 0;
	char *text, *escaped;

	dst[0] = '\0';
	if (!nlines)
		return 0;
	text = conscan_text(c, &len);
	if (!text)
		return 0;
	at = last_lines(text, len, nlines);
	escaped = malloc(TEXT_ESCAPED_MAX(len - at));
	if (escaped) {
		used = text_escape(escaped, TEXT_ESCAPED_MAX(len - at), text + at, len - at);
		at = 0;
		while (used - at >= room) {
			char *eol = memchr(escaped + at, '\n', used - at);

			/* one line longer than the room: its end says most */
			at = eol ? eol + 1 - escaped : used - room + 1;
		}
		used -= at;
		memcpy(dst, escaped + at, used);
		dst[used] = '\0';
	}
	free(escaped);
	free(text);
	return used;
}
