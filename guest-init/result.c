// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

void result_init(struct wire_result_view *r)
{
	memset(r, 0, sizeof(*r));
	r->stage = WIRE_STAGE_BOOT;
}

void result_fail(struct wire_result_view *r, int error, const char *reason)
{
	size_t len = strnlen(reason, sizeof(r->reason) - 1);

	if (r->error)
		return;
	r->error = error;
	memcpy(r->reason, reason, len);
	r->reason[len] = '\0';
}

void result_stage(struct wire_result_view *r, enum wire_stage stage)
{
	if (!r->error)
		r->stage = stage;
}

int result_send(struct wire_result_view *r, const struct groups *gs, struct wire_writer *w)
{
	size_t len;
	void *buf;
	int ret;

	r->nr_workers = gs->nr_brief;
	r->nr_reports = gs->reports;
	if (!gs->incomplete && !gs->nr)
		r->flags |= WIRE_RESULT_WORKERS_DONE;
	ret = wire_result_encode(r, gs->brief, &buf, &len);
	if (ret)
		return ret;
	ret = wire_writer_send(w, WIRE_TEST, buf, len);
	free(buf);
	return ret;
}
