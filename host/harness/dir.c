// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dir.h"
#include "lib/util.h"

int dir_make(const char *what, const char *path, struct ktstr_err *err)
{
	int fd = -1;

	if (!mkdir(path, 0755) || errno == EEXIST)
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return ktstr_err_set(err, -errno, "%s %s: %s", what, path, strerror(errno));
	return fd;
}

void dir_remove(int dirfd, bool (*goes)(const char *name, const void *ctx), const void *ctx)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *d;

	if (!dir) {
		close_fd(&fd);
		return;
	}
	while ((d = readdir(dir)))
		if (goes(d->d_name, ctx))
			unlinkat(dirfd, d->d_name, 0);
	closedir(dir);
}
