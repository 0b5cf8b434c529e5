// SPDX-License-Identifier: GPL-2.0-only
/* Latencies of cgroups: the buckets are the logarithmic axis. */
#include <math.h>
#include <string.h>

#include "html_draw.h"
#include "html_write.h"
#include "lib/util.h"

#define WIDTH	 460.0
#define HEIGHT	 190.0
#define LEFT	 52.0
#define RIGHT	 14.0
#define TOP	 34.0
#define BOTTOM	 42.0
#define BARS_MAX 80
#define CHAR	 6.3

/**
 * struct hist - one of them
 * @out: where to
 * @l: the latencies
 * @first: bucket at the left end
 * @last: bucket behind the right end
 * @per_bar: buckets in a bar
 * @most: in a bar
 */
struct hist {
	FILE *out;
	const struct html_latency *l;
	u32 first;
	u32 last;
	u32 per_bar;
	double most;
};

static double x_at(const struct hist *h, double bucket)
{
	return LEFT + (bucket - h->first) / (h->last - h->first) * (WIDTH - LEFT - RIGHT);
}

/* Between the starts of two buckets as the crow flies. */
static double x_of(const struct hist *h, double us)
{
	u64 ns = us > 0 ? (u64)min(us * 1e3, 1e18) : 0, from;
	u32 b = latency_bucket(ns);
	double part = 0;

	from = latency_bucket_start(b);
	if (b + 1 < LATENCY_BUCKETS)
		part = (double)(ns - from) / (double)(latency_bucket_start(b + 1) - from);
	return min(max(x_at(h, b + min(part, 1.0)), LEFT), WIDTH - RIGHT);
}

static double bar(const struct hist *h, u32 at)
{
	double sum = 0;
	u32 i;

	for (i = at; i < min_t(u32, at + h->per_bar, LATENCY_BUCKETS); i++)
		sum += h->l->bucket[i];
	return sum;
}

/* Return: false when there is nothing in it. */
static bool measure(struct hist *h)
{
	u32 i, lo = LATENCY_BUCKETS, hi = 0;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		if (!(h->l->bucket[i] > 0))
			continue;
		lo = min(lo, i);
		hi = max(hi, i);
	}
	if (lo == LATENCY_BUCKETS)
		return false;
	/* an octave around it, so that one bucket is no wall */
	h->first = lo > 8 ? lo - 8 : 0;
	h->last = hi + 9;
	h->per_bar = (h->last - h->first + BARS_MAX - 1) / BARS_MAX;
	h->most = 0;
	for (i = h->first; i < h->last; i += h->per_bar)
		h->most = max(h->most, bar(h, i));
	return true;
}

static void draw_bars(const struct hist *h, double top)
{
	double base = HEIGHT - BOTTOM, v, y;
	u32 i;

	fputs("<path class=\"bars\" d=\"", h->out);
	for (i = h->first; i < h->last; i += h->per_bar) {
		v = bar(h, i);
		if (!(v > 0))
			continue;
		/* what is rare is seen all the same */
		y = max(v / top * (base - TOP), 1.0);
		fprintf(h->out, "M%.1f %.1fv-%.1fH%.1fv%.1fz", x_at(h, i) + 0.3, base, y,
			x_at(h, min_t(double, i + h->per_bar, h->last)) - 0.3, y);
	}
	fputs("\"/>\n", h->out);
}

static void draw_counts(const struct hist *h, const struct html_axis *a)
{
	double v, y, base = HEIGHT - BOTTOM;

	for (v = 0; v <= a->max + a->step / 2; v += a->step) {
		y = base - v / a->max * (base - TOP);
		html_line(h->out, "grid", LEFT, y, WIDTH - RIGHT, y);
		if (v >= 1e6)
			html_label(h->out, "tick end", LEFT - 5, y + 3.5, "%g M", v / 1e6);
		else if (v >= 1e4)
			html_label(h->out, "tick end", LEFT - 5, y + 3.5, "%g k", v / 1e3);
		else
			html_label(h->out, "tick end", LEFT - 5, y + 3.5, "%.0f", v);
	}
	fprintf(h->out,
		"<text class=\"axis\" transform=\"translate(11 %.1f) rotate(-90)\">count</text>\n",
		(TOP + base) / 2);
}

static void label_time(const struct hist *h, double us)
{
	fprintf(h->out, "<text class=\"tick mid\" x=\"%.1f\" y=\"%.1f\">", x_of(h, us),
		HEIGHT - BOTTOM + 15);
	if (us < 1)
		fprintf(h->out, "%.0f ns", us * 1e3);
	else if (us < 1e3)
		fprintf(h->out, "%.0f µs", us);
	else if (us < 1e6)
		fprintf(h->out, "%.0f ms", us / 1e3);
	else
		fprintf(h->out, "%.0f s", us / 1e6);
	fputs("</text>\n", h->out);
}

/* Powers of ten, and where there are but one or two of them 2 and 5 as well. */
static void draw_times(const struct hist *h)
{
	double from = latency_bucket_start(h->first) / 1e3, us, x;
	double to = latency_bucket_start(min_t(u32, h->last, LATENCY_BUCKETS - 1)) / 1e3;
	static const double between[] = { 1, 2, 5 };
	bool fine = h->last - h->first < 68;
	double last = -100;
	u32 i;

	for (us = 0.001; us < 1e10; us *= 10) {
		for (i = 0; i < (fine ? 3 : 1); i++) {
			double at = us * between[i];

			if (at < from || at > to)
				continue;
			x = x_of(h, at);
			html_line(h->out, "grid", x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 4);
			if (x - last < 44)
				continue;
			label_time(h, at);
			last = x;
		}
	}
	html_label(h->out, "axis", LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 8,
		   "latency (logarithmic)");
}

static void draw_mark(const struct hist *h, const char *class, const char *name, double us,
		      double y)
{
	double x = x_of(h, us);
	bool left = x > WIDTH - 110;

	if (!isfinite(us))
		return;
	fprintf(h->out, "<g class=\"mark %s\">", class);
	html_line(h->out, "at", x, y - 8, x, HEIGHT - BOTTOM);
	fprintf(h->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s ", left ? "end" : "",
		left ? x - 4 : x + 4, y, name);
	html_time(h->out, us);
	fputs("</text></g>\n", h->out);
}

static void draw(FILE *out, const char *id, const struct html_cgroup *c, const char *what,
		 const struct html_latency *l)
{
	struct hist h = { .out = out, .l = l };
	const char *name = c->name[0] ? c->name : "outside of all cgroups";
	char desc[256], step[32] = "backdrop";
	struct html_axis a;

	if (!(l->samples > 0) || !measure(&h))
		return;
	if (c->step)
		snprintf(step, sizeof(step), "step %u", c->step);
	snprintf(desc, sizeof(desc), "%s, %s: %.0f samples, p50 %.1f us, p99 %.1f us, max %.1f us",
		 name, step, l->samples, l->p50_us, l->p99_us, l->max_us);
	html_axis_make(&a, h.most, 4, true);
	fputs("<figure>\n<figcaption><b>", out);
	html_short(out, name, 40);
	fprintf(out, "</b>, %s: %s <span class=\"faint\">(%.0f samples, max ", step, what,
		l->samples);
	html_time(out, l->max_us);
	fputs(")</span></figcaption>\n", out);
	html_svg_begin(out, id, "histogram", WIDTH, HEIGHT, what, desc);
	draw_counts(&h, &a);
	draw_bars(&h, a.max);
	draw_times(&h);
	draw_mark(&h, "p50", "p50", l->p50_us, 12);
	draw_mark(&h, "p99", "p99", l->p99_us, 26);
	html_svg_end(out);
	fputs("</figure>\n", out);
}

void html_histograms(FILE *out, const char *id, const struct html_run *r)
{
	char svg[96];
	size_t i;

	fputs("<div class=\"histograms\">\n", out);
	for (i = 0; i < r->nr_cgroups; i++) {
		const struct html_cgroup *c = &r->cgroups[i];

		snprintf(svg, sizeof(svg), "%s-wake%zu", id, i);
		draw(out, svg, c, "wake-up latency", &c->wake);
		snprintf(svg, sizeof(svg), "%s-timer%zu", id, i);
		draw(out, svg, c, "timer latency", &c->timer);
		snprintf(svg, sizeof(svg), "%s-cost%zu", id, i);
		draw(out, svg, c, "time of an iteration", &c->cost);
	}
	fputs("</div>\n", out);
}
