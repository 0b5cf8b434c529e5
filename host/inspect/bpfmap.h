/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_INSPECT_BPFMAP_H
#define KTSTR_HOST_INSPECT_BPFMAP_H

/*
 * Global variables of BPF programs, found from outside: map_idr leads to
 * every map, a map to its values and to the BTF that names the variables.
 */
#include <linux/types.h>

#include "lib/err.h"

struct guest_kernel;
struct kbtf;

/**
 * bpfmap_find_var() - address of a variable
 * @gk: memory and symbols
 * @btf: types of the kernel
 * @map: name of an ARRAY map, or its end, such as ".bss"; the kernel keeps 15
 *       characters of a name
 * @variable: its name in the data section
 * @kva: set to its address; valid as long as the map lives
 * @size: set to its bytes
 * @err: names the map or variable and what there is instead, or NULL
 *
 * A map whose whole name is @map is preferred to those that end in it. The
 * guest may run. Any one thread; reads all maps and the BTF of one, so it is
 * for set-up, not for a loop.
 *
 * Return: 0, -ENOENT when no such map or variable exists (yet), -ENOTUNIQ
 * when several maps fit, -EOPNOTSUPP for a map that is not an ARRAY or a
 * kernel that keeps maps elsewhere, -EFAULT or -EINVAL for memory that cannot
 * be read or makes no sense, -EFBIG for a BTF above KBTF_MAX, or -ENOMEM.
 */
int bpfmap_find_var(const struct guest_kernel *gk, const struct kbtf *btf, const char *map,
		    const char *variable, u64 *kva, u32 *size, struct ktstr_err *err);

/**
 * bpfmap_write_u32() - set a variable of 4 bytes
 * @gk: memory and symbols
 * @btf: types of the kernel
 * @map: as for bpfmap_find_var()
 * @variable: its name
 * @value: what to write
 * @err: as for bpfmap_find_var()
 *
 * Return: 0, -EINVAL for a variable of another size, or as bpfmap_find_var().
 */
int bpfmap_write_u32(const struct guest_kernel *gk, const struct kbtf *btf, const char *map,
		     const char *variable, u32 value, struct ktstr_err *err);

#endif /* KTSTR_HOST_INSPECT_BPFMAP_H */
