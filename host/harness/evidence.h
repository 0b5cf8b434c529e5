/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_EVIDENCE_H
#define KTSTR_HOST_HARNESS_EVIDENCE_H

/*
 * What the verdict log says, without judging it: one walk over the frames in
 * the order they came. Every payload is checked before it counts, and what
 * fails its check is counted too, because a run with damaged evidence must
 * not pass.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/harness/ktstr.h"
#include "host/harness/output.h"
#include "host/harness/step_order.h"
#include "lib/wire.h"
#include "lib/wire_result.h"

#define EVIDENCE_SCHED_LOG_MAX (256U << 10)

/**
 * struct evidence - the log of one run
 * @bad_crc: frames with a wrong CRC; none of them counts below
 * @malformed: frames with a right CRC whose payload makes no sense
 * @results: WIRE_TEST frames that can be read and carry our nonce
 * @results_stale: WIRE_TEST frames with another nonce
 * @results_unreadable: WIRE_TEST frames that cannot be read, or with a wrong CRC
 * @result: the last of @results; its workers lie in the frame
 * @exits: readable WIRE_EXIT frames
 * @exit_code: of the last one
 * @out_of_order: first frame that came where it cannot, as a text; or NULL
 * @scenario_started: WIRE_SCST came
 * @scenario_ended: WIRE_SCEN came
 * @scenario_ms: its elapsed_ms
 * @init_started: the LIFE phase
 * @payload_started: the LIFE phase
 * @not_attached: the LIFE phase, with @not_attached_why
 * @sched_died: the LIFE phase, with @sched_died_why
 * @not_attached_why: printable ASCII, may be empty
 * @sched_died_why: printable ASCII, may be empty
 * @sched_exit: WIRE_SCDX came
 * @sched_exit_code: exit status, or minus the signal
 * @timecheck_seen: WIRE_TIMC came
 * @timecheck: the last one
 * @outputs: where the programs of the guest stand
 * @steps: where the steps of the scenario stand
 * @reports: readable WIRE_WREP frames
 * @load_damage: what is wrong with steps or reports of workers, as a text: some are
 *               missing or were not planned. NULL = nothing. A run with it must not
 *               pass
 * @stage: the furthest stage that frames prove
 * @sched_log: output of the scheduler, raw, the last EVIDENCE_SCHED_LOG_MAX
 *             bytes of it; NULL without any
 * @sched_log_len: bytes of it
 * @sched_log_cut: there was more
 */
struct evidence {
	u64 bad_crc;
	u64 malformed;
	u64 results;
	u64 results_stale;
	u64 results_unreadable;
	struct wire_result_view result;
	u64 exits;
	s32 exit_code;
	const char *out_of_order;
	bool scenario_started;
	bool scenario_ended;
	u64 scenario_ms;
	bool init_started;
	bool payload_started;
	bool not_attached;
	bool sched_died;
	char not_attached_why[512];
	char sched_died_why[512];
	bool sched_exit;
	s32 sched_exit_code;
	bool timecheck_seen;
	struct ktstr_timecheck timecheck;
	struct output_order outputs;
	struct step_order steps;
	u64 reports;
	const char *load_damage;
	enum wire_stage stage;
	char *sched_log;
	size_t sched_log_len;
	bool sched_log_cut;
};

/**
 * evidence_collect() - walk the verdict log
 * @e: filled in; evidence_free() it even after a failure
 * @frames: in the order they came; must outlive @e
 * @nr: how many
 * @nonce: of the run
 *
 * Return: 0, or -ENOMEM.
 */
int evidence_collect(struct evidence *e, const struct wire_frame *frames, size_t nr, u64 nonce);

/**
 * evidence_free() - release the scheduler's log
 * @e: the evidence, or NULL
 */
void evidence_free(struct evidence *e);

#endif /* KTSTR_HOST_HARNESS_EVIDENCE_H */
