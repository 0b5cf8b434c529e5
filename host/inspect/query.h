/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_QUERY_H
#define KTSTR_HOST_INSPECT_QUERY_H

/*
 * The commands of `ktstr inspect`: one question about a guest, saved or
 * running, and its answer as text or JSON. The walks are those of the dump.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_state;
struct vtree;

/* A longer argument is refused. */
#define QUERY_ARG_MAX 511
/* Bytes of a variable that are read; a longer one is cut. */
#define QUERY_BYTES_MAX SZ_1M
/* Bytes of a variable whose type is not known. */
#define QUERY_UNTYPED_MAX 256
/* Names that an error suggests. */
#define QUERY_SUGGEST_MAX 8

/**
 * enum query_kind - the commands
 * @QUERY_MAPS: every BPF map, without what is in it
 * @QUERY_MAP: one map
 * @QUERY_PROGS: every BPF program
 * @QUERY_SYMBOL: a variable of the kernel
 * @QUERY_SYMBOLS: all symbols
 * @QUERY_PERCPU: a per-CPU variable, of every CPU
 * @QUERY_TASK: one task
 * @QUERY_TASKS: every task
 * @QUERY_RUNQUEUES: the run queues
 * @QUERY_DSQS: the dispatch queues
 * @QUERY_SCHED: the scheduler and its event counters
 * @QUERY_DOMAINS: the scheduling domains
 * @QUERY_SDT: allocations in arenas
 * @QUERY_NR: how many there are
 */
enum query_kind {
	QUERY_MAPS,
	QUERY_MAP,
	QUERY_PROGS,
	QUERY_SYMBOL,
	QUERY_SYMBOLS,
	QUERY_PERCPU,
	QUERY_TASK,
	QUERY_TASKS,
	QUERY_RUNQUEUES,
	QUERY_DSQS,
	QUERY_SCHED,
	QUERY_DOMAINS,
	QUERY_SDT,
	QUERY_NR,
};

/**
 * struct query_info - what a command is, for help and for the parser
 * @name: as typed
 * @arg: what it takes, such as "NAME[:TYPE]", or NULL
 * @brief: one line
 * @help: some lines more, with examples; ends in a newline
 */
struct query_info {
	const char *name;
	const char *arg;
	const char *brief;
	const char *help;
};

/**
 * query_info() - one of the commands
 * @kind: below QUERY_NR
 */
const struct query_info *query_info(enum query_kind kind);

/**
 * query_find() - a command by name
 * @name: as typed
 * @err: names it and what there is, or NULL
 *
 * Return: it, or NULL with errno EINVAL.
 */
const struct query_info *query_find(const char *name, struct ktstr_err *err);

/**
 * struct query - one question
 * @kind: the command
 * @arg: its argument, "" without one
 */
struct query {
	enum query_kind kind;
	char arg[QUERY_ARG_MAX + 1];
};

/**
 * query_parse() - read a question
 * @argc: words
 * @argv: the command and its argument; any bytes, each NUL-terminated
 * @q: filled in on success
 * @err: names what is wrong and what there is
 *
 * Looks at nothing but the words. Return: 0 or -EINVAL.
 */
int query_parse(int argc, const char *const *argv, struct query *q, struct ktstr_err *err);

/**
 * query_walk() - find the answer
 * @s: the guest; frozen or running
 * @q: the question
 * @still: it does not run: translations are remembered during the walk
 * @budget_ns: walks end after that, and say so; 0 = they do not
 * @err: names what was asked for and what there is instead
 *
 * Copies what it shows, so the guest may go on afterwards. Besides the answer
 * its root has what guest_state_last_words() adds, and "racy" when the guest
 * ran: then no two parts need be of the same moment. The thread that has @s.
 *
 * Return: the answer, the caller's (vtree_free()), good as long as @s; or NULL
 * with errno ENOENT (no such map, symbol, type, task), ENOTUNIQ (several),
 * EINVAL (an argument that cannot be), EFAULT (memory that is not there),
 * EOPNOTSUPP (this kernel has no such thing), ENOMEM.
 */
struct vtree *query_walk(struct guest_state *s, const struct query *q, bool still, u64 budget_ns,
			 struct ktstr_err *err);

/**
 * query_print() - print the answer
 * @s: the guest
 * @q: the question
 * @t: from query_walk()
 * @json: one JSON object and a newline, instead of text
 * @out: where to; printable ASCII
 *
 * Needs guest memory no more. Return: 0, -EIO when @out failed, -ENOMEM.
 */
int query_print(const struct guest_state *s, const struct query *q, const struct vtree *t,
		bool json, FILE *out);

#endif /* KTSTR_HOST_INSPECT_QUERY_H */
