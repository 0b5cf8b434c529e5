// SPDX-License-Identifier: GPL-2.0-only
/* Names of snapshot files: what a tag may do to them, which is nothing. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/coord/capture_state.h"
#include "host/coord/snapshot_path.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define BASE "/run/out/coord.failure-dump.json"

static const char *tagged_path(const char *base, const char *tag)
{
	static char path[512];

	return snapshot_tagged_path(base, tag, strlen(tag), path, sizeof(path)) ? "refused" : path;
}

#define EXPECT_PATH(base, tag, want) EXPECT_STREQ(tagged_path(base, tag), want)

TEST(strips_failure_dump_suffix_from_stem)
{
	EXPECT_PATH(BASE, "mid_run", "/run/out/coord.snapshot.mid_run.json");
}

TEST(sanitises_path_traversal_in_tag)
{
	EXPECT_PATH(BASE, "../etc/passwd", "/run/out/coord.snapshot..._etc_passwd.json");
}

TEST(sanitises_nul_and_shell_metachars_in_tag)
{
	static const char tag[] = "x\0y;rm -rf";
	char path[128];

	EXPECT_EQ(snapshot_tagged_path(BASE, tag, sizeof(tag) - 1, path, sizeof(path)), 0);
	EXPECT_STREQ(path, "/run/out/coord.snapshot.x_y_rm_-rf.json");
}

TEST(preserves_allowed_chars_in_tag)
{
	EXPECT_PATH(BASE, "Tag.1_v-2", "/run/out/coord.snapshot.Tag.1_v-2.json");
	EXPECT_PATH(BASE, "AZaz09", "/run/out/coord.snapshot.AZaz09.json");
	EXPECT_PATH(BASE, "@[`{/:", "/run/out/coord.snapshot.______.json");
}

TEST(no_extension_path_omits_extension)
{
	EXPECT_PATH("/run/out/coord", "tag1", "/run/out/coord.snapshot.tag1");
}

TEST(no_stem_path_falls_back_to_dump)
{
	EXPECT_PATH("/run/out/.json", "tag1", "/run/out/dump.snapshot.tag1");
	EXPECT_PATH("/run/out/.hidden.json", "tag1", "/run/out/dump.snapshot.tag1.json");
	EXPECT_PATH("/run/out/", "tag1", "/run/out/dump.snapshot.tag1");
	EXPECT_PATH("", "tag1", "dump.snapshot.tag1");
	EXPECT_PATH("..", "tag1", "dump.snapshot.tag1");
	EXPECT_PATH("/run/out/..", "tag1", "/run/out/dump.snapshot.tag1");
}

TEST(restripping_after_first_tag_is_idempotent_per_call)
{
	EXPECT_PATH(BASE, "t1", "/run/out/coord.snapshot.t1.json");
	EXPECT_PATH("/run/out/coord.snapshot.t1.json", "t2",
		    "/run/out/coord.snapshot.t1.snapshot.t2.json");
	EXPECT_PATH(BASE, "t1", "/run/out/coord.snapshot.t1.json");
}

TEST(stem_without_failure_dump_suffix_is_preserved)
{
	EXPECT_PATH("/run/out/coord.json", "tag1", "/run/out/coord.snapshot.tag1.json");
	EXPECT_PATH("/run/out/coord.failure-dumps.json", "t",
		    "/run/out/coord.failure-dumps.snapshot.t.json");
	/* taken off once */
	EXPECT_PATH("a.failure-dump.failure-dump.json", "t", "a.failure-dump.snapshot.t.json");
	/* an extension is none */
	EXPECT_PATH("a.failure-dump", "t", "a.snapshot.t.failure-dump");
}

TEST(snapshot_tagged_path_composition_per_dump_tag_constant)
{
	EXPECT_PATH(BASE, SNAPSHOT_TAG_EARLY_DEGRADED,
		    "/run/out/coord.snapshot.early-degraded.json");
	EXPECT_PATH(BASE, SNAPSHOT_TAG_EARLY_PRE_LATE_DEGRADED,
		    "/run/out/coord.snapshot.early-pre-late-degraded.json");
	EXPECT_PATH(BASE, SNAPSHOT_TAG_EARLY_ONLY_LATE_SUPPRESSED,
		    "/run/out/coord.snapshot.early-only-late-suppressed.json");
	EXPECT_PATH(BASE, SNAPSHOT_TAG_EARLY_ONLY_LATE_NEVER_FIRED,
		    "/run/out/coord.snapshot.early-only-late-never-fired.json");
}

TEST(only_the_name_is_taken_apart)
{
	EXPECT_PATH("/run/out.d/coord", "t", "/run/out.d/coord.snapshot.t");
	EXPECT_PATH("/run/x.failure-dump.json/coord", "t",
		    "/run/x.failure-dump.json/coord.snapshot.t");
	EXPECT_PATH("coord.json", "t", "coord.snapshot.t.json");
	EXPECT_PATH("coord.", "t", "coord.snapshot.t.");
	EXPECT_PATH(BASE, "", "/run/out/coord.snapshot..json");
}

TEST(a_path_that_does_not_fit_is_refused)
{
	static const char want[] = "/run/out/coord.snapshot.tag.json";
	char path[64];
	size_t room;

	for (room = 1; room < sizeof(want); room++) {
		memset(path, 'x', sizeof(path));
		EXPECT_EQ(snapshot_tagged_path(BASE, "tag", 3, path, room), -ENAMETOOLONG);
		EXPECT_STREQ(path, "");
		EXPECT_EQ(path[room], 'x');
	}
	EXPECT_EQ(snapshot_tagged_path(BASE, "tag", 3, path, 0), -ENAMETOOLONG);
	EXPECT_EQ(snapshot_tagged_path(BASE, "tag", SIZE_MAX, path, sizeof(path)), -ENAMETOOLONG);
	EXPECT_EQ(snapshot_tagged_path(BASE, "tag", 3, path, sizeof(want)), 0);
	EXPECT_STREQ(path, want);
}

/* What openat() below the output directory may be given. */
static bool safe(const char *name)
{
	return name[0] && name[0] != '.' && !strchr(name, '/') && strlen(name) <= NAME_MAX;
}

static const char *file_name(const char *base, const char *tag, size_t len)
{
	static char name[NAME_MAX + 1];

	return snapshot_file_name(base, tag, len, name);
}

TEST(a_file_name_has_no_directory)
{
	EXPECT_STREQ(file_name(BASE, "t", 1), "coord.snapshot.t.json");
	EXPECT_STREQ(file_name("coord.failure-dump.json", "t", 1), "coord.snapshot.t.json");
	EXPECT_STREQ(file_name("/a/b/", "t", 1), "dump.snapshot.t");
}

TEST(a_tag_of_dots_or_nothing)
{
	EXPECT_STREQ(file_name(BASE, "..", 2), "coord.snapshot....json");
	EXPECT_STREQ(file_name("", "..", 2), "dump.snapshot...");
	EXPECT_STREQ(file_name(BASE, "", 0), "coord.snapshot._.json");
	EXPECT_STREQ(file_name(BASE, NULL, 0), "coord.snapshot._.json");
	EXPECT_STREQ(file_name(BASE, "\0\0", 2), "coord.snapshot.__.json");
}

TEST(a_tag_of_64_bytes_without_nul)
{
	char tag[64], want[128];

	memset(tag, '/', sizeof(tag));
	snprintf(want, sizeof(want), "coord.snapshot.%064d.json", 0);
	memset(strchr(want, '0'), '_', 64);
	EXPECT_STREQ(file_name(BASE, tag, sizeof(tag)), want);
}

TEST(no_tag_makes_a_name_longer_than_a_file_system_takes)
{
	char base[1024], tag[1024];
	const char *name;
	size_t b, t;

	memset(base, 'b', sizeof(base));
	memset(tag, 't', sizeof(tag));
	for (b = 1; b < sizeof(base) - 6; b += 13) {
		memset(base, 'b', b);
		memcpy(base + b, ".json", 6);
		for (t = 1; t < sizeof(tag); t += 17) {
			name = file_name(base, tag, t);
			ASSERT_TRUE(safe(name)) TH_LOG("%s", name);
			ASSERT_EQ(name[0], 'b');
			ASSERT_STREQ(name + strlen(name) - 5, ".json");
		}
	}
	/* the whole tag of a request survives any base */
	EXPECT_NE(NULL, strstr(file_name(base, "the-tag", 7), ".snapshot.the-tag.json"));
	EXPECT_EQ(strlen(file_name(base, tag, 64)), NAME_MAX);
	EXPECT_EQ(strlen(file_name(base, tag, sizeof(tag))), NAME_MAX);
	/* an overlong extension goes */
	EXPECT_STREQ(file_name("a.0123456789012345678901234567890123", "t", 1), "a.snapshot.t");
}

TEST(every_byte_in_a_tag_gives_a_harmless_name)
{
	char tag[256];
	const char *c;
	int i;

	for (i = 0; i < 256; i++)
		tag[i] = i;
	for (c = file_name(BASE, tag, sizeof(tag)); *c; c++)
		EXPECT_TRUE(isalnum((unsigned char)*c) || strchr("._-", *c));
}

TEST(hostile_tags_stay_in_the_directory)
{
	static const char *const tags[] = {
		"../../../../etc/passwd",
		"/etc/passwd",
		"..",
		".",
		"",
		"~",
		"$(id)",
		"a\nb",
		"*",
		"-rf",
		"con:",
		"\\..\\x",
		"\xff\xfe",
	};
	char dir[] = "/tmp/ktstr-path-XXXXXX", name[NAME_MAX + 1];
	int dirfd, fd;
	size_t i;

	ASSERT_NE(NULL, mkdtemp(dir));
	dirfd = open(dir, O_DIRECTORY | O_CLOEXEC);
	ASSERT_GE(dirfd, 0);
	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		snapshot_file_name(BASE, tags[i], strlen(tags[i]), name);
		EXPECT_TRUE(safe(name)) TH_LOG("%s", name);
		fd = openat(dirfd, name, O_CREAT | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
		EXPECT_GE(fd, 0);
		close(fd);
		EXPECT_EQ(unlinkat(dirfd, name, 0), 0);
	}
	close(dirfd);
	/* empty again: nothing went elsewhere below it */
	EXPECT_EQ(rmdir(dir), 0);
}

TEST_HARNESS_MAIN
