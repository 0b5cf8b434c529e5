// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "host/kernel/guest_kernel.h"
#include "host/kernel/kbtf.h"
#include "lib/util.h"
#include "scx.h"

/* Behind the end of one scheduler, in front of the next; internal.h */
#define SCX_EXIT_DONE 1

static int need_member(const struct kbtf *btf, const char *type, const char *member, u32 *offset,
		       struct ktstr_err *err)
{
	if (kbtf_member(btf, type, member, offset, NULL) == 0)
		return 0;
	return ktstr_err_set(err, -EOPNOTSUPP, "this kernel's types have no %s.%s", type, member);
}

static void want_member(const struct kbtf *btf, const char *type, const char *member, u32 *offset)
{
	if (kbtf_member(btf, type, member, offset, NULL))
		*offset = SCX_NO_MEMBER;
}

static int exit_info_layout(struct scx_layout *l, const struct kbtf *btf, struct ktstr_err *err)
{
	const struct {
		const char *member;
		u32 *offset;
	} needed[] = {
		{ "kind", &l->ei_kind },     { "exit_code", &l->ei_exit_code },
		{ "reason", &l->ei_reason }, { "bt", &l->ei_bt },
		{ "bt_len", &l->ei_bt_len }, { "msg", &l->ei_msg },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(needed); i++) {
		ret = need_member(btf, "scx_exit_info", needed[i].member, needed[i].offset, err);
		if (ret)
			return ret;
	}
	/* f3aec2adce8d ("sched_ext: Add SCX_EFLAG_INITIALIZED ..."); exit_cpu is of 7.x */
	want_member(btf, "scx_exit_info", "flags", &l->ei_flags);
	want_member(btf, "scx_exit_info", "exit_cpu", &l->ei_exit_cpu);
	return 0;
}

static int root_layout(struct scx_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		       struct ktstr_err *err)
{
	int ret;

	l->variant = SCX_VARIANT_ROOT;
	ret = need_member(btf, "scx_sched", "exit_kind", &l->exit_kind, err);
	if (!ret)
		ret = need_member(btf, "scx_sched", "exit_info", &l->exit_info, err);
	want_member(btf, "scx_sched", "ops.name", &l->ops_name);
	want_member(btf, "scx_sched", "watchdog_timeout", &l->watchdog);
	return ret;
}

static int static_layout(struct scx_layout *l, const struct guest_kernel *gk,
			 const struct kbtf *btf)
{
	u64 ops;
	u32 name;

	l->variant = SCX_VARIANT_STATIC;
	l->ops_name = SCX_NO_MEMBER;
	l->watchdog = SCX_NO_MEMBER;
	if (!gk_symbol(gk, "scx_exit_info", &l->exit_info_kva))
		l->exit_info_kva = 0;
	if (gk_symbol(gk, "scx_ops", &ops) &&
	    kbtf_member(btf, "sched_ext_ops", "name", &name, NULL) == 0)
		l->ops_name_kva = ops + name;
	return 0;
}

int scx_layout_init(struct scx_layout *l, const struct guest_kernel *gk, const struct kbtf *btf,
		    struct ktstr_err *err)
{
	int ret;

	memset(l, 0, sizeof(*l));
	if (gk_symbol(gk, "scx_root", &l->anchor) && kbtf_has(btf, "scx_sched", "exit_kind"))
		ret = root_layout(l, gk, btf, err);
	else if (gk_symbol(gk, "scx_exit_kind", &l->anchor))
		ret = static_layout(l, gk, btf);
	else
		ret = ktstr_err_set(err, -EOPNOTSUPP,
				    "no symbol scx_root or scx_exit_kind: the kernel needs CONFIG_SCHED_CLASS_EXT and CONFIG_KALLSYMS_ALL");
	if (!ret)
		ret = exit_info_layout(l, btf, err);
	if (!gk_symbol(gk, "scx_watchdog_timeout", &l->watchdog_kva))
		l->watchdog_kva = 0;
	return ret;
}

int scx_root_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 *sched_kva)
{
	u32 kind;

	*sched_kva = 0;
	if (l->variant == SCX_VARIANT_ROOT) {
		u64 root;

		if (gk_read_u64(gk, l->anchor, &root))
			return -EFAULT;
		*sched_kva = root;
		return 0;
	}
	if (gk_read_u32(gk, l->anchor, &kind))
		return -EFAULT;
	if (kind != SCX_EXIT_DONE)
		*sched_kva = l->anchor;
	return 0;
}

u64 scx_exit_kind_kva(const struct scx_layout *l, u64 sched_kva)
{
	return sched_kva + l->exit_kind;
}

int scx_exit_kind_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		       u32 *kind)
{
	u32 v;

	*kind = 0;
	if (!sched_kva)
		return 0;
	if (gk_read_u32(gk, scx_exit_kind_kva(l, sched_kva), &v))
		return -EFAULT;
	*kind = v;
	return 0;
}

/* Text behind a pointer; "" for one that leads nowhere. */
static void read_text(const struct guest_kernel *gk, u64 ptr_kva, char *buf, size_t len)
{
	u64 text;

	buf[0] = '\0';
	if (gk_read_u64(gk, ptr_kva, &text) == 0 && text)
		gk_read_str(gk, text, buf, len);
}

static void read_backtrace(const struct scx_layout *l, const struct guest_kernel *gk, u64 ei,
			   struct scx_exit_info_view *v)
{
	u64 bt;
	u32 len;

	if (gk_read_u32(gk, ei + l->ei_bt_len, &len) || gk_read_u64(gk, ei + l->ei_bt, &bt) || !bt)
		return;
	len = min_t(u32, len, SCX_BT_MAX);
	if (gk_read(gk, bt, v->bt, len * sizeof(v->bt[0])) == 0)
		v->bt_len = len;
	else
		memset(v->bt, 0, sizeof(v->bt));
}

int scx_exit_info_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		       struct scx_exit_info_view *v)
{
	u64 ei, ptr = l->exit_info_kva, code;
	u32 cpu, kind;

	memset(v, 0, sizeof(*v));
	if (l->variant == SCX_VARIANT_ROOT && sched_kva)
		ptr = sched_kva + l->exit_info;
	if (!ptr)
		return -ENOENT;
	if (gk_read_u64(gk, ptr, &ei))
		return -EFAULT;
	if (!ei)
		return -ENOENT;
	/* First: the kernel writes it behind the message. */
	if (gk_read_u32(gk, ei + l->ei_kind, &kind))
		return -EFAULT;
	v->kind = kind;
	if (gk_read_u64(gk, ei + l->ei_exit_code, &code) == 0)
		v->exit_code = (s64)code;
	if (l->ei_flags != SCX_NO_MEMBER && gk_read_u64(gk, ei + l->ei_flags, &v->flags))
		v->flags = 0;
	if (l->ei_exit_cpu != SCX_NO_MEMBER && gk_read_u32(gk, ei + l->ei_exit_cpu, &cpu) == 0) {
		v->has_exit_cpu = true;
		v->exit_cpu = (s32)cpu;
	}
	read_text(gk, ei + l->ei_reason, v->reason, sizeof(v->reason));
	read_text(gk, ei + l->ei_msg, v->msg, sizeof(v->msg));
	read_backtrace(l, gk, ei, v);
	return 0;
}

bool scx_exit_info_complete(const struct scx_exit_info_view *v, u32 kind)
{
	return v->kind == kind && v->reason[0];
}

int scx_ops_name_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		      char *buf, size_t len)
{
	u64 kva = l->ops_name_kva;
	int ret;

	buf[0] = '\0';
	if (l->ops_name != SCX_NO_MEMBER && sched_kva)
		kva = sched_kva + l->ops_name;
	if (!kva)
		return -ENOENT;
	ret = gk_read_str(gk, kva, buf, len);
	return ret < 0 ? ret : 0;
}

u64 scx_watchdog_kva(const struct scx_layout *l, u64 sched_kva)
{
	if (l->watchdog == SCX_NO_MEMBER)
		return l->watchdog_kva;
	return sched_kva ? sched_kva + l->watchdog : 0;
}

int scx_watchdog_read(const struct scx_layout *l, const struct guest_kernel *gk, u64 sched_kva,
		      u64 *jiffies)
{
	u64 kva = scx_watchdog_kva(l, sched_kva), v;

	*jiffies = 0;
	if (!kva)
		return -ENOENT;
	if (gk_read_u64(gk, kva, &v))
		return -EFAULT;
	*jiffies = v;
	return 0;
}

const char *scx_exit_kind_name(const struct kbtf *btf, u32 kind)
{
	static const struct {
		u32 kind;
		const char *name;
	} known[] = {
		{ 0, "SCX_EXIT_NONE" },		{ 1, "SCX_EXIT_DONE" },
		{ 64, "SCX_EXIT_UNREG" },	{ 65, "SCX_EXIT_UNREG_BPF" },
		{ 66, "SCX_EXIT_UNREG_KERN" },	{ 67, "SCX_EXIT_SYSRQ" },
		{ 68, "SCX_EXIT_PARENT" },	{ 1024, "SCX_EXIT_ERROR" },
		{ 1025, "SCX_EXIT_ERROR_BPF" }, { 1026, "SCX_EXIT_ERROR_STALL" },
	};
	const char *name = btf ? kbtf_enum_name(btf, "scx_exit_kind", kind) : NULL;
	unsigned int i;

	for (i = 0; !name && i < ARRAY_SIZE(known); i++)
		if (known[i].kind == kind)
			name = known[i].name;
	return name ?: "unknown";
}
