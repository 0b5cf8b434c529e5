// SPDX-License-Identifier: GPL-2.0-only
/* The part of the JSON result that the observer fills. */
#include <stdio.h>

#include "host/inspect/json_text.h"
#include "lib/util.h"
#include "report_internal.h"
#include "result_snapshot.h"

/* Of all requests; "ops_total" says how many there were. */
#define OPS_MAX 512

static void put_snapshot(json_writer_t *w, const struct ktstr_snapshot *s)
{
	const struct dump_view *v = &s->v;

	jsonw_start_object(w);
	json_text_field(w, "path", s->path);
	report_json_guest_text(w, "tag", v->tag);
	jsonw_string_field(w, "kind", wire_dump_kind_name(v->kind));
	report_json_guest_text(w, "schema", v->schema);
	jsonw_uint_field(w, "frozen", v->frozen);
	jsonw_uint_field(w, "vcpus", v->vcpus);
	jsonw_uint_field(w, "slots", v->slots);
	if (v->vcpu == WIRE_DUMP_NO_VCPU)
		jsonw_null_field(w, "vcpu");
	else
		jsonw_uint_field(w, "vcpu", v->vcpu);
	jsonw_uint_field(w, "exit_kind", v->exit_kind);
	jsonw_string_field(w, "exit_kind_name", result_exit_kind(v->exit_kind));
	report_json_guest_text(w, "exit_msg", v->exit_msg);
	json_hex_field(w, "kva", v->kva);
	json_hex_field(w, "old_value", v->old_value);
	json_hex_field(w, "new_value", v->new_value);
	jsonw_uint_field(w, "writes", v->writes);
	json_hex_field(w, "ip", v->ip);
	report_json_guest_text(w, "ip_symbol", v->ip_symbol);
	jsonw_uint_field(w, "t_ns", v->t_ns);
	jsonw_uint_field(w, "latch_to_frozen_ns", v->latch_to_frozen_ns);
	jsonw_uint_field(w, "frozen_to_captured_ns", v->frozen_to_captured_ns);
	jsonw_uint_field(w, "frozen_ns", v->frozen_ns);
	jsonw_uint_field(w, "elapsed_ms", v->elapsed_ns / NSEC_PER_MSEC);
	if (v->kind == WIRE_DUMP_PERIODIC)
		jsonw_uint_field(w, "boundary_offset_ms", v->boundary_ns / NSEC_PER_MSEC);
	else
		jsonw_null_field(w, "boundary_offset_ms");
	if (s->step == KTSTR_NO_STEP)
		jsonw_null_field(w, "step_index");
	else
		jsonw_uint_field(w, "step_index", s->step);
	jsonw_end_object(w);
}

static void put_op(json_writer_t *w, const struct op_view *v)
{
	jsonw_start_object(w);
	jsonw_string_field(w, "op", report_op_name(v->op));
	jsonw_uint_field(w, "id", v->id);
	jsonw_bool_field(w, "ok", v->status == WIRE_SNAP_OK);
	report_json_guest_text(w, "tag", v->tag);
	report_json_guest_text(w, "reason", v->reason);
	jsonw_uint_field(w, "writes", v->writes);
	jsonw_uint_field(w, "t_ns", v->t_ns);
	jsonw_end_object(w);
}

static void put_ops(json_writer_t *w, const struct ktstr_result *res)
{
	size_t i;

	jsonw_uint_field(w, "ops_total", res->nr_op_results);
	jsonw_name(w, "ops");
	jsonw_start_array(w);
	for (i = 0; i < min_t(size_t, res->nr_op_results, OPS_MAX); i++)
		put_op(w, &res->op_results[i]);
	jsonw_end_array(w);
}

static void put_observer(json_writer_t *w, const struct ktstr_result *res)
{
	if (!res->observer_seen) {
		jsonw_null_field(w, "observer");
		return;
	}
	json_start(w, "observer");
	jsonw_bool_field(w, "ok", res->observer_ok);
	report_json_guest_text(w, "text", res->observer_text);
	jsonw_end_object(w);
}

static void put_timecheck(json_writer_t *w, const struct ktstr_result *res)
{
	const struct ktstr_timecheck *t = &res->timecheck;

	if (!res->timecheck_seen) {
		jsonw_null_field(w, "timecheck");
		return;
	}
	json_start(w, "timecheck");
	jsonw_uint_field(w, "samples", t->samples);
	jsonw_uint_field(w, "elapsed_ns", t->elapsed_ns);
	jsonw_uint_field(w, "backwards", t->backwards);
	jsonw_uint_field(w, "max_step_ns", t->max_step_ns);
	jsonw_uint_field(w, "max_drift_ns", t->max_drift_ns);
	jsonw_uint_field(w, "tsc_khz", t->tsc_khz);
	jsonw_end_object(w);
}

void report_json_observer(json_writer_t *w, const struct ktstr_result *res)
{
	size_t i;

	jsonw_name(w, "snapshots");
	jsonw_start_array(w);
	for (i = 0; i < res->nr_snapshots; i++)
		put_snapshot(w, &res->snapshots[i]);
	jsonw_end_array(w);
	jsonw_uint_field(w, "snapshots_evicted", res->snapshots_evicted);
	put_ops(w, res);
	put_observer(w, res);
	put_timecheck(w, res);
}
