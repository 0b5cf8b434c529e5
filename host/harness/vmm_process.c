// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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
enum {
	LOG_FD = 3,
	KERNEL_FD,
	MEMORY_FD,
	INSPECT_FD,
	RELEASE_FD,
	INHERITED_END,
};

#define INHERITED_NR (INHERITED_END - LOG_FD)

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
	cfg.memory_fd = MEMORY_FD;
	cfg.release_fd = job->release ? RELEASE_FD : -1;
	cfg.inspect_fd = job->coord.hold_ns && job->coord.inspect_fd >= 0 ? INSPECT_FD : -1;
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

/* Each to its number; what is -1 is not there. */
static void inherit(int *fds)
{
	int i;

	/* out of the way first: any may have another's number */
	for (i = 0; i < INHERITED_NR; i++)
		if (fds[i] >= 0) {
			fds[i] = fcntl(fds[i], F_DUPFD, INHERITED_END);
			if (fds[i] < 0)
				_exit(1);
		}
	for (i = 0; i < INHERITED_NR; i++)
		close(LOG_FD + i);
	for (i = 0; i < INHERITED_NR; i++)
		if (fds[i] >= 0 && dup2(fds[i], LOG_FD + i) < 0)
			_exit(1);
	close_range(INHERITED_END, ~0U, 0);
}

/* A child of the supervisor alone: nothing inherited but the three standard streams. */
static void become_vmm(pid_t supervisor, int *fds, bool held)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, ign = { .sa_handler = SIG_IGN };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	sigaction(SIGTERM, &dfl, NULL);
	/* a terminal sends it to everybody; of a held guest the supervisor decides */
	sigaction(SIGINT, held ? &ign : &dfl, NULL);
	sigaction(SIGHUP, &dfl, NULL);
	sigaction(SIGALRM, &dfl, NULL);
	sigaction(SIGPIPE, &ign, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "ktstr-vmm");
	/* the parent may have died before PDEATHSIG was set */
	if (getppid() != supervisor)
		_exit(1);
	inherit(fds);
}

static void release(const struct vmm_job *job, int *release_fd)
{
	static const u64 one = 1;

	if (*release_fd < 0 || !job->release(job->stop_ctx))
		return;
	if (write(*release_fd, &one, sizeof(one)) < 0)
		pr_err("cannot tell the VMM to let its guest go on: %s", strerror(errno));
	close_fd(release_fd);
}

/* Until the child is gone, or the deadline or the caller says it has to be. */
static void wait_for(const struct vmm_job *job, pid_t pid, int pidfd, int *release_fd,
		     struct vmm_outcome *out)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	while (waitpid(pid, &out->wait_status, WNOHANG) != pid) {
		u64 now = mono_ns();
		u64 left = now < job->deadline_ns ? job->deadline_ns - now : 0;

		release(job, release_fd);
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

static int start_vmm(const struct vmm_job *job, int log_fd, int release_fd, struct ktstr_err *err)
{
	const struct coord_config *c = &job->coord;
	int fds[INHERITED_NR] = {
		[LOG_FD - LOG_FD] = log_fd,
		[KERNEL_FD - LOG_FD] = job->vm.kernel->fd,
		[MEMORY_FD - LOG_FD] = c->save_memory ? c->memory_fd : -1,
		[INSPECT_FD - LOG_FD] = c->hold_ns ? c->inspect_fd : -1,
		[RELEASE_FD - LOG_FD] = release_fd,
	};
	pid_t supervisor = getpid(), pid;
	u64 start = mono_ns();

	pid = fork();
	if (!pid) {
		become_vmm(supervisor, fds, c->hold_ns);
		_exit(vmm_main(job, start));
	}
	if (pid < 0)
		return ktstr_err_set(err, -errno, "fork of the VMM: %s", strerror(errno));
	return pid;
}

int vmm_process_run(const struct vmm_job *job, struct vmm_outcome *out, struct ktstr_err *err)
{
	int log_fd, release_fd = -1, pidfd = -1, ret = 0;
	pid_t pid;

	memset(out, 0, sizeof(*out));
	log_fd = memfd_create("ktstr-result", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (log_fd < 0)
		return ktstr_err_set(err, -errno, "memfd_create: %s", strerror(errno));
	if (job->release) {
		release_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		if (release_fd < 0)
			ret = ktstr_err_set(err, -errno, "eventfd: %s", strerror(errno));
	}
	pid = ret ? ret : start_vmm(job, log_fd, release_fd, err);
	if (pid < 0) {
		ret = pid;
		goto out;
	}
	pidfd = pidfd_open(pid, 0);
	wait_for(job, pid, pidfd, &release_fd, out);
	ret = read_log(log_fd, out, err);
out:
	close_fd(&pidfd);
	close_fd(&release_fd);
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
