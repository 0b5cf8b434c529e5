// SPDX-License-Identifier: GPL-2.0-only
/* A large file on its way: sent by guest-init without its holes, received outside. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <linux/sizes.h>

#include "guest-init/ship.c"
#include "host/harness/saved_file.h"
#include "kselftest_harness.h"

/**
 * struct trip - both ends
 * @dir: working directory
 * @fds: the pipe between them
 * @to: the file outside
 * @frames: of the pipe
 * @pieces: that came
 * @ret: of the first one that was refused
 * @err: why
 */
struct trip {
	char dir[64];
	int fds[2];
	struct saved_file to;
	struct wire_assembler frames;
	u32 pieces;
	int ret;
	struct ktstr_err err;
};

FIXTURE(saved_file)
{
	struct trip t;
};

FIXTURE_SETUP(saved_file)
{
	struct trip *t = &self->t;

	snprintf(t->dir, sizeof(t->dir), "/tmp/ktstr-saved.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(t->dir));
	ASSERT_EQ(0, chdir(t->dir));
	ASSERT_EQ(0, pipe(t->fds));
	wire_asm_init(&t->frames, WIRE_FRAME_MAX);
	ASSERT_EQ(0, saved_file_open(&t->to, "to", &t->err));
}

FIXTURE_TEARDOWN(saved_file)
{
	char cmd[128];

	saved_file_drop(&self->t.to);
	wire_asm_free(&self->t.frames);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", self->t.dir);
	EXPECT_EQ(0, system(cmd));
}

static void take(void *ctx, const struct wire_frame *f)
{
	struct trip *t = ctx;

	t->pieces++;
	if (!t->ret)
		t->ret = saved_file_piece(&t->to, f->payload, f->len, &t->err);
}

static void *receive(void *arg)
{
	struct trip *t = arg;
	char buf[4096];
	ssize_t n;

	while ((n = read(t->fds[0], buf, sizeof(buf))) > 0)
		wire_asm_feed(&t->frames, buf, n, take, t);
	return NULL;
}

static int travel(struct trip *t, const char *from)
{
	struct wire_writer w;
	pthread_t thread;
	int ret;

	wire_writer_init(&w, t->fds[1]);
	pthread_create(&thread, NULL, receive, t);
	ret = ship_saved(&w, from, NULL);
	close(t->fds[1]);
	pthread_join(thread, NULL);
	close(t->fds[0]);
	wire_writer_free(&w);
	return ret;
}

static bool is_only_file(const char *name)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "test \"$(ls -A)\" = \"%s\"", name);
	return !system(cmd);
}

/* Some data far from the begin and the end of a file. */
static bool make_sparse(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644), i;
	u8 page[SZ_4K];
	bool done = fd >= 0 && !ftruncate(fd, SZ_64M);

	for (i = 0; done && i < 75; i++) {
		memset(page, i + 1, sizeof(page));
		done = pwrite(fd, page, sizeof(page), SZ_4M + i * sizeof(page)) == sizeof(page);
	}
	close_fd(&fd);
	return done;
}

TEST_F(saved_file, data_and_holes_arrive)
{
	struct stat st;

	ASSERT_TRUE(make_sparse("from"));
	EXPECT_EQ(0, travel(&self->t, "from"));
	EXPECT_EQ(0, self->t.ret);
	EXPECT_GE(16, self->t.pieces);
	EXPECT_EQ(0, system("cmp from to"));
	ASSERT_EQ(0, stat("to", &st));
	EXPECT_GE(SZ_1M, st.st_blocks * 512);
	EXPECT_EQ(0600, st.st_mode & 0777);
}

TEST_F(saved_file, an_empty_one_and_one_that_is_all_hole)
{
	ASSERT_EQ(0, system("truncate -s 12345 from"));
	EXPECT_EQ(0, travel(&self->t, "from"));
	EXPECT_EQ(0, system("cmp from to"));
}

TEST_F(saved_file, one_that_is_not_there_is_not_sent)
{
	EXPECT_EQ(0, travel(&self->t, "nowhere"));
	EXPECT_EQ(0, self->t.pieces);
	saved_file_drop(&self->t.to);
	EXPECT_TRUE(is_only_file(""));
}

TEST_F(saved_file, a_directory_is_not_sent)
{
	ASSERT_EQ(0, mkdir("from", 0755));
	EXPECT_EQ(0, travel(&self->t, "from"));
	EXPECT_EQ(0, self->t.pieces);
}

TEST_F(saved_file, what_was_there_stays_until_it_is_whole)
{
	struct ktstr_err err;
	struct saved_file f;

	ASSERT_EQ(0, system("echo before >to"));
	ASSERT_EQ(2, write(self->t.to.fd, "x\n", 2));
	saved_file_drop(&self->t.to);
	EXPECT_EQ(0, system("grep -qx before to"));
	EXPECT_TRUE(is_only_file("to"));
	ASSERT_EQ(0, saved_file_open(&f, "to", &err));
	ASSERT_EQ(6, write(f.fd, "after\n", 6));
	EXPECT_EQ(0, saved_file_commit(&f, &err));
	EXPECT_EQ(0, system("grep -qx after to"));
	saved_file_drop(&f);
	EXPECT_TRUE(is_only_file("to"));
}

TEST_F(saved_file, places_where_no_file_can_be)
{
	struct saved_file f;
	struct ktstr_err err;

	ASSERT_EQ(0, mkdir("dir", 0755));
	EXPECT_EQ(-EISDIR, saved_file_open(&f, "dir", &err));
	saved_file_drop(&f);
	EXPECT_EQ(-ENOENT, saved_file_open(&f, "none/file", &err));
	EXPECT_NE(NULL, strstr(err.msg, "none/file"));
	saved_file_drop(&f);
	EXPECT_EQ(-EINVAL, saved_file_open(&f, "/dev/null", &err));
	saved_file_drop(&f);
	EXPECT_EQ(0, saved_file_open(&f, NULL, &err));
	EXPECT_EQ(-1, f.fd);
	saved_file_drop(&f);
}

static int piece(struct trip *t, u64 offset, u32 last, const char *text)
{
	struct wire_hsav h = { .offset = cpu_to_le64(offset), .last = cpu_to_le32(last) };
	u8 buf[64];

	memcpy(buf, &h, sizeof(h));
	memcpy(buf + sizeof(h), text, strlen(text));
	return saved_file_piece(&t->to, buf, sizeof(h) + strlen(text), &t->err);
}

TEST_F(saved_file, pieces_that_cannot_be)
{
	static const struct {
		u64 offset;
		u32 last;
		const char *text;
	} bad[] = {
		{ 0, 2, "" },
		{ 0, 1, "text" },
		{ UINT64_MAX, 0, "text" },
		{ INT64_MAX, 0, "text" },
		{ 1ULL << 63, 1, "" },
	};
	struct trip *t = &self->t;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EBADMSG, piece(t, bad[i].offset, bad[i].last, bad[i].text))
		{
			TH_LOG("piece %zu", i);
		}
		/* gone, and nobody has asked for more */
		EXPECT_EQ(-EBADMSG, piece(t, 0, 0, "text"));
		EXPECT_TRUE(is_only_file(""));
		ASSERT_EQ(0, saved_file_open(&t->to, "to", NULL));
	}
	EXPECT_EQ(-EBADMSG, saved_file_piece(&t->to, "short", 5, &t->err));
}

TEST_F(saved_file, a_disk_that_is_full_is_named)
{
	struct rlimit little = { 4096, 4096 };
	struct trip *t = &self->t;

	signal(SIGXFSZ, SIG_IGN);
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &little));
	EXPECT_EQ(0, piece(t, 0, 0, "fits"));
	EXPECT_EQ(-EFBIG, piece(t, 8192, 0, "does not"));
	EXPECT_NE(NULL, strstr(t->err.msg, "to: "));
	EXPECT_TRUE(is_only_file(""));
}

TEST_HARNESS_MAIN
