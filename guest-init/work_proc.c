// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel counts of a worker. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "work_run.h"

#define STAT_PATH_LEN 64

/* CPU time, run delay, runs. */
static bool read_schedstat(const struct work_run *r, u64 *v)
{
	char path[STAT_PATH_LEN];
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "/proc/self/task/%u/schedstat", r->tid);
	f = fopen(path, "re");
	if (!f)
		return false;
	n = fscanf(f, "%" SCNu64 " %" SCNu64 " %" SCNu64, (uint64_t *)&v[0], (uint64_t *)&v[1],
		   (uint64_t *)&v[2]);
	fclose(f);
	return n == 3;
}

void work_proc_begin(struct work_run *r)
{
	if (read_schedstat(r, r->sched))
		r->report->view.flags |= WORKER_HAS_SCHEDSTAT;
}

/* "7f00 bind:0 anon=5 dirty=5 N0=3 N1=2 kernelpagesize_kB=4" */
static void add_mapping(struct worker_view *v, char *line)
{
	char *word, *save, *end;
	unsigned long node;

	if (!strstr(line, " anon="))
		return;
	for (word = strtok_r(line, "\n ", &save); word; word = strtok_r(NULL, "\n ", &save)) {
		if (word[0] != 'N')
			continue;
		node = strtoul(word + 1, &end, 10);
		if (*end == '=' && node < WORKER_NODES_MAX)
			v->numa_pages[node] += strtoull(end + 1, NULL, 10);
	}
}

static void read_numa_maps(struct worker_view *v)
{
	FILE *f = fopen("/proc/self/numa_maps", "re");
	size_t room = 0;
	char *line = NULL;

	if (!f)
		return;
	while (getline(&line, &room, f) > 0)
		add_mapping(v, line);
	free(line);
	fclose(f);
	v->flags |= WORKER_HAS_NUMA;
}

void work_proc_end(struct work_run *r)
{
	struct worker_view *v = &r->report->view;
	u64 now[3];

	if (v->flags & WORKER_HAS_SCHEDSTAT && read_schedstat(r, now)) {
		v->sched_cpu_ns = now[0] - r->sched[0];
		v->run_delay_ns = now[1] - r->sched[1];
		v->run_count = now[2] - r->sched[2];
	}
	if (r->shared->nodes)
		read_numa_maps(v);
}

u64 work_pages_migrated(void)
{
	FILE *f = fopen("/proc/vmstat", "re");
	size_t room = 0;
	char *line = NULL;
	u64 pages = 0;

	if (!f)
		return 0;
	while (getline(&line, &room, f) > 0)
		if (sscanf(line, "numa_pages_migrated %" SCNu64, (uint64_t *)&pages) == 1)
			break;
	free(line);
	fclose(f);
	return pages;
}
