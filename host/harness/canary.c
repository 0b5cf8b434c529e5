// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/compiler.h>

#include "canary.h"
#include "host/arch/canary.h"
#include "lib/util.h"

/**
 * struct answer - what the child says, in one write
 * @result: the answer
 * @error: negative errno, or 0
 * @exit_reason: KVM_EXIT_*
 * @status: from canary_arch_hit()
 * @step: the request that failed
 */
struct answer {
	enum canary_result result;
	int error;
	u32 exit_reason;
	u64 status;
	char step[40];
};

static void fail(struct answer *a, enum canary_result result, int error, const char *step)
{
	a->result = result;
	a->error = error;
	snprintf(a->step, sizeof(a->step), "%s", step);
}

static enum canary_result open_result(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return CANARY_NO_DEVICE;
	case -EACCES:
	case -EPERM:
		return CANARY_NO_PERMISSION;
	default:
		return CANARY_OPEN_FAILED;
	}
}

static int vm_create(struct canary_vm *c, const char **step)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = canary_arch_mem_gpa(),
		.memory_size = CANARY_MEM_SIZE,
	};
	int size;

	*step = "KVM_CREATE_VM";
	c->vm = ioctl(c->kvm, KVM_CREATE_VM, 0);
	if (c->vm < 0)
		return -errno;
	*step = "mmap";
	c->mem = mmap(NULL, CANARY_MEM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (c->mem == MAP_FAILED)
		return -errno;
	region.userspace_addr = (uintptr_t)c->mem;
	*step = "KVM_SET_USER_MEMORY_REGION";
	if (ioctl(c->vm, KVM_SET_USER_MEMORY_REGION, &region))
		return -errno;
	*step = "KVM_CREATE_VCPU";
	c->vcpu = ioctl(c->vm, KVM_CREATE_VCPU, 0);
	if (c->vcpu < 0)
		return -errno;
	*step = "KVM_GET_VCPU_MMAP_SIZE";
	size = ioctl(c->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (size < (int)sizeof(*c->run))
		return size < 0 ? -errno : -EINVAL;
	*step = "mmap of the vCPU";
	c->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, c->vcpu, 0);
	return c->run == MAP_FAILED ? -errno : 0;
}

static void vm_run(const struct canary_vm *c, struct answer *a)
{
	bool stored, hit;
	int ret;

	do
		ret = ioctl(c->vcpu, KVM_RUN, 0);
	while (ret && (errno == EINTR || errno == EAGAIN));
	if (ret) {
		fail(a, CANARY_RUN_FAILED, -errno, "KVM_RUN");
		return;
	}
	a->exit_reason = c->run->exit_reason;
	stored = READ_ONCE(*canary_arch_watched(c)) == CANARY_VALUE;
	hit = a->exit_reason == KVM_EXIT_DEBUG && canary_arch_hit(c->run, &a->status);
	if (a->exit_reason == KVM_EXIT_DEBUG)
		a->result = hit && stored ? CANARY_OK : CANARY_WRONG_STATUS;
	else if (stored)
		a->result = CANARY_NO_DEBUG_EXIT;
	else
		fail(a, CANARY_RUN_FAILED, 0, "");
}

/* In the child; its end closes and unmaps everything. */
static void child_probe(struct answer *a)
{
	struct canary_vm c = { .kvm = -1, .vm = -1, .vcpu = -1 };
	const char *step = "";
	int ret;

	c.kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (c.kvm < 0) {
		fail(a, open_result(-errno), -errno, "/dev/kvm");
		return;
	}
	ret = vm_create(&c, &step);
	if (!ret)
		ret = canary_arch_setup(&c, &step);
	if (ret)
		fail(a, CANARY_CREATE_FAILED, ret, step);
	else
		vm_run(&c, a);
}

static void __noreturn child_main(int fd)
{
	struct answer a = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	child_probe(&a);
	_exit(write_full(fd, &a, sizeof(a)) ? 1 : 0);
}

/* Whether a whole answer came before the deadline. */
static bool wait_answer(int fd, struct answer *a, u64 deadline)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	u64 now;
	int ret;

	do {
		now = mono_ns();
		ret = poll(&p, 1, now >= deadline ? 0 : (deadline - now) / NSEC_PER_MSEC + 1);
	} while (ret < 0 && errno == EINTR);
	/* The child answers in one write of less than PIPE_BUF: all or nothing. */
	if (ret > 0 && read(fd, a, sizeof(*a)) == sizeof(*a))
		return true;
	memset(a, 0, sizeof(*a));
	if (ret > 0)
		fail(a, CANARY_INTERNAL, -EPIPE, "the canary process");
	else
		fail(a, CANARY_TIMEOUT, -ETIMEDOUT, "KVM_RUN");
	return false;
}

/* A child stuck inside the kernel cannot be waited for; init will reap it. */
static void reap(pid_t pid, bool answered)
{
	int i;

	if (!answered)
		kill(pid, SIGKILL);
	for (i = 0; i < 100; i++) {
		if (waitpid(pid, NULL, WNOHANG))
			return;
		poll(NULL, 0, answered && i < 50 ? 1 : 10);
	}
	kill(pid, SIGKILL);
}

static void run_child(struct answer *a)
{
	u64 deadline = mono_ns() + CANARY_TIMEOUT_MS * NSEC_PER_MSEC;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC)) {
		fail(a, CANARY_INTERNAL, -errno, "pipe");
		return;
	}
	pid = fork();
	if (!pid)
		child_main(fds[1]);
	if (pid < 0)
		fail(a, CANARY_INTERNAL, -errno, "fork");
	close_fd(&fds[1]);
	if (pid > 0)
		reap(pid, wait_answer(fds[0], a, deadline));
	close_fd(&fds[0]);
}

static const struct {
	const char *name;
	const char *way_out;
} canary_text[] = {
	[CANARY_OK] = {
		.name = "usable",
		.way_out = "",
	},
	[CANARY_NO_DEVICE] = {
		.name = "no-device",
		.way_out = "turn on virtualization (in a VM: nesting), load kvm-intel or kvm-amd",
	},
	[CANARY_NO_PERMISSION] = {
		.name = "no-permission",
		.way_out = "join the group of /dev/kvm: sudo usermod -aG kvm $USER",
	},
	[CANARY_OPEN_FAILED] = {
		.name = "open-failed",
		.way_out = "another hypervisor may hold the CPU's virtualization: unload it",
	},
	[CANARY_CREATE_FAILED] = {
		.name = "create-failed",
		.way_out = "see the kernel log (dmesg) for what KVM says",
	},
	[CANARY_RUN_FAILED] = {
		.name = "run-failed",
		.way_out = "see the kernel log (dmesg) for what KVM says",
	},
	[CANARY_NO_DEBUG_EXIT] = {
		.name = "no-debug-exit",
		.way_out = "use a machine whose hypervisor hands debug registers to its guests",
	},
	[CANARY_WRONG_STATUS] = {
		.name = "wrong-status",
		.way_out = "use a machine whose hypervisor hands debug registers to its guests",
	},
	[CANARY_TIMEOUT] = {
		.name = "timeout",
		.way_out = "see the kernel log (dmesg) for what KVM says",
	},
	[CANARY_INTERNAL] = {
		.name = "internal",
		.way_out = "free memory or raise the process limit",
	},
};

static void explain(struct canary_report *r, const char *step)
{
	const char *why = strerror(-r->error);
	size_t len = sizeof(r->reason);

	snprintf(r->way_out, sizeof(r->way_out), "%s", canary_text[r->result].way_out);
	if (r->result == CANARY_OK)
		snprintf(r->reason, len, "a guest's watched store was reported");
	else if (r->result == CANARY_NO_DEBUG_EXIT)
		snprintf(r->reason, len, "it runs guests but does not report watchpoints");
	else if (r->result == CANARY_WRONG_STATUS)
		snprintf(r->reason, len, "it reports watchpoints wrongly (status 0x%llx)",
			 (unsigned long long)r->status);
	else if (r->result == CANARY_TIMEOUT)
		snprintf(r->reason, len, "the canary guest did not end within %d ms",
			 CANARY_TIMEOUT_MS);
	else if (!r->error)
		snprintf(r->reason, len, "the canary guest ended with KVM exit %u", r->exit_reason);
	else
		snprintf(r->reason, len, "%s: %s", step, why);
}

enum canary_result canary_probe(struct canary_report *rep)
{
	struct answer a = { 0 };
	u64 start = mono_ns();

	run_child(&a);
	if (rep) {
		memset(rep, 0, sizeof(*rep));
		rep->result = a.result;
		rep->error = a.error;
		rep->exit_reason = a.exit_reason;
		rep->status = a.status;
		rep->elapsed_ns = mono_ns() - start;
		explain(rep, a.step);
	}
	return a.result;
}

const char *canary_result_name(enum canary_result result)
{
	if ((unsigned int)result >= ARRAY_SIZE(canary_text))
		return "unknown";
	return canary_text[result].name;
}
