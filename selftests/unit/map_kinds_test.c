// SPDX-License-Identifier: GPL-2.0-only
/* Storage, arrays of objects, rings, stacks, queues, struct_ops and arenas. */
#include "bpf_fixture.h"
#include "kselftest_harness.h"

#define ID 6

FIXTURE(kinds)
{
	struct bpf_fix *f;
};

FIXTURE_SETUP(kinds)
{
	self->f = fix_new(NULL);
}

FIXTURE_TEARDOWN(kinds)
{
	fix_free(self->f);
}

/* A task with a value of 4 bytes in a task storage. */
static struct fix_selem *add_storage(struct bpf_fix *f, struct fix_smap *map, u32 bucket, u32 pid,
				     u32 value)
{
	struct fix_bucket *b = (void *)(f->ram + (map->buckets - FIX_RAM));
	struct fix_selem *e = fix_alloc(f, sizeof(*e) + 8);
	struct fix_task *task = fix_alloc(f, sizeof(*task));
	u64 *storage = fix_alloc(f, sizeof(*storage));

	task->pid = pid;
	snprintf(task->comm, sizeof(task->comm), "task-%u", pid);
	*storage = fix_kva(f, task);
	e->local_storage = fix_kva(f, storage);
	e->smap = fix_kva(f, map);
	memcpy(e->data, &value, sizeof(value));
	e->next = b[bucket].first;
	b[bucket].first = fix_kva(f, e);
	return e;
}

static struct fix_smap *add_storage_map(struct bpf_fix *f, u32 type)
{
	struct fix_smap *map = fix_add_map(f, ID, type, "task_ctx", sizeof(*map));

	map->bucket_log = 2;
	map->buckets = fix_kva(f, fix_alloc(f, 4 * sizeof(struct fix_bucket)));
	return map;
}

TEST_F(kinds, task_storage)
{
	struct fix_smap *map = add_storage_map(self->f, BPF_MAP_TYPE_TASK_STORAGE);
	const char *json;

	add_storage(self->f, map, 0, 100, 5);
	add_storage(self->f, map, 3, 101, 6);
	add_storage(self->f, map, 3, 102, 7);
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "'pid':100,'comm':'task-100'},'value':5}"));
	EXPECT_TRUE(fix_has(json, "'pid':101,'comm':'task-101'},'value':6}"));
	EXPECT_EQ(3, fix_count(json, "'owner':"));
	EXPECT_EQ(NULL, strstr(json, "incomplete"));
	map->map.map_type = BPF_MAP_TYPE_SK_STORAGE;
	EXPECT_EQ(NULL, strstr(fix_walk(self->f), "'pid'"));
}

TEST_F(kinds, storage_without_owner)
{
	struct fix_smap *map = add_storage_map(self->f, BPF_MAP_TYPE_TASK_STORAGE);
	struct fix_selem *e = add_storage(self->f, map, 0, 100, 5);

	e->local_storage = 0;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'owner':null,'value':5}"));
	e->local_storage = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'owner':null,'value':5}"));
}

TEST_F(kinds, storage_that_makes_no_sense)
{
	struct fix_smap *map = add_storage_map(self->f, BPF_MAP_TYPE_TASK_STORAGE);
	struct fix_selem *e = add_storage(self->f, map, 0, 100, 5);

	e->smap++;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "elements of another map or bucket: 1"));
	e->smap--;
	e->next = fix_kva(self->f, e);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "chains without an end: 1"));
	e->next = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "unreadable elements: 1"));
	map->bucket_log = 40;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "2^40 buckets, more than 2^16"));
	map->bucket_log = 16;
	map->buckets = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "unreadable elements: 64"));
}

TEST_F(kinds, maps_in_an_array)
{
	struct fix_array *a = fix_add_map(self->f, ID, BPF_MAP_TYPE_ARRAY_OF_MAPS, "outer",
					  sizeof(*a) + 4 * sizeof(u64));
	u64 *ptrs = (u64 *)a->value;

	ptrs[1] = fix_kva(self->f, a);
	ptrs[3] = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'id':6,'name':'outer'},"));
	EXPECT_TRUE(fix_has(self->f->json,
			    "{'index':3,'ptr':'0xdead000000000100','id':{'unsupported'"));
	EXPECT_EQ(2, fix_count(self->f->json, "'index':"));
	a->map.map_type = BPF_MAP_TYPE_CGROUP_ARRAY;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'index':3,'ptr':'0xdead000000000100'}"));
	a->map.map_type = BPF_MAP_TYPE_XSKMAP;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "this kernel's types have no xsk_map.map"));
}

TEST_F(kinds, programs_in_an_array)
{
	struct fix_array *a = fix_add_map(self->f, ID, BPF_MAP_TYPE_PROG_ARRAY, "tails",
					  sizeof(*a) + 4 * sizeof(u64));
	struct fix_prog *prog = fix_alloc(self->f, sizeof(*prog));
	struct fix_aux *aux = fix_alloc(self->f, sizeof(*aux));

	aux->id = 44;
	memset(aux->name, 'x', sizeof(aux->name));
	prog->aux = fix_kva(self->f, aux);
	*(u64 *)a->value = fix_kva(self->f, prog);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'id':44,'name':'xxxxxxxxxxxxxxxx'}"));
}

TEST_F(kinds, arrays_of_objects_are_cut)
{
	const u32 nr = BPF_FD_SLOTS_MAX + 1;
	struct fix_array *a = fix_add_map(self->f, ID, BPF_MAP_TYPE_CGROUP_ARRAY, "groups",
					  sizeof(*a) + nr * sizeof(u64));
	u32 i;

	a->map.max_entries = nr;
	for (i = 0; i < 2000; i++)
		((u64 *)a->value)[i] = i + 1;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'needed':2000,'had':1024"));
	EXPECT_TRUE(fix_has(self->f->json, "'slots_looked_at':4096"));
}

TEST_F(kinds, ring_buffer)
{
	struct fix_ringmap *map =
		fix_add_map(self->f, ID, BPF_MAP_TYPE_RINGBUF, "events", sizeof(*map));
	struct fix_ring *ring = fix_alloc(self->f, sizeof(*ring));

	map->rb = fix_kva(self->f, ring);
	ring->mask = 4095;
	ring->consumer_pos = 100;
	ring->producer_pos = 164;
	EXPECT_TRUE(fix_has(fix_walk(self->f),
			    "'capacity':4096,'consumer_pos':100,'producer_pos':164,'pending':64"));
	ring->consumer_pos = 200;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'pending':{'unsupported'"));
	map->rb = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'capacity':{'unsupported'"));
}

TEST_F(kinds, stack_traces)
{
	struct fix_stackmap *map =
		fix_add_map(self->f, ID, BPF_MAP_TYPE_STACK_TRACE, "stacks", sizeof(*map));
	struct fix_trace *trace = fix_alloc(self->f, sizeof(*trace));

	fake_symbol(&self->f->gk, "schedule", 0xffffffff81000000);
	map->n_buckets = 4;
	map->buckets[2] = fix_kva(self->f, trace);
	trace->hash = 0x22;
	trace->nr = 2;
	trace->data[0] = 0xffffffff81000010;
	trace->data[1] = 0x1234;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "{'index':2,'hash':'0x22','nr':2,"));
	EXPECT_TRUE(fix_has(self->f->json,
			    "'stack':[{'ptr':'0xffffffff81000010','symbol':'schedule+0x10'}"));
	trace->nr = 0xffffffff;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'needed':4294967295,'had':128"));
	map->buckets[2] = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'stack':{'unsupported'"));
	map->n_buckets = 0xffffffff;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'slots_looked_at':16384"));
}

TEST_F(kinds, queue_and_stack)
{
	struct fix_queue *q = fix_add_map(self->f, ID, BPF_MAP_TYPE_QUEUE, "pids", sizeof(*q));
	u32 i;

	for (i = 0; i < 8; i++)
		q->elements[i] = 10 + i;
	q->size = 8;
	q->tail = 6;
	q->head = 1;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "[{'index':0,'value':16},"));
	EXPECT_TRUE(fix_has(self->f->json, "{'index':1,'value':17},{'index':2,'value':10}]"));
	q->map.map_type = BPF_MAP_TYPE_STACK;
	q->tail = 0;
	q->head = 3;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "[{'index':0,'value':12},"));
	EXPECT_TRUE(fix_has(self->f->json, "{'index':1,'value':11},{'index':2,'value':10}]"));
	q->head = 0;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'entries':[]"));
	q->head = 8;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "head 8 and tail 0 of a ring of 8"));
	q->size = 0xffffffff;
	q->head = 0xfffffffe;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'needed':4294967294"));
}

TEST_F(kinds, struct_ops)
{
	struct fix_opsmap *map =
		fix_add_map(self->f, ID, BPF_MAP_TYPE_STRUCT_OPS, "ops", sizeof(*map));
	struct fix_ops_value *user = fix_alloc(self->f, sizeof(*user));
	const char *json;

	map->map.btf_vmlinux_value_type_id = self->f->ops_type;
	map->map.btf_value_type_id = 0;
	map->map.value_size = sizeof(*user);
	map->kvalue.state = 1;
	map->kvalue.data.timeout_ms = 5000;
	map->kvalue.data.enqueue = 0xffffffffc0001000;
	map->uvalue = fix_kva(self->f, user);
	user->data.enqueue = 77;
	user->data.timeout_ms = 5000;
	json = fix_walk(self->f);
	EXPECT_TRUE(fix_has(json, "'value':{'refcnt':0,'state':1,'data':{'enqueue':"));
	EXPECT_TRUE(fix_has(json, "'timeout_ms':5000"));
	EXPECT_TRUE(fix_has(json, "'progs':[{'member':'enqueue','id':77}]"));
	map->map.value_size = 8;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'truncated'"));
	map->map.value_size = 0xffffffff;
	fix_walk(self->f);
	map->uvalue = FIX_NOWHERE;
	map->map.value_size = sizeof(*user);
	EXPECT_TRUE(fix_has(fix_walk(self->f), "unreadable elements: 2"));
	map->btf = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'btf_unavailable':'cannot read struct btf"));
}

TEST_F(kinds, arena)
{
	struct fix_arena *arena =
		fix_add_map(self->f, ID, BPF_MAP_TYPE_ARENA, "arena", sizeof(*arena));
	u64 *vm = fix_alloc(self->f, 16);

	arena->user_vm_start = 0x100000000000;
	arena->user_vm_end = 0x100000100000;
	arena->kern_vm = fix_kva(self->f, vm);
	vm[1] = 0xffffc90000000000;
	EXPECT_TRUE(fix_has(fix_walk(self->f),
			    "'user_vm_start':'0x100000000000','user_vm_end':'0x100000100000',"));
	EXPECT_TRUE(fix_has(self->f->json, "'kern_vm_addr':'0xffffc90000000000'"));
	arena->kern_vm = FIX_NOWHERE;
	EXPECT_TRUE(fix_has(fix_walk(self->f), "'kern_vm_addr':{'unsupported'"));
}

TEST_HARNESS_MAIN
