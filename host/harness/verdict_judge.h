/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_VERDICT_JUDGE_H
#define KTSTR_HOST_HARNESS_VERDICT_JUDGE_H

/* Between the files of the verdict, and for nobody else. */
#include <string.h>
#include <linux/compiler.h>

#include "evidence.h"
#include "lib/text.h"
#include "verdict.h"

/* What must have been shown, each by a check of its own, before a pass. */
enum proof {
	PROOF_CONSOLE,
	PROOF_VM_END,
	PROOF_VMM_PROCESS,
	PROOF_SCHED,
	PROOF_RESULT,
	PROOF_GUEST,
	PROOF_EXIT,
	PROOF_ORDER,
	PROOF_WORKERS,
	PROOF_CHANNEL,
	PROOF_CANARY,
	PROOF_FROZEN,
	PROOF_MAP_WRITES,
	PROOF_PERIODIC,
	PROOF_MONITOR,
	PROOF_CHECKS,
	PROOF_PAYLOADS,
	PROOF_NR,
};

/**
 * struct judge - a verdict in the making
 * @in: the evidence as it came
 * @res: filled in already but for the verdict
 * @ev: the evidence as it was read
 * @against: the worst finding, when @noted
 * @noted: there is one
 * @proofs: bitmask of enum proof
 */
struct judge {
	const struct verdict_input *in;
	struct ktstr_result *res;
	struct evidence ev;
	enum ktstr_verdict against;
	bool noted;
	u32 proofs;
};

/**
 * judge_proved() - one of the conditions of a pass is met
 * @j: the judge
 * @p: which
 */
static inline void judge_proved(struct judge *j, enum proof p)
{
	j->proofs |= 1U << p;
}

/**
 * judge_text() - guest text, NUL-terminated already, made fit for a message
 * @dst: filled in: one line of printable ASCII
 * @room: bytes of @dst
 * @src: the text
 *
 * Return: @dst.
 */
static inline const char *judge_text(char *dst, size_t room, const char *src)
{
	text_escape_line(dst, room, src, strlen(src));
	return dst;
}

/**
 * judge_note() - a finding; the worst one decides, among equals the first
 * @j: the judge
 * @verdict: what it makes of the run
 * @infra: the machine or ktstr is at fault
 * @reason: why, for programs
 * @fmt: why, for people
 */
void __printf(5, 6) judge_note(struct judge *j, enum ktstr_verdict verdict, bool infra,
			       enum ktstr_reason reason, const char *fmt, ...);

#define judge_fail(j, reason, ...) \
	judge_note(j, KTSTR_FAIL, false, KTSTR_REASON_##reason, __VA_ARGS__)
#define judge_doubt(j, reason, ...) \
	judge_note(j, KTSTR_INCONCLUSIVE, false, KTSTR_REASON_##reason, __VA_ARGS__)
#define judge_infra(j, reason, ...) \
	judge_note(j, KTSTR_INCONCLUSIVE, true, KTSTR_REASON_##reason, __VA_ARGS__)

/**
 * judge_sched() - did the scheduler do what was wanted, be it to fail
 * @j: the judge; nothing happens when none was wanted at any time
 */
void judge_sched(struct judge *j);

/**
 * judge_no_sched() - was there none when none was wanted
 * @j: the judge
 */
void judge_no_sched(struct judge *j);

/**
 * judge_load() - hold the workload against what the test says of it
 * @j: the judge, before anything else; findings are added to the result
 *
 * Return: 0 or -ENOMEM.
 */
int judge_load(struct judge *j);

/**
 * judge_payloads() - did the payloads end and measure as they should
 * @j: the judge
 */
void judge_payloads(struct judge *j);

/**
 * judge_in_step() - did the guest fail in a step of the test
 * @j: the judge, with a result of the guest that has an error
 */
bool judge_in_step(const struct judge *j);

/**
 * judge_workers() - did as many workers as planned report, and do some work
 * @j: the judge
 */
void judge_workers(struct judge *j);

/**
 * judge_checks() - were the limits on workers and cgroups kept
 * @j: the judge
 */
void judge_checks(struct judge *j);

/**
 * judge_failure_dump() - a snapshot of the scheduler's failure was taken
 * @j: the judge; what the scheduler's own end says comes first. Nothing happens
 *     when the failure was expected
 */
void judge_failure_dump(struct judge *j);

/**
 * judge_canary() - do the watchpoints of this machine fire at all
 * @j: the judge
 */
void judge_canary(struct judge *j);

/**
 * judge_refused() - did the guest fail because the host could not observe it
 * @j: the judge
 *
 * A request is refused on such a machine whatever is tested, so that is noted
 * as ours.
 *
 * Return: true when it was noted.
 */
bool judge_refused(struct judge *j);

/**
 * judge_frozen() - did every vCPU stand still in every snapshot
 * @j: the judge
 */
void judge_frozen(struct judge *j);

/**
 * judge_map_writes() - was written what the test wanted written
 * @j: the judge
 */
void judge_map_writes(struct judge *j);

/**
 * judge_periodic() - were the snapshots taken that the test wanted
 * @j: the judge
 */
void judge_periodic(struct judge *j);

/**
 * judge_monitor() - were the monitor's limits kept, where they count
 * @j: the judge, done with everything else
 */
void judge_monitor(struct judge *j);

/**
 * judge_append_stop() - say behind a failure's text where it was caught
 * @j: the judge, done; nothing happens without a snapshot of the failure or
 *     without room
 */
void judge_append_stop(struct judge *j);

#endif /* KTSTR_HOST_HARNESS_VERDICT_JUDGE_H */
