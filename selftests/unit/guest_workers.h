/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_UNIT_GUEST_WORKERS_H
#define KTSTR_UNIT_GUEST_WORKERS_H

/* The workers of guest-init, whose objects are in no archive, and how tests drive them. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "guest-init/group.c"
#include "guest-init/group_report.c"
#include "guest-init/work_birth.c"
#include "guest-init/work_cache.c"
#include "guest-init/work_cgroup.c"
#include "guest-init/work_cpu.c"
#include "guest-init/work_fan.c"
#include "guest-init/work_io.c"
#include "guest-init/work_lock.c"
#include "guest-init/work_misc.c"
#include "guest-init/work_ops.c"
#include "guest-init/work_pair.c"
#include "guest-init/work_place.c"
#include "guest-init/work_proc.c"
#include "guest-init/work_rt.c"
#include "guest-init/work_run.c"
#include "guest-init/work_sleep.c"
#include "guest-init/work_threads.c"
#include "guest-init/work_tools.c"

#define WORKERS_STOP_MS 5000

/* Reap them until all have ended, or the time is over. */
static inline bool workers_ended(struct group *g)
{
	u64 end = mono_ns() + WORKERS_STOP_MS * NSEC_PER_MSEC;
	int status;
	pid_t pid;

	while (group_running(g) && mono_ns() < end) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0)
			group_reaped(g, pid, status);
		else
			usleep(500);
	}
	return !group_running(g);
}

/* Stop them; false when one had to be killed. */
static inline bool workers_stop(struct group *g)
{
	bool ended;

	group_stop(g);
	ended = workers_ended(g);
	if (!ended) {
		group_kill(g);
		workers_ended(g);
	}
	return ended;
}

/* Until all of them have done something; false when they do not. */
static inline bool workers_work(const struct group *g)
{
	u64 end = mono_ns() + WORKERS_STOP_MS * NSEC_PER_MSEC;
	u32 i = 0;

	while ((i < g->nr || !group_total(g)) && mono_ns() < end) {
		if (i < g->nr && __atomic_load_n(&g->shared->slot[i].units, __ATOMIC_RELAXED))
			i++;
		else
			usleep(500);
	}
	return i == g->nr && group_total(g);
}

/* Send them and read them back, as the host does. */
static inline bool workers_reports(const struct group *g, struct worker_view *v)
{
	struct wire_hdr h;
	struct wire_writer w;
	bool ok = true;
	void *payload;
	u32 i;
	int p[2];

	if (pipe(p))
		return false;
	/* All reports wait in the pipe. */
	fcntl(p[1], F_SETPIPE_SZ, 1 << 20);
	wire_writer_init(&w, p[1]);
	ok = !group_report(g, &w, 0);
	for (i = 0; i < g->nr && ok; i++) {
		ok = read_full(p[0], &h, sizeof(h)) == sizeof(h) && h.type == WIRE_WREP;
		payload = malloc(h.len);
		ok = ok && read_full(p[0], payload, h.len) == h.len &&
		     !worker_decode(payload, h.len, &v[i]);
		free(payload);
	}
	wire_writer_free(&w);
	close(p[0]);
	close(p[1]);
	return ok;
}

/* Descriptors of this process. */
static inline u32 open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	u32 nr = 0;

	while (readdir(d))
		nr++;
	closedir(d);
	return nr;
}

#endif /* KTSTR_UNIT_GUEST_WORKERS_H */
