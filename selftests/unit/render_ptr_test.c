// SPDX-License-Identifier: GPL-2.0-only
/* Pointers: followed, named, or left alone for a reason that is said. */
#include <errno.h>

#include "host/inspect/render.h"
#include "lib/util.h"
#define VALUE_FIXTURE_RAW_TYPES
#include "value_fixture.h"

#define MEMORY	 0xffff888000000000ULL
#define NR_NODES 64

/* A list as the guest has it. */
struct node {
	u64 next;
	u64 prev;
	u32 nr;
	u32 pad;
};

FIXTURE(chase)
{
	struct btf *btf;
	struct ids id;
	struct vtree *t;
	struct value *root;
	struct render_env env;
	struct node nodes[NR_NODES];
	struct node reply;
	int node;
	int node_ptr;
	u32 asked;
	u32 type;
};

/* As a resolver is allowed to: one buffer for all. */
static const char *answer(FIXTURE_DATA(chase) * self, u64 ptr, u32 pointee,
			  struct render_target *to)
{
	self->asked++;
	memset(&self->reply, 0xee, sizeof(self->reply));
	if (ptr < MEMORY || ptr - MEMORY >= sizeof(self->nodes))
		return "not mapped";
	memcpy(&self->reply, &self->nodes[(ptr - MEMORY) / sizeof(struct node)],
	       sizeof(self->reply));
	to->type_id = self->type == UINT32_MAX ? pointee : self->type;
	to->bytes = &self->reply;
	to->len = sizeof(self->reply);
	to->note = "slab";
	return NULL;
}

static const char *resolve(void *ctx, u64 ptr, const struct kbtf *btf, u32 pointee,
			   struct render_target *to)
{
	to->btf = btf;
	return answer(ctx, ptr, pointee, to);
}

FIXTURE_SETUP(chase)
{
	struct btf *btf = btf_start(&self->id);
	int node_ptr = btf__type_cnt(btf), node;

	/* The pointer comes before the struct it points to, as pahole may have it. */
	btf__add_ptr(btf, node_ptr + 1);
	node = btf__add_struct(btf, "node", sizeof(struct node));
	btf__add_field(btf, "next", node_ptr, 0, 0);
	btf__add_field(btf, "prev", node_ptr, 64, 0);
	btf__add_field(btf, "nr", self->id.u32, 128, 0);
	self->btf = btf;
	self->node = node;
	self->node_ptr = node_ptr;
	self->t = vtree_new(TREE_MAX);
	self->root = vtree_root(self->t);
	self->env = (struct render_env){ .resolve = resolve, .ctx = self, .chase = 1 };
	self->type = UINT32_MAX;
}

FIXTURE_TEARDOWN(chase)
{
	vtree_free(self->t);
	btf__free(self->btf);
}

static u64 addr(u32 i)
{
	return MEMORY + i * sizeof(struct node);
}

static const struct value *render(FIXTURE_DATA(chase) * self, const struct render_env *env,
				  int type, const void *data, size_t len)
{
	return value_render(self->t, self->root, "v", env, (const struct kbtf *)self->btf, type,
			    data, len);
}

TEST_F(chase, nobody_to_ask)
{
	const u64 ptr = addr(1), null = 0;

	EXPECT_JSON("{'ptr':'0xffff888000000018'}", render(self, NULL, self->node_ptr, &ptr, 8));
	EXPECT_JSON("null", render(self, NULL, self->node_ptr, &null, 8));
	EXPECT_JSON("{'truncated':{'needed':8,'had':4},'partial':{'hex':'18000000'}}",
		    render(self, NULL, self->node_ptr, &ptr, 4));
}

TEST_F(chase, null_is_not_asked_for)
{
	const u64 null = 0;

	EXPECT_JSON("null", render(self, &self->env, self->node_ptr, &null, 8));
	EXPECT_EQ(0, self->asked);
}

TEST_F(chase, symbols)
{
	const struct render_env env = { .gk = (const struct guest_kernel *)self };
	const u64 ptrs[] = { VALUE_FIXTURE_SYMBOL + 4, 0, addr(0) };
	int three = btf__add_array(self->btf, self->id.u32, self->node_ptr, 3);

	EXPECT_JSON("{'ptr':'0xffffffff81000004','symbol':'scx_enqueue+0x4'}",
		    render(self, &env, self->node_ptr, ptrs, 8));
	EXPECT_JSON("[{'ptr':'0xffffffff81000004','symbol':'scx_enqueue+0x4'},null,\n"
		    "{'ptr':'0xffff888000000000'}]",
		    render(self, &env, three, ptrs, sizeof(ptrs)));
}

TEST_F(chase, followed)
{
	const u64 ptr = addr(1);
	const struct value *v;
	u64 nr;

	self->nodes[1] = (struct node){ .nr = 11 };
	v = render(self, &self->env, self->node_ptr, &ptr, 8);
	EXPECT_JSON("{'ptr':'0xffff888000000018','note':'slab','deref':{'next':null,\n"
		    "'prev':null,'nr':11}}",
		    v);
	ASSERT_TRUE(value_u64(value_get(self->root, "v.nr", NULL), &nr));
	EXPECT_EQ(11, nr);
}

TEST_F(chase, refused_with_a_reason)
{
	const u64 ptr = 0x1234;

	EXPECT_JSON("{'ptr':'0x1234','skipped':'not mapped'}",
		    render(self, &self->env, self->node_ptr, &ptr, 8));
}

TEST_F(chase, bytes_of_no_type)
{
	const u64 ptr = addr(0);

	self->type = 0;
	self->nodes[0].nr = 5;
	EXPECT_JSON("{'ptr':'0xffff888000000000','note':'slab',\n"
		    "'deref':{'hex':'000000000000000000000000000000000500000000000000'}}",
		    render(self, &self->env, self->node_ptr, &ptr, 8));
}

/* The resolver's buffer is overwritten when "next" is asked for: "nr" must not be. */
TEST_F(chase, one_after_the_other)
{
	const u64 ptr = addr(0);
	u64 nr;

	self->env.chase = 3;
	self->nodes[0] = (struct node){ .next = addr(1), .nr = 100 };
	self->nodes[1] = (struct node){ .next = addr(2), .nr = 101 };
	self->nodes[2] = (struct node){ .next = addr(3), .nr = 102 };
	render(self, &self->env, self->node_ptr, &ptr, 8);
	ASSERT_TRUE(value_u64(value_get(self->root, "v.nr", NULL), &nr));
	EXPECT_EQ(100, nr);
	ASSERT_TRUE(value_u64(value_get(self->root, "v.next.next.nr", NULL), &nr));
	EXPECT_EQ(102, nr);
	EXPECT_JSON("{'ptr':'0xffff888000000048','note':'slab',\n"
		    "'skipped':'too many pointers one after the other'}",
		    value_get(self->root, "v.next.next.next", NULL));
}

TEST_F(chase, a_cycle_ends)
{
	const u64 ptr = addr(0);

	self->env.chase = RENDER_CHASE_MAX;
	self->nodes[0] = (struct node){ .next = addr(1) };
	self->nodes[1] = (struct node){ .next = addr(0), .prev = addr(1) };
	render(self, &self->env, self->node_ptr, &ptr, 8);
	EXPECT_JSON("{'ptr':'0xffff888000000018','note':'slab',\n"
		    "'deref':{'next':{'ptr':'0xffff888000000000','note':'slab',\n"
		    "'skipped':'cycle'},'prev':{'ptr':'0xffff888000000018','note':'slab',\n"
		    "'skipped':'cycle'},'nr':0}}",
		    value_get(self->root, "v.next", NULL));
}

TEST_F(chase, never_longer_than_the_cap)
{
	const struct value *v;
	const u64 ptr = addr(0);
	u32 i, hops = 0;

	self->env.chase = 1000;
	for (i = 0; i < NR_NODES; i++)
		self->nodes[i] = (struct node){ .next = addr(i + 1), .nr = i };
	v = render(self, &self->env, self->node_ptr, &ptr, 8);
	while (value_first(v)) {
		v = value_get(v, "next", NULL);
		hops++;
	}
	EXPECT_EQ(RENDER_CHASE_MAX, hops);
}

/* Each leads to two, over and over. */
TEST_F(chase, never_more_than_the_cap)
{
	const u64 ptr = addr(0);
	u32 i;

	self->env.chase = RENDER_CHASE_MAX;
	for (i = 0; i + 2 < NR_NODES; i++)
		self->nodes[i] = (struct node){ .next = addr(i + 1), .prev = addr(i + 2) };
	render(self, &self->env, self->node_ptr, &ptr, 8);
	EXPECT_LE(self->asked, 2 * RENDER_FOLLOW_MAX + 1);
	EXPECT_FALSE(vtree_full(self->t));
}

TEST_F(chase, target_with_less_than_its_type)
{
	int large = btf__add_array(self->btf, self->id.u32, self->id.u64, 100);
	const u64 ptr = addr(0);

	self->type = large;
	render(self, &self->env, self->node_ptr, &ptr, 8);
	EXPECT_EQ(VALUE_TRUNCATED, value_kind(value_first(value_get(self->root, "v", NULL))));
}

TEST_HARNESS_MAIN
