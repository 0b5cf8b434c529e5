// SPDX-License-Identifier: GPL-2.0-only
/*
 * The store that ends a scheduler stops the machine, wherever its error comes
 * from; a scheduler that ends well stops nothing. The schedulers are
 * selftests/sched/ktstr_fixture.
 */
#include "ktstr_harness.h"
#include "lib/util.h"
#include "selftests/watch_run.h"

/* enum scx_exit_kind, kernel/sched/ext/internal.h */
#define EXIT_ERROR     1024
#define EXIT_ERROR_BPF 1025
#define EXIT_STALL     1026

/* What the kernel calls between the error and the store, some of it inlined. */
static const char *const claim_path[] = {
	"scx_claim_exit+", "scx_vexit+", "scx_exit+", "__scx_exit+", "scx_error_irq_workfn+",
};

static bool in_claim_path(const char *symbol)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(claim_path); i++)
		if (!strncmp(symbol, claim_path[i], strlen(claim_path[i])))
			return true;
	return false;
}

static size_t count_text(const char *text, const char *what)
{
	size_t n = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		n++;
	return n;
}

/* The one failure dump of a run: complete, and taken at the store. */
static void check_dump(struct __test_metadata *_metadata, const struct ktstr_result *res,
		       u32 exit_kind, const char *text)
{
	const struct ktstr_snapshot *s = ktstr_snapshot_find(res, "");

	EXPECT_EQ(res->verdict, KTSTR_FAIL);
	EXPECT_FALSE(res->infra);
	EXPECT_TRUE(res->observer_ok);
	EXPECT_EQ(count_snapshots(res, WIRE_DUMP_FAILURE), 1);
	EXPECT_EQ(res->nr_snapshots, 1);
	ASSERT_NE(s, NULL);
	print_timing(&s->v);
	EXPECT_EQ(s->v.kind, WIRE_DUMP_FAILURE);
	EXPECT_STREQ(s->v.schema, "single");
	EXPECT_EQ(s->v.vcpus, VCPUS);
	EXPECT_EQ(s->v.frozen, VCPUS);
	EXPECT_EQ(s->v.slots, 1);
	EXPECT_LT(s->v.vcpu, VCPUS);
	EXPECT_EQ(s->v.exit_kind, exit_kind);
	EXPECT_NE(s->v.kva, 0);
	EXPECT_EQ(s->v.new_value, exit_kind);
	EXPECT_NE(s->v.ip, 0);
	EXPECT_TRUE(in_claim_path(s->v.ip_symbol));
	EXPECT_NE(strstr(s->v.exit_msg, text), NULL);
	EXPECT_GT(s->v.latch_to_frozen_ns, 0);
	EXPECT_GT(s->v.frozen_to_captured_ns, 0);
	EXPECT_GE(s->v.frozen_ns, s->v.frozen_to_captured_ns);
	EXPECT_EQ(strlen(s->json), s->v.json_len);
	EXPECT_EQ(s->json[0], '{');
	EXPECT_NE(strstr(s->json, "\"vcpu_regs\""), NULL);
	EXPECT_EQ(count_text(s->json, "\"parked\""), VCPUS);
	EXPECT_NE(strstr(s->json, "\"exit_info\""), NULL);
	EXPECT_NE(strstr(s->json, text), NULL);
}

FIXTURE(error)
{
	struct ktstr_result res;
};

/* An error from @callback, or without it @args, @exit_kind and @text. */
FIXTURE_VARIANT(error)
{
	const char *callback;
	bool in_attach;
	u32 workers;
	const char *args[3];
	u32 exit_kind;
	const char *text;
};

FIXTURE_VARIANT_ADD(error, select_cpu) {
	.callback = "select_cpu",
};

FIXTURE_VARIANT_ADD(error, enqueue) {
	.callback = "enqueue",
};

FIXTURE_VARIANT_ADD(error, dequeue) {
	.callback = "dequeue",
};

FIXTURE_VARIANT_ADD(error, dispatch) {
	.callback = "dispatch",
};

FIXTURE_VARIANT_ADD(error, tick) {
	.callback = "tick",
};

FIXTURE_VARIANT_ADD(error, runnable) {
	.callback = "runnable",
};

FIXTURE_VARIANT_ADD(error, running) {
	.callback = "running",
};

FIXTURE_VARIANT_ADD(error, stopping) {
	.callback = "stopping",
};

FIXTURE_VARIANT_ADD(error, quiescent) {
	.callback = "quiescent",
};

FIXTURE_VARIANT_ADD(error, yield) {
	.callback = "yield",
};

FIXTURE_VARIANT_ADD(error, set_cpumask) {
	.callback = "set_cpumask",
};

FIXTURE_VARIANT_ADD(error, update_idle) {
	.callback = "update_idle",
	/* leaves a CPU with nothing to do */
	.workers = 1,
};

FIXTURE_VARIANT_ADD(error, exit_task) {
	.callback = "exit_task",
};

FIXTURE_VARIANT_ADD(error, disable) {
	.callback = "disable",
};

FIXTURE_VARIANT_ADD(error, cpu_acquire) {
	.callback = "cpu_acquire",
};

FIXTURE_VARIANT_ADD(error, cpu_release) {
	.callback = "cpu_release",
};

/* Called for the first time before it is attached. */
FIXTURE_VARIANT_ADD(error, set_weight) {
	.callback = "set_weight",
	.in_attach = true,
};

FIXTURE_VARIANT_ADD(error, enable) {
	.callback = "enable",
	.in_attach = true,
};

FIXTURE_VARIANT_ADD(error, init_task) {
	.callback = "init_task",
	.in_attach = true,
};

FIXTURE_VARIANT_ADD(error, init) {
	.callback = "init",
	.in_attach = true,
};

FIXTURE_VARIANT_ADD(error, bad_dsq) {
	.args = { "--bad-dsq", "--error-after=300" },
	.exit_kind = EXIT_ERROR,
	.text = "non-existent DSQ",
};

FIXTURE_VARIANT_ADD(error, bad_cpu) {
	.args = { "--bad-cpu", "--error-after=300" },
	.exit_kind = EXIT_ERROR,
	.text = "invalid CPU",
};

FIXTURE_VARIANT_ADD(error, stall) {
	.args = { "--stall", "--timeout=1000" },
	.exit_kind = EXIT_STALL,
	.text = "failed to run for",
};

/*
 * One boot for each. Those for a callback enter the kernel without its
 * decompressor, which is faster; the others run with KASLR.
 */
FIXTURE_SETUP(error)
{
	char error_from[64];
	const char *const from_callback[] = { error_from, "--error-after=100", NULL };
	struct ktstr_test test = {
		.sched_args = variant->args,
		.workers = variant->workers,
	};

	if (variant->callback) {
		snprintf(error_from, sizeof(error_from), "--error-from=%s", variant->callback);
		test.sched_args = from_callback;
		test.boot = KTSTR_BOOT_VMLINUX;
	}
	run(&test, &self->res);
}

FIXTURE_TEARDOWN(error)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(error, is_caught, RUN_TIMEOUT_S)
{
	char text[64];

	if (variant->callback) {
		snprintf(text, sizeof(text), "ktstr_fixture: error from %s", variant->callback);
		check_dump(_metadata, &self->res, EXIT_ERROR_BPF, text);
	} else {
		check_dump(_metadata, &self->res, variant->exit_kind, variant->text);
	}
	/* on a slow host the error may come before guest-init has seen the attach */
	if (variant->in_attach || self->res.reason != KTSTR_REASON_SCHED_EJECTED)
		EXPECT_EQ(self->res.reason, KTSTR_REASON_SCHED_NOT_ATTACHED);
}

/* A scheduler that leaves by itself, in each of the ways there are. */
FIXTURE(end)
{
	struct ktstr_result res;
};

FIXTURE_VARIANT(end)
{
	const char *arg;
	const char *said;
	enum ktstr_reason reason;
};

FIXTURE_VARIANT_ADD(end, exit) {
	.arg = "--exit-clean-after=500",
	.said = "EXIT: unregistered from user space",
	.reason = KTSTR_REASON_SCHED_DIED,
};

FIXTURE_VARIANT_ADD(end, unregister) {
	.arg = "--self-unregister-after=500",
	.said = "unregistered",
	/* detached, and its process stays without a word */
	.reason = KTSTR_REASON_SCHED_DIED,
};

FIXTURE_VARIANT_ADD(end, bpf_exit) {
	.arg = "--bpf-exit-after=500",
	.said = "EXIT: unregistered from BPF",
	.reason = KTSTR_REASON_SCHED_EJECTED,
};

FIXTURE_SETUP(end)
{
	const char *const args[] = { variant->arg, NULL };
	struct ktstr_test test = {
		.sched_args = args,
		.boot = KTSTR_BOOT_VMLINUX,
	};

	run(&test, &self->res);
}

FIXTURE_TEARDOWN(end)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(end, leaves_no_dump, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;

	EXPECT_EQ(res->verdict, KTSTR_FAIL);
	EXPECT_EQ(res->reason, variant->reason);
	EXPECT_TRUE(res->observer_ok);
	EXPECT_EQ(res->nr_snapshots, 0);
	ASSERT_NE(res->sched_log, NULL);
	EXPECT_NE(strstr(res->sched_log, variant->said), NULL);
}

/*
 * Two schedulers by turns, without a pause, and an error in the last: the slot
 * goes along each time, fires for none of those that left, and still fires.
 */
#define CYCLES	       "1000"
#define CYCLES_MAX_MS  (900 * 1000)
#define CYCLES_TIMEOUT 1200

FIXTURE(cycles)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(cycles)
{
	static const char *const args[] = {
		"--reattach=" CYCLES,
		"--error-from=running",
		"--error-after=2000",
		NULL,
	};
	struct ktstr_test test = {
		.sched_args = args,
		.expect_ops = "ktstr_fixture_end",
		.attach_ms = CYCLES_MAX_MS,
		.boot = KTSTR_BOOT_VMLINUX,
		/* Each change of schedulers waits for RCU, several times. */
		.extra_cmdline = "rcupdate.rcu_expedited=1",
	};

	run(&test, &self->res);
}

FIXTURE_TEARDOWN(cycles)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(cycles, then_error, CYCLES_TIMEOUT)
{
	const struct ktstr_result *res = &self->res;
	const char *said;

	EXPECT_EQ(res->reason, KTSTR_REASON_SCHED_EJECTED);
	EXPECT_STREQ(res->ops, "ktstr_fixture_end");
	check_dump(_metadata, res, EXIT_ERROR_BPF, "ktstr_fixture: error from running");
	ASSERT_NE(res->sched_log, NULL);
	said = strstr(res->sched_log, "attached again " CYCLES " times in ");
	ASSERT_NE(said, NULL);
	ksft_print_msg("%.*s\n", (int)strcspn(said, "\n"), said);
}

/* From outside: a variable of the scheduler is written, and it falls. */
FIXTURE(host_crash)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(host_crash)
{
	static const struct ktstr_map_write writes[] = {
		{ .map = ".bss", .variable = "crash_now", .value = 1, .after_ms = 300 },
	};
	struct ktstr_test test = {
		.map_writes = writes,
		.nr_map_writes = ARRAY_SIZE(writes),
	};

	run(&test, &self->res);
}

FIXTURE_TEARDOWN(host_crash)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(host_crash, is_caught, RUN_TIMEOUT_S)
{
	const struct op_view *op = ktstr_op_find(&self->res, WIRE_OP_MAP_WRITE, NULL);

	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_OK);
	EXPECT_EQ(self->res.reason, KTSTR_REASON_SCHED_EJECTED);
	check_dump(_metadata, &self->res, EXIT_ERROR_BPF, "ktstr_fixture: host crash");
}

/* Watchpoints that never fire must not look like a scheduler that never fails. */
FIXTURE(deaf)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(deaf)
{
	static const char *const args[] = { "--error-from=tick", "--error-after=1000", NULL };
	struct ktstr_test test = {
		.sched_args = args,
		.duration_ms = 500,
		.boot = KTSTR_BOOT_VMLINUX,
		.host_fault = KTSTR_HOST_FAULT_DEAF_WATCH,
	};

	run(&test, &self->res);
}

FIXTURE_TEARDOWN(deaf)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(deaf, is_inconclusive, RUN_TIMEOUT_S)
{
	const struct op_view *op = ktstr_op_find(&self->res, WIRE_OP_CANARY, NULL);

	EXPECT_EQ(self->res.verdict, KTSTR_INCONCLUSIVE);
	EXPECT_EQ(self->res.reason, KTSTR_REASON_WATCH_UNSUPPORTED);
	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_ERR);
	EXPECT_NE(op->reason[0], '\0');
}

/* What the debug registers miss, the scheduler's own flag still tells. */
FIXTURE(fallback)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(fallback)
{
	static const char *const args[] = { "--error-from=tick", "--error-after=700", NULL };
	struct ktstr_test test = {
		.sched_args = args,
		.duration_ms = 2500,
		.boot = KTSTR_BOOT_VMLINUX,
		.host_fault = KTSTR_HOST_FAULT_DEAF_WATCH,
		.fallback_map = ".bss",
		.fallback_flag = "ktstr_err_exit_detected",
	};

	run(&test, &self->res);
}

FIXTURE_TEARDOWN(fallback)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(fallback, flag_is_seen, RUN_TIMEOUT_S)
{
	const struct ktstr_snapshot *s = ktstr_snapshot_find(&self->res, "");

	EXPECT_EQ(self->res.verdict, KTSTR_FAIL);
	EXPECT_EQ(count_snapshots(&self->res, WIRE_DUMP_FAILURE), 0);
	ASSERT_NE(s, NULL);
	EXPECT_EQ(s->v.kind, WIRE_DUMP_FALLBACK);
	EXPECT_EQ(s->v.slots, 0);
	EXPECT_EQ(s->v.vcpu, WIRE_DUMP_NO_VCPU);
	EXPECT_EQ(s->v.frozen, s->v.vcpus);
	EXPECT_GE(s->v.exit_kind, 1024);
}

int main(int argc, char **argv)
{
	return watch_main(argc, argv);
}
