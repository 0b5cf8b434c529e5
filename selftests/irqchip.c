// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of devices by an IOAPIC of our own (x86): on a machine that does not
 * need one, and on one with a CPU that KVM's IOAPIC cannot name.
 */
#include <stdlib.h>

#include "ktstr_harness.h"
#include "lib/util.h"

#define RUN_TIMEOUT_S 300
/* The last CPU of 153 has APIC id 264. Two are started, and that one by hand. */
#define WIDE_TOPOLOGY "1n17l9c1t"
#define WIDE_LAST     "152"
#define WIDE_MEM_MIB  1024
#define WIDE_CMDLINE  "maxcpus=2"

FIXTURE(irqchip)
{
	struct ktstr_result res;
};

FIXTURE_SETUP(irqchip)
{
}

FIXTURE_TEARDOWN(irqchip)
{
	test_end(_metadata, &self->res);
}

TEST_F_TIMEOUT(irqchip, split_is_as_good_as_kvms_own, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "split_is_as_good_as_kvms_own",
		.topology = "1n1l2c1t",
		.scheduler = "scx_simple",
	};

	setenv("KTSTR_IRQCHIP", "split", 1);
	ktstr_run(&test, &self->res);
	test_summary(&self->res);
	EXPECT_EQ(self->res.verdict, KTSTR_PASS);
}

static u64 number(const struct ktstr_result *res, const char *tag)
{
	const struct ktstr_output *o = ktstr_output_find(res, tag);

	if (!ktstr_output_ok(o)) {
		ksft_print_msg("%s: %s\n", tag, o ? o->reason : "did not run");
		return 0;
	}
	ksft_print_msg("%s: CPU " WIDE_LAST " has had %s", tag, o->text);
	return strtoull(o->text, NULL, 10);
}

/* What the host answers comes by interrupts of the console, as do the starts of programs. */
TEST_F_TIMEOUT(irqchip, interrupts_reach_an_id_above_254, RUN_TIMEOUT_S)
{
	const struct ktstr_op ops[] = {
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_irq", "move", "virtio0", WIDE_LAST },
		  .tag = "before" },
		{ .kind = KTSTR_OP_CAPTURE, .tag = "between" },
		{ .kind = KTSTR_OP_CAPTURE, .tag = "again" },
		{ .kind = KTSTR_OP_RUN,
		  .argv = { "ktstr_irq", "count", "virtio0", WIDE_LAST },
		  .tag = "after" },
	};
	const struct ktstr_test test = {
		.name = "interrupts_reach_an_id_above_254",
		.topology = WIDE_TOPOLOGY,
		.mem_mib = WIDE_MEM_MIB,
		.workers = 2,
		.extra_cmdline = WIDE_CMDLINE,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
	};

	u64 before;

	unsetenv("KTSTR_IRQCHIP");
	ktstr_run(&test, &self->res);
	test_summary(&self->res);
	EXPECT_EQ(self->res.verdict, KTSTR_PASS);
	EXPECT_TRUE(ktstr_output_ok(ktstr_output_find(&self->res, "before")));
	before = number(&self->res, "before");
	EXPECT_GT(number(&self->res, "after"), before);
}

TEST_F_TIMEOUT(irqchip, kvms_own_is_refused_for_such_an_id, RUN_TIMEOUT_S)
{
	const struct ktstr_test test = {
		.name = "kvms_own_is_refused_for_such_an_id",
		.topology = WIDE_TOPOLOGY,
		.mem_mib = WIDE_MEM_MIB,
	};

	setenv("KTSTR_IRQCHIP", "kernel", 1);
	ktstr_run(&test, &self->res);
	test_summary(&self->res);
	EXPECT_EQ(self->res.verdict, KTSTR_INCONCLUSIVE);
	EXPECT_TRUE(self->res.infra);
	EXPECT_NE(strstr(self->res.reason_text, "APIC id 264 is above 254"), NULL);
}

int main(int argc, char **argv)
{
#ifndef __x86_64__
	ksft_print_header();
	ksft_exit_skip("IOAPICs are for x86\n");
#endif
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
