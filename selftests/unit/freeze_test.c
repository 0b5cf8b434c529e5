// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vCPU's half of a freeze, one call of freeze_park() at a time. That a KVM
 * without immediate_exit is not drained has no test: vm_new() refuses such a
 * KVM, so there is no such path.
 */
#include "fake_kvm.h"

static unsigned int warnings, errors;

static void count_log(enum log_level level, const char *fmt, va_list ap)
{
	warnings += level == LOG_LEVEL_WARN;
	errors += level == LOG_LEVEL_ERR;
}

static void park(void)
{
	freeze_park(&fake.vcpus[0]);
}

FIXTURE(freeze)
{
	struct freeze *f;
};

FIXTURE_SETUP(freeze)
{
	log_set_sink(count_log);
	ASSERT_EQ(0, fake_init(1, fake_guest_spin));
	self->f = &fake.vm.freeze;
}

FIXTURE_TEARDOWN(freeze)
{
	fake_end();
	EXPECT_EQ(-1, self->f->parked_evt);
	EXPECT_EQ(-1, self->f->thaw_evt);
}

TEST(destroy_takes_a_machine_that_got_no_eventfds)
{
	struct freeze f = { .parked_evt = -1, .thaw_evt = -1 };

	freeze_destroy(&f);
	EXPECT_EQ(-1, f.parked_evt);
}

TEST_F(freeze, handle_freeze_drain_swallows_eintr_and_resets_state)
{
	park();
	EXPECT_EQ(1, atomic_load(&fake.cpu[0].drained));
	EXPECT_EQ(0, fake.run[0].immediate_exit);
	EXPECT_FALSE(fake_parked(0));
	EXPECT_TRUE(fake.vcpus[0].regs.valid);
	EXPECT_EQ(0, warnings);
	/* the guest itself has not run */
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].ran));
}

TEST_F(freeze, registers_come_with_the_drain)
{
	fake.vcpus[0].interrupted = true;
	park();
	EXPECT_EQ(1, atomic_load(&fake.cpu[0].drained));
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].asked));
	/* KVM_RUN need not copy them out while the guest runs */
	EXPECT_EQ(0, fake.run[0].kvm_valid_regs);
	EXPECT_FALSE(arch_regs_left(&fake.run[0]));
}

TEST_F(freeze, interrupted_vcpu_that_left_its_registers_is_not_entered_again)
{
	fake.run[0].s.padding[0] = 1;
	fake.vcpus[0].interrupted = true;
	park();
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].drained));
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].asked));
	EXPECT_FALSE(arch_regs_left(&fake.run[0]));
}

TEST_F(freeze, F2_exit_is_completed_though_its_registers_are_there)
{
	fake.run[0].s.padding[0] = 1;
	atomic_store(&fake.cpu[0].pending, 1);
	park();
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].pending));
	EXPECT_EQ(2, atomic_load(&fake.cpu[0].drained));
}

TEST_F(freeze, kvm_that_leaves_no_registers_is_asked)
{
	self->f->regs_sets = 0;
	park();
	EXPECT_EQ(1, atomic_load(&fake.cpu[0].drained));
	EXPECT_EQ(1, atomic_load(&fake.cpu[0].asked));
	fake.vcpus[0].interrupted = true;
	park();
	EXPECT_EQ(1, atomic_load(&fake.cpu[0].drained));
	EXPECT_EQ(2, atomic_load(&fake.cpu[0].asked));
	EXPECT_TRUE(fake.vcpus[0].regs.valid);
}

TEST_F(freeze, handle_freeze_writes_parked_evt_edge)
{
	park();
	EXPECT_EQ(1, fake_evt_take(self->f->parked_evt));
	EXPECT_EQ(0, fake_evt_take(self->f->parked_evt));
	park();
	EXPECT_EQ(1, fake_evt_take(self->f->parked_evt));
}

TEST_F(freeze, F2_access_in_several_parts_is_completed)
{
	atomic_store(&fake.cpu[0].pending, 5);
	park();
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].pending));
	EXPECT_EQ(6, atomic_load(&fake.cpu[0].drained));
	EXPECT_EQ(0, fake.run[0].immediate_exit);
	EXPECT_EQ(0, warnings);
}

TEST_F(freeze, access_without_end_does_not_keep_it_from_parking)
{
	atomic_store(&fake.cpu[0].pending, 1 << 20);
	park();
	EXPECT_NE(0, atomic_load(&fake.cpu[0].pending));
	EXPECT_EQ(1, fake_evt_take(self->f->parked_evt));
	EXPECT_EQ(1, warnings);
}

TEST_F(freeze, failing_drain_is_a_warning)
{
	fake.run_error = EFAULT;
	park();
	EXPECT_EQ(1, warnings);
	EXPECT_EQ(1, fake_evt_take(self->f->parked_evt));
	EXPECT_EQ(0, fake.run[0].immediate_exit);
	EXPECT_FALSE(fake_parked(0));
}

TEST_F(freeze, drain_that_ends_the_machine_does_not_hang)
{
	struct vm_exit_info info = { .end = VM_END_RESET };

	atomic_store(&self->f->requested, true);
	vm_end(&fake.vm, &info);
	park();
	EXPECT_FALSE(fake_parked(0));
}

TEST_F(freeze, full_parked_evt_is_benign)
{
	u64 full = ~0ULL - 1;

	ASSERT_EQ(sizeof(full), write(self->f->parked_evt, &full, sizeof(full)));
	park();
	EXPECT_EQ(0, warnings);
	EXPECT_FALSE(fake_parked(0));
}

TEST_F(freeze, broken_parked_evt_is_a_warning)
{
	close_fd(&self->f->parked_evt);
	park();
	EXPECT_EQ(1, warnings);
	EXPECT_FALSE(fake_parked(0));
}

TEST_F(freeze, clock_is_taken_back_once)
{
	atomic_store(&self->f->clock_shift, 1000);
	park();
	EXPECT_EQ(1000, atomic_load(&fake.cpu[0].shifted));
	atomic_store(&self->f->clock_shift, 0);
	park();
	EXPECT_EQ(1000, atomic_load(&fake.cpu[0].shifted));
}

TEST_F(freeze, clock_that_cannot_be_set_back_is_said_once)
{
	fake.shift_error = -ENXIO;
	atomic_store(&self->f->clock_shift, 1000);
	park();
	park();
	EXPECT_EQ(1, warnings);
	EXPECT_FALSE(fake_parked(0));
}

/* Parks in a thread until the main thread has seen it parked. */
static void *park_thread(void *arg)
{
	park();
	return NULL;
}

static void wait_parked(void)
{
	while (!fake_parked(0))
		usleep(100);
}

TEST_F(freeze, stands_still_until_the_thaw)
{
	static const u64 one = 1;
	pthread_t thread;

	atomic_store(&self->f->requested, true);
	ASSERT_EQ(0, pthread_create(&thread, NULL, park_thread, NULL));
	wait_parked();
	EXPECT_TRUE(fake.vcpus[0].regs.valid);
	atomic_store(&self->f->requested, false);
	ASSERT_EQ(sizeof(one), write(self->f->thaw_evt, &one, sizeof(one)));
	pthread_join(thread, NULL);
	EXPECT_EQ(1, fake_evt_take(self->f->parked_evt));
	EXPECT_FALSE(fake_parked(0));
}

TEST_F(freeze, thaw_without_an_event_is_seen_by_the_backstop)
{
	pthread_t thread;

	atomic_store(&self->f->requested, true);
	ASSERT_EQ(0, pthread_create(&thread, NULL, park_thread, NULL));
	wait_parked();
	atomic_store(&self->f->requested, false);
	pthread_join(thread, NULL);
	EXPECT_FALSE(fake_parked(0));
}

TEST_F(freeze, kill_ends_it_and_leaves_the_clock_alone)
{
	pthread_t thread;

	atomic_store(&self->f->requested, true);
	atomic_store(&self->f->clock_shift, 1000);
	ASSERT_EQ(0, pthread_create(&thread, NULL, park_thread, NULL));
	wait_parked();
	vm_kill(&fake.vm);
	pthread_join(thread, NULL);
	EXPECT_FALSE(fake_parked(0));
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].shifted));
}

TEST_HARNESS_MAIN
