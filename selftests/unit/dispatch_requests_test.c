// SPDX-License-Identifier: GPL-2.0-only
/* Requests of the guest: decoding, queues, replays, and how little bad ones cost. */
#include <errno.h>
#include <stdlib.h>

#include "host/coord/dispatch.h"
#include "kselftest_harness.h"
#include "lib/util.h"

FIXTURE(requests)
{
	struct dispatch_sinks s;
	struct snapshot_queue snapshots;
	struct observer_queue observer;
	struct kernel_op_queue kernel_ops;
	struct request_ids ids;
	atomic_ullong phys_base;
	atomic_ullong vmci_gpa;
	atomic_ullong vmci_size;
	u8 buf[256];
};

FIXTURE_SETUP(requests)
{
	self->s = (struct dispatch_sinks){
		.kill_evt = -1,
		.sys_rdy_evt = -1,
		.kern_phys_base_evt = -1,
		.snapshots = &self->snapshots,
		.observer = &self->observer,
		.kernel_ops = &self->kernel_ops,
		.ids = &self->ids,
		.kern_phys_base = &self->phys_base,
		.vmcoreinfo_gpa = &self->vmci_gpa,
		.vmcoreinfo_size = &self->vmci_size,
		.now = mono_ns,
	};
}

FIXTURE_TEARDOWN(requests)
{
	kernel_op_queue_free(&self->kernel_ops);
}

static bool send(struct dispatch_sinks *s, u32 type, bool crc_ok, const void *payload, size_t len)
{
	struct wire_frame f = { type, crc_ok, payload, len, 0 };

	return dispatch_frame(&f, s);
}

static size_t snrq(void *buf, u32 id, u32 kind, const char *tag)
{
	struct wire_snrq r = { .id = cpu_to_le32(id), .kind = cpu_to_le32(kind) };

	memcpy(r.tag, tag, strnlen(tag, sizeof(r.tag)));
	memcpy(buf, &r, sizeof(r));
	return sizeof(r);
}

static size_t obsq(void *buf, u32 id, u32 kind, u64 addr, u32 count)
{
	struct wire_obsq r = {
		.id = cpu_to_le32(id),
		.kind = cpu_to_le32(kind),
		.addr = cpu_to_le64(addr),
		.count = cpu_to_le32(count),
	};

	memcpy(buf, &r, sizeof(r));
	return sizeof(r);
}

static size_t korq(void *buf, u32 id)
{
	struct wire_korq r = { .version = cpu_to_le32(WIRE_OPS_VERSION), .id = cpu_to_le32(id) };

	memcpy(buf, &r, sizeof(r));
	return sizeof(r);
}

static size_t vmci(void *buf, u64 gpa, u64 size)
{
	struct wire_vmci r = { .gpa = cpu_to_le64(gpa), .size = cpu_to_le64(size) };

	memcpy(buf, &r, sizeof(r));
	return sizeof(r);
}

#define SEND(type, make) send(&self->s, type, true, self->buf, make)

TEST(decode_snapshot_request_round_trip)
{
	struct snapshot_request req;
	u8 buf[72];

	EXPECT_EQ(snrq(buf, 0x01020304, WIRE_SNAP_WATCH, "jiffies_64"), 72);
	EXPECT_EQ(snapshot_request_decode(buf, 72, &req), 0);
	EXPECT_EQ(req.id, 0x01020304);
	EXPECT_EQ(req.kind, WIRE_SNAP_WATCH);
	EXPECT_STREQ(req.tag, "jiffies_64");
	/* the wire is little-endian, whatever the host is */
	EXPECT_EQ(memcmp(buf, "\x04\x03\x02\x01\x02\0\0\0", 8), 0);
}

TEST(decode_snapshot_request_rejects_wrong_sizes)
{
	struct snapshot_request req;
	u8 buf[80] = {};
	size_t len;

	snrq(buf, 1, WIRE_SNAP_CAPTURE, "t");
	for (len = 0; len <= sizeof(buf); len++)
		EXPECT_EQ(snapshot_request_decode(buf, len, &req), len == 72 ? 0 : -EBADMSG);
}

TEST(decode_snapshot_request_rejects_id_0_and_kind_0)
{
	struct snapshot_request req;
	u8 buf[72];

	snrq(buf, 0, WIRE_SNAP_CAPTURE, "t");
	EXPECT_EQ(snapshot_request_decode(buf, 72, &req), -EBADMSG);
	snrq(buf, 1, WIRE_SNAP_NONE, "t");
	EXPECT_EQ(snapshot_request_decode(buf, 72, &req), -EBADMSG);
}

TEST(decode_snapshot_request_passes_unknown_kinds_on)
{
	struct snapshot_request req;
	u8 buf[72];

	snrq(buf, 1, 0xffffffff, "t");
	EXPECT_EQ(snapshot_request_decode(buf, 72, &req), 0);
	EXPECT_EQ(req.kind, 0xffffffff);
}

TEST(decode_snapshot_request_tag_ends_at_the_first_nul)
{
	struct snapshot_request req;
	u8 buf[72];

	snrq(buf, 1, WIRE_SNAP_CAPTURE, "ab");
	memcpy(buf + 8 + 3, "cd", 2);
	EXPECT_EQ(snapshot_request_decode(buf, 72, &req), 0);
	EXPECT_STREQ(req.tag, "ab");
	snrq(buf, 1, WIRE_SNAP_CAPTURE, "");
	EXPECT_EQ(snapshot_request_decode(buf, 72, &req), 0);
	EXPECT_STREQ(req.tag, "");
	memset(buf + 8, 't', 64);
	EXPECT_EQ(snapshot_request_decode(buf, 72, &req), 0);
	EXPECT_EQ(strlen(req.tag), 64);
}

TEST(decode_observer_request)
{
	struct observer_request req;
	u8 buf[32] = {};
	size_t len;

	EXPECT_EQ(obsq(buf, 9, WIRE_OBS_CANARY_ARM, 0xffff888000001000ull, 4), 24);
	EXPECT_EQ(observer_request_decode(buf, 24, &req), 0);
	EXPECT_EQ(req.id, 9);
	EXPECT_EQ(req.kind, WIRE_OBS_CANARY_ARM);
	EXPECT_EQ(req.addr, 0xffff888000001000ull);
	EXPECT_EQ(req.count, 4);
	for (len = 0; len <= sizeof(buf); len++)
		EXPECT_EQ(observer_request_decode(buf, len, &req), len == 24 ? 0 : -EBADMSG);
	obsq(buf, 0, WIRE_OBS_AWAIT, 0, 0);
	EXPECT_EQ(observer_request_decode(buf, 24, &req), -EBADMSG);
	obsq(buf, 1, 0, 0, 0);
	EXPECT_EQ(observer_request_decode(buf, 24, &req), -EBADMSG);
	obsq(buf, 1, 77, 0, 0);
	EXPECT_EQ(observer_request_decode(buf, 24, &req), 0);
}

TEST_F(requests, queues_keep_the_order)
{
	struct kernel_op_request kop;
	struct observer_request obs;
	struct snapshot_request snap;

	EXPECT_FALSE(SEND(WIRE_SNRQ, snrq(self->buf, 1, WIRE_SNAP_CAPTURE, "one")));
	EXPECT_FALSE(SEND(WIRE_OBSQ, obsq(self->buf, 2, WIRE_OBS_AWAIT, 0, 0)));
	EXPECT_FALSE(SEND(WIRE_KORQ, korq(self->buf, 3)));
	EXPECT_FALSE(SEND(WIRE_SNRQ, snrq(self->buf, 4, WIRE_SNAP_CAPTURE, "two")));
	EXPECT_FALSE(SEND(WIRE_OBSQ, obsq(self->buf, 5, WIRE_OBS_CANARY_ARM, 8, 1)));
	EXPECT_FALSE(SEND(WIRE_KORQ, korq(self->buf, 6)));
	ASSERT_TRUE(snapshot_queue_take(&self->snapshots, &snap));
	EXPECT_EQ(snap.id, 1);
	ASSERT_TRUE(snapshot_queue_take(&self->snapshots, &snap));
	EXPECT_EQ(snap.id, 4);
	EXPECT_STREQ(snap.tag, "two");
	EXPECT_FALSE(snapshot_queue_take(&self->snapshots, &snap));
	ASSERT_TRUE(observer_queue_take(&self->observer, &obs));
	EXPECT_EQ(obs.id, 2);
	ASSERT_TRUE(observer_queue_take(&self->observer, &obs));
	EXPECT_EQ(obs.addr, 8);
	EXPECT_FALSE(observer_queue_take(&self->observer, &obs));
	ASSERT_TRUE(kernel_op_queue_take(&self->kernel_ops, &kop));
	EXPECT_EQ(kop.id, 3);
	EXPECT_EQ(kop.error, 0);
	EXPECT_EQ(kop.len, sizeof(struct wire_korq));
	free(kop.data);
	ASSERT_TRUE(kernel_op_queue_take(&self->kernel_ops, &kop));
	EXPECT_EQ(kop.id, 6);
	free(kop.data);
	EXPECT_FALSE(kernel_op_queue_take(&self->kernel_ops, &kop));
}

TEST_F(requests, T2_a_wrong_crc_costs_nothing)
{
	EXPECT_FALSE(send(&self->s, WIRE_SNRQ, false, self->buf,
			  snrq(self->buf, 1, WIRE_SNAP_CAPTURE, "t")));
	EXPECT_FALSE(send(&self->s, WIRE_OBSQ, false, self->buf,
			  obsq(self->buf, 1, WIRE_OBS_AWAIT, 0, 0)));
	EXPECT_FALSE(send(&self->s, WIRE_KORQ, false, self->buf, korq(self->buf, 1)));
	EXPECT_FALSE(send(&self->s, WIRE_VMCI, false, self->buf, vmci(self->buf, 0x1000, 64)));
	EXPECT_FALSE(send(&self->s, WIRE_SSWN, false, NULL, 0));
	EXPECT_EQ(self->snapshots.nr + self->observer.nr + self->kernel_ops.nr, 0);
	EXPECT_EQ(self->vmci_size, 0);
	EXPECT_EQ(self->s.sched_swaps, 0);
	/* nor does the id count as used */
	EXPECT_FALSE(SEND(WIRE_KORQ, korq(self->buf, 1)));
	EXPECT_EQ(self->kernel_ops.nr, 1);
	EXPECT_EQ(self->ids.replays, 0);
}

TEST_F(requests, ids_0_kinds_0_and_wrong_sizes_cost_nothing)
{
	size_t len;

	SEND(WIRE_SNRQ, snrq(self->buf, 0, WIRE_SNAP_CAPTURE, "t"));
	SEND(WIRE_SNRQ, snrq(self->buf, 1, WIRE_SNAP_NONE, "t"));
	SEND(WIRE_OBSQ, obsq(self->buf, 0, WIRE_OBS_AWAIT, 0, 0));
	SEND(WIRE_OBSQ, obsq(self->buf, 1, 0, 0, 0));
	SEND(WIRE_KORQ, korq(self->buf, 0));
	korq(self->buf, 1);
	for (len = 0; len < sizeof(struct wire_korq); len++)
		send(&self->s, WIRE_KORQ, true, self->buf, len);
	for (len = 0; len < 30; len++)
		send(&self->s, WIRE_OBSQ, true, memset(self->buf, 1, 30), len == 24 ? 0 : len);
	EXPECT_EQ(self->snapshots.nr + self->observer.nr + self->kernel_ops.nr, 0);
	EXPECT_EQ(self->snapshots.dropped + self->observer.dropped + self->kernel_ops.dropped, 0);
	EXPECT_EQ(self->ids.next, 0);
}

TEST_F(requests, a_replay_is_served_once_and_counted)
{
	struct snapshot_request snap;

	SEND(WIRE_SNRQ, snrq(self->buf, 7, WIRE_SNAP_CAPTURE, "t"));
	SEND(WIRE_SNRQ, snrq(self->buf, 7, WIRE_SNAP_CAPTURE, "t"));
	EXPECT_EQ(self->snapshots.nr, 1);
	snapshot_queue_take(&self->snapshots, &snap);
	/* nor once it was served, nor as another request */
	SEND(WIRE_SNRQ, snrq(self->buf, 7, WIRE_SNAP_WATCH, "u"));
	SEND(WIRE_OBSQ, obsq(self->buf, 7, WIRE_OBS_AWAIT, 0, 0));
	SEND(WIRE_KORQ, korq(self->buf, 7));
	EXPECT_EQ(self->snapshots.nr + self->observer.nr + self->kernel_ops.nr, 0);
	EXPECT_EQ(self->ids.replays, 4);
}

TEST_F(requests, ids_are_remembered_as_far_as_said)
{
	struct snapshot_request snap;
	u32 id;

	for (id = 1; id <= REQUEST_IDS_MAX + 1; id++) {
		SEND(WIRE_SNRQ, snrq(self->buf, id, WIRE_SNAP_CAPTURE, "t"));
		EXPECT_TRUE(snapshot_queue_take(&self->snapshots, &snap));
	}
	SEND(WIRE_SNRQ, snrq(self->buf, 2, WIRE_SNAP_CAPTURE, "t"));
	EXPECT_EQ(self->snapshots.nr, 0);
	SEND(WIRE_SNRQ, snrq(self->buf, 1, WIRE_SNAP_CAPTURE, "t"));
	EXPECT_EQ(self->snapshots.nr, 1);
}

TEST_F(requests, a_request_that_found_no_room_may_come_again)
{
	struct observer_request obs;
	u32 id;

	for (id = 1; id <= OBSERVER_PENDING_MAX + 1; id++)
		SEND(WIRE_OBSQ, obsq(self->buf, id, WIRE_OBS_AWAIT, 0, 0));
	EXPECT_EQ(self->observer.nr, OBSERVER_PENDING_MAX);
	EXPECT_EQ(self->observer.dropped, 1);
	observer_queue_take(&self->observer, &obs);
	SEND(WIRE_OBSQ, obsq(self->buf, OBSERVER_PENDING_MAX + 1, WIRE_OBS_AWAIT, 0, 0));
	EXPECT_EQ(self->observer.nr, OBSERVER_PENDING_MAX);
	EXPECT_EQ(self->observer.dropped, 1);
	EXPECT_EQ(self->ids.replays, 0);
}

TEST_F(requests, T6_kernel_ops_are_bounded_in_number)
{
	u32 id;

	for (id = 1; id <= 1000; id++)
		SEND(WIRE_KORQ, korq(self->buf, id));
	EXPECT_EQ(self->kernel_ops.nr, KERNEL_OP_PENDING_MAX);
	EXPECT_EQ(self->kernel_ops.dropped, 1000 - KERNEL_OP_PENDING_MAX);
	kernel_op_queue_free(&self->kernel_ops);
	EXPECT_EQ(self->kernel_ops.nr, 0);
	kernel_op_queue_free(NULL);
}

TEST_F(requests, T6_kernel_ops_are_bounded_in_size)
{
	u8 *big = calloc(1, KERNEL_OP_REQUEST_MAX + 1);
	struct kernel_op_request kop;

	ASSERT_NE(NULL, big);
	korq(big, 1);
	send(&self->s, WIRE_KORQ, true, big, KERNEL_OP_REQUEST_MAX);
	korq(big, 2);
	send(&self->s, WIRE_KORQ, true, big, KERNEL_OP_REQUEST_MAX + 1);
	ASSERT_TRUE(kernel_op_queue_take(&self->kernel_ops, &kop));
	EXPECT_EQ(kop.len, KERNEL_OP_REQUEST_MAX);
	ASSERT_NE(NULL, kop.data);
	EXPECT_EQ(kop.error, 0);
	free(kop.data);
	/* kept as an error, so that somebody answers */
	ASSERT_TRUE(kernel_op_queue_take(&self->kernel_ops, &kop));
	EXPECT_EQ(kop.id, 2);
	EXPECT_EQ(kop.error, -EMSGSIZE);
	EXPECT_EQ(NULL, kop.data);
	free(big);
}

TEST_F(requests, a_kernel_op_is_a_copy)
{
	struct kernel_op_request kop;

	SEND(WIRE_KORQ, korq(self->buf, 1));
	memset(self->buf, 0xee, sizeof(self->buf));
	ASSERT_TRUE(kernel_op_queue_take(&self->kernel_ops, &kop));
	EXPECT_EQ(((u8 *)kop.data)[4], 1);
	free(kop.data);
}

TEST_F(requests, vmcoreinfo)
{
	EXPECT_FALSE(SEND(WIRE_VMCI, vmci(self->buf, 0x12345000, 0x1024)));
	EXPECT_EQ(self->vmci_gpa, 0x12345000);
	EXPECT_EQ(self->vmci_size, 0x1024);
	/* the first one counts */
	EXPECT_FALSE(SEND(WIRE_VMCI, vmci(self->buf, 0x99999000, 0x10)));
	EXPECT_EQ(self->vmci_gpa, 0x12345000);
	EXPECT_EQ(self->vmci_size, 0x1024);
}

TEST_F(requests, vmcoreinfo_that_cannot_be)
{
	vmci(self->buf, 0x1000, 0x1000);
	send(&self->s, WIRE_VMCI, true, self->buf, 15);
	send(&self->s, WIRE_VMCI, true, self->buf, 17);
	send(&self->s, WIRE_VMCI, true, NULL, 0);
	SEND(WIRE_VMCI, vmci(self->buf, 0, 0x1000));
	SEND(WIRE_VMCI, vmci(self->buf, 0x1000, 0));
	SEND(WIRE_VMCI, vmci(self->buf, 0x1000, VMCOREINFO_MAX + 1));
	SEND(WIRE_VMCI, vmci(self->buf, 0x1000, ~0ull));
	SEND(WIRE_VMCI, vmci(self->buf, ~0ull, 0x1000));
	EXPECT_EQ(self->vmci_gpa, 0);
	EXPECT_EQ(self->vmci_size, 0);
	SEND(WIRE_VMCI, vmci(self->buf, 0x1000, VMCOREINFO_MAX));
	EXPECT_EQ(self->vmci_size, VMCOREINFO_MAX);
}

TEST_F(requests, scheduler_swaps_are_counted)
{
	EXPECT_FALSE(send(&self->s, WIRE_SSWN, true, NULL, 0));
	EXPECT_FALSE(send(&self->s, WIRE_SSWN, true, NULL, 0));
	EXPECT_FALSE(send(&self->s, WIRE_SSWN, true, "x", 1));
	EXPECT_EQ(self->s.sched_swaps, 2);
}

TEST_F(requests, sinks_that_nobody_wants)
{
	u64 kadr[3] = { 1, 0, 2 };

	self->s.observer = NULL;
	self->s.kernel_ops = NULL;
	self->s.ids = NULL;
	self->s.vmcoreinfo_gpa = NULL;
	EXPECT_FALSE(SEND(WIRE_OBSQ, obsq(self->buf, 2, WIRE_OBS_AWAIT, 0, 0)));
	EXPECT_FALSE(SEND(WIRE_KORQ, korq(self->buf, 3)));
	EXPECT_FALSE(SEND(WIRE_VMCI, vmci(self->buf, 0x1000, 64)));
	EXPECT_FALSE(send(&self->s, WIRE_KADR, true, kadr, sizeof(kadr)));
	EXPECT_EQ(self->phys_base, 1);
	/* without a row of ids each request counts */
	SEND(WIRE_SNRQ, snrq(self->buf, 1, WIRE_SNAP_CAPTURE, "t"));
	SEND(WIRE_SNRQ, snrq(self->buf, 1, WIRE_SNAP_CAPTURE, "t"));
	EXPECT_EQ(self->snapshots.nr, 2);
}

TEST_HARNESS_MAIN
