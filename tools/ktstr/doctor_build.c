// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "host/harness/capture.h"
#include "host/harness/discover.h"

#define VERSION_TIMEOUT_MS 2000
#define CLANG_VERSION_MIN  16
#define CLANG_VERSION_MAX  22
#define SETUP		   "scripts/setup"

static void check_tree(struct doctor *d)
{
	struct check *c = doctor_check(d, "kernel_tree", "kernel tree");
	const char *kdir = getenv("KDIR");
	char *cache = discover_cache_dir(NULL);
	char tree[PATH_MAX], probe[PATH_MAX];
	int n;

	if (kdir && *kdir)
		snprintf(tree, sizeof(tree), "%s", kdir);
	else
		snprintf(tree, sizeof(tree), "%s/kernel/tree", cache ? cache : "");
	free(cache);
	n = snprintf(probe, sizeof(probe), "%s/tools/include/linux/types.h", tree);
	if (n < (int)sizeof(probe) && !access(probe, R_OK)) {
		check_detail(c, "%s", tree);
		return;
	}
	check_detail(c, "%s is none", tree);
	check_bad(c, CHECK_MISSING, "building ktstr", SETUP " (or set KDIR=<kernel tree>)");
}

/* The first line of "NAME ARG", with a digit in it; or "". */
static const char *version_of(const char *name, const char *arg, char *buf, size_t len)
{
	char *line, *next;

	capture_output((char *[]){ (char *)name, (char *)arg, NULL }, VERSION_TIMEOUT_MS, buf, len);
	for (line = buf; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (strpbrk(line, "0123456789"))
			return line;
	}
	return "";
}

static void check_tool(struct doctor *d, const char *key, const char *label, const char *name,
		       const char *arg, const char *blocks)
{
	struct check *c = doctor_check(d, key, label);
	char buf[512];
	const char *version = version_of(name, arg, buf, sizeof(buf));

	if (*version) {
		check_detail(c, "%s: %s", name, version);
		return;
	}
	check_detail(c, "%s does not run", name);
	check_bad(c, CHECK_MISSING, blocks, SETUP);
}

static int clang_major(const char *version)
{
	static const char key[] = "version ";
	const char *at = strstr(version, key);

	return at ? atoi(at + sizeof(key) - 1) : -1;
}

/* The order of scripts/llvm-tool: the plain name, else the newest. */
static void check_clang(struct doctor *d)
{
	struct check *c = doctor_check(d, "clang", "clang");
	char name[32] = "clang", buf[512], old[200] = "";
	int v;

	for (v = CLANG_VERSION_MAX + 1; v >= CLANG_VERSION_MIN; v--) {
		const char *version;

		if (v <= CLANG_VERSION_MAX)
			snprintf(name, sizeof(name), "clang-%d", v);
		version = version_of(name, "--version", buf, sizeof(buf));
		if (clang_major(version) >= CLANG_VERSION_MIN) {
			check_detail(c, "%s: %s", name, version);
			return;
		}
		if (*version && !*old)
			snprintf(old, sizeof(old), "; %s: %.160s", name, version);
	}
	check_detail(c, "no clang %d or newer%s", CLANG_VERSION_MIN, old);
	check_bad(c, *old ? CHECK_BROKEN : CHECK_MISSING, "building schedulers", SETUP);
}

void doctor_build(struct doctor *d)
{
	const char *cc = getenv("CC");

	check_tree(d);
	check_tool(d, "compiler", "compiler", cc && *cc && !strchr(cc, ' ') ? cc : "gcc",
		   "--version", "building ktstr");
	check_clang(d);
	check_tool(d, "iasl", "iasl", "iasl", "-v", "building ktstr");
}
