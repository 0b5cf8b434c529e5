/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_TEXT_CHECK_H
#define KTSTR_SELFTESTS_UNIT_TEXT_CHECK_H

/* What a printed text must and must not contain. */
#include <string.h>

#include "kselftest_harness.h"

static inline void has(struct __test_metadata *_metadata, const char *text, const char *part)
{
	EXPECT_NE(strstr(text, part), NULL)
	TH_LOG("no '%s' in:\n%s", part, text);
}

static inline void lacks(struct __test_metadata *_metadata, const char *text, const char *part)
{
	EXPECT_EQ(strstr(text, part), NULL)
	TH_LOG("'%s' in:\n%s", part, text);
}

#endif /* KTSTR_SELFTESTS_UNIT_TEXT_CHECK_H */
