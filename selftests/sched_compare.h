/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_SCHED_COMPARE_H
#define SELFTESTS_SCHED_COMPARE_H

/*
 * Run queues, scheduling domains, counters and tasks: a snapshot held against
 * the views "sched" and "tasks" of ktstr_oracle, taken before and after it.
 */
#include <inttypes.h>

#include "lib/util.h"
#include "oracle_compare.h"

#define SCHED_EXT_DIR "/sys/kernel/sched_ext"
#define SCHED_DEBUG   "/sys/kernel/debug/sched/debug"
#define DOMAINS_DIR   "/sys/kernel/debug/sched/domains"
#define SCHEDSTAT     "/proc/schedstat"
/* sysconf(_SC_CLK_TCK) of every architecture here */
#define NS_PER_TICK (NSEC_PER_SEC / 100)

/* A member that only grows; what the kernel does not have is not compared. */
static inline void member_between(struct looks *l, const struct value *v, const char *path,
				  u64 unit, const char *what, u64 before, u64 after)
{
	u64 seen;

	if (member_u64(v, path, &seen))
		tally_between(&l->t, what, before, seen / unit, after);
	else
		tally_wrong(&l->t, "%s: no %s in the snapshot", what, path);
}

/* /sys/kernel/sched_ext and what the snapshot calls it. */

/* "SCX_ENABLED", or SCX_OPS_ENABLED of older kernels, is "enabled". */
static inline void compare_state(struct looks *l, const struct oracle_rec *said)
{
	const char *seen = ktstr_snapshot_text(l->seen, "scx_state.enable_state", NULL);
	const char *last = seen ? strrchr(seen, '_') : NULL;
	char text[32] = "";
	size_t i;

	for (i = 0; last && last[i + 1] && i < sizeof(text) - 1; i++)
		text[i] = tolower(last[i + 1]);
	tally_text(&l->t, "state", text, said->line, said->len);
}

static inline void compare_scx_state(struct looks *l)
{
	static const char *const files[][2] = {
		{ "switch_all", "switching_all" },
		{ "nr_rejected", "nr_rejected" },
		{ "hotplug_seq", "hotplug_seq" },
		{ "enable_seq", "enable_seq" },
	};
	const struct value *state = part(l, "scx_state");
	struct oracle_rec rec, again;
	u64 before, after;
	char path[80];
	size_t i;

	if (oracle_file_first(l->before, SCHED_EXT_DIR "/state", &rec))
		compare_state(l, &rec);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), SCHED_EXT_DIR "/%s", files[i][0]);
		if (oracle_file_first(l->before, path, &rec) && oracle_word_num(&rec, 0, &before) &&
		    oracle_file_first(l->after, path, &again) && oracle_word_num(&again, 0, &after))
			member_between(l, state, files[i][1], 1, files[i][0], before, after);
	}
	if (oracle_file_first(l->before, SCHED_EXT_DIR "/root/ops", &rec))
		tally_text(&l->t, "ops", ktstr_snapshot_text(l->seen, "scx_state.sched.name", NULL),
			   rec.line, rec.len);
}

/* "SCX_EV_DISPATCH_KEEP_LAST 43" */
static inline void compare_event(struct looks *l, const struct value *total,
				 const struct oracle_rec *rec)
{
	struct oracle_rec again;
	char name[80], member[80];
	u64 before, after;
	size_t len, i;
	const char *at = oracle_word_at(rec, 0, &len);

	if (!at || len <= 7 || len >= sizeof(name) || memcmp(at, "SCX_EV_", 7) ||
	    !oracle_word_num(rec, 1, &before)) {
		tally_wrong(&l->t, "what is \"%.*s\"?", (int)rec->len, rec->line);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)len, at);
	for (i = 0; i <= len - 7; i++)
		member[i] = tolower(name[i + 7]);
	if (oracle_file_find(l->after, SCHED_EXT_DIR "/root/events", name, &again) &&
	    oracle_word_num(&again, 1, &after))
		member_between(l, total, member, 1, name, before, after);
}

/* All that the file has, and as many as it has. */
static inline void compare_events(struct looks *l)
{
	const struct value *total;
	struct oracle_iter it;
	struct oracle_rec rec;
	u64 nr = 0;

	if (!oracle_file(l->before->text, l->before->len, SCHED_EXT_DIR "/root/events", &it))
		return;
	total = part(l, "scx_events.total");
	for (; oracle_file_line(&it, &rec); nr++)
		compare_event(l, total, &rec);
	tally_same(&l->t, "number of events", value_count(total), nr);
}

/* The file debug has "cpu#0, 2000.000 MHz", then "  .nr_switches   : 43" until a blank line. */

static inline bool debug_num(const struct ktstr_output *o, u32 cpu, const char *key, u64 *value)
{
	struct oracle_iter it;
	struct oracle_rec rec;
	char head[16];
	bool here = false;
	size_t len;
	const char *at;
	u64 ms, ns;

	snprintf(head, sizeof(head), "cpu#%u", cpu);
	if (!oracle_file(o->text, o->len, SCHED_DEBUG, &it))
		return false;
	while (oracle_file_line(&it, &rec)) {
		at = oracle_word_at(&rec, 0, &len);
		here = at ? here : false;
		if (at && len >= strlen(head) && !memcmp(at, head, strlen(head)) &&
		    (len == strlen(head) || at[strlen(head)] == ','))
			here = true;
		if (!here || !oracle_word_is(&rec, 0, key))
			continue;
		at = oracle_word_at(&rec, 2, &len);
		if (at && memchr(at, '.', len) &&
		    sscanf(at, "%" PRIu64 ".%6" PRIu64, &ms, &ns) == 2) {
			*value = ms * NSEC_PER_MSEC + ns;
			return true;
		}
		return oracle_word_num(&rec, 2, value);
	}
	return false;
}

static inline void compare_run_queues(struct looks *l, u32 nr_cpus)
{
	static const char *const members[] = { "nr_switches", "clock", "clock_task" };
	const struct value *rqs = part(l, "rq_scx_states");
	char key[32], what[48];
	u64 before, after;
	size_t i;
	u32 cpu;

	tally_same(&l->t, "run queues", value_count(rqs), nr_cpus);
	for (cpu = 0; cpu < nr_cpus; cpu++) {
		for (i = 0; i < ARRAY_SIZE(members); i++) {
			snprintf(key, sizeof(key), ".%s", members[i]);
			snprintf(what, sizeof(what), "CPU %u: %s", cpu, members[i]);
			if (debug_num(l->before, cpu, key, &before) &&
			    debug_num(l->after, cpu, key, &after))
				member_between(l, value_at(rqs, cpu), members[i], 1, what, before,
					       after);
			else
				tally_wrong(&l->t, "%s is not in " SCHED_DEBUG, what);
		}
	}
}

/* "cpu0 0 0 19 ..." of /proc/schedstat, /proc/stat. */
static inline bool cpu_line(const struct ktstr_output *o, const char *path, u32 cpu,
			    struct oracle_rec *rec)
{
	char word[16];

	snprintf(word, sizeof(word), "cpu%u", cpu);
	return oracle_file_find(o, path, word, rec);
}

/**
 * struct column - a number of a line and its name in a snapshot
 * @index: of the word
 * @member: path
 * @other: path of the same in kernels that keep it elsewhere, looked at first;
 *         or NULL
 */
struct column {
	u32 index;
	const char *member;
	const char *other;
};

static inline void compare_columns(struct looks *l, const char *path, const struct column *c,
				   size_t nr, u64 unit, u32 cpu, const struct value *v)
{
	struct oracle_rec b, a;
	u64 before, after, seen;
	const char *member;
	char what[80];

	if (!cpu_line(l->before, path, cpu, &b) || !cpu_line(l->after, path, cpu, &a)) {
		tally_wrong(&l->t, "%s: no CPU %u", path, cpu);
		return;
	}
	for (; nr--; c++) {
		member = c->other && member_u64(v, c->other, &seen) ? c->other : c->member;
		snprintf(what, sizeof(what), "CPU %u: %s", cpu, member);
		if (oracle_word_num(&b, c->index, &before) && oracle_word_num(&a, c->index, &after))
			member_between(l, v, member, unit, what, before, after);
		else
			tally_wrong(&l->t, "%s: no number %u in %s", what, c->index, path);
	}
}

static inline void compare_schedstat(struct looks *l, u32 nr_cpus)
{
	static const struct column columns[] = {
		{ 1, "yld_count" },  { 3, "sched_count" }, { 4, "sched_goidle" },
		{ 5, "ttwu_count" }, { 6, "ttwu_local" },  { 7, "rq_cpu_time" },
		{ 8, "run_delay" },  { 9, "pcount" },
	};
	const struct value *cpus = part(l, "schedstats.cpus");
	u64 enabled = 0;
	u32 cpu;

	member_u64(part(l, "schedstats"), "enabled", &enabled);
	tally_same(&l->t, "schedstats enabled", enabled, 1);
	for (cpu = 0; cpu < nr_cpus; cpu++)
		compare_columns(l, SCHEDSTAT, columns, ARRAY_SIZE(columns), 1, cpu,
				value_at(cpus, cpu));
}

static inline void compare_cpu_time(struct looks *l, u32 nr_cpus)
{
	static const struct column columns[] = {
		{ 1, "time_ns.user" },
		{ 2, "time_ns.nice" },
		{ 3, "time_ns.system" },
		/* get_idle_time() of fs/proc/stat.c, as long as the tick can be stopped */
		{ 4, "time_ns.idle", "idle_sleeptime_ns" },
		{ 5, "time_ns.iowait", "iowait_sleeptime_ns" },
		{ 6, "time_ns.irq" },
		{ 7, "time_ns.softirq" },
		{ 8, "time_ns.steal" },
		{ 9, "time_ns.guest" },
		{ 10, "time_ns.guest_nice" },
	};
	const struct value *cpus = part(l, "per_cpu_time");
	u32 cpu;

	for (cpu = 0; cpu < nr_cpus; cpu++)
		compare_columns(l, "/proc/stat", columns, ARRAY_SIZE(columns), NS_PER_TICK, cpu,
				value_at(cpus, cpu));
}

/* "  HRTIMER:   0   3", one column for each CPU. */
static inline void compare_softirqs(struct looks *l, u32 nr_cpus)
{
	static const char path[] = "/proc/softirqs";
	const struct value *cpus = part(l, "per_cpu_time");
	char word[32], member[48], what[64];
	struct oracle_rec rec, again;
	u64 before, after;
	struct oracle_iter it;
	const char *at;
	size_t len, i;
	u32 cpu;

	if (!oracle_file(l->before->text, l->before->len, path, &it))
		tally_wrong(&l->t, "no %s", path);
	while (oracle_file_line(&it, &rec)) {
		at = oracle_word_at(&rec, 0, &len);
		if (!at || at[len - 1] != ':' || len >= sizeof(word))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		i = snprintf(member, sizeof(member), "softirqs.%.*s", (int)len - 1, at);
		for (; i; i--)
			member[i] = tolower(member[i]);
		for (cpu = 0; cpu < nr_cpus; cpu++) {
			snprintf(what, sizeof(what), "CPU %u: %s", cpu, member);
			if (oracle_word_num(&rec, cpu + 1, &before) &&
			    oracle_file_find(l->after, path, word, &again) &&
			    oracle_word_num(&again, cpu + 1, &after))
				member_between(l, value_at(cpus, cpu), member, 1, what, before,
					       after);
		}
	}
}

#endif /* SELFTESTS_SCHED_COMPARE_H */
