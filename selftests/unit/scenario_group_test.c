// SPDX-License-Identifier: GPL-2.0-only
/* Groups of workers and steps of a scenario, and how they fit each other. */
#include "kselftest_harness.h"
#include "scenario_fixture.h"

static int encode_group(const struct scenario_group *g)
{
	struct scenario_group copy = *g;
	struct scenario in = { .groups = &copy, .nr_groups = 1 };

	copy.step = 0;
	return encode_errno(&in);
}

TEST(groups_keep_their_contents)
{
	struct scenario *s = through_file(&full);
	u32 i, j;

	ASSERT_NE(s, NULL);
	ASSERT_EQ(s->nr_groups, ARRAY_SIZE(every_group));
	for (i = 0; i < s->nr_groups; i++) {
		const struct scenario_group *in = &every_group[i], *out = &s->groups[i];

		EXPECT_EQ(out->step, in->step);
		EXPECT_EQ(out->workers, in->workers);
		EXPECT_EQ(out->work.type, in->work.type);
		for (j = 0; j < WORK_ARGS; j++)
			EXPECT_EQ(out->work.arg[j], in->work.arg[j]);
		EXPECT_EQ(out->flags, in->flags);
		EXPECT_EQ(out->policy, in->policy);
		EXPECT_EQ(out->priority, in->priority);
		EXPECT_EQ(out->nice, in->nice);
		EXPECT_EQ(out->runtime_ns, in->runtime_ns);
		EXPECT_EQ(out->deadline_ns, in->deadline_ns);
		EXPECT_EQ(out->period_ns, in->period_ns);
		EXPECT_EQ(out->mem, in->mem);
		EXPECT_EQ(out->nodes, in->nodes);
		EXPECT_EQ(out->uid, in->uid);
		EXPECT_EQ(out->gid, in->gid);
		EXPECT_TRUE(same_string(out->cgroup, in->cgroup));
		EXPECT_TRUE(same_string(out->comm, in->comm));
		EXPECT_TRUE(same_string(out->pcomm, in->pcomm));
		EXPECT_TRUE(same_strings(out->cpus, in->cpus));
	}
	scenario_free(s);
}

TEST(steps_keep_their_contents)
{
	struct scenario *s = through_file(&full);
	u32 i;

	ASSERT_NE(s, NULL);
	ASSERT_EQ(s->nr_steps, ARRAY_SIZE(every_step));
	for (i = 0; i < s->nr_steps; i++) {
		EXPECT_EQ(s->steps[i].nr_ops, every_step[i].nr_ops);
		EXPECT_EQ(s->steps[i].loop_from, every_step[i].loop_from);
		EXPECT_EQ(s->steps[i].nr_end, every_step[i].nr_end);
		EXPECT_EQ(s->steps[i].hold_ms, every_step[i].hold_ms);
		EXPECT_EQ(s->steps[i].loop_ms, every_step[i].loop_ms);
	}
	scenario_free(s);
}

TEST(number_of_workers)
{
	struct scenario_group g = {}, two[2] = { { .workers = SCENARIO_WORKERS_MAX }, {} };
	struct scenario in = { .groups = two, .nr_groups = 1 };

	EXPECT_EQ(encode_group(&g), -EINVAL);
	g.workers = SCENARIO_WORKERS_MAX + 1;
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g.workers = 3;
	EXPECT_EQ(encode_group(&g), 0);
	g.work.type = WORK_PIPE;
	EXPECT_EQ(encode_group(&g), -EINVAL);
	EXPECT_EQ(encode_errno(&in), 0);
	two[1].workers = 1;
	in.nr_groups = 2;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
}

TEST(work_must_be_possible)
{
	struct scenario_group g = { .workers = 4 };

	g.work.type = WORK_TYPES;
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g.work.type = WORK_FORK_EXIT;
	EXPECT_EQ(encode_group(&g), 0);
	g.flags = SCENARIO_GROUP_THREADS;
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g.work = (struct work){ WORK_SPIN, .arg = { 1 } };
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g.work.arg[0] = 0;
	EXPECT_EQ(encode_group(&g), 0);
	g.flags = BIT(1);
	EXPECT_EQ(encode_group(&g), -EINVAL);
}

static int encode_policy(u32 policy, u32 priority, s32 nice)
{
	struct scenario_group g = {
		.workers = 1, .policy = policy, .priority = priority, .nice = nice
	};

	return encode_group(&g);
}

TEST(policies)
{
	u32 policy;

	for (policy = 0; policy < 10; policy++) {
		bool rt = policy == SCHED_FIFO || policy == SCHED_RR;
		/* 4 is SCHED_ISO, which never was; 6 needs its times; 7 is SCHED_EXT */
		bool bad = policy == 4 || policy == 6 || policy > 7;

		EXPECT_EQ(encode_policy(policy, 0, 0), rt || bad ? -EINVAL : 0);
		EXPECT_EQ(encode_policy(policy, 1, 0), rt ? 0 : -EINVAL);
		EXPECT_EQ(encode_policy(policy, 99, 0), rt ? 0 : -EINVAL);
		EXPECT_EQ(encode_policy(policy, 100, 0), -EINVAL);
	}
	EXPECT_EQ(encode_policy(SCHED_OTHER, 0, -20), 0);
	EXPECT_EQ(encode_policy(SCHED_OTHER, 0, 19), 0);
	EXPECT_EQ(encode_policy(SCHED_OTHER, 0, -21), -EINVAL);
	EXPECT_EQ(encode_policy(SCHED_OTHER, 0, 20), -EINVAL);
}

static int encode_deadline(u32 policy, u64 runtime_ns, u64 deadline_ns, u64 period_ns)
{
	struct scenario_group g = { .workers = 1,
				    .policy = policy,
				    .runtime_ns = runtime_ns,
				    .deadline_ns = deadline_ns,
				    .period_ns = period_ns };

	return encode_group(&g);
}

TEST(deadlines)
{
	EXPECT_EQ(encode_deadline(SCHED_DEADLINE, 1, 1, 1), 0);
	EXPECT_EQ(encode_deadline(SCHED_DEADLINE, 1, 2, INT64_MAX), 0);
	EXPECT_EQ(encode_deadline(SCHED_DEADLINE, 1, 2, INT64_MAX + 1ull), -EINVAL);
	EXPECT_EQ(encode_deadline(SCHED_DEADLINE, 0, 2, 3), -EINVAL);
	EXPECT_EQ(encode_deadline(SCHED_DEADLINE, 3, 2, 3), -EINVAL);
	EXPECT_EQ(encode_deadline(SCHED_DEADLINE, 1, 3, 2), -EINVAL);
	EXPECT_EQ(encode_deadline(SCHED_OTHER, 1, 2, 3), -EINVAL);
	EXPECT_EQ(encode_deadline(SCHED_OTHER, 0, 0, 3), -EINVAL);
}

TEST(memory_policies_and_their_nodes)
{
	struct scenario_group g = { .workers = 1 };

	for (g.mem = 0; g.mem <= SCENARIO_MEM_NR; g.mem++) {
		bool none = g.mem == SCENARIO_MEM_DEFAULT || g.mem == SCENARIO_MEM_LOCAL;
		bool there = g.mem < SCENARIO_MEM_NR;

		g.nodes = 0;
		EXPECT_EQ(encode_group(&g), none ? 0 : -EINVAL);
		g.nodes = BIT(15);
		EXPECT_EQ(encode_group(&g), there && !none ? 0 : -EINVAL);
		g.nodes = 3;
		EXPECT_EQ(encode_group(&g),
			  there && !none && g.mem != SCENARIO_MEM_PREFERRED ? 0 : -EINVAL);
		g.nodes = BIT(16);
		EXPECT_EQ(encode_group(&g), -EINVAL);
	}
}

TEST(names_users_and_cpus)
{
	struct scenario_group g = every_group[1];
	char *none = NULL;

	EXPECT_EQ(encode_group(&g), 0);
	g.comm = "";
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g.comm = "sixteen letters.";
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g = every_group[1];
	g.pcomm = "sixteen letters.";
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g.pcomm = "leader";
	g.flags = 0;
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g = every_group[1];
	g.cgroup = "../a";
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g = every_group[1];
	g.cpus = &none;
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g = every_group[1];
	g.uid = -1;
	EXPECT_EQ(encode_group(&g), -EINVAL);
	g = every_group[1];
	g.gid = -1;
	EXPECT_EQ(encode_group(&g), -EINVAL);
}

TEST(numbers_of_groups_and_steps_are_bounded)
{
	static struct scenario_group groups[SCENARIO_GROUPS_MAX + 1];
	static struct scenario_step steps[SCENARIO_STEPS_MAX + 1];
	struct scenario in = { .groups = groups, .nr_groups = ARRAY_SIZE(groups) }, *s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++)
		groups[i].workers = 1;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	in.nr_groups--;
	in.steps = steps;
	in.nr_steps = ARRAY_SIZE(steps);
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	in.nr_steps--;
	s = through_file(&in);
	ASSERT_NE(s, NULL);
	EXPECT_EQ(s->nr_groups, SCENARIO_GROUPS_MAX);
	EXPECT_EQ(s->nr_steps, SCENARIO_STEPS_MAX);
	scenario_free(s);
}

TEST(what_is_meant_must_exist)
{
	struct scenario in = full;
	struct scenario_op *spawn = op_of(SCENARIO_OP_SPAWN);

	spawn->group = ARRAY_SIZE(every_group) - 1;
	EXPECT_EQ(encode_errno(&in), 0);
	spawn->group++;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	spawn->group = 0;
	every_group[1].step = ARRAY_SIZE(every_step);
	EXPECT_EQ(encode_errno(&in), 0);
	every_group[1].step++;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
}

TEST(ops_of_the_steps_add_up)
{
	struct scenario in = full;

	in.nr_ops--;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	in = full;
	in.nr_backdrop--;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	in.nr_end++;
	EXPECT_EQ(encode_errno(&in), 0);
	in.nr_end = 0xffffffff;
	in.nr_backdrop += 2;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	in = full;
	every_step[1].nr_ops = 1;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
	every_step[2].nr_ops--;
	EXPECT_EQ(encode_errno(&in), 0);
	every_step[1].nr_ops = 0xffffffff;
	every_step[2].nr_ops += 2;
	EXPECT_EQ(encode_errno(&in), -EINVAL);
}

TEST(a_step_repeats_and_ends_with_its_own_ops)
{
	struct scenario_step *step = &every_step[0];

	step->loop_from = step->nr_ops - step->nr_end;
	EXPECT_EQ(encode_errno(&full), 0);
	step->loop_from++;
	EXPECT_EQ(encode_errno(&full), -EINVAL);
	step->nr_end = 0;
	EXPECT_EQ(encode_errno(&full), 0);
	step->loop_from = step->nr_ops + 1;
	EXPECT_EQ(encode_errno(&full), -EINVAL);
	step->loop_from = 0xffffffff;
	step->nr_end = 7;
	EXPECT_EQ(encode_errno(&full), -EINVAL);
}

/* As lib/scenario_group.c has it. */
struct raw_group {
	u32 step;
	u32 workers;
	u32 type;
	u32 flags;
	u32 policy;
	u32 priority;
	s32 nice;
	u32 mem;
	u32 nodes;
	u32 uid;
	u32 gid;
	u32 strings;
	u32 nr_cpus;
	u32 pad;
	u64 times[3];
	u64 arg[WORK_ARGS];
};

static int decode_raw(const struct raw_group *g, const char *rest, size_t len, size_t cut)
{
	struct file f = file_start();
	u8 buf[512];

	memcpy(buf, g, sizeof(*g));
	memcpy(buf + sizeof(*g), rest, len);
	add(&f, "SGRP", buf, sizeof(*g) + len - cut);
	return decode_whole(&f, NULL);
}

/* The NUL at the end of a literal counts. */
#define DECODE(g, rest) decode_raw(&(g), rest, sizeof(rest), 0)

TEST(decoder_refuses_groups)
{
	struct raw_group g = { .workers = 1 };

	EXPECT_EQ(decode_raw(&g, "", 0, 0), 0);
	EXPECT_EQ(decode_raw(&g, "", 0, 1), EBADMSG);
	EXPECT_EQ(DECODE(g, ""), EBADMSG);
	g.workers = 0;
	EXPECT_EQ(decode_raw(&g, "", 0, 0), EBADMSG);
	g.workers = 0xffffffff;
	EXPECT_EQ(decode_raw(&g, "", 0, 0), EBADMSG);
	g.workers = 1;
	g.type = 0xffffffff;
	EXPECT_EQ(decode_raw(&g, "", 0, 0), EBADMSG);
	g.type = WORK_WAKE_CHAIN;
	g.arg[0] = 0xffffffffffffffff;
	EXPECT_EQ(decode_raw(&g, "", 0, 0), EBADMSG);
	g.type = 0;
	g.arg[0] = 0;
	g.pad = 1;
	EXPECT_EQ(decode_raw(&g, "", 0, 0), EBADMSG);
	g.pad = 0;
	g.step = 1;
	EXPECT_EQ(decode_raw(&g, "", 0, 0), EBADMSG);
}

TEST(decoder_refuses_strings_of_groups)
{
	struct raw_group g = { .workers = 1, .strings = 3 };

	EXPECT_EQ(DECODE(g, "a/b\0name"), 0);
	EXPECT_EQ(decode_raw(&g, "a/b\0name", 9, 1), EBADMSG);
	EXPECT_EQ(DECODE(g, "a/b"), EBADMSG);
	EXPECT_EQ(DECODE(g, "a/b\0name\0more"), EBADMSG);
	EXPECT_EQ(DECODE(g, "/a/b\0name"), EBADMSG);
	EXPECT_EQ(DECODE(g, "a/b\0sixteen letters."), EBADMSG);
	g.strings = 7;
	EXPECT_EQ(DECODE(g, "a/b\0name\0p"), EBADMSG);
	g.flags = SCENARIO_GROUP_THREADS;
	EXPECT_EQ(DECODE(g, "a/b\0name\0p"), 0);
	g.strings = 15;
	EXPECT_EQ(DECODE(g, "a/b\0name\0p\0x"), EBADMSG);
	g.strings = 0;
	g.nr_cpus = 2;
	EXPECT_EQ(DECODE(g, "0-3\0"
			    "4"),
		  0);
	EXPECT_EQ(DECODE(g, "0-3\0"
			    "x"),
		  EBADMSG);
	EXPECT_EQ(DECODE(g, "0-3"), EBADMSG);
	g.nr_cpus = 0xffffffff;
	EXPECT_EQ(DECODE(g, "0-3"), EBADMSG);
}

TEST(decoder_refuses_steps)
{
	static const u32 good[5] = { 0, 0, 0, 1000, 0 }, bad[5] = { 0, 1, 0, 1000, 0 };
	struct ktstr_err err = {};
	struct file f = file_start();

	add(&f, "SSTP", good, sizeof(good));
	EXPECT_EQ(decode_whole(&f, NULL), 0);
	f = file_start();
	add(&f, "SSTP", good, sizeof(good) - 1);
	EXPECT_EQ(decode_whole(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "wrong length"), NULL);
	f = file_start();
	add(&f, "SSTP", bad, sizeof(bad));
	EXPECT_EQ(decode_whole(&f, &err), EBADMSG);
	EXPECT_NE(strstr(err.msg, "more ops than it has"), NULL);
}

TEST(decoder_bounds_how_many_there_are)
{
	static struct file f;
	static const u32 step[5];
	struct ktstr_err err = {};
	struct scenario *s;
	size_t i, room = (SCENARIO_STEPS_MAX + 3) * 64;
	u8 *many = malloc(room), *to = many;

	ASSERT_NE(many, NULL);
	f = file_start();
	memcpy(to, f.buf, f.len);
	to += f.len;
	f.len = 0;
	add(&f, "SSTP", step, sizeof(step));
	for (i = 0; i <= SCENARIO_STEPS_MAX; i++, to += f.len)
		memcpy(to, f.buf, f.len);
	s = scenario_decode(many, to - many, &err);
	EXPECT_EQ(s, NULL);
	EXPECT_EQ(errno, E2BIG);
	EXPECT_NE(strstr(err.msg, "more than 256 steps"), NULL);
	free(many);
}

TEST_HARNESS_MAIN
