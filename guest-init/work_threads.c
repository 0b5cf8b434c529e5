// SPDX-License-Identifier: GPL-2.0-only
/* Workers that are threads of one process. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "work_birth.h"
#include "work_ops.h"
#include "work_tools.h"

#define STACK_BYTES (256U << 10)
#define NUDGE_NS    (5 * NSEC_PER_MSEC)

/**
 * struct leader - the process that the threads belong to
 * @b: what it was given
 * @ready: threads that are set up
 * @done: threads that have reported
 * @thread: all of them
 * @run: what they are
 */
struct leader {
	struct work_birth *b;
	u32 ready;
	u32 done;
	pthread_t *thread;
	struct work_run *run;
};

/**
 * struct member - what a thread is given
 * @l: its leader
 * @index: which one it is
 */
struct member {
	struct leader *l;
	u32 index;
};

static void count_up(u32 *word)
{
	__atomic_add_fetch(word, 1, __ATOMIC_RELEASE);
	work_wake(word, 1);
}

static u32 count_now(u32 *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

/* By itself: until it has run, PID 1 does not know it. */
static int place_self(struct work_run *r, const struct scenario_group *sg)
{
	struct worker_view *v = &r->report->view;
	struct ktstr_err err = { "" };
	int ret;

	ret = work_place_cpus(sg->cpus, r->index, r->tid, &err);
	if (ret) {
		v->flags |= WORKER_AFFINITY_ERROR;
		return work_fail(r, ret, err.msg);
	}
	ret = work_place_policy(sg, r->index, r->tid);
	if (ret) {
		v->flags |= WORKER_POLICY_ERROR;
		return work_fail(r, ret, "sched_setattr");
	}
	return 0;
}

/* What one of them met ends them all: it shows as a worker that has died. */
static void *thread_main(void *arg)
{
	struct member *m = arg;
	struct leader *l = m->l;
	struct work_birth *b = l->b;
	struct work_run *r = &l->run[m->index];
	int in = r->in, out = r->out, ret;

	ret = work_init(r, b->sg, b->shared, m->index);
	if (ret)
		work_fail(r, ret, "mmap");
	r->in = in;
	r->out = out;
	r->home = b->home;
	if (ret || work_setup(r, b->sg) || place_self(r, b->sg))
		_exit(1);
	__atomic_store_n(&r->slot->state, WORK_READY, __ATOMIC_RELEASE);
	count_up(&l->ready);
	if (work_main(r, b->gate))
		_exit(1);
	count_up(&l->done);
	return NULL;
}

/* Here, not before the fork: PID 1 need not have so many descriptors. */
static int make_rings(struct leader *l, u32 nr, u32 size)
{
	int fds[2];
	u32 i;

	work_raise_fds(2 * nr);
	for (i = 0; i < nr; i++) {
		u32 team = i / size * size, before = team + (i - team + size - 1) % size;

		if (pipe2(fds, O_CLOEXEC))
			return -errno;
		l->run[i].in = fds[0];
		l->run[before].out = fds[1];
	}
	return 0;
}

static int make_threads(struct leader *l, struct member *members, u32 nr)
{
	pthread_attr_t attr;
	int ret = 0;
	u32 i;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (i = 0; i < nr && !ret; i++) {
		members[i] = (struct member){ .l = l, .index = i };
		ret = -pthread_create(&l->thread[i], &attr, thread_main, &members[i]);
	}
	pthread_attr_destroy(&attr);
	return ret;
}

static void wait_count(u32 *word, u32 nr)
{
	u32 now;

	while ((now = count_now(word)) < nr)
		work_wait(word, now);
}

/* A signal that comes just before a thread blocks is lost: again and again. */
static void stop_threads(struct leader *l, u32 nr)
{
	const struct timespec pause = { .tv_nsec = NUDGE_NS };
	u32 i;

	while (count_now(&l->done) < nr) {
		for (i = 0; i < nr; i++)
			pthread_kill(l->thread[i], SIGALRM);
		nanosleep(&pause, NULL);
	}
}

static void change_leader(struct work_birth *b)
{
	const struct scenario_group *sg = b->sg;
	sigset_t stop;

	prctl(PR_SET_NAME, sg->pcomm ?: "ktstr-workers");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* All threads inherit that: the leader alone takes it, by sigwait(). */
	sigemptyset(&stop);
	sigaddset(&stop, SIGUSR1);
	sigprocmask(SIG_SETMASK, &stop, NULL);
}

void work_threads_main(struct work_birth *b)
{
	struct leader l = { .b = b };
	u32 nr = b->sg->workers;
	struct member *members;
	sigset_t stop;
	int ret = 0, sig;

	work_enter(b, 0);
	change_leader(b);
	members = calloc(nr, sizeof(*members));
	l.thread = calloc(nr, sizeof(*l.thread));
	l.run = calloc(nr, sizeof(*l.run));
	if (!members || !l.thread || !l.run)
		work_abort(b, 0, -ENOMEM, "calloc");
	if (work_ops(b->sg->work.type)->flags & WORK_RING)
		ret = make_rings(&l, nr, work_group_size(&b->sg->work));
	if (ret)
		work_abort(b, 0, ret, "pipe2");
	ret = make_threads(&l, members, nr);
	if (ret)
		work_abort(b, 0, ret, "pthread_create");
	wait_count(&l.ready, nr);
	/* Only now: their work may need root to set itself up. libc tells all threads. */
	if (work_change_ids(&l.run[0], b->sg))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_fd(&b->ready);
	sigemptyset(&stop);
	sigaddset(&stop, SIGUSR1);
	sigwait(&stop, &sig);
	stop_threads(&l, nr);
	/* Their memory goes with the process. */
	_exit(0);
}
