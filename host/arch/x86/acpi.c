// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware tables of an x86 guest, laid one after the other into a buffer
 * that the guest sees at a fixed address. Structures and flags are the
 * kernel's own (include/acpi/actbl*.h).
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <acpi/acpi.h>

#include "acpi.h"
#include "dsdt.h"
#include "layout.h"

static_assert(LAYOUT_VIRTIO_ADDR(0) == LAYOUT_VIRTIO0_ADDR);
static_assert(LAYOUT_VIRTIO_ADDR(1) == LAYOUT_VIRTIO1_ADDR);
static_assert(LAYOUT_VIRTIO_ADDR(2) == LAYOUT_VIRTIO2_ADDR);
static_assert(LAYOUT_VIRTIO_GSI(0) == LAYOUT_VIRTIO0_GSI);
static_assert(LAYOUT_VIRTIO_GSI(1) == LAYOUT_VIRTIO1_GSI);
static_assert(LAYOUT_VIRTIO_GSI(2) == LAYOUT_VIRTIO2_GSI);
static_assert(LAYOUT_VIRTIO_SLOTS == 3, "dsdt.asl declares three");

#define TABLE_ALIGN  16
#define OEM_ID	     "KTSTR "
#define OEM_TABLE_ID "KTSTRVM "
#define COMPILER_ID  "KTST"

/* An xAPIC id of 0xff is the broadcast; ids from here up need x2APIC entries */
#define XAPIC_ID_LIMIT 0xff

#define MADT_ALL_CPUS	     0xff
#define MADT_ALL_X2APIC_CPUS 0xffffffff
#define MADT_NMI_LINT	     1

#define SLIT_LOCAL  10
#define SLIT_REMOTE 20

/* FADT.minor_revision of ACPI 6.5 */
#define FADT_REVISION	    6
#define FADT_MINOR_REVISION 5
#define MADT_REVISION	    5
#define SRAT_REVISION	    3

/* Name (VDEV, <byte>): NameOp, the name, BytePrefix, then the byte itself */
static const u8 vdev_aml[] = { 0x08, 'V', 'D', 'E', 'V', 0x0a };

/**
 * struct table_area - the buffer while it fills
 * @buf: its start
 * @len: room
 * @used: bytes taken
 * @base: gpa of @buf
 * @full: something did not fit; nothing was written for it
 */
struct table_area {
	u8 *buf;
	size_t len;
	size_t used;
	u64 base;
	bool full;
};

/* Right behind what was taken last, so that a table grows in one piece */
static void *area_take(struct table_area *a, size_t size)
{
	void *p = a->buf + a->used;

	if (a->full || size > a->len - a->used) {
		a->full = true;
		return NULL;
	}
	a->used += size;
	return p;
}

static void *area_start_table(struct table_area *a, size_t size)
{
	size_t pad = -a->used & (TABLE_ALIGN - 1);

	if (!area_take(a, pad))
		return NULL;
	return area_take(a, size);
}

static u64 area_gpa(const struct table_area *a, const void *p)
{
	return a->base + ((const u8 *)p - a->buf);
}

static u8 checksum(const void *p, size_t len)
{
	const u8 *byte = p;
	u8 sum = 0;

	while (len--)
		sum += *byte++;
	return -sum;
}

/* Everything from @h to the end of the area is the table */
static void finish_table(struct table_area *a, struct acpi_table_header *h, const char *signature,
			 u8 revision)
{
	memcpy(h->signature, signature, sizeof(h->signature));
	h->length = a->buf + a->used - (u8 *)h;
	h->revision = revision;
	memcpy(h->oem_id, OEM_ID, sizeof(h->oem_id));
	memcpy(h->oem_table_id, OEM_TABLE_ID, sizeof(h->oem_table_id));
	h->oem_revision = 1;
	memcpy(h->asl_compiler_id, COMPILER_ID, sizeof(h->asl_compiler_id));
	h->asl_compiler_revision = 1;
	h->checksum = 0;
	h->checksum = checksum(h, h->length);
}

static int build_dsdt(struct table_area *a, u32 slots, u64 *gpa, struct ktstr_err *err)
{
	size_t size = acpi_dsdt_aml_end - acpi_dsdt_aml;
	struct acpi_table_header *dsdt = area_start_table(a, size);
	u8 *vdev;

	if (!dsdt)
		return 0;
	memcpy(dsdt, acpi_dsdt_aml, size);
	vdev = memmem(dsdt, size, vdev_aml, sizeof(vdev_aml));
	if (!vdev || vdev + sizeof(vdev_aml) == (u8 *)dsdt + size)
		return ktstr_err_set(err, -EINVAL,
				     "ACPI: the built-in DSDT has no byte named VDEV; rebuild with another iasl (IASL=)");
	vdev[sizeof(vdev_aml)] = slots;
	dsdt->checksum = 0;
	dsdt->checksum = checksum(dsdt, size);
	*gpa = area_gpa(a, dsdt);
	return 0;
}

static void build_fadt(struct table_area *a, u64 dsdt_gpa, u64 *gpa)
{
	struct acpi_table_fadt *fadt = area_start_table(a, sizeof(*fadt));

	if (!fadt)
		return;
	/*
	 * LEGACY_DEVICES and 8042 stay clear: arch/x86/kernel/acpi/boot.c then
	 * skips PNPBIOS and i8042, and with the other two RTC and VGA.
	 */
	fadt->boot_flags = ACPI_FADT_NO_VGA | ACPI_FADT_NO_CMOS_RTC | ACPI_FADT_NO_ASPM;
	fadt->flags = ACPI_FADT_HW_REDUCED | ACPI_FADT_WBINVD | ACPI_FADT_RESET_REGISTER |
		      ACPI_FADT_POWER_BUTTON | ACPI_FADT_SLEEP_BUTTON | ACPI_FADT_HEADLESS;
	fadt->reset_register.space_id = ACPI_ADR_SPACE_SYSTEM_IO;
	fadt->reset_register.bit_width = 8;
	fadt->reset_register.access_width = 1;
	fadt->reset_register.address = LAYOUT_PORT_RESET;
	fadt->reset_value = LAYOUT_PORT_RESET_VALUE;
	fadt->minor_revision = FADT_MINOR_REVISION;
	fadt->Xdsdt = dsdt_gpa;
	memcpy(&fadt->hypervisor_id, "ktstr", sizeof("ktstr"));
	finish_table(a, &fadt->header, ACPI_SIG_FADT, FADT_REVISION);
	*gpa = area_gpa(a, fadt);
}

/* One MADT or SRAT entry; NULL when the area is full */
static void *take_entry(struct table_area *a, u8 type, size_t size)
{
	struct acpi_subtable_header *h = area_take(a, size);

	if (!h)
		return NULL;
	h->type = type;
	h->length = size;
	return h;
}

static void madt_lapic(struct table_area *a, u32 uid, u32 id)
{
	struct acpi_madt_local_apic *e;

	e = take_entry(a, ACPI_MADT_TYPE_LOCAL_APIC, sizeof(*e));
	if (!e)
		return;
	/*
	 * A uid that does not fit in the byte belongs to a CPU with an id that
	 * does not either: ids never run behind uids.
	 */
	e->processor_id = uid;
	e->id = id;
	e->lapic_flags = ACPI_MADT_ENABLED;
}

static void madt_x2apic(struct table_area *a, u32 uid, u32 id)
{
	struct acpi_madt_local_x2apic *e;

	e = take_entry(a, ACPI_MADT_TYPE_LOCAL_X2APIC, sizeof(*e));
	if (!e)
		return;
	e->local_apic_id = id;
	e->uid = uid;
	e->lapic_flags = ACPI_MADT_ENABLED;
}

static void madt_cpus(struct table_area *a, const struct topology *t)
{
	u32 cpu, id, cpus = topology_cpus(t);
	bool x2apic = false;

	for (cpu = 0; cpu < cpus; cpu++) {
		id = topology_apic_id(t, cpu);
		if (id < XAPIC_ID_LIMIT) {
			madt_lapic(a, cpu, id);
		} else {
			madt_x2apic(a, cpu, id);
			x2apic = true;
		}
	}
	if (x2apic) {
		struct acpi_madt_local_x2apic_nmi *nmi;

		nmi = take_entry(a, ACPI_MADT_TYPE_LOCAL_X2APIC_NMI, sizeof(*nmi));
		if (nmi) {
			nmi->uid = MADT_ALL_X2APIC_CPUS;
			nmi->lint = MADT_NMI_LINT;
		}
	}
}

static void madt_interrupts(struct table_area *a)
{
	struct acpi_madt_local_apic_nmi *nmi;
	struct acpi_madt_io_apic *ioapic;

	ioapic = take_entry(a, ACPI_MADT_TYPE_IO_APIC, sizeof(*ioapic));
	if (ioapic)
		ioapic->address = LAYOUT_IOAPIC;

	nmi = take_entry(a, ACPI_MADT_TYPE_LOCAL_APIC_NMI, sizeof(*nmi));
	if (nmi) {
		nmi->processor_id = MADT_ALL_CPUS;
		nmi->lint = MADT_NMI_LINT;
	}
}

static void build_madt(struct table_area *a, const struct topology *t, u64 *gpa)
{
	struct acpi_table_madt *madt = area_start_table(a, sizeof(*madt));

	if (!madt)
		return;
	madt->address = LAYOUT_LAPIC;
	/*
	 * flags 0: no PC-AT 8259s. No interrupt source overrides either: every
	 * GSI is the pin of its number, edge-triggered and active high, which
	 * is what an ISA interrupt without an override means.
	 */
	madt_cpus(a, t);
	madt_interrupts(a);
	if (a->full)
		return;
	finish_table(a, &madt->header, ACPI_SIG_MADT, MADT_REVISION);
	*gpa = area_gpa(a, madt);
}

static void srat_cpus(struct table_area *a, const struct topology *t)
{
	u32 cpu, cpus = topology_cpus(t), per_node = cpus / t->nodes;
	struct acpi_srat_x2apic_cpu_affinity *e;

	for (cpu = 0; cpu < cpus; cpu++) {
		e = take_entry(a, ACPI_SRAT_TYPE_X2APIC_CPU_AFFINITY, sizeof(*e));
		if (!e)
			return;
		e->proximity_domain = cpu / per_node;
		e->apic_id = topology_apic_id(t, cpu);
		e->flags = ACPI_SRAT_CPU_USE_AFFINITY;
	}
}

static void build_srat(struct table_area *a, const struct acpi_params *p, u64 *gpa)
{
	struct acpi_table_srat *srat = area_start_table(a, sizeof(*srat));
	struct acpi_srat_mem_affinity *e;
	size_t i;

	if (!srat)
		return;
	srat->table_revision = 1;
	srat_cpus(a, p->topology);
	for (i = 0; i < p->nr_memory; i++) {
		e = take_entry(a, ACPI_SRAT_TYPE_MEMORY_AFFINITY, sizeof(*e));
		if (!e)
			return;
		e->proximity_domain = p->memory[i].node;
		e->base_address = p->memory[i].base;
		e->length = p->memory[i].len;
		e->flags = ACPI_SRAT_MEM_ENABLED;
	}
	finish_table(a, &srat->header, ACPI_SIG_SRAT, SRAT_REVISION);
	*gpa = area_gpa(a, srat);
}

static void build_slit(struct table_area *a, u32 nodes, u64 *gpa)
{
	struct acpi_table_slit *slit = area_start_table(a, sizeof(*slit));
	u8 *distance = area_take(a, (size_t)nodes * nodes);
	u32 from, to;

	if (!slit || !distance)
		return;
	slit->locality_count = nodes;
	for (from = 0; from < nodes; from++)
		for (to = 0; to < nodes; to++)
			*distance++ = from == to ? SLIT_LOCAL : SLIT_REMOTE;
	finish_table(a, &slit->header, ACPI_SIG_SLIT, 1);
	*gpa = area_gpa(a, slit);
}

static void build_xsdt(struct table_area *a, const u64 *tables, size_t nr, u64 *gpa)
{
	struct acpi_table_header *xsdt = area_start_table(a, sizeof(*xsdt));
	void *entries = area_take(a, nr * sizeof(*tables));

	if (!xsdt || !entries)
		return;
	memcpy(entries, tables, nr * sizeof(*tables));
	finish_table(a, xsdt, ACPI_SIG_XSDT, 1);
	*gpa = area_gpa(a, xsdt);
}

static void build_rsdp(struct acpi_table_rsdp *rsdp, u64 xsdt_gpa)
{
	memcpy(rsdp->signature, ACPI_SIG_RSDP, sizeof(rsdp->signature));
	memcpy(rsdp->oem_id, OEM_ID, sizeof(rsdp->oem_id));
	rsdp->revision = 2;
	rsdp->length = sizeof(*rsdp);
	rsdp->xsdt_physical_address = xsdt_gpa;
	/* The first checksum covers what ACPI 1.0 defined */
	rsdp->checksum = checksum(rsdp, offsetof(struct acpi_table_rsdp, length));
	rsdp->extended_checksum = checksum(rsdp, sizeof(*rsdp));
}

static int check_params(const struct acpi_params *p, u64 base, struct ktstr_err *err)
{
	size_t i;

	if (base & (TABLE_ALIGN - 1))
		return ktstr_err_set(err, -EINVAL,
				     "ACPI: tables at %#llx; the RSDP needs 16-byte alignment",
				     (unsigned long long)base);
	if (p->virtio_slots >> LAYOUT_VIRTIO_SLOTS)
		return ktstr_err_set(err, -EINVAL,
				     "ACPI: virtio slots %#x; the DSDT declares %d slots",
				     p->virtio_slots, LAYOUT_VIRTIO_SLOTS);
	if (p->topology->nodes > 1 && !p->nr_memory)
		return ktstr_err_set(err, -EINVAL,
				     "ACPI: %u nodes, but no memory range says which RAM is whose",
				     p->topology->nodes);
	for (i = 0; i < p->nr_memory; i++)
		if (p->memory[i].node >= p->topology->nodes)
			return ktstr_err_set(err, -EINVAL,
					     "ACPI: memory range %zu is on node %u; the topology has %u nodes",
					     i, p->memory[i].node, p->topology->nodes);
	return 0;
}

int acpi_build(const struct acpi_params *p, void *buf, size_t len, u64 base, u64 *rsdp_gpa,
	       struct ktstr_err *err)
{
	struct table_area a = { .buf = buf, .len = len, .base = base };
	u64 tables[4] = { 0 }, dsdt = 0, xsdt = 0;
	struct acpi_table_rsdp *rsdp;
	size_t nr = 0;
	int ret;

	ret = check_params(p, base, err);
	if (ret)
		return ret;

	rsdp = area_start_table(&a, sizeof(*rsdp));
	ret = build_dsdt(&a, p->virtio_slots, &dsdt, err);
	if (ret)
		return ret;
	build_fadt(&a, dsdt, &tables[nr++]);
	build_madt(&a, p->topology, &tables[nr++]);
	if (p->nr_memory) {
		build_srat(&a, p, &tables[nr++]);
		build_slit(&a, p->topology->nodes, &tables[nr++]);
	}
	build_xsdt(&a, tables, nr, &xsdt);
	if (a.full)
		return ktstr_err_set(err, -ENOSPC,
				     "ACPI: the tables of %u CPUs do not fit in %zu bytes; use a smaller topology",
				     topology_cpus(p->topology), len);
	build_rsdp(rsdp, xsdt);
	*rsdp_gpa = area_gpa(&a, rsdp);
	return 0;
}
