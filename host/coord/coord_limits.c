// SPDX-License-Identifier: GPL-2.0-only
#include "host/coord/coord.h"
#include "host/coord/watchdog.h"

u64 coord_longest_ns(const struct coord_config *cfg)
{
	/* one headroom a stage, and the deadman's two deferrals */
	return cfg->duration_ns + cfg->attach_ns +
	       (WIRE_STAGE_NR + WATCHDOG_WINDOWS) *
		       watchdog_boot_headroom(cfg->nr_vcpus, cfg->slowdown);
}
