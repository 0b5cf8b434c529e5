/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_LIB_ERR_H
#define KTSTR_LIB_ERR_H

#include <linux/compiler.h>

/**
 * struct ktstr_err - why a call failed, in words a user can act on
 * @msg: NUL-terminated; names the symbol, path or value and the way out
 *
 * The caller owns it, usually on its stack, and passes NULL when it does not
 * care. One thread at a time.
 */
struct ktstr_err {
	char msg[512];
};

/**
 * ktstr_err_set() - fill in the message and pass an error code through
 * @err: the object, or NULL
 * @code: the negative errno to return
 * @fmt: printf format; a longer text is cut
 *
 * Return: @code, so that a failing function can end in
 * ``return ktstr_err_set(err, -EINVAL, "...")``.
 */
int ktstr_err_set(struct ktstr_err *err, int code, const char *fmt, ...) __printf(3, 4);

/**
 * ktstr_err_msg() - the message, or a text for "none"
 * @err: the object, or NULL
 */
const char *ktstr_err_msg(const struct ktstr_err *err);

#endif /* KTSTR_LIB_ERR_H */
