// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>

#include "host/kernel/kaslr.h"

int kaslr_add(struct kaslr_evidence *ev, const char *source, u64 link, u64 runtime)
{
	if (ev->nr >= KASLR_FACTS_MAX)
		return -ENOSPC;
	ev->fact[ev->nr++] = (struct kaslr_fact){ source, link, runtime };
	return 0;
}

static int check_fact(const struct kaslr_fact *f, u64 max, struct ktstr_err *err)
{
	const char *why = NULL;

	if (f->link < KASLR_KERNEL_MIN || f->runtime < KASLR_KERNEL_MIN)
		why = "no kernel address";
	else if (f->runtime < f->link)
		why = "moved down";
	else if (f->runtime - f->link > max)
		why = "moved too far";
	if (!why)
		return 0;
	return ktstr_err_set(err, -ERANGE,
			     "KASLR slide by %s: %s (linked at 0x%" PRIx64 ", runs at 0x%" PRIx64
			     "); is this the image the guest was booted from?",
			     f->source, why, f->link, f->runtime);
}

int kaslr_slide(const struct kaslr_evidence *ev, u64 *slide, struct ktstr_err *err)
{
	const struct kaslr_fact *first = ev->fact, *f;

	if (!ev->nr)
		return ktstr_err_set(err, -ENODATA, "KASLR slide: nothing tells it");
	for (f = first; f < first + ev->nr; f++) {
		int ret = check_fact(f, ev->slide_max, err);

		if (ret)
			return ret;
		if (f->runtime - f->link != first->runtime - first->link)
			return ktstr_err_set(err, -EBADMSG,
					     "KASLR slide: 0x%" PRIx64 " by %s, but 0x%" PRIx64
					     " by %s",
					     first->runtime - first->link, first->source,
					     f->runtime - f->link, f->source);
	}
	*slide = first->runtime - first->link;
	return 0;
}
