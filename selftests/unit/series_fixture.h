/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_SERIES_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_SERIES_FIXTURE_H

/*
 * A run that never was, 1000 ms long: a baseline up to 100 ms, step 1 from 200 ms
 * to 500 ms, step 2 from 600 ms to 1000 ms; snapshots and samples are added by
 * the tests.
 */
#include <stdlib.h>
#include <string.h>

#include "host/harness/finding.h"
#include "host/harness/result_snapshot.h"
#include "lib/util.h"
#include "text_check.h"

/* Scenario start on the clock of the run. */
#define FAKE_START_MS 5000
#define FAKE_NS(ms)   ((u64)(ms) * NSEC_PER_MSEC)
#define FAKE_NONE     (-1e300)

/* A path that all snapshots of fake_snapshot() have. */
#define FAKE_PATH "maps[.bss].value.nr"

static inline void fake_phase(struct ktstr_result *res, u32 step, u32 from_ms, u32 to_ms,
			      u64 iterations)
{
	struct ktstr_load *l = &res->load;
	u64 before = l->nr_phases ? l->phases[l->nr_phases - 1].iterations_to : 0;

	l->phases = reallocarray(l->phases, l->nr_phases + 1, sizeof(*l->phases));
	if (!l->phases)
		abort();
	l->phases[l->nr_phases++] = (struct ktstr_phase){
		.step = step,
		.name = strdup(step ? "step" : "baseline"),
		.from_ns = FAKE_NS(FAKE_START_MS + from_ms),
		.to_ns = FAKE_NS(FAKE_START_MS + to_ms),
		.from_ms = from_ms,
		.to_ms = to_ms,
		.ops = step,
		.workers = 2 * step,
		.iterations_from = before,
		.iterations_to = iterations,
	};
}

static inline void fake_run(struct ktstr_result *res)
{
	memset(res, 0, sizeof(*res));
	res->verdict = KTSTR_PASS;
	res->reason = KTSTR_REASON_PASS;
	res->report_valid = true;
	res->timings.scenario_ns = FAKE_NS(FAKE_START_MS);
	fake_phase(res, 0, 0, 100, 0);
	fake_phase(res, 1, 200, 500, 1000);
	fake_phase(res, 2, 600, 1000, 4000);
}

static inline struct ktstr_snapshot *fake_snapshot(struct ktstr_result *res, const char *tag,
						   u32 ms, const char *json)
{
	struct ktstr_snapshot *s;

	res->snapshots =
		reallocarray(res->snapshots, res->nr_snapshots + 1, sizeof(*res->snapshots));
	if (!res->snapshots)
		abort();
	s = &res->snapshots[res->nr_snapshots++];
	*s = (struct ktstr_snapshot){
		.json = strdup(json),
		.tree = calloc(1, sizeof(*s->tree)),
		.v = {
			.kind = WIRE_DUMP_PERIODIC,
			.frozen = 2,
			.vcpus = 2,
			.t_ns = FAKE_NS(FAKE_START_MS + ms),
			.elapsed_ns = FAKE_NS(ms),
			.json_len = strlen(json),
			.schema = "single",
		},
	};
	s->v.json = s->json;
	snprintf(s->v.tag, sizeof(s->v.tag), "%s", tag);
	result_snapshot_steps(res);
	return s;
}

/* A snapshot whose .bss has "nr" and "nr_lost", the first as given. */
static inline struct ktstr_snapshot *fake_periodic(struct ktstr_result *res, u32 ms, const char *nr)
{
	char tag[32], json[256];

	snprintf(tag, sizeof(tag), "periodic_%03zu", res->nr_snapshots);
	snprintf(json, sizeof(json),
		 "{ \"maps\": [ { \"name\": \"simple.bss\", \"value\": { \"nr\": %s, \"nr_lost\": 0 } } ] }",
		 nr);
	return fake_snapshot(res, tag, ms, json);
}

/* Values 100 ms apart, the first at 100 ms; FAKE_NONE is a sample without one. */
static inline void fake_series(struct ktstr_series *s, const double *values, size_t nr)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	snprintf(s->name, sizeof(s->name), "nr");
	s->slots = calloc(nr + 1, sizeof(*s->slots));
	if (!s->slots)
		abort();
	s->nr = nr;
	for (i = 0; i < nr; i++) {
		struct ktstr_slot *slot = &s->slots[i];

		slot->elapsed_ns = FAKE_NS(100 * (i + 1));
		slot->step = i < 4 ? 1 : 2;
		snprintf(slot->tag, sizeof(slot->tag), "periodic_%03zu", i);
		slot->value = values[i];
		if (values[i] == FAKE_NONE) {
			slot->kind = KTSTR_SLOT_FIELD_NOT_FOUND;
			slot->value = 0;
			slot->error = strdup("no \"nr\"; there is: nr_lost");
		}
	}
}

#define SERIES(s, ...)                                                            \
	do {                                                                      \
		static const double series_values[] = { __VA_ARGS__ };            \
		struct ktstr_series *series_to = (s);                             \
		ktstr_series_free(series_to);                                     \
		fake_series(series_to, series_values, ARRAY_SIZE(series_values)); \
	} while (0)

static inline const struct ktstr_finding *last_finding(const struct ktstr_result *res)
{
	static const struct ktstr_finding none = { .kind = KTSTR_FINDING_NOTE, .text = "none" };

	return res->load.nr_findings ? &res->load.findings[res->load.nr_findings - 1] : &none;
}

/* What the last pattern came to, in full. */
#define EXPECT_LAST(res, is, said)                                    \
	do {                                                          \
		const struct ktstr_finding *last = last_finding(res); \
		EXPECT_EQ(last->kind, KTSTR_FINDING_##is);            \
		EXPECT_STREQ(last->text, said);                       \
	} while (0)

#endif /* KTSTR_SELFTESTS_UNIT_SERIES_FIXTURE_H */
