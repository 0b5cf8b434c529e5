// SPDX-License-Identifier: GPL-2.0-only
/* Operations of a test on their way to the guest: what is taken, what is refused. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/plan_ops.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define DURATION_MS 1000

FIXTURE(plan_ops)
{
	struct ktstr_test test;
	struct ktstr_op ops[KTSTR_OPS_MAX + 1];
	struct plan_ops plan;
	struct ktstr_err err;
};

FIXTURE_SETUP(plan_ops)
{
	memset(self, 0, sizeof(*self));
	self->test.ops = self->ops;
}

FIXTURE_TEARDOWN(plan_ops)
{
	plan_ops_free(&self->plan);
}

static int make(FIXTURE_DATA(plan_ops) * self, size_t nr)
{
	plan_ops_free(&self->plan);
	self->test.nr_ops = nr;
	return plan_ops_make(&self->test, DURATION_MS, &self->plan, &self->err);
}

/* Refused with -EINVAL, and the message has both parts. */
static void refused(struct __test_metadata *_metadata, FIXTURE_DATA(plan_ops) * self, size_t nr,
		    const char *index, const char *way_out)
{
	EXPECT_EQ(-EINVAL, make(self, nr));
	EXPECT_NE(NULL, strstr(self->err.msg, index))
	TH_LOG("message: %s", self->err.msg);
	EXPECT_NE(NULL, strstr(self->err.msg, way_out))
	TH_LOG("message: %s", self->err.msg);
}

TEST_F(plan_ops, none_is_fine)
{
	self->test.ops = NULL;
	EXPECT_EQ(0, make(self, 0));
	EXPECT_EQ(0, self->plan.nr_ops);
	EXPECT_EQ(0, self->plan.budget_ns);
}

TEST_F(plan_ops, every_kind_goes_through)
{
	static const struct ktstr_kop entry = {
		.target = WIRE_KOP_SYMBOL,
		.symbol = "jiffies",
		.type = WIRE_KOP_U64,
	};

	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .at_ms = 5, .name = "a" };
	self->ops[1] =
		(struct ktstr_op){ .kind = SCENARIO_OP_WATCH, .name = "b", .may_fail = true };
	self->ops[2] = (struct ktstr_op){ .kind = SCENARIO_OP_UNWATCH, .name = "b", .count = 3 };
	self->ops[3] = (struct ktstr_op){
		.kind = SCENARIO_OP_KERNEL,
		.name = "tag",
		.mode = WIRE_KOP_HOT,
		.direction = WIRE_KOP_READ,
		.entries = &entry,
		.nr_entries = 1,
	};
	ASSERT_EQ(0, make(self, 4));
	ASSERT_EQ(4, self->plan.nr_ops);
	EXPECT_EQ(6, self->plan.requests);
	EXPECT_GT(self->plan.budget_ns, 0);
	EXPECT_EQ(5, self->plan.ops[0].at_ms);
	EXPECT_STREQ("a", self->plan.ops[0].tag);
	EXPECT_EQ(SCENARIO_OP_MAY_FAIL, self->plan.ops[1].flags);
	EXPECT_EQ(3, self->plan.ops[2].count);
	EXPECT_EQ(NULL, self->plan.ops[3].tag);
	EXPECT_NE(NULL, self->plan.ops[3].korq);
}

TEST_F(plan_ops, what_is_planned_can_be_encoded)
{
	struct scenario sc = { .duration_ms = DURATION_MS }, *back;
	size_t len;
	void *buf;

	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = "../../etc/x" };
	self->ops[1] = (struct ktstr_op){ .kind = SCENARIO_OP_WATCH, .name = "jiffies_64" };
	ASSERT_EQ(0, make(self, 2));
	sc.ops = self->plan.ops;
	sc.nr_ops = self->plan.nr_ops;
	ASSERT_EQ(0, scenario_encode(&sc, &buf, &len));
	back = scenario_decode(buf, len, &self->err);
	ASSERT_NE(NULL, back)
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(2, back->nr_ops);
	EXPECT_STREQ("jiffies_64", back->ops[1].tag);
	scenario_free(back);
	free(buf);
}

static struct ktstr_op run_op(void)
{
	return (struct ktstr_op){
		.kind = KTSTR_OP_RUN,
		.argv = { "/bin/../bin/sh", "-c", "exit 0" },
		.tag = "shell",
	};
}

TEST_F(plan_ops, a_program_is_found_and_has_its_time)
{
	u64 budget;

	self->ops[0] = run_op();
	ASSERT_EQ(0, make(self, 1))
	TH_LOG("%s", self->err.msg);
	EXPECT_EQ(1, self->plan.runs);
	EXPECT_EQ('/', self->plan.ops[0].path[0]);
	EXPECT_EQ(NULL, strstr(self->plan.ops[0].path, ".."));
	EXPECT_STREQ("/bin/../bin/sh", self->plan.ops[0].argv[0]);
	EXPECT_STREQ("exit 0", self->plan.ops[0].argv[2]);
	EXPECT_EQ(NULL, self->plan.ops[0].argv[3]);
	EXPECT_STREQ("shell", self->plan.ops[0].tag);
	EXPECT_EQ(KTSTR_RUN_TIMEOUT_MS, self->plan.ops[0].timeout_ms);
	budget = self->plan.budget_ns;
	EXPECT_GE(budget, KTSTR_RUN_TIMEOUT_MS * (u64)NSEC_PER_MSEC);
	self->ops[0].timeout_ms = 700;
	ASSERT_EQ(0, make(self, 1));
	EXPECT_EQ(700, self->plan.ops[0].timeout_ms);
	EXPECT_LT(self->plan.budget_ns, budget);
}

TEST_F(plan_ops, programs_that_cannot_be)
{
	size_t i;

	self->ops[0] = run_op();
	self->ops[0].argv[0] = NULL;
	refused(_metadata, self, 1, "op 0 (run)", ".argv");
	self->ops[0].argv[0] = "";
	refused(_metadata, self, 1, "op 0 (run)", ".argv");
	self->ops[0] = run_op();
	for (i = 0; i < ARRAY_SIZE(self->ops[0].argv); i++)
		self->ops[0].argv[i] = "/bin/sh";
	refused(_metadata, self, 1, "op 0 (run)", "more than 16 words");
	self->ops[0] = run_op();
	self->ops[0].tag = NULL;
	refused(_metadata, self, 1, "op 0 (run)", "tag in .name");
	self->ops[0] = run_op();
	self->ops[0].timeout_ms = UINT32_MAX;
	refused(_metadata, self, 1, "op 0 (run)", "at most 3600000");
	self->ops[0] = run_op();
	self->ops[0].count = KTSTR_OUTPUTS_MAX + 1;
	refused(_metadata, self, 1, "op 0 (run)", "at most 256");
	self->ops[0] = run_op();
	self->ops[0].kind = KTSTR_OP_CAPTURE;
	refused(_metadata, self, 1, "op 0 (capture)", "belong to KTSTR_OP_RUN");
	self->ops[0] = run_op();
	self->ops[0].argv[0] = "/nonexistent/program";
	EXPECT_EQ(-ENOENT, make(self, 1));
	EXPECT_NE(NULL, strstr(self->err.msg, "/nonexistent/program"));
}

TEST_F(plan_ops, too_many_ops)
{
	refused(_metadata, self, KTSTR_OPS_MAX + 1, "257 ops", "at most 256");
}

TEST_F(plan_ops, announced_but_not_there)
{
	self->test.ops = NULL;
	refused(_metadata, self, 2, "2 ops", ".ops is NULL");
}

TEST_F(plan_ops, too_many_snapshots)
{
	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = "a", .count = 64 };
	self->ops[1] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = "b" };
	EXPECT_EQ(0, make(self, 1));
	refused(_metadata, self, 2, "op 1 (capture)", "at most 64");
	self->ops[0].count = UINT32_MAX;
	refused(_metadata, self, 1, "op 0 (capture)", "at most");
}

TEST_F(plan_ops, watches_are_no_snapshots_asked_for)
{
	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_WATCH, .name = "a", .count = 100 };
	EXPECT_EQ(0, make(self, 1));
}

TEST_F(plan_ops, names_its_index)
{
	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = "a" };
	self->ops[1].kind = SCENARIO_OP_NR;
	refused(_metadata, self, 2, "op 1:", "enum scenario_op_kind");
	self->ops[1] = (struct ktstr_op){ .kind = SCENARIO_OP_WATCH };
	refused(_metadata, self, 2, "op 1 (watch)", "kernel symbol in .name");
	self->ops[1].name = "";
	refused(_metadata, self, 2, "op 1 (watch)", "kernel symbol in .name");
	self->ops[1] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE };
	refused(_metadata, self, 2, "op 1 (capture)", "tag in .name");
}

TEST_F(plan_ops, name_as_long_as_the_wire_takes)
{
	char name[WIRE_SNAP_TAG_MAX + 2];

	memset(name, 'x', sizeof(name));
	name[WIRE_SNAP_TAG_MAX + 1] = '\0';
	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = name };
	refused(_metadata, self, 1, "op 0 (capture)", "shorten it to 64");
	name[WIRE_SNAP_TAG_MAX] = '\0';
	EXPECT_EQ(0, make(self, 1));
}

TEST_F(plan_ops, after_the_end)
{
	self->ops[0] =
		(struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = "a", .at_ms = DURATION_MS };
	refused(_metadata, self, 1, "op 0 (capture): due after 1000 ms", "raise duration_ms");
	self->ops[0].at_ms--;
	EXPECT_EQ(0, make(self, 1));
}

TEST_F(plan_ops, entries_of_something_else)
{
	static const struct ktstr_kop entry;

	self->ops[0] = (struct ktstr_op){
		.kind = SCENARIO_OP_WATCH, .name = "a", .entries = &entry, .nr_entries = 1
	};
	refused(_metadata, self, 1, "op 0 (watch)", "drop them");
}

/* One kernel operation with one entry. */
static void kernel_op(FIXTURE_DATA(plan_ops) * self, const struct ktstr_kop *entry,
		      enum wire_kop_direction direction)
{
	self->ops[0] = (struct ktstr_op){
		.kind = SCENARIO_OP_KERNEL,
		.mode = WIRE_KOP_COLD,
		.direction = direction,
		.entries = entry,
		.nr_entries = 1,
	};
}

TEST_F(plan_ops, kernel_operation_as_the_wire_has_it)
{
	static const struct ktstr_kop entries[] = {
		{ .target = WIRE_KOP_SYMBOL,
		  .symbol = "jiffies",
		  .type = WIRE_KOP_U64,
		  .value = 0x1122334455667788 },
		{ .target = WIRE_KOP_KVA,
		  .address = 0xffff888000001000,
		  .type = WIRE_KOP_U32,
		  .value = 7 },
		{ .target = WIRE_KOP_PERCPU_FIELD,
		  .symbol = "runqueues",
		  .field = "nr_running",
		  .cpu = 3,
		  .type = WIRE_KOP_OR_U32,
		  .value = 1 },
		{ .target = WIRE_KOP_TASK_FIELD,
		  .pid = 42,
		  .start_time_ns = 99,
		  .field = "scx.weight",
		  .type = WIRE_KOP_BYTES,
		  .len = 2,
		  .bytes = "ab" },
	};
	struct kop_entry_view e;
	struct korq_view v;
	size_t pos = 0;

	kernel_op(self, entries, WIRE_KOP_WRITE);
	self->ops[0].name = "tag";
	self->ops[0].nr_entries = ARRAY_SIZE(entries);
	ASSERT_EQ(0, make(self, 1))
	TH_LOG("%s", self->err.msg);
	ASSERT_EQ(0, korq_decode(self->plan.ops[0].korq, self->plan.ops[0].korq_len, &v));
	EXPECT_EQ(WIRE_KOP_COLD, v.mode);
	EXPECT_EQ(WIRE_KOP_WRITE, v.direction);
	EXPECT_EQ(3, v.tag_len);
	ASSERT_TRUE(korq_next(&v, &pos, &e));
	EXPECT_EQ(WIRE_KOP_SYMBOL, e.target);
	EXPECT_EQ(7, e.target_len);
	EXPECT_EQ(0, memcmp(e.value_data, "\x88\x77\x66\x55\x44\x33\x22\x11", 8));
	ASSERT_TRUE(korq_next(&v, &pos, &e));
	EXPECT_EQ(0, memcmp(e.target_data, "\x00\x10\x00\x00\x80\x88\xff\xff", 8));
	EXPECT_EQ(4, e.value_len);
	ASSERT_TRUE(korq_next(&v, &pos, &e));
	EXPECT_EQ(4 + strlen("runqueues.nr_running"), e.target_len);
	EXPECT_EQ(0, memcmp(e.target_data, "\3\0\0\0runqueues.nr_running", e.target_len));
	ASSERT_TRUE(korq_next(&v, &pos, &e));
	EXPECT_EQ(12 + strlen("scx.weight"), e.target_len);
	EXPECT_EQ(0, memcmp(e.target_data, "\x2a\0\0\0\x63\0\0\0\0\0\0\0scx.weight", e.target_len));
	EXPECT_EQ(0, memcmp(e.value_data, "ab", 2));
	EXPECT_FALSE(korq_next(&v, &pos, &e));
}

TEST_F(plan_ops, kernel_operation_without_its_parts)
{
	static const struct ktstr_kop good = { .target = WIRE_KOP_SYMBOL,
					       .symbol = "jiffies",
					       .type = WIRE_KOP_U32 };

	kernel_op(self, &good, WIRE_KOP_READ);
	EXPECT_EQ(0, make(self, 1));
	self->ops[0].mode = 0;
	refused(_metadata, self, 1, "op 0 (kernel)", "WIRE_KOP_HOT or");
	kernel_op(self, &good, 0);
	refused(_metadata, self, 1, "op 0 (kernel)", "WIRE_KOP_READ or");
	kernel_op(self, NULL, WIRE_KOP_READ);
	refused(_metadata, self, 1, "op 0 (kernel): 0 entries", ".entries");
	kernel_op(self, &good, WIRE_KOP_READ);
	self->ops[0].nr_entries = WIRE_KOP_ENTRIES_MAX + 1;
	refused(_metadata, self, 1, "op 0 (kernel): 4097 entries", "1 to 4096");
}

TEST_F(plan_ops, kernel_entries_that_cannot_be)
{
	static const struct {
		struct ktstr_kop entry;
		enum wire_kop_direction direction;
		const char *way_out;
	} bad[] = {
		{ { .target = 0, .type = WIRE_KOP_U32 }, WIRE_KOP_READ, "enum wire_kop_target" },
		{ { .target = WIRE_KOP_SYMBOL, .type = WIRE_KOP_U32 }, WIRE_KOP_READ, ".symbol" },
		{ { .target = WIRE_KOP_DIRECT, .type = WIRE_KOP_U32 }, WIRE_KOP_READ, ".address" },
		{ { .target = WIRE_KOP_PERCPU_FIELD, .symbol = "rq", .type = WIRE_KOP_U32 },
		  WIRE_KOP_READ,
		  ".field" },
		{ { .target = WIRE_KOP_TASK_FIELD, .field = "x", .type = WIRE_KOP_U32 },
		  WIRE_KOP_READ,
		  ".pid" },
		{ { .target = WIRE_KOP_SYMBOL, .symbol = "a", .type = 9 },
		  WIRE_KOP_READ,
		  "enum wire_kop_value" },
		{ { .target = WIRE_KOP_SYMBOL, .symbol = "a", .type = WIRE_KOP_OR_U32 },
		  WIRE_KOP_READ,
		  "WIRE_KOP_U32" },
		{ { .target = WIRE_KOP_SYMBOL,
		    .symbol = "a",
		    .type = WIRE_KOP_U32,
		    .value = 1ull << 32 },
		  WIRE_KOP_WRITE,
		  "use WIRE_KOP_U64" },
		{ { .target = WIRE_KOP_SYMBOL, .symbol = "a", .type = WIRE_KOP_BYTES },
		  WIRE_KOP_READ,
		  ".len" },
		{ { .target = WIRE_KOP_SYMBOL, .symbol = "a", .type = WIRE_KOP_BYTES, .len = 4 },
		  WIRE_KOP_WRITE,
		  ".bytes" },
		{ { .target = WIRE_KOP_SYMBOL, .symbol = "a", .type = WIRE_KOP_U32, .len = 4 },
		  WIRE_KOP_READ,
		  "leave it 0" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		kernel_op(self, &bad[i].entry, bad[i].direction);
		refused(_metadata, self, 1, "op 0 (kernel), entry 0: ", bad[i].way_out);
	}
}

TEST_F(plan_ops, kernel_names_longer_than_a_target)
{
	char name[WIRE_KOP_TARGET_MAX + 8];
	struct ktstr_kop entry = { .target = WIRE_KOP_SYMBOL,
				   .symbol = name,
				   .type = WIRE_KOP_U32 };

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	kernel_op(self, &entry, WIRE_KOP_READ);
	refused(_metadata, self, 1, "op 0 (kernel), entry 0", "shorten them");
}

TEST_F(plan_ops, read_of_more_than_a_reply_has)
{
	static const struct ktstr_kop entry = { .target = WIRE_KOP_KVA,
						.address = 0xffff888000000000,
						.type = WIRE_KOP_BYTES,
						.len = WIRE_KORP_MAX + 1 };

	kernel_op(self, &entry, WIRE_KOP_READ);
	refused(_metadata, self, 1, "op 0 (kernel)", "split it");
}

TEST_F(plan_ops, a_refusal_in_the_middle_leaks_nothing)
{
	static const struct ktstr_kop entry = { .target = WIRE_KOP_SYMBOL,
						.symbol = "a",
						.type = WIRE_KOP_U32 };

	kernel_op(self, &entry, WIRE_KOP_READ);
	self->ops[1] = self->ops[0];
	self->ops[1].direction = 9;
	refused(_metadata, self, 2, "op 1 (kernel)", "WIRE_KOP_READ or");
}

TEST_F(plan_ops, periodic_snapshots)
{
	u64 budget;

	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = "x", .count = 62 };
	ASSERT_EQ(0, make(self, 1));
	EXPECT_EQ(62, self->plan.captures);
	budget = self->plan.budget_ns;
	EXPECT_EQ(0, plan_periodic(&self->test, DURATION_MS, &self->plan, &self->err));
	EXPECT_EQ(budget, self->plan.budget_ns);
	self->test.periodic = 2;
	EXPECT_EQ(0, plan_periodic(&self->test, DURATION_MS, &self->plan, &self->err));
	EXPECT_GT(self->plan.budget_ns, budget);
	self->test.periodic = 3;
	EXPECT_EQ(-EINVAL, plan_periodic(&self->test, DURATION_MS, &self->plan, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "3 periodic snapshots, and 62"));
}

TEST_F(plan_ops, periodic_snapshots_that_cannot_be)
{
	ASSERT_EQ(0, make(self, 0));
	self->test.periodic = 8;
	EXPECT_EQ(-EINVAL, plan_periodic(&self->test, DURATION_MS, &self->plan, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "88 ms apart"));
	EXPECT_NE(NULL, strstr(self->err.msg, "run for 1125 ms"));
	self->test.periodic = 65;
	EXPECT_EQ(-EINVAL, plan_periodic(&self->test, 1000000, &self->plan, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "at most 64"));
	self->test.periodic = 2;
	self->test.no_observe = true;
	EXPECT_EQ(-EINVAL, plan_periodic(&self->test, DURATION_MS, &self->plan, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no_observe"));
}

TEST(map_writes)
{
	struct ktstr_map_write w[COORD_MAP_WRITES_MAX + 1] = {
		{ ".bss", "crash", 1, 500 },
	};
	struct ktstr_test test = { .map_writes = w, .nr_map_writes = 1 };
	struct coord_map_write out[COORD_MAP_WRITES_MAX];
	struct ktstr_err err;

	ASSERT_EQ(0, plan_map_writes(&test, DURATION_MS, out, &err));
	EXPECT_STREQ(".bss", out[0].map);
	EXPECT_EQ(1, out[0].value);
	EXPECT_EQ(500 * NSEC_PER_MSEC, out[0].after_ns);
	w[0].after_ms = DURATION_MS;
	EXPECT_EQ(-EINVAL, plan_map_writes(&test, DURATION_MS, out, &err));
	EXPECT_NE(NULL, strstr(err.msg, "map write 0 (crash)"));
	w[0] = (struct ktstr_map_write){ .map = ".bss" };
	EXPECT_EQ(-EINVAL, plan_map_writes(&test, DURATION_MS, out, &err));
	EXPECT_NE(NULL, strstr(err.msg, "map write 0"));
	test.nr_map_writes = ARRAY_SIZE(w);
	EXPECT_EQ(-EINVAL, plan_map_writes(&test, DURATION_MS, out, &err));
	EXPECT_NE(NULL, strstr(err.msg, "at most 16"));
	test.nr_map_writes = 1;
	test.map_writes = NULL;
	EXPECT_EQ(-EINVAL, plan_map_writes(&test, DURATION_MS, out, &err));
}

static int end(FIXTURE_DATA(plan_ops) * self)
{
	return plan_ops_end(&self->test, DURATION_MS, &self->plan, &self->err);
}

TEST_F(plan_ops, what_comes_at_the_end_is_last_and_within_the_workload)
{
	const struct scenario_op *op;

	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_CAPTURE, .name = "a" };
	ASSERT_EQ(0, make(self, 1));
	EXPECT_EQ(0, end(self));
	EXPECT_EQ(1, self->plan.nr_ops);
	self->test.save_memory = "file";
	self->test.hold_ms = 5000;
	ASSERT_EQ(0, end(self));
	ASSERT_EQ(3, self->plan.nr_ops);
	op = &self->plan.ops[1];
	EXPECT_EQ(SCENARIO_OP_MEMORY, op->kind);
	EXPECT_EQ(DURATION_MS - 1, op->at_ms);
	EXPECT_EQ(SCENARIO_OP_MAY_FAIL, op->flags);
	op++;
	EXPECT_EQ(SCENARIO_OP_HOLD, op->kind);
	EXPECT_EQ(DURATION_MS - 1, op->at_ms);
	EXPECT_EQ(5000, op->timeout_ms);
	EXPECT_EQ(0, op->flags);
	EXPECT_LE(65 * NSEC_PER_SEC, self->plan.budget_ns);
}

TEST_F(plan_ops, what_comes_at_the_end_fits_behind_all_others)
{
	size_t i;

	for (i = 0; i < KTSTR_OPS_MAX; i++)
		self->ops[i] = (struct ktstr_op){ .kind = SCENARIO_OP_WATCH, .name = "a" };
	ASSERT_EQ(0, make(self, KTSTR_OPS_MAX));
	self->test.save_memory = "file";
	self->test.hold_ms = 1;
	ASSERT_EQ(0, end(self));
	EXPECT_GE(SCENARIO_OPS_MAX, self->plan.nr_ops);
}

TEST_F(plan_ops, holds_that_cannot_be)
{
	self->test.hold_ms = KTSTR_HOLD_MAX_MS + 1;
	EXPECT_EQ(-EINVAL, end(self));
	EXPECT_NE(NULL, strstr(self->err.msg, "a day"));
	self->test.hold_ms = 1;
	self->test.timeout_ms = 1000;
	EXPECT_EQ(-EINVAL, end(self));
	EXPECT_NE(NULL, strstr(self->err.msg, "timeout_ms"));
}

TEST_F(plan_ops, what_comes_at_the_end_is_no_tests_to_ask_for)
{
	self->ops[0] = (struct ktstr_op){ .kind = SCENARIO_OP_MEMORY, .name = "a" };
	refused(_metadata, self, 1, "op 0", "does not exist");
	self->ops[0].kind = SCENARIO_OP_HOLD;
	refused(_metadata, self, 1, "op 0", "does not exist");
}

TEST_HARNESS_MAIN
