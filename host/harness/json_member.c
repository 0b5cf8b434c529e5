// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json_member.h"

#ifdef HAVE_JSON_C

#include <json-c/json.h>

struct json_object *json_member(struct json_object *j, const char *path)
{
	char name[64];

	while (*path && j) {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		if (!json_object_is_type(j, json_type_object) ||
		    !json_object_object_get_ex(j, name, &j))
			return NULL;
		path += len + (path[len] == '.');
	}
	return j;
}

/* Large numbers are hexadecimal strings (host/inspect/json_text.h). */
static double hex_number(const char *s)
{
	size_t digits = strncmp(s, "0x", 2) == 0 ? strspn(s + 2, "0123456789abcdef") : 0;

	return digits && digits <= 16 && !s[2 + digits] ? (double)strtoull(s, NULL, 16) :
							  (double)NAN;
}

double json_number(struct json_object *j)
{
	double v;

	if (json_object_is_type(j, json_type_string))
		return hex_number(json_object_get_string(j));
	if (!json_object_is_type(j, json_type_int) && !json_object_is_type(j, json_type_double))
		return (double)NAN;
	v = json_object_get_double(j);
	return isfinite(v) ? v : (double)NAN;
}

#endif /* HAVE_JSON_C */
