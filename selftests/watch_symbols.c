// SPDX-License-Identifier: GPL-2.0-only
/* Symbols of the kernel are watched the same way as what ends a scheduler. */
#include "lib/util.h"
#include "selftests/sched/ktstr_fixture.h"
#include "selftests/watch_run.h"

/*
 * Three symbols that are written once each, well after the fourth was refused;
 * then one that is written at every tick.
 */
static const struct ktstr_op watches[] = {
	{ .kind = SCENARIO_OP_WATCH, .at_ms = 100, .name = "scx_watchdog_timestamp" },
	{ .kind = SCENARIO_OP_WATCH, .at_ms = 100, .name = "panic_timeout" },
	{ .kind = SCENARIO_OP_WATCH, .at_ms = 100, .name = "print_fatal_signals" },
	{ .kind = SCENARIO_OP_WATCH, .at_ms = 100, .name = "total_forks", .may_fail = true },
	{ .kind = SCENARIO_OP_WATCH, .at_ms = 4000, .name = "jiffies_64" },
};

FIXTURE(symbols)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(symbols)
{
	/* The kernel looks twice in a --timeout, and notes when. */
	static const char *const args[] = { "--timeout=5000", "--sysctl-after=2000", NULL };
	struct ktstr_test test = {
		.sched_args = args,
		.duration_ms = 5000,
		.ops = watches,
		.nr_ops = ARRAY_SIZE(watches),
	};

	run(&test, &self->res);
}

FIXTURE_TEARDOWN(symbols)
{
	test_end(_metadata, &self->res);
}

static const struct ktstr_snapshot *check_watch(struct __test_metadata *_metadata,
						const struct ktstr_result *res, const char *symbol)
{
	const struct ktstr_snapshot *s = ktstr_snapshot_find(res, symbol);
	const struct op_view *end = ktstr_op_find(res, WIRE_OP_WATCH_END, symbol);

	EXPECT_NE(s, NULL);
	EXPECT_NE(end, NULL);
	if (!s || !end) {
		ksft_print_msg("nothing about %s\n", symbol);
		return NULL;
	}
	ksft_print_msg("%s: 0x%llx to 0x%llx\n", symbol, (unsigned long long)s->v.old_value,
		       (unsigned long long)s->v.new_value);
	print_timing(&s->v);
	EXPECT_EQ(s->v.kind, WIRE_DUMP_WATCH);
	EXPECT_EQ(s->v.frozen, VCPUS);
	EXPECT_NE(s->v.kva, 0);
	EXPECT_NE(s->v.ip_symbol[0], '\0');
	EXPECT_GE(s->v.writes, 1);
	EXPECT_EQ(end->status, WIRE_SNAP_OK);
	EXPECT_GE(end->writes, s->v.writes);
	return s;
}

TEST_F_TIMEOUT(symbols, are_watched, RUN_TIMEOUT_S)
{
	const struct ktstr_result *res = &self->res;
	const struct ktstr_snapshot *s, *hot;
	const struct op_view *op;

	EXPECT_EQ(res->verdict, KTSTR_PASS);
	EXPECT_EQ(count_snapshots(res, WIRE_DUMP_FAILURE), 0);
	EXPECT_EQ(count_snapshots(res, WIRE_DUMP_WATCH), 4);
	EXPECT_EQ(res->nr_snapshots, 4);

	s = check_watch(_metadata, res, "panic_timeout");
	ASSERT_NE(s, NULL);
	/* panic=-1 is on every guest's command line */
	EXPECT_EQ(s->v.old_value, 0xffffffff);
	EXPECT_EQ(s->v.new_value, FIXTURE_PANIC_TIMEOUT);
	s = check_watch(_metadata, res, "print_fatal_signals");
	ASSERT_NE(s, NULL);
	EXPECT_EQ(s->v.old_value, 0);
	EXPECT_EQ(s->v.new_value, 1);

	op = ktstr_op_find(res, WIRE_OP_WATCH, "total_forks");
	ASSERT_NE(op, NULL);
	EXPECT_EQ(op->status, WIRE_SNAP_ERR);
	EXPECT_NE(strstr(op->reason, "slots 1..3 are all taken"), NULL);

	/* Written again and again: the guest gets on, and it is counted. */
	hot = check_watch(_metadata, res, "jiffies_64");
	ASSERT_NE(hot, NULL);
	EXPECT_GT(hot->v.new_value, hot->v.old_value);
	/* What the watchdog notes is jiffies. */
	s = check_watch(_metadata, res, "scx_watchdog_timestamp");
	ASSERT_NE(s, NULL);
	EXPECT_NE(strstr(s->v.ip_symbol, "scx_watchdog_workfn+"), NULL);
	EXPECT_GT((u32)(s->v.new_value - s->v.old_value), 0);
	EXPECT_GE((s32)(hot->v.new_value - s->v.new_value), 0);
}

int main(int argc, char **argv)
{
	return watch_main(argc, argv);
}
