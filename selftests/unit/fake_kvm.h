/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_KVM_H
#define KTSTR_SELFTESTS_UNIT_FAKE_KVM_H

/*
 * vCPUs without KVM: ioctl(2) and what the architecture adds are defined here,
 * in the program itself, and so come before those of the libraries. The vCPU's
 * thread, its loop and the freeze are the real ones.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "host/arch/arch.h"
#include "host/coord/rendezvous.h"
#include "host/vmm/vm.h"
#include "lib/log.h"
#include "lib/util.h"

#define FAKE_CPUS     4
#define FAKE_VCPU_FD  10000
#define FAKE_VM_FD    20000
#define FAKE_CLOCK_NS 1234567

/**
 * struct fake_cpu - what stands for the guest on one vCPU
 * @ran: how often the guest ran; also its instruction pointer
 * @in_guest: it is running
 * @drained: KVM_RUN calls with immediate_exit set
 * @pending: exits KVM_RUN still answers with, before anything else
 * @kicked_inside: for a guest to note what it saw of immediate_exit
 * @asked: register snapshots that did not come out of the run page
 * @slots: what the next debug exit is about
 * @shifted: ticks the guest's counter was set back by
 * @seed: of the test's random numbers
 */
struct fake_cpu {
	atomic_ullong ran;
	atomic_bool in_guest;
	atomic_uint drained;
	atomic_uint pending;
	atomic_uint kicked_inside;
	atomic_uint asked;
	u32 slots;
	atomic_ullong shifted;
	u64 seed;
};

/**
 * struct fake_machine - a VM that never was
 * @vm: what the code under test sees
 * @vcpus: its vCPUs
 * @run: their run pages
 * @cpu: their guests
 * @guest: KVM_RUN without immediate_exit; as ioctl(2)
 * @run_error: errno of KVM_RUN calls with immediate_exit set, instead of EINTR
 * @clock_error: errno of KVM_GET_CLOCK
 * @shift_error: negative errno of arch_clock_shift()
 * @clock_sets: KVM_SET_CLOCK calls
 * @clock_set: the last one's argument
 */
struct fake_machine {
	struct vm vm;
	struct vcpu vcpus[FAKE_CPUS];
	struct kvm_run run[FAKE_CPUS];
	struct fake_cpu cpu[FAKE_CPUS];
	int (*guest)(struct vcpu *vcpu, struct fake_cpu *cpu);
	int run_error;
	int clock_error;
	int shift_error;
	unsigned int clock_sets;
	struct kvm_clock_data clock_set;
};

static struct fake_machine fake;

static inline int fake_fail(int error)
{
	errno = error;
	return -1;
}

static inline int fake_exit(struct vcpu *vcpu, u32 reason)
{
	vcpu->run->exit_reason = reason;
	return 0;
}

static inline bool fake_kicked(struct vcpu *vcpu)
{
	return __atomic_load_n(&vcpu->run->immediate_exit, __ATOMIC_RELAXED);
}

/*
 * Runs until there is a signal, as KVM does: immediate_exit is looked at once,
 * and then only a signal counts, be it from before or from while it runs.
 */
static inline int fake_guest_spin(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	if (!fake_kicked(vcpu)) {
		atomic_store(&cpu->in_guest, true);
		atomic_fetch_add(&cpu->ran, 1);
#ifdef __SANITIZE_THREAD__
		/* the sanitizer may deliver a signal of before right before it sleeps */
		while (!fake_kicked(vcpu)) {
			static const struct timespec ms = { .tv_nsec = 1000000 };

			ppoll(NULL, 0, &ms, &old);
		}
#else
		ppoll(NULL, 0, NULL, &old);
#endif
		atomic_store(&cpu->in_guest, false);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return fake_fail(EINTR);
}

/* As KVM does: first what the last exit left open, then signals, then the guest. */
static inline int fake_enter(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	bool kicked = fake_kicked(vcpu);

	atomic_fetch_add(&cpu->drained, kicked);
	if (atomic_load(&cpu->pending)) {
		atomic_fetch_sub(&cpu->pending, 1);
		return fake_exit(vcpu, KVM_EXIT_HLT);
	}
	if (kicked)
		return fake_fail(fake.run_error ? fake.run_error : EINTR);
	return fake.guest(vcpu, cpu);
}

static inline int fake_kvm_run(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	int ret = fake_enter(vcpu, cpu);

	if (__atomic_load_n(&vcpu->run->kvm_valid_regs, __ATOMIC_RELAXED))
		vcpu->run->s.padding[0] = 1;
	return ret;
}

static inline int fake_clock(unsigned long request, void *arg)
{
	if (request == KVM_GET_CLOCK) {
		if (fake.clock_error)
			return fake_fail(fake.clock_error);
		*(struct kvm_clock_data *)arg = (struct kvm_clock_data){
			.clock = FAKE_CLOCK_NS,
			.flags = KVM_CLOCK_TSC_STABLE,
		};
		return 0;
	}
	if (request != KVM_SET_CLOCK)
		return fake_fail(ENOTTY);
	fake.clock_sets++;
	fake.clock_set = *(struct kvm_clock_data *)arg;
	return 0;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (fd == FAKE_VM_FD)
		return fake_clock(request, arg);
	if (fd < FAKE_VCPU_FD || fd >= FAKE_VCPU_FD + FAKE_CPUS)
		return syscall(SYS_ioctl, fd, request, arg);
	if (request != KVM_RUN)
		return fake_fail(ENOTTY);
	return fake_kvm_run(&fake.vcpus[fd - FAKE_VCPU_FD], &fake.cpu[fd - FAKE_VCPU_FD]);
}

int arch_debug_set(int fd, const u64 *kva, u32 skip, bool step)
{
	return 0;
}

u32 arch_debug_decode(const struct kvm_debug_exit_arch *dbg, const u64 *armed, u32 *step_mask)
{
	const struct kvm_run *run = container_of(dbg, struct kvm_run, debug.arch);

	return fake.cpu[run - fake.run].slots;
}

bool arch_debug_guest(const struct kvm_debug_exit_arch *dbg)
{
	return false;
}

int arch_debug_inject(int fd, const u64 *kva, const struct kvm_debug_exit_arch *dbg)
{
	return 0;
}

u64 arch_regs_sets(int vm_fd)
{
	return 0;
}

bool arch_regs_left(const struct kvm_run *run)
{
	return run->s.padding[0];
}

void arch_regs_forget(struct kvm_run *run)
{
	run->s.padding[0] = 0;
}

void arch_regs_read(int fd, const struct kvm_run *run, struct vcpu_regs *regs)
{
	struct fake_cpu *cpu = &fake.cpu[fd - FAKE_VCPU_FD];

	*regs = (struct vcpu_regs){ .valid = true, .ip = atomic_load(&cpu->ran) };
	if (!arch_regs_left(run))
		atomic_fetch_add(&cpu->asked, 1);
}

u64 arch_clock_now(void)
{
	return mono_ns();
}

int arch_clock_shift(int fd, u64 ticks)
{
	atomic_fetch_add(&fake.cpu[fd - FAKE_VCPU_FD].shifted, ticks);
	return fake.shift_error;
}

/* A machine of @n vCPUs, none of them started. */
static inline int fake_init(u32 n, int (*guest)(struct vcpu *vcpu, struct fake_cpu *cpu))
{
	struct vm *vm = &fake.vm;
	u32 i;
	int ret;

	fake.guest = guest;
	vm->vm_fd = FAKE_VM_FD;
	vm->kvm_fd = -1;
	vm->vcpus = fake.vcpus;
	vm->nr_vcpus = n;
	for (i = 0; i < n; i++) {
		fake.vcpus[i] = (struct vcpu){
			.vm = vm,
			.index = i,
			.fd = FAKE_VCPU_FD + i,
			.run = &fake.run[i],
			.exits.fd = -1,
		};
		fake.cpu[i].seed = i + 1;
	}
	vm->kill_evt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = vm->kill_evt < 0 ? -errno : vcpu_kick_init();
	if (!ret)
		ret = freeze_init(&vm->freeze);
	vm->freeze.regs_sets = 1;
	return ret ? ret : watch_init(&vm->watch);
}

static inline int fake_start(void)
{
	u32 i;
	int ret = 0;

	for (i = 0; i < fake.vm.nr_vcpus && !ret; i++)
		ret = vcpu_start(&fake.vcpus[i], NULL);
	return ret;
}

static inline void fake_end(void)
{
	vm_join(&fake.vm);
	watch_destroy(&fake.vm.watch);
	freeze_destroy(&fake.vm.freeze);
	close_fd(&fake.vm.kill_evt);
}

static inline u64 fake_random(u64 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* What an eventfd holds; 0 for nothing. */
static inline u64 fake_evt_take(int fd)
{
	u64 n;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static inline bool fake_parked(u32 i)
{
	return atomic_load_explicit(&fake.vcpus[i].parked, memory_order_acquire);
}

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_KVM_H */
