// SPDX-License-Identifier: GPL-2.0-only
/* Cgroups of a plan: made, found by their names, removed with all in them. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "host/harness/scenario_planner.h"
#include "lib/names.h"

#define CGROUP_MS 50

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

static int check_name(struct planner *pl, const char *name)
{
	const char *part;
	size_t len;

	if (!name || !*name)
		return planner_refuse(pl, "a cgroup needs a name");
	if (strlen(name) > NAME_MAX)
		return planner_refuse(pl,
				      "cgroup \"%.40s...\": its name has %zu bytes; shorten it to %u",
				      name, strlen(name), NAME_MAX);
	if (name[0] == '/')
		return planner_refuse(pl,
				      "cgroup \"%s\": names are below the root of the test's cgroups: drop the \"/\" in front",
				      name);
	for (part = name;; part += len + 1) {
		len = strcspn(part, "/");
		if (len == 2 && !memcmp(part, "..", 2))
			return planner_refuse(pl, "cgroup \"%s\": a name cannot go up with \"..\"",
					      name);
		if (!len)
			return planner_refuse(pl, "cgroup \"%s\": a part of its name is empty",
					      name);
		if (strspn(part, NAME_CHARS) < len)
			return planner_refuse(pl,
					      "cgroup \"%s\": names are made of letters, digits, \"_\" and \"-\", with \"/\" between cgroups",
					      name);
		if (!part[len])
			return 0;
	}
}

/* One that is there, or PLANNER_OUTSIDE. */
static u32 lookup(const struct planner *pl, const char *name, size_t len)
{
	u32 i;

	for (i = 0; i < pl->nr_cgroups; i++)
		if (pl->cgroups[i].alive && strlen(pl->cgroups[i].name) == len &&
		    !memcmp(pl->cgroups[i].name, name, len))
			return i;
	return PLANNER_OUTSIDE;
}

int planner_cgroup_find(struct planner *pl, const char *name, u32 *index)
{
	struct names names;
	u32 i;

	*index = lookup(pl, name, strlen(name));
	if (*index != PLANNER_OUTSIDE)
		return 0;
	names_init(&names, name);
	for (i = 0; i < pl->nr_cgroups; i++)
		if (pl->cgroups[i].alive)
			names_add(&names, pl->cgroups[i].name);
	if (!names.nr)
		return planner_refuse(pl,
				      "cgroup \"%.100s\" does not exist, and no other one does here: name it in .backdrop or in .setup",
				      name);
	return planner_refuse(pl, "cgroup \"%.100s\" does not exist here; %sthere are: %s", name,
			      names.hint, names_list(&names));
}

/* The kernel keeps processes out of cgroups with controlled ones below them. */
static int check_leaf(struct planner *pl, u32 index)
{
	u32 i;

	for (i = 0; i < pl->nr_cgroups; i++)
		if (pl->cgroups[i].alive && pl->cgroups[i].parent == index)
			return planner_refuse(pl,
					      "cgroup \"%s\" has \"%s\" below it, so no processes can be in it: use one below it",
					      pl->cgroups[index].name, pl->cgroups[i].name);
	return 0;
}

static int check_no_processes(struct planner *pl, u32 index, const char *below)
{
	bool used = false;
	size_t i;

	for (i = 0; i < pl->p->nr_groups; i++)
		used |= pl->groups[i].alive && pl->groups[i].cgroup == index;
	for (i = 0; i < pl->p->nr_payloads; i++)
		used |= pl->payloads[i].alive && pl->payloads[i].cgroup == index;
	if (used)
		return planner_refuse(pl,
				      "cgroup \"%s\": there are processes in \"%s\", so there can be no cgroup below it: put them into one of their own",
				      below, pl->cgroups[index].name);
	return 0;
}

int planner_cgroup_place(struct planner *pl, const char *name, u32 *index)
{
	int ret;

	*index = PLANNER_OUTSIDE;
	if (!name || !*name)
		return 0;
	ret = planner_cgroup_find(pl, name, index);
	return ret ?: check_leaf(pl, *index);
}

const char *planner_cgroup_name(const struct planner *pl, u32 index)
{
	return index == PLANNER_OUTSIDE ? NULL : pl->cgroups[index].name;
}

bool planner_cgroup_has(const struct planner *pl, u32 index, u32 top)
{
	for (; index != PLANNER_OUTSIDE; index = pl->cgroups[index].parent)
		if (index == top)
			return true;
	return false;
}

u32 planner_cgroup_frozen(const struct planner *pl, u32 index)
{
	for (; index != PLANNER_OUTSIDE; index = pl->cgroups[index].parent)
		if (pl->cgroups[index].frozen)
			break;
	return index;
}

static int add_one(struct planner *pl, const char *name, size_t len, u32 parent, u32 *index)
{
	struct scenario_op op = { .kind = SCENARIO_OP_CGROUP_ADD };
	struct planner_cgroup *c = &pl->cgroups[pl->nr_cgroups];
	char *copy = pool_printf(&pl->p->ops.pool, "%.*s", (int)len, name);

	if (pl->nr_cgroups == PLANNER_CGROUPS_MAX)
		return planner_refuse(pl, "more than %u cgroups: split the test",
				      PLANNER_CGROUPS_MAX);
	if (!copy)
		return planner_nomem(pl);
	*c = (struct planner_cgroup){
		.name = copy,
		.step = pl->step,
		.parent = parent,
		.alive = true,
	};
	*index = pl->nr_cgroups++;
	op.cgroup = copy;
	return planner_put(pl, &op, CGROUP_MS);
}

int planner_cgroup_add(struct planner *pl, const char *name, u32 *index)
{
	u32 parent = PLANNER_OUTSIDE, there;
	size_t len;
	int ret = check_name(pl, name);

	if (ret)
		return ret;
	there = lookup(pl, name, strlen(name));
	if (there != PLANNER_OUTSIDE)
		return planner_refuse(pl, "cgroup \"%s\" exists already%s", name,
				      pl->cgroups[there].implied ?
					      " because of one below it: name it first" :
					      (pl->dry ? ": the step that loops must remove it" :
							 ": use another name"));
	for (len = strcspn(name, "/"); name[len]; len += 1 + strcspn(name + len + 1, "/")) {
		there = lookup(pl, name, len);
		if (there == PLANNER_OUTSIDE) {
			ret = add_one(pl, name, len, parent, &there);
			if (ret)
				return ret;
			pl->cgroups[there].implied = true;
		}
		parent = there;
	}
	if (parent != PLANNER_OUTSIDE)
		ret = check_no_processes(pl, parent, name);
	return ret ?: add_one(pl, name, strlen(name), parent, index);
}

int planner_cgroup_set(struct planner *pl, u32 index, const char *file, const char *value)
{
	struct scenario_op op = {
		.kind = SCENARIO_OP_CGROUP_SET,
		.cgroup = pl->cgroups[index].name,
		.to = file,
		.value = value,
	};

	return value ? planner_put(pl, &op, CGROUP_MS) : planner_nomem(pl);
}

static int remove_one(struct planner *pl, u32 index)
{
	struct scenario_op op = {
		.kind = SCENARIO_OP_CGROUP_REMOVE,
		.cgroup = pl->cgroups[index].name,
	};

	pl->cgroups[index].alive = false;
	return planner_put(pl, &op, CGROUP_MS);
}

/* Workers that cannot run cannot report. */
static int thaw_within(struct planner *pl, u32 index)
{
	u32 i;
	int ret = 0;

	for (i = 0; i < pl->nr_cgroups && !ret; i++)
		if (pl->cgroups[i].alive && pl->cgroups[i].frozen &&
		    planner_cgroup_has(pl, i, index))
			ret = planner_cgroup_freeze(pl, i, false);
	return ret;
}

static int empty(struct planner *pl, u32 index)
{
	int ret = thaw_within(pl, index);
	u32 i;

	for (i = 0; i < pl->p->nr_payloads && !ret; i++)
		if (pl->payloads[i].alive && planner_cgroup_has(pl, pl->payloads[i].cgroup, index))
			ret = planner_payload_kill(pl, i);
	for (i = 0; i < pl->p->nr_groups && !ret; i++)
		if (pl->groups[i].alive && planner_cgroup_has(pl, pl->groups[i].cgroup, index))
			ret = planner_stop(pl, i);
	return ret;
}

int planner_cgroup_remove(struct planner *pl, u32 index)
{
	int ret = empty(pl, index);
	u32 i;

	/* those below come behind those above */
	for (i = pl->nr_cgroups; i-- && !ret;)
		if (pl->cgroups[i].alive && planner_cgroup_has(pl, i, index))
			ret = remove_one(pl, i);
	return ret;
}

int planner_cgroup_freeze(struct planner *pl, u32 index, bool frozen)
{
	struct planner_cgroup *c = &pl->cgroups[index];

	if (c->frozen == frozen)
		return planner_refuse(pl, "cgroup \"%s\" is %s", c->name,
				      frozen ? "frozen already" : "not frozen");
	c->frozen = frozen;
	return planner_cgroup_set(pl, index, "cgroup.freeze", frozen ? "1" : "0");
}
