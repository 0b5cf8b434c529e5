// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run in a guest: takes a CPU into use and gives it the interrupts of a device,
 * or counts how many of them the CPU has had.
 *
 *	ktstr_irq move DEVICE CPU
 *	ktstr_irq count DEVICE CPU
 *
 * DEVICE is a name at the end of a line of /proc/interrupts. Prints the number.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/compiler.h>

#define BLANKS " \t\n"

static void __noreturn __printf(1, 2) die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\n", stderr);
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		die("%s: %s", path, strerror(errno));
}

/* Which column is @cpu's; CPUs that are offline have none. */
static unsigned int column_of(char *heading, const char *cpu)
{
	char *word, *rest = NULL;
	unsigned int i = 0;

	for (word = strtok_r(heading, BLANKS, &rest); word; word = strtok_r(NULL, BLANKS, &rest)) {
		if (!strncmp(word, "CPU", 3) && !strcmp(word + 3, cpu))
			return i;
		i++;
	}
	die("CPU %s has no column in /proc/interrupts", cpu);
}

static int is_line_of(const char *line, const char *device)
{
	size_t len = strlen(line), n = strlen(device);

	return len > n + 1 && line[len - 1] == '\n' && !strncmp(line + len - 1 - n, device, n);
}

/* The line of a device, and the heading with the CPUs. */
static int find_line(const char *device, char **heading, char **line)
{
	FILE *f = fopen("/proc/interrupts", "r");
	size_t size = 0, heading_size = 0;
	int found = 0;

	if (!f)
		die("/proc/interrupts: %s", strerror(errno));
	if (getline(heading, &heading_size, f) < 0)
		die("/proc/interrupts is empty");
	while (!found && getline(line, &size, f) >= 0)
		found = is_line_of(*line, device);
	fclose(f);
	return found;
}

static unsigned long count(char *heading, char *line, const char *cpu)
{
	unsigned int column = column_of(heading, cpu), i;
	char *word, *rest = NULL;

	word = strtok_r(line, BLANKS, &rest);
	for (i = 0; word && i <= column; i++)
		word = strtok_r(NULL, BLANKS, &rest);
	return word ? strtoul(word, NULL, 10) : 0;
}

int main(int argc, char **argv)
{
	char *heading = NULL, *line = NULL, path[64];

	if (argc != 4)
		die("usage: ktstr_irq move|count DEVICE CPU");
	if (!strcmp(argv[1], "move")) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%s/online", argv[3]);
		write_file(path, "1");
	}
	if (!find_line(argv[2], &heading, &line))
		die("no interrupt of %s", argv[2]);
	if (!strcmp(argv[1], "move")) {
		snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity_list", atoi(line));
		write_file(path, argv[3]);
	}
	printf("%lu\n", count(heading, line, argv[3]));
	free(heading);
	free(line);
	return 0;
}
