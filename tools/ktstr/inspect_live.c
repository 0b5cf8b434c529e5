// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/harness/inspect_socket.h"
#include "inspect_live.h"
#include "lib/util.h"
#include "lib/wire_inspect.h"

static int ask(int fd, const struct inspect_opts *o, struct ktstr_err *err)
{
	struct inq_view v = {
		.flags = (o->json ? WIRE_INQ_JSON : 0) | (o->frozen ? WIRE_INQ_FROZEN : 0),
		.argc = 1,
		.argv = { WIRE_INQ_RELEASE },
	};
	u8 buf[WIRE_INQ_MAX];
	size_t len;
	int ret;

	if (!o->release) {
		v.argv[0] = query_info(o->q.kind)->name;
		v.argv[1] = o->q.arg;
		v.argc = o->q.arg[0] ? 2 : 1;
	}
	ret = inq_encode(&v, buf, &len, err);
	if (ret)
		return ret;
	if (send(fd, buf, len, MSG_NOSIGNAL) != (ssize_t)len)
		return ktstr_err_set(err, -errno, "asking the run: %s", strerror(errno));
	return 0;
}

static int went_away(struct ktstr_err *err)
{
	return ktstr_err_set(err, -EPIPE, "the run went away before its answer was complete");
}

static int copy_answer(int fd, u32 len, FILE *out, struct ktstr_err *err)
{
	char buf[65536];
	ssize_t n;

	while (len) {
		n = read_full(fd, buf, min_t(u32, len, sizeof(buf)));
		if (n <= 0)
			return went_away(err);
		if (fwrite(buf, 1, n, out) != (size_t)n)
			return ktstr_err_set(err, -EIO, "writing the answer: %s", strerror(errno));
		len -= n;
	}
	return 0;
}

/* Why there is no answer, in the run's own words. */
static int take_error(int fd, u32 status, u32 len, struct ktstr_err *err)
{
	char text[sizeof(err->msg)];
	ssize_t n = read_full(fd, text, min_t(u32, len, sizeof(text) - 1));

	if (n < 0)
		return went_away(err);
	text[n] = '\0';
	ktstr_err_set(err, -EIO, "%s", text);
	return min_t(u32, status, INT16_MAX);
}

int inspect_live(const struct inspect_opts *o, FILE *out, struct ktstr_err *err)
{
	struct wire_ina head;
	u32 status, len;
	int fd, ret;

	fd = inspect_socket_connect(o->pid, err);
	if (fd < 0)
		return fd;
	ret = ask(fd, o, err);
	if (!ret && read_full(fd, &head, sizeof(head)) != sizeof(head))
		ret = went_away(err);
	if (!ret)
		ret = ina_decode(&head, &status, &len, err);
	if (!ret)
		ret = status ? take_error(fd, status, len, err) : copy_answer(fd, len, out, err);
	close_fd(&fd);
	return ret;
}
