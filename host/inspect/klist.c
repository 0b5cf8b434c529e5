// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/insp.h"
#include "host/inspect/klist.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"

void klist_begin_at(struct klist *k, const struct guest_kernel *gk, enum klist_kind kind, u64 first,
		    u32 max)
{
	memset(k, 0, sizeof(*k));
	k->gk = gk;
	k->kind = kind;
	k->node = first;
	k->max = max;
	k->power = 1;
}

void klist_begin(struct klist *k, const struct guest_kernel *gk, enum klist_kind kind, u64 head_kva,
		 u32 max)
{
	u64 first = 0;
	int ret = gk_read_u64(gk, head_kva, &first);

	klist_begin_at(k, gk, kind, first, max);
	k->head = head_kva;
	k->last = head_kva;
	/* Nothing is known of it, so it is no empty list either. */
	k->end = ret ? -EFAULT : 0;
}

static bool at_end(const struct klist *k)
{
	switch (k->kind) {
	case KLIST_RING:
		return k->node == k->head;
	case KLIST_NULL:
		return !k->node;
	case KLIST_NULLS:
		return !k->node || (k->node & 1);
	}
	return true;
}

/* Each node is read once: its next, and in a ring its prev, too. */
static int read_node(struct klist *k, u64 node)
{
	u64 links[2];

	if (k->kind != KLIST_RING)
		return gk_read_u64(k->gk, node, &k->node);
	if (gk_read(k->gk, node, links, sizeof(links)))
		return -EFAULT;
	if (links[1] != k->last)
		k->crossed++;
	k->node = links[0];
	return 0;
}

bool klist_next(struct klist *k, u64 *node)
{
	u64 now = k->node;

	if (k->end || at_end(k))
		return false;
	/* Brent: what is met twice since the last power of two is in a circle. */
	if (k->mark && now == k->mark)
		k->end = -ELOOP;
	else if (k->steps >= k->max)
		k->end = -E2BIG;
	else if (read_node(k, now))
		k->end = -EFAULT;
	if (k->end)
		return false;
	if (k->steps == k->power) {
		k->mark = now;
		k->power *= 2;
	}
	k->steps++;
	k->last = now;
	*node = now;
	return true;
}

const char *klist_reason(int end)
{
	switch (end) {
	case 0:
		return NULL;
	case -EFAULT:
		return "leads to where there is no memory";
	case -ELOOP:
		return "leads round in a circle";
	case -E2BIG:
		return "is longer than is looked at";
	default:
		return "makes no sense";
	}
}

void klist_finish(struct insp *in, const struct klist *k, struct value *to)
{
	const char *reason = klist_reason(k->end);

	if (reason) {
		value_add_text(in->tree, to, "incomplete", reason);
		vtree_gap(in->tree);
	}
	if (k->crossed)
		value_add_uint(in->tree, to, "crossed_links", k->crossed);
}
