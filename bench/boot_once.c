// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: boot-once ktstr|qemu bzimage|vmlinux CPUS [CMDLINE]
 *        boot-once --pack FILE
 *
 * Starts one virtual machine and prints how long it took until its guest was
 * ready: one line of NAME=VALUE words, and one line "cmdline=" with the kernel
 * command line, which "qemu" has to be given. Without usable KVM it does so in
 * a freshly booted emulated host, which is the same for both: what QEMU needs
 * is taken along from PEER_ARCHIVE beside this program, which --pack makes.
 */
#include <errno.h>
#include <libgen.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/peer.h"
#include "host/harness/discover.h"
#include "host/harness/emulated.h"
#include "host/kernel/image.h"
#include "lib/log.h"
#include "lib/util.h"

#define EXIT_USAGE 5
/* Long enough for the supervisor to look at the VMM while the guest works. */
#define DURATION_MS 300
/* What QEMU takes besides guest memory, and slack. */
#define PEER_MIB	256
#define HOST_TIMEOUT_MS (5 * 60 * 1000)

/**
 * struct boot_once - what the command line asks for
 * @s: the machine
 * @qemu: start it with QEMU
 * @which: "ktstr" or "qemu"
 * @boot: "bzimage" or "vmlinux"
 * @cpus: CPUs of the guest
 * @archive: path of PEER_ARCHIVE
 * @vmlinux: unpacked kernel, or NULL
 */
struct boot_once {
	struct bench_start s;
	bool qemu;
	const char *which;
	const char *boot;
	u32 cpus;
	char *archive;
	char *vmlinux;
};

static bool parse(struct boot_once *b, int argc, char **argv)
{
	if (argc < 4 || argc > 5)
		return false;
	b->which = argv[1];
	b->boot = argv[2];
	b->cpus = strtoul(argv[3], NULL, 10);
	b->s.cmdline = argv[4];
	b->qemu = !strcmp(b->which, "qemu");
	b->s.test.duration_ms = DURATION_MS;
	b->s.test.boot = strcmp(b->boot, "vmlinux") ? KTSTR_BOOT_BZIMAGE : KTSTR_BOOT_VMLINUX;
	b->s.test.topo = (struct topology){ 1, 1, b->cpus, 1 };
	b->s.test.mem_mib = b->cpus > 1 ? 1024 : 512;
	return (b->qemu ? argc == 5 : !strcmp(b->which, "ktstr")) && b->cpus >= 1 &&
	       b->cpus <= 64 &&
	       (b->s.test.boot == KTSTR_BOOT_VMLINUX || !strcmp(b->boot, "bzimage"));
}

/* Fills the cache of unpacked kernels as well: what is measured is a warm one. */
static int find_vmlinux(struct boot_once *b, struct ktstr_err *err)
{
	char *kernel = discover_kernel(NULL, err), *cache = discover_cache_dir(err), *dir = NULL;
	struct kernel_image *img = NULL, *vmlinux = NULL;
	int ret = 0;

	if (kernel && cache && asprintf(&dir, "%s/payload", cache) > 0)
		img = kernel_image_open(kernel, err);
	if (img)
		vmlinux = kernel_image_vmlinux(img, dir, err);
	if (!vmlinux)
		ret = -errno;
	else if (vmlinux->path)
		b->vmlinux = strdup(vmlinux->path);
	kernel_image_free(vmlinux);
	kernel_image_free(img);
	free(dir);
	free(cache);
	free(kernel);
	return ret;
}

static int find_archive(struct boot_once *b, struct ktstr_err *err)
{
	char *exe = discover_exe(err);

	if (!exe)
		return -errno;
	if (asprintf(&b->archive, "%s/%s", dirname(exe), PEER_ARCHIVE) < 0)
		b->archive = NULL;
	free(exe);
	return b->archive ? 0 : ktstr_err_set(err, -ENOMEM, "out of memory");
}

static int enter(struct boot_once *b, int argc, char **argv, int *status, struct ktstr_err *err)
{
	const char *carry[3] = { NULL };
	struct emulated_opts opts = {
		.carry = carry,
		.flags = EMULATED_SUITE,
		.timeout_ms = HOST_TIMEOUT_MS,
		.mem_mib = b->s.test.mem_mib + PEER_MIB,
	};
	struct stat st;
	int n = 0;

	if (b->vmlinux)
		carry[n++] = b->vmlinux;
	if (!stat(b->archive, &st)) {
		carry[n++] = b->archive;
		opts.mem_mib += st.st_size >> 20;
	}
	return ktstr_host_enter(argc, argv, &opts, status, err);
}

static int prepare(struct boot_once *b, struct ktstr_err *err)
{
	int ret;

	if (!getenv(EMULATED_ENV) || access(b->archive, R_OK))
		return 0;
	ret = peer_unpack(b->archive, err);
	unlink(b->archive);
	return ret;
}

static double ms(u64 ns)
{
	return (double)ns / NSEC_PER_MSEC;
}

/* @warm_ns: host time before the first guest instruction of a second start */
static void print(const struct boot_once *b, const struct bench_times *t, u64 warm_ns)
{
	printf("which=%s boot=%s cpus=%u srdy_ms=%.1f exits=%llu extra_kib=%llu", b->which, b->boot,
	       b->cpus, ms(t->ready_ns), (unsigned long long)t->exits,
	       (unsigned long long)t->extra_kib);
	if (!b->qemu)
		printf(" vmm_ms=%.1f plan_ms=%.1f cold_ms=%.1f host_ms=%.1f", ms(t->vmm_ns),
		       ms(t->ready_ns - t->vmm_ns), ms(t->first_run_ns), ms(warm_ns));
	printf("\ncmdline=%s\n", t->cmdline);
}

static int run(struct boot_once *b, int argc, char **argv, struct ktstr_err *err)
{
	struct bench_times t = { 0 }, warm = { 0 };
	int status, ret;

	ret = find_archive(b, err);
	if (!ret && b->s.test.boot == KTSTR_BOOT_VMLINUX)
		ret = find_vmlinux(b, err);
	if (!ret)
		ret = enter(b, argc, argv, &status, err);
	if (ret > 0)
		return status;
	if (!ret)
		ret = prepare(b, err);
	if (!ret)
		ret = b->qemu ? start_qemu(&b->s, &t, err) : start_ktstr(&b->s, &t, err);
	/* the caches are warm from here on: files, and what TCG has translated */
	if (!ret && !b->qemu)
		ret = start_ktstr(&b->s, &warm, err);
	if (!ret)
		print(b, &t, warm.first_run_ns);
	return ret;
}

int main(int argc, char **argv)
{
	struct boot_once b = { 0 };
	struct ktstr_err err = { "" };
	int ret;

	/*
	 * What malloc(3) begins with. It would grow when the kernel's payload is
	 * freed for the first time, and from then on keep such blocks: memory that
	 * the VMM's process then inherits, as it would not in a test's first run.
	 */
	mallopt(M_MMAP_THRESHOLD, 128 << 10);
	if (argc == 3 && !strcmp(argv[1], "--pack")) {
		ret = peer_pack(argv[2], &err);
	} else if (parse(&b, argc, argv)) {
		ret = run(&b, argc, argv, &err);
	} else {
		fprintf(stderr, "usage: boot-once ktstr|qemu bzimage|vmlinux CPUS [CMDLINE]\n"
				"       boot-once --pack FILE\n");
		return EXIT_USAGE;
	}
	free(b.archive);
	free(b.vmlinux);
	if (ret < 0)
		pr_err("boot-once: %s", err.msg);
	return ret < 0 ? EMULATED_INFRA_STATUS : ret;
}
