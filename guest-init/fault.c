// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "fault.h"
#include "lib/util.h"
#include "worker.h"

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

static int fault_hang(struct ktstr_err *err)
{
	struct worker_attr attr = { .policy = SCHED_FIFO, .priority = 99, .pin = true };
	struct workers spinners;
	int ret;

	poke("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	ret = workers_start(&spinners, sysconf(_SC_NPROCESSORS_ONLN), &attr, STDOUT_FILENO,
			    STDERR_FILENO, err);
	if (ret) {
		workers_free(&spinners);
		return ret;
	}
	workers_release(&spinners);
	sleep_for_ever();
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
