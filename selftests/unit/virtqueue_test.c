// SPDX-License-Identifier: GPL-2.0-only
/* The split virtqueue against rings and chains that break its rules. */
#include <linux/kernel.h>

#include "host/vmm/devices/virtqueue.h"
#include "virtqueue_fixture.h"

TEST_F(vq, pops_and_pushes_in_order)
{
	u8 buf[64];
	u32 id, len;

	gmem_write(self->gm, FQ_DATA, "hello ", 6);
	gmem_write(self->gm, FQ_DATA + 0x1000, "world", 5);
	fq_desc(&self->q, 3, FQ_DATA, 6, NEXT, 5);
	fq_desc(&self->q, 5, FQ_DATA + 0x1000, 5, NEXT, 7);
	fq_desc(&self->q, 7, FQ_DATA + 0x2000, 100, WRITE, 0);
	EXPECT_EQ(0, POP());
	fq_avail(&self->q, 3);
	ASSERT_EQ(1, POP());
	EXPECT_EQ(2, self->c->nr_out);
	EXPECT_EQ(1, self->c->nr_in);
	EXPECT_EQ(11, self->c->out_len);
	EXPECT_EQ(100, self->c->in_len);
	EXPECT_EQ(4, vq_chain_read(self->c, buf, 4));
	EXPECT_EQ(7, vq_chain_read(self->c, buf + 4, 60));
	EXPECT_EQ(0, memcmp(buf, "hello world", 11));
	EXPECT_EQ(3, vq_chain_write(self->c, "abc", 3));
	virtqueue_push(&self->vq, self->c);
	ASSERT_TRUE(fq_used(&self->q, &id, &len));
	EXPECT_EQ(3, id);
	EXPECT_EQ(3, len);
	EXPECT_EQ(0, POP());
}

TEST_F(vq, runs_through_the_wrap_of_every_index)
{
	u32 i, id, len;

	for (i = 0; i < 70000; i++) {
		fq_desc(&self->q, i % QSIZE, FQ_DATA, 8, 0, 0);
		fq_avail(&self->q, i % QSIZE);
		ASSERT_EQ(1, POP());
		virtqueue_push(&self->vq, self->c);
		ASSERT_TRUE(fq_used(&self->q, &id, &len));
		ASSERT_EQ(i % QSIZE, id);
	}
	EXPECT_EQ(70000, self->vq.nr_pushes);
}

TEST_F(vq, Q1_self_loop)
{
	fq_desc(&self->q, 2, FQ_DATA, 8, NEXT, 2);
	fq_avail(&self->q, 2);
	EXPECT_STOPPED(VQ_CHAIN_LOOP);
}

TEST_F(vq, Q1_two_cycle)
{
	fq_desc(&self->q, 2, FQ_DATA, 8, NEXT, 3);
	fq_desc(&self->q, 3, FQ_DATA, 8, NEXT, 2);
	fq_avail(&self->q, 2);
	EXPECT_STOPPED(VQ_CHAIN_LOOP);
}

TEST_F(vq, Q1_loop_in_an_indirect_table)
{
	struct vring_desc *t = gmem_hva(self->gm, FQ_DATA, 64);

	t[0] = (struct vring_desc){ FQ_DATA + 0x1000, 8, NEXT, 1 };
	t[1] = (struct vring_desc){ FQ_DATA + 0x1000, 8, NEXT, 0 };
	fq_desc(&self->q, 0, FQ_DATA, 32, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_CHAIN_LOOP);
}

TEST_F(vq, Q1_full_length_chain_is_no_loop)
{
	u16 i;

	for (i = 0; i < QSIZE; i++)
		fq_desc(&self->q, i, FQ_DATA, 8, i + 1 < QSIZE ? NEXT : 0, i + 1);
	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	EXPECT_EQ(QSIZE, self->c->nr_out);
}

TEST_F(vq, Q2_longer_than_the_queue)
{
	struct vring_desc *t = gmem_hva(self->gm, FQ_DATA, QSIZE * sizeof(*t));
	u16 i;

	/* One direct descriptor and then a table as long as the queue. */
	for (i = 0; i < QSIZE; i++)
		t[i] = (struct vring_desc){ FQ_DATA + 0x1000, 8, i + 1 < QSIZE ? NEXT : 0, i + 1 };
	fq_desc(&self->q, 0, FQ_DATA + 0x1000, 8, NEXT, 1);
	fq_desc(&self->q, 1, FQ_DATA, QSIZE * sizeof(*t), INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_CHAIN_LONG);
}

TEST_F(vq, Q3_avail_jump)
{
	u16 i;

	for (i = 0; i < QSIZE; i++) {
		fq_desc(&self->q, i, FQ_DATA, 8, 0, 0);
		self->q.avail->ring[i] = i;
	}
	fq_publish(&self->q, QSIZE + 1);
	EXPECT_STOPPED(VQ_AVAIL_JUMP);
	EXPECT_EQ(0, self->vq.nr_pops);
}

TEST_F(vq, Q3_a_whole_queue_is_no_jump)
{
	u16 i;

	for (i = 0; i < QSIZE; i++) {
		fq_desc(&self->q, i, FQ_DATA, 8, 0, 0);
		self->q.avail->ring[i] = i;
	}
	fq_publish(&self->q, QSIZE);
	for (i = 0; i < QSIZE; i++)
		EXPECT_EQ(1, POP());
	EXPECT_EQ(0, POP());
}

TEST_F(vq, Q4_avail_backwards)
{
	fq_desc(&self->q, 0, FQ_DATA, 8, 0, 0);
	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	virtqueue_push(&self->vq, self->c);
	fq_publish(&self->q, 0);
	EXPECT_STOPPED(VQ_AVAIL_REWIND);
}

TEST_F(vq, Q4_takes_back_what_was_seen)
{
	u16 i;

	for (i = 0; i < 4; i++)
		fq_desc(&self->q, i, FQ_DATA, 8, 0, 0);
	for (i = 0; i < 4; i++)
		fq_avail(&self->q, i);
	ASSERT_EQ(1, POP());
	fq_publish(&self->q, 2);
	EXPECT_STOPPED(VQ_AVAIL_REWIND);
}

TEST_F(vq, Q4_wrap_is_legal)
{
	self->vq.last_avail = 65535;
	self->vq.seen_avail = 65535;
	self->q.avail_idx = 65535;
	fq_desc(&self->q, 0, FQ_DATA, 8, 0, 0);
	fq_desc(&self->q, 1, FQ_DATA, 8, 0, 0);
	fq_avail(&self->q, 0);
	fq_avail(&self->q, 1);
	EXPECT_EQ(1, self->q.avail_idx);
	EXPECT_EQ(1, POP());
	EXPECT_EQ(1, POP());
	EXPECT_EQ(0, POP());
	EXPECT_EQ(VQ_OK, self->vq.error);
}

TEST_F(vq, Q5_same_head_in_flight)
{
	u32 id, len;

	fq_desc(&self->q, 4, FQ_DATA, 8, 0, 0);
	fq_avail(&self->q, 4);
	ASSERT_EQ(1, POP());
	fq_avail(&self->q, 4);
	EXPECT_EQ(-EPROTO, POP());
	EXPECT_EQ(VQ_DUP_HEAD, self->vq.error);
	/* The first one's completion does not reach a stopped queue. */
	virtqueue_push(&self->vq, self->c);
	EXPECT_FALSE(fq_used(&self->q, &id, &len));
}

TEST_F(vq, Q5_a_chain_is_pushed_once)
{
	fq_desc(&self->q, 4, FQ_DATA, 8, 0, 0);
	fq_avail(&self->q, 4);
	ASSERT_EQ(1, POP());
	virtqueue_push(&self->vq, self->c);
	virtqueue_push(&self->vq, self->c);
	EXPECT_EQ(1, fq_used_idx(&self->q));
	fq_avail(&self->q, 4);
	EXPECT_EQ(1, POP());
}

TEST_F(vq, Q6_head_out_of_range)
{
	static const u16 bad[] = { QSIZE, QSIZE + 1, 0x7fff, 0xffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		virtqueue_reset(&self->vq);
		ASSERT_EQ(0, vq_enable(&self->vq, &self->q));
		fq_publish(&self->q, 0);
		fq_avail(&self->q, bad[i]);
		EXPECT_STOPPED(VQ_HEAD_RANGE);
	}
}

TEST_F(vq, Q6_next_out_of_range)
{
	fq_desc(&self->q, 0, FQ_DATA, 8, NEXT, QSIZE);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_NEXT_RANGE);
}

TEST_F(vq, Q6_next_outside_of_the_indirect_table)
{
	struct vring_desc *t = gmem_hva(self->gm, FQ_DATA, 64);

	/* Index 2 is fine for the queue, but the table has two entries. */
	t[0] = (struct vring_desc){ FQ_DATA + 0x1000, 8, NEXT, 2 };
	fq_desc(&self->q, 0, FQ_DATA, 32, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_NEXT_RANGE);
}

TEST_F(vq, Q7_all_zero_chain)
{
	u32 id, len;
	u8 buf[8];

	fq_avail(&self->q, 9);
	ASSERT_EQ(1, POP());
	EXPECT_FALSE(self->c->fault);
	EXPECT_EQ(0, self->c->out_len);
	EXPECT_EQ(0, vq_chain_read(self->c, buf, 8));
	virtqueue_push(&self->vq, self->c);
	EXPECT_TRUE(fq_used(&self->q, &id, &len));
	EXPECT_EQ(0, len);
	EXPECT_EQ(1, self->vq.nr_empty_descs);
}

TEST_F(vq, Q7_empty_descriptors_between_full_ones)
{
	u8 buf[8];

	gmem_write(self->gm, FQ_DATA, "ab", 2);
	/* The address of nothing may be anything. */
	fq_desc(&self->q, 0, ~0ULL, 0, NEXT, 1);
	fq_desc(&self->q, 1, FQ_DATA, 2, NEXT, 2);
	fq_desc(&self->q, 2, 0xdead000, 0, 0, 0);
	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	EXPECT_FALSE(self->c->fault);
	EXPECT_EQ(2, vq_chain_read(self->c, buf, 8));
	EXPECT_EQ(2, self->vq.nr_empty_descs);
}

TEST_F(vq, Q8_lengths_that_cannot_be)
{
	static const struct {
		u64 addr;
		u32 len;
	} bad[] = {
		{ FQ_DATA, 0xffffffff }, { ~0ULL - 3, 8 },  { ~0ULL, 0xffffffff },
		{ 1ULL << 63, 8 },	 { 0, 0xffffffff },
	};
	unsigned int i;
	u32 id, len;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		fq_desc(&self->q, i, bad[i].addr, bad[i].len, i % 2 ? WRITE : 0, 0);
		fq_avail(&self->q, i);
		ASSERT_EQ(1, POP());
		EXPECT_TRUE(self->c->fault);
		EXPECT_EQ(0, self->c->nr_out + self->c->nr_in);
		EXPECT_EQ(0, self->c->out_len + self->c->in_len);
		virtqueue_push(&self->vq, self->c);
		ASSERT_TRUE(fq_used(&self->q, &id, &len));
		EXPECT_EQ(0, len);
	}
}

TEST_F(vq, Q8_chain_of_more_than_4_gib)
{
	u16 i;

	/* Each length fits its field; it is the sum that is too much. */
	for (i = 0; i < 8; i++)
		fq_desc(&self->q, i, 0, 0x30000000, i < 7 ? NEXT : 0, i + 1);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_CHAIN_BYTES);
}

TEST_F(vq, Q9_buffers_at_the_edges_of_ram)
{
	static const struct {
		u64 addr;
		u32 len;
		bool fault;
	} edge[] = {
		{ FQ_RAM - 8, 8, false }, { FQ_RAM - 8, 9, true },	{ FQ_RAM, 1, true },
		{ 0, 8, false },	  { FQ_RAM - 1, 0x1000, true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(edge); i++) {
		fq_desc(&self->q, i, edge[i].addr, edge[i].len, 0, 0);
		fq_avail(&self->q, i);
		ASSERT_EQ(1, POP());
		EXPECT_EQ(edge[i].fault, self->c->fault);
	}
}

TEST(Q9_buffer_over_the_hole)
{
	struct vq_chain *c = calloc(1, sizeof(*c));
	struct virtqueue vq;
	struct gmem *gm;
	struct fq q;

	gm = gmem_new(6 * SZ_1M, 4 * SZ_1M, 8 * SZ_1M, NULL);
	ASSERT_NE(NULL, gm);
	ASSERT_NE(NULL, c);
	fq_init(&q, gm, FQ_BASE(0), QSIZE);
	virtqueue_init(&vq, QSIZE);
	ASSERT_EQ(0, vq_enable(&vq, &q));
	fq_desc(&q, 0, 4 * SZ_1M - 8, 16, 0, 0);
	fq_desc(&q, 1, 0, 9 * SZ_1M, 0, 0);
	fq_desc(&q, 2, 8 * SZ_1M - 1, 2, 0, 0);
	fq_desc(&q, 3, 8 * SZ_1M, 2 * SZ_1M, 0, 0);
	fq_avail(&q, 0);
	fq_avail(&q, 1);
	fq_avail(&q, 2);
	fq_avail(&q, 3);
	EXPECT_EQ(1, virtqueue_pop(&vq, gm, c));
	EXPECT_TRUE(c->fault);
	EXPECT_EQ(1, virtqueue_pop(&vq, gm, c));
	EXPECT_TRUE(c->fault);
	EXPECT_EQ(1, virtqueue_pop(&vq, gm, c));
	EXPECT_TRUE(c->fault);
	EXPECT_EQ(1, virtqueue_pop(&vq, gm, c));
	EXPECT_FALSE(c->fault);
	gmem_free(gm);
	free(c);
}

TEST_F(vq, Q10_buffers_over_the_rings)
{
	u8 junk[512];

	memset(junk, 0xa5, sizeof(junk));
	/* Overwrites the whole descriptor table, the avail and the used ring. */
	fq_desc(&self->q, 0, self->q.base, QSIZE * 16, WRITE | NEXT, 1);
	fq_desc(&self->q, 1, self->q.base + FQ_AVAIL, 6 + 2 * QSIZE, WRITE | NEXT, 2);
	fq_desc(&self->q, 2, self->q.base + FQ_USED, 6 + 8 * QSIZE, WRITE | NEXT, 3);
	fq_desc(&self->q, 3, self->q.base, 32, WRITE, 0);
	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	EXPECT_EQ(4, self->c->nr_in);
	vq_chain_write(self->c, junk, sizeof(junk));
	EXPECT_EQ(0, self->c->head);
	virtqueue_push(&self->vq, self->c);
	EXPECT_EQ(1, fq_used_idx(&self->q));
	EXPECT_EQ(1, self->vq.last_avail);
	/* What the index reads now is nonsense, and is taken for it. */
	EXPECT_EQ(-EPROTO, POP());
}

TEST_F(vq, Q11_buffer_in_an_mmio_window)
{
	fq_desc(&self->q, 0, 0xC0000000, 4, WRITE, 0);
	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	EXPECT_TRUE(self->c->fault);
	EXPECT_EQ(0, vq_chain_write(self->c, "abcd", 4));
}

TEST_F(vq, Q12_indirect_not_negotiated)
{
	self->vq.indirect = false;
	fq_desc(&self->q, 0, FQ_DATA, 32, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_INDIRECT_OFF);
}

TEST_F(vq, Q12_indirect_nested)
{
	struct vring_desc *t = gmem_hva(self->gm, FQ_DATA, 64);

	t[0] = (struct vring_desc){ FQ_DATA, 32, INDIRECT, 0 };
	fq_desc(&self->q, 0, FQ_DATA, 32, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_INDIRECT_NESTED);
}

TEST_F(vq, Q12_indirect_with_next)
{
	fq_desc(&self->q, 0, FQ_DATA, 32, INDIRECT | NEXT, 1);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_INDIRECT_NEXT);
}

TEST_F(vq, Q12_indirect_empty)
{
	fq_desc(&self->q, 0, FQ_DATA, 0, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_INDIRECT_EMPTY);
}

TEST_F(vq, Q12_indirect_not_a_multiple)
{
	fq_desc(&self->q, 0, FQ_DATA, 33, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_INDIRECT_SIZE);
}

TEST_F(vq, Q12_indirect_huge)
{
	fq_desc(&self->q, 0, FQ_DATA, 0xfffffff0, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_INDIRECT_LONG);
}

TEST_F(vq, Q12_indirect_outside_of_ram)
{
	fq_desc(&self->q, 0, FQ_RAM - 16, 32, INDIRECT, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_INDIRECT_ADDR);
}

TEST_F(vq, Q12_indirect_that_is_fine)
{
	/* At an odd address, behind a direct descriptor, WRITE flag ignored. */
	struct vring_desc t[2] = {
		{ FQ_DATA + 0x1000, 8, NEXT, 1 },
		{ FQ_DATA + 0x2000, 16, WRITE, 0 },
	};

	gmem_write(self->gm, FQ_DATA + 1, t, sizeof(t));
	fq_desc(&self->q, 0, FQ_DATA + 0x3000, 4, NEXT, 1);
	fq_desc(&self->q, 1, FQ_DATA + 1, sizeof(t), INDIRECT | WRITE, 0);
	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	EXPECT_EQ(2, self->c->nr_out);
	EXPECT_EQ(1, self->c->nr_in);
	EXPECT_EQ(12, self->c->out_len);
	EXPECT_EQ(16, self->c->in_len);
}

TEST_F(vq, Q13_readable_after_writable)
{
	fq_desc(&self->q, 0, FQ_DATA, 8, WRITE | NEXT, 1);
	fq_desc(&self->q, 1, FQ_DATA, 8, 0, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_BAD_ORDER);
}

TEST_F(vq, Q13_even_when_the_writable_one_is_empty)
{
	fq_desc(&self->q, 0, FQ_DATA, 0, WRITE | NEXT, 1);
	fq_desc(&self->q, 1, FQ_DATA, 8, 0, 0);
	fq_avail(&self->q, 0);
	EXPECT_STOPPED(VQ_BAD_ORDER);
}

TEST(every_error_has_a_name_of_its_own)
{
	unsigned int i, k;

	for (i = 0; i < VQ_ERROR_NR; i++) {
		ASSERT_NE(NULL, vq_error_name(i));
		for (k = 0; k < i; k++)
			EXPECT_STRNE(vq_error_name(i), vq_error_name(k));
	}
	EXPECT_STREQ("chain_loop", vq_error_name(VQ_CHAIN_LOOP));
	EXPECT_STREQ("avail_jump", vq_error_name(VQ_AVAIL_JUMP));
	EXPECT_STREQ("unnamed", vq_error_name(VQ_ERROR_NR));
}

TEST_HARNESS_MAIN
