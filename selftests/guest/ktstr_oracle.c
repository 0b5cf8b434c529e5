// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <linux/kernel.h>

#include "ktstr_oracle.h"

#define EXIT_USAGE 2
/* Few and large writes: each of them wakes the reader. */
#define OUT_BUF	   (256 << 10)
#define BLOCK	   (64 << 10)
#define TREE_DEPTH 8

static const char help[] =
	"Usage: ktstr_oracle VIEW...\n"
	"Prints what the running kernel says of itself, one record a line.\n"
	"\n"
	"  maps       BPF maps with all elements\n"
	"  progs      BPF programs\n"
	"  stats      counts runs of BPF programs from now on (kernel.bpf_stats_enabled)\n"
	"  kallsyms   /proc/kallsyms\n"
	"  sched      sched_ext, debugfs and schedstat files, and HZ\n"
	"  domains    scheduling domains, which debugfs has from now on (sched/verbose)\n"
	"  tasks      threads\n"
	"  config     /proc/config.gz\n"
	"  file=PATH  a file, or all files of a directory\n"
	"  follow=MAP,OFFSET,LEN\n"
	"             with maps from now on: what pointers in a map lead to in an arena\n";

static bool failed;

void oracle_fail(int code, const char *fmt, ...)
{
	va_list ap;

	failed = true;
	printf("error ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(code));
}

void oracle_word(const char *text)
{
	const unsigned char *c;

	for (c = (const unsigned char *)text; *c; c++) {
		if (*c > ' ' && *c < 0x7f && *c != '\\')
			putchar(*c);
		else
			printf("\\x%02x", *c);
	}
}

void oracle_hex(const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;
	size_t i;

	for (i = 0; i < len; i++) {
		putchar(digits[p[i] >> 4]);
		putchar(digits[p[i] & 15]);
	}
}

/* "file PATH", then each line behind "> ". */
static void print_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (!f) {
		oracle_fail(errno, "%s", path);
		return;
	}
	printf("file %s\n", path);
	errno = 0;
	while ((n = getline(&line, &room, f)) > 0) {
		printf("> %s", line);
		if (line[n - 1] != '\n')
			putchar('\n');
	}
	if (ferror(f))
		oracle_fail(errno, "%s", path);
	free(line);
	fclose(f);
}

static void print_tree(const char *path, unsigned int depth);

static void print_dir(const char *path, unsigned int depth)
{
	struct dirent **list;
	char *sub;
	int i, n;

	n = scandir(path, &list, NULL, alphasort);
	if (n < 0) {
		oracle_fail(errno, "%s", path);
		return;
	}
	for (i = 0; i < n; i++) {
		if (strcmp(list[i]->d_name, ".") && strcmp(list[i]->d_name, "..") &&
		    asprintf(&sub, "%s/%s", path, list[i]->d_name) > 0) {
			print_tree(sub, depth + 1);
			free(sub);
		}
		free(list[i]);
	}
	free(list);
}

static void print_tree(const char *path, unsigned int depth)
{
	struct stat st;

	if (lstat(path, &st))
		oracle_fail(errno, "%s", path);
	else if (S_ISDIR(st.st_mode) && depth > TREE_DEPTH)
		oracle_fail(ELOOP, "%s", path);
	else if (S_ISDIR(st.st_mode))
		print_dir(path, depth);
	else if (!S_ISREG(st.st_mode))
		printf("skip %s: no file\n", path);
	else if (!(st.st_mode & 0444))
		printf("skip %s: not for reading\n", path);
	else
		print_file(path);
}

/* What this kernel need not have. */
static void print_optional(const char *path)
{
	if (access(path, F_OK))
		printf("skip %s: not there\n", path);
	else
		print_tree(path, 0);
}

/* All of it, or only what begins with @only: "config NAME=VALUE". */
static void print_config(const char *only)
{
	const char *path = "/proc/config.gz";
	gzFile f = gzopen(path, "re");
	char line[1024];

	if (!f) {
		printf("skip %s: %s\n", path, strerror(errno));
		return;
	}
	while (gzgets(f, line, sizeof(line)))
		if (line[0] == 'C' && (!only || !strncmp(line, only, strlen(only))))
			printf("config %s", line);
	if (gzclose(f) != Z_OK)
		oracle_fail(EIO, "%s", path);
}

static void print_whole_config(void)
{
	print_config(NULL);
}

/**
 * struct syms - /proc/kallsyms on its way out
 * @in: what was read, @have bytes of it
 * @have: up to the end of what is there; a line without its end stays
 * @all_zero: no address so far was anything else
 */
struct syms {
	char in[2 * BLOCK];
	size_t have;
	bool all_zero;
};

static void print_sym(struct syms *s, char *line, size_t len)
{
	char *tab = memchr(line, '\t', len);

	/* in front of the module's name */
	if (tab)
		*tab = ' ';
	if (s->all_zero)
		s->all_zero = strtoull(line, NULL, 16) == 0;
	fwrite_unlocked("sym ", 1, 4, stdout);
	fwrite_unlocked(line, 1, len, stdout);
}

/* Some 200,000 lines: stdio's own way to take lines would take most of the time. */
static void print_syms(struct syms *s)
{
	char *line = s->in, *end = s->in + s->have, *nl;

	while ((nl = memchr(line, '\n', end - line))) {
		print_sym(s, line, nl + 1 - line);
		line = nl + 1;
	}
	s->have = end - line;
	memmove(s->in, line, s->have);
}

/* "sym ADDRESS TYPE NAME [MODULE]" */
static void print_kallsyms(void)
{
	const char *path = "/proc/kallsyms";
	static struct syms s = { .all_zero = true };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0) {
		oracle_fail(errno, "%s", path);
		return;
	}
	while (s.have < BLOCK && (n = read(fd, s.in + s.have, BLOCK)) > 0) {
		s.have += n;
		print_syms(&s);
	}
	if (n < 0 || s.have)
		oracle_fail(n < 0 ? errno : EPROTO, "%s", path);
	else if (s.all_zero)
		oracle_fail(EPERM, "%s: every address is hidden (kernel.kptr_restrict)", path);
	close(fd);
}

static void print_sched(void)
{
	print_optional("/sys/kernel/sched_ext");
	print_optional("/sys/kernel/debug/sched");
	print_optional("/proc/schedstat");
	print_optional("/proc/stat");
	print_optional("/proc/softirqs");
	print_config("CONFIG_HZ");
}

static bool switch_on(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool on = fd >= 0 && write(fd, "1", 1) == 1;

	if (!on)
		oracle_fail(errno, "%s", path);
	if (fd >= 0)
		close(fd);
	return on;
}

static void enable_stats(void)
{
	if (switch_on("/proc/sys/kernel/bpf_stats_enabled"))
		printf("stats on\n");
}

/* update_sched_domain_debugfs() in kernel/sched/debug.c makes them when asked. */
static void print_domains(void)
{
	if (switch_on("/sys/kernel/debug/sched/verbose"))
		print_tree("/sys/kernel/debug/sched/domains", 0);
}

static const struct view {
	const char *name;
	void (*print)(void);
} views[] = {
	{ "maps", oracle_maps },   { "progs", oracle_progs },
	{ "stats", enable_stats }, { "kallsyms", print_kallsyms },
	{ "sched", print_sched },  { "domains", print_domains },
	{ "tasks", oracle_tasks }, { "config", print_whole_config },
};

static bool print_view(const char *name)
{
	size_t i;

	if (!strncmp(name, "file=", 5)) {
		print_tree(name + 5, 0);
		return true;
	}
	if (!strncmp(name, "follow=", 7))
		return oracle_follow(name + 7);
	for (i = 0; i < ARRAY_SIZE(views); i++) {
		if (!strcmp(name, views[i].name)) {
			views[i].print();
			return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	int i;

	setvbuf(stdout, NULL, _IOFBF, OUT_BUF);
	/* not half as fast as the load on this CPU lets it: things move meanwhile */
	setpriority(PRIO_PROCESS, 0, -20);
	if (argc < 2) {
		fputs(help, stderr);
		return EXIT_USAGE;
	}
	for (i = 1; i < argc; i++) {
		if (!print_view(argv[i])) {
			fprintf(stderr, "ktstr_oracle: no view \"%s\"\n%s", argv[i], help);
			return EXIT_USAGE;
		}
	}
	/* the last line: whoever has it has everything */
	printf("end views=%d\n", argc - 1);
	if (fflush(stdout)) {
		perror("ktstr_oracle: standard output");
		return 1;
	}
	return failed;
}
