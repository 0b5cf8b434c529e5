// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "group.h"
#include "work_run.h"

#define ERRORS (WORKER_AFFINITY_ERROR | WORKER_POLICY_ERROR)

static u32 proc_of(const struct group *g, u32 index)
{
	return g->procs == 1 ? 0 : index;
}

static bool is_done(const struct group *g, u32 index)
{
	return __atomic_load_n(&g->shared->slot[index].state, __ATOMIC_ACQUIRE) == WORK_DONE;
}

static bool has_ended(const struct group *g, u32 index)
{
	return g->started && !g->pid[proc_of(g, index)];
}

bool group_died(const struct group *g, u32 *index, int *status)
{
	u32 i, found = g->nr;

	if (g->stopping || g->running == g->procs)
		return false;
	for (i = 0; i < g->nr; i++) {
		if (!has_ended(g, i))
			continue;
		found = min(found, i);
		/* Of threads that ended together, the one that was the cause. */
		if (g->shared->slot[i].state == WORK_FAILED) {
			found = i;
			break;
		}
	}
	if (found == g->nr)
		return false;
	*index = found;
	*status = g->status[proc_of(g, found)];
	return true;
}

static void explain_end(const struct group *g, u32 index, char *buf, size_t len)
{
	int status = g->status[proc_of(g, index)];

	if (g->flags[index] & WORKER_KILLED)
		snprintf(buf, len, "it did not stop when told to, and was killed");
	else if (WIFSIGNALED(status))
		snprintf(buf, len, "it was killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, len, "it exited with status %d", WEXITSTATUS(status));
}

char *group_info(const struct group *g, u32 index, char *buf, size_t len)
{
	const char *own = g->shared->report[index].view.info;

	*buf = '\0';
	if (g->flags[index] & ERRORS)
		snprintf(buf, len, "%s", g->info);
	else if (*own)
		snprintf(buf, len, "%.*s", WORKER_INFO_MAX - 1, own);
	else if (has_ended(g, index) && !is_done(g, index))
		explain_end(g, index, buf, len);
	return buf;
}

u64 group_total(const struct group *g)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < g->nr; i++)
		sum += __atomic_load_n(&g->shared->slot[i].iterations, __ATOMIC_RELAXED);
	return sum;
}

u32 group_brief(const struct group *g, struct wire_worker_view *out)
{
	u32 i, nr = 0;

	for (i = 0; i < g->nr; i++) {
		const struct worker_view *v = &g->shared->report[i].view;
		const struct work_slot *s = &g->shared->slot[i];

		out[i] = (struct wire_worker_view){ .tid = s->tid, .work_units = s->units };
		if (!is_done(g, i))
			continue;
		out[i].flags = WIRE_WORKER_COMPLETED;
		out[i].work_units = v->work_units;
		out[i].cpu_ns = v->cpu_ns;
		out[i].wall_ns = v->wall_ns;
		nr++;
	}
	return nr;
}

static void fill_report(const struct group *g, u32 i, u64 start_ns, struct worker_view *v)
{
	const struct work_report *r = &g->shared->report[i];
	const struct work_slot *s = &g->shared->slot[i];

	if (is_done(g, i)) {
		*v = r->view;
		if (r->gap_end_ns > start_ns)
			v->max_gap_at_ms =
				min_t(u64, (r->gap_end_ns - start_ns) / NSEC_PER_MSEC, UINT32_MAX);
		v->numa_migrated = g->migrated;
	} else {
		memset(v, 0, sizeof(*v));
		v->flags = r->view.flags & ERRORS;
		v->work_units = s->units;
		v->iterations = s->iterations;
	}
	v->tid = s->tid;
	v->group = g->index;
	v->index = i;
	v->step = g->sg->step;
	v->flags |= g->flags[i];
	v->status = g->status[proc_of(g, i)];
	group_info(g, i, v->info, sizeof(v->info));
}

int group_report(const struct group *g, struct wire_writer *w, u64 start_ns)
{
	struct worker_view *v;
	void *buf;
	size_t len;
	int ret = 0;
	u32 i;

	v = malloc(sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (i = 0; i < g->nr && !ret; i++) {
		fill_report(g, i, start_ns, v);
		ret = worker_encode(v, &buf, &len);
		if (ret)
			break;
		ret = wire_writer_send(w, WIRE_WREP, buf, len);
		free(buf);
	}
	free(v);
	return ret;
}
