/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_HTML_WRITE_H
#define KTSTR_HOST_HARNESS_HTML_WRITE_H

/*
 * The letters of an HTML report: texts that stay texts, numbers that stay short. All
 * of it may be called by any thread that has the stream.
 */
#include <stdbool.h>
#include <stdio.h>
#include <linux/compiler.h>

/* A longer text is cut. */
#define HTML_TEXT_MAX 2000

/**
 * html_text() - a text, in an element or in an attribute with double quotes
 * @out: where to
 * @text: any bytes, or NULL
 *
 * What HTML takes for its own is escaped. UTF-8 stays; bytes that are none, control
 * characters and those that turn the direction of text become "\xNN".
 */
void html_text(FILE *out, const char *text);

/**
 * html_short() - the same of no more than so many characters, with "…" behind them
 * @out: where to
 * @text: any bytes, or NULL
 * @max: characters, at least 2; one that is escaped counts as those it becomes
 */
void html_short(FILE *out, const char *text, size_t max);

/**
 * html_length() - characters that a text takes
 * @text: any bytes, or NULL
 *
 * Return: as html_text() would write it, as seen.
 */
size_t html_length(const char *text);

/**
 * html_number() - a number for people
 * @out: where to
 * @v: any; "–" for what is none
 *
 * Four digits that count, or all of an integer below 10^15.
 */
void html_number(FILE *out, double v);

/**
 * html_time() - a time with the unit that suits it
 * @out: where to
 * @us: microseconds; "–" for what is none
 */
void html_time(FILE *out, double us);

/**
 * struct html_axis - a linear scale with round steps
 * @max: upper end, at least what was asked for
 * @step: between two ticks
 * @digits: behind the point of a tick
 */
struct html_axis {
	double max;
	double step;
	int digits;
};

/**
 * html_axis_make() - a scale
 * @a: filled in
 * @max: of what it shall hold; what is not above 0 counts as 1
 * @ticks: about how many
 * @whole: only integers
 */
void html_axis_make(struct html_axis *a, double max, int ticks, bool whole);

/**
 * html_svg_begin() - an SVG that a screen reader can tell
 * @out: where to
 * @id: of the page: unique, [a-z0-9-]+
 * @class: of CSS
 * @width: of its coordinates
 * @height: of them
 * @title: what it is
 * @desc: what is to be seen, any bytes
 */
void html_svg_begin(FILE *out, const char *id, const char *class, double width, double height,
		    const char *title, const char *desc);

/**
 * html_svg_end() - its end
 * @out: where to
 */
void html_svg_end(FILE *out);

/**
 * html_line() - a line
 * @out: where to
 * @class: of CSS
 * @x1: from
 * @y1: from
 * @x2: to
 * @y2: to
 */
void html_line(FILE *out, const char *class, double x1, double y1, double x2, double y2);

/**
 * html_label() - a text in an SVG, escaped
 * @out: where to
 * @class: of CSS, may hold several
 * @x: of its anchor
 * @y: of its base line
 * @fmt: printf format
 */
void __printf(5, 6)
	html_label(FILE *out, const char *class, double x, double y, const char *fmt, ...);

#endif /* KTSTR_HOST_HARNESS_HTML_WRITE_H */
