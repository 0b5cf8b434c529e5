// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "discover.h"
#include "git_commit.h"
#include "lib/util.h"

/* A file of references of a very large repository. */
#define REFS_MAX (64U << 20)
#define HEX	 "0123456789abcdef"

static bool take_commit(const char *text, char commit[GIT_COMMIT_MAX])
{
	size_t len = strspn(text, HEX);

	if (len != 40 && len != GIT_COMMIT_MAX - 1)
		return false;
	snprintf(commit, GIT_COMMIT_MAX, "%.*s", (int)len, text);
	return true;
}

static char *read_at(const char *dir, const char *name)
{
	char path[PATH_MAX];
	size_t len;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return NULL;
	return file_read(path, REFS_MAX, &len);
}

/* A line "COMMIT REF". */
static bool find_packed(const char *dir, const char *ref, char commit[GIT_COMMIT_MAX])
{
	char *refs = read_at(dir, "packed-refs"), *line = refs;
	size_t hex, len = strlen(ref);
	bool found = false;

	for (; line && *line && !found; line = strchr(line, '\n')) {
		line += *line == '\n';
		hex = strspn(line, HEX);
		if (line[hex] == ' ' && !strncmp(line + hex + 1, ref, len) &&
		    (line[hex + 1 + len] == '\n' || !line[hex + 1 + len]))
			found = take_commit(line, commit);
	}
	free(refs);
	return found;
}

static bool find_ref(const char *dir, const char *ref, char commit[GIT_COMMIT_MAX])
{
	char *text = read_at(dir, ref);
	bool found = text && take_commit(text, commit);

	free(text);
	return found || find_packed(dir, ref, commit);
}

static void cut_line(char *text)
{
	text[strcspn(text, "\r\n")] = '\0';
}

/* Branches of a linked work tree are in the directory of the first one. */
static bool find_ref_of(const char *git, const char *ref, char commit[GIT_COMMIT_MAX])
{
	char *common, dir[PATH_MAX];
	bool found = find_ref(git, ref, commit);

	if (found)
		return true;
	common = read_at(git, "commondir");
	if (!common)
		return false;
	cut_line(common);
	if (common[0] == '/')
		snprintf(dir, sizeof(dir), "%s", common);
	else if (snprintf(dir, sizeof(dir), "%s/%s", git, common) >= (int)sizeof(dir))
		dir[0] = '\0';
	free(common);
	return find_ref(dir, ref, commit);
}

static int read_head(const char *git, char commit[GIT_COMMIT_MAX])
{
	char *head = read_at(git, "HEAD");
	bool found;

	if (!head)
		return -ENOENT;
	cut_line(head);
	if (strncmp(head, "ref: ", 5))
		found = take_commit(head, commit);
	else
		found = !strstr(head, "..") && find_ref_of(git, head + 5, commit);
	free(head);
	return found ? 0 : -ENOENT;
}

/* @dir/.git is a directory, or a file that says where that is. */
static bool find_git(const char *dir, char *git, size_t room)
{
	struct stat st;
	char *text;
	int n;

	n = snprintf(git, room, "%s/.git", dir);
	if (n >= (int)room || stat(git, &st))
		return false;
	if (S_ISDIR(st.st_mode))
		return true;
	text = read_at(dir, ".git");
	if (!text || strncmp(text, "gitdir: ", 8)) {
		free(text);
		return false;
	}
	cut_line(text);
	n = text[8] == '/' ? snprintf(git, room, "%s", text + 8) :
			     snprintf(git, room, "%s/%s", dir, text + 8);
	free(text);
	return n < (int)room;
}

static bool find_carried(const char *dir, char commit[GIT_COMMIT_MAX])
{
	const char *at = getenv(GIT_COMMITS_ENV);
	size_t len = strlen(dir);

	for (; at && *at; at = strchr(at, ':')) {
		at += *at == ':';
		if (!strncmp(at, dir, len) && at[len] == '=')
			return take_commit(at + len + 1, commit);
	}
	return false;
}

int git_commit_of(const char *path, char commit[GIT_COMMIT_MAX])
{
	char dir[PATH_MAX], git[PATH_MAX], *slash;

	commit[0] = '\0';
	if (!realpath(path, dir))
		return -errno;
	do {
		if (find_carried(dir, commit))
			return 0;
		if (find_git(dir, git, sizeof(git)))
			return read_head(git, commit);
		slash = strrchr(dir, '/');
		if (slash)
			*slash = '\0';
	} while (slash && dir[0]);
	return -ENOENT;
}

static char *carry(char *all, const char *path)
{
	char commit[GIT_COMMIT_MAX], real[PATH_MAX], *more;

	if (!all || !path || git_commit_of(path, commit) || !realpath(path, real) ||
	    strpbrk(real, ":="))
		return all;
	if (asprintf(&more, "%s%s%s=%s", all, *all ? ":" : "", real, commit) < 0)
		return all;
	free(all);
	return more;
}

void git_commits_carry(const char *const *paths)
{
	char *dir = discover_scheduler_dir(NULL), *all = strdup("");

	all = carry(all, "/proc/self/exe");
	all = carry(all, dir);
	for (; paths && *paths; paths++)
		all = carry(all, *paths);
	if (all && *all)
		setenv(GIT_COMMITS_ENV, all, 1);
	free(all);
	free(dir);
}
