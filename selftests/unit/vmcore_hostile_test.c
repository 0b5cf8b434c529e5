// SPDX-License-Identifier: GPL-2.0-only
/* Files that say they are vmcores. */
#include <errno.h>

#include "kselftest_harness.h"
#include "vmcore_fixture.h"

#define MEM (6ULL * SZ_1M)
/* Of the file that the fixture has saved: headers, then notes. */
#define PHDR(nr) (sizeof(Elf64_Ehdr) + (nr) * sizeof(Elf64_Phdr))
#define NOTES	 PHDR(4)

#define EHDR_FIELD(field)     offsetof(Elf64_Ehdr, field)
#define PHDR_FIELD(nr, field) (PHDR(nr) + offsetof(Elf64_Phdr, field))

FIXTURE(hostile)
{
	struct saved s;
};

FIXTURE_SETUP(hostile)
{
	ASSERT_TRUE(saved_init(&self->s, MEM));
	ASSERT_TRUE(saved_write(&self->s));
}

FIXTURE_TEARDOWN(hostile)
{
	saved_end(&self->s);
}

/* Whether the file is refused with @error and says @text, after its name. */
static bool refused(struct saved *s, int error, const char *text)
{
	errno = 0;
	s->core = vmcore_open(s->path, &s->err);
	if (!s->core && errno == error && strstr(s->err.msg, text) &&
	    !strncmp(s->err.msg, s->path, strlen(s->path)))
		return true;
	fprintf(stderr, "# errno %d: %s\n", errno, s->err.msg);
	return false;
}

static void put(struct saved *s, u64 offset, u64 v, size_t len)
{
	if (pwrite(s->fd, &v, len, offset) != (ssize_t)len)
		perror("pwrite");
}

/* Refused with @v in a header, and well again with what was there before. */
static bool refused_with(struct saved *s, u64 offset, u64 v, size_t len, int error,
			 const char *text)
{
	u64 before = 0;
	bool ok;

	if (pread(s->fd, &before, len, offset) != (ssize_t)len)
		return false;
	put(s, offset, v, len);
	ok = refused(s, error, text);
	put(s, offset, before, len);
	return ok;
}

TEST_F(hostile, what_is_no_file_of_memory)
{
	struct ktstr_err *err = &self->s.err;

	EXPECT_EQ(NULL, vmcore_open("/nonexistent/vmcore", err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_NE(NULL, strstr(err->msg, "/nonexistent/vmcore: "));
	EXPECT_EQ(NULL, vmcore_open("/dev/zero", err));
	EXPECT_EQ(ENOEXEC, errno);
	EXPECT_EQ(NULL, vmcore_open("/", err));
	EXPECT_EQ(ENOEXEC, errno);
	EXPECT_EQ(NULL, vmcore_open("/proc/self/exe", err));
	EXPECT_NE(NULL, strstr(err->msg, "not an ELF core file"));
}

TEST_F(hostile, elf_header)
{
	struct saved *s = &self->s;

	EXPECT_TRUE(refused_with(s, 0, 0, 1, ENOEXEC, "not an ELF core file"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_type), ET_EXEC, 2, ENOEXEC, "not an ELF core"));
	EXPECT_TRUE(refused_with(s, EI_CLASS, ELFCLASS32, 1, ENOEXEC, "class 1"));
	EXPECT_TRUE(refused_with(s, EI_DATA, ELFDATA2MSB, 1, ENOEXEC, "ELF machine"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_machine), EM_S390, 2, ENOEXEC, "machine 22"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_phentsize), 55, 2, ENOEXEC, "55 bytes"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_phnum), 0, 2, ENOEXEC, "0 program headers"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_phnum), PN_XNUM, 2, ENOEXEC, "65535 program"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_phnum), 1, 2, ENOEXEC, "there is no memory"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_phoff), ~0ULL, 8, ENOEXEC, "program headers"));
	EXPECT_TRUE(refused_with(s, EHDR_FIELD(e_phoff), 16 * SZ_1M, 8, ENOEXEC,
				 "program headers are behind the end"));
}

TEST_F(hostile, memory)
{
	struct saved *s = &self->s;

	EXPECT_TRUE(refused_with(s, PHDR_FIELD(3, p_offset), ~0ULL, 8, ENOEXEC, "behind the end"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(3, p_filesz), ~0ULL, 8, ENOEXEC, "behind the end"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(3, p_memsz), SZ_2M + SZ_4K, 8, EOPNOTSUPP,
				 "parts were left out"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(3, p_offset), 8, 8, EOPNOTSUPP, "not whole pages"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(3, p_paddr), SZ_1M, 8, EOPNOTSUPP, "overlap"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(3, p_paddr), ~0ULL << 12, 8, EOPNOTSUPP,
				 "or have no physical address"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(2, p_paddr), SZ_4K, 8, EOPNOTSUPP, "overlap"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(2, p_offset), SZ_1M, 8, EOPNOTSUPP,
				 "in more than 2 pieces"));
}

TEST_F(hostile, memory_in_many_pieces)
{
	struct saved *s = &self->s;

	put(s, PHDR_FIELD(1, p_memsz), SZ_4K, 8);
	put(s, PHDR_FIELD(1, p_filesz), SZ_4K, 8);
	EXPECT_TRUE(refused(s, EOPNOTSUPP, "in more than 2 pieces"));
}

TEST_F(hostile, segments_of_notes)
{
	struct saved *s = &self->s;

	EXPECT_TRUE(refused_with(s, PHDR_FIELD(0, p_filesz), ~0ULL, 8, ENOEXEC, "notes of"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(0, p_filesz), SZ_16M, 8, ENOEXEC, "notes: "));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(0, p_offset), ~0ULL, 8, ENOEXEC, "notes: "));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(1, p_type), PT_NOTE, 4, ENOEXEC,
				 "two segments of notes"));
	/* in the middle of a header, and of what is behind it */
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(0, p_filesz), 8, 8, ENOEXEC, "in the middle"));
	EXPECT_TRUE(refused_with(s, PHDR_FIELD(0, p_filesz), 20, 8, ENOEXEC, "bytes, 8 are left"));
}

TEST_F(hostile, notes)
{
	struct saved *s = &self->s;
	u64 info = ALIGN(s->src.vmcoreinfo_len, 4);
	u64 prstatus = NOTES + info, ours = prstatus + CPUS * (12 + 8 + 336);

	EXPECT_TRUE(refused_with(s, NOTES, ~0U, 4, ENOEXEC, "name of 4294967295"));
	EXPECT_TRUE(refused_with(s, NOTES + 4, ~0U, 4, ENOEXEC, "content of 4294967295"));
	EXPECT_TRUE(refused_with(s, prstatus + 4, 332, 4, ENOEXEC, "registers of CPU 0: 332"));
	/* the name of a CPU's note: one CPU is missing */
	EXPECT_TRUE(refused_with(s, prstatus + 12, 'X', 1, ENOEXEC, "3 CPUs in"));
	EXPECT_TRUE(refused_with(s, ours + 20, 2, 4, EOPNOTSUPP, "version 2"));
	EXPECT_TRUE(refused_with(s, ours + 24, ~0U, 4, ENOEXEC, "4294967295 CPUs in"));
	put(s, PHDR_FIELD(0, p_filesz), ours + 20 + 20 - NOTES, 8);
	EXPECT_TRUE(refused_with(s, ours + 4, 20, 4, ENOEXEC, "20 bytes are too few"));
}

TEST_F(hostile, a_file_that_others_made_has_no_page_tables)
{
	struct saved *s = &self->s;
	u64 info = ALIGN(s->src.vmcoreinfo_len, 4);

	/* ours under another name */
	put(s, NOTES + info + CPUS * (12 + 8 + 336) + 12, 'X', 1);
	ASSERT_TRUE(saved_open(s));
	EXPECT_FALSE(s->core->ours);
	EXPECT_EQ(CPUS, s->core->nr_cpus);
	EXPECT_EQ(s->regs[2].ip, s->core->regs[2].ip);
	EXPECT_EQ(0, s->core->regs[2].pt_root);
}

TEST_F(hostile, a_file_cut_anywhere_is_refused)
{
	struct saved *s = &self->s;
	struct stat st;
	u64 len;

	ASSERT_EQ(0, fstat(s->fd, &st));
	for (len = st.st_size - 1; len; len = len > SZ_16K ? len / 2 : len - 1) {
		ASSERT_EQ(0, ftruncate(s->fd, len));
		s->err.msg[0] = '\0';
		errno = 0;
		ASSERT_EQ(NULL, vmcore_open(s->path, &s->err));
		ASSERT_NE(0, errno);
		ASSERT_NE('\0', s->err.msg[0]);
	}
}

/* Bit flips in headers and notes: refused with a reason, or memory that can be read to its end. */
TEST_F(hostile, flipped_bits_do_no_harm)
{
	struct saved *s = &self->s;
	u64 rng = 0x9e3779b97f4a7c15;
	int round, odd = 0, opened = 0;
	u8 head[SZ_4K], bad[SZ_4K], sum = 0;

	ASSERT_EQ(sizeof(head), pread(s->fd, head, sizeof(head), 0));
	for (round = 0; round < 4000; round++) {
		unsigned int flips = round % 4 + 1, i;
		struct vmcore *core;

		memcpy(bad, head, sizeof(bad));
		while (flips--) {
			rng = rng * 6364136223846793005 + 1442695040888963407;
			bad[(rng >> 20) % (NOTES + 1400)] ^= 1 << (rng >> 60 & 7);
		}
		ASSERT_EQ(sizeof(bad), pwrite(s->fd, bad, sizeof(bad), 0));
		s->err.msg[0] = '\0';
		core = vmcore_open(s->path, &s->err);
		odd += !core && !s->err.msg[0];
		if (!core)
			continue;
		opened++;
		for (i = 0; i < core->ram->nr; i++) {
			const struct gmem_region *r = &core->ram->regions[i];

			sum += r->hva[0] + r->hva[r->len - 1];
		}
		vmcore_close(core);
	}
	EXPECT_EQ(0, odd);
	EXPECT_NE(0, opened);
	EXPECT_LE(0, sum);
}

TEST_HARNESS_MAIN
