// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lib/util.h"
#include "wire_monitor.h"

const char *monitor_event_name(u32 e)
{
	static const char *const names[WIRE_MON_EVENTS] = {
		[MONITOR_SELECT_CPU_FALLBACK] = "select_cpu_fallback",
		[MONITOR_DISPATCH_LOCAL_DSQ_OFFLINE] = "dispatch_local_dsq_offline",
		[MONITOR_DISPATCH_KEEP_LAST] = "dispatch_keep_last",
		[MONITOR_ENQ_SKIP_EXITING] = "enq_skip_exiting",
		[MONITOR_ENQ_SKIP_MIGRATION_DISABLED] = "enq_skip_migration_disabled",
		[MONITOR_REENQ_IMMED] = "reenq_immed",
		[MONITOR_REENQ_LOCAL_REPEAT] = "reenq_local_repeat",
		[MONITOR_REFILL_SLICE_DFL] = "refill_slice_dfl",
		[MONITOR_BYPASS_DURATION] = "bypass_duration",
		[MONITOR_BYPASS_DISPATCH] = "bypass_dispatch",
		[MONITOR_BYPASS_ACTIVATE] = "bypass_activate",
		[MONITOR_INSERT_NOT_OWNED] = "insert_not_owned",
		[MONITOR_SUB_BYPASS_DISPATCH] = "sub_bypass_dispatch",
	};

	return e < WIRE_MON_EVENTS ? names[e] : "unknown";
}

const char *monitor_stat_name(u32 s)
{
	static const char *const names[MONITOR_STATS] = {
		[MONITOR_RUN_DELAY] = "run_delay",	 [MONITOR_PCOUNT] = "pcount",
		[MONITOR_YLD_COUNT] = "yld_count",	 [MONITOR_SCHED_COUNT] = "sched_count",
		[MONITOR_SCHED_GOIDLE] = "sched_goidle", [MONITOR_TTWU_COUNT] = "ttwu_count",
		[MONITOR_TTWU_LOCAL] = "ttwu_local",
	};

	return s < MONITOR_STATS ? names[s] : "unknown";
}

size_t wire_mons_size(u32 nr_cpus)
{
	return sizeof(struct wire_mons) + nr_cpus * sizeof(struct wire_mons_cpu);
}

u32 wire_mons_max(u32 nr_cpus)
{
	size_t fit = WIRE_MON_BYTES_MAX / wire_mons_size(nr_cpus);

	return min_t(size_t, fit, WIRE_MON_SAMPLES_MAX) & ~1U;
}

static void put_cpu(const struct monitor_cpu *c, struct wire_mons_cpu *w)
{
	u32 i;

	w->flags = cpu_to_le32(c->flags);
	w->nr_running = cpu_to_le32(c->nr_running);
	w->scx_nr_running = cpu_to_le32(c->scx_nr_running);
	w->local_dsq_depth = cpu_to_le32(c->local_dsq_depth);
	w->scx_flags = cpu_to_le32(c->scx_flags);
	w->pad = 0;
	w->rq_clock = cpu_to_le64(c->rq_clock);
	w->vcpu_ns = cpu_to_le64(c->vcpu_ns);
	for (i = 0; i < MONITOR_STATS; i++)
		w->stats[i] = cpu_to_le64(c->stats[i]);
}

void wire_mons_encode(const struct monitor_sample *s, void *buf)
{
	struct wire_mons w = {
		.version = cpu_to_le32(WIRE_MON_VERSION),
		.flags = cpu_to_le32(s->flags),
		.nr_cpus = cpu_to_le32(s->nr_cpus),
		.missed = cpu_to_le32(s->missed),
		.seq = cpu_to_le64(s->seq),
		.t_ns = cpu_to_le64(s->t_ns),
		.cost_ns = cpu_to_le64(s->cost_ns),
		.sched_kva = cpu_to_le64(s->sched_kva),
	};
	struct wire_mons_cpu *cpus = (void *)((u8 *)buf + sizeof(w));
	u32 i;

	for (i = 0; i < WIRE_MON_EVENTS; i++)
		w.events[i] = cpu_to_le64(s->events[i]);
	memcpy(buf, &w, sizeof(w));
	for (i = 0; i < s->nr_cpus; i++)
		put_cpu(&s->cpus[i], &cpus[i]);
}

static void get_cpu(const u8 *from, struct monitor_cpu *c)
{
	struct wire_mons_cpu w;
	u32 i;

	memcpy(&w, from, sizeof(w));
	*c = (struct monitor_cpu){
		.flags = le32_to_cpu(w.flags),
		.nr_running = le32_to_cpu(w.nr_running),
		.scx_nr_running = le32_to_cpu(w.scx_nr_running),
		.local_dsq_depth = le32_to_cpu(w.local_dsq_depth),
		.scx_flags = le32_to_cpu(w.scx_flags),
		.rq_clock = le64_to_cpu(w.rq_clock),
		.vcpu_ns = le64_to_cpu(w.vcpu_ns),
	};
	for (i = 0; i < MONITOR_STATS; i++)
		c->stats[i] = le64_to_cpu(w.stats[i]);
}

int wire_mons_decode(const void *payload, size_t len, struct monitor_sample *s,
		     struct monitor_cpu *cpus, u32 room)
{
	const u8 *rest = (const u8 *)payload + sizeof(struct wire_mons);
	struct wire_mons w;
	u32 i, nr;

	memset(s, 0, sizeof(*s));
	if (len < sizeof(w))
		return -EBADMSG;
	memcpy(&w, payload, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_MON_VERSION)
		return -EPROTO;
	nr = le32_to_cpu(w.nr_cpus);
	if (!nr || nr > WIRE_MON_CPUS_MAX || len != wire_mons_size(nr))
		return -EBADMSG;
	if (cpus && nr > room)
		return -ENOSPC;
	*s = (struct monitor_sample){
		.seq = le64_to_cpu(w.seq),
		.t_ns = le64_to_cpu(w.t_ns),
		.cost_ns = le64_to_cpu(w.cost_ns),
		.missed = le32_to_cpu(w.missed),
		.flags = le32_to_cpu(w.flags),
		.sched_kva = le64_to_cpu(w.sched_kva),
		.nr_cpus = nr,
		.cpus = cpus,
	};
	for (i = 0; i < WIRE_MON_EVENTS; i++)
		s->events[i] = le64_to_cpu(w.events[i]);
	for (i = 0; cpus && i < nr; i++)
		get_cpu(rest + i * sizeof(struct wire_mons_cpu), &cpus[i]);
	return 0;
}

static void put_text(char *dst, const char *src)
{
	memcpy(dst, src, strnlen(src, WIRE_MON_TEXT_MAX - 1));
}

static bool text_ok(const char *s)
{
	return memchr(s, '\0', WIRE_MON_TEXT_MAX);
}

void wire_moni_encode(const struct monitor_info *info, struct wire_moni *w)
{
	*w = (struct wire_moni){
		.version = cpu_to_le32(WIRE_MON_VERSION),
		.hz = cpu_to_le32(info->hz),
		.hz_assumed = cpu_to_le32(info->hz_assumed),
		.nr_cpus = cpu_to_le32(info->nr_cpus),
		.period_ns = cpu_to_le64(info->period_ns),
	};
	put_text(w->error, info->error);
	put_text(w->no_events, info->no_events);
	put_text(w->no_stats, info->no_stats);
}

int wire_moni_decode(const void *payload, size_t len, struct monitor_info *info)
{
	struct wire_moni w;

	memset(info, 0, sizeof(*info));
	if (len < sizeof(w.version))
		return -EBADMSG;
	memcpy(&w.version, payload, sizeof(w.version));
	if (le32_to_cpu(w.version) != WIRE_MON_VERSION)
		return -EPROTO;
	if (len != sizeof(w))
		return -EBADMSG;
	memcpy(&w, payload, sizeof(w));
	if (!w.hz || !w.period_ns || !text_ok(w.error) || !text_ok(w.no_events) ||
	    !text_ok(w.no_stats))
		return -EBADMSG;
	info->period_ns = le64_to_cpu(w.period_ns);
	info->hz = le32_to_cpu(w.hz);
	info->hz_assumed = le32_to_cpu(w.hz_assumed);
	info->nr_cpus = le32_to_cpu(w.nr_cpus);
	put_text(info->error, w.error);
	put_text(info->no_events, w.no_events);
	put_text(info->no_stats, w.no_stats);
	return 0;
}
