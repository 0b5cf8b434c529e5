/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_VIRTQUEUE_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_VIRTQUEUE_FIXTURE_H

/* A virtqueue that works, with both of its sides, for tests to break. */
#include "kselftest_harness.h"
#include "vring_driver.h"

#define QSIZE	 16
#define NEXT	 VRING_DESC_F_NEXT
#define WRITE	 VRING_DESC_F_WRITE
#define INDIRECT VRING_DESC_F_INDIRECT

/* Set the queue up the way the driver of @q did. */
static inline int vq_enable(struct virtqueue *vq, const struct fq *q)
{
	vq->size = q->size;
	vq->desc_gpa = q->base;
	vq->avail_gpa = q->base + FQ_AVAIL;
	vq->used_gpa = q->base + FQ_USED;
	vq->indirect = true;
	return virtqueue_enable(vq, q->gm);
}

FIXTURE(vq)
{
	struct gmem *gm;
	struct fq q;
	struct virtqueue vq;
	struct vq_chain *c;
};

FIXTURE_SETUP(vq)
{
	self->gm = gmem_new(FQ_RAM, SZ_2G, SZ_4G, NULL);
	ASSERT_NE(NULL, self->gm);
	self->c = calloc(1, sizeof(*self->c));
	ASSERT_NE(NULL, self->c);
	fq_init(&self->q, self->gm, FQ_BASE(0), QSIZE);
	virtqueue_init(&self->vq, VIRTQUEUE_SIZE_MAX);
	ASSERT_EQ(0, vq_enable(&self->vq, &self->q));
}

FIXTURE_TEARDOWN(vq)
{
	gmem_free(self->gm);
	free(self->c);
}

#define POP() virtqueue_pop(&self->vq, self->gm, self->c)

/* The queue stopped, says why, stays stopped, and a reset revives it. */
#define EXPECT_STOPPED(why)                                  \
	do {                                                 \
		const u16 used_ = fq_used_idx(&self->q);     \
		EXPECT_EQ(-EPROTO, POP());                   \
		EXPECT_EQ(why, self->vq.error)               \
		TH_LOG("%s", vq_error_name(self->vq.error)); \
		EXPECT_EQ(-EPROTO, POP());                   \
		EXPECT_EQ(used_, fq_used_idx(&self->q));     \
		virtqueue_reset(&self->vq);                  \
		EXPECT_EQ(0, POP());                         \
		EXPECT_EQ(VQ_OK, self->vq.error);            \
	} while (0)

#endif /* KTSTR_SELFTESTS_UNIT_VIRTQUEUE_FIXTURE_H */
