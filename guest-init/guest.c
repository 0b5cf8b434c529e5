// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash.h"
#include "fault.h"
#include "forward.h"
#include "guest.h"
#include "kaddr.h"
#include "lib/log.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "modules.h"
#include "mounts.h"
#include "port.h"
#include "result.h"
#include "sched.h"
#include "scx.h"
#include "worker.h"

/* syslog(2): the action, and the level that shows KERN_ERR and worse */
#define SYSLOG_CONSOLE_LEVEL 8
#define CONSOLE_LEVEL_ERR    4

#define MODULES_DIR "/ktstr/modules"
#define BULK_PORT   "ktstr-bulk"

#define PORT_TIMEOUT_MS	  10000
#define REPORT_TIMEOUT_MS 5000 /* all workers together */
#define EJECT_GRACE_MS	  2000 /* for a scheduler to print why */
#define DETACH_TIMEOUT_MS 4000
#define KILL_TIMEOUT_MS	  2000
/* How often to look at sched_ext, whose state changes without a notice: */
#define ATTACH_RECHECK_NS (10 * NSEC_PER_MSEC)
#define BODY_RECHECK_NS	  (100 * NSEC_PER_MSEC) /* costs the load CPU time */

/**
 * struct guest - the one run of this machine
 * @sc: what to do
 * @port: the bulk port, -1 when closed
 * @writer: frames into @port
 * @sigchld: signalfd for ended children
 * @out: standard output of the workload
 * @errout: its standard error
 * @out_w: write end of @out
 * @errout_w: write end of @errout
 * @sched: the scheduler
 * @workers: the load
 * @result: what the host will be told
 * @start_ns: scenario start, CLOCK_MONOTONIC; 0 before
 * @sched_died: the scheduler ended or was ejected after that
 */
struct guest {
	struct scenario *sc;
	int port;
	struct wire_writer writer;
	int sigchld;
	struct forward out;
	struct forward errout;
	int out_w;
	int errout_w;
	struct sched sched;
	struct workers workers;
	struct wire_result_view result;
	u64 start_ns;
	bool sched_died;
};

static u64 deadline_in(unsigned int ms)
{
	return mono_ns() + ms * NSEC_PER_MSEC;
}

static void __printf(3, 4) fail(struct guest *g, int error, const char *fmt, ...)
{
	char reason[sizeof(g->result.reason)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, sizeof(reason), fmt, ap);
	va_end(ap);
	result_fail(&g->result, error, reason);
}

static void send_life(struct guest *g, enum wire_life_phase phase, const char *reason)
{
	char buf[sizeof(struct wire_life) + sizeof(g->result.reason)];
	struct wire_life *life = (struct wire_life *)buf;
	size_t len = strnlen(reason, sizeof(g->result.reason));

	life->phase = phase;
	memcpy(life->reason, reason, len);
	wire_writer_send(&g->writer, WIRE_LIFE, life, sizeof(*life) + len);
}

static void send_code(struct guest *g, enum wire_tag tag, int code)
{
	struct wire_code c = { .code = htole32(code) };

	wire_writer_send(&g->writer, tag, &c, sizeof(c));
}

static void reap(struct guest *g)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(g->sigchld, &info, sizeof(info)) > 0)
		;
	/* As PID 1 we also inherit orphans; they are reaped and forgotten. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (!sched_reaped(&g->sched, pid, status))
			workers_reaped(&g->workers, pid);
}

/*
 * The one place where the run sleeps: until something happens, it is time to
 * look at sched_ext again, or @deadline_ns is there. Output is shipped and
 * children are reaped on the way. Return: false at the deadline.
 */
static bool turn(struct guest *g, u64 deadline_ns)
{
	struct pollfd p[] = {
		{ .fd = g->sigchld, .events = POLLIN },
		{ .fd = g->sched.pid ? g->sched.log.fd : -1, .events = POLLIN },
		{ .fd = g->out.fd, .events = POLLIN },
		{ .fd = g->errout.fd, .events = POLLIN },
	};
	u64 now = mono_ns(), recheck;
	struct timespec ts = { 0 };

	if (now >= deadline_ns)
		return false;
	recheck = g->start_ns ? BODY_RECHECK_NS : ATTACH_RECHECK_NS;
	ts.tv_nsec = min(deadline_ns - now, recheck);
	if (ppoll(p, ARRAY_SIZE(p), &ts, NULL) <= 0)
		return true;
	if (g->sched.pid)
		forward_pump(&g->sched.log);
	forward_pump(&g->out);
	forward_pump(&g->errout);
	reap(g);
	return true;
}

static void announce(struct guest *g)
{
	struct wire_kadr kadr;

	send_life(g, WIRE_LIFE_INIT_STARTED, "");
	kaddr_read(&kadr);
	wire_writer_send(&g->writer, WIRE_KADR, &kadr, sizeof(kadr));
	wire_writer_send(&g->writer, WIRE_SRDY, NULL, 0);
}

/*
 * Everything until the host hears from us. Nothing may stand here that could
 * come later: it is the guest's share of the boot time.
 */
static int boot(struct guest *g, struct ktstr_err *err)
{
	int ret, module_error;
	struct ktstr_err no_port;

	ret = mounts_early(err);
	if (ret)
		return ret;
	module_error = modules_load(MODULES_DIR, err);
	if (module_error)
		fail(g, module_error, "%s", err->msg);
	/* Should the port be there nevertheless, it is the better way to complain. */
	g->port = port_open(BULK_PORT, module_error ? 0 : PORT_TIMEOUT_MS, &no_port);
	if (g->port < 0) {
		if (!module_error)
			*err = no_port;
		return g->port;
	}
	wire_writer_init(&g->writer, g->port);
	announce(g);
	return 0;
}

static int read_scenario(struct guest *g, struct ktstr_err *err)
{
	size_t size;
	void *buf;

	buf = file_read(SCENARIO_PATH, SCENARIO_FILE_MAX, &size);
	if (!buf)
		return ktstr_err_set(err, -errno, "cannot read %s: %s", SCENARIO_PATH,
				     strerror(errno));
	g->sc = scenario_decode(buf, size, err);
	free(buf);
	if (!g->sc)
		return -errno;
	g->result.nonce = g->sc->nonce;
	return 0;
}

static void set_up(struct guest *g)
{
	struct sched_param param = { .sched_priority = 1 };
	struct ktstr_err err;
	sigset_t chld;

	mounts_late();
	/* errors too from now on: stalls and hung tasks must be seen */
	if (!g->sc->verbose)
		klogctl(SYSLOG_CONSOLE_LEVEL, NULL, CONSOLE_LEVEL_ERR);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	g->sigchld = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	if (g->sigchld < 0)
		fail(g, -errno, "signalfd: %s", strerror(errno));
	g->out_w = forward_open(&g->out, WIRE_SOUT, &g->writer, &err);
	if (g->out_w < 0)
		fail(g, g->out_w, "%s", err.msg);
	g->errout_w = forward_open(&g->errout, WIRE_SERR, &g->writer, &err);
	if (g->errout_w < 0)
		fail(g, g->errout_w, "%s", err.msg);
	/*
	 * A scheduler under test must not decide whether its failure is
	 * reported: real-time tasks are out of its reach. Children are not.
	 */
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		pr_warn("no real-time priority for init: %s", strerror(errno));
}

static void not_attached(struct guest *g, int error, const char *what)
{
	char tail[160];

	if (g->sched.pid)
		fail(g, error, "%s; last output: %s", what,
		     forward_tail(&g->sched.log, tail, sizeof(tail)));
	else
		fail(g, error, "%s", what);
	send_life(g, WIRE_LIFE_SCHED_NOT_ATTACHED, g->result.reason);
}

static bool ops_accepted(const struct guest *g, const struct scx_status *scx)
{
	return scx->state == SCX_STATE_ENABLED && scx->ops[0] &&
	       (!g->sc->sched_ops || !strcmp(g->sc->sched_ops, scx->ops));
}

static void wait_attached(struct guest *g)
{
	unsigned int timeout_ms = g->sc->attach_ms ? g->sc->attach_ms : SCENARIO_ATTACH_MS;
	u64 deadline = deadline_in(timeout_ms);
	char what[160], how[48];
	struct scx_status scx;

	do {
		scx_read(SCX_SYSFS_DIR, &scx);
		/* Looked at in this order: who attached must still be alive. */
		reap(g);
		if (!g->sched.running) {
			forward_pump(&g->sched.log);
			snprintf(what, sizeof(what), "scheduler %s before it attached",
				 sched_exit_text(g->sched.status, how, sizeof(how)));
			not_attached(g, -ECHILD, what);
			return;
		}
		if (ops_accepted(g, &scx)) {
			g->result.flags |= WIRE_RESULT_ATTACHED_START;
			memcpy(g->result.ops, scx.ops, sizeof(scx.ops));
			send_life(g, WIRE_LIFE_SCHED_ATTACHED, scx.ops);
			return;
		}
	} while (turn(g, deadline));
	if (scx.state == SCX_STATE_ENABLED)
		snprintf(what, sizeof(what), "ops \"%s\" are attached instead of \"%s\"", scx.ops,
			 g->sc->sched_ops ? g->sc->sched_ops : "");
	else
		snprintf(what, sizeof(what), "scheduler did not attach in %u s (sched_ext is %s)",
			 timeout_ms / 1000, scx_state_name(scx.state));
	not_attached(g, -ETIMEDOUT, what);
}

static void attach(struct guest *g)
{
	struct scx_status scx;
	struct ktstr_err err;
	int ret;

	if (!g->sc->sched_path)
		return;
	result_stage(&g->result, WIRE_STAGE_ATTACH);
	scx_read(SCX_SYSFS_DIR, &scx);
	if (scx.state == SCX_STATE_ABSENT) {
		not_attached(g, -EOPNOTSUPP,
			     "this kernel has no sched_ext (CONFIG_SCHED_CLASS_EXT)");
		return;
	}
	ret = sched_start(&g->sched, g->sc->sched_path, g->sc->sched_argv, &g->writer, &err);
	if (ret)
		not_attached(g, ret, err.msg);
	else
		wait_attached(g);
}

static void dispatch(struct guest *g)
{
	struct worker_attr attr = { .policy = g->sc->sched_path ? SCHED_EXT : SCHED_OTHER };
	struct ktstr_err err;
	int ret;

	result_stage(&g->result, WIRE_STAGE_DISPATCH);
	send_life(g, WIRE_LIFE_PAYLOAD_STARTING, "");
	ret = workers_start(&g->workers, g->sc->workers, &attr, g->out_w, g->errout_w, &err);
	if (ret) {
		fail(g, ret, "%s", err.msg);
		return;
	}
	workers_release(&g->workers);
	send_life(g, WIRE_LIFE_WORKLOAD_DISPATCHED, "");
	wire_writer_send(&g->writer, WIRE_SCST, NULL, 0);
	g->start_ns = mono_ns();
	result_stage(&g->result, WIRE_STAGE_BODY);
}

static void sched_died(struct guest *g, bool detached_first)
{
	u64 after_ms = (mono_ns() - g->start_ns) / NSEC_PER_MSEC;
	char tail[128], how[48] = "does not end";

	g->sched_died = true;
	forward_pump(&g->sched.log);
	if (!g->sched.running)
		sched_exit_text(g->sched.status, how, sizeof(how));
	/* A process that is killed detaches as well, before it can be reaped. */
	if (!g->sched.running && WIFSIGNALED(g->sched.status))
		detached_first = false;
	fail(g, -ECHILD, "scheduler %s%s, %llu ms into the scenario; last output: %s",
	     detached_first ? "was detached and " : "", how, (unsigned long long)after_ms,
	     forward_tail(&g->sched.log, tail, sizeof(tail)));
}

/* Return: true while the scheduler runs and is attached, or none is wanted. */
static bool sched_is_well(struct guest *g)
{
	struct scx_status scx;
	u64 deadline;

	if (!g->sc->sched_path)
		return true;
	if (!g->sched.running) {
		sched_died(g, false);
		return false;
	}
	scx_read(SCX_SYSFS_DIR, &scx);
	if (ops_accepted(g, &scx))
		return true;
	/* Thrown out: the process notices by and by, and prints the reason. */
	deadline = deadline_in(EJECT_GRACE_MS);
	while (g->sched.running && turn(g, deadline))
		;
	sched_died(g, true);
	return false;
}

static void body(struct guest *g)
{
	u64 end = g->start_ns + g->sc->duration_ms * NSEC_PER_MSEC;
	u64 fault_at = g->start_ns + min(g->sc->duration_ms, g->sc->fault_after_ms) * NSEC_PER_MSEC;
	bool armed = g->sc->fault != SCENARIO_FAULT_NONE;
	struct ktstr_err err;
	int ret;

	do {
		if (armed && mono_ns() >= fault_at) {
			armed = false;
			ret = fault_fire(g->sc->fault, &g->sched, &err);
			if (ret)
				fail(g, ret, "%s", err.msg);
		}
	} while (sched_is_well(g) && turn(g, armed ? min(end, fault_at) : end));
}

static void stop_workers(struct guest *g)
{
	u64 deadline = deadline_in(REPORT_TIMEOUT_MS);

	workers_stop(&g->workers);
	while (g->workers.nr_running && turn(g, deadline))
		;
}

static void end_scenario(struct guest *g)
{
	struct wire_scen scen = {
		.elapsed_ms = htole64((mono_ns() - g->start_ns) / NSEC_PER_MSEC),
	};

	stop_workers(g);
	scen.total_iterations = htole64(workers_total(&g->workers));
	if (g->sc->sched_path && !g->result.error && sched_is_well(g))
		g->result.flags |= WIRE_RESULT_ATTACHED_END;
	if (g->sched.running)
		g->result.flags |= WIRE_RESULT_SCHED_ALIVE;
	wire_writer_send(&g->writer, WIRE_SCEN, &scen, sizeof(scen));
}

/* Return: true when the scheduler is gone, by itself or by SIGKILL. */
static void detach(struct guest *g)
{
	u64 deadline = deadline_in(DETACH_TIMEOUT_MS);

	if (!g->sched.running)
		return;
	sched_signal(&g->sched, SIGINT);
	while (g->sched.running && turn(g, deadline))
		;
	if (!g->sched.running)
		return;
	fail(g, -ETIMEDOUT, "scheduler did not end within %d ms of SIGINT", DETACH_TIMEOUT_MS);
	sched_signal(&g->sched, SIGKILL);
	deadline = deadline_in(KILL_TIMEOUT_MS);
	while (g->sched.running && turn(g, deadline))
		;
}

static void run(struct guest *g)
{
	if (!g->result.error)
		attach(g);
	if (!g->result.error)
		dispatch(g);
	if (g->start_ns) {
		body(g);
		end_scenario(g);
	}
	result_stage(&g->result, WIRE_STAGE_TEARDOWN);
	detach(g);
	sched_log_close(&g->sched);
	forward_close(&g->out);
	forward_close(&g->errout);
	if (g->sched.pid && !g->sched.running)
		g->result.sched_status = g->sched.status;
	if (g->sched_died)
		send_life(g, WIRE_LIFE_SCHED_DIED, g->result.reason);
	result_stage(&g->result, WIRE_STAGE_DONE);
	if (result_send(&g->result, &g->workers, &g->writer))
		crash_report("teardown", "cannot send the result on port " BULK_PORT);
	send_code(g, WIRE_EXIT, g->result.error ? 1 : 0);
	if (g->sched_died)
		send_code(g, WIRE_SCDX, sched_exit_code(g->sched.status));
}

/*
 * write(2) on a virtio port returns once the buffer is in the ring, not when
 * the host has taken it (port_fops_write() in drivers/char/virtio_console.c
 * makes every generic port non-blocking inside). close(2) is different: it
 * sends a control message and spins until the host has used it up, so a
 * device that drains its transmit queues before it handles control messages,
 * or once more after the last vCPU stopped, has every frame.
 *
 * What still runs is left alone: waiting for a process that a broken scheduler
 * does not run would only delay the reset that ends it.
 */
static void close_port(struct guest *g)
{
	wire_writer_free(&g->writer);
	close_fd(&g->port);
}

void guest_main(void)
{
	struct guest g = {
		.port = -1,
		.sigchld = -1,
		.out_w = -1,
		.errout_w = -1,
		.out.fd = -1,
		.errout.fd = -1,
		.workers.gate = -1,
	};
	struct ktstr_err err = { "" };
	u64 start = mono_ns(), ready;

	result_init(&g.result);
	if (boot(&g, &err)) {
		crash_report(wire_stage_name(WIRE_STAGE_BOOT), err.msg);
		return;
	}
	ready = mono_ns();
	if (read_scenario(&g, &err)) {
		/* No nonce, so no result either. */
		crash_report(wire_stage_name(WIRE_STAGE_BOOT), err.msg);
		send_code(&g, WIRE_EXIT, 1);
		close_port(&g);
		return;
	}
	if (g.sc->verbose)
		log_set_level(LOG_LEVEL_INFO);
	pr_info("init started at %llu us, guest ready %llu us later",
		(unsigned long long)start / 1000, (unsigned long long)(ready - start) / 1000);
	set_up(&g);
	run(&g);
	close_port(&g);
}
