// SPDX-License-Identifier: GPL-2.0-only
/* What the host did to vCPU threads: made-up schedstat files, and a real thread. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/coord/contention.h"
#include "host/vmm/vm.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire.h"

#define VCPUS 2

FIXTURE(contention)
{
	struct contention c;
	struct vmm_report r;
	int file[VCPUS];
};

static void set(FIXTURE_DATA(contention) * self, u32 vcpu, const char *text)
{
	if (ftruncate(self->file[vcpu], 0) ||
	    pwrite(self->file[vcpu], text, strlen(text), 0) != (ssize_t)strlen(text))
		abort();
}

FIXTURE_SETUP(contention)
{
	u32 i;

	memset(&self->r, 0xff, sizeof(self->r));
	ASSERT_EQ(contention_init(&self->c, VCPUS), 0);
	for (i = 0; i < VCPUS; i++) {
		self->file[i] = memfd_create("schedstat", 0);
		ASSERT_LE(0, self->file[i]);
		self->c.vcpus[i].fd = dup(self->file[i]);
	}
	set(self, 0, "1000 50 3\n");
	set(self, 1, "2000 0 1\n");
}

FIXTURE_TEARDOWN(contention)
{
	u32 i;

	contention_destroy(&self->c);
	for (i = 0; i < VCPUS; i++)
		close(self->file[i]);
}

TEST_F(contention, sums_are_of_the_workload_alone)
{
	contention_frame(&self->c, WIRE_SCST);
	set(self, 0, "1500 150 4\n");
	set(self, 1, "2700 20 2\n");
	contention_frame(&self->c, WIRE_SCEN);
	set(self, 0, "9999 9999 9\n");
	contention_look(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.contention_known, 1);
	EXPECT_EQ(self->r.on_cpu_ns, 500 + 700);
	EXPECT_EQ(self->r.run_delay_ns, 100 + 20);
	EXPECT_EQ(self->r.worst_wait_ns, 100);
}

TEST_F(contention, worst_wait_is_of_one_thread_between_two_looks)
{
	contention_begin(&self->c);
	set(self, 0, "1100 80 4\n");
	set(self, 1, "2100 40 2\n");
	contention_look(&self->c);
	set(self, 0, "1200 110 4\n");
	set(self, 1, "2200 75 2\n");
	contention_look(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.worst_wait_ns, 40);
	EXPECT_EQ(self->r.run_delay_ns, 60 + 75);
}

TEST_F(contention, a_scenario_that_never_ended_counts_until_the_last_look)
{
	contention_begin(&self->c);
	set(self, 1, "2600 60 2\n");
	contention_look(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.contention_known, 1);
	EXPECT_EQ(self->r.on_cpu_ns, 600);
	EXPECT_EQ(self->r.run_delay_ns, 60);
}

TEST_F(contention, a_second_start_is_no_wait)
{
	contention_begin(&self->c);
	contention_end(&self->c);
	set(self, 0, "5000 7000 3\n");
	contention_begin(&self->c);
	contention_end(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.worst_wait_ns, 0);
	EXPECT_EQ(self->r.run_delay_ns, 6950);
}

TEST_F(contention, without_a_workload_nothing_is_known)
{
	contention_look(&self->c);
	contention_end(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.contention_known, 0);
	EXPECT_EQ(self->r.on_cpu_ns, 0);
	EXPECT_EQ(self->r.run_delay_ns, 0);
	EXPECT_EQ(self->r.worst_wait_ns, 0);
}

TEST_F(contention, a_kernel_that_does_not_count_says_nothing)
{
	set(self, 0, "0 0 0\n");
	set(self, 1, "0 0 0\n");
	contention_begin(&self->c);
	contention_end(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.contention_known, 0);
}

TEST_F(contention, one_thread_unread_and_nothing_is_known)
{
	contention_begin(&self->c);
	set(self, 1, "");
	contention_look(&self->c);
	set(self, 1, "2600 60 2\n");
	contention_end(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.contention_known, 0);
}

TEST_F(contention, a_file_that_is_not_there)
{
	close_fd(&self->c.vcpus[1].fd);
	contention_begin(&self->c);
	contention_end(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.contention_known, 0);
}

TEST_F(contention, numbers_that_shrink_are_no_wait)
{
	contention_begin(&self->c);
	set(self, 0, "10 5 3\n");
	contention_end(&self->c);
	contention_report(&self->c, &self->r);
	EXPECT_EQ(self->r.on_cpu_ns, 0);
	EXPECT_EQ(self->r.run_delay_ns, 0);
	EXPECT_EQ(self->r.worst_wait_ns, 0);
}

TEST(schedstat_text)
{
	u64 on_cpu = 0, wait = 0;

	EXPECT_TRUE(contention_parse("18446744073709551615 7 1\n", &on_cpu, &wait));
	EXPECT_EQ(on_cpu, UINT64_MAX);
	EXPECT_EQ(wait, 7);
	EXPECT_FALSE(contention_parse("", &on_cpu, &wait));
	EXPECT_FALSE(contention_parse("1 2\n", &on_cpu, &wait));
	EXPECT_FALSE(contention_parse("1 2 3 4\n", &on_cpu, &wait));
	EXPECT_FALSE(contention_parse("1 2 x\n", &on_cpu, &wait));
	EXPECT_FALSE(contention_parse("-1 2 3\n", &on_cpu, &wait));
	EXPECT_FALSE(contention_parse("1 2 3", &on_cpu, &wait));
}

TEST(a_thread_of_this_process)
{
	struct vcpu vcpu = { .tid = gettid() };
	struct vm vm = { .vcpus = &vcpu, .nr_vcpus = 1 };
	struct vmm_report r = { .contention_known = 9 };
	struct contention c;

	if (access("/proc/self/schedstat", R_OK))
		SKIP(return, "this kernel has no schedstat");
	ASSERT_EQ(contention_init(&c, 1), 0);
	contention_start(&c, &vm);
	contention_begin(&c);
	contention_end(&c);
	contention_report(&c, &r);
	EXPECT_GT(2, r.contention_known);
	contention_destroy(&c);
}

TEST(fewer_threads_than_planned)
{
	struct vcpu vcpu = { .tid = gettid() };
	struct vm vm = { .vcpus = &vcpu, .nr_vcpus = 1 };
	struct vmm_report r;
	struct contention c;

	ASSERT_EQ(contention_init(&c, 2), 0);
	contention_start(&c, &vm);
	contention_begin(&c);
	contention_report(&c, &r);
	EXPECT_EQ(r.contention_known, 0);
	contention_destroy(&c);
}

TEST_HARNESS_MAIN
