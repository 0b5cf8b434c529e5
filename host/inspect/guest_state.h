/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_GUEST_STATE_H
#define KTSTR_HOST_INSPECT_GUEST_STATE_H

/*
 * All that is known of a guest's schedulers, as one tree: what a dump shows and
 * `ktstr inspect` asks. Each walk is a section of its own; one that this kernel
 * or its state does not allow is a "NAME_unavailable" with the reason.
 */
#include <linux/types.h>

#include "host/inspect/bpf_maps.h"
#include "host/inspect/bpf_progs.h"
#include "host/inspect/cpustat.h"
#include "host/inspect/dsq.h"
#include "host/inspect/insp.h"
#include "host/inspect/rq.h"
#include "host/inspect/sched_domain.h"
#include "host/inspect/schedstat.h"
#include "host/inspect/scx_events.h"
#include "host/inspect/scx_state.h"
#include "host/inspect/sdt_state.h"
#include "host/inspect/task.h"

/* Memory that one tree may take. */
#define GUEST_STATE_MAX (48U << 20)

/**
 * enum guest_section - the members of the tree, in its order
 * @GUEST_SCX: scx_state: the scheduler
 * @GUEST_EVENTS: scx_events: its event counters
 * @GUEST_SDT: sdt_allocations: what it allocated in arenas
 * @GUEST_MAPS: maps: all BPF maps
 * @GUEST_PROGS: prog_runtime_stats: all BPF programs
 * @GUEST_RQS: rq_scx_states: run queues
 * @GUEST_DSQS: dsq_states: dispatch queues
 * @GUEST_TASKS: task_enrichments: all tasks
 * @GUEST_CPUSTAT: per_cpu_time: where the CPUs' time went
 * @GUEST_SCHEDSTAT: schedstats: of the run queues
 * @GUEST_DOMAINS: sched_domains: the tree of every CPU
 * @GUEST_SECTIONS: how many
 */
enum guest_section {
	GUEST_SCX,
	GUEST_EVENTS,
	GUEST_SDT,
	GUEST_MAPS,
	GUEST_PROGS,
	GUEST_RQS,
	GUEST_DSQS,
	GUEST_TASKS,
	GUEST_CPUSTAT,
	GUEST_SCHEDSTAT,
	GUEST_DOMAINS,
	GUEST_SECTIONS,
};

/**
 * guest_section_name() - name of a section in the tree
 * @section: which
 */
const char *guest_section_name(enum guest_section section);

/**
 * struct guest_state - layouts of all walks, and what is kept between them
 * @in: the guest; @in.tree and @in.deadline_ns are the current walk's
 * @gk: the same as @in.gk, to cache translations in
 * @max_cpus: of the machine
 * @hz: jiffies of a second, 0 = unknown
 * @ready: bitmask of the sections that this kernel has
 * @lacking: of the others, those it was built without: not a gap
 * @why: of the others: the reason
 * @scx: each layout; valid when its section is @ready
 * @events: see @scx
 * @sdt: see @scx
 * @maps: see @scx
 * @progs: see @scx
 * @rq: see @scx
 * @dsq: see @scx
 * @task: see @scx
 * @cpustat: see @scx
 * @schedstat: see @scx
 * @domain: see @scx
 *
 * One thread at a time.
 */
struct guest_state {
	struct insp in;
	struct guest_kernel *gk;
	u32 max_cpus;
	u32 hz;
	u32 ready;
	u32 lacking;
	char why[GUEST_SECTIONS][160];
	struct scx_state_layout scx;
	struct scx_events_layout events;
	struct sdt_state sdt;
	struct bpf_maps_layout maps;
	struct bpf_progs_layout progs;
	struct rq_layout rq;
	struct dsq_layout dsq;
	struct task_layout task;
	struct cpustat_layout cpustat;
	struct schedstat_layout schedstat;
	struct sched_domain_layout domain;
};

/**
 * guest_state_new() - find out where this kernel has everything
 * @gk: memory and symbols; must outlive it
 * @btf: types; must outlive it and every tree
 * @scx: layout of its sched_ext, or NULL; must outlive it
 * @max_cpus: of the machine
 * @err: says what failed, or NULL
 *
 * Any thread. Takes milliseconds.
 *
 * Return: the state, the caller's (guest_state_free()), or NULL with errno
 * ENOMEM or EOPNOTSUPP (types of BPF objects cannot be read).
 */
struct guest_state *guest_state_new(struct guest_kernel *gk, const struct kbtf *btf,
				    const struct scx_layout *scx, u32 max_cpus,
				    struct ktstr_err *err);

/**
 * guest_state_free() - forget it; no tree that it made may be used any more
 * @s: the state, or NULL
 */
void guest_state_free(struct guest_state *s);

/**
 * guest_state_warm() - load what the next walk would wait for
 * @s: the state
 *
 * Whenever a scheduler was attached, and before a freeze.
 */
void guest_state_warm(struct guest_state *s);

/**
 * guest_state_take() - walk all sections
 * @s: the state
 * @sched_kva: the scheduler that is looked at, 0 = the attached one
 * @budget_ns: walks end after that, and say so; 0 = they do not
 *
 * Copies whatever it shows: the guest may go on afterwards. Root members: "hz",
 * the jiffies of a second, when they are known; the sections, or
 * "NAME_unavailable"; then those of guest_state_last_words(), where
 * "dump_truncated_at_us" says that the budget was used up.
 *
 * Return: the tree, the caller's (vtree_free()), or NULL with errno ENOMEM.
 */
struct vtree *guest_state_take(struct guest_state *s, u64 sched_kva, u64 budget_ns);

/**
 * guest_state_show() - walk one section
 * @s: the state; @s->in.tree is set by the caller
 * @section: which
 * @to: gets the member
 */
void guest_state_show(struct guest_state *s, enum guest_section section, struct value *to);

/**
 * guest_state_last_words() - what a tree says about itself
 * @s: the state; @s->in.tree is taken away from it
 * @late: member for a walk that ended because of @s->in.deadline_ns
 * @start_ns: mono_ns() when the walks began
 *
 * Members of the root, whether there is room or not: @late, the microseconds
 * after which a walk ended; "tree_full" when GUEST_STATE_MAX was used up;
 * "nr_cpu_ids" when the guest says that it has none or more CPUs than the
 * machine; and "complete": nothing is missing or could not be read that this
 * kernel has.
 */
void guest_state_last_words(struct guest_state *s, const char *late, u64 start_ns);

#endif /* KTSTR_HOST_INSPECT_GUEST_STATE_H */
