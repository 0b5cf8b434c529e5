// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/util.h"
#include "scx.h"

static const char *const state_names[] = {
	[SCX_STATE_ABSENT] = "absent",	     [SCX_STATE_DISABLED] = "disabled",
	[SCX_STATE_ENABLING] = "enabling",   [SCX_STATE_ENABLED] = "enabled",
	[SCX_STATE_DISABLING] = "disabling", [SCX_STATE_UNKNOWN] = "unknown",
};

enum scx_state scx_state_parse(const char *text)
{
	size_t len = strcspn(text, "\n");
	enum scx_state s;

	for (s = SCX_STATE_DISABLED; s < SCX_STATE_UNKNOWN; s++)
		if (strlen(state_names[s]) == len && !strncmp(text, state_names[s], len))
			return s;
	return SCX_STATE_UNKNOWN;
}

const char *scx_state_name(enum scx_state state)
{
	return state_names[state];
}

/* Return: false when the file cannot be read; @buf then holds "". */
static bool read_line(const char *dir, const char *file, char *buf, size_t len)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd;

	buf[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read_full(fd, buf, len - 1);
	close_fd(&fd);
	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return n >= 0;
}

void scx_read(const char *dir, struct scx_status *st)
{
	char text[32];

	st->state = SCX_STATE_ABSENT;
	if (read_line(dir, "state", text, sizeof(text)))
		st->state = scx_state_parse(text);
	read_line(dir, "root/ops", st->ops, sizeof(st->ops));
}
