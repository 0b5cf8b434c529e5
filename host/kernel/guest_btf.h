/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KTSTR_HOST_KERNEL_GUEST_BTF_H
#define KTSTR_HOST_KERNEL_GUEST_BTF_H

/*
 * Types of BPF objects and modules, out of the struct btf in guest memory
 * (kernel/bpf/btf.c). Each is checked before libbpf sees a byte, loaded once
 * and kept: values refer to its names.
 */
#include <linux/types.h>

#include "lib/err.h"

struct guest_btf;
struct guest_kernel;
struct kbtf;

/* Objects that are kept; a guest with more gets an error for the rest. */
#define GUEST_BTF_MAX 256
/* Bytes of BTF in all of them; a system with 100 modules has a tenth of it. */
#define GUEST_BTF_BYTES_MAX (128U << 20)

/**
 * guest_btf_new() - an empty collection
 * @gk: the guest; must outlive it
 * @vmlinux: types of its kernel, the base of split ones; must outlive it
 * @err: names a member of struct btf that this kernel does not have, or NULL
 *
 * Return: the collection, the caller's (guest_btf_free()), or NULL with errno
 * EOPNOTSUPP or ENOMEM.
 */
struct guest_btf *guest_btf_new(const struct guest_kernel *gk, const struct kbtf *vmlinux,
				struct ktstr_err *err);

/**
 * guest_btf_free() - forget all types
 * @c: the collection, or NULL; nothing may refer to its names any more
 */
void guest_btf_free(struct guest_btf *c);

/**
 * guest_btf_get() - the types behind a struct btf
 * @c: the collection
 * @btf_kva: its address in the guest; the kernel's own gives @vmlinux
 * @err: says what is wrong with it, or NULL
 *
 * The same object, which is the same address, id and size, is loaded once; so
 * one that failed fails again at once. One thread at a time. Takes
 * milliseconds the first time: call it before a freeze for what will be needed
 * in one.
 *
 * Return: the types, owned by @c until it is freed, or NULL with errno EFAULT,
 * EFBIG (KBTF_MAX), EINVAL (malformed, or split off another base than the
 * kernel's), EOPNOTSUPP (a kind of type that is not known), ENOSPC
 * (GUEST_BTF_MAX, GUEST_BTF_BYTES_MAX), ENOMEM.
 */
const struct kbtf *guest_btf_get(struct guest_btf *c, u64 btf_kva, struct ktstr_err *err);

#endif /* KTSTR_HOST_KERNEL_GUEST_BTF_H */
