// SPDX-License-Identifier: GPL-2.0-only
/*
 * The firmware tables of an x86 guest, laid one after the other into a buffer
 * that the guest sees at a fixed address. What describes the machine in them
 * has files of its own: acpi_madt.c, acpi_numa.c, acpi_hmat.c.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "acpi_table.h"
#include "dsdt.h"
#include "layout.h"

static_assert(LAYOUT_VIRTIO_ADDR(0) == LAYOUT_VIRTIO0_ADDR);
static_assert(LAYOUT_VIRTIO_ADDR(1) == LAYOUT_VIRTIO1_ADDR);
static_assert(LAYOUT_VIRTIO_ADDR(2) == LAYOUT_VIRTIO2_ADDR);
static_assert(LAYOUT_VIRTIO_GSI(0) == LAYOUT_VIRTIO0_GSI);
static_assert(LAYOUT_VIRTIO_GSI(1) == LAYOUT_VIRTIO1_GSI);
static_assert(LAYOUT_VIRTIO_GSI(2) == LAYOUT_VIRTIO2_GSI);
static_assert(LAYOUT_VIRTIO_SLOTS == 3, "dsdt.asl declares three");

#define TABLE_ALIGN 16
/* FADT, MADT, SRAT, SLIT, HMAT */
#define TABLES_MAX   5
#define OEM_ID	     "KTSTR "
#define OEM_TABLE_ID "KTSTRVM "
#define COMPILER_ID  "KTST"

/* FADT.minor_revision of ACPI 6.5 */
#define FADT_REVISION	    6
#define FADT_MINOR_REVISION 5

/* Name (VDEV, <byte>): NameOp, the name, BytePrefix, then the byte itself */
static const u8 vdev_aml[] = { 0x08, 'V', 'D', 'E', 'V', 0x0a };

void *acpi_take(struct table_area *a, size_t size)
{
	void *p = a->buf + a->used;

	if (a->full || size > a->len - a->used) {
		a->full = true;
		return NULL;
	}
	a->used += size;
	return p;
}

void *acpi_start(struct table_area *a, size_t size)
{
	size_t pad = -a->used & (TABLE_ALIGN - 1);

	if (!acpi_take(a, pad))
		return NULL;
	return acpi_take(a, size);
}

void *acpi_entry(struct table_area *a, u8 type, size_t size)
{
	struct acpi_subtable_header *h = acpi_take(a, size);

	if (!h)
		return NULL;
	h->type = type;
	h->length = size;
	return h;
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

u64 acpi_finish(struct table_area *a, struct acpi_table_header *h, const char *signature,
		u8 revision)
{
	if (a->full)
		return 0;
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
	return area_gpa(a, h);
}

static int build_dsdt(struct table_area *a, u32 slots, u64 *gpa, struct ktstr_err *err)
{
	size_t size = acpi_dsdt_aml_end - acpi_dsdt_aml;
	struct acpi_table_header *dsdt = acpi_start(a, size);
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

static u64 build_fadt(struct table_area *a, u64 dsdt_gpa)
{
	struct acpi_table_fadt *fadt = acpi_start(a, sizeof(*fadt));

	if (!fadt)
		return 0;
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
	return acpi_finish(a, &fadt->header, ACPI_SIG_FADT, FADT_REVISION);
}

static u64 build_xsdt(struct table_area *a, const u64 *tables, size_t nr)
{
	struct acpi_table_header *xsdt = acpi_start(a, sizeof(*xsdt));
	void *entries = acpi_take(a, nr * sizeof(*tables));

	if (!xsdt || !entries)
		return 0;
	memcpy(entries, tables, nr * sizeof(*tables));
	return acpi_finish(a, xsdt, ACPI_SIG_XSDT, 1);
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
	u64 tables[TABLES_MAX], dsdt = 0, xsdt;
	struct acpi_table_rsdp *rsdp;
	size_t nr = 0;
	int ret;

	ret = check_params(p, base, err);
	if (ret)
		return ret;

	rsdp = acpi_start(&a, sizeof(*rsdp));
	ret = build_dsdt(&a, p->virtio_slots, &dsdt, err);
	if (ret)
		return ret;
	tables[nr++] = build_fadt(&a, dsdt);
	tables[nr++] = acpi_build_madt(&a, p);
	if (p->nr_memory) {
		tables[nr++] = acpi_build_srat(&a, p);
		tables[nr++] = acpi_build_slit(&a, p);
	}
	if (p->topology->nodes > 1)
		tables[nr++] = acpi_build_hmat(&a, p);
	xsdt = build_xsdt(&a, tables, nr);
	if (a.full)
		return ktstr_err_set(err, -ENOSPC,
				     "ACPI: the tables of %u CPUs do not fit in %zu bytes; use a smaller topology",
				     topology_cpus(p->topology), len);
	build_rsdp(rsdp, xsdt);
	*rsdp_gpa = area_gpa(&a, rsdp);
	return 0;
}
