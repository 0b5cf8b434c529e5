// SPDX-License-Identifier: GPL-2.0-only
/*
 * The canned scenarios on machines of many shapes, under the kernel's own scheduler
 * and under those of tools/sched_ext: one result for each, called
 * SCENARIO-PRESET-SCHEDULER. Which schedulers there are is known only here, so the
 * results are not harness tests.
 *
 * usage: gauntlet [WORD]...
 *
 * Only results with one of the words in their name. By default each scenario and each
 * scheduler comes up once, on small machines; KTSTR_GAUNTLET=all takes every
 * combination that makes sense, which takes hours.
 */
#include <dirent.h>
#include <unistd.h>

#include "host/harness/ktstr_canned.h"
#include "known_failure.h"
#include "ktstr_test.h"
#include "lib/util.h"

#define DURATION_MS 1500U
#define SMALL_CPUS  4
#define SCHEDS_MAX  64
#define EEVDF	    "eevdf"
/* ktstr_run() gives a guest so much. */
#define MIB_PER_CPU 64
/* The host keeps half of its memory. */
#define HOST_PART 2

/**
 * struct entry - one run of the gauntlet
 * @c: what takes place
 * @p: where
 * @sched: under which scheduler, or EEVDF
 */
struct entry {
	const struct ktstr_canned *c;
	const struct preset *p;
	const char *sched;
};

/**
 * struct gauntlet - all runs
 * @sched: schedulers, EEVDF first
 * @nr_scheds: how many
 * @e: runs
 * @nr: how many
 * @words: of the command line
 * @nr_words: how many
 */
struct gauntlet {
	const char *sched[SCHEDS_MAX];
	size_t nr_scheds;
	struct entry *e;
	size_t nr;
	char **words;
	int nr_words;
};

static char *entry_name(const struct entry *e, char *buf, size_t len)
{
	snprintf(buf, len, "%s-%s-%s", e->c->name, e->p->name, e->sched);
	return buf;
}

static bool is_wanted(const struct gauntlet *g, const char *name)
{
	int i;

	for (i = 0; i < g->nr_words; i++)
		if (strstr(name, g->words[i]))
			return true;
	return !g->nr_words;
}

/* What such a scheduler cannot do in the time, or here. */
static bool makes_sense(const struct entry *e)
{
	/* scx_cpu0 has one CPU for all, scx_flatcg one cgroup after the other */
	static const char *const one_by_one[] = { "scx_cpu0", "scx_flatcg" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(one_by_one); i++)
		if (!strcmp(e->sched, one_by_one[i]) && !strcmp(e->c->name, "oversubscribed"))
			return false;
	/* it creates thousands of maps before it attaches: minutes, emulated */
	if (!strcmp(e->sched, "scx_pair") && getenv(EMULATED_ENV))
		return false;
	return preset_fits(e->p, &e->c->bounds);
}

static void add(struct gauntlet *g, const struct ktstr_canned *c, const struct preset *p,
		const char *sched)
{
	const struct entry e = { c, p, sched };
	struct entry *all;
	char name[160];

	if (!makes_sense(&e) || !is_wanted(g, entry_name(&e, name, sizeof(name))))
		return;
	all = reallocarray(g->e, g->nr + 1, sizeof(*all));
	if (!all)
		ksft_exit_fail_msg("no memory\n");
	g->e = all;
	g->e[g->nr++] = e;
}

static bool has_room(const struct preset *p)
{
	u64 host = (u64)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);

	return (u64)topology_cpus(&p->topo) * MIB_PER_CPU << 20 < host / HOST_PART;
}

static void add_all(struct gauntlet *g)
{
	const struct ktstr_canned *c;
	size_t i, p, s;

	for (p = 0; p < PRESETS_NR; p++) {
		if (!has_room(&presets[p])) {
			ksft_print_msg("%s: too large for this host\n", presets[p].name);
			continue;
		}
		for (i = 0; (c = ktstr_canned_at(i)); i++)
			for (s = 0; s < g->nr_scheds; s++)
				add(g, c, &presets[p], g->sched[s]);
	}
}

/* The @i-th small machine on which it makes sense, by turns. */
static const struct preset *small_one(const struct ktstr_canned *c, size_t i)
{
	const struct preset *fit[PRESETS_NR];
	size_t p, nr = 0;

	for (p = 0; p < PRESETS_NR; p++)
		if (topology_cpus(&presets[p].topo) <= SMALL_CPUS &&
		    preset_fits(&presets[p], &c->bounds))
			fit[nr++] = &presets[p];
	return nr ? fit[i % nr] : NULL;
}

static bool may_not_load(const char *sched)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known_failures); i++)
		if (!strcmp(known_failures[i].name, sched))
			return true;
	return false;
}

/*
 * Each scenario and each scheduler comes up, by turns; but where a scheduler may not
 * load, a scenario that comes up nowhere else has no place.
 */
static void add_some(struct gauntlet *g)
{
	const struct ktstr_canned *c;
	size_t i, s = 0, tries;
	struct entry e;

	for (i = 0; (c = ktstr_canned_at(i)); i++) {
		e = (struct entry){ c, small_one(c, i), NULL };
		for (tries = 0; e.p && tries < g->nr_scheds; tries++) {
			e.sched = g->sched[s++ % g->nr_scheds];
			if (may_not_load(e.sched) || !makes_sense(&e))
				continue;
			add(g, c, e.p, e.sched);
			break;
		}
	}
	c = ktstr_canned_at(0);
	for (i = 0; i < g->nr_scheds; i++)
		if (may_not_load(g->sched[i]))
			add(g, c, small_one(c, i), g->sched[i]);
}

/* One that leaves tasks unscheduled has no place among scenarios that all must pass. */
static int is_scheduler(const struct dirent *d)
{
	return !strncmp(d->d_name, "scx_", 4) && strcmp(d->d_name, "scx_userland");
}

/* The schedulers that there are; without any, it is EEVDF alone. */
static void find_schedulers(struct gauntlet *g)
{
	struct dirent **list = NULL;
	char *dir = discover_scheduler_dir(NULL);
	int i, n = dir ? scandir(dir, &list, is_scheduler, alphasort) : 0;

	g->sched[g->nr_scheds++] = EEVDF;
	for (i = 0; i < n && g->nr_scheds < SCHEDS_MAX; i++)
		g->sched[g->nr_scheds++] = list[i]->d_name;
	free(dir);
}

static void report(const char *name, const char *sched, struct ktstr_result *res)
{
	const struct known_failure *known = known_failure(sched, res);

	test_summary(res);
	if (res->verdict == KTSTR_PASS) {
		ktstr_test_result(KSFT_PASS, name, NULL);
	} else if (known) {
		ktstr_test_result(known->code, name, "%s", known->why);
	} else if (res->reason == KTSTR_REASON_CHECK_INCONCLUSIVE) {
		test_report(res);
		ktstr_test_result(KSFT_SKIP, name, "the host kept the guest waiting");
	} else {
		test_report(res);
		ktstr_test_result(KSFT_FAIL, name, NULL);
	}
}

static void run(const struct entry *e)
{
	bool eevdf = !strcmp(e->sched, EEVDF);
	struct ktstr_test test = {
		.topology = e->p->name,
		.scheduler = eevdf ? NULL : e->sched,
		.duration_ms = max(DURATION_MS, e->c->min_ms),
		/* examples of how schedulers are written do not promise equal shares */
		.checks = { .max_spread_pct = eevdf ? 0 : KTSTR_OFF },
	};
	struct ktstr_result res;
	char name[160];

	test.name = entry_name(e, name, sizeof(name));
	ktstr_canned_fill(e->c, &test);
	ktstr_run(&test, &res);
	report(name, e->sched, &res);
	ktstr_result_free(&res);
}

int main(int argc, char **argv)
{
	struct gauntlet g = { .words = argv + 1, .nr_words = argc - 1 };
	const char *what = getenv("KTSTR_GAUNTLET");
	struct ktstr_err err = { "" };
	size_t i;

	if (what && *what && strcmp(what, "all")) {
		ktstr_err_set(&err, -EINVAL, "KTSTR_GAUNTLET='%.40s': unset it, or set it to all",
			      what);
		test_bail(&err);
	}
	test_enter(argc, argv);
	find_schedulers(&g);
	ksft_print_header();
	if (what && *what)
		add_all(&g);
	else
		add_some(&g);
	if (!g.nr)
		ksft_exit_skip("nothing of that name\n");
	ksft_set_plan(g.nr);
	for (i = 0; i < g.nr; i++)
		run(&g.e[i]);
	ksft_finished();
}
