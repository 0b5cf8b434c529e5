// SPDX-License-Identifier: GPL-2.0-only
/* The BPF programs of a guest, whole and damaged. */
#include "bpf_fixture.h"
#include "host/inspect/bpf_progs.h"
#include "kselftest_harness.h"

#define ID 9

FIXTURE(progs)
{
	struct bpf_fix *f;
	struct bpf_progs_layout l;
	struct fix_prog *prog;
	struct fix_aux *aux;
	struct ktstr_err err;
};

FIXTURE_SETUP(progs)
{
	struct bpf_fix *f = fix_new(NULL);

	self->f = f;
	ASSERT_EQ(0, bpf_progs_layout_init(&self->l, &f->gk, f->btf, &self->err));
	self->prog = fix_alloc(f, sizeof(*self->prog));
	self->aux = fix_alloc(f, sizeof(*self->aux));
	f->progs->slots[ID] = fix_kva(f, self->prog);
	self->prog->type = BPF_PROG_TYPE_STRUCT_OPS;
	self->prog->len = 20;
	self->prog->aux = fix_kva(f, self->aux);
	self->aux->verified_insns = 1234;
	memcpy(self->aux->name, "a_function_wit", 15);
}

FIXTURE_TEARDOWN(progs)
{
	fix_free(self->f);
}

static const char *walk(FIXTURE_DATA(progs) * self)
{
	struct bpf_fix *f = self->f;
	struct value *progs;
	const char *json;

	f->in.tree = vtree_new(1U << 20);
	progs = value_add_array(f->in.tree, vtree_root(f->in.tree), "progs");
	bpf_progs_walk(&f->in, &self->l, progs);
	json = fix_json(f, progs);
	vtree_free(f->in.tree);
	f->in.tree = NULL;
	return json;
}

TEST_F(progs, what_the_verifier_said)
{
	const char *json = walk(self);

	EXPECT_TRUE(fix_has(json, "'id':9,"));
	EXPECT_TRUE(fix_has(json, "'name':'a_function_wit','type':27,'type_name':'STRUCT_OPS'"));
	EXPECT_TRUE(fix_has(json, "'insns':20,'jited_bytes':0,'verified_insns':1234"));
	EXPECT_TRUE(fix_has(json, "'run_cnt':{'unsupported'"));
}

TEST_F(progs, full_name_and_what_it_is_attached_to)
{
	u32 *info = fix_alloc(self->f, 8);
	u64 *st_ops = fix_alloc(self->f, 8);

	info[1] = self->f->func_type;
	self->aux->btf = fix_kva(self->f, self->f->types);
	self->aux->func_info = fix_kva(self->f, info);
	self->aux->func_info_cnt = 1;
	*st_ops = fix_text(self->f, "sched_ext_ops");
	self->aux->st_ops = fix_kva(self->f, st_ops);
	self->aux->attach_func_name = fix_text(self->f, "enqueue");
	EXPECT_EQ(1, bpf_progs_warm(&self->f->in, &self->l));
	EXPECT_TRUE(fix_has(walk(self), "'func':'a_function_with_a_long_name'"));
	EXPECT_TRUE(fix_has(self->f->json, "'struct_ops':'sched_ext_ops','attach':'enqueue'"));
	info[1] = self->f->pair_type;
	EXPECT_EQ(NULL, strstr(walk(self), "'func'"));
	info[1] = 0xffffffff;
	EXPECT_EQ(NULL, strstr(walk(self), "'func'"));
}

TEST_F(progs, where_its_code_is_and_that_of_functions_it_calls)
{
	struct fix_prog *sub = fix_alloc(self->f, sizeof(*sub));
	u64 *funcs = fix_alloc(self->f, 3 * sizeof(*funcs));
	u32 *info = fix_alloc(self->f, 16);

	self->prog->jited_len = 100;
	self->prog->bpf_func = 0xffffffffc0001000;
	EXPECT_TRUE(fix_has(walk(self), "'jited_bytes':100,'bpf_func':'0xffffffffc0001000'"));
	EXPECT_EQ(NULL, strstr(self->f->json, "subprogs"));
	*sub = (struct fix_prog){ .jited_len = 50, .bpf_func = 0xffffffffc0002000 };
	info[3] = self->f->func_type;
	funcs[1] = fix_kva(self->f, sub);
	funcs[2] = FIX_NOWHERE;
	self->aux->btf = fix_kva(self->f, self->f->types);
	self->aux->func_info = fix_kva(self->f, info);
	self->aux->func_info_cnt = 2;
	self->aux->func = fix_kva(self->f, funcs);
	self->aux->func_cnt = 3;
	EXPECT_EQ(1, bpf_progs_warm(&self->f->in, &self->l));
	EXPECT_TRUE(fix_has(walk(self), "'subprogs':[{'func':'a_function_with_a_long_name',"));
	EXPECT_TRUE(fix_has(self->f->json, "'jited_bytes':50,'bpf_func':'0xffffffffc0002000'},"));
	EXPECT_TRUE(fix_has(self->f->json, "{'unsupported':'it is not mapped'}]"));
	self->aux->func_cnt = 0xffffffff;
	EXPECT_TRUE(fix_has(walk(self), "'needed':4294967294,'had':255"));
	self->aux->func = FIX_NOWHERE;
	self->aux->func_cnt = 2;
	EXPECT_TRUE(fix_has(walk(self), "'subprogs':[{'unsupported'"));
}

TEST_F(progs, counts_of_all_cpus)
{
	u32 *key = fix_alloc(self->f, 16);
	struct fix_stats *s;
	u32 cpu;

	self->prog->stats = FIX_RAM + 0x2000;
	for (cpu = 0; cpu < FIX_CPUS; cpu++) {
		s = fix_percpu(self->f, self->prog->stats, cpu);
		s->cnt = 10 + cpu;
		s->nsecs = 1000;
		s->misses = cpu;
	}
	EXPECT_TRUE(fix_has(walk(self), "'run_cnt':21,'run_time_ns':2000,'misses':1}"));
	fake_symbol(&self->f->gk, "bpf_stats_enabled_key", fix_kva(self->f, key));
	ASSERT_EQ(0, bpf_progs_layout_init(&self->l, &self->f->gk, self->f->btf, NULL));
	EXPECT_TRUE(fix_has(walk(self), "'stats_enabled':false"));
	*key = 1;
	EXPECT_TRUE(fix_has(walk(self), "'stats_enabled':true"));
	self->prog->stats = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(walk(self), "its counters could not be read"));
}

TEST_F(progs, pointers_that_lead_nowhere)
{
	struct bpf_prog_view view;

	self->aux->st_ops = FIX_NOWHERE;
	self->aux->attach_func_name = FIX_NOWHERE;
	self->aux->func_info = FIX_NOWHERE;
	self->aux->func_info_cnt = 1;
	self->aux->btf = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(walk(self), "'verified_insns':1234"));
	EXPECT_EQ(1, bpf_progs_warm(&self->f->in, &self->l));
	self->prog->aux = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(walk(self), "is not mapped"));
	EXPECT_EQ(-EFAULT, bpf_prog_read(&self->f->in, &self->l, self->f->progs->slots[ID], &view));
	self->f->progs->slots[ID] = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(walk(self), "is not mapped"));
	EXPECT_EQ(1, bpf_progs_warm(&self->f->in, &self->l));
	self->f->progs->shift = 99;
	EXPECT_TRUE(fix_has(walk(self), "prog_idr could not be read to its end"));
}

TEST_F(progs, too_late)
{
	self->f->in.deadline_ns = 1;
	EXPECT_TRUE(fix_has(walk(self), "'needed':1,'had':0"));
}

TEST_HARNESS_MAIN
