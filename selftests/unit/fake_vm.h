/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_FAKE_VM_H
#define KTSTR_SELFTESTS_UNIT_FAKE_VM_H

/*
 * A scripted VM that never was: a list of frames, a report, a console. The
 * good script passes; a test spoils one thing in it and looks at the verdict.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/verdict.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define NONCE	0x1234567890abcdefull
#define WORKERS 3
#define FRAMES	24

struct fake {
	struct verdict_input in;
	struct wire_frame frames[FRAMES];
	u8 payloads[FRAMES][1024];
	struct wire_result_view result;
	struct wire_worker_view workers[WORKERS + 1];
	struct vmm_report report;
	struct conscan console;
	struct ktstr_result res;
	int life, scst, scen, test, exit;
};

static inline int add(struct fake *v, u32 type, const void *payload, size_t len)
{
	int i = v->in.nr_frames++;

	if (len)
		memcpy(v->payloads[i], payload, len);
	v->frames[i] = (struct wire_frame){
		.type = type,
		.crc_ok = true,
		.payload = v->payloads[i],
		.len = len,
	};
	return i;
}

static inline int add_life(struct fake *v, char phase, const char *reason)
{
	char buf[256];

	snprintf(buf, sizeof(buf), "%c%s", phase, reason);
	return add(v, WIRE_LIFE, buf, strlen(buf));
}

static inline int add_code(struct fake *v, u32 type, s32 code)
{
	__le32 raw = cpu_to_le32(code);

	return add(v, type, &raw, sizeof(raw));
}

/* What guest-init sends when all is well. */
static inline void good_script(struct fake *v, bool sched)
{
	__le64 scen[2] = { cpu_to_le64(2000), cpu_to_le64(99) };

	add_life(v, WIRE_LIFE_INIT_STARTED, "");
	if (sched)
		add_life(v, WIRE_LIFE_SCHED_ATTACHED, "simple");
	v->life = add_life(v, WIRE_LIFE_PAYLOAD_STARTING, "");
	add_life(v, WIRE_LIFE_WORKLOAD_DISPATCHED, "");
	v->scst = add(v, WIRE_SCST, NULL, 0);
	add(v, WIRE_SOUT, "hello\n", 6);
	v->scen = add(v, WIRE_SCEN, scen, sizeof(scen));
	v->test = add(v, WIRE_TEST, NULL, 0);
	v->exit = add_code(v, WIRE_EXIT, 0);
}

/* The good run; sched: with a scheduler. */
static inline struct fake *fake_new(bool sched)
{
	struct fake *v = calloc(1, sizeof(*v));
	int i;

	if (!v)
		abort();
	v->in.nonce = NONCE;
	v->in.sched_wanted = sched;
	v->in.workers = WORKERS;
	v->in.frames = v->frames;
	v->in.report = &v->report;
	v->in.console = &v->console;
	conscan_init(&v->console, 4096, 4096);
	good_script(v, sched);
	v->result.flags = WIRE_RESULT_WORKERS_DONE;
	if (sched) {
		v->result.flags |= WIRE_RESULT_ATTACHED_START | WIRE_RESULT_ATTACHED_END |
				   WIRE_RESULT_SCHED_ALIVE;
		memcpy(v->result.ops, "simple", 7);
	}
	v->result.nonce = NONCE;
	v->result.stage = WIRE_STAGE_DONE;
	v->result.nr_workers = WORKERS;
	for (i = 0; i <= WORKERS; i++)
		v->workers[i] = (struct wire_worker_view){
			.tid = 100 + i,
			.flags = WIRE_WORKER_COMPLETED,
			.work_units = 1000 + i,
			.cpu_ns = 1,
			.wall_ns = 2,
		};
	v->report.exit_reason = VMM_EXIT_SHUTDOWN;
	v->report.stage = WIRE_STAGE_TEARDOWN;
	v->report.t_scenario_ns = 1 * NSEC_PER_SEC;
	v->report.t_end_ns = 4 * NSEC_PER_SEC;
	return v;
}

static inline void fake_free(struct fake *v)
{
	ktstr_result_free(&v->res);
	conscan_free(&v->console);
	free(v);
}

/* Fills each empty WIRE_TEST frame with the result as it now stands. */
static inline void encode_results(struct fake *v)
{
	size_t i, len;
	void *buf;

	for (i = 0; i < v->in.nr_frames; i++) {
		if (v->frames[i].type != WIRE_TEST || v->frames[i].len)
			continue;
		if (wire_result_encode(&v->result, v->workers, &buf, &len))
			abort();
		memcpy((u8 *)v->frames[i].payload, buf, len);
		v->frames[i].len = len;
		free(buf);
	}
}

static inline void eval(struct fake *v)
{
	ktstr_result_free(&v->res);
	encode_results(v);
	conscan_flush(&v->console);
	if (verdict_eval(&v->in, &v->res))
		abort();
}

static inline void drop(struct fake *v, int at)
{
	v->frames[at].type = WIRE_SOUT;
	v->frames[at].len = 1;
}

static inline void swap_frames(struct fake *v, int a, int b)
{
	struct wire_frame f = v->frames[a];

	v->frames[a] = v->frames[b];
	v->frames[b] = f;
}

static inline void say(struct fake *v, const char *text)
{
	conscan_feed(&v->console, text, strlen(text));
}

/* Judges the script in "v", checks what came of it, and releases it. */
#define EXPECT_RESULT(want, why, text)                            \
	do {                                                      \
		eval(v);                                          \
		EXPECT_EQ(v->res.verdict, want);                  \
		EXPECT_EQ(v->res.reason, why);                    \
		EXPECT_NE(strstr(v->res.reason_text, text), NULL) \
		TH_LOG("reason: %s", v->res.reason_text);         \
		fake_free(v);                                     \
	} while (0)

#endif /* KTSTR_SELFTESTS_UNIT_FAKE_VM_H */
