/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_GIT_COMMIT_H
#define KTSTR_HOST_HARNESS_GIT_COMMIT_H

/*
 * Which commit a file's directory is at, read from git's own files: there may be
 * no git, and none is started.
 */

/*
 * Environment of the emulated host, where nothing of git is: "DIR=COMMIT", several
 * of them with ':' between.
 */
#define GIT_COMMITS_ENV "KTSTR_COMMITS"
/* Of a commit's name, the NUL included: SHA-256 is the longest. */
#define GIT_COMMIT_MAX 65

/**
 * git_commit_of() - the commit checked out around a file
 * @path: a file or directory
 * @commit: set to its name in hexadecimal digits; "" without one
 *
 * Whether the work tree has changes is not known: that would take an index.
 *
 * Return: 0; -ENOENT when @path is in no work tree or there is no commit yet; or
 * the negative errno of the path.
 */
int git_commit_of(const char *path, char commit[GIT_COMMIT_MAX]);

/**
 * git_commits_carry() - leave commits in the environment for the emulated host
 * @paths: files and directories, ended by NULL, or NULL
 *
 * Those of @paths, of the program and of where schedulers are looked for. Before
 * any thread exists. What is in no work tree is left out.
 */
void git_commits_carry(const char *const *paths);

#endif /* KTSTR_HOST_HARNESS_GIT_COMMIT_H */
