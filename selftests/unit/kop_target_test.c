// SPDX-License-Identifier: GPL-2.0-only
/* What kernel operations may be about: every target, gate and refusal. */
#include "kselftest_harness.h"
#include "kop_fake.h"

#define MAPPED_END (FAKE_BASE + FAKE_SIZE)

FIXTURE(kop)
{
	struct fake f;
	struct kop_batch batch;
	struct ktstr_err err;
	u64 kva;
};

FIXTURE_SETUP(kop)
{
	ASSERT_EQ(0, fake_init(&self->f, FAKE_SIZE));
}

FIXTURE_TEARDOWN(kop)
{
	free(self->f.mem);
}

static int resolve(FIXTURE_DATA(kop) * self, u8 target, u8 value, u32 value_len, const void *data,
		   size_t len)
{
	struct kop_entry_view e = {
		.target = target,
		.value = value,
		.target_len = len,
		.value_len = value_len,
		.target_data = data,
	};

	self->err.msg[0] = '\0';
	return kop_target_resolve(&self->f.kop, &self->batch, &e, &self->kva, &self->err);
}

static int symbol(FIXTURE_DATA(kop) * self, const char *name)
{
	return resolve(self, WIRE_KOP_SYMBOL, WIRE_KOP_U32, 4, name, strlen(name));
}

static int address(FIXTURE_DATA(kop) * self, u8 target, u64 kva, u32 len)
{
	return resolve(self, target, WIRE_KOP_BYTES, len, &kva, sizeof(kva));
}

static int percpu(FIXTURE_DATA(kop) * self, u32 cpu, const char *name, u8 value, u32 len)
{
	u8 target[256];

	memcpy(target, &cpu, sizeof(cpu));
	memcpy(target + sizeof(cpu), name, strlen(name));
	return resolve(self, WIRE_KOP_PERCPU_FIELD, value, len, target, sizeof(cpu) + strlen(name));
}

static int task_field(FIXTURE_DATA(kop) * self, u32 pid, u64 start, const char *field, u8 value,
		      u32 len)
{
	u8 target[256];

	memcpy(target, &pid, sizeof(pid));
	memcpy(target + 4, &start, sizeof(start));
	memcpy(target + 12, field, strlen(field));
	return resolve(self, WIRE_KOP_TASK_FIELD, value, len, target, 12 + strlen(field));
}

static int find_slice(FIXTURE_DATA(kop) * self, u32 pid)
{
	return task_field(self, pid, pid * 1000ULL, "scx.slice", WIRE_KOP_U64, 8);
}

static bool says(FIXTURE_DATA(kop) * self, const char *text)
{
	if (strstr(self->err.msg, text))
		return true;
	ksft_print_msg("'%s' does not say '%s'\n", self->err.msg, text);
	return false;
}

TEST_F(kop, symbol)
{
	EXPECT_EQ(0, symbol(self, "word"));
	EXPECT_EQ(FAKE_BASE + FAKE_WORD, self->kva);
}

TEST_F(kop, unknown_symbol_is_named)
{
	EXPECT_EQ(-ENOENT, symbol(self, "vord"));
	EXPECT_STREQ("no symbol 'vord' in this kernel: spell it as /proc/kallsyms does",
		     self->err.msg);
}

TEST_F(kop, a_long_name_leaves_room_for_the_way_out)
{
	char name[WIRE_KOP_TARGET_MAX + 1];

	memset(name, 'a', sizeof(name));
	EXPECT_EQ(-ENOENT,
		  resolve(self, WIRE_KOP_SYMBOL, WIRE_KOP_U32, 4, name, WIRE_KOP_TARGET_MAX));
	EXPECT_TRUE(says(self, "spell it as"));
	EXPECT_LT(strlen(self->err.msg), WIRE_KOP_REASON_MAX - 32);
	EXPECT_EQ(-EINVAL, resolve(self, WIRE_KOP_SYMBOL, WIRE_KOP_U32, 4, name, sizeof(name)));
	EXPECT_TRUE(says(self, "a name of 1025 bytes: give 1 to 1024"));
	EXPECT_EQ(-EINVAL, resolve(self, WIRE_KOP_SYMBOL, WIRE_KOP_U32, 4, name, 0));
}

TEST_F(kop, names_with_control_bytes)
{
	static const char *const bad[] = { "a b", "a\n", "\x1b[2J", "a\x7f", "a\xc3\xa9" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, symbol(self, bad[i]));
		EXPECT_TRUE(says(self, "use printable ASCII"));
		EXPECT_EQ(-EINVAL, percpu(self, 0, bad[i], WIRE_KOP_U32, 4));
		EXPECT_EQ(-EINVAL, task_field(self, 1, 1, bad[i], WIRE_KOP_U32, 4));
	}
	EXPECT_EQ(-EINVAL, symbol(self, "a\n"));
	EXPECT_STREQ("byte 0x0a at offset 1 of a name: use printable ASCII", self->err.msg);
}

TEST_F(kop, direct_map_from_first_to_last_byte)
{
	EXPECT_EQ(0, address(self, WIRE_KOP_DIRECT, FAKE_BASE, 1));
	EXPECT_EQ(FAKE_BASE, self->kva);
	EXPECT_EQ(0, address(self, WIRE_KOP_DIRECT, FAKE_BASE, FAKE_SIZE));
	EXPECT_EQ(0, address(self, WIRE_KOP_DIRECT, MAPPED_END - 4, 4));
}

TEST_F(kop, direct_outside_of_the_direct_map)
{
	static const struct {
		u64 kva;
		u32 len;
	} bad[] = {
		{ FAKE_BASE - 1, 1 },
		{ FAKE_BASE - 1, 4 },
		{ MAPPED_END, 1 },
		{ MAPPED_END - 4, 5 },
		{ 0, 4 },
		{ ~0ULL, 4 },
		{ FAKE_BASE, SZ_128K },
		{ 0x1000, 4 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-ERANGE, address(self, WIRE_KOP_DIRECT, bad[i].kva, bad[i].len));
		EXPECT_TRUE(says(self, "not in the direct map of RAM: use a KVA target"));
	}
}

TEST_F(kop, kva_begins_where_the_kernel_may)
{
	EXPECT_EQ(0, address(self, WIRE_KOP_KVA, 0xff00000000000000ULL, 8));
	EXPECT_EQ(0xff00000000000000ULL, self->kva);
	EXPECT_EQ(0, address(self, WIRE_KOP_KVA, ~0ULL, 1));
	EXPECT_EQ(-ERANGE, address(self, WIRE_KOP_KVA, 0xfeffffffffffffffULL, 1));
	EXPECT_TRUE(says(self, "0xfeffffffffffffff and 1 bytes are not kernel addresses: "));
	EXPECT_TRUE(says(self, "those begin at 0xff00000000000000"));
	EXPECT_EQ(-ERANGE, address(self, WIRE_KOP_KVA, 0x7fffffffffffULL, 4));
	EXPECT_EQ(-ERANGE, address(self, WIRE_KOP_KVA, ~0ULL, 2));
	EXPECT_EQ(-ERANGE, address(self, WIRE_KOP_KVA, 0, 1));
}

TEST_F(kop, percpu_field_of_each_cpu)
{
	u32 cpu;

	for (cpu = 0; cpu < FAKE_CPUS; cpu++) {
		u64 base = FAKE_BASE + FAKE_RUNQUEUES + cpu * FAKE_CPU_STRIDE;

		EXPECT_EQ(0, percpu(self, cpu, "runqueues.nr_running", WIRE_KOP_U32, 4));
		EXPECT_EQ(base + 0x8, self->kva);
		EXPECT_EQ(0, percpu(self, cpu, "runqueues.scx.flags", WIRE_KOP_U32, 4));
		EXPECT_EQ(base + 0x18, self->kva);
		EXPECT_EQ(0, percpu(self, cpu, "kernel_cpustat.cpustat", WIRE_KOP_BYTES, 80));
		EXPECT_EQ(base, self->kva);
		EXPECT_EQ(0, percpu(self, cpu, "kstat.irqs_sum", WIRE_KOP_U64, 8));
		EXPECT_EQ(0, percpu(self, cpu, "tick_cpu_sched.idle_jiffies", WIRE_KOP_U64, 8));
	}
}

TEST_F(kop, percpu_field_of_a_cpu_there_is_not)
{
	EXPECT_EQ(-ERANGE, percpu(self, FAKE_CPUS, "runqueues.nr_running", WIRE_KOP_U32, 4));
	EXPECT_STREQ("CPU 4: this machine has 4", self->err.msg);
	EXPECT_EQ(-ERANGE, percpu(self, ~0U, "runqueues.nr_running", WIRE_KOP_U32, 4));
}

TEST_F(kop, percpu_symbol_of_unknown_type)
{
	EXPECT_EQ(-EOPNOTSUPP, percpu(self, 0, "some_percpu.field", WIRE_KOP_U32, 4));
	EXPECT_TRUE(says(self, "'some_percpu' is not known: runqueues, kernel_cpustat"));
	EXPECT_EQ(-EOPNOTSUPP, percpu(self, 0, "word.field", WIRE_KOP_U32, 4));
}

TEST_F(kop, percpu_name_without_symbol_or_field)
{
	static const char *const bad[] = { "runqueues", "runqueues.", ".nr_running", "." };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, percpu(self, 0, bad[i], WIRE_KOP_U32, 4));
		EXPECT_TRUE(says(self, "is no per-CPU field: write symbol.field"));
	}
}

TEST_F(kop, percpu_of_a_kernel_without_the_symbols)
{
	self->f.missing = "runqueues";
	EXPECT_EQ(-ENOENT, percpu(self, 0, "runqueues.nr_running", WIRE_KOP_U32, 4));
	EXPECT_TRUE(says(self, "no symbol 'runqueues'"));
	self->f.missing = "__per_cpu_offset";
	EXPECT_EQ(-ENOENT, percpu(self, 0, "runqueues.nr_running", WIRE_KOP_U32, 4));
	EXPECT_TRUE(says(self, "no symbol '__per_cpu_offset'"));
	self->f.missing = NULL;
	self->f.size = FAKE_OFFSETS + 8;
	EXPECT_EQ(0, percpu(self, 0, "runqueues.nr_running", WIRE_KOP_U32, 4));
	EXPECT_EQ(-EFAULT, percpu(self, 1, "runqueues.nr_running", WIRE_KOP_U32, 4));
	EXPECT_STREQ("__per_cpu_offset[1] cannot be read", self->err.msg);
}

TEST_F(kop, fields_there_are_not)
{
	EXPECT_EQ(-ENOENT, percpu(self, 0, "runqueues.nr_runing", WIRE_KOP_U32, 4));
	EXPECT_STREQ("no member 'nr_runing' in this kernel's struct rq", self->err.msg);
	EXPECT_EQ(-EOPNOTSUPP, percpu(self, 0, "runqueues.bits", WIRE_KOP_U32, 4));
	EXPECT_STREQ("rq.bits is a bit field: it has no address", self->err.msg);
	EXPECT_EQ(-ENOENT, task_field(self, 1, 1, "scx.slise", WIRE_KOP_U64, 8));
	EXPECT_STREQ("no member 'scx.slise' in this kernel's struct task_struct", self->err.msg);
	self->f.no_btf = true;
	EXPECT_EQ(-EOPNOTSUPP, task_field(self, 1, 1, "scx.slice", WIRE_KOP_U64, 8));
	EXPECT_TRUE(says(self, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)"));
}

TEST_F(kop, values_that_do_not_fit_their_field)
{
	EXPECT_EQ(-EMSGSIZE, percpu(self, 0, "runqueues.clock", WIRE_KOP_U32, 4));
	EXPECT_STREQ("rq.clock has 8 bytes, the value 4: use the type of that size, or bytes",
		     self->err.msg);
	EXPECT_EQ(-EMSGSIZE, percpu(self, 0, "runqueues.nr_running", WIRE_KOP_U64, 8));
	EXPECT_EQ(-EMSGSIZE, percpu(self, 0, "runqueues.clock", WIRE_KOP_BYTES, 9));
	EXPECT_STREQ("rq.clock has 8 bytes, the value 9", self->err.msg);
	EXPECT_EQ(0, percpu(self, 0, "runqueues.clock", WIRE_KOP_BYTES, 3));
	EXPECT_EQ(0, percpu(self, 0, "runqueues.clock", WIRE_KOP_OR_U32, 4));
	EXPECT_EQ(-EMSGSIZE, task_field(self, 1, 1, "on_rq", WIRE_KOP_OR_U32, 4));
}

TEST_F(kop, unknown_target_type)
{
	EXPECT_EQ(-EINVAL, resolve(self, 0, WIRE_KOP_U32, 4, "word", 4));
	EXPECT_EQ(-EINVAL, resolve(self, 6, WIRE_KOP_U32, 4, "word", 4));
	EXPECT_STREQ("target type 6 is unknown", self->err.msg);
}

TEST_F(kop, task_field_of_processes_and_threads)
{
	u64 a = fake_process_add(&self->f, 10);
	u64 b = fake_process_add(&self->f, 20);
	u64 b2 = fake_thread_add(&self->f, b, 21);
	u64 c = fake_process_add(&self->f, 30);

	EXPECT_EQ(0, find_slice(self, 10));
	EXPECT_EQ(a + T_SLICE, self->kva);
	EXPECT_EQ(0, find_slice(self, 20));
	EXPECT_EQ(b + T_SLICE, self->kva);
	EXPECT_EQ(0, find_slice(self, 21));
	EXPECT_EQ(b2 + T_SLICE, self->kva);
	EXPECT_EQ(0, find_slice(self, 30));
	EXPECT_EQ(c + T_SLICE, self->kva);
	EXPECT_EQ(0, task_field(self, 30, 30000, "comm", WIRE_KOP_BYTES, 16));
	EXPECT_EQ(c + T_COMM, self->kva);
}

TEST_F(kop, gate_pid)
{
	fake_process_add(&self->f, 10);
	EXPECT_EQ(-ENOENT, find_slice(self, 11));
	EXPECT_TRUE(says(self, "no task has pid 11"));
	EXPECT_EQ(-EINVAL, find_slice(self, 0));
	EXPECT_TRUE(says(self, "pid 0 is every CPU's idle task"));
}

TEST_F(kop, gate_start_time)
{
	fake_process_add(&self->f, 10);
	EXPECT_EQ(-ESTALE, task_field(self, 10, 9999, "scx.slice", WIRE_KOP_U64, 8));
	EXPECT_STREQ("pid 10 started at 10000 ns, not at 9999: it is another task", self->err.msg);
	/* The boot time is not the start time. */
	EXPECT_EQ(-ESTALE, task_field(self, 10, 10007, "scx.slice", WIRE_KOP_U64, 8));
}

TEST_F(kop, gate_start_boottime)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put64(&self->f, task + T_BOOT, 0);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
	EXPECT_STREQ("pid 10 is still being forked", self->err.msg);
}

TEST_F(kop, gate_dead)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put32(&self->f, task + T_STATE, 0x80);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
	EXPECT_STREQ("pid 10 is dead", self->err.msg);
	fake_put32(&self->f, task + T_STATE, 0x40 | 0x100 | 0x3);
	EXPECT_EQ(0, find_slice(self, 10));
}

TEST_F(kop, gate_on_rq)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put32(&self->f, task + T_ON_RQ, 1);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
	EXPECT_STREQ("pid 10 is on a run queue (on_rq 1): let it sleep", self->err.msg);
	fake_put32(&self->f, task + T_ON_RQ, 2);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
}

/* A byte in some kernels, whose neighbour is on_cpu; an int in others. */
TEST_F(kop, gate_on_rq_of_either_size)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put32(&self->f, task + T_ON_RQ, 0x100);
	EXPECT_EQ(0, find_slice(self, 10));
	self->f.on_rq_size = 4;
	self->batch = (struct kop_batch){ 0 };
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
	fake_put32(&self->f, task + T_ON_RQ, 0);
	EXPECT_EQ(0, find_slice(self, 10));
	self->f.on_rq_size = 16;
	self->batch = (struct kop_batch){ 0 };
	EXPECT_EQ(-EOPNOTSUPP, find_slice(self, 10));
	EXPECT_STREQ("task_struct.on_rq has 16 bytes", self->err.msg);
}

TEST_F(kop, gate_dispatch_queue)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put64(&self->f, task + T_DSQ, 0xffff888000001234ULL);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
	EXPECT_STREQ("pid 10 is on dispatch queue 0xffff888000001234", self->err.msg);
}

TEST_F(kop, gate_runnable_node)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put64(&self->f, task + T_RUNNABLE, FAKE_BASE);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
	EXPECT_STREQ("pid 10 is on a list of runnable tasks", self->err.msg);
	fake_put64(&self->f, task + T_RUNNABLE, 0);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
}

TEST_F(kop, gate_class)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put64(&self->f, task + T_CLASS, FAKE_BASE + FAKE_EXT_CLASS + 8);
	EXPECT_EQ(-EBUSY, find_slice(self, 10));
	EXPECT_STREQ("pid 10 is not of the scheduling class of sched_ext", self->err.msg);
}

TEST_F(kop, gate_policy)
{
	u64 task = fake_process_add(&self->f, 10);
	u32 policy;

	for (policy = 0; policy < 9; policy++) {
		fake_put32(&self->f, task + T_POLICY, policy);
		EXPECT_EQ(policy == 7 ? 0 : -EBUSY, find_slice(self, 10));
	}
	EXPECT_STREQ("pid 10 has policy 8, not SCHED_EXT (7)", self->err.msg);
}

TEST_F(kop, gates_of_a_kernel_without_what_they_need)
{
	static const char *const members[] = {
		"thread_head",	  "tasks",   "signal",	    "thread_node", "pid",
		"start_time",	  "__state", "on_rq",	    "scx.dsq",	   "scx.runnable_node",
		"start_boottime", "policy",  "sched_class",
	};
	unsigned int i;

	fake_process_add(&self->f, 10);
	for (i = 0; i < ARRAY_SIZE(members); i++) {
		self->batch = (struct kop_batch){ 0 };
		self->f.missing = members[i];
		EXPECT_EQ(-ENOENT, find_slice(self, 10));
		EXPECT_TRUE(says(self, members[i]));
	}
	self->f.missing = "init_task";
	EXPECT_EQ(-ENOENT, find_slice(self, 10));
	EXPECT_STREQ("no symbol 'init_task' in this kernel: tasks cannot be looked at",
		     self->err.msg);
	self->f.missing = "ext_sched_class";
	EXPECT_EQ(-ENOENT, find_slice(self, 10));
	EXPECT_TRUE(says(self, "'ext_sched_class'"));
	self->f.missing = NULL;
	EXPECT_EQ(0, find_slice(self, 10));
}

TEST_F(kop, task_list_loops_beside_its_head)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put64(&self->f, task + T_TASKS, task + T_TASKS);
	EXPECT_EQ(-ELOOP, find_slice(self, 11));
	EXPECT_TRUE(says(self, "the task list has no end within 65536 tasks: looking for pid 11"));
	EXPECT_EQ(0, find_slice(self, 10));
}

TEST_F(kop, thread_list_loops_beside_its_head)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put64(&self->f, task + T_THREAD_NODE, task + T_THREAD_NODE);
	EXPECT_EQ(-ELOOP, find_slice(self, 11));
	EXPECT_TRUE(says(self, "no end within 65536 tasks"));
}

TEST_F(kop, task_list_leads_nowhere)
{
	u64 task = fake_process_add(&self->f, 10);

	fake_put64(&self->f, task + T_TASKS, 0);
	EXPECT_EQ(-EFAULT, find_slice(self, 11));
	EXPECT_TRUE(says(self, "the task list leads to 0x"));
	fake_put64(&self->f, task + T_SIGNAL, 0xdead000000000100ULL);
	EXPECT_EQ(-EFAULT, find_slice(self, 11));
	EXPECT_STREQ("the task list leads to 0xdead000000000108, where there is no memory",
		     self->err.msg);
	/* Arithmetic on a pointer of the guest's wraps, and is caught by the read. */
	fake_put64(&self->f, task + T_SIGNAL, ~0ULL);
	EXPECT_EQ(-EFAULT, find_slice(self, 11));
}

TEST_F(kop, a_task_that_ends_where_memory_does)
{
	u64 task = fake_process_add(&self->f, 10);
	u64 last = MAPPED_END - T_DSQ;

	memcpy(fake_at(&self->f, last, T_DSQ), fake_at(&self->f, task, T_DSQ), T_DSQ);
	fake_put64(&self->f, task + T_SIZE + S_THREAD_HEAD, last + T_THREAD_NODE);
	EXPECT_EQ(-EFAULT, find_slice(self, 10));
	EXPECT_TRUE(says(self, "where there is no memory"));
}

TEST_F(kop, a_request_has_one_budget_of_links)
{
	fake_process_add(&self->f, 10);
	/* head to the process, its signal's head to the thread */
	self->batch.links = KOP_LINKS_MAX - 2;
	EXPECT_EQ(0, find_slice(self, 10));
	EXPECT_EQ(-ELOOP, find_slice(self, 10));
	EXPECT_STREQ("this request has followed 2097152 links between tasks: split it",
		     self->err.msg);
}

TEST(kop_task_walk_of_65536_processes)
{
	size_t size = FAKE_TASKS + (KOP_TASKS_MAX + 2) * (size_t)FAKE_STRIDE;
	struct kop_batch b = { 0 };
	struct ktstr_err err;
	struct fake f;
	u64 task, last = 0;
	u32 i;

	ASSERT_EQ(0, fake_init(&f, size));
	for (i = 1; i <= KOP_TASKS_MAX; i++)
		last = fake_process_add(&f, i);
	EXPECT_EQ(0,
		  kop_task_find(&f.kop, &b, KOP_TASKS_MAX, KOP_TASKS_MAX * 1000ULL, &task, &err));
	EXPECT_EQ(last, task);
	EXPECT_EQ(-ENOENT, kop_task_find(&f.kop, &b, 1000000, 0, &task, &err));
	fake_process_add(&f, i);
	EXPECT_EQ(-ELOOP, kop_task_find(&f.kop, &b, i, i * 1000ULL, &task, &err));
	free(f.mem);
}

TEST_HARNESS_MAIN
