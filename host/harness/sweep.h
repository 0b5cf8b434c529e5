/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_SWEEP_H
#define KTSTR_HOST_HARNESS_SWEEP_H

/*
 * Many schedulers on many kernels and machines, each once: what the verifier said
 * about their programs, and that they attach and dispatch. One such combination is
 * a cell.
 */
#include <stdbool.h>
#include <stdio.h>
#include <linux/types.h>

#include "host/harness/ktstr.h"
#include "lib/err.h"

/* Of one cell; more are not kept. */
#define SWEEP_PROGS_MAX 256
#define SWEEP_NAME_MAX	64
/* How long a cell's workers spin, and how long an attach may take. */
#define SWEEP_DURATION_MS 1000
#define SWEEP_ATTACH_MS	  30000
/* Tag of the standstill in which programs are read. */
#define SWEEP_TAG "verifier"

/**
 * struct sweep_kernel - a kernel
 * @path: of its image
 * @label: what it is called: its release, or the name of its file; unique
 */
struct sweep_kernel {
	const char *path;
	char label[72];
};

/**
 * struct sweep_machine - a topology
 * @name: of the preset, or the specification
 * @topo: itself
 */
struct sweep_machine {
	const char *name;
	struct topology topo;
};

/**
 * struct sweep_prog - a struct_ops program, as the host read it
 * @name: of its function, printable ASCII
 * @attach: the member of the operations it is; "" = unknown
 * @verified_insns: instructions the verifier went through
 */
struct sweep_prog {
	char name[SWEEP_NAME_MAX];
	char attach[SWEEP_NAME_MAX];
	u64 verified_insns;
};

/**
 * struct sweep_cell - one scheduler on one kernel and one machine
 * @sched: index of the scheduler
 * @kernel: index of the kernel
 * @machine: index of the machine
 * @done: it was run; the rest is zero without
 * @verdict: of the run; inconclusive when it passed and no program was seen
 * @infra: the machine or ktstr is at fault
 * @reason: of the verdict
 * @text: the same for people, one line, printable ASCII
 * @attached: process alive, sched_ext enabled, operations with a name
 * @ops: that name
 * @dispatched: every worker made progress, under the scheduler to the end
 * @workers: how many reported
 * @progs: struct_ops programs, by name
 * @nr_progs: how many
 * @log: when it failed: the scheduler's output, printable ASCII, what repeats once;
 *       or NULL
 * @raw: the same as it was; or NULL
 * @elapsed_ns: of the run
 */
struct sweep_cell {
	u32 sched;
	u32 kernel;
	u32 machine;
	bool done;
	enum ktstr_verdict verdict;
	bool infra;
	enum ktstr_reason reason;
	char text[768];
	bool attached;
	char ops[64];
	bool dispatched;
	u32 workers;
	struct sweep_prog *progs;
	u32 nr_progs;
	char *log;
	char *raw;
	u64 elapsed_ns;
};

/**
 * struct sweep - all of them
 * @scheds: names or paths of schedulers, borrowed
 * @nr_scheds: how many
 * @kernels: borrowed
 * @nr_kernels: how many
 * @machines: borrowed
 * @nr_machines: how many
 * @cells: schedulers, in them kernels, in them machines; owned
 * @nr_cells: how many
 * @out_dir: for artifacts, or NULL; borrowed
 *
 * One thread.
 */
struct sweep {
	const char *const *scheds;
	u32 nr_scheds;
	const struct sweep_kernel *kernels;
	u32 nr_kernels;
	const struct sweep_machine *machines;
	u32 nr_machines;
	struct sweep_cell *cells;
	u32 nr_cells;
	const char *out_dir;
};

/**
 * struct sweep_look - how it is shown
 * @signs: UTF-8 signs in the grid, else words
 * @raw: logs as they were
 */
struct sweep_look {
	bool signs;
	bool raw;
};

/**
 * sweep_init() - make the cells
 * @s: schedulers, kernels and machines are set, at least one of each
 *
 * Return: 0, or -ENOMEM.
 */
int sweep_init(struct sweep *s);

/**
 * sweep_free() - release the cells
 * @s: initialised, or zeroed
 */
void sweep_free(struct sweep *s);

/**
 * sweep_sched_name() - a scheduler's name without its directory
 * @s: the sweep
 * @sched: index
 *
 * Return: it, as long as @s.
 */
const char *sweep_sched_name(const struct sweep *s, u32 sched);

/**
 * sweep_cell_name() - what a cell is called
 * @s: the sweep
 * @c: one of its cells
 * @buf: set to "verifier/SCHEDULER/KERNEL/MACHINE"
 * @len: room; a longer name is cut
 *
 * Return: @buf.
 */
const char *sweep_cell_name(const struct sweep *s, const struct sweep_cell *c, char *buf,
			    size_t len);

/**
 * sweep_cell_file() - the same as part of a file's name
 * @s: the sweep
 * @c: one of its cells
 * @buf: set to it, [A-Za-z0-9_-], unique within the sweep
 * @len: room, at least 128
 *
 * Return: @buf.
 */
const char *sweep_cell_file(const struct sweep *s, const struct sweep_cell *c, char *buf,
			    size_t len);

/**
 * sweep_run_cell() - boot its guest, load its scheduler, look
 * @s: the sweep
 * @c: one of its cells; filled in
 * @stop: see struct ktstr_test; or NULL
 * @stop_ctx: passed to @stop
 *
 * As ktstr_run(). A failure to start is in the cell, too.
 */
void sweep_run_cell(struct sweep *s, struct sweep_cell *c, bool (*stop)(void *ctx), void *stop_ctx);

/**
 * sweep_cell_fill() - what a run says about a cell
 * @c: not done; filled in
 * @res: the result; a hostile guest may have made its snapshots and texts
 */
void sweep_cell_fill(struct sweep_cell *c, const struct ktstr_result *res);

/**
 * sweep_cell_free() - release what sweep_cell_fill() made
 * @c: filled in, or zeroed; zeroed afterwards
 */
void sweep_cell_free(struct sweep_cell *c);

/**
 * sweep_exit_code() - exit status of a whole sweep
 * @s: the sweep
 *
 * Return: 1 when a cell failed, else 3 when the machine failed one, else 2 when one is
 * inconclusive or was not run, 4 when all were skipped, else 0.
 */
int sweep_exit_code(const struct sweep *s);

/**
 * sweep_print() - tables, grid, and what failed
 * @out: where to
 * @s: the sweep; cells that are not done count as not known
 * @look: how
 *
 * A table for each scheduler: rows are kernels and programs, columns machines, "-"
 * where a program is not there; for many machines one column, "n" or "lo..hi". The
 * grid has a row for each scheduler. Then the cells that did not pass, with the reason
 * and, of those that failed, the log.
 */
void sweep_print(FILE *out, const struct sweep *s, const struct sweep_look *look);

/**
 * sweep_cell_json() - a cell as a JSON object
 * @out: where to
 * @s: the sweep
 * @c: one of its cells
 *
 * Members: format, cell, scheduler, kernel, kernel_label, preset, topology, verdict,
 * infra, reason, reason_text, attached, ops, dispatched, workers, programs[] {name,
 * attach, verified_insns}, log[] (lines; null unless it failed), elapsed_ms.
 *
 * Return: 0, -ENOMEM, or -EIO when @out does not take it.
 */
int sweep_cell_json(FILE *out, const struct sweep *s, const struct sweep_cell *c);

/**
 * sweep_json() - the sweep as one JSON object
 * @out: where to
 * @s: the sweep
 *
 * Members: format, exit_status, passed, failed, inconclusive, skipped, infra (counts),
 * cells[] (as of sweep_cell_json()).
 *
 * Return: as sweep_cell_json().
 */
int sweep_json(FILE *out, const struct sweep *s);

/**
 * sweep_write_cell() - leave a cell in the directory for artifacts
 * @s: the sweep; without a directory nothing is done
 * @c: one of its cells, done
 * @err: names the file, or NULL
 *
 * Writes "NAME.verifier.json" beside what the run itself leaves there; NAME is
 * sweep_cell_file().
 *
 * Return: 0, or negative errno of the file system.
 */
int sweep_write_cell(const struct sweep *s, const struct sweep_cell *c, struct ktstr_err *err);

/**
 * sweep_write() - leave the summary there
 * @s: the sweep; without a directory nothing is done
 * @err: names the file, or NULL
 *
 * Writes "verifier.json".
 *
 * Return: as sweep_write_cell().
 */
int sweep_write(const struct sweep *s, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_SWEEP_H */
