// SPDX-License-Identifier: GPL-2.0-only
/* MADT: ACPI 6.5, 5.2.12 */
#include "acpi_table.h"
#include "layout.h"

#define MADT_REVISION 5

#define ALL_CPUS	0xff
#define ALL_X2APIC_CPUS 0xffffffff
#define NMI_LINT	1

static void add_lapic(struct table_area *a, u32 uid, u32 id)
{
	struct acpi_madt_local_apic *e;

	e = acpi_entry(a, ACPI_MADT_TYPE_LOCAL_APIC, sizeof(*e));
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

static void add_x2apic(struct table_area *a, u32 uid, u32 id)
{
	struct acpi_madt_local_x2apic *e;

	e = acpi_entry(a, ACPI_MADT_TYPE_LOCAL_X2APIC, sizeof(*e));
	if (!e)
		return;
	e->local_apic_id = id;
	e->uid = uid;
	e->lapic_flags = ACPI_MADT_ENABLED;
}

static void add_cpus(struct table_area *a, const struct topology *t)
{
	struct acpi_madt_local_x2apic_nmi *nmi;
	u32 cpu, id, cpus = topology_cpus(t);
	bool x2apic = false;

	for (cpu = 0; cpu < cpus; cpu++) {
		id = topology_apic_id(t, cpu);
		if (id < XAPIC_ID_LIMIT) {
			add_lapic(a, cpu, id);
		} else {
			add_x2apic(a, cpu, id);
			x2apic = true;
		}
	}
	if (!x2apic)
		return;
	nmi = acpi_entry(a, ACPI_MADT_TYPE_LOCAL_X2APIC_NMI, sizeof(*nmi));
	if (nmi) {
		nmi->uid = ALL_X2APIC_CPUS;
		nmi->lint = NMI_LINT;
	}
}

static void add_interrupts(struct table_area *a)
{
	struct acpi_madt_local_apic_nmi *nmi;
	struct acpi_madt_io_apic *ioapic;

	ioapic = acpi_entry(a, ACPI_MADT_TYPE_IO_APIC, sizeof(*ioapic));
	if (ioapic)
		ioapic->address = LAYOUT_IOAPIC;

	nmi = acpi_entry(a, ACPI_MADT_TYPE_LOCAL_APIC_NMI, sizeof(*nmi));
	if (nmi) {
		nmi->processor_id = ALL_CPUS;
		nmi->lint = NMI_LINT;
	}
}

u64 acpi_build_madt(struct table_area *a, const struct acpi_params *p)
{
	struct acpi_table_madt *madt = acpi_start(a, sizeof(*madt));

	if (!madt)
		return 0;
	madt->address = LAYOUT_LAPIC;
	/*
	 * flags 0: no PC-AT 8259s. No interrupt source overrides either: every
	 * GSI is the pin of its number, edge-triggered and active high, which
	 * is what an ISA interrupt without an override means.
	 */
	add_cpus(a, p->topology);
	add_interrupts(a);
	return acpi_finish(a, &madt->header, ACPI_SIG_MADT, MADT_REVISION);
}
