// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/util.h"
#include "lib/wire.h"
#include "scenario.h"
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
	TAG_SOPR = WIRE_TAG('S', 'O', 'P', 'R'),
	TAG_SEND = WIRE_TAG('S', 'E', 'N', 'D'),
};

#define SCENARIO_VERBOSE       BIT(0)
#define SCENARIO_OBSERVE       BIT(1)
#define SCENARIO_OBSERVE_FIRST BIT(2)
#define SCENARIO_TIMECHECK     BIT(3)
#define SCENARIO_FLAGS \
	(SCENARIO_VERBOSE | SCENARIO_OBSERVE | SCENARIO_OBSERVE_FIRST | SCENARIO_TIMECHECK)

struct scenario_wire {
	__le32 version;
	__le32 flags;
	__le64 nonce;
	__le32 duration_ms;
	__le32 workers;
	__le32 fault;
	__le32 fault_after_ms;
	__le32 timeout_ms;
	__le32 attach_ms;
} __packed;
static_assert(sizeof(struct scenario_wire) == 40);

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

/* A buffer that grows; the first failure sticks and is asked for at the end. */
struct encoder {
	u8 *buf;
	size_t len;
	size_t room;
	u32 frames;
	int err;
};

static void put_frame(struct encoder *e, u32 type, const void *payload, size_t len)
{
	struct wire_hdr hdr;
	size_t need;

	if (e->err)
		return;
	if (len > SCENARIO_FILE_MAX || e->len > SCENARIO_FILE_MAX - len - sizeof(hdr)) {
		e->err = -E2BIG;
		return;
	}
	need = e->len + sizeof(hdr) + len;
	if (need > e->room) {
		size_t room = need * 2;
		u8 *buf = realloc(e->buf, room);

		if (!buf) {
			e->err = -ENOMEM;
			return;
		}
		e->buf = buf;
		e->room = room;
	}
	wire_hdr_init(&hdr, type, payload, len);
	memcpy(e->buf + e->len, &hdr, sizeof(hdr));
	if (len)
		memcpy(e->buf + e->len + sizeof(hdr), payload, len);
	e->len = need;
	e->frames++;
}

static void put_string(struct encoder *e, u32 type, const char *s)
{
	if (s)
		put_frame(e, type, s, strlen(s));
}

static void put_strings(struct encoder *e, u32 type, char *const *list)
{
	u32 nr = 0;

	for (; list && *list; list++) {
		if (++nr > SCENARIO_STRINGS_MAX)
			e->err = -E2BIG;
		put_string(e, type, *list);
	}
}

static void put_op(struct encoder *e, const struct scenario_op *op)
{
	size_t len;
	void *buf;

	if (e->err)
		return;
	e->err = scenario_op_encode(op, &buf, &len);
	if (e->err)
		return;
	put_frame(e, TAG_SOPR, buf, len);
	free(buf);
}

static u32 flags_of(const struct scenario *s)
{
	return (s->verbose ? SCENARIO_VERBOSE : 0) | (s->observe ? SCENARIO_OBSERVE : 0) |
	       (s->observe_first ? SCENARIO_OBSERVE_FIRST : 0) |
	       (s->timecheck ? SCENARIO_TIMECHECK : 0);
}

int scenario_encode(const struct scenario *s, void **buf, size_t *len)
{
	struct scenario_wire fixed = {
		.version = cpu_to_le32(SCENARIO_VERSION),
		.flags = cpu_to_le32(flags_of(s)),
		.nonce = cpu_to_le64(s->nonce),
		.duration_ms = cpu_to_le32(s->duration_ms),
		.workers = cpu_to_le32(s->workers),
		.fault = cpu_to_le32(s->fault),
		.fault_after_ms = cpu_to_le32(s->fault_after_ms),
		.timeout_ms = cpu_to_le32(s->timeout_ms),
		.attach_ms = cpu_to_le32(s->attach_ms),
	};
	struct encoder e = {};
	__le32 frames;
	u32 i;

	if ((u32)s->fault >= SCENARIO_FAULT_NR || s->workers > SCENARIO_WORKERS_MAX ||
	    s->nr_ops > SCENARIO_OPS_MAX || (s->sched_argv && !s->sched_path))
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
	for (i = 0; i < s->nr_ops; i++)
		put_op(&e, &s->ops[i]);
	frames = cpu_to_le32(e.frames);
	put_frame(&e, TAG_SEND, &frames, sizeof(frames));
	if (e.err) {
		free(e.buf);
		return e.err;
	}
	*buf = e.buf;
	*len = e.len;
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
	if (le32_to_cpu(w.fault) >= SCENARIO_FAULT_NR ||
	    le32_to_cpu(w.workers) > SCENARIO_WORKERS_MAX || le32_to_cpu(w.flags) & ~SCENARIO_FLAGS)
		return bad_frame(d, f, "a value is out of range");
	d->s->nonce = le64_to_cpu(w.nonce);
	d->s->duration_ms = le32_to_cpu(w.duration_ms);
	d->s->workers = le32_to_cpu(w.workers);
	d->s->fault = le32_to_cpu(w.fault);
	d->s->fault_after_ms = le32_to_cpu(w.fault_after_ms);
	d->s->timeout_ms = le32_to_cpu(w.timeout_ms);
	d->s->attach_ms = le32_to_cpu(w.attach_ms);
	d->s->verbose = le32_to_cpu(w.flags) & SCENARIO_VERBOSE;
	d->s->observe_first = le32_to_cpu(w.flags) & SCENARIO_OBSERVE_FIRST;
	d->s->observe = d->s->observe_first || le32_to_cpu(w.flags) & SCENARIO_OBSERVE;
	d->s->timecheck = le32_to_cpu(w.flags) & SCENARIO_TIMECHECK;
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

static int get_op(struct decoder *d, const struct wire_frame *f)
{
	struct scenario *s = d->s;
	const char *why;
	int ret;

	if (s->nr_ops >= SCENARIO_OPS_MAX)
		return ktstr_err_set(d->err, -E2BIG, "scenario: more than %d ops",
				     SCENARIO_OPS_MAX);
	if (!s->ops)
		s->ops = calloc(SCENARIO_OPS_MAX, sizeof(*s->ops));
	if (!s->ops)
		return ktstr_err_set(d->err, -ENOMEM, "scenario: out of memory");
	/* counted first, so that what follows is released whatever happens */
	ret = scenario_op_decode(&s->ops[s->nr_ops++], f->payload, f->len, &why);
	if (ret == -ENOMEM)
		return ktstr_err_set(d->err, ret, "scenario: out of memory");
	return ret ? bad_frame(d, f, why) : 0;
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
	int torn;

	if (len > SCENARIO_FILE_MAX + 64) {
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
	if (!d.ret && d.s->sched_argv && !d.s->sched_path)
		d.ret = ktstr_err_set(err, -EBADMSG,
				      "scenario: scheduler arguments without a scheduler");
	if (d.ret) {
		scenario_free(d.s);
		errno = -d.ret;
		return NULL;
	}
	return d.s;
}

static void free_strings(char **list)
{
	size_t i;

	for (i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static void free_ops(struct scenario *s)
{
	u32 i;

	for (i = 0; i < s->nr_ops; i++)
		scenario_op_free(&s->ops[i]);
	free(s->ops);
}

void scenario_free(struct scenario *s)
{
	if (!s)
		return;
	free_ops(s);
	free(s->sched_path);
	free_strings(s->sched_argv);
	free(s->sched_ops);
	free_strings(s->argv);
	free_strings(s->envp);
	free(s->cwd);
	free(s->artifacts);
	free(s->save);
	free(s);
}
