// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "discover.h"
#include "run_context.h"

static bool is_name(const char *s)
{
	static const char ok[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strspn(s, ok);

	return len && !s[len] && len < RUN_ID_MAX;
}

void run_id_get(char id[RUN_ID_MAX])
{
	const char *given = getenv(RUN_ID_ENV);
	time_t now = time(NULL);
	struct tm tm;
	size_t n;

	if (given && is_name(given)) {
		snprintf(id, RUN_ID_MAX, "%s", given);
		return;
	}
	gmtime_r(&now, &tm);
	n = strftime(id, RUN_ID_MAX, "%Y%m%dT%H%M%SZ", &tm);
	snprintf(id + n, RUN_ID_MAX - n, "-%d", getpid());
}

void run_id_begin(void)
{
	char id[RUN_ID_MAX];

	run_id_get(id);
	setenv(RUN_ID_ENV, id, 1);
}

static void set_time(struct run_context *c)
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(c->timestamp, sizeof(c->timestamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void set_kernel(struct run_context *c, const struct ktstr_test *test)
{
	char *path = discover_kernel(test->kernel, NULL);

	if (path)
		discover_release(path, c->kernel_version, sizeof(c->kernel_version));
	free(path);
	snprintf(c->kargs, sizeof(c->kargs), "%s%s%s", test->no_kaslr ? "nokaslr" : "",
		 test->no_kaslr && test->extra_cmdline ? " " : "", test->extra_cmdline ?: "");
}

struct run_context *run_context_new(const struct ktstr_test *test, const char *sched_path,
				    const struct topology *topo)
{
	struct run_context *c = calloc(1, sizeof(*c));
	const char *ci = getenv("CI");

	if (!c)
		return NULL;
	run_id_get(c->run_id);
	set_time(c);
	c->source = ci && *ci && strcmp(ci, "false") && strcmp(ci, "0") ? "ci" : "local";
	set_kernel(c, test);
	if (sched_path)
		git_commit_of(sched_path, c->scheduler_commit);
	git_commit_of("/proc/self/exe", c->project_commit);
	c->vcpus = topo ? topology_cpus(topo) : 0;
	host_context_read(&c->host, "");
	return c;
}
