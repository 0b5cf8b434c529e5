// SPDX-License-Identifier: GPL-2.0-only
/* Programs that are part of a plan's load. */
#include <errno.h>
#include <string.h>

#include "host/harness/discover.h"
#include "host/harness/plan.h"
#include "host/harness/plan_run.h"
#include "host/harness/scenario_planner.h"
#include "lib/names.h"
#include "lib/util.h"

/* At a time, as guest-init/payload.h has it. */
#define RUNNING_MAX 64
#define PAYLOAD_MS  100
/* Its step's end comes first. */
#define NEVER_MS UINT32_MAX

static const char *name_of(const struct ktstr_payload *payload)
{
	const char *slash;

	if (payload->name || !payload->argv || !payload->argv[0])
		return payload->name ?: "";
	slash = strrchr(payload->argv[0], '/');
	return slash ? slash + 1 : payload->argv[0];
}

static int check(struct planner *pl, const struct ktstr_payload *payload, const char *name)
{
	size_t argc = 0, running = 0, i;

	while (payload->argv && payload->argv[argc] && argc <= SCENARIO_ARGV_MAX)
		argc++;
	if (!argc || !payload->argv[0][0])
		return planner_refuse(pl, "give it a program in .argv");
	if (argc > SCENARIO_ARGV_MAX)
		return planner_refuse(pl, "more than %u words in .argv", SCENARIO_ARGV_MAX);
	if (!*name || strlen(name) > WIRE_SNAP_TAG_MAX)
		return planner_refuse(pl, "its name must have 1 to %u bytes: set .name",
				      WIRE_SNAP_TAG_MAX);
	for (i = 0; i < pl->p->nr_payloads; i++) {
		running += pl->payloads[i].alive;
		if (pl->payloads[i].alive && !strcmp(pl->p->payloads[i].name, name))
			return planner_refuse(pl,
					      "a payload of that name may still run: set another .name, or wait for it first");
	}
	if (running == RUNNING_MAX)
		return planner_refuse(pl, "at most %u payloads run at a time", RUNNING_MAX);
	return 0;
}

static int check_room(struct planner *pl, u32 cgroup)
{
	u32 frozen = planner_cgroup_frozen(pl, cgroup);

	if (frozen != PLANNER_OUTSIDE)
		return planner_refuse(pl,
				      "cgroup \"%s\" is frozen, it could not start: unfreeze it first",
				      pl->cgroups[frozen].name);
	if (pl->dry)
		return 0;
	pl->p->ops.runs += pl->round ? pl->span.rounds : 1;
	if (pl->p->ops.runs > KTSTR_OUTPUTS_MAX)
		return planner_refuse(pl, "%llu programs so far; a run has at most %u",
				      (unsigned long long)pl->p->ops.runs, KTSTR_OUTPUTS_MAX);
	return 0;
}

/* A second round starts the same one again. */
static bool noted(struct planner *pl, const struct ktstr_payload *payload)
{
	u32 i;

	for (i = 0; pl->dry && i < pl->p->nr_payloads; i++)
		if (pl->p->payloads[i].payload == payload && pl->p->payloads[i].step == pl->step) {
			pl->payloads[i].alive = true;
			return true;
		}
	return false;
}

static void note(struct planner *pl, const struct ktstr_payload *payload, const char *name,
		 u32 cgroup)
{
	u32 i = pl->p->nr_payloads;

	if (noted(pl, payload))
		return;
	/* each has counted as an output: there is room */
	pl->p->payloads[i] = (struct scenario_payload){ name, payload, pl->step };
	pl->payloads[i] = (struct planner_payload){ .cgroup = cgroup, .alive = true };
	pl->p->nr_payloads++;
}

static int start(struct planner *pl, const struct ktstr_payload *payload, const char *name,
		 u32 cgroup)
{
	struct pool *pool = &pl->p->ops.pool;
	struct scenario_op op = {
		.kind = SCENARIO_OP_PAYLOAD,
		.timeout_ms = payload->timeout_ms ?: NEVER_MS,
		.cgroup = planner_cgroup_name(pl, cgroup),
	};
	char *found;
	int ret = check(pl, payload, name);

	if (!ret)
		ret = check_room(pl, cgroup);
	if (ret)
		return ret;
	found = discover_program(payload->argv[0], &pl->err);
	if (!found)
		return -errno;
	op.path = plan_run_path(found, pool, &pl->err);
	if (!op.path)
		return -errno;
	op.argv = plan_run_argv(payload->argv, pool);
	op.tag = pool_strdup(pool, name);
	if (!op.argv || !op.tag)
		return planner_nomem(pl);
	note(pl, payload, op.tag, cgroup);
	return planner_put(pl, &op, PAYLOAD_MS);
}

int planner_payload_start(struct planner *pl, const struct ktstr_payload *payload, u32 cgroup)
{
	const char *name = name_of(payload);

	return planner_within(pl, start(pl, payload, name, cgroup), "payload \"%.80s\"", name);
}

int planner_payload_find(struct planner *pl, const char *name, u32 *index)
{
	struct names names;
	u32 i;

	names_init(&names, name);
	for (i = 0; i < pl->p->nr_payloads; i++) {
		if (!pl->payloads[i].alive)
			continue;
		*index = i;
		if (!strcmp(pl->p->payloads[i].name, name))
			return 0;
		names_add(&names, pl->p->payloads[i].name);
	}
	return planner_refuse(pl, "payload \"%.80s\" does not run here; %sthere are: %s", name,
			      names.hint, names_list(&names));
}

int planner_payload_wait(struct planner *pl, const char *name, u32 timeout_ms)
{
	struct scenario_op op = {
		.kind = SCENARIO_OP_PAYLOAD_WAIT,
		.timeout_ms = timeout_ms ?: KTSTR_RUN_TIMEOUT_MS * plan_slowdown(),
	};
	u32 i, frozen;
	int ret = planner_payload_find(pl, name, &i);

	if (ret)
		return ret;
	frozen = planner_cgroup_frozen(pl, pl->payloads[i].cgroup);
	if (frozen != PLANNER_OUTSIDE)
		return planner_refuse(pl,
				      "cgroup \"%s\" is frozen, the payload would never end: unfreeze it first",
				      pl->cgroups[frozen].name);
	op.tag = pl->p->payloads[i].name;
	pl->payloads[i].alive = false;
	return planner_put(pl, &op, timeout_ms ?: KTSTR_RUN_TIMEOUT_MS);
}

int planner_payload_kill(struct planner *pl, u32 index)
{
	struct scenario_op op = {
		.kind = SCENARIO_OP_PAYLOAD_KILL,
		.tag = pl->p->payloads[index].name,
	};

	pl->payloads[index].alive = false;
	return planner_put(pl, &op, PAYLOAD_MS);
}
