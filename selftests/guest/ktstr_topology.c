// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest's kernel says of the machine it runs on, from sysfs and
 * procfs, one record a line: a word, a number where there are several, and
 * key=value pairs. What is not there reads "-". The last line is "end".
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/kernel.h>

#define CPU_DIR	  "/sys/devices/system/cpu"
#define NODE_DIR  "/sys/devices/system/node"
#define TABLE_DIR "/sys/firmware/acpi/tables"
#define NODES_MAX 64
#define CACHE_MAX 8
#define OUT_BUF	  (256 << 10)

static const char *const access_files[] = {
	"read_latency",
	"write_latency",
	"read_bandwidth",
	"write_bandwidth",
};

static const char *const tables[] = { "FACP", "DSDT", "APIC", "SRAT", "SLIT", "HMAT" };

/* The first line of a file, blanks as commas; into one of a few buffers */
static const char *first_line(const char *path)
{
	static char bufs[8][4096];
	static unsigned int next;
	char *buf = bufs[next++ % 8], *c;
	FILE *f = fopen(path, "re");

	if (!f)
		return "-";
	if (!fgets(buf, sizeof(bufs[0]), f))
		buf[0] = '\0';
	fclose(f);
	buf[strcspn(buf, "\n")] = '\0';
	for (c = buf; *c; c++)
		if (*c == ' ')
			*c = ',';
	return buf;
}

static const char *cpu_file(unsigned int cpu, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), CPU_DIR "/cpu%u/%s", cpu, name);
	return first_line(path);
}

static const char *node_file(unsigned int node, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), NODE_DIR "/node%u/%s", node, name);
	return first_line(path);
}

/* Which nodes a directory has links to: "0", "0,1", or "-" */
static const char *node_links(const char *dir, char *buf, size_t len)
{
	size_t n = 0;
	unsigned int i;
	char path[512];

	for (i = 0; i < NODES_MAX && n < len; i++) {
		snprintf(path, sizeof(path), "%s/node%u", dir, i);
		if (!access(path, F_OK))
			n += snprintf(buf + n, len - n, "%s%u", n ? "," : "", i);
	}
	return n ? buf : "-";
}

static void print_cpu(unsigned int cpu)
{
	char dir[256], name[64], nodes[256];
	unsigned int i;

	snprintf(dir, sizeof(dir), CPU_DIR "/cpu%u", cpu);
	printf("cpu %u node=%s package=%s die=%s core=%s threads=%s package_cpus=%s", cpu,
	       node_links(dir, nodes, sizeof(nodes)), cpu_file(cpu, "topology/physical_package_id"),
	       cpu_file(cpu, "topology/die_id"), cpu_file(cpu, "topology/core_id"),
	       cpu_file(cpu, "topology/thread_siblings_list"),
	       cpu_file(cpu, "topology/package_cpus_list"));
	for (i = 0; i < CACHE_MAX; i++) {
		snprintf(name, sizeof(name), "cache/index%u/level", i);
		if (!strcmp(cpu_file(cpu, name), "3"))
			break;
	}
	snprintf(name, sizeof(name), "cache/index%u/id", i);
	printf(" l3=%s", cpu_file(cpu, name));
	snprintf(name, sizeof(name), "cache/index%u/shared_cpu_list", i);
	printf(" l3_cpus=%s\n", cpu_file(cpu, name));
}

/* Pages of RAM in all zones of a node, those the kernel itself lies in included */
static unsigned long present_pages(unsigned int node)
{
	FILE *f = fopen("/proc/zoneinfo", "re");
	unsigned long pages, sum = 0;
	unsigned int at, here = ~0U;
	char line[256];

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "Node %u,", &at) == 1)
			here = at;
		else if (here == node && sscanf(line, " present %lu", &pages) == 1)
			sum += pages;
	}
	if (f)
		fclose(f);
	return sum;
}

static void print_access(unsigned int node)
{
	char dir[256], nodes[256], name[64];
	unsigned int i;

	snprintf(dir, sizeof(dir), NODE_DIR "/node%u/access0/initiators", node);
	if (access(dir, F_OK))
		return;
	printf("access %u initiators=%s", node, node_links(dir, nodes, sizeof(nodes)));
	for (i = 0; i < ARRAY_SIZE(access_files); i++) {
		snprintf(name, sizeof(name), "access0/initiators/%s", access_files[i]);
		printf(" %s=%s", access_files[i], node_file(node, name));
	}
	putchar('\n');
}

static void print_side_cache(unsigned int node)
{
	const char *size = node_file(node, "memory_side_cache/index1/size");

	if (strcmp(size, "-"))
		printf("side_cache %u size=%s line=%s indexing=%s write=%s\n", node, size,
		       node_file(node, "memory_side_cache/index1/line_size"),
		       node_file(node, "memory_side_cache/index1/indexing"),
		       node_file(node, "memory_side_cache/index1/write_policy"));
}

/* Calls @print for every directory that is called @prefix and a number below @nr */
static void for_each(const char *dir, const char *prefix, unsigned int nr,
		     void (*print)(unsigned int n))
{
	char path[256];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		snprintf(path, sizeof(path), "%s/%s%u", dir, prefix, i);
		if (!access(path, F_OK))
			print(i);
	}
}

static void print_node(unsigned int node)
{
	printf("node %u cpus=%s distance=%s pages=%lu\n", node, node_file(node, "cpulist"),
	       node_file(node, "distance"), present_pages(node));
	print_access(node);
	print_side_cache(node);
}

static void print_table(const char *name)
{
	char path[256];
	FILE *f;
	int c;

	snprintf(path, sizeof(path), TABLE_DIR "/%s", name);
	f = fopen(path, "re");
	if (!f)
		return;
	printf("table %s ", name);
	while ((c = getc(f)) != EOF)
		printf("%02x", c);
	putchar('\n');
	fclose(f);
}

/* Of the first CPU; the others are the same */
static void print_cpuinfo(void)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[4096], vendor[64] = "-";
	unsigned int family = 0, model = 0, known = 0;

	while (f && fgets(line, sizeof(line), f) && line[0] != '\n')
		known += sscanf(line, "vendor_id : %63s", vendor) == 1 ||
			 sscanf(line, "cpu family : %u", &family) == 1 ||
			 sscanf(line, "model : %u", &model) == 1;
	if (f)
		fclose(f);
	if (known < 3)
		fprintf(stderr, "/proc/cpuinfo does not say what CPU this is\n");
	printf("machine vendor=%s family=%u model=%u\n", vendor, family, model);
}

int main(void)
{
	unsigned int i;

	setvbuf(stdout, NULL, _IOFBF, OUT_BUF);
	print_cpuinfo();
	printf("cpus possible=%s online=%s\n", first_line(CPU_DIR "/possible"),
	       first_line(CPU_DIR "/online"));
	for_each(CPU_DIR, "cpu", sysconf(_SC_NPROCESSORS_CONF), print_cpu);
	printf("nodes online=%s has_cpu=%s has_memory=%s\n", first_line(NODE_DIR "/online"),
	       first_line(NODE_DIR "/has_cpu"), first_line(NODE_DIR "/has_memory"));
	for_each(NODE_DIR, "node", NODES_MAX, print_node);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		print_table(tables[i]);
	puts("end");
	return fflush(stdout) ? 1 : 0;
}
