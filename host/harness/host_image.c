// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "carry.h"
#include "discover.h"
#include "elf_deps.h"
#include "host/arch/emulated.h"
#include "host_image.h"
#include "initramfs.h"
#include "kmodule.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "strv.h"

/* glibc loads it by name when a thread is cancelled or exits. */
#define LIBGCC	 "libgcc_s.so.1"
#define LD_CACHE "/etc/ld.so.cache"

static bool is_var(const char *entry, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(entry, name, len) && entry[len] == '=';
}

static void copy_env(struct strv *env)
{
	char **e;

	for (e = environ; e && *e; e++) {
		if (!is_var(*e, "KTSTR_HOST") && !is_var(*e, EMULATED_ENV))
			strv_add(env, *e);
	}
	strv_add(env, "KTSTR_HOST=kvm");
	strv_add(env, EMULATED_ENV "=1");
}

/**
 * struct coming_back - what is brought back, by absolute paths
 * @artifacts: the directory, or NULL
 * @save: the file, or NULL
 */
struct coming_back {
	char *artifacts;
	char *save;
};

static int add_scenario(struct initramfs *fs, const char *exe, char **argv, const char *cwd,
			const struct coming_back *back, struct ktstr_err *err)
{
	struct strv args = { 0 }, env = { 0 };
	struct scenario s = {
		.cwd = (char *)cwd,
		.artifacts = back->artifacts,
		.save = back->save,
	};
	void *buf = NULL;
	size_t len;
	int ret;

	strv_add(&args, exe);
	for (; *argv; argv++)
		strv_add(&args, *argv);
	copy_env(&env);
	s.argv = args.v;
	s.envp = env.v;
	ret = args.failed || env.failed ? -ENOMEM : scenario_encode(&s, &buf, &len);
	if (ret)
		ktstr_err_set(err, ret,
			      "cannot pass arguments and environment to the emulated host: %s",
			      strerror(-ret));
	else
		ret = initramfs_add_mem(fs, SCENARIO_PATH, buf, len, 0600, err);
	free(buf);
	strv_free(&args);
	strv_free(&env);
	return ret;
}

/* stdbuf(1), which the kselftest runner uses, is one: it preloads a library. */
static int add_preload(struct initramfs *fs, struct ktstr_err *err)
{
	struct strv libs = { 0 };
	size_t i;
	int ret = 0;

	strv_split(&libs, getenv("LD_PRELOAD"), ": ");
	for (i = 0; i < libs.nr && !ret; i++) {
		if (strchr(libs.v[i], '/') && !access(libs.v[i], R_OK))
			ret = carry_file(fs, libs.v[i], err);
	}
	strv_free(&libs);
	return ret;
}

/* Only for programs that have an interpreter: a static one loads nothing. */
static int add_loader_extras(struct initramfs *fs, const char *exe, struct ktstr_err *err)
{
	struct elf_deps deps = { 0 };
	char *libgcc;
	int ret;

	ret = elf_deps_add(&deps, exe, err);
	if (!ret && deps.paths.nr) {
		libgcc = elf_deps_find(&deps, LIBGCC, exe);
		if (libgcc)
			ret = carry_file(fs, libgcc, err);
		free(libgcc);
		if (!ret && !access(LD_CACHE, R_OK))
			ret = carry_file(fs, LD_CACHE, err);
		if (!ret)
			ret = add_preload(fs, err);
	}
	elf_deps_free(&deps);
	return ret;
}

static int add_program(struct initramfs *fs, char **argv, const struct coming_back *back,
		       struct ktstr_err *err)
{
	char *exe = discover_exe(err), *cwd = getcwd(NULL, 0);
	int ret;

	if (!exe || !cwd)
		ret = ktstr_err_set(err, -errno, "the running program or directory is gone: %s",
				    strerror(errno));
	else
		ret = carry_file(fs, exe, err);
	if (!ret)
		ret = add_loader_extras(fs, exe, err);
	if (!ret && strcmp(cwd, "/"))
		ret = initramfs_add_dir(fs, cwd, 0755, err);
	if (!ret)
		ret = add_scenario(fs, exe, argv, cwd, back, err);
	free(exe);
	free(cwd);
	return ret;
}

static int add_init(struct initramfs *fs, const char *host_kernel, struct ktstr_err *err)
{
	char *init = discover_guest_init(err);
	int ret;

	if (!init)
		return -errno;
	ret = initramfs_add_file(fs, "/init", init, 0755, err);
	free(init);
	if (!ret)
		ret = kmodule_add(fs, host_kernel, emulated_arch()->modules, err);
	return ret < 0 ? ret : 0;
}

static int add_carried(struct initramfs *fs, const struct emulated_opts *opts,
		       struct ktstr_err *err)
{
	const char *const *path;
	int ret = 0;

	for (path = opts->carry; path && *path && !ret; path++)
		ret = carry_tree(fs, *path, err);
	if (!ret && opts->flags & EMULATED_SUITE)
		ret = carry_suite(fs, opts->kernel, opts->flags & EMULATED_VMLINUX, err);
	return ret;
}

/* Of a file that need not be there; its directory is. */
static char *absolute_file(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *in = slash ? strndup(path, slash > path ? slash - path : 1) : strdup(".");
	char *dir = in ? carry_path(in) : NULL, *file = NULL;

	if (dir &&
	    asprintf(&file, "%s/%s", strcmp(dir, "/") ? dir : "", slash ? slash + 1 : path) < 0)
		file = NULL;
	free(in);
	free(dir);
	return file;
}

/* The directory of a file; that of the file system is there. */
static int add_parent(struct initramfs *fs, const char *path, struct ktstr_err *err)
{
	char *dir = strdup(path), *slash = dir ? strrchr(dir, '/') : NULL;
	int ret = 0;

	if (!slash) {
		ret = ktstr_err_set(err, -ENOMEM, "out of memory");
	} else if (slash != dir) {
		*slash = '\0';
		ret = initramfs_add_dir(fs, dir, 0755, err);
	}
	free(dir);
	return ret;
}

static int collect(struct initramfs *fs, char **argv, const char *host_kernel,
		   const struct emulated_opts *opts, struct ktstr_err *err)
{
	struct coming_back back = { 0 };
	int ret;

	if (opts->artifacts) {
		back.artifacts = carry_path(opts->artifacts);
		if (!back.artifacts)
			return ktstr_err_set(err, -errno, "artifacts directory %s: %s",
					     opts->artifacts, strerror(errno));
	}
	if (opts->save)
		back.save = absolute_file(opts->save);
	ret = opts->save && !back.save ? -errno : 0;
	if (ret)
		ktstr_err_set(err, ret, "%s: %s", opts->save, strerror(-ret));
	if (!ret)
		ret = add_init(fs, host_kernel, err);
	if (!ret)
		ret = add_program(fs, argv, &back, err);
	if (!ret)
		ret = add_carried(fs, opts, err);
	if (!ret && back.artifacts)
		ret = initramfs_add_dir(fs, back.artifacts, 0755, err);
	if (!ret && back.save)
		ret = add_parent(fs, back.save, err);
	free(back.artifacts);
	free(back.save);
	return ret;
}

int host_image_build(char **argv, const char *host_kernel, const struct emulated_opts *opts,
		     size_t *len, struct ktstr_err *err)
{
	struct initramfs *fs = initramfs_new();
	int ret;

	if (!fs)
		return ktstr_err_set(err, -ENOMEM, "no memory for an initramfs");
	ret = collect(fs, argv, host_kernel, opts, err);
	if (!ret)
		ret = initramfs_build_fd(fs, len, err);
	initramfs_free(fs);
	return ret;
}
