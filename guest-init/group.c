// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "group.h"
#include "work_birth.h"
#include "work_ops.h"
#include "work_tools.h"

/* After that, what does not run is for the scheduler to explain. */
#define SETUP_MS 1000

static bool has_threads(const struct group *g)
{
	return g->sg->flags & SCENARIO_GROUP_THREADS;
}

static bool has_nodes(void)
{
	char text[64] = "";
	FILE *f = fopen("/sys/devices/system/node/online", "re");

	if (!f)
		return false;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	fclose(f);
	return strpbrk(text, "-,");
}

static int map_shared(struct group *g, struct ktstr_err *err)
{
	u32 teams = g->nr / work_group_size(&g->sg->work), i;
	struct work_shared *s;
	size_t size;

	size = roundup(sizeof(*s), __alignof__(*s->slot)) + g->nr * sizeof(*s->slot) +
	       teams * sizeof(*s->team) + g->nr * sizeof(*s->report);
	s = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return ktstr_err_set(err, -ENOMEM, "group %u: no shared memory for %u workers",
				     g->index, g->nr);
	s->size = size;
	s->nodes = has_nodes();
	s->slot = (void *)s + roundup(sizeof(*s), __alignof__(*s->slot));
	s->team = (void *)(s->slot + g->nr);
	s->report = (void *)(s->team + teams);
	for (i = 0; i < g->nr; i++)
		s->report[i].view.group = g->index;
	g->shared = s;
	return 0;
}

static int group_init(struct group *g, const struct scenario_group *sg, u32 index, int cgroup_fd,
		      struct ktstr_err *err)
{
	int ret;

	*g = (struct group){ .sg = sg, .index = index, .gate = -1 };
	ret = work_check(&sg->work, sg->workers, has_threads(g), err);
	if (ret)
		return ret;
	g->pid = calloc(sg->workers, sizeof(*g->pid));
	g->status = calloc(sg->workers, sizeof(*g->status));
	g->flags = calloc(sg->workers, sizeof(*g->flags));
	g->home = work_cgroup_path(cgroup_fd) ?: strdup("");
	if (!g->pid || !g->status || !g->flags || !g->home)
		return ktstr_err_set(err, -ENOMEM, "group %u: no memory for %u workers", index,
				     sg->workers);
	g->nr = sg->workers;
	g->procs = has_threads(g) ? 1 : g->nr;
	ret = map_shared(g, err);
	if (ret)
		g->nr = 0;
	return ret;
}

static void take_pid(struct group *g, u32 i, pid_t pid)
{
	/* On both sides: whoever comes first, the process group exists from here on. */
	setpgid(pid, pid);
	g->pid[i] = pid;
	g->running++;
	if (!has_threads(g))
		__atomic_store_n(&g->shared->slot[i].tid, pid, __ATOMIC_RELAXED);
}

/* Pipe i is read by member i; the one before it writes. */
static int make_ring(int (*ring)[2], u32 size)
{
	u32 i;

	for (i = 0; i < size; i++) {
		ring[i][0] = -1;
		ring[i][1] = -1;
	}
	for (i = 0; i < size; i++)
		if (pipe2(ring[i], O_CLOEXEC))
			return -errno;
	return 0;
}

static void close_ring(int (*ring)[2], u32 size)
{
	u32 i;

	for (i = 0; i < size; i++) {
		close_fd(&ring[i][0]);
		close_fd(&ring[i][1]);
	}
}

static int fork_team(struct group *g, struct work_birth *b, u32 first, u32 size,
		     struct ktstr_err *err)
{
	bool rings = work_ops(g->sg->work.type)->flags & WORK_RING;
	struct ktstr_err why = { "" };
	int(*ring)[2], ret = 0;
	pid_t pid;
	u32 i;

	ring = calloc(size, sizeof(*ring));
	if (!ring)
		return ktstr_err_set(err, -ENOMEM, "group %u: no memory", g->index);
	if (rings) {
		work_raise_fds(2 * size);
		ret = make_ring(ring, size);
		if (ret)
			ktstr_err_set(&why, ret, "pipe2: %s", strerror(-ret));
	}
	for (i = 0; i < size && !ret; i++) {
		b->in = rings ? ring[i][0] : -1;
		b->next = rings ? ring[(i + 1) % size][1] : -1;
		pid = work_fork(b, first + i, &why);
		if (pid < 0)
			ret = pid;
		else
			take_pid(g, first + i, pid);
	}
	if (ret)
		ktstr_err_set(err, ret, "group %u: worker %u of %u: %s", g->index,
			      first + (i ? i - 1 : 0), g->nr, why.msg);
	if (rings)
		close_ring(ring, size);
	free(ring);
	return ret;
}

static int fork_all(struct group *g, struct work_birth *b, struct ktstr_err *err)
{
	u32 size = work_group_size(&g->sg->work), i;
	struct ktstr_err why;
	int ret = 0;
	pid_t pid;

	for (i = 0; !has_threads(g) && i < g->nr && !ret; i += size)
		ret = fork_team(g, b, i, size, err);
	if (!has_threads(g))
		return ret;
	pid = work_fork_threads(b, &why);
	if (pid < 0)
		return ktstr_err_set(err, pid, "group %u: leader of the threads: %s", g->index,
				     why.msg);
	take_pid(g, 0, pid);
	return 0;
}

/* Return: true when all of them are set up, or have ended. */
static bool wait_ready(const struct group *g, int ready)
{
	u64 end = mono_ns() + SETUP_MS * NSEC_PER_MSEC, now;
	struct pollfd p = { .fd = ready };

	while ((now = mono_ns()) < end)
		if (poll(&p, 1, (end - now) / NSEC_PER_MSEC + 1) > 0)
			return true;
	return false;
}

static u32 slot_state(const struct group *g, u32 i)
{
	return __atomic_load_n(&g->shared->slot[i].state, __ATOMIC_ACQUIRE);
}

static pid_t slot_tid(const struct group *g, u32 i)
{
	return __atomic_load_n(&g->shared->slot[i].tid, __ATOMIC_RELAXED);
}

/* Of threads that ended together, the one that failed is the cause. */
static int check_ready(const struct group *g, bool all, struct ktstr_err *err)
{
	char info[WORKER_INFO_MAX];
	u32 i;

	for (i = 0; i < g->nr; i++)
		if (slot_state(g, i) == WORK_FAILED)
			return ktstr_err_set(err, g->shared->slot[i].error ?: -EIO,
					     "group %u: worker %u of %u: %s", g->index, i, g->nr,
					     group_info(g, i, info, sizeof(info)));
	for (i = 0; i < g->nr && all; i++)
		if (slot_state(g, i) == WORK_NEW)
			return ktstr_err_set(err, -ECHILD,
					     "group %u: worker %u of %u ended before its release",
					     g->index, i, g->nr);
	return 0;
}

static int misplaced(struct group *g, u32 i, u32 flag, int ret, const char *what,
		     struct ktstr_err *err)
{
	g->flags[i] |= flag;
	snprintf(g->info, sizeof(g->info), "%s: %s", what, strerror(-ret));
	return ktstr_err_set(err, ret, "group %u: worker %u of %u: %s", g->index, i, g->nr,
			     g->info);
}

static int place_cpus(struct group *g, char *const *cpus, struct ktstr_err *err)
{
	struct ktstr_err why = { "" };
	pid_t tid;
	int ret;
	u32 i;

	for (i = 0; i < g->nr; i++) {
		tid = slot_tid(g, i);
		/* 0 would be PID 1 itself. */
		if (!tid)
			return ktstr_err_set(err, -ESRCH,
					     "group %u: worker %u of %u has not been run so far",
					     g->index, i, g->nr);
		ret = work_place_cpus(cpus, i, tid, &why);
		if (ret && !(ret == -ESRCH && g->started))
			return misplaced(g, i, WORKER_AFFINITY_ERROR, ret, why.msg, err);
	}
	return 0;
}

/* Threads do that themselves. */
static int place_all(struct group *g, struct ktstr_err *err)
{
	int ret;
	u32 i;

	if (has_threads(g))
		return 0;
	ret = place_cpus(g, g->sg->cpus, err);
	for (i = 0; i < g->nr && !ret; i++) {
		ret = work_place_policy(g->sg, i, slot_tid(g, i));
		if (ret)
			ret = misplaced(g, i, WORKER_POLICY_ERROR, ret, "sched_setattr", err);
	}
	return ret;
}

int group_start(struct group *g, const struct scenario_group *sg, u32 index, int cgroup_fd, int out,
		int errout, struct ktstr_err *err)
{
	int gate[2], ready[2], ret;
	struct work_birth b;

	ret = group_init(g, sg, index, cgroup_fd, err);
	if (ret)
		return ret;
	if (pipe2(gate, O_CLOEXEC))
		return ktstr_err_set(err, -errno, "group %u: start gate: pipe2: %s", index,
				     strerror(errno));
	g->gate = gate[1];
	if (pipe2(ready, O_CLOEXEC)) {
		ret = ktstr_err_set(err, -errno, "group %u: pipe2: %s", index, strerror(errno));
		close_fd(&gate[0]);
		return ret;
	}
	b = (struct work_birth){
		.sg = sg,
		.shared = g->shared,
		.home = g->home,
		.cgroup_fd = cgroup_fd,
		.gate = gate[0],
		.ready = ready[1],
		.out = out,
		.errout = errout,
		.in = -1,
		.next = -1,
	};
	ret = fork_all(g, &b, err);
	close_fd(&gate[0]);
	close_fd(&ready[1]);
	if (!ret)
		ret = check_ready(g, wait_ready(g, ready[0]), err);
	if (!ret)
		ret = place_all(g, err);
	close_fd(&ready[0]);
	g->started = !ret;
	return ret;
}

void group_release(struct group *g)
{
	if (!g->shared || g->gate < 0)
		return;
	if (g->shared->nodes)
		g->migrated = work_pages_migrated();
	g->shared->release_ns = mono_ns();
	close_fd(&g->gate);
}

static void signal_all(const struct group *g, int sig, bool group)
{
	u32 i;

	for (i = 0; i < g->procs; i++)
		if (g->pid[i])
			kill(group ? -g->pid[i] : g->pid[i], sig);
}

void group_stop(struct group *g)
{
	if (!g->shared || g->stopping)
		return;
	g->stopping = true;
	__atomic_store_n(&g->shared->stop, 1, __ATOMIC_RELEASE);
	group_release(g);
	signal_all(g, SIGUSR1, false);
	if (g->shared->nodes)
		g->migrated = work_pages_migrated() - g->migrated;
}

void group_kill(struct group *g)
{
	u32 i;

	if (!g->shared)
		return;
	group_stop(g);
	for (i = 0; i < g->nr; i++)
		if (g->pid[has_threads(g) ? 0 : i] && slot_state(g, i) != WORK_DONE)
			g->flags[i] |= WORKER_KILLED;
	signal_all(g, SIGKILL, true);
}

bool group_reaped(struct group *g, pid_t pid, int status)
{
	u32 i;

	for (i = 0; i < g->procs; i++) {
		if (g->pid[i] != pid)
			continue;
		g->pid[i] = 0;
		g->status[i] = status;
		g->running--;
		return true;
	}
	return false;
}

u32 group_running(const struct group *g)
{
	return g->running;
}

int group_affinity(struct group *g, char *const *cpus, struct ktstr_err *err)
{
	return place_cpus(g, cpus, err);
}

void group_free(struct group *g)
{
	u32 i;

	close_fd(&g->gate);
	if (g->pid)
		signal_all(g, SIGKILL, true);
	for (i = 0; i < g->procs; i++)
		if (g->pid && g->pid[i])
			waitpid(g->pid[i], NULL, 0);
	if (g->nr && g->sg->work.type == WORK_CGROUP_ATTACH_STORM)
		for (i = 0; i < g->nr; i++)
			work_cgroup_clean(g->home, g->index, i);
	if (g->shared)
		munmap(g->shared, g->shared->size);
	free(g->pid);
	free(g->status);
	free(g->flags);
	free(g->home);
	memset(g, 0, sizeof(*g));
	g->gate = -1;
}
