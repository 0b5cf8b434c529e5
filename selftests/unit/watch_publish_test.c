// SPDX-License-Identifier: GPL-2.0-only
/* Every transition of slot 0, and what a vCPU may see of it. */
#include <errno.h>

#include "host/coord/watch_publish.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define A      0xffff888012340000ull
#define B      0xffff888056780000ull
#define OFF    0x1a4u
#define ATTACH 0xffffffff83001000ull

static u32 kind_a, kind_b;

struct memory {
	int error;
	bool null;
	u64 asked;
	unsigned int calls;
	const struct watchpoint_arm *w; /* must not change before the answer */
	u64 seen_kva;
};

static int hva(void *ctx, u64 kva, const u32 **p)
{
	struct memory *m = ctx;

	m->calls++;
	m->asked = kva;
	if (m->w)
		m->seen_kva = m->w->request_kva;
	if (m->error)
		return m->error;
	*p = m->null ? NULL : kva - OFF == B ? &kind_b : &kind_a;
	return 0;
}

FIXTURE(publish)
{
	struct watchpoint_arm w;
	struct memory mem;
	struct watch_resolve r;
	struct watch_published out;
};

FIXTURE_SETUP(publish)
{
	ASSERT_EQ(watch_init(&self->w), 0);
	self->mem.w = &self->w;
	self->r = (struct watch_resolve){ hva, &self->mem };
}

FIXTURE_TEARDOWN(publish)
{
	watch_destroy(&self->w);
}

#define SCAN(sched, last) watch_publish(&self->w, sched, last, OFF, &self->r, &self->out)

/* request_kva, kind_host_ptr, gen */
#define EXPECT_SLOT(kva, ptr, generation)                           \
	do {                                                        \
		EXPECT_EQ(self->w.request_kva, kva);                \
		EXPECT_EQ((const u32 *)self->w.kind_host_ptr, ptr); \
		EXPECT_EQ(self->w.gen, generation);                 \
	} while (0)

TEST_F(publish, unchanged_while_nothing_is_attached)
{
	EXPECT_EQ(SCAN(0, 0), WATCH_UNCHANGED);
	EXPECT_EQ(self->out.last, 0);
	EXPECT_SLOT(0, NULL, 0);
	EXPECT_EQ(self->w.any_armed, 0);
	EXPECT_EQ(self->mem.calls, 0);
}

TEST_F(publish, fresh_attach_publishes)
{
	EXPECT_EQ(SCAN(A, 0), WATCH_PUBLISHED);
	EXPECT_EQ(self->out.last, A);
	EXPECT_EQ(self->out.previous, 0);
	EXPECT_EQ(self->out.exit_kind_kva, A + OFF);
	EXPECT_SLOT(A + OFF, &kind_a, 1);
	EXPECT_EQ(self->w.any_armed, 1);
	EXPECT_EQ(self->mem.asked, A + OFF);
	EXPECT_EQ(self->mem.seen_kva, 0);
}

TEST_F(publish, unchanged_while_attached)
{
	SCAN(A, 0);
	EXPECT_EQ(SCAN(A, A), WATCH_UNCHANGED);
	EXPECT_EQ(self->out.last, A);
	EXPECT_SLOT(A + OFF, &kind_a, 1);
	EXPECT_EQ(self->mem.calls, 1);
}

TEST_F(publish, detach_withdraws)
{
	SCAN(A, 0);
	EXPECT_EQ(SCAN(0, A), WATCH_DETACHED);
	EXPECT_EQ(self->out.last, 0);
	EXPECT_EQ(self->out.previous, A);
	EXPECT_SLOT(0, NULL, 2);
	/* the gate stays open: the slots are looked at, and are empty */
	EXPECT_EQ(self->w.any_armed, 1);
	EXPECT_EQ(SCAN(0, 0), WATCH_UNCHANGED);
	EXPECT_SLOT(0, NULL, 2);
}

TEST_F(publish, rebind_disarms_first_and_publishes_on_the_next_scan)
{
	SCAN(A, 0);
	EXPECT_EQ(SCAN(B, A), WATCH_REBIND_DISARMED);
	EXPECT_EQ(self->out.last, 0);
	EXPECT_EQ(self->out.previous, A);
	EXPECT_EQ(self->out.exit_kind_kva, 0);
	EXPECT_SLOT(0, NULL, 2);
	EXPECT_EQ(self->mem.calls, 1);
	EXPECT_EQ(SCAN(B, self->out.last), WATCH_PUBLISHED);
	EXPECT_EQ(self->out.last, B);
	EXPECT_SLOT(B + OFF, &kind_b, 3);
}

TEST_F(publish, rebind_to_a_scheduler_that_leaves_at_once)
{
	SCAN(A, 0);
	EXPECT_EQ(SCAN(B, A), WATCH_REBIND_DISARMED);
	EXPECT_EQ(SCAN(0, self->out.last), WATCH_UNCHANGED);
	EXPECT_SLOT(0, NULL, 2);
}

TEST_F(publish, detach_and_attach_of_the_same_address)
{
	SCAN(A, 0);
	SCAN(0, A);
	EXPECT_EQ(SCAN(A, self->out.last), WATCH_PUBLISHED);
	EXPECT_SLOT(A + OFF, &kind_a, 3);
}

TEST_F(publish, slot_0_waits_for_a_scheduler_while_there_is_none)
{
	EXPECT_FALSE(watch_publish_attach(&self->w));
	EXPECT_SLOT(0, NULL, 0);
	self->w.attach_kva = ATTACH;
	EXPECT_TRUE(watch_publish_attach(&self->w));
	EXPECT_SLOT(ATTACH, NULL, 1);
	EXPECT_EQ(self->w.any_armed, 1);
	EXPECT_FALSE(watch_publish_attach(&self->w));
	EXPECT_EQ(SCAN(A, 0), WATCH_PUBLISHED);
	EXPECT_SLOT(A + OFF, &kind_a, 2);
	EXPECT_FALSE(watch_publish_attach(&self->w));
	EXPECT_EQ(SCAN(0, A), WATCH_DETACHED);
	EXPECT_TRUE(watch_publish_attach(&self->w));
	EXPECT_SLOT(ATTACH, NULL, 4);
}

TEST_F(publish, a_trap_during_the_rebind_finds_no_exit_kind)
{
	kind_a = SCX_EXIT_ERROR;
	SCAN(A, 0);
	SCAN(B, A);
	watch_slot0_trap(&self->w, 0);
	EXPECT_FALSE(self->w.hit);
	EXPECT_EQ(self->w.benign, 1);
	kind_a = 0;
}

TEST_F(publish, deferred_without_memory_is_tried_again)
{
	int i;

	self->mem.error = -EFAULT;
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(SCAN(A, self->out.last), WATCH_PUBLISH_DEFERRED);
		EXPECT_EQ(self->out.last, 0);
		EXPECT_EQ(self->out.exit_kind_kva, A + OFF);
		EXPECT_SLOT(0, NULL, 0);
		EXPECT_EQ(self->w.any_armed, 0);
	}
	self->mem.error = 0;
	self->mem.null = true;
	EXPECT_EQ(SCAN(A, self->out.last), WATCH_PUBLISH_DEFERRED);
	EXPECT_SLOT(0, NULL, 0);
	self->mem.null = false;
	EXPECT_EQ(SCAN(A, self->out.last), WATCH_PUBLISHED);
	EXPECT_EQ(self->mem.calls, 5);
	EXPECT_SLOT(A + OFF, &kind_a, 1);
}

TEST_F(publish, deferred_after_a_rebind_keeps_the_slot_withdrawn)
{
	SCAN(A, 0);
	SCAN(B, A);
	self->mem.error = -EFAULT;
	EXPECT_EQ(SCAN(B, self->out.last), WATCH_PUBLISH_DEFERRED);
	EXPECT_EQ(self->out.last, 0);
	EXPECT_SLOT(0, NULL, 2);
}

TEST_F(publish, an_address_beyond_the_end_is_deferred)
{
	EXPECT_EQ(SCAN(~0ull - 3, 0), WATCH_PUBLISH_DEFERRED);
	EXPECT_EQ(SCAN(0 - (u64)OFF, 0), WATCH_PUBLISH_DEFERRED);
	EXPECT_EQ(watch_publish(&self->w, 0 - 16ull, 0, ~0u, &self->r, &self->out),
		  WATCH_PUBLISH_DEFERRED);
	EXPECT_EQ(self->out.last, 0);
	EXPECT_EQ(self->mem.calls, 0);
	EXPECT_SLOT(0, NULL, 0);
}

TEST_F(publish, an_unaligned_address_is_deferred)
{
	int i;

	for (i = 1; i < 4; i++) {
		EXPECT_EQ(SCAN(A + i, 0), WATCH_PUBLISH_DEFERRED);
		EXPECT_EQ(self->out.last, 0);
	}
	EXPECT_EQ(self->mem.calls, 0);
	EXPECT_SLOT(0, NULL, 0);
	/* 4 bytes are watched: a multiple of 8 is not asked for */
	EXPECT_EQ(SCAN(A + 4, 0), WATCH_PUBLISHED);
}

#define SCAN_STATIC(kva, last) watch_publish_static(&self->w, kva, last, &self->r, &self->out)

TEST_F(publish, a_static_exit_kind_is_published_once)
{
	EXPECT_EQ(SCAN_STATIC(A, 0), WATCH_PUBLISHED);
	EXPECT_EQ(self->out.last, A);
	EXPECT_EQ(self->out.exit_kind_kva, A);
	EXPECT_SLOT(A, &kind_a, 1);
	EXPECT_EQ(self->w.any_armed, 1);
	EXPECT_EQ(SCAN_STATIC(A, self->out.last), WATCH_UNCHANGED);
	EXPECT_EQ(SCAN_STATIC(0, self->out.last), WATCH_UNCHANGED);
	EXPECT_EQ(self->out.last, A);
	EXPECT_SLOT(A, &kind_a, 1);
	EXPECT_EQ(self->mem.calls, 1);
}

TEST_F(publish, a_static_exit_kind_is_deferred_and_unknown)
{
	EXPECT_EQ(SCAN_STATIC(0, 0), WATCH_UNCHANGED);
	self->mem.error = -EFAULT;
	EXPECT_EQ(SCAN_STATIC(A, 0), WATCH_PUBLISH_DEFERRED);
	EXPECT_EQ(self->out.last, 0);
	self->mem.error = 0;
	EXPECT_EQ(SCAN_STATIC(A + 2, 0), WATCH_PUBLISH_DEFERRED);
	EXPECT_SLOT(0, NULL, 0);
	EXPECT_EQ(SCAN_STATIC(A, 0), WATCH_PUBLISHED);
}

TEST_F(publish, withdraw_leaves_the_user_slots_alone)
{
	self->w.user[1].request_kva = 0x1000;
	SCAN(A, 0);
	watch_withdraw(&self->w);
	EXPECT_SLOT(0, NULL, 2);
	EXPECT_EQ(self->w.user[1].request_kva, 0x1000);
}

TEST(outcomes_have_names)
{
	EXPECT_STREQ(watch_publish_name(WATCH_UNCHANGED), "unchanged");
	EXPECT_STREQ(watch_publish_name(WATCH_DETACHED), "detached");
	EXPECT_STREQ(watch_publish_name(WATCH_REBIND_DISARMED), "rebind-disarmed");
	EXPECT_STREQ(watch_publish_name(WATCH_PUBLISHED), "published");
	EXPECT_STREQ(watch_publish_name(WATCH_PUBLISH_DEFERRED), "publish-deferred");
	EXPECT_STREQ(watch_publish_name(99), "unknown");
}

TEST_HARNESS_MAIN
