// SPDX-License-Identifier: GPL-2.0-only
/*
 * A machine stands still and goes on as if nothing had been: thousands of times
 * under load, and in every state a vCPU can be in.
 */
#include <linux/kvm.h>
#include <unistd.h>

#include "host/arch/arch.h"
#include "host/coord/rendezvous.h"
#include "host/kernel/image.h"
#include "host/vmm/vm.h"
#include "ktstr_harness.h"
#include "lib/util.h"
#include "tiny_guest.h"

#define RUN_TIMEOUT_S 300

/*
 * The long run. Each freeze, with the guest's request for it, takes a fraction
 * of a millisecond, and milliseconds in an emulated host. The scenario lasts
 * longer than its duration if need be, but its deadline goes by that.
 */
#define FREEZES		     10000
#define DURATION_MS	     5000
#define EMULATED_DURATION_MS 90000
/* More vCPUs than CPUs, and it is about the scheduler of the host. */
#define CPUS_MAX	   4
#define FREEZES_TIMEOUT_S  900
#define FREEZES_TIMEOUT_MS (FREEZES_TIMEOUT_S * 1000 - 60000)
/* From the last look at the guest's clocks to the stop of its last vCPU. */
#define TEARDOWN_NS (10 * NSEC_PER_SEC)
/* How far a freeze may move the guest's two clocks against each other. */
#define DRIFT_MAX_NS 20000

static const struct ktstr_kop read_jiffies[] = {
	{ .target = WIRE_KOP_SYMBOL, .symbol = "jiffies_64", .type = WIRE_KOP_U64 },
};

static const struct ktstr_kop read_tsc_khz[] = {
	{ .target = WIRE_KOP_SYMBOL, .symbol = "tsc_khz", .type = WIRE_KOP_U32 },
};

static const struct ktstr_op many_freezes[] = {
	{
		.kind = SCENARIO_OP_KERNEL,
		.name = "rate",
		.mode = WIRE_KOP_HOT,
		.direction = WIRE_KOP_READ,
		.entries = read_tsc_khz,
		.nr_entries = ARRAY_SIZE(read_tsc_khz),
	},
	{
		.kind = SCENARIO_OP_KERNEL,
		.count = FREEZES,
		.name = "tick",
		.mode = WIRE_KOP_COLD,
		.direction = WIRE_KOP_READ,
		.entries = read_jiffies,
		.nr_entries = ARRAY_SIZE(read_jiffies),
	},
};

FIXTURE(load)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(load)
{
	struct ktstr_test test = {
		.name = "freeze-load",
		.topo = { 1, 1, min_t(long, sysconf(_SC_NPROCESSORS_ONLN), CPUS_MAX), 1 },
		.duration_ms = getenv(EMULATED_ENV) ? EMULATED_DURATION_MS : DURATION_MS,
		.timeout_ms = FREEZES_TIMEOUT_MS,
		.timecheck = true,
		.ops = many_freezes,
		.nr_ops = ARRAY_SIZE(many_freezes),
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(load)
{
	test_end(_metadata, &self->res);
}

/* Cold reads that went well and are on record, none with older jiffies. */
static u32 count_reads(const struct ktstr_result *res)
{
	u64 last = 0, value;
	u32 nr = 0;
	size_t i;

	for (i = 0; i < res->nr_op_results; i++) {
		const struct op_view *v = &res->op_results[i];

		if (v->op != WIRE_OP_KERNEL || strcmp(v->tag, "tick"))
			continue;
		if (v->status != WIRE_SNAP_OK || ktstr_op_value(v, 0, &value) || value < last)
			return 0;
		last = value;
		nr++;
	}
	return nr;
}

/*
 * The guest's kernel makes CLOCK_MONOTONIC of the TSC with a rate it has from
 * KVM. Over the whole run the two clocks show another rate when freezes moved
 * them against each other. @khz is a whole number: half of one is nothing.
 */
static u64 drift_ns(const struct ktstr_timecheck *t, u64 khz)
{
	s64 off = t->tsc_khz - khz;

	off = off < 0 ? -off : off;
	return off > 1 ? (__int128)(off - 1) * t->elapsed_ns / khz : 0;
}

TEST_F_TIMEOUT(load, freezes_ten_thousand_times_and_time_flows_on, FREEZES_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;
	const struct ktstr_timecheck *t = &res->timecheck;
	u64 host_ns, khz = 0, frozen_ns = res->report.frozen_ns;
	const struct op_view *rate;

	/* It passes only if the host carried out all of them. */
	ASSERT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_GT(count_reads(res), 0);
	EXPECT_GE(res->report.freezes, FREEZES);
	rate = ktstr_op_find(res, WIRE_OP_KERNEL, "rate");
	ASSERT_NE(rate, NULL);
	ASSERT_EQ(ktstr_op_value(rate, 0, &khz), 0);
	ASSERT_NE(khz, 0);
	ASSERT_TRUE(res->timecheck_seen);
	host_ns = res->timings.end_ns - res->timings.scenario_ns;
	ksft_print_msg("%llu freezes, %llu ms of %llu; guest time %llu ms in %llu samples\n",
		       (unsigned long long)res->report.freezes,
		       (unsigned long long)(frozen_ns / NSEC_PER_MSEC),
		       (unsigned long long)(host_ns / NSEC_PER_MSEC),
		       (unsigned long long)(t->elapsed_ns / NSEC_PER_MSEC),
		       (unsigned long long)t->samples);
	ksft_print_msg("TSC %llu kHz of %llu: drift %llu us, off the line %llu us\n",
		       (unsigned long long)t->tsc_khz, (unsigned long long)khz,
		       (unsigned long long)(drift_ns(t, khz) / 1000),
		       (unsigned long long)(t->max_drift_ns / 1000));
	EXPECT_EQ(t->backwards, 0);
	EXPECT_GT(t->samples, 100);
	EXPECT_LT(t->max_drift_ns, FREEZES * DRIFT_MAX_NS);
	EXPECT_LT(drift_ns(t, khz), FREEZES * DRIFT_MAX_NS);
	/* What the host's clock has and the guest's has not are the freezes. */
	EXPECT_LE(t->elapsed_ns, host_ns);
	EXPECT_GE(t->elapsed_ns + frozen_ns + TEARDOWN_NS, host_ns);
}

/*
 * One snapshot of a whole kernel: most CPUs have nothing to do, or were never
 * started.
 */
FIXTURE(idle)
{
	struct ktstr_result res;
};

FIXTURE_VARIANT(idle)
{
	const char *cmdline;
};

FIXTURE_VARIANT_ADD(idle, halted) {
	.cmdline = NULL,
};

FIXTURE_VARIANT_ADD(idle, waiting_in_INIT) {
	.cmdline = "maxcpus=1",
};

static const struct ktstr_op one_snapshot[] = {
	{ .kind = SCENARIO_OP_CAPTURE, .at_ms = 300, .name = "still" },
};

FIXTURE_SETUP(idle)
{
	struct ktstr_test test = {
		.name = "freeze-idle",
		.topology = "1n1l4c1t",
		.workers = 1,
		.ops = one_snapshot,
		.nr_ops = ARRAY_SIZE(one_snapshot),
		.extra_cmdline = variant->cmdline,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(idle)
{
	test_end(_metadata, &self->res);
}

static u32 count_text(const char *text, const char *what)
{
	u32 nr = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		nr++;
	return nr;
}

TEST_F_TIMEOUT(idle, every_vcpu_is_in_the_snapshot, RUN_TIMEOUT_S)
{
	const struct ktstr_snapshot *s;

	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	s = ktstr_snapshot_find(&self->res, "still");
	ASSERT_NE(s, NULL);
	EXPECT_EQ(s->v.frozen, 4);
	EXPECT_EQ(s->v.vcpus, 4);
	EXPECT_EQ(count_text(s->json, "\"parked\""), 4);
	EXPECT_EQ(count_text(s->json, "\"instruction_pointer\""), 4);
}

#ifdef __x86_64__
#define X86_EFLAGS_IF BIT(9)
#define ROUNDS	      20
#define REGS_RBX      1

/* Counts in RAX; the last whole reading of the TSC is in RBX. */
TINY_CODE(tiny_clock, "cli\n"
		      "1: rdtsc\n"
		      "shl $32, %rdx\n"
		      "or %rdx, %rax\n"
		      "mov %rax, %rbx\n"
		      "jmp 1b\n");

/*
 * A machine of two vCPUs without a kernel: the first executes some
 * instructions, the second was never started.
 */
struct machine {
	struct tiny_guest guest;
	struct kernel_image *img;
	struct vm *vm;
	struct ktstr_err err;
};

static int machine_start(struct machine *m, const struct tiny_code *code)
{
	struct vm_config cfg = {
		.topo = { 1, 1, 2, 1 },
		.mem_bytes = 64 << 20,
	};
	int ret;

	ret = tiny_guest_open(&m->guest, code);
	if (ret)
		return ktstr_err_set(&m->err, ret, "cannot make a guest");
	m->img = kernel_image_open(m->guest.path, &m->err);
	if (!m->img)
		return -errno;
	cfg.kernel = m->img;
	m->vm = vm_new(&cfg, &m->err);
	if (!m->vm)
		return -errno;
	ret = vm_start(m->vm, &m->err);
	/* long enough to be past its first instructions */
	usleep(100000);
	return ret;
}

static void machine_free(struct machine *m)
{
	vm_free(m->vm);
	kernel_image_free(m->img);
	close_fd(&m->guest.fd);
}

FIXTURE(machine)
{
	struct machine m;
};

FIXTURE_VARIANT(machine)
{
	const struct tiny_code *code;
	u32 runstate;
};

FIXTURE_VARIANT_ADD(machine, interrupts_off) {
	.code = &tiny_clock,
	.runstate = KVM_MP_STATE_RUNNABLE,
};

FIXTURE_VARIANT_ADD(machine, halted_for_ever) {
	.code = &tiny_halt,
	.runstate = KVM_MP_STATE_HALTED,
};

FIXTURE_SETUP(machine)
{
	memset(&self->m, 0, sizeof(self->m));
	ASSERT_EQ(machine_start(&self->m, variant->code), 0) TH_LOG("%s", self->m.err.msg);
}

FIXTURE_TEARDOWN(machine)
{
	machine_free(&self->m);
}

static bool inside(const struct tiny_code *code, u64 ip)
{
	return ip >= TINY_GUEST_ADDR && ip - TINY_GUEST_ADDR <= code->end - code->start;
}

TEST_F_TIMEOUT(machine, stands_still_and_says_where, RUN_TIMEOUT_S)
{
	const struct vcpu *bsp, *ap;
	struct rendezvous r;
	int i;

	ASSERT_EQ(self->m.vm->nr_vcpus, 2);
	bsp = &self->m.vm->vcpus[0];
	ap = &self->m.vm->vcpus[1];
	for (i = 0; i < ROUNDS; i++) {
		ASSERT_EQ(freeze_begin(self->m.vm, &r, RENDEZVOUS_TIMEOUT_NS), 0);
		EXPECT_EQ(r.frozen, 2);
		EXPECT_EQ(r.vcpus, 2);
		ASSERT_TRUE(bsp->regs.valid);
		EXPECT_TRUE(inside(variant->code, bsp->regs.ip));
		EXPECT_EQ(bsp->regs.flags & X86_EFLAGS_IF, 0);
		EXPECT_EQ(bsp->regs.runstate, variant->runstate);
		ASSERT_TRUE(ap->regs.valid);
		EXPECT_EQ(ap->regs.runstate, KVM_MP_STATE_UNINITIALIZED);
		freeze_end(self->m.vm, &r);
	}
	EXPECT_FALSE(atomic_load(&self->m.vm->kill));
}

/* Guest and host ticks from one freeze to the next, the first a long one. */
static int ticks_across_a_freeze(struct vm *vm, u64 *guest, u64 *host)
{
	const struct vcpu_regs *regs = &vm->vcpus[0].regs;
	struct rendezvous r;
	u64 before, tsc;
	int ret;

	ret = freeze_begin(vm, &r, RENDEZVOUS_TIMEOUT_NS);
	if (!ret) {
		before = regs->gpr[REGS_RBX];
		tsc = arch_clock_now();
		usleep(200000);
	}
	freeze_end(vm, &r);
	if (ret)
		return ret;
	usleep(10000);
	ret = freeze_begin(vm, &r, RENDEZVOUS_TIMEOUT_NS);
	*guest = regs->gpr[REGS_RBX] - before;
	*host = arch_clock_now() - tsc;
	freeze_end(vm, &r);
	return ret;
}

FIXTURE(counter)
{
	struct machine m;
};

FIXTURE_SETUP(counter)
{
	memset(&self->m, 0, sizeof(self->m));
	ASSERT_EQ(machine_start(&self->m, &tiny_clock), 0) TH_LOG("%s", self->m.err.msg);
}

FIXTURE_TEARDOWN(counter)
{
	machine_free(&self->m);
}

/* On a busy host the time between two freezes may be long, but not each time. */
TEST_F_TIMEOUT(counter, does_not_see_the_freeze, RUN_TIMEOUT_S)
{
	bool hidden = false;
	u64 guest, host;
	int i;

	for (i = 0; i < ROUNDS && !hidden; i++) {
		ASSERT_EQ(ticks_across_a_freeze(self->m.vm, &guest, &host), 0);
		/* it went on, and not back */
		EXPECT_LT(0, (s64)guest);
		EXPECT_LT(guest, host);
		hidden = guest < host / 2;
	}
	EXPECT_TRUE(hidden);
}
#endif

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
