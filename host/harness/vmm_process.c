// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/coord/runlog.h"
#include "host/harness/vmm_log.h"
#include "host/harness/vmm_process.h"
#include "host/kernel/image.h"
#include "lib/log.h"
#include "lib/util.h"

/* What the VMM process inherits besides the standard streams. */
#define LOG_FD	     3
#define KERNEL_FD    4
#define STOP_POLL_MS 100
/* The log's own cap, console text, report, samples and dumps; anything larger is damage. */
#define LOG_READ_MAX                                      \
	(RUNLOG_MAX + (64UL << 20) + WIRE_MON_BYTES_MAX + \
	 VMM_LOG_DUMPS_MAX * (u64)WIRE_DUMP_JSON_MAX)
#define LOG_SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static int run_vm(const struct vmm_job *job, const struct kernel_image *kernel, struct coord *coord,
		  struct ktstr_err *err)
{
	struct vm_config cfg = job->vm;
	struct vm *vm;
	int ret;

	cfg.kernel = kernel;
	cfg.sinks = coord_sinks(coord);
	vm = vm_new(&cfg, err);
	if (!vm)
		return -errno;
	ret = coord_run(coord, vm, err);
	vm_free(vm);
	return ret;
}

/* Everything the VMM process does; its exit status says only "crashed or not". */
static int vmm_main(const struct vmm_job *job, u64 start_ns)
{
	/* the machine boots it, the coordinator reads its symbols and types */
	struct kernel_image kernel = *job->vm.kernel;
	struct coord_config cfg = job->coord;
	struct ktstr_err err = { 0 };
	struct coord *coord;
	int ret;

	if (kernel.fd >= 0)
		kernel.fd = KERNEL_FD;
	cfg.kernel = &kernel;
	cfg.start_ns = start_ns;
	cfg.log_fd = LOG_FD;
	coord = coord_new(&cfg, &err);
	if (!coord) {
		pr_err("VMM: %s", err.msg);
		return 1;
	}
	ret = run_vm(job, &kernel, coord, &err);
	ret = coord_finish(coord, ret ? &err : NULL, &err);
	coord_free(coord);
	if (!ret && fcntl(LOG_FD, F_ADD_SEALS, LOG_SEALS))
		ret = -errno;
	if (ret)
		pr_err("VMM: result: %s", strerror(-ret));
	return ret ? 1 : 0;
}

/* A child of the supervisor alone: nothing inherited but the three standard streams. */
static void become_vmm(pid_t supervisor, int log_fd, int kernel_fd)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, ign = { .sa_handler = SIG_IGN };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigaction(SIGTERM, &dfl, NULL);
	sigaction(SIGINT, &dfl, NULL);
	sigaction(SIGHUP, &dfl, NULL);
	sigaction(SIGALRM, &dfl, NULL);
	sigaction(SIGPIPE, &ign, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "ktstr-vmm");
	/* the parent may have died before PDEATHSIG was set */
	if (getppid() != supervisor)
		_exit(1);
	/* out of the way first: either may have the other's number */
	log_fd = fcntl(log_fd, F_DUPFD, KERNEL_FD + 1);
	if (kernel_fd >= 0)
		kernel_fd = fcntl(kernel_fd, F_DUPFD, KERNEL_FD + 1);
	if (dup2(log_fd, LOG_FD) < 0 || (kernel_fd >= 0 && dup2(kernel_fd, KERNEL_FD) < 0))
		_exit(1);
	close_range(KERNEL_FD + 1, ~0U, 0);
}

/* Until the child is gone, or the deadline or the caller says it has to be. */
static void wait_for(const struct vmm_job *job, pid_t pid, int pidfd, struct vmm_outcome *out)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	while (waitpid(pid, &out->wait_status, WNOHANG) != pid) {
		u64 now = mono_ns();
		u64 left = now < job->deadline_ns ? job->deadline_ns - now : 0;

		out->deadline = !left;
		out->stopped = job->stop && job->stop(job->stop_ctx);
		if (out->deadline || out->stopped) {
			kill(pid, SIGKILL);
			while (waitpid(pid, &out->wait_status, 0) < 0 && errno == EINTR)
				;
			return;
		}
		poll(&pfd, 1, min_t(u64, left / NSEC_PER_MSEC + 1, STOP_POLL_MS));
	}
}

static int read_log(int fd, struct vmm_outcome *out, struct ktstr_err *err)
{
	off_t size = lseek(fd, 0, SEEK_END);
	ssize_t n;

	if (size < 0 || (u64)size > LOG_READ_MAX)
		return ktstr_err_set(err, -EFBIG, "the VMM left a result of %lld bytes",
				     (long long)size);
	out->log = malloc(size + 1);
	if (!out->log)
		return ktstr_err_set(err, -ENOMEM, "out of memory for a result of %lld bytes",
				     (long long)size);
	lseek(fd, 0, SEEK_SET);
	n = read_full(fd, out->log, size);
	if (n < 0)
		return ktstr_err_set(err, n, "reading the VMM's result: %s", strerror(-n));
	out->log_len = n;
	return 0;
}

int vmm_process_run(const struct vmm_job *job, struct vmm_outcome *out, struct ktstr_err *err)
{
	pid_t supervisor = getpid(), pid;
	int log_fd, pidfd = -1, ret;
	u64 start = mono_ns();

	memset(out, 0, sizeof(*out));
	log_fd = memfd_create("ktstr-result", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (log_fd < 0)
		return ktstr_err_set(err, -errno, "memfd_create: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		become_vmm(supervisor, log_fd, job->vm.kernel->fd);
		_exit(vmm_main(job, start));
	}
	if (pid < 0) {
		ret = ktstr_err_set(err, -errno, "fork of the VMM: %s", strerror(errno));
		goto out;
	}
	pidfd = pidfd_open(pid, 0);
	wait_for(job, pid, pidfd, out);
	ret = read_log(log_fd, out, err);
out:
	close_fd(&pidfd);
	close_fd(&log_fd);
	if (ret)
		vmm_outcome_free(out);
	return ret;
}

void vmm_outcome_free(struct vmm_outcome *out)
{
	free(out->log);
	out->log = NULL;
}
