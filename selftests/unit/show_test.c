// SPDX-License-Identifier: GPL-2.0-only
/* Dumps as text: in order, whatever is missing from them, and harmless. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/inspect/value.h"
#include "host/inspect/value_parse.h"
#include "kselftest_harness.h"
#include "lib/util.h"
#include "show.h"

static const char regs[] =
	"\"vcpu_regs\": [{\"vcpu\": 0, \"state\": \"not parked\"},\n"
	"{\"vcpu\": 1, \"state\": \"parked\", \"instruction_pointer\": \"0xffffffff81000010\",\n"
	"\"ip_symbol\": \"scx_vexit+0x5b\"},\n"
	"{\"vcpu\": 2, \"state\": \"parked\", \"instruction_pointer\": \"0x401000\",\n"
	"\"ip_symbol\": \"\"}],";

static const char failure[] =
	"\"kind\": \"failure\", \"tag\": \"\", \"frozen\": \"2/3\", \"vcpu\": 1,\n"
	"\"exit_kind\": {\"value\": 1026, \"name\": \"SCX_EXIT_ERROR_STALL\"},\n"
	"\"scx_sched_state\": {\"ops\": \"central\"},\n"
	"\"exit_info\": {\"kind\": 1026, \"reason\": \"runnable task stall\",\n"
	"\"message\": \"worker[12] failed to run for 5.001s\", \"exit_code\": 0, \"exit_cpu\": 1,\n"
	"\"backtrace\": [{\"address\": \"0xffffffff81000000\", \"symbol\": \"__scx_exit+0x4f\"},\n"
	"{\"address\": \"0xffffffffc0000000\", \"symbol\": \"\"}]},\n"
	"\"timings\": {\"t_ns\": 2500000000, \"frozen_ns\": 15000000},";

static const char maps[] =
	"\"maps\": [\n"
	"{\"id\": 1, \"name\": \"task_ctx\", \"type_name\": \"HASH\", \"entries\": {\"items\": [\n"
	"{\"key\": 7, \"value\": {\"weight\": 3}}], \"truncated\": {\"needed\": 9, \"had\": 1}}},\n"
	"{\"id\": 2, \"name\": \"central.rodata\", \"type_name\": \"ARRAY\",\n"
	"\"value\": {\"__SCX_KICK_IDLE\": 1, \"f.___fmt\": \"%d\", \"slice_ns\": 20000000}},\n"
	"{\"id\": 3, \"name\": \"central.bss\", \"type_name\": \"ARRAY\",\n"
	"\"value\": {\"nr_queued\": 41, \"nr_lost\": 0}},\n"
	"{\"id\": 4, \"name\": \".data.uei_dump\", \"type_name\": \"ARRAY\",\n"
	"\"value\": {\"d\": \"\"}}],";

static const char queues[] =
	"\"jiffies\": 1500, \"hz\": 250, \"rq_scx_states\": [{\"cpu\": 0, \"nr_running\": 2,\n"
	"\"idle\": false, \"curr\": {\"pid\": 5, \"comm\": \"runner\"}, \"scx\": {\"nr_running\": 1,\n"
	"\"runnable\": {\"tasks\": [{\"pid\": 12, \"comm\": \"worker\", \"runnable_at\": 250}]}}},\n"
	"{\"cpu\": 1, \"unreadable\": {\"unsupported\": \"no run queue in memory\"}}],\n"
	"\"dsq_states\": {\"user\": [{\"id\": \"0x1\", \"nr\": 1, \"kind\": \"fifo\", \"tasks\":\n"
	"[{\"pid\": 12, \"comm\": \"worker\"}]}], \"global\": [], \"global_empty\": 1},\n"
	"\"task_enrichments\": {\"tasks\": [\n"
	"{\"pid\": 5, \"comm\": \"runner\", \"on_cpu\": true, \"on_rq\": 1, \"class\": \"ext\"},\n"
	"{\"pid\": 9, \"comm\": \"sleeper\", \"on_cpu\": false, \"on_rq\": 0, \"state\": \"S\"},\n"
	"{\"pid\": 12, \"comm\": \"worker\", \"on_cpu\": false, \"on_rq\": 1, \"class\": \"ext\",\n"
	"\"scx\": {\"runnable_at\": 250, \"dsq_id\": \"0x1\"}}]},";

static const char state[] =
	"\"scx_state\": {\"enable_state\": {\"value\": 2, \"name\": \"SCX_ENABLED\"},\n"
	"\"sched\": {\"name\": \"central\", \"bypass_depth\": 0, \"watchdog_timeout\": 1250}},\n"
	"\"scx_events\": {\"total\": {\"select_cpu_fallback\": 6, \"bypass_activate\": 0}},\n"
	"\"sdt_allocations\": [{\"name\": \"tasks\", \"elem_size\": 56, \"payload_type\": \"ctx\",\n"
	"\"entries\": [{\"idx\": 0}, {\"idx\": 1}]}],";

static const char rest[] = "\"sched_domains_unavailable\": \"built without them\",\n"
			   "\"logs_cut\": false, \"scheduler_log\": [\"hello\"], \"console\": []";

FIXTURE(show)
{
	struct vtree *t;
	struct show s;
	struct ktstr_err err;
	FILE *out;
	char *text;
	size_t len;
};

FIXTURE_SETUP(show)
{
	self->out = open_memstream(&self->text, &self->len);
	ASSERT_NE(NULL, self->out);
	self->t = value_parse("{}", 2, &self->err);
	if (!self->t && errno == EOPNOTSUPP)
		SKIP(return, "this build cannot read JSON");
}

FIXTURE_TEARDOWN(show)
{
	fclose(self->out);
	free(self->text);
	vtree_free(self->t);
}

static int load(FIXTURE_DATA(show) * self, const char *json)
{
	vtree_free(self->t);
	self->t = value_parse(json, strlen(json), &self->err);
	if (!self->t)
		return -errno;
	return show_init(&self->s, vtree_root(self->t), self->out, &self->err);
}

#define LOAD(json) ASSERT_EQ(0, load(self, json))

static const char *text_of(FIXTURE_DATA(show) * self)
{
	fflush(self->out);
	return self->text;
}

#define SHOW()                          \
	do {                            \
		rewind(self->out);      \
		show_dump(&self->s);    \
		fputc('\0', self->out); \
		text_of(self);          \
	} while (0)
#define HAS(what)     EXPECT_NE(NULL, strstr(self->text, what))
#define HAS_NOT(what) EXPECT_EQ(NULL, strstr(self->text, what))

static char *whole(void)
{
	char *json = NULL;

	if (asprintf(&json,
		     "{\"format\": 1, \"schema\": \"single\", \"kernel\": \"7.2.13\",\n"
		     "\"complete\": false, %s%s%s%s%s%s}",
		     failure, regs, maps, queues, state, rest) < 0)
		abort();
	return json;
}

TEST_F(show, in_the_order_in_which_it_is_read)
{
	static const char *const order[] = {
		"central failed: SCX_EXIT_ERROR_STALL (1026): worker[12] failed to run for 5.001s\n",
		"reason      runnable task stall on CPU 1\n",
		"stopped     at scx_vexit+0x5b on vCPU 1\n",
		"time        2.500 s after the start; 2/3 vCPUs stood still for 15.000 ms\n",
		"kernel      7.2.13\n",
		"dump        not complete",
		"\nBACKTRACE\n",
		"#0   __scx_exit+0x4f ",
		"#1   ? ",
		"\nTHE SCHEDULER'S VARIABLES\n",
		"  central.bss (map 3)\n    nr_queued: 41\n    (zero: nr_lost)\n",
		"  central.rodata (map 2)\n    slice_ns: 20000000\n    (2 constants",
		"\nOTHER BPF MAPS\n",
		"  task_ctx (map 1) HASH, 9 entries\n",
		"\nSCHED_EXT\n",
		"state       SCX_ENABLED\n",
		"watchdog    5.000 s\n",
		"events      select_cpu_fallback 6, 1 is 0\n",
		"\nRUN QUEUES\n",
		"CPU 0   runs runner (5); 2 runnable: 1 sched_ext\n",
		"waits worker (12) for 5.000 s\n",
		"no run queue in memory",
		"\nDISPATCH QUEUES\n",
		"0x1         1 task, fifo: worker (12)\n",
		"(1 global and bypass queues are empty)\n",
		"\nVCPUS\n",
		"0   somewhere: not parked, not parked\n",
		"1   scx_vexit+0x5b   <- its store\n",
		"2   0x401000, user space\n",
		"\nTASKS: 3, of these 2 run, wait or are stuck\n",
		"    12  worker ",
		"waits 5.000 s  ext",
		"     5  runner ",
		"(1 sleep: 1 S)\n",
		"\nOBJECTS IN ARENAS\n",
		"tasks: 2 objects of 56 bytes, struct ctx\n",
		"\nSCHEDULER'S OUTPUT\n  | hello\n",
		"\nNOT IN THIS DUMP\n",
		"maps[0].entries: 1 of 9 elements are here\n",
		"rq_scx_states[1].unreadable: no run queue in memory\n",
		"sched_domains_unavailable: built without them\n",
	};
	char *json = whole();
	const char *at;
	size_t i;

	LOAD(json);
	free(json);
	SHOW();
	for (i = 0, at = self->text; i < ARRAY_SIZE(order); i++) {
		const char *found = strstr(at, order[i]);

		ASSERT_NE(NULL, found)
		{
			TH_LOG("'%s' is not behind the one before in\n%s", order[i], self->text);
		}
		at = found;
	}
	HAS_NOT("uei_dump");
	HAS_NOT("\033");
}

TEST_F(show, nothing_is_left_out_of_all)
{
	char *json = whole();

	LOAD(json);
	free(json);
	self->s.all = true;
	SHOW();
	HAS("__SCX_KICK_IDLE: 1");
	HAS("nr_lost: 0");
	HAS("sleeper");
	HAS(".data.uei_dump (map 4)");
}

TEST_F(show, colours_when_asked_for)
{
	char *json = whole();

	LOAD(json);
	free(json);
	self->s.colour = true;
	SHOW();
	HAS("\033[1;31mcentral failed");
	HAS("\033[1mBACKTRACE\033[0m\n");
}

TEST_F(show, sections_and_members)
{
	char *json = whole();

	LOAD(json);
	free(json);
	EXPECT_EQ(0, show_section(&self->s, "backtrace", &self->err));
	EXPECT_EQ(0, strncmp("\nBACKTRACE\n", text_of(self), 11));
	EXPECT_EQ(0, show_section(&self->s, "dsq_states", &self->err));
	EXPECT_NE(NULL, strstr(text_of(self), "dsq_states:\n  user:"));
	EXPECT_NE(0, show_section(&self->s, "nonsense", &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "summary, backtrace, variables"));
	EXPECT_EQ(0, show_path(&self->s, "maps[.bss].nr_queued", &self->err));
	EXPECT_NE(NULL, strstr(text_of(self), "nr_queued: 41\n"));
	EXPECT_EQ(-ENOENT, show_path(&self->s, "maps[.bss].nothing", &self->err));
	EXPECT_NE(NULL, strstr(self->err.msg, "type_name, value"));
	EXPECT_EQ(-EINVAL, show_path(&self->s, "maps[", &self->err));
}

TEST_F(show, a_section_that_is_not_there_says_so)
{
	LOAD("{\"format\": 1, \"vcpu_regs\": [], \"timings\": {}}");
	EXPECT_EQ(0, show_section(&self->s, "tasks", &self->err));
	EXPECT_STREQ("nothing in this dump\n", text_of(self));
}

TEST_F(show, the_late_half_of_a_dual_dump)
{
	char *json = NULL;

	ASSERT_LT(0, asprintf(&json,
			      "{\"format\": 1, \"early\": {\"timings\": {\"t_ns\": 1000000}},\n"
			      "\"late\": {%s%s\"hz\": 100},\n"
			      "\"early_max_age_jiffies\": 250, \"console\": [\"bye\"]}",
			      failure, regs));
	LOAD(json);
	free(json);
	SHOW();
	HAS("central failed");
	HAS("early look  1.000 ms after the start; longest wait then 2.500 s");
	HAS("  | bye\n");
}

TEST_F(show, kinds_of_snapshots)
{
	LOAD("{\"format\": 1, \"vcpu_regs\": [], \"timings\": {}, \"kind\": \"watch\",\n"
	     "\"tag\": \"jiffies\", \"watch\": {\"symbol\": \"jiffies\", \"new\": \"0x2\",\n"
	     "\"old\": \"0x1\", \"address\": \"0x10\"}}");
	SHOW();
	HAS("jiffies was written\n");
	HAS("store       to jiffies at 0x10: 0x2, before 0x1\n");
	LOAD("{\"format\": 9, \"vcpu_regs\": [], \"timings\": {}, \"kind\": \"capture\",\n"
	     "\"tag\": \"half\", \"scx_sched_state\": {\"ops\": \"simple\"}}");
	SHOW();
	HAS("a requested snapshot, \"half\"; scheduler simple\n");
	HAS("format      9, newer than this ktstr knows");
}

TEST_F(show, a_failure_without_its_reason)
{
	LOAD("{\"format\": 1, \"vcpu_regs\": [], \"timings\": {}, \"kind\": \"failure\",\n"
	     "\"exit_kind\": {\"value\": 1024, \"name\": null}, \"exit_info\": null}");
	SHOW();
	HAS("the scheduler failed: 1024 (1024); the kernel had not written why\n");
}

TEST_F(show, hostile_texts_are_escaped)
{
	const char *p;

	LOAD("{\"format\": 1, \"timings\": {}, \"kind\": \"failure\", \"kernel\": \"\\u001b[2J\",\n"
	     "\"vcpu\": 0, \"vcpu_regs\": [{\"vcpu\": 0, \"ip_symbol\": \"a\\nb\\u001b\"}],\n"
	     "\"exit_kind\": {\"value\": 1, \"name\": \"\\u001b]0;x\\u0007\"},\n"
	     "\"scx_sched_state\": {\"ops\": \"\\u001b[31m\\r\"}, \"degraded_reason\": \"\\u0007\",\n"
	     "\"exit_info\": {\"reason\": \"\\u009b1m\", \"message\": \"x\\n\\u001b[1mnot ok 1\",\n"
	     "\"backtrace\": [{\"symbol\": \"\\u001b\", \"address\": \"\\u001b\"}]},\n"
	     "\"maps\": [{\"name\": \"\\u001b.bss\", \"id\": \"\\u001b\", \"type_name\": \"ARRAY\",\n"
	     "\"value\": {\"\\u001b\": \"\\u001b\", \"\\u001bz\": 0}},\n"
	     "{\"name\": \"\\u001b\", \"type_name\": \"\\u001b\", \"progs\": [{\"member\": \"\\u001b\"}]}],\n"
	     "\"scx_events\": {\"total\": {\"\\u001b\": 1}}, \"scx_state\": {\"sched\": {\"name\": \"\\u001b\"}},\n"
	     "\"rq_scx_states\": [{\"cpu\": \"\\u001b\", \"curr\": {\"pid\": 1, \"comm\": \"\\u001b\"}}],\n"
	     "\"dsq_states\": {\"user\": [{\"id\": \"\\u001b\", \"kind\": \"\\u001b\"}]},\n"
	     "\"task_enrichments\": {\"tasks\": [{\"pid\": 1, \"on_rq\": 1, \"comm\": \"\\u001b\",\n"
	     "\"class\": \"\\u001b\", \"cgroup\": \"\\u001b\"}, {\"state\": \"\\u001b\"}]},\n"
	     "\"sdt_allocations\": [{\"name\": \"\\u001b\", \"payload_type\": \"\\u001b\"}],\n"
	     "\"scheduler_log\": [\"\\u001b[2J\", 5], \"console\": [\"\\u001b\"],\n"
	     "\"\\u001b_unavailable\": \"\\u001b\", \"x\": {\"unsupported\": \"\\u001b\"}}");
	SHOW();
	HAS("\\x1b");
	for (p = self->text; *p; p++)
		ASSERT_TRUE(*p == '\n' || (*p >= 0x20 && *p <= 0x7e))
		{
			TH_LOG("byte 0x%02x", (unsigned char)*p);
		}
	HAS_NOT("\nnot ok");
}

TEST_F(show, members_of_other_kinds)
{
	static const char *const kinds[] = {
		"null",
		"true",
		"-1",
		"1e300",
		"\"0xffffffffffffffff\"",
		"\"text\"",
		"[]",
		"{}",
		"[[[1]]]",
		"{\"ptr\": \"0x1\"}",
		"{\"unsupported\": \"why\"}",
		"{\"hex\": \"00ff\"}",
		"{\"truncated\": {\"needed\": 5, \"had\": -1}}",
		"{\"items\": [1, {}], \"truncated\": {\"needed\": \"0xffffffffffffffff\", \"had\": 0}}",
		"[{\"value\": 5, \"name\": \"maps\"}]",
		"[{\"tasks\": 3, \"total\": [], \"sched\": 1}]",
	};
	static const char *const members[] = {
		"kind",
		"tag",
		"frozen",
		"vcpu",
		"exit_kind",
		"scx_sched_state",
		"exit_info",
		"watch",
		"jiffies",
		"hz",
		"timings",
		"vcpu_regs",
		"scx_state",
		"scx_events",
		"sdt_allocations",
		"maps",
		"rq_scx_states",
		"dsq_states",
		"task_enrichments",
		"kernel",
		"complete",
		"scheduler_log",
		"console",
		"early",
		"degraded_reason",
	};
	char json[4096];
	size_t i, j, used;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		used = snprintf(json, sizeof(json), "{\"format\": 1");
		for (j = 0; j < ARRAY_SIZE(members); j++)
			used += snprintf(json + used, sizeof(json) - used, ", \"%s\": %s",
					 members[j], kinds[i]);
		snprintf(json + used, sizeof(json) - used, "}");
		LOAD(json);
		self->s.all = i % 2;
		SHOW();
	}
}

TEST_F(show, what_is_no_dump)
{
	static const char *const others[] = {
		"{}",
		"[]",
		"5",
		"null",
		"\"text\"",
		"{\"format\": 1}",
		"{\"late\": 5}",
		"{\"format\": 1, \"verdict\": \"pass\"}",
		"{\"late\": {\"vcpu_regs\": []}}",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		EXPECT_EQ(-EINVAL, load(self, others[i]));
		EXPECT_NE(NULL, strstr(self->err.msg, "no dump of ktstr"));
		show_dump(&self->s);
	}
	EXPECT_EQ(-EINVAL, load(self, "{\"verdict\": \"pass\"}"));
	EXPECT_EQ(0, show_path(&self->s, "verdict", &self->err));
}

TEST_HARNESS_MAIN
