// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/util.h"
#include "spawn.h"

static void __noreturn spawn_exec(const char *path, char *const *argv, int out, int errout,
				  int report)
{
	sigset_t none;
	int null, code;

	setpgid(0, 0);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, 0);
	if (dup2(out, 1) >= 0 && dup2(errout, 2) >= 0) {
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
int spawn_program(const char *path, char *const *argv, int out, int errout, pid_t *pid)
{
	int report[2], code = 0;
	pid_t child;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0) {
		code = errno;
	} else if (!child) {
		spawn_exec(path, argv, out, errout, report[1]);
	} else {
		close_fd(&report[1]);
		if (read_full(report[0], &code, sizeof(code)) != sizeof(code))
			code = 0;
	}
	close_fd(&report[0]);
	close_fd(&report[1]);
	if (child > 0 && code)
		waitpid(child, NULL, 0);
	if (!code)
		*pid = child;
	return -code;
}
