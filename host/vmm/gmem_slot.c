// SPDX-License-Identifier: GPL-2.0-only
#include "host/vmm/gmem_slot.h"
#include "lib/util.h"

unsigned int gmem_slots(const struct gmem *m, const struct topology *t,
			struct gmem_slot slots[GMEM_SLOTS_MAX])
{
	const u32 mib = m->size >> 20;
	u64 left = (u64)topology_node_mem(t, 0, mib) << 20;
	unsigned int i, nr = 0;
	u32 node = 0;

	for (i = 0; i < m->nr; i++) {
		u64 at = m->regions[i].gpa, end = at + m->regions[i].len;

		while (at < end && nr < GMEM_SLOTS_MAX) {
			while (!left && ++node < t->nodes)
				left = (u64)topology_node_mem(t, node, mib) << 20;
			if (!left)
				return nr;
			slots[nr] = (struct gmem_slot){ at, min(left, end - at), node };
			at += slots[nr].len;
			left -= slots[nr].len;
			nr++;
		}
	}
	return nr;
}
