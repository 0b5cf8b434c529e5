/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_PLAN_MACHINE_H
#define KTSTR_HOST_HARNESS_PLAN_MACHINE_H

#include "host/harness/ktstr.h"
#include "host/vmm/vm.h"
#include "lib/err.h"

/**
 * plan_machine() - CPUs, nodes and memory of a test's guest
 * @test: the test, merged with its scheduler
 * @vm: gets them; arrays of the topology are those of @test
 * @err: names what is wrong and the way out, or NULL
 *
 * A test without a topology has one CPU. One that does not say how much memory it
 * wants gets as much as its CPUs and nodes need.
 *
 * Return: 0, or -EINVAL for a machine that cannot be, or is only half declared.
 */
int plan_machine(const struct ktstr_test *test, struct vm_config *vm, struct ktstr_err *err);

#endif /* KTSTR_HOST_HARNESS_PLAN_MACHINE_H */
