/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_HARNESS_CHECKS_INTERNAL_H
#define KTSTR_HOST_HARNESS_CHECKS_INTERNAL_H

/* Between the files of the checks, and for nobody else. */
#include "checks.h"
#include "finding.h"

/**
 * struct probe - one limit being held against a workload
 * @in: all there is
 * @check: which limit
 * @limit: its value
 * @judged: workers or cgroups that were held against it
 * @nr: findings by kind, told or not
 * @worst: the value closest to the limit, or furthest behind it
 * @err: 0 or -ENOMEM
 */
struct probe {
	const struct checks_input *in;
	u32 check;
	double limit;
	u32 judged;
	u32 nr[KTSTR_FINDING_FAIL + 1];
	double worst;
	int err;
};

/**
 * struct about - what is held against the limit
 * @step: of the worker or cgroup
 * @cgroup: its name
 * @value: measured, NAN = it could not be
 */
struct about {
	u32 step;
	const char *cgroup;
	double value;
};

/**
 * probe_tell() - a finding; too many of a kind are counted only
 * @p: the probe
 * @a: what it is about
 * @kind: what it comes to
 * @fmt: in words
 */
void __printf(4, 5) probe_tell(struct probe *p, const struct about *a, enum ktstr_finding_kind kind,
			       const char *fmt, ...);

/**
 * probe_keep() - the limit was kept here
 * @p: the probe
 * @value: measured
 * @floor: the limit is a least value
 */
void probe_keep(struct probe *p, double value, bool floor);

/**
 * probe_ceiling() - is a value too large, be it the host's doing or not
 * @p: the probe
 * @value: measured
 * @slack: what the host may have added to it; 0 = nothing
 *
 * Return: KTSTR_FINDING_PASS, _INCONCLUSIVE or _FAIL. A pass is recorded.
 */
enum ktstr_finding_kind probe_ceiling(struct probe *p, double value, double slack);

/**
 * probe_floor() - is a value too small
 * @p: the probe
 * @value: measured
 * @factor: how much more it might have been on a host that lets the guest run;
 *          1 = none
 *
 * Return: as probe_ceiling().
 */
enum ktstr_finding_kind probe_floor(struct probe *p, double value, double factor);

/**
 * host_text() - what is to be said of the host beside a finding
 * @p: the probe
 * @kind: of the finding
 * @dst: filled in, may be empty
 * @room: bytes of @dst
 *
 * Return: @dst.
 */
const char *host_text(const struct probe *p, enum ktstr_finding_kind kind, char *dst, size_t room);

/**
 * host_wait_ns() - what the host may have added to a time in the guest
 * @p: the probe
 * @ns: the time, as it was measured
 *
 * Its longest wait, and its average share of the rest: what is long has many.
 *
 * Return: nanoseconds; 0 when it is not known.
 */
double host_wait_ns(const struct probe *p, double ns);

/**
 * host_dilation() - how much longer the guest took than it had to, at least 1
 * @p: the probe
 */
double host_dilation(const struct probe *p);

/**
 * probe_group() - the group a worker belongs to
 * @p: the probe
 * @w: the worker
 *
 * Return: it, or NULL when there is no such group.
 */
const struct ktstr_group *probe_group(const struct probe *p, const struct worker_view *w);

/**
 * checks_worker() - hold one worker against a limit
 * @p: the probe
 * @w: the worker, it reported
 */
void checks_worker(struct probe *p, const struct worker_view *w);

/**
 * checks_cgroup() - hold one cgroup against a limit
 * @p: the probe
 * @c: the cgroup
 */
void checks_cgroup(struct probe *p, const struct ktstr_cgroup_stats *c);

/**
 * checks_memory() - hold one cgroup against a limit on NUMA memory
 * @p: the probe: KTSTR_CHECK_PAGE_LOCALITY, _CROSS_NODE or _SLOW_TIER
 * @c: the cgroup
 */
void checks_memory(struct probe *p, const struct ktstr_cgroup_stats *c);

#endif /* KTSTR_HOST_HARNESS_CHECKS_INTERNAL_H */
