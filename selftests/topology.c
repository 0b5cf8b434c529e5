// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest's kernel sees of its machine is what the test declared, for all
 * presets. KTSTR_TOPOLOGY_ALL=1 adds those that take an emulated host minutes.
 */
#include <stdlib.h>
#include <string.h>

#include "ktstr_harness.h"
#include "lib/preset.h"
#include "lib/text.h"
#include "lib/util.h"
#include "topology_declared.h"

#define RUN_TIMEOUT_S	 300
#define LARGE_TIMEOUT_S	 3600
#define LARGE_TIMEOUT_MS (3400 * 1000)
#define LARGE_PROGRAM_MS (600 * 1000)
#define MEM_MIB		 512
#define MEM_MIB_PER_CPU	 8

/* Two unlike nodes, and memory without CPUs behind a cache */
static const struct topology_node tiered_nodes[] = {
	{ .llcs = 2, .mem_mib = 512, .latency_ns = 90 },
	{ .llcs = 1, .mem_mib = 256, .bandwidth_mbs = 38400 },
	{
		.mem_mib = 128,
		.latency_ns = 350,
		.bandwidth_mbs = 10000,
		.side_cache_mib = 32,
		.side_cache_ways = 1,
		.side_cache_write = TOPOLOGY_WRITE_BACK,
		.side_cache_line = 256,
	},
};

static const u8 tiered_distance[] = {
	10, 20, 40, /**/
	20, 10, 30, /**/
	40, 30, 10,
};

static const struct declared tiered = {
	.topo = { 3, 3, 1, 2, tiered_nodes, tiered_distance },
	.mem_mib = 896,
	.nearest = 1,
	.side_cache = "size=33554432 line=256 indexing=0 write=0",
};

FIXTURE(topology)
{
	struct ktstr_result res;
	struct declared declared;
	const struct ktstr_output *seen;
};

FIXTURE_VARIANT(topology)
{
	const char *preset;
	bool large;
};

/* Nodes of its own making */
FIXTURE_VARIANT_ADD(topology, tiered) {
	.preset = NULL,
};

FIXTURE_VARIANT_ADD(topology, tiny_1llc) {
	.preset = "tiny-1llc",
};

FIXTURE_VARIANT_ADD(topology, tiny_2llc) {
	.preset = "tiny-2llc",
};

FIXTURE_VARIANT_ADD(topology, smt_2llc) {
	.preset = "smt-2llc",
};

FIXTURE_VARIANT_ADD(topology, odd_3llc) {
	.preset = "odd-3llc",
};

FIXTURE_VARIANT_ADD(topology, smt_3llc) {
	.preset = "smt-3llc",
};

FIXTURE_VARIANT_ADD(topology, odd_5llc) {
	.preset = "odd-5llc",
};

FIXTURE_VARIANT_ADD(topology, numa2_4llc) {
	.preset = "numa2-4llc",
};

FIXTURE_VARIANT_ADD(topology, odd_7llc) {
	.preset = "odd-7llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, medium_4llc) {
	.preset = "medium-4llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, medium_4llc_nosmt) {
	.preset = "medium-4llc-nosmt",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, numa4_8llc) {
	.preset = "numa4-8llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, medium_8llc) {
	.preset = "medium-8llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, medium_8llc_nosmt) {
	.preset = "medium-8llc-nosmt",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, large_4llc) {
	.preset = "large-4llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, large_8llc) {
	.preset = "large-8llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, large_4llc_nosmt) {
	.preset = "large-4llc-nosmt",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, large_8llc_nosmt) {
	.preset = "large-8llc-nosmt",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, numa2_8llc) {
	.preset = "numa2-8llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, numa2_8llc_nosmt) {
	.preset = "numa2-8llc-nosmt",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, numa4_12llc) {
	.preset = "numa4-12llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, near_max_llc) {
	.preset = "near-max-llc",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, near_max_llc_nosmt) {
	.preset = "near-max-llc-nosmt",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, max_cpu) {
	.preset = "max-cpu",
	.large = true,
};

FIXTURE_VARIANT_ADD(topology, max_cpu_nosmt) {
	.preset = "max-cpu-nosmt",
	.large = true,
};

FIXTURE_SETUP(topology)
{
	const struct preset *p = variant->preset ? preset_find(variant->preset, NULL) : NULL;

	self->declared = tiered;
	if (!variant->preset)
		return;
	ASSERT_NE(p, NULL);
	self->declared = (struct declared){ .topo = p->topo };
	self->declared.mem_mib = max_t(u32, MEM_MIB, topology_cpus(&p->topo) * MEM_MIB_PER_CPU);
}

FIXTURE_TEARDOWN(topology)
{
	test_end(_metadata, &self->res);
}

/* The next line; false at the end of the text */
static bool next_line(const char **at, const char **line, size_t *len)
{
	if (!**at)
		return false;
	*line = *at;
	*len = strcspn(*at, "\n");
	*at += *len + ((*at)[*len] == '\n');
	return true;
}

static bool starts(const char *line, size_t len, const char *word)
{
	return len >= strlen(word) && !memcmp(line, word, strlen(word));
}

static void say(const char *what, const char *line, size_t len)
{
	char text[512];

	text_escape_line(text, sizeof(text), line, len);
	ksft_print_msg("%s: %s\n", what, text);
}

/* Line by line, but for what a machine does not decide; the number of differences */
static u32 compare(const char *seen, const char *declared)
{
	const char *a, *b;
	u32 wrong = 0;
	size_t n, m;

	while (next_line(&seen, &a, &n)) {
		if (starts(a, n, "machine ") || starts(a, n, "table ") || starts(a, n, "end"))
			continue;
		if (!next_line(&declared, &b, &m)) {
			say("not declared", a, n);
			wrong++;
		} else if (n != m || memcmp(a, b, n)) {
			say("declared", b, m);
			say("but seen", a, n);
			wrong++;
		}
	}
	while (next_line(&declared, &b, &m)) {
		say("not seen", b, m);
		wrong++;
	}
	return wrong;
}

/* A guest of these cannot be told of an L3: see cpuid_build() */
static bool has_no_l3(const char *seen)
{
	unsigned int family = 0, model = 0;
	char vendor[64] = "";

	if (sscanf(seen, "machine vendor=%63s family=%u model=%u", vendor, &family, &model) != 3)
		return false;
	return !strcmp(vendor, "HygonGenuine") ||
	       (!strcmp(vendor, "AuthenticAMD") && family == 0x17 && model <= 0x1f);
}

static bool is_hex_of(const char *hex, size_t len, const u8 *bytes, size_t nr)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	if (len != 2 * nr)
		return false;
	for (i = 0; i < nr; i++)
		if (hex[2 * i] != digits[bytes[i] >> 4] || hex[2 * i + 1] != digits[bytes[i] & 15])
			return false;
	return true;
}

/* The table of that name among those the VMM writes; its head is 36 bytes */
static const u8 *find_table(const u8 *buf, const char *name, u32 *len)
{
	size_t at;

	for (at = 0; at + 36 <= LAYOUT_ACPI_SIZE; at += 16) {
		memcpy(len, buf + at + 4, sizeof(*len));
		if (!memcmp(buf + at, name, 4) && *len >= 36 && *len <= LAYOUT_ACPI_SIZE - at)
			return buf + at;
	}
	return NULL;
}

/* How many tables the guest has that are, byte for byte, those of the VMM */
static u32 same_tables(const char *seen, const u8 *buf)
{
	const char *line;
	u32 same = 0, len;
	const u8 *table;
	char name[5];
	size_t n;

	while (next_line(&seen, &line, &n)) {
		if (!starts(line, n, "table ") || n < 11)
			continue;
		memcpy(name, line + 6, 4);
		name[4] = '\0';
		table = find_table(buf, name, &len);
		if (table && is_hex_of(line + 11, n - 11, table, len))
			same++;
		else
			say("another table", line, 10);
	}
	return same;
}

static void run(FIXTURE_DATA(topology) * self, bool large)
{
	const struct ktstr_op ops[] = {
		{
			.kind = KTSTR_OP_RUN,
			.argv = { "ktstr_topology" },
			.tag = "seen",
			.timeout_ms = large ? LARGE_PROGRAM_MS : 0,
		},
	};
	const struct ktstr_test test = {
		.name = "topology",
		.topo = self->declared.topo,
		.mem_mib = self->declared.mem_mib,
		.no_observe = true,
		.duration_ms = 100,
		.workers = 1,
		.ops = ops,
		.nr_ops = ARRAY_SIZE(ops),
		.timeout_ms = large ? LARGE_TIMEOUT_MS : 0,
		/* Which the watchdog adds to what a boot may take */
		.attach_ms = large ? LARGE_TIMEOUT_MS : 0,
	};

	ktstr_run(&test, &self->res);
	test_summary(&self->res);
	self->seen = ktstr_output_find(&self->res, "seen");
	if (self->seen)
		ksft_print_msg("%zu bytes after %llu ms\n", self->seen->len,
			       (unsigned long long)(self->seen->elapsed_ns / NSEC_PER_MSEC));
}

TEST_F_TIMEOUT(topology, is_the_declared_one, LARGE_TIMEOUT_S)
{
	const char *all = getenv("KTSTR_TOPOLOGY_ALL");
	char *text = NULL;
	size_t len;
	FILE *f;
	u8 *buf;

	if (variant->large && (!all || strcmp(all, "1")))
		SKIP(return, "KTSTR_TOPOLOGY_ALL=1 boots it");
	run(self, variant->large);
	ASSERT_EQ(self->res.verdict, KTSTR_PASS);
	ASSERT_TRUE(ktstr_output_ok(self->seen));
	ASSERT_GT(self->seen->len, 4);
	EXPECT_STREQ(self->seen->text + self->seen->len - 4, "end\n");

	self->declared.no_l3 = has_no_l3(self->seen->text);
	f = open_memstream(&text, &len);
	ASSERT_NE(f, NULL);
	declare_machine(f, &self->declared);
	ASSERT_EQ(fclose(f), 0);
	EXPECT_EQ(compare(self->seen->text, text), 0);
	free(text);

	buf = calloc(1, LAYOUT_ACPI_SIZE);
	ASSERT_NE(buf, NULL);
	ASSERT_EQ(declared_tables(&self->declared, buf), 0);
	/* FADT, DSDT, MADT, SRAT and SLIT; and HMAT */
	EXPECT_EQ(same_tables(self->seen->text, buf), self->declared.topo.nodes > 1 ? 6 : 5);
	free(buf);
}

int main(int argc, char **argv)
{
	test_enter(argc, argv);
	return test_harness_run(argc, argv);
}
