// SPDX-License-Identifier: GPL-2.0-only
/* What stands in a dump, by name, whatever is really there. */
#include <inttypes.h>
#include <linux/bits.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "show_internal.h"

/* include/linux/sched/ext.h, enum scx_dsq_id_flags */
#define DSQ_BUILTIN  BIT_ULL(63)
#define DSQ_LOCAL_ON BIT_ULL(62)
#define DSQ_CPU_MASK 0xffffffffULL

static const struct value *member(const struct value *v, const char *name, size_t len)
{
	const struct value *m;

	if (!v || value_kind(v) != VALUE_STRUCT)
		return NULL;
	for (m = value_first(v); m; m = value_next(m))
		if (strlen(value_name(m)) == len && memcmp(value_name(m), name, len) == 0)
			return m;
	return NULL;
}

const struct value *show_get(const struct value *v, const char *path)
{
	const char *dot;

	for (; v && *path; path = dot + 1) {
		dot = strchrnul(path, '.');
		v = member(v, path, dot - path);
		if (!*dot)
			break;
	}
	return v;
}

bool show_u64(const struct value *v, const char *path, u64 *n)
{
	return value_u64(show_get(v, path), n);
}

u64 show_num(const struct value *v, const char *path)
{
	u64 n;

	return show_u64(v, path, &n) ? n : 0;
}

const struct value *show_items(const struct value *v, const char *path)
{
	v = show_get(v, path);
	return v && value_kind(v) == VALUE_ARRAY ? value_first(v) : NULL;
}

u64 show_count(const struct value *v, const char *path)
{
	u64 needed, had;

	v = show_get(v, path);
	if (!v || value_kind(v) != VALUE_ARRAY)
		return 0;
	return value_lost(v, &needed, &had) ? max(needed, value_count(v)) : value_count(v);
}

static struct show_str scalar(const struct value *v)
{
	struct show_str t = { "" };
	const char *text;
	s64 n;

	switch (value_kind(v)) {
	case VALUE_STRING:
	case VALUE_ENUM:
		text = value_text(v);
		if (text)
			text_escape_line(t.s, sizeof(t.s), text, strlen(text));
		else if (value_s64(v, &n))
			snprintf(t.s, sizeof(t.s), "%" PRId64, n);
		break;
	case VALUE_BOOL:
		snprintf(t.s, sizeof(t.s), "%s", value_s64(v, &n) && n ? "yes" : "no");
		break;
	case VALUE_INT:
		if (value_s64(v, &n))
			snprintf(t.s, sizeof(t.s), "%" PRId64, n);
		break;
	case VALUE_UINT:
		if (value_s64(v, &n))
			snprintf(t.s, sizeof(t.s), "%" PRIu64, (u64)n);
		break;
	case VALUE_HEX:
	case VALUE_PTR:
		if (value_s64(v, &n))
			snprintf(t.s, sizeof(t.s), "0x%" PRIx64, (u64)n);
		break;
	default:
		break;
	}
	return t;
}

struct show_str show_str(const struct value *v, const char *path)
{
	static const struct show_str none;

	v = show_get(v, path);
	return v ? scalar(v) : none;
}

bool show_has(const struct value *v, const char *path)
{
	struct show_str t = show_str(v, path);

	return *t.s;
}

bool show_is(const struct value *v, const char *path, const char *text)
{
	return strcmp(show_str(v, path).s, text) == 0;
}

struct show_str show_task_name(const struct value *task)
{
	struct show_str t;

	if (!show_has(task, "pid"))
		snprintf(t.s, sizeof(t.s), "a task that cannot be read");
	else
		snprintf(t.s, sizeof(t.s), "%.80s (%.20s)", show_str(task, "comm").s,
			 show_str(task, "pid").s);
	return t;
}

struct show_str show_ns(u64 ns)
{
	struct show_str t;

	if (!ns)
		snprintf(t.s, sizeof(t.s), "0");
	else if (ns >= NSEC_PER_SEC)
		snprintf(t.s, sizeof(t.s), "%.3f s", ns / 1e9);
	else if (ns >= NSEC_PER_MSEC)
		snprintf(t.s, sizeof(t.s), "%.3f ms", ns / 1e6);
	else
		snprintf(t.s, sizeof(t.s), "%.3f us", ns / 1e3);
	return t;
}

struct show_str show_jiffies(const struct show *s, u64 jiffies)
{
	u64 hz = show_num(s->dump, "hz");
	struct show_str t;

	if (hz)
		snprintf(t.s, sizeof(t.s), "%.3f s", (double)jiffies / hz);
	else
		snprintf(t.s, sizeof(t.s), "%" PRIu64 " jiffies", jiffies);
	return t;
}

bool show_wait(const struct show *s, const struct value *task, u64 *jiffies)
{
	u64 now, since;

	if (!show_u64(s->dump, "jiffies", &now) || !show_u64(task, "runnable_at", &since))
		return false;
	/* In a dump of a running guest the task may be the younger one. */
	*jiffies = now > since ? now - since : 0;
	return true;
}

struct show_str show_dsq_id(const struct value *v, const char *path)
{
	static const char *const builtin[] = { "no queue", "global", "local", "bypass" };
	struct show_str t = show_str(v, path);
	u64 id;

	if (!show_u64(v, path, &id) || !(id & DSQ_BUILTIN))
		return t;
	if (id & DSQ_LOCAL_ON)
		snprintf(t.s, sizeof(t.s), "local of CPU %u", (u32)(id & DSQ_CPU_MASK));
	else if ((id & ~DSQ_BUILTIN) < ARRAY_SIZE(builtin))
		snprintf(t.s, sizeof(t.s), "%s", builtin[id & ~DSQ_BUILTIN]);
	return t;
}
