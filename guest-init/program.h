/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_PROGRAM_H
#define KTSTR_GUEST_PROGRAM_H

/*
 * A program that the scenario's ops run, and its way to the host: WIRE_ROUT frames
 * for standard output, WIRE_SERR for standard error. Nothing here waits.
 */
#include <stdbool.h>
#include <sys/types.h>

#include "forward.h"
#include "lib/scenario.h"
#include "outputs.h"

/* Output is collected up to this before it is sent. */
#define PROGRAM_PIECE (256U << 10)
/* Of output that is sent only at the end, so much is kept. */
#define PROGRAM_LATE_MAX WIRE_OUTPUT_PIECE_MAX
/* How long a process may take to go after SIGKILL; then it is left behind. */
#define PROGRAM_KILL_NS (10 * NSEC_PER_SEC)

/**
 * struct program - the program that runs, or ran last
 * @outputs: where its output goes, borrowed
 * @late: not before program_deliver(), so that several may run
 * @pid: its process id and that of its process group
 * @running: started and not reaped
 * @busy: its end was not sent yet
 * @status: wait status, once it was reaped
 * @out: read end of its standard output, -1 when closed
 * @errs: its standard error
 * @start_ns: when it was started
 * @elapsed_ns: from then to its end, once @busy is false
 * @wake_ns: when program_step() has something to do at the latest
 * @timeout_ms: of its op
 * @end: why it was killed; once @busy is false, how it ended
 * @code: exit status, signal or errno, as @end says
 * @bytes: written by it so far
 * @buf: header and piece of a frame in the making; NULL before the first one
 * @used: bytes of the piece
 * @reason: how it ended, in words
 *
 * One thread, that of PID 1.
 */
struct program {
	struct outputs *outputs;
	bool late;
	pid_t pid;
	bool running;
	bool busy;
	int status;
	int out;
	struct forward errs;
	u64 start_ns;
	u64 elapsed_ns;
	u64 wake_ns;
	u32 timeout_ms;
	enum wire_run_end end;
	u32 code;
	u64 bytes;
	u8 *buf;
	size_t used;
	char reason[WIRE_OUTPUT_REASON_MAX + 1];
};

/**
 * program_init() - before the first one
 * @p: the object, uninitialised
 * @outputs: must outlive @p
 * @late: as in struct program
 */
void program_init(struct program *p, struct outputs *outputs, bool late);

/**
 * program_free() - close and release everything; what runs is left alone
 * @p: the object
 */
void program_free(struct program *p);

/**
 * program_start() - tell the host, and execute
 * @p: the object, not busy
 * @op: SCENARIO_OP_RUN or SCENARIO_OP_PAYLOAD; must outlive the program
 * @cgroup_fd: directory of its cgroup, -1 = that of the caller; borrowed
 * @now_ns: mono_ns()
 *
 * A program that cannot be executed is one that has ended: program_step() says
 * so.
 */
void program_start(struct program *p, const struct scenario_op *op, int cgroup_fd, u64 now_ns);

/**
 * program_pump() - take what the program has written
 * @p: the object
 *
 * Call when poll(2) reports an event on @p->out or @p->errs.fd.
 */
void program_pump(struct program *p);

/**
 * program_reaped() - take note that a child has ended
 * @p: the object
 * @pid: what waitpid(2) returned
 * @status: its wait status
 *
 * Return: true when it was the program.
 */
bool program_reaped(struct program *p, pid_t pid, int status);

/**
 * program_step() - look how it stands
 * @p: the object
 * @now_ns: mono_ns()
 *
 * Kills it when its time is over. When it has ended, kills what it left in its
 * process group, sends the rest of its output and how it ended, unless that is
 * to be late.
 *
 * Return: true when no program is busy: then @p->end, @p->code and @p->reason
 * are about the last one.
 */
bool program_step(struct program *p, u64 now_ns);

/**
 * program_kill() - kill the program: it has been there long enough
 * @p: the object; nothing happens when none runs
 * @now_ns: mono_ns()
 *
 * program_step() says when it is gone; it has ended with WIRE_RUN_CANCELLED.
 */
void program_kill(struct program *p, u64 now_ns);

/**
 * program_deliver() - send what a late one has written, and how it ended
 * @p: the object, late and not busy; once for each program_start()
 * @tag: name of the output
 */
void program_deliver(struct program *p, const char *tag);

/**
 * program_cancel() - kill the program, without waiting for it
 * @p: the object; nothing happens when none is busy
 * @now_ns: mono_ns()
 */
void program_cancel(struct program *p, u64 now_ns);

#endif /* KTSTR_GUEST_PROGRAM_H */
