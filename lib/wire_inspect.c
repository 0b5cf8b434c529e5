// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "lib/util.h"
#include "lib/wire_inspect.h"

int inq_encode(const struct inq_view *v, u8 buf[WIRE_INQ_MAX], size_t *len, struct ktstr_err *err)
{
	struct wire_inq h = {
		.magic = cpu_to_le32(WIRE_INQ_MAGIC),
		.version = cpu_to_le32(WIRE_INSPECT_VERSION),
		.flags = cpu_to_le32(v->flags),
		.words = cpu_to_le32(v->argc),
	};
	size_t used = sizeof(h);
	u32 i;

	if (!v->argc || v->argc > WIRE_INQ_WORDS_MAX)
		return ktstr_err_set(err, -E2BIG, "a question of %u words: 1 to %d will do",
				     v->argc, WIRE_INQ_WORDS_MAX);
	for (i = 0; i < v->argc; i++) {
		size_t n = strlen(v->argv[i]) + 1;

		if (n > WIRE_INQ_MAX - used)
			return ktstr_err_set(err, -E2BIG, "a question of more than %d bytes",
					     WIRE_INQ_BYTES_MAX);
		memcpy(buf + used, v->argv[i], n);
		used += n;
	}
	h.len = cpu_to_le32(used - sizeof(h));
	memcpy(buf, &h, sizeof(h));
	*len = used;
	return 0;
}

int inq_need(const void *buf, size_t len, struct ktstr_err *err)
{
	struct wire_inq h;

	if (len < sizeof(h))
		return sizeof(h);
	memcpy(&h, buf, sizeof(h));
	if (le32_to_cpu(h.magic) != WIRE_INQ_MAGIC)
		return ktstr_err_set(err, -EBADMSG, "this is no question of ktstr inspect");
	if (le32_to_cpu(h.version) != WIRE_INSPECT_VERSION)
		return ktstr_err_set(err, -EPROTO,
				     "version %u of ktstr inspect; the run has %d: use the same build",
				     le32_to_cpu(h.version), WIRE_INSPECT_VERSION);
	if (le32_to_cpu(h.len) > WIRE_INQ_BYTES_MAX)
		return ktstr_err_set(err, -EBADMSG, "a question of %u bytes: %d at most",
				     le32_to_cpu(h.len), WIRE_INQ_BYTES_MAX);
	return sizeof(h) + le32_to_cpu(h.len);
}

int inq_decode(const void *buf, size_t len, struct inq_view *v, struct ktstr_err *err)
{
	int need = inq_need(buf, len, err);
	struct wire_inq h;
	const char *at, *nul;
	size_t left;
	u32 i;

	if (need < 0)
		return need;
	if (len != (size_t)need || len < sizeof(h))
		return ktstr_err_set(err, -EBADMSG, "a question of %zu bytes, not %d", len, need);
	memcpy(&h, buf, sizeof(h));
	v->flags = le32_to_cpu(h.flags);
	v->argc = le32_to_cpu(h.words);
	if (!v->argc || v->argc > WIRE_INQ_WORDS_MAX ||
	    v->flags & ~(u32)(WIRE_INQ_JSON | WIRE_INQ_FROZEN))
		return ktstr_err_set(err, -EBADMSG, "a question of %u words, flags %#x", v->argc,
				     v->flags);
	at = (const char *)buf + sizeof(h);
	left = len - sizeof(h);
	for (i = 0; i < v->argc; i++) {
		nul = memchr(at, '\0', left);
		if (!nul)
			return ktstr_err_set(err, -EBADMSG, "word %u of a question has no end", i);
		v->argv[i] = at;
		left -= nul + 1 - at;
		at = nul + 1;
	}
	if (left)
		return ktstr_err_set(err, -EBADMSG, "%zu bytes behind a question", left);
	return 0;
}

void ina_encode(u32 status, u32 len, struct wire_ina *w)
{
	*w = (struct wire_ina){
		.magic = cpu_to_le32(WIRE_INA_MAGIC),
		.version = cpu_to_le32(WIRE_INSPECT_VERSION),
		.status = cpu_to_le32(status),
		.len = cpu_to_le32(len),
	};
}

int ina_decode(const struct wire_ina *w, u32 *status, u32 *len, struct ktstr_err *err)
{
	if (le32_to_cpu(w->magic) != WIRE_INA_MAGIC)
		return ktstr_err_set(err, -EBADMSG, "this is no answer of a run");
	if (le32_to_cpu(w->version) != WIRE_INSPECT_VERSION)
		return ktstr_err_set(err, -EPROTO,
				     "the run answers in version %u, not %d: use the same build",
				     le32_to_cpu(w->version), WIRE_INSPECT_VERSION);
	if (le32_to_cpu(w->len) > WIRE_INA_TEXT_MAX)
		return ktstr_err_set(err, -EBADMSG, "an answer of %u bytes", le32_to_cpu(w->len));
	*status = le32_to_cpu(w->status);
	*len = le32_to_cpu(w->len);
	return 0;
}
