// SPDX-License-Identifier: GPL-2.0-only
/* How far KASLR moved the kernel, when sources agree and when they do not. */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"

#include "host/kernel/kaslr.h"

#define LINK_TEXT  0xffffffff81000000ULL
#define LINK_ENTRY 0xffffffff81000080ULL
#define SLIDE	   0x1e400000ULL

FIXTURE(kaslr)
{
	struct kaslr_evidence ev;
	struct ktstr_err err;
	u64 slide;
};

FIXTURE_SETUP(kaslr)
{
	self->ev = (struct kaslr_evidence){ .slide_max = KASLR_SLIDE_MAX_X86 };
	self->err.msg[0] = '\0';
	self->slide = 7;
}

FIXTURE_TEARDOWN(kaslr)
{
}

TEST_F(kaslr, without_evidence_there_is_no_slide)
{
	EXPECT_EQ(-ENODATA, kaslr_slide(&self->ev, &self->slide, &self->err));
	EXPECT_EQ(7, self->slide);
}

TEST_F(kaslr, one_fact_will_do)
{
	kaslr_add(&self->ev, "MSR_LSTAR", LINK_ENTRY, LINK_ENTRY + SLIDE);
	EXPECT_EQ(0, kaslr_slide(&self->ev, &self->slide, NULL));
	EXPECT_EQ(SLIDE, self->slide);
}

TEST_F(kaslr, a_kernel_that_was_not_moved_has_a_known_slide_of_zero)
{
	kaslr_add(&self->ev, "KADR", LINK_TEXT, LINK_TEXT);
	EXPECT_EQ(0, kaslr_slide(&self->ev, &self->slide, NULL));
	EXPECT_EQ(0, self->slide);
}

TEST_F(kaslr, facts_that_agree)
{
	kaslr_add(&self->ev, "KERNELOFFSET", LINK_TEXT, LINK_TEXT + SLIDE);
	kaslr_add(&self->ev, "KADR", LINK_TEXT, LINK_TEXT + SLIDE);
	kaslr_add(&self->ev, "MSR_LSTAR", LINK_ENTRY, LINK_ENTRY + SLIDE);
	EXPECT_EQ(0, kaslr_slide(&self->ev, &self->slide, &self->err));
	EXPECT_EQ(SLIDE, self->slide);
}

TEST_F(kaslr, a_disagreement_is_an_error_that_names_both)
{
	kaslr_add(&self->ev, "KADR", LINK_TEXT, LINK_TEXT + SLIDE);
	kaslr_add(&self->ev, "MSR_LSTAR", LINK_ENTRY, LINK_ENTRY + SLIDE + 0x200000);
	EXPECT_EQ(-EBADMSG, kaslr_slide(&self->ev, &self->slide, &self->err));
	EXPECT_STREQ("KASLR slide: 0x1e400000 by KADR, but 0x1e600000 by MSR_LSTAR", self->err.msg);
	EXPECT_EQ(7, self->slide);
}

TEST_F(kaslr, a_kernel_does_not_move_down)
{
	kaslr_add(&self->ev, "KADR", LINK_TEXT, LINK_TEXT - 0x200000);
	EXPECT_EQ(-ERANGE, kaslr_slide(&self->ev, &self->slide, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "KADR: moved down"));
}

TEST_F(kaslr, addresses_below_the_kernel_half_are_none)
{
	kaslr_add(&self->ev, "KADR", KASLR_KERNEL_MIN - 1, KASLR_KERNEL_MIN);
	EXPECT_EQ(-ERANGE, kaslr_slide(&self->ev, &self->slide, &self->err));
	self->ev.fact[0].link = 0x400000;
	self->ev.fact[0].runtime = 0x600000;
	EXPECT_EQ(-ERANGE, kaslr_slide(&self->ev, &self->slide, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no kernel address"));
	self->ev.fact[0].link = KASLR_KERNEL_MIN;
	self->ev.fact[0].runtime = KASLR_KERNEL_MIN;
	EXPECT_EQ(0, kaslr_slide(&self->ev, &self->slide, &self->err));
}

TEST_F(kaslr, the_slide_has_a_limit_for_each_architecture)
{
	kaslr_add(&self->ev, "KADR", KASLR_KERNEL_MIN, KASLR_KERNEL_MIN + SZ_1G);
	EXPECT_EQ(0, kaslr_slide(&self->ev, &self->slide, &self->err));
	self->ev.fact[0].runtime++;
	EXPECT_EQ(-ERANGE, kaslr_slide(&self->ev, &self->slide, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "moved too far"));
	self->ev.slide_max = KASLR_SLIDE_MAX_ARM64;
	EXPECT_EQ(0, kaslr_slide(&self->ev, &self->slide, &self->err));
}

TEST_F(kaslr, one_bad_fact_spoils_good_ones)
{
	kaslr_add(&self->ev, "KADR", LINK_TEXT, LINK_TEXT + SLIDE);
	kaslr_add(&self->ev, "MSR_LSTAR", LINK_ENTRY, 0x1000);
	EXPECT_EQ(-ERANGE, kaslr_slide(&self->ev, &self->slide, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "MSR_LSTAR"));
}

TEST_F(kaslr, there_is_room_for_so_many_facts)
{
	int i;

	for (i = 0; i < KASLR_FACTS_MAX; i++)
		EXPECT_EQ(0, kaslr_add(&self->ev, "KADR", LINK_TEXT, LINK_TEXT));
	EXPECT_EQ(-ENOSPC, kaslr_add(&self->ev, "KADR", LINK_TEXT, LINK_TEXT));
	EXPECT_EQ(KASLR_FACTS_MAX, self->ev.nr);
}

TEST_HARNESS_MAIN
