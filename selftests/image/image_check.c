// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/value.h"
#include "host/inspect/value_json.h"
#include "host/inspect/value_text.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "host/kernel/vmcore.h"
#include "image_check.h"

/* Of groups in groups, with arrays and structs around each. */
#define JSON_DEPTH_MAX 64
#include "selftests/unit/json_check.h"

static bool write_json(const struct value *root, struct image_look *to)
{
	FILE *out = open_memstream(&to->json, &to->len);
	json_writer_t *w = out ? jsonw_new(out) : NULL;

	if (!w)
		return false;
	value_json(w, root);
	jsonw_destroy(&w);
	return !fclose(out);
}

static bool has_section(const struct value *root, enum guest_section section)
{
	char name[64];

	if (value_get(root, guest_section_name(section), NULL))
		return true;
	snprintf(name, sizeof(name), "%s_unavailable", guest_section_name(section));
	return value_get(root, name, NULL);
}

/* Members that only walks add: quotes in a text of the guest's are escaped. */
static const char *find_gap(const char *json)
{
	static const char *const gaps[] = {
		"\"incomplete\":", "\"unsupported\":", "\"unreadable\":",
		"\"truncated\":{", "\"tree_full\":",   "\"dump_truncated_at_us\":",
	};
	const char *at = NULL;
	size_t i;

	for (i = 0; !at && i < ARRAY_SIZE(gaps); i++)
		at = strstr(json, gaps[i]);
	return at;
}

/* One value and nothing behind it; where that ends, or NULL when it is. */
static const char *find_error(const char *json, size_t len)
{
	struct json_check j = { .p = json, .end = json + len };

	if (!json_value(&j))
		return j.p;
	json_space(&j);
	return j.p == j.end ? NULL : j.p;
}

static const char *check(const struct vtree *t, struct image_look *to)
{
	const struct value *root = vtree_root(t);
	u64 complete;
	u32 i;

	if (!value_u64(value_get(root, "complete", NULL), &complete))
		return "the tree does not say whether it is complete";
	to->complete = complete;
	for (i = 0; i < GUEST_SECTIONS && !vtree_full(t); i++)
		if (!has_section(root, i))
			return "a section is missing";
	if (!write_json(root, to))
		return "no JSON was written";
	to->at = find_error(to->json, to->len);
	if (to->at)
		return "the JSON is not valid";
	to->at = complete ? find_gap(to->json) : NULL;
	return to->at ? "something is missing, but it says that it is complete" : NULL;
}

void image_look(struct guest_state *s, u64 budget_ns, struct image_look *to)
{
	struct vtree *t = guest_state_take(s, 0, budget_ns);

	*to = (struct image_look){ .why = "there is no tree" };
	if (t)
		to->why = check(t, to);
	vtree_free(t);
}

bool image_renew(struct image_guest *g, struct ktstr_err *err)
{
	u32 cpus = g->core->nr_cpus ?: GK_CPUS_MAX;

	guest_state_free(g->state);
	g->has_scx = !scx_layout_init(&g->scx, g->gk, g->btf, NULL);
	g->state = guest_state_new(g->gk, g->btf, g->has_scx ? &g->scx : NULL, cpus, err);
	if (g->state)
		guest_state_warm(g->state);
	return g->state;
}

bool image_reopen(struct image_guest *g, struct ktstr_err *err)
{
	struct gk_config cfg;

	guest_state_free(g->state);
	g->state = NULL;
	kbtf_free(g->btf);
	g->btf = NULL;
	gk_free(g->gk);
	vmcore_config(g->core, &cfg);
	cfg.image = g->image;
	g->gk = gk_new(&cfg, err);
	if (g->gk)
		g->btf = kbtf_new(g->gk, g->image, err);
	return g->btf && image_renew(g, err);
}

static void trace_sections(struct guest_state *s, struct image_accesses all[PHASES])
{
	struct vtree *t = vtree_new(GUEST_STATE_MAX);
	u32 i;

	s->in.tree = t;
	s->in.deadline_ns = 0;
	for (i = 0; t && i < GUEST_SECTIONS; i++) {
		image_trace_begin(PHASE_SECTIONS + i);
		guest_state_show(s, i, vtree_root(t));
		image_trace_end(all);
	}
	s->in.tree = NULL;
	vtree_free(t);
}

bool image_trace_all(struct image_guest *g, struct image_accesses all[PHASES])
{
	bool ok;

	image_trace_begin(PHASE_OPEN);
	ok = image_reopen(g, NULL);
	image_trace_end(all);
	if (!ok)
		return false;
	image_trace_begin(PHASE_STATE);
	ok = image_renew(g, NULL);
	image_trace_end(all);
	if (ok)
		trace_sections(g->state, all);
	return ok;
}
