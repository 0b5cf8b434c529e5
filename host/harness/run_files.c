// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/harness/dir.h"
#include "host/harness/out_dir.h"
#include "host/harness/report.h"
#include "host/harness/run_context.h"
#include "host/harness/run_files.h"
#include "host/harness/snapshot_files.h"
#include "lib/util.h"

struct out_dir {
	int fd;
	const char *path;
	const char *test;
};

static int write_file(const struct out_dir *d, const char *suffix, const void *data, size_t len,
		      struct ktstr_err *err)
{
	char name[256];
	int ret;

	if (snprintf(name, sizeof(name), "%s.%s", d->test, suffix) >= (int)sizeof(name))
		return ktstr_err_set(err, -ENAMETOOLONG, "test name '%.64s' is too long", d->test);
	ret = file_replace(d->fd, name, data, len);
	return ret ? ktstr_err_set(err, ret, "%s/%s: %s", d->path, name, strerror(-ret)) : 0;
}

/* What a printer prints, as a file. */
static int write_printed(const struct out_dir *d, const char *suffix,
			 int (*print)(FILE *out, const struct ktstr_test *test,
				      const struct ktstr_result *res),
			 const struct ktstr_test *test, const struct ktstr_result *res,
			 struct ktstr_err *err)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int ret;

	if (!f)
		return ktstr_err_set(err, -ENOMEM, "out of memory for %s.%s", d->test, suffix);
	ret = print(f, test, res);
	if (fclose(f) || ret)
		ret = ktstr_err_set(err, -ENOMEM, "out of memory for %s.%s", d->test, suffix);
	else
		ret = write_file(d, suffix, text, len, err);
	free(text);
	return ret;
}

static int print_report(FILE *out, const struct ktstr_test *test, const struct ktstr_result *res)
{
	ktstr_report_print(out, test, res);
	return 0;
}

/* With the paths that were just set in @res. */
static int write_reports(const struct out_dir *d, const struct ktstr_test *test,
			 struct ktstr_result *res, struct ktstr_err *err)
{
	int ret;

	res->artifact_dir = strdup(d->path);
	ret = write_printed(d, "report.txt", print_report, test, res, err);
	if (!ret)
		ret = write_printed(d, "result.json", ktstr_result_json, test, res, err);
	return ret;
}

static int write_all(struct out_dir *d, const struct ktstr_test *test, struct ktstr_result *res,
		     struct ktstr_err *err)
{
	int ret = 0, lost;

	snapshot_files_clean(d->fd, d->test);
	/* a snapshot without a file is still worth a report */
	lost = snapshot_files_write(d->fd, d->path, d->test, res, err);
	if (lost)
		err = NULL;
	if (res->console_len)
		ret = write_file(d, "console.txt", res->console, res->console_len, err);
	if (!ret && res->sched_log_len)
		ret = write_file(d, "sched.txt", res->sched_log, res->sched_log_len, err);
	if (!ret)
		ret = write_reports(d, test, res, err);
	return lost ? lost : ret;
}

/* What it ran with and on, where the author gave it no name. */
static void name_of(const struct ktstr_test *test, char *name, size_t len)
{
	const char *sched = test->scheduler ?: "EEVDF", *slash = strrchr(sched, '/');
	char topo[64];

	snprintf(name, len, "%s-%s", slash ? slash + 1 : sched,
		 report_topology(test, topo, sizeof(topo)));
}

/* In the directory of the program, with a name that nobody else there has. */
static int write_default(const struct ktstr_test *test, const char *path, struct ktstr_result *res,
			 struct ktstr_err *err)
{
	struct ktstr_test named = *test;
	struct out_dir d = { .fd = -1, .path = path };
	char id[RUN_ID_MAX], wish[256], *name;
	int ret = out_dir_make(err);

	if (ret)
		return ret;
	d.fd = dir_make("output directory", d.path, err);
	if (d.fd < 0)
		return d.fd;
	run_id_get(id);
	ret = out_dir_begin(d.fd, id);
	if (ret) {
		ktstr_err_set(err, ret, "%s/%s: %s", path, OUT_DIR_SESSION, strerror(-ret));
		goto out;
	}
	if (!test->name)
		name_of(test, wish, sizeof(wish));
	name = out_dir_name(d.fd, test->name ?: wish);
	if (!name) {
		ret = ktstr_err_set(err, -ENOMEM, "out of memory");
		goto out;
	}
	named.name = name;
	d.test = name;
	ret = write_all(&d, &named, res, err);
	free(name);
out:
	close_fd(&d.fd);
	return ret;
}

static int write_asked(const struct ktstr_test *test, struct ktstr_result *res,
		       struct ktstr_err *err)
{
	struct out_dir d = { .fd = -1, .path = test->out_dir, .test = test->name ?: "run" };
	int ret;

	if (strchr(d.test, '/') || d.test[0] == '.')
		return ktstr_err_set(err, -EINVAL, "test name '%.64s' is no file name", d.test);
	d.fd = dir_make("output directory", d.path, err);
	if (d.fd < 0)
		return d.fd;
	ret = write_all(&d, test, res, err);
	close_fd(&d.fd);
	return ret;
}

int run_files_write(const struct ktstr_test *test, struct ktstr_result *res, struct ktstr_err *err)
{
	char *path;
	int ret;

	if (test->out_dir)
		return write_asked(test, res, err);
	path = out_dir_default();
	if (!path)
		return errno == ENOENT ? 0 : ktstr_err_set(err, -errno, "out of memory");
	ret = write_default(test, path, res, err);
	free(path);
	return ret;
}
