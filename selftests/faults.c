// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever goes wrong is a verdict: the right one, with the reason in words, in
 * bounded time.
 */
#include <sys/wait.h>

#include "host/harness/plan.h"
#include "ktstr_harness.h"
#include "process_scan.h"
#include "tiny_guest.h"

#define RUN_TIMEOUT_S 300
#define CASE(name)    TEST_F_TIMEOUT(faults, name, RUN_TIMEOUT_S)

FIXTURE(faults)
{
	struct ktstr_result res;
	struct tiny_guest tiny;
	char *exe;
};

FIXTURE_SETUP(faults)
{
	self->tiny.fd = -1;
	self->exe = discover_exe(NULL);
	ASSERT_NE(self->exe, NULL);
}

FIXTURE_TEARDOWN(faults)
{
	test_end(_metadata, &self->res);
	close_fd(&self->tiny.fd);
	free(self->exe);
}

/* Seconds on hardware, more where everything is slower. */
static u64 seconds(u32 n)
{
	return n * plan_slowdown() * NSEC_PER_SEC;
}

static u32 seconds_in_ms(u32 n)
{
	return n * plan_slowdown() * 1000;
}

static int run(struct ktstr_result *res, const struct ktstr_test *test)
{
	int ret = ktstr_run(test, res);

	test_summary(res);
	return ret;
}

#define EXPECT_TEXT(text) EXPECT_NE(strstr(self->res.reason_text, text), NULL)

#define EXPECT_VERDICT(v, r)                                   \
	do {                                                   \
		EXPECT_EQ(self->res.verdict, KTSTR_##v);       \
		EXPECT_EQ(self->res.reason, KTSTR_REASON_##r); \
	} while (0)

/* Refused before there is a VM: at once, and blamed on nobody's kernel. */
#define EXPECT_REFUSED()                                           \
	do {                                                       \
		EXPECT_VERDICT(INCONCLUSIVE, SETUP);               \
		EXPECT_TRUE(self->res.infra);                      \
		EXPECT_FALSE(self->res.report_valid);              \
		EXPECT_LT(self->res.timings.total_ns, seconds(1)); \
	} while (0)

CASE(sched_does_not_exist)
{
	struct ktstr_test test = { .scheduler = "scx_nonesuch" };
	char *dir = discover_scheduler_dir(NULL), *simple = discover_scheduler("scx_simple", NULL);

	if (!dir)
		SKIP(return, "no schedulers built");
	EXPECT_EQ(run(&self->res, &test), -ENOENT);
	EXPECT_REFUSED();
	EXPECT_TEXT("scx_nonesuch");
	EXPECT_TEXT(dir);
	if (simple)
		EXPECT_TEXT("scx_simple");
	free(simple);
	free(dir);
}

CASE(sched_path_does_not_exist)
{
	struct ktstr_test test = { .scheduler = "/nonesuch/scx_simple" };

	EXPECT_EQ(run(&self->res, &test), -ENOENT);
	EXPECT_REFUSED();
	EXPECT_TEXT("/nonesuch/scx_simple");
}

/* This program goes along into the guest as what calls itself a scheduler. */
static void run_pretender(struct ktstr_result *res, const char *exe, const char *what)
{
	const char *const args[] = { "--pretend-scheduler", what, NULL };
	struct ktstr_test test = {
		.scheduler = exe,
		.sched_args = args,
		.attach_ms = seconds_in_ms(2),
	};

	run(res, &test);
}

CASE(sched_exits_at_once)
{
	run_pretender(&self->res, self->exe, "exit");
	EXPECT_VERDICT(FAIL, SCHED_NOT_ATTACHED);
	EXPECT_EQ(self->res.stage, WIRE_STAGE_ATTACH);
	EXPECT_TEXT("exited with status 3");
	EXPECT_LT(self->res.timings.end_ns - self->res.timings.ready_ns, seconds(5));
}

CASE(sched_never_attaches)
{
	run_pretender(&self->res, self->exe, "sleep");
	EXPECT_VERDICT(FAIL, SCHED_NOT_ATTACHED);
	EXPECT_TEXT("did not attach");
	EXPECT_TEXT("sleeping");
	EXPECT_GE(self->res.timings.end_ns - self->res.timings.ready_ns, seconds(2));
	EXPECT_LT(self->res.timings.end_ns - self->res.timings.ready_ns, seconds(6));
}

CASE(sched_is_killed)
{
	struct ktstr_test test = {
		.scheduler = "scx_simple",
		.topology = "1n1l2c1t",
		.fault = SCENARIO_FAULT_KILL_SCHED,
		.fault_after_ms = 200,
	};
	char *path = discover_scheduler(test.scheduler, NULL);

	if (!path)
		SKIP(return, "no scx_simple built");
	free(path);
	run(&self->res, &test);
	EXPECT_VERDICT(FAIL, SCHED_DIED);
	EXPECT_TEXT("signal 9");
	EXPECT_NE(self->res.timings.attach_ns, 0);
	EXPECT_LT(self->res.timings.end_ns - self->res.timings.scenario_ns, seconds(5));
}

CASE(kernel_is_text)
{
	static const char text[] = "CONFIG_SCHED_CLASS_EXT=y\n";
	struct ktstr_test test = { .kernel = self->tiny.path };

	ASSERT_EQ(tiny_guest_file(&self->tiny, text, sizeof(text)), 0);
	EXPECT_EQ(run(&self->res, &test), -ENOEXEC);
	EXPECT_REFUSED();
	EXPECT_TEXT(self->tiny.path);
}

CASE(kernel_is_empty)
{
	struct ktstr_test test = { .kernel = self->tiny.path };

	ASSERT_EQ(tiny_guest_file(&self->tiny, "", 0), 0);
	EXPECT_EQ(run(&self->res, &test), -ENOEXEC);
	EXPECT_REFUSED();
	EXPECT_TEXT(self->tiny.path);
}

CASE(kernel_is_truncated)
{
	struct ktstr_test test = { .kernel = self->tiny.path };
	char *kernel = discover_kernel(NULL, NULL);
	size_t len;
	void *data;

	ASSERT_NE(kernel, NULL);
	data = file_read(kernel, 1UL << 30, &len);
	free(kernel);
	ASSERT_NE(data, NULL);
	ASSERT_EQ(tiny_guest_file(&self->tiny, data, len / 2), 0);
	free(data);
	run(&self->res, &test);
	EXPECT_VERDICT(INCONCLUSIVE, SETUP);
	EXPECT_TRUE(self->res.infra);
	EXPECT_TEXT(self->tiny.path);
	EXPECT_LT(self->res.timings.total_ns, seconds(2));
}

static void run_fault(struct ktstr_result *res, enum scenario_fault fault, u32 timeout_ms)
{
	struct ktstr_test test = {
		.fault = fault,
		.fault_after_ms = 100,
		.timeout_ms = timeout_ms,
	};

	run(res, &test);
}

/* A crash ends the run by itself; its deadline is minutes away. */
#define EXPECT_AT_ONCE()                                                                         \
	do {                                                                                     \
		EXPECT_NE(self->res.timings.scenario_ns, 0);                                     \
		EXPECT_LT(self->res.timings.end_ns - self->res.timings.scenario_ns, seconds(5)); \
	} while (0)

CASE(guest_panics)
{
	run_fault(&self->res, SCENARIO_FAULT_PANIC, 0);
	EXPECT_VERDICT(FAIL, GUEST_CRASHED);
	EXPECT_TEXT("Kernel panic - not syncing");
	EXPECT_TEXT("sysrq");
	EXPECT_NE(self->res.console, NULL);
	EXPECT_AT_ONCE();
}

CASE(guest_init_exits)
{
	run_fault(&self->res, SCENARIO_FAULT_EXIT_INIT, 0);
	EXPECT_VERDICT(FAIL, GUEST_CRASHED);
	EXPECT_TEXT("Attempted to kill init");
	EXPECT_AT_ONCE();
}

CASE(guest_reboots)
{
	run_fault(&self->res, SCENARIO_FAULT_REBOOT, 0);
	EXPECT_VERDICT(FAIL, GUEST_VANISHED);
	EXPECT_EQ(self->res.stage, WIRE_STAGE_BODY);
	EXPECT_AT_ONCE();
}

/* These two never end by themselves: the deadline does it, and says where. */
#define EXPECT_TIMED_OUT(where, ms)                                                       \
	do {                                                                              \
		EXPECT_VERDICT(FAIL, TIMED_OUT);                                          \
		EXPECT_TEXT("stage " where);                                              \
		EXPECT_LT(self->res.timings.total_ns, (ms) * NSEC_PER_MSEC + seconds(2)); \
	} while (0)

CASE(guest_spins)
{
	run_fault(&self->res, SCENARIO_FAULT_HANG, seconds_in_ms(6));
	EXPECT_TIMED_OUT("body", seconds_in_ms(6));
}

CASE(guest_falls_silent)
{
	run_fault(&self->res, SCENARIO_FAULT_SILENT, seconds_in_ms(6));
	EXPECT_TIMED_OUT("body", seconds_in_ms(6));
}

#ifdef __x86_64__
static int run_tiny(struct ktstr_result *res, struct tiny_guest *g, const struct tiny_code *code,
		    u32 timeout_ms)
{
	struct ktstr_test test = { .kernel = g->path, .timeout_ms = timeout_ms };
	int ret = tiny_guest_open(g, code);

	return ret ? ret : run(res, &test);
}

CASE(kernel_hangs_with_interrupts_off)
{
	ASSERT_EQ(run_tiny(&self->res, &self->tiny, &tiny_hang, 2000), 0);
	EXPECT_TIMED_OUT("boot", 2000);
}

CASE(kernel_halts)
{
	ASSERT_EQ(run_tiny(&self->res, &self->tiny, &tiny_halt, 2000), 0);
	EXPECT_TIMED_OUT("boot", 2000);
}

/* KVM may call it a shutdown, or give up emulating it. */
CASE(M8_kernel_triple_faults)
{
	ASSERT_EQ(run_tiny(&self->res, &self->tiny, &tiny_triple_fault, 0), 0);
	EXPECT_VERDICT(FAIL, GUEST_CRASHED);
	EXPECT_TEXT("stage boot");
	EXPECT_LT(self->res.timings.total_ns, seconds(2));
}

CASE(L4_kernel_resets_in_a_loop)
{
	ASSERT_EQ(run_tiny(&self->res, &self->tiny, &tiny_reset, 0), 0);
	EXPECT_VERDICT(FAIL, GUEST_VANISHED);
	EXPECT_TEXT("stage boot");
	EXPECT_LT(self->res.timings.total_ns, seconds(2));
}

CASE(V1_console_says_pass)
{
	ASSERT_EQ(run_tiny(&self->res, &self->tiny, &tiny_liar, 0), 0);
	EXPECT_NE(self->res.verdict, KTSTR_PASS);
	EXPECT_VERDICT(FAIL, GUEST_VANISHED);
	ASSERT_NE(self->res.console, NULL);
	EXPECT_NE(strstr(self->res.console, "ok 1 run\n"), NULL);
	EXPECT_LT(self->res.timings.total_ns, seconds(2));
}

static bool stop_after_a_while(void *ctx)
{
	u64 *start = ctx;

	return mono_ns() - *start > NSEC_PER_SEC / 2;
}

CASE(run_is_stopped)
{
	u64 start = mono_ns();
	struct ktstr_test test = {
		.kernel = self->tiny.path,
		.stop = stop_after_a_while,
		.stop_ctx = &start,
	};

	ASSERT_EQ(tiny_guest_open(&self->tiny, &tiny_hang), 0);
	run(&self->res, &test);
	EXPECT_VERDICT(INCONCLUSIVE, STOPPED);
	EXPECT_LT(self->res.timings.total_ns, seconds(2));
}

/**
 * struct victim - a run in a process group of its own, at work
 * @pid: its supervisor, a child of ours
 * @vmm: its VMM process
 * @ram: the memfd of its guest
 */
struct victim {
	pid_t pid;
	pid_t vmm;
	struct stat ram;
};

static void __noreturn victim_main(const char *kernel)
{
	struct ktstr_test test = { .kernel = kernel };
	struct ktstr_result res;

	setpgid(0, 0);
	ktstr_run(&test, &res);
	_exit(0);
}

static void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Until the VM exists with its memory. Return: whether it does. */
static bool victim_start(struct victim *v, const char *kernel)
{
	u64 end = mono_ns() + seconds(10);
	struct stat st;

	memset(v, 0, sizeof(*v));
	v->pid = fork();
	if (!v->pid)
		victim_main(kernel);
	while (v->pid > 0 && mono_ns() < end) {
		v->vmm = process_find(v->pid, VMM_COMM);
		if (v->vmm && process_holds(v->vmm, VM_FD, NULL, &st) &&
		    process_holds(v->vmm, RAM_FD, NULL, &v->ram))
			return true;
		pause_ms(20);
	}
	return false;
}

static bool anything_left(const struct victim *v)
{
	/* in an emulated host nobody else has VMs */
	return !kill(-v->pid, 0) || holder_find(RAM_FD, &v->ram) ||
	       (getenv(EMULATED_ENV) && holder_find(VM_FD, NULL));
}

static void check_nothing_is_left(struct __test_metadata *_metadata, const char *kernel, int sig)
{
	struct victim v;
	int status;
	u64 end;

	ASSERT_TRUE(victim_start(&v, kernel));
	EXPECT_NE(holder_find(VM_FD, NULL), 0);
	EXPECT_EQ(holder_find(RAM_FD, &v.ram), v.vmm);
	EXPECT_EQ(kill(v.pid, sig), 0);
	EXPECT_EQ(waitpid(v.pid, &status, 0), v.pid);
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == sig);
	end = mono_ns() + seconds(3);
	while (anything_left(&v) && mono_ns() < end)
		pause_ms(20);
	EXPECT_FALSE(anything_left(&v));
	kill(-v.pid, SIGKILL);
}

CASE(L7_sigterm_leaves_nothing)
{
	ASSERT_EQ(tiny_guest_open(&self->tiny, &tiny_hang), 0);
	check_nothing_is_left(_metadata, self->tiny.path, SIGTERM);
}

CASE(L6_sigkill_leaves_nothing)
{
	ASSERT_EQ(tiny_guest_open(&self->tiny, &tiny_hang), 0);
	check_nothing_is_left(_metadata, self->tiny.path, SIGKILL);
}

static void __noreturn kill_vmm_of(pid_t supervisor)
{
	pid_t vmm;

	while (!(vmm = process_find(supervisor, VMM_COMM)))
		pause_ms(20);
	pause_ms(200);
	kill(vmm, SIGKILL);
	_exit(0);
}

CASE(L6_vmm_is_killed)
{
	struct ktstr_test test = { .kernel = self->tiny.path };
	pid_t supervisor = getpid(), killer;

	ASSERT_EQ(tiny_guest_open(&self->tiny, &tiny_hang), 0);
	killer = fork();
	ASSERT_GE(killer, 0);
	if (!killer)
		kill_vmm_of(supervisor);
	run(&self->res, &test);
	EXPECT_VERDICT(INCONCLUSIVE, VMM_DIED);
	EXPECT_TRUE(self->res.infra);
	EXPECT_TEXT("signal 9");
	EXPECT_LT(self->res.timings.total_ns, seconds(3));
	EXPECT_EQ(waitpid(killer, NULL, 0), killer);
}
#endif

static int pretend_scheduler(const char *what)
{
	if (!strcmp(what, "exit"))
		return 3;
	printf("sleeping\n");
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--pretend-scheduler"))
		return pretend_scheduler(argv[2]);
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
