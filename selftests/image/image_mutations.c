// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saved guests, damaged in many ways: whatever their memory says, a look at it
 * ends in time, with bounded memory, in JSON that says what is missing.
 *
 * usage: image_mutations [-n COUNT] [-s SEED] [-j JOBS] FILE...
 *        image_mutations [-s SEED] -i NUMBER FILE      (one of them, once more)
 *        image_mutations -p FILE                       (undamaged: its JSON)
 *
 * Each mutation is made of the seed and its number alone. One result for each
 * file. Where nothing of the symbols and types is changed those of before are
 * used: that is most of the time that a look takes.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/bits.h>

#include "host/inspect/image_guest.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/vmcore.h"
#include "image_check.h"
#include "image_memory.h"
#include "image_mutate.h"
#include "kselftest.h"
#include "lib/util.h"

/* No number: the JSON of an undamaged guest. */
#define SHOW (~0ULL)

#define JOBS_MAX     64
#define FINDINGS_MAX 10
/* So often memory must be as it was, seen by its JSON. */
#define LOOK_BACK 512
/* And so often the walks forget what they kept of damaged types. */
#define RENEW_EVERY 32
/* What a worker ends with when it has said what does not hold. */
#define EXIT_FINDING 3

#define OF_STATE    BIT(PHASE_STATE)
#define OF_SECTIONS GENMASK(PHASES - 1, PHASE_SECTIONS)

/**
 * struct progress - of one worker, shared with the parent
 * @at: number of the mutation it is at
 * @done: how many it has done
 * @complete: of these said that nothing is missing
 * @refused: of these could not be opened
 * @cpu_ns: longest look
 * @bytes: most memory that a look took
 */
struct progress {
	u64 at;
	u64 done;
	u64 complete;
	u64 refused;
	u64 cpu_ns;
	u64 bytes;
};

/**
 * struct session - one file and its mutations
 * @g: the guest
 * @all: what is read of it
 * @clean: JSON when nothing is damaged
 * @m: the damage
 * @seed: of all of it
 * @count: of mutations
 * @jobs: workers
 * @p: theirs
 */
struct session {
	struct image_guest *g;
	struct image_accesses all[PHASES];
	char *clean;
	struct image_mutator *m;
	u64 seed;
	u64 count;
	u32 jobs;
	struct progress *p;
};

static u64 cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* Ends this process, by default, when it has used so much CPU time. */
static void limit_cpu(u64 ns)
{
	struct itimerval t = {
		.it_value = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / 1000 },
	};

	setitimer(ITIMER_PROF, &t, NULL);
}

static void __noreturn finding(const struct progress *p, const char *why)
{
	printf("# mutation %llu: %s\n", (unsigned long long)p->at, why);
	fflush(stdout);
	_exit(EXIT_FINDING);
}

/* As it was when the file was opened. */
static void look_back(struct session *s, struct progress *p)
{
	struct ktstr_err err = { "" };
	struct image_look look;

	if (!image_reopen(s->g, &err))
		finding(p, "memory was not put back: it cannot be opened any more");
	image_look(s->g->state, 0, &look);
	if (look.why || strcmp(look.json, s->clean) != 0)
		finding(p, "memory was not put back: it shows something else");
	free(look.json);
}

/* Which phases are damaged, and so have to be gone through. */
static u32 phases_of(struct image_random *r)
{
	u64 kind = random_below(r, 100);

	if (kind < 2)
		return BIT(PHASE_OPEN);
	return kind < 20 ? OF_STATE : OF_SECTIONS;
}

/* False when there is nothing to look at, and why is known. */
static bool damage(struct session *s, struct progress *p, u64 number, u32 *phases)
{
	struct image_mutator *m = s->m;
	struct ktstr_err err = { "" };
	bool ok = true;

	m->random.state = s->seed ^ number << 20;
	*phases = phases_of(&m->random);
	image_mutate(m, *phases);
	if (*phases == BIT(PHASE_OPEN))
		ok = image_reopen(s->g, &err);
	else if (*phases == OF_STATE)
		ok = image_renew(s->g, &err);
	if (!ok && !err.msg[0])
		finding(p, "it is refused without a reason");
	return ok;
}

/* What was made of damaged memory goes with it. */
static void repair(struct session *s, struct progress *p, u64 number, u32 phases)
{
	bool ok = true;

	image_repair(s->m);
	if (phases == BIT(PHASE_OPEN))
		ok = image_reopen(s->g, NULL);
	else if (phases == OF_STATE || number % RENEW_EVERY == 0)
		ok = image_renew(s->g, NULL);
	if (!ok)
		finding(p, "memory was not put back: it cannot be opened any more");
}

/* A few words around it. */
static void say_place(const struct image_look *look)
{
	size_t at = look->at - look->json, from = at > 160 ? at - 160 : 0;

	printf("# at %zu of %zu: %.*s <-- here --> %.80s\n", at, look->len, (int)(at - from),
	       look->json + from, look->at);
}

static void one(struct session *s, struct progress *p, u64 number)
{
	struct image_look look = {};
	u64 start = cpu_ns();
	u32 phases;

	p->at = number;
	image_memory_restart();
	limit_cpu(IMAGE_CPU_NS);
	if (damage(s, p, number, &phases))
		image_look(s->g->state, number & 1 ? IMAGE_BUDGET_NS : 0, &look);
	else
		p->refused++;
	limit_cpu(0);
	p->cpu_ns = max(p->cpu_ns, cpu_ns() - start);
	p->bytes = max_t(u64, p->bytes, image_memory_most());
	p->complete += look.complete;
	p->done++;
	if (look.at)
		say_place(&look);
	if (look.why)
		finding(p, look.why);
	if (image_memory_most() > IMAGE_BYTES_MAX)
		finding(p, "it took more than 256 MiB of memory");
	free(look.json);
	repair(s, p, number, phases);
}

/* Every @jobs-th from @number on; number 0 is no mutation. */
static void __noreturn worker(struct session *s, struct progress *p, u64 number)
{
	u64 n = 0;

	for (; number <= s->count; number += s->jobs) {
		one(s, p, number);
		if (++n % LOOK_BACK == 0)
			look_back(s, p);
	}
	p->at = 0;
	look_back(s, p);
	_exit(0);
}

static pid_t start(struct session *s, struct progress *p, u64 number)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		worker(s, p, number);
	return pid;
}

static void say_end(const struct session *s, const struct progress *p, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FINDING)
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF)
		ksft_print_msg("mutation %llu: it took more than 2 s of CPU time\n",
			       (unsigned long long)p->at);
	else if (WIFSIGNALED(status))
		ksft_print_msg("mutation %llu: %s\n", (unsigned long long)p->at,
			       strsignal(WTERMSIG(status)));
	else
		ksft_print_msg("mutation %llu: ended with status %d\n", (unsigned long long)p->at,
			       WEXITSTATUS(status));
}

/* Returns how many mutations ended badly; a worker goes on behind its own. */
static u32 run(struct session *s)
{
	pid_t pids[JOBS_MAX], pid;
	u32 i, findings = 0, left;
	int status;

	for (i = 0; i < s->jobs; i++)
		pids[i] = start(s, &s->p[i], 1 + i);
	for (left = s->jobs; left; left--) {
		pid = wait(&status);
		for (i = 0; i < s->jobs && pids[i] != pid; i++)
			;
		if (i == s->jobs || !status)
			continue;
		say_end(s, &s->p[i], status);
		if (++findings < FINDINGS_MAX && s->p[i].at) {
			pids[i] = start(s, &s->p[i], s->p[i].at + s->jobs);
			left++;
		}
	}
	return findings;
}

static void say_totals(const struct session *s, const char *path)
{
	struct progress all = {};
	u32 i;

	for (i = 0; i < s->jobs; i++) {
		all.done += s->p[i].done;
		all.complete += s->p[i].complete;
		all.refused += s->p[i].refused;
		all.cpu_ns = max(all.cpu_ns, s->p[i].cpu_ns);
		all.bytes = max(all.bytes, s->p[i].bytes);
	}
	ksft_print_msg("%s: %llu mutations, %llu of them refused, %llu incomplete\n", path,
		       (unsigned long long)all.done, (unsigned long long)all.refused,
		       (unsigned long long)(all.done - all.refused - all.complete));
	ksft_print_msg("at most %llu ms of CPU time and %llu MiB\n",
		       (unsigned long long)(all.cpu_ns / NSEC_PER_MSEC),
		       (unsigned long long)(all.bytes >> 20));
}

static void say_undamaged(const struct session *s, const struct image_look *look)
{
	u32 i, walks = 0;

	for (i = PHASE_SECTIONS; i < PHASES; i++)
		walks += s->all[i].nr;
	ksft_print_msg("undamaged: %scomplete, %zu bytes of JSON; places read: %u, %u, %u\n",
		       look->complete ? "" : "not ", look->len, s->all[PHASE_OPEN].nr,
		       s->all[PHASE_STATE].nr, walks);
}

static bool session_open(struct session *s, const char *path)
{
	struct ktstr_err err = { "" };
	struct image_look look;

	s->g = image_guest_open(path, NULL, &err);
	if (!s->g) {
		ksft_print_msg("%s\n", err.msg);
		return false;
	}
	if (!image_trace_all(s->g, s->all)) {
		ksft_print_msg("%s: it can be opened once only\n", path);
		return false;
	}
	image_look(s->g->state, 0, &look);
	s->clean = look.json;
	say_undamaged(s, &look);
	if (look.why)
		ksft_print_msg("%s: undamaged: %s\n", path, look.why);
	s->m = calloc(1, sizeof(*s->m));
	s->p = mmap(NULL, JOBS_MAX * sizeof(*s->p), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (look.why || !s->m || s->p == MAP_FAILED)
		return false;
	s->m->ram = s->g->core->ram;
	s->m->all = s->all;
	return gk_map_base(s->g->gk, &s->m->map_base) || !s->m->map_base;
}

static void session_close(struct session *s)
{
	image_guest_close(s->g);
	image_trace_free(s->all);
	free(s->clean);
	free(s->m);
}

static void test_file(const struct session *how, const char *path, u64 only)
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	struct session s = *how;
	bool ok = session_open(&s, path);

	if (ok && only == SHOW) {
		puts(s.clean);
	} else if (ok && only) {
		one(&s, s.p, only);
	} else if (ok) {
		ok = !run(&s);
		say_totals(&s, path);
	}
	if (!ok)
		ksft_print_msg("seed %llu\n", (unsigned long long)s.seed);
	ksft_test_result(ok, "G12_%s\n", name);
	session_close(&s);
}

int main(int argc, char **argv)
{
	struct session how = { .seed = 1, .count = 10000, .jobs = sysconf(_SC_NPROCESSORS_ONLN) };
	u64 only = 0;
	int c;

	while ((c = getopt(argc, argv, "n:s:j:i:p")) != -1) {
		u64 v = optarg ? strtoull(optarg, NULL, 0) : 0;

		if (c == 'n')
			how.count = v;
		else if (c == 's')
			how.seed = v;
		else if (c == 'j')
			how.jobs = v;
		else if (c == 'i')
			only = v;
		else if (c == 'p')
			only = SHOW;
		else
			return KSFT_FAIL;
	}
	how.jobs = clamp(how.jobs, 1U, (u32)JOBS_MAX);
	image_memory_init();
	ksft_print_header();
	ksft_set_plan(argc - optind);
	for (; optind < argc; optind++)
		test_file(&how, argv[optind], only);
	ksft_finished();
}
