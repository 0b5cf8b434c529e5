// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios that go wrong: what fails in the guest is a verdict that names the
 * place and the cause, and what cannot be is refused before there is a guest, with
 * what there is instead. What goes well: selftests/scenario.c.
 */
#include "ktstr_harness.h"
#include "lib/preset.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 180
#define TOPOLOGY      "1n1l1c1t"
#define PROGRAM	      "ktstr_payload"
#define TEXTS	      4
#define LONG_MS	      20000
/* The cgroup of all the test's cgroups. */
#define CGROUPS "/sys/fs/cgroup/ktstr"

/* What failed steps stand on: it must not be judged, or in the way. */
static const struct ktstr_cgroup calm[] = {
	{ .name = "calm", .workers = { { .nr = 1, .work = { .type = WORK_BURSTY } } } },
	{},
};

/* A cgroup that cannot be made. */
static const struct ktstr_op limit_ops[] = {
	{ .kind = KTSTR_OP_RUN,
	  .name = "limit",
	  .argv = { PROGRAM, "put", CGROUPS "/cgroup.max.descendants", "1" } },
	{},
};

static const struct ktstr_cgroup one_too_many[] = { { .name = "more" }, {} };

static const struct ktstr_step cgroup_steps[] = {
	{ .name = "limit", .ops = limit_ops, .hold = KTSTR_HOLD_MS(100) },
	{ .name = "exceed", .setup = one_too_many, .hold = KTSTR_HOLD_MS(100) },
	{},
};

/* A cgroup without room for its workers. */
static const struct ktstr_cgroup crowded[] = {
	{ .name = "crowded", .pids_max = 2, .workers = { { .nr = 3 } } },
	{},
};

static const struct ktstr_step pids_steps[] = {
	{ .name = "crowd", .setup = crowded, .hold = KTSTR_HOLD_MS(100) },
	{},
};

/* A file system without room for a worker's file. */
static const struct ktstr_op fill_ops[] = {
	{ .kind = KTSTR_OP_RUN, .name = "fill", .argv = { PROGRAM, "fill", "/tmp" } },
	{},
};

static const struct ktstr_cgroup writers[] = {
	{ .name = "writers", .workers = { { .nr = 1, .work = { .type = WORK_IO_CONVOY } } } },
	{},
};

static const struct ktstr_step fill_steps[] = {
	{ .name = "fill", .ops = fill_ops, .hold = KTSTR_HOLD_MS(100) },
	{ .name = "write", .setup = writers, .hold = KTSTR_HOLD_MS(100) },
	{},
};

/* A worker that needs eight times as much memory as it may have. */
static const struct ktstr_cgroup greedy[] = {
	{ .name = "greedy",
	  .memory_max_mib = 8,
	  .workers = { { .nr = 1, .work = { .type = WORK_CACHE, .cache = { .kib = 65536 } } } } },
	{},
};

/* It ends long before that is over. */
static const struct ktstr_step greedy_steps[] = {
	{ .name = "grow", .setup = greedy, .hold = KTSTR_HOLD_MS(LONG_MS) },
	{ .name = "never", .hold = KTSTR_HOLD_MS(100) },
	{},
};

static const struct ktstr_step sched_steps[] = {
	{ .name = "before", .hold = KTSTR_HOLD_MS(100) },
	{ .name = "dies", .hold = KTSTR_HOLD_MS(LONG_MS) },
	{},
};

/* Each of three programs that end as they should not; none of them ends the run. */
static const char *const exit_3[] = { "ktstr_misfit", "exit", "3", NULL };
static const char *const measure[] = { PROGRAM, "measure", NULL };
static const char *const hang[] = { "ktstr_misfit", "hang", NULL };
static const char *const crash[] = { "ktstr_misfit", "signal", "11", NULL };

static const struct ktstr_metric misspelt[] = { { .name = "jobs.0.rsp" }, {} };
static const struct ktstr_metric too_much[] = {
	{ .name = "total", .unit = "jobs", .min = 100, .has_min = true },
	{},
};

static const struct ktstr_payload exits = { .argv = exit_3, .name = "exits" };
static const struct ktstr_payload lacks = {
	.argv = measure,
	.name = "lacks",
	.json = true,
	.metrics = misspelt,
};

static const struct ktstr_payload is_low = {
	.argv = measure,
	.name = "is_low",
	.json = true,
	.metrics = too_much,
};

/* Its time is short: it is not to end in it. */
static const struct ktstr_payload hangs = { .argv = hang, .name = "hangs", .timeout_ms = 300 };
static const struct ktstr_payload crashes = { .argv = crash, .name = "crashes" };

static const struct ktstr_op wrong_ops[] = {
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &exits },
	{ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "exits" },
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &lacks },
	{ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "lacks" },
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &is_low },
	{ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "is_low" },
	{},
};

static const struct ktstr_op hang_ops[] = {
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &hangs, .cgroup = "calm" },
	{},
};

static const struct ktstr_op crash_ops[] = {
	{ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &crashes },
	{},
};

static const struct ktstr_step wrong_steps[] = {
	{ .name = "programs", .ops = wrong_ops, .hold = KTSTR_HOLD_MS(100) },
	{},
};

static const struct ktstr_step hang_steps[] = {
	{ .name = "calm", .hold = KTSTR_HOLD_MS(100) },
	{ .name = "hangs", .ops = hang_ops, .hold = KTSTR_HOLD_MS(LONG_MS) },
	{},
};

static const struct ktstr_step crash_steps[] = {
	{ .name = "crashes", .ops = crash_ops, .hold = KTSTR_HOLD_MS(LONG_MS) },
	{},
};

FIXTURE(fails)
{
	struct ktstr_result res;
};

/* One run; its verdict is @reason, with all of @texts in it. */
FIXTURE_VARIANT(fails)
{
	const struct ktstr_step *steps;
	const char *scheduler;
	enum scenario_fault fault;
	enum ktstr_reason reason;
	enum wire_stage stage;
	const char *texts[TEXTS];
	/* of payloads that were found fault with */
	u32 findings;
	/* of steps that took place, with that of before them */
	u32 phases;
};

FIXTURE_VARIANT_ADD(fails, to_make_a_cgroup) {
	.steps = cgroup_steps,
	.reason = KTSTR_REASON_STEP_FAILED,
	.stage = WIRE_STAGE_BODY,
	.texts = { "step 2", "cgroup 'more'", "cannot be made" },
	.phases = 3,
};

FIXTURE_VARIANT_ADD(fails, to_start_workers) {
	.steps = pids_steps,
	.reason = KTSTR_REASON_STEP_FAILED,
	.stage = WIRE_STAGE_BODY,
	.texts = { "step 1", "worker 2 of 3", "Resource temporarily unavailable" },
	.phases = 2,
};

FIXTURE_VARIANT_ADD(fails, to_write_to_a_full_file_system) {
	.steps = fill_steps,
	.reason = KTSTR_REASON_STEP_FAILED,
	.stage = WIRE_STAGE_BODY,
	.texts = { "step 2", "worker 0 of 1", "No space left on device" },
	.phases = 3,
};

FIXTURE_VARIANT_ADD(fails, to_keep_a_worker_alive) {
	.steps = greedy_steps,
	.reason = KTSTR_REASON_STEP_FAILED,
	.stage = WIRE_STAGE_BODY,
	.texts = { "step 1", "cache in cgroup greedy", "killed by signal 9" },
	.phases = 2,
};

FIXTURE_VARIANT_ADD(fails, to_keep_its_scheduler) {
	.steps = sched_steps,
	.scheduler = "scx_simple",
	.fault = SCENARIO_FAULT_KILL_SCHED,
	.reason = KTSTR_REASON_SCHED_DIED,
	.stage = WIRE_STAGE_BODY,
	.texts = { "step 2 of 2", "killed by signal 9" },
	.phases = 3,
};

FIXTURE_VARIANT_ADD(fails, by_its_payloads) {
	.steps = wrong_steps,
	.reason = KTSTR_REASON_PAYLOAD_FAILED,
	.stage = WIRE_STAGE_DONE,
	.texts = { "exits exited with 3, expected 0" },
	.findings = 3,
	.phases = 2,
};

FIXTURE_VARIANT_ADD(fails, by_a_payload_that_hangs) {
	.steps = hang_steps,
	.reason = KTSTR_REASON_PAYLOAD_FAILED,
	.stage = WIRE_STAGE_BODY,
	.texts = { "hangs", "hung", "300 ms" },
	.findings = 1,
	.phases = 3,
};

FIXTURE_VARIANT_ADD(fails, by_a_payload_that_crashes) {
	.steps = crash_steps,
	.reason = KTSTR_REASON_PAYLOAD_FAILED,
	.stage = WIRE_STAGE_BODY,
	.texts = { "crashes", "killed by signal 11" },
	.findings = 1,
	.phases = 2,
};

FIXTURE_SETUP(fails)
{
	const struct ktstr_test test = {
		.name = "fails",
		.topology = TOPOLOGY,
		.mem_mib = 256,
		.scheduler = variant->scheduler,
		.fault = variant->fault,
		.fault_after_ms = 400,
		.backdrop = calm,
		.steps = variant->steps,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(fails)
{
	test_end(_metadata, &self->res);
}

static u32 failed_payloads(const struct ktstr_load *l)
{
	u32 nr = 0;
	size_t i;

	for (i = 0; i < l->nr_findings; i++)
		nr += l->findings[i].check == KTSTR_CHECK_PAYLOAD &&
		      l->findings[i].kind == KTSTR_FINDING_FAIL;
	return nr;
}

TEST_F_TIMEOUT(fails, and_says_where_and_why, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;
	u32 i;

	EXPECT_EQ(res->verdict, KTSTR_FAIL);
	EXPECT_EQ(res->reason, variant->reason);
	EXPECT_EQ(res->stage, variant->stage);
	EXPECT_FALSE(res->infra);
	for (i = 0; i < TEXTS && variant->texts[i]; i++)
		EXPECT_NE(strstr(res->reason_text, variant->texts[i]), NULL)
	TH_LOG("not in the reason: '%s'", variant->texts[i]);
	EXPECT_EQ(failed_payloads(&res->load), variant->findings);
	EXPECT_EQ(res->load.nr_phases, variant->phases);
	/* who did nothing wrong ends as always, with a report */
	ASSERT_GE(res->load.nr_workers, 1);
	EXPECT_NE(ktstr_load_cgroup(&res->load, "calm", 0), NULL);
}

/*
 * What is refused, most of it because of a typo: none of it starts a VM.
 */
#define STEP(...)  ((const struct ktstr_step[]){ { .hold = KTSTR_HOLD_MS(100), __VA_ARGS__ }, {} })
#define OPS(...)   ((const struct ktstr_op[]){ __VA_ARGS__, {} })
#define SETUP(...) ((const struct ktstr_cgroup[]){ __VA_ARGS__, {} })

FIXTURE(refused)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(refused)
{
}

FIXTURE_TEARDOWN(refused)
{
	ktstr_result_free(&self->res);
}

static bool is_refused(struct ktstr_result *res, const struct ktstr_test *test, const char *text)
{
	bool ok;

	ktstr_result_free(res);
	ktstr_run(test, res);
	ok = res->reason == KTSTR_REASON_SETUP && res->verdict == KTSTR_INCONCLUSIVE &&
	     strstr(res->reason_text, text) && !res->timings.ready_ns;
	if (!ok) {
		ksft_print_msg("wanted '%s'\n", text);
		test_summary(res);
	}
	return ok;
}

static const char *const no_such_words[] = { "calm", "clam", NULL };

TEST_F(refused, names_that_do_not_exist)
{
	static const struct ktstr_payload program = { .argv = no_such_words };
	const struct {
		const struct ktstr_step *steps;
		const char *text;
	} list[] = {
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_FREEZE_CGROUP, .cgroup = "clam" })),
		  "step 1: op 0 (freeze_cgroup): cgroup \"clam\" does not exist here; did you" },
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_NR })), "use an enum ktstr_op_kind" },
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_SET_AFFINITY, .name = "clam" })),
		  "did you mean calm? there are: calm" },
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_WAIT_PAYLOAD, .name = "clam" })),
		  "payload \"clam\" does not run here; there are: none" },
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_ATTACH_SCHEDULER, .argv = { "scx_smiple" } })),
		  "scx_simple" },
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_RUN_PAYLOAD, .payload = &program })),
		  "ktstr_payload" },
		{ STEP(.setup = SETUP({ .name = "cgroup.procs" })), "letters, digits" },
		{ STEP(.setup = SETUP({ .name = "a",
					.workers = { { .nr = 1,
						       .work = { .type = WORK_TYPES } } } })),
		  "work type" },
		{ STEP(.setup = SETUP({ .name = "a",
					.workers = { { .nr = 3,
						       .work = { .type = WORK_PIPE } } } })),
		  "divisible by 2" },
		{ STEP(.setup = SETUP({ .name = "a", .cpuset = KTSTR_LLC(1) })),
		  "LLC 1: the machine has 1 (0-0)" },
		{ STEP(.setup = SETUP({ .name = "a", .cpuset = KTSTR_EXACT("0-4") })),
		  "the machine has 1" },
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_DETACH_SCHEDULER })),
		  "no scheduler is attached here" },
		{ STEP(.ops = OPS({ .kind = KTSTR_OP_STOP_CGROUP })), "it needs .cgroup" },
	};
	struct ktstr_test test = { .name = "refused", .topology = TOPOLOGY, .backdrop = calm };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		test.steps = list[i].steps;
		EXPECT_TRUE(is_refused(&self->res, &test, list[i].text));
	}
	test.steps = sched_steps;
	test.scheduler = "scx_smiple";
	EXPECT_TRUE(is_refused(&self->res, &test, "scx_simple"));
	test.scheduler = NULL;
	test.topology = "1n1l1c";
	EXPECT_TRUE(is_refused(&self->res, &test, "1n1l1c"));
}

/* Names on a command line. */
TEST(misspelt_words_list_what_there_is)
{
	struct ktstr_err err = { "" };
	enum work_type type;

	EXPECT_NE(work_find("wake_chian", &type, &err), 0);
	EXPECT_NE(strstr(err.msg, "did you mean wake_chain?"), NULL);
	EXPECT_NE(strstr(err.msg, "timer_latency"), NULL);
	EXPECT_EQ(preset_find("tiny-1lcl", &err), NULL);
	EXPECT_NE(strstr(err.msg, "tiny-1llc"), NULL);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
