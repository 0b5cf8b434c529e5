// SPDX-License-Identifier: GPL-2.0-only
/*
 * The split virtqueue and its driver at the same time: memory that changes
 * while it is read, set-up that cannot work, who wakes whom, what is reported.
 * The source is included so that every read of guest memory can be watched.
 */
#include <linux/kernel.h>
#include <pthread.h>
#include <stdatomic.h>

static void guest_read_hook(const void *hva, size_t len);
#define vq_guest_read(hva, len) guest_read_hook(hva, len)
#include "host/vmm/devices/virtqueue.c"

#include "virtqueue_fixture.h"

/* Set while a test wants guest memory to change behind each read. */
static struct {
	bool armed;
	const void *seen[64];
	unsigned int nr;
	unsigned int again;
} hook;

static void guest_read_hook(const void *hva, size_t len)
{
	unsigned int i;

	if (!hook.armed)
		return;
	for (i = 0; i < hook.nr; i++)
		hook.again += hook.seen[i] == hva;
	if (hook.nr < ARRAY_SIZE(hook.seen))
		hook.seen[hook.nr++] = hva;
	memset((void *)hva, 0xff, len);
}

struct racer {
	struct fq *q;
	atomic_bool stop;
};

static void *race(void *arg)
{
	static const u64 addrs[] = { FQ_DATA, FQ_RAM - 4, FQ_RAM, ~0ULL, 0xC0000000, FQ_DATA + 1 };
	static const u32 lens[] = { 0, 8, 0x1000, 0xffffffff, 4 };
	struct racer *r = arg;
	u32 n = 0;

	while (!atomic_load(&r->stop)) {
		struct vring_desc *d = &r->q->desc[n % 4];

		__atomic_store_n((u64 *)&d->addr, addrs[n % ARRAY_SIZE(addrs)], __ATOMIC_RELAXED);
		__atomic_store_n((u32 *)&d->len, lens[n % ARRAY_SIZE(lens)], __ATOMIC_RELAXED);
		__atomic_store_n((u16 *)&d->flags, n % 11, __ATOMIC_RELAXED);
		__atomic_store_n((u16 *)&d->next, n % 7 ? n % 4 : n, __ATOMIC_RELAXED);
		__atomic_store_n((u16 *)&r->q->avail->ring[n % QSIZE], n % 5, __ATOMIC_RELAXED);
		n += 3;
	}
	return NULL;
}

/*
 * A guest that rewrites descriptors while they are walked: every chain that
 * comes out must be consistent in itself, whatever it says.
 */
TEST_F(vq, Q14_racing_driver)
{
	const struct gmem_region *ram = &self->gm->regions[0];
	struct racer r = { .q = &self->q };
	unsigned int i, k, chains = 0, stops = 0, wrong = 0;
	pthread_t thread;
	u16 idx = 0;

	ASSERT_EQ(0, pthread_create(&thread, NULL, race, &r));
	for (i = 0; i < 300000; i++) {
		u64 sum = 0;

		__atomic_store_n((u16 *)&self->q.avail->idx, ++idx, __ATOMIC_RELEASE);
		if (POP() != 1) {
			stops++;
			virtqueue_reset(&self->vq);
			vq_enable(&self->vq, &self->q);
			self->vq.indirect = i & 1;
			idx = 0;
			continue;
		}
		chains++;
		for (k = 0; k < self->c->nr_out + self->c->nr_in; k++) {
			const struct iovec *v = &self->c->iov[k];
			const u64 off = (u8 *)v->iov_base - ram->hva;

			wrong += off >= ram->len || v->iov_len > ram->len - off;
			sum += v->iov_len;
		}
		wrong += sum != self->c->out_len + self->c->in_len;
		virtqueue_push(&self->vq, self->c);
	}
	atomic_store(&r.stop, true);
	pthread_join(thread, NULL);
	EXPECT_EQ(0, wrong);
	/* A race that never got anywhere would prove nothing. */
	EXPECT_GT(chains, 1000);
	EXPECT_GT(stops, 1000);
}

TEST_F(vq, Q15_nothing_is_read_twice)
{
	struct vring_desc *t = gmem_hva(self->gm, FQ_DATA, 64);
	u8 buf[64];

	t[0] = (struct vring_desc){ FQ_DATA + 0x1000, 8, NEXT, 1 };
	t[1] = (struct vring_desc){ FQ_DATA + 0x2000, 24, WRITE, 0 };
	gmem_write(self->gm, FQ_DATA + 0x1000, "headerXX", 8);
	gmem_write(self->gm, FQ_DATA + 0x3000, "body", 4);
	fq_desc(&self->q, 6, FQ_DATA + 0x3000, 4, NEXT, 2);
	fq_desc(&self->q, 2, FQ_DATA, 32, INDIRECT, 0);
	fq_avail(&self->q, 6);

	hook.armed = true;
	ASSERT_EQ(1, POP());
	EXPECT_EQ(12, vq_chain_read(self->c, buf, sizeof(buf)));
	hook.armed = false;

	EXPECT_EQ(0, hook.again);
	/* Avail entry, two direct and two indirect descriptors, two buffers. */
	EXPECT_EQ(7, hook.nr);
	EXPECT_EQ(6, self->c->head);
	EXPECT_EQ(0, memcmp(buf, "bodyheaderXX", 12));
	EXPECT_EQ(24, self->c->in_len);
	EXPECT_EQ(gmem_hva(self->gm, FQ_DATA + 0x2000, 24), self->c->iov[2].iov_base);
}

TEST_F(vq, Q16_sizes)
{
	static const u16 bad[] = { 0, 3, 255, 257, 512, 0xffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		virtqueue_reset(&self->vq);
		self->vq.size = bad[i];
		self->vq.desc_gpa = self->q.base;
		EXPECT_EQ(-EINVAL, virtqueue_enable(&self->vq, self->gm));
		EXPECT_EQ(VQ_QUEUE_SIZE, self->vq.error);
		EXPECT_EQ(-EPROTO, POP());
	}
}

TEST_F(vq, Q18_ring_addresses)
{
	const u64 ok = self->q.base;
	const struct {
		u64 desc, avail, used;
		enum vq_error why;
	} bad[] = {
		{ ok + 8, ok + FQ_AVAIL, ok + FQ_USED, VQ_RING_ALIGN },
		{ ok, ok + FQ_AVAIL + 1, ok + FQ_USED, VQ_RING_ALIGN },
		{ ok, ok + FQ_AVAIL, ok + FQ_USED + 2, VQ_RING_ALIGN },
		{ FQ_RAM, ok + FQ_AVAIL, ok + FQ_USED, VQ_RING_ADDR },
		{ FQ_RAM - QSIZE * 16 + 16, ok + FQ_AVAIL, ok + FQ_USED, VQ_RING_ADDR },
		/* All but used_event and avail_event fit. */
		{ ok, FQ_RAM - 4 - 2 * QSIZE, ok + FQ_USED, VQ_RING_ADDR },
		{ ok, ok + FQ_AVAIL, FQ_RAM - 4 - 8 * QSIZE, VQ_RING_ADDR },
		{ ~0ULL - 15, ok + FQ_AVAIL, ok + FQ_USED, VQ_RING_ADDR },
		{ ok, ~0ULL - 1, ok + FQ_USED, VQ_RING_ADDR },
		{ ok, ok + FQ_AVAIL, ~0ULL - 3, VQ_RING_ADDR },
		{ 0xC0000000, ok + FQ_AVAIL, ok + FQ_USED, VQ_RING_ADDR },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		virtqueue_reset(&self->vq);
		self->vq.size = QSIZE;
		self->vq.desc_gpa = bad[i].desc;
		self->vq.avail_gpa = bad[i].avail;
		self->vq.used_gpa = bad[i].used;
		EXPECT_EQ(-EINVAL, virtqueue_enable(&self->vq, self->gm));
		EXPECT_EQ(bad[i].why, self->vq.error) TH_LOG("case %u", i);
		EXPECT_FALSE(self->vq.ready);
	}
}

/* Give back @n chains, then ask once. */
static bool complete(struct virtqueue *vq, struct fq *q, const struct gmem *gm, struct vq_chain *c,
		     unsigned int n)
{
	while (n--) {
		fq_desc(q, 0, FQ_DATA, 8, 0, 0);
		fq_avail(q, 0);
		if (virtqueue_pop(vq, gm, c) != 1)
			return false;
		virtqueue_push(vq, c);
	}
	return virtqueue_should_notify(vq);
}

#define COMPLETE(n) complete(&self->vq, &self->q, self->gm, self->c, n)

TEST_F(vq, Q20_interrupt_without_event_idx)
{
	EXPECT_FALSE(virtqueue_should_notify(&self->vq));
	EXPECT_TRUE(COMPLETE(1));
	EXPECT_FALSE(virtqueue_should_notify(&self->vq));
	self->q.avail->flags = VRING_AVAIL_F_NO_INTERRUPT;
	EXPECT_FALSE(COMPLETE(1));
	self->q.avail->flags = 0xfffe;
	EXPECT_TRUE(COMPLETE(1));
	/* All bits set: quiet, but never for longer than a queue. */
	self->q.avail->flags = 0xffff;
	EXPECT_FALSE(COMPLETE(QSIZE - 1));
	EXPECT_TRUE(COMPLETE(1));
}

TEST_F(vq, Q20_interrupt_with_event_idx)
{
	unsigned int v;

	self->vq.event_idx = true;
	*fq_used_event(&self->q) = 0;
	EXPECT_TRUE(COMPLETE(1));
	*fq_used_event(&self->q) = 1;
	EXPECT_TRUE(COMPLETE(1));
	*fq_used_event(&self->q) = 4;
	EXPECT_FALSE(COMPLETE(1));
	EXPECT_TRUE(COMPLETE(2));
	/* Whatever it says, a queue's worth of buffers brings an interrupt. */
	for (v = 0; v < 65536; v += 1023) {
		*fq_used_event(&self->q) = v;
		EXPECT_TRUE(COMPLETE(QSIZE));
	}
}

TEST_F(vq, Q20_notification_requests)
{
	u16 old;

	fq_desc(&self->q, 0, FQ_DATA, 8, 0, 0);
	virtqueue_notify_disable(&self->vq);
	EXPECT_FALSE(fq_wants_kick(&self->q, false, 0));
	EXPECT_FALSE(virtqueue_notify_enable(&self->vq));
	EXPECT_TRUE(fq_wants_kick(&self->q, false, 0));

	self->vq.event_idx = true;
	virtqueue_notify_disable(&self->vq);
	old = self->q.avail_idx;
	fq_avail(&self->q, 0);
	EXPECT_FALSE(fq_wants_kick(&self->q, true, old));
	/* It came while nobody asked: the one who asks now is told. */
	EXPECT_TRUE(virtqueue_notify_enable(&self->vq));
	ASSERT_EQ(1, POP());
	virtqueue_push(&self->vq, self->c);
	EXPECT_FALSE(virtqueue_notify_enable(&self->vq));
	old = self->q.avail_idx;
	fq_avail(&self->q, 0);
	EXPECT_TRUE(fq_wants_kick(&self->q, true, old));
}

TEST_F(vq, Q21_chain_of_an_earlier_life)
{
	fq_desc(&self->q, 4, FQ_DATA, 8, 0, 0);
	fq_avail(&self->q, 4);
	ASSERT_EQ(1, POP());
	virtqueue_disable(&self->vq);
	ASSERT_EQ(0, virtqueue_enable(&self->vq, self->gm));
	virtqueue_push(&self->vq, self->c);
	EXPECT_EQ(0, fq_used_idx(&self->q));
}

TEST_F(vq, Q22_used_len_is_what_was_written)
{
	u32 id, len;
	u8 *p = gmem_hva(self->gm, FQ_DATA, 64);

	memset(p, 0xcc, 64);
	fq_desc(&self->q, 0, FQ_DATA, 10, WRITE | NEXT, 1);
	fq_desc(&self->q, 1, FQ_DATA + 32, 10, WRITE, 0);
	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	EXPECT_EQ(13, vq_chain_write(self->c, "0123456789abc", 13));
	virtqueue_push(&self->vq, self->c);
	ASSERT_TRUE(fq_used(&self->q, &id, &len));
	EXPECT_EQ(13, len);
	EXPECT_EQ(0, memcmp(p, "0123456789", 10));
	EXPECT_EQ(0xcc, p[10]);
	EXPECT_EQ(0, memcmp(p + 32, "abc", 3));
	EXPECT_EQ(0xcc, p[35]);

	fq_avail(&self->q, 0);
	ASSERT_EQ(1, POP());
	EXPECT_EQ(20, vq_chain_write(self->c, "0123456789abcdefghijKLM", 23));
	virtqueue_push(&self->vq, self->c);
	ASSERT_TRUE(fq_used(&self->q, &id, &len));
	EXPECT_EQ(20, len);
	EXPECT_EQ(0xcc, p[42]);
}

TEST_HARNESS_MAIN
