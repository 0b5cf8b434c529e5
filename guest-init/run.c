// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

/* How often to look at sched_ext, whose state changes without a notice: */
#define ATTACH_RECHECK_NS (10 * NSEC_PER_MSEC)
#define BODY_RECHECK_NS	  (100 * NSEC_PER_MSEC) /* costs the load CPU time */

u64 guest_deadline(unsigned int ms)
{
	return mono_ns() + ms * NSEC_PER_MSEC;
}

void guest_fail(struct guest *g, int error, const char *fmt, ...)
{
	char reason[sizeof(g->result.reason)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	result_fail(&g->result, error, reason);
}

void guest_send_life(struct guest *g, enum wire_life_phase phase, const char *reason)
{
	char buf[sizeof(struct wire_life) + sizeof(g->result.reason)];
	struct wire_life *life = (struct wire_life *)buf;
	size_t len = strnlen(reason, sizeof(g->result.reason));

	life->phase = phase;
	memcpy(life->reason, reason, len);
	wire_writer_send(&g->writer, WIRE_LIFE, life, sizeof(*life) + len);
}

void guest_send_code(struct guest *g, enum wire_tag tag, int code)
{
	struct wire_code c = { .code = htole32(code) };

	wire_writer_send(&g->writer, tag, &c, sizeof(c));
}

void guest_reap(struct guest *g)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(g->sigchld, &info, sizeof(info)) > 0)
		;
	/* As PID 1 we also inherit orphans; they are reaped and forgotten. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!sched_reaped(&g->sched, pid, status) &&
		    !timecheck_reaped(&g->timecheck, pid) &&
		    !program_reaped(&g->program, pid, status))
			workers_reaped(&g->workers, pid);
}

bool guest_turn(struct guest *g, u64 deadline_ns)
{
	u64 now = mono_ns(), recheck;
	struct pollfd p[] = {
		{ .fd = g->sigchld, .events = POLLIN },
		{ .fd = g->sched.pid ? g->sched.log.fd : -1, .events = POLLIN },
		{ .fd = g->out.fd, .events = POLLIN },
		{ .fd = g->errout.fd, .events = POLLIN },
		{ .fd = request_fd(&g->rq, now), .events = POLLIN },
		{ .fd = g->program.out, .events = POLLIN },
		{ .fd = g->program.errs.fd, .events = POLLIN },
	};
	struct timespec ts = { 0 };

	if (now >= deadline_ns)
		return false;
	recheck = g->start_ns ? BODY_RECHECK_NS : ATTACH_RECHECK_NS;
	ts.tv_nsec = min(deadline_ns - now, recheck);
	if (ppoll(p, ARRAY_SIZE(p), &ts, NULL) <= 0)
		return true;
	if (p[1].revents)
		forward_pump(&g->sched.log);
	if (p[2].revents)
		forward_pump(&g->out);
	if (p[3].revents)
		forward_pump(&g->errout);
	if (p[4].revents)
		request_pump(&g->rq);
	if (p[5].revents || p[6].revents)
		program_pump(&g->program);
	if (p[0].revents)
		guest_reap(g);
	return true;
}
