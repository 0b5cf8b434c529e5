/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_LOOKOUT_H
#define KTSTR_HOST_COORD_LOOKOUT_H

/*
 * The part of the coordinator that looks into the guest: it follows the
 * scheduler with slot 0, serves the guest's requests, freezes, captures and
 * reports. Everything here runs on the coordinator thread.
 *
 *	lookout.c   life, events, what to do next
 *	slot0.h     the scheduler
 *	snap.c      one freeze, one copy, one report
 *	requests.c  snapshots and watches the guest asks for
 *	request_observer.c, request_kernel.c  the rest of what it asks for
 *	save_memory.c  all memory into a file
 *	hold.c      a guest that waits for people
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "host/coord/capture_state.h"
#include "host/coord/coord.h"
#include "host/coord/dispatch.h"
#include "host/coord/event.h"
#include "host/coord/observer.h"
#include "host/coord/periodic.h"
#include "host/coord/rendezvous.h"
#include "host/coord/reply.h"
#include "host/coord/runlog.h"
#include "host/coord/user_watch.h"
#include "host/inspect/dump.h"

#define LOOKOUT_SCHED_LOG_MAX 16384
/* Tagged snapshots written in one run; a guest that asks for more gets none. */
#define LOOKOUT_SNAPS_MAX 1024
/* Outcomes of kernel operations kept for the result; later ones are only counted. */
#define LOOKOUT_KOP_RECORDS_MAX 256

/**
 * struct lookout_hooks - what the coordinator does for the lookout
 * @frozen: the guest stood still for @ns: move deadlines
 * @console: the console text so far, malloc()ed, or NULL
 * @scenario_ns: first scenario start since the run's start, 0 = not yet
 * @paused_ns: sum of the scenario's pauses, with one that goes on
 * @paused: the scenario is paused now
 * @ctx: passed to all of them
 */
struct lookout_hooks {
	void (*frozen)(void *ctx, u64 ns);
	char *(*console)(void *ctx, size_t *len);
	u64 (*scenario_ns)(void *ctx);
	u64 (*paused_ns)(void *ctx);
	bool (*paused)(void *ctx);
	void *ctx;
};

/**
 * struct snap - a standstill, copied, with how long it took
 * @cap: the copy
 * @timings: when and how long
 * @degraded: why it is not whole, or ""
 */
struct snap {
	struct capture cap;
	struct dump_timings timings;
	char degraded[160];
};

/**
 * struct snap_want - what a snapshot is about
 * @kind: enum wire_dump_kind
 * @tag: its name, "" for the failure dump
 * @latch_ns: mono_ns() of the trap, 0 = there was none
 * @vcpu: whose store it was, or WIRE_DUMP_NO_VCPU
 * @exit_kind: the one that latched, 0 = none
 * @watch: symbol and values, or NULL
 * @memory: save memory as well, if the run is to
 * @boundary_ns: when it was meant to be taken, as in struct dump_view
 */
struct snap_want {
	u32 kind;
	const char *tag;
	u64 latch_ns;
	u32 vcpu;
	u32 exit_kind;
	const struct capture_watch *watch;
	bool memory;
	u64 boundary_ns;
};

/**
 * struct late_report - a failure dump that waits for the exit message
 * @active: there is one
 * @snap: the late snapshot
 * @reports: what to write
 * @deadline_ns: mono_ns() when it is written without the message
 *
 * The kernel writes the message after the store that slot 0 watches.
 */
struct late_report {
	bool active;
	struct snap snap;
	struct capture_reports reports;
	u64 deadline_ns;
};

/**
 * struct user_slot - the coordinator's half of a user slot
 * @armed_ns: mono_ns() when it was armed
 * @old_value: value once every vCPU watched it
 * @id: of the guest's request
 */
struct user_slot {
	u64 armed_ns;
	u64 old_value;
	u32 id;
};

/**
 * struct hold - a guest that is kept running for somebody to look at it
 * @timer: event: its time is over
 * @release: event: it is to go on; not before hold_start()
 * @active: it is held
 * @over: it was told to go on, perhaps before it was held
 * @id: of its request, while @active
 * @since_ns: mono_ns() when that came
 */
struct hold {
	struct event timer;
	struct event release;
	bool active;
	bool over;
	u32 id;
	u64 since_ns;
};

/**
 * struct lookout - the lookout of one run
 * @cfg: the run
 * @vm: the machine, between lookout_start() and lookout_stop()
 * @log: where reports go
 * @hooks: the coordinator
 * @obs: the host's view of the kernel
 * @jiffies_kva: address of jiffies_64, 0 = unknown
 * @await_id: observer request that waits for @obs, 0 = none
 * @canary_idx: user slot of the arm-time canary, -1 = none
 * @snapshots: requests of the guest
 * @observer_reqs: the same
 * @kernel_ops: the same
 * @ids: the same
 * @phys_base: of WIRE_KADR
 * @text: the same
 * @vmci_gpa: of WIRE_VMCI
 * @vmci_size: the same
 * @hit: event: a slot latched
 * @change: event: a scheduler attached, or begins to leave
 * @observed: event: the observer thread is done
 * @scan: event: time to look at the scheduler
 * @scan_fast: @scan runs at its short period
 * @message: event: look for the exit message
 * @boundary: event: a periodic snapshot is due
 * @boundary_ns: when @boundary fires, since the start of the run; UINT64_MAX =
 *               never
 * @sched_kva: scheduler slot 0 was published for
 * @left_kva: scheduler that ends cleanly and is attached still; 0 = none
 * @warm_due: a scheduler attached, and its types are not loaded yet
 * @failed_kva: scheduler the late report is about
 * @late_seen: slot 0's latch was served
 * @fallback_kva: address of the fallback flag, 0 = not found yet
 * @fallback_kind: exit kind or flag that the scan saw, 0 = none
 * @maps_written: bitmask of the map writes done
 * @memory_tried: memory was saved, or could not be
 * @memory_saved: it was
 * @hold: the guest is kept running, or will be
 * @state: failure dump
 * @gate: on-demand captures
 * @early: early snapshot, valid while @state.early_held
 * @late: the failure dump that waits
 * @slot: the user slots
 * @warned: symbols warned about
 * @periodic: boundaries, laid out with @periodic_laid_out
 * @periodic_laid_out: see there
 * @replies: what was answered
 * @snaps: tagged snapshots
 * @kop_records: outcomes of kernel operations written
 * @freezes: how many
 * @frozen_ns: how long altogether
 * @work_frozen_ns: of that since scenario start, and not in a pause
 * @sched_log: end of the scheduler's output
 * @sched_log_len: bytes of it
 */
struct lookout {
	const struct coord_config *cfg;
	struct vm *vm;
	struct runlog *log;
	struct lookout_hooks hooks;
	struct observer obs;
	u64 jiffies_kva;
	u32 await_id;
	int canary_idx;
	struct snapshot_queue snapshots;
	struct observer_queue observer_reqs;
	struct kernel_op_queue kernel_ops;
	struct request_ids ids;
	atomic_ullong phys_base;
	atomic_ullong text;
	atomic_ullong vmci_gpa;
	atomic_ullong vmci_size;
	struct event hit;
	struct event change;
	struct event observed;
	struct event scan;
	bool scan_fast;
	struct event message;
	struct event boundary;
	u64 boundary_ns;
	u64 sched_kva;
	u64 left_kva;
	bool warm_due;
	u64 failed_kva;
	bool late_seen;
	u64 fallback_kva;
	u32 fallback_kind;
	u32 maps_written;
	bool memory_tried;
	bool memory_saved;
	struct hold hold;
	struct capture_state state;
	struct capture_gate gate;
	struct snap early;
	struct late_report late;
	struct user_slot slot[WATCH_USER_SLOTS];
	struct user_watch_warned warned;
	struct periodic periodic;
	bool periodic_laid_out;
	struct reply_stats replies;
	u32 snaps;
	u32 kop_records;
	u64 freezes;
	u64 frozen_ns;
	u64 work_frozen_ns;
	char sched_log[LOOKOUT_SCHED_LOG_MAX];
	size_t sched_log_len;
};

/**
 * lookout_init() - nothing to look at yet
 * @l: filled in; lookout_destroy() it, also after an error
 * @cfg: the run; must outlive @l
 * @log: where reports go; must outlive @l
 * @hooks: copied
 *
 * Return: 0 or negative errno.
 */
int lookout_init(struct lookout *l, const struct coord_config *cfg, struct runlog *log,
		 const struct lookout_hooks *hooks);

/**
 * lookout_sinks() - let frames reach the lookout
 * @l: initialised
 * @s: its members for requests and kernel addresses are set
 */
void lookout_sinks(struct lookout *l, struct dispatch_sinks *s);

/**
 * lookout_start() - a machine is about to run
 * @l: initialised
 * @vm: the machine
 * @loop: gets the lookout's events
 *
 * Return: 0 or negative errno.
 */
int lookout_start(struct lookout *l, struct vm *vm, struct event_loop *loop);

/**
 * lookout_frames() - frames have arrived: serve what they ask for
 * @l: started
 */
void lookout_frames(struct lookout *l);

/**
 * lookout_sched_log() - a piece of the scheduler's output
 * @l: initialised
 * @text: the bytes
 * @len: how many
 */
void lookout_sched_log(struct lookout *l, const void *text, size_t len);

/**
 * lookout_stop() - the machine has ended: write what is left
 * @l: started, or not; every vCPU thread is joined, guest memory still there
 */
void lookout_stop(struct lookout *l);

/**
 * lookout_destroy() - release everything
 * @l: initialised, half of it at least, and stopped
 */
void lookout_destroy(struct lookout *l);

/*
 * Between these files.
 */

/**
 * lookout_work() - do what is to be done, most urgent first
 * @l: started
 */
void lookout_work(struct lookout *l);

/**
 * lookout_record() - tell the supervisor what came of something
 * @l: the lookout
 * @op: enum wire_op
 * @id: of the guest's request, or 0
 * @tag: what it was about
 * @ret: 0, or negative errno
 * @reason: text of an error or an end, or NULL
 */
void lookout_record(struct lookout *l, u32 op, u32 id, const char *tag, int ret,
		    const char *reason);

/**
 * lookout_record_view() - the same, with everything there is to say
 * @l: the lookout
 * @v: its time is set here
 */
void lookout_record_view(struct lookout *l, struct op_view *v);

/**
 * lookout_ready() - can the kernel be looked at
 * @l: the lookout
 */
static inline bool lookout_ready(const struct lookout *l)
{
	return l->obs.state == OBSERVER_READY;
}

/**
 * lookout_ended() - is the machine going down
 * @l: started
 */
bool lookout_ended(const struct lookout *l);

/**
 * lookout_all_armed() - has every vCPU armed itself since the last change
 * @l: started
 */
bool lookout_all_armed(const struct lookout *l);

/**
 * lookout_armed() - wait until every vCPU has armed itself anew
 * @l: started
 *
 * Kicks them first. Bounded by a second.
 *
 * Return: true when all have.
 */
bool lookout_armed(struct lookout *l);

/**
 * lookout_elapsed_ns() - how much of the workload has passed
 * @l: started
 * @t_ns: a time that is not long ago, since the start of the run
 *
 * Return: since scenario start, without freezes and pauses; 0 before it.
 */
u64 lookout_elapsed_ns(const struct lookout *l, u64 t_ns);

/**
 * lookout_gk_config() - what the guest has told about its kernel
 * @l: started
 * @cfg: filled in
 */
void lookout_gk_config(const struct lookout *l, struct gk_config *cfg);

/**
 * save_memory() - all memory and registers into the run's file
 * @l: started; the machine may have ended
 * @still: every vCPU stands still, and its registers were read
 * @err: why not, or NULL
 *
 * Once a run: the first time counts. A record says what came of it.
 *
 * Return: 0, also when it was saved before; -EINVAL when nobody has asked for
 * it, or the negative errno of vmcore_write().
 */
int save_memory(struct lookout *l, bool still, struct ktstr_err *err);

/**
 * save_memory_frozen() - save_memory() within a freeze of its own
 * @l: started
 * @err: why not, or NULL
 *
 * Return: as save_memory(), or -ECANCELED when the machine ended meanwhile.
 */
int save_memory_frozen(struct lookout *l, struct ktstr_err *err);

/**
 * save_memory_last() - the machine is about to be ended: save what is left
 * @l: started, or not
 */
void save_memory_last(struct lookout *l);

/**
 * hold_init() - nothing is held
 * @l: gets its timer
 *
 * Return: 0 or negative errno.
 */
int hold_init(struct lookout *l);

/**
 * hold_start() - listen for what ends a hold
 * @l: initialised
 * @loop: gets the events
 *
 * Return: 0 or negative errno.
 */
int hold_start(struct lookout *l, struct event_loop *loop);

/**
 * hold_begin() - the guest asks to be held
 * @l: started
 * @id: of its request, answered by hold_end()
 * @err: why not
 *
 * Return: 0, or -EINVAL, -EBUSY: the request is still to be answered.
 */
int hold_begin(struct lookout *l, u32 id, struct ktstr_err *err);

/**
 * hold_end() - let it go on, now or as soon as it would be held
 * @l: started
 * @why: behind "until", for people
 *
 * Return: whether it was held.
 */
bool hold_end(struct lookout *l, const char *why);

/**
 * lookout_freeze() - freeze_begin(), counted
 * @l: started
 * @r: filled in
 *
 * Return: as freeze_begin(); lookout_thaw() follows in every case.
 */
int lookout_freeze(struct lookout *l, struct rendezvous *r);

/**
 * lookout_thaw() - freeze_end(), with everybody's deadlines moved
 * @l: started
 * @r: from lookout_freeze()
 *
 * Return: how long the guest stood still.
 */
u64 lookout_thaw(struct lookout *l, struct rendezvous *r);

/**
 * snap_take() - freeze, copy, thaw
 * @l: started
 * @want: what about
 * @s: filled in on success; snap_free() it
 *
 * Return: 0, also when not every vCPU stood still (@s->degraded says so);
 * -ECANCELED when the machine ended meanwhile; -ENOMEM.
 */
int snap_take(struct lookout *l, const struct snap_want *want, struct snap *s);

/**
 * snap_write() - one report
 * @l: the lookout
 * @s: the snapshot
 * @tag: its name, if other than the copy's own; or NULL
 * @info: why the scheduler ends, or NULL
 * @dual: the early half, or NULL
 *
 * A report that cannot be made is recorded as an error, never silently lost.
 *
 * Return: 0 or negative errno.
 */
int snap_write(struct lookout *l, const struct snap *s, const char *tag,
	       const struct scx_exit_info_view *info, const struct dump_dual *dual);

/**
 * snap_free() - forget; takes a zeroed one
 * @s: the snapshot
 */
void snap_free(struct snap *s);

/**
 * request_observer() - serve the observer requests
 * @l: started
 */
void request_observer(struct lookout *l);

/**
 * request_await() - answer who waits for the observer
 * @l: the observer is READY or FAILED
 */
void request_await(struct lookout *l);

/**
 * request_answer() - answer a snapshot or observer request
 * @l: started
 * @id: of the request
 * @ret: 0 or negative errno
 * @reason: why; "" stands for the errno's own text
 */
void request_answer(struct lookout *l, u32 id, int ret, const char *reason);

/**
 * request_not_ready() - why the kernel cannot be looked at
 * @l: the lookout
 * @err: in a form for the guest
 *
 * Return: 0 when it can, -EAGAIN not yet, -EOPNOTSUPP never.
 */
int request_not_ready(const struct lookout *l, struct ktstr_err *err);

/**
 * request_kernel_ops() - serve the oldest kernel operation, and the cold
 *                        writes right behind a cold write
 * @l: started
 */
void request_kernel_ops(struct lookout *l);

/**
 * request_next() - serve the oldest request
 * @l: started
 */
void request_next(struct lookout *l);

/**
 * request_user_hit() - a user slot latched: freeze, copy, free the slot
 * @l: started
 * @idx: the slot
 */
void request_user_hit(struct lookout *l, unsigned int idx);

/**
 * request_end() - the run is over: report the watches that are left
 * @l: the lookout
 */
void request_end(struct lookout *l);

#endif /* KTSTR_HOST_COORD_LOOKOUT_H */
