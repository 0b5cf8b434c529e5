// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/harness/inspect_socket.h"
#include "lib/names.h"
#include "lib/number.h"
#include "lib/util.h"
#include "lib/wire_inspect.h"

#define SUFFIX ".sock"
/* People who wait for the one that is served. */
#define BACKLOG 8

static int socket_dir(char *dir, size_t room, struct ktstr_err *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	int n;

	if (runtime && *runtime == '/')
		n = snprintf(dir, room, "%s/ktstr", runtime);
	else
		n = snprintf(dir, room, "/tmp/ktstr-%u", geteuid());
	if (n >= (int)room)
		return ktstr_err_set(err, -ENAMETOOLONG, "%.80s...: too long for a socket's name",
				     dir);
	if (lstat(dir, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077)
		return ktstr_err_set(err, -EPERM,
				     "%s: must be a directory of yours that is closed to others (chmod 700)",
				     dir);
	return 0;
}

static int make_dir(char *dir, size_t room, struct ktstr_err *err)
{
	int ret = socket_dir(dir, room, err);

	if (ret != -ENOENT)
		return ret;
	if (mkdir(dir, 0700) && errno != EEXIST)
		return ktstr_err_set(err, -errno, "%s: %s", dir, strerror(errno));
	return socket_dir(dir, room, err);
}

static int listen_at(struct inspect_socket *s, struct ktstr_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (strlen(s->path) >= sizeof(addr.sun_path))
		return ktstr_err_set(err, -ENAMETOOLONG, "%.80s...: too long for a socket's name",
				     s->path);
	memcpy(addr.sun_path, s->path, strlen(s->path));
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0)
		return ktstr_err_set(err, -errno, "socket: %s", strerror(errno));
	/* of a process of the same number that was killed */
	unlink(s->path);
	if (bind(s->fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(s->fd, BACKLOG))
		return ktstr_err_set(err, -errno, "%s: %s", s->path, strerror(errno));
	return 0;
}

int inspect_socket_listen(struct inspect_socket *s, bool inside, struct ktstr_err *err)
{
	char dir[128];
	int ret = 0;

	*s = (struct inspect_socket){ .fd = -1 };
	if (inside) {
		s->path = strdup(WIRE_INSPECT_INNER);
	} else {
		ret = make_dir(dir, sizeof(dir), err);
		if (!ret && asprintf(&s->path, "%s/%d" SUFFIX, dir, getpid()) < 0)
			s->path = NULL;
	}
	if (!ret && !s->path)
		ret = ktstr_err_set(err, -ENOMEM, "out of memory");
	if (!ret)
		ret = listen_at(s, err);
	if (ret)
		inspect_socket_close(s);
	return ret;
}

void inspect_socket_close(struct inspect_socket *s)
{
	if (s->fd >= 0 && s->path)
		unlink(s->path);
	close_fd(&s->fd);
	free(s->path);
	s->path = NULL;
}

/* The number in "123.sock", or 0. */
static pid_t name_pid(const char *name)
{
	const char *end = strstr(name, SUFFIX);
	char text[16];
	u32 pid;

	if (!end || end[strlen(SUFFIX)] || end - name >= (long)sizeof(text))
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)(end - name), name);
	return number_parse(text, 1, INT32_MAX, &pid, NULL) ? 0 : pid;
}

int inspect_socket_runs(struct strv *pids, struct ktstr_err *err)
{
	char dir[128], path[512];
	struct dirent *d;
	DIR *list;
	int ret;

	ret = socket_dir(dir, sizeof(dir), err);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	list = opendir(dir);
	if (!list)
		return ktstr_err_set(err, -errno, "%s: %s", dir, strerror(errno));
	while ((d = readdir(list))) {
		pid_t pid = name_pid(d->d_name);

		if (!pid)
			continue;
		if (!kill(pid, 0) || errno != ESRCH) {
			strv_addf(pids, "%d", pid);
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s", dir, d->d_name);
		unlink(path);
	}
	closedir(list);
	return pids->failed ? ktstr_err_set(err, -ENOMEM, "out of memory") : 0;
}

static void list_runs(const struct strv *pids, struct names *names)
{
	char name[32];
	size_t i;

	names_init(names, NULL);
	for (i = 0; i < pids->nr; i++) {
		snprintf(name, sizeof(name), "run:%s", pids->v[i]);
		names_add(names, name);
	}
}

static int choose(pid_t *pid, struct ktstr_err *err)
{
	struct strv pids = { 0 };
	struct names all;
	char want[16];
	int ret;

	ret = inspect_socket_runs(&pids, err);
	list_runs(&pids, &all);
	snprintf(want, sizeof(want), "%d", *pid);
	if (ret)
		goto out;
	if (*pid && !strv_has(&pids, want))
		ret = ktstr_err_set(err, -ENOENT, "no run %d with a held guest; there are: %s",
				    *pid, names_list(&all));
	else if (!*pid && !pids.nr)
		ret = ktstr_err_set(err, -ENOENT,
				    "no run with a held guest: start one with 'ktstr run --hold'");
	else if (!*pid && pids.nr > 1)
		ret = ktstr_err_set(err, -ENOTUNIQ, "several runs: ask for one of %s",
				    names_list(&all));
	else if (!*pid)
		*pid = atoi(pids.v[0]);
out:
	strv_free(&pids);
	return ret;
}

int inspect_socket_connect(pid_t pid, struct ktstr_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char dir[128];
	int fd, ret;

	ret = choose(&pid, err);
	if (!ret)
		ret = socket_dir(dir, sizeof(dir), err);
	if (ret)
		return ret;
	if (snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/%d" SUFFIX, dir, pid) >=
	    (int)sizeof(addr.sun_path))
		return ktstr_err_set(err, -ENAMETOOLONG, "%s: too long for a socket's name", dir);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ktstr_err_set(err, -errno, "socket: %s", strerror(errno));
	if (!connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return fd;
	ret = ktstr_err_set(err, -errno, "run %d: %s", pid, strerror(errno));
	close_fd(&fd);
	return ret;
}
