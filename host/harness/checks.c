// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "checks_internal.h"
#include "lib/util.h"
#include "scenario_plan.h"

/* Several rounds of slices for a crowd of workers; less tells nothing of one. */
#define TURN_NS (250.0 * NSEC_PER_MSEC)

bool checks_host_ate(const struct ktstr_contention *c, u64 wall_ns)
{
	double left;

	if (!c->known || !wall_ns)
		return false;
	if (c->worst_wait_ns >= wall_ns)
		return true;
	if (!isfinite(c->dilation) || c->dilation <= CHECKS_DILATION_MAX)
		return false;
	left = wall_ns / c->dilation - c->worst_wait_ns;
	return left < TURN_NS;
}

double host_dilation(const struct probe *p)
{
	const struct ktstr_contention *c = &p->in->load->contention;

	return c->known && isfinite(c->dilation) && c->dilation > 1 ? c->dilation : 1;
}

double host_wait_ns(const struct probe *p, double ns)
{
	const struct ktstr_contention *c = &p->in->load->contention;

	return c->known ? c->worst_wait_ns + (1 - 1 / host_dilation(p)) * ns : 0;
}

const char *host_text(const struct probe *p, enum ktstr_finding_kind kind, char *dst, size_t room)
{
	const struct ktstr_contention *c = &p->in->load->contention;

	dst[0] = '\0';
	if (kind == KTSTR_FINDING_INCONCLUSIVE)
		snprintf(dst, room,
			 "; the host kept a vCPU waiting for up to %.1f ms (dilation %.2f)",
			 (double)c->worst_wait_ns / NSEC_PER_MSEC, c->dilation);
	else if (kind == KTSTR_FINDING_FAIL && !c->known)
		snprintf(dst, room, "; the host's share in it is not known");
	return dst;
}

const struct ktstr_group *probe_group(const struct probe *p, const struct worker_view *w)
{
	const struct ktstr_load *load = p->in->load;

	return w->group < load->nr_groups ? &load->groups[w->group] : NULL;
}

void probe_tell(struct probe *p, const struct about *a, enum ktstr_finding_kind kind,
		const char *fmt, ...)
{
	struct ktstr_finding f = {
		.check = p->check,
		.kind = kind,
		.step = a->step,
		.cgroup = a->cgroup,
		.value = a->value,
		.limit = p->limit,
	};
	char text[sizeof(f.text)];
	va_list ap;

	if (p->nr[kind]++ >= CHECKS_WORKERS_MAX || p->err)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	p->err = finding_add(p->in->load, &f, "%s", text);
}

void probe_keep(struct probe *p, double value, bool floor)
{
	if (!p->judged++ || (floor ? value < p->worst : value > p->worst))
		p->worst = value;
}

enum ktstr_finding_kind probe_ceiling(struct probe *p, double value, double slack)
{
	if (value <= p->limit) {
		probe_keep(p, value, false);
		return KTSTR_FINDING_PASS;
	}
	return value > p->limit + slack ? KTSTR_FINDING_FAIL : KTSTR_FINDING_INCONCLUSIVE;
}

enum ktstr_finding_kind probe_floor(struct probe *p, double value, double factor)
{
	if (value >= p->limit) {
		probe_keep(p, value, true);
		return KTSTR_FINDING_PASS;
	}
	return value * factor < p->limit ? KTSTR_FINDING_FAIL : KTSTR_FINDING_INCONCLUSIVE;
}

static bool by_worker(u32 check)
{
	switch (check) {
	case KTSTR_CHECK_NOT_STUCK:
	case KTSTR_CHECK_ISOLATION:
	case KTSTR_CHECK_GAP:
	case KTSTR_CHECK_WORK_RATE:
	case KTSTR_CHECK_ITERATION_RATE:
	case KTSTR_CHECK_MIGRATION_RATIO:
	case KTSTR_CHECK_MIGRATIONS:
	case KTSTR_CHECK_WORK_UNITS:
		return true;
	default:
		return false;
	}
}

static void eval_workers(struct probe *p)
{
	const struct ktstr_load *load = p->in->load;
	size_t i;

	for (i = 0; i < load->nr_workers; i++)
		if (load->workers[i].flags & WORKER_COMPLETED)
			checks_worker(p, &load->workers[i]);
}

static void eval_cgroups(struct probe *p)
{
	const struct ktstr_load *load = p->in->load;
	size_t i;

	for (i = 0; i < load->nr_cgroups; i++) {
		if (p->check >= KTSTR_CHECK_PAGE_LOCALITY && p->check <= KTSTR_CHECK_SLOW_TIER)
			checks_memory(p, &load->cgroups[i]);
		else
			checks_cgroup(p, &load->cgroups[i]);
	}
}

static u32 planned(const struct probe *p)
{
	const struct ktstr_load *load = p->in->load;
	u32 nr = 0;
	size_t i;

	if (p->in->plan)
		return p->in->plan->nr_workers;
	for (i = 0; i < load->nr_groups; i++)
		nr += load->groups[i].workers;
	return max_t(u32, nr, load->nr_workers);
}

/* A worker that is not among those that were judged may be just the one. */
static void tell_missing(struct probe *p)
{
	const struct ktstr_load *load = p->in->load;
	const struct about a = { .value = NAN };
	u32 want = planned(p), done = 0;
	size_t i;

	for (i = 0; i < load->nr_workers; i++)
		done += !!(load->workers[i].flags & WORKER_COMPLETED);
	if (!want)
		probe_tell(p, &a, KTSTR_FINDING_NOTE, "%s: there are no workers",
			   ktstr_check_name(p->check));
	else if (done < want)
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE,
			   "%s: %u of %u workers did not report what they measured",
			   ktstr_check_name(p->check), want - done, want);
	else if (!load->nr_cgroups && !by_worker(p->check))
		probe_tell(p, &a, KTSTR_FINDING_INCONCLUSIVE, "%s: no cgroup was measured",
			   ktstr_check_name(p->check));
}

static void tell_untold(struct probe *p)
{
	static const char *const words[] = {
		[KTSTR_FINDING_INCONCLUSIVE] = "cannot be told",
		[KTSTR_FINDING_FAIL] = "failed",
	};
	const struct about a = { .value = NAN };
	u32 kind;

	for (kind = KTSTR_FINDING_FAIL; kind >= KTSTR_FINDING_INCONCLUSIVE; kind--) {
		struct ktstr_finding f = {
			.check = p->check,
			.kind = kind,
			.value = a.value,
			.limit = p->limit,
		};

		if (p->nr[kind] > CHECKS_WORKERS_MAX && !p->err)
			p->err = finding_add(p->in->load, &f, "%s: %u more %s",
					     ktstr_check_name(p->check),
					     p->nr[kind] - CHECKS_WORKERS_MAX, words[kind]);
	}
}

static void tell_kept(struct probe *p)
{
	const struct about a = { .value = p->worst };
	const char *what = by_worker(p->check) ? "worker" : "cgroup";
	const char *many = p->judged == 1 ? "" : "s";
	const char *name = ktstr_check_name(p->check);

	if (!p->judged || p->nr[KTSTR_FINDING_FAIL] || p->nr[KTSTR_FINDING_INCONCLUSIVE])
		return;
	if (p->check == KTSTR_CHECK_NOT_STUCK || p->check == KTSTR_CHECK_ISOLATION)
		probe_tell(p, &a, KTSTR_FINDING_PASS, "%s: kept by %u worker%s", name, p->judged,
			   many);
	else
		probe_tell(p, &a, KTSTR_FINDING_PASS, "%s: at worst %.6g of %u %s%s (limit %.6g)",
			   name, p->worst, p->judged, what, many, p->limit);
}

static int eval(const struct checks_input *in, u32 check, double limit)
{
	struct probe p = { .in = in, .check = check, .limit = limit };

	if (by_worker(check))
		eval_workers(&p);
	else
		eval_cgroups(&p);
	tell_missing(&p);
	tell_untold(&p);
	tell_kept(&p);
	return p.err;
}

int checks_eval(const struct checks_input *in)
{
	u32 check;
	int ret = 0;

	for (check = 0; check <= KTSTR_CHECK_WORK_UNITS && !ret; check++) {
		double limit = checks_limit(in->checks, check);

		if (limit)
			ret = eval(in, check, limit);
	}
	return ret;
}
