// SPDX-License-Identifier: GPL-2.0-only
/* What the report and the JSON result say about programs that ran in the guest. */
#include <string.h>

#include "guest_text.h"
#include "lib/util.h"
#include "report_internal.h"

/* More programs than this are only counted. */
#define LIST_MAX 8

void report_output_print(FILE *out, const struct ktstr_result *res)
{
	char tag[128], why[GUEST_LINE_MAX];
	size_t i;

	for (i = 0; i < res->nr_outputs && i < LIST_MAX; i++) {
		const struct ktstr_output *o = &res->outputs[i];

		guest_line(tag, sizeof(tag), o->tag, strlen(o->tag));
		guest_line(why, sizeof(why), o->reason, strlen(o->reason));
		report_row(out, i ? "" : "programs", "%s: %s, after %llu ms; %zu%s bytes of output",
			   tag, why, (unsigned long long)(o->elapsed_ns / NSEC_PER_MSEC), o->len,
			   o->truncated ? " (cut)" : "");
	}
	if (i < res->nr_outputs)
		report_row(out, "", "and %zu more", res->nr_outputs - i);
}

void report_json_outputs(json_writer_t *w, const struct ktstr_result *res)
{
	size_t i;

	jsonw_name(w, "outputs");
	jsonw_start_array(w);
	for (i = 0; i < res->nr_outputs; i++) {
		const struct ktstr_output *o = &res->outputs[i];

		jsonw_start_object(w);
		report_json_guest_text(w, "tag", o->tag);
		jsonw_string_field(w, "end", wire_run_end_name(o->end));
		jsonw_uint_field(w, "code", o->code);
		report_json_guest_text(w, "reason", o->reason);
		jsonw_uint_field(w, "bytes", o->bytes);
		jsonw_uint_field(w, "kept", o->len);
		jsonw_bool_field(w, "truncated", o->truncated);
		jsonw_uint_field(w, "elapsed_ns", o->elapsed_ns);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}
