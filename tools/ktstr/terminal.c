// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/harness/emulated.h"
#include "terminal.h"

#define TERMINAL_ENV "KTSTR_TERMINAL"

bool terminal_takes_utf8(void)
{
	const char *l = getenv("LC_ALL");

	if (!l || !*l)
		l = getenv("LC_CTYPE");
	if (!l || !*l)
		l = getenv("LANG");
	return l && (strcasestr(l, "utf-8") || strcasestr(l, "utf8"));
}

/* The numbers of those that are. */
void terminal_remember(void)
{
	char fds[3] = "";
	size_t n = 0;

	if (getenv(EMULATED_ENV))
		return;
	if (isatty(STDOUT_FILENO))
		fds[n++] = '0' + STDOUT_FILENO;
	if (isatty(STDERR_FILENO))
		fds[n] = '0' + STDERR_FILENO;
	setenv(TERMINAL_ENV, fds, 1);
}

bool terminal_is(int fd)
{
	const char *fds = getenv(EMULATED_ENV) ? getenv(TERMINAL_ENV) : NULL;

	return isatty(fd) || (fds && strchr(fds, '0' + fd));
}
