// SPDX-License-Identifier: GPL-2.0-only
/* Slots published and taken back while a vCPU looks at them. */
#include <pthread.h>
#include <sched.h>

#include "host/coord/user_watch.h"
#include "host/coord/watch_publish.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define KVA   0xffff888012340000ull
#define OFF   0x1a4u
#define VALUE 0x12345678u
#define TURNS 5000

static u32 word = VALUE;

struct race {
	struct watchpoint_arm w;
	atomic_bool stop;
	u64 bare; /* slot 0 had an address without its pointer */
};

FIXTURE(race)
{
	struct race r;
	pthread_t vcpu;
};

FIXTURE_SETUP(race)
{
	ASSERT_EQ(watch_init(&self->r.w), 0);
}

FIXTURE_TEARDOWN(race)
{
	watch_destroy(&self->r.w);
}

static int slot0_hva(void *ctx, u64 kva, const u32 **p)
{
	*p = &word;
	return 0;
}

static void *look_at_slot0(void *ctx)
{
	struct race *r = ctx;

	while (!atomic_load(&r->stop)) {
		u32 gen = atomic_load(&r->w.gen);
		u64 kva = atomic_load_explicit(&r->w.request_kva, memory_order_acquire);
		const u32 *p = atomic_load_explicit(&r->w.kind_host_ptr, memory_order_acquire);

		/* It may be withdrawn meanwhile; the address or the generation says so. */
		if (kva && !p && atomic_load(&r->w.request_kva) == kva &&
		    atomic_load(&r->w.gen) == gen)
			r->bare++;
	}
	return NULL;
}

TEST_F(race, slot_0_never_has_an_address_without_its_pointer)
{
	const struct watch_resolve r = { .hva = slot0_hva };
	struct watch_published out;
	int i;

	ASSERT_EQ(pthread_create(&self->vcpu, NULL, look_at_slot0, &self->r), 0);
	for (i = 0; i < TURNS; i++) {
		ASSERT_EQ(watch_publish(&self->r.w, KVA, 0, OFF, &r, &out), WATCH_PUBLISHED);
		ASSERT_EQ(watch_publish(&self->r.w, 0, KVA, OFF, &r, &out), WATCH_DETACHED);
	}
	atomic_store(&self->r.stop, true);
	pthread_join(self->vcpu, NULL);
	EXPECT_EQ(self->r.bare, 0);
}

static bool symbol(void *ctx, const char *name, u64 *kva)
{
	*kva = KVA;
	return true;
}

static const void *hva(void *ctx, u64 kva, u64 len)
{
	return &word;
}

static void kick(void *ctx)
{
}

/* Traps on whatever the slot says, as a vCPU that has just armed itself. */
static void *trap_on_user_slot(void *ctx)
{
	struct race *r = ctx;
	struct watch_user *u = &r->w.user[0];

	while (!atomic_load(&r->stop)) {
		if (atomic_load_explicit(&u->request_kva, memory_order_acquire) &&
		    !atomic_load_explicit(&u->hit, memory_order_acquire))
			watch_latch_user_hit(&r->w, 0, 1);
	}
	return NULL;
}

TEST_F(race, a_user_slot_is_hit_freed_and_armed_again)
{
	const struct user_watch_env env = {
		.symbol = symbol,
		.hva = hva,
		.kick = kick,
		.runtime_addresses = true,
	};
	struct user_watch_armed out;
	struct user_watch_end end;
	u64 odd = 0;
	int i;

	ASSERT_EQ(pthread_create(&self->vcpu, NULL, trap_on_user_slot, &self->r), 0);
	for (i = 0; i < TURNS; i++) {
		ASSERT_EQ(user_watch_arm(&self->r.w, &env, "word", &out, NULL), 0);
		ASSERT_EQ(out.idx, 0);
		if (i % 2)
			sched_yield();
		ASSERT_EQ(user_watch_free(&self->r.w, 0, &end), 0);
		/* A trap that came behind the withdrawal has no value any more. */
		odd += end.hit && end.hit_value != VALUE && end.hit_value;
		odd += end.hit && end.hit_vcpu != 1;
	}
	/* A vCPU always comes in the end. */
	ASSERT_EQ(user_watch_arm(&self->r.w, &env, "word", &out, NULL), 0);
	while (!atomic_load_explicit(&self->r.w.user[0].hit, memory_order_acquire))
		sched_yield();
	EXPECT_EQ(user_watch_free(&self->r.w, 0, &end), 0);
	EXPECT_TRUE(end.hit);
	atomic_store(&self->r.stop, true);
	pthread_join(self->vcpu, NULL);
	EXPECT_EQ(odd, 0);
}

TEST_HARNESS_MAIN
