// SPDX-License-Identifier: GPL-2.0-only
/* Kernel operations on the wire: taken as a whole, or not at all. */
#include <errno.h>
#include <stdlib.h>

#include "kselftest_harness.h"
#include "lib/util.h"
#include "lib/wire_ops.h"

static const u8 addr[8] = { 0x00, 0x10, 0, 0, 0x80, 0x88, 0xff, 0xff };
static const u8 percpu[] = "\2\0\0\0runqueues.nr_running";
static const u8 task[] = "\7\0\0\0\1\2\3\4\5\6\7\10scx.slice";

static const struct kop_entry_view reads[] = {
	{ WIRE_KOP_SYMBOL, WIRE_KOP_U64, 10, 8, "jiffies_64" },
	{ WIRE_KOP_DIRECT, WIRE_KOP_U32, 8, 4, addr },
	{ WIRE_KOP_KVA, WIRE_KOP_BYTES, 8, 100, addr },
	{ WIRE_KOP_PERCPU_FIELD, WIRE_KOP_U32, sizeof(percpu) - 1, 4, percpu },
	{ WIRE_KOP_TASK_FIELD, WIRE_KOP_U64, sizeof(task) - 1, 8, task },
};

static const struct kop_entry_view writes[] = {
	{ WIRE_KOP_SYMBOL, WIRE_KOP_U32, 4, 4, "knob", "\1\2\3\4" },
	{ WIRE_KOP_KVA, WIRE_KOP_OR_U32, 8, 4, addr, "\0\0\0\200" },
	{ WIRE_KOP_SYMBOL, WIRE_KOP_BYTES, 4, 5, "text", "hello" },
};

static const struct korq_view read_head = {
	.id = 9,
	.mode = WIRE_KOP_COLD,
	.direction = WIRE_KOP_READ,
	.tag = "look",
	.tag_len = 4,
	.nr_entries = ARRAY_SIZE(reads),
};

static const struct korq_view write_head = {
	.id = 10,
	.mode = WIRE_KOP_HOT,
	.direction = WIRE_KOP_WRITE,
	.nr_entries = ARRAY_SIZE(writes),
};

/* What korq_encode() and so korq_decode() says about one entry. */
static int one(u8 direction, u8 target, const void *data, u16 target_len, u8 value, u32 value_len)
{
	struct korq_view head = { .id = 1, .mode = 1, .direction = direction, .nr_entries = 1 };
	void *value_data = calloc(1, (size_t)value_len + 1), *buf;
	struct kop_entry_view e = { target, value, target_len, value_len, data, value_data };
	size_t len;
	int ret;

	ret = korq_encode(&head, &e, &buf, &len);
	free(value_data);
	if (!ret)
		free(buf);
	return ret;
}

static int same_entry(const struct kop_entry_view *a, const struct kop_entry_view *b, bool write)
{
	return a->target == b->target && a->value == b->value && a->target_len == b->target_len &&
	       a->value_len == b->value_len &&
	       !memcmp(a->target_data, b->target_data, a->target_len) &&
	       (write ? !memcmp(a->value_data, b->value_data, a->value_len) : !b->value_data);
}

TEST(read_request_round_trip)
{
	struct kop_entry_view e;
	struct korq_view v;
	size_t len, pos = 0;
	void *buf;
	u32 i;

	ASSERT_EQ(korq_encode(&read_head, reads, &buf, &len), 0);
	ASSERT_EQ(korq_decode(buf, len, &v), 0);
	EXPECT_EQ(v.id, 9);
	EXPECT_EQ(v.mode, WIRE_KOP_COLD);
	EXPECT_EQ(v.direction, WIRE_KOP_READ);
	ASSERT_EQ(v.tag_len, 4);
	EXPECT_EQ(memcmp(v.tag, "look", 4), 0);
	ASSERT_EQ(v.nr_entries, ARRAY_SIZE(reads));
	for (i = 0; i < v.nr_entries; i++) {
		ASSERT_TRUE(korq_next(&v, &pos, &e));
		EXPECT_TRUE(same_entry(&reads[i], &e, false));
	}
	EXPECT_FALSE(korq_next(&v, &pos, &e));
	free(buf);
}

TEST(write_request_round_trip_and_new_id)
{
	struct kop_entry_view e;
	struct korq_view v;
	size_t len, pos = 0;
	void *buf;
	u32 i;

	ASSERT_EQ(korq_encode(&write_head, writes, &buf, &len), 0);
	korq_set_id(buf, 0x01020304);
	ASSERT_EQ(korq_decode(buf, len, &v), 0);
	EXPECT_EQ(v.id, 0x01020304);
	EXPECT_EQ(v.tag_len, 0);
	for (i = 0; i < v.nr_entries; i++) {
		ASSERT_TRUE(korq_next(&v, &pos, &e));
		EXPECT_TRUE(same_entry(&writes[i], &e, true));
	}
	EXPECT_FALSE(korq_next(&v, &pos, &e));
	free(buf);
}

TEST(T1_request_cut_anywhere_is_refused)
{
	struct korq_view v;
	size_t len, cut;
	void *buf;

	ASSERT_EQ(korq_encode(&write_head, writes, &buf, &len), 0);
	for (cut = 0; cut < len; cut++) {
		/* a copy of its own size, so that ASan sees an overrun */
		u8 *part = malloc(cut + !cut);

		ASSERT_NE(part, NULL);
		memcpy(part, buf, cut);
		EXPECT_EQ(korq_decode(part, cut, &v), -EBADMSG);
		EXPECT_EQ(v.id, cut < sizeof(struct wire_korq) ? 0 : 10);
		free(part);
	}
	free(buf);
}

TEST(anything_left_over_is_refused)
{
	struct korq_view v;
	size_t len;
	void *buf;
	u8 *more;

	ASSERT_EQ(korq_encode(&read_head, reads, &buf, &len), 0);
	more = realloc(buf, len + 1);
	ASSERT_NE(more, NULL);
	more[len] = 0;
	EXPECT_EQ(korq_decode(more, len + 1, &v), -EBADMSG);
	EXPECT_EQ(v.id, 9);
	free(more);
}

TEST(T2_flipped_bits_never_read_outside)
{
	struct kop_entry_view e;
	struct korq_view v;
	size_t len, i, pos;
	u8 *bytes;
	void *buf;
	u32 n;
	int bit;

	ASSERT_EQ(korq_encode(&read_head, reads, &buf, &len), 0);
	bytes = buf;
	for (i = 0; i < len; i++) {
		for (bit = 0; bit < 8; bit++) {
			bytes[i] ^= 1 << bit;
			pos = 0;
			n = 0;
			if (!korq_decode(buf, len, &v))
				while (korq_next(&v, &pos, &e))
					n++;
			bytes[i] ^= 1 << bit;
			EXPECT_TRUE(!n || n == v.nr_entries);
		}
	}
	free(buf);
}

TEST(head_out_of_range)
{
	struct wire_korq w = { cpu_to_le32(1), cpu_to_le32(1), 1, 1, 0, cpu_to_le32(1) };
	struct korq_view v;

	/* no entry follows */
	EXPECT_EQ(korq_decode(&w, sizeof(w), &v), -EBADMSG);
	w.nr_entries = 0;
	EXPECT_EQ(korq_decode(&w, sizeof(w), &v), -EBADMSG);
	w.nr_entries = cpu_to_le32(WIRE_KOP_ENTRIES_MAX + 1);
	EXPECT_EQ(korq_decode(&w, sizeof(w), &v), -E2BIG);
	w.nr_entries = cpu_to_le32(0xffffffff);
	EXPECT_EQ(korq_decode(&w, sizeof(w), &v), -E2BIG);
	w.version = cpu_to_le32(2);
	EXPECT_EQ(korq_decode(&w, sizeof(w), &v), -EPROTO);
	EXPECT_EQ(v.id, 0);
	EXPECT_EQ(korq_decode(NULL, 0, &v), -EBADMSG);
}

TEST(ids_modes_directions_and_tags)
{
	struct korq_view h = read_head;
	char tag[WIRE_KOP_TAG_MAX + 1];
	size_t len;
	void *buf;

	h.id = 0;
	EXPECT_EQ(korq_encode(&h, reads, &buf, &len), -EBADMSG);
	h = read_head;
	h.mode = 0;
	EXPECT_EQ(korq_encode(&h, reads, &buf, &len), -EBADMSG);
	h.mode = 3;
	EXPECT_EQ(korq_encode(&h, reads, &buf, &len), -EBADMSG);
	h = read_head;
	h.direction = 0;
	EXPECT_EQ(korq_encode(&h, reads, &buf, &len), -EBADMSG);
	h.direction = 3;
	EXPECT_EQ(korq_encode(&h, reads, &buf, &len), -EBADMSG);
	h = read_head;
	memset(tag, 't', sizeof(tag));
	h.tag = tag;
	h.tag_len = sizeof(tag);
	EXPECT_EQ(korq_encode(&h, reads, &buf, &len), -E2BIG);
	h.tag_len = WIRE_KOP_TAG_MAX;
	ASSERT_EQ(korq_encode(&h, reads, &buf, &len), 0);
	free(buf);
	tag[7] = '\0';
	EXPECT_EQ(korq_encode(&h, reads, &buf, &len), -EBADMSG);
}

TEST(targets_have_their_shape)
{
	char name[WIRE_KOP_TARGET_MAX + 1];

	memset(name, 'n', sizeof(name));
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, name, WIRE_KOP_TARGET_MAX, WIRE_KOP_U32, 4), 0);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, name, sizeof(name), WIRE_KOP_U32, 4), -E2BIG);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, name, 0, WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "a\0b", 3, WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_DIRECT, addr, 7, WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_KVA, name, 9, WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_PERCPU_FIELD, percpu, 4, WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_PERCPU_FIELD, percpu, sizeof(percpu), WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_TASK_FIELD, task, 12, WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_TASK_FIELD, task, 13, WIRE_KOP_U32, 4), 0);
	EXPECT_EQ(one(1, 0, name, 8, WIRE_KOP_U32, 4), -EBADMSG);
	EXPECT_EQ(one(1, 6, name, 8, WIRE_KOP_U32, 4), -EBADMSG);
}

TEST(values_have_their_size)
{
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_U32, 8), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_U64, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_BYTES, 0), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, 0, 4), -EBADMSG);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, 5, 4), -EBADMSG);
	/* an OR is a write */
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_OR_U32, 4), -EBADMSG);
	EXPECT_EQ(one(2, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_OR_U32, 4), 0);
	EXPECT_EQ(one(2, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_OR_U32, 8), -EBADMSG);
}

TEST(T6_values_are_bounded_by_the_reply)
{
	const u32 most = WIRE_KORP_MAX - sizeof(struct wire_korp) - WIRE_KOP_REASON_MAX -
			 sizeof(struct wire_kop_result);

	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_BYTES, most), 0);
	EXPECT_EQ(one(1, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_BYTES, most + 1), -E2BIG);
	EXPECT_EQ(one(2, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_BYTES, most), 0);
	EXPECT_EQ(one(2, WIRE_KOP_SYMBOL, "s", 1, WIRE_KOP_BYTES, most + 1), -E2BIG);
}

/* A reader claims 4 GiB and sends nothing: refused before anyone allocates. */
TEST(claimed_length_is_not_believed)
{
	struct {
		struct wire_korq head;
		struct wire_kop_entry e;
		char name;
	} __packed w = {
		.head = { cpu_to_le32(1), cpu_to_le32(5), 1, 1, 0, cpu_to_le32(1) },
		.e = { WIRE_KOP_SYMBOL, WIRE_KOP_BYTES, cpu_to_le16(1), cpu_to_le32(0xffffffff) },
		.name = 's',
	};
	struct korq_view v;

	EXPECT_EQ(korq_decode(&w, sizeof(w), &v), -E2BIG);
	EXPECT_EQ(v.id, 5);
	w.head.direction = WIRE_KOP_WRITE;
	w.e.value_len = cpu_to_le32(WIRE_KORP_MAX);
	EXPECT_EQ(korq_decode(&w, sizeof(w), &v), -EBADMSG);
}

TEST(T6_entries_up_to_the_limit)
{
	struct korq_view h = { .id = 1, .mode = 2, .direction = 1 }, v;
	struct kop_entry_view *list, e;
	size_t len, pos = 0;
	void *buf;
	u32 i;

	list = calloc(WIRE_KOP_ENTRIES_MAX + 1, sizeof(*list));
	ASSERT_NE(list, NULL);
	for (i = 0; i <= WIRE_KOP_ENTRIES_MAX; i++)
		list[i] = reads[i % ARRAY_SIZE(reads)];
	h.nr_entries = WIRE_KOP_ENTRIES_MAX + 1;
	EXPECT_EQ(korq_encode(&h, list, &buf, &len), -E2BIG);
	h.nr_entries = WIRE_KOP_ENTRIES_MAX;
	ASSERT_EQ(korq_encode(&h, list, &buf, &len), 0);
	ASSERT_EQ(korq_decode(buf, len, &v), 0);
	for (i = 0; korq_next(&v, &pos, &e); i++)
		;
	EXPECT_EQ(i, WIRE_KOP_ENTRIES_MAX);
	free(buf);
	free(list);
}

static const struct kop_value_view values[] = {
	{ WIRE_KOP_U64, 8, "\1\2\3\4\5\6\7\10" },
	{ WIRE_KOP_U32, 4, "\1\2\3\4" },
	{ WIRE_KOP_BYTES, 3, "abc" },
};

TEST(reply_round_trip)
{
	struct kop_value_view value;
	struct korp_view v;
	size_t len, pos = 0;
	void *buf;
	u32 i;

	ASSERT_EQ(korp_encode(77, true, NULL, values, ARRAY_SIZE(values), &buf, &len), 0);
	ASSERT_EQ(korp_decode(buf, len, &v), 0);
	EXPECT_EQ(v.id, 77);
	EXPECT_TRUE(v.success);
	EXPECT_EQ(v.reason_len, 0);
	ASSERT_EQ(v.nr_values, ARRAY_SIZE(values));
	for (i = 0; i < v.nr_values; i++) {
		ASSERT_TRUE(korp_next(&v, &pos, &value));
		EXPECT_EQ(value.value, values[i].value);
		ASSERT_EQ(value.len, values[i].len);
		EXPECT_EQ(memcmp(value.data, values[i].data, value.len), 0);
	}
	EXPECT_FALSE(korp_next(&v, &pos, &value));
	free(buf);
}

TEST(reason_is_cut_at_a_character)
{
	char reason[WIRE_KOP_REASON_MAX + 10];
	struct korp_view v;
	size_t len;
	void *buf;

	memset(reason, 'r', sizeof(reason));
	reason[sizeof(reason) - 1] = '\0';
	ASSERT_EQ(korp_encode(1, false, reason, NULL, 0, &buf, &len), 0);
	ASSERT_EQ(korp_decode(buf, len, &v), 0);
	EXPECT_FALSE(v.success);
	EXPECT_EQ(v.reason_len, WIRE_KOP_REASON_MAX);
	free(buf);
	/* three bytes, of which two would fit */
	memcpy(reason + WIRE_KOP_REASON_MAX - 2, "\xe2\x82\xac", 3);
	ASSERT_EQ(korp_encode(1, false, reason, NULL, 0, &buf, &len), 0);
	ASSERT_EQ(korp_decode(buf, len, &v), 0);
	EXPECT_EQ(v.reason_len, WIRE_KOP_REASON_MAX - 2);
	free(buf);
	reason[WIRE_KOP_REASON_MAX] = '\0';
	memset(reason, 'r', WIRE_KOP_REASON_MAX);
	ASSERT_EQ(korp_encode(1, false, reason, NULL, 0, &buf, &len), 0);
	ASSERT_EQ(korp_decode(buf, len, &v), 0);
	EXPECT_EQ(v.reason_len, WIRE_KOP_REASON_MAX);
	free(buf);
}

TEST(reply_refusals)
{
	struct kop_value_view bad = { WIRE_KOP_OR_U32, 4, "abcd" };
	struct korp_view v;
	size_t len, cut;
	void *buf;
	u8 *bytes;

	EXPECT_EQ(korp_encode(0, true, NULL, NULL, 0, &buf, &len), -EBADMSG);
	EXPECT_EQ(korp_encode(1, true, NULL, &bad, 1, &buf, &len), -EBADMSG);
	bad.value = WIRE_KOP_BYTES;
	bad.len = WIRE_KORP_MAX;
	EXPECT_EQ(korp_encode(1, true, NULL, &bad, 1, &buf, &len), -E2BIG);
	ASSERT_EQ(korp_encode(1, false, "why", values, ARRAY_SIZE(values), &buf, &len), 0);
	for (cut = 0; cut < len; cut++) {
		u8 *part = malloc(cut + !cut);

		ASSERT_NE(part, NULL);
		memcpy(part, buf, cut);
		EXPECT_EQ(korp_decode(part, cut, &v), -EBADMSG);
		free(part);
	}
	bytes = buf;
	bytes[0] = 2;
	EXPECT_EQ(korp_decode(buf, len, &v), -EPROTO);
	bytes[0] = 1;
	bytes[8] = 2; /* success */
	EXPECT_EQ(korp_decode(buf, len, &v), -EBADMSG);
	bytes[8] = 1;
	bytes[16] = '\0'; /* reason */
	EXPECT_EQ(korp_decode(buf, len, &v), -EBADMSG);
	bytes[16] = 'w';
	bytes[20] = 1; /* pad of the first value */
	EXPECT_EQ(korp_decode(buf, len, &v), -EBADMSG);
	bytes[20] = 0;
	EXPECT_EQ(korp_decode(buf, len, &v), 0);
	free(buf);
}

TEST_HARNESS_MAIN
