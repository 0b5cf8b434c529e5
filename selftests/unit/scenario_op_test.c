// SPDX-License-Identifier: GPL-2.0-only
/* The ops of a scenario: what each has, and what it must not have. */
#include "kselftest_harness.h"
#include "scenario_fixture.h"

static int encode_op(const struct scenario_op *op)
{
	static struct scenario_group groups[] = { { .workers = 1 }, { .workers = 1 } };
	struct scenario_op copy = *op;
	struct scenario in = { .ops = &copy, .nr_ops = 1, .groups = groups, .nr_groups = 2 };

	return encode_errno(&in);
}

TEST(ops_keep_their_order_and_contents)
{
	struct scenario *s = through_file(&full);
	u32 i;

	ASSERT_NE(s, NULL);
	ASSERT_EQ(s->nr_ops, ARRAY_SIZE(every_op));
	for (i = 0; i < s->nr_ops; i++) {
		const struct scenario_op *in = &every_op[i], *out = &s->ops[i];

		EXPECT_EQ(in->kind, i + 1);
		EXPECT_EQ(out->kind, in->kind);
		EXPECT_EQ(out->at_ms, in->at_ms);
		EXPECT_EQ(out->count, in->count);
		EXPECT_EQ(out->flags, in->flags);
		EXPECT_TRUE(same_string(out->tag, in->tag));
		EXPECT_TRUE(same_string(out->path, in->path));
		EXPECT_TRUE(same_strings(out->argv, in->argv));
		EXPECT_EQ(out->timeout_ms, in->timeout_ms);
		EXPECT_EQ(out->group, in->group);
		EXPECT_TRUE(same_string(out->cgroup, in->cgroup));
		EXPECT_TRUE(same_string(out->to, in->to));
		EXPECT_TRUE(same_string(out->value, in->value));
		EXPECT_TRUE(same_strings(out->cpus, in->cpus));
		ASSERT_EQ(out->korq_len, in->korq_len);
		EXPECT_TRUE(!in->korq_len || !memcmp(out->korq, in->korq, in->korq_len));
	}
	scenario_free(s);
}

/* A member: how to take it away, how to put something there that would be good. */
enum member {
	TAG = BIT(0),
	PATH = BIT(1),
	CGROUP = BIT(2),
	TO = BIT(3),
	VALUE = BIT(4),
	ARGV = BIT(5),
	CPUS = BIT(6),
	KORQ = BIT(7),
	TIMEOUT = BIT(8),
	GROUP = BIT(9),
	MEMBERS_END = BIT(10),
};

static void set_member(struct scenario_op *op, u32 member, bool present)
{
	if (member == TAG)
		op->tag = present ? "tag" : NULL;
	else if (member == PATH)
		op->path = present ? "/path" : NULL;
	else if (member == CGROUP)
		op->cgroup = present ? "cgroup" : NULL;
	else if (member == TO)
		op->to = present ? "to" : NULL;
	else if (member == VALUE)
		op->value = present ? "value" : NULL;
	else if (member == ARGV)
		op->argv = present ? run_argv : NULL;
	else if (member == CPUS)
		op->cpus = present ? two_lists : NULL;
	else if (member == TIMEOUT)
		op->timeout_ms = present;
	else if (member == GROUP)
		op->group = present;
	else
		op->korq_len = present ? sizeof(korq) - 1 : 0;
	if (member == KORQ)
		op->korq = present ? korq : NULL;
}

/* What lib/scenario.h says each kind has. */
static const struct {
	u32 must;
	u32 may;
} has[SCENARIO_OP_NR] = {
	[SCENARIO_OP_CAPTURE] = { TAG },
	[SCENARIO_OP_WATCH] = { TAG },
	[SCENARIO_OP_UNWATCH] = { TAG },
	[SCENARIO_OP_KERNEL] = { KORQ },
	[SCENARIO_OP_RUN] = { TAG | PATH | ARGV | TIMEOUT },
	[SCENARIO_OP_MEMORY] = { TAG },
	[SCENARIO_OP_HOLD] = { TAG | TIMEOUT },
	[SCENARIO_OP_CGROUP_ADD] = { CGROUP },
	[SCENARIO_OP_CGROUP_SET] = { CGROUP | TO | VALUE },
	[SCENARIO_OP_CGROUP_REMOVE] = { CGROUP },
	[SCENARIO_OP_SPAWN] = { .may = GROUP },
	[SCENARIO_OP_STOP] = { TIMEOUT, GROUP },
	[SCENARIO_OP_AFFINITY] = { CPUS, GROUP },
	[SCENARIO_OP_MOVE] = { CGROUP | TO },
	[SCENARIO_OP_PAYLOAD] = { TAG | PATH | ARGV | TIMEOUT, CGROUP },
	[SCENARIO_OP_PAYLOAD_WAIT] = { TAG | TIMEOUT },
	[SCENARIO_OP_PAYLOAD_KILL] = { TAG },
	[SCENARIO_OP_SCHED_ATTACH] = { PATH | ARGV | TIMEOUT, TO },
	[SCENARIO_OP_SCHED_DETACH] = { TIMEOUT },
	[SCENARIO_OP_CGROUP_PROCS] = { TAG | CGROUP },
};

TEST(each_kind_has_its_members_and_no_others)
{
	struct scenario_op op;
	u32 kind, member;

	for (kind = 1; kind < SCENARIO_OP_NR; kind++) {
		EXPECT_EQ(encode_op(op_of(kind)), 0);
		for (member = 1; member < MEMBERS_END; member <<= 1) {
			op = *op_of(kind);
			set_member(&op, member, false);
			EXPECT_EQ(encode_op(&op), has[kind].must & member ? -EINVAL : 0)
			{
				TH_LOG("%s without %#x", scenario_op_name(kind), member);
			}
			op = *op_of(kind);
			set_member(&op, member, true);
			EXPECT_EQ(encode_op(&op),
				  (has[kind].must | has[kind].may) & member ? 0 : -EINVAL)
			{
				TH_LOG("%s with %#x", scenario_op_name(kind), member);
			}
		}
	}
}

TEST(number_of_ops_is_bounded)
{
	struct scenario_op many[SCENARIO_OPS_MAX + 1];
	struct scenario in = { .ops = many, .nr_ops = ARRAY_SIZE(many) }, *s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = *op_of(SCENARIO_OP_CAPTURE);
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	in.nr_ops--;
	s = through_file(&in);
	ASSERT_NE(s, NULL);
	EXPECT_EQ(s->nr_ops, SCENARIO_OPS_MAX);
	scenario_free(s);
}

TEST(encoder_refuses_kinds_flags_and_tags)
{
	struct scenario_op op = *op_of(SCENARIO_OP_CAPTURE);
	char tag[WIRE_SNAP_TAG_MAX + 2];

	op.kind = 0;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op.kind = SCENARIO_OP_NR;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op.kind = 0xffffffff;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = *op_of(SCENARIO_OP_CAPTURE);
	op.flags = BIT(2);
	EXPECT_EQ(encode_op(&op), -EINVAL);
	op = *op_of(SCENARIO_OP_CAPTURE);
	op.tag = "";
	EXPECT_EQ(encode_op(&op), -EINVAL);
	memset(tag, 't', sizeof(tag));
	tag[WIRE_SNAP_TAG_MAX + 1] = '\0';
	op.tag = tag;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	tag[WIRE_SNAP_TAG_MAX] = '\0';
	EXPECT_EQ(encode_op(&op), 0);
	op = *op_of(SCENARIO_OP_KERNEL);
	op.korq_len--;
	EXPECT_EQ(encode_op(&op), -EINVAL);
}

TEST(encoder_refuses_programs)
{
	char *many[SCENARIO_ARGV_MAX + 2] = { NULL }, *none = NULL;
	static const u32 kinds[] = { SCENARIO_OP_RUN, SCENARIO_OP_PAYLOAD,
				     SCENARIO_OP_SCHED_ATTACH };
	struct scenario_op op;
	size_t i;

	for (i = 0; i < SCENARIO_ARGV_MAX + 1; i++)
		many[i] = "x";
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		op = *op_of(kinds[i]);
		many[SCENARIO_ARGV_MAX] = "x";
		op.argv = many;
		EXPECT_EQ(encode_op(&op), -EINVAL);
		many[SCENARIO_ARGV_MAX] = NULL;
		EXPECT_EQ(encode_op(&op), 0);
		op.argv = &none;
		EXPECT_EQ(encode_op(&op), -EINVAL);
		op = *op_of(kinds[i]);
		op.path = "";
		EXPECT_EQ(encode_op(&op), -EINVAL);
	}
}

static int encode_cgroup(const char *name)
{
	struct scenario_op add = { .kind = SCENARIO_OP_CGROUP_ADD, .cgroup = name };
	struct scenario_op move = { .kind = SCENARIO_OP_MOVE, .cgroup = "", .to = name };
	int ret = encode_op(&add);

	return ret == encode_op(&move) ? ret : -EIO;
}

TEST(cgroups_stay_below_the_root)
{
	static const char *const good[] = { "", "a", "a/b", "a.b", "...", ".a", "..a/b..", "a b" };
	static const char *const bad[] = { "/",	  "/a",	  "a/",	 "a//b",   ".",	    "..", "../a",
					   "./a", "a/..", "a/.", "a/../b", "a/./b", "a\n" };
	char path[SCENARIO_PATH_MAX + 1];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(encode_cgroup(good[i]), 0)
		{
			TH_LOG("%s", good[i]);
		}
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(encode_cgroup(bad[i]), -EINVAL)
		{
			TH_LOG("%s", bad[i]);
		}
	}
	memset(path, 'x', sizeof(path));
	path[256] = '\0';
	EXPECT_EQ(encode_cgroup(path), -EINVAL);
	path[255] = '\0';
	EXPECT_EQ(encode_cgroup(path), 0);
	for (i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? '/' : 'x';
	path[SCENARIO_PATH_MAX] = '\0';
	path[SCENARIO_PATH_MAX - 1] = 'x';
	EXPECT_EQ(encode_cgroup(path), -EINVAL);
	path[SCENARIO_PATH_MAX - 1] = '\0';
	path[SCENARIO_PATH_MAX - 2] = 'x';
	EXPECT_EQ(encode_cgroup(path), 0);
}

TEST(a_file_of_a_cgroup_is_in_it)
{
	static const char *const bad[] = { "", "/cpu.max", "a/cpu.max", "..", ".", "cpu.max/" };
	struct scenario_op op = *op_of(SCENARIO_OP_CGROUP_SET);
	char value[SCENARIO_PATH_MAX + 1];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		op.to = bad[i];
		EXPECT_EQ(encode_op(&op), -EINVAL)
		{
			TH_LOG("%s", bad[i]);
		}
	}
	op.to = "cpu.max";
	memset(value, 'v', sizeof(value));
	value[SCENARIO_PATH_MAX] = '\0';
	op.value = value;
	EXPECT_EQ(encode_op(&op), -EINVAL);
	value[SCENARIO_PATH_MAX - 1] = '\0';
	EXPECT_EQ(encode_op(&op), 0);
}

TEST(lists_of_cpus_are_such)
{
	static const char *const bad[] = { "", "x", "1-", "3-1", "0,", "512", "0-3 " };
	char *cpus[3] = { "0", "511", NULL }, *none = NULL;
	struct scenario_op op = *op_of(SCENARIO_OP_AFFINITY);
	size_t i;

	op.cpus = cpus;
	EXPECT_EQ(encode_op(&op), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		cpus[1] = (char *)bad[i];
		EXPECT_EQ(encode_op(&op), -EINVAL)
		{
			TH_LOG("%s", bad[i]);
		}
	}
	op.cpus = &none;
	EXPECT_EQ(encode_op(&op), -EINVAL);
}

/* As lib/scenario_op.c has it. */
struct raw_op {
	u32 kind;
	u32 at_ms;
	u32 count;
	u32 flags;
	u32 timeout_ms;
	u32 group;
	u32 strings;
	u32 nr_argv;
	u32 nr_cpus;
};

static int decode_raw(const struct raw_op *op, const char *rest, size_t len)
{
	struct file f = file_start();
	u8 buf[512];

	memcpy(buf, op, sizeof(*op));
	memcpy(buf + sizeof(*op), rest, len);
	add(&f, "SOPR", buf, sizeof(*op) + len);
	return decode_whole(&f, NULL);
}

/* The NUL at the end of a literal counts. */
#define DECODE(op, rest) decode_raw(&(op), rest, sizeof(rest))

TEST(decoder_refuses_ops)
{
	struct raw_op op = { .kind = SCENARIO_OP_CAPTURE, .strings = TAG };
	struct file f = file_start();

	EXPECT_EQ(DECODE(op, "tag"), 0);
	EXPECT_EQ(decode_raw(&op, "tag", 3), EBADMSG);
	EXPECT_EQ(decode_raw(&op, "", 0), EBADMSG);
	EXPECT_EQ(DECODE(op, ""), EBADMSG);
	EXPECT_EQ(DECODE(op, "tag\0"), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0g"), EBADMSG);
	op.strings = 0;
	EXPECT_EQ(decode_raw(&op, "", 0), EBADMSG);
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.strings = TAG | BIT(5);
	EXPECT_EQ(DECODE(op, "tag\0x"), EBADMSG);
	op.strings = TAG | BIT(31);
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.strings = TAG;
	op.flags = BIT(2);
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.flags = 0;
	op.kind = 0;
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.kind = SCENARIO_OP_NR;
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.kind = 0xffffffff;
	EXPECT_EQ(DECODE(op, "tag"), EBADMSG);
	op.kind = SCENARIO_OP_KERNEL;
	op.strings = 0;
	EXPECT_EQ(DECODE(op, "junk"), EBADMSG);
	EXPECT_EQ(decode_raw(&op, (const char *)korq, sizeof(korq) - 1), 0);
	add(&f, "SOPR", "short", 5);
	EXPECT_EQ(decode_whole(&f, NULL), EBADMSG);
}

TEST(decoder_refuses_programs)
{
	struct raw_op op = {
		.kind = SCENARIO_OP_RUN, .timeout_ms = 1, .strings = TAG | PATH, .nr_argv = 1
	};

	EXPECT_EQ(DECODE(op, "t\0p\0a"), 0);
	EXPECT_EQ(decode_raw(&op, "t\0p\0a", 5), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0p"), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0\0a"), EBADMSG);
	EXPECT_EQ(DECODE(op, "t\0p\0a\0b"), EBADMSG);
	op.nr_argv = 2;
	EXPECT_EQ(DECODE(op, "t\0p\0a\0"), 0);
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
	op.nr_argv = 0;
	EXPECT_EQ(DECODE(op, "t\0p"), EBADMSG);
	op.nr_argv = 0xffffffff;
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
	op.nr_argv = 1;
	op.nr_cpus = 0xffffffff;
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
	op.nr_cpus = 0;
	op.timeout_ms = 0;
	EXPECT_EQ(DECODE(op, "t\0p\0a"), EBADMSG);
}

TEST(decoder_refuses_cgroups_and_groups)
{
	struct raw_op set = { .kind = SCENARIO_OP_CGROUP_SET, .strings = CGROUP | TO | VALUE };
	struct raw_op hold = { .kind = SCENARIO_OP_HOLD, .timeout_ms = 1, .strings = TAG };
	struct raw_op spawn = { .kind = SCENARIO_OP_SPAWN };

	EXPECT_EQ(DECODE(set, "a\0cpu.max\0max"), 0);
	EXPECT_EQ(DECODE(set, "a\0../b\0max"), EBADMSG);
	EXPECT_EQ(DECODE(set, "../a\0cpu.max\0max"), EBADMSG);
	EXPECT_EQ(DECODE(set, "a\0cpu.max"), EBADMSG);
	EXPECT_EQ(DECODE(hold, "t"), 0);
	hold.timeout_ms = 0;
	EXPECT_EQ(DECODE(hold, "t"), EBADMSG);
	hold.timeout_ms = 1;
	hold.group = 1;
	EXPECT_EQ(DECODE(hold, "t"), EBADMSG);
	/* there are no groups */
	EXPECT_EQ(decode_raw(&spawn, "", 0), EBADMSG);
}

TEST(op_names)
{
	u32 i, j;

	for (i = 1; i < SCENARIO_OP_NR; i++) {
		ASSERT_NE(scenario_op_name(i), NULL);
		for (j = 1; j < i; j++)
			EXPECT_STRNE(scenario_op_name(i), scenario_op_name(j));
	}
	EXPECT_STREQ(scenario_op_name(SCENARIO_OP_CGROUP_ADD), "cgroup-add");
	EXPECT_STREQ(scenario_op_name(SCENARIO_OP_PAYLOAD_WAIT), "payload-wait");
	EXPECT_EQ(scenario_op_name(0), NULL);
	EXPECT_EQ(scenario_op_name(SCENARIO_OP_NR), NULL);
	EXPECT_EQ(scenario_op_name(0xffffffff), NULL);
}

TEST_HARNESS_MAIN
