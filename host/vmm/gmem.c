// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/kernel.h>
#include <linux/sizes.h>

#include "lib/util.h"
#include "gmem.h"

#define GMEM_PAGE SZ_4K
/* The huge page size of second-level paging, and room enough for a guard. */
#define GMEM_ALIGN ((u64)SZ_2M)

static int gmem_check(u64 mem_bytes, u64 gap_start, u64 gap_end, struct ktstr_err *err)
{
	if (!mem_bytes || mem_bytes % GMEM_PAGE)
		return ktstr_err_set(err, -EINVAL,
				     "guest memory of %lu bytes: give a non-zero multiple of %u",
				     mem_bytes, GMEM_PAGE);
	if (!gap_start || gap_start % GMEM_ALIGN || gap_end % GMEM_ALIGN || gap_start > gap_end)
		return ktstr_err_set(err, -EINVAL,
				     "MMIO gap 0x%lx-0x%lx: both ends must be 2 MiB aligned, in order and above 0",
				     gap_start, gap_end);
	/* The signed half is what file offsets can express. */
	if (mem_bytes > INT64_MAX - gap_end)
		return ktstr_err_set(err, -EINVAL,
				     "guest memory of %lu bytes does not fit into the physical address space",
				     mem_bytes);
	return 0;
}

static int gmem_open(struct gmem *m, struct ktstr_err *err)
{
	m->fd = memfd_create("ktstr-guest-ram", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (m->fd < 0)
		return ktstr_err_set(err, -errno, "memfd_create for guest memory: %s",
				     strerror(errno));
	if (ftruncate(m->fd, m->size))
		return ktstr_err_set(err, -errno,
				     "sizing guest memory to %lu bytes: %s; see 'ulimit -f' and the memory you gave the VM",
				     m->size, strerror(errno));
	if (fcntl(m->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return ktstr_err_set(err, -errno, "sealing guest memory: %s", strerror(errno));
	return 0;
}

static int gmem_map(int fd, int sharing, struct gmem_region *r, struct ktstr_err *err)
{
	const u64 room = r->len + 3 * GMEM_ALIGN;
	uintptr_t addr;
	void *p;

	/*
	 * The reservation keeps the neighbourhood empty: at least 2 MiB before
	 * and 2 MiB behind the RAM stay PROT_NONE, whatever the alignment took.
	 */
	p = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return ktstr_err_set(err, -errno,
				     "reserving %lu bytes of address space for guest memory: %s; see 'ulimit -v'",
				     room, strerror(errno));
	r->resv = p;
	r->resv_len = room;

	addr = ((uintptr_t)p + 2 * GMEM_ALIGN - 1) & ~(uintptr_t)(GMEM_ALIGN - 1);
	p = mmap((void *)addr, r->len, PROT_READ | PROT_WRITE, sharing | MAP_NORESERVE | MAP_FIXED,
		 fd, r->offset);
	if (p == MAP_FAILED)
		return ktstr_err_set(err, -errno, "mapping %lu bytes of guest memory: %s", r->len,
				     strerror(errno));
	r->hva = p;
	/* Both are hints; a kernel built without one of them is no reason to stop. */
	madvise(p, r->len, MADV_HUGEPAGE);
	madvise(p, r->len, MADV_DONTDUMP);
	return 0;
}

struct gmem *gmem_new(u64 mem_bytes, u64 gap_start, u64 gap_end, struct ktstr_err *err)
{
	struct gmem *m;
	unsigned int i;
	int ret;

	ret = gmem_check(mem_bytes, gap_start, gap_end, err);
	if (ret) {
		errno = -ret;
		return NULL;
	}
	m = calloc(1, sizeof(*m));
	if (!m) {
		ktstr_err_set(err, -ENOMEM, "no memory for the guest memory object");
		return NULL;
	}
	m->fd = -1;
	m->size = mem_bytes;
	m->regions[0].len = min(mem_bytes, gap_start);
	m->nr = 1;
	if (mem_bytes > gap_start) {
		m->regions[1].gpa = gap_end;
		m->regions[1].len = mem_bytes - gap_start;
		m->regions[1].offset = gap_start;
		m->nr = 2;
	}

	ret = gmem_open(m, err);
	for (i = 0; !ret && i < m->nr; i++)
		ret = gmem_map(m->fd, MAP_SHARED, &m->regions[i], err);
	if (ret) {
		gmem_free(m);
		errno = -ret;
		return NULL;
	}
	return m;
}

struct gmem *gmem_map_file(int fd, const struct gmem_region *pieces, unsigned int nr,
			   struct ktstr_err *err)
{
	struct gmem *m = calloc(1, sizeof(*m));
	int ret = 0;

	if (!m) {
		ktstr_err_set(err, -ENOMEM, "no memory for the guest memory object");
		return NULL;
	}
	m->fd = -1;
	for (; !ret && m->nr < nr; m->nr++) {
		struct gmem_region *r = &m->regions[m->nr];

		r->gpa = pieces[m->nr].gpa;
		r->len = pieces[m->nr].len;
		r->offset = pieces[m->nr].offset;
		m->size += r->len;
		ret = gmem_map(fd, MAP_PRIVATE, r, err);
	}
	if (!ret)
		return m;
	gmem_free(m);
	errno = -ret;
	return NULL;
}

void gmem_wrap(struct gmem *m, void *buf, size_t len)
{
	*m = (struct gmem){
		.regions[0] = { .len = len, .hva = buf },
		.nr = 1,
		.fd = -1,
		.size = len,
	};
}

void gmem_free(struct gmem *m)
{
	unsigned int i;

	if (!m)
		return;
	for (i = 0; i < m->nr; i++)
		if (m->regions[i].resv)
			munmap(m->regions[i].resv, m->regions[i].resv_len);
	close_fd(&m->fd);
	free(m);
}

void *gmem_hva(const struct gmem *m, u64 gpa, u64 len)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		const struct gmem_region *r = &m->regions[i];

		/* By subtraction: gpa + len may wrap, what remains cannot. */
		if (gpa < r->gpa || gpa - r->gpa >= r->len)
			continue;
		if (len > r->len - (gpa - r->gpa))
			return NULL;
		return r->hva + (gpa - r->gpa);
	}
	return NULL;
}

int gmem_read(const struct gmem *m, u64 gpa, void *buf, size_t len)
{
	const void *hva = gmem_hva(m, gpa, len);

	if (!hva)
		return -EFAULT;
	memcpy(buf, hva, len);
	/* Or the compiler may fetch from guest RAM again instead of from @buf. */
	__asm__ volatile("" ::: "memory");
	return 0;
}

int gmem_write(const struct gmem *m, u64 gpa, const void *buf, size_t len)
{
	void *hva = gmem_hva(m, gpa, len);

	if (!hva)
		return -EFAULT;
	memcpy(hva, buf, len);
	return 0;
}
