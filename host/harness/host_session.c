// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "artifact.h"
#include "emulated.h"
#include "host/coord/conscan.h"
#include "host_session.h"
#include "lib/log.h"
#include "saved_file.h"
#include "session_inspect.h"
#include "lib/util.h"
#include "lib/wire.h"

#define READ_SIZE     65536
#define CONSOLE_LINES 24
#define CONSOLE_HEAD  4096
#define CONSOLE_TAIL  32768

/**
 * struct session - an emulated host and what became of it
 * @qemu: the process
 * @frames: of the port
 * @artifacts: files that come back
 * @saved: one more
 * @lost: it could not be written
 * @inspect: who asks about a held guest
 * @held: the first signal is the program's
 * @console: what the machine printed
 * @sigfd: the signals that end us
 * @old_mask: signal mask to restore
 * @old_pipe: disposition of SIGPIPE to restore
 * @boot_deadline: for the first sign of life; 0 once it came
 * @deadline: for everything; 0 = none
 * @mute: bit N: descriptor N takes no more output
 * @over: the loop ends
 * @ret: 0 or negative errno, once @over
 * @status: what to exit with, once @over and @ret is 0
 * @reason: what PID 1 said when it gave up
 * @err: message for the caller, or NULL
 */
struct session {
	struct qemu qemu;
	struct wire_assembler frames;
	struct artifact_sink artifacts;
	struct saved_file saved;
	bool lost;
	struct session_inspect inspect;
	bool held;
	struct conscan console;
	int sigfd;
	sigset_t old_mask;
	struct sigaction old_pipe;
	u64 boot_deadline;
	u64 deadline;
	unsigned int mute;
	bool over;
	int ret;
	int status;
	char reason[256];
	struct ktstr_err *err;
};

static void end_ok(struct session *s, int status)
{
	if (s->over)
		return;
	s->over = true;
	s->status = status;
}

/* The message is filled in by then. */
static void end_failed(struct session *s, int ret)
{
	if (s->over)
		return;
	s->over = true;
	s->ret = ret;
}

/* Return: whether the program inside has been told; it will end by itself. */
static bool pass_signal(struct session *s, u32 signo)
{
	struct wire_code c = { .code = cpu_to_le32(signo) };

	if (!s->held || s->boot_deadline || s->qemu.port < 0)
		return false;
	s->held = false;
	if (wire_send(s->qemu.port, WIRE_HSIG, &c, sizeof(c)))
		return false;
	pr_warn("the guest is let go; another signal ends the emulated host at once");
	return true;
}

static void take_signal(struct session *s)
{
	struct signalfd_siginfo si;

	if (read(s->sigfd, &si, sizeof(si)) == sizeof(si) && !pass_signal(s, si.ssi_signo))
		end_ok(s, 128 + si.ssi_signo);
}

/* Milliseconds for poll(2) until the nearest deadline; ends what is overdue. */
static int time_left(struct session *s)
{
	u64 now = mono_ns(), next = s->deadline;

	if (s->deadline && now >= s->deadline) {
		pr_err("timeout: the emulated host was stopped");
		end_ok(s, EMULATED_TIMEOUT_STATUS);
	}
	if (s->boot_deadline && now >= s->boot_deadline)
		end_failed(s, ktstr_err_set(s->err, -ETIMEDOUT,
					    "the emulated host gave no sign of life within %d s",
					    EMULATED_BOOT_MS / 1000));
	if (s->over)
		return 0;
	if (s->boot_deadline && (!next || s->boot_deadline < next))
		next = s->boot_deadline;
	if (!next)
		return -1;
	return min_t(u64, (next - now) / NSEC_PER_MSEC + 1, INT_MAX);
}

/* As the program itself would fare: SIGPIPE kills unless it is ignored. */
static void output_failed(struct session *s, int fd)
{
	if (errno == EPIPE && s->old_pipe.sa_handler != SIG_IGN)
		end_ok(s, 128 + SIGPIPE);
	s->mute |= 1U << fd;
}

/*
 * A reader that does not read must not make us deaf: wait for room and for
 * signals, and write no more than a pipe with room takes at once.
 */
static void put_output(struct session *s, int fd, const u8 *data, size_t len)
{
	while (len && !s->over && !(s->mute & 1U << fd)) {
		struct pollfd p[] = {
			{ .fd = fd, .events = POLLOUT },
			{ .fd = s->sigfd, .events = POLLIN },
		};
		ssize_t n;

		if (poll(p, ARRAY_SIZE(p), time_left(s)) < 0 && errno != EINTR)
			end_failed(s, ktstr_err_set(s->err, -errno, "poll: %s", strerror(errno)));
		if (p[1].revents)
			take_signal(s);
		if (s->over || !p[0].revents)
			continue;
		n = write(fd, data, min_t(size_t, len, PIPE_BUF));
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			output_failed(s, fd);
		if (n <= 0)
			continue;
		data += n;
		len -= n;
	}
}

static void take_reason(struct session *s, const struct wire_frame *f)
{
	size_t i, len = min(f->len, sizeof(s->reason) - 1);

	for (i = 0; i < len; i++)
		s->reason[i] = isprint(f->payload[i]) ? f->payload[i] : ' ';
	s->reason[len] = '\0';
}

static void take_exit(struct session *s, const struct wire_frame *f)
{
	__le32 code;

	if (f->len != sizeof(code)) {
		end_failed(s, ktstr_err_set(s->err, -EPROTO,
					    "the emulated host sent a malformed exit code"));
		return;
	}
	memcpy(&code, f->payload, sizeof(code));
	end_ok(s, le32_to_cpu(code) & 0xff);
}

/* Everything else comes back all the same. */
static void take_saved(struct session *s, const struct wire_frame *f)
{
	struct ktstr_err err = { "" };

	if (s->lost || !saved_file_piece(&s->saved, f->payload, f->len, &err))
		return;
	s->lost = true;
	pr_err("the saved memory is lost: %s", err.msg);
}

static void take_frame(void *ctx, const struct wire_frame *f)
{
	struct session *s = ctx;
	int ret;

	if (s->over)
		return;
	if (!f->crc_ok) {
		end_failed(s, ktstr_err_set(s->err, -EPROTO,
					    "the emulated host sent a damaged frame"));
		return;
	}
	switch (f->type) {
	case WIRE_LIFE:
		s->boot_deadline = 0;
		break;
	case WIRE_SOUT:
		put_output(s, STDOUT_FILENO, f->payload, f->len);
		break;
	case WIRE_SERR:
		put_output(s, STDERR_FILENO, f->payload, f->len);
		break;
	case WIRE_HFIL:
		ret = artifact_piece(&s->artifacts, f->payload, f->len, s->err);
		if (ret)
			end_failed(s, ret);
		break;
	case WIRE_HSAV:
		take_saved(s, f);
		break;
	case WIRE_INSA:
		session_inspect_answer(&s->inspect, f->payload, f->len);
		break;
	case WIRE_DMSG:
		take_reason(s, f);
		break;
	case WIRE_EXIT:
		take_exit(s, f);
		break;
	default:
		pr_warn_once("the emulated host sent a frame of an unknown type");
	}
}

static void read_port(struct session *s)
{
	static u8 buf[READ_SIZE];
	ssize_t n = read(s->qemu.port, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		close_fd(&s->qemu.port);
		return;
	}
	if (wire_asm_feed(&s->frames, buf, n, take_frame, s))
		end_failed(s, ktstr_err_set(s->err, -ENOMEM, "no memory for a frame"));
	else if (s->frames.n.dropped_bytes && s->ret == 0)
		s->ret = ktstr_err_set(s->err, -EPROTO,
				       "bytes of the emulated host were lost on the way");
	if (s->ret)
		s->over = true;
}

static void read_console(struct session *s)
{
	char buf[4096];
	ssize_t n = read(s->qemu.console, buf, sizeof(buf));

	if (n > 0)
		conscan_feed(&s->console, buf, n);
	else if (!n || errno != EINTR)
		close_fd(&s->qemu.console);
}

static void machine_ended(struct session *s)
{
	const struct conscan *c = &s->console;
	char why[256] = "it reset or powered off";
	int ws;

	qemu_stop(&s->qemu);
	ws = s->qemu.wait_status;
	conscan_flush(&s->console);
	if (*s->reason)
		snprintf(why, sizeof(why), "%s", s->reason);
	else if (conscan_crashed(c->kind))
		snprintf(why, sizeof(why), "%s", *c->panic_line ? c->panic_line : c->line);
	else if (WIFSIGNALED(ws))
		snprintf(why, sizeof(why), "QEMU was killed by signal %d", WTERMSIG(ws));
	else if (WEXITSTATUS(ws))
		snprintf(why, sizeof(why), "QEMU exited with status %d", WEXITSTATUS(ws));
	end_failed(s, ktstr_err_set(s->err, -EPROTO,
				    "the emulated host ended before the program did: %s", why));
}

static void loop(struct session *s)
{
	while (!s->over) {
		/* Descriptors that were closed are -1, which poll(2) skips. */
		struct pollfd p[] = {
			{ .fd = s->sigfd, .events = POLLIN },
			{ .fd = s->qemu.console, .events = POLLIN },
			{ .fd = s->qemu.port, .events = POLLIN },
			{ .fd = s->qemu.pidfd, .events = POLLIN },
			{ .fd = -1 },
			{ .fd = -1 },
		};
		int ms;

		session_inspect_poll(&s->inspect, &p[4]);
		ms = session_inspect_timeout(&s->inspect, time_left(s));
		if (poll(p, ARRAY_SIZE(p), ms) < 0 && errno != EINTR)
			end_failed(s, ktstr_err_set(s->err, -errno, "poll: %s", strerror(errno)));
		if (s->over)
			break;
		if (p[0].revents)
			take_signal(s);
		if (p[1].revents)
			read_console(s);
		if (p[2].revents && !s->over)
			read_port(s);
		if (!s->over)
			session_inspect_work(&s->inspect, &p[4], s->qemu.port);
		/* Whatever it had sent comes first. */
		if (p[3].revents && !p[1].revents && !p[2].revents)
			machine_ended(s);
	}
}

/*
 * CI systems search logs for "[  1.23] BUG:" and take it for the machine they
 * watch: the time stamp gets other brackets.
 */
static void log_console(const struct conscan *c)
{
	char text[CONSOLE_LINES * 256], *line, *next;

	conscan_tail(c, CONSOLE_LINES, text, sizeof(text));
	for (line = text; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (*line == '[' && strchr(line, ']')) {
			*strchr(line, ']') = ')';
			*line = '(';
		}
		pr_err("emulated host console: %s", line);
	}
}

static int signals_take(struct session *s, struct ktstr_err *err)
{
	static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	struct sigaction now, ignore = { .sa_handler = SIG_IGN };
	unsigned int i;
	sigset_t set;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(ending); i++) {
		/* A blocked signal is queued even when it is ignored (nohup). */
		if (!sigaction(ending[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaddset(&set, ending[i]);
	}
	s->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->sigfd < 0)
		return ktstr_err_set(err, -errno, "signalfd: %s", strerror(errno));
	sigprocmask(SIG_BLOCK, &set, &s->old_mask);
	sigaction(SIGPIPE, &ignore, &s->old_pipe);
	return 0;
}

static void signals_restore(struct session *s)
{
	sigaction(SIGPIPE, &s->old_pipe, NULL);
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	close_fd(&s->sigfd);
}

static void run(struct session *s, const struct qemu_config *cfg, u32 timeout_ms)
{
	u64 start = mono_ns();
	int ret = qemu_start(&s->qemu, cfg, s->err);

	if (ret) {
		end_failed(s, ret);
		return;
	}
	s->boot_deadline = start + EMULATED_BOOT_MS * NSEC_PER_MSEC;
	if (timeout_ms)
		s->deadline = start + timeout_ms * NSEC_PER_MSEC;
	wire_asm_init(&s->frames, WIRE_FRAME_MAX);
	loop(s);
	qemu_stop(&s->qemu);
	wire_asm_free(&s->frames);
}

static int open_files(struct session *s, const struct emulated_opts *opts, struct ktstr_err *err)
{
	int ret = artifact_open(&s->artifacts, opts->artifacts, err);

	s->artifacts.session = opts->session;
	if (!ret)
		ret = saved_file_open(&s->saved, opts->save, err);
	if (!ret && opts->held)
		ret = session_inspect_open(&s->inspect, err);
	return ret;
}

static void close_files(struct session *s)
{
	session_inspect_close(&s->inspect);
	saved_file_drop(&s->saved);
	artifact_close(&s->artifacts);
}

int host_session_run(const struct qemu_config *cfg, const struct emulated_opts *opts, int *status,
		     struct ktstr_err *err)
{
	struct session s = { .err = err, .sigfd = -1, .saved.fd = -1, .held = opts->held };
	int ret;

	session_inspect_init(&s.inspect);
	ret = open_files(&s, opts, err);
	if (ret) {
		close_files(&s);
		return ret;
	}
	ret = conscan_init(&s.console, CONSOLE_HEAD, CONSOLE_TAIL);
	if (ret)
		ktstr_err_set(err, ret, "no memory for a console");
	else
		ret = signals_take(&s, err);
	if (!ret) {
		run(&s, cfg, opts->timeout_ms);
		signals_restore(&s);
		ret = s.ret;
		*status = s.lost && !s.status ? EMULATED_INFRA_STATUS : s.status;
	}
	close_files(&s);
	if (ret)
		log_console(&s.console);
	conscan_free(&s.console);
	return ret;
}
