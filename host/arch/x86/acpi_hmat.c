// SPDX-License-Identifier: GPL-2.0-only
/* HMAT: ACPI 6.5, 5.2.28 */
#include "acpi_table.h"
#include "lib/util.h"

#define HMAT_REVISION 2

/* Units of the table, as long as they can say every value */
#define LATENCY_UNIT_NS	   100
#define BANDWIDTH_UNIT_MBS 10240
#define PS_PER_NS	   1000
/* 0xffff says unreachable, 0 says nothing */
#define ENTRY_MAX 0xfffe

#define DEFAULT_LATENCY_NS	     100
#define DEFAULT_BANDWIDTH_MBS	     (5 * BANDWIDTH_UNIT_MBS)
#define MEMORY_ONLY_LATENCY_NS	     300
#define MEMORY_ONLY_BANDWIDTH_MBS    (2 * BANDWIDTH_UNIT_MBS)
#define DEFAULT_SIDE_CACHE_LINE	     64
#define SIDE_CACHE_ATTR(mask, value) ((u32)(value) << __builtin_ctz(mask) & (mask))

/**
 * struct matrix - latency or bandwidth of every CPU's node to every node
 * @nr_from: nodes with CPUs
 * @from: which
 * @nr_to: nodes
 * @value: ns or MB/s, row by row
 */
struct matrix {
	u32 nr_from;
	u32 from[TOPOLOGY_MAX_NODES];
	u32 nr_to;
	u32 value[TOPOLOGY_MAX_NODES * TOPOLOGY_MAX_NODES];
};

static struct matrix matrix_new(const struct topology *t)
{
	struct matrix m = { .nr_to = t->nodes };
	u32 node;

	for (node = 0; node < t->nodes; node++)
		if (topology_node_llcs(t, node))
			m.from[m.nr_from++] = node;
	return m;
}

/* Distance from those CPUs to which a node's own figures apply */
static u32 nearest(const struct topology *t, const struct matrix *m, u32 to)
{
	u32 i, d = ~0U;

	for (i = 0; i < m->nr_from; i++)
		d = min(d, topology_distance(t, m->from[i], to));
	return d;
}

static u32 latency_ns(const struct topology *t, u32 node)
{
	if (t->node && t->node[node].latency_ns)
		return t->node[node].latency_ns;
	return topology_node_llcs(t, node) ? DEFAULT_LATENCY_NS : MEMORY_ONLY_LATENCY_NS;
}

static u32 bandwidth_mbs(const struct topology *t, u32 node)
{
	if (t->node && t->node[node].bandwidth_mbs)
		return t->node[node].bandwidth_mbs;
	return topology_node_llcs(t, node) ? DEFAULT_BANDWIDTH_MBS : MEMORY_ONLY_BANDWIDTH_MBS;
}

static struct matrix latencies(const struct topology *t)
{
	struct matrix m = matrix_new(t);
	u32 i, to;

	for (i = 0; i < m.nr_from; i++)
		for (to = 0; to < m.nr_to; to++)
			m.value[i * m.nr_to + to] = (u64)latency_ns(t, to) *
						    topology_distance(t, m.from[i], to) /
						    nearest(t, &m, to);
	return m;
}

static struct matrix bandwidths(const struct topology *t)
{
	struct matrix m = matrix_new(t);
	u32 i, to;

	for (i = 0; i < m.nr_from; i++)
		for (to = 0; to < m.nr_to; to++)
			m.value[i * m.nr_to + to] = (u64)bandwidth_mbs(t, to) * nearest(t, &m, to) /
						    topology_distance(t, m.from[i], to);
	return m;
}

static u32 gcd(u32 a, u32 b)
{
	u32 rest;

	while (b) {
		rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* The largest unit, up to @unit, in which every value is a whole number */
static u32 unit_of(const struct matrix *m, u32 unit)
{
	u32 i, most = 0;

	for (i = 0; i < m->nr_from * m->nr_to; i++) {
		unit = gcd(unit, m->value[i]);
		most = max(most, m->value[i]);
	}
	if (most / unit > ENTRY_MAX)
		unit = most / ENTRY_MAX + 1;
	return unit;
}

static void add_matrix(struct table_area *a, const struct matrix *m, u8 type, u32 unit, u32 scale)
{
	const size_t cells = (size_t)m->nr_from * m->nr_to;
	const size_t size = sizeof(struct acpi_hmat_locality) +
			    (m->nr_from + m->nr_to) * sizeof(u32) + cells * sizeof(u16);
	struct acpi_hmat_locality *h = acpi_take(a, size);
	u16 *cell;
	u32 *list, i;

	if (!h)
		return;
	h->header.type = ACPI_HMAT_TYPE_LOCALITY;
	h->header.length = size;
	h->flags = ACPI_HMAT_MEMORY;
	h->data_type = type;
	h->number_of_initiator_Pds = m->nr_from;
	h->number_of_target_Pds = m->nr_to;
	unit = unit_of(m, unit);
	h->entry_base_unit = (u64)unit * scale;
	/* What is before this structure has a multiple of four bytes, not more */
	list = (void *)(h + 1);
	for (i = 0; i < m->nr_from; i++)
		*list++ = m->from[i];
	for (i = 0; i < m->nr_to; i++)
		*list++ = i;
	cell = (void *)list;
	for (i = 0; i < cells; i++)
		cell[i] = max(m->value[i] / unit, 1U);
}

static void add_domain(struct table_area *a, const struct topology *t, u32 node)
{
	struct acpi_hmat_proximity_domain *e = acpi_take(a, sizeof(*e));

	if (!e)
		return;
	e->header.type = ACPI_HMAT_TYPE_PROXIMITY;
	e->header.length = sizeof(*e);
	e->memory_PD = node;
	/* Memory on its own is attached to nobody */
	if (topology_node_llcs(t, node)) {
		e->flags = ACPI_HMAT_PROCESSOR_PD_VALID;
		e->processor_PD = node;
	}
}

static void add_side_cache(struct table_area *a, const struct topology_node *n, u32 node)
{
	struct acpi_hmat_cache *e = acpi_take(a, sizeof(*e));
	static const u32 write[] = {
		[TOPOLOGY_WRITE_NONE] = ACPI_HMAT_CP_NONE,
		[TOPOLOGY_WRITE_BACK] = ACPI_HMAT_CP_WB,
		[TOPOLOGY_WRITE_THROUGH] = ACPI_HMAT_CP_WT,
	};
	u32 ways = ACPI_HMAT_CA_NONE;

	if (!e)
		return;
	if (n->side_cache_ways)
		ways = n->side_cache_ways == 1 ? ACPI_HMAT_CA_DIRECT_MAPPED :
						 ACPI_HMAT_CA_COMPLEX_CACHE_INDEXING;
	e->header.type = ACPI_HMAT_TYPE_CACHE;
	e->header.length = sizeof(*e);
	e->memory_PD = node;
	e->cache_size = (u64)n->side_cache_mib << 20;
	e->cache_attributes = SIDE_CACHE_ATTR(ACPI_HMAT_TOTAL_CACHE_LEVEL, 1) |
			      SIDE_CACHE_ATTR(ACPI_HMAT_CACHE_LEVEL, 1) |
			      SIDE_CACHE_ATTR(ACPI_HMAT_CACHE_ASSOCIATIVITY, ways) |
			      SIDE_CACHE_ATTR(ACPI_HMAT_WRITE_POLICY, write[n->side_cache_write]) |
			      SIDE_CACHE_ATTR(ACPI_HMAT_CACHE_LINE_SIZE,
					      n->side_cache_line ?: DEFAULT_SIDE_CACHE_LINE);
}

u64 acpi_build_hmat(struct table_area *a, const struct acpi_params *p)
{
	const struct topology *t = p->topology;
	struct acpi_table_hmat *hmat = acpi_start(a, sizeof(*hmat));
	struct matrix latency = latencies(t), bandwidth = bandwidths(t);
	u32 node;

	if (!hmat)
		return 0;
	for (node = 0; node < t->nodes; node++)
		add_domain(a, t, node);
	add_matrix(a, &latency, ACPI_HMAT_ACCESS_LATENCY, LATENCY_UNIT_NS, PS_PER_NS);
	add_matrix(a, &bandwidth, ACPI_HMAT_ACCESS_BANDWIDTH, BANDWIDTH_UNIT_MBS, 1);
	for (node = 0; t->node && node < t->nodes; node++)
		if (t->node[node].side_cache_mib)
			add_side_cache(a, &t->node[node], node);
	return acpi_finish(a, &hmat->header, ACPI_SIG_HMAT, HMAT_REVISION);
}
