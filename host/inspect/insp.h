/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_INSP_H
#define KTSTR_HOST_INSPECT_INSP_H

/*
 * What every walk over a guest is given. A walk has a name, adds to a tree and
 * never fails as a whole for a part that cannot be read: the part says so.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "lib/err.h"
#include "lib/util.h"

struct guest_btf;
struct guest_kernel;
struct kbtf;
struct scx_layout;
struct vtree;

/**
 * struct insp - a guest to look at, running or frozen
 * @gk: memory and symbols
 * @btf: types of its kernel
 * @btfs: types of its BPF programs and modules; NULL = none
 * @scx: its sched_ext, or NULL
 * @sched_kva: the scheduler that is looked at, 0 = the attached one
 * @nr_cpus: CPUs there are; never above what the machine was given
 * @raw: show keys and values of maps also as the bytes they are
 * @tree: where values go; NULL for walks that do without
 * @deadline_ns: mono_ns() after which walks end by themselves; 0 = none
 * @late: set by the first walk that did so
 *
 * One thread at a time.
 */
struct insp {
	const struct guest_kernel *gk;
	const struct kbtf *btf;
	struct guest_btf *btfs;
	const struct scx_layout *scx;
	u64 sched_kva;
	u32 nr_cpus;
	bool raw;
	struct vtree *tree;
	u64 deadline_ns;
	bool late;
};

/**
 * insp_late() - has a walk taken too long
 * @in: the guest
 *
 * Cheap enough for every few hundred steps. Sticky.
 */
static inline bool insp_late(struct insp *in)
{
	if (!in->late && in->deadline_ns && mono_ns() > in->deadline_ns)
		in->late = true;
	return in->late;
}

#endif /* KTSTR_HOST_INSPECT_INSP_H */
