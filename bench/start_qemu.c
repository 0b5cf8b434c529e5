// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "bench/peer.h"
#include "bench/vmm_memory.h"
#include "host/harness/plan.h"
#include "host/kernel/image.h"
#include "lib/text.h"
#include "lib/util.h"
#include "lib/wire.h"

#define READY_TIMEOUT_NS (120 * NSEC_PER_SEC)
#define PORT_FD		 3
#define INITRD_FD	 4
#define CONSOLE_FD	 5
#define CONSOLE_TAIL	 2048
/* More arguments for QEMU, separated by blanks: they come last and win. */
#define QEMU_ARGS_ENV "KTSTR_BENCH_QEMU_ARGS"
#define KVM_DEBUGFS   "/sys/kernel/debug/kvm"

/**
 * struct qemu_run - a running QEMU
 * @pid: its process
 * @port: our end of the virtio port
 * @initrd: memfd with the initramfs
 * @console: memfd with what the guest's kernel and QEMU itself say
 * @ready_ns: when WIRE_SRDY came; 0 = not yet
 */
struct qemu_run {
	pid_t pid;
	int port;
	int initrd;
	int console;
	u64 ready_ns;
};

/*
 * rtc=on: without one the guest's kernel waits 3 s for it. reboot=t: how this
 * machine can be reset; it comes behind the same word of the common line and
 * wins. Of the two firmwares, SeaBIOS, the one by default, puts the ACPI tables
 * at the end of memory, which is where QEMU loads the initramfs of a kernel
 * that starts through PVH: the guest would find neither virtio devices nor
 * more than one CPU. Then it has to be qboot.
 */
static void build_args(struct strv *args, const struct peer *peer, const struct bench_start *s,
		       const struct plan *p)
{
	static const char *const fixed[] = {
		"-M",
		"microvm,rtc=on",
		"-accel",
		"kvm",
		"-cpu",
		"host",
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-no-reboot",
		"-serial",
		"chardev:console",
		"-device",
		"virtio-serial-device",
		"-device",
		"virtserialport,chardev=bulk,name=ktstr-bulk",
	};
	size_t i;

	peer_command(peer, args);
	for (i = 0; i < ARRAY_SIZE(fixed); i++)
		strv_add(args, fixed[i]);
	strv_add(args, "-chardev");
	strv_addf(args, "socket,id=bulk,fd=%d", PORT_FD);
	strv_add(args, "-chardev");
	strv_addf(args, "file,id=console,append=on,path=/proc/self/fd/%d", CONSOLE_FD);
	strv_add(args, "-smp");
	strv_addf(args, "%u", topology_cpus(&p->job.vm.topo));
	strv_add(args, "-m");
	strv_addf(args, "%u", s->test.mem_mib);
	strv_add(args, "-kernel");
	strv_add(args, p->kernel->path);
	strv_add(args, "-initrd");
	strv_addf(args, "/proc/self/fd/%d", INITRD_FD);
	if (p->kernel->format == KERNEL_ELF) {
		strv_add(args, "-bios");
		strv_add(args, "qboot.rom");
	}
	strv_split(args, getenv(QEMU_ARGS_ENV), " ");
	strv_add(args, "-append");
	strv_addf(args, "%s reboot=t", s->cmdline);
}

/* Between fork and exec: system calls only. */
static void __noreturn become_qemu(char **argv, const struct qemu_run *q, int port, pid_t parent)
{
	int initrd, console;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	port = fcntl(port, F_DUPFD_CLOEXEC, CONSOLE_FD + 1);
	initrd = fcntl(q->initrd, F_DUPFD_CLOEXEC, CONSOLE_FD + 1);
	console = fcntl(q->console, F_DUPFD_CLOEXEC, CONSOLE_FD + 1);
	if (dup2(console, STDOUT_FILENO) < 0 || dup2(console, STDERR_FILENO) < 0 ||
	    dup2(port, PORT_FD) < 0 || dup2(initrd, INITRD_FD) < 0 || dup2(console, CONSOLE_FD) < 0)
		_exit(127);
	close_range(CONSOLE_FD + 1, ~0U, 0);
	execv(argv[0], argv);
	_exit(127);
}

static int make_files(struct qemu_run *q, const struct plan *p, struct ktstr_err *err)
{
	int ret;

	q->console = memfd_create("console", MFD_CLOEXEC);
	if (q->console < 0 || fcntl(q->console, F_SETFL, O_APPEND))
		return ktstr_err_set(err, -errno, "memfd_create: %s", strerror(errno));
	q->initrd = memfd_create("initrd", MFD_CLOEXEC);
	ret = q->initrd < 0 ? -errno :
			      write_full(q->initrd, p->job.vm.initrd, p->job.vm.initrd_len);
	return ret ? ktstr_err_set(err, ret, "initramfs for QEMU: %s", strerror(-ret)) : 0;
}

static void on_frame(void *ctx, const struct wire_frame *f)
{
	struct qemu_run *q = ctx;

	if (f->type == WIRE_SRDY && f->crc_ok && !q->ready_ns)
		q->ready_ns = mono_ns();
}

static int ended_early(struct qemu_run *q, struct ktstr_err *err)
{
	int status = 0;

	while (waitpid(q->pid, &status, 0) < 0 && errno == EINTR)
		;
	q->pid = 0;
	return ktstr_err_set(err, -EPROTO, "QEMU ended before its guest was ready, with %s %d",
			     WIFSIGNALED(status) ? "signal" : "exit status",
			     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static int wait_ready(struct qemu_run *q, u64 deadline_ns, struct ktstr_err *err)
{
	struct pollfd pfd = { .fd = q->port, .events = POLLIN };
	struct wire_assembler a;
	char buf[4096];
	ssize_t n = 1;

	wire_asm_init(&a, WIRE_FRAME_MAX);
	while (!q->ready_ns && n > 0 && mono_ns() < deadline_ns) {
		if (poll(&pfd, 1, 100) <= 0)
			continue;
		n = read(q->port, buf, sizeof(buf));
		if (n > 0)
			wire_asm_feed(&a, buf, n, on_frame, q);
	}
	wire_asm_free(&a);
	if (q->ready_ns)
		return 0;
	return n > 0 ? ktstr_err_set(err, -ETIMEDOUT, "QEMU's guest did not get ready") :
		       ended_early(q, err);
}

/* KVM's counter of one VM: the directory is named after process and descriptor. */
static int read_exits(pid_t pid, u64 *exits, struct ktstr_err *err)
{
	char prefix[16], path[512] = KVM_DEBUGFS, *text = NULL;
	DIR *dir = opendir(KVM_DEBUGFS);
	struct dirent *d;
	size_t len;
	int n;

	n = snprintf(prefix, sizeof(prefix), "%d-", pid);
	while (dir && !text && (d = readdir(dir))) {
		if (strncmp(d->d_name, prefix, n))
			continue;
		snprintf(path, sizeof(path), KVM_DEBUGFS "/%s/exits", d->d_name);
		text = file_read(path, 64, &len);
	}
	if (dir)
		closedir(dir);
	if (!text)
		return ktstr_err_set(err, -ENOENT,
				     "%s: no counters of QEMU's VM; is debugfs mounted and readable?",
				     path);
	*exits = strtoull(text, NULL, 10);
	free(text);
	return 0;
}

static int run_qemu(struct qemu_run *q, char **argv, struct bench_times *t, struct ktstr_err *err)
{
	struct vmm_memory mem;
	pid_t self = getpid();
	int port[2], ret;
	u64 start;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, port))
		return ktstr_err_set(err, -errno, "socketpair: %s", strerror(errno));
	q->port = port[0];
	start = mono_ns();
	q->pid = fork();
	if (!q->pid)
		become_qemu(argv, q, port[1], self);
	close_fd(&port[1]);
	if (q->pid < 0)
		return ktstr_err_set(err, -errno, "fork: %s", strerror(errno));
	ret = wait_ready(q, start + READY_TIMEOUT_NS, err);
	if (!ret)
		ret = read_exits(q->pid, &t->exits, err);
	if (!ret)
		ret = vmm_memory_read(q->pid, &mem, err);
	if (ret)
		return ret;
	t->ready_ns = q->ready_ns - start;
	t->vmm_ns = t->ready_ns;
	t->extra_kib = mem.extra_kib;
	return 0;
}

static void show_console(const struct qemu_run *q)
{
	char raw[CONSOLE_TAIL], text[TEXT_ESCAPED_MAX(CONSOLE_TAIL)];
	off_t size = lseek(q->console, 0, SEEK_END);
	ssize_t n;

	n = pread(q->console, raw, sizeof(raw), max_t(off_t, size - CONSOLE_TAIL, 0));
	if (n <= 0)
		return;
	text_escape(text, sizeof(text), raw, n);
	fprintf(stderr, "last words of QEMU and its guest:\n%s\n", text);
}

static void stop_qemu(struct qemu_run *q)
{
	if (q->pid > 0) {
		kill(q->pid, SIGKILL);
		while (waitpid(q->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close_fd(&q->port);
	close_fd(&q->initrd);
	close_fd(&q->console);
}

int start_qemu(const struct bench_start *s, struct bench_times *t, struct ktstr_err *err)
{
	struct qemu_run q = { .port = -1, .initrd = -1, .console = -1 };
	struct strv args = { 0 };
	struct peer peer = { 0 };
	struct plan p;
	int ret;

	ret = plan_make(&s->test, &p, err);
	if (!ret)
		ret = peer_find(&peer, err);
	if (!ret)
		ret = make_files(&q, &p, err);
	if (!ret) {
		build_args(&args, &peer, s, &p);
		ret = args.failed ? ktstr_err_set(err, -ENOMEM, "out of memory") :
				    run_qemu(&q, args.v, t, err);
		snprintf(t->cmdline, sizeof(t->cmdline), "%s", args.nr ? args.v[args.nr - 1] : "");
		if (ret)
			show_console(&q);
	}
	stop_qemu(&q);
	strv_free(&args);
	peer_free(&peer);
	plan_free(&p);
	return ret;
}
