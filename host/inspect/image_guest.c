// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "host/inspect/guest_state.h"
#include "host/inspect/image_guest.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/image.h"
#include "host/kernel/kbtf.h"
#include "host/kernel/vmcore.h"

static int open_image(struct image_guest *g, const char *kernel, struct ktstr_err *err)
{
	struct kernel_image *vmlinux;

	if (!kernel)
		return 0;
	g->image = kernel_image_open(kernel, err);
	if (!g->image)
		return -errno;
	if (g->image->format != KERNEL_BZIMAGE)
		return 0;
	/* types and build ID are in what it unpacks to */
	vmlinux = kernel_image_vmlinux(g->image, NULL, err);
	if (!vmlinux)
		return -errno;
	kernel_image_free(g->image);
	g->image = vmlinux;
	return 0;
}

/* What failed, and in which file. */
static int failed(const char *path, const char *kernel, int code, struct ktstr_err *err)
{
	struct ktstr_err why = { "" };

	if (err)
		why = *err;
	return ktstr_err_set(err, code, "%.160s: %.300s%s", path, why.msg,
			     kernel ? "" : "; --kernel IMAGE may help");
}

static int open_kernel(struct image_guest *g, const char *path, const char *kernel,
		       struct ktstr_err *err)
{
	struct gk_config cfg;

	vmcore_config(g->core, &cfg);
	cfg.image = g->image;
	g->gk = gk_new(&cfg, err);
	if (!g->gk)
		return failed(path, kernel, -errno, err);
	g->btf = kbtf_new(g->gk, g->image, err);
	if (!g->btf)
		return failed(path, kernel, -errno, err);
	return 0;
}

static int open_state(struct image_guest *g, struct ktstr_err *err)
{
	u32 cpus = g->core->nr_cpus ? g->core->nr_cpus : GK_CPUS_MAX;

	g->has_scx = !scx_layout_init(&g->scx, g->gk, g->btf, NULL);
	g->state = guest_state_new(g->gk, g->btf, g->has_scx ? &g->scx : NULL, cpus, err);
	if (!g->state)
		return -errno;
	guest_state_warm(g->state);
	return 0;
}

struct image_guest *image_guest_open(const char *path, const char *kernel, struct ktstr_err *err)
{
	struct image_guest *g = calloc(1, sizeof(*g));
	int ret;

	if (!g) {
		ktstr_err_set(err, -ENOMEM, "no memory to open %s", path);
		return NULL;
	}
	ret = open_image(g, kernel, err);
	if (!ret) {
		g->core = vmcore_open(path, err);
		ret = g->core ? 0 : -errno;
	}
	if (!ret)
		ret = open_kernel(g, path, kernel, err);
	if (!ret)
		ret = open_state(g, err);
	if (!ret)
		return g;
	image_guest_close(g);
	errno = -ret;
	return NULL;
}

void image_guest_close(struct image_guest *g)
{
	if (!g)
		return;
	guest_state_free(g->state);
	kbtf_free(g->btf);
	gk_free(g->gk);
	vmcore_close(g->core);
	kernel_image_free(g->image);
	free(g);
}
