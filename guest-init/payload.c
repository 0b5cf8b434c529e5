// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "payload.h"

void payloads_init(struct payloads *ps, struct outputs *outputs)
{
	*ps = (struct payloads){ .outputs = outputs };
}

static void payload_free(struct payload *p)
{
	program_free(&p->program);
	free(p);
}

void payloads_free(struct payloads *ps)
{
	while (ps->nr)
		payload_free(ps->list[--ps->nr]);
}

int payloads_start(struct payloads *ps, const struct scenario_op *op, int cgroup_fd, u64 now_ns,
		   struct ktstr_err *err)
{
	struct payload *p;

	if (ps->nr == PAYLOADS_MAX)
		return ktstr_err_set(err, -E2BIG, "%d payloads are running, more cannot",
				     PAYLOADS_MAX);
	p = calloc(1, sizeof(*p));
	if (!p)
		return ktstr_err_set(err, -ENOMEM, "no memory for another payload");
	program_init(&p->program, ps->outputs, true);
	p->op = op;
	p->cgroup = op->cgroup ? op->cgroup : "";
	ps->list[ps->nr++] = p;
	program_start(&p->program, op, cgroup_fd, now_ns);
	return 0;
}

u32 payloads_pollfds(const struct payloads *ps, struct pollfd *fds)
{
	u32 i, nr = 0;

	for (i = 0; i < ps->nr; i++) {
		const struct program *p = &ps->list[i]->program;

		fds[nr++] = (struct pollfd){ .fd = p->out, .events = POLLIN };
		fds[nr++] = (struct pollfd){ .fd = p->errs.fd, .events = POLLIN };
	}
	return nr;
}

void payloads_pump(struct payloads *ps)
{
	u32 i;

	for (i = 0; i < ps->nr; i++)
		if (ps->list[i]->program.busy)
			program_pump(&ps->list[i]->program);
}

bool payloads_reaped(struct payloads *ps, pid_t pid, int status)
{
	u32 i;

	for (i = 0; i < ps->nr; i++)
		if (program_reaped(&ps->list[i]->program, pid, status))
			return true;
	return false;
}

/* Reported and judged: nothing is left to do. */
static void forget(struct payloads *ps, u32 i)
{
	payload_free(ps->list[i]);
	ps->nr--;
	memmove(&ps->list[i], &ps->list[i + 1], (ps->nr - i) * sizeof(ps->list[0]));
}

static bool deliver(struct payloads *ps, struct payload *p)
{
	if (!p->delivered && !ps->outputs->open) {
		program_deliver(&p->program, p->op->tag);
		p->delivered = true;
	}
	return p->delivered;
}

u64 payloads_step(struct payloads *ps, u64 now_ns)
{
	u64 wake = UINT64_MAX;
	u32 i = 0;

	while (i < ps->nr) {
		struct payload *p = ps->list[i];

		if (program_step(&p->program, now_ns) && deliver(ps, p) && p->judged) {
			forget(ps, i);
			continue;
		}
		if (p->program.busy)
			wake = min(wake, p->program.wake_ns);
		i++;
	}
	return wake;
}

static bool is_called(const struct payload *p, const char *tag)
{
	return !tag || !strcmp(p->op->tag, tag);
}

bool payloads_running(const struct payloads *ps, const char *tag)
{
	u32 i;

	for (i = 0; i < ps->nr; i++)
		if (ps->list[i]->program.busy && is_called(ps->list[i], tag))
			return true;
	return false;
}

void payloads_kill(struct payloads *ps, const char *tag, u64 now_ns)
{
	u32 i;

	for (i = 0; i < ps->nr; i++)
		if (is_called(ps->list[i], tag))
			program_kill(&ps->list[i]->program, now_ns);
}

void payloads_kill_within(struct payloads *ps, const char *cgroup, u64 now_ns)
{
	u32 i;

	for (i = 0; i < ps->nr; i++)
		if (cgroup_within(ps->list[i]->cgroup, cgroup))
			program_kill(&ps->list[i]->program, now_ns);
}

void payloads_moved(struct payloads *ps, const char *from, const char *to)
{
	u32 i;

	for (i = 0; i < ps->nr; i++)
		if (!strcmp(ps->list[i]->cgroup, from))
			ps->list[i]->cgroup = to;
}

void payloads_cancel(struct payloads *ps, u64 now_ns)
{
	u32 i;

	for (i = 0; i < ps->nr; i++) {
		program_cancel(&ps->list[i]->program, now_ns);
		deliver(ps, ps->list[i]);
	}
}

static bool has_failed(const struct program *p)
{
	return p->end == WIRE_RUN_NOT_STARTED || p->end == WIRE_RUN_SIGNALED ||
	       p->end == WIRE_RUN_TIMED_OUT;
}

bool payloads_failed(struct payloads *ps, struct ktstr_err *err)
{
	u32 i;

	for (i = 0; i < ps->nr; i++) {
		struct payload *p = ps->list[i];

		if (p->judged || p->program.busy)
			continue;
		p->judged = true;
		if (!has_failed(&p->program) || p->op->flags & SCENARIO_OP_MAY_FAIL)
			continue;
		ktstr_err_set(err, -EREMOTEIO, "payload '%s': %s %s", p->op->tag, p->op->argv[0],
			      p->program.reason);
		return true;
	}
	return false;
}
