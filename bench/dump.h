/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_BENCH_DUMP_H
#define KTSTR_BENCH_DUMP_H

/*
 * What dump-bench measures on a saved guest: a scx_sdt with its tasks, on as many
 * CPUs as the image has. Every function prints its figures, or says in @err why
 * it cannot.
 */
#include <linux/types.h>

#include "host/inspect/capture.h"
#include "host/inspect/image_guest.h"
#include "lib/err.h"

/* Of a figure; each of them is over in milliseconds. */
#define DUMP_ROUNDS 21

/**
 * struct dump_bench - the saved guest
 * @g: opened
 * @vcpus: stand for the machine's, parked, with the saved registers
 * @jiffies_kva: address of jiffies_64, 0 = unknown
 * @tasks: addresses of all tasks
 * @nr_tasks: how many
 */
struct dump_bench {
	struct image_guest *g;
	struct vcpu *vcpus;
	u64 jiffies_kva;
	u64 *tasks;
	u32 nr_tasks;
};

/**
 * struct dump_peer - the same by drgn
 * @argv: Python with drgn, the script and its arguments but for the last, NULL-
 *        terminated; @argv[0] NULL: there is no drgn
 * @image: path of the saved guest
 * @allocator: offset of the scheduler's allocator in its .bss
 */
struct dump_peer {
	const char *argv[8];
	const char *image;
	u32 allocator;
};

/**
 * dump_once() - all that is done during a freeze
 * @b: the guest
 * @c: filled in; capture_free() it
 * @cpu_ms: set to the CPU time it took, or NULL
 *
 * Return: 0 or negative errno.
 */
int dump_once(const struct dump_bench *b, struct capture *c, double *cpu_ms);

/**
 * dump_write_json() - a dump as a file
 * @b: the guest
 * @c: the dump
 * @path: of the file; NULL = only make the text
 * @cpu_ms: set to the CPU time that making the text took, or NULL
 * @err: what failed
 *
 * Return: 0 or negative errno.
 */
int dump_write_json(const struct dump_bench *b, const struct capture *c, const char *path,
		    double *cpu_ms, struct ktstr_err *err);

/**
 * bench_render() - render.fields_per_s
 * @b: the guest
 * @err: why not
 *
 * struct task_struct of every task, by the kernel's own types.
 */
int bench_render(const struct dump_bench *b, struct ktstr_err *err);

/**
 * bench_translate() - translate.per_s
 * @b: the guest
 * @err: why not
 *
 * The pages of tasks' stacks, which are mapped page by page.
 */
int bench_translate(const struct dump_bench *b, struct ktstr_err *err);

/**
 * bench_sdt() - sdt.walk_ms
 * @b: the guest; its allocator's tree is changed, in this process' copy
 * @err: why not
 */
int bench_sdt(const struct dump_bench *b, struct ktstr_err *err);

/**
 * bench_peer() - dump.vs_drgn
 * @b: the guest
 * @p: the peer
 * @err: why not, or where the two do not agree
 */
int bench_peer(const struct dump_bench *b, const struct dump_peer *p, struct ktstr_err *err);

#endif /* KTSTR_BENCH_DUMP_H */
