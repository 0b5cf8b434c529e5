// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>
#include <linux/compiler.h>
#include <linux/kernel.h>

#include "host/inspect/kop_target.h"

/* Enough of a name in a message that is cut at WIRE_KOP_REASON_MAX. */
#define NAME_SHOWN "%.100s"

/* Per-CPU variables with fields, and their type. */
static const struct {
	const char *symbol;
	const char *type;
} percpu_types[] = {
	{ "runqueues", "rq" },
	{ "kernel_cpustat", "kernel_cpustat" },
	{ "kstat", "kernel_stat" },
	{ "tick_cpu_sched", "tick_sched" },
};

/* Names end up in messages, and those in terminals: nothing but what C allows. */
static int copy_name(const u8 *p, size_t len, char *name, struct ktstr_err *err)
{
	size_t i;

	if (!len || len > WIRE_KOP_TARGET_MAX)
		return ktstr_err_set(err, -EINVAL, "a name of %zu bytes: give 1 to %u", len,
				     WIRE_KOP_TARGET_MAX);
	for (i = 0; i < len; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return ktstr_err_set(err, -EINVAL,
					     "byte 0x%02x at offset %zu of a name: use printable ASCII",
					     p[i], i);
	memcpy(name, p, len);
	name[len] = '\0';
	return 0;
}

static int resolve_symbol(const struct kop_mem *m, const char *name, u64 *kva,
			  struct ktstr_err *err)
{
	if (m->symbol(m->ctx, name, kva))
		return 0;
	return ktstr_err_set(err, -ENOENT,
			     "no symbol '" NAME_SHOWN
			     "' in this kernel: spell it as /proc/kallsyms does",
			     name);
}

int kop_member(const struct kop_mem *m, const char *type, const char *member, u32 *offset,
	       u32 *size, struct ktstr_err *err)
{
	int ret = m->member(m->ctx, type, member, offset, size);

	switch (ret) {
	case 0:
		return 0;
	case -ENODATA:
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "struct %s has no known members: this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)",
				     type);
	case -EOPNOTSUPP:
		return ktstr_err_set(err, ret,
				     "%s." NAME_SHOWN " is a bit field: it has no address", type,
				     member);
	default:
		return ktstr_err_set(err, -ENOENT,
				     "no member '" NAME_SHOWN "' in this kernel's struct %s",
				     member, type);
	}
}

int kop_field_fits(const struct kop_entry_view *e, const char *type, const char *field, u32 size,
		   struct ktstr_err *err)
{
	bool number = e->value == WIRE_KOP_U32 || e->value == WIRE_KOP_U64;

	if (number ? e->value_len == size : e->value_len <= size)
		return 0;
	return ktstr_err_set(err, -EMSGSIZE, "%s." NAME_SHOWN " has %u bytes, the value %u%s", type,
			     field, size, e->value_len,
			     number ? ": use the type of that size, or bytes" : "");
}

static int resolve_direct(const struct kop_mem *m, const struct kop_entry_view *e, u64 kva,
			  struct ktstr_err *err)
{
	u64 last = kva + e->value_len - 1;

	if (last >= kva && m->direct(m->ctx, kva) && m->direct(m->ctx, last))
		return 0;
	return ktstr_err_set(err, -ERANGE,
			     "0x%lx and %u bytes are not in the direct map of RAM: use a KVA target",
			     kva, e->value_len);
}

static int resolve_kva(const struct kop_entry_view *e, u64 kva, struct ktstr_err *err)
{
	if (kva >= KOP_KVA_MIN && kva + e->value_len - 1 >= kva)
		return 0;
	return ktstr_err_set(err, -ERANGE,
			     "0x%lx and %u bytes are not kernel addresses: those begin at 0x%llx",
			     kva, e->value_len, KOP_KVA_MIN);
}

static const char *percpu_type(const char *symbol)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(percpu_types); i++)
		if (!strcmp(percpu_types[i].symbol, symbol))
			return percpu_types[i].type;
	return NULL;
}

/* Address of a CPU's copy of a per-CPU variable. */
static int percpu_base(const struct kop_mem *m, const char *symbol, u32 cpu, u64 *kva,
		       struct ktstr_err *err)
{
	u64 base;
	int ret;

	if (cpu >= m->nr_cpus)
		return ktstr_err_set(err, -ERANGE, "CPU %u: this machine has %u", cpu, m->nr_cpus);
	ret = resolve_symbol(m, symbol, &base, err);
	if (ret)
		return ret;
	ret = m->percpu(m->ctx, base, cpu, kva);
	switch (ret) {
	case 0:
		return 0;
	case -ENOENT:
		return ktstr_err_set(err, ret, "no symbol '__per_cpu_offset' in this kernel");
	default:
		return ktstr_err_set(err, ret, "__per_cpu_offset[%u] cannot be read", cpu);
	}
}

/* @name is "symbol.field", and cut in two here. */
static int resolve_percpu(const struct kop_mem *m, const struct kop_entry_view *e, u32 cpu,
			  char *name, u64 *kva, struct ktstr_err *err)
{
	char *field = strchr(name, '.');
	u32 offset, size;
	const char *type;
	int ret;

	if (!field || field == name || !field[1])
		return ktstr_err_set(err, -EINVAL,
				     "'" NAME_SHOWN "' is no per-CPU field: write symbol.field",
				     name);
	*field++ = '\0';
	type = percpu_type(name);
	if (!type)
		return ktstr_err_set(err, -EOPNOTSUPP,
				     "the type of per-CPU symbol '" NAME_SHOWN
				     "' is not known: runqueues, kernel_cpustat, kstat and tick_cpu_sched are",
				     name);
	ret = kop_member(m, type, field, &offset, &size, err);
	if (!ret)
		ret = kop_field_fits(e, type, field, size, err);
	if (!ret)
		ret = percpu_base(m, name, cpu, kva, err);
	if (!ret)
		*kva += offset;
	return ret;
}

static int resolve_task(const struct kop_mem *m, struct kop_batch *b,
			const struct kop_entry_view *e, u32 pid, u64 start_time, const char *field,
			u64 *kva, struct ktstr_err *err)
{
	u32 offset, size;
	int ret;

	ret = kop_member(m, "task_struct", field, &offset, &size, err);
	if (!ret)
		ret = kop_field_fits(e, "task_struct", field, size, err);
	if (!ret)
		ret = kop_task_find(m, b, pid, start_time, kva, err);
	if (!ret)
		*kva += offset;
	return ret;
}

static u64 get_u64(const u8 *p)
{
	__le64 v;

	memcpy(&v, p, sizeof(v));
	return le64_to_cpu(v);
}

static u32 get_u32(const u8 *p)
{
	__le32 v;

	memcpy(&v, p, sizeof(v));
	return le32_to_cpu(v);
}

/* What of a target is a name: all, or what follows the numbers. */
static int name_offset(const struct kop_entry_view *e)
{
	switch (e->target) {
	case WIRE_KOP_SYMBOL:
		return 0;
	case WIRE_KOP_PERCPU_FIELD:
		return sizeof(__le32);
	case WIRE_KOP_TASK_FIELD:
		return sizeof(__le32) + sizeof(__le64);
	default:
		return -1;
	}
}

int kop_target_resolve(const struct kop_mem *m, struct kop_batch *b, const struct kop_entry_view *e,
		       u64 *kva, struct ktstr_err *err)
{
	char name[WIRE_KOP_TARGET_MAX + 1];
	const u8 *p = e->target_data;
	int skip = name_offset(e);
	int ret;

	if (skip >= 0) {
		ret = copy_name(p + skip, e->target_len - skip, name, err);
		if (ret)
			return ret;
	}
	switch (e->target) {
	case WIRE_KOP_SYMBOL:
		return resolve_symbol(m, name, kva, err);
	case WIRE_KOP_DIRECT:
		*kva = get_u64(p);
		return resolve_direct(m, e, *kva, err);
	case WIRE_KOP_KVA:
		*kva = get_u64(p);
		return resolve_kva(e, *kva, err);
	case WIRE_KOP_PERCPU_FIELD:
		return resolve_percpu(m, e, get_u32(p), name, kva, err);
	case WIRE_KOP_TASK_FIELD:
		return resolve_task(m, b, e, get_u32(p), get_u64(p + sizeof(__le32)), name, kva,
				    err);
	default:
		return ktstr_err_set(err, -EINVAL, "target type %u is unknown", e->target);
	}
}
