/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_ARCH_ARCH_H
#define KTSTR_HOST_ARCH_ARCH_H

/*
 * The whole contract between the machine-independent host code and an
 * architecture. host/arch/x86 and host/arch/arm64 each implement all of it; a
 * build links one of them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/kvm.h>
#include <linux/types.h>
#include "host/vmm/exit.h"
#include "host/vmm/kvm.h"
#include "lib/err.h"

struct io_bus;
struct topology;
struct vcpu_regs;
struct vcpu;
struct vm;
struct vm_config;

/**
 * arch_kvm_needs - capabilities arch code cannot do without
 *
 * Ended by an entry without a name.
 */
extern const struct kvm_cap_need arch_kvm_needs[];

/**
 * struct arch_map - where things lie in guest physical address space
 * @mmio_gap: RAM below ends here ...
 * @mmio_gap_end: ... and goes on here
 * @virtio_base: first virtio-mmio window
 * @virtio_stride: distance to the next one
 * @virtio_gsi: interrupt of the first one; the next has the next number
 */
struct arch_map {
	u64 mmio_gap;
	u64 mmio_gap_end;
	u64 virtio_base;
	u64 virtio_stride;
	u32 virtio_gsi;
};

/**
 * arch_map() - the fixed guest physical map
 */
const struct arch_map *arch_map(void);

/**
 * arch_vm_init() - interrupt controller and what else precedes vCPUs
 * @vm: has its VM descriptor and memory slots
 * @err: names the failing step, or NULL
 *
 * Return: 0 or negative errno.
 */
int arch_vm_init(struct vm *vm, struct ktstr_err *err);

/**
 * arch_vm_free() - release what arch_vm_init() has made
 * @vm: in any state of construction; no vCPU runs
 */
void arch_vm_free(struct vm *vm);

/**
 * arch_vcpu_id() - the number KVM is to know a vCPU by
 * @topo: the machine's topology
 * @index: of the vCPU, which is its number in the guest
 *
 * x86: its APIC id, which KVM_CREATE_VCPU takes for the one of its local APIC.
 */
u32 arch_vcpu_id(const struct topology *topo, u32 index);

/**
 * arch_serial_init() - put the two UARTs where the guest looks for them
 * @vm: with its serial ports created
 * @err: names an address conflict, or NULL
 *
 * Return: 0 or negative errno.
 */
int arch_serial_init(struct vm *vm, struct ktstr_err *err);

/**
 * arch_load() - fill guest memory: kernel, initrd, command line, firmware tables
 * @vm: its topology and guest memory are read; nothing else of it may be there
 * @cfg: what to boot. The command line begins with what every guest of the
 *       architecture is told
 * @entry: set to where the boot CPU starts
 * @err: names what does not fit or is malformed, or NULL
 *
 * Makes no KVM call, so it may run beside the rest of the construction.
 *
 * Return: 0, -ENOEXEC for a kernel that cannot be booted, -E2BIG when something
 * does not fit into guest memory, or negative errno.
 */
int arch_load(struct vm *vm, const struct vm_config *cfg, u64 *entry, struct ktstr_err *err);

/**
 * arch_vcpus_init() - features and reset state of every vCPU
 * @vm: with its vCPUs created; none has run
 * @err: names the failing step, or NULL
 *
 * Return: 0 or negative errno.
 */
int arch_vcpus_init(struct vm *vm, struct ktstr_err *err);

/**
 * arch_set_entry() - put the boot CPU at the kernel's entry
 * @vm: loaded, its vCPUs initialised
 * @entry: from arch_load()
 * @err: names the failing step, or NULL
 *
 * Return: 0 or negative errno.
 */
int arch_set_entry(struct vm *vm, u64 entry, struct ktstr_err *err);

/**
 * arch_exit() - exits only one architecture has (port I/O on x86)
 * @pio: devices on I/O ports
 * @run: the vCPU's run page
 * @run_size: bytes mapped at @run
 *
 * Return: EXIT_NONE for a reason this architecture does not know either.
 */
enum exit_action arch_exit(struct io_bus *pio, struct kvm_run *run, size_t run_size);

/**
 * arch_debug_set() - program the debug registers of a vCPU through KVM
 * @fd: vCPU descriptor
 * @kva: address to watch in each of the WATCH_SLOTS slots, 0 = slot off
 * @skip: slots that are left out while stepping (arm64)
 * @step: single-step the next instruction (arm64)
 *
 * vCPU thread. Nothing to watch and no step turns guest debugging off.
 *
 * Return: 0 or negative errno of KVM_SET_GUEST_DEBUG.
 */
int arch_debug_set(int fd, const u64 *kva, u32 skip, bool step);

/**
 * arch_debug_decode() - which slots a KVM_EXIT_DEBUG is about
 * @dbg: of the exit
 * @armed: address in each of the WATCH_SLOTS slots
 * @step_mask: slots to leave out until a single step is done; updated
 *
 * Return: bitmask of slots that trapped, 0 for anything else.
 */
u32 arch_debug_decode(const struct kvm_debug_exit_arch *dbg, const u64 *armed, u32 *step_mask);

/**
 * arch_debug_guest() - is a KVM_EXIT_DEBUG the guest's own doing
 * @dbg: of the exit
 *
 * Return: whether the guest asked for it, by single-stepping for instance, be
 * there slots of ours that trapped as well or not.
 */
bool arch_debug_guest(const struct kvm_debug_exit_arch *dbg);

/**
 * arch_debug_inject() - hand a debug exception on to the guest
 * @fd: vCPU descriptor
 * @kva: address in each of the WATCH_SLOTS slots, as KVM has them now
 * @dbg: of the exit that took it from the guest
 *
 * vCPU thread, before the guest runs again. The guest does not see what our
 * own slots did.
 *
 * Return: 0, -EBUSY when another exception is on its way into the guest, or
 * negative errno.
 */
int arch_debug_inject(int fd, const u64 *kva, const struct kvm_debug_exit_arch *dbg);

/**
 * arch_regs_sets() - registers that KVM_RUN can leave in the run page
 * @vm_fd: VM descriptor
 *
 * Source: Documentation/virt/kvm/api.rst, KVM_CAP_SYNC_REGS.
 *
 * Return: for kvm_run->kvm_valid_regs: all arch_regs_read() needs, or 0.
 */
u64 arch_regs_sets(int vm_fd);

/**
 * arch_regs_left() - has KVM_RUN left registers in the run page
 * @run: the run page
 *
 * vCPU thread. Return: whether it has, since arch_regs_forget().
 */
bool arch_regs_left(const struct kvm_run *run);

/**
 * arch_regs_forget() - registers in the run page are out of date from here on
 * @run: the run page
 *
 * vCPU thread.
 */
void arch_regs_forget(struct kvm_run *run);

/**
 * arch_regs_read() - the registers of a vCPU that is outside of KVM_RUN
 * @fd: vCPU descriptor
 * @run: its run page: registers are taken from there if KVM has left them
 * @regs: of the last time, zeroed at first; @regs->valid says whether KVM gave
 *        them. What cannot change any more is not asked again.
 *
 * vCPU thread.
 */
void arch_regs_read(int fd, const struct kvm_run *run, struct vcpu_regs *regs);

/**
 * arch_clock_now() - ticks of the counter that guests read directly
 *
 * x86: the host's TSC. Return: ticks, 0 where a freeze cannot be hidden.
 */
u64 arch_clock_now(void);

/**
 * arch_clock_shift() - set a vCPU's counter back
 * @fd: vCPU descriptor
 * @ticks: by how much, of arch_clock_now(); the same for every vCPU
 *
 * vCPU thread, outside of KVM_RUN. Source: Documentation/virt/kvm/devices/
 * vcpu.rst, KVM_VCPU_TSC_CTRL.
 *
 * Return: 0, -ENXIO where KVM cannot (before Linux 5.16), or negative errno.
 */
int arch_clock_shift(int fd, u64 ticks);

#endif /* KTSTR_HOST_ARCH_ARCH_H */
