// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <stdio.h>

#include "guest_workers.h"
#include "kselftest_harness.h"

#define NOBODY 65534

static char *const first_cpu[] = { "0", NULL };
static char *const by_turns[] = { "0", "0-1", NULL };
static char *const second_missing[] = { "0", "500-511", NULL };
static char *const no_list[] = { "1-", NULL };

FIXTURE(group)
{
	struct scenario_group sg;
	struct group g;
	struct ktstr_err err;
	struct worker_view v[8];
};

FIXTURE_VARIANT(group)
{
	u32 flags;
};

FIXTURE_VARIANT_ADD(group, processes) {};

FIXTURE_VARIANT_ADD(group, threads) {
	.flags = SCENARIO_GROUP_THREADS,
};

FIXTURE_SETUP(group)
{
	self->sg.workers = 3;
	self->sg.flags = variant->flags;
}

FIXTURE_TEARDOWN(group)
{
	group_free(&self->g);
}

static int start(struct group *g, const struct scenario_group *sg, struct ktstr_err *err)
{
	return group_start(g, sg, 0, -1, 1, 2, err);
}

/* A line of /proc/TID/status behind its name. */
static char *status_line(pid_t tid, const char *name, char *buf, size_t len)
{
	char path[64];
	FILE *f;

	*buf = '\0';
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	f = fopen(path, "re");
	if (!f)
		return buf;
	while (fgets(buf, len, f) && strncmp(buf, name, strlen(name)))
		;
	fclose(f);
	buf[strcspn(buf, "\n")] = '\0';
	return buf + strlen(name) + 2;
}

static bool is_gone(pid_t pid)
{
	return kill(pid, 0) && errno == ESRCH;
}

TEST_F(group, none_works_before_the_release)
{
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	usleep(10000);
	EXPECT_EQ(0, group_total(&self->g));
	EXPECT_EQ(self->g.procs, group_running(&self->g));
	group_release(&self->g);
	EXPECT_TRUE(workers_work(&self->g));
}

TEST_F(group, stopped_before_its_release)
{
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	EXPECT_TRUE(workers_stop(&self->g));
	ASSERT_TRUE(workers_reports(&self->g, self->v));
	EXPECT_TRUE(self->v[2].flags & WORKER_COMPLETED);
	EXPECT_EQ(0, self->v[2].work_units);
}

TEST_F(group, freed_without_a_stop)
{
	pid_t pid;

	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	pid = self->g.pid[0];
	group_free(&self->g);
	EXPECT_TRUE(is_gone(pid));
	group_free(&self->g);
}

TEST_F(group, starts_and_stops_again_and_again)
{
	static const enum work_type types[] = { WORK_PIPE, WORK_FUTEX_PING_PONG, WORK_MUTEX,
						WORK_FUTEX_FAN_OUT, WORK_WAKE_CHAIN };
	int i;

	/* Each is stopped at another moment, be it in a call that blocks or before. */
	for (i = 0; i < 100; i++) {
		self->sg.work.type = types[i % ARRAY_SIZE(types)];
		self->sg.workers = work_group_size(&self->sg.work);
		ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
		group_release(&self->g);
		usleep(i * 7 % 50);
		ASSERT_TRUE(workers_stop(&self->g))
		{
			TH_LOG("round %d: %s", i, work_info(self->sg.work.type)->name);
		}
		group_free(&self->g);
	}
}

TEST_F(group, killed_worker_is_noticed)
{
	bool threads = variant->flags;
	u32 index = 99;
	int status = 0;

	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	group_release(&self->g);
	ASSERT_TRUE(workers_work(&self->g));
	EXPECT_FALSE(group_died(&self->g, &index, &status));
	kill(self->g.pid[threads ? 0 : 1], SIGKILL);
	while (!group_died(&self->g, &index, &status)) {
		pid_t pid = waitpid(-1, &status, 0);

		ASSERT_LT(0, pid);
		ASSERT_TRUE(group_reaped(&self->g, pid, status));
	}
	EXPECT_EQ(threads ? 0 : 1, index);
	EXPECT_EQ(SIGKILL, WTERMSIG(status));
	EXPECT_TRUE(workers_stop(&self->g));
	ASSERT_TRUE(workers_reports(&self->g, self->v));
	EXPECT_FALSE(self->v[index].flags & WORKER_COMPLETED);
	EXPECT_LT(0, self->v[index].work_units);
	EXPECT_EQ(0, self->v[index].wall_ns);
	EXPECT_EQ(SIGKILL, WTERMSIG(self->v[index].status));
	EXPECT_STREQ("it was killed by signal 9 (Killed)", self->v[index].info);
	if (!threads)
		EXPECT_TRUE(self->v[0].flags & WORKER_COMPLETED);
}

TEST_F(group, worker_that_cannot_go_on_says_why)
{
	struct rlimit full;
	char info[WORKER_INFO_MAX];
	u32 index = 99;
	int status = 0;
	pid_t pid;

	/* As if the file system were full. */
	self->sg.work.type = WORK_SEQUENCE;
	ASSERT_EQ(0, getrlimit(RLIMIT_FSIZE, &full));
	full.rlim_cur = 8192;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &full));
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	group_release(&self->g);
	while (!group_died(&self->g, &index, &status)) {
		pid = waitpid(-1, &status, 0);
		ASSERT_LT(0, pid);
		ASSERT_TRUE(group_reaped(&self->g, pid, status));
	}
	EXPECT_EQ(1, WEXITSTATUS(status));
	EXPECT_STREQ("write: No space left on device",
		     group_info(&self->g, index, info, sizeof(info)));
}

TEST_F(group, partner_of_a_killed_worker_stops)
{
	self->sg.work.type = WORK_PIPE;
	self->sg.workers = 4;
	self->sg.flags = 0;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	group_release(&self->g);
	ASSERT_TRUE(workers_work(&self->g));
	kill(self->g.pid[2], SIGKILL);
	usleep(5000);
	EXPECT_TRUE(workers_stop(&self->g));
	ASSERT_TRUE(workers_reports(&self->g, self->v));
	EXPECT_FALSE(self->v[2].flags & WORKER_COMPLETED);
	EXPECT_TRUE(self->v[3].flags & WORKER_COMPLETED);
}

TEST_F(group, one_that_does_not_stop_is_killed)
{
	struct wire_worker_view brief[3];
	int status;

	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	group_release(&self->g);
	ASSERT_TRUE(workers_work(&self->g));
	kill(self->g.pid[0], SIGSTOP);
	ASSERT_EQ(self->g.pid[0], waitpid(self->g.pid[0], &status, WUNTRACED));
	group_stop(&self->g);
	usleep(10000);
	group_kill(&self->g);
	ASSERT_TRUE(workers_ended(&self->g));
	ASSERT_TRUE(workers_reports(&self->g, self->v));
	EXPECT_TRUE(self->v[0].flags & WORKER_KILLED);
	EXPECT_LT(0, self->v[0].work_units);
	EXPECT_STREQ("it did not stop when told to, and was killed", self->v[0].info);
	EXPECT_GT(3, group_brief(&self->g, brief));
	EXPECT_EQ(0, brief[0].flags);
}

TEST_F(group, every_process_has_its_own_process_group)
{
	u32 i;

	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	for (i = 0; i < self->g.procs; i++)
		EXPECT_EQ(self->g.pid[i], getpgid(self->g.pid[i]));
}

TEST_F(group, names)
{
	char buf[128], path[64], name[16] = "";
	FILE *f;

	self->sg.comm = "herbert";
	self->sg.pcomm = "the-leader";
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", self->g.pid[0],
		 self->g.shared->slot[0].tid);
	f = fopen(path, "re");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(1, fscanf(f, "%15s", name));
	fclose(f);
	EXPECT_STREQ("herbert", name);
	EXPECT_STREQ(variant->flags ? "the-leader" : "herbert",
		     status_line(self->g.pid[0], "Name", buf, sizeof(buf)));
}

TEST_F(group, named_after_its_work)
{
	char buf[128];

	self->sg.flags = 0;
	self->sg.work.type = WORK_CACHE_YIELD;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	EXPECT_STREQ("cache_yield", status_line(self->g.pid[0], "Name", buf, sizeof(buf)));
}

TEST_F(group, user_and_group)
{
	char buf[128];

	if (geteuid())
		SKIP(return, "needs root");
	self->sg.uid = NOBODY;
	self->sg.gid = NOBODY;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	EXPECT_STREQ("65534\t65534\t65534\t65534",
		     status_line(self->g.shared->slot[2].tid, "Uid", buf, sizeof(buf)));
	EXPECT_STREQ("65534\t65534\t65534\t65534",
		     status_line(self->g.shared->slot[2].tid, "Gid", buf, sizeof(buf)));
	EXPECT_STREQ(" ", status_line(self->g.shared->slot[2].tid, "Groups", buf, sizeof(buf)));
	group_release(&self->g);
	EXPECT_TRUE(workers_work(&self->g));
	EXPECT_TRUE(workers_stop(&self->g));
}

TEST_F(group, cpus)
{
	char buf[128];

	self->sg.cpus = first_cpu;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	EXPECT_STREQ("0", status_line(self->g.shared->slot[2].tid, "Cpus_allowed_list", buf,
				      sizeof(buf)));
	group_release(&self->g);
	EXPECT_TRUE(workers_work(&self->g));
	EXPECT_TRUE(workers_stop(&self->g));
	ASSERT_TRUE(workers_reports(&self->g, self->v));
	EXPECT_EQ(1, self->v[2].cpus[0]);
	EXPECT_EQ(0, self->v[2].max_gap_cpu);
}

TEST_F(group, other_cpus_later)
{
	char buf[128];

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		SKIP(return, "needs two CPUs");
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	ASSERT_EQ(0, group_affinity(&self->g, by_turns, &self->err));
	EXPECT_STREQ("0", status_line(self->g.shared->slot[2].tid, "Cpus_allowed_list", buf,
				      sizeof(buf)));
	EXPECT_STREQ("0-1", status_line(self->g.shared->slot[1].tid, "Cpus_allowed_list", buf,
					sizeof(buf)));
}

TEST_F(group, cpus_that_do_not_exist)
{
	if (sysconf(_SC_NPROCESSORS_CONF) > 500)
		SKIP(return, "needs fewer CPUs");
	self->sg.cpus = second_missing;
	EXPECT_EQ(-EINVAL, start(&self->g, &self->sg, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "group 0: worker 1 of 3: CPUs \"500-511\": "));
	ASSERT_TRUE(workers_reports(&self->g, self->v));
	EXPECT_EQ(0, self->v[0].flags);
	EXPECT_EQ(WORKER_AFFINITY_ERROR, self->v[1].flags);
	EXPECT_STREQ("CPUs \"500-511\": sched_setaffinity: Invalid argument", self->v[1].info);
}

TEST_F(group, no_list_of_cpus)
{
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	EXPECT_EQ(-EINVAL, group_affinity(&self->g, no_list, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "group 0: worker 0 of 3: CPUs \"1-\": "));
}

TEST_F(group, policies)
{
	static const struct {
		u32 policy;
		u32 priority;
	} cases[] = {
		{ SCHED_BATCH, 0 },
		{ SCHED_IDLE, 0 },
		{ SCHED_FIFO, 7 },
		{ SCHED_RR, 99 },
	};
	struct sched_param param;
	int i;

	if (geteuid())
		SKIP(return, "needs root");
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		self->sg.policy = cases[i].policy;
		self->sg.priority = cases[i].priority;
		ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
		EXPECT_EQ(cases[i].policy, sched_getscheduler(self->g.shared->slot[2].tid));
		ASSERT_EQ(0, sched_getparam(self->g.shared->slot[2].tid, &param));
		EXPECT_EQ(cases[i].priority, param.sched_priority);
		group_free(&self->g);
	}
}

TEST_F(group, deadline)
{
	if (geteuid())
		SKIP(return, "needs root");
	self->sg.policy = SCHED_DEADLINE;
	self->sg.runtime_ns = NSEC_PER_MSEC;
	self->sg.deadline_ns = 10 * NSEC_PER_MSEC;
	self->sg.period_ns = 20 * NSEC_PER_MSEC;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_EQ(SCHED_DEADLINE, sched_getscheduler(self->g.shared->slot[2].tid));
	group_release(&self->g);
	EXPECT_TRUE(workers_work(&self->g));
	EXPECT_TRUE(workers_stop(&self->g));
}

TEST_F(group, policy_that_is_refused)
{
	unsigned int who;
	int len = 0;

	self->sg.policy = SCHED_DEADLINE;
	self->sg.runtime_ns = 2;
	self->sg.deadline_ns = 1;
	self->sg.period_ns = 1;
	EXPECT_EQ(-EINVAL, start(&self->g, &self->sg, &self->err));
	/* threads place themselves: any of them may be the first to say so */
	ASSERT_EQ(1,
		  sscanf(self->err.msg,
			 "group 0: worker %u of 3: sched_setattr: Invalid argument%n", &who, &len));
	EXPECT_EQ('\0', self->err.msg[len]);
	ASSERT_LT(who, 3);
	ASSERT_TRUE(workers_reports(&self->g, self->v));
	EXPECT_EQ(WORKER_POLICY_ERROR, self->v[who].flags);
}

TEST_F(group, nice)
{
	self->sg.nice = 11;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	EXPECT_EQ(11, getpriority(PRIO_PROCESS, self->g.shared->slot[2].tid));
}

TEST_F(group, memory_policy_that_is_refused)
{
	self->sg.mem = SCENARIO_MEM_BIND;
	self->sg.nodes = 1U << 15;
	EXPECT_GT(0, start(&self->g, &self->sg, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "of 3: set_mempolicy: "));
}

TEST_F(group, no_descriptor_above_2_reaches_a_worker)
{
	int p[2];
	char c;

	/* The port must close when PID 1 closes it: a worker may not hold a copy. */
	ASSERT_EQ(0, pipe(p));
	self->sg.work.type = WORK_PIPE;
	self->sg.workers = 4;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err));
	close(p[1]);
	EXPECT_EQ(0, read(p[0], &c, 1));
	close(p[0]);
}

TEST_F(group, long_ring)
{
	self->sg.work = (struct work){ .type = WORK_WAKE_CHAIN, .chain = { 200, 1 } };
	self->sg.workers = 200;
	ASSERT_EQ(0, start(&self->g, &self->sg, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	group_release(&self->g);
	EXPECT_TRUE(workers_work(&self->g));
	EXPECT_TRUE(workers_stop(&self->g));
}

TEST_F(group, wrong_number_of_workers)
{
	self->sg.work.type = WORK_PIPE;
	EXPECT_EQ(-EINVAL, start(&self->g, &self->sg, &self->err));
	EXPECT_STREQ("pipe requires num_workers divisible by 2, got 3", self->err.msg);
	EXPECT_FALSE(group_running(&self->g));
	group_stop(&self->g);
}

TEST_F(group, born_in_its_cgroup)
{
	char *home = work_cgroup_path(-1), *dir = NULL, *own, link[64];
	int fd = -1;

	if (home && asprintf(&dir, "%s/ktstr-group-test-%d", home, getpid()) < 0)
		dir = NULL;
	if (!dir || mkdir(dir, 0755))
		SKIP(return, "needs a cgroup2 to write to");
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	/* It finds its own cgroup, and leaves nothing behind in it. */
	self->sg.work.type = WORK_CGROUP_ATTACH_STORM;
	self->sg.flags = 0;
	EXPECT_EQ(0, group_start(&self->g, &self->sg, 0, fd, 1, 2, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	own = work_cgroup_path(fd);
	EXPECT_STREQ(dir, own);
	free(own);
	snprintf(link, sizeof(link), "%d", self->g.pid[0]);
	group_release(&self->g);
	EXPECT_TRUE(workers_work(&self->g));
	kill(self->g.pid[1], SIGKILL);
	EXPECT_TRUE(workers_stop(&self->g));
	group_free(&self->g);
	close(fd);
	EXPECT_EQ(0, rmdir(dir))
	{
		TH_LOG("%m");
	}
	free(dir);
	free(home);
}

TEST(measuring_can_be_switched_off_to_see_what_it_costs)
{
	EXPECT_LT(0, work_spin_cost(1000, true));
	EXPECT_LT(0, work_spin_cost(1000, false));
}

TEST_HARNESS_MAIN
