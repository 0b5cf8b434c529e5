// SPDX-License-Identifier: GPL-2.0-only
/*
 * Freeze and thaw while vCPUs are kicked for other reasons, trap, latch, and
 * complete device accesses. A kick that is lost shows as a test that never
 * ends, for those who are kicked once; so does a deadlock.
 */
#include "fake_kvm.h"

#ifdef __SANITIZE_THREAD__
#define FREEZES 10000
#else
#define FREEZES 100000
#endif
#define TIMEOUT_S 300

static atomic_bool stop;
static const u64 value = 42;

/* Now a device access, now a store that is watched, and else it computes. */
static int guest_random(struct vcpu *vcpu, struct fake_cpu *cpu)
{
	u64 dice = fake_random(&cpu->seed) % 16;

	if (dice < 8)
		return fake_guest_spin(vcpu, cpu);
	atomic_fetch_add(&cpu->ran, 1);
	if (dice < 10) {
		cpu->slots = 1U << fake_random(&cpu->seed) % WATCH_SLOTS;
		return fake_exit(vcpu, KVM_EXIT_DEBUG);
	}
	if (dice < 12)
		return fake_fail(EAGAIN);
	atomic_store(&cpu->pending, fake_random(&cpu->seed) % 3);
	return fake_exit(vcpu, KVM_EXIT_HLT);
}

/* The coordinator has one thread; this one only does what harms no freeze. */
static void *kick(void *arg)
{
	while (!atomic_load(&stop)) {
		vm_kick_all(&fake.vm);
		usleep(50);
	}
	return NULL;
}

static void publish(unsigned int idx, u64 kva)
{
	struct watch_user *u = &fake.vm.watch.user[idx];

	u->value_len = 8;
	atomic_store_explicit(&u->value_host_ptr, &value, memory_order_release);
	atomic_store_explicit(&u->request_kva, kva, memory_order_release);
	atomic_fetch_add(&fake.vm.watch.gen, 1);
	watch_mark_armed(&fake.vm.watch);
}

static void withdraw(unsigned int idx)
{
	struct watch_user *u = &fake.vm.watch.user[idx];

	atomic_store_explicit(&u->request_kva, 0, memory_order_release);
	atomic_store_explicit(&u->value_host_ptr, NULL, memory_order_release);
	atomic_store_explicit(&u->hit, false, memory_order_release);
	atomic_store_explicit(&u->muted, false, memory_order_release);
	atomic_store_explicit(&u->writes, 0, memory_order_release);
	atomic_fetch_add(&fake.vm.watch.gen, 1);
}

/* What the coordinator does while all stand still: read, free, arm anew. */
static void look(u64 *seed, u64 *latches)
{
	unsigned int idx = fake_random(seed) % WATCH_USER_SLOTS;
	struct watch_user *u = &fake.vm.watch.user[idx];

	if (atomic_load_explicit(&u->hit, memory_order_acquire)) {
		*latches += u->hit_value == value && u->hit_ns;
		withdraw(idx);
	} else if (!atomic_load(&u->request_kva)) {
		publish(idx, 0x1000 + fake_random(seed) % 1024 * 4);
	}
}

static u32 running(void)
{
	u32 i, n = 0;

	for (i = 0; i < FAKE_CPUS; i++)
		n += !fake_parked(i) || atomic_load(&fake.cpu[i].in_guest) ||
		     fake.vcpus[i].regs.ip != atomic_load(&fake.cpu[i].ran) ||
		     atomic_load(&fake.cpu[i].pending);
	return n;
}

FIXTURE(race)
{
	struct rendezvous r;
	pthread_t kicker;
	u64 seed;
	u64 latches;
};

/* Debug exits of slots that are off are part of the game. */
static void drop_log(enum log_level level, const char *fmt, va_list ap)
{
}

FIXTURE_SETUP(race)
{
	log_set_sink(drop_log);
	memset(self, 0, sizeof(*self));
	self->seed = 4711;
	ASSERT_EQ(0, fake_init(FAKE_CPUS, guest_random));
	ASSERT_EQ(0, fake_start());
	publish(0, 0x1000);
}

FIXTURE_TEARDOWN(race)
{
	fake_end();
}

TEST_F_TIMEOUT(race, F3_freeze_and_thaw_while_kicked_and_latching, TIMEOUT_S)
{
	u32 i, n;

	ASSERT_EQ(0, pthread_create(&self->kicker, NULL, kick, NULL));
	for (n = 0; n < FREEZES; n++) {
		ASSERT_EQ(0, freeze_begin(&fake.vm, &self->r, RENDEZVOUS_TIMEOUT_NS));
		ASSERT_EQ(0, running());
		look(&self->seed, &self->latches);
		freeze_end(&fake.vm, &self->r);
		for (i = 0; i < FAKE_CPUS; i++)
			ASSERT_FALSE(fake_parked(i));
	}
	atomic_store(&stop, true);
	pthread_join(self->kicker, NULL);
	for (i = 1; i < FAKE_CPUS; i++)
		EXPECT_EQ(atomic_load(&fake.cpu[0].shifted), atomic_load(&fake.cpu[i].shifted));
	EXPECT_EQ(FREEZES, fake.clock_sets);
	EXPECT_NE(0, self->latches);
	EXPECT_EQ(VM_RUNNING, fake.vm.exit.end);
}

static u32 parked(void)
{
	u32 i, n = 0;

	for (i = 0; i < FAKE_CPUS; i++)
		n += fake_parked(i);
	return n;
}

/* As freeze_begin() and freeze_end(), but for the second kick. */
TEST_F_TIMEOUT(race, F3_one_kick_is_enough, TIMEOUT_S)
{
	static const u64 one = 1;
	u32 n;

	for (n = 0; n < FREEZES / 4; n++) {
		fake_evt_take(fake.vm.freeze.thaw_evt);
		atomic_store_explicit(&fake.vm.freeze.requested, true, memory_order_release);
		vm_kick_all(&fake.vm);
		while (parked() < FAKE_CPUS)
			sched_yield();
		look(&self->seed, &self->latches);
		atomic_store_explicit(&fake.vm.freeze.requested, false, memory_order_release);
		ASSERT_EQ(sizeof(one), write(fake.vm.freeze.thaw_evt, &one, sizeof(one)));
		while (parked())
			sched_yield();
	}
}

/* Many lives of a machine that is killed in the middle of its freezes. */
static void *freeze_for_ever(void *arg)
{
	struct rendezvous r;

	while (freeze_begin(&fake.vm, &r, RENDEZVOUS_TIMEOUT_NS) != -ECANCELED)
		freeze_end(&fake.vm, &r);
	freeze_end(&fake.vm, &r);
	return NULL;
}

TEST_F_TIMEOUT(race, F3_kill_at_any_moment_of_a_freeze, TIMEOUT_S)
{
	pthread_t thread;
	int i;

	for (i = 0; i < 200; i++) {
		ASSERT_EQ(0, pthread_create(&thread, NULL, freeze_for_ever, NULL));
		usleep(i * 20);
		vm_kill(&fake.vm);
		pthread_join(thread, NULL);
		fake_end();
		memset(&fake, 0, sizeof(fake));
		ASSERT_EQ(0, fake_init(FAKE_CPUS, guest_random));
		ASSERT_EQ(0, fake_start());
	}
}

/* All vCPUs store to the same word at once. */
static void *latch(void *arg)
{
	u64 *first = arg;

	while (!atomic_load(&stop))
		sched_yield();
	*first = watch_latch_hit(&fake.vm.watch, SCX_EXIT_ERROR, 7) +
		 watch_latch_user_hit(&fake.vm.watch, 2, 7);
	return NULL;
}

TEST_F_TIMEOUT(race, one_latch_and_one_edge_for_all_vcpus, TIMEOUT_S)
{
	pthread_t threads[8];
	u64 first[8], sum;
	int i, n;

	vm_kill(&fake.vm);
	vm_join(&fake.vm);
	fake_evt_take(fake.vm.watch.hit_evt);
	for (n = 0; n < 500; n++) {
		atomic_store(&fake.vm.watch.hit, false);
		atomic_store(&fake.vm.watch.user[2].hit, false);
		atomic_store(&stop, false);
		for (i = 0; i < 8; i++)
			ASSERT_EQ(0, pthread_create(&threads[i], NULL, latch, &first[i]));
		atomic_store(&stop, true);
		for (i = 0, sum = 0; i < 8; i++) {
			pthread_join(threads[i], NULL);
			sum += first[i];
		}
		ASSERT_EQ(2, sum);
		ASSERT_EQ(2, fake_evt_take(fake.vm.watch.hit_evt));
		ASSERT_EQ(7, fake.vm.watch.hit_vcpu);
	}
}

TEST_HARNESS_MAIN
