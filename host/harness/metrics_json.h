/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_METRICS_JSON_H
#define KTSTR_HOST_HARNESS_METRICS_JSON_H

/*
 * The numbers of a JSON text by dotted path: {"jobs": [{"rps": 3}]} gives
 * jobs.0.rps. Made with json-c; a build without it has the functions all the
 * same, and refuses.
 */
#include <stddef.h>
#include <linux/types.h>

#include "lib/err.h"

/* More is refused. */
#define METRICS_JSON_MAX       (16U << 20)
#define METRICS_JSON_NR_MAX    65536
#define METRICS_JSON_DEPTH_MAX 32
#define METRICS_JSON_PATH_MAX  512

/**
 * struct metric_leaf - a number
 * @path: dotted, printable ASCII, elements of arrays by index; owned
 * @value: finite
 */
struct metric_leaf {
	char *path;
	double value;
};

/**
 * struct metric_leaves - all numbers of a text, in its order
 * @leaf: them, or NULL
 * @nr: how many
 */
struct metric_leaves {
	struct metric_leaf *leaf;
	size_t nr;
};

/**
 * metrics_json_usable() - can this build read JSON
 * @err: names the package that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int metrics_json_usable(struct ktstr_err *err);

/**
 * metrics_json_parse() - take the numbers out of a text
 * @json: one object or array, and nothing behind it but white space
 * @len: bytes
 * @to: filled in; metrics_json_free() it, also after a failure
 * @err: says where it is malformed, or which bound it breaks, or NULL
 *
 * A number that is not finite does not count. A number by itself has the path
 * "value".
 *
 * Return: 0, -EINVAL for what is no JSON, -E2BIG for what is too long, too deep
 * or too many, -ENOMEM, or -EOPNOTSUPP when this build is without json-c.
 */
int metrics_json_parse(const char *json, size_t len, struct metric_leaves *to,
		       struct ktstr_err *err);

/**
 * metrics_json_free() - release the numbers
 * @l: filled, half-filled or zeroed
 */
void metrics_json_free(struct metric_leaves *l);

#endif /* KTSTR_HOST_HARNESS_METRICS_JSON_H */
