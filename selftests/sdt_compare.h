/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SDT_COMPARE_H
#define SELFTESTS_SDT_COMPARE_H

/*
 * The tasks that scx_sdt keeps in its arena: as a snapshot shows them, as the
 * guest reads them through the arena (the view "follow" of ktstr_oracle), and
 * the figures that its own user space prints once a second.
 */
#include <stdlib.h>

#include "lib/util.h"
#include "oracle_compare.h"

#define SDT_SLOTS_MAX 4096
/* struct sdt_data in front of struct scx_stats, tools/sched_ext/scx_sdt.h */
#define SDT_HEADER 8
/* Of struct scx_task_map_val: where the pointer into the arena is. */
#define SDT_DATA_AT 16

/* What is counted, in the order of struct scx_stats. */
enum sdt_counter {
	SDT_ENQUEUE,
	SDT_EXIT,
	SDT_INIT,
	SDT_BUSY,
	SDT_IDLE,
	SDT_COUNTERS,
};

static const char *const sdt_counters[SDT_COUNTERS] = {
	[SDT_ENQUEUE] = "enqueue",
	[SDT_EXIT] = "exit",
	[SDT_INIT] = "init",
	[SDT_BUSY] = "select_busy_cpu",
	[SDT_IDLE] = "select_idle_cpu",
};

/**
 * struct sdt_stats - struct scx_stats of tools/sched_ext/scx_sdt.h
 * @seq: not used by the scheduler
 * @pid: of the task
 * @counters: by enum sdt_counter
 */
struct sdt_stats {
	s32 seq;
	s32 pid;
	u64 counters[SDT_COUNTERS];
};

/**
 * struct sdt_slot - one of them
 * @addr: low 32 bits of where it is
 * @idx: its number
 * @genn: how often that was in use before
 * @stats: its payload
 */
struct sdt_slot {
	u32 addr;
	s32 idx;
	s32 genn;
	struct sdt_stats stats;
};

/**
 * struct sdt_slots - all of them
 * @v: by address
 * @nr: how many
 */
struct sdt_slots {
	struct sdt_slot v[SDT_SLOTS_MAX];
	u32 nr;
};

static inline int sdt_by_addr(const void *a, const void *b)
{
	const struct sdt_slot *l = a, *r = b;

	return l->addr < r->addr ? -1 : l->addr > r->addr;
}

static inline const struct sdt_slot *sdt_find(const struct sdt_slots *s, u32 addr)
{
	const struct sdt_slot wanted = { .addr = addr };

	return bsearch(&wanted, s->v, s->nr, sizeof(s->v[0]), sdt_by_addr);
}

static inline const struct sdt_slot *sdt_find_pid(const struct sdt_slots *s, s64 pid)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (s->v[i].stats.pid == pid)
			return &s->v[i];
	return NULL;
}

static inline bool sdt_seen_slot(const struct value *entry, struct sdt_slot *slot)
{
	u64 idx, genn, addr;
	const void *payload;
	size_t len;

	payload = value_bytes(ktstr_value_get(entry, "payload", NULL), &len);
	if (!payload || len != sizeof(slot->stats) || !member_u64(entry, "idx", &idx) ||
	    !member_u64(entry, "genn", &genn) || !member_u64(entry, "user_addr", &addr))
		return false;
	*slot = (struct sdt_slot){ .addr = addr, .idx = idx, .genn = genn };
	memcpy(&slot->stats, payload, len);
	return true;
}

/**
 * sdt_seen() - the tasks that a snapshot shows
 * @l: the looks; what is not as it should be is wrong
 * @s: filled in
 */
static inline void sdt_seen(struct looks *l, struct sdt_slots *s)
{
	const struct value *entries = part(l, "sdt_allocations[scx_task_allocator].entries"), *e;

	s->nr = 0;
	for (e = entries ? value_first(entries) : NULL; e; e = value_next(e)) {
		if (s->nr == SDT_SLOTS_MAX || !sdt_seen_slot(e, &s->v[s->nr]))
			tally_wrong(&l->t, "slot %u is none", s->nr);
		else
			s->nr++;
	}
	qsort(s->v, s->nr, sizeof(s->v[0]), sdt_by_addr);
}

static inline bool sdt_said_slot(const struct oracle_rec *rec, struct sdt_slot *slot)
{
	u8 data[SDT_HEADER + sizeof(slot->stats)];
	u64 at;

	if (!oracle_num(rec, "at", &at) ||
	    oracle_bytes(rec, "data", data, sizeof(data)) != sizeof(data))
		return false;
	slot->addr = at;
	memcpy(&slot->idx, data, sizeof(slot->idx));
	memcpy(&slot->genn, data + sizeof(slot->idx), sizeof(slot->genn));
	memcpy(&slot->stats, data + SDT_HEADER, sizeof(slot->stats));
	return true;
}

/**
 * sdt_said() - the tasks that the guest shows
 * @l: the looks; what is not as it should be is wrong
 * @o: @l->before or @l->after
 * @s: filled in
 */
static inline void sdt_said(struct looks *l, const struct ktstr_output *o, struct sdt_slots *s)
{
	struct oracle_iter it = oracle_begin(o->text, o->len);
	struct oracle_rec rec;

	s->nr = 0;
	while (oracle_next_kind(&it, "slot", &rec)) {
		if (s->nr == SDT_SLOTS_MAX || !sdt_said_slot(&rec, &s->v[s->nr]))
			tally_wrong(&l->t, "%.*s", (int)rec.len, rec.line);
		else
			s->nr++;
	}
	qsort(s->v, s->nr, sizeof(s->v[0]), sdt_by_addr);
}

/**
 * struct sdt_print - what scx_sdt prints of itself
 * @counters: of tasks that have ended, by enum sdt_counter
 * @chunks: "chunk allocs"
 * @data: "data_allocs"
 * @allocs: "alloc_ops"
 * @frees: "free_ops"
 * @active: "active_allocs"
 */
struct sdt_print {
	u64 counters[SDT_COUNTERS];
	u64 chunks;
	u64 data;
	u64 allocs;
	u64 frees;
	u64 active;
};

static inline bool sdt_print_num(const char *block, const char *name, u64 *to)
{
	const char *at = strstr(block, name);

	if (!at)
		return false;
	*to = strtoull(at + strlen(name), NULL, 10);
	return true;
}

static inline bool sdt_print_parse(const char *block, struct sdt_print *p)
{
	return sdt_print_num(block, "enqueues=", &p->counters[SDT_ENQUEUE]) &&
	       sdt_print_num(block, "inits=", &p->counters[SDT_INIT]) &&
	       sdt_print_num(block, "exits=", &p->counters[SDT_EXIT]) &&
	       sdt_print_num(block, "select_idle_cpu=", &p->counters[SDT_IDLE]) &&
	       sdt_print_num(block, "select_busy_cpu=", &p->counters[SDT_BUSY]) &&
	       sdt_print_num(block, "chunk allocs=", &p->chunks) &&
	       sdt_print_num(block, "data_allocs=", &p->data) &&
	       sdt_print_num(block, "alloc_ops=", &p->allocs) &&
	       sdt_print_num(block, "free_ops=", &p->frees) &&
	       sdt_print_num(block, "active_allocs=", &p->active) &&
	       strstr(block, "arena_pages_used=");
}

/**
 * sdt_print_last() - the last that was printed to its end
 * @log: of the scheduler, or NULL
 * @p: filled in
 *
 * Return: false when nothing was.
 */
static inline bool sdt_print_last(const char *log, struct sdt_print *p)
{
	static const char head[] = "====SCHEDULING STATS====";
	const char *at = log ? strstr(log, head) : NULL;
	struct sdt_print one;
	bool any = false;

	for (; at; at = strstr(at + 1, head)) {
		if (!sdt_print_parse(at, &one))
			break;
		*p = one;
		any = true;
	}
	return any;
}

/**
 * sdt_bss() - the same figures, as a snapshot shows them
 * @l: the looks; what is not there is wrong
 * @p: filled in
 */
static inline void sdt_bss(struct looks *l, struct sdt_print *p)
{
	const struct value *v = part(l, "maps[scx_sdt.bss].value");
	char path[64];
	u32 i;

	memset(p, 0, sizeof(*p));
	for (i = 0; i < SDT_COUNTERS; i++) {
		snprintf(path, sizeof(path), "stat_%s", sdt_counters[i]);
		if (!member_u64(v, path, &p->counters[i]))
			tally_wrong(&l->t, "no variable %s", path);
	}
	if (!member_u64(v, "alloc_stats.chunk_allocs", &p->chunks) ||
	    !member_u64(v, "alloc_stats.data_allocs", &p->data) ||
	    !member_u64(v, "alloc_stats.alloc_ops", &p->allocs) ||
	    !member_u64(v, "alloc_stats.free_ops", &p->frees) ||
	    !member_u64(v, "alloc_stats.active_allocs", &p->active))
		tally_wrong(&l->t, "no alloc_stats");
}

#endif /* SELFTESTS_SDT_COMPARE_H */
