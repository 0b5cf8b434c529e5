/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_CGROUP_H
#define KTSTR_HOST_INSPECT_CGROUP_H

/*
 * The name of a control group: its kernfs nodes up to the root.
 */
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/* Levels looked at, and bytes of a path; the kernel's own limit is PATH_MAX. */
#define CGROUP_DEPTH_MAX 64
#define CGROUP_PATH_MAX	 1024

/**
 * struct cgroup_layout - offsets, looked up once
 * @present: this kernel has control groups; else nothing here is valid
 * @cgroups: in struct task_struct, a pointer to struct css_set
 * @dfl_cgrp: in struct css_set: the group in the unified hierarchy
 * @kn: in struct cgroup
 * @parent: in struct kernfs_node
 * @name: the same
 */
struct cgroup_layout {
	bool present;
	u32 cgroups;
	u32 dfl_cgrp;
	u32 kn;
	u32 parent;
	u32 name;
};

/**
 * cgroup_layout_init() - find out where this kernel keeps it
 * @l: filled in
 * @btf: types of the kernel
 * @err: names the member that is missing, or NULL
 *
 * Return: 0, also for a kernel without control groups; or -EOPNOTSUPP for one
 * that has them and keeps their names elsewhere.
 */
int cgroup_layout_init(struct cgroup_layout *l, const struct kbtf *btf, struct ktstr_err *err);

/**
 * cgroup_path() - path of a group below the root of its hierarchy
 * @l: the layout
 * @gk: memory
 * @cgroup_kva: address of struct cgroup; any value
 * @buf: "/", "/system.slice/cron"; raw guest bytes, NUL-terminated whatever
 *       happens; what lies deeper than the buffer or CGROUP_DEPTH_MAX shows as
 *       ".../cron"
 * @len: its size, at least 8; CGROUP_PATH_MAX is enough
 *
 * kernfs_path_from_node(). The guest may run.
 *
 * Return: 0, -EFAULT with @buf "", or -EOPNOTSUPP without control groups.
 */
int cgroup_path(const struct cgroup_layout *l, const struct guest_kernel *gk, u64 cgroup_kva,
		char *buf, size_t len);

/**
 * cgroup_path_of_task() - path of the group of a task
 * @l: the layout
 * @gk: memory
 * @task_kva: address of struct task_struct
 * @buf: as for cgroup_path()
 * @len: the same
 *
 * Return: as cgroup_path().
 */
int cgroup_path_of_task(const struct cgroup_layout *l, const struct guest_kernel *gk, u64 task_kva,
			char *buf, size_t len);

#endif /* KTSTR_HOST_INSPECT_CGROUP_H */
