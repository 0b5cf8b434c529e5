// SPDX-License-Identifier: GPL-2.0-only
/* SRAT and SLIT: ACPI 6.5, 5.2.16 and 5.2.17 */
#include "acpi_table.h"

#define SRAT_REVISION 3
#define SLIT_REVISION 1

static void add_cpu(struct table_area *a, u32 id, u32 node)
{
	struct acpi_srat_x2apic_cpu_affinity *x2apic;
	struct acpi_srat_cpu_affinity *xapic;

	if (id < XAPIC_ID_LIMIT) {
		xapic = acpi_entry(a, ACPI_SRAT_TYPE_CPU_AFFINITY, sizeof(*xapic));
		if (!xapic)
			return;
		/* There are fewer nodes than the low byte has numbers */
		xapic->proximity_domain_lo = node;
		xapic->apic_id = id;
		xapic->flags = ACPI_SRAT_CPU_USE_AFFINITY;
		return;
	}
	x2apic = acpi_entry(a, ACPI_SRAT_TYPE_X2APIC_CPU_AFFINITY, sizeof(*x2apic));
	if (!x2apic)
		return;
	x2apic->proximity_domain = node;
	x2apic->apic_id = id;
	x2apic->flags = ACPI_SRAT_CPU_USE_AFFINITY;
}

static void add_memory(struct table_area *a, const struct gmem_slot *s)
{
	struct acpi_srat_mem_affinity *e;

	e = acpi_entry(a, ACPI_SRAT_TYPE_MEMORY_AFFINITY, sizeof(*e));
	if (!e)
		return;
	e->proximity_domain = s->node;
	e->base_address = s->gpa;
	e->length = s->len;
	e->flags = ACPI_SRAT_MEM_ENABLED;
}

u64 acpi_build_srat(struct table_area *a, const struct acpi_params *p)
{
	struct acpi_table_srat *srat = acpi_start(a, sizeof(*srat));
	const struct topology *t = p->topology;
	u32 cpu, cpus = topology_cpus(t);
	size_t i;

	if (!srat)
		return 0;
	srat->table_revision = 1;
	for (cpu = 0; cpu < cpus; cpu++)
		add_cpu(a, topology_apic_id(t, cpu),
			topology_llc_node(t, topology_cpu_llc(t, cpu)));
	for (i = 0; i < p->nr_memory; i++)
		add_memory(a, &p->memory[i]);
	return acpi_finish(a, &srat->header, ACPI_SIG_SRAT, SRAT_REVISION);
}

u64 acpi_build_slit(struct table_area *a, const struct acpi_params *p)
{
	const struct topology *t = p->topology;
	struct acpi_table_slit *slit = acpi_start(a, sizeof(*slit));
	u8 *distance = acpi_take(a, (size_t)t->nodes * t->nodes);
	u32 from, to;

	if (!slit || !distance)
		return 0;
	slit->locality_count = t->nodes;
	for (from = 0; from < t->nodes; from++)
		for (to = 0; to < t->nodes; to++)
			*distance++ = topology_distance(t, from, to);
	return acpi_finish(a, &slit->header, ACPI_SIG_SLIT, SLIT_REVISION);
}
