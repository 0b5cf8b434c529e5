// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/log.h"
#include "lib/util.h"
#include "lib/wire_inspect.h"
#include "relay.h"

#define READ_SIZE   4096
#define ANSWER_SIZE 32768

void relay_init(struct relay *r, struct wire_writer *writer, int port)
{
	*r = (struct relay){ .writer = writer, .port = port, .run = -1 };
	wire_asm_init(&r->rx, WIRE_INQ_MAX);
}

/* An empty piece: there is no more. */
static void end_answer(struct relay *r)
{
	close_fd(&r->run);
	wire_writer_send(r->writer, WIRE_INSA, NULL, 0);
}

static void refuse(struct relay *r, int error, const char *text)
{
	u8 buf[sizeof(struct wire_ina) + 128];
	struct wire_ina head;
	size_t len = strlen(text);

	ina_encode(error, len, &head);
	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), text, len);
	wire_writer_send(r->writer, WIRE_INSA, buf, sizeof(head) + len);
	end_answer(r);
}

static void ask(struct relay *r, const void *question, size_t len)
{
	static const struct sockaddr_un addr = {
		.sun_family = AF_UNIX,
		.sun_path = WIRE_INSPECT_INNER,
	};

	/* the outside asks one at a time; one who does not loses the first answer */
	close_fd(&r->run);
	r->run = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (r->run < 0 || connect(r->run, (const struct sockaddr *)&addr, sizeof(addr)) ||
	    send(r->run, question, len, MSG_NOSIGNAL) != (ssize_t)len)
		refuse(r, ESRCH,
		       "no guest to look at: the run in the emulated host has not begun, or has ended");
}

static void take_signal(const struct relay *r, const struct wire_frame *f)
{
	struct wire_code c;
	int sig;

	if (f->len != sizeof(c) || !r->pid)
		return;
	memcpy(&c, f->payload, sizeof(c));
	sig = le32_to_cpu(c.code);
	if (sig == SIGINT || sig == SIGTERM || sig == SIGHUP || sig == SIGQUIT)
		kill(r->pid, sig);
}

static void take_frame(void *ctx, const struct wire_frame *f)
{
	struct relay *r = ctx;

	if (!f->crc_ok)
		pr_warn_once("emulated host: a damaged frame from outside");
	else if (f->type == WIRE_INSQ)
		ask(r, f->payload, f->len);
	else if (f->type == WIRE_HSIG)
		take_signal(r, f);
}

void relay_pump_port(struct relay *r)
{
	u8 buf[READ_SIZE];
	ssize_t n = read(r->port, buf, sizeof(buf));

	if (n > 0)
		wire_asm_feed(&r->rx, buf, n, take_frame, r);
}

void relay_pump_run(struct relay *r)
{
	static u8 buf[ANSWER_SIZE];
	ssize_t n = read(r->run, buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0)
		wire_writer_send(r->writer, WIRE_INSA, buf, n);
	else
		end_answer(r);
}

void relay_free(struct relay *r)
{
	if (r->run >= 0)
		end_answer(r);
	wire_asm_free(&r->rx);
}
