// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/vmm/devices/virtio_console.h"
#include "lib/util.h"
#include "lib/wire_ops.h"
#include "reply.h"

static void frame(u8 *buf, u32 type, const void *payload, size_t len)
{
	struct wire_hdr hdr;

	wire_hdr_init(&hdr, type, payload, len);
	memcpy(buf, &hdr, sizeof(hdr));
	if (len)
		memcpy(buf + sizeof(hdr), payload, len);
}

void reply_frame_snapshot(u8 buf[REPLY_SNAPSHOT_LEN], u32 id, u32 status, const char *reason)
{
	struct wire_snrp r = {
		.id = cpu_to_le32(id),
		.status = cpu_to_le32(status),
	};

	if (reason)
		memcpy(r.reason, reason, strnlen(reason, sizeof(r.reason) - 1));
	frame(buf, WIRE_SNRP, &r, sizeof(r));
}

int reply_frame_kernel_op(const void *payload, size_t len, u8 **out, size_t *out_len)
{
	u8 *buf;

	if (len > WIRE_KORP_MAX)
		return -EMSGSIZE;
	buf = malloc(WIRE_HDR_SIZE + len);
	if (!buf)
		return -ENOMEM;
	frame(buf, WIRE_KORP, payload, len);
	*out = buf;
	*out_len = WIRE_HDR_SIZE + len;
	return 0;
}

static int count(struct reply_stats *st, int ret)
{
	if (ret)
		st->dropped++;
	else
		st->sent++;
	return ret;
}

int reply_send(struct virtio_console *vc, const u8 *buf, size_t len, struct reply_stats *st)
{
	return count(st, virtio_console_send(vc, VIRTIO_CONSOLE_BULK, buf, len));
}

int reply_snapshot(struct virtio_console *vc, u32 id, u32 status, const char *reason,
		   struct reply_stats *st)
{
	u8 buf[REPLY_SNAPSHOT_LEN];

	reply_frame_snapshot(buf, id, status, reason);
	return reply_send(vc, buf, sizeof(buf), st);
}

int reply_kernel_op(struct virtio_console *vc, const void *payload, size_t len,
		    struct reply_stats *st)
{
	size_t frame_len;
	u8 *buf;
	int ret;

	ret = reply_frame_kernel_op(payload, len, &buf, &frame_len);
	if (ret)
		return count(st, ret);
	ret = reply_send(vc, buf, frame_len, st);
	free(buf);
	return ret;
}
