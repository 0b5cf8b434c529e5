// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "lib/wire.h"
#include "scenario.h"
#include "scenario_group.h"
#include "scenario_layout.h"
#include "scenario_op.h"

enum scenario_tag {
	TAG_SVER = WIRE_TAG('S', 'V', 'E', 'R'),
	TAG_SPTH = WIRE_TAG('S', 'P', 'T', 'H'),
	TAG_SARG = WIRE_TAG('S', 'A', 'R', 'G'),
	TAG_SOPS = WIRE_TAG('S', 'O', 'P', 'S'),
	TAG_HARG = WIRE_TAG('H', 'A', 'R', 'G'),
	TAG_HENV = WIRE_TAG('H', 'E', 'N', 'V'),
	TAG_HCWD = WIRE_TAG('H', 'C', 'W', 'D'),
	TAG_HART = WIRE_TAG('H', 'A', 'R', 'T'),
	TAG_HSAV = WIRE_TAG('H', 'S', 'A', 'V'),
	TAG_SGRP = WIRE_TAG('S', 'G', 'R', 'P'),
	TAG_SSTP = WIRE_TAG('S', 'S', 'T', 'P'),
	TAG_SOPR = WIRE_TAG('S', 'O', 'P', 'R'),
	TAG_SEND = WIRE_TAG('S', 'E', 'N', 'D'),
};

#define SCENARIO_VERBOSE       BIT(0)
#define SCENARIO_OBSERVE       BIT(1)
#define SCENARIO_OBSERVE_FIRST BIT(2)
#define SCENARIO_TIMECHECK     BIT(3)
#define SCENARIO_SCHED_MAY_END BIT(4)
#define SCENARIO_FLAGS                                                                       \
	(SCENARIO_VERBOSE | SCENARIO_OBSERVE | SCENARIO_OBSERVE_FIRST | SCENARIO_TIMECHECK | \
	 SCENARIO_SCHED_MAY_END)

struct scenario_wire {
	__le32 version;
	__le32 flags;
	__le64 nonce;
	__le32 duration_ms;
	__le32 fault;
	__le32 fault_after_ms;
	__le32 timeout_ms;
	__le32 attach_ms;
	__le32 nr_backdrop;
	__le32 nr_end;
} __packed;
static_assert(sizeof(struct scenario_wire) == 44);

struct scenario_step_wire {
	__le32 nr_ops;
	__le32 loop_from;
	__le32 nr_end;
	__le32 hold_ms;
	__le32 loop_ms;
} __packed;
static_assert(sizeof(struct scenario_step_wire) == 20);

const char *scenario_fault_name(u32 fault)
{
	static const char *const names[SCENARIO_FAULT_NR] = {
		[SCENARIO_FAULT_NONE] = "none",
		[SCENARIO_FAULT_PANIC] = "panic",
		[SCENARIO_FAULT_REBOOT] = "reboot",
		[SCENARIO_FAULT_HANG] = "hang",
		[SCENARIO_FAULT_KILL_SCHED] = "kill-sched",
		[SCENARIO_FAULT_EXIT_INIT] = "exit-init",
		[SCENARIO_FAULT_SILENT] = "silent",
	};

	return fault < SCENARIO_FAULT_NR ? names[fault] : NULL;
}

struct encoder {
	struct scenario_buf file;
	struct scenario_buf part; /* payload of the next frame, its room is kept */
	u32 frames;
};

static void put_frame(struct encoder *e, u32 type, const void *payload, size_t len)
{
	struct wire_hdr hdr;

	if (e->file.err)
		return;
	wire_hdr_init(&hdr, type, payload, len);
	scenario_buf_put(&e->file, &hdr, sizeof(hdr));
	scenario_buf_put(&e->file, payload, len);
	e->frames++;
}

static void put_string(struct encoder *e, u32 type, const char *s)
{
	size_t len = s ? strlen(s) : 0;

	if (len > SCENARIO_FILE_MAX)
		e->file.err = -E2BIG;
	if (s)
		put_frame(e, type, s, len);
}

static void put_strings(struct encoder *e, u32 type, char *const *list)
{
	if (scenario_strings_count(list) > SCENARIO_STRINGS_MAX)
		e->file.err = -E2BIG;
	for (; list && *list; list++)
		put_string(e, type, *list);
}

/* The frame of what an encoder has put into @part. */
static void put_part(struct encoder *e, u32 type)
{
	if (e->part.err && !e->file.err)
		e->file.err = e->part.err;
	put_frame(e, type, e->part.data, e->part.len);
	e->part.len = 0;
}

static void put_step(struct encoder *e, const struct scenario_step *step)
{
	struct scenario_step_wire w = {
		.nr_ops = cpu_to_le32(step->nr_ops),
		.loop_from = cpu_to_le32(step->loop_from),
		.nr_end = cpu_to_le32(step->nr_end),
		.hold_ms = cpu_to_le32(step->hold_ms),
		.loop_ms = cpu_to_le32(step->loop_ms),
	};

	put_frame(e, TAG_SSTP, &w, sizeof(w));
}

static void put_parts(struct encoder *e, const struct scenario *s)
{
	u32 i;

	for (i = 0; i < s->nr_groups; i++) {
		scenario_group_encode(&s->groups[i], &e->part);
		put_part(e, TAG_SGRP);
	}
	for (i = 0; i < s->nr_steps; i++)
		put_step(e, &s->steps[i]);
	for (i = 0; i < s->nr_ops; i++) {
		scenario_op_encode(&s->ops[i], &e->part);
		put_part(e, TAG_SOPR);
	}
}

static u32 flags_of(const struct scenario *s)
{
	return (s->verbose ? SCENARIO_VERBOSE : 0) | (s->observe ? SCENARIO_OBSERVE : 0) |
	       (s->observe_first ? SCENARIO_OBSERVE_FIRST : 0) |
	       (s->timecheck ? SCENARIO_TIMECHECK : 0) |
	       (s->sched_may_end ? SCENARIO_SCHED_MAY_END : 0);
}

int scenario_encode(const struct scenario *s, void **buf, size_t *len)
{
	struct scenario_wire fixed = {
		.version = cpu_to_le32(SCENARIO_VERSION),
		.flags = cpu_to_le32(flags_of(s)),
		.nonce = cpu_to_le64(s->nonce),
		.duration_ms = cpu_to_le32(s->duration_ms),
		.fault = cpu_to_le32(s->fault),
		.fault_after_ms = cpu_to_le32(s->fault_after_ms),
		.timeout_ms = cpu_to_le32(s->timeout_ms),
		.attach_ms = cpu_to_le32(s->attach_ms),
		.nr_backdrop = cpu_to_le32(s->nr_backdrop),
		.nr_end = cpu_to_le32(s->nr_end),
	};
	struct encoder e = {};
	__le32 frames;

	if ((u32)s->fault >= SCENARIO_FAULT_NR || s->nr_ops > SCENARIO_OPS_MAX ||
	    s->nr_groups > SCENARIO_GROUPS_MAX || s->nr_steps > SCENARIO_STEPS_MAX)
		return -EINVAL;
	put_frame(&e, TAG_SVER, &fixed, sizeof(fixed));
	put_string(&e, TAG_SPTH, s->sched_path);
	put_strings(&e, TAG_SARG, s->sched_argv);
	put_string(&e, TAG_SOPS, s->sched_ops);
	put_strings(&e, TAG_HARG, s->argv);
	put_strings(&e, TAG_HENV, s->envp);
	put_string(&e, TAG_HCWD, s->cwd);
	put_string(&e, TAG_HART, s->artifacts);
	put_string(&e, TAG_HSAV, s->save);
	put_parts(&e, s);
	/* looks only at ops that are known to be good */
	if (!e.file.err && scenario_layout_wrong(s))
		e.file.err = -EINVAL;
	frames = cpu_to_le32(e.frames);
	put_frame(&e, TAG_SEND, &frames, sizeof(frames));
	free(e.part.data);
	if (e.file.err) {
		free(e.file.data);
		return e.file.err;
	}
	*buf = e.file.data;
	*len = e.file.len;
	return 0;
}

struct decoder {
	struct scenario *s;
	struct ktstr_err *err;
	u32 frames;
	bool ended;
	int ret;
	u32 nr_sched_argv;
	u32 nr_argv;
	u32 nr_envp;
};

static int bad_frame(struct decoder *d, const struct wire_frame *f, const char *what)
{
	char name[5];

	return ktstr_err_set(d->err, -EBADMSG, "scenario: frame %u (%s, %zu bytes): %s", d->frames,
			     wire_tag_name(f->type, name), f->len, what);
}

static int get_fixed(struct decoder *d, const struct wire_frame *f)
{
	struct scenario_wire w;

	if (d->frames)
		return bad_frame(d, f, "comes again or too late");
	if (f->len < sizeof(w.version))
		return bad_frame(d, f, "too short");
	memcpy(&w.version, f->payload, sizeof(w.version));
	if (le32_to_cpu(w.version) != SCENARIO_VERSION)
		return ktstr_err_set(d->err, -EPROTO,
				     "scenario: version %u, but this guest-init reads version %d: rebuild both",
				     le32_to_cpu(w.version), SCENARIO_VERSION);
	if (f->len != sizeof(w))
		return bad_frame(d, f, "wrong length");
	memcpy(&w, f->payload, sizeof(w));
	if (le32_to_cpu(w.fault) >= SCENARIO_FAULT_NR || le32_to_cpu(w.flags) & ~SCENARIO_FLAGS)
		return bad_frame(d, f, "a value is out of range");
	d->s->nonce = le64_to_cpu(w.nonce);
	d->s->duration_ms = le32_to_cpu(w.duration_ms);
	d->s->fault = le32_to_cpu(w.fault);
	d->s->fault_after_ms = le32_to_cpu(w.fault_after_ms);
	d->s->timeout_ms = le32_to_cpu(w.timeout_ms);
	d->s->attach_ms = le32_to_cpu(w.attach_ms);
	d->s->verbose = le32_to_cpu(w.flags) & SCENARIO_VERBOSE;
	d->s->observe_first = le32_to_cpu(w.flags) & SCENARIO_OBSERVE_FIRST;
	d->s->observe = d->s->observe_first || le32_to_cpu(w.flags) & SCENARIO_OBSERVE;
	d->s->timecheck = le32_to_cpu(w.flags) & SCENARIO_TIMECHECK;
	d->s->sched_may_end = le32_to_cpu(w.flags) & SCENARIO_SCHED_MAY_END;
	d->s->nr_backdrop = le32_to_cpu(w.nr_backdrop);
	d->s->nr_end = le32_to_cpu(w.nr_end);
	return 0;
}

static int get_string(struct decoder *d, const struct wire_frame *f, char **dst)
{
	if (*dst)
		return bad_frame(d, f, "comes twice");
	if (memchr(f->payload, '\0', f->len))
		return bad_frame(d, f, "NUL inside a string");
	*dst = strndup((const char *)f->payload, f->len);
	return *dst ? 0 : ktstr_err_set(d->err, -ENOMEM, "scenario: out of memory");
}

static int get_item(struct decoder *d, const struct wire_frame *f, char ***list, u32 *nr)
{
	char **bigger;
	int err;

	if (*nr >= SCENARIO_STRINGS_MAX)
		return ktstr_err_set(d->err, -E2BIG, "scenario: more than %d strings in one list",
				     SCENARIO_STRINGS_MAX);
	/* room doubles each time nr reaches 2^n - 1 */
	if (!(*nr & (*nr + 1))) {
		bigger = realloc(*list, (*nr * 2 + 2) * sizeof(**list));
		if (!bigger)
			return ktstr_err_set(d->err, -ENOMEM, "scenario: out of memory");
		*list = bigger;
	}
	(*list)[*nr] = NULL;
	err = get_string(d, f, &(*list)[*nr]);
	if (err)
		return err;
	(*list)[++*nr] = NULL;
	return 0;
}

/* One more element, zeroed, at the end of an array of @nr; or NULL, with the error. */
static void *get_room(struct decoder *d, void **array, u32 nr, size_t size, u32 max,
		      const char *what)
{
	void *bigger;

	if (nr >= max) {
		d->ret = ktstr_err_set(d->err, -E2BIG, "scenario: more than %u %s", max, what);
		return NULL;
	}
	/* room doubles each time nr reaches a power of 2 */
	if (!(nr & (nr - 1))) {
		bigger = realloc(*array, (nr ? nr * 2 : 1) * size);
		if (!bigger) {
			d->ret = ktstr_err_set(d->err, -ENOMEM, "scenario: out of memory");
			return NULL;
		}
		*array = bigger;
	}
	return memset((char *)*array + nr * size, 0, size);
}

static int get_part(struct decoder *d, const struct wire_frame *f, int ret, const char *why)
{
	if (ret == -ENOMEM)
		return ktstr_err_set(d->err, ret, "scenario: out of memory");
	return ret ? bad_frame(d, f, why) : 0;
}

static int get_group(struct decoder *d, const struct wire_frame *f)
{
	struct scenario *s = d->s;
	struct scenario_group *g;
	const char *why;
	int ret;

	g = get_room(d, (void **)&s->groups, s->nr_groups, sizeof(*g), SCENARIO_GROUPS_MAX,
		     "groups");
	if (!g)
		return d->ret;
	/* counted first, so that what follows is released whatever happens */
	s->nr_groups++;
	ret = scenario_group_decode(g, f->payload, f->len, &why);
	return get_part(d, f, ret, why);
}

static int get_step(struct decoder *d, const struct wire_frame *f)
{
	struct scenario_step_wire w;
	struct scenario *s = d->s;
	struct scenario_step *step;

	if (f->len != sizeof(w))
		return bad_frame(d, f, "wrong length");
	memcpy(&w, f->payload, sizeof(w));
	step = get_room(d, (void **)&s->steps, s->nr_steps, sizeof(*step), SCENARIO_STEPS_MAX,
			"steps");
	if (!step)
		return d->ret;
	s->nr_steps++;
	step->nr_ops = le32_to_cpu(w.nr_ops);
	step->loop_from = le32_to_cpu(w.loop_from);
	step->nr_end = le32_to_cpu(w.nr_end);
	step->hold_ms = le32_to_cpu(w.hold_ms);
	step->loop_ms = le32_to_cpu(w.loop_ms);
	return 0;
}

static int get_op(struct decoder *d, const struct wire_frame *f)
{
	struct scenario *s = d->s;
	struct scenario_op *op;
	const char *why;
	int ret;

	op = get_room(d, (void **)&s->ops, s->nr_ops, sizeof(*op), SCENARIO_OPS_MAX, "ops");
	if (!op)
		return d->ret;
	s->nr_ops++;
	ret = scenario_op_decode(op, f->payload, f->len, &why);
	return get_part(d, f, ret, why);
}

static int get_end(struct decoder *d, const struct wire_frame *f)
{
	__le32 frames;

	if (f->len != sizeof(frames))
		return bad_frame(d, f, "wrong length");
	memcpy(&frames, f->payload, sizeof(frames));
	if (le32_to_cpu(frames) != d->frames)
		return bad_frame(d, f, "frames are missing");
	d->ended = true;
	return 0;
}

static int get_frame(struct decoder *d, const struct wire_frame *f)
{
	struct scenario *s = d->s;

	if (!f->crc_ok)
		return bad_frame(d, f, "wrong CRC");
	if (d->ended)
		return bad_frame(d, f, "behind the end");
	if (!d->frames && f->type != TAG_SVER)
		return bad_frame(d, f, "the version must come first");
	switch (f->type) {
	case TAG_SVER:
		return get_fixed(d, f);
	case TAG_SPTH:
		return get_string(d, f, &s->sched_path);
	case TAG_SARG:
		return get_item(d, f, &s->sched_argv, &d->nr_sched_argv);
	case TAG_SOPS:
		return get_string(d, f, &s->sched_ops);
	case TAG_HARG:
		return get_item(d, f, &s->argv, &d->nr_argv);
	case TAG_HENV:
		return get_item(d, f, &s->envp, &d->nr_envp);
	case TAG_HCWD:
		return get_string(d, f, &s->cwd);
	case TAG_HART:
		return get_string(d, f, &s->artifacts);
	case TAG_HSAV:
		return get_string(d, f, &s->save);
	case TAG_SGRP:
		return get_group(d, f);
	case TAG_SSTP:
		return get_step(d, f);
	case TAG_SOPR:
		return get_op(d, f);
	case TAG_SEND:
		return get_end(d, f);
	default:
		return bad_frame(d, f, "unknown");
	}
}

static void take_frame(void *ctx, const struct wire_frame *f)
{
	struct decoder *d = ctx;

	if (!d->ret)
		d->ret = get_frame(d, f);
	d->frames++;
}

struct scenario *scenario_decode(const void *buf, size_t len, struct ktstr_err *err)
{
	struct decoder d = { .err = err };
	const char *why;
	int torn;

	if (len > SCENARIO_FILE_MAX) {
		errno = -ktstr_err_set(err, -E2BIG, "scenario: %zu bytes", len);
		return NULL;
	}
	d.s = calloc(1, sizeof(*d.s));
	if (!d.s) {
		errno = -ktstr_err_set(err, -ENOMEM, "scenario: out of memory");
		return NULL;
	}
	torn = wire_parse(buf, len, take_frame, &d);
	if (!d.ret && (torn || !d.ended))
		d.ret = ktstr_err_set(err, -EBADMSG,
				      "scenario: cut short after %u frames, %zu bytes", d.frames,
				      len);
	why = d.ret ? NULL : scenario_layout_wrong(d.s);
	if (why)
		d.ret = ktstr_err_set(err, -EBADMSG, "scenario: %s", why);
	if (d.ret) {
		scenario_free(d.s);
		errno = -d.ret;
		return NULL;
	}
	return d.s;
}

static void free_parts(struct scenario *s)
{
	u32 i;

	for (i = 0; i < s->nr_groups; i++)
		scenario_group_free(&s->groups[i]);
	for (i = 0; i < s->nr_ops; i++)
		scenario_op_free(&s->ops[i]);
	free(s->groups);
	free(s->steps);
	free(s->ops);
}

void scenario_free(struct scenario *s)
{
	if (!s)
		return;
	free_parts(s);
	free(s->sched_path);
	scenario_strings_free(s->sched_argv);
	free(s->sched_ops);
	scenario_strings_free(s->argv);
	scenario_strings_free(s->envp);
	free(s->cwd);
	free(s->artifacts);
	free(s->save);
	free(s);
}
