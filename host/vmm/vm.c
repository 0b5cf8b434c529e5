// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/arch/arch.h"
#include "host/kernel/image.h"
#include "host/vmm/devices/serial.h"
#include "host/vmm/gmem_slot.h"
#include "host/vmm/vm.h"
#include "host/vmm/vm_devices.h"
#include "lib/log.h"
#include "lib/util.h"
#include "lib/wire_result.h"

/* What the machine-independent part needs; arch_kvm_needs has the rest. */
static const struct kvm_cap_need vm_needs[] = {
	{ KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY" },
	{ KVM_CAP_IRQCHIP, "KVM_CAP_IRQCHIP" },
	{ KVM_CAP_IOEVENTFD, "KVM_CAP_IOEVENTFD" },
	{ KVM_CAP_IRQFD, "KVM_CAP_IRQFD" },
	{ KVM_CAP_MP_STATE, "KVM_CAP_MP_STATE" },
	{ KVM_CAP_VCPU_EVENTS, "KVM_CAP_VCPU_EVENTS" },
	{ KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT" },
	{ KVM_CAP_SET_GUEST_DEBUG, "KVM_CAP_SET_GUEST_DEBUG" },
	{ 0, NULL },
};

static int open_kvm(struct vm *vm, struct ktstr_err *err)
{
	struct kvm_cap_need needs[32] = { 0 };
	size_t n = 0, i;

	for (i = 0; vm_needs[i].name && n < ARRAY_SIZE(needs) - 1; i++)
		needs[n++] = vm_needs[i];
	for (i = 0; arch_kvm_needs[i].name && n < ARRAY_SIZE(needs) - 1; i++)
		needs[n++] = arch_kvm_needs[i];
	vm->kvm_fd = kvm_open(needs, err);
	if (vm->kvm_fd < 0)
		return vm->kvm_fd;
	do {
		vm->vm_fd = KVM_IOCTL(vm->kvm_fd, KVM_CREATE_VM, 0, err);
	} while (vm->vm_fd == -EINTR);
	return vm->vm_fd < 0 ? vm->vm_fd : 0;
}

static int add_memslots(struct vm *vm, struct ktstr_err *err)
{
	struct gmem_slot slots[GMEM_SLOTS_MAX];
	unsigned int i, nr = gmem_slots(vm->ram, &vm->topo, slots);
	int ret = 0;

	for (i = 0; i < nr && !ret; i++) {
		struct kvm_userspace_memory_region slot = {
			.slot = i,
			.guest_phys_addr = slots[i].gpa,
			.memory_size = slots[i].len,
			.userspace_addr =
				(unsigned long)gmem_hva(vm->ram, slots[i].gpa, slots[i].len),
		};

		ret = KVM_IOCTL(vm->vm_fd, KVM_SET_USER_MEMORY_REGION, &slot, err);
	}
	return ret;
}

static int check_config(const struct vm_config *cfg, struct ktstr_err *err)
{
	int ret = topology_check(&cfg->topo, err);

	if (ret)
		return ret;
	if (cfg->mem_bytes < 64ULL << 20 || cfg->mem_bytes % (2 << 20))
		return ktstr_err_set(err, -EINVAL,
				     "guest memory of %llu bytes: use a multiple of 2 MiB, at least 64 MiB",
				     (unsigned long long)cfg->mem_bytes);
	if (cfg->mem_bytes >> 20 > UINT32_MAX)
		return ktstr_err_set(err, -EINVAL, "guest memory of %llu bytes: too much",
				     (unsigned long long)cfg->mem_bytes);
	return topology_check_mem(&cfg->topo, cfg->mem_bytes >> 20, err);
}

static int add_vcpus(struct vm *vm, struct ktstr_err *err)
{
	u32 i, n = topology_cpus(&vm->topo);
	int ret = 0;

	vm->vcpus = calloc(n, sizeof(*vm->vcpus));
	if (!vm->vcpus)
		return ktstr_err_set(err, -ENOMEM, "out of memory for %u vCPUs", n);
	for (i = 0; i < n; i++) {
		vm->vcpus[i].fd = -1;
		vm->vcpus[i].exits.fd = -1;
	}
	vm->nr_vcpus = n;
	for (i = 0; i < n && !ret; i++)
		ret = vcpu_create(vm, &vm->vcpus[i], i, err);
	return ret ? ret : arch_vcpus_init(vm, err);
}

/* Everything that is KVM's. */
static int build_machine(struct vm *vm, struct ktstr_err *err)
{
	int ret;

	ret = open_kvm(vm, err);
	if (!ret)
		ret = add_memslots(vm, err);
	if (!ret)
		ret = arch_vm_init(vm, err);
	if (!ret)
		ret = vm_devices_add(vm, err);
	if (!ret)
		ret = add_vcpus(vm, err);
	if (!ret)
		vm->freeze.regs_sets = arch_regs_sets(vm->vm_fd);
	return ret;
}

/**
 * struct loader - the thread that fills guest memory while KVM builds the rest
 * @vm: the machine
 * @cfg: what to boot
 * @entry: of the kernel
 * @err: why it failed
 * @ret: 0 or negative errno
 */
struct loader {
	struct vm *vm;
	const struct vm_config *cfg;
	u64 entry;
	struct ktstr_err err;
	int ret;
};

static void *loader_thread(void *arg)
{
	struct loader *l = arg;

	l->ret = arch_load(l->vm, l->cfg, &l->entry, &l->err);
	return NULL;
}

static int build(struct vm *vm, const struct vm_config *cfg, struct ktstr_err *err)
{
	const struct arch_map *map = arch_map();
	struct loader l = { .vm = vm, .cfg = cfg };
	pthread_t thread;
	int ret;

	ret = check_config(cfg, err);
	if (ret)
		return ret;
	vm->ram = gmem_new(cfg->mem_bytes, map->mmio_gap, map->mmio_gap_end, err);
	if (!vm->ram)
		return -errno;
	ret = pthread_create(&thread, NULL, loader_thread, &l);
	if (ret)
		return ktstr_err_set(err, -ret, "loader thread: %s", strerror(ret));
	ret = build_machine(vm, err);
	pthread_join(thread, NULL);
	if (!ret && l.ret)
		ret = ktstr_err_set(err, l.ret, "%s", l.err.msg);
	return ret ? ret : arch_set_entry(vm, l.entry, err);
}

static int open_events(struct vm *vm, struct ktstr_err *err)
{
	int ret = 0;

	vm->kill_evt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vm->kill_evt < 0)
		ret = -errno;
	if (!ret)
		ret = freeze_init(&vm->freeze);
	if (!ret)
		ret = watch_init(&vm->watch);
	return ret ? ktstr_err_set(err, ret, "eventfd: %s", strerror(-ret)) : 0;
}

struct vm *vm_new(const struct vm_config *cfg, struct ktstr_err *err)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	int ret;

	if (!vm) {
		ktstr_err_set(err, 0, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	vm->kvm_fd = -1;
	vm->vm_fd = -1;
	vm->freeze.parked_evt = -1;
	vm->freeze.thaw_evt = -1;
	vm->watch.hit_evt = -1;
	vm->watch.change_evt = -1;
	vm_devices_reset(vm);
	vm->topo = cfg->topo;
	vm->irqchip = cfg->irqchip;
	vm->sinks = cfg->sinks;
	ret = open_events(vm, err);
	if (!ret)
		ret = build(vm, cfg, err);
	if (!ret)
		return vm;
	vm_free(vm);
	errno = -ret;
	return NULL;
}

int vm_start(struct vm *vm, struct ktstr_err *err)
{
	u32 i;
	int ret;

	ret = vcpu_kick_init();
	if (ret)
		return ktstr_err_set(err, ret, "sigaction: %s", strerror(-ret));
	/* secondary vCPUs first: they wait in KVM for the boot CPU's SIPI */
	for (i = vm->nr_vcpus; i-- > 0;) {
		if (!i)
			vm->first_run_ns = mono_ns();
		ret = vcpu_start(&vm->vcpus[i], err);
		if (ret)
			return ret;
	}
	return 0;
}

void vm_kick_all(struct vm *vm)
{
	u32 i;

	/*
	 * A vCPU that takes an earlier kick's flag back looks at what there is to
	 * do behind a fence of its own: either it keeps our flag, or it sees why.
	 */
	atomic_thread_fence(memory_order_seq_cst);
	for (i = 0; i < vm->nr_vcpus; i++) {
		struct vcpu *vcpu = &vm->vcpus[i];

		if (atomic_load_explicit(&vcpu->alive, memory_order_acquire))
			__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_RELEASE);
	}
	atomic_thread_fence(memory_order_release);
	for (i = 0; i < vm->nr_vcpus; i++)
		vcpu_kick(&vm->vcpus[i]);
}

void vm_end(struct vm *vm, const struct vm_exit_info *info)
{
	static const u64 one = 1;

	if (atomic_exchange(&vm->ended, true))
		return;
	vm->exit = *info;
	/* pairs with the acquire loads of kill: who sees it, sees exit */
	atomic_store_explicit(&vm->kill, true, memory_order_release);
	if (write(vm->kill_evt, &one, sizeof(one)) < 0)
		pr_err("kill eventfd: %s; the kill flag stands", strerror(errno));
	vm_kick_all(vm);
}

void vm_kill(struct vm *vm)
{
	struct vm_exit_info info = { .end = VM_END_KILLED };

	vm_end(vm, &info);
}

int vm_irqfd(struct vm *vm, int fd, u32 gsi, struct ktstr_err *err)
{
	struct kvm_irqfd irqfd = { .fd = fd, .gsi = gsi };

	return KVM_IOCTL(vm->vm_fd, KVM_IRQFD, &irqfd, err);
}

int vm_ioeventfd(struct vm *vm, int fd, u64 gpa, u32 len, struct ktstr_err *err)
{
	struct kvm_ioeventfd ioev = { .fd = fd, .addr = gpa, .len = len };

	return KVM_IOCTL(vm->vm_fd, KVM_IOEVENTFD, &ioev, err);
}

u64 vm_exits(struct vm *vm)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < vm->nr_vcpus; i++)
		sum += kvm_stat_read(&vm->vcpus[i].exits);
	return sum;
}

static bool sum_stat(struct vm *vm, u32 nr, u64 *sum)
{
	struct kvm_stat stat;
	u32 i;

	*sum = 0;
	if (!vm->nr_vcpus || kvm_stat_peer(&stat, &vm->vcpus[0].exits, vmm_kvm_stat_name(nr)))
		return false;
	for (i = 0; i < vm->nr_vcpus; i++) {
		stat.fd = vm->vcpus[i].exits.fd;
		*sum += kvm_stat_read(&stat);
	}
	return true;
}

u64 vm_kvm_stats(struct vm *vm, u64 *value)
{
	u64 known = 0;
	u32 i;

	for (i = 0; i < VMM_KVM_STATS; i++)
		if (sum_stat(vm, i, &value[i]))
			known |= 1ULL << i;
	return known;
}

void vm_join(struct vm *vm)
{
	u32 i;

	vm_kill(vm);
	for (i = 0; i < vm->nr_vcpus; i++)
		vcpu_join(&vm->vcpus[i]);
}

void vm_free(struct vm *vm)
{
	u32 i;

	if (!vm)
		return;
	vm_join(vm);
	for (i = 0; i < vm->nr_vcpus; i++)
		vcpu_destroy(&vm->vcpus[i]);
	free(vm->vcpus);
	vm_devices_free(vm);
	arch_vm_free(vm);
	close_fd(&vm->vm_fd);
	gmem_free(vm->ram);
	close_fd(&vm->kvm_fd);
	watch_destroy(&vm->watch);
	freeze_destroy(&vm->freeze);
	close_fd(&vm->kill_evt);
	free(vm);
}
