/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_VM_H
#define KTSTR_HOST_VMM_VM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include "host/vmm/devices/io_bus.h"
#include "host/vmm/gmem.h"
#include "host/vmm/vcpu.h"
#include "lib/err.h"
#include "lib/topology.h"

struct ioapic;
struct kernel_image;
struct serial;
struct virtio_console;

#define VM_SERIAL_PORTS 2

/**
 * struct vm_sinks - where the guest's output goes
 * @serial: bytes of COM1 (0, kernel console) or COM2 (1, crash text)
 * @console: bytes of a virtio-console port; returns how many it took, fewer
 *           than given makes the rest wait in the guest's ring
 * @ctx: passed to both
 *
 * @serial is called from vCPU threads with the port's lock held: it copies and
 * returns. @console is called from the thread that drains the console.
 */
struct vm_sinks {
	void (*serial)(void *ctx, unsigned int port, const u8 *buf, size_t len);
	size_t (*console)(void *ctx, unsigned int port, const u8 *buf, size_t len);
	void *ctx;
};

/**
 * enum vm_irqchip - who is the interrupt controller of devices (x86)
 * @VM_IRQCHIP_AUTO: KVM's, or ours when KVM's does not reach every CPU
 * @VM_IRQCHIP_KERNEL: KVM's
 * @VM_IRQCHIP_SPLIT: ours; the CPUs' own controllers are KVM's all the same
 */
enum vm_irqchip {
	VM_IRQCHIP_AUTO,
	VM_IRQCHIP_KERNEL,
	VM_IRQCHIP_SPLIT,
};

/**
 * struct vm_config - what machine to build and what to boot on it
 * @topo: CPUs and nodes
 * @mem_bytes: guest RAM, a multiple of 2 MiB; topology_check_mem() says how much
 *             nodes need
 * @kernel: bzImage (entered at its 64-bit entry) or vmlinux (entered directly)
 * @initrd: initramfs, may be NULL
 * @initrd_len: bytes at @initrd
 * @cmdline: appended to the architecture's own kernel parameters
 * @irqchip: which interrupt controller, for tests of both
 * @sinks: where output goes
 *
 * Everything pointed to stays the caller's and must outlive vm_new() only; what
 * @topo points to and @sinks.ctx must outlive the VM.
 */
struct vm_config {
	struct topology topo;
	u64 mem_bytes;
	const struct kernel_image *kernel;
	const void *initrd;
	size_t initrd_len;
	const char *cmdline;
	enum vm_irqchip irqchip;
	struct vm_sinks sinks;
};

/**
 * enum vm_end - why a VM stopped
 * @VM_RUNNING: it has not
 * @VM_END_RESET: the guest asked for a reset (the clean end of a run)
 * @VM_END_TRIPLE_FAULT: KVM_EXIT_SHUTDOWN
 * @VM_END_FATAL: KVM could not enter or emulate the guest
 * @VM_END_RUN_ERROR: KVM_RUN failed with an errno that retrying does not cure
 * @VM_END_KILLED: vm_kill() by the host
 */
enum vm_end {
	VM_RUNNING,
	VM_END_RESET,
	VM_END_TRIPLE_FAULT,
	VM_END_FATAL,
	VM_END_RUN_ERROR,
	VM_END_KILLED,
};

/**
 * struct vm_exit_info - the first reason a VM stopped for
 * @end: what happened
 * @vcpu: whose exit it was
 * @kvm_reason: KVM_EXIT_* number
 * @detail: entry failure reason, internal suberror, or errno of KVM_RUN
 */
struct vm_exit_info {
	enum vm_end end;
	u32 vcpu;
	u32 kvm_reason;
	u64 detail;
};

/**
 * struct vm_com - a UART of a machine
 * @vm: the machine
 * @port: 0 for COM1 (kernel console), 1 for COM2 (crash text)
 * @uart: the device
 * @irq_evt: its irqfd
 */
struct vm_com {
	struct vm *vm;
	unsigned int port;
	struct serial *uart;
	int irq_evt;
};

/**
 * struct vm - a machine
 * @topo: its CPUs
 * @kvm_fd: /dev/kvm
 * @vm_fd: KVM VM
 * @ram: guest memory
 * @pio: devices on I/O ports (x86)
 * @mmio: devices in guest physical address space
 * @com: COM1 and COM2
 * @console: the virtio-console
 * @console_evt: ioeventfd of the virtio-console: readable when the guest
 *               notified a queue or the device wants to be drained
 * @console_irq_evt: irqfd of the virtio-console
 * @irqchip: as it was asked for
 * @ioapic: the interrupt controller when it is ours (x86), or NULL
 * @vcpus: @nr_vcpus of them
 * @nr_vcpus: how many
 * @kill: every vCPU thread ends as soon as it sees this; set once, release
 * @kill_evt: eventfd, readable from then on
 * @freeze: standstill of all vCPUs
 * @watch: what they watch
 * @ended: guards @exit: the first to set it writes @exit
 * @exit: valid once @kill is seen (acquire)
 * @sinks: where output goes
 * @first_run_ns: mono_ns() when the boot CPU was let go
 */
struct vm {
	struct topology topo;
	int kvm_fd;
	int vm_fd;
	struct gmem *ram;
	struct io_bus pio;
	struct io_bus mmio;
	struct vm_com com[VM_SERIAL_PORTS];
	struct virtio_console *console;
	int console_evt;
	int console_irq_evt;
	enum vm_irqchip irqchip;
	struct ioapic *ioapic;
	struct vcpu *vcpus;
	u32 nr_vcpus;
	atomic_bool kill;
	int kill_evt;
	struct freeze freeze;
	struct watchpoint_arm watch;
	atomic_bool ended;
	struct vm_exit_info exit;
	struct vm_sinks sinks;
	u64 first_run_ns;
};

/**
 * vm_new() - build a machine, ready to start
 * @cfg: what to build
 * @err: names the step, the limit or the file that failed, or NULL
 *
 * Return: the machine, owned by the caller (vm_free()), or NULL with errno set:
 * EINVAL for a configuration that cannot be, ENOEXEC/E2BIG for a kernel that
 * cannot be booted, EOPNOTSUPP for a KVM that lacks something, and others.
 */
struct vm *vm_new(const struct vm_config *cfg, struct ktstr_err *err);

/**
 * vm_start() - start every vCPU thread
 * @vm: built and not started before
 * @err: reason, or NULL
 *
 * Return: 0, or negative errno; then the machine is good only for vm_free().
 */
int vm_start(struct vm *vm, struct ktstr_err *err);

/**
 * vm_end() - record why the VM ends and make every vCPU stop
 * @vm: the machine
 * @info: the reason; only the first one is kept
 *
 * Any thread, vCPU threads included. Returns at once; vm_free() joins.
 */
void vm_end(struct vm *vm, const struct vm_exit_info *info);

/**
 * vm_kill() - vm_end() with VM_END_KILLED
 * @vm: the machine
 */
void vm_kill(struct vm *vm);

/**
 * vm_join() - stop every vCPU and wait until their threads are gone
 * @vm: the machine; guest memory and devices stay readable
 *
 * Ends it with VM_END_KILLED if nothing has before. Not from a vCPU thread.
 */
void vm_join(struct vm *vm);

/**
 * vm_irqfd() - connect an eventfd to an interrupt
 * @vm: with its interrupt controller
 * @fd: writing to it raises an edge
 * @gsi: interrupt number
 * @err: names the interrupt, or NULL
 *
 * Return: 0 or negative errno.
 */
int vm_irqfd(struct vm *vm, int fd, u32 gsi, struct ktstr_err *err);

/**
 * vm_ioeventfd() - turn a guest's write into an eventfd event
 * @vm: the machine
 * @fd: signalled by KVM, without leaving to user space
 * @gpa: the register in MMIO space
 * @len: bytes of it; any value written signals
 * @err: names the step, or NULL
 *
 * Return: 0 or negative errno.
 */
int vm_ioeventfd(struct vm *vm, int fd, u64 gpa, u32 len, struct ktstr_err *err);

/**
 * vm_kick_all() - make every vCPU leave KVM_RUN
 * @vm: the machine
 *
 * Two passes with a release fence between: flags for all first, then signals,
 * so that no vCPU re-enters the guest between its neighbour's kick and its own.
 * What the kick is for is stored before. Not from a vCPU thread, but by vm_end().
 */
void vm_kick_all(struct vm *vm);

/**
 * vm_exits() - KVM exits of all vCPUs so far
 * @vm: the machine
 *
 * Return: the sum of KVM's own "exits" counters, 0 if they cannot be read.
 */
u64 vm_exits(struct vm *vm);

/**
 * vm_kvm_stats() - what KVM has counted so far, of all vCPUs
 * @vm: the machine
 * @value: filled in by enum vmm_kvm_stat of lib/wire_result.h, 0 where unknown
 *
 * Return: bitmask of those that are there.
 */
u64 vm_kvm_stats(struct vm *vm, u64 *value);

/**
 * vm_free() - stop and join every thread, close and unmap everything
 * @vm: a machine in any state of construction, or NULL
 *
 * The order is the one KVM needs: vCPU threads, their run pages and
 * descriptors, devices, the VM, guest memory, /dev/kvm.
 */
void vm_free(struct vm *vm);

#endif /* KTSTR_HOST_VMM_VM_H */
