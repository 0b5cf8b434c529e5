/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_SNAPSHOT_STORE_H
#define KTSTR_HOST_COORD_SNAPSHOT_STORE_H

/*
 * Snapshots that wait for the end of a run, by name. Bounded: when it is full
 * the oldest one goes, and is counted.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

#define SNAPSHOT_STORE_MAX 64
#define SNAPSHOT_NAME_MAX  71

/**
 * struct snapshot_meta - where in the run a snapshot belongs
 * @elapsed_ns: when it was taken, since scenario start, without pauses
 * @boundary_ns: when it was meant to be taken, likewise; periodic ones only
 * @step_index: step of the scenario that ran, 0 = the baseline
 */
struct snapshot_meta {
	u64 elapsed_ns;
	u64 boundary_ns;
	u32 step_index;
};

/**
 * struct snapshot_entry - one snapshot
 * @name: NUL-terminated
 * @data: the payload, malloc()ed; the store's until snapshot_store_take()
 * @len: bytes of it
 * @meta: where it belongs
 */
struct snapshot_entry {
	char name[SNAPSHOT_NAME_MAX + 1];
	void *data;
	size_t len;
	struct snapshot_meta meta;
};

/**
 * struct snapshot_store - the snapshots, oldest first
 * @entry: @nr of them
 * @nr: how many
 * @max: when the oldest one has to go
 * @evicted: those that went
 * @overwritten: those replaced by another one of the same name
 */
struct snapshot_store {
	struct snapshot_entry entry[SNAPSHOT_STORE_MAX];
	u32 nr;
	u32 max;
	u64 evicted;
	u64 overwritten;
};

/**
 * snapshot_store_init() - an empty store
 * @s: the store
 * @max: 1..SNAPSHOT_STORE_MAX
 * @err: names the number refused, or NULL
 *
 * Return: 0, or -EINVAL: a test that wants more is refused before it runs, not
 * robbed of its first snapshots; @s is empty and takes none.
 */
int snapshot_store_init(struct snapshot_store *s, u32 max, struct ktstr_err *err);

/**
 * snapshot_store_put() - keep a snapshot
 * @s: the store
 * @name: NUL-terminated; cut at SNAPSHOT_NAME_MAX; printed escaped only
 * @data: malloc()ed, the store's from here on, also when it fails; may be NULL
 * @len: bytes of it
 * @meta: copied
 *
 * One of the same name is replaced where it stands, with a warning.
 *
 * Return: 0, or -EINVAL from a store that takes none.
 */
int snapshot_store_put(struct snapshot_store *s, const char *name, void *data, size_t len,
		       const struct snapshot_meta *meta);

/**
 * snapshot_store_take() - take the oldest one out
 * @s: the store
 * @out: filled in; @out->data is the caller's
 *
 * Return: 0, or -ENOENT when there is none.
 */
int snapshot_store_take(struct snapshot_store *s, struct snapshot_entry *out);

/**
 * snapshot_store_free() - forget everything; takes NULL
 * @s: initialised, or zeroed
 */
void snapshot_store_free(struct snapshot_store *s);

#endif /* KTSTR_HOST_COORD_SNAPSHOT_STORE_H */
