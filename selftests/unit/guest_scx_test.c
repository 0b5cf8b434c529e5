// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "guest-init/port.c"
#include "guest-init/scx.c"
#include "kselftest_harness.h"

FIXTURE(dir)
{
	char path[64];
};

FIXTURE_SETUP(dir)
{
	snprintf(self->path, sizeof(self->path), "/tmp/ktstr-unit-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->path));
}

FIXTURE_TEARDOWN(dir)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", self->path);
	EXPECT_EQ(0, system(cmd));
}

static void put(const char *dir, const char *sub, const char *file, const char *text)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, sub);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, sub, file);
	f = fopen(path, "w");
	if (!f)
		abort();
	fputs(text, f);
	fclose(f);
}

TEST(state_words)
{
	EXPECT_EQ(SCX_STATE_DISABLED, scx_state_parse("disabled\n"));
	EXPECT_EQ(SCX_STATE_ENABLING, scx_state_parse("enabling\n"));
	EXPECT_EQ(SCX_STATE_ENABLED, scx_state_parse("enabled\n"));
	EXPECT_EQ(SCX_STATE_ENABLED, scx_state_parse("enabled"));
	EXPECT_EQ(SCX_STATE_DISABLING, scx_state_parse("disabling\n"));
}

TEST(V7_only_the_whole_word_is_enabled)
{
	EXPECT_EQ(SCX_STATE_UNKNOWN, scx_state_parse("enable"));
	EXPECT_EQ(SCX_STATE_UNKNOWN, scx_state_parse("enabled2\n"));
	EXPECT_EQ(SCX_STATE_UNKNOWN, scx_state_parse(" enabled\n"));
	EXPECT_EQ(SCX_STATE_UNKNOWN, scx_state_parse("absent\n"));
	EXPECT_EQ(SCX_STATE_UNKNOWN, scx_state_parse("\n"));
	EXPECT_EQ(SCX_STATE_UNKNOWN, scx_state_parse(""));
}

TEST_F(dir, status_of_an_attached_scheduler)
{
	struct scx_status st;

	put(self->path, ".", "state", "enabled\n");
	put(self->path, "root", "ops", "simple\n");
	scx_read(self->path, &st);
	EXPECT_EQ(SCX_STATE_ENABLED, st.state);
	EXPECT_STREQ("simple", st.ops);
}

TEST_F(dir, status_without_sched_ext)
{
	struct scx_status st;

	scx_read(self->path, &st);
	EXPECT_EQ(SCX_STATE_ABSENT, st.state);
	EXPECT_STREQ("", st.ops);
}

TEST_F(dir, T7_overlong_ops_name_is_cut)
{
	struct scx_status st;
	char name[200];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put(self->path, ".", "state", "enabled\n");
	put(self->path, "root", "ops", name);
	scx_read(self->path, &st);
	EXPECT_EQ(sizeof(st.ops) - 1, strlen(st.ops));
}

TEST_F(dir, port_by_name)
{
	char dev[32] = "";

	put(self->path, "vport0p0", "name", "ktstr-console\n");
	put(self->path, "vport0p1", "name", "ktstr-bulk\n");
	put(self->path, "vport0p2", "name", "ktstr-bulk2\n");
	ASSERT_EQ(0, port_find(self->path, "ktstr-bulk", dev, sizeof(dev)));
	EXPECT_STREQ("vport0p1", dev);
	EXPECT_EQ(-ENOENT, port_find(self->path, "ktstr-bul", dev, sizeof(dev)));
	EXPECT_EQ(-ENOENT, port_find(self->path, "ktstr-bulk", dev, 4));
}

TEST_F(dir, port_without_a_name_yet)
{
	char dev[32], path[128];

	snprintf(path, sizeof(path), "%s/vport0p1", self->path);
	ASSERT_EQ(0, mkdir(path, 0755));
	EXPECT_EQ(-ENOENT, port_find(self->path, "ktstr-bulk", dev, sizeof(dev)));
	EXPECT_EQ(-ENOENT, port_find("/nonexistent", "ktstr-bulk", dev, sizeof(dev)));
}

TEST(port_that_never_appears)
{
	struct ktstr_err err;

	EXPECT_EQ(-ETIMEDOUT, port_open("no-such-port", 5, &err));
	EXPECT_NE(NULL, strstr(err.msg, "no-such-port"));
}

TEST_HARNESS_MAIN
