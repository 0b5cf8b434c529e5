// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/plan_kop.h"
#include "lib/util.h"

/* Where an entry's bytes lie until the request is encoded. */
struct kop_bytes {
	u8 target[WIRE_KOP_TARGET_MAX];
	u8 value[8];
};

/* Which operation and entry a message is about. */
struct where {
	size_t op;
	size_t entry;
	struct ktstr_err *err;
};

static int __printf(2, 3) refuse(const struct where *w, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return ktstr_err_set(w->err, -EINVAL, "op %zu (kernel), entry %zu: %s", w->op, w->entry,
			     why);
}

static void put_le(u8 *to, u64 v, size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		to[i] = v >> (8 * i);
}

/* Name and field behind @head bytes that are filled in already. */
static int put_names(const struct where *w, const char *name, const char *field, size_t head,
		     struct kop_bytes *to, struct kop_entry_view *e)
{
	size_t room = sizeof(to->target) - head;
	int n;

	if (field)
		n = snprintf((char *)to->target + head, room, "%s%s%s", name ?: "", name ? "." : "",
			     field);
	else
		n = snprintf((char *)to->target + head, room, "%s", name);
	if (n < 0 || (size_t)n >= room)
		return refuse(w, "its names have %d bytes; shorten them to %zu", n, room - 1);
	e->target_len = head + n;
	return 0;
}

static bool given(const char *text)
{
	return text && *text;
}

static int put_target(const struct where *w, const struct ktstr_kop *k, struct kop_bytes *to,
		      struct kop_entry_view *e)
{
	e->target = k->target;
	e->target_data = to->target;
	switch (k->target) {
	case WIRE_KOP_SYMBOL:
		if (!given(k->symbol))
			return refuse(w, "a symbol target needs .symbol");
		return put_names(w, k->symbol, NULL, 0, to, e);
	case WIRE_KOP_DIRECT:
	case WIRE_KOP_KVA:
		if (!k->address)
			return refuse(w, "an address target needs .address");
		put_le(to->target, k->address, 8);
		e->target_len = 8;
		return 0;
	case WIRE_KOP_PERCPU_FIELD:
		if (!given(k->symbol) || !given(k->field))
			return refuse(w, "a per-CPU target needs .symbol and .field");
		put_le(to->target, k->cpu, 4);
		return put_names(w, k->symbol, k->field, 4, to, e);
	case WIRE_KOP_TASK_FIELD:
		if (!k->pid || !given(k->field))
			return refuse(w, "a task target needs .pid and .field");
		put_le(to->target, k->pid, 4);
		put_le(to->target + 4, k->start_time_ns, 8);
		return put_names(w, NULL, k->field, 12, to, e);
	}
	return refuse(w, "target %u does not exist; use an enum wire_kop_target", k->target);
}

static int put_value(const struct where *w, const struct ktstr_kop *k, bool write,
		     struct kop_bytes *to, struct kop_entry_view *e)
{
	e->value = k->type;
	e->value_data = write ? to->value : NULL;
	if (k->type != WIRE_KOP_BYTES && k->len)
		return refuse(w, ".len belongs to WIRE_KOP_BYTES; leave it 0");
	switch (k->type) {
	case WIRE_KOP_OR_U32:
		if (!write)
			return refuse(w, "WIRE_KOP_OR_U32 is a write; read a WIRE_KOP_U32");
		fallthrough;
	case WIRE_KOP_U32:
		if (k->value > UINT32_MAX)
			return refuse(w, "value %#llx needs more than 32 bits: use WIRE_KOP_U64",
				      (unsigned long long)k->value);
		e->value_len = 4;
		break;
	case WIRE_KOP_U64:
		e->value_len = 8;
		break;
	case WIRE_KOP_BYTES:
		if (!k->len)
			return refuse(w, "WIRE_KOP_BYTES needs .len");
		if (write && !k->bytes)
			return refuse(w, "writing WIRE_KOP_BYTES needs .bytes");
		e->value_len = k->len;
		if (write)
			e->value_data = k->bytes;
		return 0;
	default:
		return refuse(w, "type %u does not exist; use an enum wire_kop_value", k->type);
	}
	put_le(to->value, k->value, e->value_len);
	return 0;
}

static int check_op(const struct ktstr_op *op, size_t i, struct ktstr_err *err)
{
	size_t tag_len = op->name ? strlen(op->name) : 0;

	if (op->mode != WIRE_KOP_HOT && op->mode != WIRE_KOP_COLD)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (kernel): set .mode to WIRE_KOP_HOT or WIRE_KOP_COLD",
				     i);
	if (op->direction != WIRE_KOP_READ && op->direction != WIRE_KOP_WRITE)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (kernel): set .direction to WIRE_KOP_READ or WIRE_KOP_WRITE",
				     i);
	if (!op->entries || !op->nr_entries || op->nr_entries > WIRE_KOP_ENTRIES_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (kernel): %zu entries; give it 1 to %u in .entries", i,
				     op->entries ? op->nr_entries : 0, WIRE_KOP_ENTRIES_MAX);
	/* the record of what came of it has no more room */
	if (tag_len > WIRE_SNAP_TAG_MAX)
		return ktstr_err_set(err, -EINVAL,
				     "op %zu (kernel): its tag has %zu bytes; shorten it to %u", i,
				     tag_len, WIRE_SNAP_TAG_MAX);
	return 0;
}

int plan_kop_encode(const struct ktstr_op *op, size_t index, void **buf, size_t *len,
		    struct ktstr_err *err)
{
	struct korq_view v = {
		.id = 1, /* any but 0: the guest sets its own */
		.mode = op->mode,
		.direction = op->direction,
		.tag = op->name,
		.tag_len = op->name ? strnlen(op->name, WIRE_KOP_TAG_MAX) : 0,
		.nr_entries = op->nr_entries,
	};
	struct where w = { .op = index, .err = err };
	struct kop_entry_view *entries;
	struct kop_bytes *bytes;
	int ret;

	ret = check_op(op, index, err);
	if (ret)
		return ret;
	entries = calloc(op->nr_entries, sizeof(*entries));
	bytes = calloc(op->nr_entries, sizeof(*bytes));
	if (!entries || !bytes)
		ret = ktstr_err_set(err, -ENOMEM, "op %zu (kernel): out of memory", index);
	for (; !ret && w.entry < op->nr_entries; w.entry++) {
		const struct ktstr_kop *k = &op->entries[w.entry];

		ret = put_target(&w, k, &bytes[w.entry], &entries[w.entry]);
		if (!ret)
			ret = put_value(&w, k, op->direction == WIRE_KOP_WRITE, &bytes[w.entry],
					&entries[w.entry]);
	}
	if (!ret) {
		ret = korq_encode(&v, entries, buf, len);
		if (ret)
			ret = ktstr_err_set(err, ret == -ENOMEM ? ret : -EINVAL,
					    "op %zu (kernel): does not fit into one request (%s): split it",
					    index, strerror(-ret));
	}
	free(entries);
	free(bytes);
	return ret;
}
