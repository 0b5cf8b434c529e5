// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <json_writer.h>
#include <string.h>

#include "host/harness/ktstr_canned.h"
#include "lib/preset.h"
#include "lib/util.h"
#include "lib/work.h"
#include "list_known.h"

#define TEXT_MAX 240

/**
 * struct known - one name
 * @name: it
 * @key: of @text, in JSON
 * @text: what there is to say
 */
struct known {
	const char *name;
	const char *key;
	char text[TEXT_MAX];
};

static bool scenario(size_t i, struct known *k)
{
	const struct ktstr_canned *c = ktstr_canned_at(i);

	if (!c)
		return false;
	k->name = c->name;
	k->key = "about";
	snprintf(k->text, sizeof(k->text), "%s", c->brief);
	return true;
}

static bool preset(size_t i, struct known *k)
{
	if (i >= PRESETS_NR)
		return false;
	k->name = presets[i].name;
	k->key = "topology";
	topology_format(&presets[i].topo, k->text, sizeof(k->text));
	return true;
}

/* Its parameters, with what they are unless said otherwise. */
static bool work(size_t i, struct known *k)
{
	const struct work_info *w = work_info(i);
	const struct work_arg *a;
	size_t n = 0;

	if (!w)
		return false;
	k->name = w->name;
	k->key = "parameters";
	k->text[0] = '\0';
	for (a = w->args; a->name && n < sizeof(k->text); a++)
		n += snprintf(k->text + n, sizeof(k->text) - n, "%s%s=%llu", n ? " " : "", a->name,
			      (unsigned long long)a->preset);
	return true;
}

static const struct {
	const char *what;
	bool (*get)(size_t i, struct known *k);
} kinds[] = {
	{ "scenarios", scenario },
	{ "presets", preset },
	{ "works", work },
};

static int write_json(bool (*get)(size_t i, struct known *k), FILE *out)
{
	json_writer_t *w = jsonw_new(out);
	struct known k;
	size_t i;

	if (!w)
		return -ENOMEM;
	jsonw_pretty(w, true);
	jsonw_start_array(w);
	for (i = 0; get(i, &k); i++) {
		jsonw_start_object(w);
		jsonw_string_field(w, "name", k.name);
		jsonw_string_field(w, k.key, k.text);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	jsonw_destroy(&w);
	return 0;
}

int list_known(const char *what, bool json, FILE *out, struct ktstr_err *err)
{
	struct known k;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].what, what))
			continue;
		if (json)
			return write_json(kinds[i].get, out);
		for (j = 0; kinds[i].get(j, &k); j++)
			fprintf(out, k.text[0] ? "%-20s %s\n" : "%s\n", k.name, k.text);
		return 0;
	}
	return ktstr_err_set(err, -EINVAL,
			     "'%.40s' is not one of schedulers, scenarios, presets, works", what);
}
