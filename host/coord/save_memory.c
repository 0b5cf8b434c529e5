// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/coord/lookout.h"
#include "host/kernel/vmcore.h"
#include "lib/util.h"

/* Registers of vCPUs that ran on since they were read are none. */
static struct vcpu_regs *copy_regs(const struct lookout *l, bool still)
{
	struct vcpu_regs *regs = calloc(l->vm->nr_vcpus, sizeof(*regs));
	u32 i;

	for (i = 0; regs && still && i < l->vm->nr_vcpus; i++)
		regs[i] = l->vm->vcpus[i].regs;
	return regs;
}

static void translation(const struct lookout *l, struct gk_config *cfg)
{
	const struct vcpu_regs *r = &l->vm->vcpus[0].regs;

	lookout_gk_config(l, cfg);
	if (!r->valid || !r->has_tcr)
		return;
	cfg->ttbr1 = r->pt_root;
	cfg->tcr_el1 = r->tcr_el1;
}

static int save(struct lookout *l, bool still, struct vmcore_stats *stats, struct ktstr_err *err)
{
	struct vcpu_regs *regs = copy_regs(l, still);
	struct vmcore_src src;
	struct gk_config cfg;
	int ret;

	if (!regs)
		return ktstr_err_set(err, -ENOMEM, "out of memory");
	translation(l, &cfg);
	vmcore_src_init(&src, &cfg, lookout_ready(l) ? l->obs.gk : NULL);
	src.regs = regs;
	src.nr_cpus = l->vm->nr_vcpus;
	ret = vmcore_write(&src, l->cfg->memory_fd, stats, err);
	free(regs);
	return ret;
}

int save_memory(struct lookout *l, bool still, struct ktstr_err *err)
{
	u64 start = mono_ns();
	struct vmcore_stats stats;
	struct ktstr_err why = { "" };
	char text[160];
	int ret;

	if (!l->cfg->save_memory)
		return ktstr_err_set(err, -EINVAL, "the run was not told to save memory");
	if (l->memory_tried)
		return l->memory_saved ? 0 : ktstr_err_set(err, -EIO, "memory could not be saved");
	l->memory_tried = true;
	ret = save(l, still, &stats, &why);
	l->memory_saved = !ret;
	if (!ret)
		snprintf(text, sizeof(text), "%llu MiB, of which %llu MiB are in use, in %llu ms%s",
			 (unsigned long long)stats.memory >> 20,
			 (unsigned long long)stats.written >> 20,
			 (unsigned long long)((mono_ns() - start) / NSEC_PER_MSEC),
			 still ? "" : ", without registers");
	lookout_record(l, WIRE_OP_MEMORY, 0, "memory", ret, ret ? why.msg : text);
	return ret ? ktstr_err_set(err, ret, "%s", why.msg) : 0;
}

int save_memory_frozen(struct lookout *l, struct ktstr_err *err)
{
	struct rendezvous r;
	int ret;

	if (!l->cfg->save_memory || l->memory_tried)
		return save_memory(l, false, err);
	ret = lookout_freeze(l, &r);
	/* a vCPU that does not stand still is no reason to have nothing */
	if (ret != -ECANCELED)
		ret = save_memory(l, true, err);
	lookout_thaw(l, &r);
	return ret;
}

void save_memory_last(struct lookout *l)
{
	if (!l->vm || !l->cfg->save_memory || l->memory_tried || lookout_ended(l))
		return;
	save_memory_frozen(l, NULL);
}
