// SPDX-License-Identifier: GPL-2.0-only
/* Kernel operations from request to reply, on a kernel made of paper. */
#include "host/coord/kernel_ops.h"
#include "kselftest_harness.h"
#include "kop_fake.h"

#define WORD	 (FAKE_BASE + FAKE_WORD)
#define ENTRIES	 8
#define UNMAPPED 0xffffff0000000000ULL

/**
 * struct ask - an entry, in short
 * @target: enum wire_kop_target; SYMBOL and KVA here
 * @value: enum wire_kop_value
 * @name: of the symbol
 * @kva: of the address
 * @data: written
 * @len: bytes of WIRE_KOP_BYTES
 */
struct ask {
	u8 target;
	u8 value;
	const char *name;
	u64 kva;
	const void *data;
	u32 len;
};

FIXTURE(kops)
{
	struct fake f;
	struct ktstr_err err;
	struct korp_view reply;
	struct kop_value_view values[ENTRIES];
	char reason[WIRE_KOP_REASON_MAX + 1];
	void *raw;
	bool frozen;
};

FIXTURE_SETUP(kops)
{
	ASSERT_EQ(0, fake_init(&self->f, FAKE_SIZE));
}

FIXTURE_TEARDOWN(kops)
{
	free(self->f.mem);
	free(self->raw);
}

static u32 value_len(const struct ask *a)
{
	switch (a->value) {
	case WIRE_KOP_U64:
		return 8;
	case WIRE_KOP_BYTES:
		return a->len;
	default:
		return 4;
	}
}

/* Encode, decode, run, and decode the reply. */
static int ask(FIXTURE_DATA(kops) * self, u8 mode, u8 direction, const struct ask *asked, u32 nr)
{
	struct korq_view v = { .id = 7, .mode = mode, .direction = direction, .nr_entries = nr };
	struct kop_entry_view e[ENTRIES];
	struct kernel_op_request req = { .id = 7 };
	size_t len, pos = 0;
	int ret;
	u32 i;

	for (i = 0; i < nr; i++)
		e[i] = (struct kop_entry_view){
			.target = asked[i].target,
			.value = asked[i].value,
			.target_len = asked[i].name ? strlen(asked[i].name) : 8,
			.value_len = value_len(&asked[i]),
			.target_data = asked[i].name ?: (const void *)&asked[i].kva,
			.value_data = asked[i].data,
		};
	if (korq_encode(&v, e, &req.data, &req.len))
		return 1;
	if (kernel_ops_decode(&req, &v, &self->err))
		return 2;
	free(self->raw);
	self->err.msg[0] = '\0';
	ret = kernel_ops_run(&self->f.kop, &v, self->frozen, &self->raw, &len, &self->err);
	free(req.data);
	if (!self->raw || korp_decode(self->raw, len, &self->reply) || self->reply.id != 7)
		return 3;
	memcpy(self->reason, self->reply.reason, self->reply.reason_len);
	self->reason[self->reply.reason_len] = '\0';
	for (i = 0; korp_next(&self->reply, &pos, &self->values[i]); i++)
		;
	return ret;
}

static bool says(const char *message, const char *text)
{
	if (strstr(message, text))
		return true;
	ksft_print_msg("'%s' does not say '%s'\n", message, text);
	return false;
}

static u64 number(const struct kop_value_view *v)
{
	u64 n = 0;

	memcpy(&n, v->data, v->len < sizeof(n) ? v->len : sizeof(n));
	return n;
}

#define SYM(n, ...) { .target = WIRE_KOP_SYMBOL, .name = (n), __VA_ARGS__ }
#define KVA(a, ...) { .target = WIRE_KOP_KVA, .kva = (a), __VA_ARGS__ }

TEST_F(kops, hot_read_of_each_type)
{
	static const struct ask asked[] = {
		SYM("word", .value = WIRE_KOP_U32),
		SYM("word", .value = WIRE_KOP_U64),
		KVA(WORD + 1, .value = WIRE_KOP_BYTES, .len = 3),
		{ .target = WIRE_KOP_DIRECT, .kva = WORD + 4, .value = WIRE_KOP_U32 },
	};

	fake_put64(&self->f, WORD, 0x1122334455667788ULL);
	EXPECT_EQ(0, ask(self, WIRE_KOP_HOT, WIRE_KOP_READ, asked, ARRAY_SIZE(asked)));
	EXPECT_TRUE(self->reply.success);
	EXPECT_STREQ("", self->reason);
	ASSERT_EQ(4, self->reply.nr_values);
	EXPECT_EQ(WIRE_KOP_U32, self->values[0].value);
	EXPECT_EQ(0x55667788, number(&self->values[0]));
	EXPECT_EQ(WIRE_KOP_U64, self->values[1].value);
	EXPECT_EQ(0x1122334455667788ULL, number(&self->values[1]));
	EXPECT_EQ(WIRE_KOP_BYTES, self->values[2].value);
	EXPECT_EQ(3, self->values[2].len);
	EXPECT_EQ(0x556677, number(&self->values[2]));
	EXPECT_EQ(0x11223344, number(&self->values[3]));
	EXPECT_EQ(0, self->f.writes);
}

TEST_F(kops, hot_write_of_each_type)
{
	static const u32 v32 = 0xaabbccdd;
	static const u64 v64 = 0x0102030405060708ULL;
	static const struct ask asked[] = {
		SYM("word", .value = WIRE_KOP_U64, .data = &v64),
		KVA(WORD + 8, .value = WIRE_KOP_U32, .data = &v32),
		{ .target = WIRE_KOP_DIRECT,
		  .kva = WORD + 16,
		  .value = WIRE_KOP_BYTES,
		  .data = "ktstr",
		  .len = 5 },
	};

	EXPECT_EQ(0, ask(self, WIRE_KOP_HOT, WIRE_KOP_WRITE, asked, ARRAY_SIZE(asked)));
	EXPECT_TRUE(self->reply.success);
	EXPECT_EQ(0, self->reply.nr_values);
	EXPECT_EQ(v64, fake_get64(&self->f, WORD));
	EXPECT_EQ(v32, fake_get64(&self->f, WORD + 8));
	EXPECT_EQ(0, memcmp("ktstr", fake_at(&self->f, WORD + 16, 6), 6));
	EXPECT_EQ(3, self->f.writes);
}

TEST_F(kops, cold_or_keeps_the_other_bits)
{
	static const u32 bits = 0x80000011;
	static const struct ask asked[] = { SYM("word", .value = WIRE_KOP_OR_U32, .data = &bits) };

	fake_put64(&self->f, WORD, 0xffffffff0f0f0f0fULL);
	self->frozen = true;
	EXPECT_EQ(0, ask(self, WIRE_KOP_COLD, WIRE_KOP_WRITE, asked, 1));
	EXPECT_EQ(0xffffffff8f0f0f1fULL, fake_get64(&self->f, WORD));
}

TEST_F(kops, hot_or_is_refused)
{
	static const u32 bits = 1;
	static const struct ask asked[] = { SYM("word", .value = WIRE_KOP_OR_U32, .data = &bits) };

	EXPECT_EQ(-EOPNOTSUPP, ask(self, WIRE_KOP_HOT, WIRE_KOP_WRITE, asked, 1));
	EXPECT_TRUE(says(self->reason,
			 "entry 1 of 1: an OR of running memory would undo the guest's own"));
	EXPECT_TRUE(says(self->reason, "make it cold"));
	EXPECT_EQ(0, self->f.writes);
	/* It stays hot inside of somebody else's freeze. */
	self->frozen = true;
	EXPECT_EQ(-EOPNOTSUPP, ask(self, WIRE_KOP_HOT, WIRE_KOP_WRITE, asked, 1));
}

TEST_F(kops, cold_insists_on_a_freeze)
{
	static const u32 v = 1;
	static const struct ask asked[] = { SYM("word", .value = WIRE_KOP_U32, .data = &v) };

	EXPECT_EQ(-EPERM, ask(self, WIRE_KOP_COLD, WIRE_KOP_WRITE, asked, 1));
	EXPECT_STREQ("a cold operation while the guest runs", self->reason);
	EXPECT_FALSE(self->reply.success);
	EXPECT_EQ(0, self->f.writes);
	self->frozen = true;
	EXPECT_EQ(0, ask(self, WIRE_KOP_COLD, WIRE_KOP_WRITE, asked, 1));
	EXPECT_EQ(1, self->f.writes);
}

TEST_F(kops, first_failure_ends_the_batch_and_earlier_writes_stay)
{
	static const u32 v = 0x5555;
	static const struct ask asked[] = {
		KVA(WORD, .value = WIRE_KOP_U32, .data = &v),
		KVA(WORD + 4, .value = WIRE_KOP_U32, .data = &v),
		SYM("nowhere", .value = WIRE_KOP_U32, .data = &v),
		KVA(WORD + 8, .value = WIRE_KOP_U32, .data = &v),
	};

	EXPECT_EQ(-ENOENT, ask(self, WIRE_KOP_HOT, WIRE_KOP_WRITE, asked, ARRAY_SIZE(asked)));
	EXPECT_FALSE(self->reply.success);
	EXPECT_TRUE(says(self->reason, "entry 3 of 4: no symbol 'nowhere' in this kernel: "));
	EXPECT_TRUE(says(self->reason, "spell it as /proc/kallsyms does"));
	EXPECT_STREQ(self->reason, self->err.msg);
	EXPECT_EQ(0x0000555500005555ULL, fake_get64(&self->f, WORD));
	EXPECT_EQ(0, fake_get64(&self->f, WORD + 8));
}

TEST_F(kops, reads_before_the_failure_come_back)
{
	static const struct ask asked[] = {
		SYM("word", .value = WIRE_KOP_U32),
		KVA(WORD + 4, .value = WIRE_KOP_U32),
		KVA(UNMAPPED, .value = WIRE_KOP_U32),
		SYM("word", .value = WIRE_KOP_U32),
	};

	fake_put64(&self->f, WORD, 0x0000000200000001ULL);
	EXPECT_EQ(-EFAULT, ask(self, WIRE_KOP_HOT, WIRE_KOP_READ, asked, ARRAY_SIZE(asked)));
	EXPECT_FALSE(self->reply.success);
	EXPECT_TRUE(says(self->reason,
			 "entry 3 of 4: cannot read 4 bytes at 0xffffff0000000000: "));
	EXPECT_TRUE(says(self->reason, "not mapped, or not RAM"));
	ASSERT_EQ(2, self->reply.nr_values);
	EXPECT_EQ(1, number(&self->values[0]));
	EXPECT_EQ(2, number(&self->values[1]));
}

TEST_F(kops, writes_to_what_is_not_mapped)
{
	static const u32 v = 1;
	static const struct ask plain[] = { SYM("unmapped", .value = WIRE_KOP_U32, .data = &v) };
	static const struct ask masked[] = { KVA(UNMAPPED, .value = WIRE_KOP_OR_U32, .data = &v) };

	EXPECT_EQ(-EFAULT, ask(self, WIRE_KOP_HOT, WIRE_KOP_WRITE, plain, 1));
	EXPECT_TRUE(says(self->reason,
			 "entry 1 of 1: cannot write 4 bytes at 0xffff888040000000: "));
	EXPECT_TRUE(says(self->reason, "not mapped, or not RAM"));
	self->frozen = true;
	EXPECT_EQ(-EFAULT, ask(self, WIRE_KOP_COLD, WIRE_KOP_WRITE, masked, 1));
	EXPECT_EQ(1, self->f.writes);
}

TEST_F(kops, gates_of_a_task_guard_reads_and_writes)
{
	u64 task = fake_process_add(&self->f, 10);
	u64 value = 20000000;
	struct korq_view v = {
		.id = 1,
		.mode = WIRE_KOP_COLD,
		.direction = WIRE_KOP_WRITE,
		.nr_entries = 1,
	};
	static const char target[] = "\x0a\0\0\0\x10\x27\0\0\0\0\0\0scx.slice";
	struct kop_entry_view e = {
		.target = WIRE_KOP_TASK_FIELD,
		.value = WIRE_KOP_U64,
		.target_len = sizeof(target) - 1,
		.value_len = 8,
		.target_data = target,
		.value_data = &value,
	};
	struct kernel_op_request req = { .id = 1 };
	size_t len;

	ASSERT_EQ(0, korq_encode(&v, &e, &req.data, &req.len));
	ASSERT_EQ(0, kernel_ops_decode(&req, &v, &self->err));
	EXPECT_EQ(0, kernel_ops_run(&self->f.kop, &v, true, &self->raw, &len, &self->err));
	EXPECT_EQ(value, fake_get64(&self->f, task + T_SLICE));
	free(self->raw);
	fake_put64(&self->f, task + T_SLICE, 0);
	fake_put32(&self->f, task + T_ON_RQ, 1);
	EXPECT_EQ(-EBUSY, kernel_ops_run(&self->f.kop, &v, true, &self->raw, &len, &self->err));
	EXPECT_EQ(0, fake_get64(&self->f, task + T_SLICE));
	EXPECT_STREQ("entry 1 of 1: pid 10 is on a run queue (on_rq 1): let it sleep",
		     self->err.msg);
	free(req.data);
}

/* What must fit into one reply, head and longest reason included. */
TEST_F(kops, a_reply_of_one_mebibyte)
{
	const u32 room = WIRE_KORP_MAX - sizeof(struct wire_korp) - WIRE_KOP_REASON_MAX -
			 sizeof(struct wire_kop_result);
	struct ask asked[] = { KVA(FAKE_BASE, .value = WIRE_KOP_BYTES, .len = room) };

	free(self->f.mem);
	ASSERT_EQ(0, fake_init(&self->f, SZ_2M));
	EXPECT_EQ(0, ask(self, WIRE_KOP_HOT, WIRE_KOP_READ, asked, 1));
	EXPECT_EQ(room, self->values[0].len);
	EXPECT_EQ(0, memcmp(self->f.mem, self->values[0].data, room));
	/* One more is refused before anything is read. */
	asked[0].len++;
	EXPECT_EQ(1, ask(self, WIRE_KOP_HOT, WIRE_KOP_READ, asked, 1));
}

TEST_F(kops, malformed_requests_are_named)
{
	struct wire_korq w = {
		.version = cpu_to_le32(WIRE_OPS_VERSION),
		.id = cpu_to_le32(9),
		.mode = WIRE_KOP_HOT,
		.direction = WIRE_KOP_READ,
		.nr_entries = cpu_to_le32(1),
	};
	struct kernel_op_request req = { .id = 9, .data = &w, .len = sizeof(w) };
	struct korq_view v;

	EXPECT_EQ(-EBADMSG, kernel_ops_decode(&req, &v, &self->err));
	EXPECT_STREQ("kernel operation: malformed request of 16 bytes", self->err.msg);
	EXPECT_EQ(9, v.id);
	w.nr_entries = cpu_to_le32(WIRE_KOP_ENTRIES_MAX + 1);
	EXPECT_EQ(-E2BIG, kernel_ops_decode(&req, &v, &self->err));
	EXPECT_TRUE(says(self->err.msg, "kernel operation: above a limit: "));
	EXPECT_TRUE(says(self->err.msg,
			 "4096 entries, 1024 bytes of target, 256 of tag, 1048576 of reply"));
	w.version = cpu_to_le32(WIRE_OPS_VERSION + 1);
	EXPECT_EQ(-EPROTO, kernel_ops_decode(&req, &v, &self->err));
	EXPECT_STREQ("kernel operation: unknown version, this host speaks 1", self->err.msg);
	EXPECT_EQ(9, v.id);
}

TEST_F(kops, requests_that_were_never_copied)
{
	struct kernel_op_request req = { .id = 9, .error = -EMSGSIZE, .len = SZ_4M };
	struct korq_view v;

	EXPECT_EQ(-EMSGSIZE, kernel_ops_decode(&req, &v, &self->err));
	EXPECT_TRUE(says(self->err.msg, "4194304 bytes"));
	EXPECT_EQ(9, v.id);
	req.error = -ENOMEM;
	EXPECT_EQ(-ENOMEM, kernel_ops_decode(&req, &v, &self->err));
	EXPECT_STREQ("no memory for a kernel operation of 4194304 bytes", self->err.msg);
	EXPECT_EQ(9, v.id);
}

TEST_F(kops, a_refusal_has_its_reason)
{
	char longest[2 * WIRE_KOP_REASON_MAX];
	size_t len;

	ASSERT_EQ(0, kernel_ops_refuse(3, "no observer", &self->raw, &len));
	ASSERT_EQ(0, korp_decode(self->raw, len, &self->reply));
	EXPECT_EQ(3, self->reply.id);
	EXPECT_FALSE(self->reply.success);
	EXPECT_EQ(0, self->reply.nr_values);
	EXPECT_EQ(0, memcmp("no observer", self->reply.reason, self->reply.reason_len));
	free(self->raw);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ASSERT_EQ(0, kernel_ops_refuse(3, longest, &self->raw, &len));
	ASSERT_EQ(0, korp_decode(self->raw, len, &self->reply));
	EXPECT_EQ(WIRE_KOP_REASON_MAX, self->reply.reason_len);
}

TEST(kernel_ops_share_a_freeze_only_as_cold_writes)
{
	static const u8 modes[] = { WIRE_KOP_HOT, WIRE_KOP_COLD };
	static const u8 directions[] = { WIRE_KOP_READ, WIRE_KOP_WRITE };
	unsigned int i;

	for (i = 0; i < 16; i++) {
		struct korq_view a = { .mode = modes[i & 1], .direction = directions[i >> 1 & 1] };
		struct korq_view b = { .mode = modes[i >> 2 & 1], .direction = directions[i >> 3] };

		EXPECT_EQ(i == 15, kernel_ops_share_freeze(&a, &b));
	}
}

TEST_HARNESS_MAIN
