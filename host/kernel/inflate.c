// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "host/kernel/inflate.h"
#include "lib/util.h"

/* Output that grows as data arrives: no length in the stream is believed. */
struct outbuf {
	u8 *data;
	size_t used;
	size_t room;
	size_t max;
};

static int outbuf_room(struct outbuf *o)
{
	size_t room = o->room ? o->room * 2 : 1 << 20;
	u8 *bigger;

	if (o->used < o->room)
		return 0;
	if (o->room >= o->max)
		return -EFBIG;
	if (room > o->max)
		room = o->max;
	bigger = realloc(o->data, room);
	if (!bigger)
		return -ENOMEM;
	o->data = bigger;
	o->room = room;
	return 0;
}

static int inflate_zstd(const u8 *src, size_t len, struct outbuf *o)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	ZSTD_inBuffer in = { src, len, 0 };
	size_t left = 1;
	int err = d ? 0 : -ENOMEM;

	if (d)
		ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, 30);
	while (!err && left) {
		ZSTD_outBuffer out;

		err = outbuf_room(o);
		if (err)
			break;
		out = (ZSTD_outBuffer){ o->data + o->used, o->room - o->used, 0 };
		left = ZSTD_decompressStream(d, &out, &in);
		o->used += out.pos;
		if (ZSTD_isError(left) || (left && in.pos == in.size && !out.pos))
			err = -EBADMSG;
	}
	ZSTD_freeDCtx(d);
	return err;
}

static int inflate_gzip(const u8 *src, size_t len, struct outbuf *o)
{
	z_stream z = { .next_in = (u8 *)src, .avail_in = len };
	int ret = Z_OK, err = 0;

	if (len > UINT32_MAX)
		return -EFBIG;
	if (inflateInit2(&z, 16 + MAX_WBITS) != Z_OK)
		return -ENOMEM;
	while (!err && ret != Z_STREAM_END) {
		size_t room;

		err = outbuf_room(o);
		if (err)
			break;
		room = min(o->room - o->used, (size_t)1 << 30);
		z.next_out = o->data + o->used;
		z.avail_out = room;
		ret = inflate(&z, Z_NO_FLUSH);
		o->used += room - z.avail_out;
		if (ret != Z_OK && ret != Z_STREAM_END)
			err = -EBADMSG;
	}
	inflateEnd(&z);
	return err;
}

static int inflate_lzma(const u8 *src, size_t len, struct outbuf *o)
{
	lzma_stream z = LZMA_STREAM_INIT;
	lzma_ret ret = LZMA_OK;
	int err = 0;

	if (lzma_auto_decoder(&z, UINT64_MAX, 0) != LZMA_OK)
		return -ENOMEM;
	z.next_in = src;
	z.avail_in = len;
	while (!err && ret != LZMA_STREAM_END) {
		size_t room;

		err = outbuf_room(o);
		if (err)
			break;
		room = o->room - o->used;
		z.next_out = o->data + o->used;
		z.avail_out = room;
		ret = lzma_code(&z, LZMA_RUN);
		o->used += room - z.avail_out;
		if (ret != LZMA_OK && ret != LZMA_STREAM_END)
			err = ret == LZMA_MEM_ERROR ? -ENOMEM : -EBADMSG;
	}
	lzma_end(&z);
	return err;
}

static const struct inflate_format {
	const char *name;
	u8 magic[6];
	u8 magic_len;
	int (*inflate)(const u8 *src, size_t len, struct outbuf *o);
} formats[] = {
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, inflate_zstd },
	{ "gzip", { 0x1f, 0x8b }, 2, inflate_gzip },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, inflate_lzma },
	{ "lzma", { 0x5d, 0, 0 }, 3, inflate_lzma },
};

static const struct inflate_format *format_of(const u8 *src, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (len > formats[i].magic_len &&
		    !memcmp(src, formats[i].magic, formats[i].magic_len))
			return &formats[i];
	return NULL;
}

void *inflate_any(const void *src, size_t len, size_t max, size_t *out_len, struct ktstr_err *err)
{
	const struct inflate_format *f = format_of(src, len);
	struct outbuf o = { .max = max };
	int ret;

	if (!f) {
		const u8 *p = src;

		ktstr_err_set(err, 0,
			      "compressed data starts with %02x %02x: not zstd, gzip, xz or lzma",
			      len > 0 ? p[0] : 0, len > 1 ? p[1] : 0);
		errno = EOPNOTSUPP;
		return NULL;
	}
	ret = f->inflate(src, len, &o);
	if (ret) {
		free(o.data);
		ktstr_err_set(err, 0, "%s data: %s", f->name,
			      ret == -EBADMSG ? "corrupt or truncated" : strerror(-ret));
		errno = -ret;
		return NULL;
	}
	*out_len = o.used;
	return o.data;
}
