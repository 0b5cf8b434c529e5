// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "discover.h"
#include "host/arch/emulated.h"
#include "host/harness/search.h"
#include "host/harness/strv.h"
#include "lib/util.h"

#define VERSION_TIMEOUT_MS 10000

int qemu_version_major(const char *text)
{
	static const char key[] = "emulator version ";
	const char *at = strstr(text, key);
	int major;

	if (!at || sscanf(at + sizeof(key) - 1, "%d.", &major) != 1 || major < 0)
		return -1;
	return major;
}

static void read_some(int fd, char *buf, size_t len)
{
	u64 deadline = mono_ns() + VERSION_TIMEOUT_MS * NSEC_PER_MSEC;
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

/* The first bytes a program prints, "" when it cannot be run. */
static void capture(char *const argv[], char *buf, size_t len)
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
	if (posix_spawn(&pid, argv[0], &fa, NULL, argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&fa);
	close_fd(&fds[1]);
	if (pid > 0) {
		read_some(fds[0], buf, len);
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_fd(&fds[0]);
}

static bool new_enough(const char *path, struct search *s)
{
	char text[256];
	int major;

	capture((char *[]){ (char *)path, "--version", NULL }, text, sizeof(text));
	major = qemu_version_major(text);
	if (major >= QEMU_VERSION_MIN)
		return true;
	if (major < 0)
		search_note(s, "%s (does not say its version)", path);
	else
		search_note(s, "%s (version %d, too old)", path, major);
	return false;
}

static char *in_path(struct search *s, const char *name)
{
	struct strv dirs = { 0 };
	char *path = NULL;
	size_t i;

	strv_split(&dirs, getenv("PATH"), ":");
	for (i = 0; i < dirs.nr && !path; i++) {
		if (asprintf(&path, "%s/%s", dirs.v[i], name) < 0)
			path = NULL;
		if (path && (access(path, X_OK) || !new_enough(path, s))) {
			free(path);
			path = NULL;
		}
	}
	strv_free(&dirs);
	return path;
}

char *discover_qemu(struct ktstr_err *err)
{
	const char *name = emulated_arch()->qemu;
	struct search s = { 0 };
	char *cache, *path;
	char what[64];

	if (search_env("KTSTR_QEMU", X_OK, &path, err))
		return path;
	path = in_path(&s, name);
	if (!path && !s.tried.nr)
		search_note(&s, "%s in PATH", name);
	cache = path ? NULL : discover_cache_dir(NULL);
	if (cache)
		path = search_try(&s, X_OK, "%s/qemu/bin/%s", cache, name);
	free(cache);
	snprintf(what, sizeof(what), "no QEMU %d or newer", QEMU_VERSION_MIN);
	return search_end(&s, path, err, what, "run scripts/setup, or set KTSTR_QEMU=<path>");
}
