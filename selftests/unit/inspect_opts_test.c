// SPDX-License-Identifier: GPL-2.0-only
/* The command line of "ktstr inspect", and its help. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "inspect_opts.h"
#include "kselftest_harness.h"
#include "lib/util.h"

static char buf[2048];

static int parse(const char *line, struct inspect_opts *o, struct ktstr_err *err)
{
	static char *argv[32];
	char *save = NULL, *word;
	int argc = 0;

	argv[argc++] = "inspect";
	snprintf(buf, sizeof(buf), "%s", line);
	for (word = strtok_r(buf, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	return inspect_opts_parse(argc, argv, o, err);
}

TEST(a_file_and_a_command)
{
	struct inspect_opts o;

	ASSERT_EQ(0, parse("a.vmcore maps", &o, NULL));
	EXPECT_STREQ("a.vmcore", o.file);
	EXPECT_EQ(QUERY_MAPS, o.q.kind);
	EXPECT_FALSE(o.json);
	ASSERT_EQ(0, parse("a.vmcore --kernel bzImage map .bss --json", &o, NULL));
	EXPECT_STREQ("bzImage", o.kernel);
	EXPECT_TRUE(o.json);
	EXPECT_EQ(QUERY_MAP, o.q.kind);
	EXPECT_STREQ(".bss", o.q.arg);
	/* release is a word for runs alone */
	EXPECT_EQ(-EINVAL, parse("a.vmcore release", &o, NULL));
}

TEST(a_run_and_a_command)
{
	struct inspect_opts o;

	ASSERT_EQ(0, parse("--live runqueues", &o, NULL));
	EXPECT_EQ(NULL, o.file);
	EXPECT_EQ(0, o.pid);
	EXPECT_EQ(QUERY_RUNQUEUES, o.q.kind);
	ASSERT_EQ(0, parse("run:4711 --frozen task 1", &o, NULL));
	EXPECT_EQ(4711, o.pid);
	EXPECT_TRUE(o.frozen);
	ASSERT_EQ(0, parse("--live release", &o, NULL));
	EXPECT_TRUE(o.release);
	ASSERT_EQ(0, parse("run:7 release", &o, NULL));
	EXPECT_TRUE(o.release);
}

TEST(help_is_about_what_was_named)
{
	struct inspect_opts o;

	ASSERT_EQ(0, parse("--help", &o, NULL));
	EXPECT_TRUE(o.help);
	EXPECT_EQ(NULL, o.about);
	ASSERT_EQ(0, parse("--help percpu", &o, NULL));
	EXPECT_EQ(query_info(QUERY_PERCPU), o.about);
	ASSERT_EQ(0, parse("a.vmcore tasks -h", &o, NULL));
	EXPECT_EQ(query_info(QUERY_TASKS), o.about);
}

TEST(errors_name_the_argument_and_what_there_is)
{
	static const struct {
		const char *line;
		const char *says[2];
	} cases[] = {
		{ "", { "FILE", "--live" } },
		{ "a.vmcore", { "no command", "runqueues" } },
		{ "a.vmcore mapps", { "'mapps'", "maps" } },
		{ "a.vmcore map", { "'map'", "NAME|#ID" } },
		{ "a.vmcore maps x", { "'x'", "maps" } },
		{ "a.vmcore --frozen maps", { "--frozen", "run" } },
		{ "--live --kernel k maps", { "--kernel", "FILE" } },
		{ "--live --json release", { "release", "options" } },
		{ "run:x maps", { "run:x", "whole number" } },
		{ "run:0 maps", { "run:0", "from 1" } },
		{ "run:99999999999 maps", { "run:99999999999", "from 1" } },
		{ "--life maps", { "'--life'", "no option" } },
		{ "a.vmcore maps --kernel", { "--kernel", "needs a value" } },
	};
	struct inspect_opts o;
	struct ktstr_err err;
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(-EINVAL, parse(cases[i].line, &o, &err));
		for (k = 0; k < ARRAY_SIZE(cases[i].says); k++) {
			EXPECT_NE(NULL, strstr(err.msg, cases[i].says[k]))
			{
				TH_LOG("'%s': %s", cases[i].line, err.msg);
			}
		}
	}
}

/* The list in the usage is written by hand. */
TEST(the_usage_has_every_command)
{
	char line[128];
	u32 i;

	for (i = 0; i < QUERY_NR; i++) {
		const struct query_info *info = query_info(i);
		char form[64];

		snprintf(form, sizeof(form), "%s%s%s", info->name, info->arg ? " " : "",
			 info->arg ?: "");
		snprintf(line, sizeof(line), "\n  %-23s %s\n", form, info->brief);
		EXPECT_NE(NULL, strstr(cmd_inspect.usage, line))
		{
			TH_LOG("no line %s", line);
		}
	}
}

TEST_HARNESS_MAIN
