// SPDX-License-Identifier: GPL-2.0-only
/* Outputs of programs, put together out of the verdict log. */
#include <string.h>

#include "host/harness/output.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define FRAMES_MAX 600

FIXTURE(output)
{
	struct ktstr_result res;
	struct wire_frame frames[FRAMES_MAX];
	size_t nr;
};

FIXTURE_SETUP(output)
{
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(output)
{
	size_t i;

	output_free(&self->res);
	for (i = 0; i < self->nr; i++)
		free((void *)self->frames[i].payload);
}

static void put(FIXTURE_DATA(output) * self, u32 id, u32 kind, const void *data, size_t len)
{
	struct wire_rout w = { .id = cpu_to_le32(id), .kind = cpu_to_le32(kind) };
	u8 *p = malloc(sizeof(w) + len);

	if (!p || self->nr == FRAMES_MAX)
		abort();
	memcpy(p, &w, sizeof(w));
	memcpy(p + sizeof(w), data, len);
	self->frames[self->nr++] = (struct wire_frame){
		.type = WIRE_ROUT,
		.crc_ok = true,
		.payload = p,
		.len = sizeof(w) + len,
	};
}

static void put_text(FIXTURE_DATA(output) * self, u32 id, u32 kind, const char *text)
{
	put(self, id, kind, text, strlen(text));
}

static void put_end(FIXTURE_DATA(output) * self, u32 id, u32 end, u32 code, u64 bytes)
{
	u8 buf[sizeof(struct wire_rout_end) + 4];
	struct wire_rout_end e = {
		.end = cpu_to_le32(end),
		.code = cpu_to_le32(code),
		.bytes = cpu_to_le64(bytes),
		.elapsed_ns = cpu_to_le64(42),
	};

	memcpy(buf, &e, sizeof(e));
	memcpy(buf + sizeof(e), "wh\1y", 4);
	put(self, id, WIRE_ROUT_END, buf, sizeof(buf));
}

/* How many of the frames do not fit. */
static unsigned int misfits(FIXTURE_DATA(output) * self)
{
	struct output_order order = { 0 };
	struct rout_view v;
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < self->nr; i++)
		n += !output_next(&order, &self->frames[i], &v);
	return n;
}

TEST_F(output, one_after_the_other)
{
	const struct ktstr_output *o;

	put_text(self, 1, WIRE_ROUT_START, "a");
	put_text(self, 1, WIRE_ROUT_DATA, "one ");
	put_text(self, 1, WIRE_ROUT_DATA, "two");
	put_end(self, 1, WIRE_RUN_EXITED, 0, 7);
	put_text(self, 2, WIRE_ROUT_START, "b");
	put_end(self, 2, WIRE_RUN_EXITED, 3, 0);
	EXPECT_EQ(misfits(self), 0);
	ASSERT_EQ(output_fill(&self->res, self->frames, self->nr), 0);
	ASSERT_EQ(self->res.nr_outputs, 2);
	o = ktstr_output_find(&self->res, "a");
	ASSERT_NE(o, NULL);
	EXPECT_STREQ(o->text, "one two");
	EXPECT_EQ(o->len, 7);
	EXPECT_EQ(o->elapsed_ns, 42);
	EXPECT_STREQ(o->reason, "wh\\x01y");
	EXPECT_TRUE(ktstr_output_ok(o));
	o = ktstr_output_find(&self->res, "b");
	ASSERT_NE(o, NULL);
	EXPECT_STREQ(o->text, "");
	EXPECT_EQ(o->code, 3);
	EXPECT_FALSE(o->truncated);
	EXPECT_FALSE(ktstr_output_ok(o));
	EXPECT_EQ(ktstr_output_find(&self->res, "c"), NULL);
	EXPECT_FALSE(ktstr_output_ok(NULL));
}

TEST_F(output, what_was_cut_is_said)
{
	put_text(self, 1, WIRE_ROUT_START, "a");
	put_text(self, 1, WIRE_ROUT_DATA, "some");
	put_end(self, 1, WIRE_RUN_EXITED, 0, 5);
	ASSERT_EQ(output_fill(&self->res, self->frames, self->nr), 0);
	ASSERT_EQ(self->res.nr_outputs, 1);
	EXPECT_TRUE(self->res.outputs[0].truncated);
	EXPECT_EQ(self->res.outputs[0].bytes, 5);
	EXPECT_FALSE(ktstr_output_ok(&self->res.outputs[0]));
}

TEST_F(output, a_guest_that_ends_first)
{
	put_text(self, 1, WIRE_ROUT_START, "a");
	put_text(self, 1, WIRE_ROUT_DATA, "some");
	ASSERT_EQ(output_fill(&self->res, self->frames, self->nr), 0);
	ASSERT_EQ(self->res.nr_outputs, 1);
	EXPECT_EQ(self->res.outputs[0].end, 0);
	EXPECT_STREQ(self->res.outputs[0].text, "some");
	EXPECT_TRUE(self->res.outputs[0].truncated);
	EXPECT_NE(strstr(self->res.outputs[0].reason, "the guest ended"), NULL);
}

TEST_F(output, frames_that_do_not_fit_change_nothing)
{
	put_text(self, 1, WIRE_ROUT_DATA, "before any start");
	put_end(self, 1, WIRE_RUN_EXITED, 0, 0);
	put_text(self, 3, WIRE_ROUT_START, "a");
	put_text(self, 4, WIRE_ROUT_START, "while another runs");
	put_text(self, 4, WIRE_ROUT_DATA, "of another");
	put_text(self, 3, WIRE_ROUT_DATA, "text");
	put_end(self, 2, WIRE_RUN_EXITED, 0, 4);
	put_end(self, 3, WIRE_RUN_EXITED, 0, 3);
	put_end(self, 3, WIRE_RUN_EXITED, 0, 4);
	put_end(self, 3, WIRE_RUN_EXITED, 9, 4);
	put_text(self, 3, WIRE_ROUT_START, "again");
	put_text(self, 2, WIRE_ROUT_START, "an old id");
	put(self, 5, 9, "x", 1);
	EXPECT_EQ(misfits(self), 10);
	ASSERT_EQ(output_fill(&self->res, self->frames, self->nr), 0);
	ASSERT_EQ(self->res.nr_outputs, 1);
	EXPECT_STREQ(self->res.outputs[0].text, "text");
	EXPECT_EQ(self->res.outputs[0].code, 0);
	EXPECT_TRUE(ktstr_output_ok(&self->res.outputs[0]));
}

TEST_F(output, other_frames_and_broken_ones_are_passed_over)
{
	put_text(self, 1, WIRE_ROUT_START, "a");
	put_text(self, 1, WIRE_ROUT_DATA, "damaged");
	self->frames[1].crc_ok = false;
	put_text(self, 1, WIRE_ROUT_DATA, "other");
	self->frames[2].type = WIRE_SOUT;
	put_end(self, 1, WIRE_RUN_EXITED, 0, 7);
	ASSERT_EQ(output_fill(&self->res, self->frames, self->nr), 0);
	ASSERT_EQ(self->res.nr_outputs, 1);
	EXPECT_STREQ(self->res.outputs[0].text, "");
	EXPECT_TRUE(self->res.outputs[0].truncated);
}

TEST_F(output, bytes_of_any_kind_and_many_pieces)
{
	char piece[1000];
	size_t i;

	memset(piece, '\0', sizeof(piece));
	put_text(self, 1, WIRE_ROUT_START, "a");
	for (i = 0; i < 500; i++) {
		piece[0] = i;
		put(self, 1, WIRE_ROUT_DATA, piece, 1 + i % sizeof(piece));
	}
	ASSERT_EQ(output_fill(&self->res, self->frames, self->nr), 0);
	EXPECT_EQ(self->res.outputs[0].len, 500 * 501 / 2);
	EXPECT_EQ((u8)self->res.outputs[0].text[1], 1);
	EXPECT_EQ((u8)self->res.outputs[0].text[3], 2);
	EXPECT_EQ(self->res.outputs[0].text[self->res.outputs[0].len], '\0');
}

TEST_F(output, no_more_programs_than_a_run_may_have)
{
	u32 i;

	for (i = 1; i <= KTSTR_OUTPUTS_MAX + 1; i++) {
		put_text(self, i, WIRE_ROUT_START, "a");
		put_end(self, i, WIRE_RUN_EXITED, 0, 0);
	}
	EXPECT_EQ(misfits(self), 2);
	ASSERT_EQ(output_fill(&self->res, self->frames, self->nr), 0);
	EXPECT_EQ(self->res.nr_outputs, KTSTR_OUTPUTS_MAX);
}

TEST_F(output, no_more_bytes_than_a_run_may_have)
{
	struct output_order order = { .id = 1, .open = true, .total = WIRE_OUTPUT_MAX - 3 };
	struct rout_view v;

	put_text(self, 1, WIRE_ROUT_DATA, "1234");
	put_text(self, 1, WIRE_ROUT_DATA, "123");
	EXPECT_FALSE(output_next(&order, &self->frames[0], &v));
	EXPECT_TRUE(output_next(&order, &self->frames[1], &v));
	EXPECT_EQ(order.total, WIRE_OUTPUT_MAX);
}

TEST_HARNESS_MAIN
