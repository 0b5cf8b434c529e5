// SPDX-License-Identifier: GPL-2.0-only
/* Queues over time: a row of colours for each CPU, and below it their lengths as lines. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html_draw.h"
#include "html_write.h"
#include "lib/util.h"

#define WIDTH	   960.0
#define LEFT	   64.0
#define RIGHT	   12.0
#define LANE	   15.0 /* of marks' labels */
#define LANES	   5
#define STEP_ROOM  18.0
#define ROW	   16.0
#define ROWS_ROOM  320.0
#define ROWS_MAX   64 /* more CPUs share rows */
#define GAP	   14.0
#define LINES_ROOM 110.0
#define AXIS_ROOM  40.0
#define LEGEND	   22.0
#define SPARE	   0.06 /* of the span, before and behind it */
#define CHAR	   6.3 /* of a label */
#define LABEL_MAX  34
#define NO_LANE	   -1
#define MARKS_MAX  60 /* the table has all of them */

/**
 * struct plot - where things are
 * @out: where to
 * @r: the run
 * @from: left end, seconds
 * @to: right end
 * @per_row: CPUs in a row
 * @rows: how many
 * @row: height of one
 * @lanes: of labels
 * @steps_y: top of the names of steps
 * @rows_y: top of the rows
 * @lines_y: top of the lines
 * @bottom: of the lines
 * @height: of all
 * @longest: by point, over CPUs
 * @mean: by point
 * @deepest: by point, DSQ
 */
struct plot {
	FILE *out;
	const struct html_run *r;
	double from;
	double to;
	size_t per_row;
	size_t rows;
	double row;
	int lanes;
	double steps_y;
	double rows_y;
	double lines_y;
	double bottom;
	double height;
	double *longest;
	double *mean;
	double *deepest;
};

static double x_of(const struct plot *p, double t)
{
	double x = LEFT + (t - p->from) / (p->to - p->from) * (WIDTH - LEFT - RIGHT);

	return min(max(x, LEFT), WIDTH - RIGHT);
}

/* Until when a point speaks: a gap in the samples stays one. */
static double until(const struct plot *p, size_t i)
{
	const struct html_series *s = &p->r->series;
	double usual = s->nr > 1 ? (s->t_s[s->nr - 1] - s->t_s[0]) / (double)(s->nr - 1) : 0.1;
	double end = s->t_s[i] + 2 * usual;

	return i + 1 < s->nr ? min(s->t_s[i + 1], end) : s->t_s[i] + usual;
}

/*
 * The steps with some room around them, and what struck later; without steps, or one
 * without an end, all.
 */
static void set_span(struct plot *p)
{
	const struct html_series *s = &p->r->series;
	const struct html_run *r = p->r;
	double first = s->t_s[0], last = until(p, s->nr - 1), spare;
	size_t i;

	p->from = last;
	p->to = first;
	for (i = 0; i < r->nr_phases; i++) {
		double end = r->phases[i].to_s >= 0 ? r->phases[i].to_s : last;

		if (!(r->phases[i].from_s >= 0))
			continue;
		p->from = min(p->from, r->phases[i].from_s);
		p->to = max(p->to, end);
	}
	for (i = 0; i < r->nr_marks; i++)
		if (r->marks[i].kind == HTML_MARK_DEATH || r->marks[i].kind == HTML_MARK_WATCH)
			p->to = max(p->to, r->marks[i].t_s);
	spare = (p->to - p->from) * SPARE;
	p->from = max(p->from - spare, min(first, p->from));
	p->to = min(p->to + spare, max(last, p->to));
	if (p->to > p->from)
		return;
	p->from = first;
	p->to = max(last, first + 0.000001);
}

static bool seen(const struct plot *p, double t)
{
	return t >= p->from && t <= p->to;
}

static void set_places(struct plot *p)
{
	size_t cpus = p->r->series.cpus;

	p->per_row = (cpus + ROWS_MAX - 1) / ROWS_MAX ?: 1;
	p->rows = (cpus + p->per_row - 1) / p->per_row;
	p->row = min(ROW, ROWS_ROOM / max_t(double, p->rows, 1));
	p->steps_y = p->lanes * LANE + 4;
	p->rows_y = p->steps_y + STEP_ROOM;
	p->lines_y = p->rows_y + p->row * p->rows + GAP;
	p->bottom = p->lines_y + LINES_ROOM;
	p->height = p->bottom + AXIS_ROOM + LEGEND;
}

static double sum_up(const double *column, size_t stride, size_t nr, bool mean)
{
	double sum = 0, most = (double)NAN;
	size_t i, known = 0;

	for (i = 0; i < nr; i++) {
		double v = column[i * stride];

		if (!(v >= 0))
			continue;
		most = known ? max(most, v) : v;
		sum += v;
		known++;
	}
	return mean ? (known ? sum / known : (double)NAN) : most;
}

static bool make_lines(struct plot *p)
{
	const struct html_series *s = &p->r->series;
	size_t i;

	p->longest = calloc(3 * s->nr, sizeof(*p->longest));
	if (!p->longest)
		return false;
	p->mean = p->longest + s->nr;
	p->deepest = p->mean + s->nr;
	for (i = 0; i < s->nr; i++) {
		p->longest[i] = sum_up(s->running + i, s->nr, s->cpus, false);
		p->mean[i] = sum_up(s->running + i, s->nr, s->cpus, true);
		p->deepest[i] = sum_up(s->dsq + i, s->nr, s->cpus, false);
	}
	return true;
}

/* Steps in turn on two grounds, so that it is seen where one ends. */
static void draw_steps(const struct plot *p)
{
	size_t i;

	for (i = 0; i < p->r->nr_phases; i++) {
		const struct html_phase *f = &p->r->phases[i];
		double x, w, room;

		if (!(f->from_s >= 0))
			continue;
		x = x_of(p, f->from_s);
		w = x_of(p, f->to_s >= 0 ? f->to_s : p->to) - x;
		fprintf(p->out, "<g><title>step %u: ", f->step);
		html_text(p->out, f->name);
		fprintf(p->out,
			"</title><rect class=\"band%zu\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
			i % 2, x, p->steps_y, max(w, 0.5), p->bottom - p->steps_y);
		room = w / CHAR;
		if (room >= 4) {
			fprintf(p->out, "<text class=\"step\" x=\"%.1f\" y=\"%.1f\">", x + 4,
				p->steps_y + 13);
			html_short(p->out, f->name[0] ? f->name : "(step)", room - 1);
			fputs("</text>", p->out);
		}
		fputs("</g>\n", p->out);
	}
}

static int depth_class(double v)
{
	static const double above[HTML_DEPTHS] = { -1, 0, 1, 2, 4, 8, 16 };
	int i;

	if (!(v >= 0))
		return -1;
	for (i = HTML_DEPTHS - 1; i > 0; i--)
		if (v > above[i])
			break;
	return i;
}

static int cell_class(const struct plot *p, size_t row, size_t i)
{
	const struct html_series *s = &p->r->series;
	size_t cpu = row * p->per_row;

	return depth_class(sum_up(s->running + cpu * s->nr + i, s->nr,
				  min_t(size_t, p->per_row, s->cpus - cpu), false));
}

/* All cells of one colour are one path. */
static void draw_depth(const struct plot *p, int depth)
{
	const struct html_series *s = &p->r->series;
	double x, end, h = p->row > 4 ? p->row - 1 : p->row;
	size_t row, i;
	bool begun = false;

	for (row = 0; row < p->rows; row++) {
		for (i = 0; i < s->nr; i++) {
			if (cell_class(p, row, i) != depth || s->t_s[i] > p->to ||
			    until(p, i) <= p->from)
				continue;
			x = x_of(p, s->t_s[i]);
			end = until(p, i);
			while (i + 1 < s->nr && end >= s->t_s[i + 1] &&
			       cell_class(p, row, i + 1) == depth) {
				i++;
				end = until(p, i);
			}
			if (!begun)
				fprintf(p->out, "<path class=\"q%d\" d=\"", depth);
			begun = true;
			end = max(x_of(p, end), x + 0.5);
			fprintf(p->out, "M%.1f %.1fH%.1fv%.1fH%.1fz", x, p->rows_y + row * p->row,
				end, h, x);
		}
	}
	if (begun)
		fputs("\"/>\n", p->out);
}

static void draw_rows(const struct plot *p)
{
	size_t row, last, every = p->row < 11 ? (size_t)(12 / p->row) + 1 : 1;
	int depth;

	for (depth = 0; depth < HTML_DEPTHS; depth++)
		draw_depth(p, depth);
	for (row = 0; row < p->rows; row += every) {
		size_t cpu = row * p->per_row;
		double y = p->rows_y + (row + 0.5) * p->row + 3.5;

		last = min_t(size_t, cpu + p->per_row, p->r->series.cpus) - 1;
		if (last > cpu)
			html_label(p->out, "tick end", LEFT - 6, y, "%zu–%zu", cpu, last);
		else
			html_label(p->out, "tick end", LEFT - 6, y, "%s%zu", row ? "" : "CPU ",
				   cpu);
	}
}

static void draw_line(const struct plot *p, const char *class, const double *v, double most)
{
	const struct html_series *s = &p->r->series;
	bool open = false;
	size_t i;

	fprintf(p->out, "<path class=\"%s\" d=\"", class);
	for (i = 0; i < s->nr; i++) {
		double y = p->bottom - v[i] / most * LINES_ROOM;
		bool gap = i && s->t_s[i] > until(p, i - 1);

		if (!isfinite(v[i]) || !seen(p, s->t_s[i])) {
			open = false;
			continue;
		}
		/* a point alone is a dot */
		if (!open || gap)
			fprintf(p->out, "M%.1f %.1fh0.01", x_of(p, s->t_s[i]), y);
		else
			fprintf(p->out, "L%.1f %.1f", x_of(p, s->t_s[i]), y);
		open = true;
	}
	fputs("\"/>\n", p->out);
}

static void draw_lines(const struct plot *p)
{
	double most = 1, v;
	struct html_axis a;
	size_t i;

	for (i = 0; i < p->r->series.nr; i++) {
		most = p->longest[i] > most ? p->longest[i] : most;
		most = p->deepest[i] > most ? p->deepest[i] : most;
	}
	html_axis_make(&a, most, 4, true);
	for (v = 0; v <= a.max + a.step / 2; v += a.step) {
		double y = p->bottom - v / a.max * LINES_ROOM;

		html_line(p->out, "grid", LEFT, y, WIDTH - RIGHT, y);
		html_label(p->out, "tick end", LEFT - 6, y + 3.5, "%.0f", v);
	}
	fprintf(p->out,
		"<text class=\"axis\" transform=\"translate(13 %.1f) rotate(-90)\">tasks</text>\n",
		p->lines_y + LINES_ROOM / 2);
	draw_line(p, "line dsq", p->deepest, a.max);
	draw_line(p, "line mean", p->mean, a.max);
	draw_line(p, "line longest", p->longest, a.max);
}

static void draw_time(const struct plot *p)
{
	struct html_axis a;
	double t;

	html_axis_make(&a, p->to - p->from, 10, false);
	t = a.step * (double)(s64)(p->from / a.step);
	for (; t <= p->to; t += a.step) {
		if (t < p->from - a.step / 1000)
			continue;
		html_line(p->out, "grid", x_of(p, t), p->bottom, x_of(p, t), p->bottom + 4);
		html_label(p->out, "tick mid", x_of(p, t), p->bottom + 16, "%.*f", a.digits, t);
	}
	html_label(p->out, "axis", LEFT + (WIDTH - LEFT - RIGHT) / 2, p->bottom + 32,
		   "seconds since the start of the run");
}

static void draw_legend(const struct plot *p)
{
	static const char *const depths[HTML_DEPTHS] = {
		"0", "1", "2", "3–4", "5–8", "9–16", "17+"
	};
	static const struct {
		const char *class;
		const char *name;
		double width;
	} lines[] = {
		{ "line longest", "longest run queue", 136 },
		{ "line mean", "mean run queue", 122 },
		{ "line dsq", "deepest local DSQ", 0 },
	};
	double x = LEFT, y = p->height - 6;
	size_t i;

	html_label(p->out, "tick", x, y, "tasks on a CPU's run queue:");
	x += 168;
	for (i = 0; i < HTML_DEPTHS; i++) {
		fprintf(p->out,
			"<rect class=\"q%zu key\" x=\"%.1f\" y=\"%.1f\" width=\"11\" height=\"11\"/>",
			i, x, y - 10);
		html_label(p->out, "tick", x + 15, y, "%s", depths[i]);
		x += 24 + 8.5 * (html_length(depths[i]));
	}
	x += 14;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		html_line(p->out, lines[i].class, x, y - 4, x + 16, y - 4);
		html_label(p->out, "tick", x + 21, y, "%s", lines[i].name);
		x += lines[i].width + 10;
	}
}

static const char *mark_class(enum html_mark_kind kind)
{
	static const char *const names[] = {
		[HTML_MARK_SNAPSHOT] = "snap",
		[HTML_MARK_WATCH] = "watch",
		[HTML_MARK_DEATH] = "death",
		[HTML_MARK_OP] = "op",
	};

	return names[kind];
}

static void mark_label(const struct html_mark *m, char *text, size_t len)
{
	const char *what = m->what;

	if (m->kind == HTML_MARK_DEATH)
		what = "scheduler failed";
	if (m->kind == HTML_MARK_WATCH)
		what = "watch hit";
	/* "periodic_000" says it all */
	if (*what && !strncmp(m->name, what, strlen(what)))
		what = "";
	if (!*what)
		snprintf(text, len, "%.100s", m->name);
	else
		snprintf(text, len, "%.40s%s%.100s", what, m->name[0] ? " " : "", m->name);
}

/**
 * struct lane - where the next label in a lane may begin
 * @free: from here on
 */
struct lane {
	double free;
};

/* Return: the first lane with room, or NO_LANE: the line and its tool tip must do. */
static int find_lane(struct lane *lanes, double left, double width)
{
	int i;

	for (i = 0; i < LANES; i++) {
		if (lanes[i].free > left)
			continue;
		lanes[i].free = left + width;
		return i;
	}
	return NO_LANE;
}

/* Of every label the lane and whether it stands left of its line, in @lane and @left. */
static void place_labels(struct plot *p, int *lane, bool *left)
{
	struct lane lanes[LANES] = { 0 };
	char text[160];
	size_t i;

	for (i = 0; i < min_t(size_t, p->r->nr_marks, MARKS_MAX); i++) {
		const struct html_mark *m = &p->r->marks[i];
		double x = x_of(p, m->t_s), width;

		lane[i] = NO_LANE;
		left[i] = false;
		if (!seen(p, m->t_s))
			continue;
		mark_label(m, text, sizeof(text));
		width = min_t(size_t, html_length(text), LABEL_MAX) * CHAR + 10;
		left[i] = x + width > WIDTH - RIGHT;
		lane[i] = find_lane(lanes, left[i] ? max(x - width, 0.0) : x, width);
		p->lanes = max(p->lanes, lane[i] + 1);
	}
}

static void draw_mark_line(const struct plot *p, const struct html_mark *m, int lane)
{
	double x = x_of(p, m->t_s), y = lane == NO_LANE ? p->steps_y : lane * LANE + 4;
	char text[160];

	if (!seen(p, m->t_s))
		return;
	mark_label(m, text, sizeof(text));
	fprintf(p->out, "<g class=\"mark %s\"><title>", mark_class(m->kind));
	html_text(p->out, text);
	fprintf(p->out, " at %.3f s</title>", m->t_s);
	html_line(p->out, "at", x, y, x, p->bottom);
	fputs("</g>\n", p->out);
}

static void draw_mark_label(const struct plot *p, const struct html_mark *m, int lane, bool left)
{
	double x = x_of(p, m->t_s);
	char text[160];

	if (lane == NO_LANE)
		return;
	mark_label(m, text, sizeof(text));
	fprintf(p->out, "<g class=\"mark %s\"><text class=\"%s\" x=\"%.1f\" y=\"%.1f\">",
		mark_class(m->kind), left ? "end" : "", left ? x - 4 : x + 4, lane * LANE + 14);
	html_short(p->out, text, LABEL_MAX);
	fputs("</text></g>\n", p->out);
}

/* No line over a label. */
static void draw_marks(const struct plot *p, const int *lane, const bool *left)
{
	size_t i, nr = min_t(size_t, p->r->nr_marks, MARKS_MAX);

	for (i = 0; i < nr; i++)
		draw_mark_line(p, &p->r->marks[i], lane[i]);
	for (i = 0; i < nr; i++)
		draw_mark_label(p, &p->r->marks[i], lane[i], left[i]);
}

static void describe(const struct html_run *r, char *text, size_t len)
{
	snprintf(text, len,
		 "%zu CPUs from %.2f s to %.2f s, %zu points, %zu steps, %zu things that happened; the tables below have the figures.",
		 r->series.cpus, r->series.t_s[0], r->series.t_s[r->series.nr - 1], r->series.nr,
		 r->nr_phases, r->nr_marks);
}

void html_timeline(FILE *out, const char *id, const struct html_run *r)
{
	struct plot p = { .out = out, .r = r };
	int lane[MARKS_MAX];
	bool left[MARKS_MAX];
	char svg[64], desc[256];

	if (!r->series.nr || !r->series.cpus || !make_lines(&p)) {
		fputs("<p class=\"none\">The monitor took no samples: there is no timeline.</p>\n",
		      out);
		return;
	}
	set_span(&p);
	place_labels(&p, lane, left);
	set_places(&p);
	snprintf(svg, sizeof(svg), "%s-time", id);
	describe(r, desc, sizeof(desc));
	fputs("<figure>\n", out);
	html_svg_begin(out, svg, "timeline", WIDTH, p.height, "Queues of every CPU over time",
		       desc);
	draw_steps(&p);
	draw_rows(&p);
	draw_lines(&p);
	draw_time(&p);
	draw_marks(&p, lane, left);
	draw_legend(&p);
	html_svg_end(out);
	fputs("</figure>\n", out);
	free(p.longest);
}
