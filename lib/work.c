// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "lib/util.h"
#include "lib/work.h"

/* A worker looks at its stop flag between batches: none may take seconds. */
#define SPINS_MAX      10000000
#define SLEEP_US_MAX   60000000
#define MEMBERS_MAX    1024
#define CACHE_KIB_MAX  65536
#define MATRIX_KIB_MAX 4096

#define MEMBERS(what, preset) { what, preset, 1, MEMBERS_MAX }
#define SPINS(what, preset)   { what, preset, 1, SPINS_MAX }
#define US(what, preset)      { what, preset, 1, SLEEP_US_MAX }
#define SWITCH(what)	      { what, 0, 0, 1 }
/* Keeps the place of a parameter that only others of the same struct have. */
#define NO_ARG(what) { what, 0, 0, 0 }

/* In the order of the members of struct work. */
static const struct work_info infos[WORK_TYPES] = {
	[WORK_SPIN] = { .name = "spin" },
	[WORK_YIELD] = { .name = "yield" },
	[WORK_MIXED] = { .name = "mixed" },
	[WORK_ALU] = { .name = "alu" },
	[WORK_SMT_SPIN] = { .name = "smt_spin", .smt = true },
	[WORK_IPC] = {
		.name = "ipc",
		.args = { SPINS("hot", 100000), SPINS("cold", 1024), SPINS("period", 64) },
	},
	[WORK_IO_SYNC] = { .name = "io_sync" },
	[WORK_IO_READ] = { .name = "io_read" },
	[WORK_IO_CONVOY] = { .name = "io_convoy" },
	[WORK_BURSTY] = {
		.name = "bursty",
		.latency = true,
		.args = { US("burst_us", 50000), US("sleep_us", 100000), SWITCH("precise") },
	},
	[WORK_IDLE_CHURN] = {
		.name = "idle_churn",
		.latency = true,
		.args = { US("burst_us", 1000), US("sleep_us", 5000), SWITCH("precise") },
	},
	[WORK_PIPE] = {
		.name = "pipe",
		.latency = true,
		.args = { SPINS("iterations", 1024) },
	},
	[WORK_FUTEX_PING_PONG] = {
		.name = "futex_ping_pong",
		.latency = true,
		.args = { SPINS("iterations", 1024) },
	},
	[WORK_FUTEX_FAN_OUT] = {
		.name = "futex_fan_out",
		.latency = true,
		.args = { MEMBERS("receivers", 4), SPINS("spins", 1024) },
	},
	[WORK_FAN_OUT_COMPUTE] = {
		.name = "fan_out_compute",
		.latency = true,
		.args = {
			MEMBERS("receivers", 4), NO_ARG("spins"),
			{ "kib", 256, 1, MATRIX_KIB_MAX }, { "ops", 5, 1, 1000 },
			US("sleep_us", 100),
		},
	},
	[WORK_CACHE] = {
		.name = "cache",
		.args = { { "kib", 32, 1, CACHE_KIB_MAX }, { "stride", 64, 8, 65536 } },
	},
	[WORK_CACHE_YIELD] = {
		.name = "cache_yield",
		.args = { { "kib", 32, 1, CACHE_KIB_MAX }, { "stride", 64, 8, 65536 } },
	},
	[WORK_CACHE_PIPE] = {
		.name = "cache_pipe",
		.latency = true,
		.args = { SPINS("iterations", 1024), { "kib", 32, 1, CACHE_KIB_MAX } },
	},
	[WORK_SEQUENCE] = { .name = "sequence" },
	[WORK_FORK_EXIT] = { .name = "fork_exit", .fork_only = true },
	[WORK_MUTEX] = {
		.name = "mutex",
		.args = {
			{ "contenders", 4, 2, MEMBERS_MAX }, SPINS("hold", 256),
			SPINS("work", 1024),
		},
	},
	[WORK_PRIORITY_INVERSION] = {
		.name = "priority_inversion",
		.args = {
			MEMBERS("high", 1), MEMBERS("medium", 1), MEMBERS("low", 1),
			SPINS("hold", 4096), SPINS("work", 1024), SWITCH("pi"),
		},
	},
	[WORK_THUNDERING_HERD] = {
		.name = "thundering_herd",
		.latency = true,
		.args = {
			MEMBERS("waiters", 7), { "batches", 1000, 1, 1000000 },
			US("sleep_us", 5000),
		},
	},
	[WORK_WAKE_CHAIN] = {
		.name = "wake_chain",
		.latency = true,
		.args = { { "depth", 4, 2, MEMBERS_MAX }, { "hop_us", 100, 1, 1000000 } },
	},
	[WORK_PREEMPT_STORM] = {
		.name = "preempt_storm",
		.latency = true,
		.args = { MEMBERS("others", 2), SPINS("spins", 1024), US("sleep_us", 1000) },
	},
	[WORK_RT_STARVATION] = {
		.name = "rt_starvation",
		.args = {
			MEMBERS("rt", 1), MEMBERS("others", 1), { "priority", 50, 1, 99 },
			SPINS("spins", 1024),
		},
	},
	[WORK_CGROUP_ATTACH_STORM] = {
		.name = "cgroup_attach_storm",
		.fork_only = true,
		.args = { { "cgroups", 2, 2, 64 }, US("interval_us", 1000) },
	},
	[WORK_TIMER_LATENCY] = {
		.name = "timer_latency",
		.args = { { "interval_us", 1000, 10, SLEEP_US_MAX } },
	},
};

const struct work_info *work_info(u32 type)
{
	return type < WORK_TYPES ? &infos[type] : NULL;
}

int work_find(const char *name, enum work_type *type, struct ktstr_err *err)
{
	struct names names;
	u32 i;

	names_init(&names, name);
	for (i = 0; i < WORK_TYPES; i++) {
		if (!strcmp(name, infos[i].name)) {
			*type = i;
			return 0;
		}
		names_add(&names, infos[i].name);
	}
	return ktstr_err_set(err, -EINVAL, "no work '%.40s'; %sthere are %s", name, names.hint,
			     names_list(&names));
}

u64 work_get(const struct work *w, unsigned int i)
{
	return w->arg[i] ?: infos[w->type].args[i].preset;
}

u32 work_group_size(const struct work *w)
{
	switch (w->type) {
	case WORK_SMT_SPIN:
	case WORK_PIPE:
	case WORK_FUTEX_PING_PONG:
	case WORK_CACHE_PIPE:
		return 2;
	case WORK_FUTEX_FAN_OUT:
	case WORK_FAN_OUT_COMPUTE:
	case WORK_THUNDERING_HERD:
	case WORK_PREEMPT_STORM:
		return work_get(w, 0) + 1;
	case WORK_MUTEX:
	case WORK_WAKE_CHAIN:
		return work_get(w, 0);
	case WORK_PRIORITY_INVERSION:
		return work_get(w, 0) + work_get(w, 1) + work_get(w, 2);
	case WORK_RT_STARVATION:
		return work_get(w, 0) + work_get(w, 1);
	default:
		return 1;
	}
}

static int check_arg(const struct work *w, unsigned int i, const struct work_arg *arg,
		     struct ktstr_err *err)
{
	const char *name = infos[w->type].name;
	u64 v = w->arg[i];

	if (!v)
		return 0;
	if (!arg->name)
		return ktstr_err_set(err, -EINVAL,
				     "%s: parameter %u is set to %llu, but it takes only %u", name,
				     i + 1, (unsigned long long)v, i);
	if (!arg->max)
		return ktstr_err_set(err, -EINVAL, "%s: it has no parameter %s; leave it 0", name,
				     arg->name);
	if (v < arg->min || v > arg->max)
		return ktstr_err_set(err, -EINVAL,
				     "%s: %s of %llu is not in the range from %llu to %llu", name,
				     arg->name, (unsigned long long)v, (unsigned long long)arg->min,
				     (unsigned long long)arg->max);
	return 0;
}

static int check_args(const struct work *w, struct ktstr_err *err)
{
	const struct work_arg *args = infos[w->type].args;
	unsigned int i, nr = 0;
	int ret;

	while (args[nr].name)
		nr++;
	for (i = 0; i < WORK_ARGS; i++) {
		/* all behind the last one look like the end */
		ret = check_arg(w, i, &args[min(i, nr)], err);
		if (ret)
			return ret;
	}
	return 0;
}

int work_check(const struct work *w, u32 workers, bool threads, struct ktstr_err *err)
{
	const struct work_info *info = work_info(w->type);
	u32 size;
	int ret;

	if (!info)
		return ktstr_err_set(err, -EINVAL, "work type %u does not exist; there are %u",
				     (u32)w->type, WORK_TYPES);
	ret = check_args(w, err);
	if (ret)
		return ret;
	if (threads && info->fork_only)
		return ktstr_err_set(err, -EINVAL,
				     "%s cannot be done by threads of one process; leave threads and pcomm out",
				     info->name);
	size = work_group_size(w);
	if (!workers || workers % size)
		return ktstr_err_set(err, -EINVAL,
				     "%s requires num_workers divisible by %u, got %u", info->name,
				     size, workers);
	return 0;
}
