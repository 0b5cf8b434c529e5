// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <errno.h>
#include <string.h>
#include <linux/bits.h>
#include <linux/kernel.h>

#include "virtqueue.h"

/* A test that includes this file sees every read of guest memory made here. */
#ifndef vq_guest_read
static inline void vq_guest_read(const void *hva, size_t len)
{
}
#endif

/* "a chain MUST NOT be longer than 2^32 bytes in total" (2.7.5.2) */
#define VQ_CHAIN_BYTES_MAX BIT_ULL(32)

static const char *const error_names[VQ_ERROR_NR] = {
	[VQ_OK] = "ok",
	[VQ_QUEUE_SIZE] = "queue_size",
	[VQ_RING_ALIGN] = "ring_align",
	[VQ_RING_ADDR] = "ring_addr",
	[VQ_AVAIL_JUMP] = "avail_jump",
	[VQ_AVAIL_REWIND] = "avail_rewind",
	[VQ_HEAD_RANGE] = "head_range",
	[VQ_NEXT_RANGE] = "next_range",
	[VQ_DUP_HEAD] = "dup_head",
	[VQ_CHAIN_LOOP] = "chain_loop",
	[VQ_CHAIN_LONG] = "chain_long",
	[VQ_CHAIN_BYTES] = "chain_bytes",
	[VQ_BAD_ORDER] = "bad_order",
	[VQ_INDIRECT_OFF] = "indirect_off",
	[VQ_INDIRECT_NESTED] = "indirect_nested",
	[VQ_INDIRECT_NEXT] = "indirect_next",
	[VQ_INDIRECT_EMPTY] = "indirect_empty",
	[VQ_INDIRECT_SIZE] = "indirect_size",
	[VQ_INDIRECT_LONG] = "indirect_long",
	[VQ_INDIRECT_ADDR] = "indirect_addr",
	[VQ_OUT_WRITABLE] = "out_writable",
	[VQ_IN_READABLE] = "in_readable",
};

const char *vq_error_name(enum vq_error error)
{
	return (unsigned int)error < VQ_ERROR_NR ? error_names[error] : "unnamed";
}

/* Guest memory is little endian (virtio 1.x); each field is loaded once. */
static u16 load16(const __virtio16 *p)
{
	u16 v = le16toh(__atomic_load_n((const u16 *)p, __ATOMIC_RELAXED));

	vq_guest_read(p, sizeof(*p));
	return v;
}

/*
 * Acquire: what the driver wrote before it moved its index (ring entry and
 * descriptors) is read after it. Pairs with virtio_wmb() in Linux'
 * virtqueue_add_split().
 */
static u16 load_avail_idx(const struct virtqueue *vq)
{
	return le16toh(__atomic_load_n((u16 *)&vq->avail->idx, __ATOMIC_ACQUIRE));
}

static void store16(__virtio16 *p, u16 v)
{
	__atomic_store_n((u16 *)p, htole16(v), __ATOMIC_RELAXED);
}

static void store32(__virtio32 *p, u32 v)
{
	__atomic_store_n((u32 *)p, htole32(v), __ATOMIC_RELAXED);
}

static void desc_fetch(struct vring_desc *d, const struct vring_desc *p)
{
	if ((uintptr_t)p % sizeof(d->addr)) {
		/* Only an indirect table can be here; nothing says how to align one. */
		memcpy(d, p, sizeof(*d));
		/* Keeps the compiler from going back to guest memory for a field. */
		__asm__ volatile("" : "+m"(*d) : : "memory");
	} else {
		d->addr = __atomic_load_n((u64 *)&p->addr, __ATOMIC_RELAXED);
		d->len = __atomic_load_n((u32 *)&p->len, __ATOMIC_RELAXED);
		d->flags = __atomic_load_n((u16 *)&p->flags, __ATOMIC_RELAXED);
		d->next = __atomic_load_n((u16 *)&p->next, __ATOMIC_RELAXED);
	}
	vq_guest_read(p, sizeof(*p));
	d->addr = le64toh(d->addr);
	d->len = le32toh(d->len);
	d->flags = le16toh(d->flags);
	d->next = le16toh(d->next);
}

void virtqueue_init(struct virtqueue *vq, u16 max)
{
	memset(vq, 0, sizeof(*vq));
	vq->max = max;
}

void virtqueue_reset(struct virtqueue *vq)
{
	const struct virtqueue old = *vq;

	virtqueue_init(vq, old.max);
	vq->generation = old.generation + 1;
	vq->nr_pops = old.nr_pops;
	vq->nr_pushes = old.nr_pushes;
	vq->nr_empty_descs = old.nr_empty_descs;
}

int virtqueue_fail(struct virtqueue *vq, enum vq_error error)
{
	if (!vq->error)
		vq->error = error;
	return -EPROTO;
}

static int enable_fail(struct virtqueue *vq, enum vq_error error)
{
	virtqueue_fail(vq, error);
	return -EINVAL;
}

int virtqueue_enable(struct virtqueue *vq, const struct gmem *gm)
{
	const u64 n = vq->size;

	if (!n || (n & (n - 1)) || n > vq->max || n > VIRTQUEUE_SIZE_MAX)
		return enable_fail(vq, VQ_QUEUE_SIZE);
	if (vq->desc_gpa % VRING_DESC_ALIGN_SIZE || vq->avail_gpa % VRING_AVAIL_ALIGN_SIZE ||
	    vq->used_gpa % VRING_USED_ALIGN_SIZE)
		return enable_fail(vq, VQ_RING_ALIGN);

	/* The two rings end in used_event and avail_event (2.7.6, 2.7.8). */
	vq->desc = gmem_hva(gm, vq->desc_gpa, n * sizeof(*vq->desc));
	vq->avail = gmem_hva(gm, vq->avail_gpa, sizeof(*vq->avail) + (n + 1) * sizeof(u16));
	vq->used = gmem_hva(gm, vq->used_gpa,
			    sizeof(*vq->used) + n * sizeof(*vq->used->ring) + sizeof(u16));
	if (!vq->desc || !vq->avail || !vq->used)
		return enable_fail(vq, VQ_RING_ADDR);
	vq->ready = true;
	return 0;
}

void virtqueue_disable(struct virtqueue *vq)
{
	vq->ready = false;
	vq->generation++;
	memset(vq->in_flight, 0, sizeof(vq->in_flight));
}

static u64 head_bit(u16 head)
{
	return 1ULL << (head % 64);
}

/* Follow an indirect descriptor: from here on @table and @entries are its own. */
static int chain_enter(struct virtqueue *vq, const struct gmem *gm, const struct vring_desc *d,
		       const struct vring_desc **table, u32 *entries)
{
	if (*table != vq->desc)
		return virtqueue_fail(vq, VQ_INDIRECT_NESTED);
	if (!vq->indirect)
		return virtqueue_fail(vq, VQ_INDIRECT_OFF);
	if (d->flags & VRING_DESC_F_NEXT)
		return virtqueue_fail(vq, VQ_INDIRECT_NEXT);
	if (!d->len)
		return virtqueue_fail(vq, VQ_INDIRECT_EMPTY);
	if (d->len % sizeof(*d))
		return virtqueue_fail(vq, VQ_INDIRECT_SIZE);
	if (d->len / sizeof(*d) > vq->size)
		return virtqueue_fail(vq, VQ_INDIRECT_LONG);
	*table = gmem_hva(gm, d->addr, d->len);
	if (!*table)
		return virtqueue_fail(vq, VQ_INDIRECT_ADDR);
	*entries = d->len / sizeof(*d);
	return 0;
}

static int chain_add(struct virtqueue *vq, const struct gmem *gm, const struct vring_desc *d,
		     struct vq_chain *c)
{
	const bool in = d->flags & VRING_DESC_F_WRITE;
	void *hva;

	if (!in && c->has_in)
		return virtqueue_fail(vq, VQ_BAD_ORDER);
	if (in)
		c->has_in = true;
	else
		c->has_out = true;
	if (d->len > VQ_CHAIN_BYTES_MAX - c->out_len - c->in_len)
		return virtqueue_fail(vq, VQ_CHAIN_BYTES);
	if (in)
		c->in_len += d->len;
	else
		c->out_len += d->len;
	if (!d->len) {
		vq->nr_empty_descs++;
		return 0;
	}
	hva = gmem_hva(gm, d->addr, d->len);
	if (!hva) {
		c->fault = true;
		return 0;
	}
	c->iov[c->nr_out + c->nr_in] = (struct iovec){ hva, d->len };
	if (in)
		c->nr_in++;
	else
		c->nr_out++;
	return 0;
}

static int chain_walk(struct virtqueue *vq, const struct gmem *gm, struct vq_chain *c)
{
	const struct vring_desc *table = vq->desc;
	u32 entries = vq->size, at = c->head, in_table = 0, total = 0;
	struct vring_desc d;
	int ret;

	for (;;) {
		if (at >= entries)
			return virtqueue_fail(vq, VQ_NEXT_RANGE);
		/* More steps than the table has entries: one was visited twice. */
		if (in_table++ == entries)
			return virtqueue_fail(vq, VQ_CHAIN_LOOP);
		desc_fetch(&d, &table[at]);
		if (d.flags & VRING_DESC_F_INDIRECT) {
			ret = chain_enter(vq, gm, &d, &table, &entries);
			if (ret)
				return ret;
			at = 0;
			in_table = 0;
			continue;
		}
		if (total++ == vq->size)
			return virtqueue_fail(vq, VQ_CHAIN_LONG);
		ret = chain_add(vq, gm, &d, c);
		if (ret)
			return ret;
		if (!(d.flags & VRING_DESC_F_NEXT))
			return 0;
		at = d.next;
	}
}

/* How many chains wait, or -EPROTO. */
static int avail_check(struct virtqueue *vq)
{
	const u16 idx = load_avail_idx(vq);
	const u16 ahead = idx - vq->last_avail;
	const u16 seen = vq->seen_avail - vq->last_avail;

	if (ahead < seen || (ahead > vq->size && (u16)-ahead <= vq->size))
		return virtqueue_fail(vq, VQ_AVAIL_REWIND);
	if (ahead > vq->size)
		return virtqueue_fail(vq, VQ_AVAIL_JUMP);
	vq->seen_avail = idx;
	return ahead;
}

int virtqueue_pop(struct virtqueue *vq, const struct gmem *gm, struct vq_chain *chain)
{
	u16 head;
	int ret;

	if (vq->error)
		return -EPROTO;
	if (!vq->ready)
		return 0;
	ret = avail_check(vq);
	if (ret <= 0)
		return ret;

	head = load16(&vq->avail->ring[vq->last_avail % vq->size]);
	if (head >= vq->size)
		return virtqueue_fail(vq, VQ_HEAD_RANGE);
	if (vq->in_flight[head / 64] & head_bit(head))
		return virtqueue_fail(vq, VQ_DUP_HEAD);

	memset(chain, 0, offsetof(struct vq_chain, iov));
	chain->head = head;
	chain->generation = vq->generation;
	ret = chain_walk(vq, gm, chain);
	if (ret)
		return ret;
	if (chain->fault) {
		chain->nr_out = 0;
		chain->nr_in = 0;
		chain->out_len = 0;
		chain->in_len = 0;
	}
	chain->in_at = chain->nr_out;
	vq->in_flight[head / 64] |= head_bit(head);
	vq->last_avail++;
	vq->nr_pops++;
	return 1;
}

void virtqueue_push(struct virtqueue *vq, const struct vq_chain *chain)
{
	struct vring_used_elem *e;

	if (vq->error || !vq->ready || chain->generation != vq->generation ||
	    !(vq->in_flight[chain->head / 64] & head_bit(chain->head)))
		return;
	vq->in_flight[chain->head / 64] &= ~head_bit(chain->head);
	e = &vq->used->ring[vq->used_idx % vq->size];
	store32(&e->id, chain->head);
	store32(&e->len, min_t(u64, chain->in_pos, UINT32_MAX));
	vq->used_idx++;
	vq->quiet++;
	vq->nr_pushes++;
	/*
	 * Release: the entry and the data written into the chain are there
	 * before the index says so. Pairs with virtio_rmb() in Linux'
	 * virtqueue_get_buf_ctx_split().
	 */
	__atomic_store_n((u16 *)&vq->used->idx, htole16(vq->used_idx), __ATOMIC_RELEASE);
}

bool virtqueue_should_notify(struct virtqueue *vq)
{
	const u16 old = vq->asked_used;
	bool yes;

	if (old == vq->used_idx)
		return false;
	vq->asked_used = vq->used_idx;
	if (vq->error || !vq->ready)
		return true;
	/*
	 * The driver stores its wish, then looks at used->idx; here it is the
	 * other way round. Without a full fence on both sides both could miss
	 * (the driver's is in virtqueue_enable_cb_prepare()'s callers).
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (vq->event_idx)
		yes = vring_need_event(load16(&vq->avail->ring[vq->size]), vq->used_idx, old);
	else
		yes = !(load16(&vq->avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
	yes = yes || vq->quiet >= vq->size;
	if (yes)
		vq->quiet = 0;
	return yes;
}

/* avail_event, the 16 bits behind the last entry of the used ring. */
static void store_avail_event(struct virtqueue *vq, u16 idx)
{
	store16((__virtio16 *)&vq->used->ring[vq->size], idx);
}

bool virtqueue_notify_enable(struct virtqueue *vq)
{
	if (vq->error || !vq->ready)
		return false;
	if (vq->event_idx)
		store_avail_event(vq, vq->last_avail);
	else
		store16(&vq->used->flags, 0);
	/*
	 * Ask first, then look; the driver publishes first, then reads the
	 * request (virtio_mb() in virtqueue_kick_prepare_split()).
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return load_avail_idx(vq) != vq->last_avail;
}

void virtqueue_notify_disable(struct virtqueue *vq)
{
	if (vq->error || !vq->ready)
		return;
	/* An index that was passed already is not reached again for 2^16 chains. */
	if (vq->event_idx)
		store_avail_event(vq, vq->last_avail - 1);
	else
		store16(&vq->used->flags, VRING_USED_F_NO_NOTIFY);
}

static size_t chain_copy(struct iovec *iov, u16 *at, u16 end, void *buf, size_t len, bool in)
{
	size_t done = 0;

	while (done < len && *at < end) {
		struct iovec *v = &iov[*at];
		const size_t n = min_t(size_t, v->iov_len, len - done);

		if (in) {
			memcpy(v->iov_base, (u8 *)buf + done, n);
		} else {
			memcpy((u8 *)buf + done, v->iov_base, n);
			vq_guest_read(v->iov_base, n);
		}
		done += n;
		v->iov_base = (u8 *)v->iov_base + n;
		v->iov_len -= n;
		if (!v->iov_len)
			(*at)++;
	}
	return done;
}

size_t vq_chain_read(struct vq_chain *chain, void *buf, size_t len)
{
	const size_t n = chain_copy(chain->iov, &chain->out_at, chain->nr_out, buf, len, false);

	chain->out_pos += n;
	/* The caller's checks must see this copy, not guest memory again. */
	__asm__ volatile("" ::: "memory");
	return n;
}

size_t vq_chain_write(struct vq_chain *chain, const void *buf, size_t len)
{
	const size_t n = chain_copy(chain->iov, &chain->in_at, chain->nr_out + chain->nr_in,
				    (void *)buf, len, true);

	chain->in_pos += n;
	return n;
}
