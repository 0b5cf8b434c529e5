// SPDX-License-Identifier: GPL-2.0-only
/* The command line of "ktstr verifier", and its help. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "terminal.h"
#include "verifier_opts.h"

FIXTURE(opts)
{
	struct verifier_opts o;
	struct ktstr_err err;
	char buf[4096];
};

FIXTURE_SETUP(opts)
{
}

FIXTURE_TEARDOWN(opts)
{
	verifier_opts_free(&self->o);
}

static int parse(FIXTURE_DATA(opts) * self, const char *line)
{
	static char *argv[80];
	char *save = NULL, *word;
	int argc = 0;

	verifier_opts_free(&self->o);
	self->err.msg[0] = '\0';
	argv[argc++] = "verifier";
	snprintf(self->buf, sizeof(self->buf), "%s", line);
	for (word = strtok_r(self->buf, " ", &save); word && argc < 79;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	return verifier_opts_parse(argc, argv, &self->o, &self->err);
}

#define SAYS(what) EXPECT_NE(NULL, strstr(self->err.msg, what))

TEST_F(opts, nothing_said_is_two_small_machines)
{
	ASSERT_EQ(0, parse(self, ""));
	EXPECT_EQ(0, self->o.schedulers.nr);
	EXPECT_EQ(0, self->o.kernels.nr);
	ASSERT_EQ(2, self->o.nr_machines);
	EXPECT_STREQ("tiny-1llc", self->o.machines[0].name);
	EXPECT_STREQ("tiny-2llc", self->o.machines[1].name);
	EXPECT_EQ(4, topology_cpus(&self->o.machines[1].topo));
	EXPECT_EQ(NULL, self->o.out);
	EXPECT_FALSE(self->o.raw || self->o.json || self->o.help);
}

TEST_F(opts, each_as_often_as_wanted)
{
	ASSERT_EQ(0, parse(self, "--scheduler scx_a --scheduler ./scx_b --scheduler scx_a"));
	ASSERT_EQ(2, self->o.schedulers.nr);
	EXPECT_STREQ("./scx_b", self->o.schedulers.v[1]);
	ASSERT_EQ(0, parse(self, "--preset smt-2llc --topology 1n2l4c2t --preset smt-2llc"));
	ASSERT_EQ(2, self->o.nr_machines);
	EXPECT_STREQ("1n2l4c2t", self->o.machines[1].name);
	EXPECT_EQ(16, topology_cpus(&self->o.machines[1].topo));
	ASSERT_EQ(0, parse(self, "--kernel k1 --kernel k2 --raw --json --out d"));
	ASSERT_EQ(2, self->o.kernels.nr);
	EXPECT_STREQ("k2", self->o.kernels.v[1]);
	EXPECT_STREQ("d", self->o.out);
	EXPECT_TRUE(self->o.raw && self->o.json);
}

TEST_F(opts, what_is_wrong_is_named)
{
	EXPECT_EQ(-EINVAL, parse(self, "--preset tiny-1lc"));
	SAYS("--preset: no preset 'tiny-1lc'");
	SAYS("tiny-1llc");
	EXPECT_EQ(-EINVAL, parse(self, "--topology 1n2l"));
	SAYS("--topology: ");
	EXPECT_EQ(-EINVAL, parse(self, "--scheduler"));
	SAYS("--scheduler needs a value");
	EXPECT_EQ(-EINVAL, parse(self, "--scheduler="));
	SAYS("--scheduler: an empty value");
	EXPECT_EQ(-EINVAL, parse(self, "--out="));
	SAYS("--out: an empty value");
	EXPECT_EQ(-EINVAL, parse(self, "--frobnicate"));
	SAYS("--frobnicate");
	EXPECT_EQ(-EINVAL, parse(self, "scx_simple"));
	SAYS("unexpected argument 'scx_simple'");
}

TEST_F(opts, help_says_every_option)
{
	static const char *const options[] = {
		"--scheduler", "--preset", "--topology", "--kernel", "--raw", "--json", "--out",
	};
	size_t i;

	ASSERT_EQ(0, parse(self, "--help --frobnicate"));
	EXPECT_TRUE(self->o.help);
	for (i = 0; i < ARRAY_SIZE(options); i++)
		EXPECT_NE(NULL, strstr(cmd_verifier.usage, options[i]));
	EXPECT_EQ('\n', cmd_verifier.usage[strlen(cmd_verifier.usage) - 1]);
}

TEST_F(opts, no_more_machines_than_there_is_room_for)
{
	char line[4096];
	size_t n = 0;
	u32 i;

	for (i = 1; i <= VERIFIER_MACHINES_MAX + 1 && n < sizeof(line); i++)
		n += snprintf(line + n, sizeof(line) - n, "--topology=1n1l%uc1t ", i);
	EXPECT_EQ(-EINVAL, parse(self, line));
	SAYS("more than 64");
}

TEST(the_locale_decides_about_signs)
{
	setenv("LC_ALL", "", 1);
	setenv("LC_CTYPE", "", 1);
	setenv("LANG", "C", 1);
	EXPECT_FALSE(terminal_takes_utf8());
	setenv("LANG", "de_DE.UTF-8", 1);
	EXPECT_TRUE(terminal_takes_utf8());
	setenv("LC_ALL", "C", 1);
	EXPECT_FALSE(terminal_takes_utf8());
}

TEST(an_emulated_host_hears_of_terminals)
{
	setenv("KTSTR_TERMINAL", "2", 1);
	setenv("KTSTR_IN_EMULATED_HOST", "1", 1);
	EXPECT_TRUE(terminal_is(2));
	setenv("KTSTR_TERMINAL", "", 1);
	EXPECT_EQ(isatty(1), terminal_is(1));
	/* it is not for the one inside to say */
	terminal_remember();
	EXPECT_STREQ("", getenv("KTSTR_TERMINAL"));
}

TEST_HARNESS_MAIN
