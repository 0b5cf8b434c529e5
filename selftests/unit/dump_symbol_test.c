// SPDX-License-Identifier: GPL-2.0-only
/* Addresses of code that a kernel made at run time, by name. */
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"
#include "host/inspect/dump_symbol.h"
#include "host/inspect/value.h"
#include "kselftest_harness.h"

#define TEXT 0xffffffff81200000ULL
#define JIT  0xffffffffc0001000ULL
#define OPS  0xffffffffc0009000ULL

FIXTURE(symbol)
{
	struct guest_kernel *gk;
	struct vtree *t;
	char text[GK_SYMBOLISE_MAX];
};

static struct value *add_code(struct vtree *t, struct value *to, const char *func, u64 at,
			      u64 bytes)
{
	struct value *v = value_add_struct(t, to, NULL);

	if (func)
		value_add_text(t, v, "func", func);
	value_add_uint(t, v, "jited_bytes", bytes);
	value_add_hex(t, v, "bpf_func", at);
	return v;
}

static void add_ops(struct vtree *t, struct value *maps, const char *type)
{
	struct value *map = value_add_struct(t, maps, NULL), *data;

	value_add_text(t, map, "name", "my_ops");
	value_add_text(t, map, "type_name", type);
	data = value_add_struct(t, value_add_struct(t, map, "value"), "data");
	value_add_ptr(t, data, "enqueue", OPS, NULL);
	value_add_ptr(t, data, "tick", 0, NULL);
	value_add_ptr(t, data, "dispatch", OPS + 0x80, NULL);
	value_add_uint(t, data, "flags", OPS + 0x90);
}

FIXTURE_SETUP(symbol)
{
	struct value *progs, *prog;
	struct vtree *t;

	self->gk = calloc(1, sizeof(*self->gk));
	fake_symbol(self->gk, "scx_vexit", TEXT);
	self->t = vtree_new(1U << 20);
	t = self->t;
	progs = value_add_array(t, vtree_root(t), "prog_runtime_stats");
	value_unsupported(t, progs, NULL, "not mapped");
	prog = add_code(t, progs, "my_dispatch", JIT, 0x40);
	prog = value_add_array(t, prog, "subprogs");
	value_unsupported(t, prog, NULL, "not mapped");
	add_code(t, prog, "helper", JIT + 0x100, 0x10);
	add_code(t, prog, NULL, JIT + 0x200, 0x10);
}

FIXTURE_TEARDOWN(symbol)
{
	vtree_free(self->t);
	free(self->gk);
}

#define NAME(kva) dump_symbolise(self->gk, self->t, kva, self->text, sizeof(self->text))

TEST_F(symbol, of_the_kernel)
{
	EXPECT_STREQ("scx_vexit+0x5b", NAME(TEXT + 0x5b));
	EXPECT_STREQ("scx_vexit+0x8",
		     dump_symbolise(self->gk, NULL, TEXT + 8, self->text, sizeof(self->text)));
	EXPECT_STREQ("", dump_symbolise(NULL, NULL, JIT, self->text, sizeof(self->text)));
}

TEST_F(symbol, of_a_program)
{
	EXPECT_STREQ("my_dispatch [bpf]", NAME(JIT));
	EXPECT_STREQ("my_dispatch+0x3f [bpf]", NAME(JIT + 0x3f));
	EXPECT_STREQ("", NAME(JIT + 0x40));
	EXPECT_STREQ("", NAME(JIT - 1));
}

TEST_F(symbol, of_a_function_that_a_program_calls)
{
	EXPECT_STREQ("helper+0x8 [bpf]", NAME(JIT + 0x108));
	EXPECT_STREQ("?+0x8 [bpf]", NAME(JIT + 0x208));
}

TEST_F(symbol, of_the_way_to_a_callback)
{
	struct value *maps = value_add_array(self->t, vtree_root(self->t), "maps");

	add_ops(self->t, maps, "ARRAY");
	EXPECT_STREQ("", NAME(OPS + 0x10));
	add_ops(self->t, maps, "STRUCT_OPS");
	EXPECT_STREQ("my_ops.enqueue+0x10 [bpf]", NAME(OPS + 0x10));
	EXPECT_STREQ("my_ops.dispatch+0x20 [bpf]", NAME(OPS + 0xa0));
	EXPECT_STREQ("", NAME(OPS - 1));
	EXPECT_STREQ("", NAME(OPS + 0x80 + 4096));
}

TEST_F(symbol, room_is_kept_to)
{
	char text[8];

	EXPECT_STREQ("my_disp", dump_symbolise(self->gk, self->t, JIT, text, sizeof(text)));
}

TEST_F(symbol, a_tree_of_something_else)
{
	struct vtree *t = vtree_new(1U << 16);

	value_add_uint(t, vtree_root(t), "prog_runtime_stats", 3);
	value_add_text(t, value_add_array(t, vtree_root(t), "maps"), NULL, "map");
	EXPECT_STREQ("", dump_symbolise(self->gk, t, JIT, self->text, sizeof(self->text)));
	vtree_free(t);
}

TEST_HARNESS_MAIN
