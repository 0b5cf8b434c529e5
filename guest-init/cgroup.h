/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_CGROUP_H
#define KTSTR_GUEST_CGROUP_H

/*
 * The workload's cgroups (version 2), below a directory of their own. A path is
 * relative to that directory, without "/" at either end. As a place for processes
 * "" is the root of all cgroups: the directory itself hands controllers on, so the
 * kernel lets no process into it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#include "lib/err.h"

#define CGROUP_MOUNT "/sys/fs/cgroup"
#define CGROUP_OWN   "ktstr"

/**
 * struct cgroups - where they are
 * @mount: the file system, borrowed
 * @alive: made and not removed
 *
 * One thread, that of PID 1.
 */
struct cgroups {
	const char *mount;
	u32 alive;
};

/**
 * cgroups_init() - none yet
 * @c: the object, uninitialised
 * @mount: CGROUP_MOUNT, or a directory of the same shape; must outlive @c
 */
void cgroups_init(struct cgroups *c, const char *mount);

/**
 * cgroup_add() - make a cgroup and those above it that are missing
 * @c: the object
 * @path: which; one that is there already is left as it is
 * @err: names the cgroup and the directory, or NULL
 *
 * Every cgroup above it hands on the controllers cpu, cpuset, memory, io and pids,
 * as far as it has them. One that cannot, because there are processes in it, does
 * not: cgroup_set() then says what is missing.
 *
 * Return: 0, or the negative errno of mkdir(2).
 */
int cgroup_add(struct cgroups *c, const char *path, struct ktstr_err *err);

/**
 * cgroup_set() - write one of its files
 * @c: the object
 * @path: which cgroup
 * @file: "cpu.max"
 * @value: what
 * @err: names cgroup, file, value and the controller that is missing, or NULL
 *
 * Return: 0, or the negative errno of open(2) or write(2).
 */
int cgroup_set(const struct cgroups *c, const char *path, const char *file, const char *value,
	       struct ktstr_err *err);

/**
 * cgroup_event() - look into cgroup.events
 * @c: the object
 * @path: which cgroup
 * @key: "populated" or "frozen"
 * @err: why it cannot be told, or NULL
 *
 * Return: 0 or 1, -ENODATA when there is no such line, or the negative errno of
 * open(2) or read(2).
 */
int cgroup_event(const struct cgroups *c, const char *path, const char *key, struct ktstr_err *err);

/**
 * cgroup_kill() - kill all that is in it or below it
 * @c: the object
 * @path: which cgroup
 * @err: why not, or NULL
 *
 * Return: as cgroup_set().
 */
int cgroup_kill(const struct cgroups *c, const char *path, struct ktstr_err *err);

/**
 * cgroup_remove() - remove it and those below it, the lowest first
 * @c: the object
 * @path: which; one that is not there is an error
 * @err: names the one that could not be removed, or NULL
 *
 * Return: 0, or a negative errno: -EBUSY when something is still in it.
 */
int cgroup_remove(struct cgroups *c, const char *path, struct ktstr_err *err);

/**
 * cgroup_open() - a descriptor for putting processes into it
 * @c: the object
 * @path: which cgroup
 * @err: names it, and what keeps processes out of it, or NULL
 *
 * Return: a descriptor of its directory, the caller's; or a negative errno: -EBUSY
 * when it hands controllers on to cgroups below it.
 */
int cgroup_open(const struct cgroups *c, const char *path, struct ktstr_err *err);

/**
 * cgroup_thaw() - let a cgroup run, and those above it
 * @c: the object
 * @path: which; one that is not there is fine
 */
void cgroup_thaw(const struct cgroups *c, const char *path);

/**
 * cgroup_put() - put one process into a cgroup
 * @c: the object
 * @path: which cgroup
 * @pid: the process; one that has ended is fine
 * @err: names both, or NULL
 *
 * Return: 0, or the negative errno of open(2) or write(2).
 */
int cgroup_put(const struct cgroups *c, const char *path, pid_t pid, struct ktstr_err *err);

/**
 * cgroup_move() - move the processes that are in one cgroup now to another one
 * @c: the object
 * @from: which; not ""
 * @to: where to
 * @err: names where to and the process, or NULL
 *
 * What is forked meanwhile stays: call it again until there is nothing left.
 *
 * Return: how many were moved, or a negative errno; processes that ended
 * meanwhile are no error.
 */
int cgroup_move(const struct cgroups *c, const char *from, const char *to, struct ktstr_err *err);

/**
 * cgroup_procs() - who is in it
 * @c: the object
 * @path: which cgroup
 * @len: set to the length of the text
 * @err: why it cannot be told, or NULL
 *
 * Return: lines of "PID NAME", the caller's to free, or NULL with errno set.
 */
char *cgroup_procs(const struct cgroups *c, const char *path, size_t *len, struct ktstr_err *err);

/**
 * cgroup_within() - is a cgroup another one or below it
 * @path: which
 * @top: the other one; everything is below ""
 */
bool cgroup_within(const char *path, const char *top);

#endif /* KTSTR_GUEST_CGROUP_H */
