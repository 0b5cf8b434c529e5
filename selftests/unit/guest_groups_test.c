// SPDX-License-Identifier: GPL-2.0-only
/* Groups of workers as a whole, by a clock that the test holds; their workers are made up. */
#include <signal.h>

#include "guest-init/cgroup.c"
#include "guest-init/groups.c"
#include "kselftest_harness.h"

#define START (1000 * NSEC_PER_SEC)
#define NR    3

/* What the made-up groups were told, and how they are to answer. */
static struct {
	int start_ret;
	u32 released;
	u32 stopped;
	u32 killed;
	u32 reported;
	u32 freed;
	bool died;
	char info[32];
} fake;

int group_start(struct group *g, const struct scenario_group *sg, u32 index, int cgroup_fd, int out,
		int errout, struct ktstr_err *err)
{
	*g = (struct group){ .sg = sg, .index = index, .nr = sg->workers, .gate = 5 };
	g->procs = sg->workers;
	g->running = fake.start_ret ? 1 : sg->workers;
	return fake.start_ret ? ktstr_err_set(err, fake.start_ret, "no more processes") : 0;
}

void group_release(struct group *g)
{
	g->gate = -1;
	fake.released++;
}

void group_stop(struct group *g)
{
	g->stopping = true;
	fake.stopped++;
}

void group_kill(struct group *g)
{
	fake.killed++;
}

bool group_reaped(struct group *g, pid_t pid, int status)
{
	/* the group's index is the process */
	if (pid != (pid_t)g->index || !g->running)
		return false;
	g->running--;
	return true;
}

u32 group_running(const struct group *g)
{
	return g->running;
}

bool group_died(const struct group *g, u32 *index, int *status)
{
	*index = 2;
	*status = SIGKILL;
	return fake.died;
}

char *group_info(const struct group *g, u32 index, char *buf, size_t len)
{
	snprintf(buf, len, "%s", fake.info);
	return buf;
}

u64 group_total(const struct group *g)
{
	return 100 * (g->index + 1);
}

int group_affinity(struct group *g, char *const *cpus, struct ktstr_err *err)
{
	return 0;
}

u32 group_brief(const struct group *g, struct wire_worker_view *out)
{
	u32 i;

	for (i = 0; i < g->nr; i++)
		out[i] = (struct wire_worker_view){ .tid = g->index };
	return g->nr - g->running;
}

int group_report(const struct group *g, struct wire_writer *w, u64 start_ns)
{
	fake.reported += g->nr;
	return 0;
}

void group_free(struct group *g)
{
	fake.freed++;
}

FIXTURE(groups)
{
	struct scenario_group list[NR];
	struct scenario sc;
	struct groups gs;
	struct ktstr_err err;
};

FIXTURE_SETUP(groups)
{
	memset(&fake, 0, sizeof(fake));
	memset(self, 0, sizeof(*self));
	self->list[0] = (struct scenario_group){ .workers = 2, .cgroup = "a" };
	self->list[1] = (struct scenario_group){ .workers = 1, .cgroup = "a/b" };
	self->list[2] = (struct scenario_group){ .workers = 4 };
	self->sc.groups = self->list;
	self->sc.nr_groups = NR;
	groups_init(&self->gs, &self->sc, NULL);
}

FIXTURE_TEARDOWN(groups)
{
	groups_free(&self->gs);
}

static void start(FIXTURE_DATA(groups) * self, u32 index)
{
	if (groups_start(&self->gs, index, -1, 1, 2, &self->err))
		abort();
}

static void start_all(FIXTURE_DATA(groups) * self)
{
	u32 i;

	for (i = 0; i < NR; i++)
		start(self, i);
}

static void end_of(FIXTURE_DATA(groups) * self, u32 index, u32 workers)
{
	while (workers--)
		if (!groups_reaped(&self->gs, index, 0))
			abort();
}

static u64 collect_at(FIXTURE_DATA(groups) * self, u64 now_ns)
{
	return groups_collect(&self->gs, now_ns, GROUPS_STOP_NS, UINT64_MAX, START);
}

TEST_F(groups, released_once_and_all_together)
{
	start(self, 0);
	start(self, 2);
	EXPECT_EQ(0, fake.released);
	EXPECT_EQ(6, groups_workers(&self->gs));
	groups_release(&self->gs);
	start(self, 1);
	groups_release(&self->gs);
	EXPECT_EQ(3, fake.released);
	EXPECT_EQ(600, groups_total(&self->gs));
}

TEST_F(groups, what_ended_stays_in_the_sum)
{
	start_all(self);
	groups_stop(&self->gs, 1, START);
	EXPECT_TRUE(groups_stopping(&self->gs, 1));
	EXPECT_FALSE(groups_stopping(&self->gs, 0));
	EXPECT_EQ(START + GROUPS_STOP_NS, collect_at(self, START));
	end_of(self, 1, 1);
	EXPECT_EQ(UINT64_MAX, collect_at(self, START + 1));
	EXPECT_FALSE(groups_stopping(&self->gs, GROUPS_ALL));
	EXPECT_EQ(2, self->gs.nr);
	EXPECT_EQ(1, self->gs.reports);
	EXPECT_EQ(1, self->gs.nr_brief);
	EXPECT_EQ(600, groups_total(&self->gs));
	EXPECT_EQ(6, groups_workers(&self->gs));
	EXPECT_FALSE(self->gs.incomplete);
	EXPECT_EQ(1, fake.freed);
}

TEST_F(groups, asked_once_killed_after_a_while_given_up_in_the_end)
{
	start(self, 0);
	groups_stop(&self->gs, 0, START);
	groups_stop(&self->gs, 0, START + 5);
	EXPECT_EQ(1, fake.stopped);
	collect_at(self, START + GROUPS_STOP_NS - 1);
	EXPECT_EQ(0, fake.killed);
	EXPECT_EQ(START + GROUPS_STOP_NS + GROUPS_KILL_NS,
		  collect_at(self, START + GROUPS_STOP_NS));
	EXPECT_EQ(1, fake.killed);
	end_of(self, 0, 1);
	/* one is still there */
	EXPECT_EQ(1, self->gs.nr);
	EXPECT_EQ(UINT64_MAX, collect_at(self, START + GROUPS_STOP_NS + GROUPS_KILL_NS));
	EXPECT_EQ(0, self->gs.nr);
	EXPECT_EQ(2, self->gs.reports);
	EXPECT_TRUE(self->gs.incomplete);
	/* nobody waits for it either */
	EXPECT_EQ(0, fake.freed);
}

TEST_F(groups, a_limit_comes_before_the_time_out)
{
	start(self, 0);
	groups_stop(&self->gs, GROUPS_ALL, START);
	EXPECT_EQ(START + 7, groups_collect(&self->gs, START, GROUPS_STOP_NS, START + 7, START));
	groups_collect(&self->gs, START + 7, GROUPS_STOP_NS, START + 7, START);
	EXPECT_EQ(1, fake.killed);
	end_of(self, 0, 2);
	groups_collect(&self->gs, START + 8, GROUPS_STOP_NS, START + 7, START);
	EXPECT_EQ(0, self->gs.nr);
}

TEST_F(groups, those_of_a_cgroup_wherever_they_are_now)
{
	start_all(self);
	groups_moved(&self->gs, "", "other");
	groups_stop_within(&self->gs, "a", START);
	EXPECT_EQ(2, fake.stopped);
	EXPECT_TRUE(groups_stopping(&self->gs, 1));
	EXPECT_FALSE(groups_stopping(&self->gs, 2));
	groups_stop_within(&self->gs, "other", START);
	EXPECT_TRUE(groups_stopping(&self->gs, 2));
}

TEST_F(groups, one_that_could_not_be_started_reports_all_the_same)
{
	fake.start_ret = -EAGAIN;
	EXPECT_EQ(-EAGAIN, groups_start(&self->gs, 0, -1, 1, 2, &self->err));
	EXPECT_STREQ("no more processes", self->err.msg);
	EXPECT_EQ(1, fake.killed);
	EXPECT_FALSE(groups_died(&self->gs, &self->err));
	/* nor is it ever released */
	groups_release(&self->gs);
	EXPECT_EQ(0, fake.released);
	end_of(self, 0, 1);
	collect_at(self, mono_ns());
	EXPECT_EQ(2, self->gs.reports);
	EXPECT_EQ(0, self->gs.nr);
}

TEST_F(groups, a_worker_that_dies_is_told_of_once)
{
	start(self, 0);
	EXPECT_FALSE(groups_died(&self->gs, &self->err));
	fake.died = true;
	EXPECT_TRUE(groups_died(&self->gs, &self->err));
	EXPECT_STREQ("worker 2 of group 0 (spin in cgroup a): it was killed by signal 9 (Killed)",
		     self->err.msg);
	EXPECT_FALSE(groups_died(&self->gs, &self->err));
	EXPECT_TRUE(groups_stopping(&self->gs, 0));
	start(self, 2);
	snprintf(fake.info, sizeof(fake.info), "the file system is full");
	EXPECT_TRUE(groups_died(&self->gs, &self->err));
	EXPECT_STREQ("worker 2 of group 2 (spin): the file system is full", self->err.msg);
}

TEST_F(groups, a_group_may_run_twice)
{
	start(self, 0);
	start(self, 0);
	EXPECT_EQ(4, groups_workers(&self->gs));
	groups_stop(&self->gs, 0, START);
	EXPECT_EQ(2, fake.stopped);
	end_of(self, 0, 4);
	collect_at(self, START);
	EXPECT_EQ(4, self->gs.nr_brief);
}

TEST_F(groups, what_cannot_be)
{
	EXPECT_EQ(-EINVAL, groups_start(&self->gs, NR, -1, 1, 2, &self->err));
	EXPECT_STREQ("there is no group 3, only 3 of them", self->err.msg);
	self->list[1].workers = SCENARIO_WORKERS_MAX;
	start(self, 0);
	EXPECT_EQ(-E2BIG, groups_start(&self->gs, 1, -1, 1, 2, &self->err));
	EXPECT_EQ(-ESRCH, groups_affinity(&self->gs, 1, NULL, &self->err));
	EXPECT_STREQ("group 1 does not run", self->err.msg);
	EXPECT_EQ(0, groups_affinity(&self->gs, 0, NULL, &self->err));
}

TEST_HARNESS_MAIN
