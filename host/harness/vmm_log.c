// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/vmm_log.h"
#include "lib/log.h"
#include "lib/util.h"

/**
 * struct parse - a log being taken apart
 * @log: what is filled in
 * @named: payloads of snapshots that are not about a failure
 * @failures: dumps that are
 * @room: of @log->frames
 * @dump_room: of @log->dumps
 * @op_room: of @log->ops
 * @sample_room: of @log->samples
 * @err: -ENOMEM ends it
 */
struct parse {
	struct vmm_log *log;
	struct snapshot_store named;
	u32 failures;
	size_t room;
	size_t dump_room;
	size_t op_room;
	size_t sample_room;
	int err;
};

/* The array with room for one more element, or NULL. */
static void *grow(struct parse *p, void *array, size_t nr, size_t *room, size_t size)
{
	size_t want = *room ? *room * 2 : 64;
	void *bigger;

	if (nr < *room)
		return array;
	bigger = reallocarray(array, want, size);
	if (bigger)
		*room = want;
	else
		p->err = -ENOMEM;
	return bigger;
}

static void take_guest_frame(struct parse *p, const struct wire_frame *f)
{
	struct vmm_log *log = p->log;
	struct wire_frame *frames;
	struct wire_gfrm g;
	void *payload;

	if (f->len < sizeof(g)) {
		log->damaged = true;
		return;
	}
	frames = grow(p, log->frames, log->nr_frames, &p->room, sizeof(*frames));
	if (!frames)
		return;
	log->frames = frames;
	memcpy(&g, f->payload, sizeof(g));
	payload = mem_copy(f->payload + sizeof(g), f->len - sizeof(g));
	if (!payload) {
		p->err = -ENOMEM;
		return;
	}
	log->frames[log->nr_frames++] = (struct wire_frame){
		.type = le32toh(g.type),
		.crc_ok = le32toh(g.crc_ok) == 1,
		.payload = payload,
		.len = f->len - sizeof(g),
		.t_ns = le64toh(g.t_ns),
	};
}

static void take_report(struct parse *p, const struct wire_frame *f)
{
	struct vmm_log *log = p->log;

	if (log->report_valid || wire_vmm_report_decode(f->payload, f->len, &log->report))
		log->damaged = true;
	else
		log->report_valid = true;
}

static void take_text(struct parse *p, const struct wire_frame *f, void **text, size_t *len)
{
	if (*text) {
		p->log->damaged = true;
		return;
	}
	*text = mem_copy(f->payload, f->len);
	*len = f->len;
	if (!*text)
		p->err = -ENOMEM;
}

/* In the order they were taken: a failure dump is written later than that. */
static void add_dump(struct parse *p, struct dump_view v)
{
	struct vmm_log *log = p->log;
	struct dump_view *dumps;
	size_t i = log->nr_dumps;

	dumps = grow(p, log->dumps, log->nr_dumps, &p->dump_room, sizeof(*dumps));
	if (!dumps)
		return;
	log->dumps = dumps;
	v.json = mem_copy(v.json, v.json_len);
	if (!v.json) {
		p->err = -ENOMEM;
		return;
	}
	while (i && dumps[i - 1].t_ns > v.t_ns)
		i--;
	memmove(&dumps[i + 1], &dumps[i], (log->nr_dumps - i) * sizeof(*dumps));
	dumps[i] = v;
	log->nr_dumps++;
}

static void add_named(struct parse *p)
{
	struct snapshot_entry e;
	struct dump_view v;

	p->log->dumps_evicted = p->named.evicted;
	if (p->named.evicted)
		pr_warn("%llu older snapshots had to go: a run keeps %d",
			(unsigned long long)p->named.evicted, SNAPSHOT_STORE_MAX);
	while (!snapshot_store_take(&p->named, &e)) {
		if (!p->err && !wire_dump_decode(e.data, e.len, &v))
			add_dump(p, v);
		free(e.data);
	}
}

static bool about_failure(const struct dump_view *v)
{
	return v->kind == WIRE_DUMP_FAILURE || v->kind == WIRE_DUMP_FALLBACK ||
	       v->kind == WIRE_DUMP_EARLY;
}

static void take_dump(struct parse *p, const struct wire_frame *f)
{
	const struct snapshot_meta meta = { 0 };
	struct dump_view v;
	void *payload;

	if (wire_dump_decode(f->payload, f->len, &v)) {
		p->log->damaged = true;
	} else if (!about_failure(&v)) {
		payload = mem_copy(f->payload, f->len);
		if (!payload || snapshot_store_put(&p->named, v.tag, payload, f->len, &meta))
			p->err = -ENOMEM;
	} else if (p->failures++ < VMM_LOG_FAILURES_MAX) {
		add_dump(p, v);
	} else {
		p->log->damaged = true;
	}
}

static void take_op(struct parse *p, const struct wire_frame *f)
{
	struct vmm_log *log = p->log;
	struct op_view v, *ops;

	if (wire_oprs_decode(f->payload, f->len, &v)) {
		log->damaged = true;
		return;
	}
	ops = grow(p, log->ops, log->nr_ops, &p->op_room, sizeof(*ops));
	if (!ops)
		return;
	log->ops = ops;
	v.data = mem_copy(v.data, v.data_len);
	if (v.data)
		log->ops[log->nr_ops++] = v;
	else
		p->err = -ENOMEM;
}

static void take_monitor_info(struct parse *p, const struct wire_frame *f)
{
	struct vmm_log *log = p->log;

	if (log->monitor_seen || wire_moni_decode(f->payload, f->len, &log->monitor_info))
		log->damaged = true;
	else
		log->monitor_seen = true;
}

static void take_sample(struct parse *p, const struct wire_frame *f)
{
	struct vmm_log *log = p->log;
	struct monitor_sample s, *samples;

	if (log->nr_samples == WIRE_MON_SAMPLES_MAX ||
	    wire_mons_decode(f->payload, f->len, &s, NULL, 0)) {
		log->damaged = true;
		return;
	}
	samples = grow(p, log->samples, log->nr_samples, &p->sample_room, sizeof(*samples));
	if (!samples)
		return;
	log->samples = samples;
	s.cpus = calloc(s.nr_cpus, sizeof(*s.cpus));
	if (!s.cpus) {
		p->err = -ENOMEM;
		return;
	}
	wire_mons_decode(f->payload, f->len, &samples[log->nr_samples++], s.cpus, s.nr_cpus);
}

static void take(void *ctx, const struct wire_frame *f)
{
	struct parse *p = ctx;
	struct vmm_log *log = p->log;

	if (p->err)
		return;
	if (!f->crc_ok)
		log->damaged = true;
	else if (f->type == WIRE_GFRM)
		take_guest_frame(p, f);
	else if (f->type == WIRE_VMMR)
		take_report(p, f);
	else if (f->type == WIRE_CONS)
		take_text(p, f, &log->console, &log->console_len);
	else if (f->type == WIRE_COM2)
		take_text(p, f, &log->com2, &log->com2_len);
	else if (f->type == WIRE_DUMP)
		take_dump(p, f);
	else if (f->type == WIRE_OPRS)
		take_op(p, f);
	else if (f->type == WIRE_MONI)
		take_monitor_info(p, f);
	else if (f->type == WIRE_MONS)
		take_sample(p, f);
	else
		log->damaged = true;
}

int vmm_log_parse(struct vmm_log *log, const void *data, size_t len)
{
	struct parse p = { .log = log };
	struct wire_assembler a;
	int ret;

	memset(log, 0, sizeof(*log));
	snapshot_store_init(&p.named, SNAPSHOT_STORE_MAX, NULL);
	wire_asm_init(&a, WIRE_GFRM_MAX);
	ret = wire_asm_feed(&a, data, len, take, &p);
	add_named(&p);
	if (wire_asm_residual(&a) || a.n.resyncs || a.n.oversize)
		log->damaged = true;
	wire_asm_free(&a);
	return ret ? ret : p.err;
}

void vmm_log_free(struct vmm_log *log)
{
	size_t i;

	for (i = 0; i < log->nr_frames; i++)
		free((void *)log->frames[i].payload);
	free(log->frames);
	for (i = 0; i < log->nr_dumps; i++)
		free((void *)log->dumps[i].json);
	free(log->dumps);
	for (i = 0; i < log->nr_ops; i++)
		free((void *)log->ops[i].data);
	free(log->ops);
	for (i = 0; i < log->nr_samples; i++)
		free(log->samples[i].cpus);
	free(log->samples);
	free(log->console);
	free(log->com2);
	memset(log, 0, sizeof(*log));
}
