// SPDX-License-Identifier: GPL-2.0-only
/* Debug registers and register numbers of both architectures. */
#include <linux/bits.h>
#include <linux/kernel.h>

#include "host/arch/arm64/regids.h"
#include "host/arch/debugreg.h"
#include "kselftest_harness.h"

#define BLOCK	0xffffffff81001000ULL
#define ALL	GENMASK(WATCH_SLOTS - 1, 0)
#define DR6_RSV 0xffff0ff0ULL
#define DR6_BT	BIT(15)
#define DR6_BS	BIT(14)
#define DR6_BD	BIT(13)

#define HSR(ec)	 ((u32)(ec) << 26)
#define WATCHPT	 HSR(0x34)
#define SOFTSTEP HSR(0x32)

static u64 field(u64 reg, int shift, int bits)
{
	return reg >> shift & GENMASK_ULL(bits - 1, 0);
}

TEST(dr7_slot0_write_4byte_encoding)
{
	u64 dr7 = x86_dr7(BIT(0));

	EXPECT_EQ(0xD0703, dr7);
	EXPECT_EQ(1, field(dr7, 0, 1)); /* L0 */
	EXPECT_EQ(1, field(dr7, 1, 1)); /* G0 */
	EXPECT_EQ(0, field(dr7, 2, 6)); /* L1..G3 */
	EXPECT_EQ(1, field(dr7, 8, 1)); /* LE */
	EXPECT_EQ(1, field(dr7, 9, 1)); /* GE */
	EXPECT_EQ(1, field(dr7, 10, 1)); /* always 1 */
	EXPECT_EQ(0, field(dr7, 11, 5)); /* RTM, GD, reserved */
	EXPECT_EQ(1, field(dr7, 16, 2)); /* R/W0: write */
	EXPECT_EQ(3, field(dr7, 18, 2)); /* LEN0: 4 bytes */
	EXPECT_EQ(0, field(dr7, 20, 12)); /* slots 1..3 */
	EXPECT_EQ(0, dr7 >> 32);
}

TEST(dr7_every_set_of_slots)
{
	u32 slots;
	int i;

	for (slots = 1; slots <= ALL; slots++) {
		u64 dr7 = x86_dr7(slots);

		EXPECT_EQ(7, field(dr7, 8, 3));
		EXPECT_EQ(0, field(dr7, 11, 5));
		EXPECT_EQ(0, dr7 >> 32);
		for (i = 0; i < WATCH_SLOTS; i++) {
			bool on = slots & BIT(i);

			EXPECT_EQ(on ? 3 : 0, field(dr7, 2 * i, 2));
			EXPECT_EQ(on ? 0xd : 0, field(dr7, 16 + 4 * i, 4));
		}
	}
	EXPECT_EQ(0xDDDD07FF, x86_dr7(ALL));
}

TEST(dr7_no_slot_is_zero)
{
	EXPECT_EQ(0, x86_dr7(0));
	EXPECT_EQ(0, x86_dr7(~(u32)ALL));
	EXPECT_EQ(x86_dr7(BIT(1)), x86_dr7(BIT(1) | BIT(WATCH_SLOTS)));
}

TEST(dr6_one_bit_is_one_slot)
{
	int i;

	for (i = 0; i < WATCH_SLOTS; i++)
		EXPECT_EQ(BIT(i), x86_debug_slots(BIT(i)));
	/* As an emulated processor reports slot 0. */
	EXPECT_EQ(BIT(0), x86_debug_slots(DR6_RSV | BIT(0)));
}

TEST(dr6_multi_match)
{
	u32 slots;

	EXPECT_EQ(0x5, x86_debug_slots(0x5));
	for (slots = 0; slots <= ALL; slots++)
		EXPECT_EQ(slots, x86_debug_slots(DR6_RSV | slots));
}

TEST(dr6_without_a_slot_is_nothing)
{
	EXPECT_EQ(0, x86_debug_slots(0));
	EXPECT_EQ(0, x86_debug_slots(DR6_RSV));
	EXPECT_EQ(0, x86_debug_slots(DR6_BS | DR6_BT | DR6_BD));
	EXPECT_EQ(0, x86_debug_slots(~(u64)ALL));
}

TEST(dbgwcr_write_4byte_encoding_offset0)
{
	u64 wcr = arm64_dbgwcr(BLOCK);

	EXPECT_EQ(0x1F7, wcr);
	EXPECT_EQ(1, field(wcr, 0, 1)); /* E */
	EXPECT_EQ(3, field(wcr, 1, 2)); /* PAC: EL1 and EL0 */
	EXPECT_EQ(2, field(wcr, 3, 2)); /* LSC: stores */
	EXPECT_EQ(0x0f, field(wcr, 5, 8)); /* BAS */
	EXPECT_EQ(0, field(wcr, 13, 4)); /* HMC, SSC */
	EXPECT_EQ(0, field(wcr, 16, 8)); /* LBN, WT */
	EXPECT_EQ(0, field(wcr, 24, 5)); /* MASK */
	EXPECT_EQ(0, wcr >> 29);
}

TEST(dbgwcr_write_4byte_encoding_offset4)
{
	u64 wcr = arm64_dbgwcr(BLOCK + 4);

	EXPECT_EQ(0x1E17, wcr);
	EXPECT_EQ(0xf0, field(wcr, 5, 8));
	EXPECT_EQ(0, wcr >> 13);
}

TEST(dbgwvr_8byte_aligned_base)
{
	u64 kva = BLOCK + 4;
	u64 first = arm64_dbgwvr(kva) + __builtin_ctzll(field(arm64_dbgwcr(kva), 5, 8));

	EXPECT_EQ(BLOCK, arm64_dbgwvr(kva));
	EXPECT_EQ(BLOCK, arm64_dbgwvr(BLOCK));
	EXPECT_EQ(kva, first);
	EXPECT_EQ(WATCH_LEN, __builtin_popcountll(field(arm64_dbgwcr(kva), 5, 8)));
}

TEST(watchpoint_slot_from_far)
{
	static const u64 armed[WATCH_SLOTS] = { 0, BLOCK, BLOCK + 4, BLOCK + 8 };
	u32 step = 0;
	int i;

	EXPECT_EQ(BIT(2), arm64_debug_slots(WATCHPT, BLOCK + 4, armed, &step));
	EXPECT_EQ(BIT(2), step);
	for (i = 0; i < 3 * WATCH_LEN; i++) {
		step = 0;
		EXPECT_EQ(BIT(1 + i / WATCH_LEN),
			  arm64_debug_slots(WATCHPT, BLOCK + i, armed, &step));
	}
	/* The syndrome's other bits are the access's. */
	step = 0;
	EXPECT_EQ(BIT(1), arm64_debug_slots(WATCHPT | GENMASK(25, 0), BLOCK, armed, &step));
}

TEST(watchpoint_one_address_in_several_slots)
{
	static const u64 armed[WATCH_SLOTS] = { BLOCK, BLOCK + 8, BLOCK, BLOCK };
	u32 step = 0;

	EXPECT_EQ(0xd, arm64_debug_slots(WATCHPT, BLOCK + 3, armed, &step));
	EXPECT_EQ(0xd, step);
}

TEST(watchpoint_every_set_of_slots)
{
	u32 slots;
	int i;

	for (slots = 0; slots <= ALL; slots++) {
		u64 armed[WATCH_SLOTS];

		for (i = 0; i < WATCH_SLOTS; i++)
			armed[i] = slots & BIT(i) ? BLOCK + 0x100 * i : 0;
		for (i = 0; i < WATCH_SLOTS; i++) {
			u32 want = slots & BIT(i), step = 0;

			EXPECT_EQ(want,
				  arm64_debug_slots(WATCHPT, BLOCK + 0x100 * i, armed, &step));
		}
	}
}

TEST(watchpoint_at_either_end_of_the_address_space)
{
	static const u64 armed[WATCH_SLOTS] = { 0, 4, 0, ~3ULL };
	u32 step = 0;

	EXPECT_EQ(BIT(3), arm64_debug_slots(WATCHPT, ~0ULL, armed, &step));
	step = 0;
	EXPECT_EQ(BIT(1), arm64_debug_slots(WATCHPT, 7, armed, &step));
	/* Address 0 is "off", not a place that is watched. */
	step = 0;
	EXPECT_EQ(0, arm64_debug_slots(WATCHPT, 0, armed, &step));
}

/* The store has not happened yet: without a step over it, it traps for ever. */
TEST(watchpoint_without_a_slot_is_stepped_over)
{
	static const u64 armed[WATCH_SLOTS] = { BLOCK + 4, 0, BLOCK + 12, 0 };
	u32 step = 0;

	EXPECT_EQ(0, arm64_debug_slots(WATCHPT, BLOCK, armed, &step));
	EXPECT_EQ(BIT(0) | BIT(2), step);
}

TEST(watchpoint_keeps_what_is_already_stepped)
{
	static const u64 armed[WATCH_SLOTS] = { BLOCK, BLOCK + 8, 0, 0 };
	u32 step = BIT(0);

	EXPECT_EQ(BIT(1), arm64_debug_slots(WATCHPT, BLOCK + 8, armed, &step));
	EXPECT_EQ(BIT(0) | BIT(1), step);
}

TEST(dispatch_ignores_non_watchpoint_ec)
{
	static const u64 armed[WATCH_SLOTS] = { BLOCK, BLOCK + 4, BLOCK + 8, BLOCK + 12 };
	u32 ec, step;

	for (ec = 0; ec < 64; ec++) {
		if (ec == 0x34)
			continue;
		step = 0;
		EXPECT_EQ(0, arm64_debug_slots(HSR(ec), BLOCK + 4, armed, &step));
		EXPECT_EQ(0, step);
	}
}

TEST(single_step_and_the_like_are_the_guests)
{
	static const u64 own[] = { BIT(13), BIT(14), BIT(15) };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(own); i++) {
		EXPECT_TRUE(x86_debug_guest(0xffff0ff0 | own[i]));
		EXPECT_TRUE(x86_debug_guest(0xffff0ff1 | own[i]));
	}
	for (i = 0; i < 16; i++)
		EXPECT_FALSE(x86_debug_guest(0xffff0ff0 | i));
}

TEST(guest_finds_its_own_bits_in_dr6_and_none_of_ours)
{
	EXPECT_EQ(0xffff4ff0, x86_dr6_guest(0xffff0ff0, 0xffff4ff5));
	/* of its last exception: B3 is out of date, BD is not */
	EXPECT_EQ(0xffff6ff0, x86_dr6_guest(0xffff2ff8, 0xffff4ff0));
	/* BLD and RTM happened when they are 0, this time or not */
	EXPECT_EQ(0xffff07f0, x86_dr6_guest(0xffff0ff0, 0xffff07f0));
	EXPECT_EQ(0xffff4ff0, x86_dr6_guest(0xfffe07f0, 0xffff4ff0));
	EXPECT_EQ(0xfffe0ff0, x86_dr6_guest(0xffff0ff0, 0xfffe0ff1));
}

TEST(softstep_ends_the_step)
{
	static const u64 armed[WATCH_SLOTS] = { 0, BLOCK, 0, 0 };
	u32 step = BIT(1);

	EXPECT_EQ(0, arm64_debug_slots(SOFTSTEP, 0, armed, &step));
	EXPECT_EQ(0, step);
	/* Nor does the address of a step count. */
	EXPECT_EQ(0, arm64_debug_slots(SOFTSTEP, BLOCK, armed, &step));
	EXPECT_EQ(0, step);
}

TEST(other_ec_leaves_the_step_pending)
{
	static const u64 armed[WATCH_SLOTS] = { BLOCK, 0, 0, 0 };
	u32 step = BIT(0);

	EXPECT_EQ(0, arm64_debug_slots(HSR(0x30), BLOCK, armed, &step));
	EXPECT_EQ(0, arm64_debug_slots(HSR(0x3c), BLOCK, armed, &step));
	EXPECT_EQ(BIT(0), step);
}

TEST(aarch64_register_ids_match_kernel_encoding)
{
	EXPECT_EQ(0x6030000000100040ULL, ARM64_REGID_PC);
	EXPECT_EQ(0x6030000000100042ULL, ARM64_REGID_PSTATE);
	/* 272 is the offset of sp_el1; 248 would be EL0's. */
	EXPECT_EQ(0x6030000000100044ULL, ARM64_REGID_SP_EL1);
	EXPECT_EQ(0x6030000000100000ULL, ARM64_REGID_X(0));
	EXPECT_EQ(0x603000000010003cULL, ARM64_REGID_X(30));
	EXPECT_EQ(0x603000000013c100ULL, ARM64_REGID_TTBR0_EL1);
	EXPECT_EQ(0x603000000013c101ULL, ARM64_REGID_TTBR1_EL1);
	EXPECT_EQ(0x603000000013c102ULL, ARM64_REGID_TCR_EL1);
	EXPECT_EQ(1, ARM64_REGID_TTBR1_EL1 - ARM64_REGID_TTBR0_EL1);
}

TEST_HARNESS_MAIN
