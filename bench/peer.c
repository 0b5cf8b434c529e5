// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/peer.h"
#include "host/arch/emulated.h"
#include "host/harness/carry.h"
#include "host/harness/discover.h"
#include "host/harness/elf_deps.h"

/* The first file that matches below the root of a QEMU with its own libraries. */
static char *below(const char *root, const char *pattern)
{
	char *full = NULL, *path = NULL;
	glob_t g;

	if (asprintf(&full, "%s/%s", root, pattern) < 0)
		return NULL;
	if (!glob(full, GLOB_BRACE, NULL, &g))
		path = strdup(g.gl_pathv[0]);
	globfree(&g);
	free(full);
	return path;
}

/* A program and an ld.so, and where that one finds the libraries of its triplet. */
static int look_below(struct peer *p, const char *root, struct ktstr_err *err)
{
	char name[64], *dir, *triplet;

	snprintf(name, sizeof(name), "usr/bin/%s", emulated_arch()->qemu);
	p->program = below(root, name);
	p->loader = below(root, "{usr/lib,lib}/*-linux-gnu/ld-linux-*.so.*");
	if (!p->program || !p->loader)
		return ktstr_err_set(err, -ENOENT,
				     "%s is no ELF program, and there is none with an ld.so in %s",
				     p->path, root);
	dir = strdup(p->loader);
	if (dir) {
		triplet = basename(dirname(dir));
		if (asprintf(&p->lib_path, "%s/usr/lib/%s:%s/lib/%s", root, triplet, root,
			     triplet) < 0)
			p->lib_path = NULL;
	}
	free(dir);
	strv_addf(&p->data, "%s/usr/share/qemu", root);
	strv_addf(&p->data, "%s/usr/share/seabios", root);
	if (!p->lib_path || p->data.failed)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	return 0;
}

/* <dir>/bin/wrapper beside <dir>/root, by name: symlinks do not travel. */
static int look_beside(struct peer *p, struct ktstr_err *err)
{
	char *root = NULL, *bin = strdup(p->path);
	int ret;

	if (!bin || asprintf(&root, "%s/root", dirname(dirname(bin))) < 0)
		root = NULL;
	ret = root ? look_below(p, root, err) : ktstr_err_set(err, -ENOMEM, "out of memory");
	free(bin);
	free(root);
	return ret;
}

int peer_find(struct peer *p, struct ktstr_err *err)
{
	char *found;

	memset(p, 0, sizeof(*p));
	found = discover_qemu(err);
	if (!found)
		return -errno;
	p->path = carry_path(found);
	if (!p->path)
		ktstr_err_set(err, 0, "%s: %s", found, strerror(errno));
	free(found);
	if (!p->path)
		return -errno;
	if (!elf_is_elf(p->path))
		return look_beside(p, err);
	p->program = strdup(p->path);
	return p->program ? 0 : ktstr_err_set(err, -ENOMEM, "out of memory");
}

void peer_command(const struct peer *p, struct strv *argv)
{
	size_t i;

	if (p->loader) {
		strv_add(argv, p->loader);
		strv_add(argv, "--library-path");
		strv_add(argv, p->lib_path);
	}
	strv_add(argv, p->program);
	for (i = 0; i < p->data.nr; i++) {
		strv_add(argv, "-L");
		strv_add(argv, p->data.v[i]);
	}
}

void peer_free(struct peer *p)
{
	free(p->path);
	free(p->program);
	free(p->loader);
	free(p->lib_path);
	strv_free(&p->data);
	memset(p, 0, sizeof(*p));
}
