// SPDX-License-Identifier: GPL-2.0-only
/* The order of a scenario, by a clock that the test holds, with ops that only say so. */
#include <string.h>

#include "guest-init/ops.c"
#include "guest-init/steps.c"
#include "kselftest_harness.h"

#define START	     (1000 * NSEC_PER_SEC)
#define MS(t)	     (START + (t) * NSEC_PER_MSEC)
#define SPAWN(name)  { .kind = SCENARIO_OP_SPAWN, .tag = name }
#define AT(ms, name) { .kind = SCENARIO_OP_CAPTURE, .tag = name, .at_ms = (ms) }
#define UNDO(name)   { .kind = SCENARIO_OP_STOP, .tag = name, .flags = SCENARIO_OP_CLEANUP }

/**
 * struct world - what the ops and the hooks know
 * @log: what they said
 * @now: the clock
 * @takes_ns: each op
 * @fails: name of the op that does, or NULL
 * @hangs: likewise
 * @start_ret: of the hook
 * @limit_ns: of the op begun last
 */
struct world {
	char log[2048];
	u64 now;
	u64 takes_ns;
	const char *fails;
	const char *hangs;
	int start_ret;
	u64 limit_ns;
};

FIXTURE(steps)
{
	struct world w;
	struct scenario sc;
	struct steps st;
	struct ktstr_err err;
};

static void say(struct world *w, const char *fmt, ...) __printf(2, 3);
static void say(struct world *w, const char *fmt, ...)
{
	size_t used = strlen(w->log);
	va_list ap;

	va_start(ap, fmt);
	if (used)
		used += snprintf(w->log + used, sizeof(w->log) - used, " ");
	vsnprintf(w->log + used, sizeof(w->log) - used, fmt, ap);
	va_end(ap);
}

static unsigned long since(const struct world *w)
{
	return (w->now - START) / NSEC_PER_MSEC;
}

static bool is(const char *name, const struct op_job *job)
{
	return name && !strcmp(name, job->op->tag);
}

static int fake_step(void *ctx, struct op_job *job)
{
	struct world *w = ctx;

	job->wake_ns = is(w->hangs, job) ? UINT64_MAX : job->begin_ns + w->takes_ns;
	if (job->now_ns < job->wake_ns)
		return OP_BUSY;
	return is(w->fails, job) ? ktstr_err_set(&job->err, -EIO, ": broken") : OP_DONE;
}

static int fake_begin(void *ctx, struct op_job *job)
{
	struct world *w = ctx;

	say(w, "%s@%lu", job->op->tag, since(w));
	w->limit_ns = job->limit_ns;
	return fake_step(ctx, job);
}

static void fake_cancel(void *ctx, struct op_job *job)
{
	say(ctx, "-%s", job->op->tag);
}

static const struct op_action fake = {
	.begin = fake_begin,
	.step = fake_step,
	.cancel = fake_cancel,
};

static const struct op_action *const fakes[SCENARIO_OP_NR] = {
	[SCENARIO_OP_CAPTURE] = &fake,
	[SCENARIO_OP_SPAWN] = &fake,
	[SCENARIO_OP_STOP] = &fake,
};

static int on_start(void *ctx, u64 now_ns, struct ktstr_err *err)
{
	struct world *w = ctx;

	say(w, "start@%lu", since(w));
	return ktstr_err_set(err, w->start_ret, "no start");
}

static void on_begin(void *ctx, u32 step, u32 ops, u32 kinds, u64 now_ns)
{
	struct world *w = ctx;

	say(w, "[%u:%u:%x@%lu", step, ops, kinds, since(w));
}

static void on_hold_end(void *ctx, u32 step, u64 now_ns)
{
	say(ctx, "held");
}

static void on_end(void *ctx, u32 step, u32 ops, u32 kinds, u64 now_ns)
{
	struct world *w = ctx;

	say(w, "%u:%u:%x@%lu]", step, ops, kinds, since(w));
}

static const struct steps_hooks hooks = {
	.start = on_start,
	.begin = on_begin,
	.hold_end = on_hold_end,
	.end = on_end,
};

FIXTURE_SETUP(steps)
{
	memset(self, 0, sizeof(*self));
	self->w.now = START;
}

FIXTURE_TEARDOWN(steps)
{
}

static void load(FIXTURE_DATA(steps) * self, struct scenario_op *ops, u32 nr_ops,
		 struct scenario_step *steps, u32 nr_steps)
{
	self->sc.ops = ops;
	self->sc.nr_ops = nr_ops;
	self->sc.steps = steps;
	self->sc.nr_steps = nr_steps;
	steps_init(&self->st, &self->sc, fakes, &hooks, &self->w, self->w.now);
}

/* Three parts of one line. */
static const char *line(char buf[512], const char *a, const char *b, const char *c)
{
	snprintf(buf, 512, "%s %s %s", a, b, c);
	return buf;
}

/* The clock jumps to when there is something to do. Return: the first failure. */
static int live(FIXTURE_DATA(steps) * self, u64 until)
{
	struct ktstr_err err;
	int ret, first = 0;

	while (!steps_done(&self->st) && self->w.now < until) {
		ret = steps_turn(&self->st, self->w.now, &err);
		if (ret && !first) {
			first = ret;
			self->err = err;
		}
		if (!steps_done(&self->st))
			self->w.now = max(self->w.now, min(steps_wake_ns(&self->st), until));
	}
	return first;
}

TEST_F(steps, in_order)
{
	char text[512];
	struct scenario_op ops[] = {
		SPAWN("back"), SPAWN("a"), AT(20, "b"),	  UNDO("-a"),
		SPAWN("c"),    UNDO("-c"), UNDO("-back"),
	};
	struct scenario_step steps[] = {
		{ .nr_ops = 3, .nr_end = 1, .hold_ms = 100 },
		{ .nr_ops = 2, .nr_end = 1, .hold_ms = 50 },
	};

	self->sc.nr_backdrop = 1;
	self->sc.nr_end = 1;
	load(self, ops, ARRAY_SIZE(ops), steps, ARRAY_SIZE(steps));
	EXPECT_EQ(0, live(self, UINT64_MAX));
	EXPECT_STREQ(line(text, "back@0 start@0 [0:1:800@0",
			  "[1:2:802@0 a@0 b@20 held -a@100 1:2:802@100]",
			  "[2:1:800@100 c@100 held -c@150 2:1:800@150] -back@150"),
		     self->w.log);
}

/* However long it takes to set a step up: its hold is as long as was asked for. */
TEST_F(steps, the_hold_begins_when_the_step_is_set_up)
{
	struct scenario_op ops[] = {
		SPAWN("a"), SPAWN("b"), AT(10, "c"), AT(0, "d"), UNDO("-a"),
	};
	struct scenario_step step = { .nr_ops = 5, .nr_end = 1, .hold_ms = 100 };

	self->w.takes_ns = 30 * NSEC_PER_MSEC;
	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(0, live(self, UINT64_MAX));
	EXPECT_STREQ("start@0 [0:0:0@0 [1:4:802@0 a@0 b@30 c@70 d@100 held -a@160 1:4:802@190]",
		     self->w.log);
}

TEST_F(steps, what_is_due_before_the_end_makes_it_longer)
{
	struct scenario_op ops[] = { AT(40, "a"), AT(45, "b") };
	struct scenario_step step = { .nr_ops = 2, .hold_ms = 50 };

	self->w.takes_ns = 30 * NSEC_PER_MSEC;
	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(0, live(self, UINT64_MAX));
	EXPECT_STREQ("start@0 [0:0:0@0 [1:2:2@0 a@40 b@70 held 1:2:2@100]", self->w.log);
}

TEST_F(steps, what_is_due_later_fails_unless_it_may)
{
	struct scenario_op ops[] = { AT(40, "a"), AT(50, "b"), UNDO("-a") };
	struct scenario_step step = { .nr_ops = 3, .nr_end = 1, .hold_ms = 50 };

	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(-ECANCELED, live(self, UINT64_MAX));
	EXPECT_STREQ("step 1, op 2 capture 'b' was carried out 0 of 1 times when its step ended",
		     self->err.msg);
	EXPECT_STREQ("start@0 [0:0:0@0 [1:2:2@0 a@40 held -a@50 1:2:2@50]", self->w.log);
	ops[1].flags = SCENARIO_OP_MAY_FAIL;
	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(0, live(self, UINT64_MAX));
}

TEST_F(steps, rounds)
{
	char text[512];
	struct scenario_op ops[] = {
		SPAWN("once"),
		AT(0, "a"),
		AT(10, "b"),
		UNDO("-once"),
	};
	struct scenario_step step = {
		.nr_ops = 4,
		.loop_from = 1,
		.nr_end = 1,
		.hold_ms = 105,
		.loop_ms = 50,
	};

	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(0, live(self, UINT64_MAX));
	/* The last round is cut short. */
	EXPECT_STREQ(line(text, "start@0 [0:0:0@0",
			  "[1:3:802@0 once@0 a@0 b@10 a@50 b@60 a@100 held",
			  "-once@105 1:3:802@105]"),
		     self->w.log);
}

TEST_F(steps, a_round_that_is_late_does_not_make_the_others_hurry)
{
	struct scenario_op ops[] = { AT(0, "a") };
	struct scenario_step step = { .nr_ops = 1, .hold_ms = 500, .loop_ms = 50 };

	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(0, live(self, MS(40)));
	/* nobody ran for a while */
	self->w.now = MS(220);
	EXPECT_EQ(0, live(self, MS(330)));
	EXPECT_STREQ("start@0 [0:0:0@0 [1:1:2@0 a@0 a@220 a@270 a@320", self->w.log);
}

TEST_F(steps, an_op_of_a_round_has_its_number_in_the_step)
{
	struct scenario_op ops[] = { SPAWN("once"), AT(0, "a"), AT(10, "b") };
	struct scenario_step step = {
		.nr_ops = 3,
		.loop_from = 1,
		.hold_ms = 500,
		.loop_ms = 50,
	};

	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(0, live(self, MS(55)));
	self->w.fails = "b";
	EXPECT_EQ(-EIO, live(self, UINT64_MAX));
	EXPECT_STREQ("step 1, op 3 capture 'b': broken", self->err.msg);
}

TEST_F(steps, after_a_failure_only_what_cleans_up)
{
	char text[512];
	struct scenario_op ops[] = {
		SPAWN("back"), SPAWN("a"), AT(10, "b"), AT(0, "c"), UNDO("-a"),
		AT(0, "last"), UNDO("-b"), SPAWN("d"),	UNDO("-d"), UNDO("-back"),
	};
	struct scenario_step steps[] = {
		{ .nr_ops = 6, .nr_end = 3, .hold_ms = 100 },
		{ .nr_ops = 2, .nr_end = 1, .hold_ms = 100 },
	};

	self->sc.nr_backdrop = 1;
	self->sc.nr_end = 1;
	self->w.fails = "b";
	load(self, ops, ARRAY_SIZE(ops), steps, ARRAY_SIZE(steps));
	EXPECT_EQ(-EIO, live(self, UINT64_MAX));
	EXPECT_STREQ("step 1, op 2 capture 'b': broken", self->err.msg);
	EXPECT_STREQ(line(text, "back@0 start@0 [0:1:800@0",
			  "[1:3:802@0 a@0 b@10 held -a@10 -b@10 1:3:802@10]", "-back@10"),
		     self->w.log);
	/* All of that together has a limit. */
	EXPECT_EQ(MS(10) + STEPS_CLEAN_NS, self->w.limit_ns);
}

TEST_F(steps, a_failure_while_cleaning_up_changes_nothing)
{
	struct scenario_op ops[] = {
		SPAWN("a"), UNDO("-a"), UNDO("-b"), AT(0, "c"), SPAWN("d"), UNDO("-d"),
	};
	struct scenario_step steps[] = {
		{ .nr_ops = 4, .nr_end = 3, .hold_ms = 100 },
		{ .nr_ops = 1, .hold_ms = 100 },
	};

	self->sc.nr_end = 1;
	self->w.fails = "-a";
	load(self, ops, ARRAY_SIZE(ops), steps, ARRAY_SIZE(steps));
	EXPECT_EQ(-EIO, live(self, UINT64_MAX));
	EXPECT_STREQ("end of step 1, op 1 stop '-a': broken", self->err.msg);
	EXPECT_STREQ("start@0 [0:0:0@0 [1:1:800@0 a@0 held -a@100 -b@100 1:1:800@100] -d@100",
		     self->w.log);
}

TEST_F(steps, a_backdrop_that_cannot_be_set_up)
{
	struct scenario_op ops[] = { SPAWN("a"), SPAWN("b"), SPAWN("c"), UNDO("-a") };
	struct scenario_step step = { .nr_ops = 1, .hold_ms = 100 };

	self->sc.nr_backdrop = 2;
	self->sc.nr_end = 1;
	self->w.fails = "a";
	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(-EIO, live(self, UINT64_MAX));
	EXPECT_STREQ("backdrop, op 1 spawn 'a': broken", self->err.msg);
	EXPECT_STREQ("a@0 -a@0", self->w.log);
}

TEST_F(steps, a_scenario_that_cannot_start)
{
	struct scenario_op ops[] = { SPAWN("a"), SPAWN("b"), UNDO("-a") };
	struct scenario_step step = { .nr_ops = 1, .hold_ms = 100 };

	self->sc.nr_backdrop = 1;
	self->sc.nr_end = 1;
	self->w.start_ret = -EAGAIN;
	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_EQ(-EAGAIN, live(self, UINT64_MAX));
	EXPECT_STREQ("backdrop, no start", self->err.msg);
	EXPECT_STREQ("a@0 start@0 -a@0", self->w.log);
}

/* A scheduler that died, say. */
TEST_F(steps, a_failure_from_outside_gives_up_what_is_busy)
{
	struct scenario_op ops[] = { SPAWN("a"), AT(10, "b"), UNDO("-a"), SPAWN("c"), UNDO("-d") };
	struct scenario_step steps[] = {
		{ .nr_ops = 3, .nr_end = 1, .hold_ms = 100 },
		{ .nr_ops = 1, .hold_ms = 100 },
	};

	self->sc.nr_end = 1;
	self->w.hangs = "b";
	load(self, ops, ARRAY_SIZE(ops), steps, ARRAY_SIZE(steps));
	EXPECT_EQ(0, live(self, MS(500)));
	EXPECT_FALSE(steps_done(&self->st));
	steps_fail(&self->st, self->w.now);
	steps_fail(&self->st, self->w.now + 1);
	EXPECT_EQ(0, live(self, UINT64_MAX));
	EXPECT_STREQ("start@0 [0:0:0@0 [1:2:802@0 a@0 b@10 -b held -a@500 1:2:802@500] -d@500",
		     self->w.log);
	EXPECT_EQ(MS(500) + STEPS_CLEAN_NS, self->w.limit_ns);
}

TEST_F(steps, where_it_stands)
{
	struct scenario_op ops[] = { SPAWN("back"), SPAWN("a"), UNDO("-a"), UNDO("-back") };
	struct scenario_step step = { .nr_ops = 2, .nr_end = 1, .hold_ms = 100 };
	char text[32];

	self->w.takes_ns = NSEC_PER_MSEC;
	self->sc.nr_backdrop = 1;
	self->sc.nr_end = 1;
	load(self, ops, ARRAY_SIZE(ops), &step, 1);
	EXPECT_STREQ("backdrop", steps_where(&self->st, text, sizeof(text)));
	live(self, MS(50));
	EXPECT_STREQ("step 1", steps_where(&self->st, text, sizeof(text)));
	self->w.hangs = "-a";
	live(self, MS(200));
	EXPECT_STREQ("end of step 1", steps_where(&self->st, text, sizeof(text)));
	self->w.hangs = "-back";
	live(self, MS(300));
	EXPECT_STREQ("end of the scenario", steps_where(&self->st, text, sizeof(text)));
}

TEST_F(steps, nothing_at_all)
{
	load(self, NULL, 0, NULL, 0);
	EXPECT_EQ(0, live(self, UINT64_MAX));
	EXPECT_STREQ("start@0 [0:0:0@0", self->w.log);
}

TEST_HARNESS_MAIN
