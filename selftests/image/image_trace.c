// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "host/vmm/gmem.h"
#include "image_trace.h"

/* More than any walk makes. */
#define TRACE_MAX (4U << 20)

static struct {
	bool on;
	enum image_phase phase;
	struct image_access *a;
	u32 nr;
	u32 room;
} trace;

static void note(u64 gpa, u64 len)
{
	struct image_access *last = trace.nr ? &trace.a[trace.nr - 1] : NULL;

	if (!trace.on || trace.nr == TRACE_MAX)
		return;
	/* gk_read() asks for the first byte, then for all */
	if (last && last->gpa == gpa && last->len == 1) {
		last->len = len;
		return;
	}
	if (trace.nr == trace.room) {
		trace.room = trace.room ? 2 * trace.room : 4096;
		trace.a = realloc(trace.a, trace.room * sizeof(*trace.a));
		if (!trace.a)
			abort();
	}
	trace.a[trace.nr++] = (struct image_access){ gpa, len };
}

void *__wrap_gmem_hva(const struct gmem *m, u64 gpa, u64 len)
{
	void *hva = __real_gmem_hva(m, gpa, len);

	if (hva)
		note(gpa, len);
	return hva;
}

int __wrap_gmem_read(const struct gmem *m, u64 gpa, void *buf, size_t len)
{
	int ret = __real_gmem_read(m, gpa, buf, len);

	if (!ret)
		note(gpa, len);
	return ret;
}

void image_trace_begin(enum image_phase phase)
{
	trace.on = true;
	trace.phase = phase;
}

static int compare(const void *a, const void *b)
{
	const struct image_access *x = a, *y = b;

	if (x->gpa != y->gpa)
		return x->gpa < y->gpa ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return 0;
}

void image_trace_end(struct image_accesses all[PHASES])
{
	struct image_accesses *to = &all[trace.phase];
	u32 i, nr = to->nr + trace.nr;

	trace.on = false;
	to->a = realloc(to->a, (nr + 1) * sizeof(*to->a));
	if (!to->a)
		abort();
	for (i = 0; i < trace.nr; i++)
		to->a[to->nr + i] = trace.a[i];
	qsort(to->a, nr, sizeof(*to->a), compare);
	for (i = 0, to->nr = 0; i < nr; i++)
		if (!to->nr || compare(&to->a[i], &to->a[to->nr - 1]))
			to->a[to->nr++] = to->a[i];
	trace.nr = 0;
}

void image_trace_free(struct image_accesses all[PHASES])
{
	u32 i;

	for (i = 0; i < PHASES; i++)
		free(all[i].a);
	free(trace.a);
	trace.a = NULL;
	trace.room = 0;
}
