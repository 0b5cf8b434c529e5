// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "lib/scenario.h"
#include "lib/util.h"
#include "step_order.h"

bool step_decode(const struct wire_frame *f, struct step_view *v)
{
	struct wire_stim raw;

	if (f->len != sizeof(raw))
		return false;
	memcpy(&raw, f->payload, sizeof(raw));
	*v = (struct step_view){
		.elapsed_ms = le32_to_cpu(raw.elapsed_ms),
		.step = le16_to_cpu(raw.step_index),
		.ops = le16_to_cpu(raw.op_count),
		.op_kinds = le32_to_cpu(raw.op_kinds),
		.cgroups = le16_to_cpu(raw.cgroup_count),
		.workers = le16_to_cpu(raw.worker_count),
		.iterations = le64_to_cpu(raw.total_iterations),
	};
	return true;
}

static bool fits(const struct step_order *o, u32 type, const struct step_view *v)
{
	if (v->elapsed_ms < o->elapsed_ms || v->step > SCENARIO_STEPS_MAX)
		return false;
	if (type == WIRE_STIM)
		return v->step == o->begun && (o->begun <= 1 || !o->open);
	return o->open && v->step == o->begun - 1;
}

bool step_next(struct step_order *o, u32 type, const struct step_view *v)
{
	if (!fits(o, type, v))
		return false;
	o->elapsed_ms = v->elapsed_ms;
	o->open = type == WIRE_STIM;
	o->begun += o->open;
	return true;
}
