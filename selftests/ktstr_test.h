/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_KTSTR_TEST_H
#define SELFTESTS_KTSTR_TEST_H

/*
 * What the test programs share: where they run, and how they print.
 */
#include <ctype.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "host/harness/discover.h"
#include "host/harness/emulated.h"
#include "host/harness/guest_text.h"
#include "host/harness/ktstr.h"
#include "kselftest.h"
#include "lib/err.h"

/**
 * ktstr_test_result() - print one result line
 * @code: KSFT_*
 * @name: what was tested; other characters than [A-Za-z0-9_-] become "-"
 * @fmt: printf format of the reason of a skip or an expected failure: text
 *       without numbers of this run, as some readers make it part of the name
 */
static inline void __printf(3, 4)
	ktstr_test_result(int code, const char *name, const char *fmt, ...)
{
	char clean[128], reason[256] = "";
	va_list ap;
	size_t i;

	for (i = 0; name[i] && i < sizeof(clean) - 1; i++) {
		bool fits = name[i] >= '0' && name[i] <= '9';

		fits |= (name[i] | 0x20) >= 'a' && (name[i] | 0x20) <= 'z';
		clean[i] = fits || name[i] == '_' ? name[i] : '-';
	}
	clean[i] = '\0';
	if (fmt) {
		va_start(ap, fmt);
		vsnprintf(reason, sizeof(reason), fmt, ap);
		va_end(ap);
	}
	if (*reason)
		ksft_test_result_code(code, clean, "%s", reason);
	else
		ksft_test_result_code(code, clean, NULL);
}

/* What readers of logs take for a result, wherever it stands. */
static inline void test_defuse(char *line)
{
	static const char *const words[] = { "# SKIP", "SKIP:", "FAIL:" };
	size_t i;
	char *at;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		while ((at = strstr(line, words[i])))
			for (; isupper(*at) || *at == '#' || *at == ' '; at++)
				*at = tolower(*at);
}

static inline void test_diag_line(void *ctx, const char *text)
{
	char line[GUEST_LINE_MAX];

	snprintf(line, sizeof(line), "%s", text);
	test_defuse(line);
	ksft_print_msg("%s\n", line);
}

/**
 * test_diag() - print text as diagnostics
 * @text: one or more lines; a guest may have written them
 */
static inline void test_diag(const char *text)
{
	guest_lines(text, strlen(text), SIZE_MAX, test_diag_line, NULL);
}

/**
 * test_report() - print all that is known of a run as diagnostics
 * @res: its result
 */
static inline void test_report(const struct ktstr_result *res)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	ktstr_result_print(f, res);
	if (!fclose(f))
		test_diag(text);
	free(text);
}

/**
 * test_summary() - print one line about a run
 * @res: its result
 */
static inline void test_summary(const struct ktstr_result *res)
{
	char line[1024];

	snprintf(line, sizeof(line), "%s%s, %s, in stage %s after %llu ms (ready at %llu ms): %s",
		 ktstr_verdict_name(res->verdict), res->infra ? " (infra)" : "",
		 ktstr_reason_name(res->reason), wire_stage_name(res->stage),
		 (unsigned long long)res->timings.total_ns / 1000000,
		 (unsigned long long)res->timings.ready_ns / 1000000, res->reason_text);
	test_diag(line);
}

static inline void test_die_with_parent(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static inline void __noreturn test_bail(const struct ktstr_err *err)
{
	ksft_print_header();
	ksft_exit_fail_msg("%s\n", err->msg);
}

/* What is only missing is no failure; what somebody has named and is not there is. */
static inline void __noreturn test_lacks(const char *what, const struct ktstr_err *err)
{
	static const char *const names[] = {
		"KTSTR_KERNEL",	   "KTSTR_HOST_KERNEL", "KTSTR_QEMU",
		"KTSTR_SCHED_DIR", "KTSTR_PROGRAM_DIR",
	};
	const char *path;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		path = getenv(names[i]);
		if (path && *path && access(path, R_OK))
			test_bail(err);
	}
	ksft_print_header();
	test_diag(err->msg);
	ksft_exit_skip("%s\n", what);
}

/**
 * test_enter() - go where KVM works
 * @argc: of main()
 * @argv: of main()
 *
 * First in main(). Where KVM is not usable the whole program runs again in an
 * emulated host, and this does not return; nor does it where neither is
 * possible, or where there is no kernel to test: then everything is skipped.
 *
 * From here on every child of fork(2) dies with its parent, so that whatever
 * ends the program ends its tests.
 */
static inline void test_enter(int argc, char **argv)
{
	struct emulated_opts opts = { .flags = EMULATED_SUITE };
	struct ktstr_err err = { "" };
	int status = KSFT_FAIL, ret;
	char *path;

	path = discover_guest_init(&err);
	if (!path)
		test_bail(&err);
	free(path);
	path = discover_kernel(NULL, &err);
	if (!path)
		test_lacks("no kernel to test", &err);
	free(path);
	ret = ktstr_host_enter(argc, argv, &opts, &status, &err);
	if (ret > 0)
		exit(status);
	if (ret == -ENOENT)
		test_lacks("neither KVM nor an emulated host", &err);
	if (ret < 0)
		test_bail(&err);
	pthread_atfork(NULL, NULL, test_die_with_parent);
}

#endif /* SELFTESTS_KTSTR_TEST_H */
