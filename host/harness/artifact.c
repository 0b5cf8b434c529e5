// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/openat2.h>

#include "artifact.h"
#include "dir.h"
#include "host/harness/out_dir.h"
#include "host/harness/snapshot_files.h"
#include "lib/wire.h"

#define TEMP_NAME ".ktstr-%d-%u.tmp"

#ifndef SYS_openat2
#define SYS_openat2 437 /* the same number on every architecture */
#endif

static int open_beneath(int dirfd, const char *path, u64 flags, u64 mode)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC | O_NOFOLLOW,
		.mode = mode,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	int fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* What begin_file() leaves when its process is killed. */
static bool is_stale(const char *name, const void *ctx)
{
	char again[NAME_MAX + 1];
	unsigned int nr;
	int pid;

	if (sscanf(name, TEMP_NAME, &pid, &nr) != 2 || pid <= 0)
		return false;
	snprintf(again, sizeof(again), TEMP_NAME, pid, nr);
	if (strcmp(again, name))
		return false;
	return pid == getpid() || (kill(pid, 0) && errno == ESRCH);
}

int artifact_open(struct artifact_sink *s, const char *dir, struct ktstr_err *err)
{
	int fd;

	memset(s, 0, sizeof(*s));
	s->parent = -1;
	s->fd = -1;
	s->dirfd = -1;
	if (!dir)
		return 0;
	fd = dir_make("artifacts directory", dir, err);
	if (fd < 0)
		return fd;
	s->dirfd = fd;
	dir_remove(s->dirfd, is_stale, NULL);
	return 0;
}

static void drop_file(struct artifact_sink *s)
{
	if (s->fd >= 0)
		unlinkat(s->parent, s->temp, 0);
	close_fd(&s->fd);
	close_fd(&s->parent);
}

void artifact_close(struct artifact_sink *s)
{
	drop_file(s);
	close_fd(&s->dirfd);
	strv_free(&s->tests);
}

static bool clean_path(const char *path)
{
	unsigned int depth = 0;

	do {
		size_t len = strcspn(path, "/");

		if (!len || len > NAME_MAX || ++depth > ARTIFACT_DEPTH_MAX)
			return false;
		if (len <= 2 && !strncmp(path, "..", len))
			return false;
		path += len;
	} while (*path++);
	return true;
}

/* Opens, and makes where missing, the directories of @s->path one by one. */
static int open_parent(struct artifact_sink *s)
{
	const char *at = s->path, *slash;
	int dir, next;

	dir = fcntl(s->dirfd, F_DUPFD_CLOEXEC, 3);
	if (dir < 0)
		return -errno;
	while ((slash = strchr(at, '/'))) {
		char name[NAME_MAX + 1];

		snprintf(name, sizeof(name), "%.*s", (int)(slash - at), at);
		if (mkdirat(dir, name, 0755) && errno != EEXIST)
			next = -errno;
		else
			next = open_beneath(dir, name, O_RDONLY | O_DIRECTORY, 0);
		close_fd(&dir);
		if (next < 0)
			return next;
		dir = next;
		at = slash + 1;
	}
	snprintf(s->name, sizeof(s->name), "%.*s", NAME_MAX, at);
	s->parent = dir;
	return 0;
}

/* Once a test: what it leaves now must not lie beside what it left before. */
static void clean_earlier(struct artifact_sink *s)
{
	size_t len = strcspn(s->path, "./");
	char test[NAME_MAX + 1];

	if (!len || s->path[len] != '.' || strchr(s->path, '/'))
		return;
	snprintf(test, sizeof(test), "%.*s", (int)len, s->path);
	if (strv_has(&s->tests, test) || strv_add(&s->tests, test))
		return;
	snapshot_files_clean(s->dirfd, test);
}

static int begin_file(struct artifact_sink *s, u32 mode)
{
	int ret;

	if (++s->files > ARTIFACT_FILES_MAX)
		return -EFBIG;
	ret = open_parent(s);
	if (ret)
		return ret;
	if (s->session && s->files == 1)
		out_dir_begin(s->dirfd, s->session);
	clean_earlier(s);
	snprintf(s->temp, sizeof(s->temp), TEMP_NAME, getpid(), s->files);
	/* Special bits stay behind: nobody needs a set-user-ID artifact. */
	ret = open_beneath(s->parent, s->temp, O_WRONLY | O_CREAT | O_EXCL, mode & 0777);
	if (ret < 0)
		return ret;
	s->fd = ret;
	return 0;
}

static int end_file(struct artifact_sink *s)
{
	int ret = 0;

	if (renameat(s->parent, s->temp, s->parent, s->name)) {
		ret = -errno;
		unlinkat(s->parent, s->temp, 0);
	}
	close_fd(&s->fd);
	close_fd(&s->parent);
	return ret;
}

static int take_piece(struct artifact_sink *s, const struct wire_hfil *h, const char *path,
		      const void *data, size_t len)
{
	u32 flags = le32_to_cpu(h->flags);
	bool begins = flags & WIRE_HFIL_FIRST, open = s->fd >= 0;
	int ret = 0;

	if (s->dirfd < 0 || flags & ~(WIRE_HFIL_FIRST | WIRE_HFIL_LAST))
		return -EBADMSG;
	/* A file is open from its first piece to its last, and no other then. */
	if (begins == open)
		return -EBADMSG;
	if (begins) {
		if (!clean_path(path))
			return -EBADMSG;
		snprintf(s->path, sizeof(s->path), "%s", path);
		ret = begin_file(s, le32_to_cpu(h->mode));
	} else if (strcmp(path, s->path)) {
		ret = -EBADMSG;
	}
	if (!ret && len > ARTIFACT_BYTES_MAX - s->bytes)
		ret = -EFBIG;
	if (!ret)
		ret = write_full(s->fd, data, len);
	if (!ret)
		s->bytes += len;
	if (!ret && flags & WIRE_HFIL_LAST)
		ret = end_file(s);
	return ret;
}

int artifact_piece(struct artifact_sink *s, const void *payload, size_t len, struct ktstr_err *err)
{
	char path[PATH_MAX] = "";
	struct wire_hfil h;
	size_t path_len;
	int ret;

	if (len < sizeof(h))
		return ktstr_err_set(err, -EBADMSG, "artifact frame too short: %zu bytes", len);
	memcpy(&h, payload, sizeof(h));
	path_len = le16_to_cpu(h.path_len);
	if (path_len > len - sizeof(h) || path_len >= sizeof(path))
		return ktstr_err_set(err, -EBADMSG, "artifact frame with a path of %zu bytes",
				     path_len);
	memcpy(path, (const char *)payload + sizeof(h), path_len);
	if (strlen(path) != path_len)
		return ktstr_err_set(err, -EBADMSG, "artifact path with a NUL byte");
	ret = take_piece(s, &h, path, (const char *)payload + sizeof(h) + path_len,
			 len - sizeof(h) - path_len);
	if (ret) {
		drop_file(s);
		return ktstr_err_set(err, ret, "artifact \"%.200s\": %s", path,
				     ret == -EBADMSG ? "refused" : strerror(-ret));
	}
	return 0;
}
