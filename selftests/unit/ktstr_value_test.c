// SPDX-License-Identifier: GPL-2.0-only
/* What a test reads out of a snapshot, and what it is told when it cannot. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/harness/ktstr.h"
#include "host/harness/ktstr_value.h"
#include "host/inspect/value.h"
#include "kselftest_harness.h"

#define JSON                                                                              \
	"{ \"kind\": \"capture\", \"jiffies\": 4294893711, \"rq_scx_states\": ["          \
	"{ \"cpu\": 0, \"curr\": { \"comm\": \"init\" } } ], \"maps\": ["                 \
	"{ \"id\": 3, \"name\": \"simple.bss\", \"value\": {\"nr_queued\": 7, \"mode\": " \
	"{\"value\": 2, \"name\": \"FIFO\" } } } ] }"

static const char json[] = JSON;

FIXTURE(value)
{
	struct vtree *tree;
	struct ktstr_snapshot s;
	struct ktstr_err err;
	u64 v;
};

FIXTURE_SETUP(value)
{
	self->s = (struct ktstr_snapshot){
		.json = (char *)json,
		.v = { .json = json, .json_len = strlen(json) },
		.tree = &self->tree,
	};
}

FIXTURE_TEARDOWN(value)
{
	vtree_free(self->tree);
}

#define SAYS(what) EXPECT_NE(NULL, strstr(self->err.msg, what))

TEST_F(value, numbers_and_texts_by_path)
{
	const struct value *map;

	ASSERT_EQ(0,
		  ktstr_snapshot_u64(&self->s, "maps[.bss].value.nr_queued", &self->v, &self->err));
	EXPECT_EQ(7, self->v);
	EXPECT_STREQ("init", ktstr_snapshot_text(&self->s, "rq_scx_states[0].curr.comm", NULL));
	EXPECT_STREQ("FIFO", ktstr_snapshot_text(&self->s, "maps[.bss].value.mode", NULL));
	map = ktstr_snapshot_value(&self->s, "maps[0]", NULL);
	ASSERT_NE(NULL, map);
	EXPECT_TRUE(value_u64(ktstr_value_get(map, "value.nr_queued", NULL), &self->v));
	EXPECT_EQ(7, self->v);
	EXPECT_EQ(4, value_count(ktstr_snapshot_value(&self->s, NULL, NULL)));
}

TEST_F(value, what_does_not_exist_names_what_does)
{
	EXPECT_EQ(-ENOENT,
		  ktstr_snapshot_u64(&self->s, "maps[.bss].value.nr_queuef", &self->v, &self->err));
	SAYS("nr_queuef");
	SAYS("nr_queued");
	EXPECT_EQ(NULL, ktstr_snapshot_text(&self->s, "maps[.data]", &self->err));
	EXPECT_EQ(ENOENT, errno);
	SAYS("simple.bss");
}

TEST_F(value, kinds_that_do_not_fit_are_said)
{
	EXPECT_EQ(-EINVAL, ktstr_snapshot_u64(&self->s, "kind", &self->v, &self->err));
	SAYS("\"kind\" is no number");
	EXPECT_EQ(NULL, ktstr_snapshot_text(&self->s, "jiffies", &self->err));
	EXPECT_EQ(EINVAL, errno);
	SAYS("\"jiffies\" is no text");
}

TEST_F(value, a_snapshot_that_was_not_taken)
{
	EXPECT_EQ(NULL, ktstr_snapshot_value(NULL, "kind", &self->err));
	EXPECT_EQ(ENOENT, errno);
	SAYS("no such snapshot");
	EXPECT_EQ(NULL, ktstr_value_get(NULL, "kind", &self->err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_EQ(-ENOENT, ktstr_snapshot_u64(NULL, "kind", &self->v, NULL));
}

TEST_F(value, text_that_is_no_json)
{
	self->s.json = (char *)"{ \"kind\": ";
	self->s.v.json_len = strlen(self->s.json);
	EXPECT_EQ(NULL, ktstr_snapshot_value(&self->s, "kind", &self->err));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_NE(0, self->err.msg[0]);
}

TEST_HARNESS_MAIN
