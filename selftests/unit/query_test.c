// SPDX-License-Identifier: GPL-2.0-only
/* Questions about a guest out of a file, from the words to the text. */
#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>

#include "kselftest_harness.h"
#include "guest_kernel_fixture.h"
#include "json_check.h"
#include "vmcore_fixture.h"

#include "host/inspect/guest_state.h"
#include "host/inspect/image_guest.h"
#include "host/inspect/query.h"
#include "host/inspect/query_internal.h"
#include "host/inspect/type_name.h"
#include "host/inspect/value.h"
#include "host/kernel/kbtf.h"

#define BTF_AT	    0x50000ULL
#define THING	    0x4300ULL
#define BANNER	    0x4400ULL
#define PERCPU_VAR  0x30000ULL
#define PERCPU_GPA  0x380000ULL
#define KERNEL_CPUS 2

/**
 * struct asked - a guest in a file, and what it was asked
 * @guest: as it was before
 * @saved: the file
 * @g: it, opened
 * @btf: its types, raw
 * @btf_len: bytes of them
 * @types: owns @btf
 * @text: the last answer
 * @len: of it
 * @err: why there is none
 */
struct asked {
	struct guest guest;
	struct saved saved;
	struct image_guest *g;
	const void *btf;
	u32 btf_len;
	struct btf *types;
	char *text;
	size_t len;
	struct ktstr_err err;
};

static void add_types(struct btf *b)
{
	int u32_id = btf__add_int(b, "unsigned int", 4, 0), u64_id, thing, var, array;

	u64_id = btf__add_int(b, "long unsigned int", 8, 0);
	btf__add_int(b, "char", 1, BTF_INT_CHAR);
	btf__add_typedef(b, "u64", u64_id);
	btf__add_struct(b, "btf", 16);
	btf__add_field(b, "data", u64_id, 0, 0);
	btf__add_field(b, "data_size", u32_id, 64, 0);
	thing = btf__add_struct(b, "thing", 16);
	btf__add_field(b, "count", u32_id, 0, 0);
	btf__add_field(b, "sum", u64_id, 64, 0);
	btf__add_ptr(b, thing);
	array = btf__add_array(b, u32_id, u32_id, 2);
	btf__add_fwd(b, "hidden", BTF_FWD_STRUCT);
	var = btf__add_var(b, "cpu_pair", BTF_VAR_GLOBAL_ALLOCATED, array);
	btf__add_datasec(b, ".data..percpu", 8);
	btf__add_datasec_var_info(b, var, 0, 8);
}

static void add_memory(struct asked *a)
{
	u8 *ram = a->guest.ram, *image = ram + TEXT_GPA;
	u32 pair[KERNEL_CPUS][2] = { { 11, 12 }, { 21, 22 } }, cpu, nr = KERNEL_CPUS;
	u64 thing[2] = { 7, 1ULL << 60 };

	memcpy(image + NR_CPU_IDS, &nr, sizeof(nr));
	memcpy(image + THING, thing, sizeof(thing));
	memcpy(image + BANNER, "Linux \033[1m", 10);
	memcpy(image + BTF_AT, a->btf, a->btf_len);
	for (cpu = 0; cpu < KERNEL_CPUS; cpu++) {
		u64 gpa = PERCPU_GPA + cpu * SZ_4K;

		memcpy(ram + gpa, pair[cpu], sizeof(pair[cpu]));
		put64(image, CPU_OFFSETS + 8 * cpu, DIRECT + gpa - PERCPU_VAR);
	}
}

static void add_symbols(struct asked *a)
{
	struct kt_symbol sym[ARRAY_SIZE(runtime) + 10];
	const struct kt_symbol more[] = {
		{ "cpu_pair", PERCPU_VAR },
		{ "untyped_percpu", PERCPU_VAR + 8 },
		{ "__per_cpu_start", 0 },
		{ "__per_cpu_end", 0x40000 },
		{ "a_thing", TEXT + THING },
		{ "a_thing_end", TEXT + THING + 16 },
		{ "linux_banner", TEXT + BANNER },
		{ "__start_BTF", TEXT + BTF_AT },
		{ "__stop_BTF", TEXT + BTF_AT + a->btf_len },
		{ "nowhere", 0xffffc90000200000 },
	};

	memcpy(sym, runtime, sizeof(runtime));
	memcpy(sym + ARRAY_SIZE(runtime), more, sizeof(more));
	make_kallsyms(a->guest.ram, &a->guest.cfg, sym, ARRAY_SIZE(sym));
}

static bool save(struct asked *a)
{
	struct guest_kernel *gk;

	a->guest.cfg.image = NULL;
	gk = gk_new(&a->guest.cfg, &a->err);
	if (!gk)
		return false;
	vmcore_src_init(&a->saved.src, &a->guest.cfg, gk);
	a->saved.src.regs = a->saved.regs;
	a->saved.src.nr_cpus = CPUS;
	if (vmcore_write(&a->saved.src, a->saved.fd, NULL, &a->err))
		gk = NULL;
	gk_free(gk);
	return gk;
}

FIXTURE(query)
{
	struct asked a;
};

FIXTURE_SETUP(query)
{
	struct asked *a = &self->a;

	ASSERT_TRUE(guest_init(&a->guest));
	ASSERT_TRUE(saved_init(&a->saved, 6ULL * SZ_1M));
	a->types = btf__new_empty();
	ASSERT_NE(NULL, a->types);
	add_types(a->types);
	a->btf = btf__raw_data(a->types, &a->btf_len);
	ASSERT_NE(NULL, a->btf);
	add_memory(a);
	add_symbols(a);
	ASSERT_TRUE(save(a))
	{
		TH_LOG("%s", a->err.msg);
	}
	a->g = image_guest_open(a->saved.path, NULL, &a->err);
	ASSERT_NE(NULL, a->g)
	{
		TH_LOG("%s", a->err.msg);
	}
}

FIXTURE_TEARDOWN(query)
{
	struct asked *a = &self->a;

	free(a->text);
	image_guest_close(a->g);
	btf__free(a->types);
	saved_end(&a->saved);
	guest_end(&a->guest);
}

/* Return: 0 with the answer in @a->text, or negative errno with @a->err. */
static int ask(struct asked *a, bool json, const char *command, const char *arg)
{
	const char *const argv[] = { command, arg };
	struct vtree *t;
	struct query q;
	FILE *out;
	int ret;

	free(a->text);
	a->text = NULL;
	a->err.msg[0] = '\0';
	ret = query_parse(arg ? 2 : 1, argv, &q, &a->err);
	if (ret)
		return ret;
	t = query_walk(a->g->state, &q, true, 0, &a->err);
	if (!t)
		return -errno;
	out = open_memstream(&a->text, &a->len);
	if (!out)
		return -ENOMEM;
	ret = query_print(a->g->state, &q, t, json, out);
	fclose(out);
	vtree_free(t);
	return ret;
}

static bool has(const char *text, const char *what)
{
	if (text && strstr(text, what))
		return true;
	fprintf(stderr, "# no '%s' in: %s\n", what, text);
	return false;
}

#define SAYS(what) EXPECT_TRUE(has(self->a.text, what))
#define WHY(what)  EXPECT_TRUE(has(self->a.err.msg, what))

TEST_F(query, a_guest_out_of_a_file_is_whole)
{
	struct image_guest *g = self->a.g;

	EXPECT_EQ(KERNEL_CPUS, g->state->in.nr_cpus);
	EXPECT_FALSE(g->has_scx);
	EXPECT_EQ(3, g->core->nr_cpus);
	EXPECT_TRUE(kbtf_has(g->btf, "thing", "count"));
}

TEST_F(query, what_is_no_guest_is_named)
{
	struct ktstr_err err = { "" };

	EXPECT_EQ(NULL, image_guest_open("/nonexistent/guest", NULL, &err));
	EXPECT_EQ(ENOENT, errno);
	EXPECT_NE(NULL, strstr(err.msg, "/nonexistent/guest"));
	EXPECT_EQ(NULL, image_guest_open(self->a.saved.path, "/nonexistent/vmlinux", &err));
	EXPECT_NE(NULL, strstr(err.msg, "/nonexistent/vmlinux"));
	EXPECT_EQ(NULL, image_guest_open("/dev/null", NULL, &err));
	image_guest_close(NULL);
}

TEST_F(query, a_guest_without_types_says_how_to_help)
{
	struct asked *a = &self->a;
	u8 zeroes[64] = { 0 };
	Elf64_Phdr ph;
	struct ktstr_err err = { "" };

	image_guest_close(a->g);
	ASSERT_EQ(sizeof(ph),
		  pread(a->saved.fd, &ph, sizeof(ph), sizeof(Elf64_Ehdr) + 2 * sizeof(ph)));
	ASSERT_EQ(sizeof(zeroes), pwrite(a->saved.fd, zeroes, sizeof(zeroes),
					 ph.p_offset - ph.p_paddr + TEXT_GPA + BTF_AT));
	a->g = image_guest_open(a->saved.path, NULL, &err);
	EXPECT_EQ(NULL, a->g);
	EXPECT_NE(NULL, strstr(err.msg, "--kernel"));
}

TEST_F(query, a_symbol_by_type)
{
	ASSERT_EQ(0, ask(&self->a, false, "symbol", "a_thing:struct thing"));
	SAYS("type: \"struct thing\"");
	SAYS("count: 7");
	SAYS("sum: 1152921504606846976");
	ASSERT_EQ(0, ask(&self->a, false, "symbol", "a_thing:u64[2]"));
	SAYS("[7, 1152921504606846976]");
	SAYS("type: \"u64[2]\"");
	ASSERT_EQ(0, ask(&self->a, false, "symbol", "a_thing:struct thing *"));
	SAYS("type: \"struct thing *\"");
	SAYS("value: 0x7");
	ASSERT_EQ(0, ask(&self->a, true, "symbol", "a_thing:thing"));
	EXPECT_TRUE(json_valid(self->a.text, self->a.len));
	SAYS("\"sum\":\"0x1000000000000000\"");
}

TEST_F(query, a_symbol_without_a_type)
{
	ASSERT_EQ(0, ask(&self->a, false, "symbol", "a_thing"));
	SAYS("size: 16");
	SAYS("as_u64: 0x7");
	SAYS("NAME:TYPE");
	ASSERT_EQ(0, ask(&self->a, true, "symbol", "linux_banner"));
	SAYS("\"size\":256");
}

TEST_F(query, bytes_of_the_guest_are_escaped)
{
	ASSERT_EQ(0, ask(&self->a, false, "symbol", "linux_banner:char[16]"));
	SAYS("Linux \\x1b[1m");
	EXPECT_EQ(NULL, strchr(self->a.text, '\033'));
}

TEST_F(query, memory_that_is_not_there_is_said)
{
	ASSERT_EQ(0, ask(&self->a, false, "symbol", "nowhere:struct thing"));
	SAYS("not mapped");
}

TEST_F(query, a_percpu_variable_of_every_cpu)
{
	ASSERT_EQ(0, ask(&self->a, false, "percpu", "cpu_pair"));
	SAYS("type: \"unsigned int[2]\"");
	SAYS("[11, 12]");
	SAYS("[21, 22]");
	EXPECT_EQ(NULL, strstr(self->a.text, "cpu: 2"));
	ASSERT_EQ(0, ask(&self->a, false, "percpu", "untyped_percpu:u64"));
}

TEST_F(query, who_mixes_up_kinds_of_variables_is_told)
{
	EXPECT_EQ(-EINVAL, ask(&self->a, false, "symbol", "cpu_pair"));
	WHY("ask for 'percpu cpu_pair'");
	EXPECT_EQ(-EINVAL, ask(&self->a, false, "symbol", "untyped_percpu"));
	EXPECT_EQ(-EINVAL, ask(&self->a, false, "percpu", "a_thing"));
	WHY("ask for 'symbol a_thing'");
}

TEST_F(query, what_does_not_exist_has_neighbours)
{
	EXPECT_EQ(-ENOENT, ask(&self->a, false, "symbol", "a_thin"));
	WHY("'a_thin'");
	WHY("there are: a_thing");
	EXPECT_EQ(-ENOENT, ask(&self->a, false, "symbol", "\033x"));
	WHY("\\x1bx");
	EXPECT_EQ(-EINVAL, ask(&self->a, false, "symbol", ":u64"));
	EXPECT_EQ(-ENOENT, ask(&self->a, false, "symbol", "a_thing:struct thin"));
	WHY("no type 'struct thin'");
	WHY("there are: thing");
	EXPECT_EQ(-ENOENT, ask(&self->a, false, "symbol", "a_thing:hidden"));
}

TEST_F(query, texts_that_are_no_types)
{
	static const char *const bad[] = {
		"",	  " ",	     "*",	   "[4]",      "u64[",	"u64[]",
		"u64[0]", "u64[-1]", "u64[65537]", "u64[4]x]", "u64**", "struct ",
	};
	struct type_name t;
	struct ktstr_err err;
	char long_name[600];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_GT(0, type_name_parse(self->a.g->btf, bad[i], &t, &err))
		{
			TH_LOG("'%s' is taken", bad[i]);
		}
	}
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	EXPECT_EQ(-EINVAL, type_name_parse(self->a.g->btf, long_name, &t, &err));
	EXPECT_EQ(0, type_name_parse(self->a.g->btf, " u64 [65536] ", &t, &err));
	EXPECT_EQ(65536, t.count);
	EXPECT_EQ(8, t.size);
}

TEST_F(query, all_symbols_in_order_of_address)
{
	u64 last = 0, kva;
	char *line, *save_ptr;
	size_t nr = 0;

	ASSERT_EQ(0, ask(&self->a, false, "symbols", NULL));
	SAYS(" a cpu_pair\n");
	SAYS(" d a_thing\n");
	for (line = strtok_r(self->a.text, "\n", &save_ptr); line;
	     line = strtok_r(NULL, "\n", &save_ptr)) {
		kva = strtoull(line, NULL, 16);
		EXPECT_LE(last, kva);
		last = kva;
		nr++;
	}
	EXPECT_EQ(gk_symbol_count(self->a.g->gk), nr);
	ASSERT_EQ(0, ask(&self->a, true, "symbols", NULL));
	EXPECT_TRUE(json_valid(self->a.text, self->a.len));
}

/* This kernel has nothing but symbols. */
TEST_F(query, what_a_kernel_does_not_have_is_said_with_the_reason)
{
	static const char *const commands[] = {
		"maps", "progs", "tasks", "runqueues", "dsqs", "sched", "domains", "sdt",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		EXPECT_EQ(-EOPNOTSUPP, ask(&self->a, false, commands[i], NULL))
		{
			TH_LOG("%s", commands[i]);
		}
		WHY("this kernel has no ");
	}
	EXPECT_EQ(-EOPNOTSUPP, ask(&self->a, false, "map", ".bss"));
	EXPECT_EQ(-EOPNOTSUPP, ask(&self->a, false, "task", "1"));
}

static bool is_racy(const struct asked *a, bool still)
{
	const char *const argv[] = { "symbols" };
	struct vtree *t;
	struct query q;
	bool racy;

	if (query_parse(1, argv, &q, NULL))
		return false;
	t = query_walk(a->g->state, &q, still, 0, NULL);
	racy = t && value_get(vtree_root(t), "racy", NULL);
	vtree_free(t);
	return racy;
}

TEST_F(query, G9_answers_of_a_running_guest_are_racy)
{
	EXPECT_TRUE(is_racy(&self->a, false));
	EXPECT_FALSE(is_racy(&self->a, true));
}

TEST_F(query, a_disk_that_is_full_is_an_error)
{
	const char *const argv[] = { "symbols" };
	FILE *full = fopen("/dev/full", "w");
	struct vtree *t;
	struct query q;

	ASSERT_NE(NULL, full);
	ASSERT_EQ(0, query_parse(1, argv, &q, NULL));
	t = query_walk(self->a.g->state, &q, true, 0, NULL);
	ASSERT_NE(NULL, t);
	EXPECT_EQ(-EIO, query_print(self->a.g->state, &q, t, false, full));
	vtree_free(t);
	fclose(full);
}

TEST(words_that_are_no_question)
{
	static const char *const bad[][3] = {
		{ "nonsense" },	      { "map" }, { "map", "" }, { "maps", "x" },
		{ "task", "1", "2" }, { "" },	 { "Maps" },
	};
	char arg[QUERY_ARG_MAX + 2];
	const char *const long_one[] = { "map", arg };
	struct ktstr_err err;
	struct query q;
	size_t i;
	int argc;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (argc = 0; argc < 3 && bad[i][argc]; argc++)
			;
		EXPECT_EQ(-EINVAL, query_parse(argc, bad[i], &q, &err))
		{
			TH_LOG("%s", bad[i][0]);
		}
	}
	EXPECT_EQ(-EINVAL, query_parse(0, NULL, &q, &err));
	EXPECT_NE(NULL, strstr(err.msg, "runqueues"));
	memset(arg, 'x', sizeof(arg) - 1);
	arg[sizeof(arg) - 1] = '\0';
	EXPECT_EQ(-EINVAL, query_parse(2, long_one, &q, &err));
	arg[QUERY_ARG_MAX] = '\0';
	EXPECT_EQ(0, query_parse(2, long_one, &q, &err));
	EXPECT_EQ(QUERY_MAP, q.kind);
	EXPECT_EQ(QUERY_ARG_MAX, strlen(q.arg));
}

TEST(every_command_is_found_by_its_name)
{
	u32 i;

	for (i = 0; i < QUERY_NR; i++) {
		const struct query_info *info = query_info(i);

		ASSERT_NE(NULL, info->name);
		EXPECT_EQ(info, query_find(info->name, NULL));
		EXPECT_EQ('\n', info->help[strlen(info->help) - 1]);
	}
	EXPECT_EQ(NULL, query_find("release", NULL));
}

TEST_HARNESS_MAIN
