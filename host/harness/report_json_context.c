// SPDX-License-Identifier: GPL-2.0-only
/* The part of the JSON result that says when, where and with what it came about. */
#include <string.h>

#include "host/inspect/json_text.h"
#include "host/inspect/value.h"
#include "ktstr_value.h"
#include "lib/util.h"
#include "report.h"
#include "report_internal.h"
#include "run_context.h"

/* Programs of a scheduler; more are not listed. */
#define PROGS_MAX 256

static void put_text(json_writer_t *w, const char *name, const char *text)
{
	json_text_field(w, name, text && *text ? text : NULL);
}

static void put_number(json_writer_t *w, const char *name, u64 v)
{
	if (v)
		json_u64_field(w, name, v);
	else
		jsonw_null_field(w, name);
}

/* Words of the command line; those of the sysctls only, or all but those. */
static void put_words(json_writer_t *w, const char *name, const char *line, bool sysctls)
{
	size_t len;

	jsonw_name(w, name);
	jsonw_start_array(w);
	for (; line && *line; line += len) {
		line += strspn(line, " ");
		len = strcspn(line, " ");
		if (len && !strncmp(line, "sysctl.", 7) == sysctls)
			json_line(w, line, len);
	}
	jsonw_end_array(w);
}

static void put_host(json_writer_t *w, const struct host_context *h)
{
	json_start(w, "host");
	put_text(w, "cpu_model", h->cpu_model);
	put_text(w, "cpu_vendor", h->cpu_vendor);
	put_text(w, "arch", h->arch);
	put_text(w, "kernel_release", h->release);
	put_text(w, "kernel_cmdline", h->cmdline);
	put_text(w, "online_cpus", h->online_cpus);
	put_number(w, "nr_online_cpus", h->nr_online);
	put_number(w, "nr_allowed_cpus", h->allowed_cpus);
	put_text(w, "numa_nodes", h->numa_nodes);
	put_number(w, "nr_numa_nodes", h->nr_nodes);
	put_text(w, "cpufreq_governor", h->governor);
	put_number(w, "mem_total_kib", h->mem_total_kib);
	put_number(w, "mem_available_kib", h->mem_available_kib);
	json_u64_field(w, "hugepages_total", h->hugepages_total);
	json_u64_field(w, "hugepages_free", h->hugepages_free);
	put_number(w, "hugepage_kib", h->hugepage_kib);
	put_text(w, "transparent_hugepages", h->thp);
	jsonw_end_object(w);
}

static void put_kvm_stats(json_writer_t *w, const struct ktstr_result *res)
{
	const struct vmm_report *r = &res->report;
	u32 i;

	if (!res->report_valid || !r->kvm_stats_known) {
		jsonw_null_field(w, "kvm_stats");
		return;
	}
	json_start(w, "kvm_stats");
	for (i = 0; i < VMM_KVM_STATS; i++) {
		if (r->kvm_stats_known >> i & 1)
			json_u64_field(w, vmm_kvm_stat_name(i), r->kvm_stats[i]);
		else
			jsonw_null_field(w, vmm_kvm_stat_name(i));
	}
	jsonw_end_object(w);
}

static void put_prog(json_writer_t *w, const struct value *prog)
{
	const char *name = value_text(value_get(prog, "name", NULL));
	const char *attach = value_text(value_get(prog, "attach", NULL));
	u64 insns;

	if (!name || !value_u64(value_get(prog, "verified_insns", NULL), &insns))
		return;
	jsonw_start_object(w);
	report_json_guest_text(w, "name", name);
	if (attach)
		report_json_guest_text(w, "attach", attach);
	else
		jsonw_null_field(w, "attach");
	json_u64_field(w, "verified_insns", insns);
	jsonw_end_object(w);
}

/* Of the first snapshot that knows of programs. */
static void put_verifier(json_writer_t *w, const struct ktstr_result *res)
{
	const struct value *progs = NULL, *prog;
	size_t i;

	for (i = 0; i < res->nr_snapshots && !progs; i++) {
		progs = ktstr_snapshot_value(&res->snapshots[i], "prog_runtime_stats", NULL);
		if (progs && !value_at(progs, 0))
			progs = NULL;
	}
	if (!progs) {
		jsonw_null_field(w, "verifier_stats");
		return;
	}
	jsonw_name(w, "verifier_stats");
	jsonw_start_array(w);
	for (i = 0; i < PROGS_MAX && (prog = value_at(progs, i)); i++)
		put_prog(w, prog);
	jsonw_end_array(w);
}

/* Each kind of work once, in the order of the plan. */
static void put_work_types(json_writer_t *w, const struct ktstr_load *l)
{
	size_t i, j;

	jsonw_name(w, "work_types");
	jsonw_start_array(w);
	for (i = 0; i < l->nr_groups; i++) {
		for (j = 0; j < i && strcmp(l->groups[j].work, l->groups[i].work); j++)
			;
		if (j == i)
			jsonw_string(w, l->groups[i].work);
	}
	jsonw_end_array(w);
}

static void put_nothing(json_writer_t *w)
{
	static const char *const names[] = {
		"run_id", "timestamp", "run_source",	   "kernel_version",
		"kargs",  "sysctls",   "project_commit",   "cpu_budget",
		"vcpus",  "host",      "scheduler_commit",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		jsonw_null_field(w, names[i]);
}

static void put_context(json_writer_t *w, const struct run_context *c)
{
	jsonw_string_field(w, "run_id", c->run_id);
	jsonw_string_field(w, "timestamp", c->timestamp);
	jsonw_string_field(w, "run_source", c->source);
	put_text(w, "kernel_version", c->kernel_version);
	put_words(w, "kargs", c->kargs, false);
	put_words(w, "sysctls", c->kargs, true);
	put_text(w, "scheduler_commit", c->scheduler_commit);
	put_text(w, "project_commit", c->project_commit);
	put_number(w, "vcpus", c->vcpus);
	put_number(w, "cpu_budget", c->host.allowed_cpus);
	put_host(w, &c->host);
}

void report_json_context(json_writer_t *w, const struct ktstr_test *test,
			 const struct ktstr_result *res)
{
	char topo[64];

	json_text_field(w, "test_name", test ? test->name ?: "run" : NULL);
	json_text_field(w, "topology", test ? report_topology(test, topo, sizeof(topo)) : NULL);
	jsonw_bool_field(w, "passed", res->verdict == KTSTR_PASS);
	jsonw_bool_field(w, "skipped", res->verdict == KTSTR_SKIP);
	jsonw_bool_field(w, "inconclusive", res->verdict == KTSTR_INCONCLUSIVE);
	put_work_types(w, &res->load);
	if (res->context)
		put_context(w, res->context);
	else
		put_nothing(w);
	jsonw_float_field_fmt(w, "cleanup_duration_ms", "%.3f",
			      (double)res->timings.cleanup_ns / NSEC_PER_MSEC);
	put_kvm_stats(w, res);
	put_verifier(w, res);
}
