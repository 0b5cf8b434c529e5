// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json_writer.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "lib/text.h"

#define DOCTOR_JSON_FORMAT 1

static const struct {
	const char *name;
	const char *colour;
} statuses[] = {
	[CHECK_OK] = { "ok", "\033[32m" },
	[CHECK_UNKNOWN] = { "unknown", "\033[33m" },
	[CHECK_MISSING] = { "missing", "\033[31m" },
	[CHECK_BROKEN] = { "broken", "\033[31m" },
};

const char *check_status_name(enum check_status status)
{
	return statuses[status].name;
}

struct check *doctor_check(struct doctor *d, const char *key, const char *label)
{
	struct check *c = &d->checks[d->nr++];

	memset(c, 0, sizeof(*c));
	c->key = key;
	c->label = label;
	return c;
}

void check_detail(struct check *c, const char *fmt, ...)
{
	char raw[sizeof(c->detail)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_escape_line(c->detail, sizeof(c->detail), raw, strlen(raw));
}

void check_bad(struct check *c, enum check_status status, const char *blocks, const char *fix)
{
	c->status = status;
	text_escape_line(c->blocks, sizeof(c->blocks), blocks, strlen(blocks));
	text_escape_line(c->fix, sizeof(c->fix), fix, strlen(fix));
}

const char *doctor_where(const struct doctor *d)
{
	const char *mode = getenv("KTSTR_HOST");

	if (mode && !strcmp(mode, "kvm"))
		return d->kvm ? "kvm" : "none";
	if (mode && !strcmp(mode, "emulated"))
		return d->emulated ? "emulated" : "none";
	if (mode && *mode && strcmp(mode, "auto"))
		return "none";
	if (d->kvm)
		return "kvm";
	return d->emulated ? "emulated" : "none";
}

bool doctor_ready(const struct doctor *d)
{
	return strcmp(doctor_where(d), "none") && d->kernel && d->guest_init;
}

static void print_check(const struct check *c, FILE *out, bool colour)
{
	fprintf(out, "%s%-8s%s %-14s %s\n", colour ? statuses[c->status].colour : "",
		statuses[c->status].name, colour ? "\033[0m" : "", c->label, c->detail);
	if (c->blocks[0])
		fprintf(out, "%-8s %-14s   blocks: %s\n", "", "", c->blocks);
	if (c->fix[0])
		fprintf(out, "%-8s %-14s   fix:    %s\n", "", "", c->fix);
}

static void print_summary(const struct doctor *d, FILE *out)
{
	const char *where = doctor_where(d);

	if (doctor_ready(d) && !strcmp(where, "kvm"))
		fputs("ready: runs use KVM\n", out);
	else if (doctor_ready(d))
		fputs("ready: runs take place in an emulated host, slower than with KVM\n", out);
	else
		fprintf(out, "not ready:%s%s%s\n",
			strcmp(where, "none") ? "" : " nowhere to run a VM;",
			d->kernel ? "" : " no kernel to test;",
			d->guest_init ? "" : " no guest-init;");
}

void doctor_print(const struct doctor *d, FILE *out, bool colour)
{
	unsigned int i;

	for (i = 0; i < d->nr; i++)
		print_check(&d->checks[i], out, colour);
	print_summary(d, out);
}

int doctor_json(const struct doctor *d, FILE *out)
{
	json_writer_t *w = jsonw_new(out);
	unsigned int i;

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_object(w);
	jsonw_uint_field(w, "format", DOCTOR_JSON_FORMAT);
	jsonw_bool_field(w, "ready", doctor_ready(d));
	jsonw_string_field(w, "host", doctor_where(d));
	jsonw_name(w, "checks");
	jsonw_start_array(w);
	for (i = 0; i < d->nr; i++) {
		const struct check *c = &d->checks[i];

		jsonw_start_object(w);
		jsonw_string_field(w, "key", c->key);
		jsonw_string_field(w, "status", statuses[c->status].name);
		jsonw_string_field(w, "detail", c->detail);
		jsonw_string_field(w, "blocks", c->blocks);
		jsonw_string_field(w, "fix", c->fix);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_end_object(w);
	jsonw_destroy(&w);
	return ferror(out) ? -EIO : 0;
}
