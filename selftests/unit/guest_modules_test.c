// SPDX-License-Identifier: GPL-2.0-only
#include <sys/stat.h>

#include "guest-init/modules.c"
#include "kselftest_harness.h"

/* An image of @body bytes with a signature said to have @sig_len. */
static size_t image(u8 *buf, size_t body, size_t sig, u32 sig_len)
{
	struct module_signature desc = { .id_type = 2, .sig_len = htobe32(sig_len) };
	size_t n = body + sig;

	memset(buf, 'm', body);
	memset(buf + body, 's', sig);
	memcpy(buf + n, &desc, sizeof(desc));
	n += sizeof(desc);
	memcpy(buf + n, SIG_MAGIC, sizeof(SIG_MAGIC) - 1);
	return n + sizeof(SIG_MAGIC) - 1;
}

TEST(signature_is_cut_off)
{
	u8 buf[1024];
	size_t n = image(buf, 100, 262, 262);

	EXPECT_EQ(100, module_unsigned_size(buf, n));
	EXPECT_EQ(100 + 262, module_unsigned_size(buf, image(buf, 100, 262, 0)));
	EXPECT_EQ(0, module_unsigned_size(buf, image(buf, 100, 262, 362)));
}

TEST(unsigned_image_stays_whole)
{
	u8 buf[1024];
	size_t n = image(buf, 100, 10, 10);

	buf[n - 1] = ' ';
	EXPECT_EQ(n, module_unsigned_size(buf, n));
	EXPECT_EQ(n - 1, module_unsigned_size(buf, n - 1));
	EXPECT_EQ(0, module_unsigned_size(buf, 0));
	EXPECT_EQ(sizeof(SIG_MAGIC) - 1, module_unsigned_size(SIG_MAGIC, sizeof(SIG_MAGIC) - 1));
}

TEST(T1_signature_longer_than_the_file)
{
	u8 buf[1024];
	size_t n = image(buf, 100, 262, 363);

	EXPECT_EQ(n, module_unsigned_size(buf, n));
	n = image(buf, 100, 262, 0xffffffff);
	EXPECT_EQ(n, module_unsigned_size(buf, n));
}

TEST(no_directory_means_all_is_built_in)
{
	EXPECT_EQ(0, modules_load("/nonexistent/modules", NULL));
}

TEST(first_bad_module_in_name_order_is_named)
{
	static const char *const names[] = { "20-b.ko", "10-a.ko", "05-not-one.txt" };
	char dir[] = "/tmp/ktstr-unit-XXXXXX", path[128];
	struct ktstr_err err = { "" };
	unsigned int i;

	ASSERT_NE(NULL, mkdtemp(dir));
	/* Directories: no file of this test reaches the kernel it runs on. */
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		ASSERT_EQ(0, mkdir(path, 0755));
	}
	EXPECT_EQ(-EISDIR, modules_load(dir, &err));
	EXPECT_NE(NULL, strstr(err.msg, "10-a.ko"));
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		rmdir(path);
	}
	EXPECT_EQ(0, rmdir(dir));
}

TEST_HARNESS_MAIN
