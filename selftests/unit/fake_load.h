/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_LOAD_H
#define KTSTR_SELFTESTS_UNIT_FAKE_LOAD_H

/*
 * A workload that never ran: a plan of three groups in two steps, and the frames
 * that guest-init would have sent of it.
 */
#include <stdlib.h>
#include <string.h>

#include "host/harness/load.h"
#include "host/harness/scenario_plan.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire_worker.h"

#define FAKE_FRAMES 64

/* The machine: two nodes of two CPUs. */
static const struct topology fake_topo = { .nodes = 2, .llcs = 2, .cores = 2, .threads = 1 };

struct fake_load {
	struct ktstr_group groups[3];
	char *names[2];
	struct scenario_plan plan;
	struct wire_frame frames[FAKE_FRAMES];
	struct monitor_sample samples[8];
	struct vmm_report report;
	struct verdict_input in;
	struct evidence e;
	struct ktstr_result res;
};

/* Two workers in "a" and one beside them, one in "b" of step 2. */
static inline void fake_load_init(struct fake_load *f)
{
	static const struct ktstr_group groups[3] = {
		{ .name = (char *)"spin",
		  .cgroup = (char *)"a",
		  .work = "spin",
		  .step = 1,
		  .workers = 2,
		  .allowed[0] = 0x3 },
		{ .name = (char *)"more",
		  .cgroup = (char *)"a",
		  .work = "bursty",
		  .step = 1,
		  .workers = 1,
		  .allowed[0] = 0x3 },
		{ .name = (char *)"b",
		  .cgroup = (char *)"b",
		  .work = "spin",
		  .step = 2,
		  .workers = 1,
		  .allowed[0] = 0xc },
	};
	u64 i;

	memset(f, 0, sizeof(*f));
	memcpy(f->groups, groups, sizeof(groups));
	f->names[0] = (char *)"first\n";
	f->plan = (struct scenario_plan){
		.sc.nr_steps = 2,
		.groups = f->groups,
		.nr_groups = 3,
		.step_names = f->names,
		.nr_workers = 4,
	};
	for (i = 0; i < ARRAY_SIZE(f->samples); i++)
		f->samples[i].t_ns = (i + 1) * 100;
	f->in = (struct verdict_input){
		.load = &f->plan,
		.topo = &fake_topo,
		.frames = f->frames,
		.report = &f->report,
		.samples = f->samples,
		.nr_samples = ARRAY_SIZE(f->samples),
	};
}

static inline struct wire_frame *fake_load_add(struct fake_load *f, u32 type, const void *payload,
					       size_t len, u64 t_ns)
{
	struct wire_frame *frame = &f->frames[f->in.nr_frames++];

	*frame = (struct wire_frame){
		.type = type,
		.crc_ok = true,
		.payload = mem_copy(payload, len),
		.len = len,
		.t_ns = t_ns,
	};
	return frame;
}

static inline struct wire_frame *fake_load_step(struct fake_load *f, u32 type, u32 step, u32 ms,
						u64 iterations, u64 t_ns)
{
	const struct wire_stim raw = {
		.elapsed_ms = cpu_to_le32(ms),
		.step_index = cpu_to_le16(step),
		.op_count = cpu_to_le16(step + 1),
		.op_kinds = cpu_to_le32(1U << step % 32),
		.cgroup_count = cpu_to_le16(step + 2),
		.worker_count = cpu_to_le16(step + 3),
		.total_iterations = cpu_to_le64(iterations),
	};

	return fake_load_add(f, type, &raw, sizeof(raw), t_ns);
}

/* A worker of group @group that worked for half of a second. */
static inline struct worker_view fake_load_worker(const struct fake_load *f, u32 group, u32 index)
{
	return (struct worker_view){
		.tid = 100 + 10 * group + index,
		.group = group,
		.index = index,
		.step = f->groups[group].step,
		.flags = WORKER_COMPLETED,
		.work_units = 1000,
		.iterations = 10,
		.cpu_ns = NSEC_PER_SEC / 2,
		.wall_ns = NSEC_PER_SEC,
	};
}

static inline struct wire_frame *fake_load_report(struct fake_load *f, const struct worker_view *v)
{
	struct wire_frame *frame;
	size_t len;
	void *buf;

	if (worker_encode(v, &buf, &len))
		abort();
	frame = fake_load_add(f, WIRE_WREP, buf, len, 0);
	free(buf);
	return frame;
}

/* All workers of the plan, of steps that came at 150, 250 to 450 and 500 to 700. */
static inline void fake_load_script(struct fake_load *f)
{
	__le64 scen[2] = { cpu_to_le64(2000), cpu_to_le64(99) };
	struct worker_view v;
	u32 i;

	fake_load_add(f, WIRE_SCST, NULL, 0, 100);
	fake_load_step(f, WIRE_STIM, 0, 0, 0, 150);
	fake_load_step(f, WIRE_STIM, 1, 10, 5, 250);
	for (i = 0; i < 3; i++) {
		v = fake_load_worker(f, i / 2, i % 2);
		fake_load_report(f, &v);
	}
	fake_load_step(f, WIRE_STEN, 1, 1010, 60, 450);
	fake_load_step(f, WIRE_STIM, 2, 1020, 60, 500);
	v = fake_load_worker(f, 2, 0);
	fake_load_report(f, &v);
	fake_load_step(f, WIRE_STEN, 2, 1990, 99, 700);
	fake_load_add(f, WIRE_SCEN, scen, sizeof(scen), 710);
}

static inline void fake_load_result(struct fake_load *f, u32 reports)
{
	const struct wire_result_view v = {
		.stage = WIRE_STAGE_DONE,
		.nr_workers = 64,
		.nr_reports = reports,
	};
	const struct wire_worker_view workers[64] = { 0 };
	size_t len;
	void *buf;

	if (wire_result_encode(&v, workers, &buf, &len))
		abort();
	fake_load_add(f, WIRE_TEST, buf, len, 720);
	free(buf);
}

static inline void fake_load_eval(struct fake_load *f)
{
	evidence_free(&f->e);
	load_free(&f->res.load);
	if (evidence_collect(&f->e, f->frames, f->in.nr_frames, 0) ||
	    load_fill(&f->res, &f->in, &f->e))
		abort();
}

static inline void fake_load_free(struct fake_load *f)
{
	size_t i;

	for (i = 0; i < f->in.nr_frames; i++)
		free((void *)f->frames[i].payload);
	evidence_free(&f->e);
	load_free(&f->res.load);
}

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_LOAD_H */
