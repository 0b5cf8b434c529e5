// SPDX-License-Identifier: GPL-2.0-only
/*
 * host/arch/x86/acpi: the tables are walked the way the kernel walks them, and
 * iasl, which knows the format from elsewhere, must agree.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/kernel.h>
#include <linux/bits.h>
#include <linux/types.h>
#include <acpi/acpi.h>

#include "acpi_tables.h"
#include "kselftest_harness.h"
#include "host/arch/x86/acpi.h"
#include "host/arch/x86/layout.h"
#include "lib/util.h"

FIXTURE(acpi)
{
	struct topology topology;
	struct gmem_slot memory[2];
	struct acpi_params params;
	struct acpi_tables found;
	struct ktstr_err err;
};

FIXTURE_VARIANT(acpi)
{
	const char *topology;
	u32 cpus;
	u32 x2apic_entries;
	u32 virtio_slots;
};

FIXTURE_VARIANT_ADD(acpi, one_cpu) {
	.topology = "1n1l1c1t",
	.cpus = 1,
	.virtio_slots = 0,
};

FIXTURE_VARIANT_ADD(acpi, four_cpus) {
	.topology = "1n2l2c1t",
	.cpus = 4,
	.virtio_slots = BIT(LAYOUT_VIRTIO_CONSOLE),
};

/* Ids 0..99, 128..227 and 256..355: 100 ids do not fit in a local APIC entry */
FIXTURE_VARIANT_ADD(acpi, three_hundred_cpus) {
		.topology = "1n3l50c2t",
		.cpus = 300,
		.x2apic_entries = 100,
		.virtio_slots = 7,
	};

/* Id 255 is the xAPIC broadcast */
FIXTURE_VARIANT_ADD(acpi, broadcast_id) {
	.topology = "1n1l256c1t",
	.cpus = 256,
	.x2apic_entries = 1,
	.virtio_slots = 2,
};

FIXTURE_VARIANT_ADD(acpi, two_nodes) {
	.topology = "2n4l3c2t",
	.cpus = 24,
	.virtio_slots = 5,
};

FIXTURE_SETUP(acpi)
{
	ASSERT_EQ(0, topology_parse(variant->topology, &self->topology, NULL));
	self->memory[0] = (struct gmem_slot){ 0, 1ULL << 30, 0 };
	self->memory[1] = (struct gmem_slot){ 1ULL << 32, 1ULL << 30, 1 };
	self->params.topology = &self->topology;
	self->params.virtio_slots = variant->virtio_slots;
	if (self->topology.nodes > 1) {
		self->params.memory = self->memory;
		self->params.nr_memory = ARRAY_SIZE(self->memory);
	}
	self->found.buf = calloc(1, LAYOUT_ACPI_SIZE);
	ASSERT_NE(NULL, self->found.buf);
	ASSERT_EQ(0, acpi_build(&self->params, self->found.buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI,
				&self->found.rsdp_gpa, &self->err));
	ASSERT_TRUE(acpi_walk(&self->found));
}

FIXTURE_TEARDOWN(acpi)
{
	free(self->found.buf);
}

TEST_F(acpi, fadt_describes_a_machine_without_legacy_devices)
{
	const struct acpi_table_fadt *fadt = acpi_find(&self->found, "FACP");

	ASSERT_NE(NULL, fadt);
	EXPECT_EQ(sizeof(*fadt), fadt->header.length);
	EXPECT_EQ(6, fadt->header.revision);
	EXPECT_TRUE(fadt->flags & ACPI_FADT_HW_REDUCED);
	EXPECT_TRUE(fadt->flags & ACPI_FADT_RESET_REGISTER);
	EXPECT_EQ(ACPI_ADR_SPACE_SYSTEM_IO, fadt->reset_register.space_id);
	EXPECT_EQ(0x64, fadt->reset_register.address);
	EXPECT_EQ(0xfe, fadt->reset_value);
	EXPECT_FALSE(fadt->boot_flags & ACPI_FADT_LEGACY_DEVICES);
	EXPECT_FALSE(fadt->boot_flags & ACPI_FADT_8042);
	EXPECT_TRUE(fadt->boot_flags & ACPI_FADT_NO_VGA);
	EXPECT_TRUE(fadt->boot_flags & ACPI_FADT_NO_CMOS_RTC);
	EXPECT_EQ(0, fadt->pm_timer_block);
	EXPECT_EQ(0, fadt->xpm_timer_block.address);
	EXPECT_EQ(0, fadt->sci_interrupt);
	EXPECT_EQ(0, fadt->smi_command);
}

TEST_F(acpi, dsdt_announces_exactly_the_devices_asked_for)
{
	static const u8 vdev[] = { 0x08, 'V', 'D', 'E', 'V', 0x0a };
	const struct acpi_table_header *dsdt = acpi_dsdt(&self->found);
	const u8 *name;

	ASSERT_NE(NULL, dsdt);
	EXPECT_EQ(0, memcmp(dsdt->signature, "DSDT", 4));
	name = memmem(dsdt, dsdt->length, vdev, sizeof(vdev));
	ASSERT_NE(NULL, name);
	EXPECT_EQ(variant->virtio_slots, name[sizeof(vdev)]);
}

TEST_F(acpi, madt_has_each_cpu_once)
{
	const struct acpi_table_madt *madt = acpi_find(&self->found, "APIC");
	u32 lapic = 0, x2apic = 0, ioapic = 0, nmi = 0, x2nmi = 0, other = 0;
	const u8 *p, *end;

	ASSERT_NE(NULL, madt);
	EXPECT_EQ(0xfee00000, madt->address);
	EXPECT_EQ(0, madt->flags & ACPI_MADT_PCAT_COMPAT);
	end = (const u8 *)madt + madt->header.length;
	for (p = (const u8 *)(madt + 1); p < end; p += p[1]) {
		u32 cpu = lapic + x2apic;

		ASSERT_GE(end - p, 2);
		ASSERT_GE(end - p, p[1]);
		ASSERT_GE(p[1], 6);
		if (p[0] == ACPI_MADT_TYPE_LOCAL_APIC) {
			const struct acpi_madt_local_apic *e = (const void *)p;

			EXPECT_EQ(topology_apic_id(&self->topology, cpu), e->id);
			EXPECT_EQ(cpu, e->processor_id);
			EXPECT_EQ(ACPI_MADT_ENABLED, e->lapic_flags);
			EXPECT_NE(0xff, e->id);
			lapic++;
		} else if (p[0] == ACPI_MADT_TYPE_LOCAL_X2APIC) {
			const struct acpi_madt_local_x2apic *e = (const void *)p;

			EXPECT_EQ(topology_apic_id(&self->topology, cpu), e->local_apic_id);
			EXPECT_EQ(cpu, e->uid);
			EXPECT_EQ(ACPI_MADT_ENABLED, e->lapic_flags);
			/* The kernel ignores smaller ids next to LAPIC entries */
			EXPECT_GE(e->local_apic_id, 0xff);
			x2apic++;
		} else if (p[0] == ACPI_MADT_TYPE_IO_APIC) {
			const struct acpi_madt_io_apic *e = (const void *)p;

			EXPECT_EQ(0xfec00000, e->address);
			EXPECT_EQ(0, e->global_irq_base);
			ioapic++;
		} else if (p[0] == ACPI_MADT_TYPE_LOCAL_APIC_NMI) {
			EXPECT_EQ(1, ((const struct acpi_madt_local_apic_nmi *)p)->lint);
			nmi++;
		} else if (p[0] == ACPI_MADT_TYPE_LOCAL_X2APIC_NMI) {
			EXPECT_EQ(1, ((const struct acpi_madt_local_x2apic_nmi *)p)->lint);
			x2nmi++;
		} else {
			other++;
		}
	}
	EXPECT_EQ(variant->cpus, lapic + x2apic);
	EXPECT_EQ(variant->x2apic_entries, x2apic);
	EXPECT_EQ(1, ioapic);
	EXPECT_EQ(1, nmi);
	EXPECT_EQ(!!x2apic, x2nmi);
	EXPECT_EQ(0, other);
}

TEST_F(acpi, tables_about_nodes_need_memory_ranges)
{
	const bool numa = self->topology.nodes > 1;

	EXPECT_EQ(numa, !!acpi_find(&self->found, "SRAT"));
	EXPECT_EQ(numa, !!acpi_find(&self->found, "SLIT"));
	EXPECT_EQ(numa, !!acpi_find(&self->found, "HMAT"));
}

/* Every shorter buffer is refused and not written past (ASan watches) */
TEST_F(acpi, short_buffer_is_refused)
{
	size_t len, need = 0, step = variant->cpus > 100 ? 61 : 1;
	u64 gpa;
	u8 *buf;

	for (len = 0; len < LAYOUT_ACPI_SIZE; len++)
		if (self->found.buf[len])
			need = len + 1;
	for (len = 0; len < need; len += step) {
		buf = calloc(1, len + !len);
		ASSERT_NE(NULL, buf);
		EXPECT_EQ(-ENOSPC,
			  acpi_build(&self->params, buf, len, LAYOUT_ACPI, &gpa, &self->err));
		free(buf);
	}
}

TEST_F(acpi, iasl_reads_the_same)
{
	char dir[] = "/tmp/ktstr-acpi-XXXXXX", cmd[64];
	size_t i;

	if (!iasl_is_there())
		SKIP(return, "iasl is not installed");
	ASSERT_NE(NULL, mkdtemp(dir));
	for (i = 0; i < self->found.nr; i++)
		EXPECT_EQ(0, iasl_round_trip(dir, self->found.table[i], true))
		{
			TH_LOG("table %.4s", self->found.table[i]->signature);
		}
	/* iasl has opcodes of their own for the numbers 0 and 1 */
	EXPECT_EQ(0, iasl_round_trip(dir, acpi_dsdt(&self->found), variant->virtio_slots > 1));
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	EXPECT_EQ(0, system(cmd));
}

TEST(acpi_refuses_what_it_cannot_describe)
{
	struct topology t = { 1, 1, 1, 1 }, t2 = { 2, 2, 1, 1 };
	struct gmem_slot memory = { 0, 4096, 1 };
	struct acpi_params p = { .topology = &t };
	struct ktstr_err err = { "" };
	u8 *buf = calloc(1, LAYOUT_ACPI_SIZE);
	u64 gpa;

	ASSERT_NE(NULL, buf);
	EXPECT_EQ(-EINVAL, acpi_build(&p, buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI + 8, &gpa, &err));
	EXPECT_NE(NULL, strstr(err.msg, "0xe0008"));
	p.virtio_slots = 8;
	EXPECT_EQ(-EINVAL, acpi_build(&p, buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI, &gpa, &err));
	EXPECT_NE(NULL, strstr(err.msg, "slots 0x8"));
	p.virtio_slots = 0;
	p.memory = &memory;
	p.nr_memory = 1;
	EXPECT_EQ(-EINVAL, acpi_build(&p, buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI, &gpa, &err));
	EXPECT_NE(NULL, strstr(err.msg, "node 1"));
	p.topology = &t2;
	p.nr_memory = 0;
	EXPECT_EQ(-EINVAL, acpi_build(&p, buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI, &gpa, NULL));
	free(buf);
}

TEST(acpi_largest_machine_fits)
{
	static const char *const specs[] = { "1n512l1c1t", "1n1l512c1t", "1n8l32c2t" };
	u8 *buf = calloc(1, LAYOUT_ACPI_SIZE);
	struct topology t;
	struct acpi_params p = { .topology = &t };
	size_t i;
	u64 gpa;

	ASSERT_NE(NULL, buf);
	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		ASSERT_EQ(0, topology_parse(specs[i], &t, NULL));
		memset(buf, 0, LAYOUT_ACPI_SIZE);
		EXPECT_EQ(0, acpi_build(&p, buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI, &gpa, NULL));
	}
	free(buf);
}

TEST_HARNESS_MAIN
