// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots: those a guest asks for, with looks into its own kernel; those at
 * equal distances; and the pair of one early and one late.
 */
#include <dirent.h>
#include <unistd.h>

#include "host/coord/capture_state.h"
#include "host/coord/periodic.h"
#include "ktstr_harness.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 300
#define DURATION_MS   2500
#define TOPOLOGY      "1n1l2c1t"
/* panic=-1 is on every guest's command line */
#define PANIC_TIMEOUT 0xffffffffU
#define NEW_TIMEOUT   7
/* enum scx_exit_kind */
#define EXIT_ERROR_STALL 1026

#define LONG_TAG "a_tag_of_sixty_four_bytes_has_no_room_for_a_NUL_at_its_very_end_"

static const char *const tags[] = {
	"mid_run", "../../outside", "/absolute", "$(touch x);`y` | z", LONG_TAG, "..",
};

static const struct ktstr_kop read_timeout[] = {
	{ .target = WIRE_KOP_SYMBOL, .symbol = "panic_timeout", .type = WIRE_KOP_U32 },
	{ .target = WIRE_KOP_SYMBOL, .symbol = "jiffies_64", .type = WIRE_KOP_U64 },
	{ .target = WIRE_KOP_PERCPU_FIELD,
	  .symbol = "runqueues",
	  .field = "nr_running",
	  .cpu = 1,
	  .type = WIRE_KOP_U32 },
};

static const struct ktstr_kop write_timeout[] = {
	{ .target = WIRE_KOP_SYMBOL,
	  .symbol = "panic_timeout",
	  .type = WIRE_KOP_U32,
	  .value = NEW_TIMEOUT },
};

static const struct ktstr_kop wrong_symbol[] = {
	{ .target = WIRE_KOP_SYMBOL, .symbol = "panic_timeuot", .type = WIRE_KOP_U32 },
};

static const struct ktstr_kop wrong_address[] = {
	{ .target = WIRE_KOP_DIRECT, .address = 0x1000, .type = WIRE_KOP_U32 },
};

#define KOP(tag, how, dir, list, nr, fails) \
	{                                   \
		.kind = SCENARIO_OP_KERNEL, \
		.at_ms = 200,               \
		.name = tag,                \
		.mode = how,                \
		.direction = dir,           \
		.entries = list,            \
		.nr_entries = nr,           \
		.may_fail = fails,          \
	}
#define SNAP(what, tag, fails)     \
	{                          \
		.kind = what,      \
		.at_ms = 200,      \
		.name = tag,       \
		.may_fail = fails, \
	}

static const struct ktstr_op ops[] = {
	SNAP(SCENARIO_OP_CAPTURE, "mid_run", false),
	SNAP(SCENARIO_OP_CAPTURE, "../../outside", false),
	SNAP(SCENARIO_OP_CAPTURE, "/absolute", false),
	SNAP(SCENARIO_OP_CAPTURE, "$(touch x);`y` | z", false),
	SNAP(SCENARIO_OP_CAPTURE, LONG_TAG, false),
	SNAP(SCENARIO_OP_CAPTURE, "..", false),
	SNAP(SCENARIO_OP_WATCH, "no_such_symbol", true),
	SNAP(SCENARIO_OP_UNWATCH, "jiffies_64", true),
	KOP("hot_read", WIRE_KOP_HOT, WIRE_KOP_READ, read_timeout, ARRAY_SIZE(read_timeout), false),
	KOP("cold_write", WIRE_KOP_COLD, WIRE_KOP_WRITE, write_timeout, ARRAY_SIZE(write_timeout),
	    false),
	KOP("cold_read", WIRE_KOP_COLD, WIRE_KOP_READ, read_timeout, ARRAY_SIZE(read_timeout),
	    false),
	KOP("typo", WIRE_KOP_HOT, WIRE_KOP_READ, wrong_symbol, ARRAY_SIZE(wrong_symbol), true),
	KOP("low_address", WIRE_KOP_COLD, WIRE_KOP_READ, wrong_address, ARRAY_SIZE(wrong_address),
	    true),
};

FIXTURE(snapshot)
{
	struct ktstr_result res;
	char dir[64];
	char out[96];
};

FIXTURE_SETUP(snapshot)
{
	struct ktstr_test test = {
		.name = "snap",
		.topology = TOPOLOGY,
		.scheduler = "scx_simple",
		.duration_ms = DURATION_MS,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};

	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-snapshot-XXXXXX");
	ASSERT_NE(mkdtemp(self->dir), NULL);
	snprintf(self->out, sizeof(self->out), "%s/out", self->dir);
	test.out_dir = self->out;
	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

static void remove_dir(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d)))
		unlinkat(dirfd(d), e->d_name, 0);
	if (d)
		closedir(d);
	rmdir(path);
}

FIXTURE_TEARDOWN(snapshot)
{
	test_end(_metadata, &self->res);
	remove_dir(self->out);
	remove_dir(self->dir);
}

static int count_entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	/* without . and .. */
	return n - 2;
}

static bool is_json_object(const struct ktstr_snapshot *s)
{
	return s->v.json_len > 2 && s->json[0] == '{' && strrchr(s->json, '}') &&
	       strlen(s->json) == s->v.json_len;
}

/* One boot: each of these would otherwise cost another. */
TEST_F_TIMEOUT(snapshot, requests, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;
	const struct ktstr_snapshot *s;
	const struct op_view *op;
	u64 hot_jiffies, cold_jiffies, value;
	size_t i;

	ASSERT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_TRUE(res->observer_ok);
	EXPECT_EQ(res->dump_path, NULL);

	ASSERT_EQ(res->nr_snapshots, ARRAY_SIZE(tags));
	for (i = 0; i < res->nr_snapshots; i++) {
		s = &res->snapshots[i];
		EXPECT_STREQ(s->v.tag, tags[i]);
		EXPECT_EQ(s->v.kind, WIRE_DUMP_CAPTURE);
		EXPECT_EQ(s->v.frozen, 2);
		EXPECT_EQ(s->v.vcpus, 2);
		EXPECT_GT(s->v.frozen_ns, 0);
		EXPECT_STREQ(s->v.schema, "single");
		EXPECT_TRUE(is_json_object(s));
		EXPECT_NE(strstr(s->json, "\"vcpu_regs\""), NULL);
		EXPECT_NE(strstr(s->json, "scx_simple") ?: strstr(s->json, "\"simple\""), NULL);
		ASSERT_NE(s->path, NULL);
		EXPECT_EQ(strncmp(s->path, self->out, strlen(self->out)), 0);
		EXPECT_EQ(strchr(s->path + strlen(self->out) + 1, '/'), NULL);
		EXPECT_EQ(access(s->path, R_OK), 0);
	}
	/* nothing beside the output directory, no temporary file inside */
	EXPECT_EQ(count_entries(self->dir), 1);
	EXPECT_EQ(access("x", F_OK), -1);
	s = ktstr_snapshot_find(res, "mid_run");
	ASSERT_NE(s, NULL);
	EXPECT_NE(strstr(s->path, "/snap.snapshot.mid_run.json"), NULL);

	op = ktstr_op_find(res, WIRE_OP_WATCH, "no_such_symbol");
	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_ERR);
	EXPECT_NE(strstr(op->reason, "no_such_symbol"), NULL);
	op = ktstr_op_find(res, WIRE_OP_UNWATCH, "jiffies_64");
	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_ERR);

	op = ktstr_op_find(res, WIRE_OP_KERNEL, "hot_read");
	ASSERT_NE(op, NULL);
	ASSERT_EQ(ktstr_op_value(op, 0, &value), 0);
	EXPECT_EQ(value, PANIC_TIMEOUT);
	ASSERT_EQ(ktstr_op_value(op, 1, &hot_jiffies), 0);
	ASSERT_EQ(ktstr_op_value(op, 2, &value), 0);
	EXPECT_LT(value, 100);
	op = ktstr_op_find(res, WIRE_OP_KERNEL, "cold_read");
	ASSERT_NE(op, NULL);
	ASSERT_EQ(ktstr_op_value(op, 0, &value), 0);
	EXPECT_EQ(value, NEW_TIMEOUT);
	ASSERT_EQ(ktstr_op_value(op, 1, &cold_jiffies), 0);
	EXPECT_GE(cold_jiffies, hot_jiffies);
	op = ktstr_op_find(res, WIRE_OP_KERNEL, "typo");
	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_ERR);
	EXPECT_NE(strstr(op->reason, "panic_timeuot"), NULL);
	op = ktstr_op_find(res, WIRE_OP_KERNEL, "low_address");
	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_ERR);
}

static const struct ktstr_op forbidden[] = {
	SNAP(SCENARIO_OP_WATCH, "no_such_symbol", false),
};

FIXTURE(refused)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(refused)
{
	struct ktstr_test test = {
		.topology = TOPOLOGY,
		.duration_ms = DURATION_MS,
		.ops = forbidden,
		.nr_ops = ARRAY_SIZE(forbidden),
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(refused)
{
	test_end(_metadata, &self->res);
}

/* A typo in a test must not look like a scheduler that never writes. */
TEST_F_TIMEOUT(refused, watch_is_no_pass, RUN_TIMEOUT_S)
{
	EXPECT_NE(self->res.verdict, KTSTR_PASS);
	EXPECT_NE(strstr(self->res.reason_text, "no_such_symbol"), NULL);
}

#define BOUNDARIES 4

FIXTURE(periodic)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(periodic)
{
	struct ktstr_test test = {
		.topology = TOPOLOGY,
		.scheduler = "ktstr_fixture",
		.duration_ms = DURATION_MS,
		.periodic = BOUNDARIES,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(periodic)
{
	test_end(_metadata, &self->res);
}

static const char *last_finding(const struct ktstr_result *res)
{
	size_t nr = res->load.nr_findings;

	return nr ? res->load.findings[nr - 1].text : "";
}

/* A counter of the scheduler's own, over all of them; and one that it does not have. */
static void check_series(struct __test_metadata *_metadata, struct ktstr_result *res)
{
	struct ktstr_series s;

	ktstr_series_snapshots(&s, res, NULL, "maps[.bss].value.nr_started");
	EXPECT_EQ(s.nr, BOUNDARIES);
	EXPECT_TRUE(ktstr_series_strictly_increasing(res, &s))
	TH_LOG("%s", last_finding(res));
	EXPECT_TRUE(ktstr_series_each_at_least(res, &s, 1));
	EXPECT_GT(ktstr_series_delta(&s, 1), 0);
	EXPECT_EQ(res->verdict, KTSTR_PASS);
	ktstr_series_free(&s);
	ktstr_series_monitor(&s, res, "nr_running", KTSTR_ALL_CPUS);
	EXPECT_TRUE(ktstr_series_each_at_most(res, &s, 1000))
	TH_LOG("%s", last_finding(res));
	ktstr_series_free(&s);
	ktstr_series_snapshots(&s, res, NULL, "maps[.bss].value.nr_start");
	EXPECT_FALSE(ktstr_series_nondecreasing(res, &s));
	EXPECT_NE(strstr(last_finding(res), "nr_started"), NULL)
	TH_LOG("%s", last_finding(res));
	EXPECT_EQ(res->verdict, KTSTR_INCONCLUSIVE);
	ktstr_series_free(&s);
}

TEST_F_TIMEOUT(periodic, equal_distances, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;
	u64 begin, end, t, last = 0, frozen = 0;
	char tag[PERIODIC_TAG_MAX];
	size_t i;

	ASSERT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_EQ(res->dump_path, NULL);
	ASSERT_EQ(res->nr_snapshots, BOUNDARIES);
	ASSERT_GT(res->timings.scenario_ns, 0);
	begin = DURATION_MS * NSEC_PER_MSEC / 10;
	end = DURATION_MS * NSEC_PER_MSEC / 10 * 9;
	for (i = 0; i < BOUNDARIES; i++) {
		const struct dump_view *v = &res->snapshots[i].v;

		EXPECT_STREQ(v->tag, periodic_tag(i, tag));
		EXPECT_EQ(v->kind, WIRE_DUMP_PERIODIC);
		EXPECT_EQ(v->frozen, 2);
		EXPECT_EQ(v->vcpus, 2);
		EXPECT_EQ(v->slots, 0);
		EXPECT_STREQ(v->schema, "single");
		EXPECT_TRUE(is_json_object(&res->snapshots[i]));
		/* of the workload: what stood still does not count */
		ASSERT_GT(v->t_ns, res->timings.scenario_ns + frozen);
		t = v->t_ns - res->timings.scenario_ns - frozen;
		EXPECT_GT(t, begin);
		EXPECT_LT(t, end);
		EXPECT_GT(t, last);
		last = t;
		frozen += v->frozen_ns;
		EXPECT_EQ(v->boundary_ns, begin + (i + 1) * (end - begin) / (BOUNDARIES + 1));
		EXPECT_GE(v->elapsed_ns, v->boundary_ns);
		EXPECT_LT(v->elapsed_ns, end);
		EXPECT_EQ(res->snapshots[i].step, 1);
	}
	check_series(_metadata, &self->res);
}

FIXTURE(dual)
{
	struct ktstr_result res;
	char dir[64];
};

FIXTURE_SETUP(dual)
{
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-snapshot-XXXXXX");
	ASSERT_NE(mkdtemp(self->dir), NULL);
}

FIXTURE_TEARDOWN(dual)
{
	test_end(_metadata, &self->res);
	remove_dir(self->dir);
}

static void run_dual(FIXTURE_DATA(dual) * self, u32 duration_ms, const char *const *args)
{
	struct ktstr_test test = {
		.name = "dual",
		.topology = TOPOLOGY,
		.scheduler = "ktstr_fixture",
		.sched_args = args,
		.duration_ms = duration_ms,
		/* a task may wait from the attach on */
		.observe_first = true,
		.dual_snapshot = true,
		.out_dir = self->dir,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

/* The number behind a key of a dump, or 0. */
static u64 number_of(const char *json, const char *key)
{
	char quoted[64];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\":", key);
	at = strstr(json, quoted);
	return at ? strtoull(at + strlen(quoted), NULL, 10) : 0;
}

TEST_F_TIMEOUT(dual, stall, RUN_TIMEOUT_S)
{
	static const char *const args[] = { "--stall", "--error-after=300", "--timeout=2000",
					    NULL };
	const struct ktstr_result *res = &self->res;
	const char *early, *late, *json;
	const struct dump_view *v;
	u64 age, threshold;

	run_dual(self, 6000, args);
	EXPECT_EQ(res->verdict, KTSTR_FAIL);
	EXPECT_FALSE(res->infra);
	/* one report, not two */
	ASSERT_EQ(res->nr_snapshots, 1);
	ASSERT_NE(res->dump_path, NULL);
	v = &res->snapshots[0].v;
	EXPECT_EQ(v->kind, WIRE_DUMP_FAILURE);
	EXPECT_STREQ(v->tag, "");
	EXPECT_STREQ(v->schema, "dual");
	EXPECT_EQ(v->exit_kind, EXIT_ERROR_STALL);
	EXPECT_NE(strstr(v->exit_msg, "failed to run"), NULL);
	EXPECT_EQ(v->frozen, 2);
	EXPECT_TRUE(is_json_object(&res->snapshots[0]));
	json = res->snapshots[0].json;
	early = strstr(json, "\"early\": {");
	late = strstr(json, "\"late\": {");
	EXPECT_NE(early, NULL);
	EXPECT_NE(late, NULL);
	EXPECT_NE(strstr(json, "\"early_skipped_reason\": null"), NULL);
	age = number_of(json, "early_max_age_jiffies");
	threshold = number_of(json, "early_threshold_jiffies");
	EXPECT_GT(threshold, 0);
	EXPECT_GT(age, threshold);
	/* half the watchdog is the threshold; all of it would be the late one */
	EXPECT_LT(age, 2 * threshold);
	EXPECT_NE(strstr(json, "SCX_EXIT_ERROR_STALL"), NULL);
}

/* What was taken early is written, also when nothing fails behind it. */
TEST_F_TIMEOUT(dual, early_only, RUN_TIMEOUT_S)
{
	static const char *const args[] = { "--stall", "--error-after=300", "--timeout=6000",
					    "--exit-clean-after=4800", NULL };
	const struct ktstr_result *res = &self->res;
	const struct dump_view *v;

	run_dual(self, 6000, args);
	EXPECT_EQ(res->dump_path, NULL);
	ASSERT_EQ(res->nr_snapshots, 1);
	v = &res->snapshots[0].v;
	EXPECT_EQ(v->kind, WIRE_DUMP_EARLY);
	EXPECT_STREQ(v->tag, SNAPSHOT_TAG_EARLY_ONLY_LATE_SUPPRESSED);
	EXPECT_EQ(v->exit_kind, 0);
	EXPECT_EQ(v->frozen, 2);
	EXPECT_TRUE(is_json_object(&res->snapshots[0]));
	ASSERT_NE(res->snapshots[0].path, NULL);
	EXPECT_NE(strstr(res->snapshots[0].path, "/dual.snapshot.early-only-late-suppressed.json"),
		  NULL);
}

TEST_F_TIMEOUT(dual, clean_end, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;

	run_dual(self, DURATION_MS, NULL);
	EXPECT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_EQ(res->nr_snapshots, 0);
	EXPECT_EQ(res->dump_path, NULL);
}

/* What is copied of a machine that does not stand still is kept, and is no proof. */
FIXTURE(stuck)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(stuck)
{
	static const struct ktstr_op one[] = { SNAP(SCENARIO_OP_CAPTURE, "one", false) };
	struct ktstr_test test = {
		.name = "stuck",
		.topology = TOPOLOGY,
		.duration_ms = 1000,
		.ops = one,
		.nr_ops = ARRAY_SIZE(one),
		.host_fault = KTSTR_HOST_FAULT_STUCK_VCPU,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
}

FIXTURE_TEARDOWN(stuck)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(stuck, vcpu_is_named, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;
	const struct ktstr_snapshot *s = ktstr_snapshot_find(res, "one");
	const struct op_view *op = ktstr_op_find(res, WIRE_OP_CAPTURE, "one");

	EXPECT_EQ(res->verdict, KTSTR_INCONCLUSIVE);
	EXPECT_EQ(res->reason, KTSTR_REASON_NOT_FROZEN);
	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_ERR);
	EXPECT_NE(strstr(op->reason, "frozen=1/2: vCPU 1 "), NULL);
	ASSERT_NE(s, NULL);
	EXPECT_STREQ(s->v.schema, "degraded");
	EXPECT_EQ(s->v.frozen, 1);
	EXPECT_EQ(s->v.vcpus, 2);
	EXPECT_TRUE(is_json_object(s));
	EXPECT_NE(strstr(s->json, "\"degraded_reason\": \"frozen=1/2: vCPU 1 "), NULL);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
