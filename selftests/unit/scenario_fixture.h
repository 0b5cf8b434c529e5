/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_SCENARIO_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_SCENARIO_FIXTURE_H

/* A scenario in which everything occurs, and files that no encoder would write. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "lib/wire_ops.h"

static char *sched_argv[] = { "scx_qmap", "-s", "5000", "", NULL };
static char *host_argv[] = { "/bin/attach", "-v", NULL };
static char *host_envp[] = { "A=1", "LONG=x y z", NULL };
static char *run_argv[] = { "ktstr_oracle", "maps", "", NULL };
static char *two_lists[] = { "0-3,8", "4", NULL };

/* COLD read of jiffies_64 as u64 */
static const u8 korq[] = "\1\0\0\0\1\0\0\0\2\1\4\0\1\0\0\0"
			 "tick\1\2\12\0\10\0\0\0jiffies_64";

/* One of each kind, at its place. */
static struct scenario_op every_op[SCENARIO_OP_NR - 1] = {
	{ .kind = SCENARIO_OP_CAPTURE, .at_ms = 100, .tag = "now" },
	{ .kind = SCENARIO_OP_WATCH,
	  .flags = SCENARIO_OP_MAY_FAIL,
	  .tag = "scx_watchdog_timestamp" },
	{ .kind = SCENARIO_OP_UNWATCH, .at_ms = 900, .tag = "scx_watchdog_timestamp" },
	{ .kind = SCENARIO_OP_KERNEL, .count = 10000, .korq = korq, .korq_len = sizeof(korq) - 1 },
	{ .kind = SCENARIO_OP_RUN,
	  .at_ms = 950,
	  .tag = "after",
	  .path = "/opt/ktstr_oracle",
	  .argv = run_argv,
	  .timeout_ms = 1500 },
	{ .kind = SCENARIO_OP_MEMORY, .at_ms = 99, .flags = SCENARIO_OP_MAY_FAIL, .tag = "memory" },
	{ .kind = SCENARIO_OP_HOLD, .at_ms = 999, .tag = "hold", .timeout_ms = 86400000 },
	{ .kind = SCENARIO_OP_CGROUP_ADD, .cgroup = "a/b" },
	{ .kind = SCENARIO_OP_CGROUP_SET, .cgroup = "", .to = "cpuset.cpus", .value = "" },
	{ .kind = SCENARIO_OP_CGROUP_REMOVE, .flags = SCENARIO_OP_CLEANUP, .cgroup = "a" },
	{ .kind = SCENARIO_OP_SPAWN, .group = 1 },
	{ .kind = SCENARIO_OP_STOP,
	  .flags = SCENARIO_OP_CLEANUP | SCENARIO_OP_MAY_FAIL,
	  .group = 1,
	  .timeout_ms = 5000 },
	{ .kind = SCENARIO_OP_AFFINITY, .group = 0, .cpus = two_lists },
	{ .kind = SCENARIO_OP_MOVE, .cgroup = "a", .to = "" },
	{ .kind = SCENARIO_OP_PAYLOAD,
	  .tag = "bench",
	  .path = "/opt/bench",
	  .argv = run_argv,
	  .timeout_ms = 1,
	  .cgroup = "a" },
	{ .kind = SCENARIO_OP_PAYLOAD_WAIT, .tag = "bench", .timeout_ms = 7 },
	{ .kind = SCENARIO_OP_PAYLOAD_KILL, .tag = "bench" },
	{ .kind = SCENARIO_OP_SCHED_ATTACH,
	  .path = "/opt/scx_simple",
	  .argv = sched_argv,
	  .timeout_ms = 8,
	  .to = "simple" },
	{ .kind = SCENARIO_OP_SCHED_DETACH, .timeout_ms = 9 },
	{ .kind = SCENARIO_OP_CGROUP_PROCS, .tag = "who", .cgroup = "a/b" },
};

static struct scenario_group every_group[] = {
	{ .workers = 4 },
	{
		.step = 2,
		.workers = 6,
		.work = { WORK_THUNDERING_HERD, .herd = { 5, 10, 123456 } },
		.flags = SCENARIO_GROUP_THREADS,
		.policy = SCHED_RR,
		.priority = 99,
		.nice = -20,
		.mem = SCENARIO_MEM_INTERLEAVE,
		.nodes = 0x8001,
		.uid = 65534,
		.gid = 1000,
		.cgroup = "a/b c",
		.comm = "fifteen letters",
		.pcomm = "leader",
		.cpus = two_lists,
	},
	{
		.step = 1,
		.workers = 1,
		.policy = SCHED_DEADLINE,
		.runtime_ns = 1000000,
		.deadline_ns = 5000000000,
		.period_ns = 0x7fffffffffffffff,
		.cgroup = "",
	},
};

static struct scenario_step every_step[] = {
	{ .nr_ops = 5, .loop_from = 2, .nr_end = 3, .hold_ms = 1000, .loop_ms = 50 },
	{ .nr_ops = 0, .hold_ms = 2000 },
	{ .nr_ops = 11, .nr_end = 1, .hold_ms = 86400000 },
};

static struct scenario full = {
	.nonce = 0x1122334455667788ull,
	.duration_ms = 3000,
	.fault = SCENARIO_FAULT_KILL_SCHED,
	.fault_after_ms = 700,
	.attach_ms = 20000,
	.timeout_ms = 90000,
	.verbose = true,
	.observe = true,
	.timecheck = true,
	.sched_may_end = true,
	.nr_backdrop = 3,
	.nr_end = 1,
	.sched_path = "/opt/scx_qmap",
	.sched_argv = sched_argv,
	.sched_ops = "qmap",
	.argv = host_argv,
	.envp = host_envp,
	.cwd = "/a b",
	.artifacts = "/out",
	.save = "/somewhere/else.vmcore",
	.groups = every_group,
	.nr_groups = ARRAY_SIZE(every_group),
	.steps = every_step,
	.nr_steps = ARRAY_SIZE(every_step),
	.ops = every_op,
	.nr_ops = ARRAY_SIZE(every_op),
};

static inline struct scenario_op *op_of(u32 kind)
{
	return &every_op[kind - 1];
}

static inline bool same_string(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static inline bool same_strings(char *const *a, char *const *b)
{
	if (!a || !b)
		return a == b;
	for (; *a && *b; a++, b++)
		if (strcmp(*a, *b))
			return false;
	return !*a && !*b;
}

/* Encode a scenario that nobody looks at. */
static inline int encode_errno(const struct scenario *s)
{
	size_t len;
	void *buf;
	int ret;

	ret = scenario_encode(s, &buf, &len);
	if (!ret)
		free(buf);
	return ret;
}

/* The scenario that comes out when @s goes in; NULL when the encoder refuses it. */
static inline struct scenario *through_file(const struct scenario *s)
{
	struct scenario *out;
	size_t len;
	void *buf;

	if (scenario_encode(s, &buf, &len))
		return NULL;
	out = scenario_decode(buf, len, NULL);
	free(buf);
	return out;
}

/* A file of one's own making, to break what the encoder would not write. */
struct file {
	u8 buf[2048];
	size_t len;
	u32 frames;
};

static inline void add(struct file *f, const char *tag, const void *payload, size_t len)
{
	struct wire_hdr h;

	wire_hdr_init(&h, WIRE_TAG(tag[0], tag[1], tag[2], tag[3]), payload, len);
	memcpy(f->buf + f->len, &h, sizeof(h));
	if (len)
		memcpy(f->buf + f->len + sizeof(h), payload, len);
	f->len += sizeof(h) + len;
	f->frames++;
}

static inline void add_version(struct file *f, u32 version, u32 fault)
{
	u32 w[11] = { version, 0, 7, 0, 1000, fault };

	add(f, "SVER", w, sizeof(w));
}

static inline struct file file_start(void)
{
	struct file f = {};

	add_version(&f, SCENARIO_VERSION, 0);
	return f;
}

static inline void add_end(struct file *f, u32 frames)
{
	add(f, "SEND", &frames, sizeof(frames));
}

static inline int decode_errno(const struct file *f, struct ktstr_err *err)
{
	struct scenario *s = scenario_decode(f->buf, f->len, err);

	if (!s)
		return errno;
	scenario_free(s);
	return 0;
}

/* As decode_errno(), of a file that has its end in the right place. */
static inline int decode_whole(struct file *f, struct ktstr_err *err)
{
	add_end(f, f->frames);
	return decode_errno(f, err);
}

#endif /* KTSTR_SELFTESTS_UNIT_SCENARIO_FIXTURE_H */
