// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover.h"
#include "host/harness/search.h"
#include "host/kernel/image.h"
#include "lib/names.h"
#include "lib/util.h"

#if defined(__aarch64__)
#define KERNEL_IN_TREE "arch/arm64/boot/Image"
#else
#define KERNEL_IN_TREE "arch/x86/boot/bzImage"
#endif

char *discover_exe(struct ktstr_err *err)
{
	char *path = realpath("/proc/self/exe", NULL);

	if (!path)
		ktstr_err_set(err, -errno, "/proc/self/exe: %s", strerror(errno));
	return path;
}

static const char *env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

char *discover_cache_dir(struct ktstr_err *err)
{
	const char *own = env("KTSTR_CACHE_DIR"), *xdg = env("XDG_CACHE_HOME");
	const char *home = env("HOME");
	char *path;
	int len;

	if (!own && !xdg && !home) {
		ktstr_err_set(err, -ENOENT, "no cache directory: set KTSTR_CACHE_DIR or HOME");
		errno = ENOENT;
		return NULL;
	}
	if (own)
		len = asprintf(&path, "%s", own);
	else if (xdg)
		len = asprintf(&path, "%s/ktstr", xdg);
	else
		len = asprintf(&path, "%s/.cache/ktstr", home);
	if (len < 0) {
		ktstr_err_set(err, -ENOMEM, "no memory for a path");
		errno = ENOMEM;
		return NULL;
	}
	return path;
}

/* dirname() of the running program; @buf of PATH_MAX. */
static bool exe_dir(char *buf)
{
	ssize_t n = readlink("/proc/self/exe", buf, PATH_MAX - 1);

	if (n <= 0)
		return false;
	buf[n] = '\0';
	*strrchr(buf, '/') = '\0';
	return true;
}

/* Beside the program, or beside the directory it is in (selftests/NAME). */
static char *near_exe(struct search *s, const char *name, int mode)
{
	char dir[PATH_MAX];
	char *path;

	if (!exe_dir(dir))
		return NULL;
	path = search_try(s, mode, "%s/%s", dir, name);
	if (!path && strrchr(dir, '/')) {
		*strrchr(dir, '/') = '\0';
		path = search_try(s, mode, "%s/%s", dir, name);
	}
	return path;
}

static char *in_cache(struct search *s, const char *name, int mode)
{
	char *cache = discover_cache_dir(NULL);
	char *path = NULL;

	if (cache)
		path = search_try(s, mode, "%s/%s", cache, name);
	free(cache);
	return path;
}

char *discover_kernel(const char *kernel, struct ktstr_err *err)
{
	struct search s = { 0 };
	const char *kdir = env("KDIR");
	char *path;

	if (kernel)
		return search_only("kernel", kernel, R_OK, err);
	if (search_env("KTSTR_KERNEL", R_OK, &path, err))
		return path;
	path = NULL;
	if (kdir)
		path = search_try(&s, R_OK, "%s/%s", kdir, KERNEL_IN_TREE);
	if (!path)
		path = in_cache(&s, "kernel/vmlinuz", R_OK);
	return search_end(&s, path, err, "no kernel to test",
			  "run scripts/setup, or set KTSTR_KERNEL=<bzImage or vmlinux>");
}

char *discover_host_kernel(struct ktstr_err *err)
{
	struct search s = { 0 };
	char *path;

	if (search_env("KTSTR_HOST_KERNEL", R_OK, &path, err))
		return path;
	path = in_cache(&s, "kernel/vmlinux", R_OK);
	if (!path)
		path = in_cache(&s, "kernel/vmlinuz", R_OK);
	return search_end(&s, path, err, "no kernel for the emulated host",
			  "run scripts/setup, or set KTSTR_HOST_KERNEL=<a kernel with KVM>");
}

static bool read_release(const char *dir, const char *name, char *release, size_t len)
{
	char path[PATH_MAX];
	size_t size;
	char *text;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return false;
	text = file_read(path, 4096, &size);
	if (!text)
		return false;
	text[strcspn(text, "\n")] = '\0';
	snprintf(release, len, "%s", text);
	free(text);
	return *release;
}

void discover_release(const char *kernel, char *release, size_t len)
{
	struct kernel_image *img = kernel_image_open(kernel, NULL);
	char dir[PATH_MAX];

	snprintf(release, len, "%s", img ? img->release : "");
	kernel_image_free(img);
	release[strcspn(release, " ")] = '\0';
	if (*release || !strrchr(kernel, '/') || strlen(kernel) >= sizeof(dir))
		return;
	memcpy(dir, kernel, strlen(kernel) + 1);
	*strrchr(dir, '/') = '\0';
	if (!read_release(dir, "release", release, len))
		read_release(dir, "include/config/kernel.release", release, len);
}

char *discover_guest_init(struct ktstr_err *err)
{
	struct search s = { 0 };
	char *path;

	if (search_env("KTSTR_GUEST_INIT", R_OK, &path, err))
		return path;
	path = near_exe(&s, "guest-init", R_OK);
	return search_end(&s, path, err, "no guest-init",
			  "run make, or set KTSTR_GUEST_INIT=<path>");
}

char *discover_scheduler_dir(struct ktstr_err *err)
{
	struct search s = { 0 };
	char *path;

	if (search_env("KTSTR_SCHED_DIR", X_OK, &path, err))
		return path;
	path = near_exe(&s, "sched_ext/bin", X_OK);
	return search_end(&s, path, err, "no directory of schedulers",
			  "run make, or set KTSTR_SCHED_DIR=<directory>");
}

static int is_scheduler(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void list_dir(const char *dir, const char *wanted, struct names *names)
{
	struct dirent **list;
	int i, n;

	names_init(names, wanted);
	n = scandir(dir, &list, is_scheduler, alphasort);
	for (i = 0; i < n; i++) {
		names_add(names, list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

/* Takes @dir over, which may be NULL: then @err says why. */
static char *in_dir(char *dir, const char *what, const char *name, struct ktstr_err *err)
{
	struct names others;
	char *path;

	if (!dir)
		return NULL;
	if (asprintf(&path, "%s/%s", dir, name) < 0)
		path = NULL;
	if (path && access(path, X_OK)) {
		list_dir(dir, name, &others);
		ktstr_err_set(err, -ENOENT, "no %s %s in %s; %sthere are: %s", what, name, dir,
			      others.hint, names_list(&others));
		free(path);
		path = NULL;
		errno = ENOENT;
	}
	free(dir);
	return path;
}

/*
 * The guest has it at the same place, where a path from here means nothing. Its own
 * name stays, as a program may go by it.
 */
static char *by_path(const char *what, const char *name, struct ktstr_err *err)
{
	char *found = search_only(what, name, X_OK, err), *path = NULL, *slash, *dir;

	if (!found || *found == '/')
		return found;
	slash = strrchr(found, '/');
	*slash = '\0';
	dir = realpath(found, NULL);
	if (!dir)
		ktstr_err_set(err, -errno, "%s %s: %s", what, name, strerror(errno));
	else if (asprintf(&path, "%s/%s", strcmp(dir, "/") ? dir : "", slash + 1) < 0)
		path = NULL;
	free(dir);
	free(found);
	return path;
}

char *discover_scheduler(const char *name, struct ktstr_err *err)
{
	if (strchr(name, '/'))
		return by_path("scheduler", name, err);
	return in_dir(discover_scheduler_dir(err), "scheduler", name, err);
}

char *discover_program_dir(struct ktstr_err *err)
{
	struct search s = { 0 };
	char *path;

	if (search_env("KTSTR_PROGRAM_DIR", X_OK, &path, err))
		return path;
	path = near_exe(&s, "selftests/guest", X_OK);
	if (!path)
		path = near_exe(&s, "guest", X_OK);
	return search_end(&s, path, err, "no directory of programs for guests",
			  "run make, or set KTSTR_PROGRAM_DIR=<directory>");
}

char *discover_program(const char *name, struct ktstr_err *err)
{
	if (strchr(name, '/'))
		return by_path("program", name, err);
	return in_dir(discover_program_dir(err), "program", name, err);
}
