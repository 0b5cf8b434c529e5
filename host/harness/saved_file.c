// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/harness/saved_file.h"
#include "lib/util.h"
#include "lib/wire.h"

int saved_file_open(struct saved_file *f, const char *path, struct ktstr_err *err)
{
	struct stat st;
	int ret;

	*f = (struct saved_file){ .path = path, .fd = -1 };
	if (!path)
		return 0;
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return ktstr_err_set(err, S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL,
				     "%s: is there, and is no regular file", path);
	if (asprintf(&f->temp, "%s.%d.tmp", path, getpid()) < 0) {
		f->temp = NULL;
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	}
	/* left by a process of the same number */
	unlink(f->temp);
	f->fd = open(f->temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (f->fd >= 0)
		return 0;
	ret = ktstr_err_set(err, -errno, "%s: %s", path, strerror(errno));
	free(f->temp);
	f->temp = NULL;
	return ret;
}

static int write_at(int fd, const u8 *data, size_t len, u64 at)
{
	while (len) {
		ssize_t n = pwrite(fd, data, len, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		data += n;
		at += n;
		len -= n;
	}
	return 0;
}

static int take_piece(struct saved_file *f, const u8 *payload, size_t len, struct ktstr_err *err)
{
	struct wire_hsav h;
	u64 offset;
	u32 last;
	int ret;

	if (f->fd < 0)
		return ktstr_err_set(err, -EBADMSG,
				     "the emulated host sent a file that nobody has asked for");
	if (len < sizeof(h))
		return ktstr_err_set(err, -EBADMSG, "%s: a piece of %zu bytes", f->path, len);
	memcpy(&h, payload, sizeof(h));
	offset = le64_to_cpu(h.offset);
	last = le32_to_cpu(h.last);
	len -= sizeof(h);
	if (offset > INT64_MAX - len || last > 1 || (last && len))
		return ktstr_err_set(err, -EBADMSG, "%s: a malformed piece", f->path);
	if (!last)
		ret = write_at(f->fd, payload + sizeof(h), len, offset);
	else
		ret = ftruncate(f->fd, offset) ? -errno : 0;
	if (ret)
		return ktstr_err_set(err, ret, "%s: %s", f->path, strerror(-ret));
	return last ? saved_file_commit(f, err) : 0;
}

int saved_file_piece(struct saved_file *f, const void *payload, size_t len, struct ktstr_err *err)
{
	int ret = take_piece(f, payload, len, err);

	if (ret)
		saved_file_drop(f);
	return ret;
}

int saved_file_commit(struct saved_file *f, struct ktstr_err *err)
{
	int ret = 0;

	/* a disk that is full may say so only now */
	if (close(f->fd))
		ret = -errno;
	f->fd = -1;
	if (!ret && rename(f->temp, f->path))
		ret = -errno;
	if (ret) {
		ktstr_err_set(err, ret, "%s: %s", f->path, strerror(-ret));
		saved_file_drop(f);
	}
	free(f->temp);
	f->temp = NULL;
	return ret;
}

void saved_file_drop(struct saved_file *f)
{
	if (f->temp) {
		unlink(f->temp);
		close_fd(&f->fd);
	}
	free(f->temp);
	f->temp = NULL;
}
