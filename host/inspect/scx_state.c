// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/inspect/dsq.h"
#include "host/inspect/insp.h"
#include "host/inspect/scx.h"
#include "host/inspect/scx_state.h"
#include "host/inspect/value.h"
#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"

/* Room for the CPUs that bypass. */
#define CPUS_MAX 8192

enum {
	ABORTING,
	BYPASS_DEPTH,
	BYPASS_TIMESTAMP,
	SLICE_DFL,
	DSP_MAX_BATCH,
	LEVEL,
	IS_CID_TYPE,
	DUMP_DISABLED,
	SUB_ATTACHED,
	WATCHDOG_TIMEOUT,
	TIMEOUT_MS,
	OPS_HOTPLUG_SEQ,
	GENERAL_END,

	OPS_FLAGS = GENERAL_END,
	PCPU,
	FIELDS,
};

static const struct kfield fields[FIELDS] = {
	[ABORTING] = { "aborting", NULL, "aborting", KFIELD_BOOL },
	[BYPASS_DEPTH] = { "bypass_depth", NULL, "bypass_depth", KFIELD_INT },
	[BYPASS_TIMESTAMP] = { "bypass_timestamp", NULL, "bypass_timestamp", KFIELD_UINT },
	[SLICE_DFL] = { "slice_dfl", NULL, "slice_dfl", KFIELD_UINT },
	[DSP_MAX_BATCH] = { "dsp_max_batch", NULL, "dsp_max_batch", KFIELD_UINT },
	[LEVEL] = { "level", NULL, "level", KFIELD_INT },
	[IS_CID_TYPE] = { "is_cid_type", NULL, "is_cid_type", KFIELD_BOOL },
	[DUMP_DISABLED] = { "dump_disabled", NULL, "dump_disabled", KFIELD_BOOL },
	[SUB_ATTACHED] = { "sub_attached", NULL, "sub_attached", KFIELD_BOOL },
	[WATCHDOG_TIMEOUT] = { "watchdog_timeout", NULL, "watchdog_timeout", KFIELD_UINT },
	[TIMEOUT_MS] = { "ops.timeout_ms", NULL, "timeout_ms", KFIELD_UINT },
	[OPS_HOTPLUG_SEQ] = { "ops.hotplug_seq", NULL, "hotplug_seq", KFIELD_UINT },

	[OPS_FLAGS] = { "ops.flags", NULL, NULL, KFIELD_HEX, true },
	[PCPU] = { "pcpu", NULL, NULL, KFIELD_HEX },
};

/* The variables of all of sched_ext; old names where they were renamed. */
static void find_statics(struct scx_state_layout *l, const struct guest_kernel *gk,
			 const struct kbtf *btf)
{
	u32 flags;

	l->enable_state = ksymbol_want(gk, "scx_enable_state_var") ?:
				  ksymbol_want(gk, "scx_ops_enable_state_var");
	l->switching_all = ksymbol_want(gk, "scx_switching_all");
	l->nr_rejected = ksymbol_want(gk, "scx_nr_rejected");
	l->hotplug_seq = ksymbol_want(gk, "scx_hotplug_seq");
	l->enable_seq = ksymbol_want(gk, "scx_enable_seq");
	l->bypass_depth = ksymbol_want(gk, "scx_bypass_depth") ?:
				  ksymbol_want(gk, "scx_ops_bypass_depth");
	l->aborting = ksymbol_want(gk, "scx_aborting");
	if (kbtf_member(btf, "sched_ext_ops", "flags", &flags, NULL) == 0) {
		l->ops_flags = ksymbol_want(gk, "scx_ops");
		l->ops_flags += l->ops_flags ? flags : 0;
	}
}

int scx_state_layout_init(struct scx_state_layout *l, const struct guest_kernel *gk,
			  const struct kbtf *btf, struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	find_statics(l, gk, btf);
	l->has_sched = kbtf_has(btf, "scx_sched", "ops");
	if (!l->has_sched && !l->ops_flags)
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "this kernel has neither scx_sched.ops nor a symbol scx_ops: it is without CONFIG_SCHED_CLASS_EXT");
	if (!l->has_sched)
		return 0;
	ret = kstruct_init(&l->s, "scx_sched", fields, FIELDS, btf, err);
	if (ret)
		return ret;
	l->has_pcpu_flags = kstruct_has(&l->s, PCPU) &&
			    kbtf_member(btf, "scx_sched_pcpu", "flags", &l->pcpu_flags, NULL) == 0;
	return 0;
}

static void show_u64(struct insp *in, const char *name, u64 kva, struct value *to)
{
	u64 v;

	if (kva && gk_read_u64(in->gk, kva, &v) == 0)
		value_add_uint(in->tree, to, name, v);
}

static void show_bool(struct insp *in, const char *name, u64 kva, struct value *to)
{
	u8 v;

	if (kva && gk_read(in->gk, kva, &v, sizeof(v)) == 0)
		value_add_bool(in->tree, to, name, v);
}

static void show_statics(struct insp *in, const struct scx_state_layout *l, struct value *to)
{
	const char *name;
	u32 state;

	if (l->enable_state && gk_read_u32(in->gk, l->enable_state, &state) == 0) {
		name = kbtf_enum_name(in->btf, "scx_enable_state", state) ?:
			       kbtf_enum_name(in->btf, "scx_ops_enable_state", state);
		value_add_enum(in->tree, to, "enable_state", state, name);
	}
	show_bool(in, "switching_all", l->switching_all, to);
	show_u64(in, "nr_rejected", l->nr_rejected, to);
	show_u64(in, "hotplug_seq", l->hotplug_seq, to);
	show_u64(in, "enable_seq", l->enable_seq, to);
}

static void show_exit(struct insp *in, u64 sched_kva, struct value *to)
{
	struct scx_exit_info_view v;
	u32 kind;

	if (scx_exit_kind_read(in->scx, in->gk, sched_kva, &kind) == 0)
		value_add_enum(in->tree, to, "exit_kind", kind, scx_exit_kind_name(in->btf, kind));
	if (scx_exit_info_read(in->scx, in->gk, sched_kva, &v)) {
		value_unsupported(in->tree, to, "exit", "no exit info in memory");
		return;
	}
	to = value_add_struct(in->tree, to, "exit");
	value_add_enum(in->tree, to, "kind", v.kind, scx_exit_kind_name(in->btf, v.kind));
	value_add_int(in->tree, to, "exit_code", v.exit_code);
	value_add_hex(in->tree, to, "flags", v.flags);
	if (v.has_exit_cpu)
		value_add_int(in->tree, to, "exit_cpu", v.exit_cpu);
	value_add_text(in->tree, to, "reason", v.reason);
	value_add_text(in->tree, to, "msg", v.msg);
	value_add_uint(in->tree, to, "bt_len", v.bt_len);
}

static void show_bypassing(struct insp *in, const struct scx_state_layout *l, u64 pcpu,
			   struct value *to)
{
	u32 nr = min_t(u32, in->nr_cpus, CPUS_MAX), cpu;
	u64 bits[CPUS_MAX / 64] = {};
	u64 kva, flags;

	for (cpu = 0; cpu < nr; cpu++) {
		if (gk_percpu(in->gk, pcpu, cpu, &kva) ||
		    gk_read_u64(in->gk, kva + l->pcpu_flags, &flags)) {
			value_unsupported(in->tree, to, "bypassing_cpus",
					  "CPU %u has no struct scx_sched_pcpu in memory", cpu);
			return;
		}
		if (flags & SCX_SCHED_PCPU_BYPASSING)
			bits[cpu / 64] |= 1ULL << cpu % 64;
	}
	value_add_cpulist(in->tree, to, "bypassing_cpus", bits, nr);
}

static void show_ops_flags(struct insp *in, u64 flags, struct value *to)
{
	value_add_hex(in->tree, to, "flags", flags);
	kflags_show(in, to, "flag_names", "scx_ops_flags", flags);
}

static void show_sched(struct insp *in, const struct scx_state_layout *l, u64 sched_kva,
		       struct value *to)
{
	struct kcopy c;

	if (kstruct_read(&l->s, in->gk, sched_kva, &c)) {
		value_unsupported(in->tree, to, "unreadable", "no scheduler in memory at 0x%llx",
				  (unsigned long long)sched_kva);
		return;
	}
	show_ops_flags(in, kstruct_u64(&l->s, &c, OPS_FLAGS), to);
	kstruct_show(in, &l->s, &c, 0, GENERAL_END, to);
	if (l->has_pcpu_flags)
		show_bypassing(in, l, kstruct_u64(&l->s, &c, PCPU), to);
}

static void show_static_sched(struct insp *in, const struct scx_state_layout *l, struct value *to)
{
	u64 flags;

	if (l->ops_flags && gk_read_u64(in->gk, l->ops_flags, &flags) == 0)
		show_ops_flags(in, flags, to);
}

void scx_state_walk(struct insp *in, const struct scx_state_layout *l, struct value *to)
{
	u64 sched_kva = dsq_sched_kva(in);
	char name[SCX_NAME_MAX + 1];
	u64 timeout;
	u32 depth;

	show_statics(in, l, to);
	if (!sched_kva) {
		value_add_null(in->tree, to, "sched");
		return;
	}
	to = value_add_struct(in->tree, to, "sched");
	value_add_hex(in->tree, to, "kva", sched_kva);
	if (in->scx && scx_ops_name_read(in->scx, in->gk, sched_kva, name, sizeof(name)) == 0)
		value_add_text(in->tree, to, "name", name);
	if (l->has_sched)
		show_sched(in, l, sched_kva, to);
	else
		show_static_sched(in, l, to);
	if (!(l->has_sched && kstruct_has(&l->s, BYPASS_DEPTH)) && l->bypass_depth &&
	    gk_read_u32(in->gk, l->bypass_depth, &depth) == 0)
		value_add_int(in->tree, to, "bypass_depth", (s32)depth);
	if (!(l->has_sched && kstruct_has(&l->s, ABORTING)))
		show_bool(in, "aborting", l->aborting, to);
	if (!in->scx)
		return;
	if (!(l->has_sched && kstruct_has(&l->s, WATCHDOG_TIMEOUT)) &&
	    scx_watchdog_read(in->scx, in->gk, sched_kva, &timeout) == 0)
		value_add_uint(in->tree, to, "watchdog_timeout", timeout);
	show_exit(in, sched_kva, to);
}
