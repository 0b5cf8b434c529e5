// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/util.h"
#include "program.h"
#include "spawn.h"

/* So that a program that writes a lot seldom waits for us: the default limit. */
#define PIPE_SIZE BIT(20)
/* A program that never stops talking must not keep us: some pipes' worth. */
#define PUMP_READS 16

void program_init(struct program *p, struct outputs *outputs, bool late)
{
	memset(p, 0, sizeof(*p));
	p->outputs = outputs;
	p->late = late;
	p->out = -1;
	p->errs.fd = -1;
}

void program_free(struct program *p)
{
	close_fd(&p->out);
	close_fd(&p->errs.fd);
	free(p->buf);
	p->buf = NULL;
}

static size_t room(const struct program *p)
{
	return p->late ? PROGRAM_LATE_MAX : PROGRAM_PIECE;
}

static void send_piece(struct program *p)
{
	if (p->used)
		outputs_data(p->outputs, p->buf, p->used);
	p->used = 0;
}

static void send_end(struct program *p)
{
	struct rout_view end = {
		.data = p->reason,
		.len = strlen(p->reason),
		.end = p->end,
		.code = p->code,
		.bytes = p->bytes,
		.elapsed_ns = p->elapsed_ns,
	};

	send_piece(p);
	outputs_end(p->outputs, &end);
}

/* What there is no room for is read all the same, or the program would stop. */
static ssize_t read_out(struct program *p)
{
	char drop[PIPE_SIZE / PUMP_READS];
	ssize_t n;

	if (p->used == room(p))
		return read(p->out, drop, sizeof(drop));
	n = read(p->out, p->buf + sizeof(struct wire_rout) + p->used, room(p) - p->used);
	if (n > 0)
		p->used += n;
	return n;
}

static void pump_out(struct program *p)
{
	unsigned int i;
	ssize_t n;

	for (i = 0; i < PUMP_READS && p->out >= 0; i++) {
		n = read_out(p);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(&p->out);
			return;
		}
		p->bytes += n;
		if (!p->late && p->used == PROGRAM_PIECE)
			send_piece(p);
	}
}

void program_pump(struct program *p)
{
	pump_out(p);
	forward_pump(&p->errs);
}

/* In words, with the last that the program said itself. */
static void set_reason(struct program *p, const char *text)
{
	char tail[256];

	if (p->errs.tail_len)
		snprintf(p->reason, sizeof(p->reason), "%s; standard error: %s", text,
			 forward_tail(&p->errs, tail, sizeof(tail)));
	else
		snprintf(p->reason, sizeof(p->reason), "%s", text);
}

static void finish(struct program *p, enum wire_run_end end, u32 code, const char *text, u64 now_ns)
{
	program_pump(p);
	close_fd(&p->out);
	forward_close(&p->errs);
	p->end = end;
	p->code = code;
	p->busy = false;
	p->elapsed_ns = now_ns - p->start_ns;
	set_reason(p, text);
	if (!p->late)
		send_end(p);
}

void program_deliver(struct program *p, const char *tag)
{
	outputs_start(p->outputs, tag);
	send_end(p);
}

static void not_started(struct program *p, const char *path, int ret, u64 now_ns)
{
	char text[256];

	snprintf(text, sizeof(text), "cannot execute %s: %s%s", path, strerror(-ret),
		 ret == -ENOENT && !access(path, F_OK) ? " (its interpreter is not in the guest)" :
							 "");
	finish(p, WIRE_RUN_NOT_STARTED, -ret, text, now_ns);
}

/* The read end, non-blocking; @w is set to the write end. */
static int out_pipe(struct program *p, int *w)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	fcntl(fds[0], F_SETPIPE_SZ, PIPE_SIZE);
	p->out = fds[0];
	*w = fds[1];
	return 0;
}

static int start(struct program *p, const struct scenario_op *op, int cgroup_fd)
{
	int out = -1, errout = -1, ret;

	if (!p->buf)
		p->buf = malloc(sizeof(struct wire_rout) + room(p));
	if (!p->buf)
		return -ENOMEM;
	ret = out_pipe(p, &out);
	if (!ret) {
		errout = forward_open(&p->errs, WIRE_SERR, p->outputs->writer, NULL);
		ret = errout < 0 ? errout : 0;
	}
	if (!ret)
		ret = spawn_program(op->path, op->argv, out, errout, cgroup_fd, &p->pid);
	close_fd(&out);
	close_fd(&errout);
	return ret;
}

void program_start(struct program *p, const struct scenario_op *op, int cgroup_fd, u64 now_ns)
{
	int ret;

	p->busy = true;
	p->end = 0;
	p->code = 0;
	p->status = 0;
	p->bytes = 0;
	p->used = 0;
	p->errs.tail_len = 0;
	p->start_ns = now_ns;
	p->timeout_ms = op->timeout_ms;
	p->wake_ns = now_ns + op->timeout_ms * NSEC_PER_MSEC;
	if (!p->late)
		outputs_start(p->outputs, op->tag);
	ret = start(p, op, cgroup_fd);
	if (ret)
		not_started(p, op->path, ret, now_ns);
	else
		p->running = true;
}

bool program_reaped(struct program *p, pid_t pid, int status)
{
	if (!p->running || p->pid != pid)
		return false;
	p->running = false;
	p->status = status;
	return true;
}

static void kill_text(const struct program *p, char *text, size_t len)
{
	if (p->end == WIRE_RUN_TIMED_OUT)
		snprintf(text, len, "was killed: it had not ended after %u ms", p->timeout_ms);
	else
		snprintf(text, len, "was killed: its step ended before it did");
}

static void report_end(struct program *p, u64 now_ns)
{
	char text[96];

	/* What it left behind, or the output would never end. */
	kill(-p->pid, SIGKILL);
	if (p->end) {
		kill_text(p, text, sizeof(text));
		finish(p, p->end, 0, text, now_ns);
	} else if (WIFSIGNALED(p->status)) {
		snprintf(text, sizeof(text), "was killed by signal %d (%s)", WTERMSIG(p->status),
			 strsignal(WTERMSIG(p->status)));
		finish(p, WIRE_RUN_SIGNALED, WTERMSIG(p->status), text, now_ns);
	} else {
		snprintf(text, sizeof(text), "exited with status %d", WEXITSTATUS(p->status));
		finish(p, WIRE_RUN_EXITED, WEXITSTATUS(p->status), text, now_ns);
	}
}

static void kill_now(struct program *p, enum wire_run_end end, u64 now_ns)
{
	p->end = end;
	p->wake_ns = now_ns + PROGRAM_KILL_NS;
	kill(-p->pid, SIGKILL);
}

static void out_of_time(struct program *p, u64 now_ns)
{
	char text[96];

	if (!p->end) {
		kill_now(p, WIRE_RUN_TIMED_OUT, now_ns);
		return;
	}
	if (p->end == WIRE_RUN_TIMED_OUT)
		snprintf(text, sizeof(text), "had not ended after %u ms, nor after SIGKILL",
			 p->timeout_ms);
	else
		snprintf(text, sizeof(text), "had not ended with its step, nor after SIGKILL");
	p->running = false;
	finish(p, p->end, 0, text, now_ns);
}

void program_kill(struct program *p, u64 now_ns)
{
	if (p->running && !p->end)
		kill_now(p, WIRE_RUN_CANCELLED, now_ns);
}

bool program_step(struct program *p, u64 now_ns)
{
	if (p->busy && !p->running)
		report_end(p, now_ns);
	else if (p->busy && now_ns >= p->wake_ns)
		out_of_time(p, now_ns);
	return !p->busy;
}

void program_cancel(struct program *p, u64 now_ns)
{
	if (p->busy && !p->running)
		report_end(p, now_ns);
	if (!p->busy)
		return;
	kill(-p->pid, SIGKILL);
	p->running = false;
	finish(p, WIRE_RUN_CANCELLED, 0, "was killed: the scenario ended before it did", now_ns);
}
