// SPDX-License-Identifier: GPL-2.0-only
/* Numbers of a JSON text by dotted path, and texts that are none or too much. */
#include <errno.h>
#include <stdlib.h>

#include "host/harness/metrics_json.h"
#include "lib/util.h"
#include "text_check.h"

FIXTURE(json)
{
	struct metric_leaves l;
	struct ktstr_err err;
};

FIXTURE_SETUP(json)
{
	if (metrics_json_usable(&self->err)) {
		has(_metadata, self->err.msg, "install json-c");
		EXPECT_EQ(metrics_json_parse("{}", 2, &self->l, NULL), -EOPNOTSUPP);
		SKIP(return, "this build is without json-c");
	}
}

FIXTURE_TEARDOWN(json)
{
	metrics_json_free(&self->l);
}

static void leaf(struct __test_metadata *_metadata, const struct metric_leaves *l, size_t i,
		 const char *path, double value)
{
	ASSERT_LT(i, l->nr);
	EXPECT_STREQ(l->leaf[i].path, path);
	EXPECT_EQ(l->leaf[i].value, value);
}

static int parse(struct metric_leaves *l, const char *text, struct ktstr_err *err)
{
	return metrics_json_parse(text, strlen(text), l, err);
}

#define PARSE(text)		    parse(&self->l, text, &self->err)
#define EXPECT_LEAF(i, path, value) leaf(_metadata, &self->l, i, path, value)

TEST_F(json, paths)
{
	static const char text[] =
		"{\"a\": 1, \"jobs\": [{\"rps\": 2.5}, {\"rps\": -3e2}], \"x\": {\"y\": [7]}}";

	ASSERT_EQ(PARSE(text), 0);
	EXPECT_EQ(self->l.nr, 4);
	EXPECT_LEAF(0, "a", 1);
	EXPECT_LEAF(1, "jobs.0.rps", 2.5);
	EXPECT_LEAF(2, "jobs.1.rps", -300);
	EXPECT_LEAF(3, "x.y.0", 7);
}

TEST_F(json, what_is_no_number_does_not_count)
{
	static const char text[] =
		"{\"a\": \"1\", \"b\": true, \"c\": [null, NaN, {}, []], \"f\": 1e999, \"g\": 5}\n";

	ASSERT_EQ(PARSE(text), 0);
	EXPECT_EQ(self->l.nr, 1);
	EXPECT_LEAF(0, "g", 5);
}

TEST_F(json, other_roots)
{
	ASSERT_EQ(PARSE(" [1, [2]] "), 0);
	EXPECT_LEAF(0, "0", 1);
	EXPECT_LEAF(1, "1.0", 2);
	metrics_json_free(&self->l);
	ASSERT_EQ(PARSE("42"), 0);
	EXPECT_LEAF(0, "value", 42);
}

TEST_F(json, keys_are_the_guests)
{
	ASSERT_EQ(PARSE("{\"a\\u001b[2J\": 1, \"\": 2}"), 0);
	EXPECT_LEAF(0, "a\\x1b[2J", 1);
	EXPECT_EQ(self->l.nr, 2);
}

TEST_F(json, malformed)
{
	static const char *const texts[] = {
		"",	     " \t ",   "{",	 "{\"a\": 1", "{\"a\": 1} x",
		"{\"a\" 1}", "{a: 1}", "rps: 5", "[1,]",      "{\"a\": 1}{\"b\": 2}",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		EXPECT_EQ(PARSE(texts[i]), -EINVAL) TH_LOG("%s", texts[i]);
		has(_metadata, self->err.msg, "JSON");
		EXPECT_EQ(self->l.nr, 0);
		metrics_json_free(&self->l);
	}
	EXPECT_EQ(PARSE("{\"a\": 1"), -EINVAL);
	has(_metadata, self->err.msg, "malformed JSON at byte 7 of 7: it ends here");
	EXPECT_EQ(metrics_json_parse("{\"a\":\0 1}", 9, &self->l, &self->err), -EINVAL);
}

TEST_F(json, too_deep)
{
	char text[2 * METRICS_JSON_DEPTH_MAX + 100];

	memset(text, '[', sizeof(text) / 2);
	memset(text + sizeof(text) / 2, ']', sizeof(text) / 2);
	EXPECT_EQ(metrics_json_parse(text, sizeof(text), &self->l, &self->err), -E2BIG);
	has(_metadata, self->err.msg, "nested deeper than 32");
}

TEST_F(json, too_many)
{
	size_t len = 2 * (METRICS_JSON_NR_MAX + 1) + 1, i;
	char *text = malloc(len);

	ASSERT_NE(text, NULL);
	for (i = 0; i < len; i++)
		text[i] = i % 2 ? '1' : ',';
	text[0] = '[';
	text[len - 1] = ']';
	EXPECT_EQ(metrics_json_parse(text, len, &self->l, &self->err), -E2BIG);
	has(_metadata, self->err.msg, "more than 65536 numbers");
	free(text);
}

TEST_F(json, too_long)
{
	EXPECT_EQ(metrics_json_parse("", METRICS_JSON_MAX + 1, &self->l, &self->err), -E2BIG);
	has(_metadata, self->err.msg, "16777217 bytes of JSON, more than the 16777216 read");
}

TEST_F(json, a_path_too_long)
{
	char text[2 * METRICS_JSON_PATH_MAX];
	int n;

	n = snprintf(text, sizeof(text), "{\"%0*d\": 1}", METRICS_JSON_PATH_MAX, 0);
	ASSERT_EQ(metrics_json_parse(text, n, &self->l, &self->err), 0) TH_LOG("%s", self->err.msg);
	EXPECT_EQ(strlen(self->l.leaf[0].path), METRICS_JSON_PATH_MAX);
	metrics_json_free(&self->l);
	n = snprintf(text, sizeof(text), "{\"%0*d\": 1}", METRICS_JSON_PATH_MAX + 1, 0);
	EXPECT_EQ(metrics_json_parse(text, n, &self->l, &self->err), -E2BIG);
	metrics_json_free(&self->l);
	n = snprintf(text, sizeof(text), "{\"%0*d\": {\"a\": 1}}", METRICS_JSON_PATH_MAX - 1, 0);
	EXPECT_EQ(metrics_json_parse(text, n, &self->l, &self->err), -E2BIG);
	has(_metadata, self->err.msg, "the path of a number has more than 512 bytes");
}

TEST_HARNESS_MAIN
