// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dir.h"
#include "lib/util.h"
#include "out_dir.h"
#include "run_context.h"

#define SUFFIX	   ".result.json"
#define NAMES_MAX  100000
#define NAME_BYTES 160

char *out_dir_default(void)
{
	const char *out = getenv(OUT_DIR_ENV);
	char *path;

	if (!out || !*out) {
		errno = ENOENT;
		return NULL;
	}
	if (asprintf(&path, "%s/%s", out, program_invocation_short_name) < 0) {
		errno = ENOMEM;
		return NULL;
	}
	return path;
}

int out_dir_make(struct ktstr_err *err)
{
	const char *out = getenv(OUT_DIR_ENV);

	if (!out || !*out || !mkdir(out, 0755) || errno == EEXIST)
		return 0;
	return ktstr_err_set(err, -errno, OUT_DIR_ENV "=%s: %s", out, strerror(errno));
}

static bool is_result(const char *name, const void *ctx)
{
	size_t len = strlen(name), cut = strlen(SUFFIX);

	return len > cut && !strcmp(name + len - cut, SUFFIX);
}

static bool is_session(int dirfd, const char *session)
{
	int fd = openat(dirfd, OUT_DIR_SESSION, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[RUN_ID_MAX + 1];
	ssize_t n = fd < 0 ? -1 : read_full(fd, text, RUN_ID_MAX);

	close_fd(&fd);
	text[max_t(ssize_t, n, 0)] = '\0';
	return n > 0 && !strcmp(text, session);
}

int out_dir_begin(int dirfd, const char *session)
{
	if (is_session(dirfd, session))
		return 0;
	dir_remove(dirfd, is_result, NULL);
	return file_replace(dirfd, OUT_DIR_SESSION, session, strlen(session));
}

char *out_dir_name(int dirfd, const char *name)
{
	char clean[NAME_BYTES], *file, *found = NULL;
	u32 i;

	snprintf(clean, sizeof(clean), "%s", name);
	for (i = 0; clean[i]; i++)
		if (!isalnum((unsigned char)clean[i]) && !strchr("_-.", clean[i]))
			clean[i] = '-';
	if (clean[0] == '.' || !clean[0])
		clean[0] = '-';
	for (i = 1; i < NAMES_MAX && !found; i++) {
		if (i == 1 ? asprintf(&file, "%s" SUFFIX, clean) < 0 :
			     asprintf(&file, "%s-%u" SUFFIX, clean, i) < 0)
			return NULL;
		if (faccessat(dirfd, file, F_OK, AT_SYMLINK_NOFOLLOW)) {
			found = file;
			found[strlen(found) - strlen(SUFFIX)] = '\0';
		} else {
			free(file);
		}
	}
	return found;
}
