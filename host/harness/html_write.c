// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "html_write.h"
#include "lib/util.h"

/* Code points that turn text around, and those that are seen as nothing. */
static bool is_hidden(u32 c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff ||
	       (c & 0xfffe) == 0xfffe;
}

/* Return: bytes of the character at @s, 0 when it is none that may be shown. */
static size_t utf8_length(const unsigned char *s)
{
	static const u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len, i;
	u32 c;

	if (*s < 0x80)
		return is_hidden(*s) ? 0 : 1;
	if (*s < 0xc2 || *s > 0xf4)
		return 0;
	len = *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : 4;
	c = *s & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) || is_hidden(c))
		return 0;
	return len;
}

static void put_char(FILE *out, const unsigned char *s, size_t len)
{
	if (!len)
		fprintf(out, "\\x%02x", *s);
	else if (*s == '<')
		fputs("&lt;", out);
	else if (*s == '>')
		fputs("&gt;", out);
	else if (*s == '&')
		fputs("&amp;", out);
	else if (*s == '"')
		fputs("&quot;", out);
	else if (*s == '\'')
		fputs("&#39;", out);
	else
		fwrite(s, 1, len, out);
}

/* As seen, up to @max; @out may be NULL. Return: how many, more than @max if cut. */
static size_t walk(FILE *out, const char *text, size_t max)
{
	const unsigned char *s = (const unsigned char *)(text ?: "");
	size_t seen = 0, len;

	while (*s) {
		len = utf8_length(s);
		seen += len ? 1 : 4;
		if (seen > max)
			return seen;
		if (out)
			put_char(out, s, len);
		s += len ?: 1;
	}
	return seen;
}

void html_short(FILE *out, const char *text, size_t max)
{
	if (walk(NULL, text, max) <= max) {
		walk(out, text, max);
		return;
	}
	walk(out, text, max - 1);
	fputs("…", out);
}

void html_text(FILE *out, const char *text)
{
	html_short(out, text, HTML_TEXT_MAX);
}

size_t html_length(const char *text)
{
	return walk(NULL, text, HTML_TEXT_MAX);
}

void html_number(FILE *out, double v)
{
	double size = v < 0 ? -v : v;

	if (!isfinite(v))
		fputs("–", out);
	else if (size < 1e15 && v == (double)(s64)v)
		fprintf(out, "%.0f", v);
	else if (size >= 1e15)
		fprintf(out, "%.3e", v);
	else
		fprintf(out, "%.*f", size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3, v);
}

void html_time(FILE *out, double us)
{
	static const struct {
		double below;
		double unit;
		const char *name;
	} units[] = {
		{ 1, 0.001, "ns" },
		{ 1e3, 1, "µs" },
		{ 1e6, 1e3, "ms" },
		{ INFINITY, 1e6, "s" },
	};
	double v;
	int i = 0;

	if (!isfinite(us)) {
		fputs("–", out);
		return;
	}
	while (us >= units[i].below)
		i++;
	v = us / units[i].unit;
	fprintf(out, "%.*f %s", v >= 100 || v == 0 ? 0 : v >= 10 ? 1 : 2, v, units[i].name);
}

void html_axis_make(struct html_axis *a, double max, int ticks, bool whole)
{
	static const double steps[] = { 1, 2, 5, 10 };
	double power = 1, want;
	int i = 0;

	if (!(max > 0) || !isfinite(max))
		max = 1;
	want = max / ticks;
	a->digits = 0;
	while (power > want && !whole && a->digits < 9) {
		power /= 10;
		a->digits++;
	}
	while (power * 10 <= want)
		power *= 10;
	while (steps[i] * power < want && i < 3)
		i++;
	a->step = steps[i] * power;
	if (i == 3 && a->digits)
		a->digits--;
	for (a->max = a->step; a->max < max; a->max += a->step)
		;
}

void html_svg_begin(FILE *out, const char *id, const char *class, double width, double height,
		    const char *title, const char *desc)
{
	fprintf(out,
		"<svg class=\"%s\" role=\"img\" aria-labelledby=\"%s-t %s-d\" viewBox=\"0 0 %.0f %.0f\">\n",
		class, id, id, width, height);
	fprintf(out, "<title id=\"%s-t\">", id);
	html_text(out, title);
	fprintf(out, "</title><desc id=\"%s-d\">", id);
	html_text(out, desc);
	fputs("</desc>\n", out);
}

void html_svg_end(FILE *out)
{
	fputs("</svg>\n", out);
}

void html_line(FILE *out, const char *class, double x1, double y1, double x2, double y2)
{
	fprintf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
		class, x1, y1, x2, y2);
}

void html_label(FILE *out, const char *class, double x, double y, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	html_text(out, text);
	fputs("</text>\n", out);
}
