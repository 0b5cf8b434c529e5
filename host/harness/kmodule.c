// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "discover.h"
#include "host/kernel/inflate.h"
#include "kmodule.h"
#include "lib/util.h"

#define KMODULE_MAX (256U << 20)

/* Where the kernel's own build keeps the modules we ever ask for. */
static const struct {
	const char *name;
	const char *dir;
} module_dirs[] = {
	{ "virtio", "drivers/virtio" },	     { "virtio_ring", "drivers/virtio" },
	{ "virtio_mmio", "drivers/virtio" }, { "virtio_console", "drivers/char" },
	{ "irqbypass", "virt/lib" },	     { "kvm", "arch/x86/kvm" },
	{ "kvm-amd", "arch/x86/kvm" },	     { "kvm-intel", "arch/x86/kvm" },
};

static const char *const suffixes[] = { ".ko", ".ko.xz", ".ko.zst", ".ko.gz" };

static const char *module_dir(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(module_dirs); i++) {
		if (!strcmp(module_dirs[i].name, name))
			return module_dirs[i].dir;
	}
	return NULL;
}

static char *find_in(const char *dir, const char *sub, const char *name)
{
	unsigned int i;
	char *path;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (asprintf(&path, "%s/%s/%s%s", dir, sub, name, suffixes[i]) < 0)
			return NULL;
		if (!access(path, R_OK))
			return path;
		free(path);
	}
	return NULL;
}

/*
 * The build tree a kernel lies in: its directory for a vmlinux, four levels up
 * for arch/x86/boot/bzImage. A directory without modules simply has none.
 */
static void tree_of(char *dir)
{
	static const char boot[] = "/boot";
	char *at = dir + strlen(dir) - strlen(boot);
	int i;

	if (at < dir || strcmp(at, boot))
		return;
	for (i = 0; i < 3 && strrchr(dir, '/'); i++)
		*strrchr(dir, '/') = '\0';
}

char *kmodule_find(const char *kernel, const char *name)
{
	const char *sub = module_dir(name);
	char dir[PATH_MAX], release[128];
	char *path;

	if (snprintf(dir, sizeof(dir), "%s", kernel) >= (int)sizeof(dir))
		return NULL;
	if (strrchr(dir, '/'))
		*strrchr(dir, '/') = '\0';
	else
		snprintf(dir, sizeof(dir), ".");
	path = find_in(dir, "modules", name);
	if (path || !sub)
		return path;
	tree_of(dir);
	path = find_in(dir, sub, name);
	if (path)
		return path;
	discover_release(kernel, release, sizeof(release));
	if (!*release || strchr(release, '/'))
		return NULL;
	snprintf(dir, sizeof(dir), "/lib/modules/%s/kernel", release);
	return find_in(dir, sub, name);
}

void *kmodule_read(const char *path, size_t *size, struct ktstr_err *err)
{
	struct ktstr_err why;
	size_t len;
	void *data, *out;

	data = file_read(path, KMODULE_MAX, &len);
	if (!data) {
		ktstr_err_set(err, -errno, "module %s: %s", path, strerror(errno));
		return NULL;
	}
	if (len >= 4 && !memcmp(data, "\177ELF", 4)) {
		*size = len;
		return data;
	}
	out = inflate_any(data, len, KMODULE_MAX, size, &why);
	if (!out)
		ktstr_err_set(err, -errno, "module %s: %s", path, why.msg);
	free(data);
	return out;
}

static int add_one(struct initramfs *fs, const char *path, const char *name, int nr,
		   struct ktstr_err *err)
{
	char to[PATH_MAX];
	size_t size;
	void *data;
	int ret;

	snprintf(to, sizeof(to), "%s/%02d-%s.ko", KMODULE_DIR, nr, name);
	data = kmodule_read(path, &size, err);
	if (!data)
		return -errno;
	ret = initramfs_add_mem(fs, to, data, size, 0644, err);
	free(data);
	return ret;
}

int kmodule_add(struct initramfs *fs, const char *kernel, const char *const *names,
		struct ktstr_err *err)
{
	int ret = 0, nr = 0;

	for (; *names && !ret; names++) {
		char *path = kmodule_find(kernel, *names);

		if (!path)
			continue;
		ret = add_one(fs, path, *names, nr++, err);
		free(path);
	}
	return ret ? ret : nr;
}
