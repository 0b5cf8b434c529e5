// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "verifier_log.h"

/* Distances tried at one line, and slots tried for one text. */
#define TRIES_MAX  16
#define PROBES_MAX 32
/* Comparisons of lines in one pass, for each line. */
#define WORK_PER_LINE 64
#define NONE	      0xffffffffU

/**
 * struct line - a line, or what stands for rounds that were left out
 * @p: its text; NULL for the latter
 * @len: of the text
 * @id: the same for lines that count as the same
 * @period: lines of a round
 * @rounds: how many were left out
 */
struct line {
	const char *p;
	size_t len;
	u32 id;
	u32 period;
	u32 rounds;
};

/**
 * struct collapse - one log under way
 * @lines: what is left of it
 * @nr: how many
 * @cut: lines before the first, left out
 * @slots: hash table of lines by text: an index into @lines, or NONE
 * @mask: slots - 1
 * @next: for each line, the next with its id, or NONE
 * @seen: for each id, where it was last
 * @run_end: for each distance, where lines that far apart first differ, as far as it
 *           was looked; nothing is compared twice
 * @ids: ids given out; at most @nr and one for each period
 * @work: comparisons left in this pass
 */
struct collapse {
	struct line *lines;
	u32 nr;
	size_t cut;
	u32 *slots;
	u32 mask;
	u32 *next;
	u32 *seen;
	u32 *run_end;
	u32 ids;
	u64 work;
};

/* "R7_w=", "fp-16=", "fp-8_w=": how a state begins. */
static bool state_begins(const char *p, const char *end)
{
	const char *digits;

	if (*p == 'R')
		p++;
	else if (end - p > 3 && !memcmp(p, "fp-", 3))
		p += 3;
	else
		return false;
	for (digits = p; p < end && isdigit((unsigned char)*p); p++)
		;
	if (p == digits)
		return false;
	if (p < end && *p == '_')
		for (p++; p < end && isalpha((unsigned char)*p); p++)
			;
	return p < end && *p == '=';
}

size_t verifier_log_same_len(const char *line, size_t len)
{
	const char *end = line + len, *p;

	for (p = line; p < end; p++)
		if ((p == line || p[-1] == ' ') && state_begins(p, end))
			break;
	while (p > line && (p[-1] == ' ' || p[-1] == ';' || p[-1] == '\r'))
		p--;
	return p - line;
}

static size_t count_lines(const char *log, size_t len)
{
	const char *at = log, *end = log + len;
	size_t nr = 0;

	for (; at < end; nr++) {
		at = memchr(at, '\n', end - at);
		at = at ? at + 1 : end;
	}
	return nr;
}

static void split(struct collapse *c, const char *log, size_t len, size_t skip)
{
	const char *at = log, *end = log + len, *eol;
	size_t i;

	for (i = 0; at < end; i++, at = eol + 1) {
		eol = memchr(at, '\n', end - at) ?: end;
		if (i >= skip)
			c->lines[c->nr++] = (struct line){
				.p = at,
				.len = eol - at,
			};
		if (eol == end)
			break;
	}
}

static u64 hash_of(const char *p, size_t len)
{
	u64 h = 0xcbf29ce484222325ULL;

	for (; len; len--)
		h = (h ^ (u8)*p++) * 0x100000001b3ULL;
	return h ^ h >> 29;
}

/* Texts of one hash that are too many get ids of their own: they never repeat. */
static void number_line(struct collapse *c, u32 i)
{
	struct line *l = &c->lines[i];
	size_t len = verifier_log_same_len(l->p, l->len);
	u64 h = hash_of(l->p, len);
	u32 *slot, n;

	for (n = 0; n < PROBES_MAX; n++) {
		const struct line *o;

		slot = &c->slots[(h + n) & c->mask];
		if (*slot == NONE) {
			*slot = i;
			break;
		}
		o = &c->lines[*slot];
		if (verifier_log_same_len(o->p, o->len) == len && !memcmp(o->p, l->p, len)) {
			l->id = o->id;
			return;
		}
	}
	l->id = c->ids++;
}

/* Where each line comes again. */
static void link_lines(struct collapse *c)
{
	u32 i;

	memset(c->seen, 0xff, sizeof(*c->seen) * c->ids);
	for (i = c->nr; i-- > 0;) {
		c->next[i] = c->seen[c->lines[i].id];
		c->seen[c->lines[i].id] = i;
	}
	memset(c->run_end, 0, sizeof(*c->run_end) * ((size_t)c->nr + 1));
	c->work = (u64)WORK_PER_LINE * c->nr;
}

/* From @at on, lines that are the same @period further on. */
static u32 run_length(struct collapse *c, u32 at, u32 period)
{
	u32 end = max_t(u32, c->run_end[period], at);

	while (end + period < c->nr && c->work && c->lines[end].id == c->lines[end + period].id) {
		end++;
		c->work--;
	}
	c->run_end[period] = end;
	return end - at;
}

/* How many rounds follow the one that begins at @at; 0 = too few. */
static u32 rounds_at(struct collapse *c, u32 at, u32 *period)
{
	u32 tries = 0, j, n;

	for (j = c->next[at]; j != NONE && tries < TRIES_MAX && c->work; j = c->next[j]) {
		c->work--;
		if (j - at < VERIFIER_LOG_PERIOD_MIN)
			continue;
		/* not even room for so many rounds */
		if ((u64)(j - at) * (VERIFIER_LOG_ROUNDS_MIN - 1) > c->nr - j)
			break;
		tries++;
		n = run_length(c, at, j - at) / (j - at);
		if (n >= VERIFIER_LOG_ROUNDS_MIN - 1) {
			*period = j - at;
			return n;
		}
	}
	return 0;
}

/* Rounds of the same length count as the same, however many they were. */
static u32 id_of_rounds(struct collapse *c, u32 period, u32 *by_period)
{
	if (by_period[period] == NONE)
		by_period[period] = c->ids++;
	return by_period[period];
}

/* Return: whether anything was left out. */
static bool pass(struct collapse *c, u32 *by_period)
{
	u32 from = 0, to = 0, rounds, period = 0, i;
	bool found = false;

	link_lines(c);
	while (from < c->nr) {
		rounds = rounds_at(c, from, &period);
		if (!rounds) {
			c->lines[to++] = c->lines[from++];
			continue;
		}
		/* what was compared lies behind: only lines in front are overwritten */
		for (i = 0; i < period; i++)
			c->lines[to++] = c->lines[from + i];
		from += period * (rounds + 1);
		c->lines[to++] = (struct line){
			.id = id_of_rounds(c, period, by_period),
			.period = period,
			.rounds = rounds,
		};
		found = true;
	}
	c->nr = to;
	return found;
}

static int write_out(const struct collapse *c, struct verifier_log *v)
{
	FILE *f = open_memstream(&v->text, &v->len);
	u32 i;

	if (!f)
		return -ENOMEM;
	if (c->cut)
		fprintf(f, "... (%zu lines left out)\n", c->cut);
	for (i = 0; i < c->nr; i++) {
		const struct line *l = &c->lines[i];

		if (l->p) {
			fwrite(l->p, 1, l->len, f);
			fputc('\n', f);
		} else {
			fprintf(f, "... (%u more rounds of the %u lines above)\n", l->rounds,
				l->period);
		}
	}
	v->lines_out = c->nr + !!c->cut;
	if (fclose(f)) {
		verifier_log_free(v);
		return -ENOMEM;
	}
	return 0;
}

static int collapse(struct collapse *c, struct verifier_log *v, u32 *by_period)
{
	u32 i;

	memset(c->slots, 0xff, sizeof(*c->slots) * ((size_t)c->mask + 1));
	memset(by_period, 0xff, sizeof(*by_period) * ((size_t)c->nr + 1));
	for (i = 0; i < c->nr; i++)
		number_line(c, i);
	while (v->passes < VERIFIER_LOG_PASSES && pass(c, by_period))
		v->passes++;
	return write_out(c, v);
}

static u32 slots_for(size_t nr)
{
	u32 n = 16;

	while (n < 2 * nr)
		n *= 2;
	return n;
}

int verifier_log_collapse(const char *log, size_t len, struct verifier_log *v)
{
	size_t lines = count_lines(log, len), nr = min_t(size_t, lines, VERIFIER_LOG_LINES_MAX);
	struct collapse c = { .cut = lines - nr, .mask = slots_for(nr) - 1 };
	u32 *by_period;
	int ret = -ENOMEM;

	*v = (struct verifier_log){ .lines_in = lines };
	c.lines = calloc(nr + 1, sizeof(*c.lines));
	c.slots = calloc((size_t)c.mask + 1, sizeof(*c.slots));
	c.next = calloc(nr + 1, sizeof(*c.next));
	/* each pass makes no more ids than it leaves out lines */
	c.seen = calloc(2 * nr + 1, sizeof(*c.seen));
	c.run_end = calloc(nr + 1, sizeof(*c.run_end));
	by_period = calloc(nr + 1, sizeof(*by_period));
	if (c.lines && c.slots && c.next && c.seen && c.run_end && by_period) {
		split(&c, log, len, c.cut);
		ret = collapse(&c, v, by_period);
	}
	free(c.lines);
	free(c.slots);
	free(c.next);
	free(c.seen);
	free(c.run_end);
	free(by_period);
	if (ret)
		*v = (struct verifier_log){ 0 };
	return ret;
}

void verifier_log_free(struct verifier_log *v)
{
	free(v->text);
	*v = (struct verifier_log){ 0 };
}
