/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_REQUEST_H
#define KTSTR_GUEST_REQUEST_H

/*
 * One question to the host at a time, over the bulk port. Nothing here waits:
 * whoever sleeps polls request_fd() and calls request_pump().
 */
#include "lib/util.h"
#include "lib/wire.h"

/**
 * enum request_state - how a question stands
 * @REQUEST_IDLE: none was asked
 * @REQUEST_PENDING: no answer yet
 * @REQUEST_OK: the host did it
 * @REQUEST_REFUSED: it did not; the reason says why
 */
enum request_state {
	REQUEST_IDLE,
	REQUEST_PENDING,
	REQUEST_OK,
	REQUEST_REFUSED,
};

/**
 * struct requests - the questions of this run
 * @writer: frames to the host, borrowed
 * @fd: the port, borrowed
 * @rx: frames from the host
 * @last_id: counts the questions from 1
 * @reply: tag of the frame that answers the current one
 * @state: of the current one
 * @reason: of a refusal, NUL-terminated
 * @strays: replies nobody waited for, and broken ones; ignored
 * @deaf_until_ns: the host's end of the port is closed: not polled before this
 *
 * One thread.
 */
struct requests {
	struct wire_writer *writer;
	int fd;
	struct wire_assembler rx;
	u32 last_id;
	enum wire_tag reply;
	enum request_state state;
	char reason[512];
	u64 strays;
	u64 deaf_until_ns;
};

/**
 * requests_init() - nothing asked yet
 * @rq: the object, uninitialised
 * @writer: must outlive @rq
 * @fd: the port, open for reading; must outlive @rq
 */
void requests_init(struct requests *rq, struct wire_writer *writer, int fd);

/**
 * requests_free() - release the buffer; the port stays open
 * @rq: the object, initialised or zeroed
 */
void requests_free(struct requests *rq);

/**
 * request_snap() - ask for a snapshot or a watch
 * @rq: the object; a question that is still pending is given up
 * @kind: enum wire_snap_kind
 * @tag: NUL-terminated; what is above WIRE_SNAP_TAG_MAX bytes is cut
 *
 * Return: 0, or the negative errno of the port.
 */
int request_snap(struct requests *rq, enum wire_snap_kind kind, const char *tag);

/**
 * request_observer() - ask about the host's view of this kernel
 * @rq: the object; a question that is still pending is given up
 * @kind: enum wire_obs_kind
 * @addr: as in struct wire_obsq
 * @count: likewise
 *
 * Return: 0, or the negative errno of the port.
 */
int request_observer(struct requests *rq, enum wire_obs_kind kind, u64 addr, u32 count);

/**
 * request_kernel() - ask for a kernel operation
 * @rq: the object; a question that is still pending is given up
 * @korq: a WIRE_KORQ payload; its id is replaced
 * @len: bytes of it
 *
 * Return: 0, or the negative errno of the port.
 */
int request_kernel(struct requests *rq, void *korq, size_t len);

/**
 * request_give_up() - wait no more
 * @rq: the object; an answer that comes later is a stray
 */
void request_give_up(struct requests *rq);

/**
 * request_fd() - what to poll for input
 * @rq: the object
 * @now_ns: mono_ns()
 *
 * Only while an answer is awaited: a host that talks to itself must not keep
 * a real-time process awake.
 *
 * Return: the port, or -1.
 */
int request_fd(const struct requests *rq, u64 now_ns);

/**
 * request_pump() - take what the port holds
 * @rq: the object
 *
 * Call when poll(2) reports an event on request_fd(): then the one read here
 * does not block.
 */
void request_pump(struct requests *rq);

#endif /* KTSTR_GUEST_REQUEST_H */
