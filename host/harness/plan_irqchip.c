// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/plan_irqchip.h"
#include "lib/util.h"

int plan_irqchip(enum vm_irqchip *irqchip, struct ktstr_err *err)
{
	static const char *const names[] = {
		[VM_IRQCHIP_AUTO] = "auto",
		[VM_IRQCHIP_KERNEL] = "kernel",
		[VM_IRQCHIP_SPLIT] = "split",
	};
	const char *text = getenv("KTSTR_IRQCHIP");
	size_t i;

	*irqchip = VM_IRQCHIP_AUTO;
	if (!text || !*text)
		return 0;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(text, names[i])) {
			*irqchip = i;
			return 0;
		}
	}
	return ktstr_err_set(err, -EINVAL, "KTSTR_IRQCHIP=%s: must be kernel, split or auto", text);
}
