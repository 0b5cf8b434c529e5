// SPDX-License-Identifier: GPL-2.0-only
/*
 * What scx_sdt keeps of each task in its arena, found by the host through the
 * allocator's tree: held against the arena as the guest maps it, against the
 * scheduler's other maps, and against what its own user space prints.
 */
#include "known_failure.h"
#include "ktstr_harness.h"
#include "sdt_compare.h"

#define RUN_TIMEOUT_S 300
#define TOPOLOGY      "1n1l2c1t"
/* Each may be in the middle of a fork, or of an exit. */
#define CPUS	    2
#define DURATION_MS 1500
#define LOOK_MS	    1000
/* Something is printed once a second: also after the last look, then. */
#define LINGER_MS 2200
/* PID 1, the scheduler, workers, and some threads of the kernel for each CPU. */
#define TASKS_MIN 20

#define ORACLE(name)                                                       \
	{ .kind = KTSTR_OP_RUN,                                            \
	  .at_ms = LOOK_MS,                                                \
	  .argv = { "ktstr_oracle", "follow=scx_task_map,16,56", "maps" }, \
	  .tag = name }

static const struct ktstr_op ops[] = {
	ORACLE("before"),
	{ .kind = KTSTR_OP_CAPTURE, .at_ms = LOOK_MS, .tag = "between" },
	ORACLE("after"),
	{ .kind = KTSTR_OP_RUN,
	  .at_ms = LOOK_MS,
	  .argv = { "ktstr_misfit", "hang" },
	  .tag = "linger",
	  .timeout_ms = LINGER_MS,
	  .may_fail = true },
};

FIXTURE(sdt_alloc)
{
	struct ktstr_result res;
	struct looks l;
	struct sdt_slots before;
	struct sdt_slots seen;
	struct sdt_slots after;
	struct sdt_print bss;
	u64 tasks;
	u64 gone;
};

FIXTURE_SETUP(sdt_alloc)
{
	const struct ktstr_test test = {
		.name = "sdt_alloc",
		.topology = TOPOLOGY,
		.scheduler = "scx_sdt",
		.duration_ms = DURATION_MS,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
	self->l = (struct looks){
		.before = ktstr_output_find(&self->res, "before"),
		.seen = ktstr_snapshot_find(&self->res, "between"),
		.after = ktstr_output_find(&self->res, "after"),
	};
}

FIXTURE_TEARDOWN(sdt_alloc)
{
	test_end(_metadata, &self->res);
}

/* Each number and each place once. */
static void compare_tree(FIXTURE_DATA(sdt_alloc) * self)
{
	const struct value *a = part(&self->l, "sdt_allocations[scx_task_allocator]");
	const struct sdt_slots *s = &self->seen;
	struct oracle_tally *t = &self->l.t;
	static bool taken[SDT_SLOTS_MAX];
	const char *reason;
	u64 number = 0;
	u32 i;

	member_u64(a, "elem_size", &number);
	tally_same(t, "elem_size", number, SDT_HEADER + sizeof(struct sdt_stats));
	number = 1;
	member_u64(a, "skipped_subtrees", &number);
	tally_same(t, "skipped_subtrees", number, 0);
	number = 1;
	member_u64(a, "truncated", &number);
	tally_same(t, "truncated", number, 0);
	/* struct scx_stats is not among its types, others of this size are */
	reason = value_text(ktstr_value_get(a, "payload_type_reason", NULL));
	if (!reason || strncmp(reason, "ambiguous", 9))
		tally_wrong(t, "the type of payloads: %s", reason ?: "no reason");
	for (i = 0; i < s->nr; i++) {
		t->compared++;
		if (s->v[i].idx < 0 || s->v[i].idx >= SDT_SLOTS_MAX || s->v[i].genn < 0)
			tally_wrong(t, "slot %d, generation %d", s->v[i].idx, s->v[i].genn);
		else if (taken[s->v[i].idx])
			tally_wrong(t, "slot %d is there twice", s->v[i].idx);
		else
			taken[s->v[i].idx] = true;
		if (i && s->v[i].addr == s->v[i - 1].addr)
			tally_wrong(t, "0x%x is there twice", s->v[i].addr);
	}
}

/* As the guest has them before and after, if they are the same tasks' all the time. */
static void compare_slot(FIXTURE_DATA(sdt_alloc) * self, const struct sdt_slot *seen)
{
	const struct sdt_slot *before = sdt_find(&self->before, seen->addr);
	const struct sdt_slot *after = sdt_find(&self->after, seen->addr);
	struct oracle_tally *t = &self->l.t;
	u32 i;

	if (!before || !after || before->genn != after->genn) {
		self->gone++;
		return;
	}
	self->tasks++;
	tally_same(t, "idx", seen->idx, before->idx);
	tally_same(t, "genn", seen->genn, before->genn);
	tally_same(t, "seq", seen->stats.seq, before->stats.seq);
	tally_same(t, "pid", seen->stats.pid, before->stats.pid);
	for (i = 0; i < SDT_COUNTERS; i++)
		tally_between(t, sdt_counters[i], before->stats.counters[i],
			      seen->stats.counters[i], after->stats.counters[i]);
}

/* What is in both of the guest's listings is in the snapshot. */
static void find_missing(FIXTURE_DATA(sdt_alloc) * self)
{
	const struct sdt_slot *b, *a;
	u32 i;

	for (i = 0; i < self->before.nr; i++) {
		b = &self->before.v[i];
		a = sdt_find(&self->after, b->addr);
		if (a && a->genn == b->genn && !sdt_find(&self->seen, b->addr))
			tally_wrong(&self->l.t, "the host has no slot at 0x%x, of task %d", b->addr,
				    b->stats.pid);
	}
}

static u64 sum_of(const struct sdt_slots *s, u32 counter)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < s->nr; i++)
		sum += s->v[i].stats.counters[counter];
	return sum;
}

/* Equal, but for what the CPUs are in the middle of. */
static void tally_about(struct oracle_tally *t, const char *what, u64 seen, u64 other)
{
	tally_between(t, what, other < CPUS ? 0 : other - CPUS, seen, other + CPUS);
}

/*
 * Its own figures: printed some time before, in memory at the standstill,
 * printed some time after. Each allocation is counted once in its task, and
 * then once more with those that have ended.
 */
static void compare_figures(FIXTURE_DATA(sdt_alloc) * self, const struct sdt_print *before,
			    const struct sdt_print *after)
{
	const struct sdt_print *bss = &self->bss;
	struct oracle_tally *t = &self->l.t;
	u32 i;

	for (i = 0; i < SDT_COUNTERS; i++)
		tally_between(t, sdt_counters[i], before->counters[i], bss->counters[i],
			      after->counters[i]);
	tally_between(t, "chunk_allocs", before->chunks, bss->chunks, after->chunks);
	tally_between(t, "data_allocs", before->data, bss->data, after->data);
	tally_between(t, "alloc_ops", before->allocs, bss->allocs, after->allocs);
	tally_between(t, "free_ops", before->frees, bss->frees, after->frees);
	tally_between(t, "live slots", before->allocs - min(after->frees, before->allocs),
		      self->seen.nr, after->allocs - before->frees);
	tally_about(t, "live slots and active_allocs", self->seen.nr, bss->active);
	tally_about(t, "inits of all tasks",
		    sum_of(&self->seen, SDT_INIT) + bss->counters[SDT_INIT], bss->allocs);
	tally_about(t, "exits of all tasks",
		    sum_of(&self->seen, SDT_EXIT) + bss->counters[SDT_EXIT], bss->frees);
	/* every task waited for a CPU before it ended */
	for (i = 0; i < SDT_COUNTERS; i++)
		tally_between(t, "of all tasks", before->counters[i],
			      sum_of(&self->seen, i) + bss->counters[i], UINT64_MAX);
}

/* What the map says of a task, and what the slot says that its pointer leads to. */
static void compare_storage(FIXTURE_DATA(sdt_alloc) * self, const struct value *entry)
{
	const struct value *data = ktstr_value_get(entry, "value.data", NULL), *deref;
	u64 ptr = 0, pid = 0, idx = UINT64_MAX, genn = UINT64_MAX, task = 0, tptr = 1;
	struct oracle_tally *t = &self->l.t;
	const struct sdt_slot *slot;
	const void *bytes;
	size_t len;

	value_u64(data, &ptr);
	member_u64(entry, "owner.pid", &pid);
	member_u64(entry, "owner.ptr", &task);
	member_u64(entry, "value.tptr", &tptr);
	member_u64(entry, "value.tid.idx", &idx);
	member_u64(entry, "value.tid.genn", &genn);
	slot = sdt_find(&self->seen, ptr);
	if (!slot) {
		tally_wrong(t, "the pointer 0x%llx of task %llu leads to no slot",
			    (unsigned long long)ptr, (unsigned long long)pid);
		return;
	}
	tally_same(t, "pid of a slot's owner", slot->stats.pid, pid);
	tally_same(t, "tptr", tptr, task);
	tally_same(t, "tid.idx", idx, slot->idx);
	tally_same(t, "tid.genn", genn, slot->genn);
	/* followed where it stands, it shows the same */
	deref = data ? value_first(data) : NULL;
	bytes = value_bytes(deref, &len);
	if (!bytes || len != sizeof(slot->stats) || memcmp(bytes, &slot->stats, len))
		tally_wrong(t, "the pointer of task %llu shows something else",
			    (unsigned long long)pid);
}

static u64 compare_map(FIXTURE_DATA(sdt_alloc) * self)
{
	const struct value *entries = part(&self->l, "maps[scx_task_map].entries"), *e;
	u64 nr = 0;

	for (e = entries ? value_first(entries) : NULL; e; e = value_next(e), nr++)
		compare_storage(self, e);
	tally_about(&self->l.t, "elements of the map and slots", nr, self->seen.nr);
	return nr;
}

/* Both ways: only tasks have slots, and all but the idle ones have one. */
static u64 compare_tasks(FIXTURE_DATA(sdt_alloc) * self)
{
	const struct value *tasks = part(&self->l, "task_enrichments.tasks"), *v;
	struct oracle_tally *t = &self->l.t;
	u64 pid, nr = 0, without = 0;

	for (v = tasks ? value_first(tasks) : NULL; v; v = value_next(v)) {
		if (!member_u64(v, "pid", &pid) || !pid)
			continue;
		nr++;
		without += !sdt_find_pid(&self->seen, pid);
	}
	tally_about(t, "tasks without a slot", without, 0);
	tally_about(t, "tasks with a slot, and slots", nr - without, self->seen.nr);
	return nr;
}

/* What had been printed when the snapshot was taken is in it, line by line. */
static bool printed_before(struct looks *l, struct sdt_print *p)
{
	const struct value *log = part(l, "scheduler_log"), *line;
	char *text = NULL;
	bool any = false;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return false;
	for (line = log ? value_first(log) : NULL; line; line = value_next(line))
		fprintf(f, "%s\n", value_text(line) ?: "");
	if (!fclose(f))
		any = sdt_print_last(text, p);
	free(text);
	return any;
}

/* One test: they are all about one moment of one guest. */
TEST_F_TIMEOUT(sdt_alloc, is_what_the_scheduler_says, RUN_TIMEOUT_S)
{
	const struct known_failure *known = known_failure("scx_sdt", &self->res);
	struct sdt_print before = {}, after = {};
	struct ktstr_err err = { "" };
	struct looks *l = &self->l;
	u64 nr;
	u32 i;

	if (known)
		SKIP(return, "%s", known->why);
	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	ASSERT_TRUE(ktstr_output_ok(l->before));
	ASSERT_TRUE(ktstr_output_ok(l->after));
	ASSERT_NE(l->seen, NULL);
	if (!ktstr_snapshot_value(l->seen, NULL, &err) && errno == EOPNOTSUPP)
		SKIP(return, "a build without json-c cannot read snapshots");

	sdt_said(l, l->before, &self->before);
	sdt_said(l, l->after, &self->after);
	sdt_seen(l, &self->seen);
	sdt_bss(l, &self->bss);
	ksft_print_msg("slots: %u before, %u in the snapshot, %u after\n", self->before.nr,
		       self->seen.nr, self->after.nr);
	EXPECT_GT(self->seen.nr, TASKS_MIN);
	compare_tree(self);
	EXPECT_TRUE(looks_end(l, "tree", 3 + self->seen.nr));

	for (i = 0; i < self->seen.nr; i++)
		compare_slot(self, &self->seen.v[i]);
	find_missing(self);
	EXPECT_GT(self->tasks, TASKS_MIN);
	ksft_print_msg("slots of the same tasks all the time: %llu; of others: %llu\n",
		       (unsigned long long)self->tasks, (unsigned long long)self->gone);
	EXPECT_TRUE(looks_end(l, "slots", 9 * self->tasks));

	ASSERT_TRUE(printed_before(l, &before));
	ASSERT_TRUE(sdt_print_last(self->res.sched_log, &after));
	ksft_print_msg("active: %llu printed before, %llu in the snapshot, %llu printed after\n",
		       (unsigned long long)before.active, (unsigned long long)self->bss.active,
		       (unsigned long long)after.active);
	EXPECT_GT(after.allocs, before.allocs);
	compare_figures(self, &before, &after);
	EXPECT_TRUE(looks_end(l, "figures", 17));

	nr = compare_map(self);
	EXPECT_TRUE(looks_end(l, "pointers", 4 * nr + 1));
	EXPECT_GT(compare_tasks(self), TASKS_MIN);
	EXPECT_TRUE(looks_end(l, "tasks", 2));
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
