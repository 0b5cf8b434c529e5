// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "lib/scenario.h"
#include "lib/util.h"
#include "watchdog.h"

#define SEC(n) ((u64)((n) * NSEC_PER_SEC))

/* CPU time in a whole window below which the vCPUs are idle. */
#define IDLE_FLOOR_PMU	  (1 * NSEC_PER_MSEC)
#define IDLE_FLOOR_THREAD (25 * NSEC_PER_MSEC)

static u64 add_saturated(u64 a, u64 b)
{
	u64 sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static u64 sub_saturated(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

u64 watchdog_boot_headroom(u32 vcpus, u32 slowdown)
{
	u64 ns = SEC(10) + 150 * NSEC_PER_MSEC * vcpus;

	return min(ns, SEC(90)) * max(slowdown, 1U);
}

void watchdog_init(struct watchdog *w, const struct watchdog_config *cfg)
{
	const u64 usual = SCENARIO_ATTACH_MS * NSEC_PER_MSEC;
	u64 work = max(max(cfg->watchdog_ns, cfg->duration_ns), SEC(1));

	memset(w, 0, sizeof(*w));
	w->cfg = *cfg;
	w->cfg.slowdown = max(cfg->slowdown, 1U);
	if (!w->cfg.attach_ns)
		w->cfg.attach_ns = usual;
	w->headroom_ns = watchdog_boot_headroom(cfg->vcpus, cfg->slowdown);
	if (!w->cfg.grace_ns)
		w->cfg.grace_ns = w->headroom_ns;
	w->deadline_ns = add_saturated(work, 3 * w->headroom_ns);
	/* the headrooms have room for the usual time to attach */
	if (w->cfg.attach_ns > usual)
		w->deadline_ns = add_saturated(w->deadline_ns, w->cfg.attach_ns);
}

bool watchdog_stage(struct watchdog *w, enum wire_stage stage, u64 now)
{
	if (stage <= w->stage || stage >= WIRE_STAGE_NR)
		return false;
	w->stage = stage;
	w->stage_entered_ns = now;
	w->base_valid = false;
	w->window_start_ns = 0;
	w->idle = false;
	return true;
}

void watchdog_reset(struct watchdog *w, u64 deadline_ns, enum watchdog_source source)
{
	w->deadline_ns = add_saturated(deadline_ns, w->cfg.grace_ns);
	w->source = source;
	w->windows = 0;
}

void watchdog_extend(struct watchdog *w, u64 ns)
{
	w->deadline_ns = add_saturated(w->deadline_ns, ns);
	w->source = WATCHDOG_SOURCE_FREEZE;
}

const char *watchdog_source_name(u32 source)
{
	static const char *const names[WATCHDOG_SOURCE_NR] = {
		[WATCHDOG_SOURCE_NONE] = "none",
		[WATCHDOG_SOURCE_ATTACH_LATCH] = "scx-root-attach-latch",
		[WATCHDOG_SOURCE_ATTACH_CONFIRM] = "guest-attach-confirm",
		[WATCHDOG_SOURCE_SCENARIO] = "scenario-start",
		[WATCHDOG_SOURCE_FREEZE] = "freeze-extend",
		[WATCHDOG_SOURCE_GRACE] = "grace",
	};

	return source < WATCHDOG_SOURCE_NR ? names[source] : "unknown";
}

/* CPU time a single vCPU may use in a stage; 0 = any. */
static u64 spin_budget(const struct watchdog *w)
{
	u64 ns = 0;

	switch (w->stage) {
	case WIRE_STAGE_BOOT:
		ns = w->headroom_ns;
		break;
	case WIRE_STAGE_ATTACH:
		ns = w->cfg.attach_ns + SEC(5);
		break;
	case WIRE_STAGE_DISPATCH:
	case WIRE_STAGE_TEARDOWN:
		ns = SEC(8);
		break;
	default:
		break;
	}
	return w->cfg.pmu ? ns : ns + ns / 2;
}

/* How long a stage may sit idle; 0 = for ever. */
static u64 idle_limit(const struct watchdog *w)
{
	switch (w->stage) {
	case WIRE_STAGE_BOOT:
		return max(SEC(45), w->headroom_ns + SEC(5));
	case WIRE_STAGE_ATTACH:
		return w->cfg.attach_ns + SEC(10);
	case WIRE_STAGE_DISPATCH:
		return SEC(35);
	case WIRE_STAGE_TEARDOWN:
		return SEC(15);
	default:
		return 0;
	}
}

static u64 busiest_ns(const struct watchdog *w, const struct watchdog_evidence *ev)
{
	u32 i, nr = min_t(u32, ev->nr, TOPOLOGY_MAX_CPUS);
	u64 most = 0;

	for (i = 0; i < nr; i++)
		most = max(most, sub_saturated(ev->cpu_ns[i], w->base_ns[i]));
	return most;
}

static u64 service_ns(const struct watchdog_evidence *ev)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < ev->nr; i++)
		sum = add_saturated(sum, ev->cpu_ns[i]);
	return sum;
}

static void look(struct watchdog *w, u64 now, const struct watchdog_evidence *ev)
{
	u64 service = service_ns(ev), floor;

	if (!w->base_valid) {
		memset(w->base_ns, 0, sizeof(w->base_ns));
		memcpy(w->base_ns, ev->cpu_ns,
		       min_t(u32, ev->nr, TOPOLOGY_MAX_CPUS) * sizeof(w->base_ns[0]));
		w->base_valid = true;
	}
	if (w->window_start_ns && now - w->window_start_ns < WATCHDOG_WINDOW_NS)
		return;
	if (w->window_start_ns) {
		floor = w->cfg.pmu ? IDLE_FLOOR_PMU : IDLE_FLOOR_THREAD;
		w->idle = sub_saturated(service, w->window_service_ns) < floor * w->cfg.slowdown;
	}
	w->window_start_ns = max_t(u64, now, 1);
	w->window_service_ns = service;
}

static double seconds(u64 ns)
{
	return (double)ns / NSEC_PER_SEC;
}

static bool spinning(const struct watchdog *w, const struct watchdog_evidence *ev,
		     struct watchdog_verdict *out)
{
	u64 budget = spin_budget(w), used = busiest_ns(w, ev);

	if (!budget || used <= budget)
		return false;
	snprintf(out->text, sizeof(out->text),
		 "stage %s: the guest spins: its busiest vCPU used %.1f s of CPU time there (budget %.1f s)",
		 wire_stage_name(w->stage), seconds(used), seconds(budget));
	return true;
}

static bool wedged(const struct watchdog *w, u64 now, const struct watchdog_evidence *ev,
		   struct watchdog_verdict *out)
{
	u64 limit = idle_limit(w);
	u64 spent = sub_saturated(now, w->stage_entered_ns);

	if (!limit || spent <= limit || !w->idle || ev->runnable)
		return false;
	snprintf(out->text, sizeof(out->text),
		 "stage %s: the guest waits for something that does not come: idle, %.1f s in this stage (limit %.1f s)",
		 wire_stage_name(w->stage), seconds(spent), seconds(limit));
	return true;
}

static bool overdue(struct watchdog *w, u64 now, const struct watchdog_evidence *ev,
		    struct watchdog_verdict *out)
{
	u64 late;

	if (now <= w->deadline_ns)
		return false;
	late = now - w->deadline_ns;
	if (ev->paused && late <= WATCHDOG_PAUSE_MAX_NS)
		return false;
	/* A guest that still gets CPU may just be slow, on a loaded host. */
	if (ev->live && !w->idle && w->windows < WATCHDOG_WINDOWS) {
		w->windows++;
		w->deadline_ns = add_saturated(now, WATCHDOG_WINDOW_NS);
		return false;
	}
	snprintf(out->text, sizeof(out->text),
		 "stage %s: the deadline passed: %.1f s since the start, %.1f s in this stage (deadline set by: %s)",
		 wire_stage_name(w->stage), seconds(now),
		 seconds(sub_saturated(now, w->stage_entered_ns)), watchdog_source_name(w->source));
	return true;
}

unsigned int watchdog_check(struct watchdog *w, u64 now, const struct watchdog_evidence *ev,
			    struct watchdog_verdict *out)
{
	unsigned int tier = 0;

	if (ev->live) {
		look(w, now, ev);
		if (spinning(w, ev, out))
			tier = 1;
		else if (wedged(w, now, ev, out))
			tier = 2;
	}
	if (!tier && overdue(w, now, ev, out))
		tier = 3;
	if (tier) {
		out->tier = tier;
		out->stage = w->stage;
	}
	return tier;
}
