// SPDX-License-Identifier: GPL-2.0-only
/* A guest whose story of its workload has holes does not pass. */
#include "fake_vm.h"
#include "host/harness/scenario_plan.h"
#include "lib/wire_worker.h"

static struct ktstr_group group = {
	.name = (char *)"workers",
	.cgroup = (char *)"",
	.work = "spin",
	.step = 1,
	.workers = WORKERS,
};

static const struct scenario_plan plan = {
	.sc.nr_steps = 1,
	.groups = &group,
	.nr_groups = 1,
	.nr_workers = WORKERS,
};

/* Puts a frame in front of the end of the scenario. */
static void insert(struct fake *v, u32 type, const void *payload, size_t len)
{
	int at = add(v, type, payload, len);

	while (at > v->scen) {
		swap_frames(v, at, at - 1);
		at--;
	}
	v->scen++;
	v->test++;
	v->exit++;
}

static void insert_step(struct fake *v, u32 type, u32 step)
{
	const struct wire_stim raw = { .step_index = cpu_to_le16(step) };

	insert(v, type, &raw, sizeof(raw));
}

static void insert_report(struct fake *v, u32 index)
{
	const struct worker_view w = {
		.tid = 100 + index,
		.index = index,
		.step = 1,
		.flags = WORKER_COMPLETED,
		.work_units = 1000 + index,
		.cpu_ns = 1,
		.wall_ns = 2,
	};
	size_t len;
	void *buf;

	if (worker_encode(&w, &buf, &len))
		abort();
	insert(v, WIRE_WREP, buf, len);
	free(buf);
}

/* A good run with one step, and a report of every worker but @lost of them. */
static struct fake *steps_new(u32 lost)
{
	struct fake *v = fake_new(false);
	u32 i;

	v->in.load = &plan;
	v->result.nr_reports = WORKERS;
	insert_step(v, WIRE_STIM, 0);
	insert_step(v, WIRE_STIM, 1);
	for (i = 0; i < WORKERS - lost; i++)
		insert_report(v, i);
	return v;
}

TEST(a_whole_story_passes)
{
	struct fake *v = steps_new(0);

	insert_step(v, WIRE_STEN, 1);
	EXPECT_RESULT(KTSTR_PASS, KTSTR_REASON_PASS, "3 workers made progress");
}

TEST(a_report_that_was_lost)
{
	struct fake *v = steps_new(1);

	insert_step(v, WIRE_STEN, 1);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED,
		      "reports of workers are missing");
}

TEST(a_worker_that_reports_for_another)
{
	struct fake *v = steps_new(1);

	insert_report(v, 0);
	insert_step(v, WIRE_STEN, 1);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED,
		      "a worker has reported that was not planned, or twice");
}

TEST(a_step_without_end)
{
	struct fake *v = steps_new(0);

	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT,
		      "the result before the end of a step");
}

TEST(a_step_that_nobody_planned)
{
	struct fake *v = steps_new(0);

	insert_step(v, WIRE_STEN, 1);
	insert_step(v, WIRE_STIM, 2);
	insert_step(v, WIRE_STEN, 2);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED,
		      "steps are missing, or there are too many");
}

TEST(steps_out_of_order)
{
	struct fake *v = steps_new(0);

	insert_step(v, WIRE_STEN, 2);
	insert_step(v, WIRE_STEN, 1);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT,
		      "steps that begin or end where they cannot");
}

TEST(no_steps_at_all)
{
	struct fake *v = fake_new(false);

	v->in.load = &plan;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED, "steps are missing");
}

TEST_HARNESS_MAIN
