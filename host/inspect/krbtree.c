// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "host/inspect/krbtree.h"
#include "host/inspect/kstruct.h"
#include "host/kernel/guest_kernel.h"

int krbtree_layout_init(struct krbtree_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	int ret = kmember_need(btf, "rb_node", "rb_left", &l->left, err);

	return ret ?: kmember_need(btf, "rb_node", "rb_right", &l->right, err);
}

/* Down the left side; what is right of each node is read on the way. */
static int descend(struct krbtree *t, u64 node)
{
	u64 left;

	while (node) {
		if (t->depth == KRBTREE_DEPTH_MAX)
			return -ELOOP;
		if (gk_read_u64(t->gk, node + t->l->left, &left) ||
		    gk_read_u64(t->gk, node + t->l->right, &t->stack[t->depth].right))
			return -EFAULT;
		t->stack[t->depth++].node = node;
		node = left;
	}
	return 0;
}

void krbtree_begin(struct krbtree *t, const struct krbtree_layout *l, const struct guest_kernel *gk,
		   u64 root_kva, u32 max)
{
	u64 root;

	t->l = l;
	t->gk = gk;
	t->depth = 0;
	t->steps = 0;
	t->max = max;
	t->end = gk_read_u64(gk, root_kva, &root) ? -EFAULT : descend(t, root);
}

/* What was reached before the walk went wrong is still given out. */
bool krbtree_next(struct krbtree *t, u64 *node)
{
	u64 right;
	int ret;

	if (!t->depth)
		return false;
	if (t->steps >= t->max) {
		t->end = t->end ?: -E2BIG;
		return false;
	}
	t->steps++;
	t->depth--;
	*node = t->stack[t->depth].node;
	right = t->stack[t->depth].right;
	ret = descend(t, right);
	t->end = t->end ?: ret;
	return true;
}
