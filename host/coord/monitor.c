// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

#include "host/coord/monitor.h"
#include "host/kernel/guest_kernel.h"
#include "host/vmm/vm.h"
#include "lib/log.h"
#include "lib/util.h"

static u64 thread_cpu_ns(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts))
		return 0;
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void write_frame(struct monitor *m, u32 type, const void *payload, size_t len)
{
	int ret = runlog_own(m->log, type, payload, len);

	if (ret)
		pr_warn_once("monitor: writing a sample: %s", strerror(-ret));
}

static bool make_room(struct monitor *m)
{
	u32 nr = m->info.nr_cpus;

	m->head_max = wire_mons_max(nr) / 2;
	m->ring.size = wire_mons_size(nr);
	m->ring.nr = m->head_max;
	m->sample.nr_cpus = nr;
	m->sample.cpus = calloc(nr, sizeof(*m->sample.cpus));
	m->payload = malloc(m->ring.size);
	return m->sample.cpus && m->payload;
}

/* Once the kernel can be looked at: what of it can be sampled? */
static void look(struct monitor *m)
{
	struct wire_moni w;
	u32 vcpus = min_t(u32, m->vm->nr_vcpus, WIRE_MON_CPUS_MAX);

	m->looked = true;
	monitor_layout_init(&m->layout, m->v.gk, m->v.btf, m->v.scx, &m->info);
	m->info.period_ns = MONITOR_PERIOD_NS;
	m->info.nr_cpus = gk_nr_cpus(m->v.gk, vcpus);
	if (!m->info.error[0] && !make_room(m))
		snprintf(m->info.error, sizeof(m->info.error), "out of memory for a sample");
	wire_moni_encode(&m->info, &w);
	write_frame(m, WIRE_MONI, &w, sizeof(w));
}

/* The newest of them, in memory until the end: the log cannot forget. */
static void ring_put(struct monitor_ring *r, const void *payload)
{
	if (!r->slots)
		r->slots = calloc(r->nr, r->size);
	if (r->slots)
		memcpy(r->slots + r->put % r->nr * r->size, payload, r->size);
	r->put++;
}

static void keep(struct monitor *m)
{
	wire_mons_encode(&m->sample, m->payload);
	if (m->sample.seq < m->head_max)
		write_frame(m, WIRE_MONS, m->payload, m->ring.size);
	else
		ring_put(&m->ring, m->payload);
}

static void take(struct monitor *m)
{
	struct monitor_sample *s = &m->sample;
	u64 cpu = thread_cpu_ns();
	u32 i;

	s->t_ns = mono_ns() - m->start_ns;
	s->missed = m->missed;
	for (i = 0; i < s->nr_cpus; i++)
		s->cpus[i].vcpu_ns = vcpu_cpu_ns(&m->vm->vcpus[i]);
	monitor_sample_read(&m->layout, m->v.gk, s);
	s->cost_ns = thread_cpu_ns() - cpu;
	keep(m);
	s->seq++;
	m->missed = 0;
}

static void on_timer(struct event *ev)
{
	struct monitor *m = ev->ctx;
	u64 ticks = event_clear(ev);

	if (!m->looked && m->view(m->ctx, &m->v))
		look(m);
	if (!ticks || !m->looked || m->info.error[0])
		return;
	/* only what was late counts as missed, not what came before the first one */
	if (m->sample.seq)
		m->missed += ticks - 1;
	take(m);
}

int monitor_init(struct monitor *m, struct runlog *log, u64 start_ns)
{
	memset(m, 0, sizeof(*m));
	m->log = log;
	m->start_ns = start_ns;
	m->timer.handle = on_timer;
	m->timer.ctx = m;
	/* not before it is set */
	m->timer.fd = timer_open(0, 0);
	return m->timer.fd < 0 ? m->timer.fd : 0;
}

int monitor_start(struct monitor *m, const struct vm *vm, struct event_loop *loop,
		  bool (*view)(void *ctx, struct monitor_view *v), void *ctx)
{
	m->vm = vm;
	m->view = view;
	m->ctx = ctx;
	return event_loop_add(loop, &m->timer);
}

void monitor_guest_ready(struct monitor *m)
{
	const struct timespec period = {
		.tv_sec = MONITOR_PERIOD_NS / NSEC_PER_SEC,
		.tv_nsec = MONITOR_PERIOD_NS % NSEC_PER_SEC,
	};
	const struct itimerspec spec = { .it_value = period, .it_interval = period };

	if (timerfd_settime(m->timer.fd, 0, &spec, NULL))
		pr_warn("monitor: no samples: timerfd_settime: %s", strerror(errno));
}

void monitor_stop(struct monitor *m)
{
	struct monitor_ring *r = &m->ring;
	u64 i;

	for (i = r->put > r->nr ? r->put - r->nr : 0; r->slots && i < r->put; i++)
		write_frame(m, WIRE_MONS, r->slots + i % r->nr * r->size, r->size);
	r->put = 0;
	m->vm = NULL;
}

void monitor_destroy(struct monitor *m)
{
	free(m->sample.cpus);
	free(m->payload);
	free(m->ring.slots);
	m->sample.cpus = NULL;
	m->payload = NULL;
	m->ring.slots = NULL;
	close_fd(&m->timer.fd);
}
