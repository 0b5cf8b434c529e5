// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "host_context.h"
#include "lib/util.h"

/* Of /proc/cpuinfo, what the first CPU says; of /proc/meminfo, all. */
#define TEXT_MAX 8192
/* More CPUs than any mask of sched_getaffinity(2) will have for long. */
#define CPUS_MAX 65536

/* Return: @text, without the newline at its end; "" when there is no file. */
static const char *read_text(const char *root, const char *path, char *text, size_t room)
{
	char full[PATH_MAX];
	ssize_t n = -1;
	int fd = -1;

	if (snprintf(full, sizeof(full), "%s%s", root, path) < (int)sizeof(full))
		fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read_full(fd, text, room - 1);
	close_fd(&fd);
	if (n > 0 && text[n - 1] == '\n')
		n--;
	text[max_t(ssize_t, n, 0)] = '\0';
	return text;
}

/* The rest of the first line "KEY : VALUE"; NULL without one. */
static const char *value_of(const char *text, const char *key)
{
	size_t len = strlen(key);
	const char *at;

	for (at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (strncmp(at, key, len))
			continue;
		at += len;
		at += strspn(at, " \t");
		if (*at == ':')
			return at + 1 + strspn(at + 1, " \t");
	}
	return NULL;
}

static void copy_value(char *dst, size_t room, const char *text, const char *key)
{
	const char *v = value_of(text, key);

	snprintf(dst, room, "%.*s", v ? (int)strcspn(v, "\n") : 0, v ?: "");
}

static u64 number_of(const char *text, const char *key)
{
	const char *v = value_of(text, key);

	return v ? strtoull(v, NULL, 10) : 0;
}

/* Elements of a list such as "0-3,8". */
static u32 count_list(const char *list)
{
	unsigned int from, to;
	u32 nr = 0;
	int used;

	while (sscanf(list, "%u%n", &from, &used) == 1) {
		list += used;
		to = from;
		if (*list == '-' && sscanf(list + 1, "%u%n", &to, &used) == 1)
			list += 1 + used;
		if (to >= from)
			nr += min(to - from + 1, (unsigned int)CPUS_MAX);
		if (*list++ != ',')
			break;
	}
	return nr;
}

static void read_cpus(struct host_context *h, const char *root)
{
	char text[TEXT_MAX];

	read_text(root, "/proc/cpuinfo", text, sizeof(text));
	copy_value(h->cpu_model, sizeof(h->cpu_model), text, "model name");
	copy_value(h->cpu_vendor, sizeof(h->cpu_vendor), text, "vendor_id");
	if (!h->cpu_vendor[0])
		copy_value(h->cpu_vendor, sizeof(h->cpu_vendor), text, "CPU implementer");
	read_text(root, "/sys/devices/system/cpu/online", h->online_cpus, sizeof(h->online_cpus));
	h->nr_online = count_list(h->online_cpus);
	read_text(root, "/sys/devices/system/node/online", h->numa_nodes, sizeof(h->numa_nodes));
	h->nr_nodes = count_list(h->numa_nodes);
	read_text(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", h->governor,
		  sizeof(h->governor));
}

/* The word in brackets of "always [madvise] never". */
static void read_thp(struct host_context *h, const char *root)
{
	char text[128], *from, *to;

	read_text(root, "/sys/kernel/mm/transparent_hugepage/enabled", text, sizeof(text));
	from = strchr(text, '[');
	to = from ? strchr(from, ']') : NULL;
	if (to)
		snprintf(h->thp, sizeof(h->thp), "%.*s", (int)(to - from - 1), from + 1);
}

static void read_memory(struct host_context *h, const char *root)
{
	char text[TEXT_MAX];

	read_text(root, "/proc/meminfo", text, sizeof(text));
	h->mem_total_kib = number_of(text, "MemTotal");
	h->mem_available_kib = number_of(text, "MemAvailable");
	h->hugepages_total = number_of(text, "HugePages_Total");
	h->hugepages_free = number_of(text, "HugePages_Free");
	h->hugepage_kib = number_of(text, "Hugepagesize");
	read_thp(h, root);
}

static u32 count_allowed(void)
{
	size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
	cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
	u32 nr = 0;

	if (set && !sched_getaffinity(0, size, set))
		nr = CPU_COUNT_S(size, set);
	CPU_FREE(set);
	return nr;
}

void host_context_read(struct host_context *h, const char *root)
{
	struct utsname uts;

	memset(h, 0, sizeof(*h));
	read_cpus(h, root);
	read_memory(h, root);
	read_text(root, "/proc/cmdline", h->cmdline, sizeof(h->cmdline));
	h->allowed_cpus = count_allowed();
	if (uname(&uts))
		return;
	snprintf(h->release, sizeof(h->release), "%s", uts.release);
	snprintf(h->arch, sizeof(h->arch), "%s", uts.machine);
}
