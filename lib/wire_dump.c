// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "wire_dump.h"

const char *wire_dump_kind_name(u32 kind)
{
	static const char *const names[WIRE_DUMP_NR] = {
		[WIRE_DUMP_FAILURE] = "failure", [WIRE_DUMP_FALLBACK] = "fallback",
		[WIRE_DUMP_CAPTURE] = "capture", [WIRE_DUMP_WATCH] = "watch",
		[WIRE_DUMP_EARLY] = "early",	 [WIRE_DUMP_PERIODIC] = "periodic",
	};

	return kind && kind < WIRE_DUMP_NR ? names[kind] : "unknown";
}

/* A text of at most @room - 1 bytes; the rest of @dst stays zero. */
static void put_text(char *dst, size_t room, const char *src)
{
	memcpy(dst, src, strnlen(src, room - 1));
}

static bool text_ok(const char *s, size_t room)
{
	return memchr(s, '\0', room);
}

/* The numbers of a snapshot in the order of the wire. */
#define AT(field) offsetof(struct dump_view, field)
static const u16 u32_at[WIRE_DUMP_U32S] = {
	AT(kind), AT(frozen), AT(vcpus), AT(slots), AT(vcpu), AT(exit_kind),
};

static const u16 u64_at[WIRE_DUMP_U64S] = {
	AT(kva),       AT(old_value),  AT(new_value),	       AT(writes),
	AT(ip),	       AT(t_ns),       AT(latch_to_frozen_ns), AT(frozen_to_captured_ns),
	AT(frozen_ns), AT(elapsed_ns), AT(boundary_ns),
};

/* Head and data in one allocation. */
static int join(const void *head, size_t head_len, const void *data, size_t data_len, void **buf,
		size_t *len)
{
	u8 *p = malloc(head_len + data_len);

	if (!p)
		return -ENOMEM;
	memcpy(p, head, head_len);
	if (data_len)
		memcpy(p + head_len, data, data_len);
	*buf = p;
	*len = head_len + data_len;
	return 0;
}

int wire_dump_encode(const struct dump_view *v, void **buf, size_t *len)
{
	const u8 *from = (const u8 *)v;
	struct wire_dump w = {};
	size_t i;

	if (v->json_len > WIRE_DUMP_JSON_MAX)
		return -E2BIG;
	w.version = cpu_to_le32(WIRE_DUMP_VERSION);
	w.json_len = cpu_to_le32(v->json_len);
	for (i = 0; i < ARRAY_SIZE(u32_at); i++)
		w.u32s[i] = cpu_to_le32(*(const u32 *)(from + u32_at[i]));
	for (i = 0; i < ARRAY_SIZE(u64_at); i++)
		w.u64s[i] = cpu_to_le64(*(const u64 *)(from + u64_at[i]));
	put_text(w.tag, sizeof(w.tag), v->tag);
	put_text(w.schema, sizeof(w.schema), v->schema);
	put_text(w.ip_symbol, sizeof(w.ip_symbol), v->ip_symbol);
	put_text(w.exit_msg, sizeof(w.exit_msg), v->exit_msg);
	return join(&w, sizeof(w), v->json, v->json_len, buf, len);
}

int wire_dump_decode(const void *payload, size_t len, struct dump_view *v)
{
	u8 *to = (u8 *)v;
	struct wire_dump w;
	size_t i;

	memset(v, 0, sizeof(*v));
	if (len < sizeof(w))
		return -EBADMSG;
	memcpy(&w, payload, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_DUMP_VERSION)
		return -EPROTO;
	if (le32_to_cpu(w.json_len) != len - sizeof(w) ||
	    le32_to_cpu(w.json_len) > WIRE_DUMP_JSON_MAX || !text_ok(w.tag, sizeof(w.tag)) ||
	    !text_ok(w.schema, sizeof(w.schema)) || !text_ok(w.ip_symbol, sizeof(w.ip_symbol)) ||
	    !text_ok(w.exit_msg, sizeof(w.exit_msg)))
		return -EBADMSG;
	for (i = 0; i < ARRAY_SIZE(u32_at); i++)
		*(u32 *)(to + u32_at[i]) = le32_to_cpu(w.u32s[i]);
	for (i = 0; i < ARRAY_SIZE(u64_at); i++)
		*(u64 *)(to + u64_at[i]) = le64_to_cpu(w.u64s[i]);
	if (!v->kind || v->kind >= WIRE_DUMP_NR)
		return -EBADMSG;
	put_text(v->tag, sizeof(v->tag), w.tag);
	put_text(v->schema, sizeof(v->schema), w.schema);
	put_text(v->ip_symbol, sizeof(v->ip_symbol), w.ip_symbol);
	put_text(v->exit_msg, sizeof(v->exit_msg), w.exit_msg);
	v->json = (const char *)payload + sizeof(w);
	v->json_len = len - sizeof(w);
	return 0;
}

int wire_oprs_encode(const struct op_view *v, void **buf, size_t *len)
{
	struct wire_oprs w = {
		.version = cpu_to_le32(WIRE_DUMP_VERSION),
		.op = cpu_to_le32(v->op),
		.id = cpu_to_le32(v->id),
		.status = cpu_to_le32(v->status),
		.writes = cpu_to_le64(v->writes),
		.t_ns = cpu_to_le64(v->t_ns),
	};

	put_text(w.tag, sizeof(w.tag), v->tag);
	put_text(w.reason, sizeof(w.reason), v->reason);
	return join(&w, sizeof(w), v->data, v->data_len, buf, len);
}

int wire_oprs_decode(const void *payload, size_t len, struct op_view *v)
{
	struct wire_oprs w;

	memset(v, 0, sizeof(*v));
	if (len < sizeof(w))
		return -EBADMSG;
	memcpy(&w, payload, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_DUMP_VERSION)
		return -EPROTO;
	v->op = le32_to_cpu(w.op);
	v->id = le32_to_cpu(w.id);
	v->status = le32_to_cpu(w.status);
	v->writes = le64_to_cpu(w.writes);
	v->t_ns = le64_to_cpu(w.t_ns);
	if (!v->op || v->op >= WIRE_OP_NR || !text_ok(w.tag, sizeof(w.tag)) ||
	    !text_ok(w.reason, sizeof(w.reason)) ||
	    (v->status != WIRE_SNAP_OK && v->status != WIRE_SNAP_ERR))
		return -EBADMSG;
	put_text(v->tag, sizeof(v->tag), w.tag);
	put_text(v->reason, sizeof(v->reason), w.reason);
	v->data = (const u8 *)payload + sizeof(w);
	v->data_len = len - sizeof(w);
	return 0;
}
