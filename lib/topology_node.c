// SPDX-License-Identifier: GPL-2.0-only
/* NUMA nodes of a topology: which LLCs, how much memory, how far apart */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>

#include "topology.h"
#include "topology_node.h"
#include "util.h"

/* SLIT: 255 says unreachable, so no two nodes are that far apart */
#define DISTANCE_UNREACHABLE 255
#define SIDE_CACHE_LINE_MIN  16
#define SIDE_CACHE_LINE_MAX  4096
#define MEM_PIECE_MIB	     2

static int check_side_cache(const struct topology_node *n, u32 node, struct ktstr_err *err)
{
	u32 line = n->side_cache_line;

	if (n->side_cache_write > TOPOLOGY_WRITE_THROUGH)
		return ktstr_err_set(err, -EINVAL,
				     "topology: node %u: its side cache writes in a way (%u) that does not exist",
				     node, n->side_cache_write);
	if (!n->side_cache_mib && (n->side_cache_ways || n->side_cache_write || line))
		return ktstr_err_set(err, -EINVAL,
				     "topology: node %u describes a side cache of 0 MiB; set side_cache_mib",
				     node);
	if (line &&
	    (line < SIDE_CACHE_LINE_MIN || line > SIDE_CACHE_LINE_MAX || (line & (line - 1))))
		return ktstr_err_set(err, -EINVAL,
				     "topology: node %u: side cache lines of %u bytes; use a power of two from %u to %u",
				     node, line, SIDE_CACHE_LINE_MIN, SIDE_CACHE_LINE_MAX);
	return 0;
}

static int check_explicit(const struct topology *t, struct ktstr_err *err)
{
	u64 llcs = 0;
	u32 i;

	for (i = 0; i < t->nodes; i++) {
		const struct topology_node *n = &t->node[i];
		int ret;

		llcs += n->llcs;
		if (n->mem_mib % MEM_PIECE_MIB)
			return ktstr_err_set(err, -EINVAL,
					     "topology: node %u has %u MiB of memory; use an even number",
					     i, n->mem_mib);
		if (n->latency_ns > TOPOLOGY_LATENCY_MAX_NS)
			return ktstr_err_set(err, -EINVAL,
					     "topology: node %u has a latency of %u ns; %u is the most",
					     i, n->latency_ns, TOPOLOGY_LATENCY_MAX_NS);
		ret = check_side_cache(n, i, err);
		if (ret)
			return ret;
	}
	if (!llcs)
		return ktstr_err_set(err, -EINVAL,
				     "topology: none of the %u nodes has an LLC, so none has a CPU",
				     t->nodes);
	if (llcs != t->llcs)
		return ktstr_err_set(err, -EINVAL,
				     "topology: the LLCs of the %u nodes add up to %llu, but the machine has %u",
				     t->nodes, (unsigned long long)llcs, t->llcs);
	return 0;
}

static int check_distance(const struct topology *t, u32 from, u32 to, struct ktstr_err *err)
{
	u32 d = t->distance[from * t->nodes + to], back = t->distance[to * t->nodes + from];

	if (from == to && d != TOPOLOGY_DISTANCE_SELF)
		return ktstr_err_set(err, -EINVAL,
				     "topology: node %u is at distance %u of itself; that is always %u",
				     from, d, TOPOLOGY_DISTANCE_SELF);
	if (from == to)
		return 0;
	if (d <= TOPOLOGY_DISTANCE_SELF || d == DISTANCE_UNREACHABLE)
		return ktstr_err_set(err, -EINVAL,
				     "topology: distance %u from node %u to node %u; use %u to %u",
				     d, from, to, TOPOLOGY_DISTANCE_SELF + 1,
				     DISTANCE_UNREACHABLE - 1);
	if (d != back)
		return ktstr_err_set(err, -EINVAL,
				     "topology: distance %u from node %u to node %u, but %u back; use the same",
				     d, from, to, back);
	return 0;
}

int topology_check_nodes(const struct topology *t, struct ktstr_err *err)
{
	u32 i, j;
	int ret;

	if (t->nodes > TOPOLOGY_MAX_NODES)
		return ktstr_err_set(err, -EINVAL, "topology: %u nodes; %d are the most", t->nodes,
				     TOPOLOGY_MAX_NODES);
	if (t->node) {
		ret = check_explicit(t, err);
		if (ret)
			return ret;
	} else if (t->llcs % t->nodes) {
		return ktstr_err_set(err, -EINVAL,
				     "topology: %u LLCs do not divide over %u nodes; use a multiple",
				     t->llcs, t->nodes);
	}
	for (i = 0; t->distance && i < t->nodes; i++) {
		for (j = 0; j < t->nodes; j++) {
			ret = check_distance(t, i, j, err);
			if (ret)
				return ret;
		}
	}
	return 0;
}

u32 topology_node_llcs(const struct topology *t, u32 node)
{
	if (node >= t->nodes)
		return 0;
	return t->node ? t->node[node].llcs : t->llcs / t->nodes;
}

u32 topology_llc_node(const struct topology *t, u32 llc)
{
	u32 node;

	for (node = 0; node + 1 < t->nodes; node++) {
		u32 llcs = topology_node_llcs(t, node);

		if (llc < llcs)
			return node;
		llc -= llcs;
	}
	return node;
}

static u32 said_mem(const struct topology *t, u32 node)
{
	return t->node ? t->node[node].mem_mib : 0;
}

u32 topology_node_mem(const struct topology *t, u32 node, u32 mem_mib)
{
	u32 i, share, last = 0, silent = 0;
	u64 said = 0;

	if (node >= t->nodes)
		return 0;
	if (said_mem(t, node))
		return said_mem(t, node);
	for (i = 0; i < t->nodes; i++) {
		said += said_mem(t, i);
		if (!said_mem(t, i)) {
			silent++;
			last = i;
		}
	}
	if (said >= mem_mib)
		return 0;
	mem_mib -= said;
	share = mem_mib / silent / MEM_PIECE_MIB * MEM_PIECE_MIB;
	return node == last ? mem_mib - share * (silent - 1) : share;
}

int topology_check_mem(const struct topology *t, u32 mem_mib, struct ktstr_err *err)
{
	u64 sum = 0;
	u32 i, mem;

	for (i = 0; i < t->nodes; i++) {
		mem = topology_node_mem(t, i, mem_mib);
		sum += mem;
		if (t->nodes > 1 && mem < TOPOLOGY_NODE_MEM_MIN_MIB)
			return ktstr_err_set(err, -EINVAL,
					     "topology: node %u would have %u of the machine's %u MiB of memory; give every node at least %u",
					     i, mem, mem_mib, TOPOLOGY_NODE_MEM_MIN_MIB);
	}
	if (sum != mem_mib)
		return ktstr_err_set(err, -EINVAL,
				     "topology: the memory of its nodes adds up to %llu MiB, but the machine has %u",
				     (unsigned long long)sum, mem_mib);
	return 0;
}

u32 topology_distance(const struct topology *t, u32 from, u32 to)
{
	if (from >= t->nodes || to >= t->nodes)
		return DISTANCE_UNREACHABLE;
	if (t->distance)
		return t->distance[from * t->nodes + to];
	return from == to ? TOPOLOGY_DISTANCE_SELF : TOPOLOGY_DISTANCE_FAR;
}
