/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_COORD_H
#define KTSTR_HOST_COORD_COORD_H

/*
 * The coordinator: the one thread of the VMM process that reads what the guest
 * says, decides, and ends the run. Everything reaches it as an event of its
 * loop (host/coord/event.h).
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/vmm/vm.h"
#include "lib/err.h"
#include "lib/wire_result.h"

struct coord;
struct kernel_image;

#define COORD_MAP_WRITES_MAX 16

/**
 * struct coord_map_write - a variable of a BPF map the host sets from outside
 * @map: name of an ARRAY map, or its end: ".bss"
 * @variable: 4 bytes, by the map's own types
 * @value: what to write
 * @after_ns: when, after the first scenario start
 */
struct coord_map_write {
	const char *map;
	const char *variable;
	u32 value;
	u64 after_ns;
};

/**
 * struct coord_config - one run, as the coordinator sees it
 * @start_ns: when the VMM process began, CLOCK_MONOTONIC
 * @duration_ns: how long the workload is going to run
 * @requests_ns: what the guest's requests may take: a scenario goes on until
 *               those due in it are answered
 * @attach_ns: how long the guest lets a scheduler take to attach
 * @nr_vcpus: of the machine
 * @slowdown: by how much this host is slower than hardware, at least 1; scales
 *            the budgets of everything but the workload
 * @deadline_ns: CLOCK_MONOTONIC; the run ends then whatever the guest does
 * @log_fd: where the verdict log goes, as frames of lib/wire.h; the caller's
 * @verbose: guest console on standard error too
 * @kernel: the image that is booted, for its symbols and types; NULL = only
 *          what guest memory has
 * @map_writes: @nr_map_writes of them, the caller's
 * @nr_map_writes: at most COORD_MAP_WRITES_MAX
 * @dual: take an early snapshot too, when a runnable task has waited for half
 *        the scheduler's watchdog
 * @periodic: snapshots at equal distances over the workload, 0 = none;
 *            passed periodic_check()
 * @symbol_digest: tell what all symbols of the kernel come to, see
 *                 lib/wire_symbols.h, behind the record of WIRE_OP_OBSERVER
 * @save_memory: save all memory into @memory_fd: at the failure dump's freeze,
 *               else when the guest asks for it at the end of its workload, else
 *               when the machine ends
 * @memory_fd: a regular file, the caller's; counts only with @save_memory
 * @hold_ns: how long the guest is held when it asks for it, at the end of its
 *           workload; 0 = not at all
 * @release_fd: eventfd, the caller's, that ends a hold; -1 = none. Counts only
 *              with @hold_ns
 * @inspect_fd: listening socket, the caller's, where a held guest may be asked
 *              (lib/wire_inspect.h); -1 = none. Counts only with @hold_ns
 * @dump_raw: snapshots show keys and values of maps also as bytes
 * @deaf_watch: fault injection: no vCPU ever arms its debug registers
 * @stuck_vcpu: fault injection: this one, counted from 1, never stands still;
 *              0 = none
 * @rendezvous_ns: how long a freeze waits for a vCPU, 0 = RENDEZVOUS_TIMEOUT_NS
 * @fallback_map: end of the name of the map with @fallback_flag, or NULL
 * @fallback_flag: variable the scheduler sets when it has failed, or NULL
 */
struct coord_config {
	u64 start_ns;
	u64 duration_ns;
	u64 requests_ns;
	u64 attach_ns;
	u32 nr_vcpus;
	u32 slowdown;
	u64 deadline_ns;
	int log_fd;
	bool verbose;
	const struct kernel_image *kernel;
	const struct coord_map_write *map_writes;
	u32 nr_map_writes;
	bool dual;
	u32 periodic;
	bool symbol_digest;
	bool dump_raw;
	bool save_memory;
	int memory_fd;
	u64 hold_ns;
	int release_fd;
	int inspect_fd;
	bool deaf_watch;
	u32 stuck_vcpu;
	u64 rendezvous_ns;
	const char *fallback_map;
	const char *fallback_flag;
};

/**
 * coord_longest_ns() - how long a run may take at most
 * @cfg: duration, attach time, vCPUs and slowdown are read
 *
 * Return: a deadline, in nanoseconds from now, that no run which gets anywhere
 * can miss.
 */
u64 coord_longest_ns(const struct coord_config *cfg);

/**
 * coord_new() - a coordinator without a machine
 * @cfg: copied
 * @err: names the step that failed, or NULL
 *
 * Return: the coordinator (coord_free()), or NULL with errno set.
 */
struct coord *coord_new(const struct coord_config *cfg, struct ktstr_err *err);

/**
 * coord_sinks() - where the machine has to send its output
 * @c: the coordinator; must outlive the machine
 *
 * Return: sinks for struct vm_config.
 */
struct vm_sinks coord_sinks(struct coord *c);

/**
 * coord_run() - start the machine, and serve it until it ends
 * @c: the coordinator
 * @vm: built with coord_sinks(); still the caller's afterwards, with every
 *      vCPU thread joined
 * @err: names the step that failed, or NULL
 *
 * The calling thread is the coordinator thread from here on.
 *
 * Return: 0 when the machine ran and ended, however it did, or the negative
 * errno of what kept the coordinator from working; coord_report() then says
 * VMM_EXIT_INTERNAL.
 */
int coord_run(struct coord *c, struct vm *vm, struct ktstr_err *err);

/**
 * coord_finish() - write console text and the report behind the log
 * @c: the coordinator, after coord_run() or instead of it
 * @failure: what the VMM process itself failed with, or NULL
 * @err: names the write that failed, or NULL
 *
 * Return: 0 or negative errno.
 */
int coord_finish(struct coord *c, const struct ktstr_err *failure, struct ktstr_err *err);

/**
 * coord_free() - forget everything; takes NULL
 * @c: no machine uses its sinks any more
 */
void coord_free(struct coord *c);

#endif /* KTSTR_HOST_COORD_COORD_H */
