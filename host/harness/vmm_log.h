/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_VMM_LOG_H
#define KTSTR_HOST_HARNESS_VMM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/coord/snapshot_store.h"
#include "lib/wire.h"
#include "lib/wire_dump.h"
#include "lib/wire_monitor.h"
#include "lib/wire_result.h"

/* A failure dump with its early and degraded siblings; more is damage. */
#define VMM_LOG_FAILURES_MAX 16
#define VMM_LOG_DUMPS_MAX    (SNAPSHOT_STORE_MAX + VMM_LOG_FAILURES_MAX)

/**
 * struct vmm_log - what the VMM process wrote, taken apart
 * @frames: the guest's frames, in order; payloads in memory of their own
 * @nr_frames: how many
 * @report: of the VMM
 * @report_valid: @report arrived, once, and is readable
 * @console: COM1, raw, or NULL
 * @console_len: bytes of it
 * @com2: COM2, raw, or NULL
 * @com2_len: bytes of it
 * @dumps: snapshots, in the order they were taken; their JSON in memory of its
 *         own, NUL-terminated
 * @nr_dumps: how many
 * @dumps_evicted: older snapshots that had to go for newer ones
 * @ops: what came of requests, in order; their data in memory of its own
 * @nr_ops: how many
 * @monitor_info: what the monitor can see, valid with @monitor_seen
 * @monitor_seen: see there
 * @samples: of the monitor, in order; their CPUs in memory of its own
 * @nr_samples: how many
 * @damaged: the log is torn or has frames that no VMM writes
 */
struct vmm_log {
	struct wire_frame *frames;
	size_t nr_frames;
	struct vmm_report report;
	bool report_valid;
	void *console;
	size_t console_len;
	void *com2;
	size_t com2_len;
	struct dump_view *dumps;
	size_t nr_dumps;
	u64 dumps_evicted;
	struct op_view *ops;
	size_t nr_ops;
	struct monitor_info monitor_info;
	bool monitor_seen;
	struct monitor_sample *samples;
	size_t nr_samples;
	bool damaged;
};

/**
 * vmm_log_parse() - take a log apart
 * @log: filled in; vmm_log_free() it even after a failure
 * @data: what the VMM process wrote; may end anywhere
 * @len: bytes of it
 *
 * The VMM parses hostile data all day, so what it wrote is checked like
 * anything else.
 *
 * Of the snapshots that have a name, SNAPSHOT_STORE_MAX are kept: the newest,
 * and one of each name, with a warning. What is about a scheduler's failure
 * stays whatever comes later.
 *
 * Return: 0 or -ENOMEM.
 */
int vmm_log_parse(struct vmm_log *log, const void *data, size_t len);

/**
 * vmm_log_free() - release everything; takes a zeroed one
 * @log: the log
 */
void vmm_log_free(struct vmm_log *log);

#endif /* KTSTR_HOST_HARNESS_VMM_LOG_H */
