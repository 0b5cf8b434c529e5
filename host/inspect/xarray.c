// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "xarray.h"

/* An index has 64 bits, a level at least 4 of them. */
#define LEVELS_MAX 16

/**
 * struct xa_walk - a walk under way
 * @l: layout
 * @gk: memory
 * @fn: takes the entries
 * @ctx: its own
 * @nodes: seen so far
 * @entries: handed out so far
 * @bad: what was passed over: 0, -EFAULT or -EINVAL
 */
struct xa_walk {
	const struct xa_layout *l;
	const struct guest_kernel *gk;
	int (*fn)(void *ctx, u64 index, u64 ptr);
	void *ctx;
	u32 nodes;
	u32 entries;
	int bad;
};

/**
 * struct xa_level - a node on the way down
 * @slots: copied, so that each is read once
 * @next: slot to look at
 * @shift: of the node
 * @index: of its first slot
 */
struct xa_level {
	u64 slots[XA_CHUNK_MAX];
	u32 next;
	u32 shift;
	u64 index;
};

static bool is_internal(u64 entry)
{
	return (entry & 3) == 2;
}

static bool is_node(u64 entry)
{
	return is_internal(entry) && entry > 4096;
}

int xa_layout_init(struct xa_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	u32 size;

	if (kbtf_member(btf, "xa_node", "shift", &l->shift, NULL) ||
	    kbtf_member(btf, "xa_node", "slots", &l->slots, &size))
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "this kernel's types have no xa_node.shift and slots");
	l->chunk = size / sizeof(u64);
	if (l->chunk != 16 && l->chunk != 64)
		return ktstr_err_set(err, -EOPNOTSUPP, "an xa_node of %u slots", l->chunk);
	return 0;
}

static int give(struct xa_walk *w, u64 index, u64 entry)
{
	/* Bit 0: a value. Internal but no node: sibling, retry, zero entry. */
	if (!entry || (entry & 1) || is_internal(entry))
		return 0;
	if (w->entries++ >= XA_ENTRIES_MAX)
		return -E2BIG;
	return w->fn(w->ctx, index, entry & ~3ULL);
}

/* Copy a node; one that makes no sense is counted and not gone into. */
static bool enter(struct xa_walk *w, struct xa_level *level, u64 entry, u32 max_shift, u64 index)
{
	u64 node = entry - 2;
	u8 shift;

	if (gk_read(w->gk, node + w->l->shift, &shift, sizeof(shift)) ||
	    gk_read(w->gk, node + w->l->slots, level->slots, w->l->chunk * sizeof(u64))) {
		w->bad = -EFAULT;
		return false;
	}
	if (shift >= max_shift || shift > 60) {
		w->bad = -EINVAL;
		return false;
	}
	level->shift = shift;
	level->next = 0;
	level->index = index;
	return true;
}

static int walk(struct xa_walk *w, u64 root)
{
	struct xa_level levels[LEVELS_MAX];
	struct xa_level *level = levels;
	u64 entry, index;
	int ret;

	if (!enter(w, level, root, 64, 0))
		return 0;
	while (level >= levels) {
		if (level->next == w->l->chunk) {
			level--;
			continue;
		}
		index = level->index + ((u64)level->next << level->shift);
		entry = level->slots[level->next++];
		if (is_node(entry) && level->shift && level < &levels[LEVELS_MAX - 1]) {
			if (w->nodes++ >= XA_NODES_MAX)
				return -E2BIG;
			if (enter(w, level + 1, entry, level->shift, index))
				level++;
			continue;
		}
		if (is_node(entry))
			w->bad = -EINVAL;
		ret = give(w, index, entry);
		if (ret)
			return ret;
	}
	return 0;
}

int xa_for_each(const struct xa_layout *l, const struct guest_kernel *gk, u64 head_kva,
		int (*fn)(void *ctx, u64 index, u64 ptr), void *ctx)
{
	struct xa_walk w = { .l = l, .gk = gk, .fn = fn, .ctx = ctx };
	u64 head;
	int ret;

	if (gk_read_u64(gk, head_kva, &head))
		return -EFAULT;
	ret = is_node(head) ? walk(&w, head) : give(&w, 0, head);
	return ret ?: w.bad;
}
