/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_PROG_COMPARE_H
#define SELFTESTS_PROG_COMPARE_H

/*
 * BPF programs, and the struct_ops maps that hold them: a snapshot held against
 * the views "maps" and "progs" of ktstr_oracle.
 */
#include <linux/bpf.h>

#include "elem_index.h"
#include "lib/util.h"
#include "oracle_compare.h"

#define OPS_VALUE_MAX 4096

static inline bool prog_said(const struct ktstr_output *o, u64 id, struct oracle_rec *rec)
{
	struct oracle_iter it = oracle_begin(o->text, o->len);
	u64 other;

	while (oracle_next_kind(&it, "prog", rec))
		if (oracle_num(rec, "id", &other) && other == id)
			return true;
	return false;
}

/**
 * prog_by_id() - a program in a snapshot
 * @l: the looks
 * @id: of the program
 *
 * Return: it, or NULL.
 */
static inline const struct value *prog_by_id(struct looks *l, u64 id)
{
	const struct value *progs = part(l, "prog_runtime_stats"), *v;
	u64 other;

	for (v = progs ? value_first(progs) : NULL; v; v = value_next(v))
		if (member_u64(v, "id", &other) && other == id)
			return v;
	return NULL;
}

static inline void compare_prog(struct looks *l, const struct value *v,
				const struct oracle_rec *before, const struct oracle_rec *after)
{
	static const char *const same[][2] = {
		{ "type", "type" },
		{ "verified_insns", "verified_insns" },
		{ "loaded_ns", "load_time_ns" },
	};
	static const char *const grow[][2] = {
		{ "run_cnt", "run_cnt" },
		{ "run_time_ns", "run_time_ns" },
		{ "misses", "misses" },
	};
	char name[BPF_OBJ_NAME_LEN];
	u64 said, seen, later;
	size_t i;

	if (!oracle_str(before, "name", name, sizeof(name)))
		tally_wrong(&l->t, "%.*s", (int)before->len, before->line);
	else
		tally_text(&l->t, "name of a program", value_text(ktstr_value_get(v, "name", NULL)),
			   name, strlen(name));
	for (i = 0; i < ARRAY_SIZE(same); i++) {
		if (oracle_num(before, same[i][0], &said) && member_u64(v, same[i][1], &seen))
			tally_same(&l->t, same[i][0], seen, said);
		else
			tally_wrong(&l->t, "%s: no %s", name, same[i][0]);
	}
	for (i = 0; i < ARRAY_SIZE(grow); i++) {
		if (oracle_num(before, grow[i][0], &said) &&
		    oracle_num(after, grow[i][0], &later) && member_u64(v, grow[i][1], &seen))
			tally_between(&l->t, grow[i][0], said, seen, later);
		else
			tally_wrong(&l->t, "%s: no %s", name, grow[i][0]);
	}
}

/**
 * compare_progs() - all programs, both ways
 * @l: the looks
 *
 * Return: how many.
 */
static inline u64 compare_progs(struct looks *l)
{
	struct oracle_iter it = oracle_begin(l->before->text, l->before->len);
	const struct value *all = part(l, "prog_runtime_stats"), *v;
	struct oracle_rec before, after;
	u64 id, nr = 0;

	while (oracle_next_kind(&it, "prog", &before)) {
		if (!oracle_num(&before, "id", &id) || !prog_said(l->after, id, &after)) {
			tally_wrong(&l->t, "%.*s: gone", (int)before.len, before.line);
			continue;
		}
		nr++;
		v = prog_by_id(l, id);
		if (v)
			compare_prog(l, v, &before, &after);
		else
			tally_wrong(&l->t, "the host has no program %llu", (unsigned long long)id);
	}
	tally_same(&l->t, "number of programs", all ? value_count(all) : 0, nr);
	return nr;
}

/* The copy for user space has the programs' ids where their addresses would be. */
static inline bool next_id_is(const u8 *value, long len, long *at, u64 id)
{
	u64 word;

	for (; *at + 8 <= len; *at += 8) {
		memcpy(&word, value + *at, sizeof(word));
		if (word == id) {
			*at += 8;
			return true;
		}
	}
	return false;
}

static inline void compare_operation(struct looks *l, const struct value *op, const u8 *value,
				     long len, long *at)
{
	const char *member = value_text(ktstr_value_get(op, "member", NULL)), *attach;
	const struct value *prog;
	struct oracle_rec rec;
	u64 id = 0, type = 0;

	member_u64(op, "id", &id);
	prog = prog_by_id(l, id);
	if (!member || !prog || !prog_said(l->before, id, &rec)) {
		tally_wrong(&l->t, "operation %s has no program", member ?: "without a name");
		return;
	}
	oracle_num(&rec, "type", &type);
	tally_same(&l->t, "type of an operation", type, BPF_PROG_TYPE_STRUCT_OPS);
	attach = value_text(ktstr_value_get(prog, "attach", NULL)) ?: "";
	tally_text(&l->t, "what a program is attached to", member, attach, strlen(attach));
	if (!next_id_is(value, len, at, id))
		tally_wrong(&l->t, "operation %s: the guest has no program %llu there", member,
			    (unsigned long long)id);
}

/**
 * compare_ops() - a struct_ops map, by the programs in it
 * @l: the looks
 * @map: in the snapshot
 * @said: its element, as the guest lists it
 *
 * Return: how many operations it has.
 */
static inline u64 compare_ops(struct looks *l, const struct value *map, const struct elem *said)
{
	const struct value *progs = ktstr_value_get(map, "progs", NULL), *op;
	static u8 value[OPS_VALUE_MAX];
	long len = oracle_bytes(&said->rec, "value", value, sizeof(value)), at = 0;
	u64 nr = 0;

	for (op = progs ? value_first(progs) : NULL; op; op = value_next(op), nr++)
		compare_operation(l, op, value, min_t(long, len, sizeof(value)), &at);
	if (!nr)
		tally_wrong(&l->t, "a struct_ops map without operations");
	return nr;
}

#endif /* SELFTESTS_PROG_COMPARE_H */
