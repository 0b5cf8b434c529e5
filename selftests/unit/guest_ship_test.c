// SPDX-License-Identifier: GPL-2.0-only
/* Artifacts on their way: sent by guest-init, received by the host. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "guest-init/ship.c"
#include "host/harness/artifact.h"
#include "kselftest_harness.h"

struct trip {
	char top[64];
	int fds[2];
	struct artifact_sink sink;
	struct wire_assembler frames;
	unsigned int refused;
};

FIXTURE(ship)
{
	struct trip t;
};

FIXTURE_SETUP(ship)
{
	char path[128];

	snprintf(self->t.top, sizeof(self->t.top), "/tmp/ktstr-ship.XXXXXX");
	ASSERT_NE(mkdtemp(self->t.top), NULL);
	snprintf(path, sizeof(path), "%s/from", self->t.top);
	ASSERT_EQ(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/to", self->t.top);
	ASSERT_EQ(artifact_open(&self->t.sink, path, NULL), 0);
	ASSERT_EQ(pipe(self->t.fds), 0);
	wire_asm_init(&self->t.frames, WIRE_FRAME_MAX);
}

FIXTURE_TEARDOWN(ship)
{
	char cmd[128];

	artifact_close(&self->t.sink);
	wire_asm_free(&self->t.frames);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->t.top);
	EXPECT_EQ(system(cmd), 0);
}

static void take(void *ctx, const struct wire_frame *f)
{
	struct trip *t = ctx;

	if (!f->crc_ok || f->type != WIRE_HFIL ||
	    artifact_piece(&t->sink, f->payload, f->len, NULL))
		t->refused++;
}

static void *receive(void *arg)
{
	struct trip *t = arg;
	char buf[1000];
	ssize_t n;

	while ((n = read(t->fds[0], buf, sizeof(buf))) > 0)
		wire_asm_feed(&t->frames, buf, n, take, t);
	return NULL;
}

static int trip_run(struct trip *t, struct ktstr_err *err)
{
	struct wire_writer w;
	char from[128];
	pthread_t thread;
	int ret;

	snprintf(from, sizeof(from), "%s/from", t->top);
	wire_writer_init(&w, t->fds[1]);
	pthread_create(&thread, NULL, receive, t);
	ret = ship_tree(&w, from, NULL, err);
	close(t->fds[1]);
	pthread_join(thread, NULL);
	close(t->fds[0]);
	wire_writer_free(&w);
	return ret;
}

static int shell(struct trip *t, const char *command)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "cd %s && %s", t->top, command);
	return system(cmd);
}

TEST_F(ship, tree_arrives_whole)
{
	ASSERT_EQ(shell(&self->t, "mkdir -p from/a/b && echo one >from/a/b/one && : >from/empty"),
		  0);
	/* Sizes around that of a piece. */
	ASSERT_EQ(shell(&self->t, "head -c 262143 /dev/urandom >from/minus"), 0);
	ASSERT_EQ(shell(&self->t, "head -c 262144 /dev/urandom >from/exact"), 0);
	ASSERT_EQ(shell(&self->t, "head -c 600000 /dev/urandom >from/a/plus"), 0);
	EXPECT_EQ(trip_run(&self->t, NULL), 0);
	EXPECT_EQ(self->t.refused, 0);
	EXPECT_EQ(self->t.sink.files, 5);
	EXPECT_EQ(shell(&self->t, "diff -r from to"), 0);
}

TEST_F(ship, links_and_special_files_stay)
{
	ASSERT_EQ(shell(&self->t, "ln -s /etc/passwd from/link && mkfifo from/fifo"), 0);
	ASSERT_EQ(shell(&self->t, "ln -s / from/root && echo x >from/x && mkdir from/none"), 0);
	EXPECT_EQ(trip_run(&self->t, NULL), 0);
	EXPECT_EQ(self->t.refused, 0);
	EXPECT_EQ(self->t.sink.files, 1);
	EXPECT_EQ(shell(&self->t, "test \"$(cd to && find . -type f)\" = ./x"), 0);
}

TEST_F(ship, no_directory_is_no_artifact)
{
	ASSERT_EQ(shell(&self->t, "rmdir from"), 0);
	EXPECT_EQ(trip_run(&self->t, NULL), 0);
	EXPECT_EQ(self->t.sink.files, 0);
}

TEST_HARNESS_MAIN
