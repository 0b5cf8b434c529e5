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
/* Without a scheduler there is nothing to look at: less than a second, for ppoll(2). */
#define IDLE_RECHECK_NS (NSEC_PER_SEC - 1)

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
		    !program_reaped(&g->program, pid, status) &&
		    !payloads_reaped(&g->payloads, pid, status))
			groups_reaped(&g->groups, pid, status);
}

/* With the load gone, nobody is disturbed; a scheduler may still be on its way out. */
static u64 recheck_ns(const struct guest *g)
{
	if (!g->start_ns || steps_done(&g->steps))
		return ATTACH_RECHECK_NS;
	return g->sched.pid || g->want != SCHED_WANT_NOTHING ? BODY_RECHECK_NS : IDLE_RECHECK_NS;
}

/* Beside those of payloads. */
enum turn_fd {
	TURN_CHILDREN,
	TURN_SCHED,
	TURN_OUT,
	TURN_ERROUT,
	TURN_HOST,
	TURN_PROGRAM_OUT,
	TURN_PROGRAM_ERRS,
	TURN_FDS,
};

static void pump(struct guest *g, const struct pollfd *p, u32 payloads)
{
	u32 i;

	if (p[TURN_SCHED].revents)
		forward_pump(&g->sched.log);
	if (p[TURN_OUT].revents)
		forward_pump(&g->out);
	if (p[TURN_ERROUT].revents)
		forward_pump(&g->errout);
	if (p[TURN_HOST].revents)
		request_pump(&g->rq);
	if (p[TURN_PROGRAM_OUT].revents || p[TURN_PROGRAM_ERRS].revents)
		program_pump(&g->program);
	for (i = 0; i < payloads; i++) {
		if (!p[TURN_FDS + i].revents)
			continue;
		payloads_pump(&g->payloads);
		break;
	}
	if (p[TURN_CHILDREN].revents)
		guest_reap(g);
}

bool guest_turn(struct guest *g, u64 deadline_ns)
{
	struct pollfd p[TURN_FDS + PAYLOADS_MAX * PAYLOAD_FDS] = {
		[TURN_CHILDREN] = { .fd = g->sigchld },
		[TURN_SCHED] = { .fd = g->sched.pid ? g->sched.log.fd : -1 },
		[TURN_OUT] = { .fd = g->out.fd },
		[TURN_ERROUT] = { .fd = g->errout.fd },
		[TURN_PROGRAM_OUT] = { .fd = g->program.out },
		[TURN_PROGRAM_ERRS] = { .fd = g->program.errs.fd },
	};
	u64 now = mono_ns();
	struct timespec ts = { 0 };
	u32 i, payloads;

	p[TURN_HOST].fd = request_fd(&g->rq, now);
	for (i = 0; i < TURN_FDS; i++)
		p[i].events = POLLIN;
	payloads = payloads_pollfds(&g->payloads, p + TURN_FDS);
	if (now < deadline_ns)
		ts.tv_nsec = min_t(u64, deadline_ns - now, recheck_ns(g));
	if (ppoll(p, TURN_FDS + payloads, &ts, NULL) > 0)
		pump(g, p, payloads);
	return now < deadline_ns;
}
