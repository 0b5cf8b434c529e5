/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_REPORT_INTERNAL_H
#define KTSTR_HOST_HARNESS_REPORT_INTERNAL_H

/* Between the files of the report, and for nobody else. */
#include <json_writer.h>
#include <stdio.h>
#include <linux/compiler.h>

#include "host/harness/ktstr.h"

/**
 * report_row() - one line of the report below its first
 * @out: where to
 * @label: at most 10 characters; "" continues the row before
 * @fmt: the rest, one line
 */
void __printf(3, 4) report_row(FILE *out, const char *label, const char *fmt, ...);

/**
 * report_observer_print() - how well the host could look, and what it refused
 * @out: where to
 * @res: the result
 */
void report_observer_print(FILE *out, const struct ktstr_result *res);

/**
 * report_dumps_print() - why sched_ext gave up, snapshots, where the dump is
 * @out: where to
 * @res: the result
 */
void report_dumps_print(FILE *out, const struct ktstr_result *res);

/**
 * report_op_name() - an enum wire_op as one lower-case word
 * @op: any value; an unknown one gives "unknown"
 */
const char *report_op_name(u32 op);

/**
 * report_json_guest_text() - a string member with a line the guest wrote
 * @w: inside an object
 * @name: of the member
 * @text: NUL-terminated
 */
void report_json_guest_text(json_writer_t *w, const char *name, const char *text);

/**
 * report_json_observer() - the members snapshots, ops, observer, timecheck
 * @w: inside an object
 * @res: the result
 */
void report_json_observer(json_writer_t *w, const struct ktstr_result *res);

/**
 * report_json_context() - what the run was, where it took place, what KVM and the
 * verifier counted
 * @w: inside an object; pretty
 * @test: what was run, or NULL
 * @res: the result
 */
void report_json_context(json_writer_t *w, const struct ktstr_test *test,
			 const struct ktstr_result *res);

/**
 * report_output_print() - how programs in the guest ended, as rows
 * @out: where to
 * @res: the result
 */
void report_output_print(FILE *out, const struct ktstr_result *res);

/**
 * report_json_outputs() - the member outputs, without the text
 * @w: inside an object
 * @res: the result
 */
void report_json_outputs(json_writer_t *w, const struct ktstr_result *res);

/**
 * report_monitor_print() - what the monitor saw, as rows
 * @out: where to
 * @res: the result; nothing is printed of a monitor that neither looked nor was
 *       to decide
 */
void report_monitor_print(FILE *out, const struct ktstr_result *res);

/**
 * report_json_monitor() - the member monitor
 * @w: inside an object; pretty
 * @res: the result
 */
void report_json_monitor(json_writer_t *w, const struct ktstr_result *res);

/**
 * report_findings_print() - what came of the checks, as rows
 * @out: where to
 * @res: the result
 */
void report_findings_print(FILE *out, const struct ktstr_result *res);

/**
 * report_cgroups_print() - what the workers of each cgroup came to, and what the
 * host did to them, as rows
 * @out: where to
 * @res: the result
 */
void report_cgroups_print(FILE *out, const struct ktstr_result *res);

/**
 * report_timeline_print() - the steps in order, with what the monitor saw in each
 * @out: where to
 * @res: the result
 */
void report_timeline_print(FILE *out, const struct ktstr_result *res);

/**
 * report_json_load() - the member load
 * @w: inside an object; pretty
 * @res: the result
 */
void report_json_load(json_writer_t *w, const struct ktstr_result *res);

#endif /* KTSTR_HOST_HARNESS_REPORT_INTERNAL_H */
