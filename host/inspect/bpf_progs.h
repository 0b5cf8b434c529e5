/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_BPF_PROGS_H
#define KTSTR_HOST_INSPECT_BPF_PROGS_H

/*
 * The BPF programs of a guest: what the verifier said and how they run.
 */
#include <stdbool.h>
#include <linux/types.h>

#include "host/inspect/bpf_obj.h"
#include "lib/err.h"

struct guest_kernel;
struct insp;
struct kbtf;
struct value;

/* Programs that are shown. */
#define BPF_PROGS_MAX 4096
/* Functions of one program; BPF_MAX_SUBPROGS of the verifier. */
#define BPF_SUBPROGS_MAX 256
/* A function's name, as BPF objects have them; longer ones are cut. */
#define BPF_PROG_NAME_MAX 128

/**
 * struct bpf_progs_layout - addresses and offsets, looked up once
 * @obj: of the objects
 * @prog: struct bpf_prog, include/linux/bpf.h
 * @aux: struct bpf_prog_aux, the same
 * @stats: struct bpf_prog_stats, include/linux/filter.h
 * @st_ops_name: of the pointer to the name in struct bpf_struct_ops, or
 *               BPF_NO_MEMBER
 * @stats_key: address of bpf_stats_enabled_key, 0 = unknown
 *
 * Does not change after bpf_progs_layout_init(), so any thread may read it.
 */
struct bpf_progs_layout {
	struct bpf_obj_layout obj;
	struct kstruct prog;
	struct kstruct aux;
	struct kstruct stats;
	u32 st_ops_name;
	u64 stats_key;
};

/**
 * bpf_progs_layout_init() - find out how this kernel keeps its programs
 * @l: filled in
 * @gk: symbols
 * @btf: types
 * @err: names the symbol or member that is missing, or NULL
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int bpf_progs_layout_init(struct bpf_progs_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf, struct ktstr_err *err);

/**
 * struct bpf_prog_view - a program, copied
 * @kva: of its struct bpf_prog
 * @id: by which prog_idr has it
 * @type: BPF_PROG_TYPE_*, any number
 * @len: instructions as the kernel has them
 * @jited_len: bytes of machine code
 * @bpf_func: where it begins, or the interpreter that runs it; 0 = unknown
 * @verified_insns: instructions the verifier went through
 * @load_time_ns: since boot, 0 = unknown
 * @btf: address of its struct btf, 0 = none
 * @func_type: its BTF_KIND_FUNC in there, 0 = unknown
 * @func_info: address of what types its functions have, 0 = unknown
 * @func_info_cnt: of how many
 * @funcs: address of an array of pointers to the struct bpf_prog of each of its
 *         functions, itself the first; 0 = it is the only one
 * @nr_funcs: how many, any number
 * @has_stats: the three below could be read, for every CPU
 * @run_cnt: runs, of all CPUs; counted while kernel.bpf_stats_enabled is 1
 * @run_time_ns: the same
 * @misses: runs that recursion has prevented; always counted
 * @name: the guest's bytes, at most 15
 * @attach: name of what it is attached to, of the member for a struct_ops
 *          program; "" = unknown
 * @st_ops: name of the struct_ops, such as "sched_ext_ops"; "" = none
 */
struct bpf_prog_view {
	u64 kva;
	u32 id;
	u32 type;
	u32 len;
	u32 jited_len;
	u64 bpf_func;
	u32 verified_insns;
	u64 load_time_ns;
	u64 btf;
	u32 func_type;
	u64 func_info;
	u32 func_info_cnt;
	u64 funcs;
	u32 nr_funcs;
	bool has_stats;
	u64 run_cnt;
	u64 run_time_ns;
	u64 misses;
	char name[BPF_OBJ_NAME_LEN + 1];
	char attach[BPF_PROG_NAME_MAX];
	char st_ops[BPF_PROG_NAME_MAX];
};

/**
 * bpf_prog_read() - one program
 * @in: the guest, running or frozen; needs no tree
 * @l: the layout
 * @kva: of a struct bpf_prog, any value
 * @view: filled in but for @view->id
 *
 * Return: 0 or -EFAULT.
 */
int bpf_prog_read(const struct insp *in, const struct bpf_progs_layout *l, u64 kva,
		  struct bpf_prog_view *view);

/**
 * bpf_progs_warm() - load the types of all programs, before a freeze
 * @in: the guest; without @in->btfs nothing is done
 * @l: the layout
 *
 * Return: programs there are.
 */
u32 bpf_progs_warm(struct insp *in, const struct bpf_progs_layout *l);

/**
 * bpf_progs_walk() - all programs
 * @in: the guest, running or frozen, with a tree
 * @l: the layout
 * @to: a VALUE_ARRAY that gets one struct for each, in order of id: "id",
 *      "name", "func" (in full, where its types say), "type", "type_name",
 *      "struct_ops", "attach", "insns", "jited_bytes", "bpf_func",
 *      "verified_insns", "load_time_ns", "run_cnt", "run_time_ns", "misses",
 *      "stats_enabled"; "subprogs" of "func", "jited_bytes", "bpf_func"
 *
 * At most BPF_PROGS_MAX; what cannot be read says so in place.
 */
void bpf_progs_walk(struct insp *in, const struct bpf_progs_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_BPF_PROGS_H */
