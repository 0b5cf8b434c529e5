// SPDX-License-Identifier: GPL-2.0-only
/* A guest saved and opened again. */
#include <errno.h>
#include <fcntl.h>

#include "kselftest_harness.h"
#include "guest_kernel_fixture.h"
#include "vmcore_fixture.h"

#if defined(__x86_64__)
#include <sys/procfs.h>
#include <sys/user.h>
#endif

#define MEM (6ULL * SZ_1M)

FIXTURE(vmcore)
{
	struct saved s;
};

FIXTURE_SETUP(vmcore)
{
	ASSERT_TRUE(saved_init(&self->s, MEM));
}

FIXTURE_TEARDOWN(vmcore)
{
	saved_end(&self->s);
}

static u64 file_blocks(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? ~0ULL : st.st_blocks * 512ULL;
}

/* The @nr-th program header. */
static Elf64_Phdr phdr(int fd, u32 nr)
{
	Elf64_Phdr ph = {};

	if (pread(fd, &ph, sizeof(ph), sizeof(Elf64_Ehdr) + nr * sizeof(ph)) != sizeof(ph))
		ph.p_type = PT_NULL;
	return ph;
}

TEST_F(vmcore, memory_comes_back_from_both_sides_of_the_gap)
{
	static const u64 at[] = {
		0, 8, SZ_1M - 1, SZ_1M, GAP_START - 1, GAP_END, GAP_END + SZ_2M - 1
	};
	struct saved *s = &self->s;
	unsigned int i;
	u8 v = 0;

	for (i = 0; i < ARRAY_SIZE(at); i++) {
		v = i + 1;
		ASSERT_EQ(0, gmem_write(s->ram, at[i], &v, 1));
	}
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(2, s->core->ram->nr);
	EXPECT_EQ(MEM, s->core->ram->size);
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		ASSERT_EQ(0, gmem_read(s->core->ram, at[i], &v, 1));
		EXPECT_EQ(i + 1, v);
	}
	EXPECT_EQ(-EFAULT, gmem_read(s->core->ram, GAP_START, &v, 1));
	EXPECT_EQ(-EFAULT, gmem_read(s->core->ram, GAP_END - 1, &v, 1));
	EXPECT_EQ(-EFAULT, gmem_read(s->core->ram, GAP_END + SZ_2M, &v, 1));
}

TEST_F(vmcore, every_byte_is_the_same)
{
	struct saved *s = &self->s;
	u64 rng = 1, i;

	/* pages that begin, end, or do neither with zeroes, alone and in rows */
	for (i = 0; i < 3000; i++) {
		rng = rng * 6364136223846793005 + 1442695040888963407;
		s->ram->regions[rng >> 63].hva[(rng >> 20) % SZ_2M] = rng >> 56;
	}
	memset(s->ram->regions[0].hva + SZ_2M, 'x', SZ_2M);
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(0, memcmp(s->ram->regions[i].hva, s->core->ram->regions[i].hva,
				    s->ram->regions[i].len));
}

TEST_F(vmcore, zeroes_are_holes_and_untouched_memory_stays_so)
{
	struct vmcore_stats stats = {};
	struct saved *s = &self->s;

	s->ram->regions[0].hva[0] = 0;
	s->ram->regions[0].hva[SZ_2M] = 1;
	s->ram->regions[1].hva[SZ_4K] = 1;
	ASSERT_EQ(0, vmcore_write(&s->src, s->fd, &stats, &s->err));
	EXPECT_EQ(MEM, stats.memory);
	EXPECT_EQ(2 * SZ_4K, stats.written);
	EXPECT_LE(file_blocks(s->fd), SZ_64K);
	/* huge pages may have come by themselves */
	EXPECT_LE(file_blocks(s->ram->fd), 3 * SZ_2M);
}

TEST_F(vmcore, what_was_in_the_file_is_gone)
{
	struct saved *s = &self->s;
	u8 junk[SZ_4K], v = 1;
	int i;

	memset(junk, 'j', sizeof(junk));
	for (i = 0; i < 8; i++)
		ASSERT_EQ(sizeof(junk), pwrite(s->fd, junk, sizeof(junk), i * sizeof(junk)));
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(0, gmem_read(s->core->ram, SZ_8K, &v, 1));
	EXPECT_EQ(0, v);
}

TEST_F(vmcore, memory_that_is_no_memfd_can_be_saved)
{
	struct saved *s = &self->s;
	struct gmem m;
	u8 *buf = calloc(1, SZ_64K), v = 0;

	ASSERT_NE(NULL, buf);
	buf[SZ_32K] = 9;
	gmem_wrap(&m, buf, SZ_64K);
	s->src.ram = &m;
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(0, gmem_read(s->core->ram, SZ_32K, &v, 1));
	EXPECT_EQ(9, v);
	EXPECT_EQ(SZ_64K, s->core->ram->size);
	free(buf);
}

TEST_F(vmcore, registers_come_back)
{
	struct saved *s = &self->s;
	u32 i, k;

	s->regs[0].has_syscall_entry = true;
	s->regs[0].syscall_entry = 0xffffffff81e00080;
	s->regs[2].has_user_pt_root = true;
	s->regs[2].user_pt_root = 0x77000;
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	ASSERT_EQ(CPUS, s->core->nr_cpus);
	EXPECT_EQ(EM_X86_64, s->core->machine);
	for (i = 0; i < CPUS; i += 2) {
		const struct vcpu_regs *a = &s->regs[i], *b = &s->core->regs[i];

		EXPECT_TRUE(b->valid);
		EXPECT_EQ(a->ip, b->ip);
		EXPECT_EQ(a->sp, b->sp);
		EXPECT_EQ(a->flags, b->flags);
		EXPECT_EQ(a->pt_root, b->pt_root);
		EXPECT_EQ(a->has_user_pt_root, b->has_user_pt_root);
		EXPECT_EQ(a->user_pt_root, b->user_pt_root);
		EXPECT_EQ(a->has_syscall_entry, b->has_syscall_entry);
		EXPECT_EQ(a->syscall_entry, b->syscall_entry);
		EXPECT_EQ(a->runstate, b->runstate);
		EXPECT_EQ(a->started, b->started);
		ASSERT_EQ(a->nr_gpr, b->nr_gpr);
		for (k = 0; k < a->nr_gpr; k++)
			EXPECT_EQ(a->gpr[k], b->gpr[k]);
	}
	EXPECT_FALSE(s->core->regs[1].valid);
}

TEST_F(vmcore, registers_of_arm64_come_back)
{
	struct saved *s = &self->s;
	struct gk_config cfg;

	s->src.machine = EM_AARCH64;
	fill_regs(s->regs, 31);
	s->regs[2].has_tcr = true;
	s->regs[2].tcr_el1 = 0x400000f5b5503510;
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(EM_AARCH64, s->core->machine);
	EXPECT_EQ(31, s->core->regs[2].nr_gpr);
	EXPECT_EQ(0, memcmp(s->regs[2].gpr, s->core->regs[2].gpr, sizeof(s->regs[2].gpr)));
	EXPECT_EQ(s->regs[2].ip, s->core->regs[2].ip);
	EXPECT_EQ(s->regs[2].sp, s->core->regs[2].sp);
	vmcore_config(s->core, &cfg);
	EXPECT_EQ(s->regs[2].tcr_el1, cfg.tcr_el1);
	EXPECT_EQ(s->regs[2].pt_root, cfg.ttbr1);
}

#if defined(__x86_64__)
TEST_F(vmcore, registers_are_where_elf_prstatus_has_them)
{
	struct user_regs_struct r;
	struct saved *s = &self->s;
	struct elf_prstatus pr;
	Elf64_Phdr note;
	u64 at;

	ASSERT_TRUE(saved_write(s));
	note = phdr(s->fd, 0);
	at = note.p_offset + ALIGN(s->src.vmcoreinfo_len, 4) + sizeof(Elf64_Nhdr) + 8;
	ASSERT_EQ(sizeof(pr), pread(s->fd, &pr, sizeof(pr), at));
	memcpy(&r, pr.pr_reg, sizeof(r));
	EXPECT_EQ(1, pr.pr_pid);
	EXPECT_EQ(s->regs[0].ip, r.rip);
	EXPECT_EQ(s->regs[0].sp, r.rsp);
	EXPECT_EQ(s->regs[0].flags, r.eflags);
	EXPECT_EQ(s->regs[0].gpr[0], r.rax);
	EXPECT_EQ(s->regs[0].gpr[1], r.rbx);
	EXPECT_EQ(s->regs[0].gpr[2], r.rcx);
	EXPECT_EQ(s->regs[0].gpr[3], r.rdx);
	EXPECT_EQ(s->regs[0].gpr[4], r.rsi);
	EXPECT_EQ(s->regs[0].gpr[5], r.rdi);
	EXPECT_EQ(s->regs[0].gpr[6], r.rbp);
	EXPECT_EQ(s->regs[0].gpr[7], r.r8);
	EXPECT_EQ(s->regs[0].gpr[8], r.r9);
	EXPECT_EQ(s->regs[0].gpr[14], r.r15);
	EXPECT_EQ(0x10, r.cs);
	EXPECT_EQ(-1, (s64)r.orig_rax);
}
#endif

TEST_F(vmcore, the_note_is_unchanged_and_addresses_are_kept)
{
	struct saved *s = &self->s;
	struct gk_config cfg;

	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	ASSERT_EQ(s->src.vmcoreinfo_len, s->core->vmcoreinfo_len);
	EXPECT_EQ(0, memcmp(s->note, s->core->vmcoreinfo, s->core->vmcoreinfo_len));
	EXPECT_TRUE(s->core->ours);
	vmcore_config(s->core, &cfg);
	EXPECT_EQ(s->core->ram, cfg.ram);
	EXPECT_EQ(s->core->vmcoreinfo, cfg.vmcoreinfo);
	EXPECT_EQ(s->src.vmcoreinfo_gpa, cfg.vmcoreinfo_gpa);
	EXPECT_EQ(s->src.vmcoreinfo_size, cfg.vmcoreinfo_size);
	EXPECT_EQ(s->src.kadr_phys_base, cfg.kadr_phys_base);
	EXPECT_EQ(s->src.kadr_text, cfg.kadr_text);
	EXPECT_EQ(0, cfg.tcr_el1);
	EXPECT_EQ(NULL, cfg.image);
}

TEST_F(vmcore, without_cpus_and_note_there_is_memory)
{
	struct saved *s = &self->s;

	s->src.nr_cpus = 0;
	s->src.regs = NULL;
	s->src.vmcoreinfo = NULL;
	s->src.vmcoreinfo_len = 0;
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(0, s->core->nr_cpus);
	EXPECT_EQ(NULL, s->core->vmcoreinfo);
	EXPECT_EQ(MEM, s->core->ram->size);
}

TEST_F(vmcore, headers_say_where_memory_is)
{
	struct saved *s = &self->s;
	u32 i;

	ASSERT_TRUE(saved_write(s));
	EXPECT_EQ(PT_NOTE, phdr(s->fd, 0).p_type);
	/* one that begins at 0 is two, or nobody could tell that there are addresses */
	EXPECT_EQ(0, phdr(s->fd, 1).p_paddr);
	EXPECT_EQ(SZ_1M, phdr(s->fd, 1).p_memsz);
	EXPECT_EQ(SZ_1M, phdr(s->fd, 2).p_paddr);
	EXPECT_EQ(GAP_START - SZ_1M, phdr(s->fd, 2).p_memsz);
	EXPECT_EQ(GAP_END, phdr(s->fd, 3).p_paddr);
	EXPECT_EQ(SZ_2M, phdr(s->fd, 3).p_memsz);
	for (i = 1; i <= 3; i++) {
		Elf64_Phdr ph = phdr(s->fd, i);

		EXPECT_EQ(PT_LOAD, ph.p_type);
		EXPECT_EQ(MAP_BASE + ph.p_paddr, ph.p_vaddr);
		EXPECT_EQ(ph.p_memsz, ph.p_filesz);
		EXPECT_EQ(0, ph.p_offset % SZ_4K);
	}
}

TEST_F(vmcore, the_image_is_mapped_once_more)
{
	struct saved *s = &self->s;
	Elf64_Phdr ph, image;

	s->src.image_kva = TEXT;
	s->src.image_gpa = GAP_END + SZ_4K;
	s->src.image_len = SZ_1M;
	ASSERT_TRUE(saved_write(s));
	ph = phdr(s->fd, 3);
	image = phdr(s->fd, 4);
	EXPECT_EQ(PT_LOAD, image.p_type);
	EXPECT_EQ(TEXT, image.p_vaddr);
	EXPECT_EQ(GAP_END + SZ_4K, image.p_paddr);
	EXPECT_EQ(SZ_1M, image.p_memsz);
	EXPECT_EQ(ph.p_offset + SZ_4K, image.p_offset);
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(2, s->core->ram->nr);
	EXPECT_EQ(MEM, s->core->ram->size);
}

TEST_F(vmcore, writes_stay_in_the_process)
{
	struct saved *s = &self->s;
	u8 v = 5;

	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(0, gmem_write(s->core->ram, SZ_8K, &v, 1));
	vmcore_close(s->core);
	ASSERT_TRUE(saved_open(s));
	EXPECT_EQ(0, gmem_read(s->core->ram, SZ_8K, &v, 1));
	EXPECT_EQ(0, v);
}

TEST_F(vmcore, what_was_opened_can_be_saved_again)
{
	struct saved *s = &self->s, again;
	u8 v = 5;

	ASSERT_EQ(0, gmem_write(s->ram, GAP_END + 1, &v, 1));
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	ASSERT_EQ(0, gmem_write(s->core->ram, SZ_8K, &v, 1));
	ASSERT_TRUE(saved_init(&again, MEM));
	again.src.ram = s->core->ram;
	again.src.regs = s->core->regs;
	ASSERT_TRUE(saved_write(&again));
	ASSERT_TRUE(saved_open(&again));
	v = 0;
	EXPECT_EQ(0, gmem_read(again.core->ram, GAP_END + 1, &v, 1));
	EXPECT_EQ(5, v);
	v = 0;
	EXPECT_EQ(0, gmem_read(again.core->ram, SZ_8K, &v, 1));
	EXPECT_EQ(5, v);
	EXPECT_EQ(s->regs[2].gpr[3], again.core->regs[2].gpr[3]);
	saved_end(&again);
}

TEST_F(vmcore, a_kernel_is_found_in_it)
{
	struct saved *s = &self->s;
	struct guest_kernel *gk;
	struct gk_config cfg;
	struct guest g;
	u64 v = 0;

	ASSERT_TRUE(guest_init(&g));
	g.cfg.image = NULL;
	g.gk = gk_new(&g.cfg, &g.err);
	ASSERT_NE(NULL, g.gk);
	vmcore_src_init(&s->src, &g.cfg, g.gk);
	EXPECT_EQ(EM_X86_64, s->src.machine);
	EXPECT_EQ(DIRECT, s->src.map_base);
	EXPECT_EQ(TEXT, s->src.image_kva);
	EXPECT_EQ(TEXT_GPA, s->src.image_gpa);
	EXPECT_EQ(IMAGE_SIZE, s->src.image_len);
	ASSERT_TRUE(saved_write(s));
	guest_end(&g);
	ASSERT_TRUE(saved_open(s));
	vmcore_config(s->core, &cfg);
	gk = gk_new(&cfg, &s->err);
	ASSERT_NE(NULL, gk)
	{
		TH_LOG("%s", s->err.msg);
	}
	EXPECT_TRUE(gk_symbol(gk, "variable", &v));
	EXPECT_EQ(0, gk_read_u64(gk, v, &v));
	EXPECT_EQ(0x1122334455667788, v);
	EXPECT_EQ(0, gk_gpa(gk, VMALLOC, &v));
	gk_free(gk);
}

TEST_F(vmcore, without_a_kernel_its_note_is_found_by_address)
{
	struct gk_config cfg = { .ram = self->s.ram,
				 .vmcoreinfo_gpa = SZ_1M,
				 .vmcoreinfo_size = 100 };
	struct saved *s = &self->s;

	vmcore_src_init(&s->src, &cfg, NULL);
	ASSERT_TRUE(saved_write(s));
	ASSERT_TRUE(saved_open(s));
	vmcore_config(s->core, &cfg);
	EXPECT_EQ(NULL, cfg.vmcoreinfo);
	EXPECT_EQ(SZ_1M, cfg.vmcoreinfo_gpa);
	EXPECT_EQ(100, cfg.vmcoreinfo_size);
}

TEST_F(vmcore, what_cannot_be_saved_is_named)
{
	struct saved *s = &self->s;

	s->src.machine = EM_RISCV;
	EXPECT_EQ(-EINVAL, vmcore_write(&s->src, s->fd, NULL, &s->err));
	EXPECT_NE(NULL, strstr(s->err.msg, "machine 243"));
	s->src.machine = EM_X86_64;
	s->src.nr_cpus = GK_CPUS_MAX + 1;
	EXPECT_EQ(-EINVAL, vmcore_write(&s->src, s->fd, NULL, &s->err));
	s->src.nr_cpus = CPUS;
	s->src.vmcoreinfo_len = SZ_1M;
	EXPECT_EQ(-EINVAL, vmcore_write(&s->src, s->fd, NULL, &s->err));
	s->src.vmcoreinfo_len = 0;
	s->src.image_len = SZ_8M;
	EXPECT_EQ(-EINVAL, vmcore_write(&s->src, s->fd, NULL, &s->err));
	s->src.image_len = 0;
	EXPECT_EQ(-EBADF, vmcore_write(&s->src, -1, NULL, &s->err));
	EXPECT_NE(NULL, strstr(s->err.msg, "making a file of"));
}

TEST_F(vmcore, a_file_that_takes_no_writes_is_an_error)
{
	struct saved *s = &self->s;

	ASSERT_EQ(0, close(s->fd));
	s->fd = memfd_create("sealed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ASSERT_LE(0, s->fd);
	ASSERT_EQ(0, fcntl(s->fd, F_ADD_SEALS, F_SEAL_WRITE));
	EXPECT_EQ(-EPERM, vmcore_write(&s->src, s->fd, NULL, &s->err));
	EXPECT_NE(NULL, strstr(s->err.msg, "writing"));
}

TEST_F(vmcore, close_takes_null)
{
	vmcore_close(NULL);
}

TEST_HARNESS_MAIN
