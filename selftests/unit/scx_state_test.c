// SPDX-License-Identifier: GPL-2.0-only
/* The scheduler as a whole. */
#include "fake_sched.h"
#include "host/inspect/scx_state.h"
#include "kselftest_harness.h"

static void enum_types(struct fs_types *t)
{
	btf__add_enum(t->btf, "scx_enable_state", 4);
	btf__add_enum_value(t->btf, "SCX_ENABLING", 0);
	btf__add_enum_value(t->btf, "SCX_ENABLED", 1);
	btf__add_enum(t->btf, "scx_ops_flags", 4);
	btf__add_enum_value(t->btf, "SCX_OPS_KEEP_BUILTIN_IDLE", 1);
	btf__add_enum_value(t->btf, "SCX_OPS_ENQ_LAST", 2);
	btf__add_enum_value(t->btf, "SCX_OPS_ALL_FLAGS", 3);
}

FIXTURE(state)
{
	struct fake_sched *fs;
	struct scx_state_layout l;
};

FIXTURE_SETUP(state)
{
	struct ktstr_err err = {};

	self->fs = fake_sched_new(enum_types);
	ASSERT_EQ(0, scx_state_layout_init(&self->l, &self->fs->gk, self->fs->btf, &err))
	TH_LOG("%s", err.msg);
}

FIXTURE_TEARDOWN(state)
{
	fake_sched_free(self->fs);
}

static void walk(FIXTURE_DATA(state) * self)
{
	scx_state_walk(&self->fs->in, &self->l, self->fs->root);
}

TEST_F(state, attached)
{
	struct fake_sched *fs = self->fs;

	fs->st.enable_state = 1;
	fs->st.nr_rejected = 4;
	fs->sched.ops_flags = 3 | 1ULL << 40;
	fs->sched.bypass_depth = -2;
	fs->sched.aborting = 1;
	fs->sched.exit_kind = 1025;
	fs->cpus[1].pcpu.flags = SCX_SCHED_PCPU_BYPASSING;
	walk(self);
	EXPECT_STREQ("SCX_ENABLED", fs_text(fs, "enable_state"));
	EXPECT_EQ(4, fs_u64(fs, "nr_rejected"));
	EXPECT_EQ(FS_SCHED_KVA, fs_u64(fs, "sched.kva"));
	EXPECT_STREQ("fake", fs_text(fs, "sched.name"));
	EXPECT_STREQ("SCX_OPS_KEEP_BUILTIN_IDLE|SCX_OPS_ENQ_LAST|0x10000000000",
		     fs_text(fs, "sched.flag_names"));
	EXPECT_EQ((u64)-2, fs_u64(fs, "sched.bypass_depth"));
	EXPECT_EQ(1, fs_u64(fs, "sched.aborting"));
	EXPECT_STREQ("SCX_EXIT_ERROR_BPF", fs_text(fs, "sched.exit_kind"));
	EXPECT_EQ(VALUE_CPULIST, value_kind(value_get(fs->root, "sched.bypassing_cpus", NULL)));
}

TEST_F(state, none_attached)
{
	self->fs->st.scx_root = 0;
	walk(self);
	EXPECT_STREQ("SCX_ENABLING", fs_text(self->fs, "enable_state"));
	EXPECT_EQ(VALUE_NULL, value_kind(value_get(self->fs->root, "sched", NULL)));
}

TEST_F(state, scheduler_that_is_not_there)
{
	self->fs->in.sched_kva = FS_POISON;
	walk(self);
	EXPECT_TRUE(fs_has(self->fs, "sched.unreadable"));
	EXPECT_EQ(VALUE_UNSUPPORTED, value_kind(value_get(self->fs->root, "sched.exit", NULL)));
}

TEST_F(state, parts_that_are_not_there)
{
	self->fs->sched.pcpu = FS_NOWHERE;
	self->fs->sched.exit_info = FS_NOWHERE;
	self->fs->st.enable_state = 77;
	self->l.nr_rejected = FS_NOWHERE;
	walk(self);
	EXPECT_EQ(VALUE_UNSUPPORTED,
		  value_kind(value_get(self->fs->root, "sched.bypassing_cpus", NULL)));
	EXPECT_EQ(77, fs_u64(self->fs, "enable_state"));
	EXPECT_FALSE(fs_has(self->fs, "nr_rejected"));
	EXPECT_EQ(0, fs_u64(self->fs, "sched.bypass_depth"));
}

/* 6.12 to 6.15: no struct scx_sched, all is in variables. */
TEST(static_variables)
{
	struct fake_sched *fs = fake_sched_new(NULL);
	struct scx_state_layout l;
	struct fs_types t;
	u64 ops = 2;
	u32 depth = 3;

	kbtf_free(fs->btf);
	fs_types_begin(&t);
	btf__add_struct(t.btf, "sched_ext_ops", 8);
	btf__add_field(t.btf, "flags", t.u64_id, 0, 0);
	fs->btf = fake_kbtf(t.btf, NULL);
	fs->in.btf = fs->btf;
	fs->in.scx = NULL;
	fs->in.sched_kva = FS_SCHED_KVA;
	fake_symbol(&fs->gk, "scx_ops", fake_map(&fs->gk, 0xffffffff85000000ULL, &ops, 8));
	fake_symbol(&fs->gk, "scx_bypass_depth",
		    fake_map(&fs->gk, 0xffffffff85000100ULL, &depth, 4));
	ASSERT_EQ(0, scx_state_layout_init(&l, &fs->gk, fs->btf, NULL));
	EXPECT_FALSE(l.has_sched);
	scx_state_walk(&fs->in, &l, fs->root);
	EXPECT_EQ(2, fs_u64(fs, "sched.flags"));
	EXPECT_EQ(3, fs_u64(fs, "sched.bypass_depth"));
	fake_sched_free(fs);
}

TEST(kernel_without_sched_ext)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct scx_state_layout l;
	struct ktstr_err err;
	struct kbtf *btf;
	struct fs_types t;

	fs_types_begin(&t);
	btf = fake_kbtf(t.btf, NULL);
	EXPECT_EQ(-EOPNOTSUPP, scx_state_layout_init(&l, gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "CONFIG_SCHED_CLASS_EXT"));
	kbtf_free(btf);
	free(gk);
}

TEST_HARNESS_MAIN
