// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building, stopping and tearing down machines, from any half of it. The guests
 * are a few bytes of code, so any KVM that runs instructions will do; where
 * there is none, the refusals are still checked.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "host/coord/rendezvous.h"
#include "host/kernel/image.h"
#include "host/vmm/vm.h"
#include "lib/util.h"
#include "selftests/tiny_guest.h"
#include "tiny_kernel.h"

#define NO_KVM "KVM is not available"

static unsigned int entries(const char *dir)
{
	DIR *d = opendir(dir);
	unsigned int n = 0;
	struct dirent *e;

	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

FIXTURE(vm)
{
	struct tiny_kernel kernel;
	struct kernel_image *img;
	struct vm_config cfg;
	struct ktstr_err err;
	unsigned int fds;
};

FIXTURE_SETUP(vm)
{
	memset(self, 0, sizeof(*self));
	/* 1: jmp 1b */
	self->kernel = tiny_kernel("\xeb\xfe", 2);
	self->img = kernel_image_from_mem(&self->kernel, sizeof(self->kernel), "tiny", NULL);
	ASSERT_NE(NULL, self->img);
	self->cfg = (struct vm_config){
		.topo = { 1, 1, 1, 1 },
		.mem_bytes = 64 << 20,
		.kernel = self->img,
	};
	self->fds = entries("/proc/self/fd");
}

FIXTURE_TEARDOWN(vm)
{
	EXPECT_EQ(self->fds, entries("/proc/self/fd"));
	EXPECT_EQ(1, entries("/proc/self/task"));
	kernel_image_free(self->img);
}

static bool no_kvm(int error)
{
	return error == ENOENT || error == EACCES || error == ENODEV || error == EPERM;
}

TEST(free_takes_null)
{
	vm_free(NULL);
}

TEST_F(vm, L10_bad_memory_sizes_are_refused_before_kvm)
{
	static const u64 sizes[] = { 0, 1, 4096, (64 << 20) + 4096, 62 << 20 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		self->cfg.mem_bytes = sizes[i];
		EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_NE(NULL, strstr(self->err.msg, "2 MiB"));
	}
}

TEST_F(vm, L10_bad_topologies_are_refused_before_kvm)
{
	static const struct topology bad[] = {
		{ 1, 1, 1, 0 },
		{ 2, 1, 1, 1 },
		{ 1, 1, 1, 3 },
		{ 1, 1, TOPOLOGY_MAX_CPUS + 1, 1 },
		{ 1, 0xffffffff, 0xffffffff, 1 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->cfg.topo = bad[i];
		EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_NE(NULL, strstr(self->err.msg, "topology"));
	}
}

TEST_F(vm, nodes_without_memory_are_refused_before_kvm)
{
	const struct topology_node node[] = { { .llcs = 1, .mem_mib = 48 }, { .mem_mib = 48 } };

	self->cfg.topo = (struct topology){ 4, 4, 1, 1 };
	EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_NE(NULL, strstr(self->err.msg, "node 0 would have 16 of the machine's 64 MiB"));
	self->cfg.topo = (struct topology){ 2, 1, 1, 1, node };
	EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_NE(NULL, strstr(self->err.msg, "adds up to 96 MiB, but the machine has 64"));
}

/* As many memory slots as pieces: KVM refuses those that overlap */
TEST_F(vm, machine_of_many_nodes_is_built)
{
	struct vm *vm;

	self->cfg.topo = (struct topology){ 16, 16, 1, 1 };
	self->cfg.mem_bytes = 4ULL << 30;
	vm = vm_new(&self->cfg, &self->err);
	if (!vm && no_kvm(errno))
		SKIP(return, NO_KVM);
	ASSERT_NE(NULL, vm)
	{
		TH_LOG("%s", self->err.msg);
	}
	vm_free(vm);
}

TEST_F(vm, kernel_that_does_not_fit_unwinds_everything)
{
	self->kernel.ph.p_memsz = 1 << 30;
	EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
	if (no_kvm(errno))
		SKIP(return, NO_KVM);
	EXPECT_EQ(E2BIG, errno);
	EXPECT_NE(NULL, strstr(self->err.msg, "give the VM more"));
}

TEST_F(vm, kernel_segment_outside_the_file_unwinds_everything)
{
	self->kernel.ph.p_offset = 1 << 20;
	EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
	if (no_kvm(errno))
		SKIP(return, NO_KVM);
	EXPECT_EQ(ENOEXEC, errno);
}

TEST_F(vm, initrd_that_does_not_fit_is_refused)
{
	self->cfg.initrd = &self->kernel;
	self->cfg.initrd_len = 128 << 20;
	EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
	if (no_kvm(errno))
		SKIP(return, NO_KVM);
	EXPECT_EQ(E2BIG, errno);
	EXPECT_NE(NULL, strstr(self->err.msg, "initramfs"));
}

TEST_F(vm, command_line_that_does_not_fit_is_refused)
{
	char line[5000];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	self->cfg.cmdline = line;
	EXPECT_EQ(NULL, vm_new(&self->cfg, &self->err));
	if (no_kvm(errno))
		SKIP(return, NO_KVM);
	EXPECT_EQ(E2BIG, errno);
}

TEST_F(vm, built_and_never_started_is_freed)
{
	struct vm *vm = vm_new(&self->cfg, &self->err);

	if (!vm && no_kvm(errno))
		SKIP(return, NO_KVM);
	ASSERT_NE(NULL, vm)
	{
		TH_LOG("%s", self->err.msg);
	}
	vm_free(vm);
}

/* A guest that never exits by itself, stopped at any moment of its start. */
TEST_F(vm, M10_spinning_vcpus_stop_at_once)
{
	u64 start = mono_ns();
	int i;

	self->cfg.topo.cores = 2;
	for (i = 0; i < 30; i++) {
		struct vm *vm = vm_new(&self->cfg, &self->err);

		if (!vm && no_kvm(errno))
			SKIP(return, NO_KVM);
		ASSERT_NE(NULL, vm);
		ASSERT_EQ(0, vm_start(vm, NULL));
		usleep(i * 100);
		vm_kill(vm);
		vm_join(vm);
		EXPECT_EQ(VM_END_KILLED, vm->exit.end);
		vm_free(vm);
	}
	/* a lost kick would hang, not just take long: the bound is generous */
	EXPECT_GT(30 * NSEC_PER_SEC, mono_ns() - start);
}

/* Freezes a guest of @code many times while it runs; false without KVM. */
static bool freeze_often(struct __test_metadata *const _metadata, FIXTURE_DATA(vm) * self,
			 const char *code, size_t len)
{
	struct rendezvous r;
	struct vm *vm;
	u32 cpu;
	int i;

	self->kernel = tiny_kernel(code, len);
	self->cfg.topo.cores = 2;
	vm = vm_new(&self->cfg, &self->err);
	if (!vm && no_kvm(errno))
		return false;
	ASSERT_NE(NULL, vm);
	ASSERT_EQ(0, vm_start(vm, NULL));
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, freeze_begin(vm, &r, RENDEZVOUS_TIMEOUT_NS));
		EXPECT_EQ(2, r.frozen);
		for (cpu = 0; cpu < 2; cpu++)
			EXPECT_TRUE(vm->vcpus[cpu].regs.valid);
		/* the second CPU still waits for its SIPI */
		EXPECT_EQ(KVM_MP_STATE_UNINITIALIZED, vm->vcpus[1].regs.runstate);
		EXPECT_LE(TINY_KERNEL_ADDR, vm->vcpus[0].regs.ip);
		EXPECT_GE(TINY_KERNEL_ADDR + len, vm->vcpus[0].regs.ip);
		freeze_end(vm, &r);
	}
	EXPECT_EQ(VM_RUNNING, vm->exit.end);
	vm_free(vm);
	return true;
}

TEST_F(vm, F1_vcpus_that_spin_and_that_wait_for_their_sipi_freeze)
{
	/* cli; 1: jmp 1b */
	if (!freeze_often(_metadata, self, "\xfa\xeb\xfe", 3))
		SKIP(return, NO_KVM);
}

TEST_F(vm, F1_halted_vcpu_freezes)
{
	/* cli; hlt */
	if (!freeze_often(_metadata, self, "\xfa\xf4", 2))
		SKIP(return, NO_KVM);
}

TEST_F(vm, F2_vcpu_that_reads_ports_freezes_and_reads_right)
{
	/* 1: xor %eax, %eax; in $0x99, %al; cmp $0xff, %al; je 1b; then reset */
	static const char code[] = "\x31\xc0\xe4\x99\x3c\xff\x74\xf8\xb0\xfe\xe6\x64\xf4";

	if (!freeze_often(_metadata, self, code, sizeof(code) - 1))
		SKIP(return, NO_KVM);
}

/*
 * Single-steps itself: STEP_LOOPS times two instructions, one that writes to
 * STEP_WATCHED, and the three that end it. The handler counts all exceptions,
 * those of a step, and those that look like a data breakpoint.
 */
#define STEP_LOOPS   2100
#define STEPS	     (2 * STEP_LOOPS + 4)
#define STEP_ALL     0x70000
#define STEP_BS	     0x70004
#define STEP_B	     0x70008
#define STEP_WATCHED 0x70010
#define STEP_DONE    0x70020

TINY_CODE(step_code, "mov $0x80000, %esp\n"
		     "lea 5f(%rip), %rax\n"
		     "mov $0x60010, %edi\n"
		     "mov %ax, (%rdi)\n"
		     "movl $0x8e000010, 2(%rdi)\n"
		     "shr $16, %eax\n"
		     "mov %ax, 6(%rdi)\n"
		     "lidt 6f(%rip)\n"
		     "mov $2100, %ecx\n"
		     "pushf\n"
		     "orl $0x100, (%rsp)\n"
		     "popf\n"
		     "1: dec %ecx\n"
		     "jnz 1b\n"
		     "incl 0x70010\n"
		     "pushf\n"
		     "andl $~0x100, (%rsp)\n"
		     "popf\n"
		     "2: movl $1, 0x70020\n"
		     "jmp 2b\n"
		     "5: push %rax\n"
		     "incl 0x70000\n"
		     "mov %dr6, %rax\n"
		     "bt $14, %eax\n"
		     "adcl $0, 0x70004\n"
		     "test $15, %al\n"
		     "jz 7f\n"
		     "incl 0x70008\n"
		     "7: mov $0xffff0ff0, %eax\n"
		     "mov %rax, %dr6\n"
		     "pop %rax\n"
		     "iretq\n"
		     "6: .word 0xfff\n"
		     ".quad 0x60000\n");

static u32 guest_u32(struct vm *vm, u64 gpa)
{
	return __atomic_load_n((u32 *)gmem_hva(vm->ram, gpa, sizeof(u32)), __ATOMIC_RELAXED);
}

static struct vm *start_stepper(FIXTURE_DATA(vm) * self, bool watched)
{
	struct watch_user *u;
	struct vm *vm;

	self->kernel = tiny_kernel((const char *)step_code.start, step_code.end - step_code.start);
	vm = vm_new(&self->cfg, &self->err);
	if (!vm)
		return NULL;
	if (watched) {
		u = &vm->watch.user[0];
		snprintf(u->tag, sizeof(u->tag), "stepped");
		u->value_len = 4;
		atomic_store(&u->value_host_ptr, gmem_hva(vm->ram, STEP_WATCHED, 4));
		atomic_store(&u->request_kva, STEP_WATCHED);
		atomic_fetch_add(&vm->watch.gen, 1);
		watch_mark_armed(&vm->watch);
	}
	vm_start(vm, NULL);
	return vm;
}

/* All steps arrive, and nothing else, whether KVM takes debug exceptions or not. */
TEST_F_TIMEOUT(vm, F6_guest_that_single_steps_does_not_notice_a_watch, 60)
{
	int watched, ms;

	for (watched = 0; watched < 2; watched++) {
		struct vm *vm = start_stepper(self, watched);

		if (!vm && no_kvm(errno))
			SKIP(return, NO_KVM);
		ASSERT_NE(NULL, vm);
		for (ms = 0; ms < 20000 && !guest_u32(vm, STEP_DONE); ms++)
			usleep(1000);
		vm_join(vm);
		EXPECT_EQ(VM_END_KILLED, vm->exit.end);
		EXPECT_EQ(1, guest_u32(vm, STEP_DONE));
		EXPECT_EQ(1, guest_u32(vm, STEP_WATCHED));
		EXPECT_EQ(STEPS, guest_u32(vm, STEP_ALL));
		EXPECT_EQ(STEPS, guest_u32(vm, STEP_BS));
		EXPECT_EQ(0, guest_u32(vm, STEP_B));
		EXPECT_EQ(0, atomic_load(&vm->vcpus[0].watch.strays_total));
		/* where watchpoints work, KVM gave us the guest's exceptions as well */
		EXPECT_EQ(atomic_load(&vm->watch.user[0].hit),
			  atomic_load(&vm->vcpus[0].watch.handed_on) > STEPS / 2);
		vm_free(vm);
	}
}

static int wait_end(struct vm *vm)
{
	struct pollfd p = { .fd = vm->kill_evt, .events = POLLIN };

	return poll(&p, 1, 10000);
}

static struct vm *run(FIXTURE_DATA(vm) * self, const char *code, size_t len)
{
	struct vm *vm;

	self->kernel = tiny_kernel(code, len);
	vm = vm_new(&self->cfg, &self->err);
	if (!vm)
		return NULL;
	vm_start(vm, NULL);
	wait_end(vm);
	vm_join(vm);
	return vm;
}

TEST_F(vm, reset_port_ends_the_machine)
{
	/* mov $0xfe, %al; out %al, $0x64; hlt */
	struct vm *vm = run(self, "\xb0\xfe\xe6\x64\xf4", 5);

	if (!vm && no_kvm(errno))
		SKIP(return, NO_KVM);
	ASSERT_NE(NULL, vm);
	EXPECT_EQ(VM_END_RESET, vm->exit.end);
	vm_free(vm);
}

TEST_F(vm, M8_crash_without_handlers_is_no_clean_end)
{
	/* ud2 with an empty IDT: triple fault, or what this KVM makes of it */
	struct vm *vm = run(self, "\x0f\x0b", 2);

	if (!vm && no_kvm(errno))
		SKIP(return, NO_KVM);
	ASSERT_NE(NULL, vm);
	EXPECT_TRUE(vm->exit.end == VM_END_TRIPLE_FAULT || vm->exit.end == VM_END_FATAL);
	vm_free(vm);
}

TEST_F(vm, only_the_first_end_is_kept)
{
	struct vm_exit_info first = { .end = VM_END_FATAL, .vcpu = 3, .detail = 7 };
	struct vm *vm = vm_new(&self->cfg, &self->err);

	if (!vm && no_kvm(errno))
		SKIP(return, NO_KVM);
	ASSERT_NE(NULL, vm);
	vm_end(vm, &first);
	vm_kill(vm);
	EXPECT_EQ(VM_END_FATAL, vm->exit.end);
	EXPECT_EQ(7, vm->exit.detail);
	vm_free(vm);
}

TEST_HARNESS_MAIN
