// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "discover.h"
#include "host/arch/emulated.h"
#include "host/harness/search.h"
#include "host/harness/strv.h"

#define VERSION_TIMEOUT_MS 10000

int qemu_version_major(const char *text)
{
	static const char key[] = "emulator version ";
	const char *at = strstr(text, key);
	int major;

	if (!at || sscanf(at + sizeof(key) - 1, "%d.", &major) != 1 || major < 0)
		return -1;
	return major;
}

static bool new_enough(const char *path, struct search *s)
{
	char text[256];
	int major;

	capture_output((char *[]){ (char *)path, "--version", NULL }, VERSION_TIMEOUT_MS, text,
		       sizeof(text));
	major = qemu_version_major(text);
	if (major >= QEMU_VERSION_MIN)
		return true;
	if (major < 0)
		search_note(s, "%s (does not say its version)", path);
	else
		search_note(s, "%s (version %d, too old)", path, major);
	return false;
}

static char *in_path(struct search *s, const char *name)
{
	struct strv dirs = { 0 };
	char *path = NULL;
	size_t i;

	strv_split(&dirs, getenv("PATH"), ":");
	for (i = 0; i < dirs.nr && !path; i++) {
		if (asprintf(&path, "%s/%s", dirs.v[i], name) < 0)
			path = NULL;
		if (path && (access(path, X_OK) || !new_enough(path, s))) {
			free(path);
			path = NULL;
		}
	}
	strv_free(&dirs);
	return path;
}

char *discover_qemu(struct ktstr_err *err)
{
	const char *name = emulated_arch()->qemu;
	struct search s = { 0 };
	char *cache, *path;
	char what[64];

	if (search_env("KTSTR_QEMU", X_OK, &path, err))
		return path;
	path = in_path(&s, name);
	if (!path && !s.tried.nr)
		search_note(&s, "%s in PATH", name);
	cache = path ? NULL : discover_cache_dir(NULL);
	if (cache)
		path = search_try(&s, X_OK, "%s/qemu/bin/%s", cache, name);
	free(cache);
	snprintf(what, sizeof(what), "no QEMU %d or newer", QEMU_VERSION_MIN);
	return search_end(&s, path, err, what, "run scripts/setup, or set KTSTR_QEMU=<path>");
}
