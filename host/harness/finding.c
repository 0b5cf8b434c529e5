// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finding.h"
#include "lib/text.h"

static int __printf(3, 0)
	add(struct ktstr_load *load, const struct ktstr_finding *f, const char *fmt, va_list ap)
{
	size_t nr = load->nr_findings;
	struct ktstr_finding *to;
	char text[2 * sizeof(to->text)];

	/* doubled at each power of two */
	if (!(nr & (nr - 1))) {
		to = reallocarray(load->findings, nr ? 2 * nr : 1, sizeof(*to));
		if (!to)
			return -ENOMEM;
		load->findings = to;
	}
	to = &load->findings[load->nr_findings++];
	*to = *f;
	vsnprintf(text, sizeof(text), fmt, ap);
	text_escape_line(to->text, sizeof(to->text), text, strlen(text));
	return 0;
}

int finding_add(struct ktstr_load *load, const struct ktstr_finding *f, const char *fmt, ...)
{
	va_list ap;
	int ret;

	va_start(ap, fmt);
	ret = add(load, f, fmt, ap);
	va_end(ap);
	return ret;
}

void finding_free(struct ktstr_load *load)
{
	free(load->findings);
	load->findings = NULL;
	load->nr_findings = 0;
}

static bool counts(const struct ktstr_finding *f, u32 checks)
{
	return f->check < KTSTR_CHECKS_NR && checks & BIT(f->check);
}

const struct ktstr_finding *finding_worst(const struct ktstr_load *load, u32 checks)
{
	const struct ktstr_finding *f, *worst = NULL;
	size_t i;

	for (i = 0; i < load->nr_findings; i++) {
		f = &load->findings[i];
		if (!counts(f, checks) || f->kind < KTSTR_FINDING_INCONCLUSIVE)
			continue;
		if (!worst || f->kind > worst->kind)
			worst = f;
	}
	return worst;
}

enum ktstr_reason finding_reason(const struct ktstr_finding *f)
{
	if (f->kind == KTSTR_FINDING_INCONCLUSIVE)
		return KTSTR_REASON_CHECK_INCONCLUSIVE;
	if (f->check == KTSTR_CHECK_PAYLOAD)
		return KTSTR_REASON_PAYLOAD_FAILED;
	if (f->check == KTSTR_CHECK_SCX_ERROR)
		return KTSTR_REASON_NO_SCX_ERROR;
	return KTSTR_REASON_CHECK_FAILED;
}

static void where(const struct ktstr_finding *f, char *dst, size_t room)
{
	char cgroup[80], step[32] = "";

	if (f->step)
		snprintf(step, sizeof(step), "step %u", f->step);
	if (f->cgroup && f->cgroup[0])
		text_escape_line(cgroup, sizeof(cgroup), f->cgroup, strlen(f->cgroup));
	else
		cgroup[0] = '\0';
	if (cgroup[0])
		snprintf(dst, room, ", in cgroup %s%s%s", cgroup, step[0] ? ", " : "", step);
	else if (step[0])
		snprintf(dst, room, ", in %s", step);
	else
		dst[0] = '\0';
}

const char *finding_tell(const struct ktstr_load *load, const struct ktstr_finding *f, u32 checks,
			 char *dst, size_t room)
{
	char place[128], more[48] = "";
	size_t nr = 0, i;

	for (i = 0; i < load->nr_findings; i++)
		nr += counts(&load->findings[i], checks) && load->findings[i].kind == f->kind;
	if (nr > 1)
		snprintf(more, sizeof(more), "; and %zu more finding%s", nr - 1,
			 nr == 2 ? "" : "s");
	where(f, place, sizeof(place));
	snprintf(dst, room, "%s%s%s", f->text, place, more);
	return dst;
}

/* What can be said against a run that has its verdict. */
static enum ktstr_finding_kind kind_for(const struct ktstr_result *res,
					enum ktstr_finding_kind kind)
{
	if (kind < KTSTR_FINDING_INCONCLUSIVE)
		return kind;
	if (res->verdict == KTSTR_SKIP)
		return KTSTR_FINDING_NOTE;
	/* nothing was measured, so nothing was measured wrong */
	if (!res->report_valid)
		return KTSTR_FINDING_INCONCLUSIVE;
	return kind;
}

static void worsen(struct ktstr_result *res, const struct ktstr_finding *f)
{
	enum ktstr_verdict v = f->kind == KTSTR_FINDING_FAIL ? KTSTR_FAIL : KTSTR_INCONCLUSIVE;

	if (f->kind < KTSTR_FINDING_INCONCLUSIVE ||
	    ktstr_verdict_worse(res->verdict, v) == res->verdict)
		return;
	res->verdict = v;
	res->infra = false;
	res->reason = finding_reason(f);
	finding_tell(&res->load, f, BIT(f->check), res->reason_text, sizeof(res->reason_text));
}

enum ktstr_finding_kind finding_judge(struct ktstr_result *res, const struct ktstr_finding *f,
				      const char *fmt, ...)
{
	struct ktstr_finding is = *f;
	va_list ap;
	int ret;

	is.kind = kind_for(res, f->kind);
	va_start(ap, fmt);
	ret = add(&res->load, &is, fmt, ap);
	va_end(ap);
	if (!ret) {
		worsen(res, &res->load.findings[res->load.nr_findings - 1]);
		return is.kind;
	}
	if (is.kind < KTSTR_FINDING_INCONCLUSIVE)
		is.kind = KTSTR_FINDING_INCONCLUSIVE;
	snprintf(is.text, sizeof(is.text), "out of memory for a finding");
	worsen(res, &is);
	return is.kind;
}
