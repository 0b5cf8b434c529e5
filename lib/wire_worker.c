// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>

#include "lib/util.h"
#include "wire_worker.h"

#define WORKER_FLAGS                                                                         \
	(WORKER_COMPLETED | WORKER_MESSENGER | WORKER_AFFINITY_ERROR | WORKER_POLICY_ERROR | \
	 WORKER_KILLED | WORKER_HAS_SCHEDSTAT | WORKER_HAS_NUMA)

#define NR_LATENCIES 3

/* What every report has. @latencies: one bit for each that follows, in order. */
struct wire_wrep {
	__le32 version;
	__le32 latencies;
	__le32 tid;
	__le32 group;
	__le32 index;
	__le32 step;
	__le32 flags;
	__le32 status;
	__le32 max_gap_cpu;
	__le32 max_gap_at_ms;
	__le64 work_units;
	__le64 iterations;
	__le64 cpu_ns;
	__le64 wall_ns;
	__le64 migrations;
	__le64 cross_node;
	__le64 max_gap_ns;
	__le64 run_delay_ns;
	__le64 run_count;
	__le64 sched_cpu_ns;
	__le64 numa_migrated;
	__le64 numa_pages[WORKER_NODES_MAX];
	u8 cpus[TOPOLOGY_MAX_CPUS / 8];
	char info[WORKER_INFO_MAX];
} __packed;
static_assert(sizeof(struct wire_wrep) == 416);

/* One set of latencies; @nr_buckets of struct wire_wrep_bucket follow, rising. */
struct wire_wrep_latency {
	__le64 total;
	__le64 kept;
	__le64 min;
	__le64 p50;
	__le64 p90;
	__le64 p99;
	__le64 p999;
	__le64 max;
	__le64 mean;
	__le64 stddev;
	__le32 nr_buckets;
} __packed;
static_assert(sizeof(struct wire_wrep_latency) == 84);

struct wire_wrep_bucket {
	__le16 bucket;
	__le32 count;
} __packed;
static_assert(sizeof(struct wire_wrep_bucket) == 6);

#define WREP_BYTES_MAX                                      \
	(sizeof(struct wire_wrep) +                         \
	 NR_LATENCIES * (sizeof(struct wire_wrep_latency) + \
			 LATENCY_BUCKETS * sizeof(struct wire_wrep_bucket)))

/* Every latency is in a bucket, from that of the least to that of the longest. */
static bool buckets_good(const struct latency *l)
{
	u32 low = latency_bucket(l->min), high = latency_bucket(l->max), i;
	bool full = false;
	u64 sum = 0;

	for (i = 0; i < LATENCY_BUCKETS; i++) {
		if (l->bucket[i] && (i < low || i > high))
			return false;
		/* a count that reached its end stays there */
		full |= l->bucket[i] == UINT32_MAX;
		sum += l->bucket[i];
	}
	return l->bucket[low] && l->bucket[high] && (sum == l->total || (full && sum < l->total));
}

static bool latency_good(const struct latency *l)
{
	static const struct latency none;

	if (!l->total)
		return !memcmp(l, &none, sizeof(none));
	return l->kept && l->kept <= min_t(u64, l->total, LATENCY_SAMPLES_MAX) &&
	       l->min <= l->p50 && l->p50 <= l->p90 && l->p90 <= l->p99 && l->p99 <= l->p999 &&
	       l->p999 <= l->max && l->min <= l->mean && l->mean <= l->max && l->stddev <= l->max &&
	       buckets_good(l);
}

static bool worker_good(const struct worker_view *v)
{
	bool numa = v->flags & WORKER_HAS_NUMA, sched = v->flags & WORKER_HAS_SCHEDSTAT;
	u32 i;

	if (v->flags & ~WORKER_FLAGS || v->cross_node > v->migrations ||
	    v->max_gap_cpu >= TOPOLOGY_MAX_CPUS || !memchr(v->info, '\0', sizeof(v->info)))
		return false;
	if (!sched && (v->run_delay_ns || v->run_count || v->sched_cpu_ns))
		return false;
	for (i = 0; !numa && i < WORKER_NODES_MAX; i++)
		if (v->numa_pages[i])
			return false;
	return latency_good(&v->wake) && latency_good(&v->timer) && latency_good(&v->cost);
}

static u8 *put_latency(u8 *at, const struct latency *l)
{
	struct wire_wrep_latency w = {
		.total = cpu_to_le64(l->total),
		.kept = cpu_to_le64(l->kept),
		.min = cpu_to_le64(l->min),
		.p50 = cpu_to_le64(l->p50),
		.p90 = cpu_to_le64(l->p90),
		.p99 = cpu_to_le64(l->p99),
		.p999 = cpu_to_le64(l->p999),
		.max = cpu_to_le64(l->max),
		.mean = cpu_to_le64(l->mean),
		.stddev = cpu_to_le64(l->stddev),
	};
	struct wire_wrep_bucket b;
	u8 *head = at;
	u32 i, nr = 0;

	at += sizeof(w);
	for (i = 0; i < LATENCY_BUCKETS; i++) {
		if (!l->bucket[i])
			continue;
		b.bucket = cpu_to_le16(i);
		b.count = cpu_to_le32(l->bucket[i]);
		memcpy(at, &b, sizeof(b));
		at += sizeof(b);
		nr++;
	}
	w.nr_buckets = cpu_to_le32(nr);
	memcpy(head, &w, sizeof(w));
	return at;
}

static void put_head(const struct worker_view *v, u32 latencies, u8 *at)
{
	struct wire_wrep w = {
		.version = cpu_to_le32(WIRE_WREP_VERSION),
		.latencies = cpu_to_le32(latencies),
		.tid = cpu_to_le32(v->tid),
		.group = cpu_to_le32(v->group),
		.index = cpu_to_le32(v->index),
		.step = cpu_to_le32(v->step),
		.flags = cpu_to_le32(v->flags),
		.status = cpu_to_le32(v->status),
		.max_gap_cpu = cpu_to_le32(v->max_gap_cpu),
		.max_gap_at_ms = cpu_to_le32(v->max_gap_at_ms),
		.work_units = cpu_to_le64(v->work_units),
		.iterations = cpu_to_le64(v->iterations),
		.cpu_ns = cpu_to_le64(v->cpu_ns),
		.wall_ns = cpu_to_le64(v->wall_ns),
		.migrations = cpu_to_le64(v->migrations),
		.cross_node = cpu_to_le64(v->cross_node),
		.max_gap_ns = cpu_to_le64(v->max_gap_ns),
		.run_delay_ns = cpu_to_le64(v->run_delay_ns),
		.run_count = cpu_to_le64(v->run_count),
		.sched_cpu_ns = cpu_to_le64(v->sched_cpu_ns),
		.numa_migrated = cpu_to_le64(v->numa_migrated),
	};
	u32 i;

	for (i = 0; i < WORKER_NODES_MAX; i++)
		w.numa_pages[i] = cpu_to_le64(v->numa_pages[i]);
	memcpy(w.cpus, v->cpus, sizeof(w.cpus));
	/* only up to the NUL: nothing of a stack goes out on the wire */
	memcpy(w.info, v->info, strlen(v->info));
	memcpy(at, &w, sizeof(w));
}

int worker_encode(const struct worker_view *v, void **buf, size_t *len)
{
	const struct latency *const l[NR_LATENCIES] = { &v->wake, &v->timer, &v->cost };
	u32 latencies = 0, i;
	u8 *start, *at;

	if (!worker_good(v))
		return -EINVAL;
	start = malloc(WREP_BYTES_MAX);
	if (!start)
		return -ENOMEM;
	at = start + sizeof(struct wire_wrep);
	for (i = 0; i < NR_LATENCIES; i++) {
		if (!l[i]->total)
			continue;
		latencies |= BIT(i);
		at = put_latency(at, l[i]);
	}
	put_head(v, latencies, start);
	*buf = start;
	*len = at - start;
	return 0;
}

/* Takes @want bytes off the front of what is left. */
static const u8 *take(const u8 **at, size_t *left, size_t want)
{
	const u8 *here = *at;

	if (*left < want)
		return NULL;
	*at += want;
	*left -= want;
	return here;
}

static int get_buckets(const u8 *from, u32 nr, struct latency *l)
{
	struct wire_wrep_bucket b;
	u32 i, bucket, next = 0;

	for (i = 0; i < nr; i++) {
		memcpy(&b, from + i * sizeof(b), sizeof(b));
		bucket = le16_to_cpu(b.bucket);
		if (bucket < next || bucket >= LATENCY_BUCKETS || !b.count)
			return -EBADMSG;
		l->bucket[bucket] = le32_to_cpu(b.count);
		next = bucket + 1;
	}
	return 0;
}

static int get_latency(const u8 **at, size_t *left, struct latency *l)
{
	const u8 *from = take(at, left, sizeof(struct wire_wrep_latency));
	struct wire_wrep_latency w;
	u32 nr;

	if (!from)
		return -EBADMSG;
	memcpy(&w, from, sizeof(w));
	l->total = le64_to_cpu(w.total);
	l->kept = le64_to_cpu(w.kept);
	l->min = le64_to_cpu(w.min);
	l->p50 = le64_to_cpu(w.p50);
	l->p90 = le64_to_cpu(w.p90);
	l->p99 = le64_to_cpu(w.p99);
	l->p999 = le64_to_cpu(w.p999);
	l->max = le64_to_cpu(w.max);
	l->mean = le64_to_cpu(w.mean);
	l->stddev = le64_to_cpu(w.stddev);
	nr = le32_to_cpu(w.nr_buckets);
	/* one that is announced has a sample */
	if (!l->total || nr > LATENCY_BUCKETS)
		return -EBADMSG;
	from = take(at, left, nr * sizeof(struct wire_wrep_bucket));
	return from ? get_buckets(from, nr, l) : -EBADMSG;
}

static void get_head(const struct wire_wrep *w, struct worker_view *v)
{
	u32 i;

	*v = (struct worker_view){
		.tid = le32_to_cpu(w->tid),
		.group = le32_to_cpu(w->group),
		.index = le32_to_cpu(w->index),
		.step = le32_to_cpu(w->step),
		.flags = le32_to_cpu(w->flags),
		.status = le32_to_cpu(w->status),
		.work_units = le64_to_cpu(w->work_units),
		.iterations = le64_to_cpu(w->iterations),
		.cpu_ns = le64_to_cpu(w->cpu_ns),
		.wall_ns = le64_to_cpu(w->wall_ns),
		.migrations = le64_to_cpu(w->migrations),
		.cross_node = le64_to_cpu(w->cross_node),
		.max_gap_ns = le64_to_cpu(w->max_gap_ns),
		.max_gap_cpu = le32_to_cpu(w->max_gap_cpu),
		.max_gap_at_ms = le32_to_cpu(w->max_gap_at_ms),
		.run_delay_ns = le64_to_cpu(w->run_delay_ns),
		.run_count = le64_to_cpu(w->run_count),
		.sched_cpu_ns = le64_to_cpu(w->sched_cpu_ns),
		.numa_migrated = le64_to_cpu(w->numa_migrated),
	};
	for (i = 0; i < WORKER_NODES_MAX; i++)
		v->numa_pages[i] = le64_to_cpu(w->numa_pages[i]);
	memcpy(v->cpus, w->cpus, sizeof(v->cpus));
	memcpy(v->info, w->info, sizeof(v->info));
}

int worker_decode(const void *payload, size_t len, struct worker_view *v)
{
	struct latency *const l[NR_LATENCIES] = { &v->wake, &v->timer, &v->cost };
	const u8 *at = payload, *head = take(&at, &len, sizeof(struct wire_wrep));
	u32 latencies, i;
	struct wire_wrep w;

	if (!head)
		return -EBADMSG;
	memcpy(&w, head, sizeof(w));
	if (le32_to_cpu(w.version) != WIRE_WREP_VERSION)
		return -EPROTO;
	latencies = le32_to_cpu(w.latencies);
	if (latencies >= BIT(NR_LATENCIES))
		return -EBADMSG;
	get_head(&w, v);
	for (i = 0; i < NR_LATENCIES; i++)
		if (latencies & BIT(i) && get_latency(&at, &len, l[i]))
			return -EBADMSG;
	return len || !worker_good(v) ? -EBADMSG : 0;
}
