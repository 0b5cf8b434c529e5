// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/wire_ops.h"
#include "request.h"

/* A page is what the driver hands out at once. */
#define READ_SIZE 4096

/*
 * Until the host's end is open, the driver reports a hang-up that does not
 * pass by being read.
 */
#define DEAF_NS (10 * NSEC_PER_MSEC)

void requests_init(struct requests *rq, struct wire_writer *writer, int fd)
{
	memset(rq, 0, sizeof(*rq));
	rq->writer = writer;
	rq->fd = fd;
	wire_asm_init(&rq->rx, WIRE_KORP_MAX);
}

void requests_free(struct requests *rq)
{
	wire_asm_free(&rq->rx);
}

static u32 begin(struct requests *rq, enum wire_tag reply)
{
	if (!++rq->last_id)
		rq->last_id = 1;
	rq->reply = reply;
	rq->state = REQUEST_PENDING;
	rq->reason[0] = '\0';
	return rq->last_id;
}

static int ask(struct requests *rq, enum wire_tag tag, const void *payload, size_t len)
{
	int ret = wire_writer_send(rq->writer, tag, payload, len);

	if (ret)
		rq->state = REQUEST_IDLE;
	return ret;
}

int request_snap(struct requests *rq, enum wire_snap_kind kind, const char *tag)
{
	struct wire_snrq w = {
		.id = cpu_to_le32(begin(rq, WIRE_SNRP)),
		.kind = cpu_to_le32(kind),
	};

	memcpy(w.tag, tag, strnlen(tag, sizeof(w.tag)));
	return ask(rq, WIRE_SNRQ, &w, sizeof(w));
}

int request_observer(struct requests *rq, enum wire_obs_kind kind, u64 addr, u32 count)
{
	struct wire_obsq w = {
		.id = cpu_to_le32(begin(rq, WIRE_SNRP)),
		.kind = cpu_to_le32(kind),
		.addr = cpu_to_le64(addr),
		.count = cpu_to_le32(count),
	};

	return ask(rq, WIRE_OBSQ, &w, sizeof(w));
}

int request_kernel(struct requests *rq, void *korq, size_t len)
{
	korq_set_id(korq, begin(rq, WIRE_KORP));
	return ask(rq, WIRE_KORQ, korq, len);
}

void request_give_up(struct requests *rq)
{
	rq->state = REQUEST_IDLE;
}

int request_fd(const struct requests *rq, u64 now_ns)
{
	return rq->state == REQUEST_PENDING && now_ns >= rq->deaf_until_ns ? rq->fd : -1;
}

static bool is_awaited(const struct requests *rq, enum wire_tag reply, u32 id)
{
	return rq->state == REQUEST_PENDING && rq->reply == reply && rq->last_id == id;
}

static void answer(struct requests *rq, bool ok, const char *reason, size_t len)
{
	rq->state = ok ? REQUEST_OK : REQUEST_REFUSED;
	len = min(len, sizeof(rq->reason) - 1);
	memcpy(rq->reason, reason, len);
	rq->reason[len] = '\0';
}

static bool take_snrp(struct requests *rq, const struct wire_frame *f)
{
	struct wire_snrp w;
	u32 status;

	if (f->len != sizeof(w))
		return false;
	memcpy(&w, f->payload, sizeof(w));
	status = le32_to_cpu(w.status);
	if (!is_awaited(rq, WIRE_SNRP, le32_to_cpu(w.id)) ||
	    (status != WIRE_SNAP_OK && status != WIRE_SNAP_ERR))
		return false;
	answer(rq, status == WIRE_SNAP_OK, w.reason, strnlen(w.reason, sizeof(w.reason)));
	return true;
}

static bool take_korp(struct requests *rq, const struct wire_frame *f)
{
	struct korp_view v;

	if (korp_decode(f->payload, f->len, &v) || !is_awaited(rq, WIRE_KORP, v.id))
		return false;
	answer(rq, v.success, v.reason, v.reason_len);
	return true;
}

static void take_frame(void *ctx, const struct wire_frame *f)
{
	struct requests *rq = ctx;
	bool taken = false;

	if (f->crc_ok && f->type == WIRE_SNRP)
		taken = take_snrp(rq, f);
	else if (f->crc_ok && f->type == WIRE_KORP)
		taken = take_korp(rq, f);
	rq->strays += !taken;
}

void request_pump(struct requests *rq)
{
	u8 buf[READ_SIZE];
	ssize_t n = read(rq->fd, buf, sizeof(buf));

	if (n > 0)
		wire_asm_feed(&rq->rx, buf, n, take_frame, rq);
	else if (!n || (errno != EINTR && errno != EAGAIN))
		rq->deaf_until_ns = mono_ns() + DEAF_NS;
}
