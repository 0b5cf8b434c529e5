// SPDX-License-Identifier: GPL-2.0-only
/* The order in which a dump is read, and parts of it. */
#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "show_internal.h"

/**
 * struct section - a part of the text
 * @name: as --section takes it
 * @show: prints it
 */
static const struct section {
	const char *name;
	bool (*show)(const struct show *s);
} sections[] = {
	{ "summary", show_summary },
	{ "backtrace", show_backtrace },
	{ "variables", show_variables },
	{ "maps", show_maps },
	{ "sched_ext", show_scx },
	{ "queues", show_queues },
	{ "vcpus", show_vcpus },
	{ "tasks", show_tasks },
	{ "allocations", show_allocations },
	{ "logs", show_logs },
	{ "missing", show_missing },
};

static bool is_dump(const struct value *root, const struct value *dump)
{
	return show_get(root, "format") && show_get(dump, "vcpu_regs") && show_get(dump, "timings");
}

int show_init(struct show *s, const struct value *root, FILE *out, struct ktstr_err *err)
{
	s->out = out;
	s->root = root;
	s->dump = show_get(root, "late") ?: root;
	if (is_dump(root, s->dump))
		return 0;
	return ktstr_err_set(err, -EINVAL,
			     "this is no dump of ktstr: it has no \"format\", \"vcpu_regs\" and \"timings\"; --path shows parts of any JSON");
}

void show_dump(const struct show *s)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		sections[i].show(s);
}

static int no_section(const char *name, struct ktstr_err *err)
{
	char names[160] = "";
	size_t used = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sections); i++)
		used += snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
				 sections[i].name);
	return ktstr_err_set(err, -ENOENT,
			     "no section or member '%.60s'; sections are %s; for members try --path %.60s",
			     name, names, name);
}

int show_section(const struct show *s, const char *name, struct ktstr_err *err)
{
	const struct value *v = show_get(s->dump, name) ?: show_get(s->root, name);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		if (strcmp(sections[i].name, name) != 0)
			continue;
		if (!sections[i].show(s))
			fputs("nothing in this dump\n", s->out);
		return 0;
	}
	if (!v)
		return no_section(name, err);
	show_value(s, v, 0, 0);
	return 0;
}

int show_path(const struct show *s, const char *path, struct ktstr_err *err)
{
	const struct value *v = value_get(s->root, path, err);

	if (!v)
		return -errno;
	show_value(s, v, 0, 0);
	return 0;
}
