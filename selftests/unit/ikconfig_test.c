// SPDX-License-Identifier: GPL-2.0-only
/* A kernel's configuration out of its memory, there or not, whole or not. */
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "kselftest_harness.h"
#include "guest_kernel_fixture.h"

#include "host/kernel/ikconfig.h"

static const char text[] = "#\n# Automatically generated file; DO NOT EDIT.\n"
			   "# CONFIG_HZ_100 is not set\n"
			   "CONFIG_HZ_1000=y\n"
			   "CONFIG_HZ=1000\n"
			   "CONFIG_LOCALVERSION=\"-cloud\"\n"
			   "CONFIG_PHYSICAL_START=0x1000000\n"
			   "CONFIG_NOTHING=\n"
			   "CONFIG_BIG=99999999999999999999999\n"
			   "CONFIG_MINUS=-1\n"
			   "CONFIG_IKCONFIG=y";

FIXTURE(ikconfig)
{
	struct guest g;
	struct ikconfig cfg;
	struct ktstr_err err;
};

/* The configuration into the image, as gzip; the rest of its room is zeroes. */
static size_t put_config(struct guest *g, const char *config, size_t len)
{
	u8 *to = g->ram + TEXT_GPA + CONFIG;
	z_stream z = { .next_in = (u8 *)config, .avail_in = len, .next_out = to };

	memset(to - 8, 0, CONFIG_SIZE + 8);
	memcpy(to - 8, "IKCFG_ST", 8);
	z.avail_out = CONFIG_SIZE;
	if (deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		z.total_out = 0;
	deflateEnd(&z);
	return z.total_out;
}

FIXTURE_SETUP(ikconfig)
{
	memset(&self->cfg, 0, sizeof(self->cfg));
	ASSERT_TRUE(guest_init(&self->g));
	ASSERT_NE(0, put_config(&self->g, text, sizeof(text) - 1));
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
}

FIXTURE_TEARDOWN(ikconfig)
{
	ikconfig_free(&self->cfg);
	guest_end(&self->g);
}

TEST_F(ikconfig, options_have_their_values)
{
	char buf[32];
	u64 v = 0;

	ASSERT_EQ(0, ikconfig_load(self->g.gk, &self->cfg, &self->err));
	EXPECT_EQ(sizeof(text) - 1, self->cfg.len);
	EXPECT_EQ(0, ikconfig_get(&self->cfg, "HZ_1000", buf, sizeof(buf)));
	EXPECT_STREQ("y", buf);
	EXPECT_EQ(0, ikconfig_get(&self->cfg, "LOCALVERSION", buf, sizeof(buf)));
	EXPECT_STREQ("\"-cloud\"", buf);
	EXPECT_EQ(0, ikconfig_get(&self->cfg, "LOCALVERSION", buf, 4));
	EXPECT_STREQ("\"-c", buf);
	EXPECT_EQ(0, ikconfig_get(&self->cfg, "NOTHING", buf, sizeof(buf)));
	EXPECT_STREQ("", buf);
	/* the last line does not end */
	EXPECT_EQ(0, ikconfig_get(&self->cfg, "IKCONFIG", buf, sizeof(buf)));
	EXPECT_STREQ("y", buf);
	EXPECT_EQ(0, ikconfig_number(&self->cfg, "PHYSICAL_START", &v));
	EXPECT_EQ(0x1000000, v);
}

TEST_F(ikconfig, options_that_are_not_set)
{
	char buf[32];
	u64 v;

	ASSERT_EQ(0, ikconfig_load(self->g.gk, &self->cfg, &self->err));
	EXPECT_EQ(-ENOENT, ikconfig_get(&self->cfg, "HZ_100", buf, sizeof(buf)));
	EXPECT_EQ(-ENOENT, ikconfig_get(&self->cfg, "H", buf, sizeof(buf)));
	EXPECT_EQ(-ENOENT, ikconfig_get(&self->cfg, "IKCONFIG_PROC", buf, sizeof(buf)));
	EXPECT_EQ(-ENOENT, ikconfig_get(&self->cfg, "", buf, sizeof(buf)));
	EXPECT_EQ(-ENOENT, ikconfig_number(&self->cfg, "HZ_250", &v));
}

TEST_F(ikconfig, values_that_are_no_numbers)
{
	static const char *const bad[] = { "HZ_1000", "LOCALVERSION", "NOTHING", "BIG", "MINUS" };
	unsigned int i;
	u64 v;

	ASSERT_EQ(0, ikconfig_load(self->g.gk, &self->cfg, &self->err));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(-EBADMSG, ikconfig_number(&self->cfg, bad[i], &v));
}

TEST_F(ikconfig, timer_ticks_a_second)
{
	u32 hz = 0;

	EXPECT_EQ(0, ikconfig_hz(self->g.gk, &hz, &self->err));
	EXPECT_EQ(1000, hz);
}

TEST_F(ikconfig, an_hz_that_cannot_be_is_not_used)
{
	static const char *const bad[] = { "CONFIG_HZ=0\n", "CONFIG_HZ=100001\n", "CONFIG_HZ=y\n" };
	unsigned int i;
	u32 hz = 7;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ASSERT_NE(0, put_config(&self->g, bad[i], strlen(bad[i])));
		EXPECT_EQ(-EBADMSG, ikconfig_hz(self->g.gk, &hz, &self->err));
	}
	ASSERT_NE(0, put_config(&self->g, "CONFIG_NO_HZ=y\n", 15));
	EXPECT_EQ(-ENOENT, ikconfig_hz(self->g.gk, &hz, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "CONFIG_HZ"));
	EXPECT_EQ(7, hz);
}

TEST_F(ikconfig, a_kernel_without_it_is_named_as_such)
{
	u32 hz;

	make_kallsyms(self->g.ram, &self->g.cfg, runtime, 10);
	self->g.cfg.image = NULL;
	gk_free(self->g.gk);
	self->g.gk = gk_new(&self->g.cfg, &self->g.err);
	ASSERT_NE(NULL, self->g.gk);
	EXPECT_EQ(-ENOENT, ikconfig_hz(self->g.gk, &hz, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "CONFIG_IKCONFIG=y"));
}

TEST_F(ikconfig, something_else_in_its_place)
{
	u8 *data = self->g.ram + TEXT_GPA + CONFIG;

	data[-1] = 'D';
	EXPECT_EQ(-EBADMSG, ikconfig_load(self->g.gk, &self->cfg, &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "no IKCFG_ST"));
	data[-1] = 'T';
	data[0] = 0;
	EXPECT_EQ(-EBADMSG, ikconfig_load(self->g.gk, &self->cfg, &self->err));
	ASSERT_NE(0, put_config(&self->g, text, sizeof(text) - 1));
	memset(data + 40, 0xff, 40);
	EXPECT_EQ(-EBADMSG, ikconfig_load(self->g.gk, &self->cfg, &self->err));
	EXPECT_EQ(NULL, self->cfg.text);
}

TEST_F(ikconfig, a_configuration_without_end_is_refused)
{
	const size_t len = 2 * IKCONFIG_TEXT_MAX;
	char *big = malloc(len);

	ASSERT_NE(NULL, big);
	memset(big, '\n', len);
	ASSERT_NE(0, put_config(&self->g, big, len));
	EXPECT_EQ(-EFBIG, ikconfig_load(self->g.gk, &self->cfg, &self->err));
	free(big);
}

TEST_HARNESS_MAIN
