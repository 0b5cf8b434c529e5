/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_BENCH_BENCH_H
#define KTSTR_BENCH_BENCH_H

/*
 * One measured start of a virtual machine, by our VMM or by QEMU: the same
 * kernel, initramfs and kernel parameters, until the same frame (WIRE_SRDY)
 * arrives over a virtio port.
 */
#include "host/harness/ktstr.h"
#include "lib/err.h"

/**
 * struct bench_start - what is to be started
 * @test: the machine; the same one for either VMM
 * @cmdline: kernel command line for QEMU: the one our VMM gave the same machine
 */
struct bench_start {
	struct ktstr_test test;
	const char *cmdline;
};

/**
 * struct bench_times - what came of it
 * @ready_ns: from the first step of the start, to the guest's WIRE_SRDY
 * @vmm_ns: the part of it from the start of the VMM's process on
 * @first_run_ns: from the start of the VMM's process to the guest's first
 *                instruction; 0 = not known
 * @exits: KVM exits of all vCPUs until WIRE_SRDY
 * @extra_kib: resident memory of the VMM's process but for guest memory
 * @cmdline: kernel command line the guest got
 */
struct bench_times {
	u64 ready_ns;
	u64 vmm_ns;
	u64 first_run_ns;
	u64 exits;
	u64 extra_kib;
	char cmdline[4096];
};

/**
 * start_ktstr() - start it with our VMM, as any test does
 * @s: what to start
 * @t: filled in on success
 * @err: what kept it from being measured
 *
 * @ready_ns counts from the call of ktstr_run(): planning and making the
 * initramfs included. The guest runs its scenario to the end.
 *
 * Return: 0, or negative errno.
 */
int start_ktstr(const struct bench_start *s, struct bench_times *t, struct ktstr_err *err);

/**
 * start_qemu() - start it with QEMU's microvm
 * @s: what to start
 * @t: filled in on success
 * @err: what kept it from being measured
 *
 * @ready_ns counts from right before fork(2): the initramfs is there already.
 * QEMU is killed once the guest is ready.
 *
 * Return: 0, or negative errno.
 */
int start_qemu(const struct bench_start *s, struct bench_times *t, struct ktstr_err *err);

#endif /* KTSTR_BENCH_BENCH_H */
