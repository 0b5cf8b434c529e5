// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/util.h"
#include "spawn.h"

/* Return: 0, or -1 with errno set. */
static int enter(int cgroup_fd)
{
	int fd, ret;

	if (cgroup_fd < 0)
		return 0;
	fd = openat(cgroup_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	ret = write(fd, "0", 1) == 1 ? 0 : -1;
	close_fd(&fd);
	return ret;
}

static void __noreturn spawn_exec(const char *path, char *const *argv, int out, int errout,
				  int cgroup_fd, int report)
{
	sigset_t none;
	int null, code;

	setpgid(0, 0);
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null >= 0)
		dup2(null, 0);
	if (dup2(out, 1) >= 0 && dup2(errout, 2) >= 0 && !enter(cgroup_fd)) {
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
int spawn_program(const char *path, char *const *argv, int out, int errout, int cgroup_fd,
		  pid_t *pid)
{
	int report[2], code = 0;
	pid_t child;

	if (pipe2(report, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0) {
		code = errno;
	} else if (!child) {
		spawn_exec(path, argv, out, errout, cgroup_fd, report[1]);
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
