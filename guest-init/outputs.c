// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lib/util.h"
#include "outputs.h"

void outputs_init(struct outputs *o, struct wire_writer *writer)
{
	*o = (struct outputs){ .writer = writer };
}

static void output_send(struct outputs *o, const void *payload, size_t len)
{
	int ret = wire_writer_send(o->writer, WIRE_ROUT, payload, len);

	if (!o->error)
		o->error = ret;
}

static struct wire_rout head_of(const struct outputs *o, enum wire_rout_kind kind)
{
	return (struct wire_rout){ .id = cpu_to_le32(o->id), .kind = cpu_to_le32(kind) };
}

void outputs_start(struct outputs *o, const char *tag)
{
	u8 buf[sizeof(struct wire_rout) + WIRE_OUTPUT_TAG_MAX];
	size_t len = strnlen(tag, WIRE_OUTPUT_TAG_MAX);
	struct wire_rout head;

	o->id++;
	o->open = true;
	head = head_of(o, WIRE_ROUT_START);
	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), tag, len);
	output_send(o, buf, sizeof(head) + len);
}

void outputs_data(struct outputs *o, void *frame, size_t len)
{
	struct wire_rout head = head_of(o, WIRE_ROUT_DATA);

	len = min_t(u64, len, WIRE_OUTPUT_MAX - o->sent);
	if (!len || o->error)
		return;
	memcpy(frame, &head, sizeof(head));
	output_send(o, frame, sizeof(head) + len);
	o->sent += len;
}

void outputs_end(struct outputs *o, struct rout_view *end)
{
	int ret;

	end->id = o->id;
	end->kind = WIRE_ROUT_END;
	ret = wire_rout_send_end(o->writer, end);
	if (!o->error)
		o->error = ret;
	o->open = false;
}
