// SPDX-License-Identifier: GPL-2.0-only
/* What vCPUs watch, and what a trap does. */
#include "fake_watch.h"

TEST(destroy_takes_a_machine_that_got_no_watchpoints)
{
	struct watchpoint_arm w = { .hit_evt = -1 };

	watch_destroy(&w);
	EXPECT_EQ(-1, w.hit_evt);
}

TEST_F(watch, mark_armed_flips_gate_and_is_idempotent)
{
	EXPECT_EQ(0, atomic_load(&self->w.any_armed));
	watch_mark_armed(&self->w);
	EXPECT_EQ(1, atomic_load(&self->w.any_armed));
	watch_mark_armed(&self->w);
	EXPECT_EQ(1, atomic_load(&self->w.any_armed));
}

TEST_F(watch, latch_hit_is_idempotent_across_repeat_calls)
{
	EXPECT_TRUE(watch_latch_hit(&self->w, 1025, 2));
	EXPECT_TRUE(atomic_load(&self->w.hit));
	EXPECT_EQ(1, edges(&self->w));
	EXPECT_EQ(1025, self->w.hit_kind);
	EXPECT_EQ(2, self->w.hit_vcpu);
	EXPECT_NE(0, self->w.hit_ns);

	EXPECT_FALSE(watch_latch_hit(&self->w, 1026, 4));
	EXPECT_EQ(NONE, edges(&self->w));
	EXPECT_EQ(1025, self->w.hit_kind);
	EXPECT_EQ(2, self->w.hit_vcpu);
}

TEST_F(watch, latch_user_hit_is_idempotent_across_repeat_calls)
{
	EXPECT_TRUE(watch_latch_user_hit(&self->w, 1, 2));
	EXPECT_TRUE(atomic_load(&self->w.user[1].hit));
	EXPECT_EQ(1, edges(&self->w));
	EXPECT_EQ(2, self->w.user[1].hit_vcpu);

	EXPECT_FALSE(watch_latch_user_hit(&self->w, 1, 5));
	EXPECT_EQ(NONE, edges(&self->w));
	EXPECT_EQ(2, self->w.user[1].hit_vcpu);
	EXPECT_EQ(2, atomic_load(&self->w.user[1].writes));
}

TEST_F(watch, latch_user_hit_ignores_an_index_out_of_range)
{
	unsigned int i;

	EXPECT_FALSE(watch_latch_user_hit(&self->w, 99, 0));
	EXPECT_FALSE(watch_latch_user_hit(&self->w, WATCH_USER_SLOTS, 0));
	for (i = 0; i < WATCH_USER_SLOTS; i++)
		EXPECT_FALSE(atomic_load(&self->w.user[i].hit));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_EQ(NONE, edges(&self->w));
}

TEST_F(watch, each_latch_is_an_edge_of_its_own)
{
	watch_latch_hit(&self->w, SCX_EXIT_ERROR, 0);
	watch_latch_user_hit(&self->w, 0, 0);
	watch_latch_user_hit(&self->w, 2, 0);
	EXPECT_EQ(3, edges(&self->w));
}

TEST_F(watch, latch_survives_a_full_eventfd)
{
	u64 full = ~0ULL - 1;

	ASSERT_EQ(sizeof(full), write(self->w.hit_evt, &full, sizeof(full)));
	EXPECT_TRUE(watch_latch_hit(&self->w, SCX_EXIT_ERROR, 0));
	EXPECT_TRUE(atomic_load(&self->w.hit));
	EXPECT_EQ(0, errors);
}

TEST_F(watch, slot0_latches_from_the_first_error_kind_on)
{
	atomic_store(&self->w.kind_host_ptr, &self->kind);
	for (self->kind = 0; self->kind < SCX_EXIT_ERROR; self->kind++)
		EXPECT_FALSE(watch_slot0_trap(&self->w, 0));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_EQ(SCX_EXIT_ERROR, atomic_load(&self->w.benign));
	EXPECT_TRUE(watch_slot0_trap(&self->w, 1));
	EXPECT_EQ(SCX_EXIT_ERROR, self->w.hit_kind);
	EXPECT_EQ(1, edges(&self->w));
}

TEST_F(watch, slot0_skips_latch_when_host_ptr_null)
{
	EXPECT_FALSE(watch_slot0_trap(&self->w, 0));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_EQ(1, atomic_load(&self->w.benign));
	EXPECT_EQ(NONE, edges(&self->w));
}

TEST_F(watch, dispatch_latches_the_slot_that_trapped)
{
	publish(&self->w, 0, KVA, "a", &self->kind, 4);
	publish(&self->w, 1, KVA + 4, "b", &self->kind, 4);
	publish(&self->w, 2, KVA + 8, "c", &self->kind, 4);
	ARM();
	EXPECT_TRUE(trap(self, BIT(2)));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_FALSE(atomic_load(&self->w.user[0].hit));
	EXPECT_TRUE(atomic_load(&self->w.user[1].hit));
	EXPECT_FALSE(atomic_load(&self->w.user[2].hit));
	EXPECT_EQ(3, self->w.user[1].hit_vcpu);
}

TEST_F(watch, dispatch_multi_match)
{
	self->kind = SCX_EXIT_ERROR;
	publish0(&self->w, KVA, &self->kind);
	publish(&self->w, 1, KVA + 4, "b", &self->kind, 4);
	ARM();
	EXPECT_TRUE(trap(self, BIT(0) | BIT(2)));
	EXPECT_TRUE(atomic_load(&self->w.hit));
	EXPECT_FALSE(atomic_load(&self->w.user[0].hit));
	EXPECT_TRUE(atomic_load(&self->w.user[1].hit));
	EXPECT_FALSE(atomic_load(&self->w.user[2].hit));
	EXPECT_EQ(2, edges(&self->w));
}

TEST_F(watch, dispatch_of_a_clean_shutdown_latches_nothing)
{
	self->kind = 1; /* SCX_EXIT_DONE */
	publish0(&self->w, KVA, &self->kind);
	ARM();
	EXPECT_FALSE(trap(self, BIT(0)));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_EQ(NONE, edges(&self->w));
}

TEST_F(watch, scheduler_that_attaches_holds_its_vcpu)
{
	u64 root = 0;

	self->w.attach_host_ptr = &root;
	self->w.attach_kva = KVA;
	publish0(&self->w, KVA, NULL);
	ARM();
	EXPECT_FALSE(trap(self, BIT(0)));
	EXPECT_FALSE(atomic_load(&self->w.attached));
	EXPECT_EQ(1, atomic_load(&self->w.benign));
	root = 0xffff888012340000ULL;
	EXPECT_TRUE(trap(self, BIT(0)));
	EXPECT_TRUE(atomic_load(&self->w.attached));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_EQ(NONE, edges(&self->w));
	EXPECT_EQ(1, edges_of(self->w.change_evt));
	/* one more that comes before the first is served waits as well */
	EXPECT_TRUE(trap(self, BIT(0)));
	EXPECT_EQ(NONE, edges_of(self->w.change_evt));
}

TEST_F(watch, scheduler_that_begins_to_leave_is_told_once)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	EXPECT_FALSE(trap(self, BIT(0)));
	EXPECT_FALSE(atomic_load(&self->w.left));
	self->kind = 1; /* SCX_EXIT_DONE */
	EXPECT_FALSE(trap(self, BIT(0)));
	EXPECT_FALSE(trap(self, BIT(0)));
	EXPECT_TRUE(atomic_load(&self->w.left));
	EXPECT_EQ(1, edges_of(self->w.change_evt));
}

TEST_F(watch, dispatch_ignores_slots_that_are_off)
{
	publish(&self->w, 0, KVA, "a", &self->kind, 4);
	ARM();
	self->kind = SCX_EXIT_ERROR;
	atomic_store(&self->w.kind_host_ptr, &self->kind);
	EXPECT_FALSE(trap(self, BIT(0) | BIT(2) | BIT(3)));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_FALSE(atomic_load(&self->w.user[1].hit));
	EXPECT_EQ(NONE, edges(&self->w));
}

TEST_F(watch, trap_at_the_old_scheduler_does_not_latch_for_the_new_one)
{
	u32 a = 0, b = SCX_EXIT_ERROR;

	publish0(&self->w, KVA, &a);
	ARM();
	withdraw0(&self->w);
	publish0(&self->w, KVA + 0x1000, &b);
	/* this vCPU has not come round yet: KVM still has A */
	EXPECT_FALSE(trap(self, BIT(0)));
	EXPECT_FALSE(atomic_load(&self->w.hit));
	EXPECT_EQ(1, atomic_load(&self->w.benign));
	ARM();
	EXPECT_TRUE(trap(self, BIT(0)));
}

TEST_F(watch, trap_at_a_freed_slot_does_not_latch_for_its_next_owner)
{
	publish(&self->w, 0, KVA, "old", &self->kind, 4);
	ARM();
	release(&self->w, 0);
	EXPECT_FALSE(trap(self, BIT(1)));
	publish(&self->w, 0, KVA + 8, "new", &self->kind, 4);
	EXPECT_FALSE(trap(self, BIT(1)));
	EXPECT_FALSE(atomic_load(&self->w.user[0].hit));
	ARM();
	EXPECT_TRUE(trap(self, BIT(1)));
}

TEST_F(watch, canary_counts_and_latches_nothing)
{
	publish(&self->w, 1, KVA, "", NULL, 0);
	ARM();
	EXPECT_FALSE(trap(self, BIT(2)));
	EXPECT_FALSE(trap(self, BIT(2)));
	EXPECT_EQ(2, atomic_load(&self->st.canary_hits));
	EXPECT_FALSE(atomic_load(&self->w.user[1].hit));
	EXPECT_EQ(0, atomic_load(&self->w.user[1].writes));
	EXPECT_EQ(NONE, edges(&self->w));
	ARM();
	EXPECT_EQ(KVA, arch.kva[2]);
}

TEST_F(watch, value_after_the_store_is_kept)
{
	u64 value[2] = { 0x1111111122222222, 0x3333333344444444 };

	publish(&self->w, 0, KVA, "u32", value, 4);
	publish(&self->w, 1, KVA + 8, "u64", value, 8);
	publish(&self->w, 2, KVA + 20, "u64_at_4", (u8 *)value + 4, 8);
	ARM();
	trap(self, BIT(1) | BIT(2) | BIT(3));
	value[0] = 0;
	EXPECT_EQ(0x22222222, self->w.user[0].hit_value);
	EXPECT_EQ(0x1111111122222222, self->w.user[1].hit_value);
	EXPECT_EQ(0x4444444411111111, self->w.user[2].hit_value);
}

TEST_F(watch, F6_slot_that_is_written_too_often_is_muted)
{
	unsigned int i;

	publish(&self->w, 0, KVA, "hot", &self->kind, 4);
	ARM();
	for (i = 0; i < WATCH_MUTE_HITS; i++) {
		EXPECT_FALSE(atomic_load(&self->w.user[0].muted));
		trap(self, BIT(1));
	}
	EXPECT_TRUE(atomic_load(&self->w.user[0].muted));
	EXPECT_EQ(WATCH_MUTE_HITS, atomic_load(&self->w.user[0].writes));
	/* muted is enough to be left out, handled or not */
	atomic_store(&self->w.user[0].hit, false);
	ARM();
	EXPECT_EQ(0, arch.kva[1]);
	EXPECT_EQ(1, edges(&self->w));
}

TEST_F(watch, self_arm_does_nothing_before_anything_was_published)
{
	atomic_store(&self->w.request_kva, KVA);
	ARM();
	EXPECT_EQ(0, arch.calls);
}

TEST_F(watch, self_arm_programs_only_what_changed)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	EXPECT_EQ(1, arch.calls);
	EXPECT_EQ(KVA, arch.kva[0]);
	EXPECT_EQ(1, atomic_load(&self->st.armed_gen));
	ARM();
	ARM();
	EXPECT_EQ(1, arch.calls);
	publish(&self->w, 2, KVA + 4, "c", &self->kind, 4);
	ARM();
	EXPECT_EQ(2, arch.calls);
	EXPECT_EQ(KVA, arch.kva[0]);
	EXPECT_EQ(0, arch.kva[1]);
	EXPECT_EQ(0, arch.kva[2]);
	EXPECT_EQ(KVA + 4, arch.kva[3]);
	EXPECT_EQ(2, atomic_load(&self->st.armed_gen));
}

TEST_F(watch, self_arm_turns_off_what_was_withdrawn)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	withdraw0(&self->w);
	ARM();
	EXPECT_EQ(2, arch.calls);
	EXPECT_EQ(0, arch.kva[0]);
	EXPECT_EQ(2, atomic_load(&self->st.armed_gen));
}

TEST_F(watch, self_arm_follows_a_generation_that_changes_nothing)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	atomic_fetch_add(&self->w.gen, 5);
	ARM();
	EXPECT_EQ(1, arch.calls);
	EXPECT_EQ(6, atomic_load(&self->st.armed_gen));
}

TEST_F(watch, self_arm_leaves_a_latched_slot_out_until_it_is_freed)
{
	publish(&self->w, 0, KVA, "a", &self->kind, 4);
	ARM();
	trap(self, BIT(1));
	ARM();
	EXPECT_EQ(0, arch.kva[1]);
	release(&self->w, 0);
	ARM();
	EXPECT_EQ(0, arch.kva[1]);
	publish(&self->w, 0, KVA, "a", &self->kind, 4);
	ARM();
	EXPECT_EQ(KVA, arch.kva[1]);
}

TEST_F(watch, self_arm_keeps_slot0_armed_after_its_latch)
{
	self->kind = SCX_EXIT_ERROR;
	publish0(&self->w, KVA, &self->kind);
	ARM();
	EXPECT_TRUE(trap(self, BIT(0)));
	ARM();
	EXPECT_EQ(1, arch.calls);
	EXPECT_FALSE(trap(self, BIT(0)));
}

TEST_F(watch, deaf_vcpu_pretends)
{
	self->w.deaf = true;
	publish0(&self->w, KVA, &self->kind);
	ARM();
	EXPECT_EQ(0, arch.calls);
	EXPECT_EQ(KVA, self->st.armed[0]);
	EXPECT_EQ(1, atomic_load(&self->st.armed_gen));
}

TEST_F(watch, failing_ioctl_is_counted_named_once_and_bounded)
{
	unsigned int i;

	arch.ret = -EINVAL;
	publish0(&self->w, KVA, &self->kind);
	for (i = 0; i < 100; i++)
		ARM();
	EXPECT_EQ(WATCH_ARM_FAILURES_MAX, arch.calls);
	EXPECT_EQ(WATCH_ARM_FAILURES_MAX, atomic_load(&self->st.failed_total));
	EXPECT_EQ(1, errors);
	EXPECT_EQ(0, self->st.armed[0]);
	EXPECT_EQ(0, atomic_load(&self->st.armed_gen));
	/* back to what KVM has: that is in force again */
	withdraw0(&self->w);
	ARM();
	EXPECT_EQ(WATCH_ARM_FAILURES_MAX, arch.calls);
	EXPECT_EQ(2, atomic_load(&self->st.armed_gen));
}

TEST_F(watch, failing_ioctl_is_tried_again_for_another_set)
{
	unsigned int i;

	arch.ret = -EINVAL;
	publish0(&self->w, KVA, &self->kind);
	for (i = 0; i < 100; i++)
		ARM();
	publish(&self->w, 0, KVA + 4, "a", &self->kind, 4);
	ARM();
	EXPECT_EQ(WATCH_ARM_FAILURES_MAX + 1, arch.calls);
	arch.ret = 0;
	ARM();
	EXPECT_EQ(KVA, arch.kva[0]);
	EXPECT_EQ(KVA + 4, arch.kva[1]);
	EXPECT_EQ(2, atomic_load(&self->st.armed_gen));
	EXPECT_EQ(WATCH_ARM_FAILURES_MAX + 1, atomic_load(&self->st.failed_total));
}

TEST_F(watch, armed_gen_waits_for_the_ioctl)
{
	arch.ret = -EBUSY;
	publish0(&self->w, KVA, &self->kind);
	ARM();
	EXPECT_EQ(0, atomic_load(&self->st.armed_gen));
	arch.ret = 0;
	ARM();
	EXPECT_EQ(1, atomic_load(&self->st.armed_gen));
}

TEST_HARNESS_MAIN
