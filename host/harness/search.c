// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search.h"

char *search_try(struct search *s, int mode, const char *fmt, ...)
{
	char *path;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&path, fmt, ap);
	va_end(ap);
	if (len < 0)
		return NULL;
	if (!access(path, mode))
		return path;
	strv_add(&s->tried, path);
	free(path);
	return NULL;
}

void search_note(struct search *s, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	strv_add(&s->tried, text);
	free(text);
}

char *search_only(const char *what, const char *path, int mode, struct ktstr_err *err)
{
	char *copy = NULL;

	if (access(path, mode))
		ktstr_err_set(err, -errno, "%s %s: %s", what, path, strerror(errno));
	else
		copy = strdup(path);
	return copy;
}

bool search_env(const char *var, int mode, char **path, struct ktstr_err *err)
{
	const char *value = getenv(var);

	if (!value || !*value)
		return false;
	*path = search_only(var, value, mode, err);
	return true;
}

char *search_end(struct search *s, char *path, struct ktstr_err *err, const char *what,
		 const char *way_out)
{
	char places[320] = "";
	size_t i, used = 0;

	for (i = 0; i < s->tried.nr && used < sizeof(places); i++)
		used += snprintf(places + used, sizeof(places) - used, "%s%s", i ? ", " : "",
				 s->tried.v[i]);
	strv_free(&s->tried);
	if (path)
		return path;
	errno = ENOENT;
	ktstr_err_set(err, -ENOENT, "%s: looked for %s; %s", what, *places ? places : "nothing",
		      way_out);
	return NULL;
}
