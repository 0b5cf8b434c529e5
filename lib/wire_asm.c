// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames out of a byte stream. The stream may be cut anywhere, may contain
 * anything, and may claim any length: memory grows with what arrived, and the
 * place is found again after a loss.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "wire.h"

/* Bounds what is buffered behind the frame that is being completed. */
#define SLICE (64U << 10)

struct parsed_hdr {
	u32 type;
	u32 len;
	u32 crc;
	u32 pad;
};

static void hdr_read(const u8 *p, struct parsed_hdr *h)
{
	struct wire_hdr raw;

	memcpy(&raw, p, sizeof(raw));
	h->type = le32_to_cpu(raw.type);
	h->len = le32_to_cpu(raw.len);
	h->crc = le32_to_cpu(raw.crc);
	h->pad = le32_to_cpu(raw.pad);
}

void wire_asm_init(struct wire_assembler *a, size_t cap)
{
	memset(a, 0, sizeof(*a));
	a->cap = cap;
}

void wire_asm_free(struct wire_assembler *a)
{
	if (!a)
		return;
	free(a->buf);
	a->buf = NULL;
	a->used = 0;
	a->room = 0;
}

u64 wire_asm_residual(const struct wire_assembler *a)
{
	return a->used + a->skip;
}

static int reserve(struct wire_assembler *a, size_t need)
{
	size_t room = a->room ? a->room : 4096;
	u8 *buf;

	if (need <= a->room)
		return 0;
	while (room < need)
		room *= 2;
	buf = realloc(a->buf, room);
	if (!buf)
		return -ENOMEM;
	a->buf = buf;
	a->room = room;
	return 0;
}

static void lose_place(struct wire_assembler *a, u64 bytes)
{
	a->n.dropped_bytes += bytes;
	a->n.resyncs++;
	a->hunting = true;
}

/*
 * A frame above the cap starts at @off. It is dropped when the last of it has
 * arrived, or when twice the cap went by without that.
 */
static size_t skip_oversize(struct wire_assembler *a, size_t off, u32 len)
{
	u64 total = min((u64)len + WIRE_HDR_SIZE, 2 * (u64)a->cap + 1);
	size_t have = a->used - off;

	a->n.oversize++;
	if (have >= total) {
		lose_place(a, total);
		return off + total;
	}
	a->skip = have;
	a->skip_left = total - have;
	return a->used;
}

static void skip_bytes(struct wire_assembler *a, u64 n)
{
	a->skip += n;
	a->skip_left -= n;
	if (a->skip_left)
		return;
	lose_place(a, a->skip);
	a->skip = 0;
}

static bool plausible(const struct wire_assembler *a, const struct parsed_hdr *h)
{
	return wire_class(h->type) != WIRE_CLASS_UNKNOWN && !h->pad && h->len <= a->cap;
}

static void deliver(struct wire_assembler *a, const struct parsed_hdr *h, const u8 *payload,
		    wire_frame_fn fn, void *ctx)
{
	struct wire_frame f = {
		.type = h->type,
		.crc_ok = wire_crc(payload, h->len) == h->crc,
		.payload = payload,
		.len = h->len,
	};

	a->n.frames++;
	a->n.crc_errors += !f.crc_ok;
	a->n.pad_nonzero += !!h->pad;
	fn(ctx, &f);
}

static void parse_buffered(struct wire_assembler *a, wire_frame_fn fn, void *ctx)
{
	size_t off = 0;

	while (a->used - off >= WIRE_HDR_SIZE) {
		struct parsed_hdr h;

		hdr_read(a->buf + off, &h);
		if (a->hunting && !plausible(a, &h)) {
			a->n.dropped_bytes++;
			off++;
			continue;
		}
		a->hunting = false;
		if (h.len > a->cap) {
			off = skip_oversize(a, off, h.len);
			continue;
		}
		if (a->used - off - WIRE_HDR_SIZE < h.len)
			break;
		deliver(a, &h, a->buf + off + WIRE_HDR_SIZE, fn, ctx);
		off += WIRE_HDR_SIZE + h.len;
	}
	a->used -= off;
	if (off && a->used)
		memmove(a->buf, a->buf + off, a->used);
}

int wire_asm_feed(struct wire_assembler *a, const void *data, size_t len, wire_frame_fn fn,
		  void *ctx)
{
	const u8 *p = data;

	while (len) {
		size_t n;
		int err;

		if (a->skip_left) {
			n = min_t(u64, len, a->skip_left);
			skip_bytes(a, n);
			p += n;
			len -= n;
			continue;
		}
		n = min_t(size_t, len, SLICE);
		err = reserve(a, a->used + n);
		if (err) {
			lose_place(a, a->used + len);
			a->used = 0;
			return err;
		}
		memcpy(a->buf + a->used, p, n);
		a->used += n;
		p += n;
		len -= n;
		parse_buffered(a, fn, ctx);
	}
	return 0;
}

int wire_parse(const void *data, size_t len, wire_frame_fn fn, void *ctx)
{
	const u8 *p = data;

	while (len) {
		struct parsed_hdr h;
		struct wire_frame f = { 0 };

		if (len < WIRE_HDR_SIZE)
			return -EBADMSG;
		hdr_read(p, &h);
		if (h.len > WIRE_FRAME_MAX || h.len > len - WIRE_HDR_SIZE)
			return -EBADMSG;
		f.type = h.type;
		f.payload = p + WIRE_HDR_SIZE;
		f.len = h.len;
		f.crc_ok = wire_crc(f.payload, f.len) == h.crc;
		fn(ctx, &f);
		p += WIRE_HDR_SIZE + h.len;
		len -= WIRE_HDR_SIZE + h.len;
	}
	return 0;
}
