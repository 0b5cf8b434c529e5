// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/util.h"
#include "sched.h"
#include "spawn.h"

static int sched_spawn(struct sched *s, const char *path, char *const *argv, int out,
		       struct ktstr_err *err)
{
	int ret = spawn_program(path, argv, out, out, -1, &s->pid);
	const char *hint = ret == -ENOENT ? " (its interpreter is not in the guest)" : "";

	if (ret)
		return ktstr_err_set(err, ret, "cannot execute scheduler %s: %s%s", path,
				     strerror(-ret), hint);
	s->running = true;
	return 0;
}

int sched_start(struct sched *s, const char *path, char *const *argv, struct wire_writer *writer,
		struct ktstr_err *err)
{
	int out, ret;

	if (access(path, F_OK))
		return ktstr_err_set(err, -errno, "scheduler binary %s is missing in the guest: %s",
				     path, strerror(errno));
	out = forward_open(&s->log, WIRE_SCLG, writer, err);
	if (out < 0)
		return out;
	forward_text(&s->log, SCHED_OUTPUT_START);
	ret = sched_spawn(s, path, argv, out, err);
	close_fd(&out);
	if (ret) {
		forward_close(&s->log);
		forward_text(&s->log, SCHED_OUTPUT_END);
	}
	return ret;
}

bool sched_reaped(struct sched *s, pid_t pid, int status)
{
	if (!s->running || s->pid != pid)
		return false;
	s->running = false;
	s->status = status;
	return true;
}

void sched_signal(const struct sched *s, int sig)
{
	if (s->running || sched_left(s))
		kill(-s->pid, sig);
}

bool sched_left(const struct sched *s)
{
	return s->pid && !s->running && !kill(-s->pid, 0);
}

void sched_log_close(struct sched *s)
{
	if (!s->pid || s->logged)
		return;
	s->logged = true;
	forward_close(&s->log);
	forward_text(&s->log, SCHED_OUTPUT_END);
}

const char *sched_exit_text(int status, char *buf, size_t len)
{
	if (WIFSIGNALED(status))
		snprintf(buf, len, "was killed by signal %d", WTERMSIG(status));
	else
		snprintf(buf, len, "exited with status %d", WEXITSTATUS(status));
	return buf;
}

int sched_exit_code(int status)
{
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
