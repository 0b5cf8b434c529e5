// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "canary.h"
#include "observe.h"

#define AWAIT_TIMEOUT_MS  60000 /* symbols and types of a kernel, on a slow host */
#define CANARY_TIMEOUT_MS 10000

static void note(struct guest *g, const char *what, const char *why)
{
	char text[640];

	snprintf(text, sizeof(text), "guest-init: %s: %s\n", what, why);
	forward_text(&g->errout, text);
}

/* Return: true when the host answered that all is well. */
static bool ask(struct guest *g, enum wire_obs_kind kind, u32 count, unsigned int timeout_ms,
		const char *what)
{
	u64 deadline = guest_deadline(timeout_ms);
	int ret;

	ret = request_observer(&g->rq, kind, canary_addr(), count);
	if (ret) {
		note(g, what, strerror(-ret));
		return false;
	}
	while (g->rq.state == REQUEST_PENDING && guest_turn(g, deadline))
		;
	if (g->rq.state == REQUEST_OK)
		return true;
	note(g, what, g->rq.state == REQUEST_REFUSED ? g->rq.reason : "the host did not answer");
	request_give_up(&g->rq);
	return false;
}

void observe(struct guest *g)
{
	if (!g->sc->observe)
		return;
	/* Whether watchpoints work is worth knowing in either case. */
	ask(g, WIRE_OBS_AWAIT, 0, AWAIT_TIMEOUT_MS, "the host cannot read this kernel");
	if (!ask(g, WIRE_OBS_CANARY_ARM, 0, CANARY_TIMEOUT_MS, "the host cannot watch a word"))
		return;
	ask(g, WIRE_OBS_CANARY_DONE, canary_write(), CANARY_TIMEOUT_MS,
	    "the host did not see a watched word being written");
}
