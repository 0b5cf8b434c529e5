// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

#include "bpf_progs.h"
#include "host/inspect/insp.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_btf.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* Of type_id in struct bpf_func_info, which is part of the ABI. */
#define FUNC_INFO_TYPE offsetof(struct bpf_func_info, type_id)

/* Members of struct bpf_prog, in the order of prog_fields[]. */
enum prog_field {
	PROG_TYPE,
	PROG_LEN,
	PROG_JITED_LEN,
	PROG_BPF_FUNC,
	PROG_STATS,
	PROG_AUX,
};

static const struct kfield prog_fields[] = {
	[PROG_TYPE] = { .member = "type", .need = true },
	[PROG_LEN] = { .member = "len" },
	[PROG_JITED_LEN] = { .member = "jited_len" },
	[PROG_BPF_FUNC] = { .member = "bpf_func", .form = KFIELD_HEX },
	[PROG_STATS] = { .member = "stats", .form = KFIELD_HEX },
	[PROG_AUX] = { .member = "aux", .form = KFIELD_HEX, .need = true },
};

/* Members of struct bpf_prog_aux, in the order of aux_fields[]. */
enum aux_field {
	AUX_NAME,
	AUX_VERIFIED_INSNS,
	AUX_ATTACH_NAME,
	AUX_ST_OPS,
	AUX_LOAD_TIME,
	AUX_BTF,
	AUX_FUNC_INFO,
	AUX_FUNC_INFO_CNT,
	AUX_FUNC,
	AUX_FUNC_CNT,
};

static const struct kfield aux_fields[] = {
	[AUX_NAME] = { .member = "name", .form = KFIELD_TEXT, .need = true },
	[AUX_VERIFIED_INSNS] = { .member = "verified_insns", .need = true },
	[AUX_ATTACH_NAME] = { .member = "attach_func_name", .form = KFIELD_HEX },
	[AUX_ST_OPS] = { .member = "st_ops", .form = KFIELD_HEX },
	[AUX_LOAD_TIME] = { .member = "load_time" },
	[AUX_BTF] = { .member = "btf", .form = KFIELD_HEX },
	[AUX_FUNC_INFO] = { .member = "func_info", .form = KFIELD_HEX },
	[AUX_FUNC_INFO_CNT] = { .member = "func_info_cnt" },
	[AUX_FUNC] = { .member = "func", .form = KFIELD_HEX },
	[AUX_FUNC_CNT] = { .member = "func_cnt" },
};

/* Members of struct bpf_prog_stats, in the order of stats_fields[]. */
enum stats_field {
	STATS_CNT,
	STATS_NSECS,
	STATS_MISSES,
};

static const struct kfield stats_fields[] = {
	[STATS_CNT] = { .member = "cnt", .need = true },
	[STATS_NSECS] = { .member = "nsecs", .need = true },
	[STATS_MISSES] = { .member = "misses", .need = true },
};

int bpf_progs_layout_init(struct bpf_progs_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	ret = bpf_obj_layout_init(&l->obj, gk, btf, err);
	if (!ret && !l->obj.prog_idr)
		ret = ktstr_err_set(err, -EOPNOTSUPP, "this kernel has no symbol prog_idr");
	if (!ret)
		ret = kstruct_init(&l->prog, "bpf_prog", prog_fields, ARRAY_SIZE(prog_fields), btf,
				   err);
	if (!ret)
		ret = kstruct_init(&l->aux, "bpf_prog_aux", aux_fields, ARRAY_SIZE(aux_fields), btf,
				   err);
	if (!ret)
		ret = kstruct_init(&l->stats, "bpf_prog_stats", stats_fields,
				   ARRAY_SIZE(stats_fields), btf, err);
	if (kbtf_member(btf, "bpf_struct_ops", "name", &l->st_ops_name, NULL))
		l->st_ops_name = BPF_NO_MEMBER;
	l->stats_key = ksymbol_want(gk, "bpf_stats_enabled_key");
	return ret;
}

/* Type of function @i of a program, 0 = not known. */
static u32 func_type(const struct insp *in, const struct bpf_prog_view *v, u32 i)
{
	u64 at = v->func_info + i * sizeof(struct bpf_func_info) + FUNC_INFO_TYPE;
	u32 type;

	if (!v->func_info || i >= v->func_info_cnt || gk_read_u32(in->gk, at, &type))
		return 0;
	return type;
}

/* Text behind a pointer; "" for one that leads nowhere. */
static void read_text(const struct insp *in, u64 text, char *buf, size_t len)
{
	buf[0] = '\0';
	if (text)
		gk_read_str(in->gk, text, buf, len);
}

static void read_aux(const struct insp *in, const struct bpf_progs_layout *l, const struct kcopy *c,
		     struct bpf_prog_view *v)
{
	u64 st_ops = kstruct_u64(&l->aux, c, AUX_ST_OPS), name;

	v->verified_insns = kstruct_u64(&l->aux, c, AUX_VERIFIED_INSNS);
	v->load_time_ns = kstruct_u64(&l->aux, c, AUX_LOAD_TIME);
	v->btf = kstruct_u64(&l->aux, c, AUX_BTF);
	kstruct_text(&l->aux, c, AUX_NAME, v->name, sizeof(v->name));
	read_text(in, kstruct_u64(&l->aux, c, AUX_ATTACH_NAME), v->attach, sizeof(v->attach));
	if (st_ops && l->st_ops_name != BPF_NO_MEMBER &&
	    gk_read_u64(in->gk, st_ops + l->st_ops_name, &name) == 0)
		read_text(in, name, v->st_ops, sizeof(v->st_ops));
	v->func_info = kstruct_u64(&l->aux, c, AUX_FUNC_INFO);
	v->func_info_cnt = kstruct_u64(&l->aux, c, AUX_FUNC_INFO_CNT);
	v->func_type = func_type(in, v, 0);
	v->funcs = kstruct_u64(&l->aux, c, AUX_FUNC);
	v->nr_funcs = v->funcs ? kstruct_u64(&l->aux, c, AUX_FUNC_CNT) : 0;
}

static void read_stats(const struct insp *in, const struct bpf_progs_layout *l, u64 stats,
		       struct bpf_prog_view *v)
{
	struct kcopy c;
	u32 cpu;
	u64 kva;

	for (cpu = 0; cpu < in->nr_cpus; cpu++) {
		if (gk_percpu(in->gk, stats, cpu, &kva) || kstruct_read(&l->stats, in->gk, kva, &c))
			return;
		v->run_cnt += kstruct_u64(&l->stats, &c, STATS_CNT);
		v->run_time_ns += kstruct_u64(&l->stats, &c, STATS_NSECS);
		v->misses += kstruct_u64(&l->stats, &c, STATS_MISSES);
	}
	v->has_stats = true;
}

int bpf_prog_read(const struct insp *in, const struct bpf_progs_layout *l, u64 kva,
		  struct bpf_prog_view *v)
{
	struct kcopy c;
	u64 aux, stats;

	memset(v, 0, sizeof(*v));
	v->kva = kva;
	if (kstruct_read(&l->prog, in->gk, kva, &c))
		return -EFAULT;
	v->type = kstruct_u64(&l->prog, &c, PROG_TYPE);
	v->len = kstruct_u64(&l->prog, &c, PROG_LEN);
	v->jited_len = kstruct_u64(&l->prog, &c, PROG_JITED_LEN);
	v->bpf_func = kstruct_u64(&l->prog, &c, PROG_BPF_FUNC);
	stats = kstruct_u64(&l->prog, &c, PROG_STATS);
	aux = kstruct_u64(&l->prog, &c, PROG_AUX);
	if (kstruct_read(&l->aux, in->gk, aux, &c))
		return -EFAULT;
	read_aux(in, l, &c, v);
	if (stats)
		read_stats(in, l, stats, v);
	return 0;
}

/**
 * struct progs_walk - all programs
 * @in: the guest
 * @l: the layout
 * @to: where they go
 * @seen: so far
 * @stats_enabled: what the guest's static key says
 * @has_key: it could be read
 */
struct progs_walk {
	struct insp *in;
	const struct bpf_progs_layout *l;
	struct value *to;
	u32 seen;
	u32 stats_enabled;
	bool has_key;
};

/* Names in struct bpf_prog_aux are cut at 15 characters. */
static void add_func(struct progs_walk *w, struct value *node, const struct bpf_prog_view *v,
		     u32 type)
{
	const struct btf_type *t;
	const struct kbtf *own;

	own = w->in->btfs && v->btf ? guest_btf_get(w->in->btfs, v->btf, NULL) : NULL;
	t = own && type ? btf__type_by_id(kbtf_btf(own), type) : NULL;
	if (t && btf_is_func(t))
		value_add_text(w->in->tree, node, "func",
			       btf__name_by_offset(kbtf_btf(own), t->name_off));
}

static void add_code(struct progs_walk *w, struct value *node, u64 bpf_func, u32 jited_len)
{
	value_add_uint(w->in->tree, node, "jited_bytes", jited_len);
	if (bpf_func)
		value_add_hex(w->in->tree, node, "bpf_func", bpf_func);
}

/* Functions that a program calls are programs of their own; the first is itself. */
static void add_subprogs(struct progs_walk *w, struct value *node, const struct bpf_prog_view *v)
{
	u32 i, nr = min_t(u32, v->nr_funcs, BPF_SUBPROGS_MAX);
	struct value *all, *one;
	struct kcopy c;
	u64 prog;

	if (nr < 2)
		return;
	all = value_add_array(w->in->tree, node, "subprogs");
	for (i = 1; i < nr && !insp_late(w->in); i++) {
		if (gk_read_u64(w->in->gk, v->funcs + i * sizeof(prog), &prog) ||
		    kstruct_read(&w->l->prog, w->in->gk, prog, &c)) {
			value_unsupported(w->in->tree, all, NULL, "it is not mapped");
			continue;
		}
		one = value_add_struct(w->in->tree, all, NULL);
		add_func(w, one, v, func_type(w->in, v, i));
		add_code(w, one, kstruct_u64(&w->l->prog, &c, PROG_BPF_FUNC),
			 kstruct_u64(&w->l->prog, &c, PROG_JITED_LEN));
	}
	if (i < v->nr_funcs)
		value_cut(all, v->nr_funcs - 1, i - 1);
}

static void add_type(struct progs_walk *w, struct value *node, u32 type)
{
	static const char prefix[] = "BPF_PROG_TYPE_";
	const char *name = kbtf_enum_name(w->in->btf, "bpf_prog_type", type);

	if (name && strncmp(name, prefix, sizeof(prefix) - 1) == 0)
		name += sizeof(prefix) - 1;
	value_add_uint(w->in->tree, node, "type", type);
	value_add_text(w->in->tree, node, "type_name", name ?: "unknown");
}

static void add_stats(struct progs_walk *w, struct value *node, const struct bpf_prog_view *v)
{
	struct vtree *t = w->in->tree;

	if (!v->has_stats) {
		value_unsupported(t, node, "run_cnt", "its counters could not be read");
		return;
	}
	value_add_uint(t, node, "run_cnt", v->run_cnt);
	value_add_uint(t, node, "run_time_ns", v->run_time_ns);
	value_add_uint(t, node, "misses", v->misses);
	if (w->has_key)
		value_add_bool(t, node, "stats_enabled", (s32)w->stats_enabled > 0);
}

static void add_prog(struct progs_walk *w, struct value *node, const struct bpf_prog_view *v)
{
	struct vtree *t = w->in->tree;

	value_add_text(t, node, "name", v->name);
	add_func(w, node, v, v->func_type);
	add_type(w, node, v->type);
	if (*v->st_ops)
		value_add_text(t, node, "struct_ops", v->st_ops);
	if (*v->attach)
		value_add_text(t, node, "attach", v->attach);
	value_add_uint(t, node, "insns", v->len);
	add_code(w, node, v->bpf_func, v->jited_len);
	value_add_uint(t, node, "verified_insns", v->verified_insns);
	if (v->load_time_ns)
		value_add_uint(t, node, "load_time_ns", v->load_time_ns);
	add_stats(w, node, v);
	add_subprogs(w, node, v);
}

static int walk_prog(void *ctx, u64 id, u64 prog)
{
	struct progs_walk *w = ctx;
	struct bpf_prog_view view;
	struct value *node;

	if (w->seen++ >= BPF_PROGS_MAX || insp_late(w->in) || vtree_full(w->in->tree))
		return 0;
	node = value_add_struct(w->in->tree, w->to, NULL);
	value_add_uint(w->in->tree, node, "id", id);
	value_add_hex(w->in->tree, node, "kva", prog);
	if (bpf_prog_read(w->in, w->l, prog, &view))
		value_unsupported(w->in->tree, node, "name", "0x%llx is not mapped",
				  (unsigned long long)prog);
	else
		add_prog(w, node, &view);
	return 0;
}

void bpf_progs_walk(struct insp *in, const struct bpf_progs_layout *l, struct value *to)
{
	struct progs_walk w = { .in = in, .l = l, .to = to };
	u64 had;
	int ret;

	/* struct static_key begins with its count, include/linux/jump_label.h */
	w.has_key = l->stats_key && gk_read_u32(in->gk, l->stats_key, &w.stats_enabled) == 0;
	ret = bpf_prog_for_each(&l->obj, in->gk, walk_prog, &w);
	had = value_count(to);
	if (had < w.seen)
		value_cut(to, w.seen, had);
	if (ret)
		value_unsupported(in->tree, to, NULL, "prog_idr could not be read to its end: %s",
				  strerror(-ret));
}

struct warm {
	struct insp *in;
	const struct bpf_progs_layout *l;
	u32 nr;
};

static int warm_prog(void *ctx, u64 id, u64 prog)
{
	struct warm *w = ctx;
	u64 aux, btf;
	struct kcopy c;

	w->nr++;
	if (kstruct_read(&w->l->prog, w->in->gk, prog, &c))
		return 0;
	aux = kstruct_u64(&w->l->prog, &c, PROG_AUX);
	if (kstruct_read(&w->l->aux, w->in->gk, aux, &c))
		return 0;
	btf = kstruct_u64(&w->l->aux, &c, AUX_BTF);
	if (btf)
		guest_btf_get(w->in->btfs, btf, NULL);
	return 0;
}

u32 bpf_progs_warm(struct insp *in, const struct bpf_progs_layout *l)
{
	struct warm w = { .in = in, .l = l };

	if (in->btfs)
		bpf_prog_for_each(&l->obj, in->gk, warm_prog, &w);
	return w.nr;
}
