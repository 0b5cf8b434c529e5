// SPDX-License-Identifier: GPL-2.0-only
/* The coordinator's half of a freeze, with vCPU threads that are real. */
#include "fake_kvm.h"

#define LONG_NS (~0ULL)

/* Set once a deaf vCPU may hear kicks again. */
static atomic_bool hears;

static int guest_deaf(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	if (vcpu->index != 2 || atomic_load(&hears))
		return fake_guest_spin(vcpu, cpu);
	/* stuck in an ioctl of the host: signals do not get it out */
	atomic_store(&cpu->in_guest, true);
	while (!atomic_load(&hears) && !atomic_load(&fake.vm.kill))
		usleep(1000);
	atomic_store(&cpu->in_guest, false);
	return fake_fail(EINTR);
}

static int start_with_a_deaf_one(void)
{
	int ret;

	atomic_store(&hears, false);
	ret = fake_start();
	while (!ret && !atomic_load(&fake.cpu[2].in_guest))
		usleep(100);
	return ret;
}

FIXTURE(rendezvous)
{
	struct rendezvous r;
};

FIXTURE_SETUP(rendezvous)
{
	memset(&self->r, 0, sizeof(self->r));
	ASSERT_EQ(0, fake_init(FAKE_CPUS, guest_deaf));
	atomic_store(&hears, true);
}

FIXTURE_TEARDOWN(rendezvous)
{
	fake_end();
}

TEST_F(rendezvous, all_stand_still_and_go_on)
{
	u64 ran[FAKE_CPUS];
	u32 i;

	ASSERT_EQ(0, fake_start());
	ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
	EXPECT_EQ(FAKE_CPUS, self->r.frozen);
	EXPECT_EQ(FAKE_CPUS, self->r.vcpus);
	EXPECT_FALSE(self->r.killed);
	EXPECT_LE(self->r.begin_ns, self->r.frozen_ns);
	for (i = 0; i < FAKE_CPUS; i++) {
		EXPECT_TRUE(fake_parked(i));
		EXPECT_FALSE(atomic_load(&fake.cpu[i].in_guest));
		EXPECT_TRUE(fake.vcpus[i].regs.valid);
		EXPECT_EQ(0, atomic_load(&fake.cpu[i].asked));
		ran[i] = fake.vcpus[i].regs.ip;
	}
	/* a kick for something else does not get them going */
	vm_kick_all(&fake.vm);
	usleep(10000);
	for (i = 0; i < FAKE_CPUS; i++)
		EXPECT_EQ(ran[i], atomic_load(&fake.cpu[i].ran));
	EXPECT_LE(self->r.frozen_ns - self->r.begin_ns, freeze_end(&fake.vm, &self->r));
	for (i = 0; i < FAKE_CPUS; i++) {
		EXPECT_FALSE(fake_parked(i));
		EXPECT_EQ(0, fake.run[i].kvm_valid_regs);
		while (atomic_load(&fake.cpu[i].ran) == ran[i])
			usleep(100);
	}
}

TEST_F(rendezvous, guest_clock_stands_still)
{
	u32 i;

	ASSERT_EQ(0, fake_start());
	ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
	EXPECT_TRUE(self->r.clock_valid);
	EXPECT_EQ(FAKE_CLOCK_NS, self->r.clock_ns);
	freeze_end(&fake.vm, &self->r);
	EXPECT_EQ(1, fake.clock_sets);
	EXPECT_EQ(FAKE_CLOCK_NS, fake.clock_set.clock);
	EXPECT_EQ(0, fake.clock_set.flags);
	EXPECT_NE(0, atomic_load(&fake.cpu[0].shifted));
	for (i = 1; i < FAKE_CPUS; i++)
		EXPECT_EQ(atomic_load(&fake.cpu[0].shifted), atomic_load(&fake.cpu[i].shifted));
}

TEST_F(rendezvous, clock_that_cannot_be_read_is_left_alone)
{
	fake.clock_error = EINVAL;
	ASSERT_EQ(0, fake_start());
	ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
	EXPECT_FALSE(self->r.clock_valid);
	freeze_end(&fake.vm, &self->r);
	EXPECT_EQ(0, fake.clock_sets);
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].shifted));
}

TEST_F(rendezvous, F4_vcpu_that_does_not_park_is_named)
{
	u32 i;

	ASSERT_EQ(0, start_with_a_deaf_one());
	EXPECT_EQ(-ETIMEDOUT, freeze_begin(&fake.vm, &self->r, 300 * NSEC_PER_MSEC));
	EXPECT_EQ(FAKE_CPUS - 1, self->r.frozen);
	EXPECT_EQ(FAKE_CPUS, self->r.vcpus);
	EXPECT_EQ(2, self->r.missing);
	EXPECT_LT(1, self->r.kicks);
	EXPECT_FALSE(self->r.killed);
	EXPECT_FALSE(self->r.clock_valid);
	for (i = 0; i < FAKE_CPUS; i++)
		EXPECT_EQ(i != 2, fake_parked(i));
	freeze_end(&fake.vm, &self->r);
	EXPECT_EQ(0, fake.clock_sets);
	for (i = 0; i < FAKE_CPUS; i++)
		EXPECT_EQ(0, atomic_load(&fake.cpu[i].shifted));
	/* the next one finds it */
	atomic_store(&hears, true);
	EXPECT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
	freeze_end(&fake.vm, &self->r);
}

TEST_F(rendezvous, F1_vcpu_that_ignores_freezes_is_named)
{
	fake.vm.freeze.stuck = 3;
	ASSERT_EQ(0, fake_start());
	EXPECT_EQ(-ETIMEDOUT, freeze_begin(&fake.vm, &self->r, 300 * NSEC_PER_MSEC));
	EXPECT_EQ(FAKE_CPUS - 1, self->r.frozen);
	EXPECT_EQ(2, self->r.missing);
	freeze_end(&fake.vm, &self->r);
}

TEST_F(rendezvous, F4_vcpu_whose_thread_has_ended_is_not_waited_for)
{
	fake.vm.nr_vcpus = 1;
	ASSERT_EQ(0, fake_start());
	fake.vm.nr_vcpus = 2;
	atomic_store(&fake.vcpus[1].ended, true);
	EXPECT_EQ(-ETIMEDOUT, freeze_begin(&fake.vm, &self->r, LONG_NS));
	EXPECT_EQ(1, self->r.frozen);
	EXPECT_EQ(1, self->r.missing);
	freeze_end(&fake.vm, &self->r);
}

static void *kill_when_parked(void *arg)
{
	while (!fake_parked(0))
		usleep(100);
	vm_kill(&fake.vm);
	return NULL;
}

TEST_F(rendezvous, kill_ends_the_wait)
{
	pthread_t thread;

	ASSERT_EQ(0, start_with_a_deaf_one());
	ASSERT_EQ(0, pthread_create(&thread, NULL, kill_when_parked, NULL));
	EXPECT_EQ(-ECANCELED, freeze_begin(&fake.vm, &self->r, LONG_NS));
	EXPECT_TRUE(self->r.killed);
	freeze_end(&fake.vm, &self->r);
	EXPECT_FALSE(atomic_load(&fake.vm.freeze.requested));
	pthread_join(thread, NULL);
}

TEST_F(rendezvous, kill_while_frozen_lets_everybody_out)
{
	ASSERT_EQ(0, fake_start());
	ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
	vm_kill(&fake.vm);
	vm_join(&fake.vm);
	freeze_end(&fake.vm, &self->r);
	EXPECT_EQ(0, atomic_load(&fake.cpu[0].shifted));
}

TEST_F(rendezvous, machine_that_is_dead_already_is_not_frozen)
{
	ASSERT_EQ(0, fake_start());
	vm_kill(&fake.vm);
	EXPECT_EQ(-ECANCELED, freeze_begin(&fake.vm, &self->r, LONG_NS));
	EXPECT_TRUE(self->r.killed);
	freeze_end(&fake.vm, &self->r);
}

TEST_F(rendezvous, vcpu_still_in_the_last_freeze_is_not_taken_for_parked)
{
	atomic_store(&fake.vcpus[1].parked, true);
	EXPECT_EQ(-EBUSY, freeze_begin(&fake.vm, &self->r, NSEC_PER_MSEC));
	EXPECT_EQ(1, self->r.missing);
	EXPECT_FALSE(atomic_load(&fake.vm.freeze.requested));
	atomic_store(&fake.vcpus[1].parked, false);
	freeze_end(&fake.vm, &self->r);
}

static void *freeze_thread(void *arg)
{
	struct rendezvous *r = arg;

	return (void *)(long)freeze_begin(&fake.vm, r, LONG_NS);
}

TEST_F(rendezvous, vcpus_that_start_into_a_freeze_park_before_they_run)
{
	pthread_t thread;
	void *ret;
	u32 i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, freeze_thread, &self->r));
	while (!atomic_load(&fake.vm.freeze.requested))
		usleep(100);
	ASSERT_EQ(0, fake_start());
	pthread_join(thread, &ret);
	EXPECT_EQ(NULL, ret);
	for (i = 0; i < FAKE_CPUS; i++)
		EXPECT_EQ(0, atomic_load(&fake.cpu[i].ran));
	freeze_end(&fake.vm, &self->r);
}

TEST_F(rendezvous, thaw_of_the_last_freeze_does_not_end_this_one)
{
	struct pollfd p = { .fd = fake.vm.freeze.thaw_evt, .events = POLLIN };
	int i;

	ASSERT_EQ(0, fake_start());
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
		/* readable, it would make parked vCPUs spin */
		EXPECT_EQ(0, poll(&p, 1, 0));
		freeze_end(&fake.vm, &self->r);
		EXPECT_EQ(1, poll(&p, 1, 0));
	}
}

/* KVM lets go of a vCPU that waits for its SIPI like this. */
static int guest_in_init(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	fake_guest_spin(vcpu, cpu);
	return fake_fail(cpu->ran % 2 ? EAGAIN : EINTR);
}

TEST_F(rendezvous, F1_vcpus_that_wait_for_their_sipi_freeze)
{
	int i;

	fake.guest = guest_in_init;
	ASSERT_EQ(0, fake_start());
	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
		freeze_end(&fake.vm, &self->r);
	}
	EXPECT_EQ(VM_RUNNING, fake.vm.exit.end);
}

/* The signal of a kick whose flag the vCPU has just taken back. */
static int guest_raises(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	if (!atomic_fetch_add(&cpu->ran, 1)) {
		pthread_kill(pthread_self(), SIGRTMIN);
		atomic_store(&cpu->kicked_inside, fake_kicked(vcpu));
	}
	return fake_guest_spin(vcpu, cpu);
}

TEST_F(rendezvous, kick_sets_the_flag_from_inside_as_well)
{
	fake.vm.nr_vcpus = 1;
	fake.guest = guest_raises;
	ASSERT_EQ(0, fake_start());
	while (!atomic_load(&fake.cpu[0].ran))
		usleep(100);
	ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
	freeze_end(&fake.vm, &self->r);
	EXPECT_EQ(1, atomic_load(&fake.cpu[0].kicked_inside));
}

static const u32 error_kind = SCX_EXIT_ERROR;

/* Stores to the exit kind once, and spins from then on. */
static int guest_dies(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	if (vcpu->index != 1 || atomic_fetch_add(&cpu->ran, 1))
		return fake_guest_spin(vcpu, cpu);
	cpu->slots = 1;
	return fake_exit(vcpu, KVM_EXIT_DEBUG);
}

static void watch_exit_kind(void)
{
	atomic_store(&fake.vm.watch.kind_host_ptr, &error_kind);
	atomic_store(&fake.vm.watch.request_kva, 0x1000);
	watch_mark_armed(&fake.vm.watch);
}

static void wait_hit(void)
{
	struct pollfd p = { .fd = fake.vm.watch.hit_evt, .events = POLLIN };

	poll(&p, 1, -1);
}

TEST_F(rendezvous, vcpu_that_latched_is_frozen_at_its_store)
{
	watch_exit_kind();
	fake.guest = guest_dies;
	ASSERT_EQ(0, fake_start());
	wait_hit();
	usleep(20000);
	EXPECT_EQ(0, freeze_begin(&fake.vm, &self->r, LONG_NS));
	EXPECT_EQ(1, fake.vm.watch.hit_vcpu);
	EXPECT_EQ(SCX_EXIT_ERROR, fake.vm.watch.hit_kind);
	EXPECT_EQ(1, fake.vcpus[1].regs.ip);
	freeze_end(&fake.vm, &self->r);
	while (atomic_load(&fake.cpu[1].ran) == 1)
		usleep(100);
}

TEST_F(rendezvous, vcpu_that_latched_goes_on_by_a_kick)
{
	watch_exit_kind();
	fake.guest = guest_dies;
	ASSERT_EQ(0, fake_start());
	wait_hit();
	EXPECT_EQ(1, atomic_load(&fake.cpu[1].ran));
	vm_kick_all(&fake.vm);
	while (atomic_load(&fake.cpu[1].ran) == 1)
		usleep(100);
}

TEST_F(rendezvous, vcpu_that_latched_goes_on_when_nobody_answers)
{
	watch_exit_kind();
	fake.guest = guest_dies;
	ASSERT_EQ(0, fake_start());
	while (atomic_load(&fake.cpu[1].ran) <= 1)
		usleep(1000);
	EXPECT_TRUE(atomic_load(&fake.vm.watch.hit));
}

TEST_HARNESS_MAIN
