// SPDX-License-Identifier: GPL-2.0-only
/* The verdict: frames that are stale, doubled, damaged or out of order. */
#include "fake_vm.h"

TEST(V8_nonce_of_another_run)
{
	struct fake *v = fake_new(true);

	v->result.nonce = NONCE + 1;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_STALE_RESULT, "another run");
}

TEST(V8_stale_result_beside_ours)
{
	struct fake *v = fake_new(true);

	encode_results(v);
	v->result.nonce = 0;
	add(v, WIRE_TEST, NULL, 0);
	swap_frames(v, v->exit, v->exit + 1);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_STALE_RESULT, "another run");
}

TEST(T3_result_before_the_scenario_ended)
{
	struct fake *v = fake_new(true);

	swap_frames(v, v->scen, v->test);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT,
		      "a scenario frame after the result");
}

TEST(T3_result_without_a_scenario)
{
	struct fake *v = fake_new(true);

	drop(v, v->scst);
	drop(v, v->scen);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NO_RESULT, "the scenario never started");
}

TEST(T3_scenario_without_an_end)
{
	struct fake *v = fake_new(true);

	drop(v, v->scen);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_NO_RESULT, "the scenario never ended");
}

TEST(T3_short_scenario_end_is_none)
{
	struct fake *v = fake_new(true);

	v->frames[v->scen].len = 15;
	eval(v);
	EXPECT_EQ(v->res.verdict, KTSTR_INCONCLUSIVE);
	fake_free(v);
}

TEST(T4_duplicate_result)
{
	struct fake *v = fake_new(true);

	add(v, WIRE_TEST, NULL, 0);
	swap_frames(v, v->exit, v->exit + 1);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT, "2 results");
}

TEST(T4_result_replayed_after_the_exit)
{
	struct fake *v = fake_new(true);

	add(v, WIRE_TEST, NULL, 0);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT, "2 results");
}

TEST(T4_result_only_after_the_exit)
{
	struct fake *v = fake_new(true);

	swap_frames(v, v->test, v->exit);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT,
		      "the exit code before the result");
}

TEST(T4_post_final_frames)
{
	struct fake *v = fake_new(true);

	add_life(v, WIRE_LIFE_INIT_STARTED, "");
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT,
		      "a frame after the exit code");
}

TEST(T4_scenario_end_before_its_start)
{
	struct fake *v = fake_new(true);

	swap_frames(v, v->scst, v->scen);
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT,
		      "a scenario end before its start");
}

TEST(T2_result_that_cannot_be_read)
{
	struct fake *v = fake_new(true);

	encode_results(v);
	v->frames[v->test].len--;
	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_BAD_RESULT, "cannot be read");
}

TEST(T2_bad_crc_in_any_frame)
{
	size_t i;

	for (i = 0; i < 9; i++) {
		struct fake *v = fake_new(true);

		v->frames[i].crc_ok = false;
		eval(v);
		EXPECT_EQ(v->res.verdict, KTSTR_INCONCLUSIVE)
		TH_LOG("frame %zu", i);
		fake_free(v);
	}
}

TEST(T1_empty_payloads)
{
	static const u32 types[] = { WIRE_LIFE, WIRE_STIM, WIRE_STEN };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		struct fake *v = fake_new(true);

		v->frames[v->scst - 1].type = types[i];
		v->frames[v->scst - 1].len = 0;
		v->frames[v->scst - 1].payload = NULL;
		EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED, "1 malformed");
	}
}

/* Of a program with the id 1, instead of a piece of standard output. */
static struct fake *fake_output(const void *payload, size_t len)
{
	struct fake *v = fake_new(true);
	struct wire_frame *f = &v->frames[v->scst + 1];

	f->type = WIRE_ROUT;
	f->payload = payload;
	f->len = len;
	return v;
}

TEST(a_program_that_never_ended)
{
	struct fake *v = fake_output("\1\0\0\0\1\0\0\0tag", 11);

	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_DUPLICATE_RESULT,
		      "the result before the end of a program");
}

TEST(output_without_a_program)
{
	struct fake *v = fake_output("\1\0\0\0\2\0\0\0text", 12);

	EXPECT_RESULT(KTSTR_INCONCLUSIVE, KTSTR_REASON_CHANNEL_DAMAGED, "1 malformed");
}

TEST_HARNESS_MAIN
