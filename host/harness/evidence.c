// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "host/coord/dispatch.h"
#include "lib/text.h"
#include "lib/util.h"
#include "lib/wire_worker.h"

static void disorder(struct evidence *e, const char *what)
{
	if (!e->out_of_order)
		e->out_of_order = what;
}

static bool get_code(const struct wire_frame *f, s32 *code)
{
	struct wire_code raw;

	if (f->len != sizeof(raw))
		return false;
	memcpy(&raw, f->payload, sizeof(raw));
	*code = (s32)le32_to_cpu(raw.code);
	return true;
}

static void on_result(struct evidence *e, const struct wire_frame *f, u64 nonce)
{
	struct wire_result_view v;

	if (wire_result_decode(f->payload, f->len, &v)) {
		e->results_unreadable++;
		return;
	}
	if (v.nonce != nonce) {
		e->results_stale++;
		return;
	}
	e->results++;
	e->result = v;
	if (v.nr_reports != e->reports)
		e->load_damage = "reports of workers are missing, or there are too many";
}

static void on_exit_code(struct evidence *e, const struct wire_frame *f)
{
	s32 code;

	/* a process has no other exit status than 0..255 */
	if (!get_code(f, &code) || code < 0 || code > 255) {
		e->malformed++;
		return;
	}
	e->exits++;
	e->exit_code = code;
}

static void on_sched_exit(struct evidence *e, const struct wire_frame *f)
{
	e->sched_exit = true;
	if (!get_code(f, &e->sched_exit_code))
		e->malformed++;
}

static void on_scenario_end(struct evidence *e, const struct wire_frame *f)
{
	struct wire_scen raw;

	if (f->len < sizeof(raw)) {
		e->malformed++;
		return;
	}
	if (!e->scenario_started)
		disorder(e, "a scenario end before its start");
	memcpy(&raw, f->payload, sizeof(raw));
	e->scenario_ended = true;
	e->scenario_ms = le64_to_cpu(raw.elapsed_ms);
}

static void on_life(struct evidence *e, const struct wire_frame *f)
{
	size_t len = f->len - 1;

	if (!f->len) {
		e->malformed++;
		return;
	}
	switch (f->payload[0]) {
	case WIRE_LIFE_INIT_STARTED:
		e->init_started = true;
		break;
	case WIRE_LIFE_PAYLOAD_STARTING:
		e->payload_started = true;
		break;
	case WIRE_LIFE_SCHED_DIED:
		e->sched_died = true;
		text_escape_line(e->sched_died_why, sizeof(e->sched_died_why), f->payload + 1, len);
		break;
	case WIRE_LIFE_SCHED_NOT_ATTACHED:
		e->not_attached = true;
		text_escape_line(e->not_attached_why, sizeof(e->not_attached_why), f->payload + 1,
				 len);
		break;
	case WIRE_LIFE_SCHED_ATTACHED:
	case WIRE_LIFE_WORKLOAD_DISPATCHED:
		break;
	default:
		e->malformed++;
		break;
	}
}

static void on_timecheck(struct evidence *e, const struct wire_frame *f)
{
	struct wire_timc raw;

	if (f->len != sizeof(raw)) {
		e->malformed++;
		return;
	}
	memcpy(&raw, f->payload, sizeof(raw));
	e->timecheck_seen = true;
	e->timecheck = (struct ktstr_timecheck){
		.samples = le64_to_cpu(raw.samples),
		.elapsed_ns = le64_to_cpu(raw.elapsed_ns),
		.backwards = le64_to_cpu(raw.backwards),
		.max_step_ns = le64_to_cpu(raw.max_step_ns),
		.max_drift_ns = le64_to_cpu(raw.max_drift_ns),
		.tsc_khz = le64_to_cpu(raw.tsc_khz),
	};
}

static void on_step(struct evidence *e, const struct wire_frame *f)
{
	struct step_view v;

	if (!step_decode(f, &v))
		e->malformed++;
	else if (!e->scenario_started || !step_next(&e->steps, f->type, &v))
		disorder(e, "steps that begin or end where they cannot");
}

static void on_report(struct evidence *e, const struct wire_frame *f)
{
	struct worker_view v;

	if (worker_decode(f->payload, f->len, &v))
		e->malformed++;
	else
		e->reports++;
}

/* The result follows the scenario, the exit follows the result. */
static void check_order(struct evidence *e, const struct wire_frame *f)
{
	switch (f->type) {
	case WIRE_SCST:
	case WIRE_SCPP:
	case WIRE_SCRR:
	case WIRE_STIM:
	case WIRE_STEN:
	case WIRE_SCEN:
	case WIRE_WREP:
		if (e->results || e->results_stale || e->results_unreadable)
			disorder(e, "a scenario frame after the result");
		fallthrough;
	case WIRE_TEST:
	case WIRE_LIFE:
	case WIRE_EXIT:
		if (e->exits)
			disorder(e, "a frame after the exit code");
		break;
	default:
		break;
	}
	if (f->type == WIRE_TEST && e->outputs.open)
		disorder(e, "the result before the end of a program");
	if (f->type == WIRE_TEST && e->steps.begun > 1 && e->steps.open)
		disorder(e, "the result before the end of a step");
	if (f->type == WIRE_EXIT && !e->results)
		disorder(e, "the exit code before the result");
}

static void take_frame(struct evidence *e, const struct wire_frame *f, u64 nonce)
{
	int stage = dispatch_stage(f);
	struct rout_view output;

	if (!f->crc_ok) {
		e->bad_crc++;
		e->results_unreadable += f->type == WIRE_TEST;
		return;
	}
	if (stage > (int)e->stage)
		e->stage = stage;
	check_order(e, f);
	switch (f->type) {
	case WIRE_TEST:
		on_result(e, f, nonce);
		break;
	case WIRE_EXIT:
		on_exit_code(e, f);
		break;
	case WIRE_SCDX:
		on_sched_exit(e, f);
		break;
	case WIRE_SCST:
		e->scenario_started = true;
		break;
	case WIRE_SCEN:
		on_scenario_end(e, f);
		break;
	case WIRE_LIFE:
		on_life(e, f);
		break;
	case WIRE_TIMC:
		on_timecheck(e, f);
		break;
	case WIRE_ROUT:
		e->malformed += !output_next(&e->outputs, f, &output);
		break;
	case WIRE_STIM:
	case WIRE_STEN:
		on_step(e, f);
		break;
	case WIRE_WREP:
		on_report(e, f);
		break;
	default:
		break;
	}
}

static int join_sched_log(struct evidence *e, const struct wire_frame *frames, size_t nr)
{
	size_t total = 0, skip, i;

	for (i = 0; i < nr; i++)
		if (frames[i].type == WIRE_SCLG)
			total += frames[i].len;
	if (!total)
		return 0;
	skip = total > EVIDENCE_SCHED_LOG_MAX ? total - EVIDENCE_SCHED_LOG_MAX : 0;
	e->sched_log_cut = skip;
	e->sched_log = malloc(total - skip);
	if (!e->sched_log)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		size_t cut = min(skip, frames[i].len);

		if (frames[i].type != WIRE_SCLG)
			continue;
		skip -= cut;
		memcpy(e->sched_log + e->sched_log_len, frames[i].payload + cut,
		       frames[i].len - cut);
		e->sched_log_len += frames[i].len - cut;
	}
	return 0;
}

int evidence_collect(struct evidence *e, const struct wire_frame *frames, size_t nr, u64 nonce)
{
	size_t i;

	memset(e, 0, sizeof(*e));
	for (i = 0; i < nr; i++)
		take_frame(e, &frames[i], nonce);
	return join_sched_log(e, frames, nr);
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	free(e->sched_log);
	e->sched_log = NULL;
	e->sched_log_len = 0;
}
