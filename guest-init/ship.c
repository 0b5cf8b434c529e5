// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/util.h"
#include "ship.h"

#define SHIP_CHUNK (256U << 10)
#define SHIP_DEPTH 32

/**
 * struct shipment - a walk in progress
 * @w: where frames go
 * @err: for the caller
 * @but: the file that is left out; none while its st_ino is 0
 * @buf: one frame: header, path, data
 */
struct shipment {
	struct wire_writer *w;
	struct ktstr_err *err;
	struct stat but;
	u8 buf[sizeof(struct wire_hfil) + PATH_MAX + SHIP_CHUNK];
};

static int failed(struct shipment *s, int code, const char *path)
{
	return ktstr_err_set(s->err, code, "artifact %s: %s", path, strerror(-code));
}

static int send_piece(struct shipment *s, u32 flags, mode_t mode, const char *path, size_t len)
{
	struct wire_hfil h = {
		.flags = cpu_to_le32(flags),
		.mode = cpu_to_le32(mode & 0777),
		.path_len = cpu_to_le16(strlen(path)),
	};
	int ret;

	memcpy(s->buf, &h, sizeof(h));
	memcpy(s->buf + sizeof(h), path, strlen(path));
	ret = wire_writer_send(s->w, WIRE_HFIL, s->buf, sizeof(h) + strlen(path) + len);
	return ret ? failed(s, ret, path) : 0;
}

static int ship_file(struct shipment *s, int fd, mode_t mode, const char *path)
{
	u8 *data = s->buf + sizeof(struct wire_hfil) + strlen(path);
	u32 flags = WIRE_HFIL_FIRST;
	ssize_t n;
	int ret;

	do {
		n = read_full(fd, data, SHIP_CHUNK);
		if (n < 0)
			return failed(s, n, path);
		if (n < SHIP_CHUNK)
			flags |= WIRE_HFIL_LAST;
		ret = send_piece(s, flags, mode, path, n);
		flags = 0;
	} while (!ret && n == SHIP_CHUNK);
	return ret;
}

static int ship_dir(struct shipment *s, int fd, const char *path, unsigned int depth);

static bool is_left_out(const struct shipment *s, const struct stat *st)
{
	return s->but.st_ino && s->but.st_ino == st->st_ino && s->but.st_dev == st->st_dev;
}

/* Takes @fd over. */
static int ship_any(struct shipment *s, int fd, const char *path, unsigned int depth)
{
	struct stat st;
	int ret = 0;

	if (fstat(fd, &st))
		ret = failed(s, -errno, path);
	else if (S_ISDIR(st.st_mode))
		return ship_dir(s, fd, path, depth + 1);
	else if (S_ISREG(st.st_mode) && !is_left_out(s, &st))
		ret = ship_file(s, fd, st.st_mode, path);
	close_fd(&fd);
	return ret;
}

static int ship_entry(struct shipment *s, int dir, const char *parent, const char *name,
		      unsigned int depth)
{
	char path[PATH_MAX];
	int fd;

	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return 0;
	if (snprintf(path, sizeof(path), "%s%s%s", parent, *parent ? "/" : "", name) >=
	    (int)sizeof(path))
		return failed(s, -ENAMETOOLONG, name);
	/* Never blocks on a FIFO and never follows a link out of the tree. */
	fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? 0 : failed(s, -errno, path);
	return ship_any(s, fd, path, depth);
}

/* Takes @fd over. */
static int ship_dir(struct shipment *s, int fd, const char *path, unsigned int depth)
{
	struct dirent **list;
	int i, n, ret = 0;

	n = depth > SHIP_DEPTH ? -1 : scandirat(fd, ".", &list, NULL, alphasort);
	if (n < 0)
		ret = failed(s, depth > SHIP_DEPTH ? -ELOOP : -errno, path);
	for (i = 0; i < n; i++) {
		if (!ret)
			ret = ship_entry(s, fd, path, list[i]->d_name, depth);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	close_fd(&fd);
	return ret;
}

int ship_tree(struct wire_writer *w, const char *dir, const char *but, struct ktstr_err *err)
{
	struct shipment *s;
	int fd, ret;

	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return ktstr_err_set(err, -errno, "artifacts directory %s: %s", dir,
				     strerror(errno));
	s = malloc(sizeof(*s));
	if (!s) {
		close_fd(&fd);
		return ktstr_err_set(err, -ENOMEM, "no memory to send artifacts");
	}
	s->w = w;
	s->err = err;
	if (!but || stat(but, &s->but))
		memset(&s->but, 0, sizeof(s->but));
	ret = ship_dir(s, fd, "", 0);
	free(s);
	return ret;
}

/* Return: bytes sent of the @len that begin at @at, none of them in a hole. */
static ssize_t send_saved(struct wire_writer *w, int fd, u8 *buf, off_t at, size_t len)
{
	struct wire_hsav h = { .offset = cpu_to_le64(at) };
	ssize_t n = pread(fd, buf + sizeof(h), min_t(size_t, len, SHIP_CHUNK), at);
	int ret;

	if (n <= 0)
		return n ? -errno : -EIO;
	memcpy(buf, &h, sizeof(h));
	ret = wire_writer_send(w, WIRE_HSAV, buf, sizeof(h) + n);
	return ret ? ret : n;
}

static int ship_data(struct wire_writer *w, int fd, u8 *buf)
{
	off_t at = 0, hole;
	ssize_t n;

	for (;;) {
		at = lseek(fd, at, SEEK_DATA);
		if (at < 0)
			return errno == ENXIO ? 0 : -errno;
		hole = lseek(fd, at, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		for (; at < hole; at += n) {
			n = send_saved(w, fd, buf, at, hole - at);
			if (n < 0)
				return n;
		}
	}
}

int ship_saved(struct wire_writer *w, const char *path, struct ktstr_err *err)
{
	struct wire_hsav end = { .last = cpu_to_le32(1) };
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), ret;
	struct stat st;
	u8 *buf;

	if (fd < 0)
		return errno == ENOENT ?
			       0 :
			       ktstr_err_set(err, -errno, "%s: %s", path, strerror(errno));
	buf = malloc(sizeof(struct wire_hsav) + SHIP_CHUNK);
	if (!buf)
		ret = -ENOMEM;
	else if (fstat(fd, &st))
		ret = -errno;
	else
		ret = S_ISREG(st.st_mode) ? ship_data(w, fd, buf) : 0;
	if (!ret && S_ISREG(st.st_mode)) {
		end.offset = cpu_to_le64(st.st_size);
		ret = wire_writer_send(w, WIRE_HSAV, &end, sizeof(end));
	}
	free(buf);
	close_fd(&fd);
	return ret ? ktstr_err_set(err, ret, "%s: %s", path, strerror(-ret)) : 0;
}
