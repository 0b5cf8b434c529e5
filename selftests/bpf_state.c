// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF maps and programs of real schedulers: what the host reads of them in a
 * standstill, and what the guest's own system calls say right before and after.
 */
#include "known_failure.h"
#include "ktstr_harness.h"
#include "map_compare.h"
#include "prog_compare.h"
#include "sched/ktstr_fixture.h"

#define RUN_TIMEOUT_S 300
#define TOPOLOGY      "1n1l2c1t"
#define CPUS	      2
/* What a standstill shows of a list: so many nodes are followed. */
#define NODES_SEEN 2

#define ORACLE(name)                                                                         \
	{ .kind = KTSTR_OP_RUN,                                                              \
	  .argv = { "ktstr_oracle", "stats", "follow=fx_arena_root,0,24", "maps", "progs" }, \
	  .tag = name }

static const struct ktstr_op ops[] = {
	ORACLE("before"),
	{ .kind = KTSTR_OP_CAPTURE, .tag = "between" },
	ORACLE("after"),
};

static const char *const fixture_args[] = { "--maps", "--arena", NULL };

static const struct map_words central_words[] = {
	{ "central_timer", 0, 16, MAP_WORDS_HIDDEN, 0 },
	{ ".data.cpu_gimme", 0, MAP_VALUE_MAX, MAP_WORDS_FREE, 0 },
	{ ".data.cpu_start", 0, MAP_VALUE_MAX, MAP_WORDS_FREE, 0 },
	/* nr_queued */
	{ "scx_cent.bss", 0, MAP_VALUE_MAX, MAP_WORDS_FREE, 1 },
	{ NULL },
};

static const struct map_words flatcg_words[] = {
	{ "cgv_node_stash", 0, 8, MAP_WORDS_HIDDEN, 0 },
	/* a lock, and the root of a tree */
	{ ".data.CGV_TREE", 0, MAP_VALUE_MAX, MAP_WORDS_HIDDEN, 0 },
	/* nr_active, nr_runnable, queued */
	{ "cgrp_ctx", 0, 16, MAP_WORDS_FREE, 0 },
	/* cvtime_delta */
	{ "cgrp_ctx", 40, 48, MAP_WORDS_FREE, 0 },
	/* cur_cgid */
	{ "cpu_ctx", 0, 8, MAP_WORDS_FREE, 0 },
	/* bypassed_at */
	{ "task_ctx", 0, 8, MAP_WORDS_FREE, 0 },
	{ NULL },
};

static const struct map_words sdt_words[] = {
	/* alloc_stats.active_allocs: the oracle is a task, too */
	{ "scx_sdt.bss", 0, MAP_VALUE_MAX, MAP_WORDS_FREE, 1 },
	{ NULL },
};

FIXTURE(bpf_state)
{
	struct ktstr_result res;
	struct map_looks c;
};

FIXTURE_VARIANT(bpf_state)
{
	const char *scheduler;
	const char *const *args;
	const struct map_words *special;
	u32 maps;
	u32 elems;
	u32 progs;
};

FIXTURE_VARIANT_ADD(bpf_state, scx_simple) {
	.scheduler = "scx_simple",
	.maps = 5,
	.elems = 5,
	.progs = 7,
};

FIXTURE_VARIANT_ADD(bpf_state, scx_central) {
	.scheduler = "scx_central",
	.special = central_words,
	.maps = 8,
	.elems = 6,
	.progs = 7,
};

FIXTURE_VARIANT_ADD(bpf_state, scx_flatcg) {
	.scheduler = "scx_flatcg",
	.special = flatcg_words,
	.maps = 10,
	.elems = 40,
	.progs = 12,
};

FIXTURE_VARIANT_ADD(bpf_state, scx_sdt) {
	.scheduler = "scx_sdt",
	.special = sdt_words,
	.maps = 8,
	.elems = 50,
	.progs = 7,
};

FIXTURE_VARIANT_ADD(bpf_state, scx_qmap) {
	.scheduler = "scx_qmap",
	.maps = 5,
	.elems = 10,
	.progs = 10,
};

FIXTURE_VARIANT_ADD(bpf_state, ktstr_fixture) {
	.scheduler = "ktstr_fixture",
	.args = fixture_args,
	.maps = 28,
	.elems = 8 * FIXTURE_ITEMS,
	.progs = 19,
};

FIXTURE_SETUP(bpf_state)
{
	const struct ktstr_test test = {
		.name = "bpf_state",
		.topology = TOPOLOGY,
		.scheduler = variant->scheduler,
		.sched_args = variant->args,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
		.dump_raw = true,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
	self->c = (struct map_looks){
		.l.before = ktstr_output_find(&self->res, "before"),
		.l.seen = ktstr_snapshot_find(&self->res, "between"),
		.l.after = ktstr_output_find(&self->res, "after"),
		.special = variant->special,
	};
}

FIXTURE_TEARDOWN(bpf_state)
{
	map_looks_free(&self->c);
	test_end(_metadata, &self->res);
}

static u64 compare_all_ops(struct map_looks *c)
{
	const struct value *maps = part(&c->l, "maps"), *m;
	const struct elem *said;
	u64 id, type, nr = 0;

	for (m = maps ? value_first(maps) : NULL; m; m = value_next(m)) {
		if (!member_u64(m, "id", &id) || !member_u64(m, "type", &type) ||
		    type != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		said = elem_find(&c->before, id, "00000000", 8);
		if (said)
			nr += compare_ops(&c->l, m, said);
		else
			tally_wrong(&c->l.t, "the guest lists nothing of struct_ops map %llu",
				    (unsigned long long)id);
	}
	return nr;
}

/* What no system call lists, but the fixture is known to have put there. */

static const struct value *fixture_map(struct looks *l, const char *name)
{
	return part(l, "maps[%s]", name);
}

static void compare_item(struct looks *l, const struct value *entry, u32 n)
{
	const struct fixture_item *item;
	size_t len;

	item = value_bytes(ktstr_value_get(entry, "value_raw", NULL), &len);
	if (!item || len != sizeof(*item)) {
		tally_wrong(&l->t, "item %u has %zu bytes", n, len);
		return;
	}
	tally_same(&l->t, "n", item->n, n);
	tally_same(&l->t, "inverse", item->inverse, (u32)~n);
	tally_text(&l->t, "tag", item->tag, FIXTURE_TAG, strlen(FIXTURE_TAG));
}

/* By their types, as people read them: the same numbers as the bytes. */
static void compare_typed(struct looks *l, const struct value *typed, const struct value *raw)
{
	const struct fixture_item *item;
	u64 n = 0, inverse = 0;
	const char *tag;
	size_t len;

	item = value_bytes(raw, &len);
	if (!item || len != sizeof(*item)) {
		tally_wrong(&l->t, "an item has %zu bytes", len);
		return;
	}
	member_u64(typed, "n", &n);
	member_u64(typed, "inverse", &inverse);
	tag = value_text(ktstr_value_get(typed, "tag", NULL));
	tally_same(&l->t, "n by its type", n, item->n);
	tally_same(&l->t, "inverse by its type", inverse, item->inverse);
	tally_text(&l->t, "tag by its type", tag, FIXTURE_TAG, strlen(FIXTURE_TAG));
}

static void compare_typed_cpus(struct looks *l, const struct value *entry)
{
	const struct value *typed = ktstr_value_get(entry, "values", NULL);
	const struct value *raw = ktstr_value_get(entry, "values_raw", NULL);
	u64 cpu;

	tally_same(&l->t, "CPUs", typed && raw ? value_count(raw) : 0, CPUS);
	for (cpu = 0; typed && raw && cpu < CPUS; cpu++)
		compare_typed(l, value_at(typed, cpu), value_at(raw, cpu));
}

static void compare_typed_maps(struct looks *l)
{
	static const char *const maps[] = {
		"fx_array",	  "fx_array_mmap", "fx_pcpu_array", "fx_hash",
		"fx_hash_no_pre", "fx_lru",	   "fx_pcpu_hash",  "fx_pcpu_lru",
		"fx_task",	  "fx_cgroup",	   "fx_inner_a",
	};
	const struct value *entries, *e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		entries = part(l, "maps[%s].entries", maps[i]);
		for (e = entries ? value_first(entries) : NULL; e; e = value_next(e)) {
			if (ktstr_value_get(e, "values", NULL))
				compare_typed_cpus(l, e);
			else
				compare_typed(l, ktstr_value_get(e, "value", NULL),
					      ktstr_value_get(e, "value_raw", NULL));
		}
	}
}

/* The oldest first, and the newest first. */
static void compare_queues(struct looks *l)
{
	const struct value *queue = part(l, "maps[fx_queue].entries");
	const struct value *stack = part(l, "maps[fx_stack].entries");
	u32 i, nr = FIXTURE_QUEUE_MAX - FIXTURE_QUEUE_POPS + FIXTURE_QUEUE_MORE;

	if (!queue || !stack)
		return;
	tally_same(&l->t, "elements of a queue", value_count(queue), nr);
	tally_same(&l->t, "elements of a stack", value_count(stack), nr);
	for (i = 0; i < value_count(queue); i++)
		compare_item(l, value_at(queue, i), FIXTURE_QUEUE_POPS + i);
	for (i = 0; i < value_count(stack); i++)
		compare_item(l, value_at(stack, i),
			     i < FIXTURE_QUEUE_MORE ?
				     FIXTURE_QUEUE_MAX + FIXTURE_QUEUE_MORE - 1 - i :
				     nr - 1 - i);
}

/* The fixture's user half says where both are: "ring: 32 128". */
static void compare_rings(struct looks *l, const char *log)
{
	const struct value *ring = fixture_map(l, "fx_ring"),
			   *user = fixture_map(l, "fx_user_ring");
	const char *said = log ? strstr(log, "ring: ") : NULL;
	unsigned long long consumer = 0, producer = 0;
	u64 seen = 0;

	if (!said || sscanf(said, "ring: %llu %llu", &consumer, &producer) != 2 || !producer)
		tally_wrong(&l->t, "the fixture does not say where its ring buffer is");
	member_u64(ring, "consumer_pos", &seen);
	tally_same(&l->t, "consumer_pos", seen, consumer);
	member_u64(ring, "producer_pos", &seen);
	tally_same(&l->t, "producer_pos", seen, producer);
	member_u64(ring, "pending", &seen);
	tally_same(&l->t, "pending", seen, producer - consumer);
	/* records of the same size, none consumed */
	member_u64(user, "producer_pos", &seen);
	tally_same(&l->t, "producer_pos by user space", seen, producer);
	member_u64(user, "consumer_pos", &seen);
	tally_same(&l->t, "consumer_pos by the kernel", seen, 0);
}

static void compare_refused(struct looks *l)
{
	static const char *const maps[] = { "fx_bloom", "fx_lpm" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		const struct value *entries = part(l, "maps[%s].entries", maps[i]);

		tally_same(&l->t, "kind of what is not shown",
			   entries ? value_kind(entries) : VALUE_NULL, VALUE_UNSUPPORTED);
	}
}

/* The pointer in a map leads to the list; the guest has the same bytes there. */
static void compare_list(struct looks *l, const struct ktstr_output *o)
{
	const struct value *node = part(l, "maps[fx_arena_root].entries[0].value.head");
	struct oracle_iter it = oracle_begin(o->text, o->len);
	u64 words[3] = { 0 }, at = 0, seen, i;
	struct oracle_rec rec;

	if (!oracle_next_kind(&it, "slot", &rec) || !oracle_num(&rec, "at", &at) ||
	    oracle_bytes(&rec, "data", words, sizeof(words)) != sizeof(words))
		tally_wrong(&l->t, "the guest does not show its list");
	seen = 0;
	value_u64(node, &seen);
	tally_same(&l->t, "head of a list", seen, at);
	seen = 0;
	member_u64(node, "next", &seen);
	tally_same(&l->t, "next", seen, words[0]);
	seen = 0;
	member_u64(node, "value", &seen);
	tally_same(&l->t, "value", seen, words[1]);
	for (i = 1; i <= NODES_SEEN; i++) {
		seen = 0;
		member_u64(node, "value", &seen);
		tally_same(&l->t, "value of a node", seen, i);
		seen = 0;
		member_u64(node, "magic", &seen);
		tally_same(&l->t, "magic of a node", seen, FIXTURE_ARENA_MAGIC);
		node = ktstr_value_get(node, "next", NULL);
	}
}

/* One test: each boots a kernel of its own. */
TEST_F_TIMEOUT(bpf_state, is_what_the_guest_says, RUN_TIMEOUT_S)
{
	const struct known_failure *known = known_failure(variant->scheduler, &self->res);
	struct map_looks *c = &self->c;
	struct ktstr_err err = { "" };
	u64 nr;

	/* whether it should load is not the question here */
	if (known)
		SKIP(return, "%s", known->why);
	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	ASSERT_TRUE(ktstr_output_ok(c->l.before));
	ASSERT_TRUE(ktstr_output_ok(c->l.after));
	ASSERT_TRUE(oracle_whole(c->l.before->text, c->l.before->len));
	ASSERT_TRUE(oracle_whole(c->l.after->text, c->l.after->len));
	EXPECT_EQ(oracle_count(c->l.before->text, c->l.before->len, "cut"), 0);
	ASSERT_NE(c->l.seen, NULL);
	if (!ktstr_snapshot_value(c->l.seen, NULL, &err) && errno == EOPNOTSUPP)
		SKIP(return, "a build without json-c cannot read snapshots");

	compare_maps(c);
	map_looks_print(c);
	EXPECT_GE(c->maps, variant->maps);
	EXPECT_GE(c->elems, variant->elems);
	EXPECT_TRUE(looks_end(&c->l, "maps", 6 * c->maps));
	nr = compare_progs(&c->l);
	EXPECT_GE(nr, variant->progs);
	EXPECT_TRUE(looks_end(&c->l, "programs", 7 * nr));
	nr = compare_all_ops(c);
	EXPECT_GE(nr, variant->progs);
	EXPECT_TRUE(looks_end(&c->l, "operations", 2 * nr));
	if (strcmp(variant->scheduler, "ktstr_fixture"))
		return;
	compare_typed_maps(&c->l);
	EXPECT_TRUE(looks_end(&c->l, "by their types", 3 * 9 * FIXTURE_ITEMS));
	compare_queues(&c->l);
	compare_rings(&c->l, self->res.sched_log);
	compare_refused(&c->l);
	EXPECT_TRUE(looks_end(&c->l, "what only the fixture knows", 80));
	compare_list(&c->l, c->l.before);
	EXPECT_TRUE(looks_end(&c->l, "a list in an arena", 7));
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
