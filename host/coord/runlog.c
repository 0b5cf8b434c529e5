// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/runlog.h"
#include "lib/log.h"

static int write_wrapped(struct runlog *log, const struct wire_frame *f, u64 t_ns)
{
	size_t len = sizeof(struct wire_gfrm) + f->len;
	struct wire_gfrm *g = malloc(len);
	int ret;

	if (!g)
		return -1;
	g->type = htole32(f->type);
	g->crc_ok = htole32(f->crc_ok);
	g->t_ns = htole64(t_ns);
	if (f->len)
		memcpy(g + 1, f->payload, f->len);
	ret = wire_send(log->fd, WIRE_GFRM, g, len);
	free(g);
	return ret;
}

void runlog_frame(struct runlog *log, const struct wire_frame *f, u64 t_ns)
{
	if (f->len > RUNLOG_MAX - log->bytes || write_wrapped(log, f, t_ns)) {
		pr_warn_once("the verdict log is full; the guest's further frames are only counted");
		log->dropped++;
		return;
	}
	log->bytes += f->len;
}

int runlog_own(struct runlog *log, u32 type, const void *payload, size_t len)
{
	return wire_send(log->fd, type, payload, len);
}
