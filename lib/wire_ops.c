// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel operations to and from the wire. A payload is checked as a whole when
 * it is decoded; the walkers then need no checks of their own.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "wire_ops.h"

/* What a task or per-CPU target has in front of its name. */
#define PERCPU_PREFIX sizeof(__le32)
#define TASK_PREFIX   (sizeof(__le32) + sizeof(__le64))

/* Reads a payload from its start; @left is what nobody has taken yet. */
struct cursor {
	const u8 *p;
	size_t left;
};

static const void *take(struct cursor *c, size_t len)
{
	const u8 *p = c->p;

	if (len > c->left)
		return NULL;
	c->p += len;
	c->left -= len;
	return p;
}

static bool is_name(const u8 *p, size_t len)
{
	return len && !memchr(p, '\0', len);
}

static bool target_ok(u8 target, const u8 *p, size_t len)
{
	switch (target) {
	case WIRE_KOP_SYMBOL:
		return is_name(p, len);
	case WIRE_KOP_DIRECT:
	case WIRE_KOP_KVA:
		return len == sizeof(__le64);
	case WIRE_KOP_PERCPU_FIELD:
		return len > PERCPU_PREFIX && is_name(p + PERCPU_PREFIX, len - PERCPU_PREFIX);
	case WIRE_KOP_TASK_FIELD:
		return len > TASK_PREFIX && is_name(p + TASK_PREFIX, len - TASK_PREFIX);
	default:
		return false;
	}
}

static bool value_ok(u8 value, u32 len)
{
	switch (value) {
	case WIRE_KOP_U32:
	case WIRE_KOP_OR_U32:
		return len == sizeof(__le32);
	case WIRE_KOP_U64:
		return len == sizeof(__le64);
	case WIRE_KOP_BYTES:
		return len;
	default:
		return false;
	}
}

static int take_entry(struct cursor *c, u8 direction, struct kop_entry_view *e)
{
	const struct wire_kop_entry *head = take(c, sizeof(*head));
	struct wire_kop_entry w;

	if (!head)
		return -EBADMSG;
	memcpy(&w, head, sizeof(w));
	e->target = w.target;
	e->value = w.value;
	e->target_len = le16_to_cpu(w.target_len);
	e->value_len = le32_to_cpu(w.value_len);
	if (e->target_len > WIRE_KOP_TARGET_MAX || e->value_len > WIRE_KORP_MAX)
		return -E2BIG;
	e->target_data = take(c, e->target_len);
	if (!e->target_data || !target_ok(e->target, e->target_data, e->target_len) ||
	    !value_ok(e->value, e->value_len))
		return -EBADMSG;
	e->value_data = NULL;
	if (direction == WIRE_KOP_READ)
		return e->value == WIRE_KOP_OR_U32 ? -EBADMSG : 0;
	e->value_data = take(c, e->value_len);
	return e->value_data ? 0 : -EBADMSG;
}

/* Room for the longest reason is kept, so that any reply can have one. */
static int check_entries(const struct korq_view *v)
{
	struct cursor c = { v->entries, v->entries_len };
	size_t reply = sizeof(struct wire_korp) + WIRE_KOP_REASON_MAX;
	struct kop_entry_view e;
	int ret;
	u32 i;

	for (i = 0; i < v->nr_entries; i++) {
		ret = take_entry(&c, v->direction, &e);
		if (ret)
			return ret;
		reply += sizeof(struct wire_kop_result) + e.value_len;
		if (reply > WIRE_KORP_MAX)
			return -E2BIG;
	}
	return c.left ? -EBADMSG : 0;
}

int korq_decode(const void *payload, size_t len, struct korq_view *v)
{
	struct cursor c = { payload, len };
	const struct wire_korq *head = take(&c, sizeof(*head));
	struct wire_korq w;

	memset(v, 0, sizeof(*v));
	if (!head)
		return -EBADMSG;
	memcpy(&w, head, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_OPS_VERSION)
		return -EPROTO;
	v->id = le32_to_cpu(w.id);
	v->mode = w.mode;
	v->direction = w.direction;
	v->tag_len = le16_to_cpu(w.tag_len);
	v->nr_entries = le32_to_cpu(w.nr_entries);
	if (v->nr_entries > WIRE_KOP_ENTRIES_MAX || v->tag_len > WIRE_KOP_TAG_MAX)
		return -E2BIG;
	if (!v->id || !v->nr_entries || (v->mode != WIRE_KOP_HOT && v->mode != WIRE_KOP_COLD) ||
	    (v->direction != WIRE_KOP_READ && v->direction != WIRE_KOP_WRITE))
		return -EBADMSG;
	v->tag = take(&c, v->tag_len);
	if (!v->tag || memchr(v->tag, '\0', v->tag_len))
		return -EBADMSG;
	v->entries = c.p;
	v->entries_len = c.left;
	return check_entries(v);
}

bool korq_next(const struct korq_view *v, size_t *pos, struct kop_entry_view *e)
{
	struct cursor c = { (const u8 *)v->entries + *pos, v->entries_len - *pos };

	if (!c.left || take_entry(&c, v->direction, e))
		return false;
	*pos = v->entries_len - c.left;
	return true;
}

void korq_set_id(void *payload, u32 id)
{
	__le32 raw = cpu_to_le32(id);

	memcpy((u8 *)payload + offsetof(struct wire_korq, id), &raw, sizeof(raw));
}

static u8 *put(u8 *p, const void *data, size_t len)
{
	if (len)
		memcpy(p, data, len);
	return p + len;
}

static u8 *put_entry(u8 *p, u8 direction, const struct kop_entry_view *e)
{
	struct wire_kop_entry w = {
		.target = e->target,
		.value = e->value,
		.target_len = cpu_to_le16(e->target_len),
		.value_len = cpu_to_le32(e->value_len),
	};

	p = put(p, &w, sizeof(w));
	p = put(p, e->target_data, e->target_len);
	return direction == WIRE_KOP_WRITE ? put(p, e->value_data, e->value_len) : p;
}

/* Bytes of the payload, or 0 when it is above every limit. */
static size_t korq_size(const struct korq_view *v, const struct kop_entry_view *entries)
{
	size_t size = sizeof(struct wire_korq) + v->tag_len;
	u32 i;

	if (v->nr_entries > WIRE_KOP_ENTRIES_MAX)
		return 0;
	for (i = 0; i < v->nr_entries; i++) {
		if (entries[i].value_len > WIRE_KORP_MAX)
			return 0;
		size += sizeof(struct wire_kop_entry) + entries[i].target_len;
		if (v->direction == WIRE_KOP_WRITE)
			size += entries[i].value_len;
	}
	/* what is above the limits together, korq_decode() finds */
	return size > 2 * WIRE_KORP_MAX + WIRE_KOP_ENTRIES_MAX * WIRE_KOP_TARGET_MAX ? 0 : size;
}

int korq_encode(const struct korq_view *v, const struct kop_entry_view *entries, void **buf,
		size_t *len)
{
	struct wire_korq w = {
		.version = cpu_to_le32(WIRE_OPS_VERSION),
		.id = cpu_to_le32(v->id),
		.mode = v->mode,
		.direction = v->direction,
		.tag_len = cpu_to_le16(v->tag_len),
		.nr_entries = cpu_to_le32(v->nr_entries),
	};
	size_t size = korq_size(v, entries);
	struct korq_view check;
	u8 *start, *p;
	int ret;
	u32 i;

	if (!size)
		return -E2BIG;
	start = malloc(size);
	if (!start)
		return -ENOMEM;
	p = put(start, &w, sizeof(w));
	p = put(p, v->tag, v->tag_len);
	for (i = 0; i < v->nr_entries; i++)
		p = put_entry(p, v->direction, &entries[i]);
	ret = korq_decode(start, size, &check);
	if (ret) {
		free(start);
		return ret;
	}
	*buf = start;
	*len = size;
	return 0;
}

static int take_value(struct cursor *c, struct kop_value_view *value)
{
	const struct wire_kop_result *head = take(c, sizeof(*head));
	struct wire_kop_result w;

	if (!head)
		return -EBADMSG;
	memcpy(&w, head, sizeof(w));
	value->value = w.value;
	value->len = le32_to_cpu(w.value_len);
	value->data = take(c, value->len);
	if (!value->data || w.value == WIRE_KOP_OR_U32 || !value_ok(w.value, value->len) ||
	    w.pad[0] || w.pad[1] || w.pad[2])
		return -EBADMSG;
	return 0;
}

static int check_values(const struct korp_view *v)
{
	struct cursor c = { v->values, v->values_len };
	struct kop_value_view value;
	int ret;
	u32 i;

	for (i = 0; i < v->nr_values; i++) {
		ret = take_value(&c, &value);
		if (ret)
			return ret;
	}
	return c.left ? -EBADMSG : 0;
}

int korp_decode(const void *payload, size_t len, struct korp_view *v)
{
	struct cursor c = { payload, len };
	const struct wire_korp *head = take(&c, sizeof(*head));
	struct wire_korp w;

	memset(v, 0, sizeof(*v));
	if (!head)
		return -EBADMSG;
	memcpy(&w, head, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_OPS_VERSION)
		return -EPROTO;
	v->id = le32_to_cpu(w.id);
	v->success = le16_to_cpu(w.success);
	v->reason_len = le16_to_cpu(w.reason_len);
	v->nr_values = le32_to_cpu(w.nr_values);
	if (len > WIRE_KORP_MAX || v->nr_values > WIRE_KOP_ENTRIES_MAX ||
	    v->reason_len > WIRE_KOP_REASON_MAX)
		return -E2BIG;
	v->reason = take(&c, v->reason_len);
	if (!v->id || le16_to_cpu(w.success) > 1 || !v->reason ||
	    memchr(v->reason, '\0', v->reason_len))
		return -EBADMSG;
	v->values = c.p;
	v->values_len = c.left;
	return check_values(v);
}

bool korp_next(const struct korp_view *v, size_t *pos, struct kop_value_view *value)
{
	struct cursor c = { (const u8 *)v->values + *pos, v->values_len - *pos };

	if (!c.left || take_value(&c, value))
		return false;
	*pos = v->values_len - c.left;
	return true;
}

/* Bytes of @s that fit, without half a UTF-8 character at the end. */
static size_t cut_text(const char *s, size_t max)
{
	size_t len = strnlen(s, max + 1);

	if (len <= max)
		return len;
	len = max;
	while (len && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static u8 *put_value(u8 *p, const struct kop_value_view *value)
{
	struct wire_kop_result w = {
		.value = value->value,
		.value_len = cpu_to_le32(value->len),
	};

	return put(put(p, &w, sizeof(w)), value->data, value->len);
}

int korp_encode(u32 id, bool success, const char *reason, const struct kop_value_view *values,
		u32 nr_values, void **buf, size_t *len)
{
	size_t reason_len = reason ? cut_text(reason, WIRE_KOP_REASON_MAX) : 0;
	size_t size = sizeof(struct wire_korp) + reason_len;
	struct wire_korp w = {
		.version = cpu_to_le32(WIRE_OPS_VERSION),
		.id = cpu_to_le32(id),
		.success = cpu_to_le16(success),
		.reason_len = cpu_to_le16(reason_len),
		.nr_values = cpu_to_le32(nr_values),
	};
	struct korp_view check;
	u8 *start, *p;
	int ret;
	u32 i;

	for (i = 0; i < nr_values; i++) {
		size += sizeof(struct wire_kop_result) + values[i].len;
		if (i >= WIRE_KOP_ENTRIES_MAX || size > WIRE_KORP_MAX)
			return -E2BIG;
	}
	start = malloc(size);
	if (!start)
		return -ENOMEM;
	p = put(start, &w, sizeof(w));
	p = put(p, reason, reason_len);
	for (i = 0; i < nr_values; i++)
		p = put_value(p, &values[i]);
	ret = korp_decode(start, size, &check);
	if (ret) {
		free(start);
		return ret;
	}
	*buf = start;
	*len = size;
	return 0;
}
