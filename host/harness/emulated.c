// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "canary.h"
#include "discover.h"
#include "emulated.h"
#include "host_image.h"
#include "git_commit.h"
#include "host_session.h"
#include "lib/log.h"
#include "lib/util.h"
#include "out_dir.h"
#include "qemu.h"
#include "run_context.h"

/* The emulated kernel, page tables of nested guests, slack. */
#define HOST_BASE_MIB 512

enum where {
	RUN_HERE,
	RUN_EMULATED,
};

static int decide(struct ktstr_err *err)
{
	const char *mode = getenv("KTSTR_HOST"), *inside = getenv(EMULATED_ENV);
	struct canary_report rep;

	if (inside && !strcmp(inside, "1"))
		return RUN_HERE;
	if (mode && !strcmp(mode, "kvm"))
		return RUN_HERE;
	if (mode && !strcmp(mode, "emulated")) {
		pr_warn("KTSTR_HOST=emulated: running inside an emulated host (QEMU TCG, much slower)");
		return RUN_EMULATED;
	}
	if (mode && *mode && strcmp(mode, "auto"))
		return ktstr_err_set(err, -EINVAL, "KTSTR_HOST=%s: must be kvm, emulated or auto",
				     mode);
	if (canary_probe(&rep) == CANARY_OK)
		return RUN_HERE;
	pr_warn("KVM is not usable here (%s): running inside an emulated host (QEMU TCG, much slower); KTSTR_HOST=kvm forbids this",
		rep.reason);
	return RUN_EMULATED;
}

static int cpus_from_env(unsigned int *cpus, struct ktstr_err *err)
{
	const char *text = getenv("KTSTR_EMULATED_CPUS");
	unsigned long value;
	char *end;

	if (!text || !*text)
		return 0;
	value = strtoul(text, &end, 10);
	if (*end || !value || value > 255)
		return ktstr_err_set(err, -EINVAL, "KTSTR_EMULATED_CPUS=%s: must be from 1 to 255",
				     text);
	*cpus = value;
	return 0;
}

/*
 * The archive is in memory twice until it is unpacked, and rootfs takes no more
 * than half of the memory.
 */
static unsigned int memory_mib(const struct emulated_opts *opts, size_t initrd)
{
	unsigned int guests = opts->mem_mib ? opts->mem_mib : EMULATED_MEM_MIB;

	return guests + (initrd >> 20) * 22 / 10 + HOST_BASE_MIB;
}

static int run_image(struct qemu_config *cfg, char **argv, const struct emulated_opts *opts,
		     int *status, struct ktstr_err *err)
{
	struct strv params = { 0 };
	size_t len;
	int ret;

	cfg->initrd = host_image_build(argv, cfg->kernel, opts, &len, err);
	if (cfg->initrd < 0)
		return cfg->initrd;
	cfg->mem_mib = memory_mib(opts, len);
	cfg->port = EMULATED_PORT;
	strv_add(&params, "KTSTR_MODE=host");
	cfg->params = &params;
	ret = host_session_run(cfg, opts, status, err);
	strv_free(&params);
	close_fd(&cfg->initrd);
	return ret;
}

static int run_emulated(char **argv, const struct emulated_opts *opts, int *status,
			struct ktstr_err *err)
{
	struct qemu_config cfg = { .cpus = opts->cpus ? opts->cpus : EMULATED_CPUS };
	char *qemu, *kernel = NULL;
	int ret = cpus_from_env(&cfg.cpus, err);

	if (ret)
		return ret;
	qemu = discover_qemu(err);
	if (qemu)
		kernel = discover_host_kernel(err);
	ret = -errno;
	cfg.qemu = qemu;
	cfg.kernel = kernel;
	if (kernel)
		ret = run_image(&cfg, argv, opts, status, err);
	free(kernel);
	free(qemu);
	return ret;
}

int ktstr_host_enter(int argc, char **argv, const struct emulated_opts *opts, int *status,
		     struct ktstr_err *err)
{
	struct emulated_opts with_out = *opts;
	char *out = NULL;
	int ret = decide(err);

	if (ret < 0)
		return ret;
	run_id_begin();
	if (ret == RUN_HERE)
		return 0;
	git_commits_carry(opts->carry);
	ret = 0;
	if (!opts->artifacts) {
		out = out_dir_default();
		with_out.artifacts = out;
		with_out.session = getenv(RUN_ID_ENV);
		ret = out ? out_dir_make(err) : 0;
	}
	if (!ret)
		ret = run_emulated(argv, &with_out, status, err);
	free(out);
	return ret < 0 ? ret : 1;
}
