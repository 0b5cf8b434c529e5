// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util.h"

u64 mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

int write_full(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		p += n;
		len -= n;
	}
	return 0;
}

ssize_t read_full(int fd, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (char *)buf + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += n;
	}
	return done;
}

void *mem_copy(const void *data, size_t len)
{
	char *p = malloc(len + 1);

	if (!p)
		return NULL;
	if (len)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

void *file_read(const char *path, size_t max, size_t *size)
{
	size_t room = 4096, used = 0;
	char *buf = NULL;
	struct stat st;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && st.st_size > 0)
		room = (size_t)st.st_size + 1;
	/* sysfs and procfs report a size of 0 or a page: read until the end */
	for (;;) {
		char *bigger;
		ssize_t n;

		err = EFBIG;
		if (used > max)
			goto fail;
		bigger = realloc(buf, room + 1);
		err = ENOMEM;
		if (!bigger)
			goto fail;
		buf = bigger;
		n = read_full(fd, buf + used, room - used);
		err = -n;
		if (n < 0)
			goto fail;
		used += n;
		if (used < room)
			break;
		room *= 2;
	}
	if (used > max) {
		err = EFBIG;
		goto fail;
	}
	close(fd);
	buf[used] = '\0';
	*size = used;
	return buf;
fail:
	free(buf);
	close(fd);
	errno = err;
	return NULL;
}

int file_replace(int dirfd, const char *name, const void *data, size_t len)
{
	char temp[PATH_MAX];
	int fd, ret;

	if (snprintf(temp, sizeof(temp), "%s.%d.tmp", name, getpid()) >= (int)sizeof(temp))
		return -ENAMETOOLONG;
	fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	ret = write_full(fd, data, len);
	if (!ret && fsync(fd))
		ret = -errno;
	close(fd);
	if (!ret && renameat(dirfd, temp, dirfd, name))
		ret = -errno;
	if (ret)
		unlinkat(dirfd, temp, 0);
	return ret;
}

void close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

double square_root(double x)
{
	double root = x > 1 ? x : 1, next;
	int i;

	if (!(x > 0))
		return 0;
	/* Newton's way; a double has no more halvings than that */
	for (i = 0; i < 1100; i++) {
		next = (root + x / root) / 2;
		if (next >= root)
			break;
		root = next;
	}
	return root;
}
