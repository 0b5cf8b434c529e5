// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/compiler.h>

#include "host/arch/arch.h"
#include "host/vmm/exit.h"
#include "host/vmm/vcpu.h"
#include "host/vmm/vm.h"
#include "lib/util.h"

#define VCPU_KICK_SIGNAL SIGRTMIN
#define JOIN_RETRY_NS	 (20 * NSEC_PER_MSEC)

/* Run page of the vCPU whose thread this is; for the handler of the kick signal. */
static __thread struct kvm_run *own_run;

/*
 * The kicker sets the flag as well, but its store may come right before the
 * thread clears the flag, and the signal right before the thread is in KVM_RUN.
 */
static void kick_handler(int sig)
{
	struct kvm_run *run = READ_ONCE(own_run);

	if (run)
		__atomic_store_n(&run->immediate_exit, 1, __ATOMIC_RELAXED);
}

int vcpu_kick_init(void)
{
	struct sigaction sa = { .sa_handler = kick_handler };

	/* no SA_RESTART: KVM_RUN has to come back with EINTR */
	return sigaction(VCPU_KICK_SIGNAL, &sa, NULL) ? -errno : 0;
}

int vcpu_create(struct vm *vm, struct vcpu *vcpu, u32 index, struct ktstr_err *err)
{
	int size;

	vcpu->vm = vm;
	vcpu->index = index;
	vcpu->run = NULL;
	vcpu->fd = KVM_IOCTL(vm->vm_fd, KVM_CREATE_VCPU, (long)arch_vcpu_id(&vm->topo, index), err);
	if (vcpu->fd < 0)
		return vcpu->fd;
	size = KVM_IOCTL(vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0, err);
	if (size < 0)
		return size;
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		vcpu->run = NULL;
		return ktstr_err_set(err, -errno, "vCPU %u: mmap of kvm_run: %s", index,
				     strerror(errno));
	}
	vcpu->run_size = size;
	/* statistics are a convenience: an old kernel has none */
	kvm_stat_open(&vcpu->exits, vcpu->fd, "exits");
	return 0;
}

static void end_vm(struct vcpu *vcpu, enum vm_end end, u64 detail)
{
	struct vm_exit_info info = {
		.end = end,
		.vcpu = vcpu->index,
		.kvm_reason = vcpu->run->exit_reason,
		.detail = detail,
	};

	vm_end(vcpu->vm, &info);
}

static void handle_exit(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	u64 detail;

	switch (exit_classify(&vcpu->vm->pio, &vcpu->vm->mmio, run, vcpu->run_size, &detail)) {
	case EXIT_SHUTDOWN:
		end_vm(vcpu,
		       run->exit_reason == KVM_EXIT_SHUTDOWN ? VM_END_TRIPLE_FAULT : VM_END_RESET,
		       0);
		break;
	case EXIT_FATAL:
		if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
			detail = run->internal.suberror;
		end_vm(vcpu, VM_END_FATAL, detail);
		break;
	case EXIT_NONE:
	case EXIT_CONTINUE:
		break;
	}
}

/* What a vCPU looks at before it enters the guest is new from here on. */
static void take_kick_back(struct vcpu *vcpu)
{
	__atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_RELAXED);
	atomic_thread_fence(memory_order_seq_cst);
}

static bool killed(const struct vcpu *vcpu)
{
	return atomic_load_explicit(&vcpu->vm->kill, memory_order_acquire);
}

static bool freezing(const struct vcpu *vcpu)
{
	const struct freeze *f = &vcpu->vm->freeze;

	return atomic_load_explicit(&f->requested, memory_order_acquire) &&
	       f->stuck != vcpu->index + 1;
}

/*
 * Our store flipped a latch: do not go on before the coordinator has kicked us,
 * be it to freeze the machine or because it will not. The signal is open only
 * while we sleep, so it cannot slip in between looking and sleeping.
 */
static void hold(struct vcpu *vcpu)
{
	struct pollfd kill_evt = { .fd = vcpu->vm->kill_evt, .events = POLLIN };
	u64 now = mono_ns(), end = now + VCPU_HOLD_MS * NSEC_PER_MSEC;
	sigset_t kick, open_mask;

	sigemptyset(&kick);
	sigaddset(&kick, VCPU_KICK_SIGNAL);
	pthread_sigmask(SIG_BLOCK, &kick, &open_mask);
	for (; now < end && !killed(vcpu) && !freezing(vcpu); now = mono_ns()) {
		struct timespec left = {
			.tv_sec = (end - now) / NSEC_PER_SEC,
			.tv_nsec = (end - now) % NSEC_PER_SEC,
		};

		if (__atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_RELAXED))
			break;
		ppoll(&kill_evt, 1, &left, &open_mask);
	}
	pthread_sigmask(SIG_SETMASK, &open_mask, NULL);
}

int vcpu_enter(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	vcpu->interrupted = false;
	if (ioctl(vcpu->fd, KVM_RUN, 0)) {
		int ret = errno == EINTR || errno == EAGAIN ? 0 : -errno;

		vcpu->interrupted = !ret;
		take_kick_back(vcpu);
		return ret;
	}
	if (run->exit_reason != KVM_EXIT_DEBUG)
		handle_exit(vcpu);
	else if (watch_dispatch(&vcpu->vm->watch, &vcpu->watch, &run->debug.arch, vcpu->index))
		hold(vcpu);
	return 1;
}

static void run_loop(struct vcpu *vcpu)
{
	int ret;

	while (!killed(vcpu)) {
		if (freezing(vcpu)) {
			freeze_park(vcpu);
			continue;
		}
		watch_self_arm(&vcpu->vm->watch, &vcpu->watch, vcpu->fd, vcpu->index);
		ret = vcpu_enter(vcpu);
		if (ret < 0) {
			end_vm(vcpu, VM_END_RUN_ERROR, -ret);
			break;
		}
	}
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;
	char name[16];

	snprintf(name, sizeof(name), "vcpu%u", vcpu->index);
	pthread_setname_np(pthread_self(), name);
	WRITE_ONCE(own_run, vcpu->run);
	atomic_store_explicit(&vcpu->tid, gettid(), memory_order_release);
	atomic_store_explicit(&vcpu->alive, true, memory_order_release);
	/* whoever saw no live thread to kick has stored before what we look at now */
	atomic_thread_fence(memory_order_seq_cst);
	run_loop(vcpu);
	WRITE_ONCE(own_run, NULL);
	atomic_store_explicit(&vcpu->alive, false, memory_order_release);
	atomic_store_explicit(&vcpu->ended, true, memory_order_release);
	return NULL;
}

int vcpu_start(struct vcpu *vcpu, struct ktstr_err *err)
{
	int ret = pthread_create(&vcpu->thread, NULL, vcpu_thread, vcpu);

	if (ret)
		return ktstr_err_set(err, -ret, "thread of vCPU %u: %s", vcpu->index,
				     strerror(ret));
	vcpu->started = true;
	return 0;
}

void vcpu_kick(struct vcpu *vcpu)
{
	if (atomic_load_explicit(&vcpu->alive, memory_order_acquire))
		__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_RELEASE);
	if (atomic_load_explicit(&vcpu->alive, memory_order_acquire))
		pthread_kill(vcpu->thread, VCPU_KICK_SIGNAL);
}

u64 vcpu_cpu_ns(const struct vcpu *vcpu)
{
	struct timespec ts;
	clockid_t clock;

	if (!vcpu->started || pthread_getcpuclockid(vcpu->thread, &clock) ||
	    clock_gettime(clock, &ts))
		return 0;
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

void vcpu_join(struct vcpu *vcpu)
{
	struct timespec ts;

	if (!vcpu->started)
		return;
	/*
	 * A thread that passed its kill check before the flag was set may clear
	 * our immediate_exit on its way: kick until it is gone.
	 */
	do {
		vcpu_kick(vcpu);
		clock_gettime(CLOCK_REALTIME, &ts);
		ts.tv_nsec += JOIN_RETRY_NS;
		if (ts.tv_nsec >= (long)NSEC_PER_SEC) {
			ts.tv_sec++;
			ts.tv_nsec -= NSEC_PER_SEC;
		}
	} while (pthread_timedjoin_np(vcpu->thread, NULL, &ts) == ETIMEDOUT);
	vcpu->started = false;
}

void vcpu_destroy(struct vcpu *vcpu)
{
	vcpu_join(vcpu);
	if (vcpu->run)
		munmap(vcpu->run, vcpu->run_size);
	vcpu->run = NULL;
	close_fd(&vcpu->exits.fd);
	close_fd(&vcpu->fd);
}
