// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "forward.h"

int forward_open(struct forward *f, u32 tag, struct wire_writer *writer, struct ktstr_err *err)
{
	int fds[2];

	memset(f, 0, sizeof(*f));
	f->fd = -1;
	f->tag = tag;
	f->writer = writer;
	if (pipe2(fds, O_CLOEXEC))
		return ktstr_err_set(err, -errno, "cannot make an output pipe: %s",
				     strerror(errno));
	/* Only our end: programs do not expect their output to be non-blocking. */
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	f->fd = fds[0];
	return fds[1];
}

static void tail_add(struct forward *f, const char *buf, size_t len)
{
	size_t keep;

	if (len >= sizeof(f->tail)) {
		buf += len - sizeof(f->tail);
		len = sizeof(f->tail);
	}
	keep = min(f->tail_len, sizeof(f->tail) - len);
	memmove(f->tail, f->tail + f->tail_len - keep, keep);
	memcpy(f->tail + keep, buf, len);
	f->tail_len = keep + len;
}

static void ship(struct forward *f, const char *buf, size_t len)
{
	if (!f->error)
		f->error = wire_writer_send(f->writer, f->tag, buf, len);
}

void forward_pump(struct forward *f)
{
	char buf[FORWARD_CHUNK];
	unsigned int i;
	ssize_t n;

	for (i = 0; i < FORWARD_BURST && f->fd >= 0; i++) {
		n = read(f->fd, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0) {
			close_fd(&f->fd);
			return;
		}
		tail_add(f, buf, n);
		ship(f, buf, n);
	}
}

void forward_text(struct forward *f, const char *text)
{
	ship(f, text, strlen(text));
}

const char *forward_tail(const struct forward *f, char *buf, size_t len)
{
	size_t end = f->tail_len, start = 0, i, out = 0;
	const char *line;

	while (end && isspace((unsigned char)f->tail[end - 1]))
		end--;
	if (end > len - 1) {
		start = end - (len - 1);
		/* Whole lines, if one fits. */
		line = memchr(f->tail + start, '\n', end - start);
		if (line)
			start = line + 1 - f->tail;
	}
	for (i = start; i < end; i++) {
		unsigned char c = f->tail[i];

		buf[out++] = c == '\n' ? '|' : isprint(c) ? c : '?';
	}
	buf[out] = '\0';
	return out ? buf : "(no output)";
}

void forward_close(struct forward *f)
{
	forward_pump(f);
	close_fd(&f->fd);
}
