// SPDX-License-Identifier: GPL-2.0-only
/* A child that speaks a line at a time: drgn_dump.py. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/dump.h"
#include "bench/figure.h"
#include "lib/util.h"

#define ROUNDS	 7
#define LINE_MAX 512

struct child {
	pid_t pid;
	FILE *to;
	FILE *from;
};

static void child_exec(const struct dump_peer *p, int in, int out)
{
	const char *argv[ARRAY_SIZE(p->argv) + 1];
	char offset[16];
	u32 i;

	for (i = 0; p->argv[i]; i++)
		argv[i] = p->argv[i];
	snprintf(offset, sizeof(offset), "%u", p->allocator);
	argv[i] = offset;
	argv[i + 1] = NULL;
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execv(argv[0], (char *const *)argv);
	_exit(127);
}

static int child_start(struct child *c, const struct dump_peer *p, struct ktstr_err *err)
{
	int in[2], out[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		return ktstr_err_set(err, -errno, "pipe: %s", strerror(errno));
	c->pid = fork();
	if (c->pid < 0)
		return ktstr_err_set(err, -errno, "fork: %s", strerror(errno));
	if (!c->pid)
		child_exec(p, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	c->to = fdopen(in[1], "w");
	c->from = fdopen(out[0], "r");
	return c->to && c->from ? 0 : ktstr_err_set(err, -ENOMEM, "no memory");
}

static int child_ask(struct child *c, const char *command, char *answer, struct ktstr_err *err)
{
	fprintf(c->to, "%s\n", command);
	fflush(c->to);
	if (!fgets(answer, LINE_MAX, c->from))
		return ktstr_err_set(err, -EPIPE, "drgn gave no answer to \"%s\"", command);
	answer[strcspn(answer, "\n")] = '\0';
	return 0;
}

static void child_end(struct child *c)
{
	if (c->to)
		fclose(c->to);
	if (c->from)
		fclose(c->from);
	if (c->pid > 0)
		waitpid(c->pid, NULL, 0);
}

static int ask_read(struct child *c, double *ms, struct ktstr_err *err)
{
	char answer[LINE_MAX];
	int ret = child_ask(c, "read", answer, err);

	if (!ret && sscanf(answer, "read %lf", ms) != 1)
		ret = ktstr_err_set(err, -EPROTO, "drgn: %s", answer);
	return ret;
}

/* That both have read the same is part of the measurement. */
static int ask_compare(const struct dump_bench *b, const struct dump_peer *p, struct child *c,
		       struct ktstr_err *err)
{
	char path[256], command[sizeof(path) + 16], answer[LINE_MAX];
	unsigned long long values;
	struct capture dump;
	int ret;

	snprintf(path, sizeof(path), "%.240s.dump.json", p->image);
	snprintf(command, sizeof(command), "compare %s", path);
	ret = dump_once(b, &dump, NULL);
	if (ret)
		return ktstr_err_set(err, ret, "a dump: %s", strerror(-ret));
	ret = dump_write_json(b, &dump, path, NULL, err);
	capture_free(&dump);
	if (!ret)
		ret = child_ask(c, command, answer, err);
	if (!ret && sscanf(answer, "same %llu", &values) != 1)
		ret = ktstr_err_set(err, -EBADMSG, "not what drgn reads: %s", answer);
	else if (!ret)
		fprintf(stderr, "dump-bench: drgn reads the same %llu values\n", values);
	return ret;
}

/* By turns, so that what else goes on meets both. */
static int race(const struct dump_bench *b, struct child *c, struct ktstr_err *err)
{
	double ours[ROUNDS], theirs[ROUNDS], ratio[ROUNDS], warm_up;
	struct capture dump;
	int i, ret;

	/* ours has to be its own again after the fork, too */
	ret = ask_read(c, &warm_up, err);
	if (!ret)
		ret = dump_once(b, &dump, &warm_up);
	if (!ret)
		capture_free(&dump);
	for (i = 0; i < ROUNDS && !ret; i++) {
		figure_cold_caches();
		ret = dump_once(b, &dump, &ours[i]);
		capture_free(&dump);
		figure_cold_caches();
		ret = ret ?: ask_read(c, &theirs[i], err);
		ratio[i] = theirs[i] / ours[i];
	}
	if (ret)
		return ret;
	figure_print("dump.vs_drgn", "ratio", ratio, ROUNDS, figure_quantile(theirs, ROUNDS, 0.5),
		     ">=20");
	return 0;
}

int bench_peer(const struct dump_bench *b, const struct dump_peer *p, struct ktstr_err *err)
{
	struct child c = {};
	int ret;

	/* a child that is gone shows in its answer */
	signal(SIGPIPE, SIG_IGN);
	ret = child_start(&c, p, err);
	if (!ret)
		ret = race(b, &c, err);
	if (!ret)
		ret = ask_compare(b, p, &c, err);
	child_end(&c);
	return ret;
}
