// SPDX-License-Identifier: GPL-2.0-only
/* The bounded store of snapshots: order, overwriting, eviction, ownership. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/coord/snapshot_store.h"
#include "kselftest_harness.h"
#include "lib/log.h"
#include "lib/util.h"

static int warnings;
static char warning[512];

static void keep_warning(enum log_level level, const char *fmt, va_list ap)
{
	warnings++;
	vsnprintf(warning, sizeof(warning), fmt, ap);
}

/* The one of a name, or NULL. */
static const struct snapshot_entry *stored(const struct snapshot_store *s, const char *name)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (!strncmp(s->entry[i].name, name, SNAPSHOT_NAME_MAX))
			return &s->entry[i];
	return NULL;
}

FIXTURE(store)
{
	struct snapshot_store s;
	struct ktstr_err err;
};

FIXTURE_SETUP(store)
{
	ASSERT_EQ(snapshot_store_init(&self->s, SNAPSHOT_STORE_MAX, NULL), 0);
	warnings = 0;
	log_set_sink(keep_warning);
}

FIXTURE_TEARDOWN(store)
{
	snapshot_store_free(&self->s);
	log_set_sink(NULL);
}

static int put(struct snapshot_store *s, const char *name, const char *text)
{
	const struct snapshot_meta meta = { .elapsed_ns = strlen(text), .step_index = 7 };

	return snapshot_store_put(s, name, strdup(text), strlen(text), &meta);
}

TEST_F(store, keeps_what_it_is_given)
{
	const struct snapshot_entry *e;

	EXPECT_EQ(put(&self->s, "one", "11"), 0);
	EXPECT_EQ(put(&self->s, "two", "2"), 0);
	e = stored(&self->s, "one");
	ASSERT_NE(NULL, e);
	EXPECT_EQ(e->len, 2);
	EXPECT_EQ(memcmp(e->data, "11", 2), 0);
	EXPECT_EQ(e->meta.elapsed_ns, 2);
	EXPECT_EQ(e->meta.step_index, 7);
	EXPECT_EQ(NULL, stored(&self->s, "three"));
	EXPECT_EQ(self->s.nr, 2);
	EXPECT_EQ(warnings, 0);
}

TEST_F(store, the_same_name_overwrites_with_a_warning)
{
	const struct snapshot_entry *e;

	put(&self->s, "one", "old");
	put(&self->s, "two", "2");
	put(&self->s, "one", "newer");
	EXPECT_EQ(self->s.nr, 2);
	EXPECT_EQ(self->s.overwritten, 1);
	EXPECT_EQ(self->s.evicted, 0);
	EXPECT_EQ(warnings, 1);
	EXPECT_NE(NULL, strstr(warning, "'one'"));
	e = stored(&self->s, "one");
	EXPECT_EQ(e->len, 5);
	/* where it stood */
	EXPECT_EQ(e, &self->s.entry[0]);
}

TEST_F(store, the_65th_evicts_the_oldest_and_is_counted)
{
	char name[16];
	int i;

	for (i = 0; i < SNAPSHOT_STORE_MAX + 1; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		EXPECT_EQ(put(&self->s, name, name), 0);
	}
	EXPECT_EQ(self->s.nr, SNAPSHOT_STORE_MAX);
	EXPECT_EQ(self->s.evicted, 1);
	EXPECT_EQ(NULL, stored(&self->s, "s0"));
	EXPECT_NE(NULL, stored(&self->s, "s1"));
	EXPECT_NE(NULL, stored(&self->s, "s64"));
	/* overwriting needs no room */
	put(&self->s, "s1", "again");
	EXPECT_EQ(self->s.evicted, 1);
}

TEST_F(store, more_than_it_can_hold_is_refused_beforehand)
{
	EXPECT_EQ(snapshot_store_init(&self->s, SNAPSHOT_STORE_MAX + 1, &self->err), -EINVAL);
	EXPECT_NE(NULL, strstr(self->err.msg, "65 snapshots"));
	EXPECT_NE(NULL, strstr(self->err.msg, "64"));
	EXPECT_EQ(snapshot_store_init(&self->s, 0, &self->err), -EINVAL);
	/* what is put all the same is freed */
	EXPECT_EQ(put(&self->s, "one", "1"), -EINVAL);
	EXPECT_EQ(self->s.nr, 0);
}

TEST_F(store, a_smaller_store_evicts_earlier)
{
	EXPECT_EQ(snapshot_store_init(&self->s, 1, NULL), 0);
	put(&self->s, "one", "1");
	put(&self->s, "two", "2");
	EXPECT_EQ(self->s.nr, 1);
	EXPECT_EQ(self->s.evicted, 1);
	EXPECT_STREQ(self->s.entry[0].name, "two");
}

TEST_F(store, take_hands_over_oldest_first)
{
	struct snapshot_entry e;

	put(&self->s, "one", "1");
	put(&self->s, "two", "2");
	put(&self->s, "three", "3");
	put(&self->s, "one", "1b");
	EXPECT_EQ(snapshot_store_take(&self->s, &e), 0);
	EXPECT_STREQ(e.name, "one");
	free(e.data);
	EXPECT_EQ(snapshot_store_take(&self->s, &e), 0);
	EXPECT_STREQ(e.name, "two");
	free(e.data);
	EXPECT_EQ(snapshot_store_take(&self->s, &e), 0);
	EXPECT_STREQ(e.name, "three");
	free(e.data);
	EXPECT_EQ(snapshot_store_take(&self->s, &e), -ENOENT);
}

TEST_F(store, a_long_name_is_cut_and_found_again)
{
	char name[200];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put(&self->s, name, "1");
	put(&self->s, name, "2");
	EXPECT_EQ(self->s.nr, 1);
	EXPECT_EQ(strlen(self->s.entry[0].name), SNAPSHOT_NAME_MAX);
	EXPECT_NE(NULL, stored(&self->s, name));
}

TEST_F(store, a_guest_that_repeats_itself_does_not_flood_the_log)
{
	int i;

	for (i = 0; i < 1000; i++)
		put(&self->s, "bad\x1b\n", "x");
	EXPECT_EQ(self->s.nr, 1);
	EXPECT_EQ(self->s.overwritten, 999);
	EXPECT_LE(warnings, SNAPSHOT_STORE_MAX);
	EXPECT_EQ(NULL, strchr(warning, 0x1b));
}

TEST_F(store, without_a_payload)
{
	const struct snapshot_meta meta = {};

	EXPECT_EQ(snapshot_store_put(&self->s, "empty", NULL, 0, &meta), 0);
	EXPECT_EQ(snapshot_store_put(&self->s, "empty", NULL, 0, &meta), 0);
	EXPECT_NE(NULL, stored(&self->s, "empty"));
	snapshot_store_free(NULL);
}

TEST_HARNESS_MAIN
