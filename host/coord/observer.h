/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_COORD_OBSERVER_H
#define KTSTR_HOST_COORD_OBSERVER_H

/*
 * The host's view of the guest kernel: symbols, types, addresses. Reading
 * 200,000 symbols takes longer than the coordinator may be away, so a thread of
 * its own does it while the guest boots on.
 */
#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/runnable.h"
#include "host/inspect/scx.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/err.h"
#include "lib/wire_symbols.h"

struct guest_state;

/**
 * enum observer_state - how far it is
 * @OBSERVER_IDLE: nobody has asked
 * @OBSERVER_LOADING: the thread works
 * @OBSERVER_READY: everything but @error of struct observer is valid
 * @OBSERVER_FAILED: @error says why
 */
enum observer_state {
	OBSERVER_IDLE,
	OBSERVER_LOADING,
	OBSERVER_READY,
	OBSERVER_FAILED,
};

/**
 * struct observer - the view and the thread that makes it
 * @state: coordinator thread only
 * @cfg: where the kernel is
 * @gk: symbols and addresses
 * @kbtf: types; NULL when only they could not be had, see @error
 * @scx: where sched_ext keeps its state
 * @has_scx: @scx is valid
 * @runnable: where the run queues are
 * @has_runnable: @runnable is valid, else @runnable_error says why not
 * @runnable_error: see there
 * @view: all that can be looked at; NULL: @error says why
 * @nr_cpus: of the machine; set by who starts it
 * @want_digest: set by who starts it, to have @digest
 * @digest: of all symbols; NULL = not wanted, or not to be had
 * @error: why something is missing
 * @done_evt: eventfd, readable when the thread is done
 * @thread: valid while LOADING, and until observer_finish()
 * @ret: what the thread returned
 * @load_ns: how long it took
 *
 * The coordinator owns it; between observer_start() and observer_finish() the
 * thread owns everything but @state.
 */
struct observer {
	enum observer_state state;
	struct gk_config cfg;
	struct guest_kernel *gk;
	struct kbtf *kbtf;
	struct scx_layout scx;
	bool has_scx;
	struct runnable_layout runnable;
	bool has_runnable;
	struct ktstr_err runnable_error;
	struct guest_state *view;
	u32 nr_cpus;
	bool want_digest;
	struct wire_symd *digest;
	struct ktstr_err error;
	int done_evt;
	pthread_t thread;
	int ret;
	u64 load_ns;
};

/**
 * observer_init() - nothing known
 * @o: filled in
 *
 * Return: 0 or negative errno of eventfd(2).
 */
int observer_init(struct observer *o);

/**
 * observer_start() - begin to read the kernel
 * @o: IDLE; LOADING afterwards, or FAILED when there can be no thread
 * @cfg: where the kernel is; copied, what it points to must outlive @o
 */
void observer_start(struct observer *o, const struct gk_config *cfg);

/**
 * observer_finish() - take over what the thread has made; waits for it
 * @o: LOADING; READY or FAILED afterwards
 */
void observer_finish(struct observer *o);

/**
 * observer_destroy() - wait for the thread, release everything
 * @o: in any state
 */
void observer_destroy(struct observer *o);

#endif /* KTSTR_HOST_COORD_OBSERVER_H */
