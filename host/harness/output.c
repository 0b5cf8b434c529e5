// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "lib/util.h"
#include "output.h"

static bool may_start(const struct output_order *o, const struct rout_view *v)
{
	return !o->open && v->id > o->id && o->nr < KTSTR_OUTPUTS_MAX;
}

bool output_next(struct output_order *o, const struct wire_frame *f, struct rout_view *v)
{
	if (wire_rout_decode(f->payload, f->len, v))
		return false;
	if (v->kind == WIRE_ROUT_START) {
		if (!may_start(o, v))
			return false;
		o->id = v->id;
		o->open = true;
		o->nr++;
		o->bytes = 0;
		return true;
	}
	if (!o->open || v->id != o->id)
		return false;
	if (v->kind == WIRE_ROUT_END) {
		if (v->bytes < o->bytes)
			return false;
		o->open = false;
		return true;
	}
	if (v->len > WIRE_OUTPUT_MAX - o->total)
		return false;
	o->bytes += v->len;
	o->total += v->len;
	return true;
}

static int add(struct ktstr_result *res, const struct rout_view *v)
{
	struct ktstr_output *o;

	o = reallocarray(res->outputs, res->nr_outputs + 1, sizeof(*o));
	if (!o)
		return -ENOMEM;
	res->outputs = o;
	o += res->nr_outputs++;
	memset(o, 0, sizeof(*o));
	memcpy(o->tag, v->data, v->len);
	/* until an end says otherwise */
	o->truncated = true;
	snprintf(o->reason, sizeof(o->reason), "the guest ended before this program did");
	o->text = calloc(1, 1);
	return o->text ? 0 : -ENOMEM;
}

/* The room doubles each time the length reaches a power of two. */
static int append(struct ktstr_output *o, const struct rout_view *v)
{
	size_t room = 4096, have = 4096;
	char *text;

	while (room < o->len + v->len + 1)
		room *= 2;
	while (have < o->len + 1)
		have *= 2;
	if (!o->len || room > have) {
		text = realloc(o->text, room);
		if (!text)
			return -ENOMEM;
		o->text = text;
	}
	memcpy(o->text + o->len, v->data, v->len);
	o->len += v->len;
	o->text[o->len] = '\0';
	o->bytes = o->len;
	return 0;
}

static void end(struct ktstr_output *o, const struct rout_view *v)
{
	o->end = v->end;
	o->code = v->code;
	o->bytes = v->bytes;
	o->elapsed_ns = v->elapsed_ns;
	o->truncated = v->bytes > o->len;
	text_escape_line(o->reason, sizeof(o->reason), v->data, v->len);
}

static int take(struct ktstr_result *res, const struct rout_view *v)
{
	if (v->kind == WIRE_ROUT_START)
		return add(res, v);
	if (v->kind == WIRE_ROUT_DATA)
		return append(&res->outputs[res->nr_outputs - 1], v);
	end(&res->outputs[res->nr_outputs - 1], v);
	return 0;
}

int output_fill(struct ktstr_result *res, const struct wire_frame *frames, size_t nr)
{
	struct output_order order = { 0 };
	struct rout_view v;
	size_t i;
	int ret = 0;

	for (i = 0; i < nr && !ret; i++)
		if (frames[i].type == WIRE_ROUT && frames[i].crc_ok &&
		    output_next(&order, &frames[i], &v))
			ret = take(res, &v);
	return ret;
}

void output_free(struct ktstr_result *res)
{
	size_t i;

	for (i = 0; i < res->nr_outputs; i++)
		free(res->outputs[i].text);
	free(res->outputs);
	res->outputs = NULL;
	res->nr_outputs = 0;
}

const struct ktstr_output *ktstr_output_find(const struct ktstr_result *res, const char *tag)
{
	size_t i;

	for (i = 0; i < res->nr_outputs; i++)
		if (!strcmp(res->outputs[i].tag, tag))
			return &res->outputs[i];
	return NULL;
}

bool ktstr_output_ok(const struct ktstr_output *o)
{
	return o && o->end == WIRE_RUN_EXITED && !o->code && !o->truncated;
}
