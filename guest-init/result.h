/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_GUEST_RESULT_H
#define KTSTR_GUEST_RESULT_H

#include "groups.h"
#include "lib/wire_result.h"

/**
 * result_init() - an empty result of this run
 * @r: the result; its nonce follows when the scenario is known
 */
void result_init(struct wire_result_view *r);

/**
 * result_fail() - note what went wrong
 * @r: the result
 * @error: negative errno
 * @reason: NUL-terminated; a longer text is cut
 *
 * The first failure is the cause and stays; later ones are its consequences.
 * It freezes the stage, too: see result_stage().
 */
void result_fail(struct wire_result_view *r, int error, const char *reason);

/**
 * result_stage() - note how far the run came
 * @r: the result
 * @stage: the stage that begins; ignored after a failure
 */
void result_stage(struct wire_result_view *r, enum wire_stage stage);

/**
 * result_send() - ship the result
 * @r: the result; @r->nr_workers, @r->nr_reports and WIRE_RESULT_WORKERS_DONE are
 *     filled in
 * @gs: the workers, collected
 * @w: where to
 *
 * Return: 0, -ENOMEM, or what wire_writer_send() returned.
 */
int result_send(struct wire_result_view *r, const struct groups *gs, struct wire_writer *w);

#endif /* KTSTR_GUEST_RESULT_H */
