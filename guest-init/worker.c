// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"

/* A worker's counter is published once per so many iterations. */
#define WORKER_BATCH 1024

/*
 * One worker's share of the shared page. Two cache lines each: neighbours
 * must not slow each other down, nor through the adjacent-line prefetcher.
 */
struct worker_slot {
	u64 units;
	u64 cpu_ns;
	u64 wall_ns;
	u32 completed; /* written last: the report above is whole */
} __aligned(128);

static int stop_requested; /* set by the signal handler */

static void on_stop(int sig)
{
	__atomic_store_n(&stop_requested, 1, __ATOMIC_RELAXED);
}

static bool stopping(void)
{
	return __atomic_load_n(&stop_requested, __ATOMIC_RELAXED);
}

static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void spin(struct worker_slot *slot)
{
	u64 units = 0, cpu = cpu_ns(), wall = mono_ns();
	unsigned int i;

	while (!stopping()) {
		/*
		 * No PAUSE in here: a hypervisor with pause-loop exiting would
		 * take it for a lock spinner and schedule the vCPU out.
		 */
		for (i = 0; i < WORKER_BATCH; i++)
			asm volatile("" : : : "memory");
		units += WORKER_BATCH;
		__atomic_store_n(&slot->units, units, __ATOMIC_RELAXED);
	}
	slot->cpu_ns = cpu_ns() - cpu;
	slot->wall_ns = mono_ns() - wall;
	__atomic_store_n(&slot->completed, 1, __ATOMIC_RELEASE);
}

static void __noreturn worker_main(struct worker_slot *slot, int gate, int out, int errout)
{
	struct sigaction sa = { .sa_handler = on_stop };
	sigset_t none;
	char c;

	setpgid(0, 0);
	if (dup2(gate, 0) < 0 || dup2(out, 1) < 0 || dup2(errout, 2) < 0)
		_exit(1);
	/*
	 * The port among them: the host learns of its closing from the last
	 * copy. And the write end of the gate, or it would never open.
	 */
	if (close_range(3, UINT_MAX, 0))
		_exit(1);
	sigaction(SIGUSR1, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* End of file is the start signal: it reaches all readers at once. */
	while (read(0, &c, 1) < 0 && errno == EINTR && !stopping())
		;
	spin(slot);
	_exit(0);
}

static int worker_place(pid_t pid, unsigned int i, const struct worker_attr *attr,
			struct ktstr_err *err)
{
	struct sched_param param = { .sched_priority = attr->priority };
	cpu_set_t set;

	if (attr->pin) {
		CPU_ZERO(&set);
		CPU_SET(i, &set);
		if (sched_setaffinity(pid, sizeof(set), &set))
			return ktstr_err_set(err, -errno, "worker %u: cannot pin to CPU %u: %s", i,
					     i, strerror(errno));
	}
	if (attr->policy != SCHED_OTHER && sched_setscheduler(pid, attr->policy, &param))
		return ktstr_err_set(err, -errno, "worker %u: cannot set scheduling policy %d: %s",
				     i, attr->policy, strerror(errno));
	return 0;
}

static int workers_fork(struct workers *ws, const int *gate, const struct worker_attr *attr,
			int out, int errout, struct ktstr_err *err)
{
	unsigned int i;
	pid_t pid;
	int ret;

	for (i = 0; i < ws->nr; i++) {
		pid = fork();
		if (pid < 0)
			return ktstr_err_set(err, -errno, "cannot fork worker %u of %u: %s", i,
					     ws->nr, strerror(errno));
		if (!pid)
			worker_main(&ws->slot[i], gate[0], out, errout);
		/* On both sides: whoever comes first, the group exists from here on. */
		setpgid(pid, pid);
		ws->pid[i] = pid;
		ws->tid[i] = pid;
		ws->nr_running++;
		ret = worker_place(pid, i, attr, err);
		if (ret)
			return ret;
	}
	return 0;
}

int workers_start(struct workers *ws, unsigned int nr, const struct worker_attr *attr, int out,
		  int errout, struct ktstr_err *err)
{
	int gate[2], ret;

	memset(ws, 0, sizeof(*ws));
	ws->gate = -1;
	if (!nr)
		return 0;
	ws->pid = calloc(nr, sizeof(*ws->pid));
	ws->tid = calloc(nr, sizeof(*ws->tid));
	if (!ws->pid || !ws->tid)
		return ktstr_err_set(err, -ENOMEM, "no memory for %u workers", nr);
	ws->slot = mmap(NULL, nr * sizeof(*ws->slot), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ws->slot == MAP_FAILED) {
		ws->slot = NULL;
		return ktstr_err_set(err, -ENOMEM, "no shared memory for %u workers", nr);
	}
	ws->nr = nr;
	if (pipe2(gate, O_CLOEXEC))
		return ktstr_err_set(err, -errno, "cannot make the start gate: %s",
				     strerror(errno));
	ws->gate = gate[1];
	ret = workers_fork(ws, gate, attr, out, errout, err);
	close_fd(&gate[0]);
	return ret;
}

void workers_release(struct workers *ws)
{
	close_fd(&ws->gate);
}

void workers_stop(struct workers *ws)
{
	unsigned int i;

	for (i = 0; i < ws->nr; i++)
		if (ws->pid[i])
			kill(ws->pid[i], SIGUSR1);
}

bool workers_reaped(struct workers *ws, pid_t pid)
{
	unsigned int i;

	for (i = 0; i < ws->nr; i++) {
		if (ws->pid[i] != pid)
			continue;
		ws->pid[i] = 0;
		ws->nr_running--;
		return true;
	}
	return false;
}

u64 workers_total(const struct workers *ws)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < ws->nr; i++)
		sum += __atomic_load_n(&ws->slot[i].units, __ATOMIC_RELAXED);
	return sum;
}

bool workers_report(const struct workers *ws, struct wire_worker_view *out)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < ws->nr; i++) {
		const struct worker_slot *s = &ws->slot[i];

		out[i] = (struct wire_worker_view){ .tid = ws->tid[i] };
		if (!__atomic_load_n(&s->completed, __ATOMIC_ACQUIRE)) {
			all = false;
			continue;
		}
		out[i].flags = WIRE_WORKER_COMPLETED;
		out[i].work_units = s->units;
		out[i].cpu_ns = s->cpu_ns;
		out[i].wall_ns = s->wall_ns;
	}
	return all;
}

void workers_free(struct workers *ws)
{
	unsigned int i;

	close_fd(&ws->gate);
	for (i = 0; i < ws->nr; i++) {
		if (!ws->pid[i])
			continue;
		kill(-ws->pid[i], SIGKILL);
		waitpid(ws->pid[i], NULL, 0);
	}
	if (ws->slot)
		munmap(ws->slot, ws->nr * sizeof(*ws->slot));
	free(ws->pid);
	free(ws->tid);
	memset(ws, 0, sizeof(*ws));
	ws->gate = -1;
}
