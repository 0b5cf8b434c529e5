/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_VMM_GMEM_SLOT_H
#define KTSTR_HOST_VMM_GMEM_SLOT_H

/*
 * Guest RAM by NUMA node. Nodes follow one another in guest physical address
 * space; the host's view of RAM (struct gmem) knows nothing of them, so that
 * introspection has the same two regions whatever the machine. Each run of one
 * node is a KVM memory slot and an entry of the firmware's tables, from the
 * same list.
 */
#include <linux/types.h>

#include "host/vmm/gmem.h"
#include "lib/topology.h"

/* A region boundary inside of a node splits it */
#define GMEM_SLOTS_MAX (TOPOLOGY_MAX_NODES + GMEM_REGIONS_MAX - 1)

/**
 * struct gmem_slot - a run of RAM of one node
 * @gpa: first guest physical address
 * @len: bytes, a multiple of 2 MiB
 * @node: 0..topology.nodes - 1
 */
struct gmem_slot {
	u64 gpa;
	u64 len;
	u32 node;
};

/**
 * gmem_slots() - share RAM out among nodes
 * @m: RAM, a multiple of 2 MiB
 * @t: the machine, of which topology_check_mem() has approved
 * @slots: filled in, in ascending order of both gpa and node
 *
 * Pure function of its arguments: any thread.
 *
 * Return: how many there are.
 */
unsigned int gmem_slots(const struct gmem *m, const struct topology *t,
			struct gmem_slot slots[GMEM_SLOTS_MAX]);

#endif /* KTSTR_HOST_VMM_GMEM_SLOT_H */
