/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_IRQCHIP_H
#define KTSTR_HOST_HARNESS_PLAN_IRQCHIP_H

#include "host/vmm/vm.h"
#include "lib/err.h"

/**
 * plan_irqchip() - which interrupt controller the environment asks for
 * @irqchip: set by $KTSTR_IRQCHIP: kernel, split or auto; auto without it
 * @err: names the value and what there is, or NULL
 *
 * Return: 0, or -EINVAL for another value.
 */
int plan_irqchip(enum vm_irqchip *irqchip, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_PLAN_IRQCHIP_H */
