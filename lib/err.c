// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "err.h"

int ktstr_err_set(struct ktstr_err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return code;
}

const char *ktstr_err_msg(const struct ktstr_err *err)
{
	return err && err->msg[0] ? err->msg : "no reason was recorded";
}
