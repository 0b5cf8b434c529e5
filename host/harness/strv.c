// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strv.h"

/* Takes @str over, also when it fails. */
static int strv_take(struct strv *s, char *str)
{
	char **bigger;

	/* Room is always a power of two, so the count alone says when it is full. */
	if (str && !((s->nr + 1) & s->nr)) {
		bigger = realloc(s->v, 2 * (s->nr + 1) * sizeof(*bigger));
		if (bigger) {
			s->v = bigger;
		} else {
			free(str);
			str = NULL;
		}
	}
	if (!str) {
		s->failed = true;
		return -ENOMEM;
	}
	s->v[s->nr++] = str;
	s->v[s->nr] = NULL;
	return 0;
}

int strv_add(struct strv *s, const char *str)
{
	return strv_take(s, strdup(str));
}

int strv_addf(struct strv *s, const char *fmt, ...)
{
	va_list ap;
	char *str;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&str, fmt, ap);
	va_end(ap);
	return strv_take(s, len < 0 ? NULL : str);
}

int strv_split(struct strv *s, const char *str, const char *seps)
{
	int ret = 0;

	while (str && *str && !ret) {
		size_t len = strcspn(str, seps);

		if (len)
			ret = strv_take(s, strndup(str, len));
		str += len;
		str += strspn(str, seps);
	}
	return ret;
}

bool strv_has(const struct strv *s, const char *str)
{
	size_t i;

	for (i = 0; i < s->nr; i++) {
		if (!strcmp(s->v[i], str))
			return true;
	}
	return false;
}

void strv_free(struct strv *s)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		free(s->v[i]);
	free(s->v);
	memset(s, 0, sizeof(*s));
}
