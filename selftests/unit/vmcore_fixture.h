/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_UNIT_VMCORE_FIXTURE_H
#define KTSTR_UNIT_VMCORE_FIXTURE_H

/* A guest of two regions of memory and three CPUs, and a file to save it in. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/align.h>
#include <linux/sizes.h>

#include "host/kernel/vmcore.h"
#include "lib/util.h"

#define GAP_START (4ULL * SZ_1M)
#define GAP_END	  (8ULL * SZ_1M)
#define CPUS	  3
#define MAP_BASE  0xffff888000000000ULL

/**
 * struct saved - a guest and its file
 * @ram: its memory
 * @regs: its registers
 * @note: its VMCOREINFO
 * @src: all of that
 * @fd: the file
 * @path: its name
 * @core: what is read from it, or NULL
 * @err: why not
 */
struct saved {
	struct gmem *ram;
	struct vcpu_regs regs[CPUS];
	u8 note[64];
	struct vmcore_src src;
	int fd;
	char path[64];
	struct vmcore *core;
	struct ktstr_err err;
};

static inline void fill_regs(struct vcpu_regs *regs, u32 nr_gpr)
{
	u32 i, k;

	for (i = 0; i < CPUS; i++) {
		struct vcpu_regs *r = &regs[i];

		memset(r, 0, sizeof(*r));
		r->valid = i != 1;
		if (!r->valid)
			continue;
		r->ip = 0xffffffff81000000 + i;
		r->sp = 0xffffc90000000000 + i;
		r->flags = 0x246;
		r->pt_root = 0x5000 + i * SZ_4K;
		r->nr_gpr = nr_gpr;
		for (k = 0; k < nr_gpr; k++)
			r->gpr[k] = 0x100 * (i + 1) + k;
		r->runstate = i;
		r->started = true;
	}
}

static inline u64 put_vmcoreinfo(u8 *note, const char *text)
{
	Elf64_Nhdr nh = { .n_namesz = 11, .n_descsz = strlen(text) };

	memcpy(note, &nh, sizeof(nh));
	memcpy(note + 12, "VMCOREINFO\0", 12);
	memcpy(note + 24, text, nh.n_descsz);
	return 24 + nh.n_descsz;
}

static inline bool saved_init(struct saved *s, u64 mem)
{
	memset(s, 0, sizeof(*s));
	s->ram = gmem_new(mem, GAP_START, GAP_END, &s->err);
	s->fd = memfd_create("vmcore", MFD_CLOEXEC);
	if (!s->ram || s->fd < 0)
		return false;
	snprintf(s->path, sizeof(s->path), "/proc/self/fd/%d", s->fd);
	fill_regs(s->regs, 15);
	s->src = (struct vmcore_src){
		.ram = s->ram,
		.machine = EM_X86_64,
		.regs = s->regs,
		.nr_cpus = CPUS,
		.vmcoreinfo = s->note,
		/* not a multiple of 4 */
		.vmcoreinfo_len = put_vmcoreinfo(s->note, "OSRELEASE=7.2.13\n"),
		.vmcoreinfo_gpa = 0x1234000,
		.vmcoreinfo_size = 41,
		.kadr_phys_base = 1,
		.kadr_text = 0xffffffff81000001,
		.map_base = MAP_BASE,
	};
	return true;
}

static inline void saved_end(struct saved *s)
{
	vmcore_close(s->core);
	gmem_free(s->ram);
	close_fd(&s->fd);
}

static inline bool saved_write(struct saved *s)
{
	return !vmcore_write(&s->src, s->fd, NULL, &s->err);
}

static inline bool saved_open(struct saved *s)
{
	s->core = vmcore_open(s->path, &s->err);
	if (!s->core)
		fprintf(stderr, "# %s\n", s->err.msg);
	return s->core;
}

#endif /* KTSTR_UNIT_VMCORE_FIXTURE_H */
