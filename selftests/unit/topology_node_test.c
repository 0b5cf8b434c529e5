// SPDX-License-Identifier: GPL-2.0-only
/* lib/topology: nodes that are described one by one, memory and distances */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>

#include "kselftest_harness.h"
#include "lib/topology.h"
#include "lib/util.h"

/* Two nodes of unequal size, and memory alone far from both */
static const struct topology_node three_nodes[] = {
	{ .llcs = 1, .mem_mib = 512 },
	{ .llcs = 2 },
	{ .mem_mib = 128, .latency_ns = 400, .side_cache_mib = 64, .side_cache_ways = 1 },
};

static const u8 three_distances[] = {
	10, 21, 40, /**/
	21, 10, 30, /**/
	40, 30, 10,
};

FIXTURE(topology_node)
{
	struct topology_node node[3];
	u8 distance[9];
	struct topology t;
	struct ktstr_err err;
};

FIXTURE_SETUP(topology_node)
{
	memcpy(self->node, three_nodes, sizeof(self->node));
	memcpy(self->distance, three_distances, sizeof(self->distance));
	self->t = (struct topology){
		.nodes = 3,
		.llcs = 3,
		.cores = 2,
		.threads = 1,
		.node = self->node,
		.distance = self->distance,
	};
	self->err.msg[0] = '\0';
}

FIXTURE_TEARDOWN(topology_node)
{
}

#define EXPECT_REFUSED(why)                                               \
	do {                                                              \
		EXPECT_EQ(-EINVAL, topology_check(&self->t, &self->err)); \
		EXPECT_NE(NULL, strstr(self->err.msg, why))               \
		{                                                         \
			TH_LOG("message: %s", self->err.msg);             \
		}                                                         \
	} while (0)

TEST_F(topology_node, good_machine_is_taken)
{
	ASSERT_EQ(0, topology_check(&self->t, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
	EXPECT_EQ(6, topology_cpus(&self->t));
	/* LLCs follow the nodes' own counts */
	EXPECT_EQ(0, topology_llc_node(&self->t, 0));
	EXPECT_EQ(1, topology_llc_node(&self->t, 1));
	EXPECT_EQ(1, topology_llc_node(&self->t, 2));
	EXPECT_EQ(1, topology_node_llcs(&self->t, 0));
	EXPECT_EQ(2, topology_node_llcs(&self->t, 1));
	EXPECT_EQ(0, topology_node_llcs(&self->t, 2));
	EXPECT_EQ(0, topology_node_llcs(&self->t, 3));
}

/* A node without CPUs may lie between nodes that have some */
TEST_F(topology_node, memory_only_node_has_no_llc_wherever_it_is)
{
	struct topology_node first[] = {
		{ .llcs = 0 }, { .llcs = 2 }, { .llcs = 0 }, { .llcs = 1 }
	};
	static const u32 nodes[] = { 1, 1, 3 };
	u32 llc;

	self->t.nodes = 4;
	self->t.node = first;
	self->t.distance = NULL;
	ASSERT_EQ(0, topology_check(&self->t, &self->err));
	for (llc = 0; llc < ARRAY_SIZE(nodes); llc++)
		EXPECT_EQ(nodes[llc], topology_llc_node(&self->t, llc));
}

TEST_F(topology_node, llcs_must_add_up)
{
	self->node[1].llcs = 3;
	EXPECT_REFUSED("add up to 4, but the machine has 3");
	/* In 32 bits it would be 3 */
	self->node[0].llcs = 0xffffffff;
	self->node[1].llcs = 4;
	EXPECT_REFUSED("but the machine has 3");
	self->node[0].llcs = 0;
	self->node[1].llcs = 0;
	EXPECT_REFUSED("none of the 3 nodes has an LLC");
}

TEST_F(topology_node, distances_must_make_sense)
{
	self->distance[4] = 11;
	EXPECT_REFUSED("node 1 is at distance 11 of itself");
	self->distance[4] = 10;
	self->distance[1] = 22;
	EXPECT_REFUSED("distance 22 from node 0 to node 1, but 21 back");
	self->distance[1] = 10;
	EXPECT_REFUSED("use 11 to 254");
	self->distance[1] = 255;
	EXPECT_REFUSED("use 11 to 254");
	self->distance[1] = 0;
	EXPECT_REFUSED("distance 0 from node 0 to node 1");
}

TEST_F(topology_node, node_that_cannot_be)
{
	self->node[0].mem_mib = 511;
	EXPECT_REFUSED("node 0 has 511 MiB of memory; use an even number");
	self->node[0].mem_mib = 512;
	self->node[1].latency_ns = 100001;
	EXPECT_REFUSED("node 1 has a latency of 100001 ns");
	self->node[1].latency_ns = 0;
	self->node[1].side_cache_ways = 2;
	EXPECT_REFUSED("node 1 describes a side cache of 0 MiB");
	self->node[1].side_cache_mib = 2;
	self->node[1].side_cache_line = 96;
	EXPECT_REFUSED("side cache lines of 96 bytes");
	self->node[1].side_cache_line = 8192;
	EXPECT_REFUSED("side cache lines of 8192 bytes");
	self->node[1].side_cache_line = 128;
	EXPECT_EQ(0, topology_check(&self->t, &self->err));
	self->node[1].side_cache_write = 3;
	EXPECT_REFUSED("node 1: its side cache writes in a way (3)");
	self->t.nodes = TOPOLOGY_MAX_NODES + 1;
	EXPECT_REFUSED("16 are the most");
}

TEST_F(topology_node, memory_that_is_not_said_is_shared)
{
	EXPECT_EQ(512, topology_node_mem(&self->t, 0, 1024));
	EXPECT_EQ(384, topology_node_mem(&self->t, 1, 1024));
	EXPECT_EQ(128, topology_node_mem(&self->t, 2, 1024));
	EXPECT_EQ(0, topology_node_mem(&self->t, 3, 1024));
	EXPECT_EQ(0, topology_check_mem(&self->t, 1024, &self->err));

	/* The last of the silent ones has the rest, be it the last node or not */
	self->node[0].mem_mib = 0;
	EXPECT_EQ(436, topology_node_mem(&self->t, 0, 1002));
	EXPECT_EQ(438, topology_node_mem(&self->t, 1, 1002));
	EXPECT_EQ(0, topology_check_mem(&self->t, 1002, &self->err));
}

TEST_F(topology_node, memory_that_does_not_go_round)
{
	EXPECT_EQ(0, topology_node_mem(&self->t, 1, 640));
	EXPECT_EQ(-EINVAL, topology_check_mem(&self->t, 640, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "node 1 would have 0 of the machine's 640 MiB"));
	EXPECT_EQ(0, topology_node_mem(&self->t, 1, 100));
	EXPECT_EQ(-EINVAL, topology_check_mem(&self->t, 100, NULL));
	/* Nobody's memory */
	self->node[1].mem_mib = 64;
	EXPECT_EQ(-EINVAL, topology_check_mem(&self->t, 1024, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "adds up to 704 MiB, but the machine has 1024"));
	EXPECT_EQ(0, topology_check_mem(&self->t, 704, &self->err));
}

TEST_F(topology_node, distance_of_nodes)
{
	EXPECT_EQ(10, topology_distance(&self->t, 1, 1));
	EXPECT_EQ(40, topology_distance(&self->t, 0, 2));
	EXPECT_EQ(30, topology_distance(&self->t, 2, 1));
	EXPECT_EQ(255, topology_distance(&self->t, 0, 3));
	EXPECT_EQ(255, topology_distance(&self->t, 0xffffffff, 0));
	self->t.distance = NULL;
	EXPECT_EQ(10, topology_distance(&self->t, 2, 2));
	EXPECT_EQ(20, topology_distance(&self->t, 2, 0));
}

TEST(equal_nodes_share_llcs_and_memory)
{
	struct topology t = { .node = three_nodes, .distance = three_distances };
	u32 llc, node, sum = 0;

	ASSERT_EQ(0, topology_parse("4n12l8c2t", &t, NULL));
	EXPECT_EQ(NULL, t.node);
	EXPECT_EQ(NULL, t.distance);
	for (llc = 0; llc < t.llcs; llc++)
		EXPECT_EQ(llc / 3, topology_llc_node(&t, llc));
	for (node = 0; node < t.nodes; node++) {
		EXPECT_EQ(3, topology_node_llcs(&t, node));
		sum += topology_node_mem(&t, node, 1022);
	}
	EXPECT_EQ(254, topology_node_mem(&t, 0, 1022));
	EXPECT_EQ(260, topology_node_mem(&t, 3, 1022));
	EXPECT_EQ(1022, sum);
}

TEST(single_node_has_everything)
{
	struct topology t = { 1, 1, 1, 1 };

	EXPECT_EQ(64, topology_node_mem(&t, 0, 64));
	EXPECT_EQ(0, topology_check_mem(&t, 16, NULL));
}

TEST_HARNESS_MAIN
