// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture.h"
#include "lib/util.h"

static void read_some(int fd, u32 timeout_ms, char *buf, size_t len)
{
	u64 deadline = mono_ns() + timeout_ms * NSEC_PER_MSEC;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t used = 0;
	ssize_t n;

	while (used < len - 1 && mono_ns() < deadline) {
		if (poll(&p, 1, 100) <= 0)
			continue;
		n = read(fd, buf + used, len - 1 - used);
		if (n <= 0)
			break;
		used += n;
	}
	buf[used] = '\0';
}

void capture_output(char *const argv[], u32 timeout_ms, char *buf, size_t len)
{
	posix_spawn_file_actions_t fa;
	int fds[2];
	pid_t pid;

	*buf = '\0';
	if (pipe2(fds, O_CLOEXEC))
		return;
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, fds[1], 1);
	posix_spawn_file_actions_addopen(&fa, 2, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &fa, NULL, argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&fa);
	close_fd(&fds[1]);
	if (pid > 0) {
		read_some(fds[0], timeout_ms, buf, len);
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_fd(&fds[0]);
}
