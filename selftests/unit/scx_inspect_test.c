// SPDX-License-Identifier: GPL-2.0-only
/* sched_ext's state in both of the places kernels keep it, whole and damaged. */
#include <linux/bits.h>
#include <stdlib.h>

#include "fake_kernel.h"
#include "host/inspect/scx.h"
#include "kselftest_harness.h"
#include "lib/util.h"

#define SCHED	 0xffff888001000000ULL
#define INFO	 0xffff888002000000ULL
#define MSG	 0xffff888003000000ULL
#define REASON	 0xffffffff82100000ULL
#define BT	 0xffff888004000000ULL
#define ROOT	 0xffffffff83000000ULL
#define EXITKIND 0xffffffff83000100ULL
#define INFO_PTR 0xffffffff83000200ULL
#define OPS	 0xffffffff83000300ULL
#define TIMEOUT	 0xffffffff83000400ULL

#define EXIT_NONE  0
#define EXIT_DONE  1
#define EXIT_STALL 1026

/* What a kernel has, shortened. */
struct ops {
	u64 enqueue;
	char name[SCX_NAME_MAX];
};

struct sched {
	struct ops ops;
	u64 watchdog_timeout;
	u32 exit_kind;
	u64 exit_info;
};

struct exit_info {
	u32 kind;
	s32 exit_cpu;
	s64 exit_code;
	u64 flags;
	u64 reason;
	u64 bt;
	u32 bt_len;
	u64 msg;
};

/* Which members the kernel's types have. */
#define HAS_SCHED    BIT(0)
#define HAS_WATCHDOG BIT(1)
#define HAS_EXIT_CPU BIT(2)
#define HAS_MSG	     BIT(3)

static void add_exit_info(struct btf *btf, u32 has, int u32_id, int u64_id)
{
	btf__add_struct(btf, "scx_exit_info", sizeof(struct exit_info));
	btf__add_field(btf, "kind", u32_id, 0, 0);
	if (has & HAS_EXIT_CPU)
		btf__add_field(btf, "exit_cpu", u32_id, 4 * 8, 0);
	btf__add_field(btf, "exit_code", u64_id, 8 * 8, 0);
	btf__add_field(btf, "flags", u64_id, 16 * 8, 0);
	btf__add_field(btf, "reason", u64_id, 24 * 8, 0);
	btf__add_field(btf, "bt", u64_id, 32 * 8, 0);
	btf__add_field(btf, "bt_len", u32_id, 40 * 8, 0);
	if (has & HAS_MSG)
		btf__add_field(btf, "msg", u64_id, 48 * 8, 0);
}

static void add_sched(struct btf *btf, u32 has, int ops, int u32_id, int u64_id)
{
	int form = btf__add_union(btf, NULL, sizeof(struct ops));

	btf__add_field(btf, "ops", ops, 0, 0);
	btf__add_struct(btf, "scx_sched", sizeof(struct sched));
	btf__add_field(btf, NULL, form, 0, 0);
	if (has & HAS_WATCHDOG)
		btf__add_field(btf, "watchdog_timeout", u64_id,
			       offsetof(struct sched, watchdog_timeout) * 8, 0);
	btf__add_field(btf, "exit_kind", u32_id, offsetof(struct sched, exit_kind) * 8, 0);
	btf__add_field(btf, "exit_info", u64_id, offsetof(struct sched, exit_info) * 8, 0);
}

static struct kbtf *types(u32 has)
{
	struct btf *btf = btf__new_empty();
	int u32_id = btf__add_int(btf, "unsigned int", 4, 0);
	int u64_id = btf__add_int(btf, "unsigned long", 8, 0);
	int ch = btf__add_int(btf, "char", 1, BTF_INT_CHAR);
	int name = btf__add_array(btf, u32_id, ch, SCX_NAME_MAX);
	int ops = btf__add_struct(btf, "sched_ext_ops", sizeof(struct ops));

	btf__add_field(btf, "enqueue", u64_id, 0, 0);
	btf__add_field(btf, "name", name, offsetof(struct ops, name) * 8, 0);
	add_exit_info(btf, has, u32_id, u64_id);
	if (has & HAS_SCHED)
		add_sched(btf, has, ops, u32_id, u64_id);
	btf__add_enum(btf, "scx_exit_kind", 4);
	btf__add_enum_value(btf, "SCX_EXIT_OF_THIS_KERNEL", EXIT_STALL);
	return fake_kbtf(btf, NULL);
}

FIXTURE(scx)
{
	struct guest_kernel *gk;
	struct kbtf *btf;
	struct scx_layout l;
	struct ktstr_err err;
	u64 root;
	u64 info_ptr;
	u32 exit_kind;
	u64 timeout;
	struct sched sched;
	struct ops ops;
	struct exit_info info;
	u64 bt[SCX_BT_MAX];
	char msg[SCX_MSG_MAX];
	char reason[32];
};

FIXTURE_VARIANT(scx)
{
	u32 has;
};

FIXTURE_VARIANT_ADD(scx, root) {
	.has = HAS_SCHED | HAS_WATCHDOG | HAS_EXIT_CPU | HAS_MSG,
};

FIXTURE_VARIANT_ADD(scx, fixed) {
	.has = HAS_MSG,
};

FIXTURE_SETUP(scx)
{
	bool root = variant->has & HAS_SCHED;
	struct guest_kernel *gk = calloc(1, sizeof(*gk));

	self->gk = gk;
	self->btf = types(variant->has);
	ASSERT_NE(NULL, self->btf);
	fake_map(gk, SCHED, &self->sched, sizeof(self->sched));
	fake_map(gk, INFO, &self->info, sizeof(self->info));
	fake_map(gk, MSG, self->msg, sizeof(self->msg));
	fake_map(gk, REASON, self->reason, sizeof(self->reason));
	fake_map(gk, BT, self->bt, sizeof(self->bt));
	fake_symbol(gk, "scx_watchdog_timeout", fake_map(gk, TIMEOUT, &self->timeout, 8));
	self->timeout = 7500;
	if (root) {
		fake_symbol(gk, "scx_root", fake_map(gk, ROOT, &self->root, 8));
	} else {
		fake_symbol(gk, "scx_exit_kind", fake_map(gk, EXITKIND, &self->exit_kind, 4));
		fake_symbol(gk, "scx_exit_info", fake_map(gk, INFO_PTR, &self->info_ptr, 8));
		fake_symbol(gk, "scx_ops", fake_map(gk, OPS, &self->ops, sizeof(self->ops)));
	}
	self->exit_kind = EXIT_DONE;
	ASSERT_EQ(0, scx_layout_init(&self->l, gk, self->btf, &self->err))
	{
		TH_LOG("%s", self->err.msg);
	}
}

FIXTURE_TEARDOWN(scx)
{
	kbtf_free(self->btf);
	free(self->gk);
}

#define PUT(array, text) snprintf(array, sizeof(array), "%s", text)

static void attach(FIXTURE_DATA(scx) * self)
{
	self->root = SCHED;
	self->exit_kind = EXIT_NONE;
	self->sched.watchdog_timeout = 1250;
	self->sched.exit_info = INFO;
	self->info_ptr = INFO;
	PUT(self->sched.ops.name, "central");
	PUT(self->ops.name, "central");
}

/* As scx_vexit() does it: the claim first, everything else behind it. */
static void claim(FIXTURE_DATA(scx) * self, u32 kind)
{
	self->sched.exit_kind = kind;
	self->exit_kind = kind;
}

static void explain(FIXTURE_DATA(scx) * self, u32 kind)
{
	self->info = (struct exit_info){
		.kind = kind,
		.exit_cpu = 3,
		.exit_code = -5,
		.flags = 1,
		.reason = REASON,
		.bt = BT,
		.bt_len = 2,
		.msg = MSG,
	};
	self->bt[0] = 0xffffffff81000010;
	self->bt[1] = 0xffffffff81000020;
	PUT(self->msg, "task[12] failed to run for 5.001s");
	PUT(self->reason, "runnable task stall");
}

TEST_F(scx, nothing_attached)
{
	u64 sched = 1;
	u32 kind = 1;

	ASSERT_EQ(0, scx_root_read(&self->l, self->gk, &sched));
	EXPECT_EQ(0, sched);
	ASSERT_EQ(0, scx_exit_kind_read(&self->l, self->gk, 0, &kind));
	EXPECT_EQ(0, kind);
}

TEST_F(scx, attached_then_failed)
{
	u64 sched, jiffies;
	char name[SCX_NAME_MAX + 1];
	u32 kind;

	attach(self);
	ASSERT_EQ(0, scx_root_read(&self->l, self->gk, &sched));
	EXPECT_EQ(variant->has & HAS_SCHED ? SCHED : EXITKIND, sched);
	EXPECT_EQ(variant->has & HAS_SCHED ? SCHED + offsetof(struct sched, exit_kind) : EXITKIND,
		  scx_exit_kind_kva(&self->l, sched));
	ASSERT_EQ(0, scx_exit_kind_read(&self->l, self->gk, sched, &kind));
	EXPECT_EQ(EXIT_NONE, kind);
	ASSERT_EQ(0, scx_ops_name_read(&self->l, self->gk, sched, name, sizeof(name)));
	EXPECT_STREQ("central", name);
	ASSERT_EQ(0, scx_watchdog_read(&self->l, self->gk, sched, &jiffies));
	EXPECT_EQ(variant->has & HAS_WATCHDOG ? 1250 : 7500, jiffies);

	claim(self, EXIT_STALL);
	ASSERT_EQ(0, scx_root_read(&self->l, self->gk, &sched));
	EXPECT_NE(0, sched);
	ASSERT_EQ(0, scx_exit_kind_read(&self->l, self->gk, sched, &kind));
	EXPECT_EQ(EXIT_STALL, kind);
}

TEST_F(scx, message_comes_after_the_claim)
{
	struct scx_exit_info_view v;
	u64 sched;

	attach(self);
	ASSERT_EQ(0, scx_root_read(&self->l, self->gk, &sched));
	claim(self, EXIT_STALL);
	ASSERT_EQ(0, scx_exit_info_read(&self->l, self->gk, sched, &v));
	EXPECT_FALSE(scx_exit_info_complete(&v, EXIT_STALL));
	EXPECT_STREQ("", v.msg);

	explain(self, EXIT_STALL);
	ASSERT_EQ(0, scx_exit_info_read(&self->l, self->gk, sched, &v));
	EXPECT_TRUE(scx_exit_info_complete(&v, EXIT_STALL));
	EXPECT_STREQ("task[12] failed to run for 5.001s", v.msg);
	EXPECT_STREQ("runnable task stall", v.reason);
	EXPECT_EQ(-5, v.exit_code);
	EXPECT_EQ(!!(variant->has & HAS_EXIT_CPU), v.has_exit_cpu);
	EXPECT_EQ(v.has_exit_cpu ? 3 : 0, v.exit_cpu);
	ASSERT_EQ(2, v.bt_len);
	EXPECT_EQ(0xffffffff81000020, v.bt[1]);
}

TEST_F(scx, exit_info_of_another_kind_is_not_complete)
{
	struct scx_exit_info_view v;
	u64 sched;

	attach(self);
	scx_root_read(&self->l, self->gk, &sched);
	explain(self, 1024);
	ASSERT_EQ(0, scx_exit_info_read(&self->l, self->gk, sched, &v));
	EXPECT_FALSE(scx_exit_info_complete(&v, EXIT_STALL));
	self->info.kind = EXIT_STALL;
	self->info.reason = 0;
	ASSERT_EQ(0, scx_exit_info_read(&self->l, self->gk, sched, &v));
	EXPECT_FALSE(scx_exit_info_complete(&v, EXIT_STALL));
}

TEST_F(scx, wild_pointers_and_lengths)
{
	struct scx_exit_info_view v;
	u64 sched;

	attach(self);
	scx_root_read(&self->l, self->gk, &sched);
	explain(self, EXIT_STALL);
	self->info.bt_len = 0xffffffff;
	memset(self->msg, 'x', sizeof(self->msg));
	ASSERT_EQ(0, scx_exit_info_read(&self->l, self->gk, sched, &v));
	EXPECT_EQ(SCX_BT_MAX, v.bt_len);
	EXPECT_EQ(SCX_MSG_MAX - 1, strlen(v.msg));

	self->info.bt = 0xdead000000000100;
	self->info.msg = 0xffffffffffffffff;
	self->info.reason = BT + sizeof(self->bt) - 1;
	ASSERT_EQ(0, scx_exit_info_read(&self->l, self->gk, sched, &v));
	EXPECT_EQ(0, v.bt_len);
	EXPECT_STREQ("", v.msg);
	EXPECT_LT(strlen(v.reason), 2);

	self->sched.exit_info = 0xdead000000000100;
	self->info_ptr = 0xdead000000000100;
	EXPECT_EQ(-EFAULT, scx_exit_info_read(&self->l, self->gk, sched, &v));
	self->sched.exit_info = 0;
	self->info_ptr = 0;
	EXPECT_EQ(-ENOENT, scx_exit_info_read(&self->l, self->gk, sched, &v));
}

TEST_F(scx, scheduler_that_is_gone)
{
	struct scx_exit_info_view v;
	char name[SCX_NAME_MAX + 1];
	u64 sched = 0xffff888077000000, jiffies;
	u32 kind = 1;

	if (!(variant->has & HAS_SCHED))
		return;
	EXPECT_EQ(-EFAULT, scx_exit_kind_read(&self->l, self->gk, sched, &kind));
	EXPECT_EQ(0, kind);
	EXPECT_EQ(-EFAULT, scx_exit_info_read(&self->l, self->gk, sched, &v));
	EXPECT_EQ(-EFAULT, scx_ops_name_read(&self->l, self->gk, sched, name, sizeof(name)));
	EXPECT_EQ(-EFAULT, scx_watchdog_read(&self->l, self->gk, sched, &jiffies));
	EXPECT_EQ(-ENOENT, scx_exit_info_read(&self->l, self->gk, 0, &v));
	EXPECT_EQ(-ENOENT, scx_ops_name_read(&self->l, self->gk, 0, name, sizeof(name)));
	EXPECT_EQ(-ENOENT, scx_watchdog_read(&self->l, self->gk, 0, &jiffies));
}

TEST_F(scx, name_without_end)
{
	char name[SCX_NAME_MAX + 1];
	u64 sched;

	attach(self);
	scx_root_read(&self->l, self->gk, &sched);
	memset(self->sched.ops.name, 'n', SCX_NAME_MAX);
	memset(self->ops.name, 'n', SCX_NAME_MAX);
	scx_ops_name_read(&self->l, self->gk, sched, name, sizeof(name));
	EXPECT_GE(SCX_NAME_MAX, strlen(name));
	EXPECT_EQ('n', name[0]);
}

TEST(kernel_without_sched_ext)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct kbtf *btf = types(HAS_MSG);
	struct scx_layout l;
	struct ktstr_err err;

	EXPECT_EQ(-EOPNOTSUPP, scx_layout_init(&l, gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "scx_root"));
	EXPECT_NE(NULL, strstr(err.msg, "CONFIG_SCHED_CLASS_EXT"));
	kbtf_free(btf);
	free(gk);
}

TEST(missing_member_is_named)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct kbtf *btf = types(HAS_SCHED);
	struct scx_layout l;
	struct ktstr_err err;

	fake_symbol(gk, "scx_root", ROOT);
	EXPECT_EQ(-EOPNOTSUPP, scx_layout_init(&l, gk, btf, &err));
	EXPECT_NE(NULL, strstr(err.msg, "scx_exit_info.msg"));
	kbtf_free(btf);
	free(gk);
}

TEST(watchdog_of_6_16_is_static)
{
	struct guest_kernel *gk = calloc(1, sizeof(*gk));
	struct kbtf *btf = types(HAS_SCHED | HAS_MSG);
	struct scx_layout l;

	fake_symbol(gk, "scx_root", ROOT);
	fake_symbol(gk, "scx_watchdog_timeout", TIMEOUT);
	ASSERT_EQ(0, scx_layout_init(&l, gk, btf, NULL));
	EXPECT_EQ(TIMEOUT, scx_watchdog_kva(&l, SCHED));
	kbtf_free(btf);
	free(gk);
}

TEST(names_of_exit_kinds)
{
	struct kbtf *btf = types(HAS_MSG);

	EXPECT_STREQ("SCX_EXIT_ERROR_STALL", scx_exit_kind_name(NULL, EXIT_STALL));
	EXPECT_STREQ("SCX_EXIT_OF_THIS_KERNEL", scx_exit_kind_name(btf, EXIT_STALL));
	EXPECT_STREQ("SCX_EXIT_ERROR", scx_exit_kind_name(btf, 1024));
	EXPECT_STREQ("unknown", scx_exit_kind_name(btf, 0xffffffff));
	kbtf_free(btf);
}

TEST_HARNESS_MAIN
