// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zlib.h>

#include "lib/util.h"
#include "wire.h"

/* Frames up to a page leave in one write(): one descriptor, one notify. */
#define SMALL_PAYLOAD 4096

enum wire_class wire_class(u32 type)
{
	switch (type) {
	case WIRE_STIM:
	case WIRE_STEN:
	case WIRE_SCST:
	case WIRE_SCPP:
	case WIRE_SCRR:
	case WIRE_SCEN:
	case WIRE_EXIT:
	case WIRE_TEST:
	case WIRE_SCDX:
	case WIRE_CRSH:
	case WIRE_PMET:
	case WIRE_RAWO:
	case WIRE_PRAW:
	case WIRE_WPRF:
	case WIRE_WPRC:
	case WIRE_SOUT:
	case WIRE_SERR:
	case WIRE_SCLG:
	case WIRE_LIFE:
	case WIRE_EXCX:
	case WIRE_DMSG:
	case WIRE_PROB:
	case WIRE_TIMC:
	case WIRE_ROUT:
	case WIRE_WREP:
		return WIRE_CLASS_VERDICT;
	case WIRE_SRDY:
	case WIRE_KADR:
	case WIRE_SNRQ:
	case WIRE_SNRP:
	case WIRE_KORQ:
	case WIRE_KORP:
	case WIRE_SSWN:
	case WIRE_OBSQ:
	case WIRE_VMCI:
		return WIRE_CLASS_COORD;
	case WIRE_HFIL:
	case WIRE_HSAV:
	case WIRE_INSQ:
	case WIRE_INSA:
	case WIRE_HSIG:
	case WIRE_VMMR:
	case WIRE_DUMP:
	case WIRE_OPRS:
	case WIRE_MONI:
	case WIRE_MONS:
	case WIRE_GFRM:
	case WIRE_CONS:
	case WIRE_COM2:
		return WIRE_CLASS_HOST;
	default:
		return WIRE_CLASS_UNKNOWN;
	}
}

const char *wire_tag_name(u32 type, char name[5])
{
	int i;

	for (i = 0; i < 4; i++) {
		char c = type >> (24 - 8 * i);

		name[i] = c >= 0x20 && c <= 0x7e ? c : '?';
	}
	name[4] = '\0';
	return name;
}

const char *wire_stage_name(u32 stage)
{
	static const char *const names[WIRE_STAGE_NR] = {
		[WIRE_STAGE_BOOT] = "boot",	    [WIRE_STAGE_ATTACH] = "attach",
		[WIRE_STAGE_DISPATCH] = "dispatch", [WIRE_STAGE_BODY] = "body",
		[WIRE_STAGE_TEARDOWN] = "teardown", [WIRE_STAGE_DONE] = "done",
	};

	return stage < WIRE_STAGE_NR ? names[stage] : "unknown";
}

u32 wire_crc(const void *payload, size_t len)
{
	return len ? crc32_z(0, payload, len) : 0;
}

void wire_hdr_init(struct wire_hdr *hdr, u32 type, const void *payload, size_t len)
{
	hdr->type = cpu_to_le32(type);
	hdr->len = cpu_to_le32(len);
	hdr->crc = cpu_to_le32(wire_crc(payload, len));
	hdr->pad = 0;
}

static int wait_writable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

static int writev_full(int fd, struct iovec *iov, int nr)
{
	while (nr) {
		ssize_t n = writev(fd, iov, nr);
		int err;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			err = wait_writable(fd);
			if (err)
				return err;
			continue;
		}
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		while (nr && (size_t)n >= iov->iov_len) {
			n -= iov->iov_len;
			iov++;
			nr--;
		}
		if (nr) {
			iov->iov_base = (char *)iov->iov_base + n;
			iov->iov_len -= n;
		}
	}
	return 0;
}

int wire_send(int fd, u32 type, const void *payload, size_t len)
{
	u8 small[WIRE_HDR_SIZE + SMALL_PAYLOAD];
	struct wire_hdr hdr;
	struct iovec iov[2];

	if (len > (type == WIRE_GFRM ? WIRE_GFRM_MAX : WIRE_FRAME_MAX))
		return -EMSGSIZE;
	wire_hdr_init(&hdr, type, payload, len);
	if (len <= SMALL_PAYLOAD) {
		memcpy(small, &hdr, sizeof(hdr));
		if (len)
			memcpy(small + sizeof(hdr), payload, len);
		iov[0].iov_base = small;
		iov[0].iov_len = sizeof(hdr) + len;
		return writev_full(fd, iov, 1);
	}
	iov[0].iov_base = &hdr;
	iov[0].iov_len = sizeof(hdr);
	iov[1].iov_base = (void *)payload;
	iov[1].iov_len = len;
	return writev_full(fd, iov, 2);
}

void wire_writer_init(struct wire_writer *w, int fd)
{
	memset(w, 0, sizeof(*w));
	w->fd = fd;
	pthread_mutex_init(&w->lock, NULL);
}

int wire_writer_send(struct wire_writer *w, u32 type, const void *payload, size_t len)
{
	int err;

	pthread_mutex_lock(&w->lock);
	err = w->err;
	if (!err) {
		err = wire_send(w->fd, type, payload, len);
		/* too large: nothing was written, the stream is still whole */
		if (err && err != -EMSGSIZE)
			w->err = err;
		if (!err)
			w->frames++;
	}
	pthread_mutex_unlock(&w->lock);
	return err;
}

void wire_writer_free(struct wire_writer *w)
{
	if (!w)
		return;
	pthread_mutex_destroy(&w->lock);
	w->fd = -1;
}
