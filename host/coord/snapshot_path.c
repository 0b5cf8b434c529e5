// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>

#include "snapshot_path.h"

#define FAILURE_DUMP ".failure-dump"
#define SNAPSHOT     ".snapshot."

/* Longer than any extension that makes sense for a report. */
#define EXT_MAX 32

/**
 * struct base_name - a base path taken apart
 * @dir_len: bytes up to and with the last '/'
 * @stem: not NUL-terminated
 * @stem_len: bytes of it
 * @ext: with its '.', or ""
 */
struct base_name {
	size_t dir_len;
	const char *stem;
	size_t stem_len;
	const char *ext;
};

static void base_split(const char *base, struct base_name *b)
{
	const char *slash = strrchr(base, '/');
	const char *name = slash ? slash + 1 : base;
	const char *dot = strrchr(name, '.');

	b->dir_len = name - base;
	b->stem = name;
	/* The dot that makes a file hidden begins no extension. */
	b->ext = dot && dot != name && strcmp(name, "..") ? dot : name + strlen(name);
	b->stem_len = b->ext - name;
	if (!b->stem_len || name[0] == '.') {
		b->stem = "dump";
		b->stem_len = strlen(b->stem);
	}
	if (b->stem_len > strlen(FAILURE_DUMP) &&
	    !memcmp(b->stem + b->stem_len - strlen(FAILURE_DUMP), FAILURE_DUMP,
		    strlen(FAILURE_DUMP)))
		b->stem_len -= strlen(FAILURE_DUMP);
}

static bool harmless(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '_' || c == '-';
}

static char *append(char *to, const char *from, size_t len)
{
	memcpy(to, from, len);
	return to + len;
}

static char *append_tag(char *to, const char *tag, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		*to++ = harmless(tag[i]) ? tag[i] : '_';
	return to;
}

static void compose(char *to, const struct base_name *b, const char *tag, size_t tag_len)
{
	to = append(to, b->stem, b->stem_len);
	to = append(to, SNAPSHOT, strlen(SNAPSHOT));
	to = append_tag(to, tag, tag_len);
	to = append(to, b->ext, strlen(b->ext));
	*to = '\0';
}

int snapshot_tagged_path(const char *base, const char *tag, size_t tag_len, char *path, size_t room)
{
	struct base_name b;
	size_t fixed;

	base_split(base, &b);
	fixed = b.dir_len + b.stem_len + strlen(SNAPSHOT) + strlen(b.ext) + 1;
	if (room)
		path[0] = '\0';
	if (fixed > room || tag_len > room - fixed)
		return -ENAMETOOLONG;
	compose(append(path, base, b.dir_len), &b, tag, tag_len);
	return 0;
}

const char *snapshot_file_name(const char *base, const char *tag, size_t tag_len,
			       char name[NAME_MAX + 1])
{
	struct base_name b;
	size_t left;

	base_split(base, &b);
	if (!tag_len) {
		tag = "_";
		tag_len = 1;
	}
	if (strlen(b.ext) > EXT_MAX)
		b.ext = "";
	/* One character of the stem at least, so that no file is hidden. */
	left = NAME_MAX - strlen(SNAPSHOT) - strlen(b.ext) - 1;
	tag_len = min(tag_len, left);
	b.stem_len = min(b.stem_len, left - tag_len + 1);
	compose(name, &b, tag, tag_len);
	return name;
}
