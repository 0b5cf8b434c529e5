/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_RUN_CONTEXT_H
#define KTSTR_HOST_HARNESS_RUN_CONTEXT_H

/* When, where and with what a run took place, for its JSON result. */
#include "host/harness/git_commit.h"
#include "host/harness/host_context.h"
#include "host/harness/ktstr.h"

/* Environment: of all runs of one session the same. */
#define RUN_ID_ENV "KTSTR_RUN_ID"
#define RUN_ID_MAX 64

/**
 * struct run_context - what is not in a test and not in its result
 * @run_id: [A-Za-z0-9._-], of the session
 * @timestamp: of the end of the run, ISO 8601, UTC
 * @source: "ci" or "local"
 * @kernel_version: of the guest, as uname -r says it; "" = unknown
 * @kargs: what the test adds to the guest's command line, "" = nothing
 * @scheduler_commit: of the directory of the scheduler's program, "" = none
 * @project_commit: of ktstr, "" = unknown
 * @vcpus: of the guest, 0 = unknown
 * @host: the machine; an emulated one where there is no KVM
 */
struct run_context {
	char run_id[RUN_ID_MAX];
	char timestamp[32];
	const char *source;
	char kernel_version[128];
	char kargs[1024];
	char scheduler_commit[GIT_COMMIT_MAX];
	char project_commit[GIT_COMMIT_MAX];
	u32 vcpus;
	struct host_context host;
};

/**
 * run_id_get() - the name of this session
 * @id: set to $KTSTR_RUN_ID, or to one that is made up
 */
void run_id_get(char id[RUN_ID_MAX]);

/**
 * run_id_begin() - have a name for this session, for all that is started from here
 *
 * Sets $KTSTR_RUN_ID where it is not set. Before any thread exists.
 */
void run_id_begin(void);

/**
 * run_context_new() - look around
 * @test: what was run, with its kernel and scheduler
 * @sched_path: the scheduler's program, or NULL
 * @topo: of the guest, or NULL
 *
 * Return: what there is, from malloc(3), or NULL without memory.
 */
struct run_context *run_context_new(const struct ktstr_test *test, const char *sched_path,
				    const struct topology *topo);

#endif /* KTSTR_HOST_HARNESS_RUN_CONTEXT_H */
