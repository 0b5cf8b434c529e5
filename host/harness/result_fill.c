// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "load.h"
#include "output.h"
#include "result_fill.h"
#include "result_monitor.h"
#include "result_snapshot.h"

static void fill_report(struct ktstr_result *res, const struct vmm_report *r)
{
	res->report_valid = true;
	res->report = *r;
	res->timings.first_run_ns = r->t_first_run_ns;
	res->timings.ready_ns = r->t_srdy_ns;
	res->timings.attach_ns = r->t_attach_ns;
	res->timings.scenario_ns = r->t_scenario_ns;
	res->timings.end_ns = r->t_end_ns;
}

static int fill_workers(struct ktstr_result *res, const struct wire_result_view *v)
{
	u32 i;

	/* one more than needed: a result without workers is no special case */
	res->workers = calloc(v->nr_workers + 1, sizeof(*res->workers));
	if (!res->workers)
		return -ENOMEM;
	res->nr_workers = v->nr_workers;
	for (i = 0; i < v->nr_workers; i++)
		wire_result_worker(v, i, &res->workers[i]);
	return 0;
}

static char *escaped_copy(const char *src, size_t len, size_t *out)
{
	char *dst = malloc(TEXT_ESCAPED_MAX(len));

	if (dst)
		*out = text_escape(dst, TEXT_ESCAPED_MAX(len), src, len);
	return dst;
}

static int fill_sched_log(struct ktstr_result *res, const struct evidence *e)
{
	if (!e->sched_log)
		return 0;
	res->sched_log = escaped_copy(e->sched_log, e->sched_log_len, &res->sched_log_len);
	res->sched_log_cut = e->sched_log_cut;
	return res->sched_log ? 0 : -ENOMEM;
}

static int fill_console(struct ktstr_result *res, const struct conscan *c)
{
	size_t len;
	char *raw;

	if (!c)
		return 0;
	raw = conscan_text(c, &len);
	if (!raw)
		return -ENOMEM;
	res->console = escaped_copy(raw, len, &res->console_len);
	free(raw);
	return res->console ? 0 : -ENOMEM;
}

/* A guest that says it is done has not come down yet. */
static enum wire_stage final_stage(const struct verdict_input *in, const struct evidence *e)
{
	const struct vmm_report *r = in->report;
	enum wire_stage stage = e->stage;

	if (r && r->stage > (u32)stage)
		stage = r->stage;
	if (e->results)
		stage = e->result.stage;
	if (stage == WIRE_STAGE_DONE && (!r || r->exit_reason != VMM_EXIT_SHUTDOWN))
		stage = WIRE_STAGE_TEARDOWN;
	return stage;
}

int result_fill(struct ktstr_result *res, const struct verdict_input *in, struct evidence *e)
{
	int err = 0;

	res->nr_frames = in->nr_frames;
	res->stage = final_stage(in, e);
	res->exit_seen = e->exits;
	res->exit_code = e->exit_code;
	res->timecheck_seen = e->timecheck_seen;
	res->timecheck = e->timecheck;
	if (in->report)
		fill_report(res, in->report);
	if (e->results) {
		res->sched_status = e->result.sched_status;
		text_escape_line(res->ops, sizeof(res->ops), e->result.ops, strlen(e->result.ops));
		err = fill_workers(res, &e->result);
	}
	if (!err)
		err = fill_sched_log(res, e);
	if (!err)
		err = fill_console(res, in->console);
	if (!err)
		err = result_snapshot_fill(res, in);
	if (!err)
		err = result_monitor_fill(res, in);
	if (!err)
		err = output_fill(res, in->frames, in->nr_frames);
	if (!err)
		err = load_fill(res, in, e);
	result_snapshot_steps(res);
	return err;
}
