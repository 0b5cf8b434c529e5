/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_HTML_DRAW_H
#define KTSTR_HOST_HARNESS_HTML_DRAW_H

/* The parts of an HTML report, between its files and for nobody else. */
#include <stdio.h>

#include "html_run.h"

/* Depths of a queue that have a colour of their own; html_style() names them. */
#define HTML_DEPTHS 7

/**
 * html_timeline() - the queues over time, with steps and what happened, as SVG
 * @out: where to
 * @id: of the page, for ids in it
 * @r: the run; without a series nothing is drawn but a sentence that says so
 */
void html_timeline(FILE *out, const char *id, const struct html_run *r);

/**
 * html_histograms() - the latencies of each cgroup, as SVGs
 * @out: where to
 * @id: of the page, for ids in it
 * @r: the run; nothing is written of one without latencies
 */
void html_histograms(FILE *out, const char *id, const struct html_run *r);

/**
 * html_tables() - checks, steps, cgroups, what happened, and the ends of logs
 * @out: where to
 * @r: the run; what it has nothing of is left out
 */
void html_tables(FILE *out, const struct html_run *r);

/**
 * html_style() - the style sheet, for light and dark screens and for paper
 * @out: where to
 */
void html_style(FILE *out);

#endif /* KTSTR_HOST_HARNESS_HTML_DRAW_H */
