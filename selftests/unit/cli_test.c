// SPDX-License-Identifier: GPL-2.0-only
/* The command line: what it takes, and what it says about what it does not. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "doctor.h"
#include "kconfig.h"
#include "kselftest_harness.h"
#include "lib/number.h"
#include "lib/util.h"
#include "run_opts.h"

TEST(number_strict)
{
	static const char *const bad[] = {
		"", " 1", "1 ", "+1", "-1", "0x10", "1k", "1.5", "one",
	};
	struct ktstr_err err;
	unsigned int i;
	u32 v = 7;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(number_parse(bad[i], 0, 100, &v, &err), -EINVAL);
	EXPECT_EQ(v, 7);
	EXPECT_NE(strstr(err.msg, "'one'"), NULL);
	EXPECT_EQ(number_parse("0", 1, 100, &v, &err), -ERANGE);
	EXPECT_EQ(number_parse("101", 1, 100, &v, &err), -ERANGE);
	EXPECT_NE(strstr(err.msg, "from 1 to 100"), NULL);
	EXPECT_EQ(number_parse("100", 1, 100, &v, NULL), 0);
	EXPECT_EQ(v, 100);
	EXPECT_EQ(number_parse("4294967295", 0, UINT32_MAX, &v, NULL), 0);
	EXPECT_EQ(v, UINT32_MAX);
}

TEST(number_does_not_wrap)
{
	u32 v;

	EXPECT_EQ(number_parse("4294967296", 0, UINT32_MAX, &v, NULL), -ERANGE);
	EXPECT_EQ(number_parse("18446744073709551617", 0, UINT32_MAX, &v, NULL), -ERANGE);
	EXPECT_EQ(duration_parse("18446744073709551617ms", 0, &v, NULL), -ERANGE);
	EXPECT_EQ(duration_parse("4294967295m", 0, &v, NULL), -ERANGE);
}

TEST(duration_units)
{
	u32 ms;

	EXPECT_EQ(duration_parse("500ms", 1, &ms, NULL), 0);
	EXPECT_EQ(ms, 500);
	EXPECT_EQ(duration_parse("3s", 1, &ms, NULL), 0);
	EXPECT_EQ(ms, 3000);
	EXPECT_EQ(duration_parse("2m", 1, &ms, NULL), 0);
	EXPECT_EQ(ms, 120000);
	EXPECT_EQ(duration_parse("1440m", 1, &ms, NULL), 0);
	EXPECT_EQ(ms, DURATION_MAX_MS);
	EXPECT_EQ(duration_parse("1441m", 1, &ms, NULL), -ERANGE);
	EXPECT_EQ(duration_parse("0s", 0, &ms, NULL), 0);
	EXPECT_EQ(duration_parse("0s", 1, &ms, NULL), -ERANGE);
}

TEST(duration_strict)
{
	static const char *const bad[] = {
		"", "3", "s", "ms", "3 s", " 3s", "3s ", "3S", "3sec", "1.5s", "-3s", "1m30s", "3h",
	};
	struct ktstr_err err;
	unsigned int i;
	u32 ms;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(duration_parse(bad[i], 0, &ms, &err), -EINVAL);
		EXPECT_NE(strstr(err.msg, bad[i]), NULL);
		EXPECT_NE(strstr(err.msg, "500ms"), NULL);
	}
}

/* Parses "run" and the words of @line. */
static int parse(const char *line, struct run_opts *o, struct ktstr_err *err)
{
	static char buf[512];
	static char *argv[32];
	char *save = NULL, *word;
	int argc = 0;

	argv[argc++] = "run";
	snprintf(buf, sizeof(buf), "%s", line);
	for (word = strtok_r(buf, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	return run_opts_parse(argc, argv, o, err);
}

TEST(run_scheduler_options)
{
	const struct ktstr_test *t;
	struct run_opts o;

	ASSERT_EQ(parse("--scheduler scx_simple --expect-ops simple -- -v --slice 5", &o, NULL), 0);
	t = &o.test;
	EXPECT_STREQ(t->scheduler, "scx_simple");
	EXPECT_STREQ(t->expect_ops, "simple");
	ASSERT_NE(t->sched_args, NULL);
	EXPECT_STREQ(t->sched_args[0], "-v");
	EXPECT_STREQ(t->sched_args[2], "5");
	EXPECT_EQ(t->sched_args[3], NULL);
}

TEST(run_a_scenario)
{
	const struct ktstr_test *t;
	struct ktstr_err err;
	struct run_opts o;

	ASSERT_EQ(parse("--scenario cpuset_resize --scheduler scx_simple", &o, NULL), 0);
	t = &o.test;
	EXPECT_NE(t->backdrop, NULL);
	EXPECT_NE(t->steps, NULL);
	EXPECT_EQ(t->ops, NULL);
	EXPECT_EQ(t->checks.isolation, 1);
	EXPECT_EQ(topology_cpus(&t->topo), 4);
	ASSERT_EQ(parse("--scenario steady --topology odd-3llc --snapshot-at 10ms", &o, NULL), 0);
	EXPECT_STREQ(o.test.topology, "odd-3llc");
	EXPECT_EQ(o.test.nr_ops, 1);
	EXPECT_EQ(parse("--scenario stedy", &o, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "--scenario: no scenario 'stedy'; there are steady, "), NULL);
	EXPECT_EQ(parse("--scenario steady --workers 3", &o, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "exclude each other"), NULL);
	EXPECT_EQ(parse("--scenario cgroup_add --watch jiffies_64", &o, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "cgroup_add has steps"), NULL);
}

TEST(run_machine_options)
{
	const struct ktstr_test *t;
	struct run_opts o;

	ASSERT_EQ(parse("--topology 1n2l2c1t --memory 640 --kernel k --boot vmlinux --no-kaslr", &o,
			NULL),
		  0);
	t = &o.test;
	EXPECT_STREQ(t->topology, "1n2l2c1t");
	EXPECT_EQ(topology_cpus(&t->topo), 4);
	EXPECT_EQ(t->mem_mib, 640);
	EXPECT_STREQ(t->kernel, "k");
	EXPECT_EQ(t->boot, KTSTR_BOOT_VMLINUX);
	EXPECT_TRUE(t->no_kaslr);
	EXPECT_EQ(run_opts_parse(3, (char *[]){ "run", "--cmdline", "foo=1 bar", NULL }, &o, NULL),
		  0);
	EXPECT_STREQ(t->extra_cmdline, "foo=1 bar");
}

TEST(run_scenario_options)
{
	const struct ktstr_test *t;
	struct run_opts o;

	ASSERT_EQ(parse("--duration 3s --workers 9 --timeout 60s --fault panic --fault-after 500ms",
			&o, NULL),
		  0);
	t = &o.test;
	EXPECT_EQ(t->duration_ms, 3000);
	EXPECT_EQ(t->workers, 9);
	EXPECT_EQ(t->timeout_ms, 60000);
	EXPECT_EQ(t->fault, SCENARIO_FAULT_PANIC);
	EXPECT_EQ(t->fault_after_ms, 500);
}

TEST(run_watch_options)
{
	const struct ktstr_op *ops;
	struct run_opts o;
	char args[128];

	snprintf(args, sizeof(args), "%s %s",
		 "--snapshot-at 700ms:late --watch jiffies_64 --snapshot-at 0s --watch b",
		 "--snapshot-at 300 --snapshot-at 300ms:same");
	ASSERT_EQ(parse(args, &o, NULL), 0);
	ops = o.test.ops;
	ASSERT_EQ(o.test.nr_ops, 6);
	EXPECT_EQ(ops[0].kind, SCENARIO_OP_WATCH);
	EXPECT_STREQ(ops[0].name, "jiffies_64");
	EXPECT_STREQ(ops[1].name, "b");
	EXPECT_EQ(ops[2].kind, SCENARIO_OP_CAPTURE);
	EXPECT_STREQ(ops[2].name, "at_0ms");
	EXPECT_EQ(ops[3].at_ms, 300);
	EXPECT_STREQ(ops[3].name, "at_300ms");
	EXPECT_STREQ(ops[4].name, "same");
	EXPECT_EQ(ops[5].at_ms, 700);
	EXPECT_STREQ(ops[5].name, "late");
	ASSERT_EQ(parse("", &o, NULL), 0);
	EXPECT_EQ(o.test.nr_ops, 0);
}

TEST(run_watch_more_than_there_is)
{
	char line[4096] = "";
	struct ktstr_err err;
	struct run_opts o;
	char *argv[140];
	int argc = 1, i;

	EXPECT_EQ(parse("--watch a --watch b --watch c", &o, NULL), 0);
	EXPECT_EQ(parse("--watch a --watch b --watch c --watch d", &o, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "--watch: 'd' is one too many: at most 3"), NULL);
	argv[0] = "run";
	for (i = 0; i < 65; i++) {
		argv[argc++] = "--snapshot-at";
		argv[argc++] = "5";
	}
	argv[argc] = NULL;
	EXPECT_EQ(run_opts_parse(argc, argv, &o, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "at most 64"), NULL);
	memset(line, 'x', 70);
	argc = 1;
	argv[argc++] = "--watch";
	argv[argc++] = line;
	argv[argc] = NULL;
	EXPECT_EQ(run_opts_parse(argc, argv, &o, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "more than 64 characters"), NULL);
}

TEST(decimals)
{
	static const char *const bad[] = {
		"", ".", ".5", "5.", "1.2.3", "-1", "+1", "1e3", "0x1", " 1", "1 ", "nan", "inf",
	};
	struct ktstr_err err;
	unsigned int i;
	double v = 7;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_EQ(decimal_parse(bad[i], 0, 100, &v, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "'inf'"), NULL);
	EXPECT_EQ(decimal_parse("100.1", 0, 100, &v, &err), -ERANGE);
	EXPECT_NE(strstr(err.msg, "from 0 to 100"), NULL);
	EXPECT_EQ(decimal_parse("0.4", 0.5, 100, &v, NULL), -ERANGE);
	EXPECT_EQ(v, 7);
	EXPECT_EQ(decimal_parse("2.25", 0.5, 100, &v, NULL), 0);
	EXPECT_EQ(v, 2.25);
	EXPECT_EQ(decimal_parse("100", 0.5, 100, &v, NULL), 0);
	EXPECT_EQ(v, 100);
}

TEST(run_monitor_options)
{
	struct run_opts o;

	ASSERT_EQ(parse("", &o, NULL), 0);
	EXPECT_FALSE(o.test.monitor.enforce);
	ASSERT_EQ(parse("--monitor --json", &o, NULL), 0);
	EXPECT_TRUE(o.test.monitor.enforce);
	EXPECT_EQ(o.test.monitor.max_imbalance_ratio, 0);
	EXPECT_TRUE(o.json);
	ASSERT_EQ(parse("--monitor=imbalance=2.5,local_dsq_depth=7,sustained=3", &o, NULL), 0);
	EXPECT_TRUE(o.test.monitor.enforce);
	EXPECT_EQ(o.test.monitor.max_imbalance_ratio, 2.5);
	EXPECT_EQ(o.test.monitor.max_local_dsq_depth, 7);
	EXPECT_EQ(o.test.monitor.sustained_samples, 3);
	EXPECT_FALSE(o.test.monitor.allow_clock_stuck);
	ASSERT_EQ(parse("--monitor=rq_clock_stuck=allow --monitor=keep_last_rate=0.5", &o, NULL),
		  0);
	EXPECT_TRUE(o.test.monitor.allow_clock_stuck);
	EXPECT_EQ(o.test.monitor.max_keep_last_rate, 0.5);
	ASSERT_EQ(parse("--monitor=fallback_rate=20", &o, NULL), 0);
	EXPECT_EQ(o.test.monitor.max_fallback_rate, 20);
}

TEST(run_output_options)
{
	struct run_opts o;

	ASSERT_EQ(parse("--out d --json --verbose", &o, NULL), 0);
	EXPECT_STREQ(o.test.out_dir, "d");
	EXPECT_TRUE(o.json);
	EXPECT_TRUE(o.test.verbose);
	EXPECT_FALSE(o.help);
}

TEST(run_memory_and_hold_options)
{
	struct run_opts o;

	ASSERT_EQ(parse("--save-memory a.vmcore --hold", &o, NULL), 0);
	EXPECT_STREQ(o.test.save_memory, "a.vmcore");
	EXPECT_EQ(o.test.hold_ms, KTSTR_HOLD_MAX_MS);
	ASSERT_EQ(parse("--hold=90s", &o, NULL), 0);
	EXPECT_EQ(o.test.hold_ms, 90000);
	EXPECT_EQ(o.test.save_memory, NULL);
}

TEST(run_defaults)
{
	struct run_opts o;

	ASSERT_EQ(parse("", &o, NULL), 0);
	EXPECT_EQ(o.test.scheduler, NULL);
	EXPECT_EQ(o.test.sched_args, NULL);
	EXPECT_EQ(o.test.boot, KTSTR_BOOT_AUTO);
	EXPECT_EQ(o.test.fault, SCENARIO_FAULT_NONE);
	EXPECT_FALSE(o.json);
	ASSERT_EQ(parse("--help --nonsense", &o, NULL), 0);
	EXPECT_TRUE(o.help);
}

TEST(run_errors_name_option_and_value)
{
	static const struct {
		const char *line;
		const char *says[3];
	} cases[] = {
		{ "--duration 3x", { "--duration", "'3x'", "500ms" } },
		{ "--duration 0s", { "--duration", "'0s'", "1ms" } },
		{ "--timeout 10ms", { "--timeout", "'10ms'", "1000ms" } },
		{ "--workers 0", { "--workers", "'0'", "from 1 to 65536" } },
		{ "--workers many", { "--workers", "'many'", "whole number" } },
		{ "--memory 64", { "--memory", "'64'", "128" } },
		{ "--topology 2x", { "--topology", "'2x'", "1n2l4c2t" } },
		{ "--topology 3n2l1c1t", { "--topology", "2 LLCs", "3 nodes" } },
		{ "--snapshot-at soon", { "--snapshot-at", "'soon'", "500ms" } },
		{ "--snapshot-at 5x:tag", { "--snapshot-at", "'5x'", "500ms" } },
		{ "--snapshot-at 5:", { "--snapshot-at", "empty", "tag" } },
		{ "--snapshot-at :tag", { "--snapshot-at", "''", "500ms" } },
		{ "--snapshot-at 1s", { "--snapshot-at", "1000 ms", "--duration" } },
		{ "--monitor=imbalence=2", { "--monitor", "'imbalence'", "sustained" } },
		{ "--monitor=imbalance=0", { "--monitor", "imbalance: '0'", "from 0.001" } },
		{ "--monitor=imbalance", { "--monitor", "imbalance needs", "imbalance=5" } },
		{ "--monitor=sustained=1.5", { "--monitor", "'1.5'", "whole number" } },
		{ "--monitor=rq_clock_stuck=1", { "--monitor", "'1'", "allow" } },
		{ "--monitor=sustained=3,", { "--monitor", "''", "imbalance" } },
		{ "--monitor=", { "--monitor", "''", "imbalance" } },
		{ "--hold=0s", { "--hold", "'0s'", "1ms" } },
		{ "--hold=long", { "--hold", "'long'", "500ms" } },
		{ "--hold --timeout 9s", { "--hold", "--timeout", "--hold=TIME" } },
		{ "--save-memory", { "--save-memory", "needs a value", "" } },
		{ "--boot fast", { "--boot", "'fast'", "auto, bzimage or vmlinux" } },
		{ "--fault fire", { "--fault", "'fire'", "kill-sched" } },
		{ "--fault-after 1s", { "--fault-after", "needs", "--fault" } },
		{ "--fault kill-sched", { "kill-sched", "needs", "--scheduler" } },
		{ "--expect-ops simple", { "--expect-ops", "needs", "--scheduler" } },
		{ "-- -v", { "--", "scheduler", "--scheduler" } },
		{ "scx_simple", { "'scx_simple'", "unexpected", "--" } },
		{ "--json scx_simple -- -v", { "'scx_simple'", "unexpected", "--" } },
		{ "--schedular x", { "'--schedular'", "no option", "" } },
		{ "--json=yes", { "'--json=yes'", "no option", "" } },
		{ "-x", { "'-x'", "no option", "" } },
		{ "--scheduler", { "--scheduler", "needs a value", "" } },
	};
	struct ktstr_err err;
	struct run_opts o;
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		err.msg[0] = '\0';
		EXPECT_EQ(parse(cases[i].line, &o, &err), -EINVAL);
		for (k = 0; k < ARRAY_SIZE(cases[i].says); k++) {
			EXPECT_NE(strstr(err.msg, cases[i].says[k]), NULL)
			TH_LOG("'%s': %s", cases[i].line, err.msg);
		}
	}
}

TEST(run_empty_values_are_refused)
{
	struct ktstr_err err;
	struct run_opts o;

	EXPECT_EQ(run_opts_parse(3, (char *[]){ "run", "--scheduler", "", NULL }, &o, &err),
		  -EINVAL);
	EXPECT_NE(strstr(err.msg, "--scheduler"), NULL);
}

TEST(reports_take_json_and_help_only)
{
	struct ktstr_err err;

	EXPECT_EQ(cmd_output_parse(1, (char *[]){ "list", NULL }, &err), CMD_TEXT);
	EXPECT_EQ(cmd_output_parse(2, (char *[]){ "list", "--json", NULL }, &err), CMD_JSON);
	EXPECT_EQ(cmd_output_parse(2, (char *[]){ "list", "-h", NULL }, &err), CMD_HELP);
	EXPECT_EQ(cmd_output_parse(2, (char *[]){ "list", "--xml", NULL }, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "--xml"), NULL);
	EXPECT_EQ(cmd_output_parse(2, (char *[]){ "list", "all", NULL }, &err), -EINVAL);
	EXPECT_NE(strstr(err.msg, "'all'"), NULL);
}

TEST(kconfig_values)
{
	static const char text[] = "# CONFIG_KVM_AMD is not set\nCONFIG_KVM=m\n"
				   "CONFIG_KVM_X=y\nXCONFIG_A=y\nCONFIG_B=y";

	EXPECT_EQ(kconfig_value(text, "KVM"), 'm');
	EXPECT_EQ(kconfig_value(text, "KVM_X"), 'y');
	EXPECT_EQ(kconfig_value(text, "KVM_AMD"), 'n');
	EXPECT_EQ(kconfig_value(text, "A"), 'n');
	EXPECT_EQ(kconfig_value(text, "B"), 'y');
	EXPECT_EQ(kconfig_value("", "B"), 'n');
}

static void healthy(struct doctor *d)
{
	memset(d, 0, sizeof(*d));
	check_detail(doctor_check(d, "kvm", "KVM"), "usable");
	d->kvm = true;
	d->kernel = true;
	d->guest_init = true;
}

TEST(doctor_ready_needs_a_host_a_kernel_and_an_init)
{
	struct doctor d;

	unsetenv("KTSTR_HOST");
	healthy(&d);
	EXPECT_TRUE(doctor_ready(&d));
	EXPECT_STREQ(doctor_where(&d), "kvm");
	d.kvm = false;
	EXPECT_FALSE(doctor_ready(&d));
	d.emulated = true;
	EXPECT_TRUE(doctor_ready(&d));
	EXPECT_STREQ(doctor_where(&d), "emulated");
	d.kernel = false;
	EXPECT_FALSE(doctor_ready(&d));
	d.kernel = true;
	d.guest_init = false;
	EXPECT_FALSE(doctor_ready(&d));
}

TEST(doctor_obeys_ktstr_host)
{
	struct doctor d;

	healthy(&d);
	setenv("KTSTR_HOST", "emulated", 1);
	EXPECT_FALSE(doctor_ready(&d));
	d.emulated = true;
	EXPECT_STREQ(doctor_where(&d), "emulated");
	d.kvm = false;
	setenv("KTSTR_HOST", "kvm", 1);
	EXPECT_STREQ(doctor_where(&d), "none");
	setenv("KTSTR_HOST", "qemu", 1);
	EXPECT_STREQ(doctor_where(&d), "none");
	setenv("KTSTR_HOST", "auto", 1);
	EXPECT_STREQ(doctor_where(&d), "emulated");
}

TEST(doctor_prints_what_is_wrong)
{
	struct doctor d;
	struct check *c;
	char *text = NULL;
	size_t len;
	FILE *f;

	unsetenv("KTSTR_HOST");
	healthy(&d);
	d.kvm = false;
	c = doctor_check(&d, "qemu", "QEMU");
	check_detail(c, "looked \"here\"\x1b[2J");
	check_bad(c, CHECK_MISSING, "the emulated host", "scripts/setup");
	f = open_memstream(&text, &len);
	doctor_print(&d, f, false);
	fclose(f);
	EXPECT_EQ(strchr(text, '\x1b'), NULL);
	EXPECT_NE(strstr(text, "ok       KVM            usable\n"), NULL);
	EXPECT_NE(strstr(text, "missing  QEMU           looked"), NULL);
	EXPECT_NE(strstr(text, "blocks: the emulated host\n"), NULL);
	EXPECT_NE(strstr(text, "fix:    scripts/setup\n"), NULL);
	EXPECT_NE(strstr(text, "not ready: nowhere to run a VM;\n"), NULL);
	free(text);
	f = open_memstream(&text, &len);
	EXPECT_EQ(doctor_json(&d, f), 0);
	fclose(f);
	EXPECT_NE(strstr(text, "\"ready\": false"), NULL);
	EXPECT_NE(strstr(text, "\"host\": \"none\""), NULL);
	EXPECT_NE(strstr(text, "\"key\": \"qemu\""), NULL);
	EXPECT_NE(strstr(text, "\"detail\": \"looked \\\"here\\\"\\\\x1b[2J\""), NULL);
	free(text);
}

FIXTURE(bare)
{
	char dir[64];
};

FIXTURE_SETUP(bare)
{
	static const char *const vars[] = {
		"KTSTR_KERNEL",	   "KTSTR_HOST_KERNEL", "KTSTR_HOST", "KTSTR_QEMU",
		"KTSTR_SCHED_DIR", "KTSTR_GUEST_INIT",	"KDIR",	      "CC",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vars); i++)
		unsetenv(vars[i]);
	snprintf(self->dir, sizeof(self->dir), "/tmp/ktstr-cli.XXXXXX");
	ASSERT_NE(mkdtemp(self->dir), NULL);
	setenv("PATH", self->dir, 1);
	setenv("KTSTR_CACHE_DIR", self->dir, 1);
}

FIXTURE_TEARDOWN(bare)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/vmlinuz", self->dir);
	unlink(path);
	rmdir(self->dir);
}

static const struct check *find(const struct doctor *d, const char *key)
{
	static const struct check none = { .status = CHECK_OK, .detail = "no such check" };
	unsigned int i;

	for (i = 0; i < d->nr; i++) {
		if (!strcmp(d->checks[i].key, key))
			return &d->checks[i];
	}
	return &none;
}

TEST_F(bare, everything_is_missing_and_says_so)
{
	static const char *const keys[] = {
		"qemu",	       "host_kernel", "kernel", "schedulers",
		"kernel_tree", "compiler",    "clang",	"iasl",
	};
	struct doctor d = { 0 };
	unsigned int i;

	setenv("KTSTR_SCHED_DIR", "/nonexistent", 1);
	doctor_host(&d);
	doctor_guest(&d);
	doctor_build(&d);
	EXPECT_LE(d.nr, DOCTOR_CHECKS_MAX);
	for (i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct check *c = find(&d, keys[i]);

		EXPECT_EQ(c->status, CHECK_MISSING)
		TH_LOG("%s: %s", keys[i], c->detail);
		EXPECT_NE(c->fix[0], '\0');
		EXPECT_NE(c->blocks[0], '\0');
	}
	EXPECT_EQ(find(&d, "sched_ext")->status, CHECK_UNKNOWN);
	EXPECT_EQ(find(&d, "btf")->status, CHECK_UNKNOWN);
	EXPECT_EQ(find(&d, "virtio_mmio")->status, CHECK_UNKNOWN);
	EXPECT_FALSE(d.emulated);
	EXPECT_FALSE(doctor_ready(&d));
}

TEST_F(bare, a_kernel_that_is_none)
{
	struct doctor d = { 0 };
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/vmlinuz", self->dir);
	f = fopen(path, "w");
	ASSERT_NE(f, NULL);
	fputs("no kernel", f);
	fclose(f);
	setenv("KTSTR_KERNEL", path, 1);
	doctor_guest(&d);
	EXPECT_EQ(find(&d, "kernel")->status, CHECK_BROKEN);
	EXPECT_NE(strstr(find(&d, "kernel")->detail, path), NULL);
	EXPECT_FALSE(d.kernel);
}

TEST_HARNESS_MAIN
