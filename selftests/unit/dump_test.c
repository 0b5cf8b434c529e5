// SPDX-License-Identifier: GPL-2.0-only
/* A standstill as JSON: complete, and valid whatever the guest has written. */
#include <limits.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_kernel.h"
#include "host/inspect/capture.h"
#include "host/inspect/dump.h"
#include "host/vmm/vcpu.h"
#include "json_check.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define NR_VCPUS 3
#define CLAIM	 0xffffffff81200000ULL
#define SCHED	 0xffff888001000000ULL
#define JIFFIES	 0xffffffff82405000ULL
#define ROOT	 0xffffffff83000000ULL

struct sched {
	u32 exit_kind;
	u64 watchdog;
	char name[SCX_NAME_MAX];
};

FIXTURE(dump)
{
	struct guest_kernel *gk;
	struct vcpu *vcpus;
	struct capture_src src;
	struct capture c;
	struct dump_extra x;
	struct scx_layout scx;
	struct scx_exit_info_view info;
	struct sched sched;
	struct ktstr_err err;
	u64 root;
	u64 jiffies;
	char *text;
	size_t len;
};

static void vcpu_park(struct vcpu *v, u64 ip)
{
	u32 i;

	v->regs = (struct vcpu_regs){
		.valid = true,
		.ip = ip,
		.sp = 0xffffc90000003e58,
		.pt_root = 0x2a0a000,
		.flags = 0x86,
		.nr_gpr = 15,
	};
	for (i = 0; i < v->regs.nr_gpr; i++)
		v->regs.gpr[i] = 0xfff0 + i;
	atomic_store(&v->parked, true);
}

FIXTURE_SETUP(dump)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	u32 i;

	self->gk = gk;
	self->vcpus = calloc(NR_VCPUS, sizeof(*self->vcpus));
	for (i = 0; i < NR_VCPUS; i++)
		vcpu_park(&self->vcpus[i], CLAIM + i);
	fake_symbol(gk, "scx_vexit", CLAIM);
	fake_map(gk, SCHED, &self->sched, sizeof(self->sched));
	fake_map(gk, ROOT, &self->root, 8);
	fake_map(gk, JIFFIES, &self->jiffies, 8);
	self->root = SCHED;
	self->jiffies = 4294937296;
	self->sched = (struct sched){ .exit_kind = 1026, .watchdog = 1250, .name = "central" };
	self->scx = (struct scx_layout){
		.variant = SCX_VARIANT_ROOT,
		.anchor = ROOT,
		.exit_kind = offsetof(struct sched, exit_kind),
		.ops_name = offsetof(struct sched, name),
		.watchdog = offsetof(struct sched, watchdog),
	};
	self->src = (struct capture_src){
		.kind = WIRE_DUMP_FAILURE,
		.vcpus = self->vcpus,
		.nr_vcpus = NR_VCPUS,
		.slots = 1,
		.vcpu = 1,
		.exit_kind = 1026,
		.sched_kva = SCHED,
		.gk = gk,
		.scx = &self->scx,
		.jiffies_kva = JIFFIES,
	};
	self->info = (struct scx_exit_info_view){
		.kind = 1026,
		.has_exit_cpu = true,
		.exit_cpu = -1,
		.reason = "runnable task stall",
		.msg = "task[12] failed to run for 5.001s",
		.bt = { CLAIM + 0x10, 0xffffffffc0001000 },
		.bt_len = 2,
	};
	self->x = (struct dump_extra){
		.gk = gk,
		.release = "7.2.13-cloud-amd64",
		.timings = { 1000, 20, 30, 400 },
		.exit_info = &self->info,
		.sched_log = "one\ntwo\n",
		.sched_log_len = 8,
		.console = "[    1.0] sched_ext: \"central\" disabled",
		.console_len = 39,
	};
}

FIXTURE_TEARDOWN(dump)
{
	free(self->text);
	capture_free(&self->c);
	free(self->vcpus);
	free(self->gk);
}

static int make(FIXTURE_DATA(dump) * self)
{
	int ret;

	capture_free(&self->c);
	free(self->text);
	self->text = NULL;
	ret = capture_take(&self->c, &self->src);
	return ret ?: dump_json(&self->c, &self->x, &self->text, &self->len, &self->err);
}

static bool has(FIXTURE_DATA(dump) * self, const char *part)
{
	return strstr(self->text, part);
}

static bool tool_there(const char *tool)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null 2>&1", tool);
	return system(cmd) == 0;
}

/* A parser somebody else wrote; one that is not installed agrees. */
static bool other_parser_agrees(const char *tool, const char *cmd, const char *text, size_t len)
{
	FILE *f;

	if (!tool_there(tool))
		return true;
	f = popen(cmd, "w");
	if (!f)
		return false;
	fwrite(text, 1, len, f);
	return pclose(f) == 0;
}

static bool valid(FIXTURE_DATA(dump) * self)
{
	return strlen(self->text) == self->len && json_valid(self->text, self->len) &&
	       other_parser_agrees("jq", "jq -e . >/dev/null", self->text, self->len) &&
	       other_parser_agrees("python3", "python3 -m json.tool >/dev/null", self->text,
				   self->len);
}

TEST(checker_is_strict)
{
	static const char *const good[] = { "{}", " [1, -2, \"\\u00ff\"] ", "{\"a\": [null]}",
					    "[1.5, -2e-7]" };
	static const char *const bad[] = { "",	    "{",       "{} {}",	    "[1,]",   "[01]",
					   "[NaN]", "{\"a\"}", "\"\\x\"",   "\"\t\"", "\"\xff\"",
					   "[1.]",  "{a: 1}",  "\"\\u12\"", "'a'",    "tru",
					   "[\"a]", "{1: 2}",  "[1 2]",	    "[,1]",   "[1e]" };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(good); i++)
		EXPECT_TRUE(json_valid(good[i], strlen(good[i])));
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_FALSE(json_valid(bad[i], strlen(bad[i])));
	EXPECT_FALSE(json_valid("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", 34));
}

TEST(parsers_of_others)
{
	if (!tool_there("jq") && !tool_there("python3"))
		SKIP(return, "neither jq nor python3 to check with");
	if (tool_there("jq"))
		EXPECT_FALSE(other_parser_agrees("jq", "jq -e . >/dev/null 2>&1", "{", 1));
	if (tool_there("python3"))
		EXPECT_FALSE(other_parser_agrees("python3", "python3 -m json.tool >/dev/null 2>&1",
						 "{", 1));
}

TEST_F(dump, failure_says_everything)
{
	static const char *const parts[] = {
		"\"schema\": \"single\"",
		"\"kind\": \"failure\"",
		"\"kernel\": \"7.2.13-cloud-amd64\"",
		"\"frozen\": \"3/3\"",
		"\"vcpu\": 1",
		"\"instruction_pointer\": \"0xffffffff81200001\"",
		"\"ip_symbol\": \"scx_vexit+0x1\"",
		"\"stack_pointer\": \"0xffffc90000003e58\"",
		"\"page_table_root\": \"0x2a0a000\"",
		"\"flags\": \"0x86\"",
		"\"rax\": \"0xfff0\"",
		"\"r15\": \"0xfffe\"",
		"\"value\": 1026",
		"\"name\": \"SCX_EXIT_ERROR_STALL\"",
		"\"reason\": \"runnable task stall\"",
		"\"message\": \"task[12] failed to run for 5.001s\"",
		"\"exit_cpu\": -1",
		"\"symbol\": \"scx_vexit+0x10\"",
		"\"root\": \"0xffff888001000000\"",
		"\"ops\": \"central\"",
		"\"watchdog_timeout_jiffies\": 1250",
		"\"jiffies\": 4294937296",
		"\"latch_to_frozen_ns\": 20",
		"\"frozen_to_captured_ns\": 30",
		"\"frozen_ns\": 400",
		"\"watch\": null",
		"\"two\"",
		"\"logs_cut\": false",
		"sched_ext: \\\"central\\\" disabled",
	};
	u32 i;

	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		EXPECT_TRUE(has(self, parts[i]))
		{
			TH_LOG("no %s in %s", parts[i], self->text);
		}
	}
	EXPECT_FALSE(has(self, "user_page_table_root"));
	EXPECT_FALSE(has(self, "tcr_el1"));
	EXPECT_FALSE(has(self, "degraded_reason"));
}

TEST_F(dump, arm64_registers_when_they_are_there)
{
	struct vcpu_regs *r = &self->vcpus[0].regs;

	r->has_user_pt_root = true;
	r->user_pt_root = 0x41000000;
	r->has_tcr = true;
	r->tcr_el1 = 0xf5b5d03510;
	r->nr_gpr = 31;
	r->gpr[30] = 0xffff800080010000;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	EXPECT_TRUE(has(self, "\"user_page_table_root\": \"0x41000000\""));
	EXPECT_TRUE(has(self, "\"tcr_el1\": \"0xf5b5d03510\""));
	EXPECT_TRUE(has(self, "\"x30\": \"0xffff800080010000\""));
}

TEST_F(dump, degraded_shows_the_parked_only)
{
	struct dump_view v;

	atomic_store(&self->vcpus[1].parked, false);
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	EXPECT_TRUE(has(self, "\"schema\": \"degraded\""));
	EXPECT_TRUE(has(self, "\"frozen\": \"2/3\""));
	EXPECT_TRUE(has(self, "\"degraded_reason\": \"1 of 3 vCPUs did not park, vCPU 1 first\""));
	EXPECT_TRUE(has(self, "\"state\": \"not parked\""));
	EXPECT_TRUE(has(self, "0xffffffff81200000"));
	EXPECT_FALSE(has(self, "0xffffffff81200001"));
	EXPECT_TRUE(has(self, "0xffffffff81200002"));
	dump_view_fill(&self->c, &self->x, self->text, self->len, &v);
	EXPECT_STREQ("degraded", v.schema);
	EXPECT_EQ(0, v.ip);
	EXPECT_EQ(2, v.frozen);

	self->x.degraded_reason = "rendezvous timeout";
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(has(self, "\"degraded_reason\": \"rendezvous timeout\""));
}

TEST_F(dump, registers_that_could_not_be_read)
{
	self->vcpus[2].regs.valid = false;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	EXPECT_TRUE(has(self, "\"schema\": \"single\""));
	EXPECT_TRUE(has(self, "\"parked, registers unreadable\""));
}

TEST_F(dump, watch_with_old_and_new)
{
	struct capture_watch watch = {
		.symbol = "scx_watchdog_timestamp",
		.kva = 0xffffffff83000800,
		.len = 8,
		.old_value = 0xffffffffffffffff,
		.new_value = 0x1234,
		.writes = 1ULL << 60,
	};
	struct dump_view v;

	self->src.kind = WIRE_DUMP_WATCH;
	self->src.tag = "scx_watchdog_timestamp";
	self->src.watch = &watch;
	self->src.slots = 1 << 2;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	EXPECT_TRUE(has(self, "\"kind\": \"watch\""));
	EXPECT_TRUE(has(self, "\"tag\": \"scx_watchdog_timestamp\""));
	EXPECT_TRUE(has(self, "\"old\": \"0xffffffffffffffff\""));
	EXPECT_TRUE(has(self, "\"new\": \"0x1234\""));
	EXPECT_TRUE(has(self, "\"writes\": \"0x1000000000000000\""));
	dump_view_fill(&self->c, &self->x, self->text, self->len, &v);
	EXPECT_EQ(WIRE_DUMP_WATCH, v.kind);
	EXPECT_EQ(4, v.slots);
	EXPECT_EQ(0xffffffff83000800, v.kva);
	EXPECT_EQ(0x1234, v.new_value);
	EXPECT_STREQ("scx_watchdog_timestamp", v.tag);
}

TEST_F(dump, dual_report)
{
	struct capture early;
	struct dump_dual dual = {
		.early = &early,
		.early_max_age_jiffies = 700,
		.early_threshold_jiffies = 625,
	};

	self->src.kind = WIRE_DUMP_EARLY;
	ASSERT_EQ(0, capture_take(&early, &self->src));
	self->src.kind = WIRE_DUMP_FAILURE;
	self->x.dual = &dual;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	EXPECT_TRUE(has(self, "\"schema\": \"dual\""));
	EXPECT_TRUE(has(self, "\"kind\": \"early\""));
	EXPECT_TRUE(has(self, "\"late\": {"));
	EXPECT_TRUE(has(self, "\"early_max_age_jiffies\": 700"));
	EXPECT_TRUE(has(self, "\"early_threshold_jiffies\": 625"));
	EXPECT_TRUE(has(self, "\"early_skipped_reason\": null"));

	dual.early = NULL;
	dual.early_skipped_reason = "max_age never crossed threshold (peak=12j, threshold=625j)";
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	EXPECT_FALSE(has(self, "\"early\": {"));
	EXPECT_TRUE(has(self, "peak=12j"));

	atomic_store(&self->vcpus[0].parked, false);
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(has(self, "\"schema\": \"degraded\""));
	capture_free(&early);
}

TEST_F(dump, without_kernel_or_scheduler)
{
	self->src.gk = NULL;
	self->src.sched_kva = 0;
	self->src.exit_kind = 0;
	self->src.vcpu = WIRE_DUMP_NO_VCPU;
	self->x = (struct dump_extra){ 0 };
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self));
	EXPECT_TRUE(has(self, "\"scx_sched_state\": null"));
	EXPECT_TRUE(has(self, "\"exit_info\": null"));
	EXPECT_TRUE(has(self, "\"kernel\": null"));
	EXPECT_TRUE(has(self, "\"vcpu\": null"));
	EXPECT_TRUE(has(self, "\"console\": [ ]") || has(self, "\"console\": []") ||
		    has(self, "\"console\": [\n"));
}

/* Every byte there is, in every text a guest has a hand in. */
TEST_F(dump, hostile_text_everywhere)
{
	char all[1024];
	u32 i;

	for (i = 0; i < sizeof(all); i++)
		all[i] = i % 255 + 1;
	memcpy(self->info.msg, all, sizeof(all));
	self->info.msg[SCX_MSG_MAX - 1] = '\0';
	snprintf(self->info.reason, SCX_REASON_MAX, "%s",
		 "\"\\\n\r\t\x80\xff\xc3(\xed\xa0\x80\x1b[31m\x7f");
	memcpy(self->sched.name, all, SCX_NAME_MAX);
	self->src.tag = "\"}],\xff\x01";
	self->x.release = "\"\\\xf0\x9f";
	self->gk->symbols[0].name = "\"sym\xfe\n\\";
	self->x.sched_log = all;
	self->x.sched_log_len = sizeof(all);
	self->x.console = "\0\"\\\xff";
	self->x.console_len = 4;
	self->info.exit_code = LLONG_MIN;
	self->info.flags = ULLONG_MAX;
	self->info.bt_len = 0xffffffff;
	self->jiffies = (1ULL << 53) + 1;
	self->sched.watchdog = ULLONG_MAX;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(valid(self))
	{
		TH_LOG("%s", self->text);
	}
	EXPECT_TRUE(has(self, "\"jiffies\": \"0x20000000000001\""));
	EXPECT_TRUE(has(self, "\"exit_code\": \"0x8000000000000000\""));
}

TEST_F(dump, logs_of_a_megabyte)
{
	static const char fills[] = { 'a', '\n', '"', '\\', '\x01', '\xff' };
	char *big = malloc(1 << 20);
	u32 i;

	for (i = 0; i < sizeof(fills); i++) {
		memset(big, fills[i], 1 << 20);
		memcpy(big + (1 << 20) - 4, "\nend", 4);
		self->x.sched_log = big;
		self->x.sched_log_len = 1 << 20;
		self->x.console = big;
		self->x.console_len = 1 << 20;
		ASSERT_EQ(0, make(self));
		EXPECT_TRUE(json_valid(self->text, self->len));
		EXPECT_GE(WIRE_DUMP_JSON_MAX, self->len);
		EXPECT_TRUE(has(self, "\"end\""));
	}
	EXPECT_TRUE(valid(self));
	free(big);
}

TEST_F(dump, too_many_vcpus_for_the_logs_or_at_all)
{
	size_t room = 1 << 20;
	char *log = malloc(room);
	u32 i, nr = 7200;

	memset(log, '\xff', room);
	for (i = 0; i < room; i += 900)
		log[i] = '\n';
	self->vcpus = realloc(self->vcpus, 4 * nr * sizeof(*self->vcpus));
	memset(self->vcpus, 0, 4 * nr * sizeof(*self->vcpus));
	self->src.vcpus = self->vcpus;
	for (i = 0; i < 4 * nr; i++)
		vcpu_park(&self->vcpus[i], CLAIM);
	self->src.nr_vcpus = nr;
	self->x.console = log;
	self->x.console_len = room;
	self->x.sched_log = log;
	self->x.sched_log_len = room;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(json_valid(self->text, self->len));
	EXPECT_TRUE(has(self, "\"logs_cut\": true"));
	EXPECT_TRUE(has(self, "\"frozen\": \"7200/7200\""));

	self->src.nr_vcpus = 4 * nr;
	EXPECT_EQ(-E2BIG, make(self));
	EXPECT_NE(NULL, strstr(self->err.msg, "vCPUs"));
	EXPECT_EQ(NULL, self->text);
	free(log);
}

TEST_F(dump, view_sums_up)
{
	struct dump_view v;

	memset(self->info.msg, 0xff, SCX_MSG_MAX - 1);
	ASSERT_EQ(0, make(self));
	dump_view_fill(&self->c, &self->x, self->text, self->len, &v);
	EXPECT_EQ(WIRE_DUMP_FAILURE, v.kind);
	EXPECT_EQ(3, v.frozen);
	EXPECT_EQ(3, v.vcpus);
	EXPECT_EQ(1, v.vcpu);
	EXPECT_EQ(1026, v.exit_kind);
	EXPECT_EQ(CLAIM + 1, v.ip);
	EXPECT_STREQ("scx_vexit+0x1", v.ip_symbol);
	EXPECT_STREQ("single", v.schema);
	EXPECT_EQ(400, v.frozen_ns);
	EXPECT_EQ(20, v.latch_to_frozen_ns);
	EXPECT_EQ(self->text, v.json);
	EXPECT_GT(sizeof(v.exit_msg), strlen(v.exit_msg));
	EXPECT_EQ(0, strncmp(v.exit_msg, "\\xff\\xff", 8));
}

TEST_F(dump, capture_looks_for_the_scheduler_itself)
{
	self->src.sched_kva = 0;
	self->src.exit_kind = 0;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(self->c.has_scx);
	EXPECT_EQ(SCHED, self->c.sched_kva);
	EXPECT_EQ(1026, self->c.exit_kind);
	self->root = 0;
	ASSERT_EQ(0, make(self));
	EXPECT_TRUE(self->c.has_scx);
	EXPECT_EQ(0, self->c.exit_kind);
	EXPECT_TRUE(has(self, "\"root\": \"0x0\""));
	self->scx.anchor = 8;
	ASSERT_EQ(0, make(self));
	EXPECT_FALSE(self->c.has_scx);
}

TEST_HARNESS_MAIN
