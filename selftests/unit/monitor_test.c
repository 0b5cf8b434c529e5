// SPDX-License-Identifier: GPL-2.0-only
/* The clockwork of the monitor: when it looks, what it writes, what it keeps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "host/coord/monitor.h"
#include "host/harness/vmm_log.h"
#include "host/kernel/guest_kernel.h"
#include "host/vmm/vm.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define CPUS 2

/* The layers below, as this test wants them; the real ones are not linked. */
static const char *layout_error;
static u64 reads;

u32 gk_nr_cpus(const struct guest_kernel *gk, u32 max)
{
	return max;
}

u64 vcpu_cpu_ns(const struct vcpu *vcpu)
{
	return 1000 + vcpu->index;
}

int monitor_layout_init(struct monitor_layout *l, const struct guest_kernel *gk,
			const struct kbtf *btf, const struct scx_layout *scx,
			struct monitor_info *info)
{
	memset(l, 0, sizeof(*l));
	memset(info, 0, sizeof(*info));
	info->hz = 1000;
	if (!layout_error)
		return 0;
	snprintf(info->error, sizeof(info->error), "%s", layout_error);
	return -EOPNOTSUPP;
}

void monitor_sample_read(const struct monitor_layout *l, const struct guest_kernel *gk,
			 struct monitor_sample *s)
{
	u32 i;

	for (i = 0; i < s->nr_cpus; i++) {
		s->cpus[i].flags = MONITOR_CPU_RQ;
		s->cpus[i].nr_running = 10 * reads + i;
	}
	reads++;
}

FIXTURE(monitor)
{
	struct monitor m;
	struct runlog runlog;
	struct event_loop loop;
	struct vm vm;
	struct vcpu vcpus[CPUS];
	bool ready;
	struct vmm_log log;
};

static bool view(void *ctx, struct monitor_view *v)
{
	*v = (struct monitor_view){ NULL, NULL, NULL };
	return *(bool *)ctx;
}

FIXTURE_SETUP(monitor)
{
	u32 i;

	layout_error = NULL;
	reads = 0;
	self->ready = true;
	self->runlog.fd = memfd_create("log", MFD_CLOEXEC);
	self->vm.nr_vcpus = CPUS;
	self->vm.vcpus = self->vcpus;
	for (i = 0; i < CPUS; i++)
		self->vcpus[i].index = i;
	ASSERT_EQ(event_loop_init(&self->loop), 0);
	ASSERT_EQ(monitor_init(&self->m, &self->runlog, mono_ns()), 0);
	/* ticks when the test says so */
	close(self->m.timer.fd);
	self->m.timer.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ASSERT_EQ(monitor_start(&self->m, &self->vm, &self->loop, view, &self->ready), 0);
}

FIXTURE_TEARDOWN(monitor)
{
	monitor_destroy(&self->m);
	monitor_destroy(&self->m);
	event_loop_close(&self->loop);
	vmm_log_free(&self->log);
	close(self->runlog.fd);
}

static void tick(FIXTURE_DATA(monitor) * self, u64 ticks)
{
	if (ticks && write(self->m.timer.fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		abort();
	self->m.timer.handle(&self->m.timer);
}

/* What the supervisor is going to read. */
static const struct vmm_log *written(FIXTURE_DATA(monitor) * self)
{
	size_t len = lseek(self->runlog.fd, 0, SEEK_END);
	void *data = malloc(len + 1);

	vmm_log_free(&self->log);
	if (pread(self->runlog.fd, data, len, 0) != len || vmm_log_parse(&self->log, data, len))
		abort();
	free(data);
	return &self->log;
}

TEST_F(monitor, one_sample_a_tick)
{
	const struct vmm_log *log;
	u32 i;

	for (i = 0; i < 3; i++)
		tick(self, 1);
	log = written(self);
	EXPECT_FALSE(log->damaged);
	ASSERT_TRUE(log->monitor_seen);
	EXPECT_EQ(log->monitor_info.hz, 1000);
	EXPECT_EQ(log->monitor_info.nr_cpus, CPUS);
	EXPECT_EQ(log->monitor_info.period_ns, 100 * (u64)NSEC_PER_MSEC);
	ASSERT_EQ(log->nr_samples, 3);
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(log->samples[i].seq, i);
		EXPECT_EQ(log->samples[i].missed, 0);
		ASSERT_EQ(log->samples[i].nr_cpus, CPUS);
		EXPECT_EQ(log->samples[i].cpus[1].nr_running, 10 * i + 1);
		EXPECT_EQ(log->samples[i].cpus[1].vcpu_ns, 1001);
	}
	EXPECT_LE(log->samples[0].t_ns, log->samples[2].t_ns);
}

TEST_F(monitor, waits_for_a_kernel_that_can_be_read)
{
	self->ready = false;
	tick(self, 1);
	tick(self, 7);
	EXPECT_EQ(reads, 0);
	EXPECT_FALSE(written(self)->monitor_seen);
	self->ready = true;
	/* what was before the first sample is not missed */
	tick(self, 5);
	EXPECT_EQ(reads, 1);
	ASSERT_EQ(written(self)->nr_samples, 1);
	EXPECT_EQ(self->log.samples[0].missed, 0);
}

TEST_F(monitor, missed_ticks)
{
	tick(self, 1);
	tick(self, 4);
	tick(self, 1);
	ASSERT_EQ(written(self)->nr_samples, 3);
	EXPECT_EQ(self->log.samples[1].missed, 3);
	EXPECT_EQ(self->log.samples[2].missed, 0);
}

TEST_F(monitor, wakeup_without_a_tick)
{
	tick(self, 0);
	EXPECT_EQ(reads, 0);
}

TEST_F(monitor, kernel_that_cannot_be_sampled)
{
	layout_error = "no symbol runqueues";
	tick(self, 1);
	tick(self, 1);
	EXPECT_EQ(reads, 0);
	ASSERT_TRUE(written(self)->monitor_seen);
	EXPECT_FALSE(self->log.damaged);
	EXPECT_STREQ(self->log.monitor_info.error, "no symbol runqueues");
	EXPECT_EQ(self->log.nr_samples, 0);
}

/* The oldest are written at once, the newest at the end, and what is between goes. */
TEST_F(monitor, long_run)
{
	static const u64 seq[] = { 0, 1, 2, 7, 8, 9 };
	u32 i;

	tick(self, 1);
	self->m.head_max = 3;
	self->m.ring.nr = 3;
	for (i = 1; i < 10; i++)
		tick(self, 1);
	EXPECT_EQ(written(self)->nr_samples, 3);
	monitor_stop(&self->m);
	ASSERT_EQ(written(self)->nr_samples, 6);
	for (i = 0; i < 6; i++) {
		EXPECT_EQ(self->log.samples[i].seq, seq[i]);
		EXPECT_EQ(self->log.samples[i].cpus[0].nr_running, 10 * seq[i]);
	}
	EXPECT_FALSE(self->log.damaged);
}

TEST_F(monitor, run_a_little_longer_than_the_head)
{
	u32 i;

	tick(self, 1);
	self->m.head_max = 2;
	self->m.ring.nr = 3;
	for (i = 1; i < 4; i++)
		tick(self, 1);
	monitor_stop(&self->m);
	monitor_stop(&self->m);
	ASSERT_EQ(written(self)->nr_samples, 4);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(self->log.samples[i].seq, i);
}

TEST_F(monitor, stop_without_a_sample)
{
	monitor_stop(&self->m);
	EXPECT_EQ(written(self)->nr_samples, 0);
}

TEST_F(monitor, ticks_from_the_ready_guest_on)
{
	struct itimerspec spec;

	close(self->m.timer.fd);
	ASSERT_EQ(monitor_init(&self->m, &self->runlog, mono_ns()), 0);
	ASSERT_EQ(timerfd_gettime(self->m.timer.fd, &spec), 0);
	EXPECT_EQ(spec.it_interval.tv_nsec, 0);
	EXPECT_EQ(spec.it_value.tv_nsec, 0);
	monitor_guest_ready(&self->m);
	ASSERT_EQ(timerfd_gettime(self->m.timer.fd, &spec), 0);
	EXPECT_EQ(spec.it_interval.tv_nsec, 100 * NSEC_PER_MSEC);
}

TEST_HARNESS_MAIN
