// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/coord/conscan.h"
#include "host/coord/contention.h"
#include "host/coord/coord.h"
#include "host/coord/dispatch.h"
#include "host/coord/event.h"
#include "host/coord/inspect_answer.h"
#include "host/coord/lookout.h"
#include "host/coord/monitor.h"
#include "host/coord/runlog.h"
#include "host/coord/watchdog.h"
#include "host/vmm/devices/virtio_console.h"
#include "host/vmm/exit.h"
#include "lib/log.h"
#include "lib/util.h"

/* The rest of a crash's text is worth waiting for, a guest that died is not. */
#define CRASH_GRACE_NS NSEC_PER_SEC
/* A guest that fills its ring while we drain it must not keep us for ever. */
#define FINAL_DRAINS_MAX 256
#define TICK_NS		 (100 * NSEC_PER_MSEC)

/**
 * struct coord - one run's coordinator
 * @cfg: what it was told
 * @vm: the machine, during coord_run()
 * @loop: what it waits for
 * @killed: the machine ended
 * @console: a virtio-console queue was notified
 * @sched_exit: the scheduler's end was reported and ends the run
 * @crash: COM1 or COM2 showed a crash
 * @tick: deadlines and budgets are due for a look
 * @con_lock: guards @con: vCPU threads write, the coordinator reads
 * @con: COM1 and COM2
 * @crash_seen_ns: when @crash fired, 0 before
 * @bulk: assembler of the bulk port
 * @sinks: what frames may touch
 * @lookout: what looks into the guest
 * @monitor: what samples its run queues
 * @inspector: what answers people who look at a held guest
 * @sched_kill: set by WIRE_SCDX
 * @reset_ns: watchdog deadline set by the scenario
 * @reset_seen_ns: the one the watchdog was told
 * @pause_ns: scenario paused since
 * @scenario_start_ns: first scenario start
 * @pause_total_ns: sum of pauses
 * @dog: budgets of the stages
 * @cpu_ns: CPU time of each vCPU thread
 * @contention: how long they waited for a CPU
 * @log: the verdict log
 * @resets_ready: resets of the console until the guest was ready
 * @report: filled in as the run goes
 */
struct coord {
	struct coord_config cfg;
	struct vm *vm;
	struct event_loop loop;
	struct event killed;
	struct event console;
	struct event sched_exit;
	struct event crash;
	struct event tick;
	pthread_mutex_t con_lock;
	struct conscan con[VM_SERIAL_PORTS];
	u64 crash_seen_ns;
	struct wire_assembler bulk;
	struct dispatch_sinks sinks;
	struct lookout lookout;
	struct monitor monitor;
	struct inspector inspector;
	atomic_bool sched_kill;
	atomic_ullong reset_ns;
	u64 reset_seen_ns;
	atomic_ullong pause_ns;
	atomic_ullong scenario_start_ns;
	atomic_ullong pause_total_ns;
	struct watchdog dog;
	u64 cpu_ns[TOPOLOGY_MAX_CPUS];
	struct contention contention;
	struct runlog log;
	u64 resets_ready;
	struct vmm_report report;
};

static u64 since_start(const struct coord *c)
{
	return mono_ns() - c->cfg.start_ns;
}

static void end_run(struct coord *c, enum vmm_exit why, const char *reason)
{
	if (!c->report.exit_reason) {
		c->report.exit_reason = why;
		snprintf(c->report.reason, sizeof(c->report.reason), "%s", reason);
	}
	save_memory_last(&c->lookout);
	vm_kill(c->vm);
}

/* COM1 and COM2: vCPU threads */
static void serial_sink(void *ctx, unsigned int port, const u8 *buf, size_t len)
{
	static const u64 one = 1;
	struct coord *c = ctx;
	enum conscan_kind kind;

	pthread_mutex_lock(&c->con_lock);
	kind = conscan_feed(&c->con[port], buf, len);
	pthread_mutex_unlock(&c->con_lock);
	if (conscan_fatal(kind) && write(c->crash.fd, &one, sizeof(one)) < 0)
		pr_debug("crash eventfd: %s", strerror(errno));
	if (c->cfg.verbose && write(STDERR_FILENO, buf, len) < 0)
		return;
}

static void on_crash(struct event *ev)
{
	struct coord *c = ev->ctx;
	bool complete;

	event_clear(ev);
	if (!c->crash_seen_ns)
		c->crash_seen_ns = mono_ns();
	pthread_mutex_lock(&c->con_lock);
	complete = c->con[0].trace_ended && c->con[0].kind == CONSCAN_PANIC;
	pthread_mutex_unlock(&c->con_lock);
	if (complete)
		end_run(c, VMM_EXIT_GUEST_PANIC, "");
}

static void ready(struct coord *c, u64 now)
{
	struct virtio_console_stats stats;

	contention_start(&c->contention, c->vm);
	virtio_console_stats(c->vm->console, &stats);
	c->resets_ready = stats.mmio.resets;
	c->report.t_srdy_ns = now;
	c->report.kvm_exits_at_srdy = vm_exits(c->vm);
	monitor_guest_ready(&c->monitor);
}

static void count_resets(struct coord *c)
{
	struct virtio_console_stats stats;

	virtio_console_stats(c->vm->console, &stats);
	c->report.device_resets = stats.mmio.resets - c->resets_ready;
}

/* What a good frame tells about the progress of the run. */
static void note_progress(struct coord *c, const struct wire_frame *f)
{
	u64 now = since_start(c);
	int stage = dispatch_stage(f);

	if (stage >= 0)
		watchdog_stage(&c->dog, stage, now);
	if (!f->crc_ok)
		return;
	if (f->type == WIRE_SRDY && !c->report.t_srdy_ns)
		ready(c, now);
	if (f->type == WIRE_SCST && !c->report.t_scenario_ns)
		c->report.t_scenario_ns = now;
	contention_frame(&c->contention, f->type);
	if (f->type == WIRE_LIFE && f->len && f->payload[0] == WIRE_LIFE_SCHED_ATTACHED &&
	    !c->report.t_attach_ns) {
		c->report.t_attach_ns = now;
		watchdog_reset(&c->dog, now + c->cfg.duration_ns, WATCHDOG_SOURCE_ATTACH_CONFIRM);
	}
	if (f->type == WIRE_EXIT)
		count_resets(c);
}

static void on_frame(void *ctx, const struct wire_frame *f)
{
	struct coord *c = ctx;

	note_progress(c, f);
	if (f->type == WIRE_SCLG)
		lookout_sched_log(&c->lookout, f->payload, f->len);
	if (dispatch_frame(f, &c->sinks))
		runlog_frame(&c->log, f, since_start(c));
}

/* Only the bulk port speaks to the host so far; the others are read and let go. */
static size_t console_sink(void *ctx, unsigned int port, const u8 *buf, size_t len)
{
	struct coord *c = ctx;

	if (port == VIRTIO_CONSOLE_BULK)
		wire_asm_feed(&c->bulk, buf, len, on_frame, c);
	return len;
}

static void on_console(struct event *ev)
{
	static const u64 one = 1;
	struct coord *c = ev->ctx;

	event_clear(ev);
	/* more to do: come back after the other events had their turn */
	if (virtio_console_drain(c->vm->console) && write(ev->fd, &one, sizeof(one)) < 0)
		pr_warn_once("console eventfd: %s", strerror(errno));
	lookout_frames(&c->lookout);
}

static void on_killed(struct event *ev)
{
	struct coord *c = ev->ctx;

	event_loop_stop(&c->loop);
}

static void on_sched_exit(struct event *ev)
{
	struct coord *c = ev->ctx;

	event_clear(ev);
	end_run(c, VMM_EXIT_KILLED, "the guest reported the end of the scheduler");
}

static void check_watchdog(struct coord *c, u64 now)
{
	struct watchdog_evidence ev = {
		.live = true,
		.cpu_ns = c->cpu_ns,
		.nr = c->vm->nr_vcpus,
		.paused = atomic_load(&c->pause_ns),
	};
	u64 reset = atomic_load_explicit(&c->reset_ns, memory_order_acquire);
	struct watchdog_verdict v;
	u32 i;

	if (reset != c->reset_seen_ns) {
		c->reset_seen_ns = reset;
		watchdog_reset(&c->dog, reset, WATCHDOG_SOURCE_SCENARIO);
	}
	for (i = 0; i < c->vm->nr_vcpus; i++)
		c->cpu_ns[i] = vcpu_cpu_ns(&c->vm->vcpus[i]);
	if (!watchdog_check(&c->dog, now, &ev, &v))
		return;
	c->report.watchdog_tier = v.tier;
	end_run(c, VMM_EXIT_TIMEOUT, v.text);
}

static void on_tick(struct event *ev)
{
	struct coord *c = ev->ctx;
	char text[128];

	event_clear(ev);
	contention_look(&c->contention);
	if (c->crash_seen_ns && mono_ns() - c->crash_seen_ns > CRASH_GRACE_NS * c->cfg.slowdown) {
		end_run(c, VMM_EXIT_GUEST_PANIC, "");
		return;
	}
	if (mono_ns() < c->cfg.deadline_ns) {
		check_watchdog(c, since_start(c));
		return;
	}
	snprintf(text, sizeof(text), "stage %s: the run's deadline passed after %llu ms",
		 wire_stage_name(c->dog.stage),
		 (unsigned long long)(since_start(c) / NSEC_PER_MSEC));
	c->report.watchdog_tier = 3;
	end_run(c, VMM_EXIT_TIMEOUT, text);
}

static int open_event(struct event *ev, void (*handle)(struct event *ev), struct coord *c)
{
	ev->handle = handle;
	ev->ctx = c;
	ev->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return ev->fd < 0 ? -errno : 0;
}

static void init_sinks(struct coord *c)
{
	c->sinks = (struct dispatch_sinks){
		.kill = &c->sched_kill,
		.kill_evt = c->sched_exit.fd,
		.sys_rdy_evt = -1,
		.kern_phys_base_evt = -1,
		.watchdog_reset_ns = &c->reset_ns,
		.watchdog_duration_ns = c->cfg.duration_ns + c->cfg.requests_ns,
		.watchdog_pause_ns = &c->pause_ns,
		.scenario_start_ns = &c->scenario_start_ns,
		.scenario_pause_cumulative_ns = &c->pause_total_ns,
		.run_start_ns = c->cfg.start_ns,
		.now = mono_ns,
	};
	lookout_sinks(&c->lookout, &c->sinks);
}

/* What a freeze took from the guest is given back to its deadlines. */
static void on_frozen(void *ctx, u64 ns)
{
	struct coord *c = ctx;

	watchdog_extend(&c->dog, ns);
}

static char *console_text(void *ctx, size_t *len)
{
	struct coord *c = ctx;
	char *text;

	pthread_mutex_lock(&c->con_lock);
	text = conscan_text(&c->con[0], len);
	pthread_mutex_unlock(&c->con_lock);
	return text;
}

static u64 scenario_ns(void *ctx)
{
	struct coord *c = ctx;

	return atomic_load(&c->scenario_start_ns);
}

static u64 paused_ns(void *ctx)
{
	struct coord *c = ctx;
	u64 since = atomic_load(&c->pause_ns), now = mono_ns() - c->cfg.start_ns;

	return atomic_load(&c->pause_total_ns) + (since && now > since ? now - since : 0);
}

static bool paused(void *ctx)
{
	struct coord *c = ctx;

	return atomic_load(&c->pause_ns);
}

static bool monitor_view(void *ctx, struct monitor_view *v)
{
	struct coord *c = ctx;
	const struct observer *o = &c->lookout.obs;

	if (!lookout_ready(&c->lookout))
		return false;
	*v = (struct monitor_view){ o->gk, o->kbtf, o->has_scx ? &o->scx : NULL };
	return true;
}

static int init_lookout(struct coord *c)
{
	struct lookout_hooks hooks = {
		.frozen = on_frozen,
		.console = console_text,
		.scenario_ns = scenario_ns,
		.paused_ns = paused_ns,
		.paused = paused,
		.ctx = c,
	};

	return lookout_init(&c->lookout, &c->cfg, &c->log, &hooks);
}

static int init(struct coord *c)
{
	struct watchdog_config dog = {
		.vcpus = c->cfg.nr_vcpus,
		.slowdown = c->cfg.slowdown,
		.duration_ns = c->cfg.duration_ns,
		.attach_ns = c->cfg.attach_ns,
	};
	int i, ret;

	ret = init_lookout(c);
	if (!ret)
		ret = monitor_init(&c->monitor, &c->log, c->cfg.start_ns);
	if (!ret)
		ret = contention_init(&c->contention, c->cfg.nr_vcpus);
	if (!ret)
		ret = event_loop_init(&c->loop);
	for (i = 0; i < VM_SERIAL_PORTS && !ret; i++)
		ret = conscan_init(&c->con[i], CONSCAN_HEAD_DEFAULT, CONSCAN_TAIL_DEFAULT);
	if (!ret)
		ret = open_event(&c->crash, on_crash, c);
	if (!ret)
		ret = open_event(&c->sched_exit, on_sched_exit, c);
	if (ret)
		return ret;
	c->tick.fd = timer_open(TICK_NS, TICK_NS);
	if (c->tick.fd < 0)
		return c->tick.fd;
	c->tick.handle = on_tick;
	c->tick.ctx = c;
	wire_asm_init(&c->bulk, WIRE_FRAME_MAX);
	watchdog_init(&c->dog, &dog);
	init_sinks(c);
	return 0;
}

struct coord *coord_new(const struct coord_config *cfg, struct ktstr_err *err)
{
	struct coord *c = calloc(1, sizeof(*c));
	int ret = -ENOMEM;

	if (c) {
		c->cfg = *cfg;
		c->log.fd = cfg->log_fd;
		c->loop.epfd = -1;
		c->crash.fd = -1;
		c->sched_exit.fd = -1;
		c->tick.fd = -1;
		c->monitor.timer.fd = -1;
		inspector_init(&c->inspector);
		pthread_mutex_init(&c->con_lock, NULL);
		ret = init(c);
	}
	if (!ret)
		return c;
	coord_free(c);
	ktstr_err_set(err, ret, "coordinator: %s", strerror(-ret));
	errno = -ret;
	return NULL;
}

struct vm_sinks coord_sinks(struct coord *c)
{
	return (struct vm_sinks){ .serial = serial_sink, .console = console_sink, .ctx = c };
}

/* How the machine ended, unless the coordinator ended it for a reason of its own. */
static void note_end(struct coord *c)
{
	static const u32 exits[] = {
		[VM_END_RESET] = VMM_EXIT_SHUTDOWN, [VM_END_TRIPLE_FAULT] = VMM_EXIT_TRIPLE_FAULT,
		[VM_END_FATAL] = VMM_EXIT_FATAL,    [VM_END_RUN_ERROR] = VMM_EXIT_RUN_ERROR,
		[VM_END_KILLED] = VMM_EXIT_KILLED,
	};
	const struct vm_exit_info *x = &c->vm->exit;
	struct vmm_report *r = &c->report;

	if (x->end != VM_END_KILLED)
		r->kvm_exit_reason = x->kvm_reason;
	if (r->exit_reason)
		return;
	r->exit_reason = exits[x->end];
	if (x->end == VM_END_RUN_ERROR)
		r->error = -(s32)x->detail;
	if (x->end == VM_END_FATAL || x->end == VM_END_RUN_ERROR)
		snprintf(r->reason, sizeof(r->reason), "vCPU %u: %s, detail %#llx", x->vcpu,
			 x->end == VM_END_FATAL ? exit_reason_name(x->kvm_reason) :
						  "KVM_RUN failed",
			 (unsigned long long)x->detail);
}

static void count_devices(struct coord *c)
{
	struct virtio_console_stats stats;
	struct vmm_report *r = &c->report;

	virtio_console_stats(c->vm->console, &stats);
	r->device_errors = stats.mmio.needs_reset;
	r->dropped_bytes = stats.tx_dropped[VIRTIO_CONSOLE_BULK];
	r->unhandled_io = c->vm->pio.unhandled + c->vm->mmio.unhandled;
	r->kvm_exits = vm_exits(c->vm);
	r->kvm_stats_known = vm_kvm_stats(c->vm, r->kvm_stats);
}

static int serve(struct coord *c, struct ktstr_err *err)
{
	struct event *events[] = { &c->killed, &c->console, &c->sched_exit, &c->crash, &c->tick };
	size_t i;
	int ret;

	c->killed = (struct event){ c->vm->kill_evt, on_killed, c };
	c->console = (struct event){ c->vm->console_evt, on_console, c };
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		ret = event_loop_add(&c->loop, events[i]);
		if (ret)
			return ktstr_err_set(err, ret, "epoll: %s", strerror(-ret));
	}
	ret = lookout_start(&c->lookout, c->vm, &c->loop);
	if (!ret)
		ret = monitor_start(&c->monitor, c->vm, &c->loop, monitor_view, c);
	if (!ret)
		ret = inspect_answer_start(&c->lookout, &c->inspector, &c->loop);
	if (ret)
		return ktstr_err_set(err, ret, "epoll: %s", strerror(-ret));
	ret = vm_start(c->vm, err);
	if (ret)
		return ret;
	c->report.t_first_run_ns = c->vm->first_run_ns - c->cfg.start_ns;
	ret = event_loop_run(&c->loop);
	return ret ? ktstr_err_set(err, ret, "epoll: %s", strerror(-ret)) : 0;
}

int coord_run(struct coord *c, struct vm *vm, struct ktstr_err *err)
{
	int i, ret;

	c->vm = vm;
	ret = serve(c, err);
	inspector_stop(&c->inspector);
	vm_join(vm);
	c->report.t_end_ns = since_start(c);
	/* what the guest had sent when its last vCPU stopped */
	for (i = 0; i < FINAL_DRAINS_MAX && virtio_console_drain(vm->console); i++)
		;
	lookout_stop(&c->lookout);
	monitor_stop(&c->monitor);
	c->report.freezes = c->lookout.freezes;
	c->report.frozen_ns = c->lookout.frozen_ns;
	contention_report(&c->contention, &c->report);
	note_end(c);
	count_devices(c);
	c->vm = NULL;
	return ret;
}

static int write_console(struct coord *c, unsigned int port, u32 type)
{
	size_t len;
	char *text;
	int ret;

	conscan_flush(&c->con[port]);
	text = conscan_text(&c->con[port], &len);
	if (!text)
		return -ENOMEM;
	ret = len ? runlog_own(&c->log, type, text, len) : 0;
	free(text);
	return ret;
}

static void finish_report(struct coord *c, const struct ktstr_err *failure)
{
	struct conscan *con = &c->con[0];
	struct vmm_report *r = &c->report;

	if (failure) {
		r->exit_reason = VMM_EXIT_INTERNAL;
		snprintf(r->reason, sizeof(r->reason), "%.255s", failure->msg);
	} else if (conscan_fatal(con->kind) &&
		   (r->exit_reason == VMM_EXIT_SHUTDOWN || r->exit_reason == VMM_EXIT_KILLED)) {
		r->exit_reason = VMM_EXIT_GUEST_PANIC;
	}
	r->stage = c->dog.stage;
	r->console_kind = con->kind;
	snprintf(r->console_line, sizeof(r->console_line), "%s",
		 con->panic_line[0] ? con->panic_line : con->line);
	r->frames = c->bulk.n.frames;
	r->crc_errors = c->bulk.n.crc_errors;
	r->oversize = c->bulk.n.oversize;
	r->resyncs = c->bulk.n.resyncs;
	r->dropped_bytes += c->bulk.n.dropped_bytes + wire_asm_residual(&c->bulk);
	r->unknown_frames = c->sinks.unknown_frames;
	r->log_dropped = c->log.dropped;
	r->console_dropped = conscan_dropped(con);
	r->t_start_ns = c->cfg.start_ns;
}

int coord_finish(struct coord *c, const struct ktstr_err *failure, struct ktstr_err *err)
{
	struct wire_vmm_report w;
	int ret;

	ret = write_console(c, 0, WIRE_CONS);
	if (!ret)
		ret = write_console(c, 1, WIRE_COM2);
	if (!ret) {
		finish_report(c, failure);
		wire_vmm_report_encode(&c->report, &w);
		ret = runlog_own(&c->log, WIRE_VMMR, &w, sizeof(w));
	}
	return ret ? ktstr_err_set(err, ret, "writing the result: %s", strerror(-ret)) : 0;
}

void coord_free(struct coord *c)
{
	int i;

	if (!c)
		return;
	event_loop_close(&c->loop);
	lookout_destroy(&c->lookout);
	monitor_destroy(&c->monitor);
	contention_destroy(&c->contention);
	close_fd(&c->tick.fd);
	close_fd(&c->crash.fd);
	close_fd(&c->sched_exit.fd);
	for (i = 0; i < VM_SERIAL_PORTS; i++)
		conscan_free(&c->con[i]);
	wire_asm_free(&c->bulk);
	pthread_mutex_destroy(&c->con_lock);
	free(c);
}
