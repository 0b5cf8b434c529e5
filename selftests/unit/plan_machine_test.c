// SPDX-License-Identifier: GPL-2.0-only
/* The machine that a test gets: what it declares, and what it leaves open. */
#include <errno.h>
#include <string.h>

#include "host/harness/plan_machine.h"
#include "kselftest_harness.h"

FIXTURE(plan_machine)
{
	struct ktstr_test test;
	struct vm_config vm;
	struct ktstr_err err;
};

FIXTURE_SETUP(plan_machine)
{
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(plan_machine)
{
}

#define EXPECT_MIB(mib)                                                        \
	do {                                                                   \
		EXPECT_EQ(0, plan_machine(&self->test, &self->vm, &self->err)) \
		{                                                              \
			TH_LOG("%s", self->err.msg);                           \
		}                                                              \
		EXPECT_EQ((u64)(mib), self->vm.mem_bytes >> 20);               \
	} while (0)

#define EXPECT_REFUSED(why)                                                           \
	do {                                                                          \
		EXPECT_EQ(-EINVAL, plan_machine(&self->test, &self->vm, &self->err)); \
		EXPECT_NE(NULL, strstr(self->err.msg, why))                           \
		{                                                                     \
			TH_LOG("message: %s", self->err.msg);                         \
		}                                                                     \
	} while (0)

TEST_F(plan_machine, nothing_declared_is_one_cpu)
{
	EXPECT_MIB(512);
	EXPECT_EQ(1, topology_cpus(&self->vm.topo));
	EXPECT_EQ(1, self->vm.topo.nodes);
}

TEST_F(plan_machine, notation_goes_before_numbers)
{
	self->test.topology = "1n2l2c1t";
	self->test.topo = (struct topology){ 1, 1, 1, 1 };
	EXPECT_MIB(512);
	EXPECT_EQ(4, topology_cpus(&self->vm.topo));
}

TEST_F(plan_machine, many_cpus_get_more_memory)
{
	self->test.topology = "1n4l4c2t";
	EXPECT_MIB(32 * 64);
}

TEST_F(plan_machine, each_of_many_nodes_is_large_enough_to_be_one)
{
	self->test.topo = (struct topology){ 16, 16, 1, 1 };
	EXPECT_MIB(16 * 64);
	self->test.topo = (struct topology){ 2, 2, 1, 1 };
	EXPECT_MIB(512);
}

TEST_F(plan_machine, memory_that_nodes_ask_for_is_added_up)
{
	const struct topology_node node[] = {
		{ .llcs = 1, .mem_mib = 300 },
		{ .llcs = 1, .mem_mib = 100 },
	};

	self->test.topo = (struct topology){ 2, 2, 1, 1, .node = node };
	EXPECT_MIB(400);
	EXPECT_TRUE(self->vm.topo.node == node);
}

TEST_F(plan_machine, node_that_asks_for_none_gets_its_share_of_the_usual)
{
	const struct topology_node node[] = {
		{ .llcs = 1, .mem_mib = 300 },
		{ .llcs = 1 },
		{ .mem_mib = 100 },
		{ .llcs = 1 },
	};

	self->test.topo = (struct topology){ 4, 3, 1, 1, .node = node };
	EXPECT_MIB(300 + 100 + 2 * (512 / 4));
}

TEST_F(plan_machine, nodes_that_ask_for_none_share_the_usual)
{
	const struct topology_node node[] = { { .llcs = 1 }, { .llcs = 1 } };

	self->test.topo = (struct topology){ 2, 2, 1, 1, .node = node };
	EXPECT_MIB(512);
}

TEST_F(plan_machine, memory_that_the_test_names_is_not_added_to)
{
	self->test.mem_mib = 256;
	EXPECT_MIB(256);
	self->test.mem_mib = 255;
	EXPECT_REFUSED("guest memory of 255 MiB: use an even number from 128");
	self->test.mem_mib = 64;
	EXPECT_REFUSED("guest memory of 64 MiB");
}

TEST_F(plan_machine, topology_that_is_half_declared_is_not_one_cpu)
{
	const struct topology_node node[] = { { .llcs = 1 }, { .llcs = 1 } };

	self->test.topo = (struct topology){ .node = node };
	EXPECT_REFUSED("set .topo.llcs");
	self->test.topo = (struct topology){ .nodes = 2, .cores = 1, .threads = 1, .node = node };
	EXPECT_REFUSED("set .topo.llcs");
	self->test.topo = (struct topology){ .cores = 4 };
	EXPECT_REFUSED("set .topo.llcs");
}

TEST_HARNESS_MAIN
