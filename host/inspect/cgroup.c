// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/cgroup.h"
#include "host/inspect/kstruct.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* One component; include/linux/limits.h, and its NUL. */
#define NAME_LEN 256

int cgroup_layout_init(struct cgroup_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	if (kbtf_member(btf, "task_struct", "cgroups", &l->cgroups, NULL))
		return 0;
	/* 633488947ef6 ("kernfs: Use RCU to access kernfs_node::parent.") */
	ret = kbtf_member(btf, "kernfs_node", "__parent", &l->parent, NULL);
	if (ret)
		ret = kmember_need(btf, "kernfs_node", "parent", &l->parent, err);
	if (!ret)
		ret = kmember_need(btf, "kernfs_node", "name", &l->name, err);
	if (!ret)
		ret = kmember_need(btf, "css_set", "dfl_cgrp", &l->dfl_cgrp, err);
	if (!ret)
		ret = kmember_need(btf, "cgroup", "kn", &l->kn, err);
	l->present = !ret;
	return ret;
}

/* In front of what is there; false when it does not fit. */
static bool prepend(char *buf, size_t *at, const char *text)
{
	size_t len = strlen(text);

	/* Keep room for "..." and what ends the buffer in front of it. */
	if (len + 1 + 3 > *at)
		return false;
	*at -= len;
	memcpy(buf + *at, text, len);
	buf[--*at] = '/';
	return true;
}

/* From a node up to the root, which has no name, written from the end on. */
static int climb(const struct cgroup_layout *l, const struct guest_kernel *gk, u64 kn, char *buf,
		 size_t *at)
{
	char name[NAME_LEN];
	u64 parent, text;
	u32 depth;

	for (depth = 0;; depth++) {
		if (gk_read_u64(gk, kn + l->parent, &parent))
			return -EFAULT;
		if (!parent)
			return 0;
		if (gk_read_u64(gk, kn + l->name, &text) ||
		    gk_read_str(gk, text, name, sizeof(name)) < 0)
			return -EFAULT;
		if (depth == CGROUP_DEPTH_MAX || !prepend(buf, at, name)) {
			*at -= 3;
			memcpy(buf + *at, "...", 3);
			return 0;
		}
		kn = parent;
	}
}

int cgroup_path(const struct cgroup_layout *l, const struct guest_kernel *gk, u64 cgroup_kva,
		char *buf, size_t len)
{
	size_t at = len - 1;
	u64 kn;
	int ret;

	buf[at] = '\0';
	if (!l->present)
		ret = -EOPNOTSUPP;
	else if (gk_read_u64(gk, cgroup_kva + l->kn, &kn))
		ret = -EFAULT;
	else
		ret = climb(l, gk, kn, buf, &at);
	if (ret) {
		buf[0] = '\0';
		return ret;
	}
	if (!buf[at])
		buf[--at] = '/';
	memmove(buf, buf + at, len - at);
	return 0;
}

int cgroup_path_of_task(const struct cgroup_layout *l, const struct guest_kernel *gk, u64 task_kva,
			char *buf, size_t len)
{
	u64 set, cgroup;

	buf[0] = '\0';
	if (!l->present)
		return -EOPNOTSUPP;
	if (gk_read_u64(gk, task_kva + l->cgroups, &set) ||
	    gk_read_u64(gk, set + l->dfl_cgrp, &cgroup))
		return -EFAULT;
	return cgroup_path(l, gk, cgroup, buf, len);
}
