// SPDX-License-Identifier: GPL-2.0-only
/* The state of a guest in its dump, and what goes when that gets too long. */
#include <stdlib.h>
#include <string.h>

#include "host/inspect/dump.h"
#include "host/inspect/dump_state.h"
#include "host/inspect/value.h"
#include "host/vmm/vcpu.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire_dump.h"

FIXTURE(state)
{
	struct capture_vcpu vcpu;
	struct capture cap;
	struct capture early;
	struct dump_extra x;
	struct dump_dual dual;
	char *text;
	size_t len;
};

FIXTURE_SETUP(state)
{
	self->vcpu = (struct capture_vcpu){ .parked = true, .regs.valid = true };
	self->cap = (struct capture){
		.kind = WIRE_DUMP_FAILURE,
		.vcpus = &self->vcpu,
		.nr_vcpus = 1,
		.frozen = 1,
		.state = vtree_new(64U << 20),
	};
	self->early = self->cap;
	self->early.kind = WIRE_DUMP_EARLY;
	self->early.state = vtree_new(64U << 20);
	ASSERT_NE(NULL, self->cap.state);
	ASSERT_NE(NULL, self->early.state);
}

FIXTURE_TEARDOWN(state)
{
	vtree_free(self->cap.state);
	vtree_free(self->early.state);
	free(self->text);
}

static void add_bytes(struct vtree *t, const char *name, size_t len)
{
	void *bytes = calloc(1, len);

	value_add_bytes(t, value_add_struct(t, vtree_root(t), name), "of", bytes, len);
	free(bytes);
}

#define DUMP()                                                                                \
	do {                                                                                  \
		struct ktstr_err err = { "" };                                                \
		free(self->text);                                                             \
		ASSERT_EQ(0, dump_json(&self->cap, &self->x, &self->text, &self->len, &err)); \
		EXPECT_LE(self->len, WIRE_DUMP_JSON_MAX);                                     \
		EXPECT_EQ(self->len, strlen(self->text));                                     \
	} while (0)
#define HAS(what)     EXPECT_NE(NULL, strstr(self->text, what))
#define HAS_NOT(what) EXPECT_EQ(NULL, strstr(self->text, what))

TEST_F(state, members_stand_in_the_dump_one_a_line)
{
	struct vtree *t = self->cap.state;

	value_add_uint(t, value_add_struct(t, vtree_root(t), "scx_state"), "nr", 3);
	value_add_text(t, vtree_root(t), "maps_unavailable", "no map_idr");
	DUMP();
	HAS("\"scx_state\": {\"nr\":3}");
	HAS("\"maps_unavailable\": \"no map_idr\"");
	HAS("\"logs_cut\": false");
}

TEST_F(state, the_longest_member_goes_first)
{
	struct vtree *t = self->cap.state;

	add_bytes(t, "small", 100);
	add_bytes(t, "middle", 1U << 20);
	add_bytes(t, "large", WIRE_DUMP_JSON_MAX / 2);
	DUMP();
	HAS("\"large_unavailable\": \"left out");
	HAS("\"middle\": {");
	HAS("\"small\": {");
	HAS("\"logs_cut\": false");
}

TEST_F(state, as_many_go_as_have_to)
{
	struct vtree *t = self->cap.state;

	add_bytes(t, "a", WIRE_DUMP_JSON_MAX / 3);
	add_bytes(t, "b", WIRE_DUMP_JSON_MAX / 2);
	add_bytes(t, "c", WIRE_DUMP_JSON_MAX / 3);
	DUMP();
	HAS("\"b_unavailable\"");
	EXPECT_NE(!strstr(self->text, "\"a_unavailable\""),
		  !strstr(self->text, "\"c_unavailable\""));
	HAS("\"logs_cut\": false");
}

TEST_F(state, the_early_one_goes_before_anything_of_the_late_one)
{
	add_bytes(self->early.state, "first", 1000);
	add_bytes(self->cap.state, "second", WIRE_DUMP_JSON_MAX / 2 - 4096);
	self->dual.early = &self->early;
	self->x.dual = &self->dual;
	DUMP();
	HAS("\"first\": {");
	HAS("\"second\": {");
	add_bytes(self->early.state, "more", 4096);
	DUMP();
	HAS("\"first_unavailable\"");
	HAS("\"more_unavailable\"");
	HAS("\"second\": {");
}

TEST_F(state, members_beyond_what_can_be_left_out_stay)
{
	struct vtree *t = self->cap.state;
	u32 i, out = 0, next;

	for (i = 0; i < DUMP_SECTIONS_MAX + 4; i++)
		value_add_struct(t, vtree_root(t), "n");
	for (i = 0; i < DUMP_SECTIONS_MAX; i++) {
		next = dump_state_largest(t, out);
		EXPECT_NE(out, next);
		out = next;
	}
	EXPECT_EQ(~0U, out);
	EXPECT_EQ(out, dump_state_largest(t, out));
	EXPECT_EQ(0, dump_state_largest(NULL, 0));
}

/* Said once for all of a dump, before what it is about. */
#define COMPLETE(yes)                                                          \
	do {                                                                   \
		bool said = (yes);                                             \
		DUMP();                                                        \
		EXPECT_EQ(said, !!strstr(self->text, "\"complete\": true"));   \
		EXPECT_EQ(!said, !!strstr(self->text, "\"complete\": false")); \
	} while (0)

TEST_F(state, what_is_left_out_is_missing)
{
	struct vtree *t = self->cap.state;

	value_add_bool(t, vtree_root(t), "complete", true);
	COMPLETE(true);
	EXPECT_LT(strstr(self->text, "\"complete\""), strstr(self->text, "\"kind\""));
	add_bytes(t, "large", WIRE_DUMP_JSON_MAX / 2);
	COMPLETE(false);
	HAS("\"large_unavailable\": \"left out");
}

TEST_F(state, what_the_tree_says_counts)
{
	struct vtree *t = self->cap.state;

	value_add_bool(t, vtree_root(t), "complete", false);
	COMPLETE(false);
}

TEST_F(state, what_a_kernel_was_built_without_is_not_missing)
{
	struct vtree *t = self->cap.state;

	value_add_text(t, vtree_root(t), "sdt_allocations_unavailable", "no arenas");
	COMPLETE(true);
}

TEST_F(state, a_value_that_is_cut_is_missing)
{
	struct vtree *t = self->cap.state;

	value_cut(value_add_array(t, vtree_root(t), "maps"), 2, 0);
	COMPLETE(false);
}

TEST_F(state, without_a_tree_all_is_missing)
{
	vtree_free(self->cap.state);
	self->cap.state = NULL;
	COMPLETE(false);
	HAS("\"state_unavailable\": \"the host knew no");
}

TEST_F(state, a_cpu_that_ran_is_missing)
{
	self->vcpu.regs.valid = false;
	COMPLETE(false);
	self->vcpu = (struct capture_vcpu){ .regs.valid = true };
	self->cap.frozen = 0;
	COMPLETE(false);
	HAS("\"degraded_reason\"");
}

TEST_F(state, a_reason_to_doubt_is_something_missing)
{
	self->x.degraded_reason = "an interrupt was lost";
	COMPLETE(false);
}

TEST_F(state, both_halves_of_a_dual_dump_count)
{
	struct vtree *t = self->early.state;

	self->dual.early = &self->early;
	self->x.dual = &self->dual;
	COMPLETE(true);
	vtree_gap(t);
	COMPLETE(false);
	self->dual.early = NULL;
	COMPLETE(true);
}

TEST_F(state, what_is_no_section_stays)
{
	struct vtree *t = self->early.state;

	value_add_text(t, vtree_root(t), "maps_unavailable", "no map_idr");
	value_add_uint(t, vtree_root(t), "dump_truncated_at_us", 10);
	add_bytes(t, "early", 1000);
	add_bytes(self->cap.state, "second", WIRE_DUMP_JSON_MAX / 2);
	self->dual.early = &self->early;
	self->x.dual = &self->dual;
	DUMP();
	HAS("\"early_unavailable\"");
	HAS("\"maps_unavailable\": \"no map_idr\"");
	HAS("\"dump_truncated_at_us\": 10");
	HAS_NOT("unavailable_unavailable");
}

TEST_HARNESS_MAIN
