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
/* A function's name, as BPF objects have them; longer ones are cut. */
#define BPF_PROG_NAME_MAX 128

/**
 * struct bpf_progs_layout - addresses and offsets, looked up once
 * @obj: of the objects
 * @type: in struct bpf_prog, include/linux/bpf.h
 * @stats: the same: per-CPU pointer to struct bpf_prog_stats
 * @aux: the same: pointer to struct bpf_prog_aux
 * @len: the same: instructions as the kernel has them
 * @jited_len: the same: bytes of machine code
 * @aux_name: in struct bpf_prog_aux
 * @aux_verified: of verified_insns
 * @aux_attach_name: of the pointer to attach_func_name, or BPF_NO_MEMBER
 * @aux_st_ops: of the pointer to struct bpf_struct_ops, or BPF_NO_MEMBER
 * @st_ops_name: of the pointer to its name, or BPF_NO_MEMBER
 * @aux_load_time: in ns since boot, or BPF_NO_MEMBER
 * @aux_btf: of the pointer to struct btf, or BPF_NO_MEMBER
 * @aux_func_info: of the pointer to struct bpf_func_info[], or BPF_NO_MEMBER
 * @aux_func_nr: of their number, or BPF_NO_MEMBER
 * @stat_cnt: in struct bpf_prog_stats, include/linux/filter.h
 * @stat_nsecs: the same
 * @stat_misses: the same
 * @stats_key: address of bpf_stats_enabled_key, 0 = unknown
 */
struct bpf_progs_layout {
	struct bpf_obj_layout obj;
	u32 type;
	u32 stats;
	u32 aux;
	u32 len;
	u32 jited_len;
	u32 aux_name;
	u32 aux_verified;
	u32 aux_attach_name;
	u32 aux_st_ops;
	u32 st_ops_name;
	u32 aux_load_time;
	u32 aux_btf;
	u32 aux_func_info;
	u32 aux_func_nr;
	u32 stat_cnt;
	u32 stat_nsecs;
	u32 stat_misses;
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
 * @verified_insns: instructions the verifier went through
 * @load_time_ns: since boot, 0 = unknown
 * @btf: address of its struct btf, 0 = none
 * @func_type: its BTF_KIND_FUNC in there, 0 = unknown
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
	u32 verified_insns;
	u64 load_time_ns;
	u64 btf;
	u32 func_type;
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
 *      "struct_ops", "attach", "insns", "jited_bytes", "verified_insns",
 *      "load_time_ns", "run_cnt", "run_time_ns", "misses", "stats_enabled"
 *
 * At most BPF_PROGS_MAX; what cannot be read says so in place.
 */
void bpf_progs_walk(struct insp *in, const struct bpf_progs_layout *l, struct value *to);

#endif /* KTSTR_HOST_INSPECT_BPF_PROGS_H */
