// SPDX-License-Identifier: GPL-2.0-only
/* Work that waits for files. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "work_ops.h"
#include "work_tools.h"

#define BLOCK	   4096
#define SYNC_EVERY 16
#define BLOCKS	   256

static int open_unnamed(int flags)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC | flags, 0600);

	/* Of a file system without such files, or without the directory. */
	if (fd < 0 && errno != EINVAL)
		fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC | flags, 0600);
	return fd;
}

/* O_DIRECT wants memory at a block's boundary: work_alloc() gives pages. */
static int fill(struct work_run *r, u32 blocks)
{
	u32 i;

	for (i = 0; i < blocks; i++) {
		ssize_t n = pwrite(r->fd, r->mem, BLOCK, (off_t)i * BLOCK);

		if (n != BLOCK)
			return work_fail(r, n < 0 ? -errno : -ENOSPC, "write");
	}
	return 0;
}

int work_file(struct work_run *r, u32 blocks, bool direct)
{
	int ret = work_alloc(r, BLOCK);

	if (ret)
		return ret;
	r->fd = open_unnamed(direct ? O_DIRECT : 0);
	if (r->fd < 0 && direct && errno == EINVAL) {
		work_note(r, "the file system refuses O_DIRECT: I/O goes through the page cache");
		r->fd = open_unnamed(0);
	}
	if (r->fd < 0)
		return work_fail(r, -errno, "open a file in /tmp");
	return fill(r, blocks);
}

/* Return: 0, 1 when it was stopped, or work_fail(). */
static int write_block(struct work_run *r, u64 block)
{
	ssize_t n;

	do {
		n = pwrite(r->fd, r->mem, BLOCK, block * BLOCK);
	} while (n < 0 && errno == EINTR && !work_stopping(r));
	if (n == BLOCK)
		return 0;
	if (n < 0 && errno == EINTR)
		return 1;
	return work_fail(r, n < 0 ? -errno : -ENOSPC, "write");
}

static int sync_file(struct work_run *r)
{
	if (!fdatasync(r->fd) || errno == EINTR)
		return 0;
	return work_fail(r, -errno, "fdatasync");
}

static int read_block(struct work_run *r)
{
	ssize_t n = pread(r->fd, r->mem, BLOCK, work_random(r) % BLOCKS * BLOCK);

	if (n == BLOCK || (n < 0 && errno == EINTR))
		return 0;
	return work_fail(r, n < 0 ? -errno : -EIO, "read");
}

static int io_sync_prepare(struct work_run *r)
{
	return work_file(r, SYNC_EVERY, false);
}

static int io_sync(struct work_run *r)
{
	u64 i;
	int ret = 0;

	while (!work_stopping(r)) {
		for (i = 0; i < SYNC_EVERY && !ret; i++)
			ret = write_block(r, i);
		if (!ret)
			ret = sync_file(r);
		if (ret)
			return min(ret, 0);
		work_step(r, SYNC_EVERY);
	}
	return 0;
}

static int io_direct_prepare(struct work_run *r)
{
	return work_file(r, BLOCKS, true);
}

static int io_read(struct work_run *r)
{
	int ret;

	while (!work_stopping(r)) {
		ret = read_block(r);
		if (ret)
			return ret;
		work_step(r, 1);
	}
	return 0;
}

static int io_convoy(struct work_run *r)
{
	u64 i;
	int ret;

	for (i = 0; !work_stopping(r); i++) {
		ret = write_block(r, i % BLOCKS);
		if (!ret)
			ret = read_block(r);
		if (!ret && i % SYNC_EVERY == SYNC_EVERY - 1)
			ret = sync_file(r);
		if (ret)
			return min(ret, 0);
		work_step(r, 2);
	}
	return 0;
}

/* In memory they take microseconds, on a disk each waits: as if they yielded. */
const struct work_ops work_io_sync_ops = {
	.run = io_sync,
	.prepare = io_sync_prepare,
	.flags = WORK_YIELDS,
};

const struct work_ops work_io_read_ops = {
	.run = io_read,
	.prepare = io_direct_prepare,
	.flags = WORK_YIELDS,
};

const struct work_ops work_io_convoy_ops = {
	.run = io_convoy,
	.prepare = io_direct_prepare,
	.flags = WORK_YIELDS,
};
