// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "wire_output.h"

const char *wire_run_end_name(u32 end)
{
	static const char *const names[WIRE_RUN_NR] = {
		[WIRE_RUN_EXITED] = "exited",		[WIRE_RUN_SIGNALED] = "signaled",
		[WIRE_RUN_TIMED_OUT] = "timed_out",	[WIRE_RUN_CANCELLED] = "cancelled",
		[WIRE_RUN_NOT_STARTED] = "not_started",
	};

	return end && end < WIRE_RUN_NR ? names[end] : "unknown";
}

static int decode_end(struct rout_view *v)
{
	struct wire_rout_end e;

	if (v->len < sizeof(e) || v->len - sizeof(e) > WIRE_OUTPUT_REASON_MAX)
		return -EBADMSG;
	memcpy(&e, v->data, sizeof(e));
	v->end = le32_to_cpu(e.end);
	v->code = le32_to_cpu(e.code);
	v->bytes = le64_to_cpu(e.bytes);
	v->elapsed_ns = le64_to_cpu(e.elapsed_ns);
	v->data = (const u8 *)v->data + sizeof(e);
	v->len -= sizeof(e);
	return v->end && v->end < WIRE_RUN_NR ? 0 : -EBADMSG;
}

int wire_rout_decode(const void *payload, size_t len, struct rout_view *v)
{
	struct wire_rout w;

	memset(v, 0, sizeof(*v));
	if (len < sizeof(w))
		return -EBADMSG;
	memcpy(&w, payload, sizeof(w));
	v->id = le32_to_cpu(w.id);
	v->kind = le32_to_cpu(w.kind);
	v->data = (const u8 *)payload + sizeof(w);
	v->len = len - sizeof(w);
	if (!v->id)
		return -EBADMSG;
	switch (v->kind) {
	case WIRE_ROUT_START:
		return v->len && v->len <= WIRE_OUTPUT_TAG_MAX ? 0 : -EBADMSG;
	case WIRE_ROUT_DATA:
		return v->len && v->len <= WIRE_OUTPUT_PIECE_MAX ? 0 : -EBADMSG;
	case WIRE_ROUT_END:
		return decode_end(v);
	default:
		return -EBADMSG;
	}
}

int wire_rout_send_end(struct wire_writer *w, const struct rout_view *v)
{
	struct {
		struct wire_rout head;
		struct wire_rout_end end;
		char reason[WIRE_OUTPUT_REASON_MAX];
	} __packed buf = {
		.head.id = cpu_to_le32(v->id),
		.head.kind = cpu_to_le32(WIRE_ROUT_END),
		.end.end = cpu_to_le32(v->end),
		.end.code = cpu_to_le32(v->code),
		.end.bytes = cpu_to_le64(v->bytes),
		.end.elapsed_ns = cpu_to_le64(v->elapsed_ns),
	};
	size_t len = min(v->len, sizeof(buf.reason));

	if (len)
		memcpy(buf.reason, v->data, len);
	return wire_writer_send(w, WIRE_ROUT, &buf, sizeof(buf) - sizeof(buf.reason) + len);
}
