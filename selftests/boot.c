// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel under test boots on machines of different shape and runs a load
 * under its own scheduler.
 */
#include <unistd.h>

#include "ktstr_harness.h"
#include "lib/util.h"

#define DURATION_MS   1000
#define RUN_TIMEOUT_S 300

FIXTURE(boot)
{
	struct ktstr_result res;
};

FIXTURE_VARIANT(boot)
{
	const char *topology;
	u32 cpus;
	enum ktstr_boot boot;
};

FIXTURE_VARIANT_ADD(boot, cpu1) {
	.topology = "1n1l1c1t",
	.cpus = 1,
	.boot = KTSTR_BOOT_AUTO,
};

FIXTURE_VARIANT_ADD(boot, cpu2) {
	.topology = "1n1l2c1t",
	.cpus = 2,
	.boot = KTSTR_BOOT_AUTO,
};

FIXTURE_VARIANT_ADD(boot, cpu4) {
	.topology = "1n1l4c1t",
	.cpus = 4,
	.boot = KTSTR_BOOT_AUTO,
};

FIXTURE_VARIANT_ADD(boot, smt) {
	.topology = "1n1l2c2t",
	.cpus = 4,
	.boot = KTSTR_BOOT_AUTO,
};

FIXTURE_VARIANT_ADD(boot, llcs) {
	.topology = "1n2l1c1t",
	.cpus = 2,
	.boot = KTSTR_BOOT_AUTO,
};

/* What is in the bzImage, entered directly, where it was linked to run. */
FIXTURE_VARIANT_ADD(boot, vmlinux) {
	.topology = "1n1l2c1t",
	.cpus = 2,
	.boot = KTSTR_BOOT_VMLINUX,
};

FIXTURE_SETUP(boot)
{
	struct ktstr_test test = {
		.topology = variant->topology,
		.boot = variant->boot,
		.duration_ms = DURATION_MS,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(boot)
{
	test_end(_metadata, &self->res);
}

/*
 * A worker per CPU that spins all the time gets a whole CPU's time, unless the
 * guest has fewer CPUs than it should have.
 */
static double cpus_used(const struct ktstr_result *res)
{
	u64 cpu_ns = 0, wall_ns = 1;
	u32 i;

	for (i = 0; i < res->nr_workers; i++) {
		cpu_ns += res->workers[i].cpu_ns;
		wall_ns = max(wall_ns, res->workers[i].wall_ns);
	}
	return (double)cpu_ns / wall_ns;
}

TEST_F_TIMEOUT(boot, passes, RUN_TIMEOUT_S)
{
	const struct ktstr_timings *t = &self->res.timings;
	const struct ktstr_result *res = &self->res;
	double used;
	u32 i;

	ASSERT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_EQ(res->reason, KTSTR_REASON_PASS);
	EXPECT_FALSE(res->infra);
	EXPECT_EQ(res->stage, WIRE_STAGE_DONE);
	EXPECT_EQ(res->ops[0], '\0');

	ASSERT_EQ(res->nr_workers, variant->cpus);
	for (i = 0; i < res->nr_workers; i++) {
		EXPECT_GT(res->workers[i].work_units, 0);
		EXPECT_GT(res->workers[i].cpu_ns, 0);
		/* a worker may start late on a busy host, but not end early */
		EXPECT_GE(res->workers[i].wall_ns, DURATION_MS * NSEC_PER_MSEC / 2);
	}
	used = cpus_used(res);
	ksft_print_msg("%u workers used %.2f CPUs\n", res->nr_workers, used);
	EXPECT_GT(used, variant->cpus - 0.9);

	EXPECT_GT(t->first_run_ns, 0);
	EXPECT_GT(t->ready_ns, t->first_run_ns);
	EXPECT_GT(t->scenario_ns, t->ready_ns);
	EXPECT_GE(t->end_ns, t->scenario_ns + DURATION_MS * NSEC_PER_MSEC * 9 / 10);
	EXPECT_GE(t->total_ns, t->end_ns);
	EXPECT_EQ(t->attach_ns, 0);
}

/*
 * What the guest's kernel makes of CPUID and MADT. This program goes along as
 * if it were a scheduler, and prints that instead of attaching.
 */
FIXTURE(topology)
{
	struct ktstr_result res;
	char *exe;
};

FIXTURE_VARIANT(topology)
{
	const char *topology;
	const char *seen;
};

FIXTURE_VARIANT_ADD(topology, smt) {
	.topology = "1n1l2c2t",
	.seen = "cpu0 threads 0-1 cache 0-3\n"
		"cpu1 threads 0-1 cache 0-3\n"
		"cpu2 threads 2-3 cache 0-3\n"
		"cpu3 threads 2-3 cache 0-3\n",
};

FIXTURE_VARIANT_ADD(topology, llcs) {
	.topology = "1n2l2c1t",
	.seen = "cpu0 threads 0 cache 0-1\n"
		"cpu1 threads 1 cache 0-1\n"
		"cpu2 threads 2 cache 2-3\n"
		"cpu3 threads 3 cache 2-3\n",
};

FIXTURE_SETUP(topology)
{
	static const char *const args[] = { "--print-topology", NULL };
	struct ktstr_test test = {
		.topology = variant->topology,
		.sched_args = args,
	};

	self->exe = discover_exe(NULL);
	ASSERT_NE(self->exe, NULL);
	test.scheduler = self->exe;
	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(topology)
{
	test_end(_metadata, &self->res);
	free(self->exe);
}

TEST_F_TIMEOUT(topology, is_seen, RUN_TIMEOUT_S)
{
	EXPECT_EQ(self->res.verdict, KTSTR_FAIL);
	EXPECT_EQ(self->res.reason, KTSTR_REASON_SCHED_NOT_ATTACHED);
	ASSERT_NE(self->res.sched_log, NULL);
	EXPECT_NE(strstr(self->res.sched_log, variant->seen), NULL);
}

static void print_list(const char *what, int cpu, const char *file)
{
	char path[128], *text;
	size_t len;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/%s", cpu, file);
	text = file_read(path, 4096, &len);
	if (text)
		text[strcspn(text, "\n")] = '\0';
	printf(" %s %s", what, text ?: "unknown");
	free(text);
}

static int print_topology(void)
{
	int cpu, nr = sysconf(_SC_NPROCESSORS_ONLN);

	for (cpu = 0; cpu < nr; cpu++) {
		printf("cpu%d", cpu);
		print_list("threads", cpu, "topology/thread_siblings_list");
		print_list("cache", cpu, "cache/index3/shared_cpu_list");
		printf("\n");
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--print-topology"))
		return print_topology();
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
