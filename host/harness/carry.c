// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "carry.h"
#include "discover.h"
#include "elf_deps.h"
#include "kmodule.h"
#include "lib/util.h"
#include "strv.h"

#define CARRY_DEPTH 32

/* Modules that a kernel may need before it can talk to us. */
static const char *const guest_modules[] = {
	"virtio", "virtio_ring", "virtio_mmio", "virtio_console", NULL,
};

/* What scripts/setup puts beside a kernel and the harness reads. */
static const char *const beside_kernel[] = { "release", "config", NULL };

char *carry_path(const char *path)
{
	struct strv parts = { 0 };
	char out[2 * PATH_MAX] = "";
	size_t i, used = 0;

	if (path[0] != '/' && !getcwd(out, PATH_MAX))
		return NULL;
	used = strcmp(out, "/") ? strlen(out) : 0;
	strv_split(&parts, path, "/");
	if (parts.failed || strlen(path) >= PATH_MAX) {
		strv_free(&parts);
		errno = parts.failed ? ENOMEM : ENAMETOOLONG;
		return NULL;
	}
	if (strv_has(&parts, "..")) {
		strv_free(&parts);
		return realpath(path, NULL);
	}
	for (i = 0; i < parts.nr; i++) {
		if (strcmp(parts.v[i], "."))
			used += snprintf(out + used, sizeof(out) - used, "/%s", parts.v[i]);
	}
	strv_free(&parts);
	return strdup(used ? out : "/");
}

static int path_failed(const char *path, struct ktstr_err *err)
{
	return ktstr_err_set(err, -errno, "%s: %s", path, strerror(errno));
}

int carry_file(struct initramfs *fs, const char *path, struct ktstr_err *err)
{
	char *to = carry_path(path);
	int ret;

	if (!to)
		return path_failed(path, err);
	if (elf_is_elf(path))
		ret = initramfs_add_elf(fs, to, to, err);
	else
		ret = initramfs_add_file(fs, to, to, 0, err);
	free(to);
	return ret;
}

static int add_dir(struct initramfs *fs, const char *path, struct ktstr_err *err)
{
	char *to = carry_path(path);
	int ret = 0;

	if (!to)
		return path_failed(path, err);
	if (strcmp(to, "/"))
		ret = initramfs_add_dir(fs, to, 0755, err);
	free(to);
	return ret;
}

static int carry_at_depth(struct initramfs *fs, const char *path, unsigned int depth,
			  struct ktstr_err *err);

static int carry_dir(struct initramfs *fs, const char *path, unsigned int depth,
		     struct ktstr_err *err)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	char *sub;
	int ret;

	if (!dir)
		return path_failed(path, err);
	ret = add_dir(fs, path, err);
	while (!ret && (d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		if (asprintf(&sub, "%s/%s", path, d->d_name) < 0) {
			ret = ktstr_err_set(err, -ENOMEM, "no memory for a path");
			break;
		}
		ret = carry_at_depth(fs, sub, depth + 1, err);
		free(sub);
	}
	closedir(dir);
	return ret;
}

static int carry_at_depth(struct initramfs *fs, const char *path, unsigned int depth,
			  struct ktstr_err *err)
{
	struct stat st, link;

	if (lstat(path, &link))
		return path_failed(path, err);
	/* Below the top a dangling symlink is nobody's fault. */
	if (stat(path, &st))
		return depth && S_ISLNK(link.st_mode) ? 0 : path_failed(path, err);
	if (S_ISREG(st.st_mode))
		return carry_file(fs, path, err);
	if (!S_ISDIR(st.st_mode) || (depth && S_ISLNK(link.st_mode)))
		return 0;
	if (depth > CARRY_DEPTH)
		return ktstr_err_set(err, -ELOOP, "%s: nested too deeply", path);
	return carry_dir(fs, path, depth, err);
}

int carry_tree(struct initramfs *fs, const char *path, struct ktstr_err *err)
{
	return carry_at_depth(fs, path, 0, err);
}

/* Takes @path over; NULL is nothing to carry. */
static int carry_found(struct initramfs *fs, char *path, struct ktstr_err *err)
{
	int ret = path ? carry_tree(fs, path, err) : 0;

	free(path);
	return ret;
}

static int carry_beside(struct initramfs *fs, const char *kernel, const char *name,
			struct ktstr_err *err)
{
	const char *slash = strrchr(kernel, '/');
	int len = slash ? slash - kernel + 1 : 0;
	char *path;

	if (asprintf(&path, "%.*s%s", len, kernel, name) < 0)
		return ktstr_err_set(err, -ENOMEM, "no memory for a path");
	if (!access(path, R_OK))
		return carry_found(fs, path, err);
	free(path);
	return 0;
}

static int carry_kernel(struct initramfs *fs, const char *kernel, bool vmlinux,
			struct ktstr_err *err)
{
	const char *const *name;
	int ret = carry_file(fs, kernel, err);

	for (name = beside_kernel; *name && !ret; name++)
		ret = carry_beside(fs, kernel, *name, err);
	for (name = guest_modules; *name && !ret; name++)
		ret = carry_found(fs, kmodule_find(kernel, *name), err);
	if (vmlinux && !ret)
		ret = carry_beside(fs, kernel, "vmlinux", err);
	return ret;
}

int carry_suite(struct initramfs *fs, const char *kernel, bool vmlinux, struct ktstr_err *err)
{
	char *path = discover_kernel(kernel, NULL);
	int ret = 0;

	if (path)
		ret = carry_kernel(fs, path, vmlinux, err);
	free(path);
	if (!ret)
		ret = carry_found(fs, discover_guest_init(NULL), err);
	if (!ret)
		ret = carry_found(fs, discover_scheduler_dir(NULL), err);
	if (!ret)
		ret = carry_found(fs, discover_program_dir(NULL), err);
	return ret;
}
