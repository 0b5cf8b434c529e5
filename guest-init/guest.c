// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "attach.h"
#include "crash.h"
#include "guest.h"
#include "kaddr.h"
#include "lib/log.h"
#include "modules.h"
#include "mounts.h"
#include "observe.h"
#include "port.h"
#include "run.h"
#include "workload.h"

/* syslog(2): the action, and the level that shows KERN_ERR and worse */
#define SYSLOG_CONSOLE_LEVEL 8
#define CONSOLE_LEVEL_ERR    4

#define MODULES_DIR "/ktstr/modules"
#define BULK_PORT   "ktstr-bulk"

#define PORT_TIMEOUT_MS	     10000
#define TIMECHECK_TIMEOUT_MS 2000

static void announce(struct guest *g)
{
	struct wire_kadr kadr;
	struct wire_vmci vmci;

	guest_send_life(g, WIRE_LIFE_INIT_STARTED, "");
	kaddr_read(&kadr);
	wire_writer_send(&g->writer, WIRE_KADR, &kadr, sizeof(kadr));
	if (kaddr_read_vmcoreinfo(&vmci))
		wire_writer_send(&g->writer, WIRE_VMCI, &vmci, sizeof(vmci));
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
		guest_fail(g, module_error, "%s", err->msg);
	/* Should the port be there nevertheless, it is the better way to complain. */
	g->port = port_open(BULK_PORT, module_error ? 0 : PORT_TIMEOUT_MS, &no_port);
	if (g->port < 0) {
		if (!module_error)
			*err = no_port;
		return g->port;
	}
	wire_writer_init(&g->writer, g->port);
	requests_init(&g->rq, &g->writer, g->port);
	outputs_init(&g->outputs, &g->writer);
	program_init(&g->program, &g->outputs, false);
	payloads_init(&g->payloads, &g->outputs);
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
	groups_init(&g->groups, g->sc, &g->writer);
	cgroups_init(&g->cgroups, CGROUP_MOUNT);
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
		guest_fail(g, -errno, "signalfd: %s", strerror(errno));
	g->out_w = forward_open(&g->out, WIRE_SOUT, &g->writer, &err);
	if (g->out_w < 0)
		guest_fail(g, g->out_w, "%s", err.msg);
	g->errout_w = forward_open(&g->errout, WIRE_SERR, &g->writer, &err);
	if (g->errout_w < 0)
		guest_fail(g, g->errout_w, "%s", err.msg);
	/*
	 * A scheduler under test must not decide whether its failure is
	 * reported: real-time tasks are out of its reach. Children are not.
	 */
	if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param))
		pr_warn("no real-time priority for init: %s", strerror(errno));
}

/* What the clocks did: without a report the host knows that, too. */
static void end_timecheck(struct guest *g)
{
	u64 deadline = guest_deadline(TIMECHECK_TIMEOUT_MS);
	struct wire_timc timc;

	timecheck_stop(&g->timecheck);
	while (g->timecheck.pid && guest_turn(g, deadline))
		;
	if (timecheck_report(&g->timecheck, &timc))
		wire_writer_send(&g->writer, WIRE_TIMC, &timc, sizeof(timc));
	timecheck_free(&g->timecheck);
}

static void end_scenario(struct guest *g, u64 end_ns)
{
	struct wire_scen scen = {
		.elapsed_ms = cpu_to_le64((end_ns - g->start_ns) / NSEC_PER_MSEC),
		.total_iterations = cpu_to_le64(groups_total(&g->groups)),
	};

	if (!g->result.error && attach_is_well(g) && g->want == SCHED_WANT_ATTACHED)
		g->result.flags |= WIRE_RESULT_ATTACHED_END;
	if (g->sched.running)
		g->result.flags |= WIRE_RESULT_SCHED_ALIVE;
	wire_writer_send(&g->writer, WIRE_SCEN, &scen, sizeof(scen));
	end_timecheck(g);
}

static void run(struct guest *g)
{
	u64 end_ns = 0;

	if (!g->sc->sched_path)
		observe(g);
	if (!g->result.error)
		attach_scheduler(g);
	if (!g->result.error) {
		workload_run(g);
		end_ns = mono_ns();
		workload_end(g);
	}
	if (g->start_ns)
		end_scenario(g, end_ns);
	result_stage(&g->result, WIRE_STAGE_TEARDOWN);
	attach_end(g);
	sched_log_close(&g->sched);
	forward_close(&g->out);
	forward_close(&g->errout);
	if (g->sched.pid && !g->sched.running)
		g->result.sched_status = g->sched.status;
	if (g->sched_died)
		guest_send_life(g, WIRE_LIFE_SCHED_DIED, g->sched_why);
	result_stage(&g->result, WIRE_STAGE_DONE);
	if (result_send(&g->result, &g->groups, &g->writer))
		crash_report("teardown", "cannot send the result on port " BULK_PORT);
	guest_send_code(g, WIRE_EXIT, g->result.error ? 1 : 0);
	if (g->sched_died && !g->sc->sched_may_end)
		guest_send_code(g, WIRE_SCDX, sched_exit_code(g->sched.status));
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
	program_free(&g->program);
	payloads_free(&g->payloads);
	requests_free(&g->rq);
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
		.program.out = -1,
		.program.errs.fd = -1,
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
		guest_send_code(&g, WIRE_EXIT, 1);
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
