// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/arch/emulated.h"
#include "lib/util.h"
#include "qemu.h"

/* Descriptors QEMU finds besides its standard ones. */
#define QEMU_FD_PORT   3
#define QEMU_FD_INITRD 4

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434 /* the same number on every architecture */
#endif

static void add_cmdline(struct strv *args, const struct qemu_config *cfg)
{
	struct strv params = { 0 };
	size_t i, len = 0;
	char *text;

	emulated_arch_cmdline(&params);
	strv_add(&params, "quiet");
	strv_add(&params, "panic=-1");
	for (i = 0; cfg->params && i < cfg->params->nr; i++)
		strv_add(&params, cfg->params->v[i]);
	for (i = 0; i < params.nr; i++)
		len += strlen(params.v[i]) + 1;
	text = calloc(1, len + 1);
	for (i = 0; text && i < params.nr; i++) {
		strcat(text, params.v[i]);
		strcat(text, " ");
	}
	strv_add(args, "-append");
	if (text)
		strv_add(args, text);
	args->failed |= !text || params.failed;
	free(text);
	strv_free(&params);
}

static void build_args(struct strv *args, const struct qemu_config *cfg)
{
	static const char *const fixed[] = {
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-no-reboot",
		"-accel",
		"tcg,thread=multi",
		"-chardev",
		"stdio,id=console,signal=off",
		"-serial",
		"chardev:console",
	};
	size_t i;

	strv_add(args, cfg->qemu);
	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		strv_add(args, fixed[i]);
	strv_add(args, "-chardev");
	strv_addf(args, "socket,id=port,fd=%d", QEMU_FD_PORT);
	emulated_arch_machine(args, "port", cfg->port);
	strv_add(args, "-smp");
	strv_addf(args, "%u", cfg->cpus);
	strv_add(args, "-m");
	strv_addf(args, "%u", cfg->mem_mib);
	strv_add(args, "-kernel");
	strv_add(args, cfg->kernel);
	strv_add(args, "-initrd");
	strv_addf(args, "/proc/self/fd/%d", QEMU_FD_INITRD);
	add_cmdline(args, cfg);
}

static void __noreturn child_fail(const char *what)
{
	const char *why = strerror(errno);

	if (write(2, what, strlen(what)) < 0 || write(2, ": ", 2) < 0 ||
	    write(2, why, strlen(why)) < 0 || write(2, "\n", 1) < 0)
		_exit(126);
	_exit(127);
}

/* Between fork and exec: system calls only. */
static void __noreturn child_main(char **argv, int port, int initrd, int console, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	setsid();
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Out of the way first: a source may sit on another's target. */
	port = fcntl(port, F_DUPFD_CLOEXEC, 10);
	initrd = fcntl(initrd, F_DUPFD_CLOEXEC, 10);
	console = fcntl(console, F_DUPFD_CLOEXEC, 10);
	null = fcntl(null, F_DUPFD_CLOEXEC, 10);
	if (dup2(console, 2) < 0 || dup2(console, 1) < 0 || dup2(null, 0) < 0 ||
	    dup2(port, QEMU_FD_PORT) < 0 || dup2(initrd, QEMU_FD_INITRD) < 0)
		child_fail("dup2");
	close_range(QEMU_FD_INITRD + 1, ~0U, 0);
	execv(argv[0], argv);
	child_fail(argv[0]);
}

static int start_child(struct qemu *q, char **argv, int port, int initrd, int console,
		       struct ktstr_err *err)
{
	pid_t parent = getpid();

	q->pid = fork();
	if (!q->pid)
		child_main(argv, port, initrd, console, parent);
	if (q->pid < 0) {
		q->pid = 0;
		return ktstr_err_set(err, -errno, "cannot fork: %s", strerror(errno));
	}
	q->pidfd = syscall(SYS_pidfd_open, q->pid, 0);
	if (q->pidfd < 0)
		return ktstr_err_set(err, -errno, "pidfd_open: %s", strerror(errno));
	return 0;
}

int qemu_start(struct qemu *q, const struct qemu_config *cfg, struct ktstr_err *err)
{
	int port[2] = { -1, -1 }, console[2] = { -1, -1 };
	struct strv args = { 0 };
	int ret;

	*q = (struct qemu){ .pidfd = -1, .port = -1, .console = -1 };
	build_args(&args, cfg);
	if (args.failed)
		ret = ktstr_err_set(err, -ENOMEM, "no memory for the arguments of QEMU");
	else if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, port))
		ret = ktstr_err_set(err, -errno, "socketpair: %s", strerror(errno));
	else if (pipe2(console, O_CLOEXEC))
		ret = ktstr_err_set(err, -errno, "pipe: %s", strerror(errno));
	else
		ret = start_child(q, args.v, port[1], cfg->initrd, console[1], err);
	strv_free(&args);
	q->port = port[0];
	q->console = console[0];
	close_fd(&port[1]);
	close_fd(&console[1]);
	if (ret)
		qemu_stop(q);
	return ret;
}

void qemu_stop(struct qemu *q)
{
	if (q->pid > 0) {
		kill(q->pid, SIGKILL);
		while (waitpid(q->pid, &q->wait_status, 0) < 0 && errno == EINTR)
			;
	}
	q->pid = 0;
	close_fd(&q->pidfd);
	close_fd(&q->port);
	close_fd(&q->console);
}
