// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "host/harness/discover.h"
#include "host/harness/emulated.h"
#include "host/harness/initramfs.h"
#include "host/harness/kmodule.h"
#include "host/harness/plan.h"
#include "host/harness/plan_irqchip.h"
#include "host/harness/plan_machine.h"
#include "host/harness/plan_merge.h"
#include "host/harness/scx_error.h"
#include "host/harness/verdict.h"
#include "host/kernel/image.h"
#include "lib/util.h"

/* Emulated hardware boots a guest in about the time a real one needs threefold. */
#define EMULATED_SLOWDOWN 3
/* Behind the coordinator's own deadline, for a VMM that no longer answers. */
#define SUPERVISOR_GRACE_NS (5 * NSEC_PER_SEC)
/* Memory of a run that has come to its deadline. */
#define SAVE_NS (60 * (u64)NSEC_PER_SEC)
/* Symbols, types and the canary of the watchpoints, before the workload. */
#define OBSERVE_NS (10 * (u64)NSEC_PER_SEC)

/* Of the fault injection; far longer than a vCPU that is sound takes anywhere. */
#define STUCK_RENDEZVOUS_NS (2 * (u64)NSEC_PER_SEC)

/* What a guest needs from its kernel's modules, in loading order. */
static const char *const guest_modules[] = {
	"virtio", "virtio_ring", "virtio_mmio", "virtio_console", NULL,
};

u32 plan_slowdown(void)
{
	return getenv(EMULATED_ENV) ? EMULATED_SLOWDOWN : 1;
}

static int plan_kernel(const struct ktstr_test *test, struct plan *p, char **path,
		       struct ktstr_err *err)
{
	struct kernel_image *img, *vmlinux;
	char *cache, dir[512];

	*path = discover_kernel(test->kernel, err);
	if (!*path)
		return -errno;
	img = kernel_image_open(*path, err);
	if (!img)
		return -errno;
	p->kernel = img;
	if (test->boot == KTSTR_BOOT_BZIMAGE && img->format != KERNEL_BZIMAGE)
		return ktstr_err_set(err, -EINVAL, "%s is a vmlinux; this test boots a bzImage",
				     *path);
	if (test->boot != KTSTR_BOOT_VMLINUX || img->format == KERNEL_ELF)
		return 0;
	cache = discover_cache_dir(NULL);
	snprintf(dir, sizeof(dir), "%s/payload", cache ?: "");
	vmlinux = kernel_image_vmlinux(img, cache ? dir : NULL, err);
	free(cache);
	if (!vmlinux)
		return -errno;
	kernel_image_free(img);
	p->kernel = vmlinux;
	return 0;
}

static int plan_cmdline(const struct ktstr_test *test, struct plan *p, struct ktstr_err *err)
{
	if (asprintf(&p->cmdline, "KTSTR_GUEST=1%s%s%s%s", test->verbose ? " loglevel=7" : "",
		     test->no_kaslr ? " nokaslr" : "", test->extra_cmdline ? " " : "",
		     test->extra_cmdline ?: "") < 0) {
		p->cmdline = NULL;
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	}
	p->job.vm.cmdline = p->cmdline;
	return 0;
}

static char **sched_argv(const struct ktstr_test *test, const struct plan *p)
{
	size_t n = 0;
	char **argv;

	while (test->sched_args && test->sched_args[n])
		n++;
	argv = calloc(n + 2, sizeof(*argv));
	if (!argv)
		return NULL;
	argv[0] = p->sched_path;
	if (n)
		memcpy(argv + 1, test->sched_args, n * sizeof(*argv));
	return argv;
}

static u32 attach_ms(const struct ktstr_test *test)
{
	return test->attach_ms ?: SCENARIO_ATTACH_MS * plan_slowdown();
}

static int add_scenario(const struct ktstr_test *test, struct plan *p, struct initramfs *fs,
			struct ktstr_err *err)
{
	struct scenario sc = p->load.sc;
	size_t len;
	void *buf;
	int ret;

	sc.nonce = p->nonce;
	sc.fault = test->fault;
	sc.fault_after_ms = test->fault_after_ms;
	sc.attach_ms = attach_ms(test);
	sc.verbose = test->verbose;
	sc.sched_path = p->sched_path;
	sc.sched_ops = (char *)test->expect_ops;
	sc.sched_may_end = scx_error_wanted(test);
	sc.observe = p->observe;
	sc.observe_first = p->observe && test->observe_first;
	sc.timecheck = test->timecheck;
	if (sc.sched_path) {
		sc.sched_argv = sched_argv(test, p);
		if (!sc.sched_argv)
			return ktstr_err_set(err, -ENOMEM, "out of memory");
	}
	ret = scenario_encode(&sc, &buf, &len);
	free(sc.sched_argv);
	if (ret)
		return ktstr_err_set(err, ret,
				     "the scenario cannot be encoded: %s (%u steps, %u groups, %u ops, %u ms)",
				     strerror(-ret), sc.nr_steps, sc.nr_groups, sc.nr_ops,
				     sc.duration_ms);
	ret = initramfs_add_mem(fs, SCENARIO_PATH, buf, len, 0444, err);
	free(buf);
	return ret;
}

static int add_scheduler(const struct ktstr_test *test, struct plan *p, struct initramfs *fs,
			 struct ktstr_err *err)
{
	if (!test->scheduler)
		return 0;
	p->sched_path = discover_scheduler(test->scheduler, err);
	if (!p->sched_path)
		return -errno;
	return initramfs_add_elf(fs, p->sched_path, p->sched_path, err);
}

static int plan_initramfs(const struct ktstr_test *test, struct plan *p, const char *kernel,
			  struct ktstr_err *err)
{
	struct initramfs *fs = initramfs_new();
	char *init = discover_guest_init(err);
	size_t len;
	int ret;

	if (!fs || !init) {
		ret = -errno;
		goto out;
	}
	ret = initramfs_add_file(fs, "/init", init, 0755, err);
	if (!ret)
		ret = kmodule_add(fs, kernel, guest_modules, err);
	if (ret >= 0)
		ret = add_scheduler(test, p, fs, err);
	if (!ret)
		ret = scenario_plan_carry(&p->load, fs, err);
	if (!ret)
		ret = add_scenario(test, p, fs, err);
	if (!ret)
		ret = initramfs_build(fs, &p->initrd, &len, err);
	if (!ret) {
		p->job.vm.initrd = p->initrd;
		p->job.vm.initrd_len = len;
	}
out:
	initramfs_free(fs);
	free(init);
	return ret;
}

/* From the start on, or from a step on. */
static bool has_scheduler(const struct ktstr_test *test, const struct plan *p)
{
	u32 i;

	for (i = 0; i < p->load.sc.nr_ops; i++)
		if (p->load.sc.ops[i].kind == SCENARIO_OP_SCHED_ATTACH)
			return true;
	return test->scheduler;
}

static int check_observation(const struct ktstr_test *test, const struct plan *p,
			     struct ktstr_err *err)
{
	if (test->no_observe && test->observe_first)
		return ktstr_err_set(err, -EINVAL,
				     "observe_first and no_observe exclude each other: drop one");
	if (test->no_observe && test->monitor.enforce)
		return ktstr_err_set(err, -EINVAL,
				     "monitor.enforce and no_observe exclude each other: drop one");
	if (test->no_observe && test->symbol_digest)
		return ktstr_err_set(err, -EINVAL,
				     "symbol_digest and no_observe exclude each other: drop one");
	if (!test->fallback_map != !test->fallback_flag)
		return ktstr_err_set(err, -EINVAL,
				     "fallback_map and fallback_flag go together: set both or none");
	if (!has_scheduler(test, p) &&
	    (test->nr_map_writes || test->fallback_map || test->dual_snapshot))
		return ktstr_err_set(err, -EINVAL,
				     "map_writes, fallback_map and dual_snapshot are about a scheduler: name one");
	if ((u32)test->host_fault > KTSTR_HOST_FAULT_STUCK_VCPU)
		return ktstr_err_set(err, -EINVAL,
				     "host fault %u does not exist; use an enum ktstr_host_fault",
				     test->host_fault);
	return 0;
}

static int plan_observation(const struct ktstr_test *test, struct plan *p, struct ktstr_err *err)
{
	struct coord_config *c = &p->job.coord;
	u32 duration_ms = p->load.sc.duration_ms;
	int ret;

	ret = check_observation(test, p, err);
	if (!ret)
		ret = plan_periodic(test, duration_ms, &p->load.ops, err);
	if (!ret)
		ret = plan_map_writes(test, duration_ms, p->map_writes, err);
	p->observe = (has_scheduler(test, p) || p->load.ops.requests || test->periodic ||
		      test->monitor.enforce || test->symbol_digest) &&
		     !test->no_observe;
	c->map_writes = p->map_writes;
	c->nr_map_writes = test->nr_map_writes;
	c->dual = test->dual_snapshot;
	c->periodic = test->periodic;
	c->symbol_digest = test->symbol_digest;
	c->dump_raw = test->dump_raw;
	c->save_memory = test->save_memory;
	c->hold_ns = test->hold_ms * (u64)NSEC_PER_MSEC;
	c->release_fd = -1;
	c->inspect_fd = -1;
	c->deaf_watch = test->host_fault == KTSTR_HOST_FAULT_DEAF_WATCH;
	if (test->host_fault == KTSTR_HOST_FAULT_STUCK_VCPU) {
		c->stuck_vcpu = 2;
		c->rendezvous_ns = STUCK_RENDEZVOUS_NS;
	}
	c->fallback_map = test->fallback_map;
	c->fallback_flag = test->fallback_flag;
	return ret;
}

/* On top of what any run may take. */
static u64 observation_ns(const struct plan *p)
{
	return (p->load.ops.budget_ns + (p->observe ? OBSERVE_NS : 0)) * plan_slowdown();
}

static void plan_deadlines(const struct ktstr_test *test, struct plan *p)
{
	struct coord_config *c = &p->job.coord;
	u64 now = mono_ns();

	c->duration_ns = p->load.sc.duration_ms * (u64)NSEC_PER_MSEC;
	c->attach_ns = attach_ms(test) * (u64)NSEC_PER_MSEC;
	c->nr_vcpus = topology_cpus(&p->job.vm.topo);
	c->slowdown = plan_slowdown();
	c->requests_ns = p->load.ops.budget_ns * c->slowdown;
	c->verbose = test->verbose;
	if (test->timeout_ms)
		c->deadline_ns = now + test->timeout_ms * (u64)NSEC_PER_MSEC;
	else
		c->deadline_ns = now + coord_longest_ns(c) + observation_ns(p);
	p->job.deadline_ns = c->deadline_ns + SUPERVISOR_GRACE_NS;
	/* a run that is over time still saves its memory */
	if (test->save_memory)
		p->job.deadline_ns += SAVE_NS * plan_slowdown();
	p->job.release = test->hold_ms ? test->release : NULL;
	p->job.stop = test->stop;
	p->job.stop_ctx = test->stop_ctx;
}

static int plan_load(struct plan *p, struct ktstr_err *err)
{
	int ret = scenario_plan_make(&p->test, &p->job.vm.topo, p->nonce, &p->load, err);

	return ret ?: verdict_check(&p->test, &p->load, err);
}

int plan_make(const struct ktstr_test *test, struct plan *p, struct ktstr_err *err)
{
	struct vm_config *vm = &p->job.vm;
	char *kernel = NULL;
	int ret;

	memset(p, 0, sizeof(*p));
	if (getrandom(&p->nonce, sizeof(p->nonce), 0) != sizeof(p->nonce))
		return ktstr_err_set(err, -EIO, "getrandom: %s", strerror(errno));
	ret = plan_merge(test, &p->test, err);
	test = &p->test;
	if (!ret)
		ret = plan_machine(test, vm, err);
	if (!ret)
		ret = plan_irqchip(&vm->irqchip, err);
	if (!ret)
		ret = plan_load(p, err);
	if (!ret)
		ret = plan_observation(test, p, err);
	if (!ret)
		ret = plan_kernel(test, p, &kernel, err);
	if (!ret) {
		vm->kernel = p->kernel;
		ret = plan_cmdline(test, p, err);
	}
	if (!ret)
		ret = plan_initramfs(test, p, kernel, err);
	if (!ret)
		plan_deadlines(test, p);
	free(kernel);
	return ret;
}

void plan_free(struct plan *p)
{
	kernel_image_free(p->kernel);
	scenario_plan_free(&p->load);
	free(p->initrd);
	free(p->cmdline);
	free(p->sched_path);
	memset(p, 0, sizeof(*p));
}
