// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cgroup.h"
#include "groups.h"
#include "lib/wire_worker.h"
#include "lib/work.h"

void groups_init(struct groups *gs, const struct scenario *sc, struct wire_writer *writer)
{
	*gs = (struct groups){ .sc = sc, .writer = writer };
}

static bool is_meant(const struct group_run *r, u32 index)
{
	return index == GROUPS_ALL || r->g.index == index;
}

static u32 workers_ever(const struct groups *gs)
{
	u32 i, nr = gs->nr_brief;

	for (i = 0; i < gs->nr; i++)
		nr += gs->run[i]->g.nr;
	return nr;
}

static struct group_run *add_run(struct groups *gs)
{
	struct group_run **run = reallocarray(gs->run, gs->nr + 1, sizeof(*run));
	struct group_run *r = calloc(1, sizeof(*r));

	if (run)
		gs->run = run;
	if (!run || !r) {
		free(r);
		return NULL;
	}
	r->g.gate = -1;
	gs->run[gs->nr++] = r;
	return r;
}

static void kill_run(struct group_run *r, u64 now_ns)
{
	r->killed = true;
	r->wanted_ns = now_ns;
	group_kill(&r->g);
}

int groups_start(struct groups *gs, u32 index, int cgroup_fd, int out, int errout,
		 struct ktstr_err *err)
{
	const struct scenario_group *sg;
	struct group_run *r;
	int ret;

	if (index >= gs->sc->nr_groups)
		return ktstr_err_set(err, -EINVAL, "there is no group %u, only %u of them", index,
				     gs->sc->nr_groups);
	sg = &gs->sc->groups[index];
	if (sg->workers > SCENARIO_WORKERS_MAX - workers_ever(gs))
		return ktstr_err_set(err, -E2BIG, "more than %d workers in one run",
				     SCENARIO_WORKERS_MAX);
	r = add_run(gs);
	if (!r)
		return ktstr_err_set(err, -ENOMEM, "no memory for a group of %u workers",
				     sg->workers);
	r->cgroup = sg->cgroup ? sg->cgroup : "";
	ret = group_start(&r->g, sg, index, cgroup_fd, out, errout, err);
	if (ret)
		kill_run(r, mono_ns());
	return ret;
}

void groups_release(struct groups *gs)
{
	u32 i;

	for (i = 0; i < gs->nr; i++)
		if (!gs->run[i]->wanted_ns && gs->run[i]->g.gate >= 0)
			group_release(&gs->run[i]->g);
}

static void stop_run(struct group_run *r, u64 now_ns)
{
	if (r->wanted_ns)
		return;
	r->wanted_ns = now_ns;
	group_stop(&r->g);
}

void groups_stop(struct groups *gs, u32 index, u64 now_ns)
{
	u32 i;

	for (i = 0; i < gs->nr; i++)
		if (is_meant(gs->run[i], index))
			stop_run(gs->run[i], now_ns);
}

void groups_stop_within(struct groups *gs, const char *cgroup, u64 now_ns)
{
	u32 i;

	for (i = 0; i < gs->nr; i++)
		if (cgroup_within(gs->run[i]->cgroup, cgroup))
			stop_run(gs->run[i], now_ns);
}

static void note_error(struct groups *gs, int ret)
{
	if (!gs->error)
		gs->error = ret;
}

/* Its reports are sent, and what the result needs of it is kept. */
static void collect(struct groups *gs, struct group_run *r, u64 start_ns)
{
	struct wire_worker_view *all;
	int ret;

	gs->iterations += group_total(&r->g);
	if (!r->g.nr)
		return;
	all = reallocarray(gs->brief, gs->nr_brief + r->g.nr, sizeof(*all));
	if (!all) {
		note_error(gs, -ENOMEM);
		gs->incomplete = true;
		return;
	}
	gs->brief = all;
	if (group_brief(&r->g, all + gs->nr_brief) != r->g.nr)
		gs->incomplete = true;
	gs->nr_brief += r->g.nr;
	ret = group_report(&r->g, gs->writer, start_ns);
	note_error(gs, ret);
	if (!ret)
		gs->reports += r->g.nr;
}

/* Return: when it wants to be looked at again, or 0 when it has been collected. */
static u64 collect_run(struct groups *gs, struct group_run *r, u64 now_ns, u64 timeout_ns,
		       u64 limit_ns, u64 start_ns)
{
	u64 deadline = r->wanted_ns + (r->killed ? GROUPS_KILL_NS : timeout_ns);

	if (!r->killed)
		deadline = min(deadline, limit_ns);
	if (group_running(&r->g) && now_ns < deadline)
		return deadline;
	if (group_running(&r->g) && !r->killed) {
		kill_run(r, now_ns);
		return now_ns + GROUPS_KILL_NS;
	}
	collect(gs, r, start_ns);
	return 0;
}

static void forget(struct groups *gs, u32 i)
{
	struct group_run *r = gs->run[i];

	gs->nr--;
	memmove(&gs->run[i], &gs->run[i + 1], (gs->nr - i) * sizeof(gs->run[0]));
	/* What SIGKILL does not end is not waited for, and its memory is its own. */
	if (!group_running(&r->g)) {
		group_free(&r->g);
		free(r);
	}
}

u64 groups_collect(struct groups *gs, u64 now_ns, u64 timeout_ns, u64 limit_ns, u64 start_ns)
{
	u64 wake = UINT64_MAX, again;
	u32 i = 0;

	while (i < gs->nr) {
		struct group_run *r = gs->run[i];

		again = r->wanted_ns ? collect_run(gs, r, now_ns, timeout_ns, limit_ns, start_ns) :
				       UINT64_MAX;
		if (!again) {
			forget(gs, i);
			continue;
		}
		wake = min(wake, again);
		i++;
	}
	return wake;
}

bool groups_stopping(const struct groups *gs, u32 index)
{
	u32 i;

	for (i = 0; i < gs->nr; i++)
		if (gs->run[i]->wanted_ns && is_meant(gs->run[i], index))
			return true;
	return false;
}

bool groups_reaped(struct groups *gs, pid_t pid, int status)
{
	u32 i;

	for (i = 0; i < gs->nr; i++)
		if (group_reaped(&gs->run[i]->g, pid, status))
			return true;
	return false;
}

int groups_affinity(struct groups *gs, u32 index, char *const *cpus, struct ktstr_err *err)
{
	bool found = false;
	int ret = 0;
	u32 i;

	for (i = 0; i < gs->nr && !ret; i++) {
		if (gs->run[i]->g.index != index || gs->run[i]->wanted_ns)
			continue;
		found = true;
		ret = group_affinity(&gs->run[i]->g, cpus, err);
	}
	if (!found)
		return ktstr_err_set(err, -ESRCH, "group %u does not run", index);
	return ret;
}

void groups_moved(struct groups *gs, const char *from, const char *to)
{
	u32 i;

	for (i = 0; i < gs->nr; i++)
		if (!strcmp(gs->run[i]->cgroup, from))
			gs->run[i]->cgroup = to;
}

static const char *how_it_ended(int status, char *buf, size_t len)
{
	if (WIFSIGNALED(status))
		snprintf(buf, len, "it was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, len, "it exited with status %d", WEXITSTATUS(status));
	return buf;
}

bool groups_died(struct groups *gs, struct ktstr_err *err)
{
	char how[64], info[WORKER_INFO_MAX];
	u32 i, index;
	int status;

	for (i = 0; i < gs->nr; i++) {
		struct group_run *r = gs->run[i];

		if (r->wanted_ns || !group_died(&r->g, &index, &status))
			continue;
		group_info(&r->g, index, info, sizeof(info));
		ktstr_err_set(err, -ECHILD, "worker %u of group %u (%s%s%s): %s", index, r->g.index,
			      work_info(r->g.sg->work.type)->name, *r->cgroup ? " in cgroup " : "",
			      r->cgroup, info[0] ? info : how_it_ended(status, how, sizeof(how)));
		stop_run(r, mono_ns());
		return true;
	}
	return false;
}

u32 groups_workers(const struct groups *gs)
{
	u32 i, nr = 0;

	for (i = 0; i < gs->nr; i++)
		if (group_running(&gs->run[i]->g))
			/* threads of one process live and die together */
			nr += gs->run[i]->g.procs == gs->run[i]->g.nr ?
				      group_running(&gs->run[i]->g) :
				      gs->run[i]->g.nr;
	return nr;
}

u64 groups_total(const struct groups *gs)
{
	u64 sum = gs->iterations;
	u32 i;

	for (i = 0; i < gs->nr; i++)
		sum += group_total(&gs->run[i]->g);
	return sum;
}

void groups_free(struct groups *gs)
{
	while (gs->nr) {
		struct group_run *r = gs->run[--gs->nr];

		group_free(&r->g);
		free(r);
	}
	free(gs->run);
	free(gs->brief);
	gs->run = NULL;
	gs->brief = NULL;
}
