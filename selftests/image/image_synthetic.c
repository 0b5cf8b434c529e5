// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: image_synthetic FILE
 *
 * A saved guest that never ran: what the unit tests look at, with page tables,
 * symbols and types around it as a kernel has them. A map of each kind, an
 * allocator in an arena, tasks, run queues and a scheduler.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/sizes.h>

/* Symbols of the kernel are within 2 GiB of one another. */
#define FS_TASK_KVA 0xffffffff84000000ULL
#define FIX_RAM	    0xffffffff88000000ULL
#include "selftests/unit/bpf_world.h"
#include "selftests/unit/fake_sched.h"
#include "selftests/unit/kallsyms_fixture.h"
#include "selftests/unit/sdt_fixture.h"

#include "host/kernel/vmcore.h"

#define PAGE	 ((u64)SZ_4K)
#define RAM_SIZE (16ULL * SZ_1M)
#define DIRECT	 0xffff900000000000ULL
#define MAP	 0xffffffff80000000ULL
#define TEXT	 0xffffffff81000000ULL
/* The image: its gpa, and by offset what is in it. */
#define TEXT_GPA  0x100000ULL
#define VARIABLES 0x1000ULL
#define PGD	  0x2000ULL
#define TABLES	  0x10000ULL
#define BTF	  0x40000ULL
#define IMAGE_END 0x100000ULL
/* All other pages, as they are asked for. */
#define FRAMES (TEXT_GPA + IMAGE_END)

#define ARENA_OBJECTS 40
#define ELEM_SIZE     32
/* GUARD_SZ of kernel/bpf/arena.c, and a page that an area has at its end. */
#define ARENA_GUARD ((u64)SZ_64K)

/**
 * struct synth - the guest
 * @f: BPF maps and programs
 * @fs: scheduler and tasks
 * @sdt: an arena
 * @sdt_btf: types of the program that has it
 * @ram: its memory
 * @next: first frame nobody has
 * @sym: symbols
 * @nr: how many
 */
struct synth {
	struct bpf_fix *f;
	struct fake_sched *fs;
	struct sdt_fake *sdt;
	struct kbtf *sdt_btf;
	struct gmem *ram;
	u64 next;
	struct kt_symbol sym[3 * FAKE_SYMBOLS];
	u32 nr;
};

static u32 ops_type;

/* Of host/kernel/vmcore_write.c: what it would ask a real guest_kernel. */
const void *gk_vmcoreinfo(const struct guest_kernel *gk, size_t *len)
{
	return NULL;
}

bool gk_map_base(const struct guest_kernel *gk, u64 *kva)
{
	return false;
}

bool gk_image(const struct guest_kernel *gk, u64 *kva, u64 *len)
{
	return false;
}

int gk_gpa(const struct guest_kernel *gk, u64 kva, u64 *gpa)
{
	return -EFAULT;
}

static void __noreturn fail(const char *what)
{
	fprintf(stderr, "image_synthetic: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Memory. */

static void *at(const struct synth *s, u64 gpa, u64 len)
{
	void *p = gmem_hva(s->ram, gpa, len);

	if (!p)
		fail("out of guest memory");
	return p;
}

static u64 new_frame(struct synth *s)
{
	s->next += PAGE;
	return s->next - PAGE;
}

/* The frame of a page, mapped when it is not. */
static u64 frame_of(struct synth *s, u64 kva)
{
	u64 table = TEXT_GPA + PGD, *entry;
	int shift;

	for (shift = 39; shift >= 12; shift -= 9) {
		entry = (u64 *)at(s, table, PAGE) + (kva >> shift & 511);
		if (!*entry)
			*entry = new_frame(s) | 3;
		table = *entry & ~(PAGE - 1);
	}
	return table;
}

static void put(struct synth *s, u64 kva, const void *mem, size_t len)
{
	const u8 *from = mem;
	size_t n;

	for (; len; kva += n, from += n, len -= n) {
		n = min(len, (size_t)(PAGE - kva % PAGE));
		memcpy(at(s, frame_of(s, kva) + kva % PAGE, n), from, n);
	}
}

static void put_regions(struct synth *s, const struct guest_kernel *gk)
{
	u32 i;

	for (i = 0; i < gk->nr_regions; i++)
		put(s, gk->regions[i].kva, gk->regions[i].mem, gk->regions[i].len);
}

/* Symbols. */

static void add_symbol(struct synth *s, const char *name, u64 addr)
{
	s->sym[s->nr++] = (struct kt_symbol){ name, addr };
}

static bool has_symbol(const struct synth *s, const char *name)
{
	u32 i;

	for (i = 0; i < s->nr; i++)
		if (strcmp(s->sym[i].name, name) == 0)
			return true;
	return false;
}

static void add_symbols(struct synth *s, const struct guest_kernel *gk)
{
	u32 i;

	for (i = 0; i < gk->nr_symbols; i++)
		if (!has_symbol(s, gk->symbols[i].name))
			add_symbol(s, gk->symbols[i].name, gk->symbols[i].kva);
}

static int by_address(const void *a, const void *b)
{
	const struct kt_symbol *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* What the kernel itself has: its image, its page tables, and a few variables. */
static void add_image(struct synth *s)
{
	u64 base = DIRECT;
	u32 shift = 39, cpus = FS_CPUS;
	const void *btf;
	u32 len;

	btf = btf__raw_data(kbtf_btf(s->fs->btf), &len);
	if (!btf || len > IMAGE_END - BTF)
		fail("types");
	memcpy(at(s, TEXT_GPA + BTF, len), btf, len);
	memcpy(at(s, TEXT_GPA + VARIABLES, 8), &base, sizeof(base));
	memcpy(at(s, TEXT_GPA + VARIABLES + 8, 4), &shift, sizeof(shift));
	memcpy(at(s, TEXT_GPA + VARIABLES + 16, 4), &cpus, sizeof(cpus));
	add_symbol(s, "_text", TEXT);
	add_symbol(s, "_stext", TEXT);
	add_symbol(s, "page_offset_base", TEXT + VARIABLES);
	add_symbol(s, "pgdir_shift", TEXT + VARIABLES + 8);
	add_symbol(s, "nr_cpu_ids", TEXT + VARIABLES + 16);
	add_symbol(s, "init_top_pgt", TEXT + PGD);
	add_symbol(s, "__start_BTF", TEXT + BTF);
	add_symbol(s, "__stop_BTF", TEXT + BTF + len);
	add_symbol(s, "_end", TEXT + IMAGE_END);
}

/* Tables of all symbols; the text of a note that leads to them. */
static void put_kallsyms(struct synth *s, char *text, size_t len)
{
	struct kt_table t;

	qsort(s->sym, s->nr, sizeof(*s->sym), by_address);
	kt_build(&t, TEXT + TABLES, TEXT, s->sym, s->nr, KT_PERCPU);
	memcpy(at(s, TEXT_GPA + TABLES, t.len), t.mem, t.len);
	snprintf(text, len,
		 "SYMBOL(_stext)=%llx\nSYMBOL(kallsyms_names)=%llx\n"
		 "SYMBOL(kallsyms_num_syms)=%llx\nSYMBOL(kallsyms_token_table)=%llx\n"
		 "SYMBOL(kallsyms_token_index)=%llx\nSYMBOL(kallsyms_offsets)=%llx\n"
		 "NUMBER(phys_base)=%lld\nNUMBER(pgtable_l5_enabled)=0\nKERNELOFFSET=0\n",
		 (long long)TEXT, (long long)t.src.names, (long long)t.src.num_syms,
		 (long long)t.src.token_table, (long long)t.src.token_index,
		 (long long)t.src.offsets, (long long)(TEXT_GPA - (TEXT - MAP)));
	free(t.mem);
}

/* What is in it. */

static void more_types(struct fs_types *t)
{
	fix_add_types(t->btf, NULL, &ops_type);
}

static void make_sched(struct synth *s)
{
	u32 i;

	s->fs = fake_sched_new(more_types);
	if (!s->fs->btf)
		fail("types");
	for (i = 0; i < 4; i++)
		fs_hash(s->fs, i);
	for (i = 2; i < 20; i++)
		fs_enqueue(s->fs, &s->fs->dsqs[i % 4], fs_dsq(i % 4), i);
	for (i = 20; i < 24; i++)
		fs_enqueue(s->fs, &s->fs->cpus[i % 2].rq.scx.local_dsq, fs_local_dsq(i % 2), i);
	s->fs->st.enable_state = 2;
	s->fs->sched.exit_kind = 0;
}

static u64 put_types(struct bpf_fix *f, const struct kbtf *btf)
{
	struct fix_btf *types = fix_alloc(f, sizeof(*types));
	const void *raw = btf__raw_data(kbtf_btf(btf), &types->data_size);

	if (!raw)
		fail("types of a program");
	types->id = 2;
	types->data = fix_kva(f, memcpy(fix_alloc(f, types->data_size), raw, types->data_size));
	return fix_kva(f, types);
}

static struct fix_arena *add_arena(struct bpf_fix *f)
{
	struct fix_arena *arena = fix_add_map(f, 14, BPF_MAP_TYPE_ARENA, "arena", sizeof(*arena));
	struct fix_vm *vm = fix_alloc(f, sizeof(*vm));

	arena->map.max_entries = SDT_BYTES / PAGE;
	arena->user_vm_start = SDT_USER;
	arena->user_vm_end = SDT_USER + SDT_BYTES;
	arena->kern_vm = fix_kva(f, vm);
	vm->addr = SDT_KERN - ARENA_GUARD / 2;
	vm->size = ARENA_WINDOW + ARENA_GUARD + PAGE;
	return arena;
}

/* A program with an arena, and the section its allocator is in. */
static void add_allocator(struct synth *s, u64 root)
{
	struct bpf_fix *f = s->f;
	struct fix_aux *aux = fix_alloc(f, sizeof(*aux));
	struct fix_prog *prog = fix_alloc(f, sizeof(*prog));
	struct fake_allocator *a;
	struct fix_array *bss;

	aux->btf = put_types(f, s->sdt_btf);
	aux->arena = fix_kva(f, add_arena(f));
	prog->aux = fix_kva(f, aux);
	f->progs->slots[2] = fix_kva(f, prog);
	bss = fix_add_map(f, 13, BPF_MAP_TYPE_ARRAY, "sdt.bss",
			  sizeof(*bss) + FAKE_SECTION_OFFSET + sizeof(*a));
	bss->map.btf = aux->btf;
	bss->map.max_entries = 1;
	bss->map.value_size = FAKE_SECTION_OFFSET + sizeof(*a);
	bss->map.btf_value_type_id = btf__find_by_name(kbtf_btf(s->sdt_btf), ".bss");
	a = (void *)(bss->value + FAKE_SECTION_OFFSET);
	a->elem_size = ELEM_SIZE;
	a->root = root;
}

static void make_bpf(struct synth *s)
{
	u64 root, middle, leaf;

	s->f = fix_new(NULL);
	s->f->ops_type = ops_type;
	/* the table of per-CPU offsets is that of the run queues */
	bpf_world_add(s->f, FIX_RAM + FIX_PERCPU + 0x2000 - s->fs->offsets[0]);
	s->sdt = sdt_fake_new();
	s->sdt_btf = fake_sdt_btf(&fake_sdt_default);
	if (!s->sdt_btf)
		fail("types of an allocator");
	root = sdt_new_tree(s->sdt, &middle, &leaf);
	sdt_fill(s->sdt, middle, leaf, ARENA_OBJECTS, ELEM_SIZE);
	add_allocator(s, root);
}

static void put_all(struct synth *s)
{
	add_symbols(s, &s->fs->gk);
	add_symbols(s, &s->f->gk);
	put_regions(s, &s->fs->gk);
	put_regions(s, &s->f->gk);
	put(s, SDT_KERN + (SDT_USER & 0xffffffff), s->sdt->mem, s->sdt->used);
}

static u64 make_note(u8 *note, const char *text)
{
	u32 head[3] = { sizeof("VMCOREINFO"), strlen(text), 0 };

	memcpy(note, head, sizeof(head));
	memcpy(note + sizeof(head), "VMCOREINFO\0", 12);
	memcpy(note + 24, text, head[1]);
	return 24 + head[1];
}

static void save(struct synth *s, const char *path)
{
	struct vcpu_regs regs[FS_CPUS] = {};
	struct ktstr_err err = { "" };
	char text[1024];
	u8 note[1100];
	struct vmcore_src src = {
		.ram = s->ram,
		.machine = EM_X86_64,
		.regs = regs,
		.nr_cpus = FS_CPUS,
		.vmcoreinfo = note,
		.map_base = DIRECT,
	};
	int fd;

	put_kallsyms(s, text, sizeof(text));
	src.vmcoreinfo_len = make_note(note, text);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		fail(path);
	if (vmcore_write(&src, fd, NULL, &err)) {
		fprintf(stderr, "image_synthetic: %s\n", err.msg);
		exit(1);
	}
	if (close(fd))
		fail(path);
}

int main(int argc, char **argv)
{
	struct synth s = { .next = FRAMES };

	if (argc != 2) {
		fprintf(stderr, "usage: image_synthetic FILE\n");
		return 1;
	}
	s.ram = gmem_new(RAM_SIZE, 3ULL * SZ_1G, 4ULL * SZ_1G, NULL);
	if (!s.ram)
		fail("guest memory");
	make_sched(&s);
	make_bpf(&s);
	put_all(&s);
	add_image(&s);
	save(&s, argv[1]);
	gmem_free(s.ram);
	kbtf_free(s.sdt_btf);
	sdt_fake_free(s.sdt);
	fix_free(s.f);
	fake_sched_free(s.fs);
	return 0;
}
