// SPDX-License-Identifier: GPL-2.0-only
/* Maps and programs of a guest that runs: memory changes between any two reads. */
#include "bpf_world.h"
#include "host/inspect/bpf_progs.h"
#include "json_check.h"
#include "kselftest_harness.h"

#define ROUNDS 400

/**
 * struct vcpu - what changes memory
 * @f: whose
 * @sane: memory as it was
 * @seed: of what comes next
 * @every: one store in so many reads, on average
 * @stores: how many there were
 */
struct vcpu {
	struct bpf_fix *f;
	u8 *sane;
	u32 seed;
	u32 every;
	u64 stores;
};

static u32 next(struct vcpu *v)
{
	v->seed = v->seed * 1664525 + 1013904223;
	return v->seed >> 8;
}

/* A word anywhere becomes a pointer, an absurd number, or what it was. */
static void run(void *ctx)
{
	static const u64 numbers[] = { 0, 1, 0x7fffffff, 0xffffffff, 0xffffffff00000000, ~0ULL };
	struct vcpu *v = ctx;
	u64 at, value;

	if (next(v) % v->every)
		return;
	at = next(v) % (v->f->used / sizeof(value)) * sizeof(value);
	switch (next(v) % 3) {
	case 0:
		value = FIX_RAM + next(v) % v->f->used / sizeof(value) * sizeof(value);
		break;
	case 1:
		value = numbers[next(v) % ARRAY_SIZE(numbers)];
		break;
	default:
		memcpy(&value, v->sane + at, sizeof(value));
	}
	memcpy(v->f->ram + at, &value, sizeof(value));
	v->stores++;
}

FIXTURE(race)
{
	struct bpf_fix *f;
	struct bpf_progs_layout progs;
	struct vcpu vcpu;
};

FIXTURE_SETUP(race)
{
	self->f = fix_new(NULL);
	bpf_world_add(self->f, FIX_RAM + 0x2000);
	ASSERT_EQ(0, bpf_progs_layout_init(&self->progs, &self->f->gk, self->f->btf, NULL));
	self->vcpu = (struct vcpu){ .f = self->f, .seed = 1 };
	self->vcpu.sane = malloc(self->f->used);
	memcpy(self->vcpu.sane, self->f->ram, self->f->used);
	self->f->gk.runs = run;
	self->f->gk.runs_ctx = &self->vcpu;
}

FIXTURE_TEARDOWN(race)
{
	free(self->vcpu.sane);
	fix_free(self->f);
}

static bool look(FIXTURE_DATA(race) * self)
{
	struct bpf_fix *f = self->f;
	struct value *root;
	bool valid;

	guest_btf_free(f->btfs);
	f->btfs = guest_btf_new(&f->gk, f->btf, NULL);
	f->in.btfs = f->btfs;
	f->in.tree = vtree_new(4U << 20);
	root = vtree_root(f->in.tree);
	bpf_maps_walk(&f->in, &f->l, value_add_array(f->in.tree, root, "maps"));
	bpf_progs_walk(&f->in, &self->progs, value_add_array(f->in.tree, root, "progs"));
	fix_raw_json(f, root);
	valid = json_valid(f->json, strlen(f->json));
	vtree_free(f->in.tree);
	f->in.tree = NULL;
	return valid;
}

/* A length that was checked and then read again would be caught by ASan. */
TEST_F(race, G9_nothing_that_was_checked_is_read_again)
{
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		memcpy(self->f->ram, self->vcpu.sane, self->f->used);
		self->vcpu.every = 1 + i % 40;
		EXPECT_TRUE(look(self));
	}
	EXPECT_GT(self->vcpu.stores, ROUNDS);
}

TEST_HARNESS_MAIN
