// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forward.h"
#include "host.h"
#include "lib/log.h"
#include "lib/scenario.h"
#include "lib/util.h"
#include "lib/wire.h"
#include "modules.h"
#include "mounts.h"
#include "port.h"
#include "relay.h"
#include "ship.h"

#define HOST_PORT	"ktstr-host"
#define HOST_MODULES	"/ktstr/modules"
#define PORT_TIMEOUT_MS 10000
/* The other end kills us when it has seen EXIT; this is for when it does not. */
#define LINGER_MS 10000

/**
 * struct host - the emulated host
 * @w: frames to the machine under us
 * @port: its descriptor, or -1
 * @stage: what is being done, for messages
 * @out: standard output of the program
 * @errout: its standard error
 * @relay: questions about its guest
 * @sigfd: SIGCHLD
 * @pid: the program; 0 once it was reaped
 * @wait_status: how it ended
 */
struct host {
	struct wire_writer w;
	int port;
	const char *stage;
	struct forward out;
	struct forward errout;
	struct relay relay;
	int sigfd;
	pid_t pid;
	int wait_status;
};

static void give_up(struct host *h, const struct ktstr_err *err)
{
	char text[640];
	int len;

	len = snprintf(text, sizeof(text), "%s: %s", h->stage, ktstr_err_msg(err));
	pr_err("emulated host: %s", text);
	if (h->port >= 0)
		wire_writer_send(&h->w, WIRE_DMSG, text, min_t(size_t, len, sizeof(text) - 1));
}

static void mount_quietly(const char *type, const char *target, const char *data)
{
	mkdir(target, 0755);
	if (mount(type, target, type, MS_NOSUID, data) && errno != EBUSY)
		pr_info("%s not mounted on %s: %s", type, target, strerror(errno));
}

/*
 * Not mounts_late(): what the program needs lies anywhere in the root file
 * system, under /tmp and /run as well, and must not be covered.
 */
static void mount_rest(void)
{
	mkdir("/tmp", 01777);
	chmod("/tmp", 01777);
	mkdir("/run", 0755);
	mount_quietly("devpts", "/dev/pts", "mode=0620,ptmxmode=0666");
	mount_quietly("tmpfs", "/dev/shm", "mode=1777");
	mount_quietly("cgroup2", "/sys/fs/cgroup", NULL);
	mount_quietly("bpf", "/sys/fs/bpf", "mode=0700");
	mount_quietly("debugfs", "/sys/kernel/debug", NULL);
	mount_quietly("tracefs", "/sys/kernel/tracing", NULL);
}

static void write_sysfs(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write_full(fd, value, strlen(value)))
		pr_info("%s: cannot write \"%s\"", path, value);
	close_fd(&fd);
}

/* Guest memory is a memfd: shmem, which gets huge pages only on request. */
static void tune_kernel(void)
{
	write_sysfs("/sys/kernel/mm/transparent_hugepage/enabled", "always");
	write_sysfs("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "advise");
}

static void loopback_up(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };

	if (fd < 0)
		return;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		pr_info("lo: %s", strerror(errno));
	close_fd(&fd);
}

static struct scenario *read_scenario(struct ktstr_err *err)
{
	struct scenario *s;
	size_t size;
	void *data;

	data = file_read(SCENARIO_PATH, SCENARIO_FILE_MAX, &size);
	if (!data) {
		ktstr_err_set(err, -errno, "%s: %s", SCENARIO_PATH, strerror(errno));
		return NULL;
	}
	s = scenario_decode(data, size, err);
	free(data);
	if (s && (!s->argv || !s->argv[0] || !s->argv[1])) {
		ktstr_err_set(err, -EINVAL, "%s: no program in it", SCENARIO_PATH);
		scenario_free(s);
		return NULL;
	}
	return s;
}

static void __noreturn exec_program(const struct scenario *s, int out, int errout)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(errout, STDERR_FILENO);
	if (s->cwd && chdir(s->cwd))
		pr_warn("cannot change to %s: %s", s->cwd, strerror(errno));
	execve(s->argv[0], s->argv + 1, s->envp);
	pr_err("cannot execute %s: %s", s->argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static int start_program(struct host *h, const struct scenario *s, struct ktstr_err *err)
{
	int out, errout, ret = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	h->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (h->sigfd < 0)
		return ktstr_err_set(err, -errno, "signalfd: %s", strerror(errno));
	out = forward_open(&h->out, WIRE_SOUT, &h->w, err);
	if (out < 0)
		return out;
	errout = forward_open(&h->errout, WIRE_SERR, &h->w, err);
	if (errout < 0)
		return errout;
	h->pid = fork();
	if (!h->pid)
		exec_program(s, out, errout);
	if (h->pid < 0)
		ret = ktstr_err_set(err, -errno, "fork: %s", strerror(errno));
	close_fd(&out);
	close_fd(&errout);
	return ret;
}

/* Orphans come to PID 1, too. */
static void reap(struct host *h)
{
	struct signalfd_siginfo si;
	int status;
	pid_t pid;

	while (read(h->sigfd, &si, sizeof(si)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != h->pid)
			continue;
		h->pid = 0;
		h->wait_status = status;
	}
}

static void run_program(struct host *h)
{
	relay_init(&h->relay, &h->w, h->port);
	h->relay.pid = h->pid;
	while (h->pid) {
		struct pollfd p[] = {
			{ .fd = h->out.fd, .events = POLLIN },
			{ .fd = h->errout.fd, .events = POLLIN },
			{ .fd = h->sigfd, .events = POLLIN },
			{ .fd = h->relay.port, .events = POLLIN },
			{ .fd = h->relay.run, .events = POLLIN },
		};

		if (poll(p, ARRAY_SIZE(p), -1) < 0)
			continue;
		if (p[0].revents)
			forward_pump(&h->out);
		if (p[1].revents)
			forward_pump(&h->errout);
		/* a hang-up alone is no input: the other end is not open yet */
		if (p[3].revents & POLLIN)
			relay_pump_port(&h->relay);
		if (p[4].revents)
			relay_pump_run(&h->relay);
		if (p[2].revents)
			reap(h);
		h->relay.pid = h->pid;
	}
	relay_free(&h->relay);
	/* Nothing outlives the program; then both pipes end. */
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	while (h->out.fd >= 0)
		forward_pump(&h->out);
	while (h->errout.fd >= 0)
		forward_pump(&h->errout);
}

static int send_exit(struct host *h, struct ktstr_err *err)
{
	int status = h->wait_status, ret;
	struct wire_code code;

	status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	code.code = cpu_to_le32(status);
	ret = h->out.error ? h->out.error : h->errout.error;
	if (!ret)
		ret = wire_writer_send(&h->w, WIRE_EXIT, &code, sizeof(code));
	if (ret)
		return ktstr_err_set(err, ret, "cannot write to the port: %s", strerror(-ret));
	return 0;
}

static int open_port(struct host *h, struct ktstr_err *err)
{
	u8 life = WIRE_LIFE_INIT_STARTED;

	h->port = port_open(HOST_PORT, PORT_TIMEOUT_MS, err);
	if (h->port < 0)
		return h->port;
	wire_writer_init(&h->w, h->port);
	return wire_writer_send(&h->w, WIRE_LIFE, &life, sizeof(life));
}

static int be_host(struct host *h, struct ktstr_err *err)
{
	struct scenario *s;
	int ret;

	h->stage = "mounting file systems";
	ret = mounts_early(err);
	if (ret)
		return ret;
	mount_rest();
	tune_kernel();
	loopback_up();
	/* The port's own driver may be among them: no report before this. */
	h->stage = "loading modules";
	ret = modules_load(HOST_MODULES, err);
	if (ret)
		return ret;
	h->stage = "opening the port";
	ret = open_port(h, err);
	if (ret)
		return ret;
	h->stage = "reading the scenario";
	s = read_scenario(err);
	if (!s)
		return -EINVAL;
	h->stage = "running the program";
	ret = start_program(h, s, err);
	if (!ret)
		run_program(h);
	h->stage = "sending artifacts";
	if (!ret && s->artifacts)
		ret = ship_tree(&h->w, s->artifacts, s->save, err);
	if (!ret && s->save)
		ret = ship_saved(&h->w, s->save, err);
	scenario_free(s);
	return ret ? ret : send_exit(h, err);
}

void host_main(void)
{
	struct host h = { .port = -1, .sigfd = -1, .out.fd = -1, .errout.fd = -1 };
	struct ktstr_err err = { "" };

	if (be_host(&h, &err))
		give_up(&h, &err);
	if (h.port >= 0)
		poll(NULL, 0, LINGER_MS);
}
