// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/conscan.h"
#include "host/harness/emulated.h"
#include "host/harness/ktstr.h"
#include "host/harness/inspect_socket.h"
#include "host/harness/plan.h"
#include "host/harness/run_context.h"
#include "host/harness/run_files.h"
#include "host/harness/saved_file.h"
#include "host/harness/verdict.h"
#include "host/harness/vmm_log.h"
#include "host/harness/vmm_process.h"
#include "lib/log.h"
#include "lib/util.h"

static int judge(const struct ktstr_test *test, const struct plan *p, const struct vmm_outcome *out,
		 struct ktstr_result *res)
{
	struct conscan console = { 0 };
	struct vmm_log log;
	struct verdict_input in = {
		.nonce = p->nonce,
		.sched_wanted = test->scheduler,
		.expect_ops = test->expect_ops,
		.workers = p->load.nr_workers,
		.test = test,
		.load = &p->load,
		.topo = &p->job.vm.topo,
		.observed = p->observe,
		.map_writes = test->nr_map_writes,
		.periodic = test->periodic,
		.monitor_limits = &test->monitor,
		.wait_status = out->wait_status,
		.deadline = out->deadline,
		.stopped = out->stopped,
		.console = &console,
	};
	int ret;

	ret = vmm_log_parse(&log, out->log, out->log_len);
	if (!ret)
		ret = conscan_init(&console, CONSCAN_HEAD_DEFAULT, CONSCAN_TAIL_DEFAULT);
	if (!ret) {
		conscan_feed(&console, log.console, log.console_len);
		conscan_flush(&console);
		in.frames = log.frames;
		in.nr_frames = log.nr_frames;
		in.report = log.report_valid ? &log.report : NULL;
		in.dumps = log.dumps;
		in.nr_dumps = log.nr_dumps;
		in.dumps_evicted = log.dumps_evicted;
		in.ops = log.ops;
		in.nr_ops = log.nr_ops;
		in.monitor_info = log.monitor_seen ? &log.monitor_info : NULL;
		in.samples = log.samples;
		in.nr_samples = log.nr_samples;
		in.log_damaged = log.damaged;
		in.com2 = log.com2;
		in.com2_len = log.com2_len;
		ret = verdict_eval(&in, res);
		res->load.seed = p->load.seed;
	}
	conscan_free(&console);
	vmm_log_free(&log);
	return ret;
}

/* Files and sockets of a run, open before the VMM is. */
struct run_fds {
	struct saved_file memory;
	struct inspect_socket inspect;
};

static int open_fds(const struct ktstr_test *test, struct plan *p, struct run_fds *f,
		    struct ktstr_err *err)
{
	int ret;

	*f = (struct run_fds){ .memory.fd = -1, .inspect.fd = -1 };
	ret = saved_file_open(&f->memory, test->save_memory, err);
	if (!ret && test->hold_ms)
		ret = inspect_socket_listen(&f->inspect, getenv(EMULATED_ENV), err);
	p->job.coord.memory_fd = f->memory.fd;
	p->job.coord.inspect_fd = f->inspect.fd;
	return ret;
}

static void close_fds(struct run_fds *f)
{
	inspect_socket_close(&f->inspect);
	saved_file_drop(&f->memory);
}

/* A run whose artifacts are lost is not what was asked for, so it does not pass. */
static void files_failed(struct ktstr_result *res, const struct ktstr_err *err)
{
	pr_err("%s", err->msg);
	if (res->verdict != KTSTR_PASS)
		return;
	res->verdict = KTSTR_INCONCLUSIVE;
	res->infra = true;
	res->reason = KTSTR_REASON_SETUP;
	snprintf(res->reason_text, sizeof(res->reason_text), "passed, but artifacts are lost: %s",
		 err->msg);
}

/* It has its name only when the VMM says that it is whole. */
static void keep_memory(struct saved_file *f, struct ktstr_result *res)
{
	const struct op_view *v = ktstr_op_find(res, WIRE_OP_MEMORY, NULL);
	struct ktstr_err err = { "" };
	int ret;

	if (!f->path)
		return;
	if (!v || v->status != WIRE_SNAP_OK)
		ret = ktstr_err_set(&err, -EIO, "memory was not saved in %.200s: %.250s", f->path,
				    v ? v->reason : "the VMM ended before it could be");
	else
		ret = saved_file_commit(f, &err);
	if (!ret)
		res->memory_path = strdup(f->path);
	else
		files_failed(res, &err);
}

static void set_cleanup(struct ktstr_result *res, u64 gone_ns)
{
	u64 end_ns = res->report.t_start_ns + res->report.t_end_ns;

	if (res->report_valid && res->report.t_end_ns && gone_ns > end_ns)
		res->timings.cleanup_ns = gone_ns - end_ns;
}

static int run(const struct ktstr_test *test, struct plan *p, struct ktstr_result *res,
	       struct ktstr_err *err)
{
	struct vmm_outcome out;
	struct run_fds fds;
	u64 gone_ns;
	int ret;

	ret = open_fds(test, p, &fds, err);
	if (!ret)
		ret = vmm_process_run(&p->job, &out, err);
	if (!ret) {
		gone_ns = mono_ns();
		ret = judge(test, p, &out, res);
		set_cleanup(res, gone_ns);
		vmm_outcome_free(&out);
		if (ret)
			ktstr_err_set(err, ret, "out of memory for the result");
		else
			keep_memory(&fds.memory, res);
	}
	close_fds(&fds);
	return ret;
}

int ktstr_run(const struct ktstr_test *test, struct ktstr_result *res)
{
	struct ktstr_err err = { 0 };
	u64 start = mono_ns();
	struct plan p;
	int ret;

	memset(res, 0, sizeof(*res));
	ret = plan_make(test, &p, &err);
	if (!ret)
		ret = run(&p.test, &p, res, &err);
	if (ret) {
		ktstr_result_free(res);
		verdict_setup_failed(res, err.msg);
	}
	res->timings.total_ns = mono_ns() - start;
	res->emulated = getenv(EMULATED_ENV);
	if (!ret)
		res->context = run_context_new(&p.test, p.sched_path, &p.job.vm.topo);
	if (!ret && run_files_write(&p.test, res, &err))
		files_failed(res, &err);
	plan_free(&p);
	return ret;
}
