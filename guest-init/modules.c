// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/util.h"
#include "modules.h"

static int is_module(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 3 && !strcmp(d->d_name + len - 3, ".ko");
}

static int load_one(const char *dir, const char *name, struct ktstr_err *err)
{
	char path[PATH_MAX];
	int fd, ret = 0;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return ktstr_err_set(err, -ENAMETOOLONG, "module path too long: %s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ktstr_err_set(err, -errno, "cannot open module %s: %s", name,
				     strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		ret = ktstr_err_set(err, -errno,
				    "cannot load module %s: %s (built for another kernel?)", name,
				    strerror(errno));
	close_fd(&fd);
	return ret;
}

int modules_load(const char *dir, struct ktstr_err *err)
{
	struct dirent **list;
	int i, n, ret = 0;

	n = scandir(dir, &list, is_module, alphasort);
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0)
		return ktstr_err_set(err, -errno, "cannot list %s: %s", dir, strerror(errno));
	for (i = 0; i < n; i++) {
		if (!ret)
			ret = load_one(dir, list[i]->d_name, err);
		free(list[i]);
	}
	free(list);
	return ret;
}
