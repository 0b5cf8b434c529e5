// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "elf_deps.h"
#include "initramfs.h"
#include "lib/util.h"

/* "070701" and thirteen fields of eight hex digits. */
#define CPIO_HDR      110
#define CPIO_ALIGN(n) (((n) + 3) & ~(size_t)3)
#define CPIO_TRAILER  "TRAILER!!!"

struct node {
	char *path; /* absolute; the archive drops the slash */
	char *host_path; /* contents are in this file ... */
	dev_t dev;
	ino_t ino;
	void *data; /* ... or here: memory, or a symlink's target */
	size_t size;
	mode_t mode; /* with its S_IFMT bits */
};

/*
 * A search tree gives both the look-up of a path and, walked in order, the
 * sorting. A directory sorts before what lies in it, because its path is a
 * prefix: just the order in which the kernel has to see them.
 */
struct initramfs {
	void *tree;
	size_t size;
};

static int node_cmp(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->path, ((const struct node *)b)->path);
}

static void node_free(void *p)
{
	struct node *e = p;

	if (!e)
		return;
	free(e->path);
	free(e->host_path);
	free(e->data);
	free(e);
}

static size_t cpio_size(size_t name_len, size_t data_len)
{
	return CPIO_ALIGN(CPIO_HDR + name_len + 1) + CPIO_ALIGN(data_len);
}

struct initramfs *initramfs_new(void)
{
	struct initramfs *fs = calloc(1, sizeof(*fs));

	if (fs)
		fs->size = cpio_size(strlen(CPIO_TRAILER), 0);
	return fs;
}

void initramfs_free(struct initramfs *fs)
{
	if (!fs)
		return;
	tdestroy(fs->tree, node_free);
	free(fs);
}

static struct node *find(const struct initramfs *fs, const char *path)
{
	struct node key = { .path = (char *)path };
	struct node **found = tfind(&key, &fs->tree, node_cmp);

	return found ? *found : NULL;
}

static int check_path(const char *path, struct ktstr_err *err)
{
	const char *p = path;

	if (strlen(path) >= PATH_MAX)
		return ktstr_err_set(err, -ENAMETOOLONG, "initramfs path too long: %.80s...", path);
	while (*p == '/' && p[1]) {
		size_t len = strcspn(++p, "/");

		if (!len || (len <= 2 && !strncmp(p, "..", len)))
			break;
		p += len;
	}
	if (*p || p == path)
		return ktstr_err_set(err, -EINVAL,
				     "initramfs path is not absolute and clean: \"%s\"", path);
	return 0;
}

/* Takes over every string of @tmpl, also when it fails. */
static int insert(struct initramfs *fs, const struct node *tmpl, struct ktstr_err *err)
{
	struct node *e = malloc(sizeof(*e));

	if (!e) {
		free(tmpl->path);
		free(tmpl->host_path);
		free(tmpl->data);
		return ktstr_err_set(err, -ENOMEM, "no memory for an initramfs entry");
	}
	*e = *tmpl;
	if (!e->path || !tsearch(e, &fs->tree, node_cmp)) {
		node_free(e);
		return ktstr_err_set(err, -ENOMEM, "no memory for an initramfs entry");
	}
	fs->size += cpio_size(strlen(e->path) - 1, e->size);
	return 0;
}

static int add_one_dir(struct initramfs *fs, const char *path, mode_t mode, struct ktstr_err *err)
{
	struct node *e = find(fs, path);

	if (e && !S_ISDIR(e->mode))
		return ktstr_err_set(err, -ENOTDIR, "%s: already in the initramfs, not a directory",
				     path);
	if (e)
		return 0;
	return insert(fs, &(struct node){ .path = strdup(path), .mode = S_IFDIR | (mode & 07777) },
		      err);
}

static int add_parents(struct initramfs *fs, const char *path, struct ktstr_err *err)
{
	char dir[PATH_MAX];
	int ret = check_path(path, err);
	char *slash;

	if (ret)
		return ret;
	memcpy(dir, path, strlen(path) + 1);
	for (slash = strchr(dir + 1, '/'); slash && !ret; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ret = add_one_dir(fs, dir, 0755, err);
		*slash = '/';
	}
	return ret;
}

int initramfs_add_dir(struct initramfs *fs, const char *path, mode_t mode, struct ktstr_err *err)
{
	int ret = add_parents(fs, path, err);

	return ret ? ret : add_one_dir(fs, path, mode, err);
}

static bool same_source(const struct node *a, const struct node *b)
{
	if ((a->mode & S_IFMT) != (b->mode & S_IFMT) || a->size != b->size)
		return false;
	if (a->host_path || b->host_path)
		return a->host_path && b->host_path && a->dev == b->dev && a->ino == b->ino;
	return !a->size || !memcmp(a->data, b->data, a->size);
}

/* Takes over @tmpl's host_path and data; the path is copied. */
static int add_node(struct initramfs *fs, const char *path, struct node *tmpl,
		    struct ktstr_err *err)
{
	struct node *there;
	int ret = add_parents(fs, path, err);

	/* Header fields have eight hex digits. */
	if (!ret && tmpl->size > UINT_MAX)
		ret = ktstr_err_set(err, -EFBIG, "%s: too large for an initramfs (4 GiB)", path);
	there = ret ? NULL : find(fs, path);
	if (there && !same_source(there, tmpl))
		ret = ktstr_err_set(err, -EEXIST,
				    "%s: already in the initramfs, with another content", path);
	if (ret || there) {
		free(tmpl->host_path);
		free(tmpl->data);
		return ret;
	}
	tmpl->path = strdup(path);
	return insert(fs, tmpl, err);
}

int initramfs_add_file(struct initramfs *fs, const char *path, const char *host_path, mode_t mode,
		       struct ktstr_err *err)
{
	struct node e = { 0 };
	struct stat st;

	if (stat(host_path, &st))
		return ktstr_err_set(err, -errno, "%s: %s", host_path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return ktstr_err_set(err, -EINVAL, "%s: not a regular file", host_path);
	e.host_path = strdup(host_path);
	if (!e.host_path)
		return ktstr_err_set(err, -ENOMEM, "no memory for an initramfs entry");
	e.mode = S_IFREG | ((mode ? mode : st.st_mode) & 07777);
	e.size = st.st_size;
	e.dev = st.st_dev;
	e.ino = st.st_ino;
	return add_node(fs, path, &e, err);
}

static int add_data(struct initramfs *fs, const char *path, const void *data, size_t len,
		    mode_t mode, struct ktstr_err *err)
{
	struct node e = { .size = len, .mode = mode };

	e.data = malloc(len ? len : 1);
	if (!e.data)
		return ktstr_err_set(err, -ENOMEM, "no memory for an initramfs entry");
	if (len)
		memcpy(e.data, data, len);
	return add_node(fs, path, &e, err);
}

int initramfs_add_mem(struct initramfs *fs, const char *path, const void *data, size_t len,
		      mode_t mode, struct ktstr_err *err)
{
	return add_data(fs, path, data, len, S_IFREG | (mode & 07777), err);
}

int initramfs_add_symlink(struct initramfs *fs, const char *path, const char *target,
			  struct ktstr_err *err)
{
	return add_data(fs, path, target, strlen(target), S_IFLNK | 0777, err);
}

int initramfs_add_elf(struct initramfs *fs, const char *path, const char *host_path,
		      struct ktstr_err *err)
{
	struct elf_deps deps = { 0 };
	size_t i;
	int ret;

	ret = elf_deps_add(&deps, host_path, err);
	if (!ret)
		ret = initramfs_add_file(fs, path, host_path, 0, err);
	for (i = 0; i < deps.paths.nr && !ret; i++)
		ret = initramfs_add_file(fs, deps.paths.v[i], deps.paths.v[i], 0, err);
	elf_deps_free(&deps);
	return ret;
}

size_t initramfs_size(const struct initramfs *fs)
{
	return fs->size;
}

struct build {
	u8 *out;
	size_t used;
	u32 ino;
	int ret;
	struct ktstr_err *err;
};

static void put_header(struct build *b, const char *name, mode_t mode, size_t size)
{
	size_t len = strlen(name) + 1, end = CPIO_ALIGN(CPIO_HDR + len);
	char hdr[CPIO_HDR + 1];

	/* ino mode uid gid nlink mtime size maj min rmaj rmin namesize check */
	snprintf(hdr, sizeof(hdr), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 b->ino++, mode, 0, 0, 1, 0, (u32)size, 0, 0, 0, 0, (u32)len, 0);
	memcpy(b->out + b->used, hdr, CPIO_HDR);
	memcpy(b->out + b->used + CPIO_HDR, name, len);
	memset(b->out + b->used + CPIO_HDR + len, 0, end - CPIO_HDR - len);
	b->used += end;
}

static int read_source(const struct node *e, u8 *out, struct ktstr_err *err)
{
	int fd = open(e->host_path, O_RDONLY | O_CLOEXEC);
	ssize_t n;
	char more;

	if (fd < 0)
		return ktstr_err_set(err, -errno, "%s: %s", e->host_path, strerror(errno));
	n = read_full(fd, out, e->size);
	if (n >= 0 && (n != e->size || read(fd, &more, 1) == 1))
		n = -ESTALE;
	close_fd(&fd);
	if (n < 0)
		return ktstr_err_set(err, n, "%s: %s", e->host_path,
				     n == -ESTALE ? "changed while it was being packed" :
						    strerror(-n));
	return 0;
}

static void put_node(const void *p, VISIT which, void *ctx)
{
	const struct node *e = *(const struct node *const *)p;
	struct build *b = ctx;

	if (b->ret || (which != postorder && which != leaf))
		return;
	put_header(b, e->path + 1, e->mode, e->size);
	if (e->host_path)
		b->ret = read_source(e, b->out + b->used, b->err);
	else if (e->size)
		memcpy(b->out + b->used, e->data, e->size);
	memset(b->out + b->used + e->size, 0, CPIO_ALIGN(e->size) - e->size);
	b->used += CPIO_ALIGN(e->size);
}

static int build_into(const struct initramfs *fs, void *out, struct ktstr_err *err)
{
	struct build b = { .out = out, .ino = 1, .err = err };

	twalk_r(fs->tree, put_node, &b);
	if (!b.ret)
		put_header(&b, CPIO_TRAILER, 0, 0);
	return b.ret;
}

int initramfs_build(const struct initramfs *fs, void **buf, size_t *len, struct ktstr_err *err)
{
	void *out = malloc(fs->size);
	int ret;

	if (!out)
		return ktstr_err_set(err, -ENOMEM, "no memory for an initramfs of %zu bytes",
				     fs->size);
	ret = build_into(fs, out, err);
	if (ret) {
		free(out);
		return ret;
	}
	*buf = out;
	*len = fs->size;
	return 0;
}

int initramfs_build_fd(const struct initramfs *fs, size_t *len, struct ktstr_err *err)
{
	void *out = MAP_FAILED;
	int ret, fd;

	fd = memfd_create("ktstr-initramfs", MFD_CLOEXEC);
	if (fd < 0)
		return ktstr_err_set(err, -errno, "memfd_create: %s", strerror(errno));
	if (!ftruncate(fd, fs->size))
		out = mmap(NULL, fs->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (out == MAP_FAILED) {
		ret = ktstr_err_set(err, -errno, "no memory for an initramfs of %zu bytes: %s",
				    fs->size, strerror(errno));
	} else {
		ret = build_into(fs, out, err);
		munmap(out, fs->size);
	}
	if (ret) {
		close_fd(&fd);
		return ret;
	}
	*len = fs->size;
	return fd;
}
