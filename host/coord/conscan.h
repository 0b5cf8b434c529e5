/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_CONSCAN_H
#define KTSTR_HOST_COORD_CONSCAN_H

/*
 * The guest's serial console: kept within a bound, and searched for the lines
 * by which a kernel says that it is broken. Bytes may arrive one at a time and
 * may be anything. One thread at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define CONSCAN_HEAD_DEFAULT (64U << 10)
#define CONSCAN_TAIL_DEFAULT (192U << 10)

/**
 * enum conscan_kind - what the console showed, from harmless to final
 * @CONSCAN_NONE: nothing
 * @CONSCAN_WARN: a WARN_ON, lockdep or UBSAN report; no verdict by itself
 * @CONSCAN_HUNG_TASK: the hung-task detector (kernel/hung_task.c)
 * @CONSCAN_RCU_STALL: an RCU stall (kernel/rcu/tree_stall.h)
 * @CONSCAN_LOCKUP: a soft or hard lockup (kernel/watchdog.c), or a workqueue's
 * @CONSCAN_OOPS: an oops or a BUG
 * @CONSCAN_PANIC: "Kernel panic - not syncing" (kernel/panic.c)
 * @CONSCAN_NR: how many there are
 */
enum conscan_kind {
	CONSCAN_NONE,
	CONSCAN_WARN,
	CONSCAN_HUNG_TASK,
	CONSCAN_RCU_STALL,
	CONSCAN_LOCKUP,
	CONSCAN_OOPS,
	CONSCAN_PANIC,
	CONSCAN_NR,
};

#define CONSCAN_LINE_MAX 1024

/**
 * struct conscan - one console
 * @kind: the worst so far
 * @line: the first line that spoke of a crash (CONSCAN_HUNG_TASK or worse),
 *        else the first warning; printable, without time stamp
 * @panic_line: the panic's line, likewise, empty without one
 * @trace_ended: the kernel closed its report ("---[ end ..."): nothing is
 *               gained by waiting for more text
 * @total: bytes ever fed
 * @head: the first bytes
 * @head_cap: room in @head
 * @head_len: bytes in @head
 * @tail: ring of the last bytes behind @head
 * @tail_cap: room in @tail
 * @tail_len: bytes in @tail
 * @tail_next: where the next byte goes
 * @cur: the line that has not ended
 * @cur_len: bytes of it
 */
struct conscan {
	enum conscan_kind kind;
	char line[256];
	char panic_line[256];
	bool trace_ended;
	u64 total;
	char *head;
	size_t head_cap;
	size_t head_len;
	char *tail;
	size_t tail_cap;
	size_t tail_len;
	size_t tail_next;
	char cur[CONSCAN_LINE_MAX];
	size_t cur_len;
};

/**
 * conscan_init() - an empty console
 * @c: the console
 * @head_cap: bytes kept from the beginning
 * @tail_cap: bytes kept from the end, at least 1
 *
 * All memory is taken here.
 *
 * Return: 0 or -ENOMEM; conscan_free() it either way.
 */
int conscan_init(struct conscan *c, size_t head_cap, size_t tail_cap);

/**
 * conscan_free() - release the memory
 * @c: the console, or NULL
 */
void conscan_free(struct conscan *c);

/**
 * conscan_feed() - take bytes
 * @c: the console
 * @buf: the bytes
 * @len: how many
 *
 * Return: the worst kind so far.
 */
enum conscan_kind conscan_feed(struct conscan *c, const void *buf, size_t len);

/**
 * conscan_flush() - no more bytes come: look at the line that has not ended
 * @c: the console
 *
 * Return: the worst kind.
 */
enum conscan_kind conscan_flush(struct conscan *c);

/**
 * conscan_crashed() - does a kind speak against the kernel?
 * @kind: the kind
 */
static inline bool conscan_crashed(u32 kind)
{
	return kind >= CONSCAN_HUNG_TASK;
}

/**
 * conscan_fatal() - is a run over that showed this?
 * @kind: the kind
 */
static inline bool conscan_fatal(u32 kind)
{
	return kind >= CONSCAN_OOPS;
}

/**
 * conscan_dropped() - bytes neither in the head nor in the tail
 * @c: the console
 */
u64 conscan_dropped(const struct conscan *c);

/**
 * conscan_text() - what was kept, raw
 * @c: the console
 * @len: set to the number of bytes
 *
 * A line of ours stands where bytes are missing.
 *
 * Return: the bytes and one NUL behind them, to be freed; NULL without memory.
 */
char *conscan_text(const struct conscan *c, size_t *len);

/**
 * conscan_tail() - the last lines, for a terminal or a log
 * @c: the console
 * @nlines: how many at most; a last one without newline counts
 * @dst: filled in, printable ASCII, NUL-terminated
 * @room: bytes of @dst; when it is too small the oldest lines are left out
 *
 * Return: bytes written, without the NUL.
 */
size_t conscan_tail(const struct conscan *c, unsigned int nlines, char *dst, size_t room);

/**
 * conscan_kind_name() - a kind in words
 * @kind: any value; an unknown one gives "unknown"
 */
const char *conscan_kind_name(u32 kind);

#endif /* KTSTR_HOST_COORD_CONSCAN_H */
