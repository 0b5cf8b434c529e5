// SPDX-License-Identifier: GPL-2.0-only
#include <time.h>
#include <x86intrin.h>

#include "host/arch/emulated.h"
#include "lib/util.h"

#define TSC_MEASURE_NS (5 * NSEC_PER_MSEC)
#define TSC_TRIES      5

static const char *const host_modules[] = {
	"virtio_mmio", "irqbypass", "kvm", "kvm-amd", NULL,
};

const struct emulated_arch *emulated_arch(void)
{
	static const struct emulated_arch arch = {
		.qemu = "qemu-system-x86_64",
		.modules = host_modules,
	};

	return &arch;
}

void emulated_arch_machine(struct strv *args, const char *port_chardev, const char *port_name)
{
	/*
	 * microvm has next to nothing for the kernel to probe and starts it half
	 * a second earlier than pc. Its PIT and PIC have to go: the kernel takes
	 * the machine as hardware-reduced ACPI and never programs them, so that
	 * a tick of the PIT arrives as vector 0, a divide error.
	 */
	strv_add(args, "-M");
	strv_add(args, "microvm,acpi=on,pcie=off,pit=off,pic=off,rtc=on");
	/*
	 * Of the two firmwares, SeaBIOS puts the ACPI tables at the end of low
	 * memory, just where QEMU loads the end of the initramfs for a microvm.
	 */
	strv_add(args, "-bios");
	strv_add(args, "qboot.rom");
	/*
	 * KVM wants SVM with nested paging. The string instructions are the
	 * other way round than on hardware: TCG steps through "rep movsb" byte
	 * by byte, and a kernel that believes them fast boots in 1.7 s instead
	 * of 1.2 s. Nested guests inherit the choice through CPUID.
	 */
	strv_add(args, "-cpu");
	strv_add(args, "max,+svm,+npt,-erms,-fsrm,-fzrm,-fsrs,-fsrc");
	strv_add(args, "-device");
	strv_add(args, "virtio-serial-device");
	strv_add(args, "-device");
	strv_addf(args, "virtserialport,chardev=%s,name=%s", port_chardev, port_name);
}

/* The TSC at a moment of CLOCK_MONOTONIC: the tightest of a few attempts. */
static void tsc_read(u64 *tsc, u64 *ns)
{
	u64 best = ~0ULL;
	int i;

	for (i = 0; i < TSC_TRIES; i++) {
		u64 before = __rdtsc(), now = mono_ns(), after = __rdtsc();

		if (i && after - before >= best)
			continue;
		best = after - before;
		*tsc = before + best / 2;
		*ns = now;
	}
}

static u64 tsc_khz(void)
{
	struct timespec pause = { .tv_nsec = TSC_MEASURE_NS };
	u64 tsc[2], ns[2];

	tsc_read(&tsc[0], &ns[0]);
	nanosleep(&pause, NULL);
	tsc_read(&tsc[1], &ns[1]);
	if (ns[1] <= ns[0] || tsc[1] <= tsc[0])
		return 0;
	return (tsc[1] - tsc[0]) * 1000000 / (ns[1] - ns[0]);
}

void emulated_arch_cmdline(struct strv *params)
{
	u64 khz = tsc_khz();

	/*
	 * TCG's TSC is the TSC underneath. The machine has no timer left to
	 * calibrate it against, and every vCPU reads the same one.
	 */
	if (khz)
		strv_addf(params, "tsc_early_khz=%llu", (unsigned long long)khz);
	strv_add(params, "tsc=reliable");
	/* A triple fault: with -no-reboot it ends QEMU at once. */
	strv_add(params, "reboot=t");
	/* Nobody attacks an emulated CPU by its caches, and thunks cost time. */
	strv_add(params, "mitigations=off");
	strv_add(params, "console=ttyS0");
}
