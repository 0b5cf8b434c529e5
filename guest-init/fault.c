// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "fault.h"
#include "group.h"
#include "lib/util.h"

static int poke(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = write_full(fd, value, strlen(value));
	close_fd(&fd);
	return ret;
}

static void __noreturn sleep_for_ever(void)
{
	for (;;)
		pause();
}

static int fault_panic(struct ktstr_err *err)
{
	/* The trigger file ignores the mask in kernel.sysrq. */
	int ret = poke("/proc/sysrq-trigger", "c");

	return ktstr_err_set(err, ret ? ret : -EIO, "sysrq c did not panic the kernel: %s",
			     strerror(-ret));
}

/* Worker i on CPU i, as a real-time task that nothing of ours gets past. */
static int spin_everywhere(struct ktstr_err *err)
{
	u32 i, nr = sysconf(_SC_NPROCESSORS_ONLN);
	struct scenario_group sg = {
		.workers = nr,
		.policy = SCHED_FIFO,
		.priority = 99,
	};
	struct group spinners = { .gate = -1 };
	char **cpus = calloc(nr + 1, sizeof(*cpus));
	int ret = cpus ? 0 : -ENOMEM;

	for (i = 0; i < nr && !ret; i++)
		if (asprintf(&cpus[i], "%u", i) < 0)
			ret = -ENOMEM;
	if (ret)
		return ktstr_err_set(err, ret, "no memory for %u spinners", nr);
	sg.cpus = cpus;
	ret = group_start(&spinners, &sg, 0, -1, STDOUT_FILENO, STDERR_FILENO, err);
	if (ret) {
		group_free(&spinners);
		return ret;
	}
	group_release(&spinners);
	sleep_for_ever();
}

static int fault_hang(struct ktstr_err *err)
{
	poke("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	return spin_everywhere(err);
}

int fault_fire(enum scenario_fault fault, const struct sched *sched, struct ktstr_err *err)
{
	switch (fault) {
	case SCENARIO_FAULT_NONE:
		return 0;
	case SCENARIO_FAULT_PANIC:
		return fault_panic(err);
	case SCENARIO_FAULT_REBOOT:
		reboot(RB_AUTOBOOT);
		return ktstr_err_set(err, -errno, "reboot: %s", strerror(errno));
	case SCENARIO_FAULT_HANG:
		return fault_hang(err);
	case SCENARIO_FAULT_KILL_SCHED:
		sched_signal(sched, SIGKILL);
		return 0;
	case SCENARIO_FAULT_EXIT_INIT:
		_exit(1);
	case SCENARIO_FAULT_SILENT:
		sleep_for_ever();
	default:
		return ktstr_err_set(err, -EINVAL, "unknown fault %d", fault);
	}
}
