// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/bits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dump.h"
#include "dump_state.h"
#include "dump_symbol.h"
#include "host/kernel/guest_kernel.h"
#include "json_text.h"
#include "lib/text.h"
#include "lib/util.h"

/* A longer line of a log is cut, and only the last lines are taken. */
#define LINE_MAX_BYTES 1024
#define LINES_MAX      4096

#define NO_STATE "the host knew no symbols and types of this kernel when it looked"

static void put_line(json_writer_t *w, const char *text, size_t len)
{
	json_line(w, text, min_t(size_t, len, LINE_MAX_BYTES));
}

static void put_symbol(json_writer_t *w, const char *name, const struct capture *c,
		       const struct dump_extra *x, u64 kva)
{
	char text[GK_SYMBOLISE_MAX];

	json_text_field(w, name, dump_symbolise(x->gk, c->state, kva, text, sizeof(text)));
}

/* Where the last LINES_MAX lines begin. */
static const char *last_lines(const char *text, size_t len)
{
	const char *p = text + len;
	u32 lines = 0;

	if (len && p[-1] == '\n')
		p--;
	while (p > text && (p[-1] != '\n' || ++lines < LINES_MAX))
		p--;
	return p;
}

static void put_log(json_writer_t *w, const char *name, bool logs, const char *raw, size_t raw_len)
{
	const char *text = logs && raw ? raw : "";
	size_t len = logs && raw ? raw_len : 0;
	size_t skip = len > DUMP_LOG_MAX ? len - DUMP_LOG_MAX : 0;
	const char *end = text + len, *p, *eol;

	jsonw_name(w, name);
	jsonw_start_array(w);
	for (p = last_lines(text + skip, len - skip); p < end; p = eol + 1) {
		eol = memchr(p, '\n', end - p) ?: end;
		put_line(w, p, eol - p);
	}
	jsonw_end_array(w);
}

static void put_gprs(json_writer_t *w, const struct vcpu_regs *r)
{
	static const char *const x86[] = { "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "r8",
					   "r9",  "r10", "r11", "r12", "r13", "r14", "r15" };
	u32 i, nr = min_t(u32, r->nr_gpr, ARRAY_SIZE(r->gpr));
	char name[8];

	json_start(w, "gprs");
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		json_hex_field(w, nr == ARRAY_SIZE(x86) ? x86[i] : name, r->gpr[i]);
	}
	jsonw_end_object(w);
}

static void put_vcpu(json_writer_t *w, u32 index, const struct capture *c,
		     const struct dump_extra *x)
{
	const struct capture_vcpu *v = &c->vcpus[index];
	const struct vcpu_regs *r = &v->regs;

	jsonw_start_object(w);
	jsonw_uint_field(w, "vcpu", index);
	jsonw_string_field(w, "state",
			   !v->parked ? "not parked" :
			   !r->valid  ? "parked, registers unreadable" :
					"parked");
	if (v->parked && r->valid) {
		json_hex_field(w, "instruction_pointer", r->ip);
		put_symbol(w, "ip_symbol", c, x, r->ip);
		json_hex_field(w, "stack_pointer", r->sp);
		json_hex_field(w, "page_table_root", r->pt_root);
		if (r->has_user_pt_root)
			json_hex_field(w, "user_page_table_root", r->user_pt_root);
		if (r->has_tcr)
			json_hex_field(w, "tcr_el1", r->tcr_el1);
		json_hex_field(w, "flags", r->flags);
		put_gprs(w, r);
	}
	jsonw_end_object(w);
}

static void put_frozen(json_writer_t *w, const struct capture *c)
{
	char text[32];
	u32 i;

	snprintf(text, sizeof(text), "%u/%u", c->frozen, c->nr_vcpus);
	jsonw_string_field(w, "frozen", text);
	jsonw_name(w, "slots_fired");
	jsonw_start_array(w);
	for (i = 0; i < 32; i++)
		if (c->slots & BIT(i))
			jsonw_uint(w, i);
	jsonw_end_array(w);
	if (c->vcpu == WIRE_DUMP_NO_VCPU)
		jsonw_null_field(w, "vcpu");
	else
		jsonw_uint_field(w, "vcpu", c->vcpu);
}

static void put_exit_info(json_writer_t *w, const struct scx_exit_info_view *v,
			  const struct capture *c, const struct dump_extra *x)
{
	u32 i;

	if (!v) {
		jsonw_null_field(w, "exit_info");
		return;
	}
	json_start(w, "exit_info");
	jsonw_uint_field(w, "kind", v->kind);
	json_text_field(w, "reason", v->reason);
	json_text_field(w, "message", v->msg);
	json_s64_field(w, "exit_code", v->exit_code);
	json_u64_field(w, "flags", v->flags);
	if (v->has_exit_cpu)
		jsonw_int_field(w, "exit_cpu", v->exit_cpu);
	jsonw_name(w, "backtrace");
	jsonw_start_array(w);
	for (i = 0; i < min_t(u32, v->bt_len, SCX_BT_MAX); i++) {
		jsonw_start_object(w);
		json_hex_field(w, "address", v->bt[i]);
		put_symbol(w, "symbol", c, x, v->bt[i]);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
}

static void put_scx(json_writer_t *w, const struct capture *c, const struct dump_extra *x)
{
	json_start(w, "exit_kind");
	jsonw_uint_field(w, "value", c->exit_kind);
	json_text_field(w, "name", scx_exit_kind_name(x->btf, c->exit_kind));
	jsonw_end_object(w);
	if (!c->has_scx) {
		jsonw_null_field(w, "scx_sched_state");
		return;
	}
	json_start(w, "scx_sched_state");
	json_hex_field(w, "root", c->sched_kva);
	json_text_field(w, "ops", c->ops_name);
	jsonw_uint_field(w, "exit_kind", c->live_exit_kind);
	if (c->has_watchdog)
		json_u64_field(w, "watchdog_timeout_jiffies", c->watchdog);
	jsonw_end_object(w);
}

static void put_watch(json_writer_t *w, const struct capture_watch *watch)
{
	if (!watch->kva) {
		jsonw_null_field(w, "watch");
		return;
	}
	json_start(w, "watch");
	json_text_field(w, "symbol", watch->symbol);
	json_hex_field(w, "address", watch->kva);
	jsonw_uint_field(w, "bytes", watch->len);
	json_hex_field(w, "old", watch->old_value);
	json_hex_field(w, "new", watch->new_value);
	json_u64_field(w, "writes", watch->writes);
	jsonw_end_object(w);
}

static void put_timings(json_writer_t *w, const struct dump_timings *t)
{
	json_start(w, "timings");
	json_u64_field(w, "t_ns", t->t_ns);
	json_u64_field(w, "latch_to_frozen_ns", t->latch_to_frozen_ns);
	json_u64_field(w, "frozen_to_captured_ns", t->frozen_to_captured_ns);
	json_u64_field(w, "frozen_ns", t->frozen_ns);
	jsonw_end_object(w);
}

/**
 * struct fit - what is left out so that a dump is not too long
 * @no_logs: the logs
 * @left_out: members of the state, see dump_state_put()
 * @no_early_state: the whole state of an early snapshot
 */
struct fit {
	bool no_logs;
	u32 left_out;
	bool no_early_state;
};

/* All that one standstill has; the members of an open object. */
static void put_capture(json_writer_t *w, const struct capture *c, const struct dump_timings *t,
			const struct scx_exit_info_view *exit_info, const struct dump_extra *x,
			u32 left_out)
{
	u32 i;

	jsonw_string_field(w, "kind", wire_dump_kind_name(c->kind));
	json_text_field(w, "tag", c->tag);
	put_frozen(w, c);
	put_scx(w, c, x);
	put_exit_info(w, exit_info, c, x);
	put_watch(w, &c->watch);
	if (c->has_jiffies)
		json_u64_field(w, "jiffies", c->jiffies);
	put_timings(w, t);
	jsonw_name(w, "vcpu_regs");
	jsonw_start_array(w);
	for (i = 0; i < c->nr_vcpus; i++)
		put_vcpu(w, i, c, x);
	jsonw_end_array(w);
	if (!c->state)
		json_text_field(w, "state_unavailable", NO_STATE);
	dump_state_put(w, c->state, left_out);
}

static bool capture_complete(const struct capture *c, u32 left_out)
{
	u32 i;

	for (i = 0; i < c->nr_vcpus; i++)
		if (!c->vcpus[i].parked || !c->vcpus[i].regs.valid)
			return false;
	return dump_state_complete(c->state, left_out);
}

/* Of the logs, their ends are all that a dump is to have. */
static bool is_complete(const struct capture *c, const struct dump_extra *x, const struct fit *fit)
{
	const struct dump_dual *d = x->dual;

	if (d && d->early && !capture_complete(d->early, fit->no_early_state ? ~0U : 0))
		return false;
	return !x->degraded_reason && !fit->no_logs && capture_complete(c, fit->left_out);
}

static void put_dual(json_writer_t *w, const struct capture *c, const struct dump_extra *x,
		     const struct fit *fit)
{
	const struct dump_dual *d = x->dual;

	if (d->early) {
		json_start(w, "early");
		put_capture(w, d->early, &d->early_timings, NULL, x, fit->no_early_state ? ~0U : 0);
		jsonw_end_object(w);
	}
	json_start(w, "late");
	put_capture(w, c, &x->timings, x->exit_info, x, fit->left_out);
	jsonw_end_object(w);
	json_u64_field(w, "early_max_age_jiffies", d->early_max_age_jiffies);
	json_u64_field(w, "early_threshold_jiffies", d->early_threshold_jiffies);
	json_text_field(w, "early_skipped_reason", d->early_skipped_reason);
}

static void put_degraded(json_writer_t *w, const struct capture *c, const struct dump_extra *x,
			 const struct fit *fit)
{
	char text[96];
	u32 i;

	for (i = 0; i < c->nr_vcpus && c->vcpus[i].parked; i++)
		;
	snprintf(text, sizeof(text), "%u of %u vCPUs did not park, vCPU %u first",
		 c->nr_vcpus - c->frozen, c->nr_vcpus, i);
	json_text_field(w, "degraded_reason", x->degraded_reason ?: text);
	put_capture(w, c, &x->timings, x->exit_info, x, fit->left_out);
}

static void put_dump(json_writer_t *w, const struct capture *c, const struct dump_extra *x,
		     const struct fit *fit)
{
	const char *schema = dump_schema(c, x);

	jsonw_start_object(w);
	jsonw_uint_field(w, "format", DUMP_FORMAT);
	jsonw_string_field(w, "schema", schema);
	json_text_field(w, "kernel", x->release);
	jsonw_bool_field(w, "complete", is_complete(c, x, fit));
	if (strcmp(schema, "degraded") == 0)
		put_degraded(w, c, x, fit);
	else if (x->dual)
		put_dual(w, c, x, fit);
	else
		put_capture(w, c, &x->timings, x->exit_info, x, fit->left_out);
	jsonw_bool_field(w, "logs_cut", fit->no_logs);
	put_log(w, "scheduler_log", !fit->no_logs, x->sched_log, x->sched_log_len);
	put_log(w, "console", !fit->no_logs, x->console, x->console_len);
	jsonw_end_object(w);
}

const char *dump_schema(const struct capture *c, const struct dump_extra *x)
{
	if (c->frozen < c->nr_vcpus || x->degraded_reason)
		return "degraded";
	return x->dual ? "dual" : "single";
}

static int render(const struct capture *c, const struct dump_extra *x, const struct fit *fit,
		  char **text, size_t *len)
{
	json_writer_t *w;
	FILE *out;
	int ret = 0;

	*text = NULL;
	out = open_memstream(text, len);
	if (!out)
		return -ENOMEM;
	w = jsonw_new(out);
	if (w) {
		jsonw_pretty(w, true);
		put_dump(w, c, x, fit);
		jsonw_destroy(&w);
	} else {
		ret = -ENOMEM;
	}
	if (ferror(out))
		ret = -ENOMEM;
	if (fclose(out))
		ret = -ENOMEM;
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}

/* Leaves out a little more. Return: false when there is nothing left to. */
static bool shrink(struct fit *fit, const struct capture *c, const struct dump_extra *x)
{
	u32 left_out;

	if (x->dual && x->dual->early && x->dual->early->state && !fit->no_early_state) {
		fit->no_early_state = true;
		return true;
	}
	left_out = dump_state_largest(c->state, fit->left_out);
	if (left_out != fit->left_out) {
		fit->left_out = left_out;
		return true;
	}
	if (fit->no_logs)
		return false;
	fit->no_logs = true;
	return true;
}

int dump_json(const struct capture *c, const struct dump_extra *x, char **text, size_t *len,
	      struct ktstr_err *err)
{
	struct fit fit = { 0 };
	int ret;

	do {
		ret = render(c, x, &fit, text, len);
		if (ret)
			return ktstr_err_set(err, ret, "no memory for a snapshot's text");
		if (*len <= WIRE_DUMP_JSON_MAX)
			return 0;
		free(*text);
		*text = NULL;
	} while (shrink(&fit, c, x));
	return ktstr_err_set(err, -E2BIG, "a snapshot of %u vCPUs is longer than %u bytes",
			     c->nr_vcpus, WIRE_DUMP_JSON_MAX);
}

/* The one whose store it was, else the boot CPU, if it stood still. */
static const struct vcpu_regs *regs_of(const struct capture *c)
{
	u32 i = c->vcpu < c->nr_vcpus ? c->vcpu : 0;

	if (i >= c->nr_vcpus || !c->vcpus[i].parked || !c->vcpus[i].regs.valid)
		return NULL;
	return &c->vcpus[i].regs;
}

void dump_view_fill(const struct capture *c, const struct dump_extra *x, const char *json,
		    size_t json_len, struct dump_view *v)
{
	const struct vcpu_regs *r = regs_of(c);
	char symbol[GK_SYMBOLISE_MAX];

	*v = (struct dump_view){
		.kind = c->kind,
		.frozen = c->frozen,
		.vcpus = c->nr_vcpus,
		.slots = c->slots,
		.vcpu = c->vcpu,
		.exit_kind = c->exit_kind,
		.kva = c->watch.kva,
		.old_value = c->watch.old_value,
		.new_value = c->watch.new_value,
		.writes = c->watch.writes,
		.ip = r ? r->ip : 0,
		.t_ns = x->timings.t_ns,
		.latch_to_frozen_ns = x->timings.latch_to_frozen_ns,
		.frozen_to_captured_ns = x->timings.frozen_to_captured_ns,
		.frozen_ns = x->timings.frozen_ns,
		.elapsed_ns = x->timings.elapsed_ns,
		.boundary_ns = x->timings.boundary_ns,
		.json = json,
		.json_len = json_len,
	};
	snprintf(v->tag, sizeof(v->tag), "%s", c->tag);
	snprintf(v->schema, sizeof(v->schema), "%s", dump_schema(c, x));
	if (r) {
		dump_symbolise(x->gk, c->state, r->ip, symbol, sizeof(symbol));
		text_escape_line(v->ip_symbol, sizeof(v->ip_symbol), symbol, strlen(symbol));
	}
	if (x->exit_info)
		text_escape_line(v->exit_msg, sizeof(v->exit_msg), x->exit_info->msg,
				 strnlen(x->exit_info->msg, SCX_MSG_MAX));
}
