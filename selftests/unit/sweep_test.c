// SPDX-License-Identifier: GPL-2.0-only
/* A sweep of schedulers: what runs make of its cells, and how it is shown. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/harness/sweep.h"
#include "host/inspect/value.h"
#include "host/inspect/value_parse.h"
#include "json_check.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define PROGS(list) "{\"prog_runtime_stats\": [" list "]}"
#define PROG(named, ops, insns)                                                     \
	"{\"id\": 1, " named ", \"struct_ops\": " ops ", \"attach\": \"running\", " \
	"\"verified_insns\": " #insns "}"
#define OPS	       "\"sched_ext_ops\""
#define RUNNING(insns) PROG("\"name\": \"mine_ru\", \"func\": \"mine_running\"", OPS, insns)
#define ENQUEUE	       PROG("\"name\": \"mine_enqueue\"", OPS, 42)
#define TRACER	       PROG("\"name\": \"tracer\"", "null", 5)
#define NO_TERMINAL    PROG("\"name\": \"\\u001b[2J\"", OPS, 1)
#define NO_NUMBER      "{\"name\": \"x\", \"struct_ops\": \"s\", \"verified_insns\": \"many\"}"

static const char two_progs[] = PROGS(RUNNING(23) "," ENQUEUE "," TRACER);
static const char other_progs[] = PROGS(RUNNING(31));
static const char hostile_progs[] = PROGS(NO_TERMINAL ", 7, {}, {\"name\": 3}," NO_NUMBER);

static const char loop_log[] = "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n"
			       "1: a ; R1=1\n2: b\n3: c\n4: d\n5: e\n"
			       "1: a ; R1=2\n2: b\n3: c\n4: d\n5: e\n"
			       "1: a ; R1=3\n2: b\n3: c\n4: d\n5: e\n"
			       "R7 invalid mem access 'scalar'\n";

static const char *const scheds[] = { "scx_good", "./dir/scx_bad" };
static const struct sweep_kernel kernels[] = {
	{ "/k/old", "6.12.1" },
	{ "/k/new", "7.2.0" },
};

static const struct sweep_machine machines[] = {
	{ "tiny-1llc", { 1, 1, 4, 1 } },
	{ "tiny-2llc", { 1, 2, 2, 1 } },
};

FIXTURE(sweep)
{
	struct sweep s;
	bool no_json;
	struct vtree *tree;
	struct ktstr_snapshot snap;
	struct wire_worker_view workers[2];
	struct ktstr_result res;
	char *text;
	size_t len;
};

FIXTURE_SETUP(sweep)
{
	struct vtree *probe = value_parse("{}", 2, NULL);

	self->no_json = !probe && errno == EOPNOTSUPP;
	vtree_free(probe);
	self->s = (struct sweep){
		.scheds = scheds,
		.nr_scheds = ARRAY_SIZE(scheds),
		.kernels = kernels,
		.nr_kernels = 1,
		.machines = machines,
		.nr_machines = ARRAY_SIZE(machines),
	};
	ASSERT_EQ(0, sweep_init(&self->s));
}

FIXTURE_TEARDOWN(sweep)
{
	vtree_free(self->tree);
	sweep_free(&self->s);
	sweep_free(&self->s);
	free(self->text);
}

/* A run that passed, with @json as its snapshot. */
static struct ktstr_result *passed(FIXTURE_DATA(sweep) * self, const char *json)
{
	vtree_free(self->tree);
	self->tree = NULL;
	self->workers[0] = (struct wire_worker_view){ .work_units = 9 };
	self->workers[1] = (struct wire_worker_view){ .work_units = 8 };
	self->snap = (struct ktstr_snapshot){
		.json = (char *)json,
		.v = { .json = json, .json_len = strlen(json), .tag = SWEEP_TAG },
		.tree = &self->tree,
	};
	self->res = (struct ktstr_result){
		.verdict = KTSTR_PASS,
		.reason = KTSTR_REASON_PASS,
		.reason_text = "2 workers made progress",
		.nr_workers = 2,
		.workers = self->workers,
		.ops = "mine",
		.timings = { .attach_ns = 5, .total_ns = 7000000 },
		.nr_snapshots = 1,
		.snapshots = &self->snap,
	};
	return &self->res;
}

static struct ktstr_result *refused(FIXTURE_DATA(sweep) * self)
{
	self->res = (struct ktstr_result){
		.verdict = KTSTR_FAIL,
		.reason = KTSTR_REASON_SCHED_NOT_ATTACHED,
		.reason_text = "verifier, program p: R7 invalid mem access 'scalar'",
		.sched_log = (char *)loop_log,
		.sched_log_len = strlen(loop_log),
	};
	return &self->res;
}

static const char *print(FIXTURE_DATA(sweep) * self, bool signs, bool raw)
{
	const struct sweep_look look = { .signs = signs, .raw = raw };
	FILE *f;

	free(self->text);
	f = open_memstream(&self->text, &self->len);
	sweep_print(f, &self->s, &look);
	fclose(f);
	return self->text;
}

static const char *json(FIXTURE_DATA(sweep) * self)
{
	FILE *f;
	int ret;

	free(self->text);
	f = open_memstream(&self->text, &self->len);
	ret = sweep_json(f, &self->s);
	fclose(f);
	return ret ? "" : self->text;
}

#define HAS(what)     EXPECT_NE(NULL, strstr(self->text, what))
#define HAS_NOT(what) EXPECT_EQ(NULL, strstr(self->text, what))
#define NO_JSON_C     "this build is without json-c"

TEST_F(sweep, cells_are_in_order_and_have_names)
{
	char buf[128];

	EXPECT_EQ(4, self->s.nr_cells);
	EXPECT_STREQ("verifier/scx_bad/6.12.1/tiny-2llc",
		     sweep_cell_name(&self->s, &self->s.cells[3], buf, sizeof(buf)));
	EXPECT_STREQ("verifier-scx_bad-tiny-2llc-4",
		     sweep_cell_file(&self->s, &self->s.cells[3], buf, sizeof(buf)));
	sweep_free(&self->s);
	self->s.nr_kernels = 2;
	ASSERT_EQ(0, sweep_init(&self->s));
	EXPECT_EQ(8, self->s.nr_cells);
	EXPECT_STREQ("verifier/scx_good/7.2.0/tiny-1llc",
		     sweep_cell_name(&self->s, &self->s.cells[2], buf, sizeof(buf)));
	EXPECT_STREQ("verifier-scx_good-tiny-1llc-7-2-0-3",
		     sweep_cell_file(&self->s, &self->s.cells[2], buf, sizeof(buf)));
}

TEST_F(sweep, struct_ops_programs_are_counted)
{
	struct sweep_cell *c = &self->s.cells[0];

	if (self->no_json)
		SKIP(return, NO_JSON_C);
	sweep_cell_fill(c, passed(self, two_progs));
	EXPECT_EQ(KTSTR_PASS, c->verdict);
	EXPECT_TRUE(c->attached);
	EXPECT_TRUE(c->dispatched);
	EXPECT_STREQ("mine", c->ops);
	ASSERT_EQ(2, c->nr_progs);
	EXPECT_STREQ("mine_enqueue", c->progs[0].name);
	EXPECT_EQ(42, c->progs[0].verified_insns);
	EXPECT_STREQ("running", c->progs[1].attach);
	EXPECT_EQ(23, c->progs[1].verified_insns);
	EXPECT_EQ(NULL, c->log);
}

TEST_F(sweep, a_pass_without_proof_is_none)
{
	struct sweep_cell *c = self->s.cells;
	struct ktstr_result *res;

	if (self->no_json)
		SKIP(return, NO_JSON_C);
	sweep_cell_fill(&c[0], passed(self, "{\"prog_runtime_stats\": []}"));
	EXPECT_EQ(KTSTR_INCONCLUSIVE, c[0].verdict);
	EXPECT_NE(NULL, strstr(c[0].text, "no struct_ops program was seen"));

	res = passed(self, two_progs);
	res->nr_snapshots = 0;
	sweep_cell_fill(&c[1], res);
	EXPECT_EQ(KTSTR_INCONCLUSIVE, c[1].verdict);

	res = passed(self, two_progs);
	res->workers[1].work_units = 0;
	sweep_cell_fill(&c[2], res);
	EXPECT_EQ(KTSTR_INCONCLUSIVE, c[2].verdict);
	EXPECT_STREQ("no proof that it dispatched", c[2].text);

	res = passed(self, two_progs);
	res->ops[0] = '\0';
	sweep_cell_fill(&c[3], res);
	EXPECT_EQ(KTSTR_INCONCLUSIVE, c[3].verdict);
	EXPECT_STREQ("no proof that it attached", c[3].text);
	EXPECT_EQ(2, sweep_exit_code(&self->s));
}

TEST_F(sweep, T7_hostile_programs)
{
	struct sweep_cell *c = &self->s.cells[0];

	if (self->no_json)
		SKIP(return, NO_JSON_C);
	sweep_cell_fill(c, passed(self, hostile_progs));
	ASSERT_EQ(1, c->nr_progs);
	EXPECT_STREQ("\\x1b(2J", c->progs[0].name);
}

TEST_F(sweep, more_programs_than_anybody_has)
{
	struct sweep_cell *c = &self->s.cells[0];
	char *text = NULL;
	size_t len, i;
	FILE *f;

	if (self->no_json)
		SKIP(return, NO_JSON_C);
	f = open_memstream(&text, &len);
	fputs("{\"prog_runtime_stats\": [", f);
	for (i = 0; i < 2 * SWEEP_PROGS_MAX; i++)
		fprintf(f, "%s" PROG("\"name\": \"p%zu\"", OPS, 3), i ? "," : "", i);
	fputs("]}", f);
	fclose(f);
	sweep_cell_fill(c, passed(self, text));
	EXPECT_EQ(SWEEP_PROGS_MAX, c->nr_progs);
	vtree_free(self->tree);
	self->tree = NULL;
	free(text);
}

TEST_F(sweep, table_grid_and_failures)
{
	if (self->no_json)
		SKIP(return, NO_JSON_C);
	sweep_cell_fill(&self->s.cells[0], passed(self, two_progs));
	sweep_cell_fill(&self->s.cells[1], passed(self, other_progs));
	sweep_cell_fill(&self->s.cells[2], refused(self));
	sweep_cell_fill(&self->s.cells[3], passed(self, other_progs));
	EXPECT_STREQ("scx_good: verified instructions\n"
		     "  kernel  program       tiny-1llc  tiny-2llc\n"
		     "  6.12.1  mine_enqueue         42          -\n"
		     "  6.12.1  mine_running         23         31\n"
		     "\n"
		     "scx_bad: verified instructions\n"
		     "  kernel  program       tiny-1llc  tiny-2llc\n"
		     "  6.12.1  mine_running          -         31\n"
		     "\n"
		     "scheduler  tiny-1llc  tiny-2llc\n"
		     "scx_good        pass       pass\n"
		     "scx_bad         fail       pass\n"
		     "\n"
		     "FAIL  verifier/scx_bad/6.12.1/tiny-1llc\n"
		     "  verifier, program p: R7 invalid mem access 'scalar'\n"
		     "    libbpf: prog 'p': -- BEGIN PROG LOAD LOG --\n"
		     "    1: a ; R1=1\n"
		     "    2: b\n"
		     "    3: c\n"
		     "    4: d\n"
		     "    5: e\n"
		     "    ... (2 more rounds of the 5 lines above)\n"
		     "    R7 invalid mem access 'scalar'\n"
		     "\n"
		     "3 of 4 passed\n",
		     print(self, false, false));
	EXPECT_EQ(1, sweep_exit_code(&self->s));
	print(self, true, true);
	HAS("scx_bad           \xe2\x9d\x8c         \xe2\x9c\x85\n");
	HAS("    1: a ; R1=3\n");
	HAS_NOT("more rounds");
}

TEST_F(sweep, what_was_not_run_is_not_known)
{
	refused(self);
	self->res.verdict = KTSTR_INCONCLUSIVE;
	self->res.infra = true;
	sweep_cell_fill(&self->s.cells[0], &self->res);
	print(self, false, false);
	HAS("INCONCLUSIVE  verifier/scx_good/6.12.1/tiny-1llc (infra)\n");
	HAS("NOT RUN  verifier/scx_bad/6.12.1/tiny-2llc: stopped before\n");
	HAS("scx_good     unknown    unknown\n");
	HAS("none seen");
	HAS("0 of 4 passed\n");
	EXPECT_EQ(3, sweep_exit_code(&self->s));
}

TEST_F(sweep, kernels_of_one_column_may_differ)
{
	u32 i;

	sweep_free(&self->s);
	self->s.nr_kernels = 2;
	ASSERT_EQ(0, sweep_init(&self->s));
	for (i = 0; i < self->s.nr_cells; i++) {
		self->s.cells[i].done = true;
		self->s.cells[i].verdict = i == 2 ? KTSTR_FAIL : KTSTR_PASS;
	}
	print(self, false, false);
	HAS("scx_good       mixed       pass\n");
	HAS("scx_bad         pass       pass\n");
	for (i = 0; i < self->s.nr_cells; i++)
		self->s.cells[i].verdict = KTSTR_SKIP;
	EXPECT_EQ(4, sweep_exit_code(&self->s));
	self->s.cells[5].verdict = KTSTR_PASS;
	EXPECT_EQ(0, sweep_exit_code(&self->s));
}

TEST_F(sweep, many_machines_share_a_column)
{
	struct sweep_machine many[9];
	struct sweep_prog progs[] = { { "p", "", 23 }, { "p", "", 31 } };
	u32 i;

	sweep_free(&self->s);
	for (i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = machines[0];
	self->s.machines = many;
	self->s.nr_machines = ARRAY_SIZE(many);
	ASSERT_EQ(0, sweep_init(&self->s));
	for (i = 0; i < 2; i++) {
		self->s.cells[3 * i].progs = calloc(1, sizeof(progs[i]));
		self->s.cells[3 * i].progs[0] = progs[i];
		self->s.cells[3 * i].nr_progs = 1;
	}
	print(self, false, false);
	HAS("  kernel  program  all topologies\n"
	    "  6.12.1  p                23..31\n");
}

TEST_F(sweep, as_json)
{
	struct json_check j;

	sweep_cell_fill(&self->s.cells[2], refused(self));
	json(self);
	j = (struct json_check){ .p = self->text, .end = self->text + self->len };
	EXPECT_TRUE(json_value(&j));
	HAS("\"exit_status\": 1");
	HAS("\"failed\": 1");
	HAS("\"inconclusive\": 3");
	HAS("\"cell\": \"verifier/scx_bad/6.12.1/tiny-1llc\"");
	HAS("\"topology\": \"1n2l2c1t\"");
	HAS("\"reason\": \"sched_not_attached\"");
	HAS("... (2 more rounds of the 5 lines above)");
	HAS("\"reason_text\": \"not run\"");
}

TEST_F(sweep, files_of_cells_and_a_summary)
{
	char dir[] = "/tmp/ktstr-sweep.XXXXXX", path[100];
	struct ktstr_err err = { "" };

	EXPECT_EQ(0, sweep_write(&self->s, &err));
	ASSERT_NE(NULL, mkdtemp(dir));
	self->s.out_dir = dir;
	sweep_cell_fill(&self->s.cells[2], refused(self));
	EXPECT_EQ(0, sweep_write_cell(&self->s, &self->s.cells[2], &err));
	EXPECT_EQ(0, sweep_write(&self->s, &err));
	snprintf(path, sizeof(path), "%s/verifier-scx_bad-tiny-1llc-3.verifier.json", dir);
	EXPECT_EQ(0, unlink(path));
	snprintf(path, sizeof(path), "%s/verifier.json", dir);
	EXPECT_EQ(0, unlink(path));
	EXPECT_EQ(0, rmdir(dir));
	self->s.out_dir = "/proc/nowhere/d";
	EXPECT_GT(0, sweep_write(&self->s, &err));
	EXPECT_NE(NULL, strstr(err.msg, "/proc/nowhere/d"));
}

TEST_HARNESS_MAIN
