/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_MONITOR_TEXT_H
#define KTSTR_HOST_HARNESS_MONITOR_TEXT_H

/* What the monitor's verdict says in words; for monitor_eval.c. */
#include "host/harness/ktstr_monitor.h"

/**
 * monitor_text_none() - there are no samples
 * @m: @m->text is set
 * @why: printable ASCII, or NULL
 *
 * What the monitor itself gives as its reason comes first.
 */
void monitor_text_none(struct ktstr_monitor *m, const char *why);

/**
 * monitor_text_invalid() - the samples are not what they seem
 * @m: @m->text is set
 * @why: what is wrong with them
 */
void monitor_text_invalid(struct ktstr_monitor *m, const char *why);

/**
 * monitor_text_few() - there are fewer samples than a window has
 * @m: @m->text is set
 */
void monitor_text_few(struct ktstr_monitor *m);

/**
 * monitor_text_verdict() - what was violated, or that nothing was, and what
 *                          could not be checked
 * @m: @m->text is set
 */
void monitor_text_verdict(struct ktstr_monitor *m);

#endif /* KTSTR_HOST_HARNESS_MONITOR_TEXT_H */
