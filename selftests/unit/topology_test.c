// SPDX-License-Identifier: GPL-2.0-only
/* lib/topology: the notation, its limits, and the APIC ids made of it */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/kernel.h>

#include "kselftest_harness.h"
#include "lib/topology.h"
#include "lib/util.h"

TEST(parse_reads_every_field)
{
	struct topology t;

	ASSERT_EQ(0, topology_parse("2n6l4c2t", &t, NULL));
	EXPECT_EQ(2, t.nodes);
	EXPECT_EQ(6, t.llcs);
	EXPECT_EQ(4, t.cores);
	EXPECT_EQ(2, t.threads);
	/* LLCs are counted over the whole machine */
	EXPECT_EQ(48, topology_cpus(&t));
}

TEST(parse_and_format_are_inverse)
{
	static const char *const specs[] = {
		"1n1l1c1t", "2n6l4c2t", "1n512l1c1t", "16n512l1c1t", "1n3l50c2t",
	};
	char buf[32];
	struct topology t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		ASSERT_EQ(0, topology_parse(specs[i], &t, NULL));
		EXPECT_STREQ(specs[i], topology_format(&t, buf, sizeof(buf)));
	}
}

TEST(parse_refuses_other_spellings)
{
	static const char *const specs[] = {
		"",	     "1",	   "1n",	 "1n1l1c",    "1n1l1c1",   "n1l1c1t",
		"1n1l1c1t ", " 1n1l1c1t",  "1l1n1c1t",	 "1n1l1c1tx", "-1n1l1c1t", "+1n1l1c1t",
		"1N1L1C1T",  "0x1n1l1c1t", "1n1l1c1t1t", "1 n1l1c1t",
	};
	struct ktstr_err err;
	struct topology t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(-EINVAL, topology_parse(specs[i], &t, &err))
		{
			TH_LOG("'%s' was taken", specs[i]);
		}
		EXPECT_NE(NULL, strstr(err.msg, "1n2l4c2t"));
	}
}

TEST(parse_refuses_machines_that_cannot_be)
{
	static const struct {
		const char *spec, *why;
	} bad[] = {
		{ "0n1l1c1t", "at least 1" },	     { "1n0l1c1t", "at least 1" },
		{ "1n1l0c1t", "at least 1" },	     { "1n1l1c0t", "at least 1" },
		{ "2n3l1c1t", "do not divide" },     { "2n1l1c1t", "do not divide" },
		{ "1n1l1c3t", "threads per core" },  { "1n1l1c4t", "threads per core" },
		{ "1n1l257c2t", "more than 512" },   { "1n512l2c1t", "more than 512" },
		{ "1n512l512c2t", "more than 512" }, { "17n17l1c1t", "16 are the most" },
	};
	struct ktstr_err err;
	struct topology t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(-EINVAL, topology_parse(bad[i].spec, &t, &err));
		EXPECT_NE(NULL, strstr(err.msg, bad[i].why))
		{
			TH_LOG("%s: %s", bad[i].spec, err.msg);
		}
		EXPECT_EQ(-EINVAL, topology_parse(bad[i].spec, &t, NULL));
	}
}

/* Values that would wrap to something small */
TEST(parse_survives_huge_numbers)
{
	static const char *const specs[] = {
		"4294967297n1l1c1t",
		"1n4294967297l1c1t",
		"1n1l18446744073709551617c1t",
		"1n1l1c99999999999999999999999999999999t",
		"513n1l1c1t",
	};
	struct topology t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specs); i++)
		EXPECT_EQ(-EINVAL, topology_parse(specs[i], &t, NULL));
}

TEST(check_refuses_products_that_overflow)
{
	struct topology t = { 1, 0x10000, 0x10000, 1 };

	EXPECT_EQ(-EINVAL, topology_check(&t, NULL));
	t = (struct topology){ 1, 0xffffffff, 0xffffffff, 2 };
	EXPECT_EQ(-EINVAL, topology_check(&t, NULL));
}

TEST(long_spec_is_cut_in_the_message)
{
	char spec[2000];
	struct ktstr_err err;
	struct topology t;

	memset(spec, 'x', sizeof(spec) - 1);
	spec[sizeof(spec) - 1] = '\0';
	EXPECT_EQ(-EINVAL, topology_parse(spec, &t, &err));
	EXPECT_EQ(NULL, strstr(err.msg, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"));
	/* With what could have been meant still behind it */
	EXPECT_NE(NULL, strstr(err.msg, "numa4-12llc"));
}

TEST(apic_ids_have_one_field_per_level)
{
	static const char *const specs[] = {
		"1n1l1c1t", "1n1l1c2t", "1n3l3c2t", "2n4l5c1t", "1n3l50c2t", "1n1l300c1t",
	};
	struct topology t;
	u32 cpu, id, last;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(specs); i++) {
		ASSERT_EQ(0, topology_parse(specs[i], &t, NULL));
		for (cpu = 0, last = 0; cpu < topology_cpus(&t); cpu++) {
			u32 core = cpu / t.threads, llc = core / t.cores;

			id = topology_apic_id(&t, cpu);
			EXPECT_EQ(cpu % t.threads, id & ((1U << topology_thread_bits(&t)) - 1));
			EXPECT_EQ(llc, id >> topology_llc_bits(&t));
			EXPECT_EQ(core % t.cores, (id & ((1U << topology_llc_bits(&t)) - 1)) >>
							  topology_thread_bits(&t));
			/* Rising, so unique */
			if (cpu)
				EXPECT_GT(id, last);
			last = id;
		}
	}
}

TEST(apic_ids_are_dense_for_powers_of_two)
{
	struct topology t;
	u32 cpu;

	ASSERT_EQ(0, topology_parse("2n4l8c2t", &t, NULL));
	for (cpu = 0; cpu < topology_cpus(&t); cpu++)
		EXPECT_EQ(cpu, topology_apic_id(&t, cpu));
}

TEST_HARNESS_MAIN
