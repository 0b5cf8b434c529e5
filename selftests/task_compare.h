/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_TASK_COMPARE_H
#define SELFTESTS_TASK_COMPARE_H

/*
 * Tasks: a snapshot's "task_enrichments" held against the view "tasks" of
 * ktstr_oracle, and its run queues against its own tasks.
 */
#include "sched_compare.h"

/* task_prio() of kernel/sched/syscalls.c, and nice levels */
#define MAX_RT_PRIO  100
#define DEFAULT_PRIO 120
/* Idle tasks: there is one for each CPU, and /proc shows none. */
#define IDLE_PID 0
/* include/linux/sched.h */
#define PF_KTHREAD 0x00200000
#define TASK_ON_RQ 1
#define COMM_MAX   15

/* A signed number, as 64 bits. */
static inline bool rec_s64(const struct oracle_rec *rec, const char *key, u64 *value)
{
	size_t len;
	const char *at = oracle_value(rec, key, &len);
	char text[24], *end;

	if (!at || !len || len >= sizeof(text))
		return false;
	memcpy(text, at, len);
	text[len] = '\0';
	*value = strtoll(text, &end, 10);
	return !*end;
}

static inline const struct value *task_by_pid(const struct value *tasks, u64 pid)
{
	const struct value *v;
	u64 at;

	for (v = value_first(tasks); v; v = value_next(v))
		if (member_u64(v, "pid", &at) && at == pid)
			return v;
	return NULL;
}

/* The record of a thread that is the same one as in @rec. */
static inline bool same_task(const struct ktstr_output *o, const struct oracle_rec *rec,
			     struct oracle_rec *again)
{
	struct oracle_iter it = oracle_begin(o->text, o->len);
	u64 tid, start, t, s;

	if (!oracle_num(rec, "tid", &tid) || !oracle_num(rec, "start_ticks", &start))
		return false;
	while (oracle_next_kind(&it, "task", again))
		if (oracle_num(again, "tid", &t) && t == tid)
			return oracle_num(again, "start_ticks", &s) && s == start;
	return false;
}

/* What was the same before and after: it was so in between. */
static inline void task_number(struct looks *l, const struct value *task, const char *member,
			       u64 offset, const char *key, const struct oracle_rec *b,
			       const struct oracle_rec *a)
{
	u64 before, after, seen;
	char what[64];
	size_t len = 0;
	const char *tid = oracle_value(b, "tid", &len);

	snprintf(what, sizeof(what), "task %.*s: %s", (int)len, tid, member);
	if (!rec_s64(b, key, &before) || !rec_s64(a, key, &after) ||
	    !member_u64(task, member, &seen))
		tally_wrong(&l->t, "%s: not there", what);
	else if (before == after)
		tally_same(&l->t, what, seen - offset, before);
}

static inline void task_text(struct looks *l, const struct value *task, const char *member,
			     const char *key, const struct oracle_rec *b,
			     const struct oracle_rec *a)
{
	const char *seen = value_text(ktstr_value_get(task, member, NULL));
	char before[512], after[512];

	if (!oracle_str(b, key, before, sizeof(before)) ||
	    !oracle_str(a, key, after, sizeof(after)))
		tally_wrong(&l->t, "no %s: %.*s", key, (int)b->len, b->line);
	else if (!strcmp(before, after))
		tally_text(&l->t, member, seen, before, strlen(before));
}

/*
 * Of a thread of the kernel, /proc has more than fits into task_struct.comm:
 * proc_task_name() of fs/proc/array.c.
 */
static inline void task_comm(struct looks *l, const struct value *task, const struct oracle_rec *b,
			     const struct oracle_rec *a)
{
	const char *seen = value_text(ktstr_value_get(task, "comm", NULL));
	char before[512], after[512];
	u64 flags = 0;
	size_t len;

	if (!oracle_str(b, "comm", before, sizeof(before)) ||
	    !oracle_str(a, "comm", after, sizeof(after))) {
		tally_wrong(&l->t, "no comm: %.*s", (int)b->len, b->line);
		return;
	}
	member_u64(task, "flags", &flags);
	len = strlen(before);
	if (flags & PF_KTHREAD)
		len = min(len, seen ? strlen(seen) : COMM_MAX);
	else if (strcmp(before, after))
		return;
	tally_text(&l->t, "comm", seen, before, len);
}

static inline void task_counter(struct looks *l, const struct value *task, const char *member,
				const struct oracle_rec *b, const struct oracle_rec *a)
{
	u64 before, after;

	if (oracle_num(b, member, &before) && oracle_num(a, member, &after))
		member_between(l, task, member, 1, member, before, after);
}

static inline void compare_task(struct looks *l, const struct value *task,
				const struct oracle_rec *b, const struct oracle_rec *a)
{
	u64 start = 0, said = 0;

	task_number(l, task, "tgid", 0, "tgid", b, a);
	task_number(l, task, "prio", MAX_RT_PRIO, "prio", b, a);
	task_number(l, task, "static_prio", DEFAULT_PRIO, "nice", b, a);
	task_number(l, task, "policy", 0, "policy", b, a);
	task_number(l, task, "parent.pid", 0, "ppid", b, a);
	task_counter(l, task, "nvcsw", b, a);
	task_counter(l, task, "nivcsw", b, a);
	task_comm(l, task, b, a);
	task_text(l, task, "cgroup", "cgroup", b, a);
	/* two clocks, read one after the other when it was made */
	member_u64(task, "start_time", &start);
	oracle_num(b, "start_ticks", &said);
	tally_between(&l->t, "start_time", said ? said - 1 : 0, start / NS_PER_TICK, said);
}

/**
 * compare_tasks() - all that lived before and after
 * @l: the guest
 *
 * Return: how many they are.
 */
static inline u64 compare_tasks(struct looks *l)
{
	const struct value *tasks = part(l, "task_enrichments.tasks"), *task;
	struct oracle_iter it = oracle_begin(l->before->text, l->before->len);
	struct oracle_rec b, a;
	u64 nr = 0, tid;

	while (oracle_next_kind(&it, "task", &b)) {
		if (!same_task(l->after, &b, &a) || !oracle_num(&b, "tid", &tid))
			continue;
		nr++;
		task = task_by_pid(tasks, tid);
		if (task)
			compare_task(l, task, &b, &a);
		else
			tally_wrong(&l->t, "the host does not see: %.*s", (int)b.len, b.line);
	}
	return nr;
}

static inline bool told_of(const struct ktstr_output *o, u64 pid)
{
	struct oracle_iter it = oracle_begin(o->text, o->len);
	struct oracle_rec rec;
	u64 tid;

	while (oracle_next_kind(&it, "task", &rec))
		if (oracle_num(&rec, "tid", &tid) && tid == pid)
			return true;
	return false;
}

/**
 * unknown_tasks() - tasks that only the host has seen
 * @l: the guest
 *
 * Return: how many; those that lived for a moment are among them.
 */
static inline u64 unknown_tasks(struct looks *l)
{
	const struct value *tasks = part(l, "task_enrichments.tasks"), *v;
	u64 nr = 0, pid;

	for (v = value_first(tasks); v; v = value_next(v))
		if (member_u64(v, "pid", &pid) && pid != IDLE_PID && !told_of(l->before, pid) &&
		    !told_of(l->after, pid))
			nr++;
	return nr;
}

/**
 * struct on_cpu - what tasks say of one CPU
 * @queued: how many are on its run queue
 * @running: pid of the one that runs, IDLE_PID = none
 */
struct on_cpu {
	u64 queued;
	u64 running;
};

static inline struct on_cpu tasks_on(const struct value *tasks, u32 cpu)
{
	struct on_cpu c = { .running = IDLE_PID };
	const struct value *v;
	u64 pid, at, on;

	for (v = value_first(tasks); v; v = value_next(v)) {
		if (!member_u64(v, "pid", &pid) || pid == IDLE_PID || !member_u64(v, "cpu", &at) ||
		    at != cpu)
			continue;
		c.queued += member_u64(v, "on_rq", &on) && on == TASK_ON_RQ;
		if (member_u64(v, "on_cpu", &on) && on)
			c.running = pid;
	}
	return c;
}

/**
 * settled_queues() - hold run queues against the tasks that are on them
 * @l: the guest
 *
 * A CPU may be stopped while it puts a task on its queue, takes one off, or
 * switches to another; and a process that has just ended may still be on its
 * CPU when its parent knows, and /proc does not show it any more. So a CPU that
 * does not agree with its tasks is no proof; but not all of them do that.
 *
 * Return: on how many CPUs queue, running task and tasks agree.
 */
static inline u32 settled_queues(struct looks *l)
{
	const struct value *tasks = part(l, "task_enrichments.tasks");
	const struct value *rq = value_first(part(l, "rq_scx_states"));
	u32 cpu, settled = 0;
	struct on_cpu c;

	for (cpu = 0; rq; cpu++, rq = value_next(rq)) {
		u64 nr_running = ~0ULL, curr = ~0ULL;

		c = tasks_on(tasks, cpu);
		member_u64(rq, "nr_running", &nr_running);
		member_u64(rq, "curr.pid", &curr);
		if (nr_running == c.queued && curr == c.running)
			settled++;
		else
			ksft_print_msg("CPU %u: %" PRIu64 " on its queue and %" PRIu64
				       " runs, by the tasks %" PRIu64 " and %" PRIu64 "\n",
				       cpu, nr_running, curr, c.queued, c.running);
	}
	return settled;
}

#endif /* SELFTESTS_TASK_COMPARE_H */
