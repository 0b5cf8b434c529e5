// SPDX-License-Identifier: GPL-2.0-only
/* Debug exits that are no trap of a slot: steps, strays, and the guest's own. */
#include "fake_watch.h"

TEST_F(watch, stepping_reprograms_and_comes_back)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	arch.step_mask = BIT(0);
	trap(self, BIT(0));
	ARM();
	EXPECT_EQ(2, arch.calls);
	EXPECT_EQ(BIT(0), arch.skip);
	EXPECT_TRUE(arch.step);
	/* the same store hits another slot before the step is over */
	arch.step_mask = BIT(0) | BIT(1);
	trap(self, BIT(1));
	ARM();
	EXPECT_EQ(3, arch.calls);
	EXPECT_EQ(BIT(0) | BIT(1), arch.skip);
	arch.step_mask = 0;
	trap(self, 0);
	ARM();
	EXPECT_EQ(4, arch.calls);
	EXPECT_EQ(0, arch.skip);
	EXPECT_FALSE(arch.step);
	EXPECT_EQ(0, atomic_load(&self->st.strays_total));
}

TEST_F(watch, debug_exits_nobody_asked_for_do_not_go_on_for_ever)
{
	unsigned int i;

	publish0(&self->w, KVA, &self->kind);
	ARM();
	for (i = 0; i < WATCH_STRAYS_MAX - 1; i++) {
		trap(self, 0);
		ARM();
	}
	EXPECT_EQ(KVA, arch.kva[0]);
	EXPECT_EQ(0, errors);
	trap(self, 0);
	ARM();
	EXPECT_EQ(0, arch.kva[0]);
	EXPECT_EQ(1, errors);
	EXPECT_EQ(WATCH_STRAYS_MAX, atomic_load(&self->st.strays_total));
	/* off, and not claimed to be on for what is published next to it */
	atomic_fetch_add(&self->w.gen, 1);
	ARM();
	EXPECT_EQ(1, atomic_load(&self->st.armed_gen));
	publish(&self->w, 0, KVA + 4, "a", &self->kind, 4);
	ARM();
	EXPECT_EQ(KVA, arch.kva[0]);
	EXPECT_EQ(3, atomic_load(&self->st.armed_gen));
}

TEST_F(watch, debug_exception_of_the_guest_goes_back_to_it)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	arch.guests = true;
	EXPECT_FALSE(trap(self, 0));
	EXPECT_EQ(0, arch.injected);
	ARM();
	EXPECT_EQ(1, arch.injected);
	EXPECT_EQ(KVA, arch.injected_kva0);
	ARM();
	EXPECT_EQ(1, arch.injected);
	EXPECT_EQ(1, atomic_load(&self->st.handed_on));
	EXPECT_EQ(0, atomic_load(&self->st.strays_total));
	EXPECT_EQ(1, arch.calls);
}

TEST_F(watch, one_exit_may_be_ours_and_the_guests)
{
	self->kind = SCX_EXIT_ERROR;
	publish0(&self->w, KVA, &self->kind);
	ARM();
	arch.guests = true;
	EXPECT_TRUE(trap(self, BIT(0)));
	ARM();
	EXPECT_EQ(1, arch.injected);
	arch.guests = false;
	trap(self, BIT(0));
	ARM();
	EXPECT_EQ(1, arch.injected);
}

TEST_F(watch, exception_without_a_cause_is_the_guests_too)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	trap(self, 0);
	ARM();
	EXPECT_EQ(1, arch.injected);
	EXPECT_EQ(1, atomic_load(&self->st.strays_total));
}

TEST_F(watch, late_trap_of_a_withdrawn_slot_is_not_the_guests)
{
	publish0(&self->w, KVA, &self->kind);
	ARM();
	withdraw0(&self->w);
	ARM();
	trap(self, BIT(0));
	ARM();
	EXPECT_EQ(0, arch.injected);
	EXPECT_EQ(1, atomic_load(&self->st.strays_total));
}

TEST_F(watch, guest_that_steps_for_long_does_not_end_the_watch)
{
	unsigned int i;

	publish0(&self->w, KVA, &self->kind);
	ARM();
	arch.guests = true;
	for (i = 0; i < 2 * WATCH_STRAYS_MAX; i++) {
		trap(self, 0);
		ARM();
	}
	EXPECT_EQ(2 * WATCH_STRAYS_MAX, arch.injected);
	EXPECT_EQ(KVA, arch.kva[0]);
	EXPECT_EQ(0, errors);
}

TEST_F(watch, exceptions_that_cannot_be_handed_on_do_not_go_on_for_ever)
{
	unsigned int i;

	publish0(&self->w, KVA, &self->kind);
	ARM();
	arch.guests = true;
	arch.ret = -EBUSY;
	for (i = 0; i < WATCH_STRAYS_MAX; i++) {
		trap(self, 0);
		ARM();
	}
	EXPECT_EQ(0, atomic_load(&self->st.handed_on));
	EXPECT_EQ(1, errors);
	arch.ret = 0;
	ARM();
	EXPECT_EQ(0, arch.kva[0]);
}

TEST_HARNESS_MAIN
