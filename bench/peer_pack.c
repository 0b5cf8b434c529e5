// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/peer.h"
#include "host/harness/capture.h"
#include "host/harness/elf_deps.h"
#include "host/harness/initramfs.h"
#include "lib/util.h"

#define HELP_TIMEOUT_MS 10000

/* Whatever of it the microvm of this version loads. */
static const char *const firmware[] = {
	"bios-microvm.bin", "qboot.rom",	 "pvh.bin",
	"linuxboot.bin",    "linuxboot_dma.bin", "kvmvapic.bin",
};

static int add(struct initramfs *fs, const char *path, struct ktstr_err *err)
{
	return initramfs_add_file(fs, path, path, 0, err);
}

static int add_program(struct initramfs *fs, const struct peer *p, struct ktstr_err *err)
{
	struct elf_deps deps = { 0 };
	size_t i;
	int ret;

	if (p->lib_path)
		setenv("LD_LIBRARY_PATH", p->lib_path, 1);
	ret = elf_deps_add(&deps, p->program, err);
	if (!ret)
		ret = add(fs, p->path, err);
	if (!ret)
		ret = add(fs, p->program, err);
	if (!ret && p->loader)
		ret = add(fs, p->loader, err);
	for (i = 0; i < deps.paths.nr && !ret; i++)
		ret = add(fs, deps.paths.v[i], err);
	elf_deps_free(&deps);
	return ret;
}

/* One directory per line, those of the command line first. */
static void ask_for_data(const struct peer *p, struct strv *dirs)
{
	char text[4096];

	capture_output((char *[]){ p->path, "-L", "help", NULL }, HELP_TIMEOUT_MS, text,
		       sizeof(text));
	strv_split(dirs, text, "\n");
}

static int add_firmware(struct initramfs *fs, const struct peer *p, struct ktstr_err *err)
{
	struct strv asked = { 0 };
	const struct strv *dirs = &p->data;
	char path[4096];
	size_t i, j;
	int ret = 0;

	if (!p->data.nr) {
		ask_for_data(p, &asked);
		dirs = &asked;
	}
	for (i = 0; i < ARRAY_SIZE(firmware); i++) {
		for (j = 0; j < dirs->nr && !ret; j++) {
			snprintf(path, sizeof(path), "%s/%s", dirs->v[j], firmware[i]);
			if (!access(path, R_OK))
				ret = add(fs, path, err);
		}
	}
	strv_free(&asked);
	return ret;
}

static int write_archive(const struct initramfs *fs, const char *file, struct ktstr_err *err)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), ret;
	void *buf = NULL;
	size_t len;

	if (fd < 0)
		return ktstr_err_set(err, -errno, "%s: %s", file, strerror(errno));
	ret = initramfs_build(fs, &buf, &len, err);
	if (!ret) {
		ret = write_full(fd, buf, len);
		if (ret)
			ktstr_err_set(err, ret, "%s: %s", file, strerror(-ret));
	}
	free(buf);
	close_fd(&fd);
	return ret;
}

int peer_pack(const char *file, struct ktstr_err *err)
{
	struct initramfs *fs = initramfs_new();
	struct peer p = { 0 };
	int ret;

	if (!fs)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	ret = peer_find(&p, err);
	if (!ret)
		ret = add_firmware(fs, &p, err);
	if (!ret)
		ret = add_program(fs, &p, err);
	if (!ret)
		ret = write_archive(fs, file, err);
	peer_free(&p);
	initramfs_free(fs);
	return ret;
}
