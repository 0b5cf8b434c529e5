/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_GMEM_H
#define KTSTR_HOST_VMM_GMEM_H

/*
 * Guest RAM: one sealed memfd, mapped in at most two regions around the MMIO
 * gap below 4 GiB. Every guest physical address that the host follows, for a
 * device or for introspection, is turned into a pointer here and nowhere else.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

#define GMEM_REGIONS_MAX 2

/**
 * struct gmem_region - one run of guest RAM
 * @gpa: first guest physical address
 * @len: bytes
 * @hva: where it is mapped; 2 MiB aligned when gmem_new() made it, so that
 *       both the host's page tables and the second-level ones can use huge
 *       pages. No byte right before @hva or from @hva + @len on is accessible.
 * @offset: where it begins in the memfd
 * @resv: address range that holds @hva and its guard pages; NULL when the
 *        memory is the caller's (gmem_wrap())
 * @resv_len: bytes of @resv
 */
struct gmem_region {
	u64 gpa;
	u64 len;
	u8 *hva;
	u64 offset;
	void *resv;
	size_t resv_len;
};

/**
 * struct gmem - the RAM of one guest
 * @regions: in ascending order of gpa, never touching one another
 * @nr: how many of @regions are in use
 * @fd: the memfd, or -1 when the memory is in none; owned
 * @size: bytes of RAM in all regions
 *
 * Does not change between gmem_new() and gmem_free(), so any thread may use
 * it without a lock. The bytes behind it change under the reader's feet as
 * long as a vCPU runs: read a value once, check the copy, use the copy.
 */
struct gmem {
	struct gmem_region regions[GMEM_REGIONS_MAX];
	unsigned int nr;
	int fd;
	u64 size;
};

/**
 * gmem_new() - make guest RAM
 * @mem_bytes: how much, a multiple of 4 KiB, not 0
 * @gap_start: first address that is not RAM (3 GiB on x86)
 * @gap_end: where RAM goes on when it does not fit below @gap_start (4 GiB)
 * @err: says what the host refused, or NULL
 *
 * Pages are given out when touched, not here. The memfd is sealed against any
 * change of its size: a shrunk file would turn host accesses into SIGBUS.
 * Transparent huge pages and the exclusion from core dumps are asked for and
 * not insisted on.
 *
 * Return: the memory, to be freed with gmem_free(); or NULL with @err filled
 * in and errno EINVAL (sizes), ENOMEM, EMFILE or what memfd_create(2),
 * ftruncate(2), fcntl(2) or mmap(2) set.
 */
struct gmem *gmem_new(u64 mem_bytes, u64 gap_start, u64 gap_end, struct ktstr_err *err);

/**
 * gmem_map_file() - present saved memory as guest RAM
 * @fd: a file; may be closed afterwards
 * @pieces: of which gpa, len and offset count, all multiples of 4 KiB; as
 *          struct gmem.regions has them. The caller has checked that the file
 *          is long enough
 * @nr: how many, 1 to GMEM_REGIONS_MAX
 * @err: says what the host refused, or NULL
 *
 * Mapped privately: writes change this process' copy. If the file is cut
 * short later, reading what is gone is a SIGBUS.
 *
 * Return: as gmem_new(), without a descriptor of its own.
 */
struct gmem *gmem_map_file(int fd, const struct gmem_region *pieces, unsigned int nr,
			   struct ktstr_err *err);

/**
 * gmem_wrap() - present memory of the caller's as guest RAM
 * @m: filled in: one region that begins at gpa 0; not to be freed
 * @buf: the memory, which must outlive @m
 * @len: its bytes
 *
 * For parsers that are fed something else than a running guest: tests, fuzz
 * inputs, dumps read from a file.
 */
void gmem_wrap(struct gmem *m, void *buf, size_t len);

/**
 * gmem_free() - unmap guest RAM and close its memfd
 * @m: from gmem_new(), possibly half-built, or NULL
 *
 * No thread may hold a pointer into it any more.
 */
void gmem_free(struct gmem *m);

/**
 * gmem_hva() - where a guest physical range is mapped
 * @m: the memory
 * @gpa: first guest physical address; any value
 * @len: bytes; any value
 *
 * Any thread. With @len 0 the address itself must lie in RAM.
 *
 * Return: the host address, or NULL when any byte of the range is outside of
 * the one region that holds @gpa.
 */
void *gmem_hva(const struct gmem *m, u64 gpa, u64 len);

/**
 * gmem_read() - copy from guest RAM
 * @m: the memory
 * @gpa: from where; any value
 * @buf: where to
 * @len: bytes
 *
 * Any thread. Each byte is read once; a multi-byte value may still be torn by
 * a running vCPU, so ring indices are read by the virtqueue's own loads.
 *
 * Return: 0, or -EFAULT with @buf untouched.
 */
int gmem_read(const struct gmem *m, u64 gpa, void *buf, size_t len);

/**
 * gmem_write() - copy into guest RAM
 * @m: the memory
 * @gpa: where to; any value
 * @buf: the bytes
 * @len: how many
 *
 * Any thread. Return: 0, or -EFAULT with nothing written.
 */
int gmem_write(const struct gmem *m, u64 gpa, const void *buf, size_t len);

#endif /* KTSTR_HOST_VMM_GMEM_H */
