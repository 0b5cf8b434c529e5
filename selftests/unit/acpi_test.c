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

#include "kselftest_harness.h"
#include "host/arch/x86/acpi.h"
#include "host/arch/x86/layout.h"
#include "lib/util.h"

#define MAX_TABLES 8

static u8 sum(const void *p, size_t len)
{
	const u8 *byte = p;
	u8 total = 0;

	while (len--)
		total += *byte++;
	return total;
}

FIXTURE(acpi)
{
	struct topology topology;
	struct acpi_memory memory[2];
	struct acpi_params params;
	u8 *buf;
	u64 rsdp_gpa;
	struct ktstr_err err;
	const struct acpi_table_header *tables[MAX_TABLES];
	size_t nr_tables;
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

static const void *at(FIXTURE_DATA(acpi) * self, u64 gpa, size_t len)
{
	if (gpa < LAYOUT_ACPI || gpa - LAYOUT_ACPI > LAYOUT_ACPI_SIZE ||
	    len > LAYOUT_ACPI_SIZE - (gpa - LAYOUT_ACPI))
		return NULL;
	return self->buf + (gpa - LAYOUT_ACPI);
}

static const void *table_at(FIXTURE_DATA(acpi) * self, u64 gpa)
{
	const struct acpi_table_header *h = at(self, gpa, sizeof(*h));

	if (!h || !at(self, gpa, h->length) || sum(h, h->length))
		return NULL;
	return h;
}

static const void *find_table(FIXTURE_DATA(acpi) * self, const char *signature)
{
	size_t i;

	for (i = 0; i < self->nr_tables; i++)
		if (!memcmp(self->tables[i]->signature, signature, 4))
			return self->tables[i];
	return NULL;
}

FIXTURE_SETUP(acpi)
{
	const struct acpi_table_rsdp *rsdp;
	const struct acpi_table_header *xsdt;
	u64 gpa;
	size_t i, nr;

	ASSERT_EQ(0, topology_parse(variant->topology, &self->topology, NULL));
	self->memory[0] = (struct acpi_memory){ 0, 1ULL << 30, 0 };
	self->memory[1] = (struct acpi_memory){ 1ULL << 32, 1ULL << 30, 1 };
	self->params.topology = &self->topology;
	self->params.virtio_slots = variant->virtio_slots;
	if (self->topology.nodes > 1) {
		self->params.memory = self->memory;
		self->params.nr_memory = ARRAY_SIZE(self->memory);
	}
	self->buf = calloc(1, LAYOUT_ACPI_SIZE);
	ASSERT_NE(NULL, self->buf);
	ASSERT_EQ(0, acpi_build(&self->params, self->buf, LAYOUT_ACPI_SIZE, LAYOUT_ACPI,
				&self->rsdp_gpa, &self->err));

	rsdp = at(self, self->rsdp_gpa, sizeof(*rsdp));
	ASSERT_NE(NULL, rsdp);
	EXPECT_EQ(0, self->rsdp_gpa % 16);
	EXPECT_EQ(0, memcmp(rsdp->signature, "RSD PTR ", 8));
	EXPECT_EQ(2, rsdp->revision);
	EXPECT_EQ(36, rsdp->length);
	EXPECT_EQ(0, sum(rsdp, 20));
	EXPECT_EQ(0, sum(rsdp, 36));
	xsdt = table_at(self, rsdp->xsdt_physical_address);
	ASSERT_NE(NULL, xsdt);
	EXPECT_EQ(0, memcmp(xsdt->signature, "XSDT", 4));
	nr = (xsdt->length - sizeof(*xsdt)) / sizeof(gpa);
	ASSERT_LT(nr, MAX_TABLES);
	for (i = 0; i < nr; i++) {
		memcpy(&gpa, (u8 *)(xsdt + 1) + i * sizeof(gpa), sizeof(gpa));
		self->tables[i] = table_at(self, gpa);
		ASSERT_NE(NULL, self->tables[i]);
	}
	self->nr_tables = nr;
}

FIXTURE_TEARDOWN(acpi)
{
	free(self->buf);
}

static const struct acpi_table_header *dsdt_of(FIXTURE_DATA(acpi) * self)
{
	const struct acpi_table_fadt *fadt = find_table(self, "FACP");

	return fadt ? table_at(self, fadt->Xdsdt) : NULL;
}

TEST_F(acpi, fadt_describes_a_machine_without_legacy_devices)
{
	const struct acpi_table_fadt *fadt = find_table(self, "FACP");

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
	const struct acpi_table_header *dsdt = dsdt_of(self);
	const u8 *name;

	ASSERT_NE(NULL, dsdt);
	EXPECT_EQ(0, memcmp(dsdt->signature, "DSDT", 4));
	name = memmem(dsdt, dsdt->length, vdev, sizeof(vdev));
	ASSERT_NE(NULL, name);
	EXPECT_EQ(variant->virtio_slots, name[sizeof(vdev)]);
}

TEST_F(acpi, madt_has_each_cpu_once)
{
	const struct acpi_table_madt *madt = find_table(self, "APIC");
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

TEST_F(acpi, srat_and_slit_follow_the_nodes)
{
	const struct acpi_table_srat *srat = find_table(self, "SRAT");
	const struct acpi_table_slit *slit = find_table(self, "SLIT");
	u32 cpus = 0, ranges = 0, node;
	const u8 *p, *end;

	if (self->topology.nodes == 1) {
		EXPECT_EQ(NULL, srat);
		EXPECT_EQ(NULL, slit);
		return;
	}
	ASSERT_NE(NULL, srat);
	ASSERT_NE(NULL, slit);
	end = (const u8 *)srat + srat->header.length;
	for (p = (const u8 *)(srat + 1); p < end; p += p[1]) {
		ASSERT_GE(p[1], 16);
		if (p[0] == ACPI_SRAT_TYPE_X2APIC_CPU_AFFINITY) {
			const struct acpi_srat_x2apic_cpu_affinity *e = (const void *)p;

			EXPECT_EQ(topology_apic_id(&self->topology, cpus), e->apic_id);
			/* LLCs 0 and 1 are node 0: six CPUs each */
			EXPECT_EQ(cpus / 12, e->proximity_domain);
			EXPECT_EQ(1, e->flags);
			cpus++;
		} else {
			const struct acpi_srat_mem_affinity *e = (const void *)p;

			ASSERT_EQ(ACPI_SRAT_TYPE_MEMORY_AFFINITY, p[0]);
			ASSERT_LT(ranges, ARRAY_SIZE(self->memory));
			EXPECT_EQ(self->memory[ranges].base, e->base_address);
			EXPECT_EQ(self->memory[ranges].len, e->length);
			EXPECT_EQ(self->memory[ranges].node, e->proximity_domain);
			ranges++;
		}
	}
	EXPECT_EQ(variant->cpus, cpus);
	EXPECT_EQ(2, ranges);
	ASSERT_EQ(2, slit->locality_count);
	for (node = 0; node < 4; node++)
		EXPECT_EQ(node == 0 || node == 3 ? 10 : 20, slit->entry[node]);
}

/* Every shorter buffer is refused and not written past (ASan watches) */
TEST_F(acpi, short_buffer_is_refused)
{
	size_t len, need = 0, step = variant->cpus > 100 ? 61 : 1;
	u64 gpa;
	u8 *buf;

	for (len = 0; len < LAYOUT_ACPI_SIZE; len++)
		if (self->buf[len])
			need = len + 1;
	for (len = 0; len < need; len += step) {
		buf = calloc(1, len + !len);
		ASSERT_NE(NULL, buf);
		EXPECT_EQ(-ENOSPC,
			  acpi_build(&self->params, buf, len, LAYOUT_ACPI, &gpa, &self->err));
		free(buf);
	}
}

/* iasl puts its own name and revision here, and so another checksum */
static void forget_compiler(u8 *table)
{
	struct acpi_table_header *h = (void *)table;

	h->checksum = 0;
	memset(h->asl_compiler_id, 0, sizeof(h->asl_compiler_id));
	h->asl_compiler_revision = 0;
}

/* Disassemble, compile again: with @exact, the same bytes must come out */
static int iasl_round_trip(const char *dir, const struct acpi_table_header *h, bool exact)
{
	char path[128], cmd[512];
	u8 *mine, *theirs;
	size_t len = 0;
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "%s/%.4s.dat", dir, h->signature);
	f = fopen(path, "w");
	if (!f)
		return -errno;
	ret = fwrite(h, h->length, 1, f) == 1 ? 0 : -EIO;
	if (fclose(f) || ret)
		return -EIO;
	snprintf(cmd, sizeof(cmd),
		 "cd %s && iasl -p t -d %.4s.dat >log 2>&1 && iasl -we -p t2 t.dsl >>log 2>&1 || { sed 's/^/# /' log; false; }",
		 dir, h->signature);
	if (system(cmd))
		return -EINVAL;
	snprintf(path, sizeof(path), "%s/t2.aml", dir);
	theirs = file_read(path, LAYOUT_ACPI_SIZE, &len);
	mine = malloc(h->length);
	ret = exact ? -EBADMSG : 0;
	if (exact && theirs && mine && len == h->length) {
		memcpy(mine, h, len);
		forget_compiler(mine);
		forget_compiler(theirs);
		ret = memcmp(mine, theirs, len) ? -EBADMSG : 0;
	}
	free(mine);
	free(theirs);
	return ret;
}

TEST_F(acpi, iasl_reads_the_same)
{
	char dir[] = "/tmp/ktstr-acpi-XXXXXX", cmd[64];
	size_t i;

	if (system("iasl -v >/dev/null 2>&1"))
		SKIP(return, "iasl is not installed");
	ASSERT_NE(NULL, mkdtemp(dir));
	for (i = 0; i < self->nr_tables; i++)
		EXPECT_EQ(0, iasl_round_trip(dir, self->tables[i], true))
		{
			TH_LOG("table %.4s", self->tables[i]->signature);
		}
	/* iasl has opcodes of their own for the numbers 0 and 1 */
	EXPECT_EQ(0, iasl_round_trip(dir, dsdt_of(self), variant->virtio_slots > 1));
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	EXPECT_EQ(0, system(cmd));
}

TEST(acpi_refuses_what_it_cannot_describe)
{
	struct topology t = { 1, 1, 1, 1 }, t2 = { 2, 2, 1, 1 };
	struct acpi_memory memory = { 0, 4096, 1 };
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
