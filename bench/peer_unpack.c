// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/align.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/peer.h"
#include "lib/util.h"

/* "newc": Documentation/driver-api/early-userspace/buffer-format.rst */
#define CPIO_MAGIC    "070701"
#define CPIO_HDR      110
#define CPIO_MODE     14
#define CPIO_FILESIZE 54
#define CPIO_NAMESIZE 94
#define CPIO_TRAILER  "TRAILER!!!"

static size_t field(const char *hdr, size_t at)
{
	char hex[9];

	memcpy(hex, hdr + at, 8);
	hex[8] = '\0';
	return strtoul(hex, NULL, 16);
}

static int put_file(const char *path, mode_t mode, const void *data, size_t len)
{
	int fd, ret;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 07777);
	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	ret = write_full(fd, data, len);
	close_fd(&fd);
	return ret;
}

static int put(const char *name, mode_t mode, const void *data, size_t len, struct ktstr_err *err)
{
	char path[PATH_MAX];
	int ret = 0;

	snprintf(path, sizeof(path), "/%s", name);
	if (S_ISREG(mode))
		ret = put_file(path, mode, data, len);
	else if (S_ISDIR(mode) && mkdir(path, mode & 07777) && errno != EEXIST)
		ret = -errno;
	return ret ? ktstr_err_set(err, ret, "%s: %s", path, strerror(-ret)) : 0;
}

static int unpack(const char *data, size_t len, struct ktstr_err *err)
{
	size_t at = 0;
	int ret = 0;

	while (!ret) {
		size_t name_len, size, body;
		const char *hdr = data + at;

		if (len - at < CPIO_HDR || memcmp(hdr, CPIO_MAGIC, 6))
			return ktstr_err_set(err, -EBADMSG, "no cpio header at byte %zu", at);
		name_len = field(hdr, CPIO_NAMESIZE);
		size = field(hdr, CPIO_FILESIZE);
		body = ALIGN(CPIO_HDR + name_len, 4);
		if (!name_len || body > len - at || size > len - at - body ||
		    hdr[CPIO_HDR + name_len - 1])
			return ktstr_err_set(err, -EBADMSG, "torn cpio entry at byte %zu", at);
		if (!strcmp(hdr + CPIO_HDR, CPIO_TRAILER))
			return 0;
		ret = put(hdr + CPIO_HDR, field(hdr, CPIO_MODE), hdr + body, size, err);
		at += min(ALIGN(body + size, 4), len - at);
	}
	return ret;
}

int peer_unpack(const char *file, struct ktstr_err *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), ret;
	struct stat st;
	void *data;

	if (fd < 0 || fstat(fd, &st)) {
		ret = -errno;
		close_fd(&fd);
		return ktstr_err_set(err, ret, "%s: %s", file, strerror(-ret));
	}
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		ret = ktstr_err_set(err, -errno, "%s: %s", file, strerror(errno));
	} else {
		ret = unpack(data, st.st_size, err);
		munmap(data, st.st_size);
	}
	close_fd(&fd);
	return ret;
}
