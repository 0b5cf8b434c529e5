/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_HTML_H
#define KTSTR_HOST_HARNESS_HTML_H

/*
 * Runs on one page that can be opened anywhere: HTML and SVG, no scripts, nothing
 * that would have to be loaded.
 */
#include <stdio.h>

#include "host/harness/html_run.h"

/* More on one page nobody could open. */
#define HTML_RUNS_MAX 2000

/**
 * struct html_runs - the runs of a page
 * @run: them, owned
 * @nr: how many
 *
 * Zeroed memory is none.
 */
struct html_runs {
	struct html_run *run;
	size_t nr;
};

/**
 * html_runs_read() - read what runs have left
 * @runs: zeroed, then filled in, also before a failure: html_runs_free(). Those that
 *        did not pass come first, each kind in the order of its files' names
 * @place: as for result_files_find()
 * @err: names the file or directory and what is wrong with it, or NULL
 *
 * Return: 0, -E2BIG above HTML_RUNS_MAX, the negative errno of a file that cannot be
 * read, or as result_files_find() and html_run_parse().
 */
int html_runs_read(struct html_runs *runs, const char *place, struct ktstr_err *err);

/**
 * html_runs_free() - release them
 * @runs: filled, half-filled or zeroed
 */
void html_runs_free(struct html_runs *runs);

/**
 * html_write() - the page
 * @out: where to
 * @title: of the page, any bytes: what was run
 * @runs: what is on it; it may be empty
 *
 * Return: 0, or -EIO when @out does not take it.
 */
int html_write(FILE *out, const char *title, const struct html_runs *runs);

#endif /* KTSTR_HOST_HARNESS_HTML_H */
