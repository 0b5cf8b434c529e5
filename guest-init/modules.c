// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/util.h"
#include "modules.h"

#define MODULE_SIZE_MAX (64U << 20)

/* What scripts/sign-file appends: the signature, its description, this text. */
#define SIG_MAGIC "~Module signature appended~\n"

struct module_signature {
	u8 algo;
	u8 hash;
	u8 id_type;
	u8 signer_len;
	u8 key_id_len;
	u8 pad[3];
	__be32 sig_len;
} __packed;

static int is_module(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 3 && !strcmp(d->d_name + len - 3, ".ko");
}

size_t module_unsigned_size(const void *image, size_t size)
{
	const size_t magic = sizeof(SIG_MAGIC) - 1;
	struct module_signature sig;
	size_t rest, len;

	if (size < magic + sizeof(sig))
		return size;
	rest = size - magic;
	if (memcmp(image + rest, SIG_MAGIC, magic))
		return size;
	rest -= sizeof(sig);
	memcpy(&sig, image + rest, sizeof(sig));
	len = be32toh(sig.sig_len);
	return len <= rest ? rest - len : size;
}

/*
 * Without the signature first: nothing is proved by it in here, and checking
 * the first one makes the kernel set up and test its RSA code, which costs a
 * tenth of a boot under emulation. A kernel that insists gets it.
 */
static int insert(const void *image, size_t size)
{
	size_t bare = module_unsigned_size(image, size);

	if (!syscall(SYS_init_module, image, bare, "") || errno == EEXIST)
		return 0;
	if (bare != size && (!syscall(SYS_init_module, image, size, "") || errno == EEXIST))
		return 0;
	return -errno;
}

static int load_one(const char *dir, const char *name, struct ktstr_err *err)
{
	char path[PATH_MAX];
	size_t size;
	void *image;
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return ktstr_err_set(err, -ENAMETOOLONG, "module path too long: %s", name);
	image = file_read(path, MODULE_SIZE_MAX, &size);
	if (!image)
		return ktstr_err_set(err, -errno, "cannot read module %s: %s", name,
				     strerror(errno));
	ret = insert(image, size);
	free(image);
	if (ret)
		return ktstr_err_set(err, ret,
				     "cannot load module %s: %s (built for another kernel?)", name,
				     strerror(-ret));
	return 0;
}

int modules_load(const char *dir, struct ktstr_err *err)
{
	struct dirent **list;
	int i, n, ret = 0;

	n = scandir(dir, &list, is_module, alphasort);
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0)
		return ktstr_err_set(err, -errno, "cannot list %s: %s", dir, strerror(errno));
	for (i = 0; i < n; i++) {
		if (!ret)
			ret = load_one(dir, list[i]->d_name, err);
		free(list[i]);
	}
	free(list);
	return ret;
}
