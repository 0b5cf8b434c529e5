// SPDX-License-Identifier: GPL-2.0-only
/* $KTSTR_IRQCHIP */
#include <errno.h>
#include <stdlib.h>

#include "host/harness/plan_irqchip.h"
#include "kselftest_harness.h"

static int ask(const char *value, enum vm_irqchip *irqchip, struct ktstr_err *err)
{
	if (value)
		setenv("KTSTR_IRQCHIP", value, 1);
	else
		unsetenv("KTSTR_IRQCHIP");
	return plan_irqchip(irqchip, err);
}

TEST(nothing_set_leaves_the_choice)
{
	enum vm_irqchip irqchip = VM_IRQCHIP_SPLIT;

	EXPECT_EQ(0, ask(NULL, &irqchip, NULL));
	EXPECT_EQ(VM_IRQCHIP_AUTO, irqchip);
	irqchip = VM_IRQCHIP_SPLIT;
	EXPECT_EQ(0, ask("", &irqchip, NULL));
	EXPECT_EQ(VM_IRQCHIP_AUTO, irqchip);
}

TEST(each_name_is_its_controller)
{
	enum vm_irqchip irqchip;

	EXPECT_EQ(0, ask("kernel", &irqchip, NULL));
	EXPECT_EQ(VM_IRQCHIP_KERNEL, irqchip);
	EXPECT_EQ(0, ask("split", &irqchip, NULL));
	EXPECT_EQ(VM_IRQCHIP_SPLIT, irqchip);
	EXPECT_EQ(0, ask("auto", &irqchip, NULL));
	EXPECT_EQ(VM_IRQCHIP_AUTO, irqchip);
}

TEST(typo_lists_what_there_is)
{
	enum vm_irqchip irqchip;
	struct ktstr_err err;

	EXPECT_EQ(-EINVAL, ask("spilt", &irqchip, &err));
	EXPECT_STREQ("KTSTR_IRQCHIP=spilt: must be kernel, split or auto", err.msg);
}

TEST_HARNESS_MAIN
