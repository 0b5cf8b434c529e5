// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kernel.h>

#include "host/coord/kernel_ops.h"

/**
 * struct run - a request under way
 * @m: the guest's kernel
 * @v: the request
 * @frozen: the guest stands still
 * @batch: shared by the entries
 * @values: read so far
 * @nr_values: how many
 * @data: bytes of @values
 * @used: of @data
 * @entry: number of the entry, from 0
 */
struct run {
	const struct kop_mem *m;
	const struct korq_view *v;
	bool frozen;
	struct kop_batch batch;
	struct kop_value_view *values;
	u32 nr_values;
	u8 *data;
	size_t used;
	u32 entry;
};

int kernel_ops_decode(const struct kernel_op_request *req, struct korq_view *v,
		      struct ktstr_err *err)
{
	int ret;

	if (req->error || !req->data) {
		*v = (struct korq_view){ .id = req->id };
		if (req->error == -EMSGSIZE)
			return ktstr_err_set(err, req->error,
					     "a kernel operation of %zu bytes: %u are the limit",
					     req->len, KERNEL_OP_REQUEST_MAX);
		return ktstr_err_set(err, req->error ?: -ENOMEM,
				     "no memory for a kernel operation of %zu bytes", req->len);
	}
	ret = korq_decode(req->data, req->len, v);
	if (!ret)
		return 0;
	v->id = req->id;
	switch (ret) {
	case -EPROTO:
		return ktstr_err_set(err, ret,
				     "kernel operation: unknown version, this host speaks %u",
				     WIRE_OPS_VERSION);
	case -E2BIG:
		return ktstr_err_set(err, ret,
				     "kernel operation: above a limit: %u entries, %u bytes of target, %u of tag, %u of reply",
				     WIRE_KOP_ENTRIES_MAX, WIRE_KOP_TARGET_MAX, WIRE_KOP_TAG_MAX,
				     WIRE_KORP_MAX);
	default:
		return ktstr_err_set(err, ret, "kernel operation: malformed request of %zu bytes",
				     req->len);
	}
}

static bool is_cold_write(const struct korq_view *v)
{
	return v->mode == WIRE_KOP_COLD && v->direction == WIRE_KOP_WRITE;
}

bool kernel_ops_share_freeze(const struct korq_view *a, const struct korq_view *b)
{
	return is_cold_write(a) && is_cold_write(b);
}

static int no_access(const char *what, const struct kop_entry_view *e, u64 kva,
		     struct ktstr_err *err)
{
	return ktstr_err_set(err, -EFAULT, "cannot %s %u bytes at 0x%lx: not mapped, or not RAM",
			     what, e->value_len, kva);
}

static int run_read(struct run *r, const struct kop_entry_view *e, u64 kva, struct ktstr_err *err)
{
	u8 *buf = r->data + r->used;

	if (r->m->read(r->m->ctx, kva, buf, e->value_len))
		return no_access("read", e, kva, err);
	r->values[r->nr_values++] = (struct kop_value_view){
		.value = e->value,
		.len = e->value_len,
		.data = buf,
	};
	r->used += e->value_len;
	return 0;
}

static int run_or(struct run *r, const struct kop_entry_view *e, u64 kva, struct ktstr_err *err)
{
	u32 value, bits;

	memcpy(&bits, e->value_data, sizeof(bits));
	if (r->m->read(r->m->ctx, kva, &value, sizeof(value)))
		return no_access("read", e, kva, err);
	value |= bits;
	if (r->m->write(r->m->ctx, kva, &value, sizeof(value)))
		return no_access("write", e, kva, err);
	return 0;
}

static int run_write(struct run *r, const struct kop_entry_view *e, u64 kva, struct ktstr_err *err)
{
	if (e->value == WIRE_KOP_OR_U32)
		return run_or(r, e, kva, err);
	if (r->m->write(r->m->ctx, kva, e->value_data, e->value_len))
		return no_access("write", e, kva, err);
	return 0;
}

static int run_entry(struct run *r, const struct kop_entry_view *e, struct ktstr_err *err)
{
	u64 kva;
	int ret;

	if (e->value == WIRE_KOP_OR_U32 && r->v->mode == WIRE_KOP_HOT)
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "an OR of running memory would undo the guest's own writes: make it cold");
	ret = kop_target_resolve(r->m, &r->batch, e, &kva, err);
	if (ret)
		return ret;
	return r->v->direction == WIRE_KOP_READ ? run_read(r, e, kva, err) :
						  run_write(r, e, kva, err);
}

static int run_entries(struct run *r, struct ktstr_err *err)
{
	struct kop_entry_view e;
	struct ktstr_err why;
	size_t pos = 0;
	int ret;

	if (r->v->mode == WIRE_KOP_COLD && !r->frozen)
		return ktstr_err_set(err, -EPERM, "a cold operation while the guest runs");
	while (korq_next(r->v, &pos, &e)) {
		ret = run_entry(r, &e, &why);
		if (ret)
			return ktstr_err_set(err, ret, "entry %u of %u: %s", r->entry + 1,
					     r->v->nr_entries, why.msg);
		r->entry++;
	}
	return 0;
}

/* Room for all values: what korq_decode() has held against WIRE_KORP_MAX. */
static int run_alloc(struct run *r)
{
	struct kop_entry_view e;
	size_t pos = 0, total = 0;

	if (r->v->direction != WIRE_KOP_READ)
		return 0;
	while (korq_next(r->v, &pos, &e))
		total += e.value_len;
	r->values = calloc(r->v->nr_entries, sizeof(*r->values));
	r->data = malloc(total);
	return r->values && r->data ? 0 : -ENOMEM;
}

int kernel_ops_run(const struct kop_mem *m, const struct korq_view *v, bool frozen, void **reply,
		   size_t *len, struct ktstr_err *err)
{
	struct run r = { .m = m, .v = v, .frozen = frozen };
	struct ktstr_err why = { "" };
	int ret, encoded;

	*reply = NULL;
	*len = 0;
	ret = run_alloc(&r);
	if (ret)
		ktstr_err_set(&why, ret, "no memory for the values of %u entries", v->nr_entries);
	else
		ret = run_entries(&r, &why);
	encoded = korp_encode(v->id, !ret, ret ? why.msg : NULL, r.values, r.nr_values, reply, len);
	free(r.values);
	free(r.data);
	if (encoded)
		return ktstr_err_set(err, encoded, "no reply to kernel operation %u could be made",
				     v->id);
	return ret ? ktstr_err_set(err, ret, "%s", why.msg) : 0;
}

int kernel_ops_refuse(u32 id, const char *reason, void **reply, size_t *len)
{
	*reply = NULL;
	*len = 0;
	return korp_encode(id, false, reason, NULL, 0, reply, len);
}
