/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_RELAY_H
#define KTSTR_GUEST_RELAY_H

/*
 * Questions of `ktstr inspect --live` on their way through an emulated host: they
 * come as frames from outside and go to the socket of the run inside.
 */
#include "lib/wire.h"

/**
 * struct relay - one question at a time
 * @writer: frames to the outside, borrowed
 * @port: their descriptor, borrowed
 * @rx: frames from the outside
 * @run: the connection to the run while its answer comes, or -1
 * @pid: the program of the emulated host, which signals are for; 0 = none
 *
 * One thread; nothing here waits.
 */
struct relay {
	struct wire_writer *writer;
	int port;
	struct wire_assembler rx;
	int run;
	int pid;
};

/**
 * relay_init() - nothing asked yet
 * @r: the object, uninitialised
 * @writer: must outlive @r
 * @port: the same, open for reading
 */
void relay_init(struct relay *r, struct wire_writer *writer, int port);

/**
 * relay_pump_port() - take what the port holds
 * @r: the object
 *
 * Call when poll(2) reports input on @r->port: then the read does not block.
 */
void relay_pump_port(struct relay *r);

/**
 * relay_pump_run() - send on what the run has answered
 * @r: the object; call when poll(2) reports an event on @r->run
 */
void relay_pump_run(struct relay *r);

/**
 * relay_free() - hang up
 * @r: initialised; who waits for an answer is told that there is none
 */
void relay_free(struct relay *r);

#endif /* KTSTR_GUEST_RELAY_H */
