// SPDX-License-Identifier: GPL-2.0-only
/* Watches of symbols: every refusal and its text, slots, and what is left of them. */
#include <errno.h>
#include <stdio.h>

#include "host/coord/user_watch.h"
#include "kselftest_harness.h"
#include "lib/log.h"
#include "lib/util.h"

#define HIGH  0xffff800000000000ull
#define SLIDE 0x10000000ull

static int warnings;
static char warning[512];

static void keep_warning(enum log_level level, const char *fmt, va_list ap)
{
	if (level != LOG_LEVEL_WARN)
		return;
	warnings++;
	vsnprintf(warning, sizeof(warning), fmt, ap);
}

struct symbol {
	const char *name;
	u64 kva;
};

struct kernel {
	struct watchpoint_arm *w;
	struct symbol sym[8];
	u64 words[2]; /* all memory there is */
	bool unmapped;
	bool no_room_for_8;
	bool wide;
	u64 asked_kva;
	u64 asked_len;
	unsigned int lookups;
	unsigned int kicks;
	bool published; /* everything was, when the kick came */
};

static bool symbol(void *ctx, const char *name, u64 *kva)
{
	struct kernel *k = ctx;
	int i;

	k->lookups++;
	for (i = 0; i < ARRAY_SIZE(k->sym); i++) {
		if (k->sym[i].name && !strcmp(k->sym[i].name, name)) {
			*kva = k->sym[i].kva;
			return true;
		}
	}
	return false;
}

static const void *hva(void *ctx, u64 kva, u64 len)
{
	struct kernel *k = ctx;

	k->asked_kva = kva;
	k->asked_len = len;
	if (k->unmapped || (len > 4 && k->no_room_for_8))
		return NULL;
	return k->words;
}

static bool wide(void *ctx, const char *name, u64 kva)
{
	return ((struct kernel *)ctx)->wide;
}

static void kick(void *ctx)
{
	struct kernel *k = ctx;
	const struct watch_user *u = &k->w->user[0];

	k->kicks++;
	k->published = u->tag[0] && u->value_host_ptr && u->request_kva && k->w->any_armed &&
		       k->w->gen;
}

FIXTURE(arm)
{
	struct watchpoint_arm w;
	struct kernel k;
	struct user_watch_env env;
	struct user_watch_warned warned;
	struct user_watch_armed out;
	struct ktstr_err err;
};

FIXTURE_SETUP(arm)
{
	ASSERT_EQ(watch_init(&self->w), 0);
	self->k = (struct kernel){
		.w = &self->w,
		.sym = {
			{ "sym_a", HIGH + 0x4000 },
			{ "sym_b", HIGH + 0x5000 },
			{ "sym_c", HIGH + 0x6000 },
			{ "sym_d", HIGH + 0x8000 },
		},
		.words = { 0x1122334455667788ull, 0x99 },
	};
	self->env = (struct user_watch_env){
		.symbol = symbol,
		.hva = hva,
		.wide = wide,
		.kick = kick,
		.ctx = &self->k,
		.slide_known = true,
		.slide = SLIDE,
		.warned = &self->warned,
	};
	warnings = 0;
	warning[0] = '\0';
	log_set_sink(keep_warning);
}

FIXTURE_TEARDOWN(arm)
{
	watch_destroy(&self->w);
	log_set_sink(NULL);
}

#define ARM(name)  user_watch_arm(&self->w, &self->env, name, &self->out, &self->err)
#define SAYS(text) EXPECT_NE(NULL, strstr(self->err.msg, text))

static void name_symbol(struct kernel *k, const char *name, u64 kva)
{
	k->sym[7] = (struct symbol){ name, kva };
}

static bool untouched(FIXTURE_DATA(arm) * self)
{
	int i;

	for (i = 0; i < WATCH_USER_SLOTS; i++) {
		if (self->w.user[i].request_kva || self->w.user[i].tag[0] ||
		    self->w.user[i].value_host_ptr)
			return false;
	}
	return !self->k.kicks && !self->w.any_armed && !self->w.gen;
}

TEST_F(arm, rejects_unaligned_kva)
{
	int i;

	for (i = 1; i < 4; i++) {
		name_symbol(&self->k, "misaligned_sym", HIGH + 0x4000 + i);
		EXPECT_EQ(ARM("misaligned_sym"), -EDOM);
		SAYS("misaligned_sym");
		SAYS("4-byte aligned");
	}
	EXPECT_TRUE(untouched(self));
}

TEST_F(arm, rejects_missing_symbol)
{
	EXPECT_EQ(ARM("absent_sym"), -ENOENT);
	SAYS("absent_sym");
	SAYS("not found");
	EXPECT_TRUE(untouched(self));
}

TEST_F(arm, rejects_zero_kva_explicitly)
{
	self->env.slide = 0;
	self->env.slide_known = false;
	name_symbol(&self->k, "zero_sym", 0);
	EXPECT_EQ(ARM("zero_sym"), -EFAULT);
	SAYS("zero_sym");
	SAYS("address 0");
	EXPECT_TRUE(untouched(self));
}

TEST_F(arm, successful_arm_consumes_first_free_slot)
{
	name_symbol(&self->k, "scx_root", HIGH + 0x4000);
	EXPECT_EQ(ARM("scx_root"), 0);
	EXPECT_EQ(self->out.idx, 0);
	EXPECT_EQ(self->out.kva, HIGH + 0x4000 + SLIDE);
	EXPECT_EQ(self->w.user[0].request_kva, HIGH + 0x4000 + SLIDE);
	EXPECT_STREQ(self->w.user[0].tag, "scx_root");
	EXPECT_EQ(self->w.any_armed, 1);
	EXPECT_EQ(self->w.gen, 1);
	EXPECT_EQ(self->w.user[1].request_kva, 0);
	EXPECT_EQ(self->w.user[2].request_kva, 0);
	EXPECT_EQ(self->w.request_kva, 0);
}

TEST_F(arm, everything_is_published_before_the_kick)
{
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(self->k.kicks, 1);
	EXPECT_TRUE(self->k.published);
}

TEST_F(arm, arms_consume_slots_in_index_order)
{
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(self->out.idx, 0);
	EXPECT_EQ(ARM("sym_b"), 0);
	EXPECT_EQ(self->out.idx, 1);
	EXPECT_EQ(self->w.user[0].request_kva, HIGH + 0x4000 + SLIDE);
	EXPECT_EQ(self->w.user[1].request_kva, HIGH + 0x5000 + SLIDE);
	EXPECT_EQ(self->w.user[2].request_kva, 0);
	EXPECT_EQ(self->w.gen, 2);
}

TEST_F(arm, arm_returns_error_when_all_slots_occupied)
{
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(ARM("sym_b"), 0);
	EXPECT_EQ(ARM("sym_c"), 0);
	self->k.lookups = 0;
	EXPECT_EQ(ARM("sym_d"), -ENOSPC);
	SAYS("no free user watchpoint slot");
	SAYS("cap = 3");
	/* first of all checks: nobody asks for the symbol, however wrong it is */
	EXPECT_EQ(ARM("absent_sym"), -ENOSPC);
	EXPECT_EQ(ARM(""), -ENOSPC);
	EXPECT_EQ(self->k.lookups, 0);
	EXPECT_EQ(self->k.kicks, 3);
	EXPECT_EQ(self->w.user[0].request_kva, HIGH + 0x4000 + SLIDE);
	EXPECT_EQ(self->w.user[1].request_kva, HIGH + 0x5000 + SLIDE);
	EXPECT_EQ(self->w.user[2].request_kva, HIGH + 0x6000 + SLIDE);
}

TEST_F(arm, slot_becomes_reusable_after_request_kva_cleared)
{
	ARM("sym_a");
	ARM("sym_b");
	ARM("sym_c");
	atomic_store_explicit(&self->w.user[1].request_kva, 0, memory_order_release);
	EXPECT_EQ(ARM("sym_d"), 0);
	EXPECT_EQ(self->out.idx, 1);
	EXPECT_EQ(self->w.user[0].request_kva, HIGH + 0x4000 + SLIDE);
	EXPECT_EQ(self->w.user[1].request_kva, HIGH + 0x8000 + SLIDE);
	EXPECT_EQ(self->w.user[2].request_kva, HIGH + 0x6000 + SLIDE);
	EXPECT_STREQ(self->w.user[1].tag, "sym_d");
}

TEST_F(arm, errs_when_kaslr_zero_against_kernel_high_half)
{
	self->env.slide_known = false;
	self->env.slide = 0;
	name_symbol(&self->k, "high_sym", HIGH + 0x4040);
	EXPECT_EQ(ARM("high_sym"), -EAGAIN);
	SAYS("high_sym");
	SAYS("0xffff800000004040");
	SAYS("no_kaslr");
	EXPECT_TRUE(untouched(self));
	EXPECT_EQ(warnings, 1);
	EXPECT_NE(NULL, strstr(warning, "high_sym"));
	EXPECT_NE(NULL, strstr(warning, "no_kaslr"));
	/* the refusal each time, the warning once */
	EXPECT_EQ(ARM("high_sym"), -EAGAIN);
	SAYS("high_sym");
	EXPECT_EQ(warnings, 1);
}

TEST_F(arm, errs_when_link_kva_exactly_at_kernel_high_half_boundary)
{
	self->env.slide_known = false;
	name_symbol(&self->k, "boundary_sym", USER_WATCH_KERNEL_HALF);
	EXPECT_EQ(ARM("boundary_sym"), -EAGAIN);
	SAYS("boundary_sym");
	EXPECT_EQ(warnings, 1);
	name_symbol(&self->k, "below_sym", USER_WATCH_KERNEL_HALF - 4);
	EXPECT_EQ(ARM("below_sym"), 0);
	EXPECT_EQ(warnings, 1);
}

TEST_F(arm, no_warn_when_kaslr_nonzero)
{
	self->env.slide = 0x1000;
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(self->out.kva, HIGH + 0x5000);
	EXPECT_EQ(warnings, 0);
}

TEST_F(arm, no_warn_when_link_kva_below_kernel_high_half)
{
	self->env.slide_known = false;
	name_symbol(&self->k, "low_sym", 0x4000);
	EXPECT_EQ(ARM("low_sym"), 0);
	EXPECT_EQ(self->out.kva, 0x4000);
	EXPECT_EQ(warnings, 0);
}

TEST_F(arm, a_slide_known_to_be_zero_is_no_refusal)
{
	self->env.slide = 0;
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(self->out.kva, HIGH + 0x4000);
	EXPECT_EQ(warnings, 0);
}

TEST_F(arm, runtime_addresses_need_no_slide)
{
	self->env.runtime_addresses = true;
	self->env.slide_known = false;
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(self->out.kva, HIGH + 0x4000);
	/* and get none */
	self->env.slide_known = true;
	EXPECT_EQ(ARM("sym_b"), 0);
	EXPECT_EQ(self->out.kva, HIGH + 0x5000);
	EXPECT_EQ(warnings, 0);
}

TEST_F(arm, warnings_are_remembered_up_to_a_bound)
{
	char name[32];
	int i, j;

	self->env.slide_known = false;
	for (i = 0; i < 2 * USER_WATCH_WARNED_MAX; i++) {
		snprintf(name, sizeof(name), "sym_%d", i);
		name_symbol(&self->k, name, HIGH);
		for (j = 0; j < 3; j++)
			EXPECT_EQ(ARM(name), -EAGAIN);
	}
	EXPECT_EQ(warnings, USER_WATCH_WARNED_MAX);
	EXPECT_EQ(self->warned.nr, USER_WATCH_WARNED_MAX);
	self->env.warned = NULL;
	EXPECT_EQ(ARM(name), -EAGAIN);
	EXPECT_EQ(warnings, USER_WATCH_WARNED_MAX);
}

TEST_F(arm, warnings_tell_addresses_of_one_name_apart)
{
	self->env.slide_known = false;
	name_symbol(&self->k, "twice", HIGH + 0x100);
	ARM("twice");
	name_symbol(&self->k, "twice", HIGH + 0x200);
	ARM("twice");
	EXPECT_EQ(warnings, 2);
}

TEST_F(arm, the_order_of_the_refusals)
{
	/* the gate before the alignment */
	self->env.slide_known = false;
	name_symbol(&self->k, "odd", HIGH + 1);
	EXPECT_EQ(ARM("odd"), -EAGAIN);
	/* the alignment before the memory */
	self->env.slide_known = true;
	self->k.unmapped = true;
	EXPECT_EQ(ARM("odd"), -EDOM);
	EXPECT_EQ(self->k.asked_len, 0);
	EXPECT_TRUE(untouched(self));
}

TEST_F(arm, an_address_beyond_the_end_is_refused)
{
	name_symbol(&self->k, "edge", ~0ull - 0xfff);
	self->env.slide = 0x1000;
	EXPECT_EQ(ARM("edge"), -EFAULT);
	SAYS("edge");
	SAYS("address space");
	self->env.slide = 0x2000;
	EXPECT_EQ(ARM("edge"), -EFAULT);
	EXPECT_TRUE(untouched(self));
}

TEST_F(arm, a_symbol_without_memory_is_refused)
{
	self->k.unmapped = true;
	EXPECT_EQ(ARM("sym_a"), -ENXIO);
	SAYS("sym_a");
	SAYS("per-CPU");
	EXPECT_EQ(self->k.asked_kva, HIGH + 0x4000 + SLIDE);
	EXPECT_TRUE(untouched(self));
}

TEST_F(arm, an_empty_or_overlong_name_is_refused)
{
	char name[WIRE_SNAP_TAG_MAX + 2] = {};

	EXPECT_EQ(ARM(""), -EINVAL);
	memset(name, 'n', WIRE_SNAP_TAG_MAX + 1);
	EXPECT_EQ(ARM(name), -EINVAL);
	EXPECT_EQ(self->k.lookups, 0);
	EXPECT_TRUE(untouched(self));
	/* the longest there is */
	name[WIRE_SNAP_TAG_MAX] = '\0';
	name_symbol(&self->k, name, HIGH);
	EXPECT_EQ(ARM(name), 0);
	EXPECT_STREQ(self->w.user[0].tag, name);
	EXPECT_EQ(user_watch_find(&self->w, name), 0);
}

TEST_F(arm, a_second_watch_of_a_symbol_is_refused)
{
	ARM("sym_a");
	EXPECT_EQ(ARM("sym_a"), -EEXIST);
	SAYS("sym_a");
	SAYS("slot 1");
	EXPECT_EQ(self->w.user[1].request_kva, 0);
	EXPECT_EQ(user_watch_free(&self->w, 0, NULL), 0);
	EXPECT_EQ(ARM("sym_a"), 0);
}

TEST_F(arm, the_guests_bytes_never_reach_a_message_raw)
{
	EXPECT_EQ(ARM("\x1b[31m\n%s%n\xff"), -ENOENT);
	EXPECT_EQ(NULL, strchr(self->err.msg, 0x1b));
	EXPECT_EQ(NULL, strchr(self->err.msg, '\n'));
	EXPECT_EQ(NULL, strchr(self->err.msg, 0xff));
	SAYS("%s%n");
	self->env.slide_known = false;
	name_symbol(&self->k, "bad\x1b%n", HIGH);
	EXPECT_EQ(ARM("bad\x1b%n"), -EAGAIN);
	EXPECT_EQ(NULL, strchr(warning, 0x1b));
}

static u64 value_of(struct watch_user *u)
{
	return watch_read_value(atomic_load(&u->value_host_ptr), u->value_len);
}

TEST_F(arm, old_value_of_4_and_of_8_bytes)
{
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(self->out.old_value, 0x55667788);
	EXPECT_EQ(self->w.user[0].value_len, 4);
	self->k.wide = true;
	EXPECT_EQ(ARM("sym_b"), 0);
	EXPECT_EQ(self->out.old_value, 0x1122334455667788ull);
	EXPECT_EQ(self->w.user[1].value_len, 8);
	EXPECT_EQ(value_of(&self->w.user[1]), 0x1122334455667788ull);
	self->k.words[0]++;
	EXPECT_EQ(value_of(&self->w.user[1]), 0x1122334455667789ull);
	EXPECT_EQ(value_of(&self->w.user[2]), 0);
	/* 8 bytes, but not of one page */
	self->k.no_room_for_8 = true;
	EXPECT_EQ(ARM("sym_c"), 0);
	EXPECT_EQ(self->w.user[2].value_len, 4);
}

TEST_F(arm, a_wide_value_is_a_multiple_of_8)
{
	self->k.wide = true;
	name_symbol(&self->k, "half", HIGH + 4);
	EXPECT_EQ(ARM("half"), 0);
	EXPECT_EQ(self->w.user[0].value_len, 4);
	EXPECT_EQ(self->k.asked_len, 4);
	self->env.wide = NULL;
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(self->w.user[1].value_len, 4);
}

TEST_F(arm, find_names_the_slot)
{
	ARM("sym_a");
	ARM("sym_b");
	EXPECT_EQ(user_watch_find(&self->w, "sym_a"), 0);
	EXPECT_EQ(user_watch_find(&self->w, "sym_b"), 1);
	EXPECT_EQ(user_watch_find(&self->w, "sym_c"), -ENOENT);
	EXPECT_EQ(user_watch_find(&self->w, "sym_"), -ENOENT);
	user_watch_free(&self->w, 0, NULL);
	EXPECT_EQ(user_watch_find(&self->w, "sym_a"), -ENOENT);
	EXPECT_EQ(user_watch_find(&self->w, ""), -ENOENT);
}

TEST_F(arm, free_gives_the_record_and_the_slot)
{
	struct user_watch_end end;
	char text[USER_WATCH_END_TEXT];

	ARM("sym_a");
	self->k.words[0] = 77;
	watch_latch_user_hit(&self->w, 0, 3);
	EXPECT_TRUE(self->w.user[0].hit);
	EXPECT_EQ(user_watch_free(&self->w, 0, &end), 0);
	EXPECT_STREQ(end.tag, "sym_a");
	EXPECT_EQ(end.kva, HIGH + 0x4000 + SLIDE);
	EXPECT_TRUE(end.hit);
	EXPECT_FALSE(end.muted);
	EXPECT_EQ(end.writes, 1);
	EXPECT_EQ(end.hit_value, 77);
	EXPECT_EQ(end.hit_vcpu, 3);
	EXPECT_NE(end.hit_ns, 0);
	EXPECT_EQ(self->w.user[0].request_kva, 0);
	EXPECT_EQ(self->w.user[0].value_host_ptr, NULL);
	EXPECT_FALSE(self->w.user[0].hit);
	EXPECT_EQ(self->w.user[0].writes, 0);
	EXPECT_EQ(self->w.gen, 2);
	EXPECT_STREQ(user_watch_end_text(&end, USER_WATCH_HANDLED, 0, text, sizeof(text)),
		     "snapshot taken: 1 write");
}

TEST_F(arm, free_without_a_hit)
{
	struct user_watch_end end;
	char text[USER_WATCH_END_TEXT];

	ARM("sym_a");
	EXPECT_EQ(user_watch_free(&self->w, 0, &end), 0);
	EXPECT_FALSE(end.hit);
	EXPECT_EQ(end.writes, 0);
	EXPECT_STREQ(user_watch_end_text(&end, USER_WATCH_REQUESTED, NSEC_PER_MSEC, text,
					 sizeof(text)),
		     "given back by request: 0 writes");
	EXPECT_STREQ(user_watch_end_text(&end, USER_WATCH_RUN_END, 0, text, sizeof(text)),
		     "the run ended: 0 writes");
}

TEST_F(arm, free_of_a_free_or_impossible_slot)
{
	struct user_watch_end end;

	EXPECT_EQ(user_watch_free(&self->w, 0, &end), -ENOENT);
	EXPECT_EQ(user_watch_free(&self->w, WATCH_USER_SLOTS, &end), -ENOENT);
	EXPECT_EQ(user_watch_free(&self->w, ~0u, &end), -ENOENT);
	ARM("sym_a");
	EXPECT_EQ(user_watch_free(&self->w, 0, NULL), 0);
	EXPECT_EQ(user_watch_free(&self->w, 0, NULL), -ENOENT);
	EXPECT_EQ(self->w.gen, 2);
}

TEST_F(arm, F6_a_hot_symbol_is_muted_counted_and_given_back)
{
	struct user_watch_end end;
	char text[USER_WATCH_END_TEXT];
	int i;

	ARM("sym_a");
	for (i = 0; i < WATCH_MUTE_HITS + 10; i++)
		watch_latch_user_hit(&self->w, 0, i % 4);
	EXPECT_TRUE(self->w.user[0].muted);
	EXPECT_EQ(user_watch_free(&self->w, 0, &end), 0);
	EXPECT_TRUE(end.muted);
	EXPECT_EQ(end.writes, WATCH_MUTE_HITS + 10);
	EXPECT_EQ(end.hit_vcpu, 0);
	user_watch_end_text(&end, USER_WATCH_HANDLED, 2500000, text, sizeof(text));
	EXPECT_NE(NULL, strstr(text, "written too often"));
	EXPECT_NE(NULL, strstr(text, "74 writes in 2.500 ms"));
	EXPECT_NE(NULL, strstr(text, "limit is 64"));
	/* the next owner is neither muted nor hit */
	EXPECT_EQ(ARM("sym_b"), 0);
	EXPECT_EQ(self->out.idx, 0);
	EXPECT_FALSE(self->w.user[0].muted);
	EXPECT_EQ(self->w.user[0].writes, 0);
}

TEST_F(arm, a_late_trap_of_the_former_owner_is_not_the_next_ones)
{
	ARM("sym_a");
	user_watch_free(&self->w, 0, NULL);
	/* a vCPU that had not come round yet */
	watch_latch_user_hit(&self->w, 0, 1);
	EXPECT_EQ(ARM("sym_b"), 0);
	EXPECT_FALSE(self->w.user[0].hit);
	EXPECT_EQ(self->w.user[0].writes, 0);
}

TEST_F(arm, a_thousand_watches_leak_no_slot)
{
	int i;

	for (i = 0; i < 1000; i++) {
		ASSERT_EQ(ARM("sym_a"), 0);
		ASSERT_EQ(self->out.idx, 0);
		watch_latch_user_hit(&self->w, 0, 0);
		ASSERT_EQ(user_watch_free(&self->w, 0, NULL), 0);
	}
	EXPECT_EQ(ARM("sym_a"), 0);
	EXPECT_EQ(ARM("sym_b"), 0);
	EXPECT_EQ(ARM("sym_c"), 0);
	EXPECT_EQ(self->w.gen, 2003);
}

TEST(end_text_is_cut_to_the_room)
{
	struct user_watch_end end = { .muted = true, .writes = ~0ull };
	char text[16];

	user_watch_end_text(&end, 99, ~0ull, text, sizeof(text));
	EXPECT_EQ(strlen(text), 15);
}

TEST_HARNESS_MAIN
