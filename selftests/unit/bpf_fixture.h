/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_SELFTESTS_UNIT_BPF_FIXTURE_H
#define KTSTR_SELFTESTS_UNIT_BPF_FIXTURE_H

/*
 * A guest with BPF maps and programs: one piece of memory that all the kernel's
 * structs are in, and what the walks make of it, as JSON. To be included once in a test program.
 */
#include <linux/bpf.h>
#include <stdlib.h>

#include "bpf_types.h"
#include "fake_kernel.h"
#include "host/inspect/bpf_maps.h"
#include "host/inspect/insp.h"
#include "host/inspect/value.h"
#include "host/inspect/value_json.h"
#include "host/kernel/guest_btf.h"
#include "lib/util.h"

#ifndef FIX_RAM
#define FIX_RAM 0xffff888020000000ULL
#endif
#define FIX_RAM_SIZE (4U << 20)
#define FIX_NOWHERE  0xdead000000000100ULL
/* Between a per-CPU pointer and the memory of CPU 0, and from CPU to CPU. */
#define FIX_PERCPU 0x100000ULL

/**
 * struct bpf_fix - the guest
 * @gk: its memory and symbols
 * @btf: types of its kernel
 * @btfs: types of its programs
 * @l: where things are
 * @in: for the walks
 * @ram: its memory, at FIX_RAM
 * @used: bytes of it
 * @maps: node of map_idr
 * @progs: node of prog_idr
 * @types: a struct btf with the types below
 * @u32_type: in it
 * @u64_type: in it
 * @pair_type: struct pair { u32 a, b; }
 * @bss_type: a DATASEC with hits (u32 at 0) and total (u64 at 8)
 * @func_type: a function with a long name
 * @ops_type: in @btf, of a struct_ops' value
 * @json: of the last walk
 * @complete: as its tree said
 */
struct bpf_fix {
	struct guest_kernel gk;
	struct kbtf *btf;
	struct guest_btf *btfs;
	struct bpf_maps_layout l;
	struct insp in;
	u8 *ram;
	size_t used;
	struct fix_node *maps;
	struct fix_node *progs;
	struct fix_btf *types;
	u32 u32_type;
	u32 u64_type;
	u32 pair_type;
	u32 bss_type;
	u32 func_type;
	u32 ops_type;
	char *json;
	bool complete;
};

/* Zeroed memory of the guest's. */
static inline void *fix_alloc(struct bpf_fix *f, size_t len)
{
	void *p = f->ram + f->used;

	f->used += round_up(len, 64);
	if (f->used > FIX_RAM_SIZE)
		abort();
	return p;
}

static inline u64 fix_kva(const struct bpf_fix *f, const void *p)
{
	return FIX_RAM + ((const u8 *)p - f->ram);
}

static inline u64 fix_text(struct bpf_fix *f, const char *text)
{
	return fix_kva(f, memcpy(fix_alloc(f, strlen(text) + 1), text, strlen(text)));
}

/* What a program came with, in guest memory. */
static inline void fix_program_types(struct bpf_fix *f)
{
	struct btf *b = btf__new_empty();
	const void *raw;
	int hits, total;
	u32 len;

	f->u32_type = btf__add_int(b, "unsigned int", 4, 0);
	f->u64_type = btf__add_int(b, "unsigned long", 8, 0);
	f->pair_type = btf__add_struct(b, "pair", 8);
	btf__add_field(b, "a", f->u32_type, 0, 0);
	btf__add_field(b, "b", f->u32_type, 32, 0);
	hits = btf__add_var(b, "hits", BTF_VAR_GLOBAL_ALLOCATED, f->u32_type);
	total = btf__add_var(b, "total", BTF_VAR_GLOBAL_ALLOCATED, f->u64_type);
	f->bss_type = btf__add_datasec(b, ".bss", 16);
	btf__add_datasec_var_info(b, hits, 0, 4);
	btf__add_datasec_var_info(b, total, 8, 8);
	f->func_type = btf__add_func(b, "a_function_with_a_long_name", BTF_FUNC_GLOBAL,
				     btf__add_func_proto(b, 0));
	raw = btf__raw_data(b, &len);
	f->types = fix_alloc(f, sizeof(*f->types));
	f->types->data_size = len;
	f->types->id = 1;
	f->types->data = fix_kva(f, memcpy(fix_alloc(f, len), raw, len));
	btf__free(b);
}

/* A tree of one node that a symbol leads to. */
static inline struct fix_node *fix_idr(struct bpf_fix *f, const char *symbol)
{
	struct fix_node *node = fix_alloc(f, sizeof(*node));
	u64 *idr = fix_alloc(f, 24);

	idr[1] = fix_kva(f, node) + 2;
	fake_symbol(&f->gk, symbol, fix_kva(f, idr));
	return node;
}

static inline struct bpf_fix *fix_new(const char *without)
{
	struct bpf_fix *f = calloc(1, sizeof(*f));
	u64 *offsets;
	u32 cpu;

	f->ram = calloc(1, FIX_RAM_SIZE);
	fake_map(&f->gk, FIX_RAM, f->ram, FIX_RAM_SIZE);
	f->maps = fix_idr(f, "map_idr");
	f->progs = fix_idr(f, "prog_idr");
	offsets = fix_alloc(f, FIX_CPUS * sizeof(*offsets));
	for (cpu = 0; cpu < FIX_CPUS; cpu++)
		offsets[cpu] = (cpu + 1) * FIX_PERCPU;
	fake_symbol(&f->gk, "__per_cpu_offset", fix_kva(f, offsets));
	fix_program_types(f);
	f->btf = fix_kernel_types(without, &f->ops_type);
	f->btfs = f->btf ? guest_btf_new(&f->gk, f->btf, NULL) : NULL;
	if (!f->btfs || bpf_maps_layout_init(&f->l, &f->gk, f->btf, NULL))
		abort();
	f->in = (struct insp){ .gk = &f->gk, .btf = f->btf, .btfs = f->btfs, .nr_cpus = FIX_CPUS };
	return f;
}

static inline void fix_free(struct bpf_fix *f)
{
	guest_btf_free(f->btfs);
	kbtf_free(f->btf);
	free(f->ram);
	free(f->json);
	free(f);
}

/* A map with types and an id; @bytes is its struct and what follows. */
static inline void *fix_add_map(struct bpf_fix *f, u32 id, u32 type, const char *name, size_t bytes)
{
	struct fix_map *m = fix_alloc(f, bytes);

	m->map_type = type;
	m->id = id;
	m->key_size = 4;
	m->value_size = 4;
	m->max_entries = 4;
	m->btf = fix_kva(f, f->types);
	m->btf_key_type_id = f->u32_type;
	m->btf_value_type_id = f->u32_type;
	snprintf(m->name, sizeof(m->name), "%s", name);
	f->maps->slots[id] = fix_kva(f, m);
	return m;
}

/* What a per-CPU pointer leads to on a CPU; the pointer is good for all. */
static inline void *fix_percpu(struct bpf_fix *f, u64 pptr, u32 cpu)
{
	return f->ram + (pptr + (cpu + 1) * FIX_PERCPU - FIX_RAM);
}

/* The tree as JSON, kept until the next one. */
static inline const char *fix_raw_json(struct bpf_fix *f, const struct value *v)
{
	json_writer_t *w;
	size_t len;
	FILE *out;

	free(f->json);
	f->json = NULL;
	out = open_memstream(&f->json, &len);
	w = jsonw_new(out);
	value_json(w, v);
	jsonw_destroy(&w);
	fclose(out);
	return f->json;
}

/* The same with single quotation marks, which are easier to look for. */
static inline const char *fix_json(struct bpf_fix *f, const struct value *v)
{
	char *p;

	fix_raw_json(f, v);
	for (p = f->json; *p; p++)
		if (*p == '"')
			*p = '\'';
	return f->json;
}

/* All maps, with a walk of its own. */
static inline const char *fix_walk(struct bpf_fix *f)
{
	struct value *maps;
	const char *json;

	f->in.tree = vtree_new(16U << 20);
	maps = value_add_array(f->in.tree, vtree_root(f->in.tree), "maps");
	bpf_maps_walk(&f->in, &f->l, maps);
	json = fix_json(f, maps);
	f->complete = vtree_complete(f->in.tree);
	vtree_free(f->in.tree);
	f->in.tree = NULL;
	return json;
}

/* How often a text comes. */
static inline u32 fix_count(const char *json, const char *text)
{
	u32 nr = 0;

	for (; (json = strstr(json, text)); json += strlen(text))
		nr++;
	return nr;
}

/* Is a text in there; says so when not. */
static inline bool fix_has(const char *json, const char *text)
{
	bool has = strstr(json, text);

	if (!has)
		printf("# no %s in %.2000s\n", text, json);
	return has;
}

#endif /* KTSTR_SELFTESTS_UNIT_BPF_FIXTURE_H */
