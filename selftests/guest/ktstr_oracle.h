/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_GUEST_KTSTR_ORACLE_H
#define SELFTESTS_GUEST_KTSTR_ORACLE_H

/*
 * What the kernel says of itself, through its own system calls and files, as
 * lines for selftests/oracle_parse.h: one record a line, a word and then
 * key=value pairs. A guest runs it, and a test compares it with what the host
 * has read from outside.
 *
 * What cannot be told is a record, too:
 *   error WHAT: WHY          it should have worked; the exit status is then 1
 *   skip WHAT: WHY           no system call gives it
 *   gone WHAT                it went away while it was being read
 *   cut WHAT                 the rest of it is left out
 */
#include <stdbool.h>
#include <linux/bpf.h>
#include <linux/compiler.h>
#include <linux/types.h>

/**
 * oracle_fail() - an error record
 * @code: positive errno
 * @fmt: what
 */
void __printf(2, 3) oracle_fail(int code, const char *fmt, ...);

/**
 * oracle_word() - print a text so that it stays one word
 * @text: NUL-terminated; blanks, backslashes and what is not ASCII become \xNN
 */
void oracle_word(const char *text);

/**
 * oracle_hex() - print bytes, two digits each
 * @data: the bytes, in the order they are in
 * @len: how many
 */
void oracle_hex(const void *data, size_t len);

/**
 * oracle_maps() - every BPF map with its elements
 *
 *   map id= type= name= key= value= max= flags= extra= btf= btf_key= btf_value=
 *   elem map= key= value=        a per-CPU value: one after the other, each a
 *                                multiple of 8 bytes
 *   elem map= task= value=       task storage, by thread id
 *   elem map= cgroup= value=     cgroup storage, by inode number of the cgroup
 *   slot map= at= data=          behind an element, see oracle_follow()
 *   cut map= elems=              after this many
 */
void oracle_maps(void);

/**
 * oracle_storage() - the elements of a map of local storage
 * @info: of the map, whose type is BPF_MAP_TYPE_TASK_STORAGE or
 *        BPF_MAP_TYPE_CGRP_STORAGE
 * @fd: the map
 */
void oracle_storage(const struct bpf_map_info *info, int fd);

/**
 * oracle_follow() - from now on, show what pointers in a map lead to
 * @spec: "MAP,OFFSET,LEN": a pointer at an offset of every value of a map leads
 *        to this many bytes in an arena
 *
 * Arenas without an address of their own (map_extra) are left out.
 *
 * Return: false for what is not of that form.
 */
bool oracle_follow(const char *spec);

/**
 * oracle_followed() - show what the pointer in a value leads to
 * @info: of the map
 * @value: of an element
 *
 * Nothing, when it was not asked for or the pointer leads nowhere.
 */
void oracle_followed(const struct bpf_map_info *info, const void *value);

/**
 * oracle_progs() - every BPF program
 *
 *   prog id= type= name= tag= verified_insns= run_cnt= run_time_ns= misses=
 *        loaded_ns= btf= attach_btf_id= maps=
 */
void oracle_progs(void);

/**
 * oracle_tasks() - every thread
 *
 *   task tid= tgid= ppid= policy= prio= nice= cpu= state= nvcsw= nivcsw=
 *        start_ticks= cgroup= comm=
 */
void oracle_tasks(void);

/**
 * oracle_each_task() - call a function for every thread
 * @fn: called with the thread's id and that of its process
 * @ctx: passed to @fn
 */
void oracle_each_task(void (*fn)(void *ctx, int tid, int tgid), void *ctx);

#endif /* SELFTESTS_GUEST_KTSTR_ORACLE_H */
