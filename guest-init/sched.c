// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/util.h"
#include "sched.h"

static void __noreturn sched_exec(const char *path, char *const *argv, int out, int report)
{
	sigset_t none;
	int null, code;

	setpgid(0, 0);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, 0);
	if (dup2(out, 1) >= 0 && dup2(out, 2) >= 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execv(path, argv);
	}
	code = errno;
	write_full(report, &code, sizeof(code));
	_exit(127);
}

/*
 * The child's end of the report pipe closes by itself at a successful
 * execve(2): nothing to read means that the program runs.
 */
static int sched_fork(struct sched *s, const char *path, char *const *argv, int out,
		      struct ktstr_err *err)
{
	int report[2], code = 0;
	const char *hint = "";
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return ktstr_err_set(err, -errno, "cannot make a pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0) {
		code = errno;
	} else if (!pid) {
		sched_exec(path, argv, out, report[1]);
	} else {
		close_fd(&report[1]);
		if (read_full(report[0], &code, sizeof(code)) != sizeof(code))
			code = 0;
	}
	close_fd(&report[0]);
	close_fd(&report[1]);
	if (pid > 0 && code)
		waitpid(pid, NULL, 0);
	if (code == ENOENT)
		hint = " (its interpreter is not in the guest)";
	if (code)
		return ktstr_err_set(err, -code, "cannot execute scheduler %s: %s%s", path,
				     strerror(code), hint);
	s->pid = pid;
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
	ret = sched_fork(s, path, argv, out, err);
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
	if (s->running)
		kill(-s->pid, sig);
}

void sched_log_close(struct sched *s)
{
	if (!s->pid)
		return;
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
