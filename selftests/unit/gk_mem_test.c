// SPDX-License-Identifier: GPL-2.0-only
/* Per-CPU addresses, remembered translations and faults of a guest kernel's memory. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "kselftest_harness.h"
#include "guest_kernel_fixture.h"

/* The page table that make_page_tables() ends with, and its entry for VMALLOC. */
#define PTE (0x200000ULL + 2 * SZ_4K + 8 * (VMALLOC >> 12 & 511))

FIXTURE(gk_mem)
{
	struct guest g;
	struct guest_kernel *gk;
};

FIXTURE_SETUP(gk_mem)
{
	u32 nr = 2;

	ASSERT_TRUE(guest_init(&self->g));
	put64(self->g.ram, TEXT_GPA + CPU_OFFSETS, DIRECT);
	put64(self->g.ram, TEXT_GPA + CPU_OFFSETS + 8, DIRECT + SZ_64K);
	memcpy(self->g.ram + TEXT_GPA + NR_CPU_IDS, &nr, sizeof(nr));
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk)
	{
		TH_LOG("%s", self->g.err.msg);
	}
	self->gk = self->g.gk;
}

FIXTURE_TEARDOWN(gk_mem)
{
	guest_end(&self->g);
}

static void set_nr_cpu_ids(struct guest *g, u32 nr)
{
	memcpy(g->ram + TEXT_GPA + NR_CPU_IDS, &nr, sizeof(nr));
}

static void set_page(struct guest *g, u64 gpa)
{
	put64(g->ram, PTE, gpa ? gpa | PTE_PRESENT : 0);
}

TEST_F(gk_mem, a_symbol_has_a_copy_for_each_cpu)
{
	u64 base, kva = 0;

	ASSERT_TRUE(gk_symbol(self->gk, "runqueues", &base));
	EXPECT_EQ(0, gk_percpu(self->gk, base, 0, &kva));
	EXPECT_EQ(DIRECT + base, kva);
	EXPECT_EQ(0, gk_percpu(self->gk, base, 1, &kva));
	EXPECT_EQ(DIRECT + SZ_64K + base, kva);
}

TEST_F(gk_mem, a_percpu_pointer_may_be_anything)
{
	u64 kva = 0;

	EXPECT_EQ(0, gk_percpu(self->gk, ~0ULL, 0, &kva));
	EXPECT_EQ(DIRECT - 1, kva);
}

TEST_F(gk_mem, there_is_no_cpu_beyond_what_a_kernel_can_have)
{
	u64 kva = 1;

	EXPECT_EQ(-ERANGE, gk_percpu(self->gk, 0, GK_CPUS_MAX, &kva));
	EXPECT_EQ(-ERANGE, gk_percpu(self->gk, 0, ~0U, &kva));
	EXPECT_EQ(1, kva);
}

TEST_F(gk_mem, without_the_table_there_are_no_percpu_addresses)
{
	u64 kva;

	make_kallsyms(self->g.ram, &self->g.cfg, runtime, 5);
	self->g.cfg.image = NULL;
	gk_free(self->g.gk);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_EQ(-ENOENT, gk_percpu(self->g.gk, 0, 0, &kva));
	EXPECT_EQ(4, gk_nr_cpus(self->g.gk, 4));
}

TEST_F(gk_mem, G8_the_machine_bounds_the_number_of_cpus)
{
	u32 nr = 0;

	EXPECT_EQ(2, gk_nr_cpus(self->gk, 4));
	EXPECT_EQ(2, gk_nr_cpus(self->gk, 2));
	EXPECT_EQ(1, gk_nr_cpus(self->gk, 1));
	set_nr_cpu_ids(&self->g, ~0U);
	EXPECT_EQ(4, gk_nr_cpus(self->gk, 4));
	EXPECT_EQ(0, gk_nr_cpu_ids(self->gk, &nr));
	EXPECT_EQ(~0U, nr);
	set_nr_cpu_ids(&self->g, 0);
	EXPECT_EQ(4, gk_nr_cpus(self->gk, 4));
}

TEST_F(gk_mem, translations_are_remembered_for_one_epoch)
{
	u64 gpa = 0;

	gk_cache_begin(self->gk);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC + 8, &gpa));
	EXPECT_EQ(PAGE_A + 8, gpa);
	set_page(&self->g, PAGE_B);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC + 0x123, &gpa));
	EXPECT_EQ(PAGE_A + 0x123, gpa);
	gk_cache_end(self->gk);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC, &gpa));
	EXPECT_EQ(PAGE_B, gpa);
	gk_cache_begin(self->gk);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC, &gpa));
	EXPECT_EQ(PAGE_B, gpa);
	gk_cache_end(self->gk);
}

TEST_F(gk_mem, a_second_begin_begins_empty)
{
	u64 gpa = 0;

	gk_cache_begin(self->gk);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC, &gpa));
	set_page(&self->g, PAGE_B);
	gk_cache_begin(self->gk);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC, &gpa));
	EXPECT_EQ(PAGE_B, gpa);
	gk_cache_end(self->gk);
}

TEST_F(gk_mem, faults_are_not_remembered)
{
	u64 gpa = 0;

	set_page(&self->g, 0);
	gk_cache_begin(self->gk);
	EXPECT_EQ(-EFAULT, gk_gpa(self->gk, VMALLOC, &gpa));
	set_page(&self->g, PAGE_B);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC, &gpa));
	EXPECT_EQ(PAGE_B, gpa);
	gk_cache_end(self->gk);
}

TEST_F(gk_mem, pages_that_share_a_slot_do_not_share_a_translation)
{
	u64 gpa, far = VMALLOC + SZ_16M, pmd = 0x201000;

	put64(self->g.ram, pmd + 8 * (far >> 21 & 511), 0x210000 | PTE_PRESENT);
	put64(self->g.ram, 0x210000 + 8 * (far >> 12 & 511), PAGE_B | PTE_PRESENT);
	gk_cache_begin(self->gk);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC + 1, &gpa));
	EXPECT_EQ(PAGE_A + 1, gpa);
	EXPECT_EQ(0, gk_gpa(self->gk, far + 2, &gpa));
	EXPECT_EQ(PAGE_B + 2, gpa);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC + 3, &gpa));
	EXPECT_EQ(PAGE_A + 3, gpa);
	gk_cache_end(self->gk);
}

static void *translate(void *gk)
{
	u64 gpa;

	return gk_gpa(gk, VMALLOC, &gpa) ? NULL : (void *)gpa;
}

TEST_F(gk_mem, other_threads_do_without)
{
	pthread_t thread;
	void *gpa;
	u64 mine;

	gk_cache_begin(self->gk);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC, &mine));
	set_page(&self->g, PAGE_B);
	ASSERT_EQ(0, pthread_create(&thread, NULL, translate, self->gk));
	ASSERT_EQ(0, pthread_join(thread, &gpa));
	EXPECT_EQ((void *)PAGE_B, gpa);
	EXPECT_EQ(0, gk_gpa(self->gk, VMALLOC, &mine));
	EXPECT_EQ(PAGE_A, mine);
	gk_cache_end(self->gk);
}

TEST_F(gk_mem, a_fault_has_an_address)
{
	u64 fault = 7;
	u8 buf[3 * SZ_4K];

	self->g.ram[PAGE_B + SZ_4K - 1] = 'z';
	EXPECT_EQ(0, gk_read_fault(self->gk, VMALLOC, buf, SZ_8K, &fault));
	EXPECT_EQ(7, fault);
	EXPECT_EQ(-EFAULT, gk_read_fault(self->gk, VMALLOC + 5, buf, SZ_8K, &fault));
	EXPECT_EQ(VMALLOC + SZ_8K, fault);
	EXPECT_EQ('z', buf[SZ_8K - 6]);
	EXPECT_EQ(-EFAULT, gk_read_fault(self->gk, 0x1234, buf, 1, &fault));
	EXPECT_EQ(0x1234, fault);
	EXPECT_EQ(-EFAULT, gk_read_fault(self->gk, DIRECT + RAM_SIZE - 4, buf, 8, &fault));
	EXPECT_EQ(DIRECT + RAM_SIZE, fault);
}

TEST_F(gk_mem, memory_note_and_direct_map_are_handed_out)
{
	size_t len = 0;
	u64 base = 0;

	EXPECT_EQ(&self->g.gmem, gk_memory(self->gk));
	EXPECT_TRUE(gk_map_base(self->gk, &base));
	EXPECT_EQ(DIRECT, base);
	ASSERT_NE(NULL, gk_vmcoreinfo(self->gk, &len));
	EXPECT_EQ(self->g.cfg.vmcoreinfo_size, len);
	EXPECT_EQ(0, memcmp(self->g.ram + NOTE_GPA, gk_vmcoreinfo(self->gk, &len), len));
}

TEST_F(gk_mem, the_note_ends_where_it_says)
{
	size_t len = 0;

	self->g.cfg.vmcoreinfo_size += 100;
	gk_free(self->g.gk);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	ASSERT_NE(NULL, gk_vmcoreinfo(self->g.gk, &len));
	EXPECT_EQ(self->g.cfg.vmcoreinfo_size - 100, len);
}

TEST_F(gk_mem, a_note_that_was_saved_does_as_well)
{
	u8 note[2048];
	size_t len = self->g.cfg.vmcoreinfo_size;
	u64 v;

	ASSERT_LE(len, sizeof(note));
	memcpy(note, self->g.ram + NOTE_GPA, len);
	memset(self->g.ram + NOTE_GPA, 0, len);
	self->g.cfg.vmcoreinfo = note;
	self->g.cfg.vmcoreinfo_len = len;
	self->g.cfg.vmcoreinfo_size = 0;
	gk_free(self->g.gk);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_TRUE(gk_symbol(self->g.gk, "variable", &v));
	EXPECT_EQ(0, gk_read_u64(self->g.gk, v, &v));
	EXPECT_EQ(0x1122334455667788, v);
}

TEST_HARNESS_MAIN
