// SPDX-License-Identifier: GPL-2.0-only
/*
 * The virtio-console with a driver, a coordinator and a sender that run at the
 * same time. The coordinator sleeps until it is kicked, so that a lost
 * notification shows as a test that never ends.
 */
#include <fcntl.h>
#include <linux/kernel.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>

#include "kselftest_harness.h"
#include "vcon_driver.h"

#define TX	 vcon_tx_queue(VIRTIO_CONSOLE_BULK)
#define RX	 vcon_rx_queue(VIRTIO_CONSOLE_BULK)
#define MSG	 24U
#define MESSAGES 20000U
#define RESETS	 10000U

struct machine {
	struct gmem *gm;
	struct virtio_console *vc;
	struct vd vd;
	sem_t kick;
	atomic_bool stop;
	bool stutter; /* the sink takes a few bytes at a time */
	u64 got; /* bytes, by the coordinator's thread alone */
	u64 wrong;
};

/* What byte @i of either stream is. */
static u8 pattern(u64 i)
{
	return i * 31 + (i >> 8);
}

static size_t check_tx(void *ctx, unsigned int port, const u8 *buf, size_t len)
{
	struct machine *m = ctx;
	size_t i, n = len;

	if (m->stutter && m->got % 5 == 0)
		n = min_t(size_t, len, 7);
	for (i = 0; i < n; i++)
		m->wrong += buf[i] != pattern(m->got + i);
	m->got += n;
	/* The sink has room again. */
	if (n < len)
		sem_post(&m->kick);
	return n;
}

static size_t drop_tx(void *ctx, unsigned int port, const u8 *buf, size_t len)
{
	struct machine *m = ctx;

	m->got += len;
	return len;
}

static void no_irq(void *ctx)
{
}

static void post_kick(void *ctx)
{
	struct machine *m = ctx;

	sem_post(&m->kick);
}

static const struct virtio_console_ops check_ops = {
	.tx = check_tx,
	.irq = no_irq,
	.kick = post_kick,
};

static const struct virtio_console_ops drop_ops = {
	.tx = drop_tx,
	.irq = no_irq,
	.kick = post_kick,
};

static void *coordinate(void *arg)
{
	struct machine *m = arg;

	while (!atomic_load(&m->stop)) {
		sem_wait(&m->kick);
		while (virtio_console_drain(m->vc))
			;
	}
	return NULL;
}

static void *send_stream(void *arg)
{
	struct machine *m = arg;
	u8 msg[MSG];
	u64 sent = 0;
	u32 i;

	while (sent < (u64)MSG * MESSAGES) {
		for (i = 0; i < MSG; i++)
			msg[i] = pattern(sent + i);
		if (virtio_console_send(m->vc, VIRTIO_CONSOLE_BULK, msg, MSG))
			sched_yield();
		else
			sent += MSG;
	}
	return NULL;
}

static void *send_noise(void *arg)
{
	static const u8 noise[100];
	struct machine *m = arg;

	while (!atomic_load(&m->stop)) {
		virtio_console_send(m->vc, VIRTIO_CONSOLE_BULK, noise, sizeof(noise));
		sched_yield();
	}
	return NULL;
}

/* Notify the way the driver would: only if the device asked for it. */
static void kick_if_wanted(struct machine *m, u32 queue, u16 old)
{
	if (fq_wants_kick(&m->vd.q[queue], true, old))
		sem_post(&m->kick);
}

static void offer(struct machine *m, u16 i)
{
	struct fq *q = &m->vd.q[RX];
	const u16 old = q->avail_idx;

	fq_desc(q, i, vd_addr(RX, i), 100, VRING_DESC_F_WRITE, 0);
	fq_avail(q, i);
	kick_if_wanted(m, RX, old);
}

/* Send when a descriptor is free, check what arrived; until both are through. */
static void drive(struct machine *m, u64 *received, u64 *wrong)
{
	struct fq *tx = &m->vd.q[TX], *rx = &m->vd.q[RX];
	const u64 all = (u64)MSG * MESSAGES;
	u32 id, len, i, free = VD_QSIZE;
	u64 sent = 0;
	u16 old;
	u8 *p;

	while (sent < all || *received < all || free < VD_QSIZE) {
		while (fq_used(tx, &id, &len))
			free++;
		if (sent < all && free) {
			old = tx->avail_idx;
			p = vd_buf(&m->vd, TX, m->vd.next[TX] % VD_QSIZE);
			for (i = 0; i < MSG; i++)
				p[i] = pattern(sent + i);
			vd_queue(&m->vd, TX, vd_addr(TX, m->vd.next[TX] % VD_QSIZE), MSG, 0);
			kick_if_wanted(m, TX, old);
			sent += MSG;
			free--;
		}
		if (fq_used(rx, &id, &len)) {
			p = vd_buf(&m->vd, RX, id);
			for (i = 0; i < len; i++)
				*wrong += p[i] != pattern(*received + i);
			*received += len;
			offer(m, id);
		}
		if (!free)
			sched_yield();
	}
}

static void machine_start(struct __test_metadata *const _metadata, struct machine *m,
			  const struct virtio_console_ops *ops)
{
	sem_init(&m->kick, 0, 0);
	m->gm = gmem_new(FQ_RAM, SZ_2G, SZ_4G, NULL);
	ASSERT_NE(NULL, m->gm);
	m->vc = virtio_console_new(m->gm, ops, m, NULL);
	ASSERT_NE(NULL, m->vc);
}

static void machine_end(struct machine *m)
{
	virtio_console_free(m->vc);
	gmem_free(m->gm);
	sem_destroy(&m->kick);
}

static void stream(struct __test_metadata *const _metadata, bool stutter)
{
	static struct machine m;
	u64 received = 0, wrong = 0;
	pthread_t coord, sender;
	u16 i;

	m.stutter = stutter;
	machine_start(_metadata, &m, &check_ops);
	ASSERT_TRUE(vd_probe(&m.vd, m.vc));
	ASSERT_EQ(0, pthread_create(&coord, NULL, coordinate, &m));
	vd_control(&m.vd, VIRTIO_CONSOLE_BULK, VIRTIO_CONSOLE_PORT_OPEN, 1);
	sem_post(&m.kick);
	for (i = 0; i < VD_QSIZE; i++)
		offer(&m, i);
	ASSERT_EQ(0, pthread_create(&sender, NULL, send_stream, &m));
	drive(&m, &received, &wrong);
	pthread_join(sender, NULL);
	atomic_store(&m.stop, true);
	sem_post(&m.kick);
	pthread_join(coord, NULL);
	EXPECT_EQ((u64)MSG * MESSAGES, m.got);
	EXPECT_EQ((u64)MSG * MESSAGES, received);
	EXPECT_EQ(0, m.wrong);
	EXPECT_EQ(0, wrong);
	machine_end(&m);
}

TEST(C4_no_lost_kick_and_no_lost_byte)
{
	stream(_metadata, false);
}

TEST(C4_no_lost_byte_with_a_short_sink)
{
	stream(_metadata, true);
}

static unsigned int open_fds(void)
{
	unsigned int fd, nr = 0;

	for (fd = 0; fd < 1024; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

static size_t heap_bytes(void)
{
#ifdef __SANITIZE_ADDRESS__
	extern size_t __sanitizer_get_current_allocated_bytes(void);

	return __sanitizer_get_current_allocated_bytes();
#else
	return mallinfo2().uordblks;
#endif
}

/* One life of a driver: probe, leave work behind on every queue, reset. */
static void live_and_die(struct machine *m, u32 n)
{
	u32 queue, i;

	vd_probe(&m->vd, m->vc);
	vd_control(&m->vd, VIRTIO_CONSOLE_BAD_ID, VIRTIO_CONSOLE_DEVICE_READY, 1);
	vd_control(&m->vd, VIRTIO_CONSOLE_BULK, VIRTIO_CONSOLE_PORT_OPEN, 1);
	for (queue = 0; queue < VIRTIO_CONSOLE_QUEUES; queue++) {
		if (queue == VCON_CONTROL_TX)
			continue;
		for (i = 0; i < n % 5; i++)
			vd_queue(&m->vd, queue, vd_addr(queue, i), 1000,
				 queue % 2 ? 0 : VRING_DESC_F_WRITE);
	}
	sem_post(&m->kick);
	if (n % 3 == 0)
		sched_yield();
	fm_write(m->vd.dev, VIRTIO_MMIO_STATUS, 0);
	/* From here on the rings are the driver's own: the next probe wipes them. */
}

TEST(Q21_ten_thousand_resets_with_requests_in_flight)
{
	static struct machine m;
	struct virtio_console_stats st;
	unsigned int i, fds;
	pthread_t coord, noise;
	size_t heap;

	machine_start(_metadata, &m, &drop_ops);
	heap = heap_bytes();
	fds = open_fds();
	ASSERT_EQ(0, pthread_create(&coord, NULL, coordinate, &m));
	ASSERT_EQ(0, pthread_create(&noise, NULL, send_noise, &m));
	for (i = 0; i < RESETS; i++) {
		live_and_die(&m, i);
		ASSERT_EQ(0, fm_read(m.vd.dev, VIRTIO_MMIO_STATUS));
	}
	atomic_store(&m.stop, true);
	sem_post(&m.kick);
	pthread_join(coord, NULL);
	pthread_join(noise, NULL);
	/* Once more in peace: it takes with it what still waits for a driver. */
	live_and_die(&m, 0);
	while (virtio_console_drain(m.vc))
		;
	virtio_console_stats(m.vc, &st);
	/* vd_probe() resets once more than live_and_die() does. */
	EXPECT_EQ(2 * (RESETS + 1), st.mmio.resets);
	EXPECT_EQ(0, st.mmio.needs_reset);
	EXPECT_EQ(0, st.tx_dropped[VIRTIO_CONSOLE_BULK]);
	EXPECT_EQ(3ULL * 1000 * 2 * RESETS, m.got);
	EXPECT_EQ(fds, open_fds());
	/* A small buffer per port is kept for the next bytes that have to wait. */
	EXPECT_LE(heap_bytes(), heap + 2 * VIRTIO_CONSOLE_PORTS * SZ_64K);
	machine_end(&m);
}

TEST_HARNESS_MAIN
