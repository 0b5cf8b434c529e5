// SPDX-License-Identifier: GPL-2.0-only
#include "guest_workers.h"
#include "kselftest_harness.h"

FIXTURE(kind)
{
	struct scenario_group sg;
	struct group g;
	struct ktstr_err err;
	u32 fds;
};

FIXTURE_VARIANT(kind)
{
	enum work_type type;
	bool threads;
	u64 arg[WORK_ARGS];
};

FIXTURE_VARIANT_ADD(kind, spin) {
	.type = WORK_SPIN,
};

FIXTURE_VARIANT_ADD(kind, yield) {
	.type = WORK_YIELD,
};

FIXTURE_VARIANT_ADD(kind, mixed) {
	.type = WORK_MIXED,
};

FIXTURE_VARIANT_ADD(kind, alu) {
	.type = WORK_ALU,
};

FIXTURE_VARIANT_ADD(kind, smt_spin) {
	.type = WORK_SMT_SPIN,
};

FIXTURE_VARIANT_ADD(kind, ipc) {
	.type = WORK_IPC,
	.arg = { 1000, 64, 4 },
};

FIXTURE_VARIANT_ADD(kind, io_sync) {
	.type = WORK_IO_SYNC,
};

FIXTURE_VARIANT_ADD(kind, io_read) {
	.type = WORK_IO_READ,
};

FIXTURE_VARIANT_ADD(kind, io_convoy) {
	.type = WORK_IO_CONVOY,
};

FIXTURE_VARIANT_ADD(kind, bursty) {
	.type = WORK_BURSTY,
	.arg = { 5000, 5000 },
};

FIXTURE_VARIANT_ADD(kind, idle_churn) {
	.type = WORK_IDLE_CHURN,
};

FIXTURE_VARIANT_ADD(kind, idle_churn_precise) {
	.type = WORK_IDLE_CHURN,
	.arg = { 0, 0, 1 },
};

FIXTURE_VARIANT_ADD(kind, pipe) {
	.type = WORK_PIPE,
};

FIXTURE_VARIANT_ADD(kind, futex_ping_pong) {
	.type = WORK_FUTEX_PING_PONG,
};

FIXTURE_VARIANT_ADD(kind, futex_fan_out) {
	.type = WORK_FUTEX_FAN_OUT,
};

FIXTURE_VARIANT_ADD(kind, fan_out_compute) {
	.type = WORK_FAN_OUT_COMPUTE,
	.arg = { 0, 0, 8 },
};

FIXTURE_VARIANT_ADD(kind, cache) {
	.type = WORK_CACHE,
};

FIXTURE_VARIANT_ADD(kind, cache_yield) {
	.type = WORK_CACHE_YIELD,
};

FIXTURE_VARIANT_ADD(kind, cache_pipe) {
	.type = WORK_CACHE_PIPE,
};

FIXTURE_VARIANT_ADD(kind, sequence) {
	.type = WORK_SEQUENCE,
};

FIXTURE_VARIANT_ADD(kind, fork_exit) {
	.type = WORK_FORK_EXIT,
};

FIXTURE_VARIANT_ADD(kind, mutex) {
	.type = WORK_MUTEX,
};

FIXTURE_VARIANT_ADD(kind, priority_inversion) {
	.type = WORK_PRIORITY_INVERSION,
};

FIXTURE_VARIANT_ADD(kind, priority_inheritance) {
	.type = WORK_PRIORITY_INVERSION,
	.arg = { 1, 1, 2, 0, 0, 1 },
};

FIXTURE_VARIANT_ADD(kind, thundering_herd) {
	.type = WORK_THUNDERING_HERD,
	.arg = { 0, 3, 1000 },
};

FIXTURE_VARIANT_ADD(kind, wake_chain) {
	.type = WORK_WAKE_CHAIN,
};

FIXTURE_VARIANT_ADD(kind, preempt_storm) {
	.type = WORK_PREEMPT_STORM,
};

FIXTURE_VARIANT_ADD(kind, rt_starvation) {
	.type = WORK_RT_STARVATION,
};

FIXTURE_VARIANT_ADD(kind, cgroup_attach_storm) {
	.type = WORK_CGROUP_ATTACH_STORM,
};

FIXTURE_VARIANT_ADD(kind, timer_latency) {
	.type = WORK_TIMER_LATENCY,
};

FIXTURE_VARIANT_ADD(kind, threads_spin) {
	.type = WORK_SPIN,
	.threads = true,
};

FIXTURE_VARIANT_ADD(kind, threads_pipe) {
	.type = WORK_PIPE,
	.threads = true,
};

FIXTURE_VARIANT_ADD(kind, threads_futex_fan_out) {
	.type = WORK_FUTEX_FAN_OUT,
	.threads = true,
};

FIXTURE_VARIANT_ADD(kind, threads_mutex) {
	.type = WORK_MUTEX,
	.threads = true,
};

FIXTURE_VARIANT_ADD(kind, threads_priority_inheritance) {
	.type = WORK_PRIORITY_INVERSION,
	.threads = true,
	.arg = { 1, 1, 2, 0, 0, 1 },
};

FIXTURE_VARIANT_ADD(kind, threads_io_convoy) {
	.type = WORK_IO_CONVOY,
	.threads = true,
};

FIXTURE_VARIANT_ADD(kind, threads_wake_chain) {
	.type = WORK_WAKE_CHAIN,
	.threads = true,
};

FIXTURE_VARIANT_ADD(kind, threads_bursty) {
	.type = WORK_BURSTY,
	.arg = { 5000, 5000 },
	.threads = true,
};

FIXTURE_SETUP(kind)
{
	self->sg.work.type = variant->type;
	memcpy(self->sg.work.arg, variant->arg, sizeof(variant->arg));
	self->sg.workers = max(work_group_size(&self->sg.work), 2U);
	self->sg.flags = variant->threads ? SCENARIO_GROUP_THREADS : 0;
	self->sg.step = 3;
	self->fds = open_fds();
}

FIXTURE_TEARDOWN(kind)
{
	group_free(&self->g);
}

/* Why it cannot be done here, or NULL. */
static const char *missing(enum work_type type)
{
	char *home;
	bool none;

	if (geteuid() && (work_ops(type)->role || type == WORK_CGROUP_ATTACH_STORM))
		return "needs root";
	if (type != WORK_CGROUP_ATTACH_STORM)
		return NULL;
	home = work_cgroup_path(-1);
	none = !home || access(home, W_OK);
	free(home);
	return none ? "needs cgroup2" : NULL;
}

/* What the kind of work says it measures was measured, by somebody of each team. */
static bool measured(const struct group *g, const struct worker_view *v)
{
	u32 flags = work_ops(g->sg->work.type)->flags, i, found = 0;

	for (i = 0; i < g->nr; i++) {
		found |= v[i].wake.total ? WORK_WAKES : 0;
		found |= v[i].timer.total ? WORK_TIMES : 0;
		found |= v[i].cost.total ? WORK_COSTS : 0;
	}
	return found == (flags & (WORK_WAKES | WORK_TIMES | WORK_COSTS));
}

TEST_F(kind, is_done_and_reported)
{
	struct group *g = &self->g;
	struct worker_view *v;
	u32 i, index;
	int status;

	if (missing(variant->type))
		SKIP(return, "%s", missing(variant->type));
	ASSERT_EQ(0, group_start(g, &self->sg, 7, -1, 1, 2, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_EQ(0, group_total(g));
	group_release(g);
	EXPECT_TRUE(workers_work(g));
	usleep(20000);
	EXPECT_FALSE(group_died(g, &index, &status));
	EXPECT_LT(0, group_total(g));
	EXPECT_TRUE(workers_stop(g));

	v = calloc(g->nr, sizeof(*v));
	ASSERT_TRUE(workers_reports(g, v));
	for (i = 0; i < g->nr; i++) {
		EXPECT_EQ(WORKER_COMPLETED,
			  v[i].flags & ~(WORKER_MESSENGER | WORKER_HAS_SCHEDSTAT | WORKER_HAS_NUMA))
		{
			TH_LOG("worker %u: %s", i, v[i].info);
		}
		EXPECT_EQ(7, v[i].group);
		EXPECT_EQ(i, v[i].index);
		EXPECT_EQ(3, v[i].step);
		EXPECT_EQ(0, v[i].status);
		EXPECT_LT(0, v[i].work_units);
		EXPECT_LT(0, v[i].wall_ns);
		EXPECT_LT(0, v[i].max_gap_ns);
		EXPECT_LT(0, cpulist_count((struct cpulist *)v[i].cpus));
		EXPECT_EQ(work_ops(variant->type)->flags & WORK_LEADS && !i,
			  !!(v[i].flags & WORKER_MESSENGER));
	}
	EXPECT_TRUE(measured(g, v));
	free(v);
	group_free(g);
	EXPECT_EQ(self->fds, open_fds());
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	EXPECT_EQ(ECHILD, errno);
}

TEST_HARNESS_MAIN
