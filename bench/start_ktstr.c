// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/vmm_memory.h"
#include "host/arch/x86/layout.h"
#include "lib/util.h"

/**
 * struct observer - looks at the VMM's process once its guest has spoken
 * @log_fd: where that process writes the guest's frames, or -1
 * @done: it was looked at
 * @memory: what was found
 * @cmdline: in guest memory
 */
struct observer {
	int log_fd;
	bool done;
	struct vmm_memory memory;
	char cmdline[4096];
};

/* The supervisor's end of the log, by its name in vmm_process.c. */
static int find_log(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *d;
	char target[64];
	int fd = -1;
	ssize_t n;

	while (dir && fd < 0 && (d = readdir(dir))) {
		n = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		if (!strncmp(target, "/memfd:ktstr-result", 19))
			fd = atoi(d->d_name);
	}
	if (dir)
		closedir(dir);
	return fd;
}

static bool is_child(const char *pid)
{
	char path[PATH_MAX], comm[32];
	int ppid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fscanf(f, "%*d (%31[^)]) %*c %d", comm, &ppid) != 2)
		ppid = 0;
	fclose(f);
	return ppid == getpid() && !strcmp(comm, "ktstr-vmm");
}

static pid_t find_vmm(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;
	pid_t pid = 0;

	while (dir && !pid && (d = readdir(dir))) {
		if (d->d_name[0] >= '1' && d->d_name[0] <= '9' && is_child(d->d_name))
			pid = atoi(d->d_name);
	}
	if (dir)
		closedir(dir);
	return pid;
}

/* Guest memory begins with the guest's address 0. */
static void read_cmdline(pid_t pid, struct observer *o)
{
	char path[32];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = pread(fd, o->cmdline, sizeof(o->cmdline) - 1, o->memory.guest_start + LAYOUT_CMDLINE);
	o->cmdline[max_t(ssize_t, n, 0)] = '\0';
	close_fd(&fd);
}

/*
 * The supervisor asks every 100 ms whether to stop. Until the guest has
 * spoken, the answer costs one fstat(2), so that the start is not disturbed.
 */
static bool observe(void *ctx)
{
	struct observer *o = ctx;
	struct stat st;
	pid_t pid;

	if (o->done)
		return false;
	if (o->log_fd < 0)
		o->log_fd = find_log();
	if (o->log_fd < 0 || fstat(o->log_fd, &st) || !st.st_size)
		return false;
	pid = find_vmm();
	o->done = pid && !vmm_memory_read(pid, &o->memory, NULL);
	if (o->done)
		read_cmdline(pid, o);
	return false;
}

int start_ktstr(const struct bench_start *s, struct bench_times *t, struct ktstr_err *err)
{
	struct observer o = { .log_fd = -1 };
	struct ktstr_test test = s->test;
	struct ktstr_result res;
	u64 start;
	int ret;

	test.stop = observe;
	test.stop_ctx = &o;
	start = mono_ns();
	ret = ktstr_run(&test, &res);
	if (!ret && res.verdict != KTSTR_PASS)
		ret = -EPROTO;
	if (ret) {
		ktstr_err_set(err, ret, "%.300s; %.150s", res.reason_text, res.console_line);
	} else if (!o.done || strncmp(o.cmdline, "console=", 8)) {
		ret = ktstr_err_set(err, -EAGAIN, "the VMM was gone before it was looked at");
	} else {
		t->vmm_ns = res.report.t_srdy_ns;
		t->ready_ns = res.report.t_start_ns - start + t->vmm_ns;
		t->first_run_ns = res.report.t_first_run_ns;
		t->exits = res.report.kvm_exits_at_srdy;
		t->extra_kib = o.memory.extra_kib;
		snprintf(t->cmdline, sizeof(t->cmdline), "%s", o.cmdline);
	}
	ktstr_result_free(&res);
	return ret;
}
