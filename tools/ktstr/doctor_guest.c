// SPDX-License-Identifier: GPL-2.0-only
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "host/harness/discover.h"
#include "host/harness/kmodule.h"
#include "host/kernel/image.h"
#include "kconfig.h"
#include "sched_names.h"

/**
 * struct tested_kernel - the kernel under test, as far as it is known
 * @path: of its file
 * @release: its ``uname -r`` text, or ""
 * @img: the file
 * @config: its configuration, or NULL
 */
struct tested_kernel {
	char *path;
	char release[128];
	struct kernel_image *img;
	char *config;
};

static void check_kernel(struct doctor *d, struct tested_kernel *k)
{
	struct check *c = doctor_check(d, "kernel", "kernel");
	struct ktstr_err err;

	k->path = discover_kernel(NULL, &err);
	if (!k->path) {
		check_detail(c, "%s", err.msg);
		check_bad(c, CHECK_MISSING, "every run", "scripts/setup");
		return;
	}
	k->img = kernel_image_open(k->path, &err);
	if (!k->img) {
		check_detail(c, "%s", err.msg);
		check_bad(c, CHECK_BROKEN, "every run", "set KTSTR_KERNEL=<bzImage or vmlinux>");
		return;
	}
	d->kernel = true;
	discover_release(k->path, k->release, sizeof(k->release));
	k->config = kconfig_load(k->path, k->release);
	check_detail(c, "%s: %s, %s", k->path,
		     k->img->format == KERNEL_BZIMAGE ? "bzImage" : "vmlinux",
		     k->release[0] ? k->release : "unknown release");
}

/* Nothing says what the kernel has. */
static void kernel_unknown(struct check *c, const struct tested_kernel *k)
{
	check_detail(c, "%s", k->img ? "the kernel's configuration was not found" : "no kernel");
	check_bad(c, CHECK_UNKNOWN, "", "");
}

static void check_sched_ext(struct doctor *d, const struct tested_kernel *k)
{
	struct check *c = doctor_check(d, "sched_ext", "sched_ext");

	if (!k->config) {
		kernel_unknown(c, k);
	} else if (kconfig_value(k->config, "SCHED_CLASS_EXT") != 'y') {
		check_detail(c, "the kernel was built without it");
		check_bad(c, CHECK_BROKEN, "every scheduler but EEVDF",
			  "build the kernel with CONFIG_SCHED_CLASS_EXT=y");
	} else {
		check_detail(c, "CONFIG_SCHED_CLASS_EXT=y");
	}
}

static bool elf_has_btf(const struct kernel_image *img)
{
	Elf_Scn *scn = NULL;
	bool found = false;
	size_t names;
	GElf_Shdr sh;
	Elf *elf;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return false;
	elf = elf_memory((char *)img->data, img->size);
	if (elf && !elf_getshdrstrndx(elf, &names)) {
		while (!found && (scn = elf_nextscn(elf, scn))) {
			const char *name = NULL;

			if (gelf_getshdr(scn, &sh))
				name = elf_strptr(elf, names, sh.sh_name);
			found = name && !strcmp(name, ".BTF");
		}
	}
	elf_end(elf);
	return found;
}

static void check_btf(struct doctor *d, const struct tested_kernel *k)
{
	struct check *c = doctor_check(d, "btf", "BTF");
	bool is_elf = k->img && k->img->format == KERNEL_ELF;

	if (is_elf && elf_has_btf(k->img)) {
		check_detail(c, "section .BTF is there");
	} else if (!is_elf && !k->config) {
		kernel_unknown(c, k);
	} else if (!is_elf && kconfig_value(k->config, "DEBUG_INFO_BTF") == 'y') {
		check_detail(c, "CONFIG_DEBUG_INFO_BTF=y");
	} else {
		check_detail(c, "the kernel has none");
		check_bad(c, CHECK_MISSING, "every scheduler but EEVDF",
			  "build the kernel with CONFIG_DEBUG_INFO_BTF=y");
	}
}

static void check_virtio(struct doctor *d, const struct tested_kernel *k)
{
	struct check *c = doctor_check(d, "virtio_mmio", "virtio_mmio");
	char *path = k->img ? kmodule_find(k->path, "virtio_mmio") : NULL;

	if (path) {
		check_detail(c, "module %s", path);
	} else if (!k->config) {
		kernel_unknown(c, k);
	} else if (kconfig_value(k->config, "VIRTIO_MMIO") == 'y') {
		check_detail(c, "built in");
	} else if (kconfig_value(k->config, "VIRTIO_MMIO") == 'm') {
		check_detail(c, "it is a module, and the file is nowhere");
		check_bad(c, CHECK_MISSING, "every run",
			  "build or install the kernel's modules, or set CONFIG_VIRTIO_MMIO=y");
	} else {
		check_detail(c, "the kernel was built without it");
		check_bad(c, CHECK_BROKEN, "every run",
			  "build the kernel with CONFIG_VIRTIO_MMIO=y");
	}
}

static void check_guest_init(struct doctor *d)
{
	struct check *c = doctor_check(d, "guest_init", "guest-init");
	struct ktstr_err err;
	char *path = discover_guest_init(&err);

	check_detail(c, "%s", path ? path : err.msg);
	if (!path)
		check_bad(c, CHECK_MISSING, "every run", "make");
	d->guest_init = path;
	free(path);
}

static void check_schedulers(struct doctor *d)
{
	struct check *c = doctor_check(d, "schedulers", "schedulers");
	struct strv names = { 0 };
	struct ktstr_err err;
	char *dir = sched_names(&names, &err);
	char text[256] = "";
	size_t i, used = 0;

	for (i = 0; i < names.nr && used < sizeof(text); i++)
		used += snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
				 names.v[i]);
	if (names.nr)
		check_detail(c, "%zu: %s", names.nr, text);
	else
		check_detail(c, "%s%s", dir ? "none in " : "", dir ? dir : err.msg);
	if (!names.nr)
		check_bad(c, CHECK_MISSING, "schedulers given by name", "make schedulers");
	strv_free(&names);
	free(dir);
}

void doctor_guest(struct doctor *d)
{
	struct tested_kernel k = { 0 };

	check_kernel(d, &k);
	check_sched_ext(d, &k);
	check_btf(d, &k);
	check_virtio(d, &k);
	check_guest_init(d);
	check_schedulers(d);
	kernel_image_free(k.img);
	free(k.config);
	free(k.path);
}
