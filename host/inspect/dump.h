/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_DUMP_H
#define KTSTR_HOST_INSPECT_DUMP_H

/*
 * A captured standstill as JSON. Addresses and counts that a double cannot
 * hold are hexadecimal strings, guest text is escaped (lib/text.h), long text
 * is cut: whatever the guest has written, the result is valid JSON of at most
 * WIRE_DUMP_JSON_MAX bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/inspect/capture.h"
#include "host/inspect/scx.h"
#include "lib/err.h"
#include "lib/wire_dump.h"

struct guest_kernel;
struct kbtf;

#define DUMP_FORMAT 1
/* The last bytes of a log that go into a dump. */
#define DUMP_LOG_MAX (256U << 10)

/**
 * struct dump_timings - when and how long
 * @t_ns: when the freeze began, since the start of the run
 * @latch_to_frozen_ns: trap to all parked; 0 = there was no trap
 * @frozen_to_captured_ns: all parked to everything copied
 * @frozen_ns: whole standstill, from the request to the thaw
 * @elapsed_ns: as in struct dump_view
 * @boundary_ns: the same
 */
struct dump_timings {
	u64 t_ns;
	u64 latch_to_frozen_ns;
	u64 frozen_to_captured_ns;
	u64 frozen_ns;
	u64 elapsed_ns;
	u64 boundary_ns;
};

/**
 * struct dump_dual - the early half of a dual report
 * @early: snapshot of when a task had waited too long, or NULL
 * @early_timings: its own
 * @early_max_age_jiffies: longest wait seen, peak of the run without @early
 * @early_threshold_jiffies: half the scheduler's watchdog
 * @early_skipped_reason: why there is no @early, or NULL
 */
struct dump_dual {
	const struct capture *early;
	struct dump_timings early_timings;
	u64 early_max_age_jiffies;
	u64 early_threshold_jiffies;
	const char *early_skipped_reason;
};

/**
 * struct dump_extra - what is known besides the copy
 * @gk: symbols, or NULL
 * @btf: types, or NULL
 * @release: kernel release, or NULL
 * @timings: of the standstill
 * @exit_info: of the scheduler, or NULL
 * @degraded_reason: why the snapshot is not whole, or NULL: says itself that a
 *                   vCPU did not park, when one did not
 * @dual: makes the schema "dual", unless degraded; or NULL
 * @sched_log: end of what the scheduler has printed, raw guest bytes, or NULL
 * @sched_log_len: how many
 * @console: end of the kernel's console, raw guest bytes, or NULL
 * @console_len: how many
 */
struct dump_extra {
	const struct guest_kernel *gk;
	const struct kbtf *btf;
	const char *release;
	struct dump_timings timings;
	const struct scx_exit_info_view *exit_info;
	const char *degraded_reason;
	const struct dump_dual *dual;
	const char *sched_log;
	size_t sched_log_len;
	const char *console;
	size_t console_len;
};

/**
 * dump_schema() - what kind of report it makes
 * @c: the copy
 * @x: the rest
 *
 * Return: "degraded" when a vCPU did not park or @x has a reason, else "dual"
 * with @x->dual, else "single".
 */
const char *dump_schema(const struct capture *c, const struct dump_extra *x);

/**
 * dump_json() - as JSON text
 * @c: the copy
 * @x: the rest
 * @text: set to the text, NUL-terminated; the caller frees it; NULL on failure
 * @len: set to its bytes, without the NUL
 * @err: says what failed, or NULL
 *
 * Reads symbols, no guest memory. One thread. "complete" is true when nothing
 * that this kernel has is missing: no vCPU, no register, no part of the state,
 * no log. A text that would be longer than
 * WIRE_DUMP_JSON_MAX loses the state of an early snapshot, then the longest
 * members of the state ("NAME_unavailable"), at last the logs ("logs_cut").
 *
 * Return: 0, -ENOMEM, or -E2BIG when it does not fit without all that either.
 */
int dump_json(const struct capture *c, const struct dump_extra *x, char **text, size_t *len,
	      struct ktstr_err *err);

/**
 * dump_view_fill() - the summary that goes with the text
 * @c: the copy
 * @x: the rest
 * @json: from dump_json()
 * @json_len: its bytes
 * @v: filled in; @v->json is @json
 */
void dump_view_fill(const struct capture *c, const struct dump_extra *x, const char *json,
		    size_t json_len, struct dump_view *v);

#endif /* KTSTR_HOST_INSPECT_DUMP_H */
