// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>

#include "guest-init/result.c"
#include "guest-init/worker.c"
#include "kselftest_harness.h"

#define NR 3

static const struct worker_attr normal = { .policy = SCHED_OTHER };

static void reap_all(struct workers *ws)
{
	pid_t pid;

	while (ws->nr_running && (pid = waitpid(-1, NULL, 0)) > 0)
		workers_reaped(ws, pid);
}

TEST(none_before_release_all_after)
{
	struct wire_worker_view w[NR];
	struct workers ws;
	int i;

	ASSERT_EQ(0, workers_start(&ws, NR, &normal, 1, 2, NULL));
	EXPECT_EQ(NR, ws.nr_running);
	usleep(20000);
	EXPECT_EQ(0, workers_total(&ws));
	workers_release(&ws);
	while (workers_total(&ws) < 100 * WORKER_BATCH)
		usleep(1000);
	workers_stop(&ws);
	reap_all(&ws);
	EXPECT_TRUE(workers_report(&ws, w));
	for (i = 0; i < NR; i++) {
		EXPECT_EQ(ws.tid[i], w[i].tid);
		EXPECT_EQ(WIRE_WORKER_COMPLETED, w[i].flags);
		EXPECT_EQ(0, w[i].work_units % WORKER_BATCH);
		EXPECT_GE(w[i].wall_ns + NSEC_PER_MSEC, w[i].cpu_ns);
	}
	workers_free(&ws);
}

TEST(own_process_groups)
{
	struct workers ws;
	int i;

	ASSERT_EQ(0, workers_start(&ws, NR, &normal, 1, 2, NULL));
	for (i = 0; i < NR; i++)
		EXPECT_EQ(ws.pid[i], getpgid(ws.pid[i]));
	workers_free(&ws);
}

TEST(missing_report_is_zero)
{
	struct wire_worker_view w[NR];
	struct workers ws;
	pid_t victim;

	ASSERT_EQ(0, workers_start(&ws, NR, &normal, 1, 2, NULL));
	victim = ws.tid[1];
	workers_release(&ws);
	while (!__atomic_load_n(&ws.slot[1].units, __ATOMIC_RELAXED))
		usleep(1000);
	kill(victim, SIGKILL);
	workers_stop(&ws);
	reap_all(&ws);
	EXPECT_FALSE(workers_report(&ws, w));
	EXPECT_EQ(victim, w[1].tid);
	EXPECT_EQ(0, w[1].flags);
	EXPECT_EQ(0, w[1].work_units);
	EXPECT_EQ(WIRE_WORKER_COMPLETED, w[0].flags);
	workers_free(&ws);
}

TEST(free_kills_what_never_started)
{
	struct workers ws;
	pid_t pid;

	ASSERT_EQ(0, workers_start(&ws, 1, &normal, 1, 2, NULL));
	pid = ws.tid[0];
	workers_free(&ws);
	EXPECT_EQ(-1, kill(pid, 0));
	workers_free(&ws);
}

TEST(none_at_all)
{
	struct workers ws;

	ASSERT_EQ(0, workers_start(&ws, 0, &normal, 1, 2, NULL));
	workers_release(&ws);
	workers_stop(&ws);
	EXPECT_EQ(0, workers_total(&ws));
	EXPECT_TRUE(workers_report(&ws, NULL));
	workers_free(&ws);
}

TEST(pin_to_a_missing_cpu_names_the_worker)
{
	struct worker_attr attr = { .policy = SCHED_OTHER, .pin = true };
	struct ktstr_err err = { "" };
	struct workers ws;
	int ret, nr = sysconf(_SC_NPROCESSORS_CONF) + 1;

	ret = workers_start(&ws, nr, &attr, 1, 2, &err);
	EXPECT_GT(0, ret);
	EXPECT_NE(NULL, strstr(err.msg, "cannot pin to CPU"));
	workers_free(&ws);
}

TEST(no_descriptor_above_2_reaches_a_worker)
{
	struct workers ws;
	int p[2];
	char c;

	/* The port must close when PID 1 closes it: a worker may not hold a copy. */
	ASSERT_EQ(0, pipe(p));
	ASSERT_EQ(0, workers_start(&ws, 1, &normal, 1, 2, NULL));
	workers_release(&ws);
	while (!workers_total(&ws))
		usleep(1000);
	close(p[1]);
	EXPECT_EQ(0, read(p[0], &c, 1));
	workers_free(&ws);
}

TEST(first_failure_and_its_stage_stay)
{
	struct wire_result_view r;
	char long_text[600];

	result_init(&r);
	result_stage(&r, WIRE_STAGE_ATTACH);
	memset(long_text, 'a', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	result_fail(&r, -ETIMEDOUT, long_text);
	result_fail(&r, -ECHILD, "a consequence");
	result_stage(&r, WIRE_STAGE_DONE);
	EXPECT_EQ(0, r.nonce);
	EXPECT_EQ(WIRE_STAGE_ATTACH, r.stage);
	EXPECT_EQ(-ETIMEDOUT, r.error);
	EXPECT_EQ(sizeof(r.reason) - 1, strlen(r.reason));
}

TEST_HARNESS_MAIN
