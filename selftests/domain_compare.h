/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SELFTESTS_DOMAIN_COMPARE_H
#define SELFTESTS_DOMAIN_COMPARE_H

/*
 * Scheduling domains: their names, spans and counters by /proc/schedstat, their
 * parameters by debugfs, which has them when booted with sched_verbose.
 */
#include "sched_compare.h"

/* The one version of /proc/schedstat whose lines of domains are read here. */
#define SCHEDSTAT_VERSION 17
/* "domain0", its name, its span */
#define DOMAIN_HEAD_WORDS 3
#define DOMAIN_IDLE_TYPES 3

/* show_schedstat() of kernel/sched/stats.c: these for each type of idleness... */
static const char *const domain_lb[] = {
	"lb_count",	     "lb_balanced",	  "lb_failed",		 "lb_imbalance_load",
	"lb_imbalance_util", "lb_imbalance_task", "lb_imbalance_misfit", "lb_gained",
	"lb_hot_gained",     "lb_nobusyq",	  "lb_nobusyg",
};

/* ... and then these. */
static const char *const domain_counters[] = {
	"alb_count",	"alb_failed",	    "alb_pushed",	"sbe_count",
	"sbe_balanced", "sbe_pushed",	    "sbf_count",	"sbf_balanced",
	"sbf_pushed",	"ttwu_wake_remote", "ttwu_move_affine", "ttwu_move_balance",
};

/* "00000000,0000000f"; false for what is none, or has CPUs above 63. */
static inline bool mask_of_words(const char *at, size_t len, u64 *mask)
{
	int digit;

	*mask = 0;
	for (; len; len--, at++) {
		if (*at == ',')
			continue;
		digit = oracle_digit(*at);
		if (digit < 0 || *mask >> 60)
			return false;
		*mask = *mask << 4 | digit;
	}
	return true;
}

/* "0-3,7" */
static inline bool mask_of_list(const char *text, u64 *mask)
{
	u64 first, last;
	char *end;

	*mask = 0;
	while (*text) {
		first = strtoull(text, &end, 10);
		last = *end == '-' ? strtoull(end + 1, &end, 10) : first;
		if (end == text || first > last || last > 63 || (*end && *end != ','))
			return false;
		for (; first <= last; first++)
			*mask |= 1ULL << first;
		text = *end ? end + 1 : end;
	}
	return true;
}

static inline void compare_span(struct looks *l, const struct value *domain,
				const struct oracle_rec *rec)
{
	const char *text = value_text(ktstr_value_get(domain, "span", NULL)), *at;
	u64 seen = 0, said = 0;
	size_t len;

	at = oracle_word_at(rec, 2, &len);
	if (!text || !mask_of_list(text, &seen) || !at || !mask_of_words(at, len, &said))
		tally_wrong(&l->t, "no span: \"%s\" and \"%.*s\"", text ?: "(nothing)",
			    (int)rec->len, rec->line);
	tally_same(&l->t, "span", seen, said);
	seen = 0;
	member_u64(domain, "span_weight", &seen);
	tally_same(&l->t, "span_weight", seen, __builtin_popcountll(said));
}

static inline void compare_counter(struct looks *l, const struct value *v, const char *what,
				   const struct oracle_rec *b, const struct oracle_rec *a, u32 word)
{
	u64 before, seen, after;

	if (value_u64(v, &seen) && oracle_word_num(b, word, &before) &&
	    oracle_word_num(a, word, &after))
		tally_between(&l->t, what, before, seen, after);
	else
		tally_wrong(&l->t, "%s: no number", what);
}

static inline void compare_balance(struct looks *l, const struct value *domain,
				   const struct oracle_rec *b, const struct oracle_rec *a)
{
	const struct value *balance = ktstr_value_get(domain, "balance", NULL);
	u32 word = DOMAIN_HEAD_WORDS, type;
	size_t i;

	for (type = 0; type < DOMAIN_IDLE_TYPES; type++)
		for (i = 0; i < ARRAY_SIZE(domain_lb); i++)
			compare_counter(l,
					value_at(ktstr_value_get(balance, domain_lb[i], NULL),
						 type),
					domain_lb[i], b, a, word++);
	for (i = 0; i < ARRAY_SIZE(domain_counters); i++)
		compare_counter(l, ktstr_value_get(balance, domain_counters[i], NULL),
				domain_counters[i], b, a, word++);
}

static inline void compare_parameters(struct looks *l, const struct value *domain, u32 cpu,
				      u32 level)
{
	static const char *const names[] = {
		"level",       "min_interval",	"max_interval",
		"busy_factor", "imbalance_pct", "cache_nice_tries",
	};
	struct oracle_rec rec;
	char path[128];
	u64 said;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), DOMAINS_DIR "/cpu%u/domain%u/%s", cpu, level,
			 names[i]);
		if (oracle_file_first(l->before, path, &rec) && oracle_word_num(&rec, 0, &said))
			member_between(l, domain, names[i], 1, path, said, said);
		else
			tally_wrong(&l->t, "no %s", path);
	}
	snprintf(path, sizeof(path), DOMAINS_DIR "/cpu%u/domain%u/name", cpu, level);
	if (oracle_file_first(l->before, path, &rec))
		tally_text(&l->t, path, value_text(ktstr_value_get(domain, "name", NULL)), rec.line,
			   rec.len);
}

static inline void compare_domain(struct looks *l, const struct value *domain, u32 cpu, u32 level,
				  const struct oracle_rec *b, const struct oracle_rec *a)
{
	char what[48];
	const char *at;
	size_t len;

	snprintf(what, sizeof(what), "CPU %u: name of domain %u", cpu, level);
	at = oracle_word_at(b, 1, &len);
	if (at)
		tally_text(&l->t, what, value_text(ktstr_value_get(domain, "name", NULL)), at, len);
	compare_span(l, domain, b);
	compare_balance(l, domain, b, a);
	compare_parameters(l, domain, cpu, level);
}

/* The next line that begins with "domain", before the next "cpu". */
static inline bool next_domain(struct oracle_iter *it, struct oracle_rec *rec)
{
	const char *at;
	size_t len;

	if (!oracle_file_line(it, rec))
		return false;
	at = oracle_word_at(rec, 0, &len);
	return at && len > 6 && !memcmp(at, "domain", 6);
}

static inline bool goto_cpu(const struct ktstr_output *o, u32 cpu, struct oracle_iter *it)
{
	struct oracle_rec rec;
	char word[16];

	snprintf(word, sizeof(word), "cpu%u", cpu);
	if (!oracle_file(o->text, o->len, SCHEDSTAT, it))
		return false;
	while (oracle_file_line(it, &rec))
		if (oracle_word_is(&rec, 0, word))
			return true;
	return false;
}

/* Return: how many domains the guest has told of. */
static inline u64 compare_domains_of(struct looks *l, u32 cpu)
{
	const struct value *domains = part(l, "sched_domains[%u].domains", cpu);
	struct oracle_iter before, after;
	struct oracle_rec b, a;
	u32 level = 0;

	if (!goto_cpu(l->before, cpu, &before) || !goto_cpu(l->after, cpu, &after))
		return 0;
	for (; next_domain(&before, &b) && next_domain(&after, &a); level++) {
		if (value_at(domains, level))
			compare_domain(l, value_at(domains, level), cpu, level, &b, &a);
		else
			tally_wrong(&l->t, "CPU %u has no domain %u", cpu, level);
	}
	tally_same(&l->t, "number of domains", value_count(domains), level);
	return level;
}

/**
 * compare_domains() - of all CPUs
 * @l: the guest
 * @nr_cpus: at most 64
 *
 * Return: how many domains the guest has told of; 0 also when its /proc/schedstat
 * is of another version.
 */
static inline u64 compare_domains(struct looks *l, u32 nr_cpus)
{
	struct oracle_rec rec;
	u64 version = 0, nr = 0;
	u32 cpu;

	if (!oracle_file_find(l->before, SCHEDSTAT, "version", &rec) ||
	    !oracle_word_num(&rec, 1, &version) || version != SCHEDSTAT_VERSION)
		return 0;
	for (cpu = 0; cpu < nr_cpus; cpu++)
		nr += compare_domains_of(l, cpu);
	return nr;
}

#endif /* SELFTESTS_DOMAIN_COMPARE_H */
