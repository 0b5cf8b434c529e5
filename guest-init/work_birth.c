// SPDX-License-Identifier: GPL-2.0-only
/* From a copy of PID 1 to a worker. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "work_birth.h"
#include "work_ops.h"

/* Until it has left what it blocks in, a worker that is to stop is told so often. */
#define NUDGE_US 5000
#define FD_TEMP	 16

static const int mem_modes[SCENARIO_MEM_NR] = {
	/* uapi/linux/mempolicy.h; older versions lack the last ones */
	[SCENARIO_MEM_DEFAULT] = 0,
	[SCENARIO_MEM_PREFERRED] = 1,
	[SCENARIO_MEM_BIND] = 2,
	[SCENARIO_MEM_INTERLEAVE] = 3,
	[SCENARIO_MEM_LOCAL] = 4,
	[SCENARIO_MEM_PREFERRED_MANY] = 5,
	[SCENARIO_MEM_WEIGHTED_INTERLEAVE] = 6,
};

static void on_nudge(int sig)
{
}

/*
 * The stop flag is set already. A signal that comes just before a worker blocks
 * would be lost, therefore it is repeated.
 */
static void on_stop(int sig)
{
	const struct itimerval again = {
		.it_interval.tv_usec = NUDGE_US,
		.it_value.tv_usec = NUDGE_US,
	};

	setitimer(ITIMER_REAL, &again, NULL);
}

static void take_signals(void)
{
	/* No SA_RESTART: they are there to interrupt. */
	struct sigaction nudge = { .sa_handler = on_nudge }, stop = { .sa_handler = on_stop };
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGALRM, &nudge, NULL);
	sigaction(SIGUSR1, &stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

void work_abort(const struct work_birth *b, u32 index, int ret, const char *what)
{
	struct work_run r = {
		.slot = &b->shared->slot[index],
		.report = &b->shared->report[index],
	};

	work_fail(&r, ret, what);
	_exit(1);
}

void work_enter(struct work_birth *b, u32 index)
{
	int *const fds[] = { &b->gate, &b->out, &b->errout, &b->ready, &b->in, &b->next };
	unsigned int i;

	setpgid(0, 0);
	/* Twice, because the places they go to may be taken by others of them. */
	for (i = 0; i < ARRAY_SIZE(fds); i++)
		if (*fds[i] >= 0)
			*fds[i] = fcntl(*fds[i], F_DUPFD, FD_TEMP);
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] < 0) {
			close(i);
			continue;
		}
		if (dup2(*fds[i], i) < 0)
			_exit(1);
		*fds[i] = i;
	}
	/*
	 * The port among them: the host learns of its closing from the last
	 * copy. And the write end of the gate, or it would never open.
	 */
	if (close_range(ARRAY_SIZE(fds), UINT_MAX, 0))
		_exit(1);
	take_signals();
	/* Before there are threads: the call changes that of the caller alone. */
	if ((b->sg->uid || b->sg->gid) && syscall(SYS_setgroups, 0, NULL))
		work_abort(b, index, -errno, "setgroups");
}

int work_change_ids(struct work_run *r, const struct scenario_group *sg)
{
	if (!sg->uid && !sg->gid)
		return 0;
	if (setgid(sg->gid))
		return work_fail(r, -errno, "setgid");
	if (setuid(sg->uid))
		return work_fail(r, -errno, "setuid");
	return 0;
}

int work_setup(struct work_run *r, const struct scenario_group *sg)
{
	unsigned long nodes = sg->nodes;
	const char *name = sg->comm ?: work_info(sg->work.type)->name;

	prctl(PR_SET_NAME, name);
	if (sg->mem != SCENARIO_MEM_DEFAULT &&
	    syscall(SYS_set_mempolicy, mem_modes[sg->mem], nodes ? &nodes : NULL,
		    nodes ? 8 * sizeof(nodes) : 0))
		return work_fail(r, -errno, "set_mempolicy");
	return r->ops->prepare ? r->ops->prepare(r) : 0;
}

int work_main(struct work_run *r, int gate)
{
	char c;
	int ret;

	/* End of file is the start signal: it reaches all readers at once. */
	while (read(gate, &c, 1) < 0 && errno == EINTR)
		;
	work_begin(r);
	ret = r->ops->run(r);
	if (!ret)
		work_end(r);
	work_free(r);
	return ret;
}

static void __noreturn worker_process(struct work_birth *b, u32 index)
{
	struct work_run r;
	sigset_t none;
	int ret;

	work_enter(b, index);
	ret = work_init(&r, b->sg, b->shared, index);
	if (ret)
		work_fail(&r, ret, "mmap");
	r.in = b->in;
	r.out = b->next;
	r.home = b->home;
	if (ret || work_setup(&r, b->sg) || work_change_ids(&r, b->sg))
		_exit(1);
	/* A new user id has forgotten it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	__atomic_store_n(&r.slot->state, WORK_READY, __ATOMIC_RELEASE);
	close_fd(&b->ready);
	_exit(work_main(&r, b->gate) ? 1 : 0);
}

/* Not fork(): a worker is to be in its cgroup from its first instruction on. */
static pid_t clone_into(int cgroup_fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup_fd,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

static void join_cgroup(const struct work_birth *b, u32 index)
{
	int fd = openat(b->cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "0", 1) != 1)
		work_abort(b, index, -errno, "cgroup.procs");
	close_fd(&fd);
}

static pid_t fork_into(const struct work_birth *b, u32 index, bool plain)
{
	pid_t pid;

	if (b->cgroup_fd < 0)
		return fork();
	pid = plain ? -1 : clone_into(b->cgroup_fd);
	if (!plain && (pid >= 0 || errno == EAGAIN || errno == ENOMEM))
		return pid;
	/* Where it is refused the usual way is, too, but with a reason. */
	pid = fork();
	if (!pid)
		join_cgroup(b, index);
	return pid;
}

/*
 * A signal to stop may come before the worker has a handler: blocked until then.
 * The copy of PID 1 has no other thread, so nothing is locked in it.
 */
static pid_t fork_blocked(const struct work_birth *b, u32 index, bool plain, struct ktstr_err *err)
{
	sigset_t stop, old;
	pid_t pid;

	sigemptyset(&stop);
	sigaddset(&stop, SIGUSR1);
	sigprocmask(SIG_BLOCK, &stop, &old);
	pid = fork_into(b, index, plain);
	if (pid < 0)
		pid = ktstr_err_set(err, -errno, "clone: %s", strerror(errno));
	if (pid)
		sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

pid_t work_fork(const struct work_birth *b, u32 index, struct ktstr_err *err)
{
	struct work_birth own = *b;
	pid_t pid = fork_blocked(&own, index, false, err);

	if (!pid)
		worker_process(&own, index);
	return pid;
}

/* libc makes its threads only in processes that it has made as well. */
pid_t work_fork_threads(const struct work_birth *b, struct ktstr_err *err)
{
	struct work_birth own = *b;
	pid_t pid = fork_blocked(&own, 0, true, err);

	if (!pid)
		work_threads_main(&own);
	return pid;
}
