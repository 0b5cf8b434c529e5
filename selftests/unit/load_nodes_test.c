// SPDX-License-Identifier: GPL-2.0-only
/* arch_load() on x86: what a guest finds in its memory about its nodes */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "host/arch/arch.h"
#include "host/arch/x86/layout.h"
#include "host/kernel/image.h"
#include "host/vmm/vm.h"
#include "lib/util.h"
#include "tiny_kernel.h"

#define MEM_BYTES (256ULL << 20)

FIXTURE(load_nodes)
{
	struct tiny_kernel kernel;
	struct kernel_image *img;
	struct vm vm;
	struct vm_config cfg;
	struct ktstr_err err;
};

FIXTURE_SETUP(load_nodes)
{
	/* 1: jmp 1b */
	self->kernel = tiny_kernel("\xeb\xfe", 2);
	self->img = kernel_image_from_mem(&self->kernel, sizeof(self->kernel), "tiny", NULL);
	ASSERT_NE(NULL, self->img);
	self->vm.ram = gmem_new(MEM_BYTES, LAYOUT_MMIO_GAP, LAYOUT_MMIO_GAP_END, NULL);
	ASSERT_NE(NULL, self->vm.ram);
	self->cfg.kernel = self->img;
	self->cfg.cmdline = "last";
}

FIXTURE_TEARDOWN(load_nodes)
{
	gmem_free(self->vm.ram);
	kernel_image_free(self->img);
}

static const char *load(FIXTURE_DATA(load_nodes) * self, struct topology t)
{
	u64 entry;

	self->vm.topo = t;
	if (arch_load(&self->vm, &self->cfg, &entry, &self->err))
		return NULL;
	return gmem_hva(self->vm.ram, LAYOUT_CMDLINE, LAYOUT_CMDLINE_MAX);
}

TEST_F(load_nodes, balancing_is_on_only_for_memory_without_cpus)
{
	const struct topology_node node[] = { { .llcs = 1 }, { .llcs = 0 } };
	const char *line = load(self, (struct topology){ 1, 2, 1, 1 });

	ASSERT_NE(NULL, line);
	EXPECT_EQ(NULL, strstr(line, "numa_balancing"));
	line = load(self, (struct topology){ 2, 2, 1, 1 });
	ASSERT_NE(NULL, line);
	EXPECT_NE(NULL, strstr(line, " numa_balancing=disable last"));
	line = load(self, (struct topology){ 2, 1, 1, 1, node });
	ASSERT_NE(NULL, line);
	EXPECT_NE(NULL, strstr(line, " numa_balancing=enable last"));
}

TEST_F(load_nodes, every_machine_has_tables_about_nodes)
{
	static const struct {
		struct topology t;
		bool hmat;
	} cases[] = { { { 1, 1, 1, 1 }, false }, { { 2, 2, 1, 1 }, true } };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 *tables = gmem_hva(self->vm.ram, LAYOUT_ACPI, LAYOUT_ACPI_SIZE);

		memset(tables, 0, LAYOUT_ACPI_SIZE);
		ASSERT_NE(NULL, load(self, cases[i].t));
		EXPECT_NE(NULL, memmem(tables, LAYOUT_ACPI_SIZE, "SRAT", 4));
		EXPECT_NE(NULL, memmem(tables, LAYOUT_ACPI_SIZE, "SLIT", 4));
		EXPECT_EQ(cases[i].hmat, !!memmem(tables, LAYOUT_ACPI_SIZE, "HMAT", 4));
	}
}

TEST_HARNESS_MAIN
