// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <fcntl.h>
#include <linux/sizes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kaddr.h"

/* CONFIG_PHYSICAL_START as every x86-64 configuration has it */
#define X86_LINK_PHYS SZ_16M

/*
 * Kernels before 6.15 list their per-CPU symbols, at addresses from 0 on,
 * before _text; a few thousand lines at most.
 */
#define KALLSYMS_HEAD SZ_512K

/* "  01000000-023fffff : Kernel code" */
static bool iomem_line(const char *line, const char *what, u64 *start)
{
	const char *name = strstr(line, " : ");
	size_t len = strlen(what);
	char *end;
	u64 v;

	if (!name || strncmp(name + 3, what, len) || name[3 + len])
		return false;
	v = strtoull(line, &end, 16);
	if (*end != '-')
		return false;
	*start = v;
	return true;
}

bool kaddr_parse_iomem(const char *line, struct kaddr_iomem *out)
{
	if (!out->ram_start && iomem_line(line, "System RAM", &out->ram_start))
		return false;
	return iomem_line(line, "Kernel code", &out->code_start);
}

bool kaddr_parse_symbol(const char *line, const char *name, u64 *addr)
{
	size_t len = strlen(name);
	char *end;
	u64 v;

	v = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return false;
	end += 3;
	if (strncmp(end, name, len) || end[len])
		return false;
	*addr = v;
	return true;
}

u64 kaddr_phys_base(const struct kaddr_iomem *iomem)
{
#if defined(__x86_64__)
	return iomem->code_start - X86_LINK_PHYS;
#else
	return iomem->code_start - iomem->ram_start;
#endif
}

typedef bool (*line_fn)(const char *line, void *ctx);

/*
 * Hands out the lines of a file until @fn has what it wants. The buffer is small
 * because procfs makes as much text as is asked for; it is not stdio's because
 * those pages of libc are not needed by anything else before guest-ready.
 */
static void read_lines(const char *path, size_t max, line_fn fn, void *ctx)
{
	char buf[512], *line, *end;
	size_t used = 0, seen = 0;
	bool done = false;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while (!done && seen < max && (n = read(fd, buf + used, sizeof(buf) - used)) > 0) {
		seen += n;
		used += n;
		line = buf;
		while (!done && (end = memchr(line, '\n', buf + used - line))) {
			*end = '\0';
			done = fn(line, ctx);
			line = end + 1;
		}
		used = buf + used - line;
		/* A line that fills the buffer is none of ours. */
		if (used == sizeof(buf))
			used = 0;
		memmove(buf, line, used);
	}
	close_fd(&fd);
}

static bool take_iomem(const char *line, void *ctx)
{
	return kaddr_parse_iomem(line, ctx);
}

static bool take_text(const char *line, void *ctx)
{
	return kaddr_parse_symbol(line, "_text", ctx);
}

void kaddr_read(struct wire_kadr *out)
{
	struct kaddr_iomem iomem = { 0 };
	u64 text = 0;

	memset(out, 0, sizeof(*out));
	read_lines("/proc/iomem", SZ_1M, take_iomem, &iomem);
	read_lines("/proc/kallsyms", KALLSYMS_HEAD, take_text, &text);
	/* Zero is what an unprivileged reader, or kptr_restrict, is shown. */
	if (iomem.code_start)
		out->phys_base = htole64(kaddr_phys_base(&iomem) + 1);
	if (text)
		out->text = htole64(text + 1);
}

bool kaddr_parse_vmcoreinfo(const char *line, struct wire_vmci *out)
{
	char *end, *last;
	u64 gpa, size;

	gpa = strtoull(line, &end, 16);
	if (end == line || *end != ' ')
		return false;
	size = strtoull(end, &last, 16);
	if (last == end || *last || !gpa || !size)
		return false;
	out->gpa = htole64(gpa);
	out->size = htole64(size);
	return true;
}

static bool take_vmcoreinfo(const char *line, void *ctx)
{
	kaddr_parse_vmcoreinfo(line, ctx);
	return true;
}

bool kaddr_read_vmcoreinfo(struct wire_vmci *out)
{
	memset(out, 0, sizeof(*out));
	read_lines("/sys/kernel/vmcoreinfo", SZ_4K, take_vmcoreinfo, out);
	return out->gpa;
}
