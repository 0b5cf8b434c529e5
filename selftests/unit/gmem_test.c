// SPDX-License-Identifier: GPL-2.0-only
/* Guest RAM: layout, bounds, guard pages, seals. */
#include <fcntl.h>
#include <linux/kernel.h>
#include <linux/sizes.h>
#include <sys/resource.h>

#include "host/vmm/gmem.h"
#include "kselftest_harness.h"

#define GAP_START 0xC0000000ULL
#define GAP_END	  0x100000000ULL

static int dies_by(int (*fn)(u8 *p), u8 *p)
{
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid;

	pid = fork();
	if (!pid) {
		/* ASan would turn the fault into a report and exit. */
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		setrlimit(RLIMIT_CORE, &none);
		fn(p);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

__attribute__((no_sanitize("address"))) static int touch_read(u8 *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

__attribute__((no_sanitize("address"))) static int touch_write(u8 *p)
{
	__atomic_store_n(p, 1, __ATOMIC_RELAXED);
	return 0;
}

TEST(one_region)
{
	struct ktstr_err err = {};
	struct gmem *m = gmem_new(64 * SZ_1M, GAP_START, GAP_END, &err);

	ASSERT_NE(NULL, m) TH_LOG("%s", ktstr_err_msg(&err));
	EXPECT_EQ(1, m->nr);
	EXPECT_EQ(0, m->regions[0].gpa);
	EXPECT_EQ(64 * SZ_1M, m->regions[0].len);
	EXPECT_EQ(0, (uintptr_t)m->regions[0].hva % SZ_2M);
	gmem_free(m);
}

TEST(exactly_up_to_the_gap_is_one_region)
{
	struct gmem *m = gmem_new(GAP_START, GAP_START, GAP_END, NULL);

	ASSERT_NE(NULL, m);
	EXPECT_EQ(1, m->nr);
	EXPECT_NE(NULL, gmem_hva(m, GAP_START - 1, 1));
	EXPECT_EQ(NULL, gmem_hva(m, GAP_START, 1));
	gmem_free(m);
}

TEST(split_around_the_gap)
{
	struct gmem *m = gmem_new(GAP_START + 6 * SZ_1M, GAP_START, GAP_END, NULL);

	ASSERT_NE(NULL, m);
	ASSERT_EQ(2, m->nr);
	EXPECT_EQ(GAP_END, m->regions[1].gpa);
	EXPECT_EQ(6 * SZ_1M, m->regions[1].len);
	EXPECT_EQ(GAP_START, m->regions[1].offset);
	EXPECT_EQ(0, (uintptr_t)m->regions[1].hva % SZ_2M);
	EXPECT_EQ(NULL, gmem_hva(m, GAP_END - 1, 1));
	EXPECT_EQ((void *)m->regions[1].hva, gmem_hva(m, GAP_END, 6 * SZ_1M));
	EXPECT_EQ(NULL, gmem_hva(m, GAP_END, 6 * SZ_1M + 1));
	gmem_free(m);
}

TEST(both_regions_are_the_one_memfd)
{
	struct gmem *m = gmem_new(6 * SZ_1M, 4 * SZ_1M, 8 * SZ_1M, NULL);
	u32 v = 0x12345678, back = 0;

	ASSERT_NE(NULL, m);
	ASSERT_EQ(2, m->nr);
	ASSERT_EQ(0, gmem_write(m, 8 * SZ_1M + 16, &v, sizeof(v)));
	ASSERT_EQ(sizeof(back), pread(m->fd, &back, sizeof(back), 4 * SZ_1M + 16));
	EXPECT_EQ(v, back);
	gmem_free(m);
}

TEST(Q9_bounds_by_subtraction)
{
	struct gmem *m = gmem_new(6 * SZ_1M, 4 * SZ_1M, 8 * SZ_1M, NULL);

	ASSERT_NE(NULL, m);
	EXPECT_NE(NULL, gmem_hva(m, 0, 4 * SZ_1M));
	EXPECT_EQ(NULL, gmem_hva(m, 0, 4 * SZ_1M + 1));
	EXPECT_EQ(NULL, gmem_hva(m, 4 * SZ_1M - 1, 2));
	EXPECT_EQ(NULL, gmem_hva(m, 4 * SZ_1M, 0));
	EXPECT_EQ(NULL, gmem_hva(m, 4 * SZ_1M - 8, 6 * SZ_1M));
	EXPECT_EQ(NULL, gmem_hva(m, 16, ~0ULL));
	EXPECT_EQ(NULL, gmem_hva(m, ~0ULL, 2));
	EXPECT_EQ(NULL, gmem_hva(m, ~0ULL - 7, 16));
	EXPECT_EQ(NULL, gmem_hva(m, 10 * SZ_1M, 1));
	EXPECT_NE(NULL, gmem_hva(m, 10 * SZ_1M - 1, 1));
	EXPECT_NE(NULL, gmem_hva(m, 0, 0));
	gmem_free(m);
}

TEST(copies_refuse_whole)
{
	struct gmem *m = gmem_new(4 * SZ_1M, GAP_START, GAP_END, NULL);
	u8 buf[16], *end;

	ASSERT_NE(NULL, m);
	memset(buf, 0x5a, sizeof(buf));
	EXPECT_EQ(-EFAULT, gmem_read(m, 4 * SZ_1M - 8, buf, 16));
	EXPECT_EQ(0x5a, buf[0]);
	EXPECT_EQ(-EFAULT, gmem_write(m, 4 * SZ_1M - 8, buf, 16));
	end = gmem_hva(m, 4 * SZ_1M - 8, 8);
	ASSERT_NE(NULL, end);
	EXPECT_EQ(0, end[0]);
	EXPECT_EQ(0, gmem_write(m, 4 * SZ_1M - 8, buf, 8));
	EXPECT_EQ(0x5a, end[7]);
	gmem_free(m);
}

TEST(guard_pages_on_both_sides)
{
	struct gmem *m = gmem_new(6 * SZ_1M, 4 * SZ_1M, 8 * SZ_1M, NULL);
	unsigned int i;

	ASSERT_NE(NULL, m);
	for (i = 0; i < m->nr; i++) {
		u8 *lo = m->regions[i].hva;
		u8 *hi = lo + m->regions[i].len;

		EXPECT_EQ(SIGSEGV, dies_by(touch_read, lo - 1));
		EXPECT_EQ(SIGSEGV, dies_by(touch_write, lo - SZ_2M));
		EXPECT_EQ(SIGSEGV, dies_by(touch_read, hi));
		EXPECT_EQ(SIGSEGV, dies_by(touch_write, hi + SZ_1M));
		EXPECT_EQ(0, dies_by(touch_write, lo));
		EXPECT_EQ(0, dies_by(touch_write, hi - 1));
	}
	gmem_free(m);
}

TEST(G10_the_size_is_sealed)
{
	const int want = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
	struct gmem *m = gmem_new(4 * SZ_1M, GAP_START, GAP_END, NULL);

	ASSERT_NE(NULL, m);
	EXPECT_EQ(want, fcntl(m->fd, F_GET_SEALS) & want);
	EXPECT_EQ(-1, ftruncate(m->fd, SZ_1M));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, ftruncate(m->fd, 8 * SZ_1M));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(FD_CLOEXEC, fcntl(m->fd, F_GETFD) & FD_CLOEXEC);
	gmem_free(m);
}

TEST(sizes_that_cannot_be)
{
	static const struct {
		u64 mem, start, end;
	} bad[] = {
		{ 0, GAP_START, GAP_END },	     { 4095, GAP_START, GAP_END },
		{ SZ_1M + 1, GAP_START, GAP_END },   { SZ_4M, 0, GAP_END },
		{ SZ_4M, GAP_END, GAP_START },	     { SZ_4M, SZ_1M + 4096, GAP_END },
		{ ~0ULL << 12, GAP_START, GAP_END }, { 1ULL << 62, GAP_START, 1ULL << 62 },
	};
	struct ktstr_err err;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(&err, 0, sizeof(err));
		errno = 0;
		EXPECT_EQ(NULL, gmem_new(bad[i].mem, bad[i].start, bad[i].end, &err));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_NE('\0', err.msg[0]);
	}
}

TEST(what_the_host_cannot_map_is_an_error)
{
	struct ktstr_err err = {};

	/* More than any user address space holds, and yet a legal file size. */
	EXPECT_EQ(NULL, gmem_new(1ULL << 60, GAP_START, GAP_END, &err));
	EXPECT_NE('\0', err.msg[0]);
}

TEST(wrap_plain_memory)
{
	u8 buf[64] = { 0 };
	struct gmem m;

	gmem_wrap(&m, buf, sizeof(buf));
	EXPECT_EQ((void *)buf, gmem_hva(&m, 0, 64));
	EXPECT_EQ(NULL, gmem_hva(&m, 1, 64));
	EXPECT_EQ(NULL, gmem_hva(&m, 64, 1));
	EXPECT_EQ(0, gmem_write(&m, 63, "x", 1));
	EXPECT_EQ('x', buf[63]);
}

TEST(free_takes_null_and_half_built)
{
	struct gmem *m = calloc(1, sizeof(*m));

	ASSERT_NE(NULL, m);
	gmem_free(NULL);
	m->fd = -1;
	m->nr = GMEM_REGIONS_MAX;
	gmem_free(m);
}

TEST(saved_memory_is_mapped_privately_and_guarded)
{
	static const struct gmem_region pieces[] = {
		{ .gpa = 0, .len = SZ_8K, .offset = SZ_4K },
		{ .gpa = SZ_1M, .len = SZ_4K, .offset = 0 },
	};
	int fd = memfd_create("saved", MFD_CLOEXEC);
	struct gmem *m;
	u8 v = 1;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ftruncate(fd, 3 * SZ_4K));
	ASSERT_EQ(1, pwrite(fd, &v, 1, SZ_4K));
	m = gmem_map_file(fd, pieces, ARRAY_SIZE(pieces), NULL);
	ASSERT_NE(NULL, m);
	EXPECT_EQ(2, m->nr);
	EXPECT_EQ(SZ_8K + SZ_4K, m->size);
	EXPECT_EQ(1, *(u8 *)gmem_hva(m, 0, 1));
	*(u8 *)gmem_hva(m, 0, 1) = 2;
	EXPECT_EQ(1, pread(fd, &v, 1, SZ_4K));
	EXPECT_EQ(1, v);
	EXPECT_EQ(NULL, gmem_hva(m, SZ_8K, 1));
	EXPECT_EQ(SIGSEGV, dies_by(touch_read, m->regions[0].hva + SZ_8K));
	EXPECT_EQ(SIGSEGV, dies_by(touch_read, m->regions[1].hva - 1));
	gmem_free(m);
	close(fd);
}

TEST(a_file_that_cannot_be_mapped_is_an_error)
{
	static const struct gmem_region piece = { .len = SZ_4K };
	struct ktstr_err err = { "" };

	errno = 0;
	EXPECT_EQ(NULL, gmem_map_file(-1, &piece, 1, &err));
	EXPECT_EQ(EBADF, errno);
	EXPECT_NE('\0', err.msg[0]);
}

TEST_HARNESS_MAIN
