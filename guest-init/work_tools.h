/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_WORK_TOOLS_H
#define KTSTR_GUEST_WORK_TOOLS_H

/* Private to work_*.c: what kinds of work are made of. */
#include "work_run.h"

/**
 * work_alloc() - memory for ->prepare(), touched where the worker runs
 * @r: the worker; gets it as @r->mem
 * @bytes: how much
 *
 * Return: 0 or work_fail().
 */
int work_alloc(struct work_run *r, size_t bytes);

/**
 * work_file() - a file without a name for ->prepare(), in /tmp or here
 * @r: the worker; gets it as @r->fd
 * @blocks: of 4 KiB, written once
 * @direct: past the page cache; where the file system refuses that, the report
 *          says so
 *
 * Return: 0 or work_fail().
 */
int work_file(struct work_run *r, u32 blocks, bool direct);

/**
 * work_wait() - wait while a word has a value
 * @word: in shared memory
 * @val: the value
 *
 * Return: true when woken, false when it had another one or a signal came.
 */
bool work_wait(u32 *word, u32 val);

/**
 * work_wake() - wake who waits for a word
 * @word: in shared memory
 * @nr: at most so many
 */
void work_wake(u32 *word, int nr);

/**
 * work_alu() - chains of multiplications that do not depend on each other
 * @rounds: how many, eight multiplications each
 * @seed: anything
 *
 * Return: their result.
 */
u64 work_alu(u32 rounds, u64 seed);

/**
 * work_touch() - stride through memory, reading and writing
 * @mem: start
 * @bytes: size
 * @stride: distance
 *
 * Return: how many places that were.
 */
u32 work_touch(void *mem, size_t bytes, size_t stride);

/**
 * work_cgroup_path() - directory of a cgroup
 * @fd: open on it, or -1 for that of the caller
 *
 * Return: it, released with free(); NULL when there is no cgroup2.
 */
char *work_cgroup_path(int fd);

/**
 * work_cgroup_clean() - remove the cgroups that a worker made for itself
 * @home: where
 * @index: which worker of which
 * @group: group
 *
 * Those there are not are passed over.
 */
void work_cgroup_clean(const char *home, u32 group, u32 index);

#endif /* KTSTR_GUEST_WORK_TOOLS_H */
